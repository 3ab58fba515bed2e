//! Calls of modules that are made for several keys.

use serde_json::Value;

use super::policies::Made;
use super::writer::Here;

/// An instance of a call that has a key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Called<'c> {
    /// What comes before it: the path of the module that calls.
    pub(super) path: &'c str,
    /// The call: `module.name`.
    pub(super) call: &'c str,
    pub(super) key: Value,
}

impl<'c> Called<'c> {
    /// The first call of a path behind its first `from` bytes, if that has a key.
    pub(super) fn first(path: &'c str, from: usize) -> Option<Self> {
        let rest = path.get(from..)?;
        let name = rest.strip_prefix("module.")?.find(['[', '.'])? + "module.".len();
        let key = rest.get(name..)?.strip_prefix('[')?;
        let key = serde_json::Deserializer::from_str(key).into_iter().next()?;
        Some(Self {
            path: path.get(..from)?,
            call: rest.get(..name)?,
            key: key.ok()?,
        })
    }

    /// What stands before addresses in this instance.
    fn prefix(&self) -> String {
        format!("{}{}[{}].", self.path, self.call, self.key)
    }

    /// What a path in this instance is in the one with another key, of the module with another path.
    pub(super) fn elsewhere(&self, own: &str, path: &str, key: &Value) -> Option<String> {
        let rest = own.strip_prefix(&self.prefix())?;
        Some(format!("{path}{}[{key}].{rest}", self.call))
    }
}

/// All instances of a call that something was made in, of the module with this path.
pub(super) fn all<'c>(made: &[Made<'c>], here: &Here<'_>, path: &str) -> Vec<Called<'c>> {
    let mut out: Vec<Called<'c>> = Vec::new();
    for made in made.iter().filter(|m| m.path.starts_with(path)) {
        let called = Called::first(made.path, path.len());
        let mine = called.filter(|c| Some(c.call) == here.call.map(|own| own.call));
        out.extend(mine.filter(|c| !out.contains(c)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn instances_of_calls() {
        let path = "registry:module.a[\"x.y\"].module.b[0].module.c.";
        let first = Called::first(path, "registry:".len()).unwrap();
        assert_eq!((first.call, &first.key), ("module.a", &json!("x.y")));
        let second = Called::first(path, first.prefix().len()).unwrap();
        assert_eq!((second.call, &second.key), ("module.b", &json!(0)));
        assert_eq!(Called::first(path, second.prefix().len()), None);
        let there = second.elsewhere(path, "p.", &json!(1));
        assert_eq!(there.as_deref(), Some("p.module.b[1].module.c."));
        assert_eq!(Called::first("module.a.", 0), None);
        assert_eq!(Called::first("module.a[", 0), None);
        assert_eq!(Called::first("", 0), None);
    }
}
