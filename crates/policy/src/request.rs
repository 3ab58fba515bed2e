//! What is asked: who, what, on which resource, with which context.

use std::collections::BTreeMap;

use crate::decision::Grant;
use crate::principal::Principal;
use crate::text::at_colon;

/// The value of a condition key: single-valued or multivalued. The difference decides whether an operator
/// without a set prefix can match at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContextValue {
    /// One value.
    Single(String),
    /// A multivalued key, also when it holds one value.
    List(Vec<String>),
}

/// The condition keys of a request, looked up without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    entries: BTreeMap<String, ContextValue>,
    simulated: bool,
}

impl Context {
    /// An empty context.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty context for IAM's policy simulator, which reads a few conditions unlike the services do.
    #[must_use]
    pub fn simulated() -> Self {
        Self {
            simulated: true,
            ..Self::default()
        }
    }

    pub(crate) fn is_simulated(&self) -> bool {
        self.simulated
    }

    /// Sets a single-valued key, replacing what was there.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.put(key, ContextValue::Single(value.into()));
    }

    /// Sets a multivalued key.
    pub fn set_list(&mut self, key: &str, values: Vec<String>) {
        self.put(key, ContextValue::List(values));
    }

    /// Sets `key` to `value`. A list of nothing is no value, and its key is not there (IAM user guide, "Multivalued context key
    /// examples": `Null` finds such a key empty; radkawar/stackd lambda, a request with `Layers: []`). Whom EC2 is to share with or
    /// no longer is several only where they differ (recorded: radkawar/stackd testdata/aws/ebs/sharing_batch_authority.json).
    pub fn put(&mut self, key: &str, value: ContextValue) {
        let key = key.to_lowercase();
        let shared = key.starts_with("ec2:add/") || key.starts_with("ec2:remove/");
        match value {
            ContextValue::List(values) if values.is_empty() => drop(self.entries.remove(&key)),
            ContextValue::List(mut values)
                if shared && values.iter().all(|v| Some(v) == values.first()) =>
            {
                let one = ContextValue::Single(values.swap_remove(0));
                drop(self.entries.insert(key, one));
            }
            value => drop(self.entries.insert(key, value)),
        }
    }

    /// Looks `key` up; it must be lower-case.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&ContextValue> {
        self.entries.get(key)
    }

    /// The single value of `key`, if it has exactly that.
    #[must_use]
    pub fn single(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(ContextValue::Single(value)) => Some(value),
            _ => None,
        }
    }

    /// All keys (lower-case) with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.entries.iter().map(|(k, v)| (k.as_str(), v))
    }
}

/// A request for a decision.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// `service:Action`.
    pub action: &'a str,
    /// The ARN asked about, or `*` for actions without a resource.
    pub resource: &'a str,
    /// The account that owns the resource; `None` for actions that have none.
    pub resource_account: Option<&'a str>,
    /// The condition keys.
    pub context: &'a Context,
    /// For `kms:CreateGrant`: the grant that is to be created, since a parent grant must cover it. For
    /// `kms:RetireGrant`: the grant that is to be retired, since no other grant speaks for it.
    pub requested_grant: Option<&'a Grant>,
    /// The grant tokens that the request passes.
    pub grant_tokens: &'a [String],
}

impl Request<'_> {
    /// What a statement's `Resource` has to cover: of a list of all buckets that is every bucket's ARN (S3 user guide, "Controlling
    /// access to a bucket with user policies").
    pub(crate) fn subject(&self) -> &str {
        match self.resource {
            "*" if self.is("s3", "ListAllMyBuckets") => "arn:aws:s3:::*",
            resource => resource,
        }
    }

    /// The name of the action, if it is one of `service`. A service's prefix is the same in any case, as names are.
    #[must_use]
    pub fn action_of(&self, service: &str) -> Option<&str> {
        let (prefix, name) = at_colon(self.action)?;
        prefix.eq_ignore_ascii_case(service).then_some(name)
    }

    /// Whether the action is `service:name`, in any case.
    pub(crate) fn is(&self, service: &str, name: &str) -> bool {
        self.action_of(service)
            .is_some_and(|own| own.eq_ignore_ascii_case(name))
    }
}
