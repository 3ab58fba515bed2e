//! Lists the buckets of the caller's account.

use sekisho_engine::prelude::*;
use sekisho_engine::time;

use crate::bucket::BUCKETS;
use crate::checks;
use crate::list;

pub(crate) struct ListBuckets;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    prefix: Option<String>,
}

impl Operation for ListBuckets {
    const ID: OpId = OpId::new("s3", "ListBuckets");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        let check = Check::new("s3:ListAllMyBuckets", "*");
        Ok(vec![checks::of_account(lookup, check)])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let rows = cx.scan(&BUCKETS, input.prefix.as_deref().unwrap_or_default())?;
        let rows = rows.iter().filter(|(_, b)| b.account == cx.account());
        let list: Vec<Value> = rows
            .map(|(_, b)| json!({"Name": b.name, "CreationDate": time::seconds(b.created_ms), "BucketRegion": b.region}))
            .collect();
        Ok(json!({"Buckets": list, "Owner": list::owner(cx.account())}))
    }
}
