//! Virtual multi-factor authentication devices: one-time codes of RFC 6238, and which of them count.
//!
//! The windows, and which codes are used up, are as they were recorded (radkawar/stackd, testdata/aws/iam: mfa,
//! mfa_verification, mfa_pair_window, mfa_reuse). What AWS does after many wrong codes is left out.

use hmac::{Hmac, KeyInit, Mac};
use sekisho_store::Table;
use serde::{Deserialize, Serialize};
use sha1::Sha1;

use crate::principals::Tags;

/// Devices by their serial number, which is an ARN.
pub const MFA_DEVICES: Table<MfaDevice> = Table::new("iam/mfa-device");

/// How long a code holds, in milliseconds.
const STEP_MS: i64 = 30_000;
/// How many steps a code may be early or late.
const WINDOW: i64 = 2;
/// Which steps the second of two codes may have that set a device's clock, from now on.
const PAIR_WINDOW: std::ops::RangeInclusive<i64> = -998..=1_000;

/// A virtual device.
#[derive(Clone, Serialize, Deserialize)]
pub struct MfaDevice {
    /// Its serial number: `arn:aws:iam::…:mfa/…`.
    pub arn: String,
    /// The secret that it shares with its owner, in hexadecimal.
    pub seed: String,
    /// The name and the unique id of the user that has it.
    pub user: Option<(String, String)>,
    /// When it was enabled, in milliseconds.
    pub enabled_ms: i64,
    /// Its tags.
    pub tags: Tags,
    /// How many steps its clock is ahead of ours.
    pub drift: i64,
    /// Steps whose codes somebody has signed in with.
    pub used: Vec<i64>,
    /// Steps whose codes have set the clock.
    pub paired: Vec<i64>,
}

impl std::fmt::Debug for MfaDevice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MfaDevice({})", self.arn)
    }
}

impl MfaDevice {
    /// Whether it is the device of the user with this name and unique id.
    #[must_use]
    pub fn is_of(&self, name: &str, id: &str) -> bool {
        let of = self.user.as_ref();
        of.is_some_and(|(own, own_id)| own == name && own_id == id)
    }

    /// Sets its clock by two codes that follow on each other; whether they do, and were not used so before.
    pub fn pair(&mut self, now_ms: i64, first: &str, second: &str) -> bool {
        let now = now_ms / STEP_MS;
        let fits = |step: &i64| {
            let fresh = !self.paired.contains(step) && !self.paired.contains(&(step - 1));
            fresh && self.code(*step - 1) == first && self.code(*step) == second
        };
        let found = PAIR_WINDOW.map(|offset| now + offset).find(fits);
        let Some(step) = found else { return false };
        self.paired.retain(|s| *s > now + 2 * PAIR_WINDOW.start());
        self.paired.extend([step - 1, step]);
        // The second of them is used up (recorded: the first still signs in).
        self.used.push(step);
        self.drift = step - now;
        true
    }

    /// The step of a code that signs in now: one near to its clock, whose code nobody signed in with.
    #[must_use]
    pub fn step_of(&self, now_ms: i64, code: &str) -> Option<i64> {
        let now = now_ms / STEP_MS + self.drift;
        let near = now - WINDOW..=now + WINDOW;
        near.into_iter()
            .find(|step| !self.used.contains(step) && self.code(*step) == code)
    }

    /// Uses a code up; whether it signed in.
    pub fn use_up(&mut self, now_ms: i64, code: &str) -> bool {
        let Some(step) = self.step_of(now_ms, code) else {
            return false;
        };
        let oldest = now_ms / STEP_MS + self.drift - 2 * WINDOW;
        self.used.retain(|s| *s >= oldest);
        self.used.push(step);
        true
    }

    /// Six digits.
    fn code(&self, step: i64) -> String {
        let seed = hex::decode(&self.seed).unwrap_or_default();
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(&seed) else {
            return String::new();
        };
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        // RFC 4226, section 5.3: the last four bits say where the number stands.
        let at = usize::from(digest.last().copied().unwrap_or_default() & 0x0f);
        let bytes: [u8; 4] = digest
            .get(at..at + 4)
            .and_then(|b| b.try_into().ok())
            .unwrap_or_default();
        format!(
            "{:06}",
            (u32::from_be_bytes(bytes) & 0x7fff_ffff) % 1_000_000
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device() -> MfaDevice {
        MfaDevice {
            arn: "arn:aws:iam::111111111111:mfa/phone".to_owned(),
            seed: hex::encode("12345678901234567890"),
            user: None,
            enabled_ms: 0,
            tags: Vec::new(),
            drift: 0,
            used: Vec::new(),
            paired: Vec::new(),
        }
    }

    /// A moment in the middle of step 1,000,000.
    const NOW: i64 = 1_000_000 * STEP_MS + 15_000;

    fn at(offset: i64) -> String {
        device().code(1_000_000 + offset)
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, the last six digits of SHA-1.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(device().code(seconds / 30), code);
        }
    }

    #[test]
    fn two_codes_that_follow_on_each_other_set_the_clock() {
        let pairs = |offset: i64| device().pair(NOW, &at(offset - 1), &at(offset));
        for (offset, expected) in [
            (0, true),
            (-998, true),
            (-999, false),
            (1_000, true),
            (1_001, false),
        ] {
            assert_eq!(pairs(offset), expected, "{offset}");
        }
        assert!(!device().pair(NOW, &at(0), &at(0)));
        assert!(!device().pair(NOW, &at(0), &at(-1)));
        // Neither code sets it again, whatever was signed in with.
        let mut device = device();
        assert!(device.pair(NOW, &at(-1), &at(0)));
        assert!(!device.pair(NOW, &at(0), &at(1)));
        assert!(device.pair(NOW, &at(1), &at(2)));
    }

    #[test]
    fn a_code_signs_in_once_and_near_its_clock() {
        let mut device = device();
        assert!(device.pair(NOW, &at(-1), &at(0)));
        // As recorded: the second code of the pair is used up, the first is not.
        for (offset, expected) in [
            (0, false),
            (-1, true),
            (1, true),
            (-2, true),
            (2, true),
            (-1, false),
            (-3, false),
            (3, false),
        ] {
            assert_eq!(device.use_up(NOW, &at(offset)), expected, "{offset}");
        }
        assert!(device.pair(NOW, &at(9), &at(10)));
        assert!(!device.use_up(NOW, &at(0)));
        assert!(!device.use_up(NOW, &at(10)));
        assert!(device.use_up(NOW, &at(11)));
    }
}
