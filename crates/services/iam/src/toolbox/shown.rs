//! A denial as IAM Toolbox tells it.

use sekisho_engine::{Authorization, Evaluated, IamReference, Organization, time};
use sekisho_policy::{
    AskedPolicy, ContextValue, Effect, Gate, Outcome, Policy, Requirement, RequirementEffect,
    effect_of,
};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{View, own};

/// What is told of a denial to a reader.
pub(super) struct Shown<'d> {
    pub(super) denied: &'d Authorization,
    pub(super) view: View,
    /// The reader's account.
    pub(super) reader: &'d str,
    pub(super) organization: Option<&'d Organization>,
}

/// Whose policies these are: of who called, or of who has the resource.
fn of_the_resource(gate: Gate) -> bool {
    matches!(
        gate,
        Gate::Resource | Gate::Rcp | Gate::Endpoint | Gate::Grant
    )
}

fn policy_type(gate: Gate) -> &'static str {
    match gate {
        Gate::Identity => "IDENTITY_BASED_POLICY",
        Gate::Boundary => "PERMISSIONS_BOUNDARY",
        Gate::Session => "SESSION_POLICY",
        Gate::Scp => "SERVICE_CONTROL_POLICY",
        Gate::Rcp => "RESOURCE_CONTROL_POLICY",
        Gate::Endpoint => "VPC_ENDPOINT_POLICY",
        Gate::Resource | Gate::Grant => "RESOURCE_BASED_POLICY",
    }
}

fn check_type(gate: Gate) -> &'static str {
    match gate {
        Gate::Identity => "PRINCIPAL",
        Gate::Boundary => "PERMISSIONS_BOUNDARY",
        Gate::Session => "SESSION",
        Gate::Scp => "SERVICE_CONTROL_POLICY",
        Gate::Rcp => "RESOURCE_CONTROL_POLICY",
        Gate::Endpoint => "VPC_ENDPOINT",
        Gate::Resource | Gate::Grant => "RESOURCE",
    }
}

/// What names a policy: its ARN, or what stands for it where it has none.
fn uri(policy: &Policy) -> String {
    let own = || {
        let text = format!("{}\n{}", policy.name, policy.document.text);
        let digest = hex::encode(Sha256::digest(text));
        format!("inline:{}", digest.get(..16).unwrap_or(&digest))
    };
    policy.arn.as_ref().map_or_else(own, ToString::to_string)
}

/// Keys that are of one action, not of the whole request.
fn of_the_action(key: &str) -> bool {
    !key.starts_with("aws:")
        || key == "aws:tagkeys"
        || key.starts_with("aws:requesttag/")
        || key.starts_with("aws:resource")
}

impl Shown<'_> {
    /// The answer of `GetRequestAuthorizationDetails`.
    pub(super) fn details(&self) -> Value {
        let shared = match self.view {
            // What the request was is of who called.
            View::Resource => Map::new(),
            _ => self.context(self.denied.evaluations.last(), |key| !of_the_action(key)),
        };
        let evaluations = self.denied.evaluations.iter().map(|e| self.evaluation(e));
        let evaluations: Vec<Value> = evaluations.collect();
        let mut policies: Vec<Value> = Vec::new();
        for (evaluated, asked) in self.policies() {
            let info = self.policy(evaluated, asked);
            if !policies.contains(&info) {
                policies.push(info);
            }
        }
        json!({"requestContext": shared, "evaluations": evaluations, "policies": policies})
    }

    /// The document of the policy that a `uri` of the details names.
    pub(super) fn document(&self, wanted: &str) -> Option<Value> {
        let (_, asked) = self
            .policies()
            .find(|(_, asked)| uri(&asked.policy) == wanted)?;
        serde_json::from_str(&asked.policy.document.text).ok()
    }

    /// Every policy that the reader may know of.
    fn policies(&self) -> impl Iterator<Item = (&Evaluated, &AskedPolicy)> {
        let all = self.denied.evaluations.iter();
        let all = all.flat_map(|e| e.details.policies.iter().map(move |asked| (e, asked)));
        all.filter(|(evaluated, asked)| self.sees(evaluated, asked.gate))
    }

    /// Whether the reader may know of policies of this kind: of the caller's if that is of the reader's, of a resource's if that
    /// resource is.
    fn sees(&self, evaluated: &Evaluated, gate: Gate) -> bool {
        match of_the_resource(gate) {
            true => evaluated.owner.as_deref().is_some_and(|o| self.own(o)),
            false => self.view == View::Caller,
        }
    }

    /// Whether an account is the reader's, or of its organization.
    fn own(&self, account: &str) -> bool {
        own(self.organization, self.reader, account)
    }

    fn context(
        &self,
        evaluated: Option<&Evaluated>,
        is: impl Fn(&str) -> bool,
    ) -> Map<String, Value> {
        let entries = evaluated.into_iter().flat_map(|e| &e.context);
        let wanted = entries.filter(|(key, _)| is(key));
        let shown = wanted.map(|(key, value)| {
            let shown = match (key.as_str(), value) {
                // As the API reference shows it: as a time, not as seconds.
                ("aws:epochtime", _) => json!(time::iso(self.denied.at_ms)),
                (_, ContextValue::Single(value)) => json!(value),
                (_, ContextValue::List(values)) => json!(format!("[{}]", values.join(", "))),
            };
            (IamReference.spelled(key), shown)
        });
        shown.collect()
    }

    fn evaluation(&self, evaluated: &Evaluated) -> Value {
        let context = match self.view {
            View::Resource => Map::new(),
            _ => self.context(Some(evaluated), of_the_action),
        };
        let details = &evaluated.details;
        let effect = match details.decision.outcome {
            Outcome::Allow => "ALLOW",
            Outcome::ImplicitDeny => "IMPLICIT_DENY",
            Outcome::ExplicitDeny => "EXPLICIT_DENY",
        };
        let seen = || {
            details
                .requirements
                .iter()
                .filter(|r| self.sees(evaluated, r.gate))
        };
        let matched: Vec<Value> = seen().flat_map(|r| self.matched(evaluated, r)).collect();
        let mut shown = json!({
            "action": evaluated.action,
            "resource": evaluated.resource,
            "context": context,
            "evaluatedEffect": effect,
            "matchedPolicies": matched,
        });
        // "Returned when the caller is in the request principal's account or organization."
        if let (Some(map), true) = (shown.as_object_mut(), self.view != View::Resource) {
            let checks: Vec<Value> = details
                .requirements
                .iter()
                .map(|r| self.check(evaluated, r))
                .collect();
            map.insert("checks".to_owned(), json!(checks));
        }
        shown
    }

    fn check(&self, evaluated: &Evaluated, requirement: &Requirement) -> Value {
        let effect = match requirement.effect {
            RequirementEffect::Allow => "ALLOW",
            RequirementEffect::NoImpact => "NO_IMPACT",
            RequirementEffect::ImplicitDeny => "IMPLICIT_DENY",
            RequirementEffect::ExplicitDeny => "EXPLICIT_DENY",
        };
        let matched = match self.sees(evaluated, requirement.gate) {
            true => self.matched(evaluated, requirement),
            false => Vec::new(),
        };
        let mut shown = json!({
            "checkType": check_type(requirement.gate),
            "evaluatedEffect": effect,
            "relevantPolicyTypes": [policy_type(requirement.gate)],
            "matchedPolicies": matched,
        });
        let target = self.target(evaluated, requirement.gate, requirement.level);
        if let (Some(map), Some(target)) = (shown.as_object_mut(), target) {
            map.insert("targetArn".to_owned(), json!(target));
        }
        shown
    }

    fn matched(&self, evaluated: &Evaluated, requirement: &Requirement) -> Vec<Value> {
        let policies = &evaluated.details.policies;
        let each = requirement.matched.iter();
        let each = each.filter_map(|(at, statements)| Some((policies.get(*at)?, statements)));
        each.map(|(asked, statements)| {
            let statements = statements.iter().map(|index| {
                let effect = match effect_of(&asked.policy, *index) {
                    Some(Effect::Deny) => "DENY",
                    _ => "ALLOW",
                };
                json!({"sid": asked.policy.document.label(*index), "evaluatedEffect": effect})
            });
            let statements: Vec<Value> = statements.collect();
            json!({"uri": uri(&asked.policy), "matchedStatements": statements})
        })
        .collect()
    }

    fn policy(&self, evaluated: &Evaluated, asked: &AskedPolicy) -> Value {
        let to = match asked.gate {
            Gate::Identity | Gate::Boundary | Gate::Session => Some(self.denied.principal.clone()),
            Gate::Resource | Gate::Grant => Some(evaluated.resource.clone()),
            Gate::Scp | Gate::Rcp => self.target(evaluated, asked.gate, asked.level),
            Gate::Endpoint => None,
        };
        let attached: Vec<Value> = to.iter().map(|arn| json!({"arn": arn})).collect();
        json!({
            "type": policy_type(asked.gate),
            "inline": asked.policy.arn.is_none(),
            "uri": uri(&asked.policy),
            "attachedTo": attached,
        })
    }

    /// Where in the organization the policies of a level are attached, as far as its path is given and has as many steps.
    fn target(&self, evaluated: &Evaluated, gate: Gate, level: Option<usize>) -> Option<String> {
        let organization = self.organization?;
        let account = match gate {
            Gate::Scp => self.denied.account.as_str(),
            _ => evaluated.owner.as_deref()?,
        };
        let member = organization.members.get(account)?;
        let levels = match gate {
            Gate::Scp => member.scp.len(),
            Gate::Rcp => member.rcp.len(),
            _ => return None,
        };
        let management = organization.management.as_deref()?;
        // `o-…/r-…/ou-…/`: all but the organization are steps, and the account is the last.
        let path = member.path.as_deref()?.trim_end_matches('/');
        let mut steps: Vec<&str> = path.split('/').skip(1).collect();
        steps.push(account);
        let step = *steps.get(level?).filter(|_| steps.len() == levels)?;
        let kind = match step {
            _ if step == account => "account",
            _ if step.starts_with("r-") => "root",
            _ => "ou",
        };
        let id = &organization.id;
        Some(format!(
            "arn:aws:organizations::{management}:{kind}/{id}/{step}"
        ))
    }
}
