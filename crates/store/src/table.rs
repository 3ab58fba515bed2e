//! Typed tables over the one map.

use std::marker::PhantomData;

/// A table of `T`. Its name is the prefix of its keys.
pub struct Table<T> {
    name: &'static str,
    row: PhantomData<fn() -> T>,
}

impl<T> std::fmt::Debug for Table<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl<T> Table<T> {
    /// The table called `name`.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            row: PhantomData,
        }
    }

    /// The key of row `key` in the store. A NUL separates them: it occurs in no name.
    pub(crate) fn key(&self, key: &str) -> String {
        let mut out = String::with_capacity(self.name.len() + 1 + key.len());
        out.push_str(self.name);
        out.push('\0');
        out.push_str(key);
        out
    }
}
