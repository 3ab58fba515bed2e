//! What the front door knows of a resource.

use sekisho_policy::{Grant, Policy, ResourceKind};

/// The facts about a resource that a check names.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The account that owns it; `None` for `*`.
    pub account: Option<String>,
    /// Its own policy.
    pub policy: Option<Policy>,
    /// For a bucket: whether `RestrictPublicBuckets` holds.
    pub restrict_public: bool,
    /// Its region, for requests that name none: what is not signed is for none.
    pub region: Option<String>,
    /// What its ACL allows: a second policy, asked where nothing denies and nothing allows.
    pub acl: Option<Policy>,
    /// How that policy counts.
    pub kind: ResourceKind,
    /// What that policy is called: `bucket policy`, `key policy`, …
    pub policy_noun: &'static str,
    /// Its tags, for `aws:ResourceTag`.
    pub tags: Vec<(String, String)>,
    /// The service's own condition key for its tags, in lower case with the slash behind it.
    pub tag_key: Option<&'static str>,
    /// Grants, for keys.
    pub grants: Vec<Grant>,
}

impl Resource {
    /// A resource of `account` without a policy of its own.
    #[must_use]
    pub fn owned_by(account: &str) -> Self {
        Self {
            account: Some(account.to_owned()),
            policy: None,
            restrict_public: false,
            region: None,
            acl: None,
            kind: ResourceKind::Ordinary,
            policy_noun: "resource policy",
            tags: Vec::new(),
            tag_key: None,
            grants: Vec::new(),
        }
    }

    /// No resource: `*`.
    #[must_use]
    pub fn none() -> Self {
        Self {
            account: None,
            ..Self::owned_by("")
        }
    }
}
