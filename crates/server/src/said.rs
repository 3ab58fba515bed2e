//! What a request to S3 says of itself, and may not say in two ways.

use sekisho_engine::ApiError;
use sekisho_wire::{Head, Signature};

/// A request to S3 is signed in one way, or not at all: another kind of credential does not make it a signed one (`Unsupported
/// Authorization Type` as quoted in danialfarid/ng-file-upload#615, `Only one auth mechanism` in request/request#860).
pub(crate) fn check_mechanism(
    head: &Head<'_>,
    signature: Option<&Signature>,
) -> Result<(), ApiError> {
    let refused = |code: &'static str, message: &str| Err(ApiError::new(code, message).status(400));
    let header = head.header("authorization").is_some();
    let parameters = head.parameters();
    let given = |name: &str| parameters.iter().any(|(n, _)| n == name);
    let old = given("AWSAccessKeyId") && given("Signature");
    let presigned = given("X-Amz-Algorithm") || given("X-Amz-Signature");
    match signature {
        Some(_) if [header, presigned, old].into_iter().filter(|g| *g).count() > 1 => refused(
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
        ),
        None if header => refused("InvalidArgument", "Unsupported Authorization Type"),
        // Signature version 2, as regions answer that never had it.
        None if old => refused(
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        ),
        _ => Ok(()),
    }
}

/// What a request says of its payload's hash; who signs a header has to say it (aws/aws-cli#2138; the words for what is none
/// in arnemolland/sigv4#8).
pub(crate) fn claimed(head: &Head<'_>, needed: bool) -> Result<String, ApiError> {
    const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
    let Some(claimed) = head.header("x-amz-content-sha256") else {
        if needed {
            let message = "Missing required header for this request: x-amz-content-sha256";
            return Err(ApiError::new("InvalidRequest", message).status(400));
        }
        return Ok(UNSIGNED.to_owned());
    };
    let hash = claimed.len() == 64 && claimed.bytes().all(|b| b.is_ascii_hexdigit());
    if needed && !hash && claimed != UNSIGNED && !claimed.starts_with("STREAMING-") {
        let message = "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.";
        return Err(ApiError::new("InvalidArgument", message).status(400));
    }
    Ok(claimed.to_owned())
}

/// Whose the bucket is to be stands in a header or in the query, not in both (recorded: radkawar/stackd
/// s3/presigned_headers).
pub(crate) fn check_owner_once(head: &Head<'_>) -> Result<(), ApiError> {
    const OWNER: &str = "x-amz-expected-bucket-owner";
    let parameters = head.parameters();
    let in_query = parameters
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case(OWNER));
    match head.header(OWNER) {
        Some(_) if in_query => {
            let message =
                "Expected bucket owner must be provided as either a header or parameter, not both";
            Err(ApiError::new("InvalidBucketOwnerAWSAccountID", message).status(400))
        }
        _ => Ok(()),
    }
}

/// `Content-MD5` of a request that does not stream.
pub(crate) fn check_md5(head: &Head<'_>, body: &[u8]) -> Result<(), ApiError> {
    let Some(said) = head.header("content-md5") else {
        return Ok(());
    };
    let is_digest = said.len() == 24
        && said.ends_with("==")
        && said
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b));
    if !is_digest {
        let message = "The Content-MD5 you specified was invalid.";
        let error = ApiError::new("InvalidDigest", message).status(400);
        return Err(error.field("Content-MD5", said));
    }
    if said != sekisho_engine::md5_base64(body) {
        let message = "The Content-MD5 you specified did not match what we received.";
        return Err(ApiError::new("BadDigest", message).status(400));
    }
    Ok(())
}
