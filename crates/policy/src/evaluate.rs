//! The decision: every gate that stands between a principal and a resource, in one place.
//!
//! The order of gates and what each form of principal grants follow `spec/iam.md` and the recordings in
//! `spec/authorization.md`.

use crate::decision::{
    Decision, Gate, Grant, Missing, Outcome, Policies, ResourceKind, Side, StatementRef,
};
use crate::document::{Effect, Policy, Statement};
use crate::grants::{constraints_hold, covers_child, takes_context};
use crate::principal::{Principal, Strength};
use crate::request::Request;

/// Decides `request` under `policies`.
#[must_use]
pub fn evaluate(request: &Request<'_>, policies: &Policies, kind: ResourceKind) -> Decision {
    let cross_account = match (request.principal.account(), request.resource_account) {
        (Some(own), Some(other)) => own != other,
        _ => false,
    };
    let evaluation = Evaluation {
        request,
        policies,
        kind,
        cross_account,
    };
    evaluation
        .explicit_deny()
        .unwrap_or_else(|| evaluation.allow())
}

struct Evaluation<'a> {
    request: &'a Request<'a>,
    policies: &'a Policies,
    kind: ResourceKind,
    cross_account: bool,
}

impl Evaluation<'_> {
    fn matches(&self, statement: &Statement) -> bool {
        statement.matches_action(self.request.action)
            && statement.matches_resource(self.request)
            && statement.matches_conditions(self.request.context)
    }

    fn find(&self, policies: &[Policy], effect: Effect) -> Option<StatementRef> {
        policies.iter().find_map(|policy| {
            let index = policy
                .document
                .statements
                .iter()
                .position(|s| s.effect == effect && self.matches(s))?;
            Some(StatementRef {
                policy: policy.clone(),
                index,
            })
        })
    }

    fn decision(&self, outcome: Outcome, gate: Gate, statement: Option<StatementRef>) -> Decision {
        let cross_account = self.cross_account;
        Decision {
            outcome,
            gate,
            statement,
            grant: None,
            missing: Vec::new(),
            cross_account,
        }
    }

    fn explicit_deny(&self) -> Option<Decision> {
        let p = self.policies;
        let deny = |gate, found: Option<StatementRef>| {
            found.map(|statement| self.decision(Outcome::ExplicitDeny, gate, Some(statement)))
        };
        for level in &p.rcp {
            // RetireGrant is exempt from resource control policies (recorded on AWS).
            if self.request.action != "kms:RetireGrant"
                && let Some(d) = deny(Gate::Rcp, self.find(level, Effect::Deny))
            {
                return Some(d);
            }
        }
        for level in &p.scp {
            if let Some(d) = deny(Gate::Scp, self.find(level, Effect::Deny)) {
                return Some(d);
            }
        }
        let resource = p.resource.as_ref().and_then(|policy| {
            let hit = |s: &Statement| {
                s.effect == Effect::Deny && self.named_for_deny(s) && self.matches(s)
            };
            let index = policy.document.statements.iter().position(hit)?;
            Some(StatementRef {
                policy: policy.clone(),
                index,
            })
        });
        deny(Gate::Resource, resource)
            .or_else(|| deny(Gate::Identity, self.find(&p.identity, Effect::Deny)))
            .or_else(|| {
                deny(
                    Gate::Boundary,
                    self.find(p.boundary.as_slice(), Effect::Deny),
                )
            })
            .or_else(|| {
                deny(
                    Gate::Session,
                    self.find(p.session.as_deref().unwrap_or_default(), Effect::Deny),
                )
            })
            .or_else(|| {
                deny(
                    Gate::Endpoint,
                    self.find(p.endpoint.as_slice(), Effect::Deny),
                )
            })
    }

    /// Whether a Deny statement of a resource policy is about this principal.
    fn named_for_deny(&self, statement: &Statement) -> bool {
        let principal = self.request.principal;
        let Some(element) = &statement.principals else {
            return true;
        };
        if !element.negated {
            return element
                .patterns
                .iter()
                .any(|p| principal.named_by(p).is_some());
        }
        // NotPrincipal exempts a principal only when every form of it is listed: the account, the role and the
        // session; a principal with a boundary is never exempt.
        if self.policies.boundary.is_some() {
            return true;
        }
        let listed = |strength| {
            element
                .patterns
                .iter()
                .any(|p| principal.named_by(p) == Some(strength))
        };
        let exempt = match principal {
            Principal::Session { .. } => {
                listed(Strength::Account) && listed(Strength::Role) && listed(Strength::Direct)
            }
            Principal::User { .. } | Principal::Federated { .. } => {
                listed(Strength::Account) && listed(Strength::Direct)
            }
            _ => listed(Strength::Direct),
        };
        !exempt
    }

    /// The strongest Allow of the resource policy for this principal.
    fn resource_allow(&self) -> Option<(Strength, StatementRef)> {
        let policy = self.policies.resource.as_ref()?;
        let mut best: Option<(Strength, usize)> = None;
        for (index, statement) in policy.document.statements.iter().enumerate() {
            if statement.effect != Effect::Allow {
                continue;
            }
            let Some(element) = &statement.principals else {
                continue;
            };
            if element.negated {
                continue; // Allow with NotPrincipal is not supported; it grants nothing here.
            }
            let strength = element
                .patterns
                .iter()
                .filter_map(|p| self.request.principal.named_by(p))
                .max();
            if let Some(strength) = strength
                && best.is_none_or(|(b, _)| strength > b)
                && self.matches(statement)
            {
                best = Some((strength, index));
            }
        }
        best.map(|(strength, index)| {
            (
                strength,
                StatementRef {
                    policy: policy.clone(),
                    index,
                },
            )
        })
    }

    /// The strongest grant for this request: how it names the caller, its id, and who issued it.
    fn grant_allow(&self) -> Option<(Strength, &Grant)> {
        let operation = self.request.action.strip_prefix("kms:")?;
        let mut best: Option<(Strength, &Grant)> = None;
        for grant in &self.policies.grants {
            let requested = self.request.requested_grant;
            if operation == "RetireGrant" && requested.is_some_and(|r| r.id != grant.id) {
                continue;
            }
            let named = |who: &str| {
                self.request
                    .principal
                    .named_by(&crate::parse::aws_principal(who.to_owned()))
            };
            let retiring = grant
                .retiring
                .as_deref()
                .filter(|_| operation == "RetireGrant")
                .and_then(named);
            let covers = grant.operations.iter().any(|o| o == operation)
                && (!takes_context(operation) || constraints_hold(grant, self.request.context))
                && (operation != "CreateGrant"
                    || requested.is_none_or(|child| covers_child(grant, child)));
            let strength = retiring.max(if covers { named(&grant.grantee) } else { None });
            if let Some(strength) = strength
                && best.is_none_or(|(b, _)| strength > b)
            {
                best = Some((strength, grant));
            }
        }
        best
    }

    fn scp_missing(&self) -> bool {
        self.policies
            .scp
            .iter()
            .any(|level| self.find(level, Effect::Allow).is_none())
    }

    fn rcp_missing(&self) -> bool {
        self.policies.rcp.iter().any(|level| {
            // A level that holds only Deny statements leaves the managed RCPFullAWSAccess in force.
            let allows = |p: &Policy| {
                p.document
                    .statements
                    .iter()
                    .any(|s| s.effect == Effect::Allow)
            };
            level.iter().any(allows) && self.find(level, Effect::Allow).is_none()
        })
    }

    fn allow(&self) -> Decision {
        let p = self.policies;
        let caller = |gate| Missing {
            gate,
            side: Side::Caller,
        };
        let owner = |gate| Missing {
            gate,
            side: Side::Resource,
        };
        if self.scp_missing() {
            return self.implicit(vec![caller(Gate::Scp)]);
        }
        if self.rcp_missing() {
            return self.implicit(vec![owner(Gate::Rcp)]);
        }
        if p.endpoint.is_some() && self.find(p.endpoint.as_slice(), Effect::Allow).is_none() {
            return self.implicit(vec![caller(Gate::Endpoint)]);
        }
        let identity = match self.request.principal {
            // The root user needs no identity policy.
            Principal::Root { .. } => Some(None),
            _ => self.find(&p.identity, Effect::Allow).map(Some),
        };
        let boundary_silent =
            p.boundary.is_some() && self.find(p.boundary.as_slice(), Effect::Allow).is_none();
        let session_silent = p
            .session
            .as_deref()
            .is_some_and(|s| self.find(s, Effect::Allow).is_none());
        let resource = self.resource_allow();
        let grant = self.grant_allow();
        let resource_strength = resource.as_ref().map(|(s, _)| *s);
        let grant_strength = grant.map(|(s, _)| s);
        let strongest = resource_strength.max(grant_strength);

        if matches!(
            self.request.principal,
            Principal::Anonymous | Principal::Service(_)
        ) {
            return match resource {
                Some((Strength::Direct, statement)) => {
                    self.decision(Outcome::Allow, Gate::Resource, Some(statement))
                }
                _ => self.implicit(vec![owner(Gate::Resource)]),
            };
        }

        // Who may supply the caller's half: in one account the resource policy or a grant as well; across
        // accounts only a grant that the caller's own account issued.
        let half = if self.cross_account {
            grant
                .filter(|(_, g)| g.issuing_account.as_deref() == self.request.principal.account())
                .map(|(s, _)| s)
        } else {
            strongest.filter(|s| *s >= Strength::Role)
        };
        let mut missing = Vec::new();
        if half != Some(Strength::Direct) {
            let identity_missing = identity.is_none() && half != Some(Strength::Role);
            // Recorded: where the role is named, a silent session policy or boundary is blamed first; where the
            // exact session is, the missing identity policy.
            let role_named = strongest == Some(Strength::Role);
            if identity_missing && !role_named {
                missing.push(caller(Gate::Identity));
            }
            if session_silent && !(identity_missing && strongest == Some(Strength::Direct)) {
                missing.push(caller(Gate::Session));
            }
            if boundary_silent {
                missing.push(caller(Gate::Boundary));
            }
            if identity_missing && role_named {
                missing.push(caller(Gate::Identity));
            }
        }
        let needs_resource = self.cross_account || self.kind != ResourceKind::Ordinary;
        if needs_resource && strongest.is_none() {
            // In one account, a key policy that neither allows nor delegates is what AWS names.
            let at = if self.cross_account { missing.len() } else { 0 };
            missing.insert(at, owner(Gate::Resource));
        }
        if !missing.is_empty() {
            return self.implicit(missing);
        }
        self.allowed_by(identity.flatten(), resource, grant)
    }

    /// Names the statement that carried the decision: the resource's when the resource had to agree or when no
    /// identity policy did, the identity's otherwise.
    fn allowed_by(
        &self,
        identity: Option<StatementRef>,
        resource: Option<(Strength, StatementRef)>,
        grant: Option<(Strength, &Grant)>,
    ) -> Decision {
        if let Some((strength, statement)) = resource {
            if strength >= Strength::Role || identity.is_none() || self.cross_account {
                return self.decision(Outcome::Allow, Gate::Resource, Some(statement));
            }
        } else if let (Some((_, grant)), true) = (grant, identity.is_none() || self.cross_account) {
            let mut decision = self.decision(Outcome::Allow, Gate::Grant, None);
            decision.grant = Some(grant.id.clone());
            return decision;
        }
        self.decision(Outcome::Allow, Gate::Identity, identity)
    }

    fn implicit(&self, missing: Vec<Missing>) -> Decision {
        let gate = missing.first().map_or(Gate::Identity, |m| m.gate);
        let mut decision = self.decision(Outcome::ImplicitDeny, gate, None);
        decision.missing = missing;
        decision
    }
}
