//! KMS.

use sekisho_engine::ApiError;
use serde_json::{Map, Value, json};

use super::{Failed, Made, Type, Values, attributes, text_at};
use crate::rehearse::Client;

pub(super) const KEY: Type = Type {
    name: "aws_kms_key",
    arguments: &[
        "description",
        "policy",
        "deletion_window_in_days",
        "enable_key_rotation",
        "rotation_period_in_days",
        "bypass_policy_lockout_safety_check",
        "is_enabled",
        "key_usage",
        "customer_master_key_spec",
        "multi_region",
        "tags",
    ],
    ignored: &[],
    make: key,
};
pub(super) const ALIAS: Type = Type {
    name: "aws_kms_alias",
    arguments: &["name", "name_prefix", "target_key_id"],
    ignored: &[],
    make: alias,
};
pub(super) const KEY_POLICY: Type = Type {
    name: "aws_kms_key_policy",
    arguments: &["key_id", "policy", "bypass_policy_lockout_safety_check"],
    ignored: &[],
    make: key_policy,
};

pub(super) const REPLICA_KEY: Type = Type {
    name: "aws_kms_replica_key",
    arguments: &[
        "primary_key_arn",
        "description",
        "policy",
        "deletion_window_in_days",
        "bypass_policy_lockout_safety_check",
        "enabled",
        "tags",
    ],
    ignored: &[],
    make: replica_key,
};

pub(super) const GRANT: Type = Type {
    name: "aws_kms_grant",
    arguments: &[
        "name",
        "key_id",
        "grantee_principal",
        "retiring_principal",
        "operations",
        "constraints",
        "grant_creation_tokens",
        "retire_on_delete",
    ],
    ignored: &[],
    make: grant,
};

fn grant(client: &Client, values: &Values<'_>) -> Made {
    let mut input = json!({
        "KeyId": values.need("key_id")?,
        "GranteePrincipal": values.need("grantee_principal")?,
        "Operations": values.texts("operations"),
    });
    if let Some(map) = input.as_object_mut() {
        for (from, to) in [
            ("name", "Name"),
            ("retiring_principal", "RetiringPrincipal"),
        ] {
            if let Some(value) = values.get(from) {
                map.insert(to.to_owned(), value.clone());
            }
        }
        let tokens = values.texts("grant_creation_tokens");
        if !tokens.is_empty() {
            map.insert("GrantTokens".to_owned(), json!(tokens));
        }
        if let Some(block) = values.block("constraints") {
            let mut constraints = Map::new();
            for (from, to) in [
                ("encryption_context_equals", "EncryptionContextEquals"),
                ("encryption_context_subset", "EncryptionContextSubset"),
            ] {
                if let Some(value) = block.get(from) {
                    constraints.insert(to.to_owned(), value.clone());
                }
            }
            map.insert("Constraints".to_owned(), Value::Object(constraints));
        }
    }
    let made = client.call("kms", "CreateGrant", input)?;
    Ok(attributes([
        ("grant_id", json!(text_at(&made, "/GrantId"))),
        ("grant_token", json!(text_at(&made, "/GrantToken"))),
        ("id", json!(text_at(&made, "/GrantId"))),
    ]))
}

/// The provider refuses other days before it asks AWS.
fn check_window(values: &Values<'_>) -> Result<(), Failed> {
    match values.number("deletion_window_in_days") {
        Some(days) if !(7..=30).contains(&days) => {
            let message = format!("`deletion_window_in_days` is 7 to 30, not {days}");
            Err(Failed::text(message))
        }
        _ => Ok(()),
    }
}

/// The provider asks in the region of the primary key for a replica in its own.
fn replica_key(client: &Client, values: &Values<'_>) -> Made {
    check_window(values)?;
    let primary = values.need("primary_key_arn")?;
    let region = primary.split(':').nth(3).unwrap_or_default();
    let of_primary = Client {
        region: region.to_owned(),
        ..client.clone()
    };
    let mut input = Map::new();
    input.insert("KeyId".to_owned(), json!(primary));
    input.insert("ReplicaRegion".to_owned(), json!(client.region));
    input.insert("Tags".to_owned(), values.tags("TagKey", "TagValue"));
    let names = [
        ("description", "Description"),
        ("policy", "Policy"),
        (
            "bypass_policy_lockout_safety_check",
            "BypassPolicyLockoutSafetyCheck",
        ),
    ];
    for (from, to) in names {
        if let Some(value) = values.get(from) {
            input.insert(to.to_owned(), value.clone());
        }
    }
    let made = of_primary.call("kms", "ReplicateKey", Value::Object(input))?;
    let text = |member: &str| json!(text_at(&made, &format!("/ReplicaKeyMetadata/{member}")));
    let mut attributes = attributes([
        ("arn", text("Arn")),
        ("key_id", text("KeyId")),
        ("id", text("KeyId")),
        ("key_spec", text("KeySpec")),
        ("key_usage", text("KeyUsage")),
    ]);
    attributes.extend(policy_by_default(client, values));
    client.mend(|name| text("KeyId") == name);
    if values.flag("enabled") == Some(false) {
        let id = text_at(&made, "/ReplicaKeyMetadata/KeyId");
        let disabled = client.call("kms", "DisableKey", json!({"KeyId": id}));
        disabled.map_err(|error| Failed::Half(Box::new((attributes.clone(), error))))?;
    }
    Ok(attributes)
}

fn key(client: &Client, values: &Values<'_>) -> Made {
    check_window(values)?;
    if values.number("rotation_period_in_days").is_some()
        && values.get("enable_key_rotation").is_none()
    {
        return Err(Failed::text(
            "`rotation_period_in_days` needs `enable_key_rotation` beside it",
        ));
    }
    let mut input = Map::new();
    input.insert("Tags".to_owned(), values.tags("TagKey", "TagValue"));
    let names = [
        ("description", "Description"),
        ("policy", "Policy"),
        (
            "bypass_policy_lockout_safety_check",
            "BypassPolicyLockoutSafetyCheck",
        ),
        ("key_usage", "KeyUsage"),
        ("customer_master_key_spec", "KeySpec"),
        ("multi_region", "MultiRegion"),
    ];
    for (from, to) in names {
        if let Some(value) = values.get(from) {
            input.insert(to.to_owned(), value.clone());
        }
    }
    let made = client.call("kms", "CreateKey", Value::Object(input))?;
    let (id, arn) = (
        text_at(&made, "/KeyMetadata/KeyId"),
        text_at(&made, "/KeyMetadata/Arn"),
    );
    let mut made = attributes([
        ("arn", json!(arn)),
        ("key_id", json!(id)),
        ("id", json!(id)),
    ]);
    made.extend(policy_by_default(client, values));
    client.mend(|name| name == id);
    match settings(client, values, &id) {
        Ok(()) => Ok(made),
        Err(error) => Err(Failed::Half(Box::new((made, error)))),
    }
}

/// The policy that a key has where none is given, as the provider reads it back.
fn policy_by_default(client: &Client, values: &Values<'_>) -> Option<(String, Value)> {
    let policy = json!({
        "Id": "key-default-1",
        "Statement": [{
            "Action": "kms:*",
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{}:root", client.account)},
            "Resource": "*",
            "Sid": "Enable IAM User Permissions",
        }],
        "Version": "2012-10-17",
    });
    let absent = values.get("policy").is_none();
    absent.then(|| ("policy".to_owned(), json!(policy.to_string())))
}

/// What the provider asks for when the key is there.
fn settings(client: &Client, values: &Values<'_>, id: &str) -> Result<(), ApiError> {
    if values.flag("enable_key_rotation") == Some(true) {
        let mut input = json!({"KeyId": id});
        if let (Some(days), Some(map)) = (
            values.number("rotation_period_in_days"),
            input.as_object_mut(),
        ) {
            map.insert("RotationPeriodInDays".to_owned(), json!(days));
        }
        client.call("kms", "EnableKeyRotation", input)?;
    }
    if values.flag("is_enabled") == Some(false) {
        client.call("kms", "DisableKey", json!({"KeyId": id}))?;
    }
    Ok(())
}

fn alias(client: &Client, values: &Values<'_>) -> Made {
    let name = match values.text("name") {
        Some(name) => name,
        None => format!(
            "alias/{}",
            values
                .name("name", "name_prefix")
                .trim_start_matches("alias/")
        ),
    };
    let target = values.need("target_key_id")?;
    client.call(
        "kms",
        "CreateAlias",
        json!({"AliasName": name, "TargetKeyId": target}),
    )?;
    let arn = format!("arn:aws:kms:{}:{}:{name}", client.region, client.account);
    let key = client.call("kms", "DescribeKey", json!({"KeyId": target}))?;
    Ok(attributes([
        ("arn", json!(arn)),
        ("id", json!(name)),
        ("name", json!(name)),
        ("target_key_arn", json!(text_at(&key, "/KeyMetadata/Arn"))),
    ]))
}

fn key_policy(client: &Client, values: &Values<'_>) -> Made {
    let id = values.need("key_id")?;
    let bypass = values
        .flag("bypass_policy_lockout_safety_check")
        .unwrap_or(false);
    let input = json!({
        "KeyId": id, "PolicyName": "default", "Policy": values.need("policy")?, "BypassPolicyLockoutSafetyCheck": bypass,
    });
    client.call("kms", "PutKeyPolicy", input)?;
    Ok(attributes([("id", json!(id))]))
}
