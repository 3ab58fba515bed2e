//! Says to which buckets objects are replicated; that is kept, nothing is replicated here. Whose role it is passes it to S3.

use sekisho_engine::prelude::*;

use crate::bucket::{self, BUCKETS};
use crate::{checks, replication};

pub(crate) struct PutBucketReplication;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    replication_configuration: Configuration,
}

impl Operation for PutBucketReplication {
    const ID: OpId = OpId::new("s3", "PutBucketReplication");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let owner = input.expected_bucket_owner.as_deref();
        let action = "s3:PutReplicationConfiguration";
        let mut checks = checks::on_bucket(lookup, action, &input.bucket, owner)?;
        let role = &input.replication_configuration.role;
        replication::check_role(role)?;
        checks.push(
            Check::new("iam:PassRole", role.clone())
                .with("iam:PassedToService", "s3.amazonaws.com"),
        );
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let refused = |message: &str| {
            let error = ApiError::new("InvalidRequest", message).status(400);
            Err(error.field("BucketName", input.bucket.clone()))
        };
        if !bucket::find(cx, &input.bucket)?.versioned() {
            return refused(
                "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
            );
        }
        let Configuration { role, rules } = input.replication_configuration;
        let rules = replication::accept(cx.ids(), rules)?;
        for rule in &rules {
            let named = rule.pointer("/Destination/Bucket").and_then(Value::as_str);
            let name = named.and_then(|arn| arn.strip_prefix("arn:aws:s3:::"));
            match cx.get(&BUCKETS, name.unwrap_or_default())? {
                None => return refused("Destination bucket must exist."),
                Some(target) if !target.versioned() => {
                    return refused("Destination bucket must have versioning enabled.");
                }
                Some(_) => {}
            }
        }
        bucket::change(cx, &input.bucket, |b| {
            b.settings.replication = Some(json!({"Role": role, "Rules": rules}));
            Ok(())
        })?;
        Ok(json!({}))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    role: String,
    #[serde(default)]
    rules: Vec<Value>,
}
