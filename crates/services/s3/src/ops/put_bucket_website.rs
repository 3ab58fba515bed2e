//! Says how the bucket is a website; that is kept, nobody is served one here.

use sekisho_engine::prelude::*;

use crate::{bucket, checks};

pub(crate) struct PutBucketWebsite;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    website_configuration: Value,
}

impl Operation for PutBucketWebsite {
    const ID: OpId = OpId::new("s3", "PutBucketWebsite");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:PutBucketWebsite",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        check(&input.website_configuration)?;
        bucket::change(cx, &input.bucket, |b| {
            b.settings.website = Some(input.website_configuration);
            Ok(())
        })?;
        Ok(json!({}))
    }
}

/// What S3 refuses (the sentences are those that localstack holds its own answers to, recorded on AWS).
fn check(website: &Value) -> Result<(), ApiError> {
    let wrong = |name: &str, message: &str| {
        let error = ApiError::new("InvalidArgument", message).status(400);
        Err(error.field("ArgumentName", name))
    };
    if website.get("RedirectAllRequestsTo").is_some() {
        let alone = website.as_object().is_some_and(|all| all.len() == 1);
        let message =
            "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.";
        return match alone {
            true => Ok(()),
            false => wrong("RedirectAllRequestsTo", message),
        };
    }
    let suffix = website.pointer("/IndexDocument/Suffix");
    match suffix.and_then(Value::as_str) {
        None => wrong(
            "IndexDocument",
            "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty",
        ),
        Some(suffix) if suffix.is_empty() || suffix.contains('/') => wrong(
            "IndexDocument",
            "The IndexDocument Suffix is not well formed",
        ),
        Some(_) => Ok(()),
    }
}
