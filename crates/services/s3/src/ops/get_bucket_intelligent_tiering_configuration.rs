//! Reads one of the configurations of intelligent tiering.

use sekisho_engine::prelude::*;

use crate::named_configurations::OnConfiguration;

pub(crate) struct GetBucketIntelligentTieringConfiguration;

impl Operation for GetBucketIntelligentTieringConfiguration {
    const ID: OpId = OpId::new("s3", "GetBucketIntelligentTieringConfiguration");
    const WRITES: bool = false;
    type Input = OnConfiguration;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnConfiguration) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:GetIntelligentTieringConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnConfiguration, _: &Permit<Self>) -> Result<Value, ApiError> {
        let kept = input.read(cx, |settings| &settings.tiering)?;
        Ok(json!({"IntelligentTieringConfiguration": kept}))
    }
}
