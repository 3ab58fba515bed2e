//! Makes a group.

use sekisho_engine::prelude::*;
use sekisho_engine::{GROUPS, Group};

use crate::{groups, render};

pub(crate) struct CreateGroup;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    group_name: String,
    path: Option<String>,
}

impl Operation for CreateGroup {
    const ID: OpId = OpId::new("iam", "CreateGroup");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let path = input.path.as_deref().unwrap_or("/");
        let arn = groups::arn(lookup.account(), path, &input.group_name);
        Ok(vec![Check::new("iam:CreateGroup", arn)])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        groups::is_free(cx, &input.group_name, None)?;
        let path = input.path.unwrap_or_else(|| "/".to_owned());
        let group = Group {
            account: cx.account().to_owned(),
            arn: groups::arn(cx.account(), &path, &input.group_name),
            name: input.group_name,
            path,
            id: cx.ids().iam("AGPA"),
            created_ms: cx.now_ms(),
            inline: std::collections::BTreeMap::new(),
            attached: Vec::new(),
        };
        let shown = render::group(&group);
        let key = format!("{}/{}", cx.account(), group.name);
        cx.put(&GROUPS, &key, group)?;
        Ok(json!({"Group": shown}))
    }
}
