//! The record of a call: who asked for what, what was decided, why, and what came of it.

use serde::{Deserialize, Serialize};

use crate::engine::Waiver;

/// A recorded call. Inputs are not kept: they may hold secrets.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Its number; later events have greater ones.
    pub id: u64,
    /// The call that made this call.
    pub parent: Option<u64>,
    /// Milliseconds since the epoch.
    pub time_ms: i64,
    /// The service called.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// The region.
    pub region: String,
    /// The caller's ARN, or the service principal.
    pub principal: String,
    /// The caller's `aws:PrincipalArn`: the role of a session.
    pub principal_arn: Option<String>,
    /// The caller's account; empty for services.
    pub account: String,
    /// A label that groups calls, for example the action of a pipeline execution.
    pub tag: Option<String>,
    /// The id of the client's request, as its answer has it; none for calls from inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Whether it made what is taken to be there already: then nothing was decided.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given: bool,
    /// What was decided, check by check.
    pub checks: Vec<Decided>,
    /// The error with which the call ended.
    pub error: Option<EventError>,
    /// Whether it changed the state.
    pub changed: bool,
}

/// The error of a recorded call.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct EventError {
    /// The code.
    pub code: String,
    /// The sentence.
    pub message: String,
}

/// The gate of a key of AWS's own, whose policy nobody changes.
pub const MANAGED_KEY: &str = "AWS managed key's policy";

/// One decision.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// The IAM action.
    pub action: String,
    /// The ARN, or `*`.
    pub resource: String,
    /// The account that owns the resource; `None` where there is none.
    pub resource_account: Option<String>,
    /// `allow`, `implicit_deny` or `explicit_deny`.
    pub decision: String,
    /// The gate that decided, in words: `identity policy`, `bucket policy`, `key policy`, `trust policy`, …
    pub gate: String,
    /// The policy that decided, by name.
    pub policy: Option<String>,
    /// The statement: its `Sid` or its number.
    pub statement: Option<String>,
    /// The statement's own text.
    pub statement_text: Option<String>,
    /// For an explicit denial: the conditions of that statement, each with what the request has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<String>,
    /// The whole reason: AWS's sentence.
    pub reason: String,
    /// What the caller is told of a denial, where that is less: S3 explains none to another account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
    /// For an implicit denial: the sides that must still allow.
    pub missing: Vec<MissingSide>,
    /// Whether it was let through all the same ([`crate::Waiver`]).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
}

impl Decided {
    /// Whether the check passed.
    #[must_use]
    pub fn allowed(&self) -> bool {
        self.decision == "allow"
    }

    /// Leaves out the sides that do not count; without any left it is let through.
    pub(crate) fn waive(&mut self, waivers: &[&Waiver]) {
        let sides = waivers.iter().filter(|w| w.statement.is_none());
        let gates: Vec<&str> = sides.map(|w| w.gate.as_str()).collect();
        let before = self.missing.len();
        let waived = |side: &MissingSide| gates.contains(&side.gate.as_str());
        // Where an AWS managed key stands in the way, the others do not matter; where it does not, they do.
        let managed = |side: &MissingSide| side.gate == MANAGED_KEY && waived(side);
        let all = self.missing.iter().any(managed);
        self.missing.retain(|side| !all && !waived(side));
        self.waived |= before > 0 && self.missing.is_empty();
    }
}

/// A side that must still allow.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct MissingSide {
    /// The gate, in the words of [`Decided::gate`].
    pub gate: String,
    /// The account in which it must be changed.
    pub account: String,
    /// Statements of that side that would allow it but for their conditions, each with what does not hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditional: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lacks(gates: &[&str]) -> Decided {
        let side = |gate: &&str| MissingSide {
            gate: (*gate).to_owned(),
            account: "111111111111".to_owned(),
            conditional: Vec::new(),
        };
        Decided {
            action: "kms:Decrypt".to_owned(),
            resource: "arn:aws:kms:us-east-1:111111111111:key/a".to_owned(),
            resource_account: None,
            decision: "implicit_deny".to_owned(),
            gate: String::new(),
            policy: None,
            statement: None,
            statement_text: None,
            held: Vec::new(),
            reason: String::new(),
            told: None,
            missing: gates.iter().map(side).collect(),
            waived: false,
        }
    }

    #[test]
    fn a_side_that_does_not_count_leaves_the_others() {
        let waiver = |gate: &str, statement: Option<&str>| Waiver {
            principal: String::new(),
            action: String::new(),
            resource: "*".to_owned(),
            gate: gate.to_owned(),
            statement: statement.map(str::to_owned),
        };
        let (scp, own, key) = ("service control policy", "identity policy", "key policy");
        for (missing, waivers, left) in [
            (vec![scp, own], vec![waiver(scp, None)], vec![own]),
            (vec![scp], vec![waiver(scp, None)], vec![]),
            // A statement is no side.
            (
                vec![scp],
                vec![waiver(scp, Some("p, statement 1"))],
                vec![scp],
            ),
            // A key of AWS's own is hopeless; another key under the same pattern is not.
            (
                vec![MANAGED_KEY, own],
                vec![waiver(MANAGED_KEY, None)],
                vec![],
            ),
            (
                vec![key, own],
                vec![waiver(MANAGED_KEY, None)],
                vec![key, own],
            ),
            (vec![], vec![waiver(scp, None)], vec![]),
        ] {
            let mut row = lacks(&missing);
            row.waive(&waivers.iter().collect::<Vec<_>>());
            let gates: Vec<&str> = row.missing.iter().map(|m| m.gate.as_str()).collect();
            assert_eq!(gates, left);
            assert_eq!(row.waived, !missing.is_empty() && left.is_empty());
            assert!(!row.allowed());
        }
    }
}
