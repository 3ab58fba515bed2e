//! What was asked for a decision, requirement by requirement, as AWS tells it of a denial by its authorization id (IAM
//! Toolbox API reference, `GetRequestAuthorizationDetails` and `Check`).

use crate::decision::{Decision, Gate, Missing, Outcome, Policies, ResourceKind};
use crate::document::{Effect, Policy};
use crate::evaluate::Evaluation;
use crate::explain::{GateReport, Said, explain};
use crate::principal::Principal;
use crate::request::Request;

/// What came of one requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequirementEffect {
    /// A statement allows.
    Allow,
    /// Nothing matches, and nothing had to.
    NoImpact,
    /// Nothing allows what had to be allowed.
    ImplicitDeny,
    /// A statement denies.
    ExplicitDeny,
}

/// A policy that was asked.
#[derive(Debug, Clone)]
pub struct AskedPolicy {
    /// What kind of policy it is.
    pub gate: Gate,
    /// For SCPs and RCPs: the level, counted from the root.
    pub level: Option<usize>,
    /// The policy.
    pub policy: Policy,
}

/// One requirement, and what came of it.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// Whose say it is.
    pub gate: Gate,
    /// For SCPs and RCPs: the level, counted from the root.
    pub level: Option<usize>,
    /// What came of it.
    pub effect: RequirementEffect,
    /// The statements that matched: the number of the policy in [`Details::policies`], and those of its statements.
    pub matched: Vec<(usize, Vec<usize>)>,
}

/// A decision with all that was asked for it.
#[derive(Debug, Clone)]
pub struct Details {
    /// The decision.
    pub decision: Decision,
    /// Every policy that was asked.
    pub policies: Vec<AskedPolicy>,
    /// Every requirement, in AWS's order: RCPs and SCPs from the root down, the VPC endpoint, the resource, the caller's
    /// identity, boundary and session.
    pub requirements: Vec<Requirement>,
}

/// Decides `request`, and says of every requirement what came of it.
///
/// Of an explicit denial some requirement is [`RequirementEffect::ExplicitDeny`]; of an implicit one some requirement is
/// [`RequirementEffect::ImplicitDeny`], and none the other.
#[must_use]
pub fn details(request: &Request<'_>, policies: &Policies, kind: ResourceKind) -> Details {
    let explanation = explain(request, policies, kind);
    let decision = explanation.decision;
    let mut asked = Asked {
        decision: &decision,
        separately: decision.cross_account || kind != ResourceKind::Ordinary,
        by_resource: said(&explanation.gates, Gate::Resource) == Some(Said::Allows),
        policies: Vec::new(),
        requirements: Vec::new(),
    };
    // Where AWS answers whatever the policies say, none is asked.
    let gates = explanation.gates.iter();
    for report in gates.filter(|_| explanation.regardless.is_none()) {
        let evaluation = Evaluation::new(request, policies, kind, decision.cross_account);
        asked.add(report, &documents(&evaluation, report));
    }
    // What applies to the caller is told also where it has no policies.
    let identity = Gate::Identity;
    let has_identity = matches!(
        request.principal,
        Principal::User { .. } | Principal::Session { .. }
    );
    if has_identity && asked.requirements.iter().all(|r| r.gate != identity) {
        let empty = GateReport {
            gate: identity,
            level: None,
            said: Said::Silent,
            statements: Vec::new(),
        };
        asked.add(&empty, &[]);
    }
    asked.settle();
    let Asked {
        policies,
        mut requirements,
        ..
    } = asked;
    requirements.sort_by_key(|r| (order(r.gate), r.level));
    Details {
        decision,
        policies,
        requirements,
    }
}

/// AWS's order (IAM Toolbox API reference, `Evaluation`).
fn order(gate: Gate) -> usize {
    match gate {
        Gate::Rcp => 0,
        Gate::Scp => 1,
        Gate::Endpoint => 2,
        Gate::Resource | Gate::Grant => 3,
        Gate::Identity => 4,
        Gate::Boundary => 5,
        Gate::Session => 6,
    }
}

fn said(gates: &[GateReport], gate: Gate) -> Option<Said> {
    gates.iter().find(|r| r.gate == gate).map(|r| r.said)
}

/// The documents that a report is about.
fn documents<'p>(evaluation: &Evaluation<'p>, report: &GateReport) -> Vec<&'p Policy> {
    let all = evaluation.policies;
    let level = |levels: &'p [Vec<Policy>]| {
        let level = report.level.and_then(|level| levels.get(level));
        level.into_iter().flatten().collect()
    };
    match report.gate {
        Gate::Rcp => level(&all.rcp),
        Gate::Scp => level(&all.scp),
        Gate::Endpoint => all.endpoint.iter().collect(),
        Gate::Identity => all.identity.iter().collect(),
        Gate::Boundary => all.boundary.iter().collect(),
        Gate::Session => all.session.iter().flatten().collect(),
        Gate::Resource => all.resource.iter().collect(),
        Gate::Grant => Vec::new(),
    }
}

struct Asked<'d> {
    decision: &'d Decision,
    /// Whether the resource's side must allow for itself.
    separately: bool,
    /// Whether the resource's policy allows.
    by_resource: bool,
    policies: Vec<AskedPolicy>,
    requirements: Vec<Requirement>,
}

impl Asked<'_> {
    fn add(&mut self, report: &GateReport, documents: &[&Policy]) {
        let first = self.policies.len();
        self.policies
            .extend(documents.iter().map(|policy| AskedPolicy {
                gate: report.gate,
                level: report.level,
                policy: (*policy).clone(),
            }));
        let mut matched: Vec<(usize, Vec<usize>)> = Vec::new();
        for found in report.statements.iter().filter(|s| s.misses.is_empty()) {
            let document = &found.statement.policy.document;
            let same = |p: &&Policy| {
                std::sync::Arc::ptr_eq(&p.document, document)
                    && p.name == found.statement.policy.name
            };
            let Some(at) = documents.iter().position(same) else {
                continue;
            };
            match matched.iter_mut().find(|(policy, _)| *policy == first + at) {
                Some((_, statements)) => statements.push(found.statement.index),
                None => matched.push((first + at, vec![found.statement.index])),
            }
        }
        let effect = match report.said {
            Said::Allows => RequirementEffect::Allow,
            Said::Denies => RequirementEffect::ExplicitDeny,
            Said::Silent => self.silent(report.gate),
        };
        // In one account the resource's policy is one of two ways to allow the same, and no requirement of its own.
        if report.gate == Gate::Resource
            && !self.separately
            && effect != RequirementEffect::ExplicitDeny
        {
            return;
        }
        self.requirements.push(Requirement {
            gate: report.gate,
            level: report.level,
            effect,
            matched,
        });
    }

    /// What it means that nothing matched.
    fn silent(&self, gate: Gate) -> RequirementEffect {
        let must_allow = matches!(gate, Gate::Scp | Gate::Endpoint);
        let lacks = |m: &Missing| m.gate == gate;
        let needed = match self.decision.outcome {
            // Whose policies only deny: `RCPFullAWSAccess` is always attached.
            _ if gate == Gate::Rcp => false,
            _ if must_allow => true,
            Outcome::Allow => false,
            Outcome::ImplicitDeny => self.decision.missing.iter().any(lacks),
            // Who is denied may have had no other way.
            Outcome::ExplicitDeny => self.separately || !self.by_resource,
        };
        match needed {
            true => RequirementEffect::ImplicitDeny,
            false => RequirementEffect::NoImpact,
        }
    }

    /// Where AWS refuses whatever the policies say, or an allow is too weak (a statement that names the root of the account
    /// only), the requirement that lacks is the one that the decision names.
    fn settle(&mut self) {
        let wanted = match self.decision.outcome {
            Outcome::Allow => return,
            Outcome::ImplicitDeny => RequirementEffect::ImplicitDeny,
            Outcome::ExplicitDeny => RequirementEffect::ExplicitDeny,
        };
        if self.requirements.iter().any(|r| r.effect == wanted) {
            return;
        }
        let gate = match self.decision.gate {
            Gate::Grant => Gate::Resource,
            gate => gate,
        };
        match self.requirements.iter_mut().find(|r| r.gate == gate) {
            Some(requirement) => requirement.effect = wanted,
            None => self.requirements.push(Requirement {
                gate,
                level: None,
                effect: wanted,
                matched: Vec::new(),
            }),
        }
    }
}

/// Whether a statement of a policy allows or denies, for what is told of it.
#[must_use]
pub fn effect_of(policy: &Policy, statement: usize) -> Option<Effect> {
    let statements = policy.document.statements();
    statements.get(statement).map(|s| s.effect)
}
