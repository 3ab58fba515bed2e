//! Encoded authorization messages: why a call was denied, sealed, for those who may decode it.
//!
//! Every denial carries one, in the header `x-sekisho-authorization-message`; `sts:DecodeAuthorizationMessage` of the same
//! run opens it again. The key is the operating system's randomness, made at the first denial and never kept: who is
//! denied holds the sealed message, and must not be able to guess at any secret with it. Nothing is stored.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sekisho_store::{DataKey, seal, unseal};

use crate::engine::Engine;
use crate::error::ApiError;
use crate::ids::Ids;

/// Longest message that STS takes back, in characters; a longer one is not made.
const MAX: usize = 10_240;

/// Seals and opens messages. It has randomness of its own, so that a denial does not change which ids come next.
#[derive(Debug, Default)]
pub(crate) struct Messages(OnceLock<Option<(DataKey, Ids)>>);

impl Messages {
    fn key(&self) -> Option<&(DataKey, Ids)> {
        let made = self.0.get_or_init(|| {
            let ids = Ids::from_system().ok()?;
            Some((DataKey::new(ids.bytes()), ids))
        });
        made.as_ref()
    }
}

impl Engine {
    /// Seals `json` for callers of `account`.
    pub(crate) fn encode_authorization(&self, account: &str, json: &str) -> Option<String> {
        let (key, ids) = self.messages().key()?;
        let sealed = seal(key, ids.bytes(), account.as_bytes(), json.as_bytes()).ok()?;
        let text = URL_SAFE_NO_PAD.encode(sealed);
        (text.len() <= MAX).then_some(text)
    }

    /// Opens a message that was made for callers of `account`.
    ///
    /// # Errors
    /// When it is none of this run's, or another account's.
    pub fn decode_authorization(&self, account: &str, message: &str) -> Result<String, ApiError> {
        let invalid = || {
            let text = "Message is not valid";
            ApiError::new("InvalidAuthorizationMessageException", text).status(400)
        };
        let sealed = URL_SAFE_NO_PAD.decode(message).map_err(|_| invalid())?;
        let (key, _) = self.messages().key().ok_or_else(invalid)?;
        let opened = unseal(key, account.as_bytes(), &sealed).map_err(|_| invalid())?;
        String::from_utf8(opened).map_err(|_| invalid())
    }
}
