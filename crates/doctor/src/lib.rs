//! From a denied call to its cause: which side is missing, in which account, and the smallest statement that
//! would allow it.
//!
//! **Invariant:** what an explicit deny forbids is never proposed as an allow.

use sekisho_engine::{Decided, Event, MANAGED_KEY, MissingSide};
use serde::Serialize;
use serde_json::{Value, json};

/// Why a call was denied, and what would allow it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// The event of the denied call.
    pub call: u64,
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// Who was denied.
    pub principal: String,
    /// `implicit_deny` or `explicit_deny`.
    pub decision: String,
    /// The ARN of the user or role that was denied; none for a service or the root user.
    pub holder: Option<String>,
    /// The side that must change: `identity policy`, `trust policy`, `repository policy`, `bucket policy`, `key policy`, …
    pub side: String,
    /// The account in which it must change.
    pub account: String,
    /// For an explicit denial: the policy and the statement that deny.
    pub denied_by: Option<String>,
    /// Statements of that side that would allow it but for their conditions, each with what does not hold.
    pub conditional: Vec<String>,
    /// The statement to add; none where no statement can mend it.
    pub statement: Option<Value>,
    /// What to do, in words.
    pub advice: String,
    /// AWS's own sentence, whole.
    pub reason: String,
    /// What AWS says of it to who called, where that is less.
    pub told: Option<String>,
}

impl Cause {
    /// What AWS says to who called, and the whole sentence where that is more.
    #[must_use]
    pub fn said(&self) -> String {
        match &self.told {
            Some(told) => format!("{told} (in full: {})", self.reason),
            None => self.reason.clone(),
        }
    }
}

/// The causes of the denied checks of `event`, one per side that is missing.
#[must_use]
pub fn causes(event: &Event) -> Vec<Cause> {
    event
        .checks
        .iter()
        .filter(|c| !c.allowed() && !c.waived)
        .flat_map(|check| of_check(event, check))
        .collect()
}

fn of_check(event: &Event, check: &Decided) -> Vec<Cause> {
    let cause = |side: &str, account: &str| Cause {
        call: event.id,
        action: check.action.clone(),
        resource: check.resource.clone(),
        principal: event.principal.clone(),
        decision: check.decision.clone(),
        holder: event.principal_arn.clone(),
        side: side.to_owned(),
        account: account.to_owned(),
        denied_by: None,
        conditional: Vec::new(),
        statement: None,
        advice: String::new(),
        reason: check.reason.clone(),
        told: check.told.clone(),
    };
    if check.decision == "explicit_deny" {
        let account = explicit_account(event, check);
        let policy = check.policy.clone().unwrap_or_default();
        let statement = check.statement.clone().unwrap_or_default();
        let mut out = cause(&check.gate, &account);
        let why = match check.held.as_slice() {
            [] => String::new(),
            held => format!(" ({})", held.join("; ")),
        };
        out.advice = format!(
            "{statement} of {policy} denies it{why}; an explicit deny wins over every allow: change that statement, or the call"
        );
        out.denied_by = Some(format!("{policy}, {statement}"));
        return vec![out];
    }
    // Where an AWS managed key stands in the way, no statement on any other side helps.
    let managed = |side: &&MissingSide| side.gate == MANAGED_KEY;
    let hopeless = check.missing.iter().any(|side| managed(&side));
    check
        .missing
        .iter()
        .filter(|side| !hopeless || managed(side))
        .map(|side| {
            let mut out = cause(&side.gate, &side.account);
            let (statement, advice) = proposal(event, check, side);
            out.statement = statement;
            out.advice = advice;
            out.conditional.clone_from(&side.conditional);
            out
        })
        .collect()
}

/// Whose statement an explicit denial is.
fn explicit_account(event: &Event, check: &Decided) -> String {
    match check.gate.as_str() {
        "identity policy"
        | "permissions boundary"
        | "session policy"
        | "service control policy" => event.account.clone(),
        _ => check
            .resource_account
            .clone()
            .unwrap_or_else(|| event.account.clone()),
    }
}

/// The principal as a policy should name it: the role rather than one session of it.
fn principal(event: &Event) -> Value {
    match &event.principal_arn {
        Some(arn) => json!({"AWS": arn}),
        None => json!({"Service": event.principal}),
    }
}

fn proposal(event: &Event, check: &Decided, side: &MissingSide) -> (Option<Value>, String) {
    let who = event.principal_arn.as_deref().unwrap_or(&event.principal);
    let account = &side.account;
    let identity = json!({"Effect": "Allow", "Action": check.action, "Resource": check.resource});
    match side.gate.as_str() {
        "identity policy" => (
            Some(identity),
            format!("add to a policy of {who} (account {account})"),
        ),
        "permissions boundary" => (
            Some(identity),
            format!(
                "add to the permissions boundary of {who} (account {account}), or ask its owner"
            ),
        ),
        "service control policy" | "resource control policy" => (
            None,
            format!(
                "no {} of the organization allows {} in account {account}; no policy of the account can: ask who owns the organization",
                side.gate, check.action
            ),
        ),
        "session policy" => (
            None,
            format!("the session policy with which {who} was assumed leaves this out"),
        ),
        "trust policy" => (
            Some(json!({"Effect": "Allow", "Principal": principal(event), "Action": check.action})),
            format!(
                "add to the trust policy of {} (account {account})",
                check.resource
            ),
        ),
        "repository policy" => (
            Some(json!({"Effect": "Allow", "Principal": principal(event), "Action": check.action})),
            format!(
                "add to the repository policy of {} (account {account})",
                check.resource
            ),
        ),
        "key policy" => (
            Some(
                json!({"Effect": "Allow", "Principal": principal(event), "Action": check.action, "Resource": "*"}),
            ),
            format!(
                "add to the key policy of {} (account {account})",
                check.resource
            ),
        ),
        MANAGED_KEY => (
            None,
            format!(
                "{} is the AWS managed key of account {account}: its policy cannot be changed, and no other account can use it. Set encryption_key of the artifact store to the ARN of a customer managed key",
                check.resource
            ),
        ),
        "bucket policy" => (
            Some(json!({
                "Effect": "Allow", "Principal": principal(event), "Action": check.action, "Resource": check.resource,
            })),
            format!(
                "add to the bucket policy of {} (account {account})",
                bucket(&check.resource)
            ),
        ),
        "object ACL" => (
            None,
            format!(
                "the object belongs to account {account}, which wrote it, and not to the owner of the bucket: no bucket policy counts for it. Set object_ownership of {} to BucketOwnerEnforced, and write it again",
                bucket(&check.resource)
            ),
        ),
        // A role has no policy that lets others pass it (IAM user guide, "Granting a user permissions to pass a role").
        _ if check.action == "iam:PassRole" => (
            None,
            format!(
                "nobody passes a role of another account: the role must be one of the account that makes the call, not of {account}"
            ),
        ),
        other => (
            None,
            format!("the {other} in account {account} does not allow it"),
        ),
    }
}

fn bucket(arn: &str) -> &str {
    arn.split('/').next().unwrap_or(arn)
}
