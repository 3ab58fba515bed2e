//! What every operation's file needs.

pub use serde::{Deserialize, Serialize};
pub use serde_json::{Value, json};

pub use crate::{ApiError, Check, Cx, Lookup, OpId, Operation, Permit};
