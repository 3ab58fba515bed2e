//! Reads one of the configurations of inventories.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct GetBucketInventoryConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    id: String,
}

impl Operation for GetBucketInventoryConfiguration {
    const ID: OpId = OpId::new("s3", "GetBucketInventoryConfiguration");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:GetInventoryConfiguration",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let kept = bucket.settings.inventory.get(&input.id);
        let kept = kept.ok_or_else(bucket::no_configuration)?;
        Ok(json!({"InventoryConfiguration": kept}))
    }
}
