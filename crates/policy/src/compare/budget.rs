//! How much a proof may look at.

use std::cell::Cell;

/// What is left of it, in comparisons of two patterns or conditions. When nothing is left, nothing more is proven.
pub(super) struct Budget(Cell<u64>);

/// About a second of an optimised build.
const ALL: u64 = 8_000_000;

impl Budget {
    pub(super) fn new() -> Self {
        Self(Cell::new(ALL))
    }

    /// Takes what `cost` comparisons need; whether that was there.
    pub(super) fn takes(&self, cost: usize) -> bool {
        let cost = u64::try_from(cost).unwrap_or(u64::MAX);
        let left = self.0.get().checked_sub(cost);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }
}
