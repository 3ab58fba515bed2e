//! Makes a symmetric key: of one Region, or the primary of several. For a service it makes the AWS managed key of the account.
//!
//! The service-linked role that an account's first multi-Region key makes is taken to be there: iam:CreateServiceLinkedRole
//! is asked for once in an account's life (radkawar/stackd kms/multi_region_permissions).

use sekisho_engine::prelude::*;
use sekisho_engine::{PolicyText, Tags};
use sekisho_policy::Principal;

use crate::keys::{ALIASES, Alias, KEYS, Key, Material, State};
use crate::{checks, keys, policy};

pub(crate) struct CreateKey;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy: Option<String>,
    description: Option<String>,
    key_usage: Option<String>,
    key_spec: Option<String>,
    customer_master_key_spec: Option<String>,
    #[serde(default)]
    multi_region: bool,
    #[serde(default)]
    bypass_policy_lockout_safety_check: bool,
    #[serde(default)]
    tags: Vec<Tag>,
}

impl Operation for CreateKey {
    const ID: OpId = OpId::new("kms", "CreateKey");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        // A service of ours makes its managed key in the account for which it works; nobody else can come this way.
        if matches!(lookup.caller().principal, Principal::Service(_))
            && lookup.origin().source_account().is_some()
        {
            return Ok(Vec::new());
        }
        let tags = || {
            let each = input.tags.iter();
            each.map(|t| (t.tag_key.as_str(), t.tag_value.as_str()))
        };
        let check = checks::of_spec(Check::new("kms:CreateKey", "*"))
            .with("kms:MultiRegion", input.multi_region.to_string())
            .with_opt(
                "kms:MultiRegionKeyType",
                input.multi_region.then(|| keys::PRIMARY.to_owned()),
            )
            .with(
                "kms:BypassPolicyLockoutSafetyCheck",
                input.bypass_policy_lockout_safety_check.to_string(),
            )
            .with_tags(tags());
        let mut all = vec![checks::common(lookup, check)];
        if !input.tags.is_empty() {
            // The key is not there yet: AWS names no resource (LeanerCloud/CUDly#1671).
            let tag = Check::new("kms:TagResource", "*").shown("");
            all.push(checks::common(lookup, tag.with_tags(tags())));
        }
        Ok(all)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let spec = input
            .key_spec
            .or(input.customer_master_key_spec)
            .unwrap_or_else(|| "SYMMETRIC_DEFAULT".to_owned());
        let usage = input
            .key_usage
            .unwrap_or_else(|| "ENCRYPT_DECRYPT".to_owned());
        if spec != "SYMMETRIC_DEFAULT" || usage != "ENCRYPT_DECRYPT" {
            let message = format!(
                "sekisho makes symmetric keys only; {spec} for {usage} is not supported yet"
            );
            return Err(ApiError::new("UnsupportedOperationException", message));
        }
        let managed_for = match &cx.caller().principal {
            Principal::Service(name) => name.strip_suffix(".amazonaws.com").map(str::to_owned),
            _ => None,
        };
        let account = match (&managed_for, cx.origin().source_account()) {
            (Some(_), Some(account)) => account.to_owned(),
            _ => cx.account().to_owned(),
        };
        let region = cx.region().to_owned();
        let id = match input.multi_region {
            true => format!(
                "{}{}",
                keys::MULTI_REGION,
                hex::encode(cx.ids().bytes::<16>())
            ),
            false => cx.ids().uuid(),
        };
        let arn = format!("arn:aws:kms:{region}:{account}:key/{id}");
        let now = cx.now_ms();
        let tags = input.tags.into_iter().map(|t| (t.tag_key, t.tag_value));
        let tags: Tags = tags.collect();
        let policy = match (&managed_for, &input.policy) {
            (Some(service), _) => {
                PolicyText::plain(policy::aws_managed_policy(service, &region, &account))
            }
            (None, Some(text)) => policy::accept(
                &cx.lookup(),
                &arn,
                &tags,
                text,
                input.bypass_policy_lockout_safety_check,
            )?,
            (None, None) => policy::default_text(&account),
        };
        if let Some(service) = &managed_for {
            let name = format!("alias/aws/{service}");
            let alias = Alias {
                arn: format!("arn:aws:kms:{region}:{account}:{name}"),
                name: name.clone(),
                key_id: id.clone(),
                created_ms: now,
                updated_ms: now,
            };
            cx.put(&ALIASES, &keys::row(&account, &region, &name), alias)?;
        }
        let key = Key {
            description: input.description.unwrap_or_default(),
            state: State::Enabled,
            deletion_ms: None,
            pending_days: None,
            primary_region: None,
            rotation_days: managed_for.as_ref().map(|_| 365),
            policy,
            tags,
            aws_managed: managed_for.is_some(),
            material: Material(hex::encode(cx.ids().bytes::<32>())),
            created_ms: now,
            account,
            region,
            id,
            arn,
        };
        cx.put(&KEYS, &key.row(), key.clone())?;
        let metadata = key.metadata(&cx.lookup())?;
        Ok(json!({"KeyMetadata": metadata}))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    pub(crate) tag_key: String,
    pub(crate) tag_value: String,
}
