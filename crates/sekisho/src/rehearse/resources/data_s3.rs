//! S3's data sources of objects, and of what an account blocks.

use sekisho_engine::{StoreError, time};
use serde_json::{Map, Value, json};

use super::{Failed, Made, Type, Values, attributes, text_at};
use crate::rehearse::Client;

pub(super) const OBJECT: Type = Type {
    name: "aws_s3_object",
    arguments: &["bucket", "checksum_mode", "key", "range", "version_id"],
    ignored: &["tags"],
    make: object,
};
pub(super) const OBJECTS: Type = Type {
    name: "aws_s3_objects",
    arguments: &[
        "bucket",
        "delimiter",
        "encoding_type",
        "fetch_owner",
        "max_keys",
        "prefix",
        "request_payer",
        "start_after",
    ],
    ignored: &[],
    make: objects,
};
/// The same by its older name.
pub(super) const BUCKET_OBJECTS: Type = Type {
    name: "aws_s3_bucket_objects",
    arguments: &[
        "bucket",
        "delimiter",
        "encoding_type",
        "fetch_owner",
        "max_keys",
        "prefix",
        "start_after",
    ],
    ignored: &[],
    make: bucket_objects,
};
pub(super) const ACCOUNT_PUBLIC_ACCESS_BLOCK: Type = Type {
    name: "aws_s3_account_public_access_block",
    arguments: &["account_id"],
    ignored: &[],
    make: account_public_access_block,
};

/// Attributes and the members of HeadObject that they are of.
const MEMBERS: &[(&str, &str)] = &[
    ("cache_control", "CacheControl"),
    ("checksum_crc32", "ChecksumCRC32"),
    ("checksum_crc32c", "ChecksumCRC32C"),
    ("checksum_crc64nvme", "ChecksumCRC64NVME"),
    ("checksum_sha1", "ChecksumSHA1"),
    ("checksum_sha256", "ChecksumSHA256"),
    ("content_disposition", "ContentDisposition"),
    ("content_encoding", "ContentEncoding"),
    ("content_language", "ContentLanguage"),
    ("content_type", "ContentType"),
    ("expiration", "Expiration"),
    ("expires", "Expires"),
    ("object_lock_legal_hold_status", "ObjectLockLegalHoldStatus"),
    ("object_lock_mode", "ObjectLockMode"),
    ("object_lock_retain_until_date", "ObjectLockRetainUntilDate"),
    ("server_side_encryption", "ServerSideEncryption"),
    ("sse_kms_key_id", "SSEKMSKeyId"),
    ("version_id", "VersionId"),
    ("website_redirect_location", "WebsiteRedirectLocation"),
];

/// Types beside `text/…` of which the provider reads the body.
const TEXTS: &[&str] = &[
    "application/atom+xml",
    "application/json",
    "application/ld+json",
    "application/x-csh",
    "application/x-httpd-php",
    "application/x-sh",
    "application/x-sql",
    "application/xhtml+xml",
    "application/xml",
    "application/yaml",
];

fn object(client: &Client, values: &Values<'_>) -> Made {
    let (bucket, key) = (values.need("bucket")?, values.need("key")?);
    let version = values.text("version_id");
    // The provider takes away what would not be in a path.
    let name = key.trim_start_matches('/');
    let named = [
        ("Bucket", Some(bucket.clone())),
        ("Key", Some(name.to_owned())),
        ("VersionId", version.clone()),
    ];
    let named = named
        .into_iter()
        .filter_map(|(k, v)| Some((k.to_owned(), json!(v?))));
    let named: Map<String, Value> = named.collect();
    let with = |more: &[(&str, &str)]| {
        let more = more
            .iter()
            .filter_map(|(from, to)| Some(((*to).to_owned(), json!(values.text(from)?))));
        Value::Object(named.clone().into_iter().chain(more).collect())
    };
    let head = with(&[("checksum_mode", "ChecksumMode"), ("range", "Range")]);
    let head = client.call("s3", "HeadObject", head)?;
    let mut out = attributes([
        ("arn", json!(format!("arn:aws:s3:::{bucket}/{name}"))),
        (
            "bucket_key_enabled",
            json!(head["BucketKeyEnabled"] == json!(true)),
        ),
        ("content_length", head["ContentLength"].clone()),
        ("etag", json!(text_at(&head, "/ETag").trim_matches('"'))),
        ("last_modified", modified(&head["LastModified"])),
        (
            "metadata",
            head.get("Metadata").cloned().unwrap_or_else(|| json!({})),
        ),
    ]);
    for (attribute, member) in MEMBERS {
        let value = text_at(&head, &format!("/{member}"));
        out.insert((*attribute).to_owned(), json!(value));
    }
    let class = text_at(&head, "/StorageClass");
    let class = if class.is_empty() { "STANDARD" } else { &class };
    out.insert("storage_class".to_owned(), json!(class));
    let id = match &version {
        Some(version) => format!("{bucket}/{key}@{version}"),
        None => format!("{bucket}/{key}"),
    };
    out.insert("id".to_owned(), json!(id));
    let kind = text_at(&head, "/ContentType");
    let is_text = kind.len() > "text/".len() && kind.starts_with("text/");
    let body = match is_text || TEXTS.contains(&&*kind) {
        true => json!(body(client, with(&[("range", "Range")]))?),
        false => Value::Null,
    };
    out.insert("body".to_owned(), body);
    let tags = client.call("s3", "GetObjectTagging", Value::Object(named))?;
    let tags = tags["TagSet"].as_array().into_iter().flatten();
    let tags: Map<String, Value> = tags
        .filter_map(|t| Some((t["Key"].as_str()?.to_owned(), t["Value"].clone())))
        .collect();
    out.insert("tags".to_owned(), Value::Object(tags));
    Ok(out)
}

/// A time as the provider writes it here.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds of this age fit"
)]
fn modified(seconds: &Value) -> Value {
    let seconds = seconds.as_f64().unwrap_or_default();
    json!(time::http((seconds * 1000.0) as i64).replace("GMT", "UTC"))
}

fn body(client: &Client, input: Value) -> Result<String, Failed> {
    let reply = client
        .engine
        .call(client.request("s3", "GetObject", input), None)?;
    let unread = |e: StoreError| Failed::text(format!("the object does not read: {e}"));
    let mut bytes = Vec::new();
    if let Some(mut body) = reply.body {
        while let Some(chunk) = body.next_chunk().map_err(unread)? {
            bytes.extend(chunk);
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn objects(client: &Client, values: &Values<'_>) -> Made {
    const PAGE: usize = 1_000;
    let bucket = values.need("bucket")?;
    let most = values.number("max_keys").map(usize::try_from);
    let most = most.and_then(Result::ok).unwrap_or(PAGE);
    let mut input = Map::from_iter([("Bucket".to_owned(), json!(bucket))]);
    for (from, to) in [
        ("delimiter", "Delimiter"),
        ("encoding_type", "EncodingType"),
        ("fetch_owner", "FetchOwner"),
        ("prefix", "Prefix"),
        ("request_payer", "RequestPayer"),
        ("start_after", "StartAfter"),
    ] {
        input.extend(values.get(from).map(|v| (to.to_owned(), v.clone())));
    }
    if most <= PAGE {
        input.insert("MaxKeys".to_owned(), json!(most));
    }
    let (mut keys, mut owners, mut prefixes) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let page = client.call("s3", "ListObjectsV2", Value::Object(input.clone()))?;
        let list = |name: &str| page[name].as_array().cloned().unwrap_or_default();
        prefixes.extend(list("CommonPrefixes").iter().map(|p| p["Prefix"].clone()));
        let found = list("Contents");
        let room = most.saturating_sub(keys.len());
        for object in found.iter().take(room) {
            keys.push(object["Key"].clone());
            owners.extend(object.get("Owner").map(|o| o["ID"].clone()));
        }
        match page.get("NextContinuationToken") {
            // It stops at a key too many, and so reads the prefixes behind the last.
            Some(next) if found.len() <= room => {
                input.insert("ContinuationToken".to_owned(), next.clone());
            }
            _ => break,
        }
    }
    Ok(attributes([
        ("common_prefixes", json!(prefixes)),
        ("id", json!(bucket)),
        ("keys", json!(keys)),
        ("max_keys", json!(most)),
        ("owners", json!(owners)),
        ("request_charged", json!("")),
    ]))
}

fn bucket_objects(client: &Client, values: &Values<'_>) -> Made {
    let mut out = objects(client, values)?;
    out.remove("request_charged");
    Ok(out)
}

fn account_public_access_block(client: &Client, values: &Values<'_>) -> Made {
    let account = values
        .text("account_id")
        .unwrap_or_else(|| client.account.clone());
    let input = json!({"AccountId": account});
    let found = client.call("s3control", "GetPublicAccessBlock", input)?;
    let flag = |name: &str| found["PublicAccessBlockConfiguration"][name].clone();
    Ok(attributes([
        ("block_public_acls", flag("BlockPublicAcls")),
        ("block_public_policy", flag("BlockPublicPolicy")),
        ("id", json!(account)),
        ("ignore_public_acls", flag("IgnorePublicAcls")),
        ("restrict_public_buckets", flag("RestrictPublicBuckets")),
    ]))
}
