//! ECR.

use serde_json::{Value, json};

use super::{Made, Type, Values, attributes, text_at};
use crate::rehearse::Client;

pub(super) const REPOSITORY: Type = Type {
    name: "aws_ecr_repository",
    arguments: &[
        "name",
        "image_tag_mutability",
        "image_tag_mutability_exclusion_filter",
        "image_scanning_configuration",
        "encryption_configuration",
        "force_delete",
        "tags",
    ],
    ignored: &[],
    make: repository,
};
pub(super) const REPOSITORY_POLICY: Type = Type {
    name: "aws_ecr_repository_policy",
    arguments: &["repository", "policy"],
    ignored: &[],
    make: policy,
};
pub(super) const REGISTRY_POLICY: Type = Type {
    name: "aws_ecr_registry_policy",
    arguments: &["policy"],
    ignored: &[],
    make: registry_policy,
};
pub(super) const LIFECYCLE_POLICY: Type = Type {
    name: "aws_ecr_lifecycle_policy",
    arguments: &["repository", "policy"],
    ignored: &[],
    make: lifecycle,
};

fn registry_policy(client: &Client, values: &Values<'_>) -> Made {
    let input = json!({"policyText": values.need("policy")?});
    let made = client.call("ecr", "PutRegistryPolicy", input)?;
    let id = json!(text_at(&made, "/registryId"));
    Ok(attributes([("registry_id", id.clone()), ("id", id)]))
}

fn repository(client: &Client, values: &Values<'_>) -> Made {
    let name = values.need("name")?;
    let scan = values
        .block("image_scanning_configuration")
        .and_then(|b| b.flag("scan_on_push"))
        .unwrap_or(false);
    let mut input = json!({
        "repositoryName": name,
        "imageTagMutability": values.text("image_tag_mutability").unwrap_or_else(|| "MUTABLE".to_owned()),
        "imageScanningConfiguration": {"scanOnPush": scan},
        "tags": values.tags("Key", "Value"),
    });
    let filters: Vec<Value> = values
        .blocks("image_tag_mutability_exclusion_filter")
        .iter()
        .map(|b| json!({"filterType": b.text("filter_type"), "filter": b.text("filter")}))
        .collect();
    if let (false, Some(map)) = (filters.is_empty(), input.as_object_mut()) {
        map.insert(
            "imageTagMutabilityExclusionFilters".to_owned(),
            json!(filters),
        );
    }
    if let (Some(block), Some(map)) = (
        values.block("encryption_configuration"),
        input.as_object_mut(),
    ) {
        let kind = block
            .text("encryption_type")
            .unwrap_or_else(|| "AES256".to_owned());
        let mut encryption = json!({"encryptionType": kind});
        if let (Some(key), Some(map)) = (block.text("kms_key"), encryption.as_object_mut()) {
            map.insert("kmsKey".to_owned(), json!(key));
        }
        map.insert("encryptionConfiguration".to_owned(), encryption);
    }
    let made = client.call("ecr", "CreateRepository", input)?;
    Ok(attributes([
        ("arn", json!(text_at(&made, "/repository/repositoryArn"))),
        ("id", json!(name)),
        (
            "registry_id",
            json!(text_at(&made, "/repository/registryId")),
        ),
        (
            "repository_url",
            json!(text_at(&made, "/repository/repositoryUri")),
        ),
    ]))
}

fn done(client: &Client, values: &Values<'_>) -> Made {
    Ok(attributes([
        ("id", json!(values.need("repository")?)),
        ("registry_id", Value::String(client.account.clone())),
    ]))
}

fn policy(client: &Client, values: &Values<'_>) -> Made {
    let input =
        json!({"repositoryName": values.need("repository")?, "policyText": values.need("policy")?});
    client.call("ecr", "SetRepositoryPolicy", input)?;
    done(client, values)
}

fn lifecycle(client: &Client, values: &Values<'_>) -> Made {
    let policy = values.need("policy")?;
    // The provider sends the members in the order of their names; what is no JSON ECR refuses.
    let policy = match serde_json::from_str::<Value>(&policy) {
        Ok(mut value) => {
            value.sort_all_objects();
            value.to_string()
        }
        Err(_) => policy,
    };
    let input =
        json!({"repositoryName": values.need("repository")?, "lifecyclePolicyText": policy});
    client.call("ecr", "PutLifecyclePolicy", input)?;
    done(client, values)
}
