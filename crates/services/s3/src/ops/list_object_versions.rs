//! Lists versions and delete markers, key by key.

use sekisho_engine::prelude::*;

use crate::list::{self, Query, Row, encode, walk};
use crate::{bucket, checks};

pub(crate) struct ListObjectVersions;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    prefix: Option<String>,
    delimiter: Option<String>,
    max_keys: Option<usize>,
    encoding_type: Option<String>,
    key_marker: Option<String>,
}

impl Operation for ListObjectVersions {
    const ID: OpId = OpId::new("s3", "ListObjectVersions");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let asked = checks::Listing {
            prefix: input.prefix.as_deref(),
            delimiter: input.delimiter.as_deref(),
            max_keys: input.max_keys,
        };
        let owner = input.expected_bucket_owner.as_deref();
        checks::to_list(
            lookup,
            "s3:ListBucketVersions",
            &input.bucket,
            owner,
            &asked,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let delimiter = input.delimiter.as_deref().unwrap_or_default();
        let limit = input.max_keys.unwrap_or(1_000).min(1_000);
        let encoding = input.encoding_type.as_deref();
        let after = input.key_marker.clone().unwrap_or_default();
        let query = Query {
            prefix,
            delimiter,
            after: &after,
            limit,
        };
        let (rows, next) = walk(cx, &bucket, &query, |_| true)?;
        let mut versions = Vec::new();
        let mut markers = Vec::new();
        for row in &rows {
            let Row::Object(key, object) = row else {
                continue;
            };
            for (index, version) in object.versions.iter().enumerate() {
                let mut map = list::entry(key, version, encoding);
                map.insert("VersionId".to_owned(), json!(version.id));
                map.insert("IsLatest".to_owned(), json!(index == 0));
                map.insert("Owner".to_owned(), list::owner(&version.owner));
                if version.content.is_some() {
                    &mut versions
                } else {
                    &mut markers
                }
                .push(Value::Object(map));
            }
        }
        let mut output = json!({
            "Name": bucket.name, "Prefix": encode(prefix, encoding), "MaxKeys": limit,
            "KeyMarker": encode(&after, encoding), "IsTruncated": next.is_some(),
            "Versions": versions, "DeleteMarkers": markers, "CommonPrefixes": list::prefixes(&rows, encoding),
        });
        if let Some(map) = output.as_object_mut() {
            if !delimiter.is_empty() {
                map.insert("Delimiter".to_owned(), json!(encode(delimiter, encoding)));
            }
            if let Some(encoding) = encoding {
                map.insert("EncodingType".to_owned(), json!(encoding));
            }
            if let Some(next) = next {
                map.insert("NextKeyMarker".to_owned(), json!(encode(&next, encoding)));
            }
        }
        Ok(output)
    }
}
