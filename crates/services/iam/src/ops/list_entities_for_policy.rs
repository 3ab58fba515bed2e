//! Lists the users and roles that use a managed policy, attached or as their boundary.

use sekisho_engine::prelude::*;
use sekisho_engine::{GROUPS, ROLES, USERS};

use crate::managed;

pub(crate) struct ListEntitiesForPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_arn: String,
    entity_filter: Option<String>,
    path_prefix: Option<String>,
    policy_usage_filter: Option<String>,
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
        let usage = input.policy_usage_filter.as_deref();
        let uses = |attached: &[String], boundary: Option<&String>| {
            (usage != Some("PermissionsBoundary") && attached.contains(&input.policy_arn))
                || (usage != Some("PermissionsPolicy") && boundary == Some(&input.policy_arn))
        };
        let path = input.path_prefix.as_deref().unwrap_or("/");
        let wanted = |kind: &str| input.entity_filter.as_deref().is_none_or(|k| k == kind);
        let mut roles = Vec::new();
        for (_, role) in cx.scan(&ROLES, &prefix)? {
            let here = wanted("Role") && role.path.starts_with(path);
            if here && uses(&role.attached, role.boundary.as_ref()) {
                roles.push(json!({"RoleName": role.name, "RoleId": role.id}));
            }
        }
        let mut users = Vec::new();
        for (_, user) in cx.scan(&USERS, &prefix)? {
            let here = wanted("User") && user.path.starts_with(path);
            if here && uses(&user.attached, user.boundary.as_ref()) {
                users.push(json!({"UserName": user.name, "UserId": user.id}));
            }
        }
        let mut groups = Vec::new();
        for (_, group) in cx.scan(&GROUPS, &prefix)? {
            let here = wanted("Group") && group.path.starts_with(path);
            if here && uses(&group.attached, None) {
                groups.push(json!({"GroupName": group.name, "GroupId": group.id}));
            }
        }
        Ok(
            json!({"PolicyGroups": groups, "PolicyUsers": users, "PolicyRoles": roles, "IsTruncated": false}),
        )
    }
}
