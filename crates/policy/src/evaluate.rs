//! The decision: every gate that stands between a principal and a resource, in one place.
//!
//! The order of gates and what each form of principal grants follow `spec/iam.md` and the recordings in
//! `spec/authorization.md`.

use crate::decision::{
    Decision, Gate, Grant, Missing, Outcome, Policies, ResourceKind, Side, StatementRef,
};
use crate::document::{Effect, Policy, PrincipalPattern, Statement};
use crate::exempt;
use crate::grants::{
    constraints_hold, covers_child, is_for_grants, on_behalf, takes_context, unsettled,
};
use crate::principal::{Principal, Strength};
use crate::public::is_public;
use crate::request::Request;
use crate::text::at_colon;

/// Decides `request` under `policies`.
#[must_use]
pub fn evaluate(request: &Request<'_>, policies: &Policies, kind: ResourceKind) -> Decision {
    let cross_account = match (request.principal.account(), request.resource_account) {
        (Some(own), Some(other)) => own != other && !of_aws(request.resource),
        _ => false,
    };
    let evaluation = Evaluation::new(request, policies, kind, cross_account);
    if evaluation.needs_no_permission() {
        return evaluation.decision(Outcome::Allow, Gate::Identity, None);
    }
    if evaluation.refused() {
        return evaluation.implicit(vec![Missing {
            gate: Gate::Identity,
            side: Side::Caller,
        }]);
    }
    evaluation
        .explicit_deny()
        .unwrap_or_else(|| evaluation.allow())
}

/// What AWS owns is everybody's (`spec/authorization.md` section 6.3). Who may change it is no question of policies: IAM
/// itself refuses that, to whoever may (section 7.1).
fn of_aws(resource: &str) -> bool {
    let partition = resource.strip_prefix("arn:").and_then(at_colon);
    partition.is_some_and(|(_, rest)| rest.starts_with("iam::aws:"))
}

/// A question with all that decides it.
pub(crate) struct Evaluation<'a> {
    pub(crate) request: &'a Request<'a>,
    pub(crate) policies: &'a Policies,
    pub(crate) kind: ResourceKind,
    pub(crate) cross_account: bool,
    /// Whether the action is about no resource.
    pub(crate) of_no_resource: bool,
    /// Whether the resource's policy is not asked.
    pub(crate) unasked: bool,
    /// Whether what the resource's policy allows is kept from this caller, for the policy is public.
    pub(crate) restricted: bool,
    /// Whether there are service control policies that bind.
    pub(crate) under_scp: bool,
    /// Whether there are resource control policies that bind.
    pub(crate) under_rcp: bool,
}

/// A statement that was found: its policy and its number.
type Hit<'p> = (&'p Policy, usize);

fn made_of((policy, index): Hit<'_>) -> StatementRef {
    StatementRef {
        policy: policy.clone(),
        index,
    }
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(
        request: &'a Request<'a>,
        policies: &'a Policies,
        kind: ResourceKind,
        cross_account: bool,
    ) -> Self {
        let mut evaluation = Self {
            request,
            policies,
            kind,
            cross_account,
            of_no_resource: exempt::of_no_resource(request.action),
            unasked: false,
            restricted: false,
            under_scp: false,
            under_rcp: false,
        };
        let account = request.resource_account;
        let own = account.is_some()
            && account == request.principal.account()
            && request.action_of("organizations").is_some();
        evaluation.unasked = evaluation.of_no_resource || own || evaluation.keeps_the_key();
        evaluation.restricted = evaluation.is_restricted();
        evaluation.under_scp = evaluation.is_under_scp();
        evaluation.under_rcp = evaluation.is_under_rcp();
        evaluation
    }

    pub(crate) fn matches(&self, statement: &Statement) -> bool {
        statement.matches_action(self.request.action)
            && statement.matches_resource(self.request)
            && statement.matches_conditions(self.request.context)
    }

    /// The first statement of `effect` that matches, whoever is named in it.
    fn first(
        &self,
        policies: impl IntoIterator<Item = &'a Policy>,
        effect: Effect,
    ) -> Option<Hit<'a>> {
        policies.into_iter().find_map(|policy| {
            policy
                .document
                .candidates(effect, self.request.action)
                .find(|(_, s)| self.matches(s))
                .map(|(index, _)| (policy, index))
        })
    }

    /// The first statement of the VPC endpoint's policy; it may name principals.
    fn first_of_endpoint(&self, effect: Effect) -> Option<Hit<'a>> {
        let policy = self.policies.endpoint.as_ref()?;
        policy
            .document
            .candidates(effect, self.request.action)
            .find(|(_, s)| self.names(s) && self.matches(s))
            .map(|(index, _)| (policy, index))
    }

    fn decision(&self, outcome: Outcome, gate: Gate, statement: Option<Hit<'_>>) -> Decision {
        Decision {
            outcome,
            gate,
            statement: statement.map(made_of),
            grant: None,
            missing: Vec::new(),
            cross_account: self.cross_account,
        }
    }

    fn explicit_deny(&self) -> Option<Decision> {
        let p = self.policies;
        let deny = |gate, found: Option<Hit<'_>>| {
            found.map(|statement| self.decision(Outcome::ExplicitDeny, gate, Some(statement)))
        };
        let rcp = || self.first(p.rcp.iter().flatten(), Effect::Deny);
        let scp = || self.first(p.scp.iter().flatten(), Effect::Deny);
        if self.under_rcp
            && let Some(decision) = deny(Gate::Rcp, rcp())
        {
            return Some(decision);
        }
        if self.under_scp
            && let Some(decision) = deny(Gate::Scp, scp())
        {
            return Some(decision);
        }
        let session = p.session.iter().flatten();
        deny(Gate::Resource, self.resource_deny())
            .or_else(|| deny(Gate::Identity, self.first(&p.identity, Effect::Deny)))
            .or_else(|| deny(Gate::Boundary, self.first(&p.boundary, Effect::Deny)))
            .or_else(|| deny(Gate::Session, self.first(session, Effect::Deny)))
            .or_else(|| deny(Gate::Endpoint, self.first_of_endpoint(Effect::Deny)))
    }

    /// The resource policy, where it counts: the organization's delegation policy does not bind the management account
    /// itself (`spec/authorization.md` section 5.1), and what is no matter of one resource, as a token for a registry, is no
    /// matter of its policy either (`spec/iam.md` fact 13).
    pub(crate) fn resource_policy(&self) -> Option<&'a Policy> {
        let policy = self.policies.resource.as_ref();
        policy.filter(|_| !self.unasked)
    }

    /// Whether `RestrictPublicBuckets` keeps this caller from what a public policy allows. What it denies, it denies all the same.
    fn is_restricted(&self) -> bool {
        let stranger = || match self.request.principal {
            Principal::Service(_) => false,
            Principal::Anonymous => true,
            _ => self.cross_account,
        };
        let policy = self.resource_policy();
        self.policies.restrict_public_buckets
            && stranger()
            && policy.is_some_and(|policy| is_public(&policy.document))
    }

    fn resource_deny(&self) -> Option<Hit<'a>> {
        let policy = self.resource_policy()?;
        policy
            .document
            .candidates(Effect::Deny, self.request.action)
            .find(|(_, s)| self.named_for_deny(s) && self.matches(s))
            .map(|(index, _)| (policy, index))
    }

    /// Whether a statement of an endpoint policy is about this principal: named in any form, for being named grants
    /// nothing by itself there.
    pub(crate) fn names(&self, statement: &Statement) -> bool {
        match (&statement.principals, statement.effect) {
            (None, _) => true,
            (Some(_), Effect::Deny) => self.named_for_deny(statement),
            (Some(element), Effect::Allow) => {
                let everyone =
                    !element.negated && element.patterns.contains(&PrincipalPattern::Any);
                everyone || self.strength(statement).is_some()
            }
        }
    }

    /// Whether a Deny statement of a resource policy is about this principal.
    pub(crate) fn named_for_deny(&self, statement: &Statement) -> bool {
        let principal = self.request.principal;
        let Some(element) = &statement.principals else {
            return true;
        };
        if !element.negated {
            return element
                .patterns
                .iter()
                .any(|p| *p == PrincipalPattern::Any || principal.named_by(p).is_some());
        }
        // NotPrincipal exempts a principal only when every form of it is listed: the account, the role and the
        // session; a principal with a boundary is never exempt.
        if self.policies.boundary.is_some() {
            return true;
        }
        let listed = |strength| {
            // Everyone is listed in every form.
            let names = |p| principal.named_by(p) == Some(strength) || *p == PrincipalPattern::Any;
            element.patterns.iter().any(names)
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

    /// How strongly an Allow of the resource policy names this principal. An Allow with NotPrincipal is not
    /// supported by AWS; it grants nothing here.
    pub(crate) fn strength(&self, statement: &Statement) -> Option<Strength> {
        let element = statement.principals.as_ref().filter(|e| !e.negated)?;
        element
            .patterns
            .iter()
            .filter_map(|p| self.request.principal.named_by(p))
            .max()
    }

    /// The strongest Allow of the resource policy for this principal.
    fn resource_allow(&self) -> Option<(Strength, Hit<'a>)> {
        let policy = self.resource_policy().filter(|_| !self.restricted)?;
        // The grant rules its retirement: a key policy gives the permission to nobody (KMS developer guide).
        let retires = self.request.is("kms", "RetireGrant")
            && !matches!(
                self.request.principal,
                Principal::Anonymous | Principal::Service(_) | Principal::Provider { .. }
            );
        // Recorded: to the simulator an account that is named is everyone in it.
        let simulated = self.request.context.is_simulated() && !self.cross_account;
        let mut best: Option<(Strength, Hit<'a>)> = None;
        for (index, statement) in policy
            .document
            .candidates(Effect::Allow, self.request.action)
        {
            let named = self.strength(statement);
            let named = named.map(|s| if simulated { Strength::Direct } else { s });
            let named = named.map(|s| if retires { Strength::Account } else { s });
            if let Some(strength) = named
                && best.is_none_or(|(b, _)| strength > b)
                && self.matches(statement)
            {
                best = Some((strength, (policy, index)));
            }
        }
        best
    }

    /// The strongest grant for this request, and how it names the caller. `own`: only what the caller's account issued.
    pub(crate) fn grant_allow(&self, own: bool) -> Option<(Strength, &Grant)> {
        let operation = self.request.action_of("kms")?;
        if self.policies.grants.is_empty() || !is_for_grants(operation) {
            return None;
        }
        let mut best: Option<(Strength, &Grant)> = None;
        for grant in &self.policies.grants {
            if own && grant.issuing_account.as_deref() != self.request.principal.account() {
                continue;
            }
            if unsettled(grant, self.request) {
                continue;
            }
            let requested = self.request.requested_grant;
            if operation.eq_ignore_ascii_case("RetireGrant")
                && requested.is_some_and(|r| r.id != grant.id)
            {
                continue;
            }
            let named = |who: &str| {
                // A grant is for one principal, not for everybody.
                let who = crate::parse::aws_principal(who.to_owned());
                let one = who != PrincipalPattern::Any;
                self.request.principal.named_by(&who).filter(|_| one)
            };
            let retiring = grant
                .retiring
                .as_deref()
                .filter(|_| operation.eq_ignore_ascii_case("RetireGrant"))
                .and_then(named);
            let covers = grant
                .operations
                .iter()
                .any(|o| o.eq_ignore_ascii_case(operation))
                && (!takes_context(operation) || constraints_hold(grant, self.request.context))
                && on_behalf(grant, self.request.context)
                && (!operation.eq_ignore_ascii_case("CreateGrant")
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

    /// Whether a level of service control policies does not allow.
    pub(crate) fn scp_level_silent(&self, level: &'a [Policy]) -> bool {
        self.first(level, Effect::Allow).is_none()
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
        if self.under_scp && p.scp.iter().any(|l| self.scp_level_silent(l)) {
            return self.implicit(vec![caller(Gate::Scp)]);
        }
        // Resource control policies deny only: AWS takes no Allow into one but that of RCPFullAWSAccess, which nobody takes
        // away (`spec/authorization.md` 4.1).
        if p.endpoint.is_some() && self.first_of_endpoint(Effect::Allow).is_none() {
            return self.implicit(vec![caller(Gate::Endpoint)]);
        }
        let identity = match self.request.principal {
            // The root user needs no identity policy.
            Principal::Root { .. } => Some(None),
            _ => self.first(&p.identity, Effect::Allow).map(Some),
        };
        let boundary_silent =
            p.boundary.is_some() && self.first(&p.boundary, Effect::Allow).is_none();
        let session_silent = match (self.request.principal, p.session.as_deref()) {
            // The policies of a task only deny (`spec/authorization.md` section 9.1).
            (Principal::Root { .. }, _) => false,
            // Who passes none has federated a user who may nothing (STS API reference, GetFederationToken).
            (Principal::Federated { .. }, None) => true,
            (_, None) => false,
            (_, Some(policies)) => self.first(policies, Effect::Allow).is_none(),
        };
        let resource = self.resource_allow();
        let grant = self.grant_allow(false);
        let resource_strength = resource.as_ref().map(|(s, _)| *s);
        let grant_strength = grant.map(|(s, _)| s);
        let strongest = resource_strength.max(grant_strength);

        if matches!(
            self.request.principal,
            Principal::Anonymous | Principal::Service(_) | Principal::Provider { .. }
        ) {
            return match resource {
                Some((Strength::Direct, statement)) if !self.never() => {
                    self.decision(Outcome::Allow, Gate::Resource, Some(statement))
                }
                _ => self.implicit(vec![owner(Gate::Resource)]),
            };
        }

        // Who may supply the caller's half: in one account the resource policy or a grant as well; across
        // accounts only a grant that the caller's own account issued.
        let half = if self.cross_account {
            self.grant_allow(true).map(|(s, _)| s)
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
            if session_silent {
                missing.push(caller(Gate::Session));
            }
            if boundary_silent {
                missing.push(caller(Gate::Boundary));
            }
            if identity_missing && role_named {
                missing.push(caller(Gate::Identity));
            }
        }
        // A member sees what it is a member of (`spec/authorization.md` section 5.1). Nobody can ask for another
        // organization: the account of the request is the one that manages the caller's own.
        let member = self.request.is("organizations", "DescribeOrganization");
        // The root user of a member has no say in who stands for it (recorded; section 9.2).
        let task = self.request.is("sts", "AssumeRoot");
        let asked = self.kind != ResourceKind::Ordinary && !self.of_no_resource;
        let foreign = self.cross_account && !member && !self.is_shared_otherwise();
        let needs_resource = !task && (foreign || asked);
        if (needs_resource && strongest.is_none()) || self.never() {
            // In one account, a key policy that neither allows nor delegates is what AWS names.
            let at = if self.cross_account { missing.len() } else { 0 };
            missing.insert(at, owner(Gate::Resource));
        }
        if !missing.is_empty() {
            return self.implicit(missing);
        }
        self.allowed_by(identity.flatten(), resource, grant)
    }

    /// Names what carried the decision: the resource's statement when the resource had to agree or when no identity policy
    /// did, the grant where both only delegate, the identity's statement otherwise.
    fn allowed_by(
        &self,
        identity: Option<Hit<'_>>,
        resource: Option<(Strength, Hit<'_>)>,
        grant: Option<(Strength, &Grant)>,
    ) -> Decision {
        // An account that is named only delegates: what was delegated to nobody, the grant gives.
        let delegates = resource
            .as_ref()
            .is_none_or(|(strength, _)| *strength < Strength::Role);
        let carried =
            (identity.is_none() && delegates) || (self.cross_account && resource.is_none());
        if let (Some((_, grant)), true) = (grant, carried) {
            let mut decision = self.decision(Outcome::Allow, Gate::Grant, None);
            decision.grant = Some(grant.id.clone());
            return decision;
        }
        match resource {
            Some((_, statement)) if !delegates || identity.is_none() || self.cross_account => {
                self.decision(Outcome::Allow, Gate::Resource, Some(statement))
            }
            _ => self.decision(Outcome::Allow, Gate::Identity, identity),
        }
    }

    fn implicit(&self, missing: Vec<Missing>) -> Decision {
        let gate = missing.first().map_or(Gate::Identity, |m| m.gate);
        let mut decision = self.decision(Outcome::ImplicitDeny, gate, None);
        decision.missing = missing;
        decision
    }
}
