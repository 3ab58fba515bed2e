//! Why a request is decided as it is: every gate, every statement that mattered, and why each near miss missed.
//!
//! This walks all documents and is asked for only when somebody wants to read the answer.

use crate::condition::{Condition, Qualifier};
use crate::decision::{Decision, Gate, Grant, Policies, ResourceKind, StatementRef};
use crate::document::{Effect, Policy, PrincipalPattern, Statement};
use crate::evaluate::{Evaluation, evaluate};
use crate::grants::{is_for_grants, unsettled};
use crate::json::Span;
use crate::principal::Principal;
use crate::request::{Context, ContextValue, Request};

/// A decision with its reasons.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The decision, as [`evaluate`] gives it.
    pub decision: Decision,
    /// Every gate that had documents, in the order in which AWS asks them.
    pub gates: Vec<GateReport>,
    /// The grants of the key.
    pub grants: Vec<GrantReport>,
    /// Why it is decided whatever the policies say, if it is.
    pub regardless: Option<&'static str>,
}

/// What a gate said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// A statement allows, and none denies.
    Allows,
    /// A statement denies.
    Denies,
    /// Nothing matches.
    Silent,
}

/// A gate with its statements.
#[derive(Debug, Clone)]
pub struct GateReport {
    /// The gate.
    pub gate: Gate,
    /// For SCPs and RCPs: the level, counted from the root.
    pub level: Option<usize>,
    /// What it said.
    pub said: Said,
    /// The statements that matched, and those that nearly did.
    pub statements: Vec<StatementReport>,
}

/// A statement that mattered.
#[derive(Debug, Clone)]
pub struct StatementReport {
    /// The statement.
    pub statement: StatementRef,
    /// Its effect.
    pub effect: Effect,
    /// Why it does not match; empty when it does.
    pub misses: Vec<Miss>,
}

/// Why a statement does not match.
#[derive(Debug, Clone, PartialEq)]
pub struct Miss {
    /// The element that misses.
    pub element: Missed,
    /// Where that element stands in the document's text.
    pub span: Span,
    /// In words: what is written and what was asked.
    pub reason: String,
}

/// An element of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// `Action` or `NotAction`.
    Action,
    /// `Resource` or `NotResource`.
    Resource,
    /// `Principal` or `NotPrincipal`.
    Principal,
    /// The condition with this number.
    Condition(usize),
}

/// A grant, and why it does not help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantReport {
    /// Its id.
    pub id: String,
    /// Why it does not cover the request; `None` when it does.
    pub reason: Option<String>,
}

/// Decides `request` and says why.
#[must_use]
pub fn explain(request: &Request<'_>, policies: &Policies, kind: ResourceKind) -> Explanation {
    let decision = evaluate(request, policies, kind);
    let evaluation = Evaluation::new(request, policies, kind, decision.cross_account);
    let mut gates = Vec::new();
    let mut report = |gate, level, documents: Vec<&Policy>| {
        gates.push(evaluation.report(gate, level, &documents));
    };
    if evaluation.under_rcp {
        for (level, documents) in policies.rcp.iter().enumerate() {
            report(Gate::Rcp, Some(level), documents.iter().collect());
        }
    }
    if evaluation.under_scp {
        for (level, documents) in policies.scp.iter().enumerate() {
            report(Gate::Scp, Some(level), documents.iter().collect());
        }
    }
    if let Some(policy) = &policies.endpoint {
        report(Gate::Endpoint, None, vec![policy]);
    }
    if !policies.identity.is_empty() {
        report(Gate::Identity, None, policies.identity.iter().collect());
    }
    if let Some(policy) = &policies.boundary {
        report(Gate::Boundary, None, vec![policy]);
    }
    if let Some(session) = &policies.session {
        report(Gate::Session, None, session.iter().collect());
    }
    if let Some(policy) = policies.resource.as_ref().filter(|_| !evaluation.unasked) {
        report(Gate::Resource, None, vec![policy]);
    }
    let grants = policies
        .grants
        .iter()
        .map(|grant| GrantReport {
            id: grant.id.clone(),
            reason: evaluation.grant_misses(grant),
        })
        .collect();
    Explanation {
        decision,
        gates,
        grants,
        regardless: evaluation.regardless(),
    }
}

impl Evaluation<'_> {
    fn report(&self, gate: Gate, level: Option<usize>, documents: &[&Policy]) -> GateReport {
        let mut statements = Vec::new();
        for policy in documents {
            for (index, statement) in policy.document.statements().iter().enumerate() {
                let misses = self.misses(gate, statement);
                let near = misses.len() <= 1 || misses.iter().all(|m| m.element != Missed::Action);
                if near {
                    statements.push(StatementReport {
                        statement: StatementRef {
                            policy: (*policy).clone(),
                            index,
                        },
                        effect: statement.effect,
                        misses,
                    });
                }
            }
        }
        let any = |effect| {
            statements
                .iter()
                .any(|s| s.misses.is_empty() && s.effect == effect)
        };
        let said = if any(Effect::Deny) {
            Said::Denies
        } else if any(Effect::Allow) {
            Said::Allows
        } else {
            Said::Silent
        };
        GateReport {
            gate,
            level,
            said,
            statements,
        }
    }

    /// Whether `statement`, standing in a document of `gate`, is about the caller.
    fn concerns(&self, gate: Gate, statement: &Statement) -> bool {
        match (gate, statement.effect) {
            (Gate::Resource, Effect::Allow) => self.strength(statement).is_some(),
            (Gate::Resource, Effect::Deny) => self.named_for_deny(statement),
            (Gate::Endpoint, _) => self.names(statement),
            _ => true,
        }
    }

    fn misses(&self, gate: Gate, statement: &Statement) -> Vec<Miss> {
        let mut misses = Vec::new();
        let mut miss = |element, span, reason: String| {
            misses.push(Miss {
                element,
                span,
                reason,
            });
        };
        let not = |negated: bool| if negated { "Not" } else { "" };
        if !statement.matches_action(self.request.action) {
            let (span, reason) = match &statement.actions {
                None => (
                    statement.span,
                    "the statement has no Action, so it has no effect".to_owned(),
                ),
                Some(actions) => (
                    actions.span,
                    format!(
                        "{}Action {} does not cover {}",
                        not(actions.negated),
                        listed(actions.texts()),
                        self.request.action
                    ),
                ),
            };
            miss(Missed::Action, span, reason);
        }
        if gate == Gate::Resource && statement.effect == Effect::Allow && self.restricted {
            let principals = statement.principals.as_ref();
            let span = principals.map_or(statement.span, |p| p.span);
            let reason = "the policy is public, and RestrictPublicBuckets then keeps other accounts out, whomever it names";
            miss(Missed::Principal, span, reason.to_owned());
        } else if !self.concerns(gate, statement) {
            let (span, reason) = match &statement.principals {
                None => (
                    statement.span,
                    "the statement has no Principal, so it has no effect".to_owned(),
                ),
                Some(element) => (
                    element.span,
                    match (element.negated, statement.effect) {
                        (true, Effect::Allow) => {
                            "an Allow with NotPrincipal has no effect".to_owned()
                        }
                        (true, Effect::Deny) => {
                            format!("NotPrincipal names {}", self.request.principal.arn())
                        }
                        (false, _) => {
                            format!("Principal does not name {}", self.request.principal.arn())
                        }
                    },
                ),
            };
            miss(Missed::Principal, span, reason);
        }
        if !statement.matches_resource(self.request) {
            let (span, reason) = match &statement.resources {
                None => (
                    statement.span,
                    "the statement has no Resource, so it has no effect".to_owned(),
                ),
                Some(resources) => (
                    resources.span,
                    format!(
                        "{}Resource {} does not cover {}{}",
                        not(resources.negated),
                        listed(resources.texts()),
                        self.request.subject(),
                        self.without_value(resources.texts())
                    ),
                ),
            };
            miss(Missed::Resource, span, reason);
        }
        for (index, condition) in statement.conditions.iter().enumerate() {
            if condition.holds(self.request.context, statement.effect) {
                continue;
            }
            let found = found(condition, self.request.context);
            let found = format!("{found}{}", self.without_value(condition.operands()));
            let reason = format!(
                "{} {} {} does not hold: {} {found}",
                condition.written_operator,
                condition.written_key,
                listed(condition.operands()),
                condition.written_key,
            );
            miss(Missed::Condition(index), condition.span, reason);
        }
        misses
    }

    fn grant_misses(&self, grant: &Grant) -> Option<String> {
        let alone = Policies {
            grants: vec![grant.clone()],
            ..Policies::default()
        };
        let evaluation = Evaluation {
            policies: &alone,
            ..*self
        };
        if evaluation.grant_allow(false).is_some() {
            return None;
        }
        let operation = self.request.action_of("kms").unwrap_or_default();
        let who = crate::parse::aws_principal(grant.grantee.clone());
        Some(if self.request.principal.named_by(&who).is_none() {
            format!("its grantee is {}", grant.grantee)
        } else if who == PrincipalPattern::Any {
            "a grant is for one principal, not for everybody".to_owned()
        } else if !is_for_grants(operation) {
            format!("there are no grants for {operation}")
        } else if !grant
            .operations
            .iter()
            .any(|o| o.eq_ignore_ascii_case(operation))
        {
            format!("it is for {} only", grant.operations.join(", "))
        } else if unsettled(grant, self.request) {
            "it is not known everywhere yet, and the request does not pass its grant token"
                .to_owned()
        } else {
            let mut wanted = Vec::new();
            let pairs = |all: &[(String, String)]| {
                let each = all.iter().map(|(k, v)| format!("{k} = \"{v}\""));
                each.collect::<Vec<_>>().join(", ")
            };
            if let Some(all) = &grant.context_equals {
                wanted.push(format!("an encryption context of exactly {}", pairs(all)));
            }
            if let Some(some) = &grant.context_subset {
                wanted.push(format!("an encryption context with {}", pairs(some)));
            }
            if let Some(arn) = &grant.source_arn {
                wanted.push(format!("a call on behalf of {arn}"));
            }
            if wanted.is_empty() {
                return Some("the grant to be made gives more than it".to_owned());
            }
            format!(
                "its constraints do not hold: it is for {}",
                wanted.join(" and ")
            )
        })
    }

    /// The variables of texts that have no value in the request, in words.
    fn without_value<'t>(&self, texts: impl Iterator<Item = &'t str>) -> String {
        let mut names: Vec<&str> = Vec::new();
        for text in texts {
            let inner = text
                .split("${")
                .skip(1)
                .filter_map(|part| part.split_once('}'));
            let plain = inner
                .map(|(name, _)| name)
                .filter(|n| n.contains(':') && !n.contains(','));
            names.extend(plain.filter(|n| self.request.context.get(&n.to_lowercase()).is_none()));
        }
        match names.as_slice() {
            [] => String::new(),
            names => format!(", and {} has no value in the request", names.join(", ")),
        }
    }

    /// Why it is decided whatever the policies say.
    fn regardless(&self) -> Option<&'static str> {
        if self.needs_no_permission() {
            return Some("AWS asks no permission for this call, and no policy can forbid it");
        }
        if self.refused() {
            return Some(match self.request.principal {
                Principal::Root { .. } if self.request.is("sts", "AssumeRole") => {
                    "no root user may assume a role"
                }
                Principal::Federated { .. } => "no federated user may ask this of IAM or STS",
                Principal::Session { .. } if self.request.action_of("sts").is_some() => {
                    "nobody may ask for such credentials with those of a role"
                }
                Principal::Anonymous => "the service takes no request that is not signed",
                _ => "AWS refuses this call from this caller",
            });
        }
        self.never()
            .then_some("nobody of another account may make this call")
    }
}

/// What the request has for the key of a condition, in words.
fn found(condition: &Condition, context: &Context) -> String {
    match context.get(&condition.key) {
        None => "is not in the request".to_owned(),
        Some(ContextValue::Single(value)) => format!("is \"{value}\""),
        Some(ContextValue::List(values)) => {
            let alone = match condition.qualifier {
                Qualifier::Single => {
                    ", a key of several values, which needs ForAnyValue or ForAllValues"
                }
                Qualifier::ForAll | Qualifier::ForAny => "",
            };
            let values = listed(values.iter().map(String::as_str));
            format!("is {values}{alone}")
        }
    }
}

/// The conditions of a statement that holds, each with what the request has: `StringNotEquals s3:prefix "a" holds: s3:prefix
/// is "b"`.
#[must_use]
pub fn held(statement: &Statement, context: &Context) -> Vec<String> {
    let conditions = statement.conditions.iter();
    let said = conditions.map(|c| {
        format!(
            "{} {} {} holds: {} {}",
            c.written_operator,
            c.written_key,
            listed(c.operands()),
            c.written_key,
            found(c, context)
        )
    });
    said.collect()
}

fn listed<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    const SHOWN: usize = 4;
    let all: Vec<&str> = texts.collect();
    let mut shown: Vec<String> = all.iter().take(SHOWN).map(|t| format!("\"{t}\"")).collect();
    if let Some(more) = all.len().checked_sub(SHOWN).filter(|m| *m > 0) {
        shown.push(format!("and {more} more"));
    }
    match (all.len(), shown.as_slice()) {
        (1, [one]) => one.clone(),
        _ => format!("[{}]", shown.join(", ")),
    }
}
