//! How an action fails, in CodePipeline's words (`spec/codepipeline.md` section 12).

use sekisho_engine::ApiError;

pub(crate) struct Failed {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Failed {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

pub(crate) fn permission(message: impl Into<String>) -> Failed {
    Failed::new("PermissionError", message)
}

/// The error as the Java SDK inside the service prints it.
fn sdk(error: &ApiError) -> String {
    let request = error
        .event
        .map_or_else(|| "-".to_owned(), |e| format!("event-{e}"));
    format!(
        "{} (Service: Amazon S3; Status Code: {}; Error Code: {}; Request ID: {}; S3 Extended Request ID: {}; Proxy: null)",
        error.message,
        error.status.unwrap_or(400),
        error.code,
        request,
        request,
    )
}

/// The artifact store, or the bucket of a source, cannot be used.
pub(crate) fn bucket(name: &str, error: &ApiError) -> Failed {
    if error.is_access_denied() {
        return permission(format!(
            "The service role or action role doesn't have the permissions required to access the Amazon S3 bucket named {name}. Update the IAM role permissions, and then try again. Error: Amazon S3:AccessDenied:{}",
            sdk(error)
        ));
    }
    Failed::new("ConfigurationError", sdk(error))
}

/// The object of an S3 source cannot be read; the sentences were recorded while CodePipeline looked for changes (radkawar/stackd
/// testdata/aws/codepipeline/polling_native_*.json).
pub(crate) fn source(bucket: &str, key: &str, error: &ApiError) -> Failed {
    let what = format!(
        "Could not access the Amazon S3 object: \"{bucket}/{key}\". Make sure that the names of the bucket and object are both correct"
    );
    if error.is_access_denied() {
        return permission(format!(
            "{what}, and that the pipeline IAM role has sufficient permissions to access this bucket."
        ));
    }
    Failed::new("ConfigurationError", format!("{what}."))
}

/// The repository cannot be read.
pub(crate) fn repository(name: &str, error: &ApiError) -> Failed {
    if error.is_access_denied() {
        return permission(format!(
            "The service role or action role doesn't have the permissions required to access the Amazon ECR repository named {name}. Update the IAM role permissions, and then try again. Error: {}",
            error.message
        ));
    }
    Failed::new("ConfigurationError", error.message.clone())
}

/// An input artifact cannot be read.
pub(crate) fn artifact(bucket: &str, key: &str, error: &ApiError) -> Failed {
    if error.is_access_denied() {
        return permission(format!(
            "Unable to access the artifact with Amazon S3 object key '{key}' located in the Amazon S3 artifact bucket '{bucket}'. The provided role does not have sufficient permissions."
        ));
    }
    Failed::new("JobFailed", sdk(error))
}

/// An input artifact cannot be copied into the store of another region (aws-deployment-framework#756); of the stores, the
/// bucket and the region.
pub(crate) fn replication(
    artifact: &str,
    (from, region): (&str, &str),
    (to, other): (&str, &str),
    role: &str,
    error: &ApiError,
) -> Failed {
    let what = format!(
        "Replication of artifact '{artifact}' failed: Failed replicating artifact from {from} in {region} to {to} in {other}: Check source and destination artifact buckets exist and {role} has permission to access it."
    );
    match error.is_access_denied() {
        true => permission(what),
        // What else it may be was not seen.
        false => Failed::new("ConfigurationError", format!("{what} {}", sdk(error))),
    }
}

/// A deployment bucket refuses an object.
pub(crate) fn deployment(name: &str, error: &ApiError) -> Failed {
    if error.is_access_denied() {
        return permission(format!(
            "You do not have sufficient permissions to call s3.putObject for the deployment bucket, {name}. Verify that the policy on the resource allows you to perform this task. If you choose a canned ACL for your Amazon S3 deployment action, the policy must include the PutObjectAcl action. If the object already exists, the policy must also include the PutObjectVersionAcl action. {}",
            sdk(error)
        ));
    }
    Failed::new("JobFailed", sdk(error))
}
