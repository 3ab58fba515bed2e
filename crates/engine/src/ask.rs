//! Asks the policy engine, with all that is known of the request.

use sekisho_policy::{
    Change, Context, Decision, Effect, Explanation, Gate, Miss, Missed, Outcome, Policies,
    Principal, Request, Said, StatementRef, apply, authorization_message, details, evaluate,
    explain, held, sentence, wire_sentence,
};

use crate::authorizations::Evaluated;
use crate::caller::Caller;
use crate::context::global_context;
use crate::cx::Lookup;
use crate::error::ApiError;
use crate::identity::{self, Facts};
use crate::op::Check;
use crate::resource::Resource;

/// Decides a check against a resource that is given, not looked up: what the caller would be told if he may not.
pub(crate) fn denial(
    lookup: &Lookup<'_>,
    check: &Check,
    resource: &Resource,
) -> Result<Option<String>, ApiError> {
    let facts = identity::facts(lookup, lookup.caller)?;
    let asked = ask(lookup, &facts, check, resource);
    Ok(asked.denied.map(|(message, _)| message))
}

/// A decision, AWS's sentence for it, and for a denial what the caller is told of that and everything that was known of the
/// request.
pub(crate) struct Asked {
    pub(crate) decision: Decision,
    pub(crate) reason: String,
    pub(crate) denied: Option<(String, String)>,
    /// For an implicit denial: what would allow it but for its conditions, by gate.
    pub(crate) conditional: Vec<(Gate, String)>,
    /// For an explicit denial: the conditions of the statement that denies, each with what the request has.
    pub(crate) held: Vec<String>,
    /// Whether nothing but statements that do not count denies it.
    pub(crate) waived: bool,
}

/// Asks the policy engine. Who applies and is made up stands for whoever a policy exempts that denies everybody else: as the
/// root user, whom such policies exempt, it is asked again. What denies stays on record, as something that does not count.
pub(crate) fn ask(lookup: &Lookup<'_>, facts: &Facts, check: &Check, resource: &Resource) -> Asked {
    let asked = ask_as(lookup, facts, check, resource);
    let session = lookup.caller.session.as_ref();
    let applier = session.and_then(|s| s.applier.as_ref());
    let denied = asked.denied.is_some() && asked.decision.outcome == Outcome::ExplicitDeny;
    if !denied || applier.is_none_or(|a| a.known) {
        return asked;
    }
    let root = Caller::root(lookup.caller.account());
    let lookup = Lookup {
        caller: &root,
        ..*lookup
    };
    let exempt = ask_as(&lookup, &Facts::default(), check, resource);
    match exempt.denied {
        None => Asked {
            denied: None,
            waived: true,
            ..asked
        },
        Some(_) => asked,
    }
}

/// Asks it for one caller.
fn ask_as(lookup: &Lookup<'_>, facts: &Facts, check: &Check, resource: &Resource) -> Asked {
    let context = context(lookup, facts, check, resource);
    #[cfg(debug_assertions)]
    crate::keys_given::note(&check.action, &context);
    let request = request(lookup, check, resource, &context);
    let policies = policies(lookup, facts, resource);
    let first = decide(&request, &policies, resource);
    let (policies, left) = relaxed(lookup, check, &request, resource, policies, &first);
    let waived = left.as_ref().is_some_and(Decision::allowed);
    // What only statements that do not count deny stays a denial on record.
    let decision = left.filter(|left| !left.allowed()).unwrap_or(first);
    let shown = check.shown.as_deref();
    let denied = (!decision.allowed() && !waived).then(|| {
        (
            wire_sentence(&request, &decision, shown),
            authorization_message(&request, &decision),
        )
    });
    let conditional = match decision.outcome {
        Outcome::ImplicitDeny => but_for_conditions(&explain(&request, &policies, resource.kind)),
        _ => Vec::new(),
    };
    let denies = decision.denying();
    let statement = denies.and_then(|s| s.policy.document.statements().get(s.index));
    Asked {
        conditional,
        held: statement.map(|s| held(s, &context)).unwrap_or_default(),
        reason: sentence(&request, &decision, shown),
        decision,
        denied,
        waived,
    }
}

/// What the policies say, and where they say nothing, the object's ACL.
fn decide(request: &Request<'_>, policies: &Policies, resource: &Resource) -> Decision {
    let first = evaluate(request, policies, resource.kind);
    let Some(acl) = resource
        .acl
        .as_ref()
        .filter(|_| first.outcome == Outcome::ImplicitDeny)
    else {
        return first;
    };
    let with = Policies {
        resource: Some(acl.clone()),
        restrict_public_buckets: false,
        ..policies.clone()
    };
    let by_acl = evaluate(request, &with, resource.kind);
    if by_acl.allowed() { by_acl } else { first }
}

/// The policies without the statements that deny and do not count, and what comes of them; none where there are none.
fn relaxed(
    lookup: &Lookup<'_>,
    check: &Check,
    request: &Request<'_>,
    resource: &Resource,
    mut policies: Policies,
    first: &Decision,
) -> (Policies, Option<Decision>) {
    let waived = lookup.waived(check);
    let counts = |statement: &StatementRef| {
        let named = format!("{}, {}", statement.policy.name, statement.label());
        waived.iter().all(|w| w.statement.as_ref() != Some(&named))
    };
    let mut left: Option<Decision> = None;
    loop {
        let decision = left.as_ref().unwrap_or(first);
        let Some(statement) = decision.denying().filter(|s| !counts(s)) else {
            return (policies, left);
        };
        policies = without(&policies, decision.gate, statement);
        left = Some(decide(request, &policies, resource));
    }
}

/// The policies without what a statement says.
fn without(policies: &Policies, gate: Gate, statement: &StatementRef) -> Policies {
    let levels = match gate {
        Gate::Scp => policies.scp.len(),
        Gate::Rcp => policies.rcp.len(),
        _ => 0,
    };
    let relax = |level| Change::Relax {
        gate,
        level,
        account: None,
        statement: statement.clone(),
    };
    let levels = (0..levels).map(Some).chain([None]);
    apply(policies, &levels.map(relax).collect::<Vec<_>>())
}

/// The statements that would allow the request but for their conditions.
fn but_for_conditions(explanation: &Explanation) -> Vec<(Gate, String)> {
    let mut out = Vec::new();
    // A level that allows lacks nothing, and of several that do not no one statement is enough.
    let silent = |gate: Gate| {
        let reports = explanation.gates.iter();
        reports
            .filter(|r| r.gate == gate && r.said == Said::Silent)
            .count()
    };
    for report in &explanation.gates {
        if report.said != Said::Silent || silent(report.gate) > 1 {
            continue;
        }
        let allows = report.statements.iter().filter(|s| {
            let conditions = |m: &Miss| matches!(m.element, Missed::Condition(_));
            s.effect == Effect::Allow && !s.misses.is_empty() && s.misses.iter().all(conditions)
        });
        for near in allows {
            let reasons: Vec<&str> = near.misses.iter().map(|m| m.reason.as_str()).collect();
            let text = format!(
                "{}, {}: {}",
                near.statement.policy.name,
                near.statement.label(),
                reasons.join("; ")
            );
            out.push((report.gate, text));
        }
    }
    out
}

/// All that is known of a request: what holds for every one, and what comes with the check.
fn context(lookup: &Lookup<'_>, facts: &Facts, check: &Check, resource: &Resource) -> Context {
    let mut context = global_context(lookup, facts, resource);
    for (key, value) in &check.context {
        context.put(key, value.clone());
    }
    context
}

fn request<'r>(
    lookup: &Lookup<'r>,
    check: &'r Check,
    resource: &'r Resource,
    context: &'r Context,
) -> Request<'r> {
    Request {
        principal: &lookup.caller.principal,
        action: &check.action,
        resource: &check.resource,
        resource_account: resource.account.as_deref(),
        context,
        requested_grant: check.requested_grant.as_ref(),
        grant_tokens: &[],
    }
}

/// Every policy that has a say.
fn policies(lookup: &Lookup<'_>, facts: &Facts, resource: &Resource) -> Policies {
    let root = matches!(lookup.caller.principal, Principal::Root { .. });
    let session = lookup.caller.session.as_ref();
    let maker = root || session.is_some_and(|s| s.applier.is_some());
    let organization = lookup.engine.organization();
    let organization = organization.filter(|o| !(maker && o.makers_are_free));
    let binds = |account: &str| organization.and_then(|o| o.binds(account));
    let own = binds(lookup.caller.account());
    let owner = resource.account.as_deref().and_then(binds);
    Policies {
        scp: own.map(|m| m.scp.clone()).unwrap_or_default(),
        rcp: owner.map(|m| m.rcp.clone()).unwrap_or_default(),
        identity: facts.identity.clone(),
        boundary: facts.boundary.clone(),
        session: facts.session.clone(),
        resource: resource.policy.clone(),
        restrict_public_buckets: resource.restrict_public,
        grants: resource.grants.clone(),
        ..Policies::default()
    }
}

/// A check with what was asked for it, requirement by requirement.
pub(crate) fn evaluated(
    lookup: &Lookup<'_>,
    facts: &Facts,
    check: &Check,
    resource: &Resource,
) -> Evaluated {
    let context = context(lookup, facts, check, resource);
    let request = request(lookup, check, resource, &context);
    let details = details(&request, &policies(lookup, facts, resource), resource.kind);
    let each = context
        .iter()
        .map(|(key, value)| (key.to_owned(), value.clone()));
    Evaluated {
        action: check.action.clone(),
        resource: check.resource.clone(),
        owner: resource.account.clone(),
        context: each.collect(),
        details,
    }
}
