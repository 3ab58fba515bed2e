//! Lists keys, in the older way.

use sekisho_engine::prelude::*;

use crate::list::{self, Query, Row, alive, encode, walk};
use crate::{bucket, checks};

pub(crate) struct ListObjects;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    bucket: String,
    expected_bucket_owner: Option<String>,
    #[serde(default)]
    prefix: String,
    #[serde(default)]
    delimiter: String,
    max_keys: Option<usize>,
    encoding_type: Option<String>,
    marker: Option<String>,
}

impl Operation for ListObjects {
    const ID: OpId = OpId::new("s3", "ListObjects");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let mut checks = checks::on_bucket(
            lookup,
            "s3:ListBucket",
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
        )?;
        checks = checks
            .into_iter()
            .map(|c| {
                c.with("s3:prefix", input.prefix.clone())
                    .with("s3:delimiter", input.delimiter.clone())
                    .with("s3:max-keys", input.max_keys.unwrap_or(1_000).to_string())
            })
            .collect();
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let limit = input.max_keys.unwrap_or(1_000).min(1_000);
        let encoding = input.encoding_type.as_deref();
        let after = input.marker.clone().unwrap_or_default();
        let query = Query {
            prefix: &input.prefix,
            delimiter: &input.delimiter,
            after: &after,
            limit,
        };
        let (rows, next) = walk(cx, &bucket, &query, alive)?;
        let contents: Vec<Value> = rows
            .iter()
            .filter_map(|r| match r {
                Row::Object(key, object) => {
                    let version = object.versions.first()?;
                    let mut map = list::entry(key, version, encoding);
                    map.insert("Owner".to_owned(), list::owner(&version.owner));
                    Some(Value::Object(map))
                }
                Row::Prefix(_) => None,
            })
            .collect();
        let mut map = serde_json::Map::new();
        map.insert("Name".to_owned(), json!(bucket.name));
        map.insert("Prefix".to_owned(), json!(encode(&input.prefix, encoding)));
        map.insert("MaxKeys".to_owned(), json!(limit));
        map.insert("IsTruncated".to_owned(), json!(next.is_some()));
        if !input.delimiter.is_empty() {
            map.insert(
                "Delimiter".to_owned(),
                json!(encode(&input.delimiter, encoding)),
            );
        }
        if let Some(encoding) = encoding {
            map.insert("EncodingType".to_owned(), json!(encoding));
        }
        map.insert("Contents".to_owned(), json!(contents));
        map.insert(
            "CommonPrefixes".to_owned(),
            json!(list::prefixes(&rows, encoding)),
        );
        map.insert("Marker".to_owned(), json!(encode(&after, encoding)));
        if let Some(next) = next.filter(|_| !input.delimiter.is_empty()) {
            map.insert("NextMarker".to_owned(), json!(encode(&next, encoding)));
        }
        Ok(Value::Object(map))
    }
}
