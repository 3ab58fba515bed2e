//! The resource types of the AWS provider: which arguments each has, and which calls make it.

mod accounts;
mod codepipeline;
mod data;
mod data_ecr;
mod data_kms;
mod data_s3;
mod document;
mod ecr;
mod ecr_registry;
mod failed;
mod files;
pub(super) mod foreign;
mod iam;
mod iam_account;
mod iam_exclusive;
mod iam_groups;
mod iam_profiles;
mod iam_simulation;
mod iam_users;
mod kms;
mod local;
pub(super) mod normal;
pub(super) mod region;
mod s3;
mod s3_beside;
mod s3_replication;
mod s3_settings;
pub(super) mod schema;

use sekisho_iac::{Arguments, Node, NodeKind, Problem, Reason, Scope};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Client;
pub(super) use document::document;
use failed::{Failed, answered};

type Made = Result<Map<String, Value>, Failed>;

/// A resource type: its arguments, and how it is made. Arguments that are not listed are reported.
pub(super) struct Type {
    name: &'static str,
    arguments: &'static [&'static str],
    /// Arguments that are accepted and have no effect here: they decide nothing about who may do what.
    ignored: &'static [&'static str],
    make: fn(&Client, &Values<'_>) -> Made,
}

const TYPES: &[Type] = &[
    codepipeline::PIPELINE,
    ecr::LIFECYCLE_POLICY,
    ecr::REGISTRY_POLICY,
    ecr::REPOSITORY,
    ecr::REPOSITORY_POLICY,
    ecr_registry::PULL_THROUGH_CACHE_RULE,
    ecr_registry::REPLICATION,
    ecr_registry::SCANNING,
    iam::POLICY,
    iam::POLICY_ATTACHMENT,
    iam::ROLE,
    iam::ROLE_POLICY,
    iam::ROLE_POLICY_ATTACHMENT,
    iam::USER,
    iam::USER_POLICY,
    iam::USER_POLICY_ATTACHMENT,
    iam_account::ALIAS,
    iam_account::PASSWORD_POLICY,
    iam_account::SERVICE_LINKED_ROLE,
    iam_exclusive::GROUP_POLICIES,
    iam_exclusive::GROUP_POLICY_ATTACHMENTS,
    iam_exclusive::ROLE_POLICIES,
    iam_exclusive::ROLE_POLICY_ATTACHMENTS,
    iam_exclusive::USER_POLICIES,
    iam_exclusive::USER_POLICY_ATTACHMENTS,
    iam_groups::GROUP,
    iam_groups::GROUP_MEMBERSHIP,
    iam_groups::GROUP_POLICY,
    iam_groups::GROUP_POLICY_ATTACHMENT,
    iam_groups::USER_GROUP_MEMBERSHIP,
    iam_profiles::INSTANCE_PROFILE,
    iam_profiles::OPENID_CONNECT_PROVIDER,
    iam_users::ACCESS_KEY,
    data_kms::CIPHERTEXT,
    kms::ALIAS,
    kms::GRANT,
    kms::KEY,
    kms::KEY_POLICY,
    kms::REPLICA_KEY,
    s3::ACCOUNT_PUBLIC_ACCESS_BLOCK,
    s3::BUCKET,
    s3::BUCKET_ACL,
    s3_beside::ACCELERATE,
    s3_beside::INTELLIGENT_TIERING,
    s3_beside::INVENTORY,
    s3_beside::METRIC,
    s3_beside::REQUEST_PAYMENT,
    s3_beside::WEBSITE,
    s3_replication::REPLICATION,
    s3_settings::CORS,
    s3_settings::LIFECYCLE,
    s3_settings::LOGGING,
    s3_settings::NOTIFICATION,
    s3::BUCKET_OBJECT,
    s3::BUCKET_OWNERSHIP_CONTROLS,
    s3::BUCKET_POLICY,
    s3::BUCKET_PUBLIC_ACCESS_BLOCK,
    s3::BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
    s3::BUCKET_VERSIONING,
    s3::OBJECT,
];

const DATA: &[Type] = &[
    accounts::ARN,
    accounts::CANONICAL_USER_ID,
    accounts::DEFAULT_TAGS,
    accounts::ORGANIZATION,
    accounts::SERVICE_PRINCIPAL,
    accounts::SESSION_CONTEXT,
    data::CALLER_IDENTITY,
    data::ECR_IMAGE,
    data::ECR_REPOSITORIES,
    data::ECR_REPOSITORY,
    data::IAM_POLICY,
    data::IAM_ROLE,
    data::IAM_ROLES,
    data::IAM_USER,
    data::KMS_ALIAS,
    data::KMS_KEY,
    iam_account::READ_ALIAS,
    iam_groups::READ,
    iam_profiles::READ_INSTANCE_PROFILE,
    iam_profiles::READ_INSTANCE_PROFILES,
    iam_profiles::READ_OPENID_CONNECT_PROVIDER,
    iam_simulation::READ,
    iam_users::READ_ACCESS_KEYS,
    iam_users::READ_USERS,
    data::PARTITION,
    data::REGION,
    data::S3_BUCKET,
    data::S3_BUCKET_POLICY,
    data_ecr::AUTHORIZATION_TOKEN,
    data_ecr::LIFECYCLE_POLICY_DOCUMENT,
    ecr_registry::READ_PULL_THROUGH_CACHE_RULE,
    data_kms::READ_CIPHERTEXT,
    data_kms::SECRETS,
    data_s3::ACCOUNT_PUBLIC_ACCESS_BLOCK,
    data_s3::BUCKET_OBJECTS,
    data_s3::OBJECT,
    data_s3::OBJECTS,
];

fn find(node: &Node) -> Option<&'static Type> {
    let types = match node.kind {
        NodeKind::Resource => TYPES,
        NodeKind::Data => DATA,
        NodeKind::Ephemeral => return None,
    };
    types.iter().find(|t| t.name == node.type_name)
}

/// Whether it is the older way to say `templatefile`: of the `template` provider, which many modules still have.
pub(super) fn is_template(node: &Node) -> bool {
    node.is_data() && node.type_name == "template_file"
}

/// Whether the type is here: made, read or reckoned as it is on AWS.
pub(super) fn own(node: &Node) -> bool {
    node.type_name == "aws_iam_policy_document"
        || is_template(node)
        || local::known(node)
        || files::known(node)
        || find(node).is_some()
}

/// Whether all attributes are here that the type has on AWS.
pub(super) fn is_whole(node: &Node) -> bool {
    node.type_name == "terraform_remote_state" || is_template(node) || local::known(node)
}

/// Whether more may be in it on AWS, or something else, than is here: what a data source reads that is not worked out.
pub(super) fn holds_more(node: &Node) -> bool {
    const WORKED_OUT: &[&str] = &[
        "aws_arn",
        "aws_caller_identity",
        "aws_canonical_user_id",
        "aws_iam_policy_document",
        "aws_partition",
        "aws_region",
        "aws_service",
        "aws_service_principal",
    ];
    node.is_data() && !is_whole(node) && !WORKED_OUT.contains(&&*node.type_name)
}

/// Data sources that list what there is of a kind.
const LISTS: &[&str] = &[
    "aws_ecr_repositories",
    "aws_iam_access_keys",
    "aws_iam_instance_profiles",
    "aws_iam_roles",
    "aws_iam_users",
    "aws_s3_bucket_objects",
    "aws_s3_objects",
];

/// Whether a data source lists what there is of a kind: more on AWS than here.
pub(super) fn lists_aws(node: &Node) -> bool {
    node.is_data() && LISTS.contains(&&*node.type_name)
}

/// Whether it reads what may be there when it is applied, and is not here: on AWS, or on a disk.
pub(super) fn reads_elsewhere(node: &Node) -> bool {
    files::known(node) || node.is_data() && find(node).is_some()
}

/// Whether a program that makes it writes a file wherever the configuration says.
pub(super) fn writes_files(node: &Node) -> bool {
    files::known(node) && !(node.is_data() && node.type_name != "archive_file")
}

/// The arguments of a resource that are set and have no effect here.
pub(super) fn ignored(node: &Node, arguments: &Arguments) -> Vec<&'static str> {
    let names = find(node).map(|t| t.ignored).unwrap_or_default();
    let set = |name: &&&str| arguments.values.get(**name).is_some_and(|v| !v.is_null());
    names.iter().filter(set).copied().collect()
}

/// Whether the type is a resource that is here and has the argument.
pub(super) fn takes(node: &Node, argument: &str) -> bool {
    !node.is_data() && find(node).is_some_and(|t| t.arguments.contains(&argument))
}

/// What needs no provider: random values, files, and resources that do nothing. None for all others.
pub(super) fn without_provider(
    node: &Node,
    address: &str,
    arguments: &Arguments,
    scope: &Scope<'_>,
) -> Result<Option<Map<String, Value>>, Problem> {
    let values = Values::of(address, &arguments.values);
    let made = local::make(node, address, &values).map(|made| made.map_err(Reason::from));
    made.or_else(|| files::make(node, &values, scope))
        .transpose()
        .map(|made| {
            made.map(|made| {
                let mut values = arguments.values.clone();
                values.extend(made);
                values
            })
        })
        .map_err(|message| Problem::at(&node.place, message))
}

/// Makes a resource, or reads a data source; the answer is its attributes. What is there though it fails is left in `half`.
pub(super) fn make(
    node: &Node,
    address: &str,
    client: &Client,
    arguments: &Arguments,
    half: &mut Map<String, Value>,
) -> Result<Map<String, Value>, Problem> {
    let Some(kind) = find(node) else {
        return Err(Problem::at(
            &node.place,
            Reason::unsupported(format!("{} is not supported yet", node.address())),
        ));
    };
    schema::check(node, arguments)?;
    let unset = |v: &Value| v.is_null() || *v == json!("") || *v == json!([]);
    let taken = |k: &str| {
        kind.arguments.contains(&k)
            || kind.ignored.contains(&k)
            || k == "timeouts"
            // What the provider makes of `tags`, whatever is written.
            || (k == "tags_all" && kind.arguments.contains(&"tags"))
            || (k == region::ARGUMENT && region::is_regional(node))
    };
    let unknown = |(k, v): &(&String, &Value)| !taken(k) && !unset(v);
    if let Some((name, _)) = arguments.values.iter().find(unknown) {
        let place = arguments.places.get(name).unwrap_or(&arguments.place);
        return Err(Problem::at(
            place,
            Reason::unsupported(format!(
                "the argument `{name}` of {} is not supported yet",
                node.type_name
            )),
        ));
    }
    let given = |name: &str| arguments.values.get(name).is_some_and(|v| !unset(v));
    for (one, other) in [("name", "name_prefix"), ("bucket", "bucket_prefix")] {
        if !node.is_data() && !node.place.source.is_plan() && given(one) && given(other) {
            let place = arguments.places.get(one).unwrap_or(&arguments.place);
            let message = format!("`{one}` conflicts with `{other}`: Terraform refuses both");
            return Err(Problem::at(place, message));
        }
    }
    let made = (kind.make)(client, &Values::of(address, &arguments.values)).map_err(|failed| {
        let reason = match failed {
            Failed::Api(error) => answered(&error),
            Failed::Half(parts) => {
                let (made, error) = *parts;
                half.clone_from(&arguments.values);
                half.extend(made);
                answered(&error)
            }
            Failed::Text(reason) => reason,
        };
        Problem::at(&node.place, reason)
    })?;
    let mut values = arguments.values.clone();
    values.extend(made);
    if region::is_regional(node) {
        let region = values.entry(region::ARGUMENT).or_insert(Value::Null);
        if region.is_null() {
            *region = json!(client.region);
        }
    }
    Ok(values)
}

/// How many digits the provider puts behind a prefix.
const DIGITS: usize = 26;

/// Whether a name, or an ARN that ends with one, is made up by the provider: it is another after each apply.
pub(super) fn is_made_up(name: &str) -> bool {
    made_up(name) > 0
}

/// How many bytes at the end of a name the provider made up.
pub(crate) fn made_up(name: &str) -> usize {
    let digits = name.bytes().rev().take_while(u8::is_ascii_digit).count();
    if digits >= DIGITS { DIGITS } else { 0 }
}

/// Evaluated arguments, read by type.
pub(super) struct Values<'a> {
    /// Whose they are, with the keys of its instance.
    address: &'a str,
    values: &'a Map<String, Value>,
}

impl<'a> Values<'a> {
    fn of(address: &'a str, values: &'a Map<String, Value>) -> Self {
        Self { address, values }
    }

    /// An argument that is set: to the provider an empty text is not.
    fn get(&self, name: &str) -> Option<&'a Value> {
        let set = |v: &&Value| !v.is_null() && v.as_str() != Some("");
        self.values.get(name).filter(set)
    }

    /// An argument that is given and not among those that are known: an empty list of blocks is none.
    fn unknown(&self, known: &[&str]) -> Option<&'a str> {
        let given = |v: &Value| !v.is_null() && *v != json!([]);
        let mut others = self
            .values
            .iter()
            .filter(|(k, _)| !known.contains(&k.as_str()));
        others.find(|(_, v)| given(v)).map(|(k, _)| k.as_str())
    }

    /// An argument as it is written; none if it is null.
    fn raw(&self, name: &str) -> Option<&'a Value> {
        self.values.get(name).filter(|v| !v.is_null())
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) => self.get(name).map(ToString::to_string),
            _ => None,
        }
    }

    fn need(&self, name: &str) -> Result<String, Failed> {
        self.text(name)
            .ok_or_else(|| Failed::text(format!("the argument `{name}` is required")))
    }

    /// The name that the provider gives: `name`, or `prefix` and digits, or digits alone. The same address gives the same
    /// digits, and no two have them in common.
    fn name(&self, name: &str, prefix: &str) -> String {
        if let Some(name) = self.text(name) {
            return name;
        }
        let digest = Sha256::digest(self.address);
        let digits: String = digest
            .iter()
            .map(|b| char::from(b'0' + b % 10))
            .take(DIGITS)
            .collect();
        let prefix = self.text(prefix).unwrap_or_else(|| "terraform-".to_owned());
        format!("{prefix}{digits}")
    }

    fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(b) => Some(*b),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.get(name)
            .and_then(|v| v.as_i64().or_else(|| v.as_str()?.parse().ok()))
    }

    /// The nested blocks called `name`.
    fn blocks(&self, name: &str) -> Vec<Values<'a>> {
        let list = self.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .map(|values| Values::of(self.address, values))
            .collect()
    }

    /// The texts of a list.
    fn texts(&self, name: &str) -> Vec<String> {
        let list = self
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        list.filter_map(|v| v.as_str().map(str::to_owned)).collect()
    }

    fn block(&self, name: &str) -> Option<Values<'a>> {
        self.blocks(name).into_iter().next()
    }

    /// Tags as a list of objects with these member names.
    fn tags(&self, key: &str, value: &str) -> Value {
        let map = self.get("tags").and_then(Value::as_object);
        let tag = |(k, v): (&String, &Value)| {
            let mut tag = Map::new();
            tag.insert(key.to_owned(), Value::String(k.clone()));
            tag.insert(
                value.to_owned(),
                Value::String(v.as_str().map_or_else(|| v.to_string(), str::to_owned)),
            );
            Value::Object(tag)
        };
        map.into_iter()
            .flatten()
            .filter(|(_, v)| !v.is_null())
            .map(tag)
            .collect()
    }
}

/// Attributes from pairs.
fn attributes<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}

fn text_at(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
