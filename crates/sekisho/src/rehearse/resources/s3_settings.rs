//! Settings of buckets that decide nothing about who may do what, sent as the provider sends them.

use serde_json::{Map, Value, json};

use super::{Failed, Made, Type, Values, attributes};
use crate::rehearse::Client;

pub(super) const LIFECYCLE: Type = Type {
    name: "aws_s3_bucket_lifecycle_configuration",
    arguments: &[
        "bucket",
        "rule",
        "expected_bucket_owner",
        "transition_default_minimum_object_size",
    ],
    ignored: &[],
    make: lifecycle,
};
pub(super) const LOGGING: Type = Type {
    name: "aws_s3_bucket_logging",
    arguments: &[
        "bucket",
        "target_bucket",
        "target_prefix",
        "target_object_key_format",
        "expected_bucket_owner",
    ],
    ignored: &[],
    make: logging,
};
pub(super) const NOTIFICATION: Type = Type {
    name: "aws_s3_bucket_notification",
    arguments: &["bucket", "eventbridge"],
    // Their topics, queues and functions are not here: nobody is told anything.
    ignored: &["lambda_function", "queue", "topic"],
    make: notification,
};
pub(super) const CORS: Type = Type {
    name: "aws_s3_bucket_cors_configuration",
    arguments: &["bucket", "cors_rule", "expected_bucket_owner"],
    ignored: &[],
    make: cors,
};

/// Arguments, and what the API calls them.
pub(super) type Names = &'static [(&'static str, &'static str)];

/// A block, what the API calls it, and its arguments.
pub(super) type Block = (&'static str, &'static str, Names);

/// Members from arguments: those that are set, under the names that the API has for them.
pub(super) fn members(values: &Values<'_>, names: &[(&str, &str)]) -> Map<String, Value> {
    let set = |value: &&Value| **value != json!("") && **value != json!(0) && **value != json!([]);
    let pair = |(from, to): &(&str, &str)| {
        let value = values.get(from).filter(set)?;
        let value = match value.as_str().filter(|_| *to == "Date") {
            // What is no date stays what it is, and is refused by S3.
            Some(date) => {
                sekisho_policy::date_ms(date).map_or_else(|| value.clone(), |ms| json!(ms / 1000))
            }
            None => value.clone(),
        };
        Some(((*to).to_owned(), value))
    };
    names.iter().filter_map(pair).collect()
}

fn all(values: &Values<'_>, block: &str, names: &[(&str, &str)]) -> Vec<Map<String, Value>> {
    let blocks = values.blocks(block);
    blocks.iter().map(|b| members(b, names)).collect()
}

fn lifecycle(client: &Client, values: &Values<'_>) -> Made {
    let bucket = values.need("bucket")?;
    let rules: Result<Vec<_>, Failed> = values.blocks("rule").iter().map(rule).collect();
    let mut input = json!({"Bucket": bucket, "LifecycleConfiguration": {"Rules": rules?}});
    let size = values
        .text("transition_default_minimum_object_size")
        .unwrap_or_else(|| "all_storage_classes_128K".to_owned());
    if let Some(map) = input.as_object_mut() {
        map.insert("TransitionDefaultMinimumObjectSize".to_owned(), json!(size));
    }
    client.call("s3", "PutBucketLifecycleConfiguration", input)?;
    Ok(attributes([
        ("id", json!(bucket)),
        ("transition_default_minimum_object_size", json!(size)),
    ]))
}

fn rule(values: &Values<'_>) -> Result<Map<String, Value>, Failed> {
    const EXPIRATION: &[(&str, &str)] = &[
        ("date", "Date"),
        ("days", "Days"),
        ("expired_object_delete_marker", "ExpiredObjectDeleteMarker"),
    ];
    const TRANSITION: &[(&str, &str)] = &[
        ("date", "Date"),
        ("days", "Days"),
        ("storage_class", "StorageClass"),
    ];
    const NONCURRENT: &[(&str, &str)] = &[
        ("newer_noncurrent_versions", "NewerNoncurrentVersions"),
        ("noncurrent_days", "NoncurrentDays"),
        ("storage_class", "StorageClass"),
    ];
    const ABORT: &[(&str, &str)] = &[("days_after_initiation", "DaysAfterInitiation")];
    let mut out = Map::new();
    out.insert("ID".to_owned(), json!(values.need("id")?));
    out.insert("Status".to_owned(), json!(values.need("status")?));
    match (values.text("prefix"), values.block("filter")) {
        (Some(prefix), None) if !prefix.is_empty() => {
            out.insert("Prefix".to_owned(), json!(prefix));
        }
        (_, filter) => {
            let filter = filter.map_or_else(|| json!({}), |f| filtered(&f));
            out.insert("Filter".to_owned(), filter);
        }
    }
    for (block, name, names) in [
        ("expiration", "Expiration", EXPIRATION),
        (
            "noncurrent_version_expiration",
            "NoncurrentVersionExpiration",
            NONCURRENT,
        ),
        (
            "abort_incomplete_multipart_upload",
            "AbortIncompleteMultipartUpload",
            ABORT,
        ),
    ] {
        if let Some(one) = all(values, block, names).into_iter().next() {
            out.insert(name.to_owned(), json!(one));
        }
    }
    for (block, name, names) in [
        ("transition", "Transitions", TRANSITION),
        (
            "noncurrent_version_transition",
            "NoncurrentVersionTransitions",
            NONCURRENT,
        ),
    ] {
        let several = all(values, block, names);
        if !several.is_empty() {
            out.insert(name.to_owned(), json!(several));
        }
    }
    Ok(out)
}

/// What a filter takes: one thing, or several in an `And`.
pub(super) fn filtered(filter: &Values<'_>) -> Value {
    const PARTS: &[(&str, &str)] = &[
        ("object_size_greater_than", "ObjectSizeGreaterThan"),
        ("object_size_less_than", "ObjectSizeLessThan"),
        ("prefix", "Prefix"),
    ];
    if let Some(several) = filter.block("and") {
        let mut and = members(&several, PARTS);
        let tags = several.tags("Key", "Value");
        if tags != json!([]) {
            and.insert("Tags".to_owned(), tags);
        }
        return json!({"And": and});
    }
    let tag = all(filter, "tag", &[("key", "Key"), ("value", "Value")]);
    if let Some(tag) = tag.into_iter().next() {
        return json!({"Tag": tag});
    }
    let one = members(filter, PARTS);
    match one.is_empty() {
        true => json!({"Prefix": ""}),
        false => Value::Object(one),
    }
}

fn logging(client: &Client, values: &Values<'_>) -> Made {
    let bucket = values.need("bucket")?;
    let mut enabled = members(values, &[("target_bucket", "TargetBucket")]);
    let prefix = values.text("target_prefix").unwrap_or_default();
    enabled.insert("TargetPrefix".to_owned(), json!(prefix));
    if let Some(format) = values.block("target_object_key_format") {
        let format = match format.block("partitioned_prefix") {
            Some(partitioned) => {
                let names = [("partition_date_source", "PartitionDateSource")];
                json!({"PartitionedPrefix": members(&partitioned, &names)})
            }
            None => json!({"SimplePrefix": {}}),
        };
        enabled.insert("TargetObjectKeyFormat".to_owned(), format);
    }
    let input = json!({"Bucket": bucket, "BucketLoggingStatus": {"LoggingEnabled": enabled}});
    client.call("s3", "PutBucketLogging", input)?;
    Ok(attributes([("id", json!(bucket))]))
}

fn notification(client: &Client, values: &Values<'_>) -> Made {
    let bucket = values.need("bucket")?;
    let configuration = match values.flag("eventbridge") {
        Some(true) => json!({"EventBridgeConfiguration": {}}),
        _ => json!({}),
    };
    let input = json!({"Bucket": bucket, "NotificationConfiguration": configuration});
    client.call("s3", "PutBucketNotificationConfiguration", input)?;
    Ok(attributes([("id", json!(bucket))]))
}

fn cors(client: &Client, values: &Values<'_>) -> Made {
    const RULE: &[(&str, &str)] = &[
        ("allowed_headers", "AllowedHeaders"),
        ("allowed_methods", "AllowedMethods"),
        ("allowed_origins", "AllowedOrigins"),
        ("expose_headers", "ExposeHeaders"),
        ("id", "ID"),
        ("max_age_seconds", "MaxAgeSeconds"),
    ];
    let bucket = values.need("bucket")?;
    let mut rules = all(values, "cors_rule", RULE);
    for rule in &mut rules {
        // The provider always says it.
        rule.entry("MaxAgeSeconds").or_insert(json!(0));
    }
    let input = json!({"Bucket": bucket, "CORSConfiguration": {"CORSRules": rules}});
    client.call("s3", "PutBucketCors", input)?;
    Ok(attributes([("id", json!(bucket))]))
}
