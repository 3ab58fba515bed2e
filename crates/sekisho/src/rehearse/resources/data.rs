//! Data sources that read the provider.

use serde_json::json;

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

pub(super) const ORGANIZATION: Type = Type {
    name: "aws_organizations_organization",
    arguments: &[],
    ignored: &[],
    make: organization,
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

fn caller_identity(client: &Client, _: &Values<'_>) -> Made {
    let answer = client.call("sts", "GetCallerIdentity", json!({}))?;
    Ok(attributes([
        ("account_id", json!(text_at(&answer, "/Account"))),
        ("arn", json!(text_at(&answer, "/Arn"))),
        ("user_id", json!(text_at(&answer, "/UserId"))),
        ("id", json!(client.account)),
    ]))
}

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
        ("dns_suffix", json!("amazonaws.com")),
        ("id", json!("aws")),
    ]))
}

fn iam_role(client: &Client, values: &Values<'_>) -> Made {
    let role = client.call("iam", "GetRole", json!({"RoleName": values.need("name")?}))?;
    Ok(attributes([
        ("arn", json!(text_at(&role, "/Role/Arn"))),
        ("id", json!(text_at(&role, "/Role/RoleName"))),
        ("path", json!(text_at(&role, "/Role/Path"))),
        ("unique_id", json!(text_at(&role, "/Role/RoleId"))),
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
        ("name", json!(text_at(&policy, "/Policy/PolicyName"))),
        ("policy", json!(document)),
    ]))
}

fn ecr_repository(client: &Client, values: &Values<'_>) -> Made {
    let mut input = json!({"repositoryNames": [values.need("name")?]});
    if let (Some(id), Some(map)) = (values.get("registry_id"), input.as_object_mut()) {
        map.insert("registryId".to_owned(), id.clone());
    }
    let found = client.call("ecr", "DescribeRepositories", input)?;
    let text = |name: &str| json!(text_at(&found, &format!("/repositories/0/{name}")));
    Ok(attributes([
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
        (Some(digest), _) => json!({"imageDigest": digest}),
        (None, Some(tag)) => json!({"imageTag": tag}),
        (None, None) => {
            return Err(Failed::Text(
                "`most_recent` is not supported yet: give image_tag".to_owned(),
            ));
        }
    };
    let mut input = json!({"repositoryName": name, "imageIds": [id]});
    if let (Some(id), Some(map)) = (values.get("registry_id"), input.as_object_mut()) {
        map.insert("registryId".to_owned(), id.clone());
    }
    let found = client.call("ecr", "DescribeImages", input)?;
    let registry = text_at(&found, "/imageDetails/0/registryId");
    let digest = text_at(&found, "/imageDetails/0/imageDigest");
    let uri = format!(
        "{registry}.dkr.ecr.{}.amazonaws.com/{name}@{digest}",
        client.region
    );
    Ok(attributes([
        ("id", json!(digest)),
        ("image_digest", json!(digest)),
        ("image_uri", json!(uri)),
        ("registry_id", json!(registry)),
    ]))
}

fn kms_key(client: &Client, values: &Values<'_>) -> Made {
    let key = client.call(
        "kms",
        "DescribeKey",
        json!({"KeyId": values.need("key_id")?}),
    )?;
    Ok(attributes([
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
    let key = client.call("kms", "DescribeKey", json!({"KeyId": name}))?;
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
        ("region", json!(client.region)),
    ]))
}
