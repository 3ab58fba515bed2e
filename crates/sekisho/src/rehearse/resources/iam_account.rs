//! IAM: what an account is called, and the roles that services have in it.

use serde_json::{Map, Value, json};

use super::iam_profiles::date;
use super::{Failed, Made, Type, Values, attributes, text_at};
use crate::rehearse::Client;

pub(super) const ALIAS: Type = Type {
    name: "aws_iam_account_alias",
    arguments: &["account_alias"],
    ignored: &[],
    make: alias,
};
pub(super) const SERVICE_LINKED_ROLE: Type = Type {
    name: "aws_iam_service_linked_role",
    arguments: &["aws_service_name", "custom_suffix", "description", "tags"],
    ignored: &[],
    make: service_linked_role,
};
/// The data source.
pub(super) const READ_ALIAS: Type = Type {
    name: "aws_iam_account_alias",
    arguments: &[],
    ignored: &[],
    make: read_alias,
};

fn alias(client: &Client, values: &Values<'_>) -> Made {
    let alias = values.need("account_alias")?;
    let input = json!({"AccountAlias": alias});
    client.call("iam", "CreateAccountAlias", input)?;
    Ok(attributes([("id", json!(alias))]))
}

fn read_alias(client: &Client, _: &Values<'_>) -> Made {
    let found = client.call("iam", "ListAccountAliases", json!({}))?;
    let alias = text_at(&found, "/AccountAliases/0");
    if alias.is_empty() {
        let message = format!(
            "account {} has no alias, as far as the configuration says",
            client.account
        );
        return Err(Failed::Text(message));
    }
    Ok(attributes([
        ("account_alias", json!(alias)),
        ("id", json!(alias)),
    ]))
}

fn service_linked_role(client: &Client, values: &Values<'_>) -> Made {
    let mut input = Map::new();
    for (from, to) in [
        ("aws_service_name", "AWSServiceName"),
        ("custom_suffix", "CustomSuffix"),
        ("description", "Description"),
    ] {
        input.extend(values.get(from).map(|v| (to.to_owned(), v.clone())));
    }
    let made = client.call("iam", "CreateServiceLinkedRole", Value::Object(input))?;
    let text = |member: &str| json!(text_at(&made, &format!("/Role/{member}")));
    let out = attributes([
        ("arn", text("Arn")),
        ("create_date", date(&made["Role"]["CreateDate"])),
        (
            "custom_suffix",
            json!(values.text("custom_suffix").unwrap_or_default()),
        ),
        (
            "description",
            json!(values.text("description").unwrap_or_default()),
        ),
        ("id", text("Arn")),
        ("name", text("RoleName")),
        ("path", text("Path")),
        ("unique_id", text("RoleId")),
    ]);
    let tags = values.tags("Key", "Value");
    if tags != json!([]) {
        let input = json!({"RoleName": text("RoleName"), "Tags": tags});
        if let Err(error) = client.call("iam", "TagRole", input) {
            return Err(Failed::Half(Box::new((out, error))));
        }
    }
    Ok(out)
}
