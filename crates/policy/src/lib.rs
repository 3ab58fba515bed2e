//! The IAM policy engine: documents are parsed with spans, validated as AWS validates them, compiled, and
//! evaluated into a [`Decision`] that knows its reason.
//!
//! A decision is a value: it names the gate that decided, the policy and the statement, and every side that
//! is missing. Nothing here does I/O, reads a clock or panics on any input.
//!
//! **Invariant:** [`evaluate`] is total. Whatever the documents and the request are, an answer comes back.
//!
//! Deliberately absent: services, storage, the wire. The front door gathers the facts and asks.

mod condition;
mod decision;
mod document;
mod evaluate;
mod grants;
mod json;
mod message;
mod parse;
mod principal;
mod request;
mod template;
mod text;
mod validate;
mod values;

pub use condition::{Condition, Operator, Qualifier};
pub use decision::{
    Decision, Gate, Grant, Missing, Outcome, Policies, ResourceKind, Side, StatementRef,
};
pub use document::{
    Document, Effect, Element, Policy, PrincipalElement, PrincipalPattern, Statement, Version,
};
pub use evaluate::evaluate;
pub use json::{JsonError, Span};
pub use message::{Style, sentence};
pub use parse::DocumentError;
pub use principal::{Principal, Strength};
pub use request::{Context, ContextValue, Request};
pub use validate::{Kind, ValidationError, principals, validate};
