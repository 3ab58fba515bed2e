//! Stored policy documents.
//!
//! A policy that names a user or role means that very user or role: AWS keeps its unique id, so that a role
//! which is deleted and made again is somebody else. The author's text is kept beside the ids.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use sekisho_arn::{Arn, is_account_id};
use sekisho_policy::{Document, Policy, PrincipalPattern, principals};
use serde::{Deserialize, Serialize};

use crate::canonical::canonical_account;
use crate::cx::Lookup;
use crate::error::ApiError;
use crate::principals::{ROLES, USERS};
use crate::service_principals;

/// A policy document with the principals that it meant when it was written.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct PolicyText {
    /// The text as written.
    pub text: String,
    /// Unique ids by the ARN that stands in the text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pins: BTreeMap<String, String>,
    #[serde(skip)]
    compiled: OnceLock<Option<Policy>>,
}

impl Clone for PolicyText {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            pins: self.pins.clone(),
            compiled: OnceLock::new(),
        }
    }
}

impl PartialEq for PolicyText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.pins == other.pins
    }
}

impl PolicyText {
    /// A document that names no principals.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// A document with its principals pinned.
    #[must_use]
    pub fn pinned(text: impl Into<String>, pins: BTreeMap<String, String>) -> Self {
        Self {
            text: text.into(),
            pins,
            compiled: OnceLock::new(),
        }
    }

    /// The compiled policy, made at first use and kept with this version of the row. `name` names it for people.
    pub fn compiled(&self, name: impl FnOnce() -> String) -> Option<Policy> {
        self.compiled
            .get_or_init(|| {
                let document: Document = self.text.parse().ok()?;
                let document = document.altered(|statement| {
                    let patterns = statement.principals.as_mut().map(|p| &mut p.patterns);
                    for pattern in patterns.into_iter().flatten() {
                        match pattern {
                            PrincipalPattern::Arn(arn) => {
                                if let Some(id) = self.pins.get(arn) {
                                    *pattern = PrincipalPattern::Id(id.clone());
                                }
                            }
                            // To S3 a canonical user id is another name of the account.
                            PrincipalPattern::Canonical(id) => {
                                if let Some(account) = canonical_account(id) {
                                    *pattern = PrincipalPattern::Account(account);
                                }
                            }
                            _ => {}
                        }
                    }
                });
                Some(Policy {
                    name: Arc::from(name()),
                    arn: None,
                    document: Arc::new(document),
                })
            })
            .clone()
    }
}

/// Whether a text can be the name of a session or of a federated user.
fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    (1..=64).contains(&text.len()) && text.chars().all(allowed)
}

/// The unique id behind a user, role or session ARN; `None` when nobody has it now.
fn id_of(lookup: &Lookup<'_>, text: &str) -> Result<Option<String>, ApiError> {
    let Ok(arn) = text.parse::<Arn>() else {
        return Ok(None);
    };
    let (kind, rest) = arn
        .resource
        .split_once('/')
        .unwrap_or((arn.resource.as_str(), ""));
    let name = rest.rsplit('/').next().unwrap_or_default();
    Ok(match (arn.service.as_str(), kind) {
        ("iam", "role") => lookup
            .get(&ROLES, &format!("{}/{name}", arn.account))?
            .filter(|r| r.arn == text)
            .map(|r| r.id.clone())
            .or_else(|| lookup.engine.known_role(|role| role == text)),
        ("iam", "user") => lookup
            .get(&USERS, &format!("{}/{name}", arn.account))?
            .filter(|u| u.arn == text)
            .map(|u| u.id.clone()),
        ("sts", "assumed-role") => match rest.split_once('/') {
            // One session by its name: part of a name is nobody's (IAM user guide, "Principal").
            Some((role, session)) if is_name(session) => {
                let (account, last) = (format!(":{}:role/", arn.account), format!("/{role}"));
                let named = |arn: &str| arn.contains(&account) && arn.ends_with(&last);
                lookup
                    .get(&ROLES, &format!("{}/{role}", arn.account))?
                    .map(|r| r.id.clone())
                    .or_else(|| lookup.engine.known_role(named))
                    .map(|id| format!("{id}:{session}"))
            }
            _ => None,
        },
        ("sts", "federated-user") if is_name(rest) => Some(text.to_owned()),
        _ => None,
    })
}

/// Looks up every principal that `document` names. The error is the text of the first that does not exist.
///
/// # Errors
/// The outer error is a failing store; the inner one names the principal, as `"AWS":"arn…"` is quoted by IAM.
pub fn pin(
    lookup: &Lookup<'_>,
    document: &Document,
) -> Result<Result<BTreeMap<String, String>, String>, ApiError> {
    let mut pins = BTreeMap::new();
    for principal in principals(document) {
        match principal {
            PrincipalPattern::Arn(arn) => match id_of(lookup, arn)? {
                // A session means whoever has the role's name, also when the role is made again (recorded:
                // radkawar/stackd s3/abac_authorization_replay, native-named-session-principal-survives-role-recreation).
                Some(_) if arn.starts_with("arn:aws:sts:") => {}
                Some(id) => {
                    pins.insert(arn.clone(), id);
                }
                None => {
                    let account = arn.split(':').nth(4).unwrap_or_default();
                    // Of an account that is not here, nothing is known. An identity of CloudFront's is of no account
                    // (`arn:aws:iam::cloudfront:user/…`).
                    let elsewhere = is_account_id(account) && !lookup.engine.knows(account);
                    if !elsewhere && account != "cloudfront" {
                        return Ok(Err(format!("\"AWS\":\"{arn}\"")));
                    }
                }
            },
            PrincipalPattern::Id(id) if !lookup.principal_id_exists(id)? => {
                return Ok(Err(format!("\"AWS\":\"{id}\"")));
            }
            // The id of an account that is not here, or of an identity of CloudFront's.
            PrincipalPattern::Canonical(id)
                if canonical_account(id).is_none()
                    && !(id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit())) =>
            {
                return Ok(Err(format!("\"CANONICALUSER\":\"{id}\"")));
            }
            PrincipalPattern::Service(name) if service_principals::is_none(name) => {
                return Ok(Err(format!("\"SERVICE\":\"{name}\"")));
            }
            _ => {}
        }
    }
    Ok(Ok(pins))
}

/// The text as AWS shows it: a principal that is gone, or that is somebody else by now, appears as its id.
///
/// # Errors
/// When the store fails.
pub fn shown(lookup: &Lookup<'_>, policy: &PolicyText) -> Result<String, ApiError> {
    let mut gone = Vec::new();
    for (arn, id) in &policy.pins {
        if id_of(lookup, arn)?.as_deref() != Some(id) {
            gone.push((format!("\"{arn}\""), format!("\"{id}\"")));
        }
    }
    let mut text = policy.text.clone();
    let Ok(document) = text.parse::<Document>() else {
        return Ok(text);
    };
    // Only where principals stand: conditions keep what they say (`spec/iam.md` fact 6). Last to first, so that places stay.
    let mut spans: Vec<_> = document
        .statements()
        .iter()
        .filter_map(|s| s.principals.as_ref().map(|p| p.span))
        .collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.start));
    for span in spans {
        let Some(part) = text.get(span.start..span.end) else {
            continue;
        };
        let part = gone
            .iter()
            .fold(part.to_owned(), |part, (arn, id)| part.replace(arn, id));
        text.replace_range(span.start..span.end, &part);
    }
    Ok(text)
}
