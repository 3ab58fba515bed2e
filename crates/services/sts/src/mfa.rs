//! Codes of multi-factor authentication, as STS takes them: the sentences are recorded (radkawar/stackd iam/mfa), but for the
//! one about a part that is not given.

use sekisho_engine::{ApiError, Cx, Lookup, MFA_DEVICES, MfaDevice};
use sekisho_policy::Principal;

/// What a request says of a device.
#[derive(Clone, Copy)]
pub(crate) struct Given<'i> {
    pub(crate) serial: Option<&'i str>,
    pub(crate) code: Option<&'i str>,
}

fn failed(why: &str) -> ApiError {
    let message = format!("MultiFactorAuthentication failed{why}");
    ApiError::new("AccessDenied", message).status(403)
}

impl<'i> Given<'i> {
    /// The caller's device and the code, which is right; nothing where none is given.
    fn check(self, lookup: &Lookup<'_>) -> Result<Option<(MfaDevice, &'i str)>, ApiError> {
        let (serial, code) = match (self.serial, self.code) {
            (None, None) => return Ok(None),
            (Some(serial), Some(code)) => (serial, code),
            _ => {
                return Err(failed(
                    ", must provide both MFA serial number and one time pass code.",
                ));
            }
        };
        let device = lookup.get(&MFA_DEVICES, serial)?;
        let own = |device: &MfaDevice| match &lookup.caller().principal {
            Principal::User { arn, id, .. } => {
                let name = arn.rsplit('/').next().unwrap_or_default();
                device.is_of(name, id.as_deref().unwrap_or_default())
            }
            _ => false,
        };
        let Some(device) = device.filter(|d| own(d)) else {
            return Err(failed(
                ", unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
            ));
        };
        match device.step_of(lookup.now_ms(), code) {
            Some(_) => Ok(Some((device.as_ref().clone(), code))),
            None => Err(failed(" with invalid MFA one time pass code. ")),
        }
    }

    /// Whether the caller signs in with a device; the code stays good.
    ///
    /// # Errors
    /// What AWS says of a code that is wrong, or of a device that is not the caller's.
    pub(crate) fn signs_in(self, lookup: &Lookup<'_>) -> Result<bool, ApiError> {
        Ok(self.check(lookup)?.is_some())
    }

    /// The same, and uses the code up.
    ///
    /// # Errors
    /// As [`Given::signs_in`].
    pub(crate) fn use_up(self, cx: &mut Cx<'_>) -> Result<bool, ApiError> {
        let Some((mut device, code)) = self.check(&cx.lookup())? else {
            return Ok(false);
        };
        device.use_up(cx.now_ms(), code);
        let serial = device.arn.clone();
        cx.put(&MFA_DEVICES, &serial, device)?;
        Ok(true)
    }
}
