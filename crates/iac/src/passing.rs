//! Which provider configurations modules need and are passed, and which are named that nobody configures: what Terraform refuses
//! before it plans.

use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;

use crate::Problem;
use crate::config::Configuration;
use crate::module::Module;
use crate::provider::{all_passed, block_name, is_proxy, passed, unquoted};

/// The `configuration_aliases` of a block `required_providers`.
pub(crate) fn aliases(requires: &Body) -> Vec<String> {
    let mut out = Vec::new();
    for attribute in requires.attributes() {
        let Expression::Object(object) = &attribute.value else {
            continue;
        };
        let mut members = object.iter();
        let found =
            members.find(|(key, _)| crate::syntax::key_name(key) == Some("configuration_aliases"));
        if let Some(Expression::Array(names)) = found.map(|(_, value)| value.expr()) {
            out.extend(names.iter().map(unquoted));
        }
    }
    out
}

impl Module {
    /// Whether it has a provider configuration of this name: configured here, or passed. What has no alias is there
    /// everywhere.
    fn has_provider(&self, name: &str) -> bool {
        let call = self.call.as_ref();
        !name.contains('.')
            || self.aliases.iter().any(|alias| alias == name)
            || self.providers.iter().any(|(l, _, b)| block_name(l, b) == name)
            || call.is_some_and(|(_, call)| passed(call, name).is_some())
            // Its providers are written by somebody else, as Terragrunt does.
            || (call.is_none() && self.providers.is_empty())
    }
}

impl Configuration {
    /// What modules need and are not passed, what they are passed and configure themselves, and names that nobody configures.
    pub(crate) fn check_passing(&self, problems: &mut Vec<Problem>) {
        for module in &self.modules {
            let Some((caller, call)) = &module.call else {
                continue;
            };
            let mut say = |message: String| {
                let message = format!("module.{}: {message}", call.name);
                problems.push(Problem::at(&call.place, message));
            };
            let needed = module.aliases.iter();
            for name in needed.filter(|name| passed(call, name).is_none()) {
                say(format!(
                    "it needs the provider `{name}` (configuration_aliases), which it is not passed: add it to `providers`"
                ));
            }
            for (name, theirs) in all_passed(call) {
                let caller = self.modules.get(*caller);
                if caller.is_some_and(|caller| !caller.has_provider(&theirs)) {
                    say(format!(
                        "`{name}` is passed the provider `{theirs}`, which is not declared"
                    ));
                }
                let own = module.providers.iter();
                let mut own = own.filter(|(label, _, block)| block_name(label, block) == name);
                // As of old; one with a version is a configuration.
                let configures = |block| !is_proxy(block) || block.body.has_attribute("version");
                if own.any(|(_, _, block)| configures(block)) {
                    say(format!(
                        "it is passed the provider `{name}`, and configures it itself: it can be only one of both"
                    ));
                }
            }
        }
        for node in &self.nodes {
            let Some(name) = &node.provider else {
                continue;
            };
            let module = self.modules.get(node.module);
            if module.is_some_and(|m| m.call.is_none() && !m.has_provider(name)) {
                let message = format!(
                    "{} has the provider `{name}`, which is not declared",
                    node.address()
                );
                problems.push(Problem::at(&node.place, message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Configuration, Reading};

    const NEEDS: &str = "terraform {\n  required_providers {\n    aws = {\n      source = \"hashicorp/aws\"\n      configuration_aliases = [aws.x]\n    }\n  }\n}\n";

    fn problems(call: &str, module: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let main = format!(
            "provider \"aws\" {{\n}}\nprovider \"aws\" {{\n  alias = \"k\"\n}}\nmodule \"m\" {{\n  source = \"./m\"\n{call}}}\n"
        );
        std::fs::create_dir(folder.path().join("m")).unwrap();
        std::fs::write(folder.path().join("main.tf"), main).unwrap();
        std::fs::write(folder.path().join("m/main.tf"), module).unwrap();
        match Configuration::read(&Reading::of(folder.path())) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|p| p.message).collect(),
        }
    }

    /// As `terraform init` and `terraform validate` (1.11.4).
    #[test]
    fn modules_are_passed_what_they_need() {
        let region = "data \"aws_region\" \"r\" {\n  provider = aws.x\n}\n";
        let own = "provider \"aws\" {\n  region = \"eu-west-1\"\n}\n";
        let proxy = "provider \"aws\" {\n  alias = \"x\"\n}\n";
        for (call, module, said) in [
            (
                "",
                NEEDS.to_owned(),
                Some(
                    "module.m: it needs the provider `aws.x` (configuration_aliases), which it is not passed: add it to `providers`",
                ),
            ),
            (
                "  providers = {\n    aws.x = aws.nope\n  }\n",
                NEEDS.to_owned(),
                Some("module.m: `aws.x` is passed the provider `aws.nope`, which is not declared"),
            ),
            (
                "  providers = {\n    aws = aws.k\n  }\n",
                own.to_owned(),
                Some(
                    "module.m: it is passed the provider `aws`, and configures it itself: it can be only one of both",
                ),
            ),
            (
                "  providers = {\n    aws.x = aws\n  }\n",
                format!("{NEEDS}{region}"),
                None,
            ),
            (
                "  providers = {\n    aws.y = aws.k\n  }\n",
                String::new(),
                None,
            ),
            (
                "  providers = {\n    aws.x = aws.k\n  }\n",
                format!("{proxy}{region}"),
                None,
            ),
            ("", format!("{proxy}{region}"), None),
            (
                "}\nresource \"aws_iam_user\" \"u\" {\n  count    = 0\n  provider = aws.nope\n",
                String::new(),
                Some("aws_iam_user.u has the provider `aws.nope`, which is not declared"),
            ),
        ] {
            let said: Vec<&str> = said.into_iter().collect();
            assert_eq!(problems(call, &module), said, "{call}{module}");
        }
    }
}
