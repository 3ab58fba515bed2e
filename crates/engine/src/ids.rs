//! Ids and randomness are given, never taken: one seeded source.

use std::sync::{Mutex, PoisonError};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A source of ids, nonces and key material: `ChaCha20`, seeded by the system or by a number.
pub struct Ids(Mutex<ChaCha20Rng>);

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids(..)")
    }
}

impl Ids {
    /// Seeded from the operating system.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn from_system() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self(Mutex::new(ChaCha20Rng::from_seed(seed))))
    }

    /// Seeded by a number: the same seed gives the same ids. Never for a server that others can reach.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut out);
        out
    }

    /// `count` random bytes.
    #[must_use]
    pub fn vec(&self, count: usize) -> Vec<u8> {
        let mut out = vec![0; count];
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut out);
        out
    }

    /// A random UUID, version 4.
    #[must_use]
    pub fn uuid(&self) -> String {
        let mut b = self.bytes::<16>();
        b[6] = (b[6] & 0x0f) | 0x40;
        b[8] = (b[8] & 0x3f) | 0x80;
        let h = hex::encode(b);
        let part = |from: usize, to: usize| h.get(from..to).unwrap_or_default();
        format!(
            "{}-{}-{}-{}-{}",
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32)
        )
    }

    fn pick(&self, alphabet: &[u8], count: usize) -> String {
        self.vec(count)
            .iter()
            .map(|b| char::from(alphabet[usize::from(*b) % alphabet.len()]))
            .collect()
    }

    /// `digits` lower-case hexadecimal digits.
    #[must_use]
    pub fn hex(&self, digits: usize) -> String {
        self.pick(b"0123456789abcdef", digits)
    }

    /// `count` letters and digits.
    #[must_use]
    pub fn alnum(&self, count: usize) -> String {
        self.pick(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            count,
        )
    }

    /// A unique id of IAM: a four-letter prefix and 17 letters and digits, 21 in all (`AROA…`).
    #[must_use]
    pub fn iam(&self, prefix: &str) -> String {
        format!(
            "{prefix}{}",
            self.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 21 - prefix.len())
        )
    }

    /// An access key id: 20 characters.
    #[must_use]
    pub fn access_key(&self, prefix: &str) -> String {
        format!(
            "{prefix}{}",
            self.pick(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 20 - prefix.len())
        )
    }

    /// A secret access key: 40 characters.
    #[must_use]
    pub fn secret(&self) -> String {
        self.pick(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
            40,
        )
    }
}
