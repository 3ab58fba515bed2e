//! Whether a tag may be put on another image (ECR user guide, "Preventing image tags from being overwritten").

use sekisho_engine::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::repos;

/// What a repository says of its tags.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub(crate) struct Mutability {
    /// `MUTABLE`, `IMMUTABLE`, or either `_WITH_EXCLUSION`.
    kind: String,
    /// The tags for which the other holds, with `*` for anything.
    but: Vec<String>,
}

/// As it is kept: repositories of before there were exclusions have the kind alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    Kind(String),
    Whole { kind: String, but: Vec<String> },
}

impl From<Kept> for Mutability {
    fn from(kept: Kept) -> Self {
        let (kind, but) = match kept {
            Kept::Kind(kind) => (kind, Vec::new()),
            Kept::Whole { kind, but } => (kind, but),
        };
        Self { kind, but }
    }
}

/// A filter as a request has it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filter {
    filter: String,
}

impl Mutability {
    /// What a request says; mutable, if it says nothing.
    pub(crate) fn accept(kind: Option<String>, but: Vec<Filter>) -> Result<Self, ApiError> {
        let kind = kind.unwrap_or_else(|| "MUTABLE".to_owned());
        // The sentences are not recorded.
        match (kind.ends_with("_WITH_EXCLUSION"), but.is_empty()) {
            (true, true) => Err(repos::invalid(
                "imageTagMutabilityExclusionFilters",
                &format!("{kind} needs filters for the tags that are excluded"),
            )),
            (false, false) => Err(repos::invalid(
                "imageTagMutabilityExclusionFilters",
                &format!("Filters do not go with {kind}, but with {kind}_WITH_EXCLUSION"),
            )),
            _ => Ok(Self {
                kind,
                but: but.into_iter().map(|f| f.filter).collect(),
            }),
        }
    }

    /// Whether the tag stays with the image that it is on.
    pub(crate) fn keeps(&self, tag: &str) -> bool {
        let excluded = self
            .but
            .iter()
            .any(|pattern| sekisho_arn::glob(pattern, tag));
        self.kind.starts_with("IMMUTABLE") != excluded
    }

    /// Adds it to an answer.
    pub(crate) fn describe(&self, map: &mut Map<String, Value>) {
        map.insert("imageTagMutability".to_owned(), json!(self.kind));
        if !self.but.is_empty() {
            let filters = self.but.iter();
            let filters = filters.map(|f| json!({"filterType": "WILDCARD", "filter": f}));
            map.insert(
                "imageTagMutabilityExclusionFilters".to_owned(),
                filters.collect(),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_read() {
        let whole = Mutability {
            kind: "IMMUTABLE_WITH_EXCLUSION".to_owned(),
            but: vec!["dev-*".to_owned()],
        };
        let kept = serde_json::to_value(&whole).unwrap();
        let read: Mutability = serde_json::from_value(kept).unwrap();
        assert!(read.keeps("v1") && !read.keeps("dev-1"));
        let old: Mutability = serde_json::from_value(json!("IMMUTABLE")).unwrap();
        assert!(old.keeps("dev-1"));
    }
}
