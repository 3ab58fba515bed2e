//! Condition keys and the values that may tell two documents apart.

use std::collections::{BTreeMap, BTreeSet};

use super::pattern::fill;
use crate::condition::{Condition, Operator, Qualifier};
use crate::document::{Document, Effect, Statement};
use crate::request::{Context, ContextValue};
use crate::values::{date_ms, edges};

/// A text that no document writes.
pub(super) const FRESH: &str = "zzz";
/// At most so many values are tried for a key.
const VALUES: usize = 48;
/// At most so many contexts are tried for a statement.
const CONTEXTS: usize = 1_024;

/// The values to try, by key in lower case.
pub(super) struct Contexts {
    values: BTreeMap<String, Vec<Option<ContextValue>>>,
}

impl Contexts {
    pub(super) fn new(documents: &[&Document]) -> Self {
        let mut conditions: BTreeMap<&str, Vec<&Condition>> = BTreeMap::new();
        let statements = || documents.iter().flat_map(|d| d.statements());
        for condition in statements().flat_map(|s| &s.conditions) {
            conditions
                .entry(&condition.key)
                .or_default()
                .push(condition);
        }
        let mut values: BTreeMap<String, Vec<Option<ContextValue>>> = conditions
            .into_iter()
            .map(|(key, conditions)| (key.to_owned(), for_key(&conditions)))
            .collect();
        for key in documents.iter().flat_map(|d| d.context_keys()) {
            let fresh = ContextValue::Single(FRESH.to_owned());
            values
                .entry(key.to_lowercase())
                .or_insert_with(|| vec![Some(fresh), None]);
        }
        Self { values }
    }

    /// Contexts under which the conditions of `statement` may hold, with every value of the keys that others read.
    pub(super) fn of(&self, statement: &Statement) -> Vec<Context> {
        let mut out = vec![Context::new()];
        for (key, values) in &self.values {
            let own: Vec<&Condition> = statement
                .conditions
                .iter()
                .filter(|c| c.key == *key)
                .collect();
            let holds = |value: &Option<ContextValue>| {
                let mut context = Context::new();
                if let Some(value) = value {
                    context.put(key, value.clone());
                }
                own.iter()
                    .all(|c| c.has_variables() || c.holds(&context, Effect::Allow))
            };
            let values: Vec<_> = values.iter().filter(|v| holds(v)).collect();
            let mut more = Vec::new();
            for context in &out {
                for value in &values {
                    let mut context = context.clone();
                    if let Some(value) = value {
                        context.put(key, value.clone());
                    }
                    more.push(context);
                    if more.len() >= CONTEXTS {
                        return more;
                    }
                }
            }
            out = more;
        }
        out
    }
}

/// What may tell the conditions on one key apart: their operands, values beside them, and no value.
fn for_key(conditions: &[&Condition]) -> Vec<Option<ContextValue>> {
    let mut texts: BTreeSet<String> = BTreeSet::new();
    texts.insert(FRESH.to_owned());
    let mut numbers: Vec<f64> = Vec::new();
    let mut dates: Vec<i64> = Vec::new();
    for condition in conditions {
        for operand in condition.operands() {
            texts.insert(operand.to_owned());
            match condition.operator {
                Operator::StringLike { .. } | Operator::Arn { .. } => {
                    texts.insert(fill(operand, FRESH));
                    texts.insert(fill(operand, ""));
                }
                Operator::Ip { .. } => texts.extend(edges(operand)),
                Operator::Numeric(_) => numbers.extend(operand.parse::<f64>().ok()),
                Operator::Date(_) => dates.extend(date_ms(operand)),
                _ => {
                    texts.insert(operand.to_uppercase());
                    texts.insert(operand.to_lowercase());
                }
            }
        }
    }
    between(&mut numbers, |a, b| (a + b) / 2.0, 1.0).for_each(|n| texts.extend([n.to_string()]));
    dates.sort_unstable();
    let mut seconds: Vec<f64> = dates.iter().map(|ms| *ms as f64 / 1000.0).collect();
    between(&mut seconds, |a, b| ((a + b) / 2.0).floor(), 86_400.0)
        .for_each(|s| texts.extend([format!("{s:.0}")]));
    let texts: Vec<String> = texts.into_iter().take(VALUES).collect();
    let mut out: Vec<Option<ContextValue>> = Vec::new();
    let sets = conditions
        .iter()
        .any(|c| !matches!(c.qualifier, Qualifier::Single));
    if sets {
        let list = |of: &[&String]| {
            Some(ContextValue::List(
                of.iter().map(|t| (*t).clone()).collect(),
            ))
        };
        out.extend(texts.iter().map(|t| list(&[t])));
        for pair in texts.windows(2) {
            if let [a, b] = pair {
                out.push(list(&[a, b]));
            }
        }
        out.push(Some(ContextValue::List(Vec::new())));
    }
    out.extend(texts.into_iter().map(|t| Some(ContextValue::Single(t))));
    out.push(None);
    out
}

/// Values below, between and above.
fn between<'v>(
    values: &'v mut [f64],
    middle: impl Fn(f64, f64) -> f64 + 'v,
    step: f64,
) -> impl Iterator<Item = f64> + 'v {
    values.sort_by(f64::total_cmp);
    let ends = values
        .first()
        .map(|v| v - step)
        .into_iter()
        .chain(values.last().map(|v| v + step));
    let pairs = values.windows(2).filter_map(move |w| match w {
        [a, b] => Some(middle(*a, *b)),
        _ => None,
    });
    ends.chain(pairs)
}
