//! Errors as AWS gives them.

use std::fmt;

use sekisho_store::StoreError;
use serde_json::{Map, Value};

/// An error of the API: code, sentence and status, and the event that holds the whole explanation.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// The code, for example `RepositoryNotFoundException`.
    pub code: String,
    /// The sentence.
    pub message: String,
    /// The HTTP status; `None` leaves it to the model (400 where that says nothing).
    pub status: Option<u16>,
    /// Further members of the error, by their names on the wire (S3: `BucketName`, `Key`).
    pub fields: Box<Map<String, Value>>,
    /// The event in which the call is explained.
    pub event: Option<u64>,
    /// For a denial: the encoded authorization message.
    pub encoded: Option<Box<str>>,
    /// For a denial that is kept: its authorization id.
    pub authorization: Option<Box<str>>,
}

impl ApiError {
    /// An error with `code` and `message`; the model knows its status.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            status: None,
            fields: Box::default(),
            event: None,
            encoded: None,
            authorization: None,
        }
    }

    /// Sets the HTTP status.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Adds a member to the error's body.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// An error of ours, not of the caller: 500.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new("InternalFailure", message).status(500)
    }

    /// Whether the call was denied by a policy.
    #[must_use]
    pub fn is_access_denied(&self) -> bool {
        matches!(self.code.as_str(), "AccessDenied" | "AccessDeniedException")
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ApiError {}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::internal(error.to_string())
    }
}
