//! Reads Terraform configurations: HCL into a graph of resources, evaluated in dependency order.
//!
//! What is not understood is reported with file, line and name ([`Problem`]), never left out.
//!
//! Deliberately absent: what a resource is. The caller makes it, and says which attributes it then has.

mod absent;
mod address;
mod asserts;
mod attributes;
mod block;
mod calls;
mod check;
mod condition;
mod config;
mod convert;
mod cycles;
mod edit;
mod ephemeral;
mod eval;
mod functions;
mod graph;
mod imports;
mod json_syntax;
mod language;
mod lifecycle_document;
mod mark;
mod marks;
mod module;
mod named;
mod number;
mod order;
mod overrides;
mod passing;
mod plan;
mod policy_document;
mod problem;
mod provider;
mod quote;
mod reading;
mod references;
mod remote;
mod scope;
mod secrets;
mod shapes;
mod sources;
mod spot;
mod state;
mod statics;
mod surely;
mod syntax;
mod template;
mod traverse;
mod types;
mod unify;
mod unknown;
mod value;
mod variables;
mod without;

pub use address::without_keys;
pub use asserts::Asserted;
pub use block::{Arguments, META, Nested, Node, NodeKind, Repetition};
pub use config::{Configuration, READ};
pub use edit::{CallBlock, Form, Given, Handed, ListEnd, PolicySource, Slot, Wanted, Wrap};
pub use functions::{FUNCTIONS, Function};
pub use graph::Order;
pub use language::alike;
pub use lifecycle_document::lifecycle_document;
pub use named::{Named, Naming, OfResource, Root, Whereabouts, template_key};
pub use policy_document::{PolicyDocument, policy_document};
pub use problem::{Problem, ProblemKind, Reason};
pub use provider::{Provider, ProviderBlock, ProviderId};
pub use quote::quoted;
pub use reading::{Assignment, Reading};
pub use remote::{RemoteState, full};
pub use scope::Scope;
pub use secrets::Secrets;
pub use shapes::Shape;
pub use spot::Spot;
pub use state::{Refused, State};
pub use value::{Type, Value};
pub use variables::expression;

use std::fmt;
use std::sync::Arc;

/// A file of the configuration.
#[derive(Debug)]
pub struct Source {
    /// Its path as the user knows it.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The files that the text is joined of, by the byte at which each begins, where it is that of a file with override
    /// files behind it. The first begins at 0.
    parts: Vec<(usize, Arc<Source>)>,
}

impl Source {
    /// The file at `path`.
    #[must_use]
    pub fn new(path: String, text: String) -> Self {
        Self {
            path,
            text,
            parts: Vec::new(),
        }
    }

    /// Whether it was written as JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.path.ends_with(".json") || self.path.ends_with(READ)
    }

    /// Whether it is a plan, which has what was asked for and what comes of it in one, and was checked when it was made.
    #[must_use]
    pub fn is_plan(&self) -> bool {
        let file = self.path.strip_suffix(READ);
        file.is_some_and(|file| !file.ends_with(".tf.json"))
    }

    /// The file in which the byte at `offset` stands, and where it begins: offsets in the file are those here less that.
    #[must_use]
    pub fn part(self: &Arc<Self>, offset: usize) -> (Arc<Self>, usize) {
        let part = self.parts.iter().rfind(|(start, _)| *start <= offset);
        let part = part.map(|(start, file)| (Arc::clone(file), *start));
        part.unwrap_or_else(|| (Arc::clone(self), 0))
    }
}

/// A place in a file.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// Byte offset.
    pub offset: usize,
}

impl Place {
    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> String {
        self.source.part(self.offset).0.path.clone()
    }

    /// The line, counted from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        let (file, start) = self.source.part(self.offset);
        let offset = self.offset.saturating_sub(start);
        let before = file.text.get(..offset).unwrap_or(&file.text);
        before.bytes().filter(|b| *b == b'\n').count() + 1
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path(), self.line())
    }
}
