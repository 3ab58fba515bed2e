//! One question put to the library and to the reference.

use std::collections::BTreeSet;

use sekisho_policy::{
    Context, Decision, Outcome, Policies, Principal, Request, ResourceKind, evaluate,
};

use super::generate::{keys, kind, policies, principal};
use super::{Layers, Question, Verdict, decide};

/// A question as the library takes it.
pub(crate) struct Scene<'q> {
    question: &'q Question,
    principal: Principal,
    context: Context,
    pub(crate) policies: Policies,
    pub(crate) kind: ResourceKind,
}

impl<'q> Scene<'q> {
    pub(crate) fn new(question: &'q Question, layers: &Layers) -> Self {
        Self {
            question,
            principal: principal(&question.who),
            context: keys(question),
            policies: policies(layers),
            kind: kind(question, layers),
        }
    }

    pub(crate) fn request(&self) -> Request<'_> {
        Request {
            principal: &self.principal,
            action: &self.question.action,
            resource: &self.question.resource,
            resource_account: Some(&self.question.owner),
            context: &self.context,
            requested_grant: None,
            grant_tokens: &self.question.tokens,
        }
    }

    pub(crate) fn decide(&self) -> Decision {
        self.decide_under(&self.policies)
    }

    pub(crate) fn decide_under(&self, policies: &Policies) -> Decision {
        evaluate(&self.request(), policies, self.kind)
    }
}

/// How the library and the reference differ, in verdict, deciding gate or missing gates; `None` when they do not.
pub(crate) fn disagreement(question: &Question, layers: &Layers) -> Option<String> {
    let scene = Scene::new(question, layers);
    let decision = scene.decide();
    let missing: BTreeSet<&str> = decision.missing.iter().map(|m| m.gate.as_str()).collect();
    let verdict = decide(question, layers, scene.kind != ResourceKind::Ordinary);
    let agree = match &verdict {
        Verdict::Allow => decision.outcome == Outcome::Allow,
        Verdict::Explicit(gates) => {
            decision.outcome == Outcome::ExplicitDeny && gates.contains(decision.gate.as_str())
        }
        Verdict::Implicit(gates) => decision.outcome == Outcome::ImplicitDeny && missing == *gates,
    };
    (!agree).then(|| {
        format!(
            "{:?} at {:?}, missing {missing:?}; the reference says {verdict:?}",
            decision.outcome, decision.gate
        )
    })
}
