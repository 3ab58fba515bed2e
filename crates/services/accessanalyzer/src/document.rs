//! What the checks share.

use sekisho_engine::prelude::*;
use sekisho_policy::{Compared, Document};

/// Reads a document that a check is about.
pub(crate) fn read(text: &str, member: &str) -> Result<Document, ApiError> {
    text.parse().map_err(|e| {
        let message = format!("The policy document in {member} is not valid: {e}");
        ApiError::new("UnprocessableEntityException", message).status(422)
    })
}

/// The answer of a check: `PASS` when no statement is to blame, and the sentences for both ends.
pub(crate) fn answer(
    document: &Document,
    blamed: &[usize],
    sentences: [&str; 2],
    reason: &str,
) -> Value {
    let [passes, fails] = sentences;
    if blamed.is_empty() {
        return json!({"result": "PASS", "message": passes});
    }
    let reasons = blamed.iter().map(|index| {
        let sid = document
            .statements()
            .get(*index)
            .and_then(|s| s.sid.as_deref())
            .filter(|s| !s.is_empty());
        match sid {
            Some(sid) => json!({
                "description": format!("{reason} with sid: {sid}."),
                "statementIndex": index,
                "statementId": sid,
            }),
            None => json!({
                "description": format!("{reason} with index: {index}."),
                "statementIndex": index,
            }),
        }
    });
    json!({"result": "FAIL", "message": fails, "reasons": reasons.collect::<Vec<_>>()})
}

/// AWS proves every comparison; what can be neither found nor proven here is not answered, rather than guessed.
pub(crate) fn decided(compared: &Compared) -> Result<(), ApiError> {
    if *compared == Compared::Undecided {
        let message = "sekisho found no such access, and no proof that there is none: the documents' conditions, denials or sizes are beyond what it compares. AWS may answer.";
        return Err(ApiError::new("UnprocessableEntityException", message).status(422));
    }
    Ok(())
}
