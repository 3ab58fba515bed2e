//! Who applies a configuration: a session of the role that the provider assumes, or of one that is made up. Nobody applies
//! as the root user, whom a policy would let hand its permissions on to the whole account: what names the caller
//! (`aws_caller_identity.arn`) must not mean that.

use std::collections::BTreeSet;
use std::sync::Arc;

use sekisho_doctor::Cause;
use sekisho_engine::{ApiError, Applier, Caller, Engine, Ids, SESSIONS, Session};
use sekisho_iac::{Configuration, NodeKind, State};
use sekisho_policy::Principal;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::Client;

/// The role of who applies, where the provider assumes none.
const NAME: &str = "sekisho-applier";
/// The name of a session, where the provider gives none.
const SESSION: &str = "terraform";
/// What it may do: everything.
const POLICY: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
/// How long its credentials last, in milliseconds: the longest that a session may.
const LASTS: i64 = 12 * 60 * 60 * 1000;
/// How long its token is, in letters.
const TOKEN: usize = 64;

/// Names of roles that the configuration makes, as far as they are known before anything is made; in small letters, for IAM
/// tells none apart by their case.
pub(super) fn made(configuration: &Configuration) -> BTreeSet<String> {
    let state = State::new(configuration);
    let roles = configuration
        .nodes
        .iter()
        .filter(|node| node.kind == NodeKind::Resource && node.type_name == "aws_iam_role");
    let names = roles.flat_map(|node| {
        let scopes = state.scopes(node).unwrap_or_default();
        let name = |scope| node.argument("name", scope).ok().flatten();
        let names = scopes.iter().filter_map(|(_, scope)| name(scope));
        names.collect::<Vec<Value>>()
    });
    let text = |name: Value| name.as_str().map(str::to_ascii_lowercase);
    names.filter_map(text).collect()
}

/// The caller of what a provider of `account` with these arguments makes. Its ids follow from its names, so that everything
/// else has the ids that it would have without it; its secret does not, and is kept nowhere.
///
/// # Errors
/// When the operating system gives no randomness.
pub(super) fn of(
    engine: &Engine,
    account: &str,
    provider: Option<&Map<String, Value>>,
    made: &BTreeSet<String>,
) -> Result<Caller, ApiError> {
    let assumed = provider.and_then(|values| {
        let blocks = ["assume_role", "assume_role_with_web_identity"];
        let block = blocks.iter().find_map(|name| values.get(*name))?;
        let text = |name: &str| block.get(name).and_then(Value::as_str);
        let role = text("role_arn").filter(|arn| arn.split(':').nth(4) == Some(account))?;
        // One that is made here is not there before.
        let name = role
            .rsplit('/')
            .next()
            .filter(|name| !made.contains(&name.to_ascii_lowercase()))?;
        let path = role.split_once(":role")?.1.strip_suffix(name)?;
        Some((path, name, text("session_name").unwrap_or(SESSION)))
    });
    let (path, name, session) = assumed.unwrap_or(("/", NAME, SESSION));
    let arn = format!("arn:aws:iam::{account}:role{path}{name}");
    let role_id = id("AROA", &arn);
    let key_id = id("ASIA", &format!("{arn}/{session}"));
    let known = assumed.is_some();
    // Policies may name it. What its own policies say is not known: nobody in a delivery gets it.
    engine.know_role(&arn, &role_id);
    let random = Ids::from_system().map_err(|e| ApiError::internal(e.to_string()))?;
    let principal = Principal::Session {
        account: account.to_owned(),
        role_arn: arn.clone(),
        path_known: true,
        role_name: name.to_owned(),
        session: session.to_owned(),
        role_id: Some(role_id.clone()),
    };
    let session = Session {
        access_key_id: key_id.clone(),
        secret: random.secret(),
        token: random.alnum(TOKEN),
        account: account.to_owned(),
        role: Some(name.to_owned()),
        role_id: Some(role_id),
        role_arn: Some(arn),
        name: session.to_owned(),
        policy: None,
        policy_arns: Vec::new(),
        applier: Some(Applier {
            policies: vec![POLICY.to_owned()],
            known,
        }),
        tags: Vec::new(),
        transitive: Vec::new(),
        source_identity: None,
        mfa: false,
        issued_ms: engine.clock().now_ms(),
        expires_ms: engine.clock().now_ms() + LASTS,
    };
    Ok(Caller {
        principal,
        access_key_id: Some(key_id),
        session: Some(Arc::new(session)),
    })
}

/// Lets a program sign as those who apply, until [`dismiss`].
///
/// # Errors
/// When the store fails.
pub(super) fn admit<'c>(
    engine: &Engine,
    clients: impl Iterator<Item = &'c Client>,
) -> Result<(), ApiError> {
    engine.change(|overlay| {
        for session in clients.filter_map(Client::session) {
            overlay.put(&SESSIONS, &session.access_key_id, session.clone())?;
        }
        Ok(())
    })
}

/// Nobody signs as them any more: what is kept of a rehearsal holds no credentials of theirs.
///
/// # Errors
/// When the store fails.
pub(super) fn dismiss<'c>(
    engine: &Engine,
    clients: impl Iterator<Item = &'c Client>,
) -> Result<(), ApiError> {
    engine.change(|overlay| {
        for session in clients.filter_map(Client::session) {
            overlay.delete(&SESSIONS, &session.access_key_id);
        }
        Ok(())
    })
}

/// Whether a principal is who applies, by a role that is made up.
pub(super) fn is_applier(principal: &str) -> bool {
    principal.contains(&format!(":assumed-role/{NAME}/"))
}

/// What lacks a statement for a role that is made up lacks it for the account: its policies decide then, and who applies
/// has such.
pub(super) fn name_account(cause: &mut Cause) {
    let statement = cause.statement.as_mut();
    let principal = statement.and_then(|s| s.pointer_mut("/Principal/AWS"));
    let Some(Value::String(principal)) = principal else {
        return;
    };
    if let Some(account) = principal.strip_suffix(&format!("role/{NAME}")) {
        *principal = format!("{account}root");
    }
}

/// A unique id of IAM's form that follows from a text.
pub(super) fn id(prefix: &str, text: &str) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digest = Sha256::digest(text);
    let letters = digest
        .iter()
        .filter_map(|b| LETTERS.get(usize::from(b % 32)));
    let letters: String = letters.map(|b| char::from(*b)).take(17).collect();
    format!("{prefix}{letters}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Setup, engine};

    #[test]
    fn nobody_signs_as_who_applies_but_while_a_program_does() {
        let account = "111111111111";
        let engine = Arc::new(engine(Setup::default()).unwrap());
        let client = || Client {
            applier: Some(of(&engine, account, None, &BTreeSet::new()).unwrap()),
            ..Client::root(&engine, account, "us-east-1")
        };
        let (one, other) = (client(), client());
        let (key, secret, token) = one.credentials();
        assert!(engine.credential(&key).unwrap().is_none());
        // Their ids follow from their names, what they sign with does not.
        let (same, another, _) = other.credentials();
        assert_eq!(key, same);
        assert_ne!(secret, another);
        admit(&engine, [&one].into_iter()).unwrap();
        let found = engine.credential(&key).unwrap().unwrap();
        assert_eq!(found.secret, secret);
        assert!(token.contains(&found.token.unwrap()));
        assert_eq!(found.caller.arn(), one.applier.as_ref().unwrap().arn());
        dismiss(&engine, [&one].into_iter()).unwrap();
        assert!(engine.credential(&key).unwrap().is_none());
    }
}
