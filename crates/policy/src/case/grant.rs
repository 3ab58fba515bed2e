//! Grants of a case.

use serde::Deserialize;
use serde_json::Value;

use crate::decision::Grant;

#[derive(Deserialize)]
pub(super) struct WrittenGrant {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    pub(super) grantee: String,
    #[serde(default)]
    retiring: Option<String>,
    #[serde(default)]
    operations: Vec<String>,
    #[serde(default)]
    constraints: Option<Constraints>,
    /// Whose principal issued it: an account or an ARN.
    #[serde(default)]
    issuing_account: Option<String>,
    /// Its token, while the grant is not known everywhere yet.
    #[serde(default)]
    token: Option<String>,
    /// What means nothing.
    #[serde(flatten)]
    pub(super) others: serde_json::Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Constraints {
    source_arn: Option<String>,
    encryption_context_equals: Option<serde_json::Map<String, Value>>,
    encryption_context_subset: Option<serde_json::Map<String, Value>>,
}

impl WrittenGrant {
    pub(super) fn read(self, number: usize) -> Grant {
        let pairs = |map: Option<serde_json::Map<String, Value>>| {
            map.map(|m| m.iter().map(|(k, v)| (k.clone(), text(v))).collect())
        };
        let constraints = self.constraints.unwrap_or_default();
        Grant {
            id: self.id.unwrap_or_else(|| format!("grant {number}")),
            grantee: self.grantee,
            retiring: self.retiring,
            operations: self.operations,
            context_equals: pairs(constraints.encryption_context_equals),
            context_subset: pairs(constraints.encryption_context_subset),
            source_arn: constraints.source_arn,
            token: self.token,
            issuing_account: self.issuing_account.map(|a| {
                let account = a.split(':').nth(4).map(str::to_owned);
                account.unwrap_or(a)
            }),
        }
    }
}

/// A value of the context or a constraint as text; numbers and Booleans as they are written.
fn text(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}
