//! Lists the keys of the account in the region.

use sekisho_engine::prelude::*;

use crate::keys::{self, KEYS};

pub(crate) struct ListKeys;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for ListKeys {
    const ID: OpId = OpId::new("kms", "ListKeys");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("kms:ListKeys", "*")])
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let prefix = format!("{}/{}/", cx.account(), cx.region());
        let rows = cx.scan(&KEYS, &prefix)?;
        let mut list = Vec::new();
        for (_, key) in rows {
            if keys::is_there(&cx.lookup(), &key.arn)? {
                list.push(json!({"KeyId": key.id, "KeyArn": key.arn}));
            }
        }
        Ok(json!({"Keys": list, "Truncated": false}))
    }
}
