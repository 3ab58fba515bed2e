//! Lists the uploads under way.

use sekisho_engine::prelude::*;
use sekisho_engine::time;

use crate::list::{self, encode};
use crate::upload::UPLOADS;
use crate::{bucket, checks};

pub(crate) struct ListMultipartUploads;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    #[serde(default)]
    prefix: String,
    max_uploads: Option<usize>,
    #[serde(default)]
    key_marker: String,
    upload_id_marker: Option<String>,
    encoding_type: Option<String>,
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
        // Behind the key, or behind the upload of it that is named; without a key the upload says nothing.
        let named = input.upload_id_marker.as_deref();
        let marked = rows
            .iter()
            .position(|(_, u)| u.key == input.key_marker && Some(u.id.as_str()) == named);
        let from = match marked {
            Some(at) => at + 1,
            None => rows.partition_point(|(_, u)| u.key <= input.key_marker),
        };
        let limit = input.max_uploads.unwrap_or(1_000).min(1_000);
        let encoding = input.encoding_type.as_deref();
        let page: Vec<_> = rows.iter().skip(from).take(limit).collect();
        let more = limit > 0 && from + page.len() < rows.len();
        let list: Vec<Value> = page
            .iter()
            .map(|(_, u)| {
                let owner = list::owner(&u.account);
                json!({
                    "UploadId": u.id, "Key": encode(&u.key, encoding), "Initiated": time::seconds(u.started_ms), "StorageClass": u.storage_class,
                    "Owner": owner, "Initiator": u.initiator(),
                })
            })
            .collect();
        let mut output = json!({
            "Bucket": bucket.name, "Prefix": encode(&input.prefix, encoding), "MaxUploads": limit, "IsTruncated": more,
            "KeyMarker": encode(&input.key_marker, encoding), "UploadIdMarker": named.unwrap_or_default(), "Uploads": list,
        });
        if let Some(map) = output.as_object_mut() {
            // Recorded on a page that is the only one, too (radkawar/stackd s3/multipart_authority_replay 53).
            if let Some((_, last)) = page.last() {
                let key = encode(&last.key, encoding);
                map.insert("NextKeyMarker".to_owned(), json!(key));
                map.insert("NextUploadIdMarker".to_owned(), json!(last.id));
            }
            if let Some(encoding) = encoding {
                map.insert("EncodingType".to_owned(), json!(encoding));
            }
        }
        Ok(output)
    }
}
