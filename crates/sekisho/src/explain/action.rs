//! The IAM actions of operations.

/// The IAM action of a service's operation. Those of S3 have names of their own (service authorization reference, "Actions
/// defined by Amazon S3").
pub(super) fn action(service: &str, operation: &str) -> String {
    let name = match (service, operation) {
        ("s3", "HeadBucket" | "ListObjects" | "ListObjectsV2") => "ListBucket",
        ("s3", "HeadObject") => "GetObject",
        ("s3", "DeleteObjects") => "DeleteObject",
        (
            "s3",
            "CopyObject"
            | "CreateMultipartUpload"
            | "UploadPart"
            | "UploadPartCopy"
            | "CompleteMultipartUpload",
        ) => "PutObject",
        ("s3", "ListParts") => "ListMultipartUploadParts",
        ("s3", "ListMultipartUploads") => "ListBucketMultipartUploads",
        ("s3", "ListObjectVersions") => "ListBucketVersions",
        ("s3", "ListBuckets") => "ListAllMyBuckets",
        _ => operation,
    };
    format!("{service}:{name}")
}
