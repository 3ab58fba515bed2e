//! What resources and artifacts are called, as their blocks say it.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;

use super::{MAX_DEPTH, Named, Naming, OfResource, repeated};
use crate::Source;
use crate::block::{Node, NodeKind};
use crate::eval::evaluate;
use crate::module::Module;
use crate::references::of_expression;
use crate::scope::Scope;
use crate::value::Value;

/// As much of a pipeline's name as stands in the paths of its artifacts (recorded on AWS).
const PIPELINE_NAME_IN_PATH: usize = 20;

/// As much of an artifact's name as stands there (recorded on AWS).
const ARTIFACT_NAME_IN_PATH: usize = 10;

/// The name of a resource as its block says it, if that is more than a text.
pub(super) struct OwnName<'c> {
    node: &'c Node,
    of: OfResource,
    written: &'c str,
    expression: &'c Expression,
    source: &'c Arc<Source>,
    /// Whether it is another for each instance of the block.
    pub(super) repeated: bool,
    /// What `count` says, where the name has the index in it: the index of something else is another one.
    pub(super) count: Option<&'c str>,
}

impl OwnName<'_> {
    /// What each instance of the block is called, seen from outside of the block: the key is written out.
    pub(super) fn of_instances(&self, scope: &Scope<'_>) -> Vec<Named> {
        let instances = repeated(self.node, scope).into_iter();
        let named = instances.filter_map(|(key, scope)| {
            let text = match serde_json::from_str(&key).ok()? {
                serde_json::Value::String(text) => text,
                index => index.to_string(),
            };
            // Nothing that would have to be escaped, in whatever it stands.
            let plain = text
                .chars()
                .all(|c| c.is_alphanumeric() || "-_./ ".contains(c));
            let own = match self.count {
                Some(_) => "count.index",
                None => "each.key",
            };
            let written = self.written.replace(&format!("${{{own}}}"), &text);
            let written = written.replace(own, &key);
            // Without a name in it, it is the text that it stands for.
            let names = of_expression(&written.parse().ok()?);
            let fixed = !names
                .iter()
                .flatten()
                .any(|root| matches!(&**root, "each" | "count"));
            (plain && fixed && !names.is_empty()).then(|| self.called(written, &scope))
        });
        named.flatten().collect()
    }

    /// What it is called, evaluated in a scope; and what of it stands in paths.
    pub(super) fn named(&self, scope: &Scope<'_>) -> Vec<Named> {
        self.called(self.written.to_owned(), scope)
    }

    fn called(&self, written: String, scope: &Scope<'_>) -> Vec<Named> {
        let Ok(Value::String(text)) = evaluate(self.expression, scope, self.source) else {
            return Vec::new();
        };
        let whole = Named {
            name: written,
            text: text.to_string(),
            naming: Naming::Own(self.of),
        };
        let cut = |most: usize| Named {
            name: format!("substr({}, 0, {most})", whole.name),
            text: text.chars().take(most).collect(),
            ..whole.clone()
        };
        match self.of {
            OfResource::Artifact => vec![cut(ARTIFACT_NAME_IN_PATH)],
            OfResource::Pipeline => {
                let cut = cut(PIPELINE_NAME_IN_PATH);
                vec![whole, cut]
            }
            _ => vec![whole],
        }
    }
}

/// The names of what a block makes: its own, and those of a pipeline's artifacts.
pub(super) fn own_names<'c>(node: &'c Node, module: &Module) -> Vec<OwnName<'c>> {
    let (of, argument) = match (node.kind, node.type_name.as_str()) {
        (NodeKind::Resource, "aws_s3_bucket") => (OfResource::Bucket, "bucket"),
        (NodeKind::Resource, "aws_codepipeline") => (OfResource::Pipeline, "name"),
        (NodeKind::Resource, "aws_ecr_repository") => (OfResource::Repository, "name"),
        (NodeKind::Resource, "aws_iam_role") => (OfResource::Role, "name"),
        _ => return Vec::new(),
    };
    let own = node.body.get_attribute(argument);
    let own = own.map(|attribute| (of, &attribute.value));
    let stages = node.body.get_blocks("stage");
    let actions = stages.flat_map(|stage| stage.body.get_blocks("action"));
    let made = actions.filter_map(|action| action.body.get_attribute("output_artifacts"));
    let made = made.filter_map(|attribute| attribute.value.as_array());
    let made = made.flat_map(|list| list.iter());
    let made = made.filter(|artifact| varies(artifact, module, MAX_DEPTH));
    let made = made.map(|artifact| (OfResource::Artifact, artifact));
    let all = own.into_iter().chain(made);
    all.filter_map(|(of, expression)| own_name(node, module, of, expression))
        .collect()
}

/// Whether a text is another under other values of variables; one that is not is plainer as it is.
fn varies(expression: &Expression, module: &Module, depth: usize) -> bool {
    let paths = of_expression(expression);
    paths.iter().any(|path| match path.as_slice() {
        [root, name, ..] if root == "local" && depth > 0 => {
            let local = module.locals.get(name);
            local.is_none_or(|(_, expression)| varies(expression, module, depth - 1))
        }
        _ => true,
    })
}

fn own_name<'c>(
    node: &'c Node,
    module: &Module,
    of: OfResource,
    expression: &'c Expression,
) -> Option<OwnName<'c>> {
    let source = &node.place.source;
    let written = source.text.get(expression.span()?)?;
    // A text of several lines, or with escapes in it, is not for copying into another.
    let quotes = written.starts_with('"') && !matches!(expression, Expression::StringTemplate(_));
    if written.contains(['\n', '\\']) || quotes || expression.as_str().is_some() {
        return None;
    }
    let (mut repeated, mut count) = (false, None);
    for path in of_expression(expression) {
        match path.first().map(String::as_str) {
            Some("var") => {
                let variable = path.get(1).and_then(|name| module.variables.get(name));
                if variable.is_none_or(|v| v.sensitive || v.ephemeral) {
                    return None;
                }
            }
            // An output that waits for the policy is told by what it stands on.
            Some("local" | "module") => {}
            Some("terraform") if path.get(1).is_some_and(|name| name == "workspace") => {}
            Some("each") => repeated = true,
            Some("count") => {
                repeated = true;
                count = Some(node.written("count")?);
            }
            Some(root) if root.starts_with("random_") => {}
            // What else it is made of may itself wait for the policy.
            _ => return None,
        }
    }
    Some(OwnName {
        node,
        of,
        written,
        expression,
        source,
        repeated,
        count,
    })
}
