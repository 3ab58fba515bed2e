//! The global condition keys of a request. The keys of a service come with its checks.

use sekisho_policy::{Context, Principal};

use crate::cx::Lookup;
use crate::error::ApiError;
use crate::identity::Facts;
use crate::op::Check;
use crate::reference::stands_for;
use crate::resource::Resource;

/// The condition keys that hold for every request.
pub(crate) fn global_context(lookup: &Lookup<'_>, facts: &Facts, resource: &Resource) -> Context {
    let mut context = Context::new();
    let caller = lookup.caller;
    let now = lookup.now_ms();
    context.set("aws:currenttime", crate::time::iso(now));
    context.set("aws:epochtime", (now / 1000).to_string());
    context.set("aws:securetransport", lookup.origin.info.secure.to_string());
    let region = Some(lookup.origin.region()).filter(|region| !region.is_empty());
    let region = region.or(resource.region.as_deref());
    context.set("aws:requestedregion", region.unwrap_or_default());
    let is_service = matches!(caller.principal, Principal::Service(_));
    context.set("aws:principalisawsservice", is_service.to_string());
    context.set(
        "aws:viaawsservice",
        (!lookup.origin.via.is_empty()).to_string(),
    );
    if let (Some(first), Some(last)) = (lookup.origin.via.first(), lookup.origin.via.last()) {
        context.set_list("aws:calledvia", lookup.origin.via.clone());
        context.set("aws:calledviafirst", first.clone());
        context.set("aws:calledvialast", last.clone());
    } else if let Some(ip) = &lookup.origin.info.source_ip {
        context.set("aws:sourceip", ip.clone());
    }
    if let Some(agent) = &lookup.origin.info.user_agent {
        context.set("aws:useragent", agent.clone());
    }
    if let Some(referer) = &lookup.origin.info.referer {
        context.set("aws:referer", referer.clone());
    }
    if let Some(arn) = caller.principal.principal_arn() {
        context.set("aws:principalarn", arn);
        context.set("aws:principalaccount", caller.account());
        if let Some(organization) = lookup.engine.organization() {
            organization.describe(caller.account(), "aws:principalorg", &mut context);
        }
    }
    let kind = match &caller.principal {
        // IAM user guide, "AWS global condition context keys": both are `anonymous`.
        Principal::Anonymous => {
            context.set("aws:principalaccount", "anonymous");
            context.set("aws:userid", "anonymous");
            "Anonymous"
        }
        Principal::Service(name) => {
            context.set("aws:principalservicename", name.clone());
            context.set_list("aws:principalservicenameslist", vec![name.clone()]);
            // Recorded: EventBridge at a queue, API Gateway at a role (and CloudTrail at a bucket, by stackd's notes).
            match name.as_str() {
                "events.amazonaws.com" => "User",
                _ => "AssumedRole",
            }
        }
        Principal::Root { .. } => "Account",
        Principal::User { arn, .. } => {
            context.set("aws:username", arn.rsplit('/').next().unwrap_or_default());
            "User"
        }
        Principal::Session { .. } => "AssumedRole",
        Principal::Federated { .. } => "FederatedUser",
        // Recorded for SAML: the account is the provider's, the type `User`, and there is no ARN.
        Principal::Provider { account, .. } => {
            if let Some(account) = account {
                context.set("aws:principalaccount", account.clone());
            }
            "User"
        }
    };
    context.set("aws:principaltype", kind);
    if let Some(id) = caller.user_id() {
        context.set("aws:userid", id);
    }
    for (key, value) in &facts.tags {
        context.set(&format!("aws:principaltag/{key}"), value.clone());
    }
    if let Some(session) = &caller.session {
        context.set("aws:tokenissuetime", crate::time::iso(session.issued_ms));
        context.set("aws:multifactorauthpresent", session.mfa.to_string());
        if session.mfa {
            let age = (now - session.issued_ms).max(0) / 1000;
            context.set("aws:multifactorauthage", age.to_string());
        }
        if let Some(identity) = &session.source_identity {
            context.set("aws:sourceidentity", identity.clone());
        }
    }
    if is_service && let Some((arn, account)) = &lookup.origin.source {
        context.set("aws:sourcearn", arn.clone());
        context.set("aws:sourceaccount", account.clone());
        if let Some(organization) = lookup.engine.organization() {
            organization.describe(account, "aws:sourceorg", &mut context);
        }
    }
    // What is about no resource is of the caller's own account (recorded, `spec/authorization.md` section 5.1: the key is
    // there for `*`).
    let own = || Some(caller.account()).filter(|account| !account.is_empty());
    if let Some(account) = resource.account.as_deref().or_else(own) {
        context.set("aws:resourceaccount", account);
        if let Some(organization) = lookup.engine.organization() {
            organization.describe(account, "aws:resourceorg", &mut context);
        }
    }
    let tags = resource.tags.iter();
    for (key, value) in in_order(tags.map(|(k, v)| (k.as_str(), v.as_str()))) {
        context.set(&format!("aws:resourcetag/{key}"), value.to_owned());
        if let Some(own) = resource.tag_key {
            context.set(&format!("{own}{key}"), value.to_owned());
        }
    }
    context
}

/// Tags in the order in which their keys are set: of keys that differ only in case, the last is the one that holds
/// (recorded for Lambda: of `Case` and `case` it is `case`, whichever was there first).
pub(crate) fn in_order<'t>(
    tags: impl IntoIterator<Item = (&'t str, &'t str)>,
) -> Vec<(&'t str, &'t str)> {
    let mut tags: Vec<_> = tags.into_iter().collect();
    tags.sort_unstable();
    tags
}

/// Whether two keys of tags are one where their case does not count: as conditions read them.
#[must_use]
pub fn same_tag_key(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

/// Keys that policies may have, and that the reference data list for no action, for they are old, or newer than it.
const OLD: &[&str] = &[
    "kms:customermasterkeyspec",
    "kms:customermasterkeyusage",
    "kms:policyname",
];

/// In debug builds: every key that an operation gives is one that IAM's reference data lists for the action.
pub(crate) fn known_keys(check: &Check) -> Result<(), ApiError> {
    let (service, name) = check.action.split_once(':').unwrap_or_default();
    // AssumeRole, TagSession and SetSourceIdentity are one request, and are asked with one context.
    if service == "sts" {
        return Ok(());
    }
    let Some(reference) = sekisho_model::iam(service) else {
        return Ok(());
    };
    let Some(action) = reference.actions.get(name) else {
        return Ok(());
    };
    let listed: Vec<&str> = reference.keys_of(action).collect();
    let known = |key: &str| {
        let key = key.to_lowercase();
        // A check of what is done in another Region says in which.
        key == "aws:requestedregion"
            || OLD.contains(&&*key)
            || listed.iter().any(|listed| stands_for(listed, &key))
    };
    match check.context.iter().find(|(key, _)| !known(key)) {
        Some((key, _)) => Err(ApiError::internal(format!(
            "{} is given the condition key {key}, which IAM does not list for it",
            check.action
        ))),
        None => Ok(()),
    }
}
