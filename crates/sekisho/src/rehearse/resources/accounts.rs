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

/// What the provider reads: members of whom the management account alone may know.
fn organization(client: &Client, _: &Values<'_>) -> Made {
    if client.engine.organization().is_none() {
        return Err(Failed::text(
            "which organization the accounts are of is not said: write it into sekisho.toml, [organization] with id = \"o-...\""
                .to_owned(),
        ));
    }
    let ask = |operation: &str| client.call("organizations", operation, json!({}));
    let found = ask("DescribeOrganization")?;
    let text = |name: &str| json!(super::text_at(&found, &format!("/Organization/{name}")));
    let management = text("MasterAccountId");
    let mut out = attributes([
        ("id", text("Id")),
        ("arn", text("Arn")),
        ("feature_set", text("FeatureSet")),
        ("master_account_arn", text("MasterAccountArn")),
        ("master_account_email", text("MasterAccountEmail")),
        ("master_account_id", management.clone()),
    ]);
    // What a member is not told, the provider leaves without a value.
    let mut seen = [
        ("accounts", Value::Null),
        ("aws_service_access_principals", json!([])),
        ("enabled_policy_types", json!([])),
        ("master_account_name", json!("")),
        ("non_master_accounts", Value::Null),
        ("roots", Value::Null),
    ];
    if management == json!(client.account) {
        let account = |a: &Value| json!({"id": a["Id"], "arn": a["Arn"], "name": a["Name"], "email": a["Email"], "status": a["Status"]});
        let accounts = each(&ask("ListAccounts")?["Accounts"], account);
        let types = |of: &Value| each(of, |t| json!({"type": t["Type"], "status": t["Status"]}));
        let root = |r: &Value| json!({"id": r["Id"], "arn": r["Arn"], "name": r["Name"], "policy_types": types(&r["PolicyTypes"])});
        let roots = each(&ask("ListRoots")?["Roots"], root);
        let enabled = roots
            .first()
            .map(|r| each(&r["policy_types"], |t| t["type"].clone()));
        let (manager, others): (Vec<Value>, Vec<Value>) = accounts
            .iter()
            .cloned()
            .partition(|a| a["id"] == management);
        let name = manager.first().map(|a| a["name"].clone());
        seen = [
            ("accounts", json!(accounts)),
            ("aws_service_access_principals", json!([])),
            ("enabled_policy_types", json!(enabled.unwrap_or_default())),
            ("master_account_name", name.unwrap_or_default()),
            ("non_master_accounts", json!(others)),
            ("roots", json!(roots)),
        ];
    }
    out.extend(seen.map(|(name, value)| (name.to_owned(), value)));
    Ok(out)
}

fn each(list: &Value, of: impl Fn(&Value) -> Value) -> Vec<Value> {
    list.as_array().into_iter().flatten().map(of).collect()
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
        ("id", json!(format!("{service}.{region}.amazonaws.com"))),
        ("name", json!(format!("{service}.amazonaws.com"))),
        ("region", json!(region)),
        ("suffix", json!("amazonaws.com")),
    ]))
}

fn arn(_: &Client, values: &Values<'_>) -> Made {
    let text = values.need("arn")?;
    let wrong = |_| Failed::text(format!("\"{text}\" is no ARN"));
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
    Ok(attributes([("id", json!("aws")), ("tags", tags)]))
}
