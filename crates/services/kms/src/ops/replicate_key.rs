//! Makes a replica of a primary key in another Region, with a policy, a description and tags of its own.

use sekisho_engine::Tags;
use sekisho_engine::prelude::*;

use super::create_key::Tag;
use crate::keys::{KEYS, Key, State};
use crate::{checks, family, keys, policy};

pub(crate) struct ReplicateKey;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    replica_region: String,
    policy: Option<String>,
    #[serde(default)]
    bypass_policy_lockout_safety_check: bool,
    description: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

impl Operation for ReplicateKey {
    const ID: OpId = OpId::new("kms", "ReplicateKey");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        family::no_alias(&input.key_id)?;
        // The principal needs both, the second in the Region of the replica (KMS API reference, ReplicateKey).
        let replicate = checks::on_key(lookup, "ReplicateKey", &input.key_id)?;
        let tags = || {
            let each = input.tags.iter();
            each.map(|t| (t.tag_key.as_str(), t.tag_value.as_str()))
        };
        let there = |action: &str| {
            let check = checks::common(lookup, Check::new(action, "*"));
            check
                .with("aws:RequestedRegion", input.replica_region.clone())
                .with_tags(tags())
        };
        let create = checks::of_spec(there("kms:CreateKey"))
            .with("kms:MultiRegion", "true")
            .with("kms:MultiRegionKeyType", keys::REPLICA)
            .with(
                "kms:BypassPolicyLockoutSafetyCheck",
                input.bypass_policy_lockout_safety_check.to_string(),
            );
        let mut all = vec![
            replicate.with("kms:ReplicaRegion", input.replica_region.clone()),
            create,
        ];
        if !input.tags.is_empty() {
            all.push(there("kms:TagResource").shown(""));
        }
        Ok(all)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let primary = keys::find(cx, &input.key_id)?;
        let is_primary = keys::multi_region(&primary.id) && primary.primary_region.is_none();
        if !is_primary {
            let message = format!("{} is not a multi-region primary key.", primary.arn);
            return Err(ApiError::new("UnsupportedOperationException", message));
        }
        primary.usable()?;
        let region = &input.replica_region;
        family::region(region)?;
        if *region == primary.region {
            let message =
                format!("{region} cannot have a replica because it contains the primary.");
            return Err(ApiError::new("ValidationException", message));
        }
        let members = family::members(&cx.lookup(), &primary)?;
        if members.iter().any(|k| k.region == *region) {
            let message = "You can create only one replica of each primary key in each AWS Region.";
            return Err(ApiError::new("AlreadyExistsException", message));
        }
        let arn = family::arn_in(&primary.arn, region);
        // One that was there before has the same ARN.
        keys::bury(cx, &arn)?;
        let tags = input.tags.into_iter().map(|t| (t.tag_key, t.tag_value));
        let tags: Tags = tags.collect();
        let lookup = cx.lookup();
        let bypass = input.bypass_policy_lockout_safety_check;
        let policy = match &input.policy {
            Some(text) => policy::accept(&lookup, &arn, &tags, text, bypass)?,
            // The primary's is not copied.
            None => policy::default_text(&primary.account),
        };
        let key = Key {
            region: region.clone(),
            arn,
            created_ms: cx.now_ms(),
            description: input.description.unwrap_or_default(),
            state: State::Enabled,
            deletion_ms: None,
            pending_days: None,
            rotation_days: None,
            policy,
            tags,
            primary_region: Some(primary.region.clone()),
            ..primary.as_ref().clone()
        };
        let (row, policy, tags) = (key.row(), key.policy.text.clone(), key.tags.clone());
        cx.put(&KEYS, &row, key.clone())?;
        let mut shown = key.metadata(&cx.lookup())?;
        if let Some(map) = shown.as_object_mut() {
            // It is enabled a moment later (recorded).
            map.insert("KeyState".to_owned(), json!("Creating"));
            map.insert("Enabled".to_owned(), json!(false));
            map.remove("CurrentKeyMaterialId");
        }
        let mut output = json!({"ReplicaKeyMetadata": shown, "ReplicaPolicy": policy});
        if let (Some(map), false) = (output.as_object_mut(), tags.is_empty()) {
            let each = tags.iter();
            let shown = each.map(|(key, value)| json!({"TagKey": key, "TagValue": value}));
            map.insert("ReplicaTags".to_owned(), shown.collect());
        }
        Ok(output)
    }
}
