//! What is asked: who, what, on which resource, with which context.

use crate::decision::Grant;
use crate::principal::Principal;

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
    entries: Vec<(String, ContextValue)>,
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

    /// Sets `key` to `value`.
    pub fn put(&mut self, key: &str, value: ContextValue) {
        let key = key.to_lowercase();
        match self.entries.iter_mut().find(|(k, _)| *k == key) {
            Some(entry) => entry.1 = value,
            None => self.entries.push((key, value)),
        }
    }

    /// Looks `key` up; it must be lower-case.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&ContextValue> {
        self.entries.iter().find(|(k, _)| k == key).map(|(_, v)| v)
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
}
