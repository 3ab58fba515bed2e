//! S3.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::text_at;
use super::{Failed, Made, Type, Values, attributes};
use crate::rehearse::Client;

pub(super) const BUCKET: Type = Type {
    name: "aws_s3_bucket",
    arguments: &[
        "bucket",
        "bucket_prefix",
        "force_destroy",
        "object_lock_enabled",
        "tags",
        "acl",
        "policy",
        "versioning",
        "server_side_encryption_configuration",
    ],
    ignored: &["lifecycle_rule", "logging", "cors_rule", "website"],
    make: bucket,
};
pub(super) const BUCKET_ACL: Type = Type {
    name: "aws_s3_bucket_acl",
    arguments: &["bucket", "acl", "expected_bucket_owner"],
    ignored: &[],
    make: acl,
};
pub(super) const BUCKET_POLICY: Type = Type {
    name: "aws_s3_bucket_policy",
    arguments: &["bucket", "policy"],
    ignored: &[],
    make: policy,
};
pub(super) const BUCKET_VERSIONING: Type = Type {
    name: "aws_s3_bucket_versioning",
    arguments: &[
        "bucket",
        "versioning_configuration",
        "expected_bucket_owner",
    ],
    ignored: &[],
    make: versioning,
};
pub(super) const BUCKET_OWNERSHIP_CONTROLS: Type = Type {
    name: "aws_s3_bucket_ownership_controls",
    arguments: &["bucket", "rule", "expected_bucket_owner"],
    ignored: &[],
    make: ownership,
};
pub(super) const ACCOUNT_PUBLIC_ACCESS_BLOCK: Type = Type {
    name: "aws_s3_account_public_access_block",
    arguments: &[
        "account_id",
        "block_public_acls",
        "block_public_policy",
        "ignore_public_acls",
        "restrict_public_buckets",
    ],
    ignored: &[],
    make: account_public_access,
};
pub(super) const BUCKET_PUBLIC_ACCESS_BLOCK: Type = Type {
    name: "aws_s3_bucket_public_access_block",
    arguments: &[
        "bucket",
        "block_public_acls",
        "block_public_policy",
        "ignore_public_acls",
        "restrict_public_buckets",
    ],
    ignored: &[],
    make: public_access,
};
pub(super) const BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION: Type = Type {
    name: "aws_s3_bucket_server_side_encryption_configuration",
    arguments: &["bucket", "rule", "expected_bucket_owner"],
    ignored: &[],
    make: encryption,
};
pub(super) const OBJECT: Type = Type {
    name: "aws_s3_object",
    arguments: &[
        "bucket",
        "key",
        "content",
        "content_base64",
        "source",
        "content_type",
        "cache_control",
        "content_disposition",
        "content_encoding",
        "content_language",
        "website_redirect",
        "storage_class",
        "server_side_encryption",
        "kms_key_id",
        "bucket_key_enabled",
        "checksum_algorithm",
        "metadata",
        "tags",
        "acl",
        // They say when it is written anew, and how it is deleted.
        "etag",
        "source_hash",
        "force_destroy",
    ],
    ignored: &[],
    make: object,
};

/// The older one, which always says an ACL.
pub(super) const BUCKET_OBJECT: Type = Type {
    name: "aws_s3_bucket_object",
    make: bucket_object,
    ..OBJECT
};

fn bucket(client: &Client, values: &Values<'_>) -> Made {
    let name = values.name("bucket", "bucket_prefix");
    let mut input = json!({"Bucket": name});
    if let Some(map) = input.as_object_mut() {
        if client.region != "us-east-1" {
            map.insert(
                "CreateBucketConfiguration".to_owned(),
                json!({"LocationConstraint": client.region}),
            );
        }
        if values.flag("object_lock_enabled") == Some(true) {
            map.insert("ObjectLockEnabledForBucket".to_owned(), json!(true));
        }
        if let Some(acl) = values.text("acl") {
            map.insert("ACL".to_owned(), json!(acl));
        }
    }
    client.call("s3", "CreateBucket", input)?;
    let tags = values.tags("Key", "Value");
    if tags.as_array().is_some_and(|t| !t.is_empty()) {
        client.call(
            "s3",
            "PutBucketTagging",
            json!({"Bucket": name, "Tagging": {"TagSet": tags}}),
        )?;
    }
    inline(client, values, &name)?;
    let mut made = blocks(client, values);
    made.extend(attributes([
        ("id", json!(name)),
        ("bucket", json!(name)),
        ("arn", json!(format!("arn:aws:s3:::{name}"))),
        (
            "bucket_domain_name",
            json!(format!("{name}.s3.amazonaws.com")),
        ),
        (
            "bucket_regional_domain_name",
            json!(format!("{name}.s3.{}.amazonaws.com", client.region)),
        ),
        ("region", json!(client.region)),
        ("bucket_region", json!(client.region)),
    ]));
    Ok(made)
}

/// The blocks that the provider reads back where they are not given: every bucket has them.
fn blocks(client: &Client, values: &Values<'_>) -> Map<String, Value> {
    let mut out = attributes([
        (
            "versioning",
            json!([{"enabled": false, "mfa_delete": false}]),
        ),
        (
            "server_side_encryption_configuration",
            json!([{"rule": [{
                "apply_server_side_encryption_by_default": [{"kms_master_key_id": "", "sse_algorithm": "AES256"}],
                "bucket_key_enabled": false,
            }]}]),
        ),
        // No other ACL is taken when a bucket is made.
        (
            "grant",
            json!([{
                "id": sekisho_engine::canonical_id(&client.account),
                "permissions": ["FULL_CONTROL"],
                "type": "CanonicalUser",
                "uri": "",
            }]),
        ),
    ]);
    out.retain(|name, _| values.block(name).is_none());
    out
}

/// What older configurations say in the bucket itself.
fn inline(client: &Client, values: &Values<'_>, name: &str) -> Result<(), Failed> {
    if let Some(policy) = values.text("policy") {
        client.call(
            "s3",
            "PutBucketPolicy",
            json!({"Bucket": name, "Policy": policy}),
        )?;
    }
    let versioning = values.block("versioning").and_then(|b| b.flag("enabled"));
    if versioning == Some(true) {
        let configuration = json!({"Status": "Enabled"});
        let input = json!({"Bucket": name, "VersioningConfiguration": configuration});
        client.call("s3", "PutBucketVersioning", input)?;
    }
    if let Some(block) = values.block("server_side_encryption_configuration") {
        encrypt(client, &block, name)?;
    }
    Ok(())
}

fn acl(client: &Client, values: &Values<'_>) -> Made {
    let bucket = values.need("bucket")?;
    let acl = values.need("acl")?;
    let input = json!({"Bucket": bucket, "ACL": acl});
    client.call("s3", "PutBucketAcl", input)?;
    Ok(attributes([("id", json!(format!("{bucket},{acl}")))]))
}

fn done(values: &Values<'_>) -> Made {
    Ok(attributes([("id", json!(values.need("bucket")?))]))
}

fn missing(what: &str) -> Failed {
    Failed::text(format!("the block `{what}` is required"))
}

fn policy(client: &Client, values: &Values<'_>) -> Made {
    client.call(
        "s3",
        "PutBucketPolicy",
        json!({"Bucket": values.need("bucket")?, "Policy": values.need("policy")?}),
    )?;
    done(values)
}

fn versioning(client: &Client, values: &Values<'_>) -> Made {
    let block = values
        .block("versioning_configuration")
        .ok_or_else(|| missing("versioning_configuration"))?;
    let status = block.need("status")?;
    if status != "Disabled" {
        let input = json!({"Bucket": values.need("bucket")?, "VersioningConfiguration": {"Status": status}});
        client.call("s3", "PutBucketVersioning", input)?;
    }
    done(values)
}

fn ownership(client: &Client, values: &Values<'_>) -> Made {
    let rule = values.block("rule").ok_or_else(|| missing("rule"))?;
    let controls = json!({"Rules": [{"ObjectOwnership": rule.need("object_ownership")?}]});
    client.call(
        "s3",
        "PutBucketOwnershipControls",
        json!({"Bucket": values.need("bucket")?, "OwnershipControls": controls}),
    )?;
    done(values)
}

fn block(values: &Values<'_>) -> Value {
    let flag = |name: &str| values.flag(name).unwrap_or(false);
    json!({
        "BlockPublicAcls": flag("block_public_acls"),
        "BlockPublicPolicy": flag("block_public_policy"),
        "IgnorePublicAcls": flag("ignore_public_acls"),
        "RestrictPublicBuckets": flag("restrict_public_buckets"),
    })
}

fn account_public_access(client: &Client, values: &Values<'_>) -> Made {
    let account = values
        .text("account_id")
        .unwrap_or_else(|| client.account.clone());
    let input = json!({"AccountId": account, "PublicAccessBlockConfiguration": block(values)});
    client.call("s3control", "PutPublicAccessBlock", input)?;
    Ok(attributes([
        ("account_id", json!(account)),
        ("id", json!(account)),
    ]))
}

fn public_access(client: &Client, values: &Values<'_>) -> Made {
    let input =
        json!({"Bucket": values.need("bucket")?, "PublicAccessBlockConfiguration": block(values)});
    client.call("s3", "PutPublicAccessBlock", input)?;
    done(values)
}

fn encryption(client: &Client, values: &Values<'_>) -> Made {
    encrypt(client, values, &values.need("bucket")?)?;
    done(values)
}

fn encrypt(client: &Client, values: &Values<'_>, bucket: &str) -> Result<(), Failed> {
    let rule = values.block("rule").ok_or_else(|| missing("rule"))?;
    let mut default = Map::new();
    if let Some(apply) = rule.block("apply_server_side_encryption_by_default") {
        default.insert(
            "SSEAlgorithm".to_owned(),
            json!(apply.need("sse_algorithm")?),
        );
        if let Some(key) = apply.text("kms_master_key_id") {
            default.insert("KMSMasterKeyID".to_owned(), json!(key));
        }
    }
    let bucket_key = rule.flag("bucket_key_enabled").unwrap_or(false);
    let rules =
        json!([{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket_key}]);
    let input = json!({"Bucket": bucket, "ServerSideEncryptionConfiguration": {"Rules": rules}});
    client.call("s3", "PutBucketEncryption", input)?;
    Ok(())
}

fn object(client: &Client, values: &Values<'_>) -> Made {
    put(client, values, values.text("acl"))
}

fn bucket_object(client: &Client, values: &Values<'_>) -> Made {
    let acl = values.text("acl").unwrap_or_else(|| "private".to_owned());
    put(client, values, Some(acl))
}

/// A key as the provider's old SDK wrote it, and the provider still does: nothing of a path in front, and one slash in the place
/// of several (hashicorp/aws, internal/service/s3, sdkv1CompatibleCleanKey).
fn cleaned(key: &str) -> String {
    let mut out = String::new();
    for c in key.trim_start_matches(['.', '/']).chars() {
        if c != '/' || !out.ends_with('/') {
            out.push(c);
        }
    }
    out
}

fn put(client: &Client, values: &Values<'_>, acl: Option<String>) -> Made {
    let (bucket, said) = (values.need("bucket")?, values.need("key")?);
    let key = cleaned(&said);
    let body = match (values.text("content"), values.text("source")) {
        (Some(content), _) => content.into_bytes(),
        (None, Some(path)) => {
            std::fs::read(&path).map_err(|e| Failed::text(format!("{path}: {e}")))?
        }
        // Without any the provider writes nothing.
        (None, None) => match values.text("content_base64") {
            Some(text) => STANDARD
                .decode(text)
                .map_err(|e| Failed::text(format!("`content_base64`: {e}")))?,
            None => Vec::new(),
        },
    };
    let mut input = Map::from_iter([
        ("Bucket".to_owned(), json!(bucket)),
        ("Key".to_owned(), json!(key)),
    ]);
    input.extend(acl.map(|acl| ("ACL".to_owned(), json!(acl))));
    // The provider says the algorithm where a key is given.
    let key_given = values.get("kms_key_id").is_some();
    let kms = key_given.then(|| ("ServerSideEncryption".to_owned(), json!("aws:kms")));
    input.extend(kms);
    for (from, to) in [
        ("content_type", "ContentType"),
        ("cache_control", "CacheControl"),
        ("content_disposition", "ContentDisposition"),
        ("content_encoding", "ContentEncoding"),
        ("content_language", "ContentLanguage"),
        ("website_redirect", "WebsiteRedirectLocation"),
        ("storage_class", "StorageClass"),
        ("server_side_encryption", "ServerSideEncryption"),
        ("kms_key_id", "SSEKMSKeyId"),
        ("bucket_key_enabled", "BucketKeyEnabled"),
        ("checksum_algorithm", "ChecksumAlgorithm"),
        ("metadata", "Metadata"),
    ] {
        input.extend(values.get(from).map(|v| (to.to_owned(), v.clone())));
    }
    // So its SDK says of what nobody says anything.
    let kind = input
        .entry("ContentType")
        .or_insert_with(|| json!("application/octet-stream"))
        .clone();
    let tags = values.tags("Key", "Value");
    let encoded = |tag: &Value| {
        let part = |name: &str| {
            let text = tag.get(name).and_then(Value::as_str).unwrap_or_default();
            utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
        };
        format!("{}={}", part("Key"), part("Value"))
    };
    let tags: Vec<String> = tags.as_array().into_iter().flatten().map(encoded).collect();
    if !tags.is_empty() {
        input.insert("Tagging".to_owned(), json!(tags.join("&")));
    }
    let reply = client.send("s3", "PutObject", Value::Object(input), &body)?;
    let version = reply
        .output
        .get("VersionId")
        .cloned()
        .unwrap_or(Value::Null);
    let encrypted = |name: &str| reply.output.get(name).cloned().unwrap_or(Value::Null);
    Ok(attributes([
        ("content_type", kind),
        ("kms_key_id", encrypted("SSEKMSKeyId")),
        ("server_side_encryption", encrypted("ServerSideEncryption")),
        ("id", json!(said)),
        ("arn", json!(format!("arn:aws:s3:::{bucket}/{key}"))),
        ("version_id", version),
        (
            "etag",
            json!(text_at(&reply.output, "/ETag").trim_matches('"')),
        ),
    ]))
}

#[cfg(test)]
mod tests {
    use super::cleaned;

    #[test]
    fn keys_as_the_provider_writes_them() {
        for (said, written) in [
            ("src.zip", "src.zip"),
            ("/lead/src.zip", "lead/src.zip"),
            ("./a//b.txt", "a/b.txt"),
            ("a/./b", "a/./b"),
            (".hidden", "hidden"),
            ("a///", "a/"),
        ] {
            assert_eq!(cleaned(said), written, "{said}");
        }
    }
}
