//! Buckets: names are global, each belongs to one account and lives in one region.

use std::sync::Arc;

use sekisho_engine::{ApiError, Cx, Lookup, PolicyText, Table, Tags, canonical_id};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::control::BLOCKS;
use crate::named_configurations::Named;

/// Buckets by name.
pub(crate) const BUCKETS: Table<Bucket> = Table::new("s3/bucket");

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) created_ms: i64,
    pub(crate) policy: Option<PolicyText>,
    pub(crate) public_access: Option<PublicAccess>,
    pub(crate) ownership: Option<String>,
    pub(crate) versioning: Option<String>,
    pub(crate) encryption: Encryption,
    pub(crate) tags: Tags,
    /// Its canned ACL; none where its owner alone has something.
    #[serde(default)]
    pub(crate) acl: Option<String>,
    #[serde(default)]
    pub(crate) settings: Settings,
}

/// What is kept as it was given and has no effect here: nothing expires, is logged, measured, replicated or told to anybody, and nobody
/// is served a website.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) lifecycle: Option<Value>,
    pub(crate) logging: Option<Value>,
    pub(crate) notification: Option<Value>,
    pub(crate) cors: Option<Value>,
    pub(crate) website: Option<Value>,
    pub(crate) replication: Option<Value>,
    /// `Enabled` or `Suspended`, once it was said.
    pub(crate) accelerate: Option<String>,
    /// Configurations of inventories, by their id.
    #[serde(default)]
    pub(crate) inventory: Named,
    /// Configurations of metrics, by their id.
    #[serde(default)]
    pub(crate) metrics: Named,
    /// Configurations of intelligent tiering, by their id.
    #[serde(default)]
    pub(crate) tiering: Named,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct PublicAccess {
    pub(crate) block_public_acls: bool,
    pub(crate) ignore_public_acls: bool,
    pub(crate) block_public_policy: bool,
    pub(crate) restrict_public_buckets: bool,
}

/// Default encryption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Encryption {
    pub(crate) algorithm: String,
    pub(crate) key: Option<String>,
    pub(crate) bucket_key: bool,
}

impl Default for Encryption {
    fn default() -> Self {
        Self {
            algorithm: "AES256".to_owned(),
            key: None,
            bucket_key: false,
        }
    }
}

impl Bucket {
    /// What its own public access block and that of its account block together (S3 user guide, "Blocking public access").
    pub(crate) fn blocked(&self, lookup: &Lookup<'_>) -> Result<PublicAccess, ApiError> {
        let own = self.public_access.unwrap_or_default();
        let account = lookup.get(&BLOCKS, &self.account)?;
        let account = account.map(|block| *block).unwrap_or_default();
        Ok(PublicAccess {
            block_public_acls: own.block_public_acls || account.block_public_acls,
            ignore_public_acls: own.ignore_public_acls || account.ignore_public_acls,
            block_public_policy: own.block_public_policy || account.block_public_policy,
            restrict_public_buckets: own.restrict_public_buckets || account.restrict_public_buckets,
        })
    }

    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:s3:::{}", self.name)
    }

    /// The canonical user id of the owner: what stands for an account in ACLs.
    pub(crate) fn owner_id(&self) -> String {
        canonical_id(&self.account)
    }

    pub(crate) fn versioned(&self) -> bool {
        self.versioning.as_deref() == Some("Enabled")
    }

    /// Whether ACLs are off: as they are by default, and are not where the ownership controls were removed (radkawar/stackd
    /// s3/ownership_replay, sequences 282 to 289).
    pub(crate) fn enforced(&self) -> bool {
        self.ownership.as_deref() == Some("BucketOwnerEnforced")
    }
}

pub(crate) fn missing(name: &str) -> ApiError {
    ApiError::new("NoSuchBucket", "The specified bucket does not exist")
        .status(404)
        .field("BucketName", name)
}

/// The bucket, before anything is decided: one that does not exist is said to be so.
pub(crate) fn look(
    lookup: &Lookup<'_>,
    name: &str,
    expected_owner: Option<&str>,
) -> Result<Arc<Bucket>, ApiError> {
    let bucket = lookup.get(&BUCKETS, name)?.ok_or_else(|| missing(name))?;
    if expected_owner.is_some_and(|o| o != bucket.account) {
        return Err(ApiError::new("AccessDenied", "Access Denied").status(403));
    }
    if bucket.region != lookup.region() && !lookup.region().is_empty() {
        let message = "The bucket is in this region: please use this region to retry the request";
        return Err(ApiError::new("PermanentRedirect", message)
            .status(301)
            .field("BucketRegion", bucket.region.clone()));
    }
    Ok(bucket)
}

pub(crate) fn find(cx: &Cx<'_>, name: &str) -> Result<Arc<Bucket>, ApiError> {
    cx.get(&BUCKETS, name)?.ok_or_else(|| missing(name))
}

/// Bucket policies are for the owner's account only, whatever they allow.
pub(crate) fn own(cx: &Cx<'_>, name: &str) -> Result<(), ApiError> {
    if find(cx, name)?.account != cx.account() {
        let message = "The specified method is not allowed against this resource.";
        return Err(ApiError::new("MethodNotAllowed", message).status(405));
    }
    Ok(())
}

pub(crate) fn change(
    cx: &mut Cx<'_>,
    name: &str,
    edit: impl FnOnce(&mut Bucket) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let mut bucket = find(cx, name)?.as_ref().clone();
    edit(&mut bucket)?;
    cx.put(&BUCKETS, name, bucket)
}

/// What names of buckets may not begin and end with (S3 user guide, "General purpose bucket naming rules").
const FRONTS: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
const ENDS: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// 3 to 63 lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit.
pub(crate) fn check_name(name: &str) -> Result<(), ApiError> {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    let outer = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let fine = (3..=63).contains(&name.len())
        && name.bytes().all(inner)
        && outer(name.bytes().next())
        && outer(name.bytes().last())
        && !name.contains("..")
        && name.parse::<std::net::Ipv4Addr>().is_err()
        && !FRONTS.iter().any(|front| name.starts_with(front))
        && !ENDS.iter().any(|end| name.ends_with(end));
    if fine {
        return Ok(());
    }
    Err(
        ApiError::new("InvalidBucketName", "The specified bucket is not valid.")
            .status(400)
            .field("BucketName", name),
    )
}
