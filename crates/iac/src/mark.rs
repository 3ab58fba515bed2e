//! What of a value is sensitive, or ephemeral.

use std::collections::BTreeMap;

use crate::convert::{to_number, to_string};
use crate::value::Value;

/// What is followed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// What is shown to nobody.
    Sensitive,
    /// What is kept in no plan and no state.
    Ephemeral,
}

/// What of a value is sensitive.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Marks {
    /// Nothing.
    Plain,
    /// All of it.
    All,
    /// Of a list, by its elements.
    List(Vec<Marks>),
    /// Of a map, by its members.
    Map(BTreeMap<String, Marks>),
}

impl Marks {
    pub(crate) fn any(&self) -> bool {
        match self {
            Self::Plain => false,
            Self::All => true,
            Self::List(items) => items.iter().any(Self::any),
            Self::Map(members) => members.values().any(Self::any),
        }
    }

    pub(crate) fn when(sensitive: bool) -> Self {
        if sensitive { Self::All } else { Self::Plain }
    }

    pub(crate) fn items(self) -> Vec<Self> {
        match self {
            Self::List(items) => items,
            _ => Vec::new(),
        }
    }

    pub(crate) fn at(&self, key: &Value) -> Self {
        match self {
            Self::All => Self::All,
            Self::Plain => Self::Plain,
            Self::List(items) => {
                let at = to_number(key).and_then(|n| n.as_usize());
                let found = at.and_then(|at| items.get(at));
                found.cloned().unwrap_or(Self::Plain)
            }
            Self::Map(members) => {
                let found = to_string(key).and_then(|key| members.get(&key));
                found.cloned().unwrap_or(Self::Plain)
            }
        }
    }
}
