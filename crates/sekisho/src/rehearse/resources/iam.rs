//! IAM.

use serde_json::{Map, Value, json};

use super::{Made, Type, Values, attributes, text_at};
use crate::rehearse::Client;

pub(super) const ROLE: Type = Type {
    name: "aws_iam_role",
    arguments: &[
        "name",
        "path",
        "assume_role_policy",
        "description",
        "max_session_duration",
        "permissions_boundary",
        "tags",
    ],
    make: role,
};
pub(super) const ROLE_POLICY: Type = Type {
    name: "aws_iam_role_policy",
    arguments: &["name", "role", "policy"],
    make: role_policy,
};
pub(super) const POLICY: Type = Type {
    name: "aws_iam_policy",
    arguments: &["name", "path", "description", "policy", "tags"],
    make: policy,
};
pub(super) const ROLE_POLICY_ATTACHMENT: Type = Type {
    name: "aws_iam_role_policy_attachment",
    arguments: &["role", "policy_arn"],
    make: attachment,
};

/// Copies the arguments that are given, under the names of the API.
fn given(values: &Values<'_>, into: &mut Map<String, Value>, names: &[(&str, &str)]) {
    for (from, to) in names {
        if let Some(value) = values.get(from) {
            into.insert((*to).to_owned(), value.clone());
        }
    }
}

fn role(client: &Client, values: &Values<'_>) -> Made {
    let mut input = Map::new();
    input.insert("RoleName".to_owned(), json!(values.need("name")?));
    input.insert(
        "AssumeRolePolicyDocument".to_owned(),
        json!(values.need("assume_role_policy")?),
    );
    input.insert("Tags".to_owned(), values.tags("Key", "Value"));
    let names = [
        ("path", "Path"),
        ("description", "Description"),
        ("max_session_duration", "MaxSessionDuration"),
        ("permissions_boundary", "PermissionsBoundary"),
    ];
    given(values, &mut input, &names);
    let made = client.call("iam", "CreateRole", Value::Object(input))?;
    Ok(attributes([
        ("arn", json!(text_at(&made, "/Role/Arn"))),
        ("id", json!(text_at(&made, "/Role/RoleName"))),
        ("name", json!(text_at(&made, "/Role/RoleName"))),
        ("unique_id", json!(text_at(&made, "/Role/RoleId"))),
    ]))
}

fn role_policy(client: &Client, values: &Values<'_>) -> Made {
    let (role, name) = (values.need("role")?, values.need("name")?);
    let input =
        json!({"RoleName": role, "PolicyName": name, "PolicyDocument": values.need("policy")?});
    client.call("iam", "PutRolePolicy", input)?;
    Ok(attributes([
        ("id", json!(format!("{role}:{name}"))),
        ("name", json!(name)),
    ]))
}

fn policy(client: &Client, values: &Values<'_>) -> Made {
    let mut input = Map::new();
    input.insert("PolicyName".to_owned(), json!(values.need("name")?));
    input.insert("PolicyDocument".to_owned(), json!(values.need("policy")?));
    input.insert("Tags".to_owned(), values.tags("Key", "Value"));
    given(
        values,
        &mut input,
        &[("path", "Path"), ("description", "Description")],
    );
    let made = client.call("iam", "CreatePolicy", Value::Object(input))?;
    let arn = text_at(&made, "/Policy/Arn");
    Ok(attributes([
        ("arn", json!(arn)),
        ("id", json!(arn)),
        ("policy_id", json!(text_at(&made, "/Policy/PolicyId"))),
    ]))
}

fn attachment(client: &Client, values: &Values<'_>) -> Made {
    let (role, arn) = (values.need("role")?, values.need("policy_arn")?);
    client.call(
        "iam",
        "AttachRolePolicy",
        json!({"RoleName": role, "PolicyArn": arn}),
    )?;
    Ok(attributes([("id", json!(format!("{role}-{arn}")))]))
}
