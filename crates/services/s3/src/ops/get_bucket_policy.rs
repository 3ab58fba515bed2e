//! Reads the policy of a bucket.

use sekisho_engine::prelude::*;
use sekisho_engine::shown;
use sekisho_policy::Principal;

use crate::{bucket, checks};

pub(crate) struct GetBucketPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
}

impl Operation for GetBucketPolicy {
    const ID: OpId = OpId::new("s3", "GetBucketPolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let bucket = bucket::look(
            lookup,
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )?;
        // The root user of the owner can always mend a policy that locks everyone out.
        if lookup.caller().principal
            == (Principal::Root {
                account: bucket.account.clone(),
            })
        {
            return Ok(Vec::new());
        }
        checks::on_bucket(lookup, "s3:GetBucketPolicy", &input.bucket, None)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::own(cx, &input.bucket)?;
        let bucket = bucket::find(cx, &input.bucket)?;
        let Some(policy) = &bucket.policy else {
            let error =
                ApiError::new("NoSuchBucketPolicy", "The bucket policy does not exist").status(404);
            return Err(error.field("BucketName", input.bucket));
        };
        Ok(json!({"Policy": shown(&cx.lookup(), policy)?}))
    }
}
