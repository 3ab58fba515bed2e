//! Documents that AWS would not store: a case may be about them, but says so.

use crate::decision::Policies;
use crate::document::Policy;
use crate::validate::{Kind, validate};

/// Whether it is what `RCPFullAWSAccess` says, under whatever `Sid`.
fn is_full_access(text: &str) -> bool {
    let Ok(serde_json::Value::Object(document)) = serde_json::from_str(text) else {
        return false;
    };
    let statements = match document.get("Statement") {
        Some(serde_json::Value::Array(all)) => all.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let all = |statement: &&serde_json::Value| {
        let is = |name: &str, value: &str| statement.get(name).is_some_and(|v| v == value);
        is("Effect", "Allow")
            && ["Principal", "Action", "Resource"]
                .iter()
                .all(|name| is(name, "*"))
            && statement.get("Condition").is_none()
    };
    statements.len() == 1 && statements.iter().all(all)
}

/// Of which kind the policy of a resource is, by the service of the action.
fn resource_kind(action: &str) -> Option<Kind> {
    match action.split(':').next()?.to_ascii_lowercase().as_str() {
        "s3" => Some(Kind::Bucket),
        "kms" => Some(Kind::Key),
        "ecr" => Some(Kind::Repository),
        "sts" => Some(Kind::Trust),
        _ => None,
    }
}

impl Policies {
    /// The documents that AWS would not store, and what it says of each.
    pub(super) fn refused(&self, action: &str) -> Vec<String> {
        let mut out = Vec::new();
        let mut check = |policy: &Policy, member: String, kind: Kind| {
            // What AWS attaches by itself is its own.
            if kind == Kind::ResourceControl && is_full_access(&policy.document.text) {
                return;
            }
            if let Err(error) = validate(&policy.document.text, kind) {
                out.push(format!(
                    "{member}: AWS refuses this document: {}",
                    error.message
                ));
            }
        };
        for (i, policy) in self.identity.iter().enumerate() {
            check(policy, format!("policies.identity[{i}]"), Kind::Identity);
        }
        for (i, policy) in self.session.iter().flatten().enumerate() {
            check(policy, format!("policies.session[{i}]"), Kind::Session);
        }
        for (levels, name, kind) in [
            (&self.scp, "scp", Kind::ServiceControl),
            (&self.rcp, "rcp", Kind::ResourceControl),
        ] {
            for (l, level) in levels.iter().enumerate() {
                for (i, policy) in level.iter().enumerate() {
                    check(policy, format!("policies.{name}[{l}][{i}]"), kind);
                }
            }
        }
        let single = [
            (&self.resource, "resource", resource_kind(action)),
            (&self.boundary, "boundary", Some(Kind::Identity)),
            (&self.endpoint, "endpoint", Some(Kind::Endpoint)),
        ];
        for (policy, name, kind) in single {
            if let (Some(policy), Some(kind)) = (policy, kind) {
                check(policy, format!("policies.{name}"), kind);
            }
        }
        out
    }
}
