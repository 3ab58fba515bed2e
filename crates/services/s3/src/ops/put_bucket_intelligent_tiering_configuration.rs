//! Sets one of the configurations of intelligent tiering; it is kept, nothing is moved here.

use sekisho_engine::prelude::*;

use crate::{checks, named_configurations};

pub(crate) struct PutBucketIntelligentTieringConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    id: String,
    intelligent_tiering_configuration: Value,
}

impl Operation for PutBucketIntelligentTieringConfiguration {
    const ID: OpId = OpId::new("s3", "PutBucketIntelligentTieringConfiguration");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutIntelligentTieringConfiguration",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let configuration = input.intelligent_tiering_configuration;
        named_configurations::put(cx, &input.bucket, input.id, configuration, |settings| {
            &mut settings.tiering
        })
    }
}
