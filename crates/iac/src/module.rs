//! What the files of one module declare.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Block, Body, Structure};

use crate::block::{Node, NodeKind, labels, place_of};
use crate::convert::to_bool;
use crate::eval::evaluate;
use crate::provider::block_name;
use crate::scope::Scope;
use crate::types::{self, Constraint};
use crate::value::Value;
use crate::{Place, Problem, Source};

/// A module: a root, or one that a `module` block calls.
#[derive(Debug)]
pub(crate) struct Module {
    /// In front of the addresses of what it declares: nothing for a root, `module.a.` for a module that it calls. Where
    /// several directories are read together, the name of the directory and a colon come first.
    pub(crate) path: String,
    /// Where its files are.
    pub(crate) folder: PathBuf,
    /// The same from the root's folder: `path.module`.
    pub(crate) within: PathBuf,
    /// The index of its root; its own if it is one.
    pub(crate) root: usize,
    /// The module that calls it, and how.
    pub(crate) call: Option<(usize, Call)>,
    pub(crate) children: BTreeMap<String, usize>,
    pub(crate) variables: BTreeMap<String, Variable>,
    pub(crate) locals: BTreeMap<String, (Arc<Source>, Expression)>,
    pub(crate) outputs: BTreeMap<String, Output>,
    pub(crate) providers: Vec<(String, Arc<Source>, Block)>,
    /// Where it keeps its state, and where an override file, which is often of one person alone, says so.
    pub(crate) backends: Vec<(String, Arc<Source>, Body)>,
    /// Whether it says which providers it requires.
    requires: bool,
    /// The provider configurations that its caller has to pass: `configuration_aliases`.
    pub(crate) aliases: Vec<String>,
    /// Its `import` blocks.
    pub(crate) imports: Vec<(Arc<Source>, Block)>,
    /// What its `moved` and `removed` blocks say.
    pub(crate) gone: Vec<Gone>,
    /// Its `check` blocks.
    pub(crate) checks: Vec<(Arc<Source>, Block)>,
    /// Whether it was not read: somebody gave its outputs.
    pub(crate) given: bool,
}

/// A `module` block.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) place: Place,
    /// The byte behind the block.
    pub(crate) end: usize,
    pub(crate) body: Body,
}

/// A `moved` or `removed` block: what was there once, under a name that it has no more.
#[derive(Debug)]
pub(crate) struct Gone {
    pub(crate) moved: bool,
    pub(crate) from: String,
    /// Nothing, where it is removed.
    pub(crate) to: String,
    pub(crate) place: Place,
}

/// An `output` block.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) source: Arc<Source>,
    pub(crate) value: Expression,
    pub(crate) depends_on: Option<Expression>,
    /// Whether it is shown to nobody: what is ephemeral is not, either.
    pub(crate) sensitive: bool,
    pub(crate) ephemeral: bool,
    pub(crate) preconditions: Vec<Block>,
}

/// A `variable` block.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) place: Place,
    pub(crate) constraint: Constraint,
    /// Whether it says its type, be it `any`.
    pub(crate) typed: bool,
    pub(crate) default: Option<Value>,
    pub(crate) nullable: bool,
    pub(crate) sensitive: bool,
    pub(crate) ephemeral: bool,
    pub(crate) validations: Vec<Body>,
    /// The value that a root was given.
    pub(crate) value: Option<Value>,
}

/// Whether a text can be the name of a block (Terraform, "Identifiers").
pub(crate) fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_')
        && letters.all(|c| c.is_alphanumeric() || "_-".contains(c))
}

/// What a file adds, besides to its module.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) nodes: Vec<Node>,
    pub(crate) calls: Vec<Call>,
    pub(crate) notes: Vec<Problem>,
    pub(crate) problems: Vec<Problem>,
}

impl Module {
    pub(crate) fn new(path: String, folder: PathBuf, within: PathBuf, root: usize) -> Self {
        Self {
            path,
            folder,
            within,
            root,
            call: None,
            children: BTreeMap::new(),
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            outputs: BTreeMap::new(),
            providers: Vec::new(),
            backends: Vec::new(),
            requires: false,
            aliases: Vec::new(),
            imports: Vec::new(),
            gone: Vec::new(),
            checks: Vec::new(),
            given: false,
        }
    }

    /// Takes what a file declares. `index` is the module's own.
    pub(crate) fn file(
        &mut self,
        index: usize,
        source: &Arc<Source>,
        body: Body,
        constants: &Scope<'_>,
        found: &mut Found,
    ) {
        for structure in body {
            match structure {
                Structure::Block(block) => self.block(index, source, block, constants, found),
                Structure::Attribute(attribute) => {
                    found.problems.push(unexpected(source, &attribute));
                }
            }
        }
    }

    fn block(
        &mut self,
        index: usize,
        source: &Arc<Source>,
        block: Block,
        constants: &Scope<'_>,
        found: &mut Found,
    ) {
        let place = place_of(source, block.span());
        let names = labels(&block);
        let label = names.first().cloned().unwrap_or_default();
        if block.body.has_blocks("provisioner") {
            let message = format!(
                "{}: its provisioner is not run, and what it does is no part of the rehearsal",
                names.join(".")
            );
            found.notes.push(Problem::at(&place, message));
        }
        crate::language::check(source, &block, &mut found.problems);
        crate::statics::check(source, &block, &mut found.problems);
        let twice = |problems: &mut Vec<Problem>, known: bool, kind: &str, name: &str| {
            if known {
                let message = format!("{kind}.{name} is declared twice");
                problems.push(Problem::at(&place, message));
            }
        };
        match block.ident.as_str() {
            "variable" => match variable(&block, source, place.clone(), constants) {
                Ok(variable) => {
                    twice(
                        &mut found.problems,
                        self.variables.contains_key(&label),
                        "var",
                        &label,
                    );
                    self.variables.insert(label, variable);
                }
                Err(problem) => found.problems.push(problem),
            },
            "locals" => {
                for attribute in block.body.attributes() {
                    let entry = (Arc::clone(source), attribute.value.clone());
                    let name = attribute.key.as_str();
                    twice(
                        &mut found.problems,
                        self.locals.contains_key(name),
                        "local",
                        name,
                    );
                    self.locals.insert(name.to_owned(), entry);
                }
            }
            "output" => {
                if let Some(value) = block.body.get_attribute("value") {
                    let depends_on = block.body.get_attribute("depends_on");
                    let is = |name: &str| {
                        let value = block.body.get_attribute(name).map(|a| &a.value);
                        let value = value.map(|value| evaluate(value, constants, source));
                        value.and_then(Result::ok).as_ref().and_then(to_bool) == Some(true)
                    };
                    let output = Output {
                        // What is ephemeral is in no state.
                        sensitive: is("sensitive") || is("ephemeral"),
                        ephemeral: is("ephemeral"),
                        source: Arc::clone(source),
                        value: value.value.clone(),
                        depends_on: depends_on.map(|a| a.value.clone()),
                        preconditions: block.body.get_blocks("precondition").cloned().collect(),
                    };
                    if self.call.is_none() && is("ephemeral") {
                        let message = format!(
                            "output.{label}: an output of the directory itself cannot be `ephemeral`"
                        );
                        found.problems.push(Problem::at(&place, message));
                    }
                    twice(
                        &mut found.problems,
                        self.outputs.contains_key(&label),
                        "output",
                        &label,
                    );
                    self.outputs.insert(label, output);
                }
            }
            "provider" => {
                let name = block_name(&label, &block);
                let mut all = self.providers.iter();
                let known = all.any(|(label, _, block)| block_name(label, block) == name);
                twice(&mut found.problems, known, "provider", &name);
                self.providers.push((label, Arc::clone(source), block));
            }
            "terraform" => {
                // An override file says more of what another one says.
                let over = crate::overrides::is_override(&place.path());
                for requires in block.body.get_blocks("required_providers") {
                    self.aliases.extend(crate::passing::aliases(&requires.body));
                    if over {
                        continue;
                    }
                    twice(
                        &mut found.problems,
                        self.requires,
                        "terraform",
                        "required_providers",
                    );
                    self.requires = true;
                }
                for backend in block.body.get_blocks("backend") {
                    let kind = labels(backend).first().cloned().unwrap_or_default();
                    let backend = (kind, Arc::clone(source), backend.body.clone());
                    self.backends.push(backend);
                }
            }
            "module" => {
                let known = found.calls.iter().any(|call| call.name == label);
                twice(&mut found.problems, known, "module", &label);
                found.calls.push(Call {
                    name: label,
                    end: block.span().map_or(0, |span| span.end),
                    place,
                    body: block.body,
                });
            }
            kind @ ("resource" | "data" | "ephemeral") => match names.as_slice() {
                [_, name] if !is_name(name) => {
                    let message = format!(
                        "`{name}` is no name: one begins with a letter or an underscore, and has letters, digits, underscores and dashes"
                    );
                    found.problems.push(Problem::at(&place, message));
                }
                [type_name, name] => found.nodes.push(Node {
                    kind: match kind {
                        "data" => NodeKind::Data,
                        "ephemeral" => NodeKind::Ephemeral,
                        _ => NodeKind::Resource,
                    },
                    type_name: type_name.clone(),
                    name: name.clone(),
                    module: index,
                    path: self.path.clone(),
                    place,
                    end: block.span().map_or(0, |span| span.end),
                    provider: block
                        .body
                        .get_attribute("provider")
                        .map(|a| a.value.to_string().trim().trim_matches('"').to_owned()),
                    body: block.body,
                }),
                _ => {
                    let message = format!("`{kind}` needs a type and a name");
                    found.problems.push(Problem::at(&place, message));
                }
            },
            "import" => {
                let to = block.body.get_attribute("to");
                let to = to.map(|a| a.value.to_string().trim().to_owned());
                let message = format!(
                    "`import`: {} is on AWS already; the rehearsal makes it as the configuration has it",
                    to.unwrap_or_default()
                );
                found.notes.push(Problem::at(&place, message));
                self.imports.push((Arc::clone(source), block));
            }
            "check" => {
                if block.body.has_blocks("data") {
                    let message = format!(
                        "`check` \"{label}\" is not evaluated, for it reads something itself: where it does not hold, Terraform only warns"
                    );
                    found.notes.push(Problem::at(&place, message));
                }
                self.checks.push((Arc::clone(source), block));
            }
            "action" => {
                let labels: Vec<&str> = block.labels.iter().map(|l| l.as_str()).collect();
                let message = format!(
                    "`action` {} is not run, here as on AWS before something asks for it",
                    labels.join(".")
                );
                found.notes.push(Problem::at(&place, message));
            }
            kind @ ("moved" | "removed") => {
                let address = |name: &str| {
                    let attribute = block.body.get_attribute(name);
                    attribute.map(|a| a.value.to_string().trim().to_owned())
                };
                self.gone.extend(address("from").map(|from| Gone {
                    moved: kind == "moved",
                    from,
                    to: address("to").unwrap_or_default(),
                    place,
                }));
            }
            other => {
                let message = format!("`{other}` {label} is not supported yet");
                found.problems.push(Problem::at(&place, message));
            }
        }
    }
}

/// An argument stands where only blocks do.
pub(crate) fn unexpected(source: &Arc<Source>, attribute: &Attribute) -> Problem {
    let place = place_of(source, attribute.span());
    let name = attribute.key.as_str();
    Problem::at(
        &place,
        format!("an argument is not expected here: `{name}`"),
    )
}

fn variable(
    block: &Block,
    source: &Arc<Source>,
    place: Place,
    constants: &Scope<'_>,
) -> Result<Variable, Problem> {
    let constant = |e: &Expression| evaluate(e, constants, source);
    let constraint = match block.body.get_attribute("type") {
        Some(attribute) => types::parse(&attribute.value, source, &constant)?,
        None => Constraint::Any,
    };
    let value = |name: &str| {
        let attribute = block.body.get_attribute(name);
        attribute.map(|a| constant(&a.value)).transpose()
    };
    let default = value("default")?
        .map(|v| constraint.convert(&v))
        .transpose()
        .map_err(|m| Problem::at(&place, format!("the default does not fit: {m}")))?;
    for name in ["ephemeral", "nullable", "sensitive"] {
        if value(name)?.is_some_and(|value| to_bool(&value).is_none()) {
            let message = format!("`{name}` is true or false");
            return Err(Problem::at(&place, message));
        }
    }
    let nullable = value("nullable")? != Some(Value::Bool(false));
    if !nullable && default.as_ref().is_some_and(Value::is_null) {
        let message = "the default does not fit: it is null, and `nullable` is false";
        return Err(Problem::at(&place, message));
    }
    let is = |name: &str| Ok(value(name)? == Some(Value::Bool(true)));
    let ephemeral = is("ephemeral")?;
    Ok(Variable {
        constraint,
        typed: block.body.has_attribute("type"),
        default,
        nullable,
        // What is ephemeral is in no plan either.
        sensitive: is("sensitive")?,
        ephemeral,
        validations: block
            .body
            .get_blocks("validation")
            .map(|b| b.body.clone())
            .collect(),
        place,
        value: None,
    })
}
