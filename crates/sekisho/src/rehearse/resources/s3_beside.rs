//! More settings of buckets that decide nothing about who may do what, sent as the provider sends them: websites, transfer
//! acceleration, who pays, and configurations that have a name.

use serde_json::{Map, Value, json};

use super::s3_settings::{Block, Names, members};
use super::{Failed, Made, Type, Values, attributes};
use crate::rehearse::Client;

pub(super) const WEBSITE: Type = Type {
    name: "aws_s3_bucket_website_configuration",
    arguments: &[
        "bucket",
        "error_document",
        "expected_bucket_owner",
        "index_document",
        "redirect_all_requests_to",
        "routing_rule",
        "routing_rules",
    ],
    ignored: &[],
    make: website,
};
pub(super) const ACCELERATE: Type = Type {
    name: "aws_s3_bucket_accelerate_configuration",
    arguments: &["bucket", "expected_bucket_owner", "status"],
    ignored: &[],
    make: accelerate,
};
pub(super) const REQUEST_PAYMENT: Type = Type {
    name: "aws_s3_bucket_request_payment_configuration",
    arguments: &["bucket", "expected_bucket_owner", "payer"],
    ignored: &[],
    make: request_payment,
};
pub(super) const METRIC: Type = Type {
    name: "aws_s3_bucket_metric",
    arguments: &["bucket", "filter", "name"],
    ignored: &[],
    make: metric,
};
pub(super) const INVENTORY: Type = Type {
    name: "aws_s3_bucket_inventory",
    arguments: &[
        "bucket",
        "destination",
        "enabled",
        "filter",
        "included_object_versions",
        "name",
        "optional_fields",
        "schedule",
    ],
    ignored: &[],
    make: inventory,
};
pub(super) const INTELLIGENT_TIERING: Type = Type {
    name: "aws_s3_bucket_intelligent_tiering_configuration",
    arguments: &["bucket", "filter", "name", "status", "tiering"],
    ignored: &[],
    make: intelligent_tiering,
};

/// Regions whose websites have a hyphen before them in their names, and no full stop (AWS general reference, "Amazon S3
/// website endpoints").
const HYPHENED: &[&str] = &[
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-west-1",
    "sa-east-1",
    "us-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// The bucket, with the account that it is expected to be of.
fn id(values: &Values<'_>, bucket: &str) -> Value {
    match values.text("expected_bucket_owner") {
        Some(owner) => json!(format!("{bucket},{owner}")),
        None => json!(bucket),
    }
}

fn website(client: &Client, values: &Values<'_>) -> Made {
    const CONDITION: Names = &[
        (
            "http_error_code_returned_equals",
            "HttpErrorCodeReturnedEquals",
        ),
        ("key_prefix_equals", "KeyPrefixEquals"),
    ];
    const REDIRECT: Names = &[
        ("host_name", "HostName"),
        ("http_redirect_code", "HttpRedirectCode"),
        ("protocol", "Protocol"),
        ("replace_key_prefix_with", "ReplaceKeyPrefixWith"),
        ("replace_key_with", "ReplaceKeyWith"),
    ];
    const BLOCKS: &[Block] = &[
        ("error_document", "ErrorDocument", &[("key", "Key")]),
        ("index_document", "IndexDocument", &[("suffix", "Suffix")]),
        (
            "redirect_all_requests_to",
            "RedirectAllRequestsTo",
            &[("host_name", "HostName"), ("protocol", "Protocol")],
        ),
    ];
    let bucket = values.need("bucket")?;
    let mut configuration = Map::new();
    for (block, name, names) in BLOCKS {
        let block = values.block(block).map(|b| json!(members(&b, names)));
        configuration.extend(block.map(|b| ((*name).to_owned(), b)));
    }
    let rules = match values.text("routing_rules") {
        Some(text) => serde_json::from_str(&text)
            .map_err(|e| Failed::text(format!("`routing_rules` is no JSON: {e}")))?,
        None => values
            .blocks("routing_rule")
            .iter()
            .map(|rule| {
                let mut out = Map::new();
                for (block, name, names) in [
                    ("condition", "Condition", CONDITION),
                    ("redirect", "Redirect", REDIRECT),
                ] {
                    let block = rule.block(block).map(|b| json!(members(&b, names)));
                    out.extend(block.map(|b| (name.to_owned(), b)));
                }
                Value::Object(out)
            })
            .collect::<Vec<Value>>(),
    };
    let routing = match rules.is_empty() {
        true => String::new(),
        false => json!(rules).to_string(),
    };
    if !rules.is_empty() {
        configuration.insert("RoutingRules".to_owned(), json!(rules));
    }
    let input = json!({"Bucket": bucket, "WebsiteConfiguration": configuration});
    client.call("s3", "PutBucketWebsite", input)?;
    let region = &client.region;
    let domain = match HYPHENED.contains(&&**region) {
        true => format!("s3-website-{region}.amazonaws.com"),
        false => format!("s3-website.{region}.amazonaws.com"),
    };
    Ok(attributes([
        ("id", id(values, &bucket)),
        ("routing_rules", json!(routing)),
        ("website_domain", json!(domain)),
        ("website_endpoint", json!(format!("{bucket}.{domain}"))),
    ]))
}

fn accelerate(client: &Client, values: &Values<'_>) -> Made {
    let bucket = values.need("bucket")?;
    let configuration = json!({"Status": values.need("status")?});
    let input = json!({"Bucket": bucket, "AccelerateConfiguration": configuration});
    client.call("s3", "PutBucketAccelerateConfiguration", input)?;
    Ok(attributes([("id", id(values, &bucket))]))
}

fn request_payment(client: &Client, values: &Values<'_>) -> Made {
    let bucket = values.need("bucket")?;
    let configuration = json!({"Payer": values.need("payer")?});
    let input = json!({"Bucket": bucket, "RequestPaymentConfiguration": configuration});
    client.call("s3", "PutBucketRequestPayment", input)?;
    Ok(attributes([("id", id(values, &bucket))]))
}

/// What a filter takes: one thing, or several in an `And`. Of metrics an access point, too.
fn filter(values: &Values<'_>) -> Option<Value> {
    const PARTS: &[(&str, &str)] = &[("access_point", "AccessPointArn"), ("prefix", "Prefix")];
    let filter = values.block("filter")?;
    let mut parts = members(&filter, PARTS);
    let tags = filter.tags("Key", "Value");
    let tags = tags.as_array().cloned().unwrap_or_default();
    match (parts.len(), tags.as_slice()) {
        (0, []) => None,
        (1, []) => Some(Value::Object(parts)),
        (0, [tag]) => Some(json!({"Tag": tag})),
        _ => {
            if !tags.is_empty() {
                parts.insert("Tags".to_owned(), json!(tags));
            }
            Some(json!({"And": parts}))
        }
    }
}

fn named(
    client: &Client,
    values: &Values<'_>,
    kind: &str,
    more: impl IntoIterator<Item = (&'static str, Value)>,
) -> Made {
    let (bucket, name) = (values.need("bucket")?, values.need("name")?);
    let mut configuration = Map::from_iter([("Id".to_owned(), json!(name))]);
    configuration.extend(more.into_iter().map(|(k, v)| (k.to_owned(), v)));
    configuration.extend(filter(values).map(|f| ("Filter".to_owned(), f)));
    let input = json!({"Bucket": bucket, "Id": name, kind: configuration});
    client.call("s3", &format!("PutBucket{kind}"), input)?;
    Ok(attributes([("id", json!(format!("{bucket}:{name}")))]))
}

fn metric(client: &Client, values: &Values<'_>) -> Made {
    named(client, values, "MetricsConfiguration", [])
}

fn intelligent_tiering(client: &Client, values: &Values<'_>) -> Made {
    const TIERING: &[(&str, &str)] = &[("access_tier", "AccessTier"), ("days", "Days")];
    let status = values
        .text("status")
        .unwrap_or_else(|| "Enabled".to_owned());
    let tierings = values.blocks("tiering");
    let tierings: Vec<Value> = tierings
        .iter()
        .map(|t| json!(members(t, TIERING)))
        .collect();
    let more = [("Status", json!(status)), ("Tierings", json!(tierings))];
    named(client, values, "IntelligentTieringConfiguration", more)
}

fn inventory(client: &Client, values: &Values<'_>) -> Made {
    const BUCKET: Names = &[
        ("account_id", "AccountId"),
        ("bucket_arn", "Bucket"),
        ("format", "Format"),
        ("prefix", "Prefix"),
    ];
    let missing = |block: &str| Failed::text(format!("a block `{block}` is required"));
    let destination = values.block("destination");
    let bucket = destination.and_then(|d| d.block("bucket"));
    let bucket = bucket.ok_or_else(|| missing("destination"))?;
    let mut target = members(&bucket, BUCKET);
    if let Some(encryption) = bucket.block("encryption") {
        let by_key = encryption.block("sse_kms");
        let how = match by_key.and_then(|k| k.text("key_id")) {
            Some(key) => json!({"SSEKMS": {"KeyId": key}}),
            None => json!({"SSES3": {}}),
        };
        target.insert("Encryption".to_owned(), how);
    }
    let schedule = values.block("schedule");
    let schedule = schedule.ok_or_else(|| missing("schedule"))?;
    let mut more = vec![
        ("Destination", json!({"S3BucketDestination": target})),
        ("IsEnabled", json!(values.flag("enabled").unwrap_or(true))),
        (
            "IncludedObjectVersions",
            json!(values.need("included_object_versions")?),
        ),
        (
            "Schedule",
            json!({"Frequency": schedule.need("frequency")?}),
        ),
    ];
    let fields = values.texts("optional_fields");
    if !fields.is_empty() {
        more.push(("OptionalFields", json!(fields)));
    }
    named(client, values, "InventoryConfiguration", more)
}
