//! Takes one of the configurations of inventories away.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct DeleteBucketInventoryConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    id: String,
}

impl Operation for DeleteBucketInventoryConfiguration {
    const ID: OpId = OpId::new("s3", "DeleteBucketInventoryConfiguration");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutInventoryConfiguration",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::change(cx, &input.bucket, |b| {
            let kept = b.settings.inventory.remove(&input.id);
            kept.map(|_| ()).ok_or_else(bucket::no_configuration)
        })?;
        Ok(json!({}))
    }
}
