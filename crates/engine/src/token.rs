//! Bearer tokens: signed with the holder's own secret, so that nothing need be stored and nothing outlives the
//! credentials. A token says who holds it, never what they may do: every use is authorized anew.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::engine::Engine;
use crate::error::ApiError;
use crate::identity::Credential;

fn mac(secret: &str, text: &str) -> Result<Vec<u8>, ApiError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|e| ApiError::internal(e.to_string()))?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

/// A token of whoever has the key `access_key_id` with this secret.
pub(crate) fn signed(
    secret: &str,
    access_key_id: &str,
    purpose: &str,
    expires_ms: i64,
) -> Result<String, ApiError> {
    let text = format!("{access_key_id}\n{expires_ms}\n{purpose}");
    let signature = hex::encode(mac(secret, &text)?);
    Ok(URL_SAFE_NO_PAD.encode(format!("{access_key_id}\n{expires_ms}\n{signature}")))
}

impl Engine {
    /// A token for `purpose`, held by whoever has the key `access_key_id`.
    ///
    /// # Errors
    /// When the key is not known.
    pub fn issue_token(
        &self,
        access_key_id: &str,
        purpose: &str,
        expires_ms: i64,
    ) -> Result<String, ApiError> {
        let credential = self.credential(access_key_id)?.ok_or_else(|| {
            ApiError::new(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            )
        })?;
        signed(&credential.secret, access_key_id, purpose, expires_ms)
    }

    /// The holder of `token`, if it was issued for `purpose` and has not expired.
    ///
    /// # Errors
    /// When the store fails.
    pub fn verify_token(&self, token: &str, purpose: &str) -> Result<Option<Credential>, ApiError> {
        let Some(text) = URL_SAFE_NO_PAD
            .decode(token)
            .ok()
            .and_then(|b| String::from_utf8(b).ok())
        else {
            return Ok(None);
        };
        let mut parts = text.splitn(3, '\n');
        let (Some(key), Some(expires), Some(signature)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Ok(None);
        };
        let Some(credential) = self.credential(key)? else {
            return Ok(None);
        };
        let expected = hex::encode(mac(
            &credential.secret,
            &format!("{key}\n{expires}\n{purpose}"),
        )?);
        let genuine: bool = expected.as_bytes().ct_eq(signature.as_bytes()).into();
        let now = self.clock().now_ms();
        let alive = expires.parse::<i64>().is_ok_and(|at| at > now)
            && credential.expires_ms.is_none_or(|at| at > now);
        Ok((genuine && alive).then_some(credential))
    }
}
