//! What `module` blocks say: every module gets what it requires, and nothing that it does not know.

use hcl_edit::Span as _;

use crate::Problem;
use crate::block::place_of;
use crate::config::Configuration;
use crate::module::{Call, Module};

const META: &[&str] = &[
    "source",
    "version",
    "providers",
    "count",
    "for_each",
    "depends_on",
];

impl Configuration {
    pub(crate) fn check_calls(&self, problems: &mut Vec<Problem>) {
        for (index, module) in self.modules.iter().enumerate() {
            let Some((_, call)) = module.call.as_ref().filter(|_| !module.given) else {
                continue;
            };
            problems.extend(arguments(module, call));
            problems.extend(version(call));
            problems.extend(self.own_providers(index, call));
        }
    }

    /// A module with providers of its own is called once, and waits for nothing: Terraform has to configure them before it
    /// plans anything.
    fn own_providers(&self, index: usize, call: &Call) -> Option<Problem> {
        let name = ["count", "for_each", "depends_on"]
            .into_iter()
            .find(|name| call.body.has_attribute(name))?;
        let within = |at: usize| {
            let mut at = Some(at);
            while let Some(module) = at.filter(|at| *at != index) {
                let called = self.modules.get(module).and_then(|m| m.call.as_ref());
                at = called.map(|(caller, _)| *caller);
            }
            at == Some(index)
        };
        let modules = self.modules.iter().enumerate();
        let mut inner = modules.filter(|(at, _)| within(*at)).map(|(_, m)| m);
        // One without arguments, or with its name alone, says which is expected, as of old.
        let (provider, source) = inner.find_map(|module| {
            let mut all = module.providers.iter();
            let own = all.find(|(_, _, block)| {
                let said = block.body.attributes().any(|a| a.key.as_str() != "alias");
                said || block.body.blocks().next().is_some()
            });
            own.map(|(name, source, _)| (name, source))
        })?;
        let message = format!(
            "module.{}: `{name}` is not taken: {} has a `provider \"{provider}\"` of its own: hand it in with `providers`",
            call.name, source.path
        );
        Some(Problem::at(&call.place, message))
    }
}

fn arguments(module: &Module, call: &Call) -> Vec<Problem> {
    let attributes = call.body.attributes().map(|a| a.key.as_str());
    let unknown = attributes
        .filter(|name| !META.contains(name) && !module.variables.contains_key(*name))
        .map(|name| format!("module.{} has no variable `{name}`", call.name));
    let missing = module
        .variables
        .iter()
        .filter(|(name, variable)| variable.default.is_none() && !call.body.has_attribute(name))
        .map(|(name, _)| format!("module.{} needs the variable `{name}`", call.name));
    let all = unknown.chain(missing);
    all.map(|message| Problem::at(&call.place, message))
        .collect()
}

/// Only a module of a registry has versions.
fn version(call: &Call) -> Option<Problem> {
    let version = call.body.get_attribute("version")?;
    let source = call.body.get_attribute("source")?.value.as_str()?;
    let local = source.starts_with("./") || source.starts_with("../");
    let message = format!(
        "module.{}: only a module of a registry has a `version`, and `{source}` is a directory",
        call.name
    );
    local.then(|| Problem::at(&place_of(&call.place.source, version.span()), message))
}

#[cfg(test)]
mod tests {
    use crate::{Configuration, Reading};

    fn problems(call: &str, module: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("m")).unwrap();
        std::fs::write(folder.path().join("main.tf"), call).unwrap();
        std::fs::write(folder.path().join("m/m.tf"), module).unwrap();
        match Configuration::read(&Reading::of(folder.path())) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|p| p.message).collect(),
        }
    }

    #[test]
    fn modules_with_providers_of_their_own_are_called_once() {
        let call = |more: &str| format!("module \"m\" {{\n  source = \"./m\"\n  {more}\n}}\n");
        let own = "provider \"aws\" {\n  region = \"us-east-1\"\n}\n";
        let proxy = "provider \"aws\" {\n  alias = \"a\"\n}\n";
        assert_eq!(problems(&call(""), own), Vec::<String>::new());
        assert_eq!(problems(&call("count = 1"), proxy), Vec::<String>::new());
        for name in ["count = 1", "for_each = {}", "depends_on = []"] {
            let said = problems(&call(name), own);
            assert!(said[0].contains("is not taken"), "{said:?}");
        }
    }

    #[test]
    fn only_modules_of_registries_have_versions() {
        let call = "module \"m\" {\n  source = \"./m\"\n  version = \"1.0\"\n}\n";
        assert_eq!(
            problems(call, "locals {}\n"),
            ["module.m: only a module of a registry has a `version`, and `./m` is a directory"]
        );
    }

    /// Names of `for` stand for nothing else, and what is done once something is there may name it.
    #[test]
    fn names_that_are_bound_are_no_circles() {
        let module = "variable \"x\" {\n  default = 1\n}\noutput \"y\" {\n  value = 2\n}\noutput \"z\" {\n  value = var.x\n}\n";
        for text in [
            "locals {\n  name = [for local in [{ name = 1 }] : local.name]\n}\n",
            "locals {\n  name = \"%{ for local in [{ name = 1 }] }${local.name}%{ endfor }\"\n}\n",
            "resource \"terraform_data\" \"name\" {\n  input = [for terraform_data in [{ name = 1 }] : terraform_data.name]\n}\n",
            "resource \"terraform_data\" \"name\" {\n  provisioner \"local-exec\" {\n    command = terraform_data.name.id\n  }\n}\n",
            "module \"a\" {\n  source = \"./m\"\n  count  = 1\n  x      = local.c\n}\nlocals {\n  c = module.a.0.y\n}\n",
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir(folder.path().join("m")).unwrap();
            std::fs::write(folder.path().join("m/m.tf"), module).unwrap();
            std::fs::write(folder.path().join("main.tf"), text).unwrap();
            let read = Configuration::read(&Reading::of(folder.path()));
            let read = read.unwrap_or_else(|p| panic!("{text}: {p:?}"));
            assert!(read.order().is_ok(), "{text}");
        }
    }

    #[test]
    fn what_waits_for_itself_through_a_module_is_a_circle() {
        let module = "resource \"terraform_data\" \"r\" {\n}\noutput \"y\" {\n  value = 2\n}\n";
        let reads = |on: &str| {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir(folder.path().join("m")).unwrap();
            let main = format!(
                "resource \"terraform_data\" \"q\" {{\n  input = module.a.y\n}}\nresource \"terraform_data\" \"o\" {{\n}}\nmodule \"a\" {{\n  source = \"./m\"\n  depends_on = [{on}]\n}}\n"
            );
            std::fs::write(folder.path().join("main.tf"), main).unwrap();
            std::fs::write(folder.path().join("m/m.tf"), module).unwrap();
            let read = Configuration::read(&Reading::of(folder.path())).unwrap();
            read.order().map_err(|problems| problems[0].message.clone())
        };
        assert!(reads("terraform_data.o").is_ok());
        let said = reads("terraform_data.q").unwrap_err();
        assert!(
            said.contains("terraform_data.q depends on itself"),
            "{said}"
        );
    }
}
