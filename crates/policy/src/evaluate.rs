//! The decision: every gate that stands between a principal and a resource, in one place.
//!
//! The order of gates and what each form of principal grants follow `spec/iam.md` and the recordings in
//! `spec/authorization.md`.

use std::sync::Arc;

use crate::document::{Effect, Policy, Statement};
use crate::principal::{Principal, Strength};
use crate::request::{Context, ContextValue, Request};

/// The gate that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gate {
    /// Identity-based policies of the caller.
    Identity,
    /// The caller's permissions boundary.
    Boundary,
    /// The caller's session policies.
    Session,
    /// The resource's own policy: bucket, repository, key or trust policy.
    Resource,
    /// Service control policies over the caller's account.
    Scp,
    /// Resource control policies over the resource's account.
    Rcp,
    /// The policy of the VPC endpoint.
    Endpoint,
    /// A grant of a KMS key.
    Grant,
}

/// What kind of policy protects the resource; it decides how same-account access is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceKind {
    /// Bucket, repository and most other policies: identity **or** resource policy is enough in one account.
    Ordinary,
    /// A KMS key policy: it must allow, or delegate to the account.
    Key,
    /// A role's trust policy: it must allow, or delegate to the account.
    Trust,
}

/// A grant on a KMS key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id, for the explanation.
    pub id: String,
    /// The grantee as an ARN or as a unique id (`AROA…`, `AROA…:session`).
    pub grantee: String,
    /// The retiring principal, in the same forms.
    pub retiring: Option<String>,
    /// Operations, for example `Decrypt`.
    pub operations: Vec<String>,
    /// `EncryptionContextEquals`: the request's context must be exactly this.
    pub context_equals: Option<Vec<(String, String)>>,
    /// `EncryptionContextSubset`: the request's context must hold at least this.
    pub context_subset: Option<Vec<(String, String)>>,
    /// The account whose principal issued the grant, if known; the key's account otherwise.
    pub issuing_account: Option<String>,
}

/// Every policy that has a say. Empty or `None` means that the layer does not exist.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// Identity-based policies: inline and attached.
    pub identity: Vec<Policy>,
    /// The permissions boundary.
    pub boundary: Option<Policy>,
    /// Session policies; `None` when the session has none.
    pub session: Option<Vec<Policy>>,
    /// The resource's own policy.
    pub resource: Option<Policy>,
    /// Service control policies, a list per level from the root down.
    pub scp: Vec<Vec<Policy>>,
    /// Resource control policies, a list per level.
    pub rcp: Vec<Vec<Policy>>,
    /// The VPC endpoint's policy.
    pub endpoint: Option<Policy>,
    /// Grants on the key.
    pub grants: Vec<Grant>,
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Allowed.
    Allow,
    /// Nothing allows it.
    ImplicitDeny,
    /// A statement denies it.
    ExplicitDeny,
}

/// A statement that mattered.
#[derive(Debug, Clone)]
pub struct StatementRef {
    /// The policy that it stands in.
    pub policy: Policy,
    /// Its index in the document.
    pub index: usize,
}

impl StatementRef {
    /// The statement's `Sid`, or its number counted from 1.
    #[must_use]
    pub fn label(&self) -> String {
        match self
            .policy
            .document
            .statements
            .get(self.index)
            .and_then(|s| s.sid.clone())
        {
            Some(sid) if !sid.is_empty() => sid,
            _ => format!("statement {}", self.index + 1),
        }
    }
}

/// Which side of the request must change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The caller's account.
    Caller,
    /// The resource's account.
    Resource,
}

/// A gate that would have to allow and does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Missing {
    /// The gate.
    pub gate: Gate,
    /// Whose account it belongs to.
    pub side: Side,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Allow, or which kind of denial.
    pub outcome: Outcome,
    /// The gate that decided: that allowed, that denied, or the one that AWS names as missing.
    pub gate: Gate,
    /// The statement that decided; none for an implicit denial or a grant.
    pub statement: Option<StatementRef>,
    /// The grant that decided.
    pub grant: Option<String>,
    /// For an implicit denial: all gates that must still allow, the named one first.
    pub missing: Vec<Missing>,
    /// Whether caller and resource are in different accounts.
    pub cross_account: bool,
}

impl Decision {
    /// Whether the request may go on.
    #[must_use]
    pub fn allowed(&self) -> bool {
        self.outcome == Outcome::Allow
    }
}

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
            if self.request.action != "kms:RetireGrant" {
                if let Some(d) = deny(Gate::Rcp, self.find(level, Effect::Deny)) {
                    return Some(d);
                }
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
            if let Some(strength) = strength {
                if best.is_none_or(|(b, _)| strength > b) && self.matches(statement) {
                    best = Some((strength, index));
                }
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
                && self
                    .request
                    .requested_grant
                    .is_none_or(|child| covers_child(grant, child));
            let strength = retiring.max(if covers { named(&grant.grantee) } else { None });
            if let Some(strength) = strength {
                if best.is_none_or(|(b, _)| strength > b) {
                    best = Some((strength, grant));
                }
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

/// The encryption context of a request, as the front door puts it into the condition keys.
fn encryption_context(context: &Context) -> Vec<(&str, &str)> {
    context
        .iter()
        .filter_map(|(key, value)| match value {
            ContextValue::Single(value) => {
                Some((key.strip_prefix("kms:encryptioncontext:")?, value.as_str()))
            }
            ContextValue::List(_) => None,
        })
        .collect()
}

/// Constraints on the encryption context bind only operations that take one.
fn takes_context(operation: &str) -> bool {
    !matches!(
        operation,
        "CreateGrant" | "RetireGrant" | "DescribeKey" | "GetPublicKey"
    )
}

fn constraints_hold(grant: &Grant, context: &Context) -> bool {
    if grant.context_equals.is_none() && grant.context_subset.is_none() {
        return true;
    }
    let given = encryption_context(context);
    let has = |(key, value): &(String, String)| {
        given
            .iter()
            .any(|(k, v)| k.eq_ignore_ascii_case(key) && *v == value.as_str())
    };
    let equals = grant
        .context_equals
        .as_ref()
        .is_none_or(|all| all.len() == given.len() && all.iter().all(has));
    let subset = grant
        .context_subset
        .as_ref()
        .is_none_or(|some| some.iter().all(has));
    equals && subset
}

/// Whether `parent` lets its grantee create `child`: every operation, under constraints at least as narrow.
/// Two parents do not add up (recorded on AWS).
fn covers_child(parent: &Grant, child: &Grant) -> bool {
    let operations = child
        .operations
        .iter()
        .all(|o| parent.operations.contains(o));
    let holds = |required: &[(String, String)], given: Option<&Vec<(String, String)>>| {
        given.is_some_and(|given| required.iter().all(|pair| given.contains(pair)))
    };
    let subset = parent.context_subset.as_ref().is_none_or(|required| {
        holds(required, child.context_equals.as_ref())
            || holds(required, child.context_subset.as_ref())
    });
    let equals = parent.context_equals.as_ref().is_none_or(|required| {
        child
            .context_equals
            .as_ref()
            .is_some_and(|c| c.len() == required.len() && holds(required, Some(c)))
    });
    operations && subset && equals
}

impl Policies {
    /// All documents that were asked, with the gate that they belong to.
    pub fn all(&self) -> impl Iterator<Item = (Gate, &Policy)> {
        let scp = self.scp.iter().flatten().map(|p| (Gate::Scp, p));
        let rcp = self.rcp.iter().flatten().map(|p| (Gate::Rcp, p));
        let session = self.session.iter().flatten().map(|p| (Gate::Session, p));
        self.identity
            .iter()
            .map(|p| (Gate::Identity, p))
            .chain(self.boundary.iter().map(|p| (Gate::Boundary, p)))
            .chain(session)
            .chain(self.resource.iter().map(|p| (Gate::Resource, p)))
            .chain(scp)
            .chain(rcp)
            .chain(self.endpoint.iter().map(|p| (Gate::Endpoint, p)))
    }
}

/// Makes policies from documents that have no better name than where they stand.
impl From<Arc<crate::Document>> for Policy {
    fn from(document: Arc<crate::Document>) -> Self {
        Self {
            name: "policy".into(),
            arn: None,
            document,
        }
    }
}
