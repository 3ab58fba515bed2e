//! Bucket policies, and what makes one public.

use sekisho_engine::{ApiError, Lookup, PolicyText, pin};
use sekisho_policy::{Kind, is_public, validate};

use crate::applies;
use crate::bucket::Bucket;

fn malformed(message: &str) -> ApiError {
    ApiError::new("MalformedPolicy", message).status(400)
}

pub(crate) fn accept(
    lookup: &Lookup<'_>,
    bucket: &Bucket,
    text: &str,
) -> Result<PolicyText, ApiError> {
    let document =
        validate(text, Kind::Bucket).map_err(|e| ApiError::new(e.code, e.message).status(400))?;
    let arn = bucket.arn();
    for statement in document.statements() {
        for resource in statement.resources.iter().flat_map(|r| r.texts()) {
            let name = resource
                .split_once('/')
                .map_or(resource, |(bucket, _)| bucket);
            let own = resource.strip_prefix("arn:").is_some_and(|rest| {
                // `arn:aws:s3:::*` is of every bucket, and so of none.
                rest.split(':')
                    .nth(4)
                    .is_some_and(|name| !name.starts_with('*'))
            });
            if !own || !sekisho_arn::glob(name, &arn) {
                return Err(malformed("Policy has invalid resource"));
            }
        }
    }
    applies::check(&document).map_err(malformed)?;
    let pins = pin(lookup, &document)?.map_err(|_| malformed("Invalid principal in policy"))?;
    if bucket.blocked(lookup)?.block_public_policy && is_public(&document) {
        let message = format!(
            "User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"{arn}\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
            lookup.caller().arn()
        );
        return Err(ApiError::new("AccessDenied", message).status(403));
    }
    Ok(PolicyText::pinned(text, pins))
}
