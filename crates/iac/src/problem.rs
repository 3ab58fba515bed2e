//! What cannot be read, evaluated or made: in words for a person, where, and of which kind, for what decides by it.

use std::fmt;

use crate::Place;

/// Of which kind a problem is. What is refused here is refused by Terraform or AWS; all else may be nobody's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProblemKind {
    /// Terraform or AWS refuses it.
    #[default]
    Refused,
    /// A condition of the user's own does not hold; the words are the user's.
    Condition,
    /// A value is asked of something that is not made, or not yet.
    Unmade,
    /// An attribute or an element is not there, which may be there on AWS where the thing has more than is known here.
    Missing,
    /// Sekisho does not have it yet: nobody can say what Terraform or AWS would make of it.
    Unsupported,
}

/// What is wrong, before it is known where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// In words.
    pub message: String,
    /// Of which kind it is.
    pub kind: ProblemKind,
}

impl Reason {
    /// A reason of a kind.
    pub fn of(kind: ProblemKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { message, kind }
    }

    /// What is not made, or not yet.
    pub fn unmade(message: impl Into<String>) -> Self {
        Self::of(ProblemKind::Unmade, message)
    }

    /// What may be there on AWS.
    pub fn missing(message: impl Into<String>) -> Self {
        Self::of(ProblemKind::Missing, message)
    }

    /// A condition of the user's own, in the user's words.
    pub fn condition(message: impl Into<String>) -> Self {
        Self::of(ProblemKind::Condition, message)
    }

    /// What sekisho does not have yet.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::of(ProblemKind::Unsupported, message)
    }

    /// The same with a front, which says of what.
    #[must_use]
    pub(crate) fn within(self, front: impl fmt::Display) -> Self {
        Self {
            message: format!("{front}: {}", self.message),
            kind: self.kind,
        }
    }
}

impl From<String> for Reason {
    fn from(message: String) -> Self {
        Self::of(ProblemKind::Refused, message)
    }
}

impl From<&str> for Reason {
    fn from(message: &str) -> Self {
        Self::of(ProblemKind::Refused, message)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Something that cannot be read, evaluated or made.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What.
    pub message: String,
    /// Where, if it is in a file.
    pub place: Option<Place>,
    /// Of which kind it is.
    pub kind: ProblemKind,
}

impl Problem {
    /// A problem at `place`.
    pub fn at(place: &Place, reason: impl Into<Reason>) -> Self {
        Self::new(Some(place.clone()), reason)
    }

    /// A problem at a place, if it has one.
    pub fn new(place: Option<Place>, reason: impl Into<Reason>) -> Self {
        let Reason { message, kind } = reason.into();
        Self {
            message,
            place,
            kind,
        }
    }

    /// The same in other words.
    #[must_use]
    pub fn reworded(self, words: impl FnOnce(&str) -> String) -> Self {
        Self {
            message: words(&self.message),
            ..self
        }
    }

    /// The same without its place.
    pub(crate) fn into_reason(self) -> Reason {
        Reason::of(self.kind, self.message)
    }

    /// Whether a value could not be read because something is not there that may be there on AWS: what was not made, or an
    /// attribute that is not known here.
    pub(crate) fn is_of_missing(&self) -> bool {
        self.kind == ProblemKind::Missing || self.is_unsaid()
    }

    /// Whether a value is asked of something that is not made here, or of more of it than is known: Terraform would know it.
    pub(crate) fn is_unsaid(&self) -> bool {
        self.is_unsupported() || self.is_unmade()
    }

    /// Whether a value is asked of something that is not made, or not yet.
    pub(crate) fn is_unmade(&self) -> bool {
        self.kind == ProblemKind::Unmade
    }

    /// Whether a condition of the user's own does not hold.
    #[must_use]
    pub fn is_of_condition(&self) -> bool {
        self.kind == ProblemKind::Condition
    }

    /// Whether it says that something is not there in sekisho yet, rather than that it is wrong.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        self.kind == ProblemKind::Unsupported
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
