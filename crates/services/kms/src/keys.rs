//! Keys and aliases, and how a key is named in a request.

use std::sync::Arc;

use sekisho_engine::{ApiError, Cx, Lookup, PolicyText, Table, Tags, time};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroize;

use crate::family;
use crate::grants::GRANTS;

/// Keys by `account/region/id`.
pub(crate) const KEYS: Table<Key> = Table::new("kms/key");
/// Aliases by `account/region/alias/name`.
pub(crate) const ALIASES: Table<Alias> = Table::new("kms/alias");

/// How the id of a multi-Region key begins.
pub(crate) const MULTI_REGION: &str = "mrk-";
/// What a multi-Region key is: the one that is replicated.
pub(crate) const PRIMARY: &str = "PRIMARY";
/// Or one of its replicas.
pub(crate) const REPLICA: &str = "REPLICA";

/// Whether an id, or the ARN of a key, is that of a multi-Region key.
pub(crate) fn multi_region(name: &str) -> bool {
    name.rsplit('/')
        .next()
        .is_some_and(|id| id.starts_with(MULTI_REGION))
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) enum State {
    Enabled,
    Disabled,
    PendingDeletion,
    PendingReplicaDeletion,
}

/// Key material; it leaves this crate only as the ciphertexts that it makes.
#[derive(Clone, Serialize, Deserialize, Zeroize)]
#[zeroize(drop)]
pub(crate) struct Material(pub(crate) String);

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) created_ms: i64,
    pub(crate) description: String,
    pub(crate) state: State,
    pub(crate) deletion_ms: Option<i64>,
    pub(crate) pending_days: Option<i64>,
    /// Of a replica: where its primary key is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) primary_region: Option<String>,
    /// Days between rotations, while rotation is on; a replica has its primary's.
    pub(crate) rotation_days: Option<i64>,
    pub(crate) policy: PolicyText,
    pub(crate) tags: Tags,
    /// `alias/aws/<service>` keys belong to AWS.
    pub(crate) aws_managed: bool,
    pub(crate) material: Material,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Alias {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) key_id: String,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: i64,
}

impl Alias {
    /// Whether the key that it names is there.
    pub(crate) fn is_there(&self, lookup: &Lookup<'_>) -> Result<bool, ApiError> {
        let (front, _) = self.arn.split_once("alias/").unwrap_or_default();
        is_there(lookup, &format!("{front}key/{}", self.key_id))
    }
}

pub(crate) fn row(account: &str, region: &str, id: &str) -> String {
    format!("{account}/{region}/{id}")
}

impl Key {
    pub(crate) fn row(&self) -> String {
        row(&self.account, &self.region, &self.id)
    }

    /// An error unless the key can be used.
    pub(crate) fn usable(&self) -> Result<(), ApiError> {
        match self.state {
            State::Enabled => Ok(()),
            State::Disabled => Err(ApiError::new(
                "DisabledException",
                format!("{} is disabled.", self.arn),
            )),
            State::PendingDeletion | State::PendingReplicaDeletion => self.not_pending(),
        }
    }

    /// An error if the key waits for its deletion.
    pub(crate) fn not_pending(&self) -> Result<(), ApiError> {
        let waits = match self.state {
            State::PendingDeletion => "deletion",
            State::PendingReplicaDeletion => "replica deletion",
            State::Enabled | State::Disabled => return Ok(()),
        };
        let message = format!("{} is pending {waits}.", self.arn);
        Err(ApiError::new("KMSInvalidStateException", message))
    }

    /// The id of its material: of the key's name, not of the material, for nothing of that is shown; it never becomes another.
    pub(crate) fn material_id(&self) -> String {
        hex::encode(Sha256::digest(format!("key material of {}", self.own())))
    }

    /// What names the material: the key, in whatever Region.
    pub(crate) fn own(&self) -> String {
        match multi_region(&self.id) {
            true => format!("{}/{}", self.account, self.id),
            false => self.arn.clone(),
        }
    }

    /// `PRIMARY` or `REPLICA`, of a key of several Regions.
    pub(crate) fn kind(&self) -> &'static str {
        match self.primary_region {
            None => PRIMARY,
            Some(_) => REPLICA,
        }
    }

    pub(crate) fn metadata(&self, lookup: &Lookup<'_>) -> Result<Value, ApiError> {
        let mut map = Map::new();
        map.insert("AWSAccountId".into(), json!(self.account));
        map.insert("KeyId".into(), json!(self.id));
        map.insert("Arn".into(), json!(self.arn));
        map.insert("CreationDate".into(), json!(time::seconds(self.created_ms)));
        map.insert("Enabled".into(), json!(self.state == State::Enabled));
        map.insert("Description".into(), json!(self.description));
        map.insert("KeyUsage".into(), json!("ENCRYPT_DECRYPT"));
        map.insert("KeyState".into(), json!(format!("{:?}", self.state)));
        map.insert("Origin".into(), json!("AWS_KMS"));
        map.insert(
            "KeyManager".into(),
            json!(if self.aws_managed { "AWS" } else { "CUSTOMER" }),
        );
        map.insert("CustomerMasterKeySpec".into(), json!("SYMMETRIC_DEFAULT"));
        map.insert("KeySpec".into(), json!("SYMMETRIC_DEFAULT"));
        map.insert("EncryptionAlgorithms".into(), json!(["SYMMETRIC_DEFAULT"]));
        map.insert("CurrentKeyMaterialId".into(), json!(self.material_id()));
        map.insert("MultiRegion".into(), json!(multi_region(&self.id)));
        if let Some(configuration) = family::shown(lookup, self)? {
            map.insert("MultiRegionConfiguration".into(), configuration);
        }
        if let (State::PendingReplicaDeletion, Some(days)) = (self.state, self.pending_days) {
            map.insert("PendingDeletionWindowInDays".into(), json!(days));
        }
        if let Some(at) = self.deletion_ms {
            map.insert("DeletionDate".into(), json!(time::seconds(at)));
        }
        Ok(Value::Object(map))
    }
}

fn not_found(message: String) -> ApiError {
    ApiError::new("NotFoundException", message)
}

/// The ARN that `name` means: a key id, a key ARN, an alias or an alias ARN. Bare names mean the caller's
/// account and the request's region. A key of another account need not exist: only its policy may say so.
pub(crate) fn resolve(lookup: &Lookup<'_>, name: &str) -> Result<String, ApiError> {
    let (account, region) = (lookup.account(), lookup.region());
    let alias = |account: &str, region: &str, name: &str| -> Result<Option<String>, ApiError> {
        let row = lookup.get(&ALIASES, &row(account, region, name))?;
        Ok(row.map(|a| format!("arn:aws:kms:{region}:{account}:key/{}", a.key_id)))
    };
    let arn = if let Ok(arn) = name.parse::<sekisho_arn::Arn>() {
        if arn.service != "kms"
            || !(arn.resource.starts_with("key/") || arn.resource.starts_with("alias/"))
        {
            return Err(not_found(format!("Invalid arn {name}")));
        }
        if arn.region != region {
            return Err(not_found(format!("Invalid arn {}", arn.region)));
        }
        if arn.resource.starts_with("alias/") {
            match alias(&arn.account, &arn.region, &arn.resource)? {
                Some(key) => key,
                None => return Err(not_found(format!("Alias {name} is not found."))),
            }
        } else {
            name.to_owned()
        }
    } else if name.starts_with("alias/") {
        match alias(account, region, name)? {
            Some(key) => key,
            None => {
                return Err(not_found(format!(
                    "Alias arn:aws:kms:{region}:{account}:{name} is not found."
                )));
            }
        }
    } else {
        format!("arn:aws:kms:{region}:{account}:key/{name}")
    };
    let own = arn.split(':').nth(4) == Some(account);
    if own && by_arn(lookup, &arn)?.is_none() {
        return Err(not_found(format!("Key '{arn}' does not exist")));
    }
    Ok(arn)
}

pub(crate) fn by_arn(lookup: &Lookup<'_>, arn: &str) -> Result<Option<Arc<Key>>, ApiError> {
    let Ok(parts) = arn.parse::<sekisho_arn::Arn>() else {
        return Ok(None);
    };
    let id = parts.resource.strip_prefix("key/").unwrap_or_default();
    let Some(key) = lookup.get(&KEYS, &row(&parts.account, &parts.region, id))? else {
        return Ok(None);
    };
    let key = Some(family::settled(lookup, &key)?);
    // A key whose time has come is gone, whether or not anyone swept it up.
    Ok(key.filter(|k| k.deletion_ms.is_none_or(|at| at > lookup.now_ms())))
}

/// Whether a key is there: known, and not deleted.
pub(crate) fn is_there(lookup: &Lookup<'_>, arn: &str) -> Result<bool, ApiError> {
    Ok(by_arn(lookup, arn)?.is_some())
}

/// Takes away what a deleted key leaves behind: its names and its grants go with it (KMS API reference, ScheduleKeyDeletion).
pub(crate) fn bury(cx: &mut Cx<'_>, arn: &str) -> Result<(), ApiError> {
    let mut parts = arn.split(':').skip(3);
    let (region, account) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    for name in aliases_of(&cx.lookup(), arn)? {
        cx.delete(&ALIASES, &row(account, region, &name));
    }
    let grants = cx.scan(&GRANTS, &format!("{arn}/"))?;
    for (row, _) in grants {
        cx.delete(&GRANTS, &row);
    }
    Ok(())
}

/// Refuses the name of another key than the one that made a ciphertext.
pub(crate) fn is_the_one(
    lookup: &Lookup<'_>,
    named: Option<&str>,
    arn: &str,
) -> Result<(), ApiError> {
    let Some(named) = named else { return Ok(()) };
    if !family::is_elsewhere(named, arn) && resolve(lookup, named)? == arn {
        return Ok(());
    }
    let message =
        "The key ID in the request does not identify a CMK that can perform this operation.";
    Err(ApiError::new("IncorrectKeyException", message))
}

/// The key that `name` means, after the front door let the call in.
pub(crate) fn find(cx: &Cx<'_>, name: &str) -> Result<Arc<Key>, ApiError> {
    let lookup = cx.lookup();
    let arn = resolve(&lookup, name)?;
    by_arn(&lookup, &arn)?.ok_or_else(|| not_found(format!("Key '{arn}' does not exist")))
}

pub(crate) fn change(
    cx: &mut Cx<'_>,
    name: &str,
    edit: impl FnOnce(&mut Key) -> Result<(), ApiError>,
) -> Result<Key, ApiError> {
    let mut key = find(cx, name)?.as_ref().clone();
    edit(&mut key)?;
    cx.put(&KEYS, &key.row(), key.clone())?;
    Ok(key)
}

/// The answer of a call that was decided and worked; one that is only tried ends here, and leaves nothing.
pub(crate) fn answer(dry_run: Option<bool>, output: Value) -> Result<Value, ApiError> {
    match dry_run {
        Some(true) => {
            let message = "The request would have succeeded, but the DryRun option is set.";
            Err(ApiError::new("DryRunOperationException", message).status(412))
        }
        _ => Ok(output),
    }
}

/// The names by which a key is known.
pub(crate) fn aliases_of(lookup: &Lookup<'_>, arn: &str) -> Result<Vec<String>, ApiError> {
    let mut parts = arn.split(':').skip(3);
    let (region, account) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let id = arn.rsplit('/').next().unwrap_or_default();
    let rows = lookup.scan(&ALIASES, &format!("{account}/{region}/"))?;
    Ok(rows
        .iter()
        .filter(|(_, a)| a.key_id == id)
        .map(|(_, a)| a.name.clone())
        .collect())
}
