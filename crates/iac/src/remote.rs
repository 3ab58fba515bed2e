//! States of other directories that are read together with this one.

use serde_json::{Map, Value, json};

use crate::Problem;
use crate::block::Node;
use crate::config::{Configuration, values};
use crate::eval::evaluate;
use crate::scope::{Scope, State};

impl State<'_> {
    /// The outputs of the directory whose state a `terraform_remote_state` reads; none if it is not read together.
    ///
    /// # Errors
    /// What cannot be evaluated.
    pub fn remote_outputs(&self, node: &Node) -> Option<Result<Map<String, Value>, Problem>> {
        let root = self.config.remote(node)?;
        let outputs = || {
            let instance = self.instances(root)?.first().copied().unwrap_or_default();
            self.scope(instance).outputs()
        };
        Some(outputs())
    }
}

impl Configuration {
    /// The root whose state a `terraform_remote_state` data source reads, if it is one of those that are read together:
    /// its backend says where it keeps its state.
    pub(crate) fn remote(&self, node: &Node) -> Option<usize> {
        if node.type_name != "terraform_remote_state" {
            return None;
        }
        let state = State::new(self);
        let instance = *state.instances(node.module).ok()?.first()?;
        let scope = state.scope(instance);
        let source = &node.place.source;
        let value = |name: &str| {
            let attribute = node.body.get_attribute(name)?;
            evaluate(&attribute.value, &scope, source).ok()
        };
        let (backend, config) = (value("backend")?, value("config")?);
        let from = &self.modules.get(node.module)?.folder;
        let roots = self.modules.iter().enumerate();
        let mut roots = roots.filter(|(index, m)| m.root == *index && m.call.is_none());
        roots.find_map(|(index, root)| {
            let kept = match &root.backend {
                Some((kind, source, body)) => {
                    let nothing = Self::default();
                    let state = State::new(&nothing);
                    let values = values(body, &Scope::constant(&state), source).ok()?;
                    (json!(kind) == backend).then_some(values)?
                }
                None => (backend == "local").then(Map::new)?,
            };
            let same = if backend == "local" {
                let path = |v: Option<&Value>| {
                    let path = v.and_then(Value::as_str).unwrap_or("terraform.tfstate");
                    path.to_owned()
                };
                let full = |folder: &std::path::Path, path: String| {
                    std::path::absolute(folder.join(path))
                        .map(|p| crate::config::normal(&p))
                        .ok()
                };
                full(from, path(config.get("path"))) == full(&root.folder, path(kept.get("path")))
            } else {
                [
                    "bucket",
                    "key",
                    "container",
                    "path",
                    "address",
                    "organization",
                    "workspaces",
                ]
                .iter()
                .all(|name| config.get(*name) == kept.get(*name))
            };
            same.then_some(index)
        })
    }
}
