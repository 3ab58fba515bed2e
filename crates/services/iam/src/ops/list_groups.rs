//! Lists groups by path.

use sekisho_engine::GROUPS;
use sekisho_engine::prelude::*;

use crate::render;

pub(crate) struct ListGroups;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    path_prefix: Option<String>,
}

impl Operation for ListGroups {
    const ID: OpId = OpId::new("iam", "ListGroups");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let arn = format!("arn:aws:iam::{}:group{prefix}", lookup.account());
        Ok(vec![Check::new("iam:ListGroups", arn)])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let prefix = input.path_prefix.unwrap_or_else(|| "/".to_owned());
        let rows = cx.scan(&GROUPS, &format!("{}/", cx.account()))?;
        let rows = rows.iter().filter(|(_, g)| g.path.starts_with(&prefix));
        let list: Vec<Value> = rows.map(|(_, g)| render::group(g)).collect();
        Ok(json!({"Groups": list, "IsTruncated": false}))
    }
}
