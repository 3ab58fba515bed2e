//! The region of a resource: since its version 6 the provider takes one for each, in place of its own.

use std::borrow::Cow;

use sekisho_iac::Node;
use serde_json::Value;

use crate::rehearse::Client;

/// What the argument is called, and the attribute that says what it is where it is not given.
pub(super) const ARGUMENT: &str = "region";

/// What is of no region, by the front of its type: the provider refuses `region` there (AWS provider, "Enhanced region
/// support", global resources).
const GLOBAL: &[&str] = &[
    "aws_arn",
    "aws_caller_identity",
    "aws_canonical_user_id",
    "aws_default_tags",
    "aws_iam_",
    "aws_organizations_",
    "aws_partition",
    "aws_s3_account_public_access_block",
    // A region is what it is asked for.
    "aws_service_principal",
];

/// Whether the provider takes a region for it.
pub(super) fn is_regional(node: &Node) -> bool {
    !GLOBAL.iter().any(|g| node.type_name.starts_with(g))
}

/// The client for a resource whose argument is `region`: the provider's own where it is not given.
pub(in crate::rehearse) fn of<'c>(
    node: &Node,
    client: &'c Client,
    region: Option<&Value>,
) -> Cow<'c, Client> {
    match region.and_then(Value::as_str) {
        Some(region) if is_regional(node) && !region.is_empty() && region != client.region => {
            Cow::Owned(Client {
                region: region.to_owned(),
                ..client.clone()
            })
        }
        _ => Cow::Borrowed(client),
    }
}
