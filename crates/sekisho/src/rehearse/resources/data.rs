//! Data sources that read the provider.

use sekisho_engine::ApiError;
use serde_json::{Map, Value, json};

use super::iam_profiles::date;
use super::{Failed, Made, Type, Values, attributes, text_at};
use crate::rehearse::Client;

pub(super) const CALLER_IDENTITY: Type = Type {
    name: "aws_caller_identity",
    arguments: &[],
    ignored: &[],
    make: caller_identity,
};
pub(super) const REGION: Type = Type {
    name: "aws_region",
    arguments: &[],
    ignored: &[],
    make: region,
};
pub(super) const PARTITION: Type = Type {
    name: "aws_partition",
    arguments: &[],
    ignored: &[],
    make: partition,
};

pub(super) const IAM_ROLE: Type = Type {
    name: "aws_iam_role",
    arguments: &["name"],
    ignored: &["tags"],
    make: iam_role,
};
pub(super) const IAM_POLICY: Type = Type {
    name: "aws_iam_policy",
    arguments: &["arn", "name"],
    ignored: &["tags"],
    make: iam_policy,
};
pub(super) const IAM_ROLES: Type = Type {
    name: "aws_iam_roles",
    arguments: &["path_prefix"],
    ignored: &[],
    make: iam_roles,
};
pub(super) const IAM_USER: Type = Type {
    name: "aws_iam_user",
    arguments: &["user_name"],
    ignored: &["tags"],
    make: iam_user,
};
pub(super) const ECR_REPOSITORIES: Type = Type {
    name: "aws_ecr_repositories",
    arguments: &[],
    ignored: &[],
    make: ecr_repositories,
};
pub(super) const S3_BUCKET_POLICY: Type = Type {
    name: "aws_s3_bucket_policy",
    arguments: &["bucket"],
    ignored: &[],
    make: s3_bucket_policy,
};
pub(super) const ECR_REPOSITORY: Type = Type {
    name: "aws_ecr_repository",
    arguments: &["name", "registry_id"],
    ignored: &["tags"],
    make: ecr_repository,
};
pub(super) const ECR_IMAGE: Type = Type {
    name: "aws_ecr_image",
    arguments: &[
        "repository_name",
        "registry_id",
        "image_tag",
        "image_digest",
    ],
    ignored: &[],
    make: ecr_image,
};
pub(super) const KMS_KEY: Type = Type {
    name: "aws_kms_key",
    arguments: &["key_id"],
    ignored: &[],
    make: kms_key,
};
pub(super) const KMS_ALIAS: Type = Type {
    name: "aws_kms_alias",
    arguments: &["name"],
    ignored: &[],
    make: kms_alias,
};
pub(super) const S3_BUCKET: Type = Type {
    name: "aws_s3_bucket",
    arguments: &["bucket"],
    ignored: &[],
    make: s3_bucket,
};

/// When an image was pushed.
fn pushed(image: &Value) -> f64 {
    let at = image.get("imagePushedAt").and_then(Value::as_f64);
    at.unwrap_or(0.0)
}

/// Tags of an answer as a map.
fn tags(list: &Value) -> Value {
    let pair = |tag: &Value| Some((tag["Key"].as_str()?.to_owned(), tag["Value"].clone()));
    let list = list.as_array().into_iter().flatten();
    Value::Object(list.filter_map(pair).collect())
}

fn caller_identity(client: &Client, _: &Values<'_>) -> Made {
    let answer = client.call("sts", "GetCallerIdentity", json!({}))?;
    Ok(attributes([
        ("account_id", json!(text_at(&answer, "/Account"))),
        ("arn", json!(text_at(&answer, "/Arn"))),
        ("user_id", json!(text_at(&answer, "/UserId"))),
        ("id", json!(client.account)),
    ]))
}

fn region(client: &Client, _: &Values<'_>) -> Made {
    Ok(attributes([
        ("name", json!(client.region)),
        ("id", json!(client.region)),
        ("region", json!(client.region)),
        (
            "endpoint",
            json!(format!("ec2.{}.amazonaws.com", client.region)),
        ),
    ]))
}

fn partition(_: &Client, _: &Values<'_>) -> Made {
    Ok(attributes([
        ("partition", json!("aws")),
        ("reverse_dns_prefix", json!("com.amazonaws")),
        ("dns_suffix", json!("amazonaws.com")),
        ("id", json!("aws")),
    ]))
}

fn iam_role(client: &Client, values: &Values<'_>) -> Made {
    let name = values.need("name")?;
    match client.applies_as(&name) {
        None => {}
        Some(false) => {
            return Err(Failed::text(format!(
                "NoSuchEntity: the role {name} applies this because nothing says who does, and is not there"
            )));
        }
        // What it says is not known, its names are.
        Some(true) => {
            let role = client.call("iam", "GetRole", json!({"RoleName": name}))?;
            let text = |member: &str| json!(text_at(&role, &format!("/Role/{member}")));
            return Ok(attributes([
                ("arn", text("Arn")),
                ("id", text("RoleName")),
                ("name", text("RoleName")),
                ("path", text("Path")),
                ("unique_id", text("RoleId")),
            ]));
        }
    }
    let role = match client.call("iam", "GetRole", json!({"RoleName": name})) {
        Ok(role) => role,
        Err(error) => {
            // One that is on AWS already, as the settings say: no more than its names are known.
            let known = client.engine.known_by_name(&client.account, &name);
            let (arn, id) = known.ok_or(error)?;
            let path = arn.split_once(":role").map_or("", |(_, path)| path);
            let path = path.strip_suffix(&name).unwrap_or("/");
            return Ok(attributes([
                ("arn", json!(arn)),
                ("id", json!(name)),
                ("name", json!(name)),
                ("path", json!(path)),
                ("unique_id", json!(id)),
            ]));
        }
    };
    let trust = text_at(&role, "/Role/AssumeRolePolicyDocument");
    let trust = percent_encoding::percent_decode_str(&trust).decode_utf8_lossy();
    Ok(attributes([
        ("arn", json!(text_at(&role, "/Role/Arn"))),
        ("id", json!(text_at(&role, "/Role/RoleName"))),
        ("path", json!(text_at(&role, "/Role/Path"))),
        ("assume_role_policy", json!(trust)),
        ("create_date", date(&role["Role"]["CreateDate"])),
        (
            "role_last_used",
            json!([{"last_used_date": "", "region": ""}]),
        ),
        ("tags", tags(&role["Role"]["Tags"])),
        ("description", json!(text_at(&role, "/Role/Description"))),
        (
            "max_session_duration",
            role.pointer("/Role/MaxSessionDuration")
                .cloned()
                .unwrap_or_default(),
        ),
        (
            "permissions_boundary",
            json!(text_at(
                &role,
                "/Role/PermissionsBoundary/PermissionsBoundaryArn"
            )),
        ),
        ("unique_id", json!(text_at(&role, "/Role/RoleId"))),
    ]))
}

fn iam_roles(client: &Client, values: &Values<'_>) -> Made {
    let input = match values.text("path_prefix") {
        Some(prefix) => json!({"PathPrefix": prefix}),
        None => json!({}),
    };
    let found = client.call("iam", "ListRoles", input)?;
    let roles: Vec<&Value> = found["Roles"].as_array().into_iter().flatten().collect();
    let all = |name: &str| -> Value { roles.iter().map(|r| r[name].clone()).collect() };
    Ok(attributes([
        ("arns", all("Arn")),
        ("names", all("RoleName")),
        ("id", json!(client.region)),
    ]))
}

fn iam_user(client: &Client, values: &Values<'_>) -> Made {
    let input = json!({"UserName": values.need("user_name")?});
    let user = client.call("iam", "GetUser", input)?;
    let text = |name: &str| json!(text_at(&user, &format!("/User/{name}")));
    Ok(attributes([
        ("arn", text("Arn")),
        ("id", text("UserId")),
        ("path", text("Path")),
        (
            "permissions_boundary",
            text("PermissionsBoundary/PermissionsBoundaryArn"),
        ),
        ("tags", tags(&user["User"]["Tags"])),
        ("user_id", text("UserId")),
    ]))
}

fn ecr_repositories(client: &Client, _: &Values<'_>) -> Made {
    let found = client.call("ecr", "DescribeRepositories", json!({}))?;
    let found = found["repositories"].as_array().into_iter().flatten();
    let names: Value = found.map(|r| r["repositoryName"].clone()).collect();
    Ok(attributes([("names", names), ("id", json!(client.region))]))
}

fn s3_bucket_policy(client: &Client, values: &Values<'_>) -> Made {
    let bucket = values.need("bucket")?;
    let found = client.call("s3", "GetBucketPolicy", json!({"Bucket": bucket}))?;
    Ok(attributes([
        ("id", json!(bucket)),
        ("policy", json!(text_at(&found, "/Policy"))),
    ]))
}

fn iam_policy(client: &Client, values: &Values<'_>) -> Made {
    let read = |arn: &str| client.call("iam", "GetPolicy", json!({"PolicyArn": arn}));
    let (arn, policy) = match values.text("arn") {
        Some(arn) => {
            let policy = read(&arn)?;
            (arn, policy)
        }
        None => {
            // A name may be that of one of the account's policies, or of AWS's own.
            let name = values.need("name")?;
            let own = format!("arn:aws:iam::{}:policy/{name}", client.account);
            match read(&own) {
                Ok(policy) => (own, policy),
                Err(error) => {
                    let managed = format!("arn:aws:iam::aws:policy/{name}");
                    let policy = read(&managed).map_err(|_| error)?;
                    (managed, policy)
                }
            }
        }
    };
    let version = text_at(&policy, "/Policy/DefaultVersionId");
    let input = json!({"PolicyArn": arn, "VersionId": version});
    let version = client.call("iam", "GetPolicyVersion", input)?;
    let document = text_at(&version, "/PolicyVersion/Document");
    let document = percent_encoding::percent_decode_str(&document).decode_utf8_lossy();
    Ok(attributes([
        ("arn", json!(arn)),
        ("id", json!(arn)),
        (
            "attachment_count",
            policy["Policy"]["AttachmentCount"].clone(),
        ),
        (
            "description",
            json!(text_at(&policy, "/Policy/Description")),
        ),
        ("name", json!(text_at(&policy, "/Policy/PolicyName"))),
        ("path", json!(text_at(&policy, "/Policy/Path"))),
        ("policy", json!(document)),
        ("policy_id", json!(text_at(&policy, "/Policy/PolicyId"))),
        ("tags", tags(&policy["Policy"]["Tags"])),
    ]))
}

fn ecr_repository(client: &Client, values: &Values<'_>) -> Made {
    let mut input = json!({"repositoryNames": [values.need("name")?]});
    if let (Some(id), Some(map)) = (values.get("registry_id"), input.as_object_mut()) {
        map.insert("registryId".to_owned(), id.clone());
    }
    let found = client.call("ecr", "DescribeRepositories", input)?;
    let text = |name: &str| json!(text_at(&found, &format!("/repositories/0/{name}")));
    let own = &found["repositories"][0];
    let named = json!({"resourceArn": own["repositoryArn"]});
    let tagged = client.call("ecr", "ListTagsForResource", named)?;
    let of_image =
        json!({"repositoryName": own["repositoryName"], "registryId": own["registryId"]});
    let images = client.call("ecr", "DescribeImages", of_image)?;
    let images = images["imageDetails"].as_array().into_iter().flatten();
    let latest = images.max_by(|a, b| pushed(a).total_cmp(&pushed(b)));
    let latest = latest.and_then(|image| image.get("imageTags").cloned());
    Ok(attributes([
        (
            "encryption_configuration",
            json!([{
                "encryption_type": own["encryptionConfiguration"]["encryptionType"],
                "kms_key": text_at(own, "/encryptionConfiguration/kmsKey"),
            }]),
        ),
        (
            "image_scanning_configuration",
            json!([{"scan_on_push": own["imageScanningConfiguration"]["scanOnPush"] == true}]),
        ),
        (
            "most_recent_image_tags",
            latest.unwrap_or_else(|| json!([])),
        ),
        ("tags", tags(&tagged["tags"])),
        ("arn", text("repositoryArn")),
        ("id", text("repositoryName")),
        ("registry_id", text("registryId")),
        ("repository_url", text("repositoryUri")),
        ("image_tag_mutability", text("imageTagMutability")),
    ]))
}

fn ecr_image(client: &Client, values: &Values<'_>) -> Made {
    let name = values.need("repository_name")?;
    let id = match (values.text("image_digest"), values.text("image_tag")) {
        (Some(digest), _) => Some(json!({"imageDigest": digest})),
        (None, Some(tag)) => Some(json!({"imageTag": tag})),
        (None, None) if values.flag("most_recent") == Some(true) => None,
        (None, None) => {
            let message = "one of image_digest, image_tag and most_recent is needed";
            return Err(Failed::text(message.to_owned()));
        }
    };
    let mut input = Map::from_iter([("repositoryName".to_owned(), json!(name))]);
    input.extend(id.map(|id| ("imageIds".to_owned(), json!([id]))));
    let registry = values.get("registry_id").cloned();
    input.extend(registry.map(|id| ("registryId".to_owned(), id)));
    let mut found = client.call("ecr", "DescribeImages", Value::Object(input))?;
    if let Some(images) = found.get_mut("imageDetails").and_then(Value::as_array_mut) {
        images.sort_by(|a, b| pushed(b).total_cmp(&pushed(a)));
        if images.is_empty() {
            return Err(Failed::text(format!("the repository {name} has no image")));
        }
    }
    let registry = text_at(&found, "/imageDetails/0/registryId");
    let digest = text_at(&found, "/imageDetails/0/imageDigest");
    let uri = format!(
        "{registry}.dkr.ecr.{}.amazonaws.com/{name}@{digest}",
        client.region
    );
    Ok(attributes([
        ("id", json!(digest)),
        ("image_digest", json!(digest)),
        (
            "image_pushed_at",
            json!(pushed(&found["imageDetails"][0]) as i64),
        ),
        (
            "image_size_in_bytes",
            found["imageDetails"][0]["imageSizeInBytes"].clone(),
        ),
        (
            "image_tags",
            found
                .pointer("/imageDetails/0/imageTags")
                .cloned()
                .unwrap_or_else(|| json!([])),
        ),
        ("image_uri", json!(uri)),
        ("registry_id", json!(registry)),
    ]))
}

/// Describes a key. That of a service (`alias/aws/s3`) is made when it is first asked for (KMS API reference, DescribeKey).
fn described(client: &Client, key: &str) -> Result<Value, ApiError> {
    let ask = || client.call("kms", "DescribeKey", json!({"KeyId": key}));
    let service = key.rsplit_once("alias/aws/").map(|(_, service)| service);
    match (ask(), service) {
        (Err(error), Some(service)) if error.code == "NotFoundException" => {
            client.make_key_of(service)?;
            ask()
        }
        (answer, _) => answer,
    }
}

fn kms_key(client: &Client, values: &Values<'_>) -> Made {
    let key = described(client, &values.need("key_id")?)?;
    let own = &key["KeyMetadata"];
    let text = |name: &str| json!(text_at(own, &format!("/{name}")));
    let when = |name: &str| match &own[name] {
        Value::Null => Value::Null,
        seconds => date(seconds),
    };
    let regional = |key: &Value| json!({"arn": key["Arn"], "region": key["Region"]});
    let several = &own["MultiRegionConfiguration"];
    let several = match several.is_null() {
        true => json!([]),
        false => {
            let replicas = several["ReplicaKeys"].as_array().into_iter().flatten();
            json!([{
                "multi_region_key_type": several["MultiRegionKeyType"],
                "primary_key": [regional(&several["PrimaryKey"])],
                "replica_keys": replicas.map(regional).collect::<Vec<_>>(),
            }])
        }
    };
    Ok(attributes([
        ("cloud_hsm_cluster_id", text("CloudHsmClusterId")),
        ("creation_date", when("CreationDate")),
        ("custom_key_store_id", text("CustomKeyStoreId")),
        ("customer_master_key_spec", text("CustomerMasterKeySpec")),
        ("deletion_date", when("DeletionDate")),
        ("description", text("Description")),
        ("enabled", own["Enabled"].clone()),
        ("expiration_model", text("ExpirationModel")),
        ("key_manager", text("KeyManager")),
        ("key_spec", text("KeySpec")),
        ("key_state", text("KeyState")),
        ("key_usage", text("KeyUsage")),
        ("multi_region", own["MultiRegion"].clone()),
        ("multi_region_configuration", several),
        ("origin", text("Origin")),
        (
            "pending_deletion_window_in_days",
            json!(own["PendingDeletionWindowInDays"].as_i64().unwrap_or(0)),
        ),
        ("valid_to", when("ValidTo")),
        ("xks_key_configuration", json!([])),
        ("arn", json!(text_at(&key, "/KeyMetadata/Arn"))),
        ("id", json!(text_at(&key, "/KeyMetadata/KeyId"))),
        (
            "aws_account_id",
            json!(text_at(&key, "/KeyMetadata/AWSAccountId")),
        ),
    ]))
}

fn kms_alias(client: &Client, values: &Values<'_>) -> Made {
    let name = values.need("name")?;
    let key = described(client, &name)?;
    let arn = format!("arn:aws:kms:{}:{}:{name}", client.region, client.account);
    Ok(attributes([
        ("arn", json!(arn)),
        ("id", json!(arn)),
        ("target_key_arn", json!(text_at(&key, "/KeyMetadata/Arn"))),
        ("target_key_id", json!(text_at(&key, "/KeyMetadata/KeyId"))),
    ]))
}

fn s3_bucket(client: &Client, values: &Values<'_>) -> Made {
    let name = values.need("bucket")?;
    client.call("s3", "HeadBucket", json!({"Bucket": name}))?;
    Ok(attributes([
        ("arn", json!(format!("arn:aws:s3:::{name}"))),
        ("id", json!(name)),
        (
            "bucket_domain_name",
            json!(format!("{name}.s3.amazonaws.com")),
        ),
        (
            "bucket_regional_domain_name",
            json!(format!("{name}.s3.{}.amazonaws.com", client.region)),
        ),
        ("region", json!(client.region)),
        ("bucket_region", json!(client.region)),
    ]))
}
