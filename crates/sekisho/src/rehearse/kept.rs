//! What Terraform leaves as it is once it is there (`ignore_changes`), and the configuration says something about: what is
//! rehearsed is what the configuration says.

use sekisho_iac::{Configuration, NodeKind};

use super::Note;

/// Arguments that decide about calls.
const DECIDE: &[&str] = &[
    "artifact_store",
    "assume_role_policy",
    "inline_policy",
    "managed_policy_arns",
    "permissions_boundary",
    "policy",
    "policy_arn",
    "role_arn",
    "rule",
    "stage",
];

/// A note for each resource whose deciding arguments are kept.
pub(super) fn notes(configuration: &Configuration) -> Vec<Note> {
    let resources = configuration.nodes.iter();
    let resources = resources.filter(|node| node.kind == NodeKind::Resource);
    let note = |node: &sekisho_iac::Node| {
        if node.type_name.contains("lifecycle") {
            return None;
        }
        let ignored = node.ignored_changes();
        let all = ignored.iter().any(|name| name == "all");
        let named = |name: &&&str| {
            ignored
                .iter()
                .any(|i| i.split(['.', '[']).next() == Some(name))
        };
        let kept: Vec<&str> = DECIDE
            .iter()
            .filter(|name| (all && node.has(name)) || named(name))
            .copied()
            .collect();
        (!kept.is_empty()).then(|| Note {
            message: format!(
                "{}: `ignore_changes` keeps {} of what is on AWS already as it is there; what the configuration says is rehearsed",
                node.address(),
                kept.join(", ")
            ),
            place: Some(node.place.clone()),
        })
    };
    resources.filter_map(note).collect()
}
