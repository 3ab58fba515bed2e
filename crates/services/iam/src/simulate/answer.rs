//! What comes out of a simulation.

use std::collections::BTreeSet;

use sekisho_engine::prelude::*;
use sekisho_policy::{
    Context, Decision, Effect, Explanation, Gate, Outcome, Policies, Policy, Principal, Request,
    ResourceKind, Said, evaluate, explain, line_and_column,
};
use serde_json::Map;

use super::actions;

/// The question, but for action and resource.
pub(super) struct Asked {
    pub(super) policies: Policies,
    pub(super) principal: Principal,
    pub(super) owner: String,
    /// What is given and what the simulator knows by itself.
    pub(super) context: Context,
    /// What is given.
    pub(super) given: Context,
}

/// The result for one resource.
struct One {
    resource: String,
    outcome: Outcome,
    matched: Vec<Value>,
    /// Whether the boundary allows, if there is one.
    bounded: Option<bool>,
    /// Whether every level of the organization allows, if there is one.
    organized: Option<bool>,
    /// What each kind of policy says by itself.
    details: Value,
}

impl Asked {
    pub(super) fn action(&self, action: &str, resources: &[String]) -> Value {
        let any = ["*".to_owned()];
        let asked = if resources.is_empty() {
            &any
        } else {
            resources
        };
        let each: Vec<One> = asked.iter().map(|r| self.one(action, r)).collect();
        let outcome = |wanted| each.iter().any(|o| o.outcome == wanted);
        let sum = if outcome(Outcome::ExplicitDeny) {
            Outcome::ExplicitDeny
        } else if outcome(Outcome::ImplicitDeny) {
            Outcome::ImplicitDeny
        } else {
            Outcome::Allow
        };
        let mut matched: Vec<&Value> = Vec::new();
        for row in each.iter().flat_map(|o| &o.matched) {
            if !matched.contains(&row) {
                matched.push(row);
            }
        }
        let name = match asked {
            [one] => one.clone(),
            several => actions::format_of(action, several.first().map_or("", String::as_str)),
        };
        let missing = self.missing(sum);
        let mut out = json!({
            "EvalActionName": action,
            "EvalResourceName": name,
            "EvalDecision": word(sum),
            "MatchedStatements": matched,
            "MissingContextValues": missing,
        });
        let bounded: Vec<bool> = each.iter().filter_map(|o| o.bounded).collect();
        let organized: Vec<bool> = each.iter().filter_map(|o| o.organized).collect();
        if let Some(map) = out.as_object_mut() {
            if !organized.is_empty() {
                let allowed = organized.iter().all(|o| *o);
                if !allowed {
                    // Whatever else is missing: the organization is in the way.
                    map.insert("MissingContextValues".to_owned(), json!([]));
                }
                map.insert(
                    "OrganizationsDecisionDetail".to_owned(),
                    json!({"AllowedByOrganizations": allowed}),
                );
            }
            if !bounded.is_empty() {
                map.insert(
                    "PermissionsBoundaryDecisionDetail".to_owned(),
                    json!({"AllowedByPermissionsBoundary": bounded.iter().all(|b| *b)}),
                );
            }
            if let (false, Some(first)) = (resources.is_empty(), each.first()) {
                map.insert("EvalDecisionDetails".to_owned(), first.details.clone());
                map.insert(
                    "ResourceSpecificResults".to_owned(),
                    each.iter().map(|o| o.specific(self)).collect(),
                );
            }
        }
        out
    }

    /// The keys of all statements that were not given; only where that could be why it is denied.
    fn missing(&self, outcome: Outcome) -> BTreeSet<String> {
        if outcome != Outcome::ImplicitDeny {
            return BTreeSet::new();
        }
        let policies = self.policies.identity.iter().chain(&self.policies.boundary);
        policies
            .flat_map(|policy| policy.document.context_keys())
            .filter(|key| self.given.get(&key.to_lowercase()).is_none())
            .collect()
    }

    fn one(&self, action: &str, resource: &str) -> One {
        let request = Request {
            principal: &self.principal,
            action,
            resource,
            resource_account: Some(&self.owner),
            context: &self.context,
            requested_grant: None,
            grant_tokens: &[],
        };
        let applies = actions::applies(action, resource);
        let kind = ResourceKind::Ordinary;
        let nothing = Policies::default();
        let policies = if applies { &self.policies } else { &nothing };
        let decision = evaluate(&request, policies, kind);
        let explanation = explain(&request, policies, kind);
        let matching = explanation.gates.iter().flat_map(|gate| {
            let said = gate.statements.iter().filter(|s| s.misses.is_empty());
            said.map(move |s| (gate.gate, s))
        });
        let mut levels = explanation.gates.iter().filter(|g| g.gate == Gate::Scp);
        let organized = (applies && !self.policies.scp.is_empty())
            .then(|| levels.all(|level| level.said == Said::Allows));
        let matched = matching
            .filter(|_| organized != Some(false))
            .filter(|(gate, report)| shows(&decision, *gate, report.effect))
            .map(|(gate, report)| statement(gate, &report.statement.policy, report.statement.index))
            .collect();
        let bounded = self
            .policies
            .boundary
            .as_ref()
            .map(|_| said(&explanation, Gate::Boundary) == Outcome::Allow);
        One {
            resource: resource.to_owned(),
            // Also where no policy is asked on the service itself.
            outcome: if applies {
                decision.outcome
            } else {
                Outcome::ImplicitDeny
            },
            matched,
            bounded,
            organized,
            details: self.details(&decision, &explanation),
        }
    }

    /// Across accounts the answer tells what each kind of policy says.
    fn details(&self, decision: &Decision, explanation: &Explanation) -> Value {
        let mut map = Map::new();
        if decision.cross_account {
            let mut add = |gate| {
                map.insert(
                    type_of(gate).to_owned(),
                    json!(word(said(explanation, gate))),
                );
            };
            add(Gate::Identity);
            if self.policies.resource.is_some() {
                add(Gate::Resource);
            }
            if self.policies.boundary.is_some() {
                add(Gate::Boundary);
            }
        }
        Value::Object(map)
    }
}

/// What the policies of one kind say by themselves.
fn said(explanation: &Explanation, wanted: Gate) -> Outcome {
    let gate = explanation.gates.iter().find(|g| g.gate == wanted);
    match gate.map(|g| g.said) {
        Some(Said::Allows) => Outcome::Allow,
        Some(Said::Denies) => Outcome::ExplicitDeny,
        _ => Outcome::ImplicitDeny,
    }
}

/// A denial by a statement shows the statements that deny, an allow those that allow but for the boundary's, an implicit
/// denial none.
fn shows(decision: &Decision, gate: Gate, effect: Effect) -> bool {
    match decision.outcome {
        Outcome::Allow => effect == Effect::Allow && !matches!(gate, Gate::Boundary | Gate::Scp),
        Outcome::ExplicitDeny => effect == Effect::Deny,
        Outcome::ImplicitDeny => false,
    }
}

impl One {
    fn specific(&self, asked: &Asked) -> Value {
        let mut out = json!({
            "EvalResourceName": self.resource,
            "EvalResourceDecision": word(self.outcome),
        });
        let missing = match self.organized {
            Some(false) => BTreeSet::new(),
            _ => asked.missing(self.outcome),
        };
        if let Some(map) = out.as_object_mut() {
            if self.details.as_object().is_some_and(|d| !d.is_empty()) {
                map.insert("EvalDecisionDetails".to_owned(), self.details.clone());
            }
            if !self.matched.is_empty() {
                map.insert("MatchedStatements".to_owned(), json!(self.matched));
            }
            if !missing.is_empty() {
                map.insert("MissingContextValues".to_owned(), json!(missing));
            }
            if let Some(bounded) = self.bounded {
                map.insert(
                    "PermissionsBoundaryDecisionDetail".to_owned(),
                    json!({"AllowedByPermissionsBoundary": bounded}),
                );
            }
        }
        out
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allow => "allowed",
        Outcome::ExplicitDeny => "explicitDeny",
        Outcome::ImplicitDeny => "implicitDeny",
    }
}

fn type_of(gate: Gate) -> &'static str {
    match gate {
        Gate::Boundary => "Permissions Boundary Policy",
        Gate::Resource => "Resource Policy",
        _ => "IAM Policy",
    }
}

/// A statement with its place. It begins where the reader stood after the token before it: `[`, the end of the statement
/// before, or the brace of a statement that stands alone.
fn statement(gate: Gate, policy: &Policy, index: usize) -> Value {
    let statements = policy.document.statements();
    let span = statements.get(index).map(|s| s.span).unwrap_or_default();
    let text = policy.document.text.as_ref();
    let before = index.checked_sub(1).and_then(|i| statements.get(i));
    let start = match before {
        Some(previous) => previous.span.end,
        None => text
            .get(..span.start)
            .map(str::trim_end)
            .filter(|head| head.ends_with('['))
            .map_or(span.start + 1, str::len),
    };
    json!({
        "SourcePolicyId": policy.name.as_ref(),
        "SourcePolicyType": type_of(gate),
        "StartPosition": position(text, start),
        "EndPosition": position(text, span.end),
    })
}

fn position(text: &str, at: usize) -> Value {
    let (line, column) = line_and_column(text, at);
    json!({"Line": line, "Column": column})
}
