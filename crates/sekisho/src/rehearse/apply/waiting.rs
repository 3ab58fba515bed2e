//! Policies that are not made because something that they need is not: what they allow is not known.

use sekisho_iac::{Node, without_keys};
use serde_json::Value;

use super::Run;
use crate::rehearse::Note;

/// The side of a policy that is not made, and what lacks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::rehearse) struct Untold {
    /// In the words of the patches: `identity policy`, …
    pub(in crate::rehearse) side: &'static str,
    /// An ARN.
    pub(in crate::rehearse) holder: String,
}

/// The side that a type of resource writes, the argument that says whose it is, and the type of that.
fn side(type_name: &str) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match type_name {
        "aws_iam_policy" | "aws_iam_role_policy" | "aws_iam_role_policy_attachment" => {
            ("identity policy", "role", "aws_iam_role")
        }
        "aws_s3_bucket_policy" => ("bucket policy", "bucket", "aws_s3_bucket"),
        "aws_ecr_repository_policy" => ("repository policy", "repository", "aws_ecr_repository"),
        "aws_kms_key_policy" => ("key policy", "key_id", "aws_kms_key"),
        _ => return None,
    })
}

impl Run<'_, '_> {
    /// What a node waits for in vain: the first in the chain, which is said to have failed.
    fn cause(&self, index: usize) -> Option<&Node> {
        let mut at = index;
        while let Some(next) = self.waiting.get(&at) {
            at = *next;
        }
        self.configuration.nodes.get(at).filter(|_| at != index)
    }

    /// Says which policies are not made because of something else, and whose they are.
    pub(super) fn tell_waiting(&mut self) {
        let mut notes = Vec::new();
        let mut untold = Vec::new();
        for index in self.waiting.keys() {
            let node = self.configuration.nodes.get(*index);
            let written = node.and_then(|n| side(&n.type_name).map(|s| (n, s)));
            let (Some((node, (side, argument, holder))), Some(cause)) =
                (written, self.cause(*index))
            else {
                continue;
            };
            notes.push(Note {
                message: format!(
                    "{} is not made, for it needs {}: what it allows is not known, and what is denied for want of it may be in it",
                    node.address(),
                    cause.address(),
                ),
                place: Some(node.place.clone()),
            });
            // What its statements name besides is others'.
            let named = self.configuration.refers(node, argument).into_iter();
            let named = named.flat_map(|i| self.order.reach(i));
            let named = named.filter_map(|i| self.configuration.nodes.get(i));
            let holders: Vec<String> = named
                .filter(|n| n.type_name == holder)
                .map(Node::address)
                .collect();
            let values = self.state.values().iter();
            let values = values.filter(|(address, _)| holders.contains(&without_keys(address)));
            for (_, value) in values {
                let value = value.to_json();
                let arn = value.get("arn").and_then(Value::as_str);
                untold.extend(arn.map(|arn| Untold {
                    side,
                    holder: arn.to_owned(),
                }));
            }
        }
        self.applied.hints.extend(notes);
        self.applied.untold = untold;
    }
}
