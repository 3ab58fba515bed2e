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
    prefix: Option<String>,
    delimiter: Option<String>,
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
        let asked = checks::Listing {
            prefix: input.prefix.as_deref(),
            delimiter: input.delimiter.as_deref(),
            max_keys: input.max_keys,
        };
        let owner = input.expected_bucket_owner.as_deref();
        checks::to_list(lookup, "s3:ListBucket", &input.bucket, owner, &asked)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let bucket = bucket::find(cx, &input.bucket)?;
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let delimiter = input.delimiter.as_deref().unwrap_or_default();
        let limit = input.max_keys.unwrap_or(1_000).min(1_000);
        let encoding = input.encoding_type.as_deref();
        let after = input.marker.clone().unwrap_or_default();
        let query = Query {
            prefix,
            delimiter,
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
        map.insert("Prefix".to_owned(), json!(encode(prefix, encoding)));
        map.insert("MaxKeys".to_owned(), json!(limit));
        map.insert("IsTruncated".to_owned(), json!(next.is_some()));
        if !delimiter.is_empty() {
            map.insert("Delimiter".to_owned(), json!(encode(delimiter, encoding)));
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
        if let Some(next) = next.filter(|_| !delimiter.is_empty()) {
            map.insert("NextMarker".to_owned(), json!(encode(&next, encoding)));
        }
        Ok(Value::Object(map))
    }
}
