//! IAM: what takes away the policies of a role, a user or a group that are not in its list.

use serde_json::{Map, Value, json};

use super::{Made, Type, Values};
use crate::rehearse::Client;

pub(super) const GROUP_POLICIES: Type = Type {
    name: "aws_iam_group_policies_exclusive",
    arguments: &["group_name", "policy_names"],
    ignored: &[],
    make: |client, values| policies(client, values, &GROUP),
};
pub(super) const GROUP_POLICY_ATTACHMENTS: Type = Type {
    name: "aws_iam_group_policy_attachments_exclusive",
    arguments: &["group_name", "policy_arns"],
    ignored: &[],
    make: |client, values| attachments(client, values, &GROUP),
};
pub(super) const ROLE_POLICIES: Type = Type {
    name: "aws_iam_role_policies_exclusive",
    arguments: &["role_name", "policy_names"],
    ignored: &[],
    make: |client, values| policies(client, values, &ROLE),
};
pub(super) const ROLE_POLICY_ATTACHMENTS: Type = Type {
    name: "aws_iam_role_policy_attachments_exclusive",
    arguments: &["role_name", "policy_arns"],
    ignored: &[],
    make: |client, values| attachments(client, values, &ROLE),
};
pub(super) const USER_POLICIES: Type = Type {
    name: "aws_iam_user_policies_exclusive",
    arguments: &["user_name", "policy_names"],
    ignored: &[],
    make: |client, values| policies(client, values, &USER),
};
pub(super) const USER_POLICY_ATTACHMENTS: Type = Type {
    name: "aws_iam_user_policy_attachments_exclusive",
    arguments: &["user_name", "policy_arns"],
    ignored: &[],
    make: |client, values| attachments(client, values, &USER),
};

/// Whose policies they are: in arguments, in operations and in their inputs.
struct Holder {
    argument: &'static str,
    noun: &'static str,
    member: &'static str,
}

const GROUP: Holder = Holder {
    argument: "group_name",
    noun: "Group",
    member: "GroupName",
};
const ROLE: Holder = Holder {
    argument: "role_name",
    noun: "Role",
    member: "RoleName",
};
const USER: Holder = Holder {
    argument: "user_name",
    noun: "User",
    member: "UserName",
};

fn policies(client: &Client, values: &Values<'_>, holder: &Holder) -> Made {
    let (member, noun) = (holder.member, holder.noun);
    let name = values.need(holder.argument)?;
    let kept = values.texts("policy_names");
    let list = format!("List{noun}Policies");
    let there = client.call("iam", &list, json!({member: name}))?;
    let there = there["PolicyNames"].as_array().into_iter().flatten();
    let there: Vec<&str> = there.filter_map(Value::as_str).collect();
    for policy in there.into_iter().filter(|n| !kept.iter().any(|k| k == n)) {
        let input = json!({member: name, "PolicyName": policy});
        client.call("iam", &format!("Delete{noun}Policy"), input)?;
    }
    Ok(Map::new())
}

fn attachments(client: &Client, values: &Values<'_>, holder: &Holder) -> Made {
    let (member, noun) = (holder.member, holder.noun);
    let name = values.need(holder.argument)?;
    let kept = values.texts("policy_arns");
    let list = format!("ListAttached{noun}Policies");
    let there = client.call("iam", &list, json!({member: name}))?;
    let there = there["AttachedPolicies"].as_array().into_iter().flatten();
    let there: Vec<&str> = there.filter_map(|p| p["PolicyArn"].as_str()).collect();
    let input = |arn: &str| json!({member: name, "PolicyArn": arn});
    for arn in there.iter().filter(|a| !kept.iter().any(|k| k == *a)) {
        client.call("iam", &format!("Detach{noun}Policy"), input(arn))?;
    }
    // It attaches what is in its list, too.
    for arn in kept.iter().filter(|k| !there.contains(&k.as_str())) {
        client.call("iam", &format!("Attach{noun}Policy"), input(arn))?;
    }
    Ok(Map::new())
}
