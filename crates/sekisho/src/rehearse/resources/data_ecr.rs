//! ECR's data sources that describe no repository.

use serde_json::{Map, Value, json};

use super::iam_profiles::date;
use super::{Failed, Made, Type, Values, attributes, text_at};
use crate::rehearse::Client;

pub(super) const AUTHORIZATION_TOKEN: Type = Type {
    name: "aws_ecr_authorization_token",
    arguments: &["registry_id"],
    ignored: &[],
    make: authorization_token,
};
pub(super) const LIFECYCLE_POLICY_DOCUMENT: Type = Type {
    name: "aws_ecr_lifecycle_policy_document",
    arguments: &["rule"],
    ignored: &[],
    make: lifecycle_policy_document,
};

fn authorization_token(client: &Client, values: &Values<'_>) -> Made {
    let input = match values.text("registry_id") {
        Some(id) => json!({"registryIds": [id]}),
        None => json!({}),
    };
    let found = client.call("ecr", "GetAuthorizationToken", input)?;
    let token = text_at(&found, "/authorizationData/0/authorizationToken");
    let plain = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &token);
    let plain = plain.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let unread = || Failed::text("the authorization token does not read".to_owned());
    let plain = plain.ok_or_else(unread)?;
    let (user, password) = plain.split_once(':').ok_or_else(unread)?;
    let expires = &found["authorizationData"][0]["expiresAt"];
    Ok(attributes([
        ("authorization_token", json!(token)),
        ("expires_at", date(expires)),
        ("id", json!(client.region)),
        ("password", json!(password)),
        (
            "proxy_endpoint",
            json!(text_at(&found, "/authorizationData/0/proxyEndpoint")),
        ),
        ("user_name", json!(user)),
    ]))
}

fn lifecycle_policy_document(_: &Client, values: &Values<'_>) -> Made {
    let rules = values.raw("rule").cloned().unwrap_or_default();
    let arguments = Map::from_iter([("rule".to_owned(), rules)]);
    let json = sekisho_iac::lifecycle_document(&arguments).map_err(Failed::text)?;
    Ok(attributes([("json", Value::String(json))]))
}
