//! Which statements of a document may be about an action.

use std::collections::HashMap;

use crate::document::{Effect, Statement};

/// Documents with fewer statements of one effect are simply walked through.
const FEW: usize = 12;

/// The statements of one effect, found by action. What it yields is a superset of what matches, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Index {
    /// Statements that may be about any action: wildcards in the service, `NotAction`. All of them, where they are few.
    always: Vec<u32>,
    /// Statements with a wildcard in the name, by service in lower case.
    by_service: HashMap<Box<str>, Vec<u32>>,
    /// Statements that name an action in full, in lower case.
    by_action: HashMap<Box<str>, Vec<u32>>,
}

impl Index {
    pub(crate) fn new(statements: &[Statement], effect: Effect) -> Self {
        let own: Vec<(u32, &Statement)> = (0u32..)
            .zip(statements)
            .filter(|(_, s)| s.effect == effect)
            .collect();
        let mut index = Self::default();
        if own.len() < FEW {
            index.always = own.into_iter().map(|(i, _)| i).collect();
            return index;
        }
        for (i, statement) in own {
            index.add(i, statement);
        }
        index
    }

    fn add(&mut self, i: u32, statement: &Statement) {
        let push = |list: &mut Vec<u32>| {
            if list.last() != Some(&i) {
                list.push(i);
            }
        };
        let Some(actions) = &statement.actions else {
            return;
        };
        if actions.negated {
            push(&mut self.always);
            return;
        }
        for text in actions.texts() {
            let text = text.to_ascii_lowercase();
            let service = text.split(':').next().unwrap_or_default();
            if service.contains(['*', '?']) {
                push(&mut self.always);
            } else if text.contains(['*', '?']) {
                push(self.by_service.entry(service.into()).or_default());
            } else {
                push(self.by_action.entry(text.as_str().into()).or_default());
            }
        }
    }

    /// The numbers of the statements that may be about `action`, ascending.
    pub(crate) fn candidates(&self, action: &str) -> impl Iterator<Item = usize> {
        let (mut by_service, mut by_action): (&[u32], &[u32]) = (&[], &[]);
        if !self.by_service.is_empty() || !self.by_action.is_empty() {
            let action = action.to_ascii_lowercase();
            let service = action.split(':').next().unwrap_or_default();
            by_service = self.by_service.get(service).map_or(&[], Vec::as_slice);
            by_action = self
                .by_action
                .get(action.as_str())
                .map_or(&[], Vec::as_slice);
        }
        Merge([&self.always, by_service, by_action])
    }
}

/// Three ascending lists as one, without repetitions.
struct Merge<'i>([&'i [u32]; 3]);

impl Iterator for Merge<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let least = self.0.iter().filter_map(|l| l.first()).min().copied()?;
        for list in &mut self.0 {
            if let Some((first, rest)) = list.split_first()
                && *first == least
            {
                *list = rest;
            }
        }
        usize::try_from(least).ok()
    }
}

#[cfg(test)]
mod tests {
    use crate::document::{Document, Effect};

    #[test]
    fn finds_what_a_walk_finds() {
        let patterns = [
            "s3:GetObject",
            "S3:get*",
            "*",
            "s3:*",
            "ec2:Run*",
            "s?:GetObject",
            "kms:Decrypt",
            "s3:PutObject",
        ];
        let statements: Vec<String> = (0..64)
            .map(|i| {
                let not = if i % 11 == 0 { "Not" } else { "" };
                let (a, b) = (patterns[i % 8], patterns[(i / 8 + i) % 8]);
                format!(r#"{{"Effect":"Allow","{not}Action":["{a}","{b}"],"Resource":"*"}}"#)
            })
            .collect();
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
            statements.join(",")
        );
        let document: Document = text.parse().unwrap();
        for action in [
            "s3:GetObject",
            "S3:GETOBJECT",
            "kms:Decrypt",
            "ec2:RunInstances",
            "sqs:X",
            "s",
        ] {
            let walked: Vec<usize> = document
                .statements()
                .iter()
                .enumerate()
                .filter(|(_, s)| s.matches_action(action))
                .map(|(i, _)| i)
                .collect();
            let found: Vec<usize> = document
                .candidates(Effect::Allow, action)
                .filter(|(_, s)| s.matches_action(action))
                .map(|(i, _)| i)
                .collect();
            assert_eq!(found, walked, "{action}");
        }
    }

    #[test]
    fn one_kind_of_pattern_alone_is_found() {
        for pattern in ["s3:GetObject", "s3:Get*"] {
            let statement = format!(r#"{{"Effect":"Deny","Action":"{pattern}","Resource":"*"}}"#);
            let text = format!(r#"{{"Statement":[{}]}}"#, vec![statement; 20].join(","));
            let document: Document = text.parse().unwrap();
            assert_eq!(
                document.candidates(Effect::Deny, "S3:GetObject").count(),
                20
            );
            assert_eq!(
                document.candidates(Effect::Allow, "s3:GetObject").count(),
                0
            );
        }
    }
}
