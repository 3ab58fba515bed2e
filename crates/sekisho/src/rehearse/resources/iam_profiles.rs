//! IAM: instance profiles and OpenID Connect providers, which decide nothing here, and policies and roles name them.

use sekisho_engine::time;
use serde_json::{Map, Value, json};

use super::iam::given;
use super::{Failed, Made, Type, Values, attributes, text_at};
use crate::rehearse::Client;

pub(super) const INSTANCE_PROFILE: Type = Type {
    name: "aws_iam_instance_profile",
    arguments: &["name", "name_prefix", "path", "role", "tags"],
    ignored: &[],
    make: instance_profile,
};
pub(super) const OPENID_CONNECT_PROVIDER: Type = Type {
    name: "aws_iam_openid_connect_provider",
    arguments: &["client_id_list", "tags", "thumbprint_list", "url"],
    ignored: &[],
    make: openid_connect_provider,
};
/// The data sources.
pub(super) const READ_INSTANCE_PROFILE: Type = Type {
    name: "aws_iam_instance_profile",
    arguments: &["name"],
    ignored: &[],
    make: read_instance_profile,
};
pub(super) const READ_INSTANCE_PROFILES: Type = Type {
    name: "aws_iam_instance_profiles",
    arguments: &["role_name"],
    ignored: &[],
    make: read_instance_profiles,
};
pub(super) const READ_OPENID_CONNECT_PROVIDER: Type = Type {
    name: "aws_iam_openid_connect_provider",
    arguments: &["arn", "url"],
    ignored: &["tags"],
    make: read_openid_connect_provider,
};

/// A time as the provider writes it, of seconds.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds of this age fit"
)]
pub(super) fn date(seconds: &Value) -> Value {
    let seconds = seconds.as_f64().unwrap_or_default();
    json!(time::iso((seconds * 1000.0) as i64))
}

/// A time as the provider writes it where it says nothing of how.
fn plain_date(seconds: &Value) -> Value {
    let date = date(seconds);
    let text = date.as_str().unwrap_or_default();
    json!(text.replace('T', " ").replace('Z', " +0000 UTC"))
}

fn instance_profile(client: &Client, values: &Values<'_>) -> Made {
    let name = values.name("name", "name_prefix");
    let mut input = Map::new();
    input.insert("InstanceProfileName".to_owned(), json!(name));
    input.insert("Tags".to_owned(), values.tags("Key", "Value"));
    given(values, &mut input, &[("path", "Path")]);
    let made = client.call("iam", "CreateInstanceProfile", Value::Object(input))?;
    let out = attributes([
        ("arn", json!(text_at(&made, "/InstanceProfile/Arn"))),
        ("create_date", date(&made["InstanceProfile"]["CreateDate"])),
        ("id", json!(name)),
        ("name", json!(name)),
        (
            "unique_id",
            json!(text_at(&made, "/InstanceProfile/InstanceProfileId")),
        ),
    ]);
    if let Some(role) = values.text("role") {
        let input = json!({"InstanceProfileName": name, "RoleName": role});
        if let Err(error) = client.call("iam", "AddRoleToInstanceProfile", input) {
            return Err(Failed::Half(Box::new((out, error))));
        }
    }
    Ok(out)
}

fn read_instance_profile(client: &Client, values: &Values<'_>) -> Made {
    let input = json!({"InstanceProfileName": values.need("name")?});
    let found = client.call("iam", "GetInstanceProfile", input)?;
    let text = |member: &str| json!(text_at(&found, &format!("/InstanceProfile/{member}")));
    Ok(attributes([
        ("arn", text("Arn")),
        (
            "create_date",
            plain_date(&found["InstanceProfile"]["CreateDate"]),
        ),
        ("id", text("InstanceProfileId")),
        ("path", text("Path")),
        ("role_arn", text("Roles/0/Arn")),
        ("role_id", text("Roles/0/RoleId")),
        ("role_name", text("Roles/0/RoleName")),
    ]))
}

fn read_instance_profiles(client: &Client, values: &Values<'_>) -> Made {
    let role = values.need("role_name")?;
    let input = json!({"RoleName": role});
    let found = client.call("iam", "ListInstanceProfilesForRole", input)?;
    let found = found["InstanceProfiles"].as_array().into_iter().flatten();
    let found: Vec<&Value> = found.collect();
    let all = |member: &str| -> Value { found.iter().map(|p| p[member].clone()).collect() };
    Ok(attributes([
        ("arns", all("Arn")),
        ("id", json!(role)),
        ("names", all("InstanceProfileName")),
        ("paths", all("Path")),
    ]))
}

fn openid_connect_provider(client: &Client, values: &Values<'_>) -> Made {
    let input = json!({
        "Url": values.need("url")?,
        "ClientIDList": values.texts("client_id_list"),
        "ThumbprintList": values.texts("thumbprint_list"),
        "Tags": values.tags("Key", "Value"),
    });
    let made = client.call("iam", "CreateOpenIDConnectProvider", input)?;
    let found = provider(client, &text_at(&made, "/OpenIDConnectProviderArn"))?;
    let kept = ["arn", "id", "thumbprint_list", "url"];
    // The URL is without its scheme when the provider has read it.
    Ok(found
        .into_iter()
        .filter(|(k, _)| kept.contains(&&**k))
        .collect())
}

fn read_openid_connect_provider(client: &Client, values: &Values<'_>) -> Made {
    if let Some(arn) = values.text("arn") {
        return provider(client, &arn);
    }
    let url = values.need("url")?;
    let host = url.strip_prefix("https://").unwrap_or(&url);
    let arn = format!("arn:aws:iam::{}:oidc-provider/{host}", client.account);
    let listed = client.call("iam", "ListOpenIDConnectProviders", json!({}))?;
    let mut listed = listed["OpenIDConnectProviderList"].as_array().into_iter();
    if !listed.any(|l| l.iter().any(|p| p["Arn"] == json!(arn))) {
        let message = format!(
            "NoSuchEntity: account {} has no OpenID Connect provider of the URL {url}",
            client.account
        );
        return Err(Failed::text(message));
    }
    provider(client, &arn)
}

/// What the provider reads of one.
fn provider(client: &Client, arn: &str) -> Made {
    let input = json!({"OpenIDConnectProviderArn": arn});
    let found = client.call("iam", "GetOpenIDConnectProvider", input)?;
    let tags = found["Tags"].as_array().into_iter().flatten();
    let tags: Map<String, Value> = tags
        .filter_map(|t| Some((t["Key"].as_str()?.to_owned(), t["Value"].clone())))
        .collect();
    Ok(attributes([
        ("arn", json!(arn)),
        ("client_id_list", found["ClientIDList"].clone()),
        ("id", json!(arn)),
        ("tags", Value::Object(tags)),
        ("thumbprint_list", found["ThumbprintList"].clone()),
        ("url", json!(text_at(&found, "/Url"))),
    ]))
}
