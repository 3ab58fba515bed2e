//! Making temporary credentials.

use sekisho_engine::{ApiError, Cx, SESSIONS, Session, time};
use serde_json::{Value, json};

/// Sessions looked at by one call to find expired ones.
const SWEEP: usize = 32;

/// Completes `session` with keys and times, keeps it, and renders `Credentials`.
pub(crate) fn issue(
    cx: &mut Cx<'_>,
    mut session: Session,
    seconds: i64,
) -> Result<Value, ApiError> {
    let now = cx.now_ms();
    session.access_key_id = cx.ids().access_key("ASIA");
    session.secret = cx.ids().secret();
    session.token = format!("IQoJb3JpZ2luX2Vj{}", cx.ids().alnum(160));
    session.issued_ms = now;
    session.expires_ms = now + seconds * 1000;
    let rendered = json!({
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret,
        "SessionToken": session.token,
        "Expiration": time::seconds(session.expires_ms / 1000 * 1000),
    });
    // Expired sessions are swept a few at a time, from a random place on: every call does its share.
    let some = cx.page(&SESSIONS, "", &session.access_key_id, SWEEP)?;
    for (key, _) in some
        .into_iter()
        .filter(|(_, s)| s.expires_ms + 3_600_000 < now)
    {
        cx.delete(&SESSIONS, &key);
    }
    let key = session.access_key_id.clone();
    cx.put(&SESSIONS, &key, session)?;
    Ok(rendered)
}
