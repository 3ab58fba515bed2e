//! Lists the users and roles that use a managed policy, attached or as their boundary.

use sekisho_engine::prelude::*;
use sekisho_engine::{ROLES, USERS};

use crate::managed;

pub(crate) struct ListEntitiesForPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_arn: String,
}

impl Operation for ListEntitiesForPolicy {
    const ID: OpId = OpId::new("iam", "ListEntitiesForPolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(managed::check("ListEntitiesForPolicy", &input.policy_arn))
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        managed::find(cx, &input.policy_arn)?;
        let prefix = format!("{}/", cx.account());
        let uses = |attached: &[String], boundary: Option<&String>| {
            attached.contains(&input.policy_arn) || boundary == Some(&input.policy_arn)
        };
        let mut roles = Vec::new();
        for (_, role) in cx.scan(&ROLES, &prefix)? {
            if uses(&role.attached, role.boundary.as_ref()) {
                roles.push(json!({"RoleName": role.name, "RoleId": role.id}));
            }
        }
        let mut users = Vec::new();
        for (_, user) in cx.scan(&USERS, &prefix)? {
            if uses(&user.attached, user.boundary.as_ref()) {
                users.push(json!({"UserName": user.name, "UserId": user.id}));
            }
        }
        Ok(
            json!({"PolicyGroups": [], "PolicyUsers": users, "PolicyRoles": roles, "IsTruncated": false}),
        )
    }
}
