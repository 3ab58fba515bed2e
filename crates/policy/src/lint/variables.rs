//! Findings about policy variables.

use super::Linter;
use super::place::Place;
use crate::document::Version;

impl Linter<'_> {
    /// A variable where AWS fills none in.
    pub(super) fn variable_in_element(&mut self, text: &str, place: &Place) {
        let behind = text.split_once("${").map_or("", |(_, behind)| behind);
        let name = behind.split('}').next().unwrap_or_default();
        let message = format!(
            "Policy variables are supported in the Resource and Condition elements. Remove the policy variable ${{{name}}} from this element."
        );
        self.error("VARIABLE_UNSUPPORTED_IN_ELEMENT", message, place);
    }

    /// The variables of a resource, or of a condition's value.
    pub(super) fn variables(&mut self, text: &str, version: Version, place: &Place) {
        if !text.contains("${") {
            return;
        }
        if version == Version::V2008 {
            let message =
                "To include variables in your policy, use the policy version 2012-10-17 or later.";
            self.error("VARIABLE_UNSUPPORTED_IN_VERSION", message, place);
            return;
        }
        for piece in text.split("${").skip(1) {
            if let Some((code, message)) = wrong(piece) {
                self.error(code, message, place);
            }
        }
    }
}

/// What is wrong with a variable, given what stands behind its `${`.
fn wrong(piece: &str) -> Option<(&'static str, &'static str)> {
    let Some((inner, _)) = piece.split_once('}') else {
        return Some((
            "MISSING_BRACE_IN_VARIABLE",
            "The policy variable is missing a closing curly brace. Add } after the variable text.",
        ));
    };
    let (name, default) = match inner.split_once(',') {
        Some((name, default)) => (name, Some(default.trim())),
        None => (inner, None),
    };
    let quoted = |d: &str| d.len() > 1 && d.starts_with('\'') && d.ends_with('\'');
    if inner.trim().is_empty() {
        return Some((
            "EMPTY_VARIABLE",
            "Empty policy variable. Remove the ${ } variable structure or provide a variable within the structure.",
        ));
    }
    if name.contains(' ') {
        return Some((
            "UNSUPPORTED_SPACE_IN_VARIABLE",
            "A space is not supported within the policy variable text. Remove the space.",
        ));
    }
    if name.contains([
        '<', '>', '(', ')', '[', ']', '{', '!', '#', '%', '^', '&', ';', '|', '"',
    ]) {
        return Some((
            "UNSUPPORTED_SYMBOL_IN_VARIABLE",
            "The symbol is not supported within the policy variable text. Remove the symbol.",
        ));
    }
    if default.is_some_and(|d| !quoted(d)) {
        return Some((
            "MISSING_QUOTE_IN_VARIABLE",
            "The policy variable default value must begin and end with a single quote. Add the missing quote.",
        ));
    }
    None
}
