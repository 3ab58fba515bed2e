//! Condition operators, as AWS was recorded to apply them (`spec/conditions.md`).

use crate::document::Effect;
use crate::json::Span;
use crate::request::{Context, ContextValue};
use crate::template::Template;
use crate::text::lower;
use crate::values::{IpNet, date_ms, decimal, ip};

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

    fn negated(self) -> bool {
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
    pub(crate) operands: Vec<Template>,
    /// Where its values stand.
    pub span: Span,
}

impl Condition {
    /// The operands as written.
    pub fn operands(&self) -> impl Iterator<Item = &str> {
        self.operands.iter().map(|o| o.raw.as_str())
    }

    /// Whether the condition holds. `effect` matters for one recorded rule: a malformed ARN operand fails
    /// closed, so that an Allow does not hold and a Deny does.
    #[must_use]
    pub fn holds(&self, context: &Context, effect: Effect) -> bool {
        let value = context.get(&self.key);
        if self.operator == Operator::Null {
            return self
                .operands
                .iter()
                .any(|o| o.raw.eq_ignore_ascii_case("true") == value.is_none());
        }
        match (self.qualifier, value) {
            (Qualifier::Single, None) => self.if_exists || self.operator.negated(),
            // Recorded: never matches a multivalued key that is present, not even negated or IfExists.
            (Qualifier::Single, Some(ContextValue::List(_))) => false,
            (Qualifier::ForAll, None) => true,
            (Qualifier::ForAny, None) => self.if_exists,
            (_, Some(ContextValue::Single(value))) => self.test(value, context, effect),
            (Qualifier::ForAll, Some(ContextValue::List(values))) => {
                values.iter().all(|v| self.test(v, context, effect))
            }
            (Qualifier::ForAny, Some(ContextValue::List(values))) => {
                values.iter().any(|v| self.test(v, context, effect))
            }
        }
    }

    fn test(&self, value: &str, context: &Context, effect: Effect) -> bool {
        let any = |f: &dyn Fn(&str) -> bool| {
            self.operands
                .iter()
                .any(|o| o.text(context).is_some_and(|t| f(&t)))
        };
        match self.operator {
            Operator::String { not } => any(&|o| o == value) != not,
            Operator::StringIgnoreCase { not } => {
                let value = lower(value);
                any(&|o| lower(o) == value) != not
            }
            Operator::StringLike { not } => {
                self.operands.iter().any(|o| o.matches(context, value)) != not
            }
            Operator::Bool => {
                let value = value.eq_ignore_ascii_case("true");
                any(&|o| o.eq_ignore_ascii_case("true") == value)
            }
            Operator::Binary => any(&|o| o == value),
            Operator::Numeric(compare) => {
                let value = decimal(value);
                any(&|o| compare.holds(value.as_ref(), decimal(o).as_ref()))
                    != (compare == Compare::NotEquals)
            }
            Operator::Date(compare) => {
                let value = date_ms(value);
                any(&|o| compare.holds(value.as_ref(), date_ms(o).as_ref()))
                    != (compare == Compare::NotEquals)
            }
            Operator::Ip { not } => match ip(value) {
                None => false,
                Some(address) => {
                    any(&|o| IpNet::parse(o).is_some_and(|net| net.contains(address))) != not
                }
            },
            Operator::Arn { not } => self.test_arn(value, context, effect, not),
            Operator::Null => false,
        }
    }

    /// Operands are read in order: a match ends the search, and so does an operand that is no ARN.
    fn test_arn(&self, value: &str, context: &Context, effect: Effect, not: bool) -> bool {
        if !value.starts_with("arn:") || value.splitn(6, ':').count() != 6 {
            return false;
        }
        for operand in &self.operands {
            match operand.matches_arn(context, value) {
                Some(true) => return !not,
                Some(false) => {}
                None => return effect == Effect::Deny,
            }
        }
        not
    }
}
