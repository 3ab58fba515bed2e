//! What the blocks of the language itself take (Terraform language reference, version 1.11): a name that is written wrongly
//! there has no effect, and nobody would know.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::structure::{Attribute, Block, Body};

use crate::block::place_of;
use crate::module::is_name;
use crate::{Problem, Source};

/// What a block takes.
struct Takes {
    labels: usize,
    /// Arguments that it needs.
    required: &'static [&'static str],
    /// Arguments that it may have.
    optional: &'static [&'static str],
    /// Blocks in it. Of those without rules nothing is said.
    blocks: &'static [(&'static str, Option<&'static Takes>)],
}

impl Takes {
    const NOTHING: Self = Self {
        labels: 0,
        required: &[],
        optional: &[],
        blocks: &[],
    };

    fn names(&self) -> impl Iterator<Item = &'static str> {
        let blocks = self.blocks.iter().map(|(name, _)| name);
        let arguments = self.required.iter().chain(self.optional);
        arguments.chain(blocks).copied()
    }
}

const CONDITION: Takes = Takes {
    required: &["condition", "error_message"],
    ..Takes::NOTHING
};

const VARIABLE: Takes = Takes {
    labels: 1,
    // The last two are of later versions and of OpenTofu, and change no value.
    optional: &[
        "default",
        "description",
        "ephemeral",
        "nullable",
        "sensitive",
        "type",
        "const",
        "deprecated",
    ],
    blocks: &[("validation", Some(&CONDITION))],
    ..Takes::NOTHING
};

const OUTPUT: Takes = Takes {
    labels: 1,
    required: &["value"],
    // The last two are of later versions and of OpenTofu.
    optional: &[
        "depends_on",
        "description",
        "ephemeral",
        "sensitive",
        "deprecated",
        "type",
    ],
    blocks: &[("precondition", Some(&CONDITION))],
};

const TERRAFORM: Takes = Takes {
    optional: &["experiments", "language", "required_version"],
    blocks: &[
        ("backend", None),
        ("cloud", None),
        ("encryption", None),
        ("provider_meta", None),
        ("required_providers", None),
    ],
    ..Takes::NOTHING
};

const LIFECYCLE: Takes = Takes {
    optional: &[
        "create_before_destroy",
        "ignore_changes",
        "prevent_destroy",
        "replace_triggered_by",
        // Of OpenTofu, and about the end.
        "destroy",
    ],
    blocks: &[
        ("precondition", Some(&CONDITION)),
        ("postcondition", Some(&CONDITION)),
        ("action_trigger", None),
    ],
    ..Takes::NOTHING
};

const LIFECYCLE_OF_DATA: Takes = Takes {
    blocks: &[
        ("precondition", Some(&CONDITION)),
        ("postcondition", Some(&CONDITION)),
    ],
    ..Takes::NOTHING
};

/// Its arguments, and those that every resource has.
const TERRAFORM_DATA: Takes = Takes {
    optional: &[
        "count",
        "depends_on",
        "for_each",
        "input",
        "provider",
        "triggers_replace",
    ],
    blocks: &[
        ("connection", None),
        ("dynamic", None),
        ("lifecycle", None),
        ("provisioner", None),
    ],
    ..Takes::NOTHING
};

/// The provisioners that Terraform has, and what they take besides `when` and `on_failure` (`terraform validate`).
const PROVISIONERS: &[(&str, Takes)] = &[
    (
        "file",
        Takes {
            required: &["destination"],
            optional: &["content", "on_failure", "source", "when"],
            blocks: &[("connection", None)],
            ..Takes::NOTHING
        },
    ),
    (
        "local-exec",
        Takes {
            required: &["command"],
            optional: &[
                "environment",
                "interpreter",
                "on_failure",
                "quiet",
                "when",
                "working_dir",
            ],
            blocks: &[("connection", None)],
            ..Takes::NOTHING
        },
    ),
    (
        "remote-exec",
        Takes {
            optional: &["inline", "on_failure", "script", "scripts", "when"],
            blocks: &[("connection", None)],
            ..Takes::NOTHING
        },
    ),
];

const MOVED: Takes = Takes {
    required: &["from", "to"],
    ..Takes::NOTHING
};

const REMOVED: Takes = Takes {
    required: &["from"],
    blocks: &[
        (
            "lifecycle",
            Some(&Takes {
                optional: &["destroy"],
                ..Takes::NOTHING
            }),
        ),
        ("connection", None),
        ("provisioner", None),
    ],
    ..Takes::NOTHING
};

const IMPORT: Takes = Takes {
    required: &["to"],
    optional: &["for_each", "id", "identity", "provider"],
    ..Takes::NOTHING
};

const CHECK: Takes = Takes {
    labels: 1,
    blocks: &[("assert", Some(&CONDITION)), ("data", None)],
    ..Takes::NOTHING
};

/// Names that no variable may have: a `module` block means something else by them.
const RESERVED: &[&str] = &[
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "locals",
    "providers",
    "source",
    "version",
];

/// What a block of a file says that Terraform does not take.
pub(crate) fn check(source: &Arc<Source>, block: &Block, problems: &mut Vec<Problem>) {
    let mut check = Check { source, problems };
    match block.ident.as_str() {
        "variable" => {
            check.block(block, &VARIABLE);
            let name = block.labels.first().map_or("", |label| label.as_str());
            if RESERVED.contains(&name) {
                let message = format!(
                    "a variable cannot be called `{name}`: `module` blocks mean something else by it"
                );
                check.say(block.span(), message);
            }
        }
        "output" => {
            check.block(block, &OUTPUT);
            let name = block.labels.first().map_or("", |label| label.as_str());
            if !name.is_empty() && !is_name(name) {
                let message = format!("an output cannot be called `{name}`: that is no name");
                check.say(block.span(), message);
            }
        }
        "terraform" => check.block(block, &TERRAFORM),
        "moved" => {
            check.block(block, &MOVED);
            let written = |name: &str| {
                let attribute = block.body.get_attribute(name);
                attribute.map(|a| a.value.to_string().trim().to_owned())
            };
            if let (Some(from), Some(to)) = (written("from"), written("to"))
                && is_of_module(&from) != is_of_module(&to)
            {
                let message = format!(
                    "`moved`: {from} and {to}: a module becomes a module, and a resource a resource"
                );
                check.say(block.span(), message);
            }
        }
        "removed" => check.block(block, &REMOVED),
        "import" => {
            check.block(block, &IMPORT);
            let body = &block.body;
            if !body.has_attribute("id")
                && !body.has_attribute("identity")
                && !body.has_blocks("identity")
            {
                check.say(block.span(), "`import` needs `id`".to_owned());
            }
        }
        "check" => {
            check.block(block, &CHECK);
            if !block.body.has_blocks("assert") {
                let message = "`check` needs an `assert` block".to_owned();
                check.say(block.span(), message);
            }
        }
        "provider" => {
            check.labels(block, 1);
            if let Some(attribute) = block.body.get_attribute("for_each") {
                let message = "`for_each` of a provider is OpenTofu's alone, and not supported yet";
                check.say(attribute.span(), message.to_owned());
            }
        }
        "locals" => {
            check.labels(block, 0);
            check.no_blocks(&block.body, "locals");
        }
        "module" => {
            check.labels(block, 1);
            check.no_blocks(&block.body, "module");
            let name = block.labels.first().map_or("", |label| label.as_str());
            if let Some(waits) = block.body.get_attribute("depends_on") {
                let own = format!("module.{name}");
                let paths = crate::references::of_expression(&waits.value);
                if paths.iter().any(|path| path.join(".") == own) {
                    let message = format!("`depends_on`: {own} cannot wait for itself");
                    check.say(waits.span(), message);
                }
            }
        }
        "resource" => {
            check.dynamic(&block.body);
            check.lifecycle(block, &LIFECYCLE);
            for provisioner in block.body.get_blocks("provisioner") {
                let name = provisioner.labels.first().map_or("", |l| l.as_str());
                match PROVISIONERS.iter().find(|(known, _)| *known == name) {
                    Some((_, takes)) => check.inside(provisioner, name, takes),
                    None => check.say(
                        provisioner.span(),
                        format!("there is no provisioner `{name}`"),
                    ),
                }
            }
            if block
                .labels
                .first()
                .is_some_and(|l| l.as_str() == "terraform_data")
            {
                check.inside(block, "terraform_data", &TERRAFORM_DATA);
            }
        }
        "data" | "ephemeral" => {
            check.dynamic(&block.body);
            check.lifecycle(block, &LIFECYCLE_OF_DATA);
        }
        _ => {}
    }
}

/// Whether an address of a `moved` block is of a module as a whole.
fn is_of_module(address: &str) -> bool {
    let mut depth = 0_usize;
    let dots = address.chars().filter(|c| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *c == '.' && depth == 0
    });
    let parts = dots.count() + 1;
    address.starts_with("module.") && address.matches("module.").count() * 2 == parts
}

struct Check<'c> {
    source: &'c Arc<Source>,
    problems: &'c mut Vec<Problem>,
}

impl Check<'_> {
    fn say(&mut self, span: Option<std::ops::Range<usize>>, message: String) {
        let place = place_of(self.source, span);
        self.problems.push(Problem::at(&place, message));
    }

    fn labels(&mut self, block: &Block, wanted: usize) {
        let kind = block.ident.as_str();
        let message = match (block.labels.len(), wanted) {
            (given, wanted) if given == wanted => return,
            (0, _) => format!("`{kind}` needs a name"),
            (_, 0) => format!("`{kind}` has no name"),
            _ => format!("`{kind}` has one name, and no more"),
        };
        self.say(block.span(), message);
    }

    fn no_blocks(&mut self, body: &Body, kind: &str) {
        for inner in body.blocks() {
            let name = inner.ident.as_str();
            self.say(
                inner.span(),
                format!("a block is not expected in `{kind}`: `{name}`"),
            );
        }
    }

    /// What is said of the making of a block, which is said once.
    fn lifecycle(&mut self, block: &Block, takes: &Takes) {
        let all = block.body.get_blocks("lifecycle");
        for (at, lifecycle) in all.enumerate() {
            self.block(lifecycle, takes);
            if at > 0 {
                let message = "`lifecycle` stands there twice: a block has one".to_owned();
                self.say(lifecycle.span(), message);
            }
        }
    }

    /// What dynamic blocks make are the provider's blocks, which have no names behind them.
    fn dynamic(&mut self, body: &Body) {
        const OWN: &[&str] = &["connection", "lifecycle", "provisioner"];
        const DYNAMIC: &[&str] = &["for_each", "iterator", "labels"];
        for block in body.blocks() {
            self.dynamic(&block.body);
            if block.ident.as_str() != "dynamic" {
                continue;
            }
            let name = block.labels.first().map_or("", |label| label.as_str());
            if OWN.contains(&name) {
                let message = format!("a `dynamic` block makes no `{name}`: write it out");
                self.say(block.span(), message);
            }
            let more = block.body.attributes().map(|a| (a.key.as_str(), a.span()));
            let more = more.filter(|(name, _)| !DYNAMIC.contains(name));
            for (argument, span) in more {
                let message = format!("an argument is not expected in `dynamic`: `{argument}`");
                self.say(span, message);
            }
            if let Some(labels) = block.body.get_attribute("labels") {
                let message = format!("`labels`: a block `{name}` has no names behind it");
                self.say(labels.span(), message);
            }
        }
    }

    fn block(&mut self, block: &Block, takes: &Takes) {
        self.labels(block, takes.labels);
        self.inside(block, block.ident.as_str(), takes);
    }

    fn inside(&mut self, block: &Block, kind: &str, takes: &Takes) {
        for name in takes.required {
            if !block.body.has_attribute(name) {
                self.say(block.span(), format!("`{kind}` needs `{name}`"));
            }
        }
        for attribute in block.body.attributes() {
            self.attribute(attribute, kind, takes);
        }
        for inner in block.body.blocks() {
            let name = inner.ident.as_str();
            match takes.blocks.iter().find(|(known, _)| *known == name) {
                Some((_, Some(inside))) => self.block(inner, inside),
                Some((_, None)) => {}
                None => {
                    let meant = meant(name, takes);
                    self.say(
                        inner.span(),
                        format!("a block is not expected in `{kind}`: `{name}`{meant}"),
                    );
                }
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute, kind: &str, takes: &Takes) {
        let name = attribute.key.as_str();
        if !takes.required.contains(&name) && !takes.optional.contains(&name) {
            let message = match (kind, name) {
                ("lifecycle", "enabled") => {
                    "`enabled` of `lifecycle` is OpenTofu's alone, and not supported yet".to_owned()
                }
                _ => format!("`{name}` is no argument of `{kind}`{}", meant(name, takes)),
            };
            self.say(attribute.span(), message);
        }
    }
}

/// What a name that is written wrongly may mean, as the end of a sentence.
fn meant(name: &str, takes: &Takes) -> String {
    alike(name, takes.names()).map_or_else(String::new, |own| format!(": did you mean `{own}`?"))
}

/// The most alike of `names`, if it is alike enough for somebody to have meant it.
pub fn alike<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    const ALIKE: f32 = 0.85;
    let ratio = |own: &str| similar::TextDiff::from_chars(name, own).ratio();
    let rated = names.map(|own| (ratio(own), own));
    let best = rated.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(ratio, _)| *ratio >= ALIKE)
        .map(|(_, own)| own)
}

#[cfg(test)]
mod tests {
    use crate::{Configuration, Reading};

    /// What `terraform validate` (1.11.4) refuses, and what is said of it here; nothing, where it takes it.
    const SAID: &[(&str, &str)] = &[
        ("output \"o\" {\n}\n", "`output` needs `value`"),
        (
            "output \"o\" {\n  value    = 1\n  sensitve = true\n}\n",
            "`sensitve` is no argument of `output`: did you mean `sensitive`?",
        ),
        (
            "output \"a\" \"b\" {\n  value = 1\n}\n",
            "`output` has one name, and no more",
        ),
        ("variable {\n  default = 1\n}\n", "`variable` needs a name"),
        (
            "variable \"v\" {\n  defualt = 1\n  default = 1\n}\n",
            "`defualt` is no argument of `variable`: did you mean `default`?",
        ),
        (
            "variable \"count\" {\n  default = 1\n}\n",
            "a variable cannot be called `count`: `module` blocks mean something else by it",
        ),
        (
            "variable \"v\" {\n  default = 1\n  validation {\n    condition = true\n  }\n}\n",
            "`validation` needs `error_message`",
        ),
        (
            "resource \"terraform_data\" \"x\" {\n  lifecycle {\n    prevent_destory = true\n  }\n}\n",
            "`prevent_destory` is no argument of `lifecycle`: did you mean `prevent_destroy`?",
        ),
        (
            "data \"aws_region\" \"x\" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n",
            "`prevent_destroy` is no argument of `lifecycle`",
        ),
        (
            "locals {\n  x {\n  }\n}\n",
            "a block is not expected in `locals`: `x`",
        ),
        (
            "check \"c\" {\n  asert {\n  }\n  assert {\n    condition = path.module != \"\"\n    error_message = \"x\"\n  }\n}\n",
            "a block is not expected in `check`: `asert`: did you mean `assert`?",
        ),
        (
            "resource \"terraform_data\" \"x\" {\n  inputt = 1\n}\n",
            "`inputt` is no argument of `terraform_data`: did you mean `input`?",
        ),
        (
            "resource \"terraform_data\" \"x\" {\n  lifecycle {\n  }\n  lifecycle {\n  }\n}\n",
            "`lifecycle` stands there twice: a block has one",
        ),
        (
            "resource \"aws_iam_role\" \"x\" {\n  dynamic \"lifecycle\" {\n    for_each = []\n    content {\n    }\n  }\n}\n",
            "a `dynamic` block makes no `lifecycle`: write it out",
        ),
        (
            "resource \"aws_iam_role\" \"x\" {\n  dynamic \"inline_policy\" {\n    for_each = []\n    labels = [\"a\"]\n    content {\n    }\n  }\n}\n",
            "`labels`: a block `inline_policy` has no names behind it",
        ),
        (
            "provider \"aws\" {\n  for_each = {}\n  alias = \"a\"\n}\n",
            "`for_each` of a provider is OpenTofu's alone, and not supported yet",
        ),
        (
            "import {\n  to = terraform_data.a\n}\n",
            "`import` needs `id`",
        ),
        ("check \"c\" {\n}\n", "`check` needs an `assert` block"),
        (
            "terraform {\n  requierd_version = \"1\"\n}\n",
            "`requierd_version` is no argument of `terraform`: did you mean `required_version`?",
        ),
        (
            "resource \"terraform_data\" \"x\" {\n  provisioner \"local-exec\" {\n    comand = \"x\"\n    command = \"x\"\n  }\n}\n",
            "`comand` is no argument of `local-exec`: did you mean `command`?",
        ),
        (
            "resource \"terraform_data\" \"x\" {\n  provisioner \"nope\" {\n  }\n}\n",
            "there is no provisioner `nope`",
        ),
        (
            "output \"o o\" {\n  value = 1\n}\n",
            "an output cannot be called `o o`: that is no name",
        ),
        (
            "moved {\n  from = terraform_data.a\n  to   = module.x\n}\n",
            "`moved`: terraform_data.a and module.x: a module becomes a module, and a resource a resource",
        ),
        (
            "resource \"aws_iam_user\" \"u\" {\n  dynamic \"tag\" {\n    for_each = []\n    foo      = 1\n    content {}\n  }\n}\n",
            "an argument is not expected in `dynamic`: `foo`",
        ),
        (
            "moved {\n  from = terraform_data.a\n}\n",
            "`moved` needs `to`",
        ),
        (
            "variable \"v\" {\n  description = \"d\"\n  type = string\n  default = \"\"\n  sensitive = true\n  nullable = false\n  ephemeral = false\n}\nterraform {\n  required_version = \"1\"\n  required_providers {\n    aws = {}\n  }\n  backend \"s3\" {\n    anything = 1\n  }\n}\n",
            "",
        ),
    ];

    #[test]
    fn what_terraform_does_not_take_is_said() {
        for (text, message) in SAID {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("main.tf"), text).unwrap();
            let said = match Configuration::read(&Reading::of(folder.path())) {
                Ok(_) => Vec::new(),
                Err(problems) => problems.into_iter().map(|p| p.message).collect(),
            };
            let wanted: Vec<&str> = Some(*message)
                .filter(|m| !m.is_empty())
                .into_iter()
                .collect();
            assert_eq!(said, wanted, "{text}");
        }
    }
}
