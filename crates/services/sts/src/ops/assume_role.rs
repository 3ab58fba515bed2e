//! A session of a role: the trust policy decides, and across accounts the caller's policies as well.

use sekisho_arn::{Arn, is_account_id};
use sekisho_engine::prelude::*;
use sekisho_engine::{PolicyText, ROLES, Session, Tags, managed_policy, same_tag_key};
use sekisho_policy::{Kind, Principal, validate};

use crate::mfa::Given;
use crate::{REPEATED_TAG, credentials};

pub(crate) struct AssumeRole;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    role_arn: String,
    role_session_name: String,
    duration_seconds: Option<i64>,
    external_id: Option<String>,
    policy: Option<String>,
    #[serde(default)]
    policy_arns: Vec<PolicyArn>,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    transitive_tag_keys: Vec<String>,
    source_identity: Option<String>,
    serial_number: Option<String>,
    token_code: Option<String>,
}

impl Input {
    fn mfa(&self) -> Given<'_> {
        Given {
            serial: self.serial_number.as_deref(),
            code: self.token_code.as_deref(),
        }
    }
}

#[derive(Deserialize)]
struct PolicyArn {
    arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: String,
}

/// Managed policies that narrow a session (STS API reference).
const MAX_POLICIES: usize = 10;

impl Operation for AssumeRole {
    const ID: OpId = OpId::new("sts", "AssumeRole");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        if matches!(lookup.caller().principal, Principal::Root { .. }) {
            return Err(ApiError::new(
                "AccessDenied",
                "Roles may not be assumed by root accounts.",
            )
            .status(403));
        }
        let arn = input.role_arn.parse::<Arn>().ok();
        let is_role = |a: &Arn| {
            a.service == "iam"
                && a.region.is_empty()
                && is_account_id(&a.account)
                && a.resource.starts_with("role/")
        };
        if !arn.as_ref().is_some_and(is_role) {
            return Err(invalid(&format!("{} is invalid", input.role_arn)));
        }
        let parent = lookup.caller().session.as_deref();
        tags_once(input)?;
        inherited(input, parent)?;
        let identity = parent
            .and_then(|p| p.source_identity.clone())
            .or_else(|| input.source_identity.clone());
        let mfa = input.mfa().signs_in(lookup)?;
        let base = |action: &str| {
            Check::new(action, input.role_arn.clone())
                .with_opt("aws:MultiFactorAuthPresent", mfa.then_some("true"))
                .with_opt("aws:MultiFactorAuthAge", mfa.then_some("0"))
                .with_opt("sts:ExternalId", input.external_id.clone())
                .with("sts:RoleSessionName", input.role_session_name.clone())
                .with_opt("sts:SourceIdentity", identity.clone())
                .with_list("sts:TransitiveTagKeys", input.transitive_tag_keys.clone())
                .with_tags(
                    input
                        .tags
                        .iter()
                        .map(|t| (t.key.as_str(), t.value.as_str())),
                )
        };
        let mut checks = vec![base("sts:AssumeRole")];
        // What a chain of roles hands on is set anew by each (aws/eks-pod-identity-agent#80).
        let handed = parent.is_some_and(|p| !p.transitive.is_empty());
        if !input.tags.is_empty() || handed {
            checks.push(base("sts:TagSession"));
        }
        if identity.is_some() {
            checks.push(base("sts:SetSourceIdentity"));
        }
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let account = input
            .role_arn
            .split(':')
            .nth(4)
            .unwrap_or_default()
            .to_owned();
        let name = input.role_arn.rsplit('/').next().unwrap_or_default();
        let role = cx
            .get(&ROLES, &format!("{account}/{name}"))?
            .filter(|r| r.arn == input.role_arn)
            .ok_or_else(|| ApiError::new("AccessDenied", "The role does not exist.").status(403))?;
        // The session has nothing of it: who may assume the role is where it counts (IAM user guide, "Secure API access with MFA").
        input.mfa().use_up(cx)?;
        let parent = cx.caller().session.clone().filter(|s| s.role.is_some());
        let seconds = input.duration_seconds.unwrap_or(3_600);
        if parent.is_some() && seconds > 3_600 {
            return Err(invalid(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
            ));
        }
        if seconds > role.max_session_seconds {
            return Err(invalid(
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            ));
        }
        let policy = match &input.policy {
            None => None,
            Some(text) => {
                validate(text, Kind::Session)
                    .map_err(|e| ApiError::new(e.code, e.message).status(400))?;
                Some(PolicyText::plain(text.clone()))
            }
        };
        if input.policy_arns.len() > MAX_POLICIES {
            return Err(invalid(&format!(
                "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to {MAX_POLICIES}"
            )));
        }
        for policy in &input.policy_arns {
            let own = policy
                .arn
                .split(':')
                .nth(4)
                .is_some_and(|a| a == account || a == "aws");
            if !own || managed_policy(&cx.lookup(), &policy.arn)?.is_none() {
                return Err(invalid(&format!(
                    "Policy {} does not exist or is not attachable.",
                    policy.arn
                )));
            }
        }
        let (tags, transitive) = session_tags(&input, parent.as_deref());
        let source_identity = parent
            .and_then(|p| p.source_identity.clone())
            .or(input.source_identity);
        let packed = input.policy.as_ref().map_or(0, String::len) * 100 / 8_192;
        let session = Session {
            access_key_id: String::new(),
            secret: String::new(),
            token: String::new(),
            account: account.clone(),
            role: Some(role.name.clone()),
            role_id: Some(role.id.clone()),
            role_arn: Some(role.arn.clone()),
            name: input.role_session_name.clone(),
            policy,
            policy_arns: input.policy_arns.into_iter().map(|p| p.arn).collect(),
            applier: None,
            tags,
            transitive,
            source_identity: source_identity.clone(),
            mfa: false,
            issued_ms: 0,
            expires_ms: 0,
        };
        let credentials = credentials::issue(cx, session, seconds)?;
        let mut output = json!({
            "Credentials": credentials,
            "AssumedRoleUser": {
                "AssumedRoleId": format!("{}:{}", role.id, input.role_session_name),
                "Arn": format!("arn:aws:sts::{account}:assumed-role/{}/{}", role.name, input.role_session_name),
            },
            "PackedPolicySize": packed.clamp(1, 100),
        });
        if let (Some(identity), Some(map)) = (source_identity, output.as_object_mut()) {
            map.insert("SourceIdentity".to_owned(), Value::String(identity));
        }
        Ok(output)
    }
}

fn invalid(message: &str) -> ApiError {
    ApiError::new("ValidationError", message).status(400)
}

/// Each key of a session's tags is given once, in whatever case: the trust policy would see one value, and the session have
/// the other. What is to be handed on is among them.
fn tags_once(input: &Input) -> Result<(), ApiError> {
    let refused = |message: &str| Err(ApiError::new("InvalidParameterValue", message).status(400));
    let twice = |(at, tag): (usize, &Tag)| {
        let mut before = input.tags.iter().take(at);
        before.any(|other| same_tag_key(&other.key, &tag.key))
    };
    if input.tags.iter().enumerate().any(twice) {
        return refused(REPEATED_TAG);
    }
    let given = |key: &String| input.tags.iter().any(|t| same_tag_key(&t.key, key));
    if !input.transitive_tag_keys.iter().all(given) {
        return refused("The specified transitive tag key must be included in the requested tags.");
    }
    Ok(())
}

/// What a session was given for good, a session behind it cannot change.
fn inherited(input: &Input, parent: Option<&Session>) -> Result<(), ApiError> {
    let Some(parent) = parent else { return Ok(()) };
    let differs = |own: &String| input.source_identity.as_ref().is_some_and(|new| new != own);
    if parent.source_identity.as_ref().is_some_and(differs) {
        return Err(invalid(
            "The source identity of a session cannot be changed by role chaining.",
        ));
    }
    let taken = |key: &str| parent.transitive.iter().any(|t| same_tag_key(t, key));
    match input.tags.iter().find(|t| taken(&t.key)) {
        Some(tag) => Err(ApiError::new(
            "InvalidParameterValue",
            format!("The tag {} is transitive and cannot be set again.", tag.key),
        )
        .status(400)),
        None => Ok(()),
    }
}

/// Transitive tags of the calling session survive; a new tag replaces one of the same key in any case.
fn session_tags(input: &Input, parent: Option<&Session>) -> (Tags, Vec<String>) {
    let mut tags: Tags = Vec::new();
    let mut transitive = input.transitive_tag_keys.clone();
    if let Some(parent) = parent {
        for (key, value) in &parent.tags {
            if parent.transitive.iter().any(|t| same_tag_key(t, key)) {
                tags.push((key.clone(), value.clone()));
                transitive.push(key.clone());
            }
        }
    }
    for tag in &input.tags {
        tags.retain(|(k, _)| !same_tag_key(k, &tag.key));
        tags.push((tag.key.clone(), tag.value.clone()));
    }
    (tags, transitive)
}
