//! Server-side encryption: every object is encrypted, under a key of S3's own or under a key of KMS.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sekisho_engine::{ApiError, Cx, DataKey, Table, seal, unseal};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::bucket::Bucket;

/// S3's own keys (SSE-S3), by account.
const MASTER: Table<String> = Table::new("s3/master-key");

/// How an object is encrypted: the algorithm, the key of KMS, and the data key under it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Sse {
    pub(crate) algorithm: String,
    pub(crate) key_arn: Option<String>,
    pub(crate) bucket_key: bool,
    pub(crate) wrapped: String,
    /// The ARN in the encryption context.
    pub(crate) context: String,
    /// What the client added to the encryption context.
    #[serde(default)]
    pub(crate) added: BTreeMap<String, String>,
}

/// What a request asks for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) algorithm: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) bucket_key: Option<bool>,
    /// An encryption context: an object of texts, in base64.
    pub(crate) context: Option<String>,
}

/// The member of the encryption context that is S3's own.
const ARN: &str = "aws:s3:arn";

fn read_context(text: &str) -> Result<BTreeMap<String, String>, ApiError> {
    let bytes = STANDARD.decode(text).ok();
    let read: Option<BTreeMap<String, String>> =
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    read.filter(|context| !context.contains_key(ARN)).ok_or_else(|| {
        let message = "The header 'x-amz-server-side-encryption-context' shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map";
        ApiError::new("InvalidArgument", message).status(400)
    })
}

impl Sse {
    /// What KMS is told of an object, with which it must be told again.
    fn context(&self) -> BTreeMap<&str, &str> {
        let added = self.added.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        added.chain([(ARN, self.context.as_str())]).collect()
    }

    /// As [`describe`](Self::describe), to who wrote the object.
    pub(crate) fn describe_written(&self, map: &mut Map<String, Value>) {
        self.describe(map);
        if !self.added.is_empty() {
            let context = STANDARD.encode(json!(self.context()).to_string());
            map.insert("SSEKMSEncryptionContext".into(), json!(context));
        }
    }

    pub(crate) fn describe(&self, map: &mut Map<String, Value>) {
        map.insert("ServerSideEncryption".into(), json!(self.algorithm));
        if let Some(arn) = &self.key_arn {
            map.insert("SSEKMSKeyId".into(), json!(arn));
        }
        if self.bucket_key {
            map.insert("BucketKeyEnabled".into(), json!(true));
        }
    }
}

fn key_from(bytes: &[u8]) -> Result<DataKey, ApiError> {
    DataKey::from_slice(bytes).ok_or_else(|| ApiError::internal("a data key does not read"))
}

fn master(cx: &mut Cx<'_>, account: &str, make: bool) -> Result<DataKey, ApiError> {
    let text = match cx.get(&MASTER, account)? {
        Some(text) => text.as_ref().clone(),
        None if make => {
            let text = hex::encode(cx.ids().bytes::<32>());
            cx.put(&MASTER, account, text.clone())?;
            text
        }
        None => return Err(ApiError::internal("S3's own key is missing")),
    };
    key_from(&hex::decode(text).map_err(|_| ApiError::internal("S3's own key does not read"))?)
}

/// Decides how an object is encrypted and makes its data key: what the request says, else the bucket's default.
pub(crate) fn begin(
    cx: &mut Cx<'_>,
    bucket: &Bucket,
    key: &str,
    wanted: Wanted,
) -> Result<(Sse, DataKey), ApiError> {
    let default = &bucket.encryption;
    let from_request = wanted.algorithm.is_some();
    let algorithm = wanted
        .algorithm
        .unwrap_or_else(|| default.algorithm.clone());
    let object_arn = format!("{}/{key}", bucket.arn());
    match algorithm.as_str() {
        "AES256" => {
            if wanted.key.is_some() || wanted.context.is_some() {
                let message = "Server Side Encryption with KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms";
                return Err(ApiError::new("InvalidArgument", message).status(400));
            }
            let data_key = DataKey::new(cx.ids().bytes());
            let nonce = cx.ids().bytes();
            let wrapped = seal(
                &master(cx, &bucket.account, true)?,
                nonce,
                object_arn.as_bytes(),
                data_key.bytes(),
            )?;
            let sse = Sse {
                algorithm,
                key_arn: None,
                bucket_key: false,
                wrapped: STANDARD.encode(wrapped),
                context: object_arn,
                added: BTreeMap::new(),
            };
            Ok((sse, data_key))
        }
        "aws:kms" => {
            // A request that does not say takes the bucket's own, also where it names a key (S3 user guide, "Configuring an
            // S3 Bucket Key at the object level").
            let bucket_key = wanted.bucket_key.unwrap_or(default.bucket_key);
            let key_id = wanted.key.or_else(|| {
                if from_request {
                    None
                } else {
                    default.key.clone()
                }
            });
            let added = wanted.context.as_deref().map(read_context).transpose()?;
            let mut sse = Sse {
                algorithm,
                key_arn: None,
                bucket_key,
                wrapped: String::new(),
                context: if bucket_key { bucket.arn() } else { object_arn },
                added: added.unwrap_or_default(),
            };
            let answer = generate(cx, bucket, key_id.as_deref(), &json!(sse.context()))?;
            let text = |name: &str| {
                answer
                    .get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            let plaintext = STANDARD
                .decode(text("Plaintext"))
                .map_err(|_| ApiError::internal("a data key does not read"))?;
            sse.key_arn = Some(text("KeyId"));
            sse.wrapped = text("CiphertextBlob");
            Ok((sse, key_from(&plaintext)?))
        }
        other => {
            let message = format!("sekisho does not support the encryption {other} yet");
            Err(ApiError::new("NotImplemented", message).status(501))
        }
    }
}

/// Asks KMS for a data key, as the caller. Without a key id that is `alias/aws/s3` of the caller's account, which
/// is made when it is first used.
fn generate(
    cx: &mut Cx<'_>,
    bucket: &Bucket,
    key_id: Option<&str>,
    context: &Value,
) -> Result<Value, ApiError> {
    let input =
        |key: &str| json!({"KeyId": key, "KeySpec": "AES_256", "EncryptionContext": context});
    // By its name or without one, it is the same key.
    let own = format!("arn:aws:kms:{}:{}:alias/aws/s3", cx.region(), cx.account());
    let key_id = key_id.filter(|key| *key != "alias/aws/s3" && *key != own);
    let Some(key) = key_id else {
        let first = cx.forward("kms", "GenerateDataKey", input("alias/aws/s3"));
        return match first {
            Err(error) if error.code == "NotFoundException" => {
                let account = cx.account().to_owned();
                let description =
                    "Default key that protects my S3 objects when no other key is defined";
                cx.call_as_service(
                    "kms",
                    "CreateKey",
                    json!({"Description": description}),
                    &bucket.arn(),
                    &account,
                )
                .map_err(from_kms)?;
                cx.forward("kms", "GenerateDataKey", input("alias/aws/s3"))
                    .map_err(from_kms)
            }
            other => other.map_err(from_kms),
        };
    };
    cx.forward("kms", "GenerateDataKey", input(key))
        .map_err(from_kms)
}

/// The data key of an object; under KMS it is asked for as the caller.
pub(crate) fn open(cx: &mut Cx<'_>, bucket: &Bucket, sse: &Sse) -> Result<DataKey, ApiError> {
    if sse.algorithm == "AES256" {
        let wrapped = STANDARD
            .decode(&sse.wrapped)
            .map_err(|_| ApiError::internal("a data key does not read"))?;
        return key_from(&unseal(
            &master(cx, &bucket.account, false)?,
            sse.context.as_bytes(),
            &wrapped,
        )?);
    }
    let input = json!({"CiphertextBlob": sse.wrapped, "EncryptionContext": sse.context()});
    let answer = cx.forward("kms", "Decrypt", input).map_err(from_kms)?;
    let text = answer
        .get("Plaintext")
        .and_then(Value::as_str)
        .unwrap_or_default();
    key_from(
        &STANDARD
            .decode(text)
            .map_err(|_| ApiError::internal("a data key does not read"))?,
    )
}

/// How S3 passes on what KMS said.
fn from_kms(error: ApiError) -> ApiError {
    let mut out = match error.code.as_str() {
        "AccessDeniedException" => ApiError::new("AccessDenied", error.message).status(403),
        "NotFoundException"
        | "DisabledException"
        | "KMSInvalidStateException"
        | "InvalidArnException" => {
            ApiError::new(format!("KMS.{}", error.code), error.message).status(400)
        }
        _ => ApiError {
            status: Some(error.status.unwrap_or(400)),
            ..error
        },
    };
    out.event = error.event;
    out
}
