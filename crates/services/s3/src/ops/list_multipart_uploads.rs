//! Lists the uploads under way.

use sekisho_engine::prelude::*;
use sekisho_engine::time;

use crate::upload::UPLOADS;
use crate::{bucket, checks, list};

pub(crate) struct ListMultipartUploads;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    #[serde(default)]
    prefix: String,
}

impl Operation for ListMultipartUploads {
    const ID: OpId = OpId::new("s3", "ListMultipartUploads");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        checks::on_bucket(
            lookup,
            "s3:ListBucketMultipartUploads",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let rows = cx.scan(&UPLOADS, "")?;
        let mut rows: Vec<_> = rows
            .iter()
            .filter(|(_, u)| u.bucket == bucket.name && u.key.starts_with(&input.prefix))
            .collect();
        rows.sort_by(|(_, a), (_, b)| (&a.key, a.started_ms).cmp(&(&b.key, b.started_ms)));
        let list: Vec<Value> = rows
            .iter()
            .map(|(_, u)| {
                let owner = list::owner(&u.account);
                json!({
                    "UploadId": u.id, "Key": u.key, "Initiated": time::seconds(u.started_ms), "StorageClass": u.storage_class,
                    "Owner": owner, "Initiator": u.initiator(),
                })
            })
            .collect();
        Ok(
            json!({"Bucket": bucket.name, "Prefix": input.prefix, "MaxUploads": 1_000, "IsTruncated": false, "Uploads": list}),
        )
    }
}
