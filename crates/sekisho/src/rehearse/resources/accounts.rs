//! Data sources that say who somebody is: accounts, organizations, principals and their ARNs.

use serde_json::{Value, json};

use super::{Failed, Made, Type, Values, attributes};
use crate::rehearse::Client;

pub(super) const ORGANIZATION: Type = Type {
    name: "aws_organizations_organization",
    arguments: &[],
    ignored: &[],
    make: organization,
};
pub(super) const CANONICAL_USER_ID: Type = Type {
    name: "aws_canonical_user_id",
    arguments: &[],
    ignored: &[],
    make: canonical_user_id,
};
pub(super) const SESSION_CONTEXT: Type = Type {
    name: "aws_iam_session_context",
    arguments: &["arn"],
    ignored: &[],
    make: session_context,
};
pub(super) const SERVICE_PRINCIPAL: Type = Type {
    name: "aws_service_principal",
    arguments: &["service_name", "region"],
    ignored: &[],
    make: service_principal,
};
pub(super) const ARN: Type = Type {
    name: "aws_arn",
    arguments: &["arn"],
    ignored: &[],
    make: arn,
};
pub(super) const DEFAULT_TAGS: Type = Type {
    name: "aws_default_tags",
    arguments: &[],
    ignored: &[],
    make: default_tags,
};

fn organization(client: &Client, _: &Values<'_>) -> Made {
    let Some(organization) = client.engine.organization() else {
        return Err(Failed::Text(
            "which organization the accounts are of is not said: write it into sekisho.toml, [organization] with id = \"o-...\""
                .to_owned(),
        ));
    };
    let (id, management) = (&organization.id, organization.management.clone());
    let management = management.unwrap_or_default();
    let account = |id: &String| json!({"id": id, "status": "ACTIVE", "arn": format!("arn:aws:organizations::{management}:account/{}/{id}", organization.id)});
    let others = organization.members.keys().filter(|a| **a != management);
    Ok(attributes([
        ("id", json!(id)),
        (
            "arn",
            json!(format!(
                "arn:aws:organizations::{management}:organization/{id}"
            )),
        ),
        ("master_account_id", json!(management)),
        (
            "master_account_arn",
            json!(format!(
                "arn:aws:organizations::{management}:account/{id}/{management}"
            )),
        ),
        ("feature_set", json!("ALL")),
        (
            "accounts",
            organization.members.keys().map(account).collect(),
        ),
        ("non_master_accounts", others.map(account).collect()),
    ]))
}

fn canonical_user_id(client: &Client, _: &Values<'_>) -> Made {
    let id = sekisho_engine::canonical_id(&client.account);
    Ok(attributes([("id", json!(id)), ("display_name", json!(""))]))
}

/// The role of a session's ARN; every other ARN stands for itself.
fn session_context(client: &Client, values: &Values<'_>) -> Made {
    let arn = values.need("arn")?;
    let role = arn
        .split_once(":assumed-role/")
        .and_then(|(_, rest)| rest.split_once('/'));
    let Some((role, session)) = role else {
        return Ok(attributes([
            ("id", json!(arn)),
            ("issuer_arn", json!(arn)),
            ("issuer_id", json!("")),
            ("issuer_name", json!("")),
            ("session_name", json!("")),
        ]));
    };
    let found = client.call("iam", "GetRole", json!({"RoleName": role}))?;
    let text = |pointer: &str| super::text_at(&found, pointer);
    Ok(attributes([
        ("id", json!(arn)),
        ("issuer_arn", json!(text("/Role/Arn"))),
        ("issuer_id", json!(text("/Role/RoleId"))),
        ("issuer_name", json!(text("/Role/RoleName"))),
        ("session_name", json!(session)),
    ]))
}

fn service_principal(client: &Client, values: &Values<'_>) -> Made {
    let service = values.need("service_name")?;
    let region = values
        .text("region")
        .unwrap_or_else(|| client.region.clone());
    Ok(attributes([
        ("id", json!(format!("com.amazonaws.{region}.{service}"))),
        ("name", json!(format!("{service}.amazonaws.com"))),
        ("region", json!(region)),
        ("suffix", json!("amazonaws.com")),
    ]))
}

fn arn(_: &Client, values: &Values<'_>) -> Made {
    let text = values.need("arn")?;
    let wrong = |_| Failed::Text(format!("\"{text}\" is no ARN"));
    let arn: sekisho_arn::Arn = text.parse().map_err(wrong)?;
    Ok(attributes([
        ("id", json!(text)),
        ("partition", json!(arn.partition)),
        ("service", json!(arn.service)),
        ("region", json!(arn.region)),
        ("account", json!(arn.account)),
        ("resource", json!(arn.resource)),
    ]))
}

fn default_tags(client: &Client, _: &Values<'_>) -> Made {
    let tags = Value::Object(client.default_tags.clone());
    Ok(attributes([("id", json!("")), ("tags", tags)]))
}
