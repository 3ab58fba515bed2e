//! ECR: what is said of a whole registry, and has no effect here.

use serde_json::{Map, Value, json};

use super::{Made, Type, Values, attributes, text_at};
use crate::rehearse::Client;

pub(super) const SCANNING: Type = Type {
    name: "aws_ecr_registry_scanning_configuration",
    arguments: &["rule", "scan_type"],
    ignored: &[],
    make: scanning,
};
pub(super) const REPLICATION: Type = Type {
    name: "aws_ecr_replication_configuration",
    arguments: &[],
    // No image goes anywhere.
    ignored: &["replication_configuration"],
    make: replication,
};
pub(super) const PULL_THROUGH_CACHE_RULE: Type = Type {
    name: "aws_ecr_pull_through_cache_rule",
    arguments: &[
        "credential_arn",
        "custom_role_arn",
        "ecr_repository_prefix",
        "upstream_repository_prefix",
    ],
    // Nothing is pulled from there.
    ignored: &["upstream_registry_url"],
    make: pull_through_cache_rule,
};
/// The data source.
pub(super) const READ_PULL_THROUGH_CACHE_RULE: Type = Type {
    name: "aws_ecr_pull_through_cache_rule",
    arguments: &["ecr_repository_prefix"],
    ignored: &[],
    make: read_pull_through_cache_rule,
};

/// Members from arguments.
fn members(values: &Values<'_>, names: &[(&str, &str)]) -> Map<String, Value> {
    let pair = |(from, to): &(&str, &str)| Some(((*to).to_owned(), values.get(from)?.clone()));
    names.iter().filter_map(pair).collect()
}

fn each(values: &Values<'_>, block: &str, names: &[(&str, &str)]) -> Vec<Value> {
    let blocks = values.blocks(block);
    blocks.iter().map(|b| json!(members(b, names))).collect()
}

const FILTER: &[(&str, &str)] = &[("filter", "filter"), ("filter_type", "filterType")];

fn scanning(client: &Client, values: &Values<'_>) -> Made {
    let rule = |rule: &Values<'_>| {
        let mut out = members(rule, &[("scan_frequency", "scanFrequency")]);
        let filters = each(rule, "repository_filter", FILTER);
        out.insert("repositoryFilters".to_owned(), json!(filters));
        Value::Object(out)
    };
    let rules: Vec<Value> = values.blocks("rule").iter().map(rule).collect();
    let input = json!({"scanType": values.need("scan_type")?, "rules": rules});
    client.call("ecr", "PutRegistryScanningConfiguration", input)?;
    Ok(of_registry(client))
}

fn of_registry(client: &Client) -> Map<String, Value> {
    let id = json!(client.account);
    attributes([("id", id.clone()), ("registry_id", id)])
}

fn replication(client: &Client, values: &Values<'_>) -> Made {
    const DESTINATION: &[(&str, &str)] = &[("region", "region"), ("registry_id", "registryId")];
    let rule = |rule: &Values<'_>| {
        let destinations = each(rule, "destination", DESTINATION);
        let filters = each(rule, "repository_filter", FILTER);
        let mut out = Map::from_iter([("destinations".to_owned(), json!(destinations))]);
        if !filters.is_empty() {
            out.insert("repositoryFilters".to_owned(), json!(filters));
        }
        Value::Object(out)
    };
    let configuration = values.block("replication_configuration");
    let rules = configuration.map(|c| c.blocks("rule").iter().map(rule).collect::<Vec<Value>>());
    let input = json!({"replicationConfiguration": {"rules": rules.unwrap_or_default()}});
    client.call("ecr", "PutReplicationConfiguration", input)?;
    Ok(of_registry(client))
}

const RULE: &[(&str, &str)] = &[
    ("credential_arn", "credentialArn"),
    ("custom_role_arn", "customRoleArn"),
    ("ecr_repository_prefix", "ecrRepositoryPrefix"),
    ("upstream_registry_url", "upstreamRegistryUrl"),
    ("upstream_repository_prefix", "upstreamRepositoryPrefix"),
];

fn pull_through_cache_rule(client: &Client, values: &Values<'_>) -> Made {
    let input = Value::Object(members(values, RULE));
    let made = client.call("ecr", "CreatePullThroughCacheRule", input)?;
    let text = |name: &str| json!(text_at(&made, &format!("/{name}")));
    let mut out = attributes([
        ("id", text("ecrRepositoryPrefix")),
        ("registry_id", text("registryId")),
    ]);
    // What is not given is an empty text when the provider has read it.
    out.extend(RULE.iter().map(|(to, from)| ((*to).to_owned(), text(from))));
    Ok(out)
}

fn read_pull_through_cache_rule(client: &Client, values: &Values<'_>) -> Made {
    let prefix = values.need("ecr_repository_prefix")?;
    let input = json!({"ecrRepositoryPrefixes": [prefix]});
    let found = client.call("ecr", "DescribePullThroughCacheRules", input)?;
    let text = |name: &str| json!(text_at(&found, &format!("/pullThroughCacheRules/0/{name}")));
    let mut out = attributes([("id", json!(prefix)), ("registry_id", text("registryId"))]);
    out.extend(RULE.iter().map(|(to, from)| ((*to).to_owned(), text(from))));
    Ok(out)
}
