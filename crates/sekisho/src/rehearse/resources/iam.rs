//! IAM.

use serde_json::{Map, Value, json};

use super::iam_profiles::date;
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
        "name_prefix",
        "inline_policy",
        "managed_policy_arns",
        "force_detach_policies",
    ],
    ignored: &[],
    make: role,
};
pub(super) const ROLE_POLICY: Type = Type {
    name: "aws_iam_role_policy",
    arguments: &["name", "name_prefix", "role", "policy"],
    ignored: &[],
    make: role_policy,
};
pub(super) const POLICY: Type = Type {
    name: "aws_iam_policy",
    arguments: &[
        "name",
        "name_prefix",
        "path",
        "description",
        "policy",
        "tags",
    ],
    ignored: &[],
    make: policy,
};
pub(super) const ROLE_POLICY_ATTACHMENT: Type = Type {
    name: "aws_iam_role_policy_attachment",
    arguments: &["role", "policy_arn"],
    ignored: &[],
    make: attachment,
};

pub(super) const POLICY_ATTACHMENT: Type = Type {
    name: "aws_iam_policy_attachment",
    arguments: &["name", "roles", "users", "groups", "policy_arn"],
    ignored: &[],
    make: attachments,
};
pub(super) const USER: Type = Type {
    name: "aws_iam_user",
    arguments: &[
        "name",
        "path",
        "permissions_boundary",
        "tags",
        "force_destroy",
    ],
    ignored: &[],
    make: user,
};
pub(super) const USER_POLICY: Type = Type {
    name: "aws_iam_user_policy",
    arguments: &["name", "name_prefix", "user", "policy"],
    ignored: &[],
    make: user_policy,
};
pub(super) const USER_POLICY_ATTACHMENT: Type = Type {
    name: "aws_iam_user_policy_attachment",
    arguments: &["user", "policy_arn"],
    ignored: &[],
    make: user_attachment,
};

/// Copies the arguments that are given, under the names of the API.
pub(super) fn given(values: &Values<'_>, into: &mut Map<String, Value>, names: &[(&str, &str)]) {
    for (from, to) in names {
        // The provider sends a path whatever it is.
        let value = match *from {
            "path" => values.raw(from),
            _ => values.get(from),
        };
        if let Some(value) = value {
            into.insert((*to).to_owned(), value.clone());
        }
    }
}

fn role(client: &Client, values: &Values<'_>) -> Made {
    let mut input = Map::new();
    let name = values.name("name", "name_prefix");
    input.insert("RoleName".to_owned(), json!(name));
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
    // A block that says nothing takes away, when Terraform is applied again, what others add: `exclusive` notes it.
    let says = |inline: &Values<'_>| ["name", "policy"].iter().any(|n| inline.text(n).is_some());
    for inline in values.blocks("inline_policy").into_iter().filter(says) {
        let (policy, document) = (inline.need("name")?, inline.need("policy")?);
        let input = json!({"RoleName": name, "PolicyName": policy, "PolicyDocument": document});
        client.call("iam", "PutRolePolicy", input)?;
    }
    for arn in values.texts("managed_policy_arns") {
        let input = json!({"RoleName": name, "PolicyArn": arn});
        client.call("iam", "AttachRolePolicy", input)?;
    }
    Ok(attributes([
        ("arn", json!(text_at(&made, "/Role/Arn"))),
        ("create_date", date(&made["Role"]["CreateDate"])),
        ("id", json!(text_at(&made, "/Role/RoleName"))),
        ("name", json!(text_at(&made, "/Role/RoleName"))),
        ("unique_id", json!(text_at(&made, "/Role/RoleId"))),
    ]))
}

fn role_policy(client: &Client, values: &Values<'_>) -> Made {
    let (role, name) = (values.need("role")?, values.name("name", "name_prefix"));
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
    let name = values.name("name", "name_prefix");
    input.insert("PolicyName".to_owned(), json!(name));
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
        ("name", json!(name)),
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

fn attachments(client: &Client, values: &Values<'_>) -> Made {
    let (name, arn) = (values.need("name")?, values.need("policy_arn")?);
    for (list, operation, member) in [
        ("roles", "AttachRolePolicy", "RoleName"),
        ("users", "AttachUserPolicy", "UserName"),
        ("groups", "AttachGroupPolicy", "GroupName"),
    ] {
        for holder in values.texts(list) {
            client.call("iam", operation, json!({member: holder, "PolicyArn": arn}))?;
        }
    }
    Ok(attributes([("id", json!(name))]))
}

fn user(client: &Client, values: &Values<'_>) -> Made {
    let mut input = Map::new();
    input.insert("UserName".to_owned(), json!(values.need("name")?));
    input.insert("Tags".to_owned(), values.tags("Key", "Value"));
    let names = [
        ("path", "Path"),
        ("permissions_boundary", "PermissionsBoundary"),
    ];
    given(values, &mut input, &names);
    let made = client.call("iam", "CreateUser", Value::Object(input))?;
    Ok(attributes([
        ("arn", json!(text_at(&made, "/User/Arn"))),
        ("id", json!(text_at(&made, "/User/UserName"))),
        ("unique_id", json!(text_at(&made, "/User/UserId"))),
    ]))
}

fn user_policy(client: &Client, values: &Values<'_>) -> Made {
    let (user, name) = (values.need("user")?, values.name("name", "name_prefix"));
    let input =
        json!({"UserName": user, "PolicyName": name, "PolicyDocument": values.need("policy")?});
    client.call("iam", "PutUserPolicy", input)?;
    Ok(attributes([
        ("id", json!(format!("{user}:{name}"))),
        ("name", json!(name)),
    ]))
}

fn user_attachment(client: &Client, values: &Values<'_>) -> Made {
    let (user, arn) = (values.need("user")?, values.need("policy_arn")?);
    let input = json!({"UserName": user, "PolicyArn": arn});
    client.call("iam", "AttachUserPolicy", input)?;
    Ok(attributes([("id", json!(format!("{user}-{arn}")))]))
}
