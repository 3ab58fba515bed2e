//! Data sources that read the provider.

use serde_json::json;

use super::{Made, Type, Values, attributes, text_at};
use crate::rehearse::Client;

pub(super) const CALLER_IDENTITY: Type = Type {
    name: "aws_caller_identity",
    arguments: &[],
    make: caller_identity,
};
pub(super) const REGION: Type = Type {
    name: "aws_region",
    arguments: &[],
    make: region,
};
pub(super) const PARTITION: Type = Type {
    name: "aws_partition",
    arguments: &[],
    make: partition,
};

fn caller_identity(client: &Client, _: &Values<'_>) -> Made {
    let answer = client.call("sts", "GetCallerIdentity", json!({}))?;
    Ok(attributes([
        ("account_id", json!(text_at(&answer, "/Account"))),
        ("arn", json!(text_at(&answer, "/Arn"))),
        ("user_id", json!(text_at(&answer, "/UserId"))),
        ("id", json!(client.account)),
    ]))
}

fn region(client: &Client, _: &Values<'_>) -> Made {
    Ok(attributes([
        ("name", json!(client.region)),
        ("id", json!(client.region)),
    ]))
}

fn partition(_: &Client, _: &Values<'_>) -> Made {
    Ok(attributes([
        ("partition", json!("aws")),
        ("dns_suffix", json!("amazonaws.com")),
        ("id", json!("aws")),
    ]))
}
