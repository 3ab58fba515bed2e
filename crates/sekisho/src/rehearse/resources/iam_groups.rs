//! IAM: groups, their policies and their users.

use serde_json::{Map, Value, json};

use super::iam::given;
use super::{Made, Type, Values, attributes, text_at};
use crate::rehearse::Client;

pub(super) const GROUP: Type = Type {
    name: "aws_iam_group",
    arguments: &["name", "path"],
    ignored: &[],
    make: group,
};
pub(super) const GROUP_POLICY: Type = Type {
    name: "aws_iam_group_policy",
    arguments: &["name", "name_prefix", "group", "policy"],
    ignored: &[],
    make: policy,
};
pub(super) const GROUP_POLICY_ATTACHMENT: Type = Type {
    name: "aws_iam_group_policy_attachment",
    arguments: &["group", "policy_arn"],
    ignored: &[],
    make: attachment,
};
/// Says of a group which users it has.
pub(super) const GROUP_MEMBERSHIP: Type = Type {
    name: "aws_iam_group_membership",
    arguments: &["name", "group", "users"],
    ignored: &[],
    make: membership,
};
/// Says of a user in which groups it is.
pub(super) const USER_GROUP_MEMBERSHIP: Type = Type {
    name: "aws_iam_user_group_membership",
    arguments: &["user", "groups"],
    ignored: &[],
    make: memberships,
};
/// The data source.
pub(super) const READ: Type = Type {
    name: "aws_iam_group",
    arguments: &["group_name"],
    ignored: &[],
    make: read,
};

fn group(client: &Client, values: &Values<'_>) -> Made {
    let mut input = Map::new();
    input.insert("GroupName".to_owned(), json!(values.need("name")?));
    given(values, &mut input, &[("path", "Path")]);
    let made = client.call("iam", "CreateGroup", Value::Object(input))?;
    Ok(attributes([
        ("arn", json!(text_at(&made, "/Group/Arn"))),
        ("id", json!(text_at(&made, "/Group/GroupName"))),
        ("unique_id", json!(text_at(&made, "/Group/GroupId"))),
    ]))
}

fn policy(client: &Client, values: &Values<'_>) -> Made {
    let (group, name) = (values.need("group")?, values.name("name", "name_prefix"));
    let input =
        json!({"GroupName": group, "PolicyName": name, "PolicyDocument": values.need("policy")?});
    client.call("iam", "PutGroupPolicy", input)?;
    Ok(attributes([
        ("id", json!(format!("{group}:{name}"))),
        ("name", json!(name)),
    ]))
}

fn attachment(client: &Client, values: &Values<'_>) -> Made {
    let (group, arn) = (values.need("group")?, values.need("policy_arn")?);
    let input = json!({"GroupName": group, "PolicyArn": arn});
    client.call("iam", "AttachGroupPolicy", input)?;
    Ok(attributes([("id", json!(format!("{group}-{arn}")))]))
}

fn join(client: &Client, group: &str, user: &str) -> Result<(), super::Failed> {
    let input = json!({"GroupName": group, "UserName": user});
    client.call("iam", "AddUserToGroup", input)?;
    Ok(())
}

fn membership(client: &Client, values: &Values<'_>) -> Made {
    let (name, group) = (values.need("name")?, values.need("group")?);
    for user in values.texts("users") {
        join(client, &group, &user)?;
    }
    Ok(attributes([("id", json!(name))]))
}

fn memberships(client: &Client, values: &Values<'_>) -> Made {
    let user = values.need("user")?;
    for group in values.texts("groups") {
        join(client, &group, &user)?;
    }
    Ok(attributes([("id", json!(values.name("id", "id")))]))
}

fn read(client: &Client, values: &Values<'_>) -> Made {
    let name = values.need("group_name")?;
    let found = client.call("iam", "GetGroup", json!({"GroupName": name}))?;
    let text = |member: &str| json!(text_at(&found, &format!("/Group/{member}")));
    let users = found["Users"].as_array().into_iter().flatten();
    let users: Vec<Value> = users
        .map(|u| json!({"arn": u["Arn"], "path": u["Path"], "user_id": u["UserId"], "user_name": u["UserName"]}))
        .collect();
    Ok(attributes([
        ("arn", text("Arn")),
        ("id", text("GroupId")),
        ("group_id", text("GroupId")),
        ("path", text("Path")),
        ("users", json!(users)),
    ]))
}
