//! Principals as the front door needs them: users, roles, managed policies, keys and sessions.
//!
//! IAM and STS write these rows; the front door reads them at every call.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_policy::{Policy, Principal};

use crate::caller::Caller;
use crate::cx::Lookup;
use crate::error::ApiError;
use crate::policy_text::PolicyText;
use crate::principals::{
    ACCESS_KEYS, GROUPS, ManagedPolicy, POLICIES, PolicyVersion, ROLES, SESSIONS, Session, Tags,
    USERS, User,
};

/// What a signature is verified with, and who it stands for.
#[derive(Clone)]
pub struct Credential {
    /// The secret key.
    pub secret: String,
    /// The token that must come with it.
    pub token: Option<String>,
    /// The caller.
    pub caller: Caller,
    /// When it ends, in milliseconds.
    pub expires_ms: Option<i64>,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credential({:?})", self.caller.principal)
    }
}

/// Finds the credential of `access_key_id`. Twelve digits are the root user of that account.
pub(crate) fn credential(
    lookup: &Lookup<'_>,
    access_key_id: &str,
    root_secret: &str,
) -> Result<Option<Credential>, ApiError> {
    if sekisho_arn::is_account_id(access_key_id) {
        return Ok(Some(Credential {
            secret: root_secret.to_owned(),
            token: None,
            caller: Caller::root(access_key_id),
            expires_ms: None,
        }));
    }
    if let Some(key) = lookup.get(&ACCESS_KEYS, access_key_id)? {
        if key.status != "Active" {
            return Ok(None);
        }
        let user = lookup.get(&USERS, &format!("{}/{}", key.account, key.user))?;
        return Ok(user.map(|user| Credential {
            secret: key.secret.clone(),
            token: None,
            caller: Caller {
                principal: user_principal(&user),
                access_key_id: Some(key.id.clone()),
                session: None,
            },
            expires_ms: None,
        }));
    }
    let Some(session) = lookup.get(&SESSIONS, access_key_id)? else {
        return Ok(None);
    };
    Ok(caller_of(lookup, &session)?.map(|caller| Credential {
        secret: session.secret.clone(),
        token: Some(session.token.clone()),
        caller,
        expires_ms: Some(session.expires_ms),
    }))
}

fn user_principal(user: &User) -> Principal {
    Principal::User {
        account: user.account.clone(),
        arn: user.arn.clone(),
        id: Some(user.id.clone()),
    }
}

/// What credentials of GetSessionToken may not ask (STS API reference, GetSessionToken): of STS anything but who they are and for
/// a role, where asking for such credentials again is refused by that operation; of IAM anything, without multi-factor
/// authentication (the words are in 99designs/aws-vault#328).
pub(crate) fn barred(service: &str, operation: &str, caller: &Caller) -> Option<ApiError> {
    let own = caller.session.as_ref().is_some_and(|s| s.role.is_none());
    if own
        && service == "sts"
        && !matches!(
            operation,
            "AssumeRole" | "GetCallerIdentity" | "GetSessionToken"
        )
    {
        let message = format!("Cannot call {operation} with session credentials");
        return Some(ApiError::new("AccessDenied", message).status(403));
    }
    let by_mfa = caller.session.as_ref().is_some_and(|s| s.mfa);
    (matches!(service, "iam" | "iam-toolbox") && own && !by_mfa).then(|| {
        let message = "The security token included in the request is invalid";
        ApiError::new("InvalidClientTokenId", message).status(403)
    })
}

/// The caller behind temporary credentials.
pub(crate) fn caller_of(
    lookup: &Lookup<'_>,
    session: &Arc<Session>,
) -> Result<Option<Caller>, ApiError> {
    let principal = match &session.role {
        Some(role) => {
            // A role that is gone, or was made again, is nobody's any more.
            let now = lookup.get(&ROLES, &format!("{}/{role}", session.account))?;
            let gone = now.map(|r| r.id.clone()) != session.role_id;
            if gone && session.applier.is_none() {
                return Ok(None);
            }
            Principal::Session {
                account: session.account.clone(),
                role_arn: session.role_arn.clone().unwrap_or_default(),
                path_known: session.role_arn.is_some(),
                role_name: role.clone(),
                session: session.name.clone(),
                role_id: session.role_id.clone(),
            }
        }
        None if session.role_id.is_none() => Principal::Root {
            account: session.account.clone(),
        },
        None => match lookup.get(&USERS, &format!("{}/{}", session.account, session.name))? {
            Some(user) if session.role_id.as_ref() == Some(&user.id) => user_principal(&user),
            _ => return Ok(None),
        },
    };
    Ok(Some(Caller {
        principal,
        access_key_id: Some(session.access_key_id.clone()),
        session: Some(Arc::clone(session)),
    }))
}

/// The policies of a caller, and its tags.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) identity: Vec<Policy>,
    pub(crate) boundary: Option<Policy>,
    pub(crate) session: Option<Vec<Policy>>,
    pub(crate) tags: Tags,
}

pub(crate) fn facts(lookup: &Lookup<'_>, caller: &Caller) -> Result<Facts, ApiError> {
    let mut facts = Facts::default();
    if let Some(applier) = caller.session.as_ref().and_then(|s| s.applier.as_ref()) {
        for arn in &applier.policies {
            facts.identity.extend(managed_policy(lookup, arn)?);
        }
        return Ok(facts);
    }
    match &caller.principal {
        Principal::User { account, arn, id } => {
            let name = arn.rsplit('/').next().unwrap_or_default();
            if let Some(user) = lookup.get(&USERS, &format!("{account}/{name}"))?
                && id.as_deref() == Some(&user.id)
            {
                let who = format!("user/{name}");
                collect(
                    lookup,
                    &mut facts,
                    &user.inline,
                    &user.attached,
                    user.boundary.as_deref(),
                    &who,
                )?;
                for name in &user.groups {
                    let group = lookup.get(&GROUPS, &format!("{account}/{name}"))?;
                    if let Some(group) = group {
                        let who = format!("group/{name}");
                        collect(
                            lookup,
                            &mut facts,
                            &group.inline,
                            &group.attached,
                            None,
                            &who,
                        )?;
                    }
                }
                facts.tags.clone_from(&user.tags);
            }
        }
        Principal::Session {
            account,
            role_name,
            role_id,
            ..
        } => {
            if let Some(role) = lookup.get(&ROLES, &format!("{account}/{role_name}"))? {
                // A role that was made again is another role: sessions of the old one have nothing.
                if role_id.as_deref() == Some(&role.id) {
                    let who = format!("role/{role_name}");
                    collect(
                        lookup,
                        &mut facts,
                        &role.inline,
                        &role.attached,
                        role.boundary.as_deref(),
                        &who,
                    )?;
                    facts.tags.clone_from(&role.tags);
                } else {
                    facts.boundary = Some(nothing("a role that is gone")?);
                }
            } else {
                facts.boundary = Some(nothing("a role that is gone")?);
            }
        }
        _ => {}
    }
    if let Some(session) = &caller.session {
        if session.role.is_some() && (session.policy.is_some() || !session.policy_arns.is_empty()) {
            let mut policies = Vec::new();
            if let Some(policy) = &session.policy {
                policies.extend(policy.compiled(|| format!("session policy of {}", session.name)));
            }
            for arn in &session.policy_arns {
                policies.extend(managed_policy(lookup, arn)?);
            }
            facts.session = Some(policies);
        }
        for (key, value) in &session.tags {
            facts
                .tags
                .retain(|(k, _)| !crate::context::same_tag_key(k, key));
            facts.tags.push((key.clone(), value.clone()));
        }
    }
    Ok(facts)
}

fn collect(
    lookup: &Lookup<'_>,
    facts: &mut Facts,
    inline: &BTreeMap<String, PolicyText>,
    attached: &[String],
    boundary: Option<&str>,
    who: &str,
) -> Result<(), ApiError> {
    for (name, policy) in inline {
        facts
            .identity
            .extend(policy.compiled(|| format!("inline policy {name} of {who}")));
    }
    for arn in attached {
        facts.identity.extend(managed_policy(lookup, arn)?);
    }
    if let Some(arn) = boundary {
        facts.boundary = Some(boundary_policy(lookup, arn)?);
    }
    Ok(())
}

fn nothing(arn: &str) -> Result<Policy, ApiError> {
    let document = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
        .parse()
        .map_err(|_| ApiError::internal("the empty policy does not read"))?;
    Ok(Policy::new(&format!("{arn} (deleted)"), document))
}

/// The managed policy `arn` as a boundary: one that cannot be read allows nothing.
///
/// # Errors
/// When the store fails.
pub fn boundary_policy(lookup: &Lookup<'_>, arn: &str) -> Result<Policy, ApiError> {
    match managed_policy(lookup, arn)? {
        Some(policy) => Ok(policy),
        None => nothing(arn),
    }
}

/// The default version of the managed policy `arn`.
///
/// # Errors
/// When the store fails.
pub fn managed_policy(lookup: &Lookup<'_>, arn: &str) -> Result<Option<Policy>, ApiError> {
    let policy = match lookup.get(&POLICIES, arn)? {
        Some(policy) => Some(policy),
        None => lookup.aws_policy(arn),
    };
    Ok(policy.and_then(|policy| {
        let mut compiled = policy
            .default()?
            .document
            .compiled(|| format!("managed policy {}", policy.name))?;
        compiled.arn = Some(Arc::from(arn));
        Some(compiled)
    }))
}

/// What the name of an AWS managed policy begins with.
const OF_AWS: &str = "arn:aws:iam::aws:policy/";

/// AWS managed policies that are known here; `None` for the others.
pub(crate) fn aws_managed_policy(arn: &str) -> Option<Arc<ManagedPolicy>> {
    static ALL: std::sync::OnceLock<BTreeMap<String, Arc<ManagedPolicy>>> =
        std::sync::OnceLock::new();
    let all = ALL.get_or_init(|| {
        let texts: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(include_str!("aws_managed.json")).unwrap_or_default();
        let made = texts.into_iter().filter_map(|(name, document)| {
            let arn = format!("{OF_AWS}{name}");
            let policy = of_aws(&arn, document.to_string())?;
            Some((arn, Arc::new(policy)))
        });
        made.collect()
    });
    all.get(arn).cloned()
}

/// The AWS managed policy `arn` with this document; nothing, where the ARN is of no such policy.
pub(crate) fn of_aws(arn: &str, document: String) -> Option<ManagedPolicy> {
    let name = arn.strip_prefix(OF_AWS).filter(|n| !n.is_empty())?;
    let (path, name) = match name.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), name),
    };
    let letters = name.to_uppercase();
    let letters = letters.chars().filter(char::is_ascii_alphabetic);
    Some(ManagedPolicy {
        arn: arn.to_owned(),
        id: format!("ANPA{:0>17}", letters.take(17).collect::<String>()),
        name: name.to_owned(),
        path,
        description: None,
        created_ms: 0,
        updated_ms: 0,
        tags: Vec::new(),
        versions: vec![PolicyVersion {
            number: 1,
            document: PolicyText::plain(document),
            created_ms: 0,
        }],
        default_version: 1,
        next_version: 2,
    })
}
