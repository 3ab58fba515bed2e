//! Lists names of keys, those of one key if it is given.

use sekisho_engine::prelude::*;
use sekisho_engine::time;

use crate::keys;
use crate::keys::ALIASES;

pub(crate) struct ListAliases;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: Option<String>,
}

impl Operation for ListAliases {
    const ID: OpId = OpId::new("kms", "ListAliases");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("kms:ListAliases", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let only = match &input.key_id {
            Some(id) => Some(keys::find(cx, id)?.id.clone()),
            None => None,
        };
        let rows = cx.scan(&ALIASES, &format!("{}/{}/", cx.account(), cx.region()))?;
        let mut list = Vec::new();
        for (_, alias) in rows {
            let mine = only.as_ref().is_none_or(|id| *id == alias.key_id);
            if mine && alias.is_there(&cx.lookup())? {
                list.push(json!({
                    "AliasName": alias.name, "AliasArn": alias.arn, "TargetKeyId": alias.key_id,
                    "CreationDate": time::seconds(alias.created_ms), "LastUpdatedDate": time::seconds(alias.updated_ms),
                }));
            }
        }
        Ok(json!({"Aliases": list, "Truncated": false}))
    }
}
