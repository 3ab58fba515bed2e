//! Gives a group another name or path; its users stay in it.

use sekisho_engine::prelude::*;
use sekisho_engine::{GROUPS, Group, User};

use crate::{groups, holder};

pub(crate) struct UpdateGroup;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    group_name: String,
    new_group_name: Option<String>,
    new_path: Option<String>,
}

impl Operation for UpdateGroup {
    const ID: OpId = OpId::new("iam", "UpdateGroup");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    /// Who renames a group may do so with both names (IAM API reference, UpdateGroup).
    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let old = holder::arn::<Group>(lookup, &input.group_name)?;
        let mut checks = vec![Check::new("iam:UpdateGroup", old)];
        if input.new_group_name.is_some() || input.new_path.is_some() {
            let row = holder::named(lookup, &GROUPS, &input.group_name)?;
            let row = row.as_deref();
            let path = input.new_path.as_deref().or(row.map(|r| r.path.as_str()));
            let name = input.new_group_name.as_ref().or(row.map(|r| &r.name));
            let name = name.unwrap_or(&input.group_name);
            let new = groups::arn(lookup.account(), path.unwrap_or("/"), name);
            checks.push(Check::new("iam:UpdateGroup", new));
        }
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let mut group = holder::find::<Group>(cx, &input.group_name)?
            .as_ref()
            .clone();
        let old = group.name.clone();
        if let Some(name) = input.new_group_name {
            groups::is_free(cx, &name, Some(&old))?;
            group.name = name;
        }
        if let Some(path) = input.new_path {
            group.path = path;
        }
        group.arn = groups::arn(cx.account(), &group.path, &group.name);
        for user in groups::users(cx, &old)? {
            holder::change::<User>(cx, &user.name, |user| {
                for name in user.groups.iter_mut().filter(|name| **name == old) {
                    name.clone_from(&group.name);
                }
                Ok(())
            })?;
        }
        let account = cx.account().to_owned();
        cx.delete(&GROUPS, &format!("{account}/{old}"));
        let key = format!("{account}/{}", group.name);
        cx.put(&GROUPS, &key, group)?;
        Ok(json!({}))
    }
}
