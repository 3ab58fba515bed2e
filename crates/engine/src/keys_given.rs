//! In debug builds: which condition keys the decisions about an action had, for a test to compare with IAM's reference data.
//!
//! [`known_keys`](crate::context::known_keys) says when an operation gives a key that IAM does not list; a key that IAM lists and that
//! no request ever has is the worse mistake, for a Deny under it never holds. It shows only over many requests: so the
//! pairs go to the file that `SEKISHO_KEYS_GIVEN` names, each once in a process.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::sync::{LazyLock, Mutex};

use sekisho_policy::Context;

/// The pairs that were written, and where they go.
type Pairs = Mutex<(BTreeSet<String>, File)>;

#[expect(
    clippy::disallowed_methods,
    reason = "the suite says where the pairs go; builds for others have none of this"
)]
static PAIRS: LazyLock<Option<Pairs>> = LazyLock::new(|| {
    let path = std::env::var_os("SEKISHO_KEYS_GIVEN")?;
    let file = File::options().create(true).append(true).open(path).ok()?;
    Some(Mutex::new((BTreeSet::new(), file)))
});

/// Notes the keys of a decision: a line `action key` for each that is new. Does nothing unless it was asked for.
pub(crate) fn note(action: &str, context: &Context) {
    let Some(pairs) = &*PAIRS else { return };
    let Ok(mut pairs) = pairs.lock() else { return };
    for (key, _) in context.iter() {
        let line = format!("{action} {}\n", key.to_lowercase());
        if pairs.0.insert(line.clone()) {
            // What cannot be written is a pair that the test misses, loudly.
            _ = pairs.1.write_all(line.as_bytes());
        }
    }
}
