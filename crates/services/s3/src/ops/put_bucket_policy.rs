//! Sets the policy of a bucket.

use sekisho_engine::prelude::*;

use crate::{bucket, checks, policy};

pub(crate) struct PutBucketPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    policy: String,
}

impl Operation for PutBucketPolicy {
    const ID: OpId = OpId::new("s3", "PutBucketPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutBucketPolicy",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::own(cx, &input.bucket)?;
        let bucket = bucket::find(cx, &input.bucket)?;
        let accepted = policy::accept(&cx.lookup(), &bucket, &input.policy)?;
        bucket::change(cx, &input.bucket, |b| {
            b.policy = Some(accepted);
            Ok(())
        })?;
        Ok(json!({}))
    }
}
