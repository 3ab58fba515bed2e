//! Counterfactuals: the smallest changes that would allow a request.
//!
//! **Invariant:** an Allow is never proposed as a way around an explicit deny. Where a Deny stands in the way it is
//! named, to be relaxed by its owner; only together with that is an Allow that is missing as well proposed.
//!
//! **Invariant:** what a boundary or a session policy withholds is asked of it. A resource's policy that names the session or
//! the user itself would do in its place, in one statement, and past whoever drew the boundary (IAM user guide, "Policy
//! evaluation logic"): that is no proposal for somebody who only wants a call to work.

mod apply;

use std::sync::Arc;

use crate::decision::{Gate, Policies, ResourceKind, Side, StatementRef};
use crate::document::{Effect, Policy, Version};
use crate::evaluate::{Evaluation, evaluate};
use crate::principal::Principal;
use crate::render::quote;
use crate::request::Request;
use crate::services;
use crate::validate::{Kind, validate};

pub use apply::apply;

/// A change to one document.
#[derive(Debug, Clone)]
pub enum Change {
    /// Add a statement that allows.
    Add {
        /// The kind of document.
        gate: Gate,
        /// For SCPs and RCPs: the level, counted from the root.
        level: Option<usize>,
        /// The account whose document it is; none where the principal has no account.
        account: Option<String>,
        /// The document, where there is just one that it can be; else a new one, or any of that kind.
        policy: Option<Arc<str>>,
        /// The statement as JSON.
        statement: String,
    },
    /// Relax or remove a statement that denies.
    Relax {
        /// The kind of document.
        gate: Gate,
        /// For SCPs and RCPs: the level, counted from the root.
        level: Option<usize>,
        /// The account whose document it is.
        account: Option<String>,
        /// The statement.
        statement: StatementRef,
    },
}

impl Change {
    /// The kind of document that changes.
    #[must_use]
    pub fn gate(&self) -> Gate {
        match self {
            Self::Add { gate, .. } | Self::Relax { gate, .. } => *gate,
        }
    }

    /// The account whose document changes.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Add { account, .. } | Self::Relax { account, .. } => account.as_deref(),
        }
    }
}

/// How often new obstacles may appear behind those that were removed. Each round removes all denies or adds to
/// every gate that is missing, so that a handful is enough.
const ROUNDS: usize = 16;

/// The smallest changes after which `request` is allowed; none when it is already.
///
/// Applying all of them, with [`apply`], makes the same request allowed; leaving any of them out does not. Empty for
/// a denied request when nothing that a policy can say would allow it.
#[must_use]
pub fn what_would_allow(
    request: &Request<'_>,
    policies: &Policies,
    kind: ResourceKind,
) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut current = policies.clone();
    for _ in 0..ROUNDS {
        let decision = evaluate(request, &current, kind);
        if decision.allowed() {
            break;
        }
        let evaluation = Evaluation::new(request, &current, kind, decision.cross_account);
        let mut round = evaluation.denies();
        if round.is_empty() {
            round = decision
                .missing
                .iter()
                .flat_map(|m| evaluation.additions(m.gate, m.side))
                .collect();
        }
        if round.is_empty() {
            return Vec::new();
        }
        current = apply(&current, &round);
        changes.extend(round);
    }
    if !evaluate(request, &current, kind).allowed() || changes.iter().any(|c| opens(request, c)) {
        return Vec::new();
    }
    // Last to first: what the resource's policy grants by itself makes an identity statement superfluous.
    for index in (0..changes.len()).rev() {
        // A Deny that matches denies, whatever else is changed.
        if matches!(changes.get(index), Some(Change::Relax { .. })) {
            continue;
        }
        let mut fewer = changes.clone();
        fewer.remove(index);
        if evaluate(request, &apply(policies, &fewer), kind).allowed() {
            changes = fewer;
        }
    }
    changes
}

/// Whether IAM refuses a trust because it opens a role to everybody whom a provider knows: what narrows it down is not said
/// in the request.
fn opens(request: &Request<'_>, change: &Change) -> bool {
    let provider = matches!(request.principal, Principal::Provider { .. })
        && (request.is("sts", "AssumeRoleWithWebIdentity")
            || request.is("sts", "AssumeRoleWithSAML"));
    match change {
        Change::Add {
            gate: Gate::Resource,
            statement,
            ..
        } if provider => {
            let document = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statement}]}}");
            validate(&document, Kind::Trust).is_err()
        }
        _ => false,
    }
}

impl Evaluation<'_> {
    fn account_of(&self, side: Side) -> Option<String> {
        match side {
            Side::Caller => self.request.principal.account(),
            Side::Resource => self.request.resource_account,
        }
        .map(str::to_owned)
    }

    /// Every Deny that matches.
    fn denies(&self) -> Vec<Change> {
        let p = self.policies;
        let mut out = Vec::new();
        let mut add = |gate, level, side, policy: &Policy, named: &dyn Fn(&_) -> bool| {
            for (index, statement) in policy
                .document
                .candidates(Effect::Deny, self.request.action)
            {
                if named(statement) && self.matches(statement) {
                    out.push(Change::Relax {
                        gate,
                        level,
                        account: self.account_of(side),
                        statement: StatementRef {
                            policy: policy.clone(),
                            index,
                        },
                    });
                }
            }
        };
        let all = |_: &_| true;
        if self.under_rcp {
            for (level, policies) in p.rcp.iter().enumerate() {
                for policy in policies {
                    add(Gate::Rcp, Some(level), Side::Resource, policy, &all);
                }
            }
        }
        if self.under_scp {
            for (level, policies) in p.scp.iter().enumerate() {
                for policy in policies {
                    add(Gate::Scp, Some(level), Side::Caller, policy, &all);
                }
            }
        }
        for policy in self.resource_policy().iter() {
            let named = |s: &_| self.named_for_deny(s);
            add(Gate::Resource, None, Side::Resource, policy, &named);
        }
        for policy in &p.identity {
            add(Gate::Identity, None, Side::Caller, policy, &all);
        }
        for policy in p.boundary.iter() {
            add(Gate::Boundary, None, Side::Caller, policy, &all);
        }
        for policy in p.session.iter().flatten() {
            add(Gate::Session, None, Side::Caller, policy, &all);
        }
        for policy in p.endpoint.iter() {
            add(Gate::Endpoint, None, Side::Caller, policy, &|s| {
                self.names(s)
            });
        }
        out
    }

    /// What to add where `gate` is missing: a statement, for SCPs and RCPs one at each level that is silent.
    fn additions(&self, gate: Gate, side: Side) -> Vec<Change> {
        let p = self.policies;
        let one = |policy: Option<&Policy>| policy.map(|p| Arc::clone(&p.name));
        let add = |level, policy| Change::Add {
            gate,
            level,
            account: self.account_of(side),
            policy,
            statement: self.statement(gate),
        };
        match gate {
            Gate::Scp => (0..)
                .zip(&p.scp)
                .filter(|(_, level)| self.scp_level_silent(level))
                .map(|(level, _)| add(Some(level), None))
                .collect(),
            // They have no Allow but that of RCPFullAWSAccess, which nobody takes away (`spec/authorization.md` 4.1).
            Gate::Rcp => Vec::new(),
            Gate::Identity => vec![add(None, None)],
            Gate::Session => vec![add(None, one(p.session.iter().flatten().next()))],
            Gate::Boundary => vec![add(None, one(p.boundary.as_ref()))],
            Gate::Endpoint => vec![add(None, one(p.endpoint.as_ref()))],
            Gate::Resource | Gate::Grant if self.has_policy() => {
                vec![add(None, one(p.resource.as_ref()))]
            }
            Gate::Resource | Gate::Grant => Vec::new(),
        }
    }

    /// Whether the resource can have a policy of its own: it has one, or its service knows such policies.
    fn has_policy(&self) -> bool {
        let service = self.request.action.split(':').next().unwrap_or_default();
        let known = services::have_policies(service);
        let role = !service.eq_ignore_ascii_case("sts") || self.request.resource.contains(":role/");
        self.policies.resource.is_some() || (known && role)
    }

    /// What narrows a statement of `gate` down to who asks now, where its `Principal` cannot: everybody can get tokens of some
    /// providers, a service acts for everybody who asks it to (IAM user guide, "The confused deputy problem"), and an
    /// endpoint is everybody's in its network.
    fn narrowed(&self, gate: Gate) -> String {
        let context = self.request.context;
        let given = |operator: &str, key: &str, written: &str| {
            let value = context.single(key)?;
            // In an ARN operator, a wildcard would be one.
            let plain = !operator.starts_with("Arn")
                || value.starts_with("arn:") && !value.contains(['*', '?', '$']);
            let pair = format!("{}:{}", quote(written), quote(value));
            plain.then(|| (operator.to_owned(), pair))
        };
        let conditions: Vec<(String, String)> = match (gate, self.request.principal) {
            (Gate::Resource | Gate::Grant, Principal::Provider { name, .. }) => {
                let host = name.rsplit_once(":oidc-provider/");
                let host = host.map_or(&**name, |(_, host)| host);
                let claim = |claim: &str| {
                    let key = format!("{host}:{claim}");
                    given("StringEquals", &key.to_lowercase(), &key)
                };
                ["aud", "sub", "app_id"]
                    .into_iter()
                    .filter_map(claim)
                    .collect()
            }
            (Gate::Resource | Gate::Grant, Principal::Service(_)) => [
                given("StringEquals", "aws:sourceaccount", "aws:SourceAccount"),
                given("ArnEquals", "aws:sourcearn", "aws:SourceArn"),
            ]
            .into_iter()
            .flatten()
            .collect(),
            (Gate::Endpoint, _) => given("ArnEquals", "aws:principalarn", "aws:PrincipalArn")
                .into_iter()
                .collect(),
            _ => Vec::new(),
        };
        let mut operators: Vec<&str> = conditions.iter().map(|(operator, _)| &**operator).collect();
        operators.dedup();
        let blocks: Vec<String> = operators
            .into_iter()
            .map(|operator| {
                let own = conditions.iter().filter(|(of, _)| of == operator);
                let pairs: Vec<&str> = own.map(|(_, pair)| &**pair).collect();
                format!("{}:{{{}}}", quote(operator), pairs.join(","))
            })
            .collect();
        match blocks.is_empty() {
            true => String::new(),
            false => format!(",\"Condition\":{{{}}}", blocks.join(",")),
        }
    }

    /// The smallest statement that allows the request in a document of `gate`.
    fn statement(&self, gate: Gate) -> String {
        let action = quote(self.request.action);
        let principal = match gate {
            Gate::Resource | Gate::Grant => {
                format!("\"Principal\":{},", principal(self.request.principal))
            }
            Gate::Endpoint | Gate::Rcp => "\"Principal\":\"*\",".to_owned(),
            _ => String::new(),
        };
        let resource = match (gate, self.kind) {
            (Gate::Resource | Gate::Grant, ResourceKind::Trust) => String::new(),
            // A trust policy has no Resource, also where the case does not give one.
            (Gate::Resource | Gate::Grant, _) if self.request.action_of("sts").is_some() => {
                String::new()
            }
            (Gate::Resource | Gate::Grant, ResourceKind::Key) => ",\"Resource\":\"*\"".to_owned(),
            // A repository policy has no Resource.
            (Gate::Resource | Gate::Grant, _) if self.request.action_of("ecr").is_some() => {
                String::new()
            }
            _ => format!(",\"Resource\":{}", quote(&self.literal(gate))),
        };
        let condition = self.narrowed(gate);
        format!("{{\"Effect\":\"Allow\",{principal}\"Action\":{action}{resource}{condition}}}")
    }

    /// The resource as a document of `gate` has to write it. Version 2008-10-17 cannot escape wildcards: there one character of
    /// any kind stands for one that is a wildcard.
    fn literal(&self, gate: Gate) -> String {
        let p = self.policies;
        let joined = match gate {
            Gate::Boundary => p.boundary.as_ref(),
            Gate::Endpoint => p.endpoint.as_ref(),
            Gate::Resource | Gate::Grant => p.resource.as_ref(),
            Gate::Session => p.session.iter().flatten().next(),
            _ => None,
        };
        let resource = self.request.resource;
        match joined.map(|p| p.document.version) {
            Some(Version::V2008) if resource != "*" => resource.replace('*', "?"),
            _ => literal(resource),
        }
    }
}

/// The resource as a pattern that matches just itself.
pub(crate) fn literal(resource: &str) -> String {
    if resource == "*" || !resource.contains(['*', '?', '$']) {
        return resource.to_owned();
    }
    let mut out = String::new();
    for c in resource.chars() {
        match c {
            '*' | '?' | '$' => {
                out.push_str("${");
                out.push(c);
                out.push('}');
            }
            c => out.push(c),
        }
    }
    out
}

/// The principal as a policy should name it: the role rather than one session of it.
pub(crate) fn principal(principal: &Principal) -> String {
    match principal {
        Principal::Anonymous => "\"*\"".to_owned(),
        Principal::Service(name) => format!("{{\"Service\":{}}}", quote(name)),
        Principal::Provider { name, .. } => format!("{{\"Federated\":{}}}", quote(name)),
        Principal::Session { role_arn, .. } => format!("{{\"AWS\":{}}}", quote(role_arn)),
        other => format!("{{\"AWS\":{}}}", quote(&other.arn())),
    }
}
