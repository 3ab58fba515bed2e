//! Sets one of the configurations of inventories; it is kept, nothing is listed here.

use sekisho_engine::prelude::*;

use crate::{checks, named_configurations};

pub(crate) struct PutBucketInventoryConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    id: String,
    inventory_configuration: Value,
}

impl Operation for PutBucketInventoryConfiguration {
    const ID: OpId = OpId::new("s3", "PutBucketInventoryConfiguration");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let owner = input.expected_bucket_owner.as_deref();
        let action = "s3:PutInventoryConfiguration";
        let checks = checks::on_bucket(lookup, action, &input.bucket, owner)?;
        let fields = input.inventory_configuration.get("OptionalFields");
        let fields = fields.and_then(Value::as_array).into_iter().flatten();
        let fields: Vec<String> = fields
            .filter_map(|f| f.as_str().map(str::to_owned))
            .collect();
        let with =
            |check: Check| check.with_list("s3:InventoryAccessibleOptionalFields", fields.clone());
        Ok(checks.into_iter().map(with).collect())
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let configuration = input.inventory_configuration;
        named_configurations::put(cx, &input.bucket, input.id, configuration, |settings| {
            &mut settings.inventory
        })
    }
}
