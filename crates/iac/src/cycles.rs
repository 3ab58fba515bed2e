//! Named values (locals, outputs, variables of modules that are called) that need each other: nothing can be planned, whether
//! anything uses them or not.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;

use crate::block::place_of;
use crate::config::Configuration;
use crate::{Place, Problem, references};

/// A named value: the index of its module, what it is, and its name.
type Name<'c> = (usize, &'static str, &'c str);

struct Walk<'c> {
    config: &'c Configuration,
    /// Whether all that a name needs was followed; not yet, while it is.
    done: BTreeMap<Name<'c>, bool>,
    problems: Vec<Problem>,
}

impl Configuration {
    /// Finds values that need themselves.
    pub(crate) fn check_cycles(&self, problems: &mut Vec<Problem>) {
        let mut walk = Walk {
            config: self,
            done: BTreeMap::new(),
            problems: Vec::new(),
        };
        for (index, module) in self.modules.iter().enumerate() {
            let locals = module.locals.keys().map(|name| (index, "local", &**name));
            let outputs = module.outputs.keys().map(|name| (index, "output", &**name));
            for name in locals.chain(outputs) {
                walk.from(name);
            }
        }
        problems.append(&mut walk.problems);
    }
}

impl<'c> Walk<'c> {
    /// Follows what `start` needs. Chains may be long: those that are open are a list, not calls of this.
    fn from(&mut self, start: Name<'c>) {
        let mut open: Vec<(Name<'c>, Vec<Name<'c>>)> = Vec::new();
        let mut next = Some(start);
        loop {
            if let Some(name) = next.take()
                && !self.done.contains_key(&name)
            {
                self.done.insert(name, false);
                open.push((name, self.needs(name)));
            }
            let Some((name, needs)) = open.last_mut() else {
                return;
            };
            let Some(need) = needs.pop() else {
                self.done.insert(*name, true);
                open.pop();
                continue;
            };
            if self.done.get(&need) == Some(&false) {
                let from = open.iter().position(|(name, _)| *name == need);
                let cycle = open.iter().skip(from.unwrap_or_default());
                let cycle: Vec<Name<'c>> = cycle.map(|(name, _)| *name).collect();
                self.tell(&cycle);
            } else {
                next = Some(need);
            }
        }
    }

    fn tell(&mut self, cycle: &[Name<'c>]) {
        let address = |(module, kind, name): &Name<'c>| {
            let path = self.config.modules.get(*module).map(|m| &*m.path);
            format!("{}{kind}.{name}", path.unwrap_or_default())
        };
        let names: BTreeSet<String> = cycle.iter().map(address).collect();
        let names: Vec<String> = names.into_iter().collect();
        let message = match names.as_slice() {
            [one] => format!("{one} refers to itself"),
            all => format!("these depend on each other: {}", all.join(", ")),
        };
        let place = cycle.iter().min().and_then(|name| self.written(*name));
        let place = place.map(|(_, _, place)| place);
        self.problems.push(Problem::new(place, message));
    }

    /// The expression of a name, the module whose names it uses, and where it stands.
    fn written(&self, (module, kind, name): Name<'c>) -> Option<(&'c Expression, usize, Place)> {
        let own = self.config.modules.get(module)?;
        let (source, expression, module) = match kind {
            "local" => {
                let (source, expression) = own.locals.get(name)?;
                (source, expression, module)
            }
            "output" => {
                let output = own.outputs.get(name)?;
                (&output.source, &output.value, module)
            }
            _ => {
                let (caller, call) = own.call.as_ref()?;
                let attribute = call.body.get_attribute(name)?;
                (&call.place.source, &attribute.value, *caller)
            }
        };
        Some((expression, module, place_of(source, expression.span())))
    }

    fn needs(&self, name: Name<'c>) -> Vec<Name<'c>> {
        let Some((expression, module, _)) = self.written(name) else {
            return Vec::new();
        };
        let Some(own) = self.config.modules.get(module) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for path in references::of_expression(expression) {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            match path.as_slice() {
                ["local", name, ..] => {
                    let declared = own.locals.get_key_value(*name);
                    out.extend(declared.map(|(name, _)| (module, "local", &**name)));
                }
                ["var", name, ..] => {
                    let declared = own.variables.get_key_value(*name);
                    out.extend(declared.map(|(name, _)| (module, "var", &**name)));
                }
                ["module", name, rest @ ..] => {
                    let child = own.children.get(*name);
                    let called = child.and_then(|c| Some((*c, self.config.modules.get(*c)?)));
                    let Some((index, called)) = called else {
                        continue;
                    };
                    let named = |output: &&'c String| {
                        rest.first().is_none_or(|own| *own == output.as_str())
                    };
                    let outputs = called.outputs.keys().filter(named);
                    out.extend(outputs.map(|output| (index, "output", &**output)));
                }
                _ => {}
            }
        }
        out
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]
mod tests {
    use crate::{Configuration, Reading};

    fn problems(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        match Configuration::read(&Reading::of(folder.path())) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.into_iter().map(|p| p.message).collect(),
        }
    }

    #[test]
    fn what_goes_round_is_told_once() {
        let text = "locals {\n  a = local.b\n  b = [local.a, local.c]\n  c = 1\n}\noutput \"o\" { value = local.a }\n";
        let expected = ["these depend on each other: local.a, local.b"];
        assert_eq!(problems(&[("main.tf", text)]), expected);
        let own = "locals {\n  a = [for a in [1] : local.a]\n}\n";
        assert_eq!(problems(&[("main.tf", own)]), ["local.a refers to itself"]);
        let nothing = "locals {\n  a = [local.b, local.c]\n  b = local.c\n  c = 1\n}\n";
        assert_eq!(problems(&[("main.tf", nothing)]), [""; 0]);
    }

    #[test]
    fn modules_are_gone_through() {
        let main = "module \"m\" {\n  source = \"./m\"\n  a      = module.m.out\n  b      = 1\n}\n";
        let module = |out: &str| {
            format!(
                "variable \"a\" {{}}\nvariable \"b\" {{}}\noutput \"out\" {{\n  value = var.{out}\n}}\n"
            )
        };
        let files = |out: &str| problems(&[("main.tf", main), ("m/main.tf", &module(out))]);
        let expected = ["these depend on each other: module.m.output.out, module.m.var.a"];
        assert_eq!(files("a"), expected);
        assert_eq!(files("b"), [""; 0], "an output needs what it names");
    }

    #[test]
    fn a_long_chain_is_followed() {
        let line = |i: usize| format!("  l{i} = local.l{}\n", i + 1);
        let chain: String = (0..20_000).map(line).collect();
        let text = format!("locals {{\n{chain}  l20000 = local.l0\n}}\n");
        assert_eq!(problems(&[("main.tf", &text)]).len(), 1);
    }
}
