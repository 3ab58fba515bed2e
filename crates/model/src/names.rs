//! What every AWS service calls its actions and condition keys, also of those that have no model here.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The names of a service: actions as they are written, condition keys with their place holders
/// (`aws:ResourceTag/${TagKey}`).
#[derive(Debug, Clone, Copy)]
pub struct Names {
    actions: &'static str,
    keys: &'static str,
}

impl Names {
    /// Its actions, without the prefix.
    pub fn actions(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.actions.split_ascii_whitespace()
    }

    /// Its condition keys.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.keys.split_ascii_whitespace()
    }
}

/// The prefixes of all services, in no order.
pub fn services() -> impl Iterator<Item = &'static str> {
    all().keys().copied()
}

/// The names of the service with this prefix (lower case); none for a service that AWS does not have.
#[must_use]
pub fn names(prefix: &str) -> Option<Names> {
    all().get(prefix).copied()
}

fn all() -> &'static HashMap<&'static str, Names> {
    static ALL: OnceLock<HashMap<&'static str, Names>> = OnceLock::new();
    let read = |line: &'static str| {
        let (prefix, rest) = line.split_once(": ")?;
        let (actions, keys) = rest.split_once(';')?;
        Some((prefix, Names { actions, keys }))
    };
    ALL.get_or_init(|| {
        include_str!("../data/names.txt")
            .lines()
            .filter_map(read)
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_without_a_model_have_names() {
        let ec2 = names("ec2").unwrap();
        assert!(ec2.actions().any(|a| a == "RunInstances"));
        assert!(ec2.keys().any(|k| k == "ec2:InstanceType"));
        assert!(names("ec3").is_none());
        let all = include_str!("../data/names.txt").lines();
        for line in all {
            let prefix = line.split(':').next().unwrap();
            assert!(
                names(prefix).is_some_and(|n| n.actions().count() > 0),
                "{line}"
            );
        }
    }

    /// The two kinds of reference data are of one time.
    #[test]
    fn services_with_a_model_have_the_same_names() {
        for prefix in [
            "codepipeline",
            "ecr",
            "iam",
            "kms",
            "s3",
            "sts",
            "access-analyzer",
        ] {
            let mut short: Vec<&str> = names(prefix).unwrap().actions().collect();
            let mut long: Vec<&str> = crate::iam(prefix)
                .unwrap()
                .actions
                .keys()
                .map(String::as_str)
                .collect();
            short.sort_unstable();
            long.sort_unstable();
            assert_eq!(short, long, "{prefix}");
        }
    }
}
