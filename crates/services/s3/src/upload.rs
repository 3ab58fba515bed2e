//! Multipart uploads.

use std::collections::BTreeMap;

use sekisho_engine::{ApiError, Check, Cx, Lookup, Table, Tags};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::list;

use crate::object::{Headers, Stored};
use crate::sse::Sse;

/// Uploads under way, by id.
pub(crate) const UPLOADS: Table<Upload> = Table::new("s3/upload");

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) account: String,
    /// Who began it.
    #[serde(default)]
    pub(crate) initiator: String,
    pub(crate) started_ms: i64,
    pub(crate) sse: Sse,
    pub(crate) headers: Headers,
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) tags: Tags,
    pub(crate) acl: Option<String>,
    pub(crate) checksum: Option<String>,
    pub(crate) storage_class: String,
    pub(crate) parts: BTreeMap<u32, Part>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) stored: Stored,
    pub(crate) etag: String,
    pub(crate) modified_ms: i64,
    pub(crate) checksum: Option<(String, String, String)>,
}

impl Upload {
    /// Who began it, as recorded (radkawar/stackd s3/multipart_authority_replay): `ROLE/SESSION` of a role, the name of a
    /// user; root users by their canonical id.
    pub(crate) fn initiator(&self) -> Value {
        match self.initiator.split_once('/') {
            Some((_, name)) => json!({"ID": self.initiator, "DisplayName": name}),
            None => list::owner(&self.account),
        }
    }
}

/// Adds to a check what was said when the upload began: its ACL (aws/aws-cli#1674, the comment of July 2018). Of encryption and
/// tags AWS says nothing then.
pub(crate) fn of(lookup: &Lookup<'_>, check: Check, id: &str) -> Result<Check, ApiError> {
    let upload = lookup.get(&UPLOADS, id)?;
    Ok(check.with_opt("s3:x-amz-acl", upload.and_then(|u| u.acl.clone())))
}

pub(crate) fn find(cx: &Cx<'_>, bucket: &str, key: &str, id: &str) -> Result<Upload, ApiError> {
    let upload = cx
        .get(&UPLOADS, id)?
        .filter(|u| u.bucket == bucket && u.key == key);
    upload.map(|u| u.as_ref().clone()).ok_or_else(|| {
        let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
        ApiError::new("NoSuchUpload", message).status(404).field("UploadId", id)
    })
}
