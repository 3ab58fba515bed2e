//! Cases: a request, the policies around it and perhaps the decision that is expected, as JSON.
//!
//! Documents are taken in their author's own text, so that an explanation can point into it.

mod expect;
mod grant;
mod reader;
mod spelling;
mod unstored;

use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::decision::{Decision, Grant, Policies, ResourceKind};
use crate::members::Members;
use crate::message::sentence_of;
use crate::principal::Principal;
use crate::request::{Context, ContextValue, Request};
pub use expect::Expect;
use grant::WrittenGrant;
use reader::Reader;
use spelling::{CASE, EXPECT, POLICIES, REQUEST, spelt};

/// A case that was read.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name; empty if it has none.
    pub name: String,
    /// Who asks.
    pub principal: Principal,
    /// `service:Action`.
    pub action: String,
    /// The ARN asked about, or `*`.
    pub resource: String,
    /// The account that owns the resource.
    pub resource_account: Option<String>,
    /// The condition keys. Nothing is filled in: a condition reads only what is written here.
    pub context: Context,
    /// For `kms:CreateGrant` and `kms:RetireGrant`: the grant in question.
    pub requested_grant: Option<Grant>,
    /// The grant tokens that the request passes.
    pub grant_tokens: Vec<String>,
    /// The service that answers the call, where it asks for the action of another: EC2 for `iam:PassRole`.
    pub service: Option<String>,
    /// The policies.
    pub policies: Policies,
    /// What the resource's policy is: a key policy for `kms:`, a trust policy for `sts:`.
    pub kind: ResourceKind,
    /// What should come out.
    pub expect: Option<Expect>,
    /// What was written and has no meaning, for example a misspelt kind of policy.
    pub warnings: Vec<String>,
}

/// Why a case cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseError {
    /// The member, for example `policies.identity[0]`; empty where the case is no JSON at all.
    pub member: String,
    /// Byte offset into the case's text.
    pub at: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.member.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.member, self.message)
    }
}

impl std::error::Error for CaseError {}

#[derive(Deserialize)]
struct Written<'a> {
    #[serde(default)]
    name: String,
    #[serde(borrow)]
    request: &'a RawValue,
    #[serde(borrow, default)]
    policies: Option<Members<&'a RawValue>>,
    #[serde(borrow, default)]
    expect: Option<&'a RawValue>,
}

/// The public access block of a bucket, as S3 writes it. Of policies only `RestrictPublicBuckets` has a say when somebody asks:
/// `BlockPublicPolicy` refuses them where they are put, the others are about ACLs.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct PublicAccessBlock {
    restrict_public_buckets: bool,
    #[serde(rename = "BlockPublicAcls")]
    _block_public_acls: bool,
    #[serde(rename = "IgnorePublicAcls")]
    _ignore_public_acls: bool,
    #[serde(rename = "BlockPublicPolicy")]
    _block_public_policy: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenPrincipal {
    Arn(String),
    Service {
        service: String,
    },
    Provider {
        federated: String,
    },
    Federated {
        federated_user: String,
        user: String,
    },
}

/// A text; numbers and Booleans as they are written, with all their digits.
fn scalar(raw: &RawValue) -> Option<String> {
    match raw.get().as_bytes().first()? {
        b'"' => serde_json::from_str(raw.get()).ok(),
        b'[' | b'{' | b'n' => None,
        _ => Some(raw.get().to_owned()),
    }
}

/// The account that an ARN names; S3 and others name none.
fn account_in(arn: &str) -> Option<String> {
    let account = arn.split(':').nth(4)?;
    sekisho_arn::is_account_id(account).then(|| account.to_owned())
}

/// The message of serde_json without the place, which is relative to a part of the text.
fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = match text.rfind(" at line ") {
        Some(at) => text.get(..at).unwrap_or(&text).to_owned(),
        None => text,
    };
    // What the types are called here is nobody's matter.
    if text.contains("WrittenPrincipal") {
        return format!("a principal is {PRINCIPALS}");
    }
    match text.split_once("expected struct ") {
        Some((front, _)) => format!("{front}expected an object"),
        None => text,
    }
}

/// What a principal may be.
const PRINCIPALS: &str = "a user, a role, a session, a federated user, a root user, an identity provider, \"anonymous\", {\"service\": NAME}, {\"federated\": NAME} or {\"federated_user\": ARN, \"user\": ARN}";

/// Whether a text can be the name of an action: `service:Name`.
fn is_action(text: &str) -> bool {
    let part = |text: &str| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        !text.is_empty() && text.bytes().all(allowed)
    };
    text.split_once(':')
        .is_some_and(|(service, name)| part(service) && part(name))
}

impl Case {
    /// Reads a case from `source`, which begins at byte `origin` of what the user gave.
    ///
    /// # Errors
    /// When it is not a case: which member, where, and why.
    pub fn read(source: &str, origin: usize) -> Result<Self, CaseError> {
        let reader = Reader { source, origin };
        let written: Written<'_> = serde_json::from_str(source).map_err(|e| CaseError {
            member: String::new(),
            at: origin + offset(source, e.line(), e.column()),
            message: said(&e),
        })?;
        // Further members mean nothing (they may say where a case is from), unless they were meant to.
        let all: Members<&RawValue> = serde_json::from_str(source).map_err(|e| CaseError {
            member: String::new(),
            at: origin + offset(source, e.line(), e.column()),
            message: said(&e),
        })?;
        spelt(&reader, source, "", &all, &CASE)?;
        let members: Members<&RawValue> = reader.json(written.request, "request")?;
        spelt(
            &reader,
            written.request.get(),
            "request",
            &members,
            &REQUEST,
        )?;
        if let Some(raw) = written.expect.filter(|raw| raw.get().starts_with('{')) {
            let members = reader.json(raw, "expect")?;
            spelt(&reader, raw.get(), "expect", &members, &EXPECT)?;
        }
        if let Some(policies) = &written.policies {
            spelt(&reader, source, "policies", policies, &POLICIES)?;
        }
        let member = |name: &str| {
            let found = members.0.iter().find(|(own, _)| own == name);
            found.map(|(_, raw)| *raw).filter(|raw| raw.get() != "null")
        };
        let needed = |name: &str| {
            let raw = member(name).ok_or_else(|| CaseError {
                member: "request".to_owned(),
                at: reader.offset(written.request.get()),
                message: format!("missing field `{name}`"),
            })?;
            reader.json::<String>(raw, &format!("request.{name}"))
        };
        let (action, resource) = (needed("action")?, needed("resource")?);
        let service: Option<String> = member("service")
            .map(|raw| reader.json(raw, "request.service"))
            .transpose()?;
        let requested_grant: Option<WrittenGrant> = member("requested_grant")
            .map(|raw| reader.json(raw, "request.requested_grant"))
            .transpose()?;
        let grant_tokens: Vec<String> = member("grant_tokens")
            .map(|raw| reader.json(raw, "request.grant_tokens"))
            .transpose()?
            .unwrap_or_default();
        let keys: Members<&RawValue> = member("context")
            .map(|raw| reader.json(raw, "request.context"))
            .transpose()?
            .unwrap_or_default();
        let mut warnings = Vec::new();
        // The policy simulator takes such, and nothing allows them but a wildcard (recorded).
        if !is_action(&action) {
            warnings.push(format!(
                "request.action: `{}` is not the name of an action, such as s3:GetObject",
                action
            ));
        }
        let mut context = Context::new();
        // The names of condition keys know no case: of tags that differ in nothing else, AWS was recorded to take the last.
        let mut keys = keys.0;
        keys.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (key, value) in &keys {
            // A key without a value is a key that is not there.
            if value.get() == "null" {
                continue;
            }
            let several = || {
                let list: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
                list.into_iter().map(scalar).collect::<Option<Vec<_>>>()
            };
            let one = scalar(value).map(ContextValue::Single);
            let found = one.or_else(|| several().map(ContextValue::List));
            let found = found.ok_or_else(|| CaseError {
                member: format!("request.context.{key}"),
                at: reader.offset(value.get()),
                message: "a condition key has a value or a list of values".to_owned(),
            })?;
            context.put(key, found);
        }
        let said: Option<String> = member("resource_account")
            .map(|raw| {
                let account: String = reader.json(raw, "request.resource_account")?;
                let known = account.is_empty() || account == "aws";
                match known || sekisho_arn::is_account_id(&account) {
                    true => Ok(account),
                    false => Err(CaseError {
                        member: "request.resource_account".to_owned(),
                        at: reader.offset(raw.get()),
                        message: format!("`{account}` is no account id: they have 12 digits"),
                    }),
                }
            })
            .transpose()?;
        let resource_account = said.or_else(|| account_in(&resource));
        let role = context.single("aws:principalarn").map(str::to_owned);
        let id = match context.get("aws:userid") {
            Some(ContextValue::Single(id)) => Some(id.clone()),
            Some(ContextValue::List(ids)) => ids.first().cloned(),
            None => None,
        };
        let principal = match member("principal") {
            // The policy simulator names no caller: any user of the resource's account stands for it.
            None => {
                // One that is written wrongly must not be passed over in silence.
                let names = members.0.iter().map(|(name, _)| name.as_str());
                let others: Vec<&str> = names.filter(|name| !REQUEST.contains(name)).collect();
                if !others.is_empty() {
                    warnings.push(format!(
                        "request.principal is not given: decided for any user of the account of the resource; {} mean nothing",
                        others.join(", ")
                    ));
                }
                Principal::User {
                    account: resource_account.clone().unwrap_or_default(),
                    arn: String::new(),
                    id: None,
                }
            }
            Some(raw) => match reader.json(raw, "request.principal")? {
                WrittenPrincipal::Arn(name) if name == "anonymous" => Principal::Anonymous,
                WrittenPrincipal::Arn(arn) => Principal::from_arn(&arn, role.as_deref())
                    .map(|principal| principal.with_id(id.as_deref()))
                    .ok_or_else(|| CaseError {
                        member: "request.principal".to_owned(),
                        at: reader.offset(raw.get()),
                        message: format!("`{arn}` is not a principal: {PRINCIPALS}"),
                    })?,
                WrittenPrincipal::Service { service } => Principal::Service(service),
                WrittenPrincipal::Provider { federated } => Principal::provider(&federated),
                WrittenPrincipal::Federated {
                    federated_user,
                    user,
                } => match Principal::from_arn(&federated_user, None) {
                    Some(Principal::Federated { account, arn, .. }) => Principal::Federated {
                        account,
                        arn,
                        user: Some(user),
                    },
                    _ => {
                        return Err(CaseError {
                            member: "request.principal".to_owned(),
                            at: reader.offset(raw.get()),
                            message: format!("`{federated_user}` is not a federated user"),
                        });
                    }
                },
            },
        };
        let mut policies = Policies::default();
        for (kind, raw) in written.policies.into_iter().flat_map(|members| members.0) {
            if raw.get() == "null" {
                continue;
            }
            let member = format!("policies.{kind}");
            match kind.as_str() {
                "identity" => {
                    policies.identity =
                        reader.policies(raw, &member, "identity policy", Reader::own)?;
                }
                "resource" => {
                    policies.resource = Some(reader.policy(raw, &member, "resource policy")?);
                }
                "boundary" => {
                    policies.boundary = Some(reader.own(raw, &member, "permissions boundary")?);
                }
                "session" => {
                    let own = reader.policies(raw, &member, "session policy", Reader::own)?;
                    // No policies are none that were passed.
                    policies.session = Some(own).filter(|own| !own.is_empty());
                }
                "scp" => {
                    policies.scp =
                        reader.levels(raw, &member, "service control policy", Reader::own)?
                }
                "rcp" => {
                    policies.rcp =
                        reader.levels(raw, &member, "resource control policy", Reader::policy)?
                }
                "endpoint" => {
                    policies.endpoint = Some(reader.policy(raw, &member, "VPC endpoint policy")?);
                }
                "public_access_block" => {
                    let block: PublicAccessBlock = reader.json(raw, &member)?;
                    policies.restrict_public_buckets = block.restrict_public_buckets;
                }
                "grants" => {
                    let grants: Vec<WrittenGrant> = reader.json(raw, &member)?;
                    for (i, grant) in grants.iter().enumerate() {
                        if grant.grantee.is_empty() {
                            return Err(CaseError {
                                member: format!("{member}[{i}].grantee"),
                                at: reader.offset(raw.get()),
                                message: "a grant has a grantee".to_owned(),
                            });
                        }
                        for other in grant.others.keys() {
                            warnings.push(format!("{member}[{i}].{other} means nothing: ignored"));
                        }
                    }
                    policies.grants = (1..).zip(grants).map(|(i, g)| g.read(i)).collect();
                }
                other => warnings.push(format!("policies.{other} is no kind of policy: ignored")),
            }
        }
        warnings.extend(policies.refused(&action));
        let expect: Option<Expect> = written
            .expect
            .map(|raw| reader.json(raw, "expect"))
            .transpose()?;
        let unknown = expect.as_ref().and_then(Expect::unknown);
        if let (Some(raw), Some((member, message))) = (written.expect, unknown) {
            return Err(CaseError {
                member: member.to_owned(),
                at: reader.offset(raw.get()),
                message,
            });
        }
        if expect.as_ref().is_some_and(|e| !e.says_something()) {
            warnings.push(
                "expect says nothing that is compared: decision, gate, message or message_prefix"
                    .to_owned(),
            );
        }
        if !action.contains(':') {
            warnings.push(format!(
                "request.action: `{action}` names no service, as in `s3:GetObject`"
            ));
        }
        if policies.resource.is_some()
            && resource_account.is_none()
            && resource.starts_with("arn:")
            && principal.account().is_some()
        {
            warnings.push(
                "request.resource_account is not said, and the ARN names none: the resource is taken to be of the caller's own account"
                    .to_owned(),
            );
        }
        let prefix = action.split(':').next().unwrap_or_default();
        let kind = match (prefix.to_ascii_lowercase().as_str(), &policies.resource) {
            ("kms", Some(_)) => ResourceKind::Key,
            ("sts", Some(_)) => ResourceKind::Trust,
            _ => ResourceKind::Ordinary,
        };
        Ok(Self {
            name: written.name,
            principal,
            action,
            resource,
            resource_account,
            context,
            requested_grant: requested_grant.map(|g| g.read(0)),
            grant_tokens,
            service,
            policies,
            kind,
            expect,
            warnings,
        })
    }

    /// What the caller is told of `decision`.
    #[must_use]
    pub fn sentence(&self, decision: &Decision) -> String {
        let prefix = || self.action.split(':').next().unwrap_or_default();
        let service = self.service.as_deref().unwrap_or_else(prefix);
        sentence_of(service, &self.request(), decision, None)
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> Request<'_> {
        Request {
            principal: &self.principal,
            action: &self.action,
            resource: &self.resource,
            resource_account: self.resource_account.as_deref(),
            context: &self.context,
            requested_grant: self.requested_grant.as_ref(),
            grant_tokens: &self.grant_tokens,
        }
    }
}

/// The byte offset of a line and a column, both counted from 1 as serde_json counts them.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (start + column.saturating_sub(1)).min(text.len())
}
