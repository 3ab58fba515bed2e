//! Takes one part of an upload.

use sekisho_engine::prelude::*;
use sekisho_engine::{Checksum, SinkSpec, StreamOperation};

use crate::upload::{self, Part, UPLOADS};
use crate::{bucket, checks, sse, write};

pub(crate) struct UploadPart;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    key: String,
    expected_bucket_owner: Option<String>,
    upload_id: String,
    part_number: u32,
    #[serde(rename = "ContentMD5")]
    content_md5: Option<String>,
    checksum_algorithm: Option<String>,
    #[serde(rename = "ChecksumCRC32")]
    checksum_crc32: Option<String>,
    #[serde(rename = "ChecksumCRC32C")]
    checksum_crc32c: Option<String>,
    #[serde(rename = "ChecksumCRC64NVME")]
    checksum_crc64nvme: Option<String>,
    #[serde(rename = "ChecksumSHA1")]
    checksum_sha1: Option<String>,
    #[serde(rename = "ChecksumSHA256")]
    checksum_sha256: Option<String>,
}

impl Operation for UploadPart {
    const ID: OpId = OpId::new("s3", "UploadPart");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let put = checks::on_object(
            lookup,
            "s3:PutObject",
            &input.bucket,
            &input.key,
            input.expected_bucket_owner.as_deref(),
        )?;
        let put = checks::writing(put, false, None, None);
        Ok(vec![upload::of(lookup, put, &input.upload_id)?])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let mut upload = upload::find(cx, &input.bucket, &input.key, &input.upload_id)?;
        let body = cx.take_body()?;
        write::verify(&body, input.content_md5.as_deref(), &input.claimed())?;
        let carry = write::carry(&body, &bucket)?;
        let etag = write::etag(cx, &body);
        let checksum = write::checksum_of(&body);
        let stored = write::keep(cx, body, carry.nonce)?;
        let part = Part {
            stored,
            etag: etag.clone(),
            modified_ms: cx.now_ms(),
            checksum: checksum.clone(),
        };
        if let Some(old) = upload.parts.insert(input.part_number, part) {
            cx.remove_blob(&old.stored.blob);
        }
        let mut map = serde_json::Map::new();
        upload.sse.describe(&mut map);
        cx.put(&UPLOADS, &input.upload_id, upload)?;
        map.insert("ETag".to_owned(), json!(format!("\"{etag}\"")));
        if let Some((algorithm, value, _)) = checksum {
            map.insert(format!("Checksum{algorithm}"), json!(value));
        }
        Ok(Value::Object(map))
    }
}

impl StreamOperation for UploadPart {
    fn sink(cx: &mut Cx<'_>, input: &Input, _: &Permit<Self>) -> Result<SinkSpec, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let upload = upload::find(cx, &input.bucket, &input.key, &input.upload_id)?;
        if !(1..=10_000).contains(&input.part_number) {
            let message = "Part number must be an integer between 1 and 10000, inclusive";
            return Err(ApiError::new("InvalidArgument", message).status(400));
        }
        let key = sse::open(cx, &bucket, &upload.sse)?;
        let algorithm = input
            .algorithm()
            .or_else(|| Checksum::parse(upload.checksum.as_deref()?));
        let mut spec = write::sink(cx, &bucket, upload.sse, &key, algorithm)?;
        spec.md5 |= input.content_md5.is_some();
        Ok(spec)
    }
}

impl Input {
    /// The checksums that the client gave, and the algorithm that is to be computed.
    fn claimed(&self) -> [(Checksum, Option<&String>); 5] {
        [
            (Checksum::Crc32, self.checksum_crc32.as_ref()),
            (Checksum::Crc32c, self.checksum_crc32c.as_ref()),
            (Checksum::Crc64Nvme, self.checksum_crc64nvme.as_ref()),
            (Checksum::Sha1, self.checksum_sha1.as_ref()),
            (Checksum::Sha256, self.checksum_sha256.as_ref()),
        ]
    }

    fn algorithm(&self) -> Option<Checksum> {
        let given = self
            .claimed()
            .into_iter()
            .find(|(_, v)| v.is_some())
            .map(|(c, _)| c);
        given.or_else(|| Checksum::parse(self.checksum_algorithm.as_deref()?))
    }
}
