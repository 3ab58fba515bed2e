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
mod config;
mod convert;
mod cycles;
mod edit;
mod eval;
mod functions;
mod graph;
mod imports;
mod json_syntax;
mod language;
mod lifecycle_document;
mod marks;
mod module;
mod named;
mod number;
mod order;
mod overrides;
mod plan;
mod policy_document;
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
mod syntax;
mod template;
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
pub use named::{Named, Naming, OfResource, Whereabouts, template_key};
pub use policy_document::{PolicyDocument, policy_document};
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

/// Something that cannot be read, evaluated or made.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What.
    pub message: String,
    /// Where, if it is in a file.
    pub place: Option<Place>,
}

impl Problem {
    /// A problem at `place`.
    pub fn at(place: &Place, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: Some(place.clone()),
        }
    }

    /// Whether a value could not be read because something is not there that may be there on AWS: what was not made, or an
    /// attribute that is not known here.
    #[must_use]
    pub(crate) fn is_of_missing(&self) -> bool {
        let words = [
            "is not known",
            "there is no attribute",
            "has no attributes",
            "has no element",
        ];
        self.is_unsupported() || words.iter().any(|w| self.message.contains(w))
    }

    /// Whether a value is asked of something that is not made here, or of more of it than is known: Terraform would know it.
    pub(crate) fn is_unsaid(&self) -> bool {
        self.is_unsupported() || self.is_unmade()
    }

    /// Whether a value is asked of something that is not made, or not yet.
    pub(crate) fn is_unmade(&self) -> bool {
        self.message.contains("is not known")
    }

    /// Whether a condition of the user's own does not hold, in whatever words.
    #[must_use]
    pub fn is_of_condition(&self) -> bool {
        let fronts = ["precondition: ", "postcondition: "];
        fronts.iter().any(|front| self.message.starts_with(front))
    }

    /// Whether it says that something is not there in sekisho yet, rather than that it is wrong: AWS, too, says of some
    /// things that they are not supported, and so may the conditions that users write.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        !self.is_of_condition()
            && [
                "not supported yet",
                "not supported by sekisho",
                "sekisho does not support",
            ]
            .iter()
            .any(|words| self.message.contains(words))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Problem {}
