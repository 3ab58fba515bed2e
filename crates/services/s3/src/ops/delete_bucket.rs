//! Removes an empty bucket.

use sekisho_engine::prelude::*;

use crate::bucket;
use crate::bucket::BUCKETS;
use crate::checks::OnBucket;
use crate::object::{OBJECTS, row};
use crate::upload::UPLOADS;

pub(crate) struct DeleteBucket;

impl Operation for DeleteBucket {
    const ID: OpId = OpId::new("s3", "DeleteBucket");
    const WRITES: bool = true;
    type Input = OnBucket;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &OnBucket) -> Result<Vec<Check>, ApiError> {
        input.check(lookup, "s3:DeleteBucket")
    }

    fn run(cx: &mut Cx<'_>, input: OnBucket, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        if !cx.page(&OBJECTS, &row(&bucket.name, ""), "", 1)?.is_empty() {
            let message = "The bucket you tried to delete is not empty";
            return Err(ApiError::new("BucketNotEmpty", message)
                .status(409)
                .field("BucketName", input.bucket));
        }
        let uploads: Vec<_> = cx
            .scan(&UPLOADS, "")?
            .into_iter()
            .filter(|(_, u)| u.bucket == bucket.name)
            .collect();
        for (id, upload) in uploads {
            upload
                .parts
                .values()
                .for_each(|p| cx.remove_blob(&p.stored.blob));
            cx.delete(&UPLOADS, &id);
        }
        cx.delete(&BUCKETS, &bucket.name);
        Ok(json!({}))
    }
}
