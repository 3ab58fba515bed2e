//! From the calls that were made to the smallest documents that allow exactly them.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::{literal, principal};
use crate::decision::{Gate, ResourceKind};
use crate::principal::Principal;
use crate::render::{quote, texts};
use crate::request::Request;

/// A document that a list of requests needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// [`Gate::Identity`] or [`Gate::Resource`].
    pub gate: Gate,
    /// The account whose document it is.
    pub account: Option<String>,
    /// Whose document it is: the ARN of the user or role, or of the bucket, key, repository or role.
    pub holder: String,
    /// The document as JSON.
    pub document: String,
}

type Actions<'a> = BTreeSet<&'a str>;

/// The smallest documents under which every one of `requests` is allowed and no other pair of action and resource is:
/// identity policies for the callers, and resource policies where the resource has to agree, in other accounts,
/// for keys and trust policies, and for services and anonymous callers.
///
/// Conditions are not derived, but for root users, whom nothing else tells from their accounts. The resource `*` stands for itself, that is, for every resource.
#[must_use]
pub fn usage<'a>(requests: impl IntoIterator<Item = (Request<'a>, ResourceKind)>) -> Vec<Needed> {
    // holder -> resource -> actions
    let mut identity: BTreeMap<(String, Option<&str>), BTreeMap<String, Actions<'a>>> =
        BTreeMap::new();
    // holder -> (principal, resource) -> actions
    type Named<'a> = BTreeMap<(String, Option<String>), Actions<'a>>;
    let mut resource: BTreeMap<(String, Option<&'a str>), Named<'a>> = BTreeMap::new();
    for (request, kind) in requests {
        let own = request.principal.account();
        let foreign = match (own, request.resource_account) {
            (Some(own), Some(other)) => own != other,
            _ => false,
        };
        let caller = match request.principal {
            Principal::Anonymous | Principal::Service(_) | Principal::Root { .. } => None,
            // In one account what the key or the role itself says of somebody is enough.
            _ if !foreign && kind != ResourceKind::Ordinary => None,
            other => other.principal_arn(),
        };
        if let Some(caller) = caller {
            identity
                .entry((caller, own))
                .or_default()
                .entry(literal(request.resource))
                .or_default()
                .insert(request.action);
        }
        let unowned = matches!(
            request.principal,
            Principal::Anonymous | Principal::Service(_) | Principal::Provider { .. }
        );
        if foreign || unowned || kind != ResourceKind::Ordinary {
            let (holder, written) = written(&request, kind);
            resource
                .entry((holder, request.resource_account))
                .or_default()
                .entry((named(request.principal), written))
                .or_default()
                .insert(request.action);
        }
    }
    let identity = identity.into_iter().map(|((holder, account), resources)| {
        let grouped = group(resources.into_iter());
        let statements = grouped.into_iter().map(|(actions, resources)| {
            format!(
                "{{\"Effect\":\"Allow\",\"Action\":{},\"Resource\":{}}}",
                texts(actions),
                texts(resources.iter().map(String::as_str))
            )
        });
        needed(Gate::Identity, holder, account, statements.collect())
    });
    let resource = resource.into_iter().map(|((holder, account), named)| {
        let grouped = group(named.into_iter());
        let mut statements = Vec::new();
        for (actions, pairs) in grouped {
            let mut by_principal: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (who, on) in pairs {
                by_principal.entry(who).or_default().extend(on);
            }
            for (who, on) in by_principal {
                let on = if on.is_empty() {
                    String::new()
                } else {
                    format!(",\"Resource\":{}", texts(on.iter().map(String::as_str)))
                };
                statements.push(format!(
                    "{{\"Effect\":\"Allow\",\"Principal\":{who},\"Action\":{}{on}}}",
                    texts(actions.iter().copied())
                ));
            }
        }
        needed(Gate::Resource, holder, account, statements)
    });
    identity.chain(resource).collect()
}

/// How a statement names somebody: a root user alone, for his ARN as a principal is the whole account.
fn named(who: &Principal) -> String {
    let name = principal(who);
    match who {
        Principal::Root { .. } => format!(
            "{name},\"Condition\":{{\"ArnEquals\":{{\"aws:PrincipalArn\":{}}}}}",
            quote(&who.arn())
        ),
        _ => name,
    }
}

/// Those that share exactly the same actions stand together.
fn group<'a, T: Ord>(
    entries: impl Iterator<Item = (T, Actions<'a>)>,
) -> BTreeMap<Actions<'a>, Vec<T>> {
    let mut out: BTreeMap<Actions<'a>, Vec<T>> = BTreeMap::new();
    for (what, actions) in entries {
        out.entry(actions).or_default().push(what);
    }
    out
}

fn needed(gate: Gate, holder: String, account: Option<&str>, statements: Vec<String>) -> Needed {
    Needed {
        gate,
        account: account.map(str::to_owned),
        holder,
        document: format!(
            "{{\"Version\":{},\"Statement\":[{}]}}",
            quote("2012-10-17"),
            statements.join(",")
        ),
    }
}

/// Whose policy it is, and what its statements say as `Resource`.
fn written(request: &Request<'_>, kind: ResourceKind) -> (String, Option<String>) {
    let whole = request.resource.to_owned();
    match kind {
        ResourceKind::Trust => (whole, None),
        ResourceKind::Key => (whole, Some("*".to_owned())),
        ResourceKind::Ordinary if request.action_of("ecr").is_some() => (whole, None),
        ResourceKind::Ordinary if request.action_of("s3").is_some() => {
            let bucket = whole.split('/').next().unwrap_or_default().to_owned();
            (bucket, Some(literal(&whole)))
        }
        ResourceKind::Ordinary => {
            let on = literal(&whole);
            (whole, Some(on))
        }
    }
}
