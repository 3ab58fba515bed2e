//! Lists users by path.

use sekisho_engine::USERS;
use sekisho_engine::prelude::*;

use crate::render;

pub(crate) struct ListUsers;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    path_prefix: Option<String>,
}

impl Operation for ListUsers {
    const ID: OpId = OpId::new("iam", "ListUsers");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        Ok(vec![Check::new(
            "iam:ListUsers",
            format!("arn:aws:iam::{}:user{prefix}", lookup.account()),
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let prefix = input.path_prefix.unwrap_or_else(|| "/".to_owned());
        let rows = cx.scan(&USERS, &format!("{}/", cx.account()))?;
        let rows = rows.iter().filter(|(_, u)| u.path.starts_with(&prefix));
        let list: Vec<Value> = rows.map(|(_, u)| render::user(u, false)).collect();
        Ok(json!({"Users": list, "IsTruncated": false}))
    }
}
