//! Takes one of the configurations of intelligent tiering away.

use sekisho_engine::prelude::*;

use crate::named_configurations::OnConfiguration;

pub(crate) struct DeleteBucketIntelligentTieringConfiguration;

impl Operation for DeleteBucketIntelligentTieringConfiguration {
    const ID: OpId = OpId::new("s3", "DeleteBucketIntelligentTieringConfiguration");
    const WRITES: bool = true;
    type Input = OnConfiguration;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnConfiguration) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:PutIntelligentTieringConfiguration")
    }

    fn run(cx: &mut Cx<'_>, input: OnConfiguration, _: &Permit<Self>) -> Result<Value, ApiError> {
        input.delete(cx, |settings| &mut settings.tiering)
    }
}
