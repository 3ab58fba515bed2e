//! All that is known after a rehearsal, in every form.

use std::path::PathBuf;

use sekisho_iac::Problem;
use serde_json::{Value, json};

use super::{Completion, Fix, Outcome, html, json, junit, markdown, sarif, text, verdict};

/// What came of a rehearsal, and what would mend it.
#[derive(Debug, Clone, Copy)]
pub struct Report<'r> {
    /// The rehearsal of the configuration as it is.
    pub outcome: &'r Outcome,
    /// Everything that is missing, if something is.
    pub completion: Option<&'r Completion>,
    /// The same in the user's files, if statements alone mend it.
    pub fix: Option<&'r Fix>,
}

impl Report<'_> {
    /// For a person: what has to change first, then every call.
    #[must_use]
    pub fn text(&self) -> String {
        let details = text::document(self.outcome);
        let hints = text::all_hints(self.outcome, self.completion);
        if self.completion.is_none() && hints.is_empty() {
            return details;
        }
        let (details, _) = details.rsplit_once('\n').unwrap_or(("", &details));
        let (last, summary) = match self.completion {
            Some(completion) => (
                verdict::known(completion, self.fix, self.outcome),
                text::completion(completion),
            ),
            None => (verdict::of(self.outcome), String::new()),
        };
        format!(
            "{last}\n\n{hints}{summary}{}{}{details}\n{last}",
            if summary.is_empty() { "" } else { "\n" },
            text::details()
        )
    }

    /// One document; `docs/rehearse.schema.json` describes it.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut document = json::document(self.outcome, self.completion, self.fix);
        if let (Some(map), Some(completion)) = (document.as_object_mut(), self.completion) {
            map.insert(
                "changes".to_owned(),
                json!(json::completion(completion, self.fix)),
            );
        }
        document
    }

    /// One page that stands alone.
    #[must_use]
    pub fn html(&self) -> String {
        html::document(&self.json())
    }

    /// SARIF 2.1.0, for the line that has to change; what stands nowhere is shown in the first of the `directories`.
    #[must_use]
    pub fn sarif(&self, directories: &[PathBuf]) -> Value {
        sarif::document(self.outcome, self.completion, self.fix, directories)
    }

    /// For CI systems: a test for each action and each policy that lacks something.
    #[must_use]
    pub fn junit(&self) -> String {
        junit::document(self.outcome, self.completion, self.fix)
    }

    /// For pull requests.
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown::document(self.outcome, self.completion, self.fix)
    }
}

/// What keeps a configuration from being rehearsed, in the form that a system waits for in the place of a report.
#[derive(Debug, Clone, Copy)]
pub struct Unread<'p>(pub &'p [Problem]);

impl Unread<'_> {
    /// The document of a rehearsal that nothing came of, with the problems.
    #[must_use]
    pub fn json(self) -> Value {
        json::unread(self.0)
    }

    /// One page that stands alone.
    #[must_use]
    pub fn html(self) -> String {
        html::document(&self.json())
    }

    /// SARIF 2.1.0, at the lines; what stands nowhere is shown in the first of the `directories`.
    #[must_use]
    pub fn sarif(self, directories: &[PathBuf]) -> Value {
        sarif::unread(self.0, directories)
    }

    /// A test that fails for each.
    #[must_use]
    pub fn junit(self) -> String {
        junit::unread(self.0)
    }

    /// For pull requests.
    #[must_use]
    pub fn markdown(self) -> String {
        markdown::unread(self.0)
    }
}
