//! Makes a bucket; its name is taken everywhere then.

use sekisho_engine::prelude::*;

use crate::bucket::{self, BUCKETS, Bucket, Encryption, PublicAccess, Settings};
use crate::tags::{ON_BUCKET, Tag, Tagging, accept};
use crate::{acl, checks};

pub(crate) struct CreateBucket;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    #[serde(rename = "ACL")]
    acl: Option<String>,
    #[serde(default)]
    create_bucket_configuration: Configuration,
    object_ownership: Option<String>,
    #[serde(default)]
    object_lock_enabled_for_bucket: bool,
}

impl Operation for CreateBucket {
    const ID: OpId = OpId::new("s3", "CreateBucket");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let arn = format!("arn:aws:s3:::{}", input.bucket);
        let on = |action| checks::of_account(lookup, Check::new(action, arn.clone())).making();
        let configuration = &input.create_bucket_configuration;
        if configuration.location.is_some() || configuration.bucket.is_some() {
            let message = "Directory buckets (Location and Bucket of CreateBucketConfiguration) are not supported by sekisho yet";
            return Err(ApiError::new("NotImplemented", message).status(501));
        }
        let create = on("s3:CreateBucket")
            .with_opt(
                "s3:locationconstraint",
                configuration.location_constraint.clone(),
            )
            .with_opt("s3:x-amz-acl", input.acl.clone())
            .with_opt("s3:x-amz-object-ownership", input.object_ownership.clone());
        // Recorded: who may only create buckets may not give them tags, and not say whose their objects are
        // (radkawar/stackd s3/recreation_authority_replay 82 and 104).
        let tagged = |check: Check| match configuration.tags.is_empty() {
            true => check,
            false => check.with_tags(configuration.tags.iter().map(|t| (&*t.key, &*t.value))),
        };
        let mut all = vec![tagged(create)];
        if input.object_ownership.is_some() {
            all.push(on("s3:PutBucketOwnershipControls"));
        }
        if !configuration.tags.is_empty() {
            all.push(tagged(on("s3:TagResource")));
        }
        Ok(all)
    }

    fn run(cx: &mut Cx<'_>, mut input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        bucket::check_name(&input.bucket)?;
        // Those for the owner of a bucket say nothing of a new one (S3 user guide, "Canned ACL").
        input.acl = input.acl.filter(|acl| !acl.starts_with("bucket-owner-"));
        if let Some(acl) = &input.acl {
            acl::check_of_bucket(acl)?;
        }
        if input.object_lock_enabled_for_bucket {
            return Err(ApiError::new(
                "NotImplemented",
                "sekisho does not support object lock yet",
            )
            .status(501));
        }
        let configuration = input.create_bucket_configuration;
        let location = configuration.location_constraint;
        let region = match location.as_deref() {
            Some("EU") => "eu-west-1".to_owned(),
            Some(region) => region.to_owned(),
            None => "us-east-1".to_owned(),
        };
        if region != cx.region() {
            let message = if location.is_none() {
                "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.".to_owned()
            } else {
                format!(
                    "The {region} location constraint is incompatible for the region specific endpoint this request was sent to."
                )
            };
            return Err(ApiError::new("IllegalLocationConstraintException", message).status(400));
        }
        if let Some(taken) = cx.get(&BUCKETS, &input.bucket)? {
            let (code, message) = if taken.account == cx.account() {
                // Recorded there and in s3/recreation_controls_replay: the same bucket again, in this one region.
                let wanted = input.object_ownership.as_deref();
                let same =
                    wanted.unwrap_or(ENFORCED) == taken.ownership.as_deref().unwrap_or(ENFORCED);
                if region == "us-east-1" && same && configuration.tags.is_empty() {
                    return Ok(answer(&input.bucket));
                }
                (
                    "BucketAlreadyOwnedByYou",
                    "Your previous request to create the named bucket succeeded and you already own it.",
                )
            } else {
                (
                    "BucketAlreadyExists",
                    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
                )
            };
            return Err(ApiError::new(code, message)
                .status(409)
                .field("BucketName", input.bucket));
        }
        let ownership = input
            .object_ownership
            .unwrap_or_else(|| ENFORCED.to_owned());
        if ownership == ENFORCED && input.acl.as_deref().is_some_and(|a| a != "private") {
            let message =
                "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
            return Err(ApiError::new("InvalidBucketAclWithObjectOwnership", message).status(400));
        }
        // Recorded: the block that a new bucket gets refuses it.
        if input.acl.as_deref().is_some_and(acl::is_public) {
            let message = "Bucket cannot have public ACLs set with BlockPublicAccess enabled";
            let code = "InvalidBucketAclWithBlockPublicAccessError";
            return Err(ApiError::new(code, message).status(400));
        }
        let tagging = Tagging {
            tag_set: configuration.tags,
        };
        let tags = accept(tagging, ON_BUCKET)?;
        let bucket = Bucket {
            name: input.bucket.clone(),
            account: cx.account().to_owned(),
            region,
            created_ms: cx.now_ms(),
            policy: None,
            public_access: Some(PublicAccess {
                block_public_acls: true,
                ignore_public_acls: true,
                block_public_policy: true,
                restrict_public_buckets: true,
            }),
            ownership: Some(ownership),
            versioning: None,
            encryption: Encryption::default(),
            tags,
            acl: input.acl.filter(|acl| acl != "private"),
            settings: Settings::default(),
        };
        cx.put(&BUCKETS, &input.bucket, bucket)?;
        Ok(answer(&input.bucket))
    }
}

/// The ownership of objects in a bucket for which none is asked.
const ENFORCED: &str = "BucketOwnerEnforced";

fn answer(bucket: &str) -> Value {
    json!({"Location": format!("/{bucket}"), "BucketArn": format!("arn:aws:s3:::{bucket}")})
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    location_constraint: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
    /// Of directory buckets, as the next.
    location: Option<Value>,
    bucket: Option<Value>,
}
