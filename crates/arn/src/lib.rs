//! The small vocabulary that every other crate shares: Amazon Resource Names, account ids, regions and
//! the wildcard matcher of IAM.
//!
//! Deliberately absent: anything that knows a service, a policy or does I/O.

use std::fmt;
use std::str::FromStr;

mod glob;

pub use glob::{glob, glob_ignore_case};

/// A 12-digit AWS account id.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(String);

/// Why a text is not an [`AccountId`] or an [`Arn`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError(String);

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParseError {}

/// Says whether `text` is twelve ASCII digits.
#[must_use]
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Says whether `text` has the form of a region: `us-east-1`, `ap-southeast-3`, `us-gov-west-1`. Which regions there are changes.
#[must_use]
pub fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    match parts.as_slice() {
        [area, names @ .., number] => {
            area.len() <= 4
                && word(area)
                && (1..=3).contains(&names.len())
                && names.iter().all(word)
                && number.len() == 1
                && number.bytes().all(|b| b.is_ascii_digit())
        }
        _ => false,
    }
}

/// Whether a region is of another partition than `aws`: China, the clouds of governments, the European sovereign cloud.
#[must_use]
pub fn is_of_other_partition(region: &str) -> bool {
    let fronts = ["cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"];
    fronts.iter().any(|front| region.starts_with(front))
}

impl AccountId {
    /// The id as its twelve digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if is_account_id(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseError(format!("`{text}` is not a 12-digit account id")))
        }
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An Amazon Resource Name, split into its six parts. `region` and `account` may be empty (S3, IAM).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Arn {
    /// `aws`: the other partitions are not supported.
    pub partition: String,
    /// The service prefix, for example `ecr`.
    pub service: String,
    /// The region, or empty for global services.
    pub region: String,
    /// The 12-digit account, or empty (S3 buckets), or `aws` (managed policies).
    pub account: String,
    /// Everything behind the fifth colon.
    pub resource: String,
}

impl Arn {
    /// An ARN in the partition `aws`.
    #[must_use]
    pub fn new(service: &str, region: &str, account: &str, resource: &str) -> Self {
        Self {
            partition: "aws".to_owned(),
            service: service.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            resource: resource.to_owned(),
        }
    }
}

impl FromStr for Arn {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut parts = text.splitn(6, ':');
        let mut next = || {
            parts
                .next()
                .ok_or_else(|| ParseError(format!("`{text}` is not an ARN")))
        };
        if next()? != "arn" {
            return Err(ParseError(format!("`{text}` is not an ARN")));
        }
        // One partition: an ARN that differs only there would name the same thing to us, and another to a policy.
        let partition = next()?.to_owned();
        if partition != "aws" {
            return Err(ParseError(format!(
                "`{text}` is not an ARN of the partition aws"
            )));
        }
        Ok(Self {
            partition,
            service: next()?.to_owned(),
            region: next()?.to_owned(),
            account: next()?.to_owned(),
            resource: next()?.to_owned(),
        })
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "arn:{}:{}:{}:{}:{}",
            self.partition, self.service, self.region, self.account, self.resource
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_round_trip() {
        for text in [
            "arn:aws:s3:::bucket/key:with:colons",
            "arn:aws:iam::111111111111:role/path/name",
            "arn:aws:codepipeline:us-east-1:222222222222:delivery",
        ] {
            assert_eq!(text.parse::<Arn>().unwrap().to_string(), text);
        }
        assert!("arn:aws:s3".parse::<Arn>().is_err());
        assert!("urn:aws:s3:::b".parse::<Arn>().is_err());
        assert!("arn:x:s3:::b".parse::<Arn>().is_err());
    }

    #[test]
    fn regions_have_a_form() {
        for text in [
            "us-east-1",
            "ap-southeast-3",
            "us-gov-west-1",
            "mx-central-1",
            "eusc-de-east-1",
        ] {
            assert!(is_region(text), "{text}");
        }
        for text in [
            "us-east1",
            "mars-1",
            "us-east-",
            "us--1",
            "",
            "1",
            "us-east-1a",
            "US-EAST-1",
            "us-east-10",
        ] {
            assert!(!is_region(text), "{text}");
        }
    }

    #[test]
    fn account_ids_are_twelve_digits() {
        assert!("111111111111".parse::<AccountId>().is_ok());
        assert!("11111111111".parse::<AccountId>().is_err());
        assert!("11111111111x".parse::<AccountId>().is_err());
    }
}
