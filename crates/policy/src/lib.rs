//! The IAM policy engine: documents are parsed with spans, validated as AWS validates them, compiled, and
//! evaluated into a [`Decision`] that knows its reason.
//!
//! A decision is a value: it names the gate that decided, the policy and the statement, and every side that
//! is missing. Nothing here does I/O, reads a clock or panics on any input.
//!
//! **Invariant:** [`evaluate`] is total. Whatever the documents and the request are, an answer comes back.
//!
//! Deliberately absent: services, storage, the wire. The front door gathers the facts and asks.

mod authorization_message;
/// The examples of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(feature = "cases")]
pub mod case;
mod change;
mod compare;
mod condition;
mod decision;
mod details;
mod document;
mod evaluate;
mod exempt;
mod explain;
mod grants;
mod index;
mod json;
mod lint;
#[cfg(feature = "cases")]
mod members;
mod message;
mod parse;
mod principal;
mod public;
mod render;
mod request;
mod resource_arn;
mod services;
mod template;
mod text;
mod usage;
mod validate;
mod values;

pub use authorization_message::authorization_message;
pub use change::{Change, apply, what_would_allow};
pub use compare::{Compared, Witness, grants, new_access};
pub use condition::{Condition, Operator, Qualifier};
pub use decision::{
    Decision, Gate, Grant, Missing, Outcome, Policies, ResourceKind, Side, StatementRef,
};
pub use details::{AskedPolicy, Details, Requirement, RequirementEffect, details, effect_of};
pub use document::{
    Document, Effect, Element, Policy, PrincipalElement, PrincipalPattern, Statement, Version,
};
pub use evaluate::evaluate;
pub use explain::{
    Explanation, GateReport, GrantReport, Miss, Missed, Said, StatementReport, explain, held,
};
pub use json::{JsonError, Lines, Span, line_and_column};
pub use lint::{
    Finding, LintKind, Location, NoReference, Reference, ResourceType, Severity, Step, lint,
};
pub use message::{Style, sentence, sentence_of, wire_sentence};
pub use parse::{DocumentError, Fault};
pub use principal::{Principal, Strength};
pub use public::{is_public, public_statements};
pub use request::{Context, ContextValue, Request};
pub use usage::{Needed, usage};
pub use validate::{Kind, ValidationError, is_principal_arn, principals, validate};
pub use values::{canonical_number, date_ms, is_base64, is_ip_address};
