//! Which IAM action an operation of S3 needs, on which ARN.

use sekisho_engine::{ApiError, Check, Lookup};

use crate::bucket;

/// `action` on the bucket.
pub(crate) fn on_bucket(
    lookup: &Lookup<'_>,
    action: &str,
    name: &str,
    expected_owner: Option<&str>,
) -> Result<Vec<Check>, ApiError> {
    let bucket = bucket::look(lookup, name, expected_owner)?;
    Ok(vec![
        common(lookup, Check::new(action, bucket.arn()))
            .with("s3:ResourceAccount", bucket.account.clone()),
    ])
}

/// `action` on an object.
pub(crate) fn on_object(
    lookup: &Lookup<'_>,
    action: &str,
    name: &str,
    key: &str,
    expected_owner: Option<&str>,
) -> Result<Check, ApiError> {
    let bucket = bucket::look(lookup, name, expected_owner)?;
    Ok(common(
        lookup,
        Check::new(action, format!("{}/{key}", bucket.arn())),
    )
    .with("s3:ResourceAccount", bucket.account.clone()))
}

fn common(_: &Lookup<'_>, check: Check) -> Check {
    check
        .with("s3:signatureversion", "AWS4-HMAC-SHA256")
        .with("s3:authType", "REST-HEADER")
}
