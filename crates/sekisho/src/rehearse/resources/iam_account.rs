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
pub(super) const PASSWORD_POLICY: Type = Type {
    name: "aws_iam_account_password_policy",
    arguments: &[
        "allow_users_to_change_password",
        "hard_expiry",
        "max_password_age",
        "minimum_password_length",
        "password_reuse_prevention",
        "require_lowercase_characters",
        "require_numbers",
        "require_symbols",
        "require_uppercase_characters",
    ],
    ignored: &[],
    make: password_policy,
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
        return Err(Failed::text(message));
    }
    Ok(attributes([
        ("account_alias", json!(alias)),
        ("id", json!(alias)),
    ]))
}

fn password_policy(client: &Client, values: &Values<'_>) -> Made {
    const FLAGS: &[(&str, &str)] = &[
        ("hard_expiry", "HardExpiry"),
        ("require_lowercase_characters", "RequireLowercaseCharacters"),
        ("require_numbers", "RequireNumbers"),
        ("require_symbols", "RequireSymbols"),
        ("require_uppercase_characters", "RequireUppercaseCharacters"),
    ];
    const NUMBERS: &[(&str, &str)] = &[
        ("max_password_age", "MaxPasswordAge"),
        ("password_reuse_prevention", "PasswordReusePrevention"),
    ];
    let changes = values.flag("allow_users_to_change_password");
    let length = values.number("minimum_password_length");
    let mut input = Map::from_iter([
        (
            "AllowUsersToChangePassword".to_owned(),
            json!(changes.unwrap_or(true)),
        ),
        (
            "MinimumPasswordLength".to_owned(),
            json!(length.unwrap_or(6)),
        ),
    ]);
    let mut out = attributes([("id", json!("iam-account-password-policy"))]);
    for (from, to) in FLAGS {
        let flag = values.flag(from).unwrap_or_default();
        out.insert((*from).to_owned(), json!(flag));
        // What is false is not sent.
        input.extend(flag.then(|| ((*to).to_owned(), json!(true))));
    }
    for (from, to) in NUMBERS {
        let number = values.number(from).unwrap_or_default();
        out.insert((*from).to_owned(), json!(number));
        input.extend((number != 0).then(|| ((*to).to_owned(), json!(number))));
    }
    let expire = input.contains_key("MaxPasswordAge");
    out.insert("expire_passwords".to_owned(), json!(expire));
    client.call("iam", "UpdateAccountPasswordPolicy", Value::Object(input))?;
    Ok(out)
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
