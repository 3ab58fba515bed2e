//! Roles that are somewhere else: their ARNs are known, and nothing of what they may do.

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

use crate::engine::Engine;

impl Engine {
    /// The roles, by ARN, with their unique ids.
    fn roles_elsewhere(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that there is a role whose policies nobody knows: policies may name it, and nobody may assume it.
    pub fn know_role(&self, arn: &str, id: &str) {
        let mut all = self.roles_elsewhere();
        all.insert(arn.to_owned(), id.to_owned());
    }

    /// The unique id of a role that is known by its ARN alone, or by its account and name where there is no path.
    pub(crate) fn known_role(&self, is: impl Fn(&str) -> bool) -> Option<String> {
        let all = self.roles_elsewhere();
        let found = all.iter().find(|(arn, _)| is(arn));
        found.map(|(_, id)| id.clone())
    }

    /// Whether a role is known by its ARN alone: policies may name it, and what it may do is not known.
    #[must_use]
    pub fn has_role(&self, arn: &str) -> bool {
        self.known_role(|known| known == arn).is_some()
    }

    /// The ARN and the unique id of the role of this name in an account that is known by its ARN alone.
    #[must_use]
    pub fn known_by_name(&self, account: &str, name: &str) -> Option<(String, String)> {
        let all = self.roles_elsewhere();
        let own = format!(":iam::{account}:role/");
        let is = |arn: &str| {
            let path = arn.split_once(&own).map(|(_, path)| path);
            path.and_then(|p| p.rsplit('/').next()) == Some(name)
        };
        let mut all = all.iter();
        let found = all.find(|(arn, _)| is(arn));
        found.map(|(arn, id)| (arn.clone(), id.clone()))
    }

    /// Whether a unique id is of such a role.
    pub(crate) fn known_id(&self, id: &str) -> bool {
        let all = self.roles_elsewhere();
        all.values().any(|known| known == id)
    }
}
