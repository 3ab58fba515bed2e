//! The answer of the policy engine as a value, and what it is asked of.

use crate::document::Policy;

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

impl Gate {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Rcp,
        Self::Scp,
        Self::Endpoint,
        Self::Identity,
        Self::Boundary,
        Self::Session,
        Self::Resource,
        Self::Grant,
    ];

    /// Its name in cases and answers: `identity`, `boundary`, `session`, `resource`, `scp`, `rcp`, `endpoint`, `grant`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::Resource => "resource",
            Self::Scp => "scp",
            Self::Rcp => "rcp",
            Self::Endpoint => "endpoint",
            Self::Grant => "grant",
        }
    }

    /// The policy type, as AWS's sentences call it (IAM user guide, "Troubleshoot access denied error messages"); of a grant, which
    /// they do not know, that of who calls.
    #[must_use]
    pub fn policy_type(self) -> &'static str {
        match self {
            Self::Identity | Self::Grant => "identity-based policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::Resource => "resource-based policy",
            Self::Scp => "service control policy",
            Self::Rcp => "resource control policy",
            Self::Endpoint => "VPC endpoint policy",
        }
    }
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
    /// `SourceArn`: the resource on whose behalf the request must be made.
    pub source_arn: Option<String>,
    /// The account whose principal issued the grant, if known; the key's account otherwise.
    pub issuing_account: Option<String>,
    /// Its token, as long as KMS has not made the grant known everywhere: until then it speaks only for requests that pass the
    /// token (KMS developer guide, "Using a grant token"). `None` for a grant that has settled.
    pub token: Option<String>,
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
    /// Whether the bucket has `RestrictPublicBuckets`: where its policy is public, what the policy allows is for the bucket's
    /// account and AWS services alone (S3 user guide, "Block public access settings").
    pub restrict_public_buckets: bool,
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

impl Outcome {
    /// Its name in cases and answers: `allow`, `implicit_deny`, `explicit_deny`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::ImplicitDeny => "implicit_deny",
            Self::ExplicitDeny => "explicit_deny",
        }
    }
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
        self.policy.document.label(self.index)
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

    /// The statement that denies explicitly.
    #[must_use]
    pub fn denying(&self) -> Option<&StatementRef> {
        let denies = self.outcome == Outcome::ExplicitDeny;
        self.statement.as_ref().filter(|_| denies)
    }
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
