//! The documents of a case, and where they stand.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{CaseError, said};
use crate::document::{Document, Policy};
use crate::parse::DocumentError;

/// Reads documents out of a case, and knows where they stand.
pub(super) struct Reader<'a> {
    pub(super) source: &'a str,
    /// Where the source begins in what the user gave.
    pub(super) origin: usize,
}

/// How a document of a list is read: one that names principals, or one that must not.
pub(super) type Read<'a> = fn(&Reader<'a>, &'a RawValue, &str, &str) -> Result<Policy, CaseError>;

impl<'a> Reader<'a> {
    /// The offset of a part of the source.
    pub(super) fn offset(&self, part: &str) -> usize {
        self.origin + (part.as_ptr() as usize).saturating_sub(self.source.as_ptr() as usize)
    }

    pub(super) fn json<T: Deserialize<'a>>(
        &self,
        raw: &'a RawValue,
        member: &str,
    ) -> Result<T, CaseError> {
        serde_json::from_str(raw.get()).map_err(|e| CaseError {
            member: member.to_owned(),
            at: self.offset(raw.get()),
            message: said(&e),
        })
    }

    /// A document, as an object or as a string that holds one.
    pub(super) fn policy(
        &self,
        raw: &'a RawValue,
        member: &str,
        name: &str,
    ) -> Result<Policy, CaseError> {
        let whole = raw.get();
        let nested: Option<String> = if whole.starts_with('"') {
            Some(self.json(raw, member)?)
        } else {
            None
        };
        let document: Document = nested.as_deref().unwrap_or(whole).parse().map_err(|e| {
            let at = match &e {
                DocumentError::Json(e) => e.at,
                DocumentError::Grammar { span, .. } => span.start,
            };
            CaseError {
                member: member.to_owned(),
                at: self.offset(whole) + if nested.is_some() { 0 } else { at },
                message: e.to_string(),
            }
        })?;
        Ok(Policy::new(name, document))
    }

    /// A document that belongs to the caller: AWS stores none with a statement that names principals, or no resource.
    pub(super) fn own(
        &self,
        raw: &'a RawValue,
        member: &str,
        name: &str,
    ) -> Result<Policy, CaseError> {
        let policy = self.policy(raw, member, name)?;
        for statement in policy.document.statements() {
            let message = if statement.principals.is_some() {
                "Policy document should not specify a principal."
            } else if statement.actions.is_none() {
                "Policy statement must contain actions."
            } else if statement.resources.is_none() {
                "Policy statement must contain resources."
            } else {
                continue;
            };
            let nested = raw.get().starts_with('"');
            return Err(CaseError {
                member: member.to_owned(),
                at: self.offset(raw.get()) + if nested { 0 } else { statement.span.start },
                message: message.to_owned(),
            });
        }
        Ok(policy)
    }

    pub(super) fn policies(
        &self,
        raw: &'a RawValue,
        member: &str,
        name: &str,
        read: Read<'a>,
    ) -> Result<Vec<Policy>, CaseError> {
        let list: Vec<&RawValue> = self.json(raw, member)?;
        list.into_iter()
            .enumerate()
            .map(|(i, raw)| {
                read(
                    self,
                    raw,
                    &format!("{member}[{i}]"),
                    &format!("{name} {}", i + 1),
                )
            })
            .collect()
    }

    pub(super) fn levels(
        &self,
        raw: &'a RawValue,
        member: &str,
        name: &str,
        read: Read<'a>,
    ) -> Result<Vec<Vec<Policy>>, CaseError> {
        let list: Vec<&RawValue> = self.json(raw, member)?;
        list.into_iter()
            .enumerate()
            .map(|(i, raw)| {
                let name = format!("{name} of level {}", i + 1);
                self.policies(raw, &format!("{member}[{i}]"), &name, read)
            })
            .collect()
    }
}
