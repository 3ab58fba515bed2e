//! Configurations of a bucket that have an id, of which it may have several: inventories, metrics, intelligent tiering. What is done
//! to one of them is the same for each kind.

use std::collections::BTreeMap;

use sekisho_engine::prelude::*;

use crate::bucket::{self, Settings};
use crate::checks;

/// The configurations of one kind, by their id.
pub(crate) type Named = BTreeMap<String, Value>;

/// The input of an operation that says which bucket and which configuration, and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OnConfiguration {
    bucket: String,
    expected_bucket_owner: Option<String>,
    id: String,
}

impl OnConfiguration {
    /// `action` on that bucket.
    pub(crate) fn check(&self, lookup: &Lookup<'_>, action: &str) -> Result<Vec<Check>, ApiError> {
        let owner = self.expected_bucket_owner.as_deref();
        checks::on_bucket(lookup, action, &self.bucket, owner)
    }

    /// The configuration, of the kind that `of` finds.
    pub(crate) fn read(
        &self,
        cx: &Cx<'_>,
        of: impl FnOnce(&Settings) -> &Named,
    ) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &self.bucket)?;
        let kept = of(&bucket.settings).get(&self.id);
        kept.cloned().ok_or_else(absent)
    }

    /// Takes it away.
    pub(crate) fn delete(
        &self,
        cx: &mut Cx<'_>,
        of: impl FnOnce(&mut Settings) -> &mut Named,
    ) -> Result<Value, ApiError> {
        bucket::change(cx, &self.bucket, |bucket| {
            let kept = of(&mut bucket.settings).remove(&self.id);
            kept.map(|_| ()).ok_or_else(absent)
        })?;
        Ok(json!({}))
    }
}

/// Keeps a configuration of a bucket, in the place of one with the same id.
pub(crate) fn put(
    cx: &mut Cx<'_>,
    bucket: &str,
    id: String,
    configuration: Value,
    of: impl FnOnce(&mut Settings) -> &mut Named,
) -> Result<Value, ApiError> {
    bucket::change(cx, bucket, |bucket| {
        of(&mut bucket.settings).insert(id, configuration);
        Ok(())
    })?;
    Ok(json!({}))
}

fn absent() -> ApiError {
    let message = "The specified configuration does not exist.";
    ApiError::new("NoSuchConfiguration", message).status(404)
}
