//! Lists instance profiles by path.

use sekisho_engine::prelude::*;

use crate::profiles;

pub(crate) struct ListInstanceProfiles;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    path_prefix: Option<String>,
}

impl Operation for ListInstanceProfiles {
    const ID: OpId = OpId::new("iam", "ListInstanceProfiles");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let arn = profiles::arn(lookup.account(), prefix, "");
        Ok(vec![Check::new("iam:ListInstanceProfiles", arn)])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let prefix = input.path_prefix.unwrap_or_else(|| "/".to_owned());
        let all = profiles::all(cx, |p| p.path.starts_with(&prefix))?;
        let list: Result<Vec<Value>, ApiError> =
            all.iter().map(|p| profiles::shown(cx, p, false)).collect();
        Ok(json!({"InstanceProfiles": list?, "IsTruncated": false}))
    }
}
