//! Lists the parts of an upload.

use sekisho_engine::prelude::*;
use sekisho_engine::time;

use crate::{bucket, checks, list, sse, upload};

pub(crate) struct ListParts;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    key: String,
    expected_bucket_owner: Option<String>,
    upload_id: String,
    max_parts: Option<usize>,
    part_number_marker: Option<u32>,
}

impl Operation for ListParts {
    const ID: OpId = OpId::new("s3", "ListParts");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![checks::on_object(
            lookup,
            "s3:ListMultipartUploadParts",
            &input.bucket,
            &input.key,
            input.expected_bucket_owner.as_deref(),
        )?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let upload = upload::find(cx, &input.bucket, &input.key, &input.upload_id)?;
        // Recorded (radkawar/stackd s3/multipart_authority_replay 180 and 105): as when it is completed.
        if upload.checksum.is_some() {
            let bucket = bucket::find(cx, &input.bucket)?;
            sse::open(cx, &bucket, &upload.sse)?;
        }
        let limit = input.max_parts.unwrap_or(1_000).min(1_000);
        let after = input.part_number_marker.unwrap_or(0);
        let mut parts: Vec<Value> = Vec::new();
        let mut last = 0;
        let mut more = false;
        for (number, part) in upload.parts.range(after + 1..) {
            if parts.len() == limit {
                more = true;
                break;
            }
            last = *number;
            parts.push(json!({
                "PartNumber": number, "ETag": format!("\"{}\"", part.etag), "Size": part.stored.size,
                "LastModified": time::seconds(part.modified_ms / 1000 * 1000),
            }));
        }
        let owner = list::owner(&upload.account);
        Ok(json!({
            "Bucket": input.bucket, "Key": input.key, "UploadId": input.upload_id, "PartNumberMarker": after,
            "NextPartNumberMarker": last, "MaxParts": limit, "IsTruncated": more, "Parts": parts,
            "Initiator": upload.initiator(), "Owner": owner, "StorageClass": upload.storage_class,
        }))
    }
}
