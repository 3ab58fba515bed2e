//! Repositories under a key of KMS (ECR user guide, "Encryption at rest"): whoever makes one must be able to let ECR use the
//! key, which it then does by grants; nobody who pulls or pushes is asked for it. The layers themselves are kept as all others
//! are here.

use sekisho_engine::{ApiError, Cx};
use serde_json::{Value, json};

/// The key that ECR has in every account.
const OWN: &str = "alias/aws/ecr";

/// Gives ECR the two grants that were recorded, as the caller; the answer is the key's ARN.
pub(crate) fn grant(
    cx: &mut Cx<'_>,
    key: Option<&str>,
    repository: &str,
) -> Result<String, ApiError> {
    let described = describe(cx, key, repository).map_err(from_kms)?;
    let arn = described
        .pointer("/KeyMetadata/Arn")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let service = format!("ecr.{}.amazonaws.com", cx.region());
    for _ in 0..2 {
        let input = json!({
            "KeyId": arn,
            "GranteePrincipal": service,
            "RetiringPrincipal": service,
            "Operations": ["Decrypt", "GenerateDataKey"],
            "Constraints": {"EncryptionContextSubset": {"aws:ecr:arn": repository}},
        });
        cx.forward("kms", "CreateGrant", input).map_err(from_kms)?;
    }
    Ok(arn)
}

fn describe(cx: &mut Cx<'_>, key: Option<&str>, repository: &str) -> Result<Value, ApiError> {
    let input = |key: &str| json!({"KeyId": key});
    match cx.forward("kms", "DescribeKey", input(key.unwrap_or(OWN))) {
        // It is made when it is first used.
        Err(error) if key.is_none() && error.code == "NotFoundException" => {
            let account = cx.account().to_owned();
            let description =
                "Default key that protects my ECR repositories when no other key is defined";
            cx.call_as_service(
                "kms",
                "CreateKey",
                json!({"Description": description}),
                repository,
                &account,
            )?;
            cx.forward("kms", "DescribeKey", input(OWN))
        }
        answer => answer,
    }
}

/// What KMS says, as ECR passes it on.
fn from_kms(error: ApiError) -> ApiError {
    ApiError::new("KmsException", error.message).field("kmsError", error.code)
}
