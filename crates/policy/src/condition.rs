//! Condition operators, as AWS was recorded to apply them (`spec/conditions.md`).

use crate::document::Effect;
use crate::json::Span;
use crate::request::{Context, ContextValue};
use crate::template::{Template, arn_parts_match};
use crate::text::{arn_parts, lower};
use crate::values::{Decimal, Ip, IpNet, date_ms, decimal, ip};

/// The base of a condition operator, without set prefix and `IfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `StringEquals`, `StringNotEquals`.
    String {
        /// The negated form.
        not: bool,
    },
    /// `StringEqualsIgnoreCase`, `StringNotEqualsIgnoreCase`.
    StringIgnoreCase {
        /// The negated form.
        not: bool,
    },
    /// `StringLike`, `StringNotLike`.
    StringLike {
        /// The negated form.
        not: bool,
    },
    /// The numeric operators.
    Numeric(Compare),
    /// The date operators.
    Date(Compare),
    /// `Bool`.
    Bool,
    /// `BinaryEquals`.
    Binary,
    /// `IpAddress`, `NotIpAddress`.
    Ip {
        /// The negated form.
        not: bool,
    },
    /// `ArnEquals`, `ArnLike` and their negations; Equals and Like mean the same.
    Arn {
        /// The negated form.
        not: bool,
    },
    /// `Null`.
    Null,
}

/// How numbers and dates are compared: request value against operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// Equal.
    Equals,
    /// Not equal.
    NotEquals,
    /// Less than the operand.
    Less,
    /// Less or equal.
    LessEquals,
    /// Greater than the operand.
    Greater,
    /// Greater or equal.
    GreaterEquals,
}

/// The set prefix of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier {
    /// None: the key must be single-valued.
    Single,
    /// `ForAllValues:`.
    ForAll,
    /// `ForAnyValue:`.
    ForAny,
}

impl Operator {
    /// Reads an operator as written in a policy. Operators compare without regard to case.
    #[must_use]
    pub fn parse(name: &str) -> Option<(Self, Qualifier, bool)> {
        let lower = name.to_ascii_lowercase();
        let (qualifier, base) = if let Some(rest) = lower.strip_prefix("forallvalues:") {
            (Qualifier::ForAll, rest)
        } else if let Some(rest) = lower.strip_prefix("foranyvalue:") {
            (Qualifier::ForAny, rest)
        } else {
            (Qualifier::Single, lower.as_str())
        };
        let (base, if_exists) = match base.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (base, false),
        };
        let operator = match base {
            "stringequals" => Self::String { not: false },
            "stringnotequals" => Self::String { not: true },
            "stringequalsignorecase" => Self::StringIgnoreCase { not: false },
            "stringnotequalsignorecase" => Self::StringIgnoreCase { not: true },
            "stringlike" => Self::StringLike { not: false },
            "stringnotlike" => Self::StringLike { not: true },
            "bool" => Self::Bool,
            "binaryequals" => Self::Binary,
            "ipaddress" => Self::Ip { not: false },
            "notipaddress" => Self::Ip { not: true },
            "arnequals" | "arnlike" => Self::Arn { not: false },
            "arnnotequals" | "arnnotlike" => Self::Arn { not: true },
            "null" if !if_exists => Self::Null,
            other => {
                if let Some(rest) = other.strip_prefix("numeric") {
                    Self::Numeric(Compare::parse(rest)?)
                } else {
                    Self::Date(Compare::parse(other.strip_prefix("date")?)?)
                }
            }
        };
        Some((operator, qualifier, if_exists))
    }

    /// Policy variables are substituted in String, ARN and Bool operators only.
    #[must_use]
    pub fn has_variables(self) -> bool {
        !matches!(
            self,
            Self::Numeric(_) | Self::Date(_) | Self::Binary | Self::Ip { .. } | Self::Null
        )
    }

    pub(crate) fn negated(self) -> bool {
        matches!(
            self,
            Self::String { not: true }
                | Self::StringIgnoreCase { not: true }
                | Self::StringLike { not: true }
                | Self::Ip { not: true }
                | Self::Arn { not: true }
                | Self::Numeric(Compare::NotEquals)
                | Self::Date(Compare::NotEquals)
        )
    }
}

impl Compare {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "equals" => Self::Equals,
            "notequals" => Self::NotEquals,
            "lessthan" => Self::Less,
            "lessthanequals" => Self::LessEquals,
            "greaterthan" => Self::Greater,
            "greaterthanequals" => Self::GreaterEquals,
            _ => return None,
        })
    }

    fn holds<T: Ord>(self, value: Option<&T>, operand: Option<&T>) -> bool {
        let (Some(value), Some(operand)) = (value, operand) else {
            return false;
        };
        match self {
            Self::Equals | Self::NotEquals => value == operand,
            Self::Less => value < operand,
            Self::LessEquals => value <= operand,
            Self::Greater => value > operand,
            Self::GreaterEquals => value >= operand,
        }
    }
}

/// Whether a text is base64: groups of four, padded at the end.
pub(crate) fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - data.len() <= 2
        && data
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
}

/// One condition: an operator, a key and the operands of which one must match.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The operator.
    pub operator: Operator,
    /// Its set prefix.
    pub qualifier: Qualifier,
    /// Whether it ends in `IfExists`.
    pub if_exists: bool,
    /// The key in lower case.
    pub key: String,
    /// The key as written.
    pub written_key: String,
    /// The operator as written, with its set prefix and `IfExists`.
    pub written_operator: String,
    pub(crate) operands: Vec<Operand>,
    /// Where its values stand.
    pub span: Span,
}

/// A value that a condition compares with, read once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operand {
    pub(crate) template: Template,
    reading: Reading,
}

/// An operand as its operator reads it; `None` inside means unreadable.
#[derive(Debug, Clone, PartialEq)]
enum Reading {
    /// As text, wildcards and variables included.
    Text,
    Lower(String),
    Number(Option<Decimal>),
    Date(Option<i64>),
    Net(Option<IpNet>),
    Arn(Option<Box<[Template]>>),
}

impl Operand {
    pub(crate) fn new(template: Template, operator: Operator) -> Self {
        let raw = &template.raw;
        let reading = match operator {
            Operator::Numeric(_) => Reading::Number(decimal(raw)),
            Operator::Date(_) => Reading::Date(date_ms(raw)),
            Operator::Ip { .. } => Reading::Net(IpNet::parse(raw)),
            Operator::StringIgnoreCase { .. } if !template.has_variables() => {
                Reading::Lower(lower(raw))
            }
            Operator::Arn { .. } if !template.has_variables() => Reading::Arn(template.arn_parts()),
            _ => Reading::Text,
        };
        Self { template, reading }
    }

    fn equals(&self, context: &Context, value: &str) -> bool {
        self.template.text(context).is_some_and(|t| t == value)
    }

    fn equals_ignoring_case(&self, context: &Context, lowered: &str) -> bool {
        match &self.reading {
            Reading::Lower(own) => own == lowered,
            _ => self
                .template
                .text(context)
                .is_some_and(|t| lower(&t) == lowered),
        }
    }

    /// As it is written.
    pub(crate) fn written(&self) -> &str {
        &self.template.raw
    }

    pub(crate) fn number(&self) -> Option<&Decimal> {
        match &self.reading {
            Reading::Number(number) => number.as_ref(),
            _ => None,
        }
    }

    pub(crate) fn date(&self) -> Option<&i64> {
        match &self.reading {
            Reading::Date(date) => date.as_ref(),
            _ => None,
        }
    }

    pub(crate) fn net(&self) -> Option<IpNet> {
        match &self.reading {
            Reading::Net(net) => *net,
            _ => None,
        }
    }

    fn matches_arn(&self, context: &Context, arn: &[&str; 6]) -> Option<bool> {
        match &self.reading {
            Reading::Arn(parts) => parts.as_deref().map(|p| arn_parts_match(p, arn)),
            _ => self.template.matches_arn(context, arn),
        }
    }
}

impl Condition {
    /// Whether an operand depends on the request.
    pub(crate) fn has_variables(&self) -> bool {
        self.operands.iter().any(|o| o.template.has_variables())
    }

    /// The operands as written.
    pub fn operands(&self) -> impl Iterator<Item = &str> {
        self.operands.iter().map(|o| o.template.raw.as_str())
    }

    /// Whether its operator can read every operand, as IAM asks of a document that it stores.
    #[must_use]
    pub fn operands_read(&self) -> bool {
        let network = |operand: &Operand| match &operand.reading {
            Reading::Net(net) => net.is_some_and(IpNet::is_network),
            _ => true,
        };
        self.operands_parse() && self.operands.iter().all(network)
    }

    /// Whether its operator can read every operand; a network may have bits of a host.
    #[must_use]
    pub fn operands_parse(&self) -> bool {
        self.operands.iter().all(|operand| match &operand.reading {
            Reading::Number(number) => number.is_some(),
            Reading::Date(date) => date.is_some(),
            Reading::Net(net) => net.is_some(),
            Reading::Arn(parts) => parts.is_some(),
            Reading::Text | Reading::Lower(_) => {
                self.operator != Operator::Binary || is_base64(&operand.template.raw)
            }
        })
    }

    /// Whether the condition holds. `effect` matters for one recorded rule: a malformed ARN operand fails
    /// closed, so that an Allow does not hold and a Deny does.
    #[must_use]
    pub fn holds(&self, context: &Context, effect: Effect) -> bool {
        let value = context.get(&self.key);
        if self.operands.is_empty() {
            return self.holds_of_nothing(value.is_none(), effect);
        }
        if self.operator == Operator::Null {
            // With a set prefix it looks at nothing (IAM user guide, policy checks, "Null with qualifier").
            match self.qualifier {
                Qualifier::ForAll => return true,
                Qualifier::ForAny => return false,
                Qualifier::Single => {}
            }
            return self
                .operands
                .iter()
                .any(|o| o.template.raw.eq_ignore_ascii_case("true") == value.is_none());
        }
        match (self.qualifier, value) {
            (Qualifier::Single, None) => self.if_exists || self.operator.negated(),
            // Recorded: never matches a multivalued key that is present, not even negated or IfExists.
            (Qualifier::Single, Some(ContextValue::List(_))) => false,
            (Qualifier::ForAll, None) => true,
            // IfExists does not help: observed on AWS by Ben Kehoe ("ForAnyValue:StringEqualsIfExists behaving
            // unexpectedly", re:Post).
            (Qualifier::ForAny, None) => false,
            (_, Some(ContextValue::Single(value))) => self.test(value, context, effect),
            (Qualifier::ForAll, Some(ContextValue::List(values))) => {
                values.iter().all(|v| self.test(v, context, effect))
            }
            (Qualifier::ForAny, Some(ContextValue::List(values))) => {
                values.iter().any(|v| self.test(v, context, effect))
            }
        }
    }

    /// Whether a condition without operands holds (IAM user guide, policy checks, "Empty array condition" and those behind it): with
    /// `ForAllValues` or `IfExists` where the key is not there, with `ForAnyValue` never. Otherwise "the condition returns true and
    /// the policy statement provides no permissions": it fails closed by effect.
    fn holds_of_nothing(&self, absent: bool, effect: Effect) -> bool {
        match self.qualifier {
            Qualifier::ForAny => false,
            Qualifier::ForAll => absent,
            Qualifier::Single if self.if_exists => absent,
            Qualifier::Single => effect == Effect::Deny,
        }
    }

    fn test(&self, value: &str, context: &Context, effect: Effect) -> bool {
        let any = |f: &dyn Fn(&Operand) -> bool| self.operands.iter().any(f);
        match self.operator {
            Operator::String { not } => any(&|o| o.equals(context, value)) != not,
            Operator::StringIgnoreCase { not } => {
                let value = lower(value);
                any(&|o| o.equals_ignoring_case(context, &value)) != not
            }
            Operator::StringLike { not } => any(&|o| o.template.matches(context, value)) != not,
            Operator::Bool => {
                let truth = |t: &str| t.eq_ignore_ascii_case("true");
                let value = truth(value);
                any(&|o| o.template.text(context).is_some_and(|t| truth(&t) == value))
            }
            Operator::Binary => any(&|o| o.equals(context, value)),
            Operator::Numeric(compare) => {
                let value = decimal(value);
                // The simulator alone: an unreadable value is not "not equal" (recorded on AWS).
                if value.is_none() && context.is_simulated() {
                    return false;
                }
                any(&|o| compare.holds(value.as_ref(), o.number()))
                    != (compare == Compare::NotEquals)
            }
            Operator::Date(compare) => {
                let value = date_ms(value);
                any(&|o| compare.holds(value.as_ref(), o.date())) != (compare == Compare::NotEquals)
            }
            Operator::Ip { not } => match ip(value) {
                None => false,
                Some(address) if context.is_simulated() => self.test_ip_simulated(address, not),
                Some(address) => any(&|o| o.net().is_some_and(|net| net.contains(address))) != not,
            },
            Operator::Arn { not } => self.test_arn(value, context, effect, not),
            Operator::Null => false,
        }
    }

    /// The simulator stops at the first network that it cannot read, with "does not hold", negated or not; a match
    /// before it counts (recorded on AWS).
    fn test_ip_simulated(&self, address: Ip, not: bool) -> bool {
        for operand in &self.operands {
            match operand.net() {
                None => return false,
                Some(net) if net.contains(address) => return !not,
                Some(_) => {}
            }
        }
        not
    }

    /// Operands are read in order: a match ends the search, and so does an operand that is no ARN.
    fn test_arn(&self, value: &str, context: &Context, effect: Effect, not: bool) -> bool {
        let Some(arn) = arn_parts(value).filter(|[first, ..]| *first == "arn") else {
            return false;
        };
        for operand in &self.operands {
            match operand.matches_arn(context, &arn) {
                Some(true) => return !not,
                Some(false) => {}
                None => return effect == Effect::Deny,
            }
        }
        not
    }
}
