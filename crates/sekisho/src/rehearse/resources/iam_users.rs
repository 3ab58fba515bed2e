//! IAM: lists of users, and their access keys.

use sekisho_engine::ApiError;
use serde_json::{Map, Value, json};

use super::iam_profiles::date;
use super::{Failed, Made, Type, Values, attributes, text_at};
use crate::rehearse::Client;

pub(super) const ACCESS_KEY: Type = Type {
    name: "aws_iam_access_key",
    arguments: &["status", "user"],
    ignored: &[],
    make: access_key,
};
/// The data sources.
pub(super) const READ_ACCESS_KEYS: Type = Type {
    name: "aws_iam_access_keys",
    arguments: &["user"],
    ignored: &[],
    make: read_access_keys,
};
pub(super) const READ_USERS: Type = Type {
    name: "aws_iam_users",
    arguments: &["path_prefix"],
    ignored: &[],
    make: read_users,
};

/// Whose secret it is, is its user alone: with a PGP key nobody could read it here, and so there is no argument for one.
fn access_key(client: &Client, values: &Values<'_>) -> Made {
    let user = values.need("user")?;
    let made = client.call("iam", "CreateAccessKey", json!({"UserName": user}))?;
    let id = text_at(&made, "/AccessKey/AccessKeyId");
    let status = values.text("status").unwrap_or_else(|| "Active".to_owned());
    let out = attributes([
        ("create_date", date(&made["AccessKey"]["CreateDate"])),
        ("id", json!(id)),
        (
            "secret",
            json!(text_at(&made, "/AccessKey/SecretAccessKey")),
        ),
        ("status", json!(status)),
    ]);
    if status != "Active" {
        let input = json!({"UserName": user, "AccessKeyId": id, "Status": status});
        let half = |error: ApiError| Failed::Half(Box::new((out.clone(), error)));
        client.call("iam", "UpdateAccessKey", input).map_err(half)?;
    }
    Ok(out)
}

fn read_access_keys(client: &Client, values: &Values<'_>) -> Made {
    let user = values.need("user")?;
    let found = client.call("iam", "ListAccessKeys", json!({"UserName": user}))?;
    let found = found["AccessKeyMetadata"].as_array().into_iter().flatten();
    let keys: Vec<Value> = found
        .map(|k| json!({"access_key_id": k["AccessKeyId"], "create_date": date(&k["CreateDate"]), "status": k["Status"]}))
        .collect();
    Ok(attributes([
        ("access_keys", json!(keys)),
        ("id", json!(user)),
    ]))
}

fn read_users(client: &Client, values: &Values<'_>) -> Made {
    let prefix = values.text("path_prefix");
    let input: Map<String, Value> = prefix
        .map(|prefix| ("PathPrefix".to_owned(), json!(prefix)))
        .into_iter()
        .collect();
    let found = client.call("iam", "ListUsers", Value::Object(input))?;
    let users: Vec<&Value> = found["Users"].as_array().into_iter().flatten().collect();
    let all = |name: &str| -> Value { users.iter().map(|u| u[name].clone()).collect() };
    Ok(attributes([
        ("arns", all("Arn")),
        ("id", json!(client.region)),
        ("names", all("UserName")),
    ]))
}
