//! Who applies a configuration: a session of the role that the provider assumes, or of one that is made up. Nobody applies
//! as the root user, whom a policy would let hand its permissions on to the whole account: what names the caller
//! (`aws_caller_identity.arn`) must not mean that.

use std::collections::BTreeSet;

use sekisho_doctor::Cause;
use sekisho_engine::{ApiError, Applier, Caller, Engine, SESSIONS, Session};
use sekisho_iac::{Configuration, NodeKind, State};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// The role of who applies, where the provider assumes none.
const NAME: &str = "sekisho-applier";
/// The name of a session, where the provider gives none.
const SESSION: &str = "terraform";
/// What it may do: everything.
const POLICY: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
/// How long its credentials last, in milliseconds: the longest that a session may.
const LASTS: i64 = 12 * 60 * 60 * 1000;

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

/// The caller of what a provider of `account` with these arguments makes. The session is there when it returns;
/// ids follow from their names, so that everything else has the ids that it would have without them.
///
/// # Errors
/// When the store fails.
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
    engine.change(|overlay| {
        let session = Session {
            access_key_id: key_id.clone(),
            secret: hex::encode(Sha256::digest(&arn)).split_off(24),
            token: hex::encode(Sha256::digest(&key_id)),
            account: account.to_owned(),
            role: Some(name.to_owned()),
            role_id: Some(role_id.clone()),
            role_arn: Some(arn.clone()),
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
            issued_ms: engine.clock().now_ms(),
            expires_ms: engine.clock().now_ms() + LASTS,
        };
        Ok(overlay.put(&SESSIONS, &key_id, session)?)
    })?;
    let credential = engine.credential(&key_id)?;
    let lost = || ApiError::internal("the session of who applies is not there");
    credential.map(|c| c.caller).ok_or_else(lost)
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
fn id(prefix: &str, text: &str) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digest = Sha256::digest(text);
    let letters = digest
        .iter()
        .filter_map(|b| LETTERS.get(usize::from(b % 32)));
    let letters: String = letters.map(|b| char::from(*b)).take(17).collect();
    format!("{prefix}{letters}")
}
