//! Lists roles by path.

use sekisho_engine::ROLES;
use sekisho_engine::prelude::*;

use crate::render;

pub(crate) struct ListRoles;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    path_prefix: Option<String>,
}

impl Operation for ListRoles {
    const ID: OpId = OpId::new("iam", "ListRoles");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        Ok(vec![Check::new(
            "iam:ListRoles",
            format!("arn:aws:iam::{}:role{prefix}", lookup.account()),
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let prefix = input.path_prefix.unwrap_or_else(|| "/".to_owned());
        let rows = cx.scan(&ROLES, &format!("{}/", cx.account()))?;
        let rows = rows.iter().filter(|(_, r)| r.path.starts_with(&prefix));
        let list = rows
            .map(|(_, r)| render::role(&cx.lookup(), r, false))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(json!({"Roles": list, "IsTruncated": false}))
    }
}
