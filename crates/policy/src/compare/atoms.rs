//! A statement as several that together allow the same, so that each may stand below another: one principal and one value of a
//! condition at a time, and networks in halves. And statements that allow nothing, for their conditions never hold together.

use super::budget::Budget;
use super::pattern::disjoint;
use crate::condition::{Condition, Operand, Operator, Qualifier};
use crate::document::{Document, Statement, Version};
use crate::template::Template;
use crate::values::IpNet;

/// Statements of one; of what is more the whole is looked at.
const MOST: usize = 1_024;

/// The statements that together allow what `statement` does. Networks are cut where `existing` has smaller ones.
pub(super) fn atoms(statement: &Statement, existing: &Document, budget: &Budget) -> Vec<Statement> {
    let mut all = vec![statement.clone()];
    let mut take = |cut: &dyn Fn(&Statement) -> Vec<Statement>| {
        let next: Vec<Statement> = all.iter().flat_map(cut).take(MOST + 1).collect();
        if next.len() <= MOST {
            all = next;
        }
    };
    take(&by_principal);
    for index in 0..statement.conditions.len() {
        take(&|atom| by_value(atom, index));
        take(&|atom| by_network(atom, index, existing, budget));
    }
    all
}

fn by_principal(statement: &Statement) -> Vec<Statement> {
    let Some(principals) = statement.principals.as_ref().filter(|p| !p.negated) else {
        return vec![statement.clone()];
    };
    let one = |pattern| {
        let mut atom = statement.clone();
        if let Some(principals) = &mut atom.principals {
            principals.patterns = vec![pattern];
        }
        atom
    };
    principals.patterns.iter().cloned().map(one).collect()
}

/// Whether a condition holds where one of its values does, each for itself.
fn is_any_of(condition: &Condition) -> bool {
    let each = match condition.operator {
        Operator::String { not }
        | Operator::StringIgnoreCase { not }
        | Operator::StringLike { not }
        | Operator::Ip { not } => !not,
        _ => false,
    };
    each && condition.qualifier != Qualifier::ForAll
}

fn with(statement: &Statement, index: usize, operand: Operand) -> Statement {
    let mut atom = statement.clone();
    if let Some(condition) = atom.conditions.get_mut(index) {
        condition.operands = vec![operand];
    }
    atom
}

fn by_value(statement: &Statement, index: usize) -> Vec<Statement> {
    match statement.conditions.get(index) {
        Some(condition) if is_any_of(condition) && condition.operands.len() > 1 => {
            let operands = condition.operands.iter().cloned();
            operands.map(|o| with(statement, index, o)).collect()
        }
        _ => vec![statement.clone()],
    }
}

fn by_network(
    statement: &Statement,
    index: usize,
    existing: &Document,
    budget: &Budget,
) -> Vec<Statement> {
    let whole = || vec![statement.clone()];
    let Some(condition) = statement.conditions.get(index).filter(|c| is_any_of(c)) else {
        return whole();
    };
    let [operand] = condition.operands.as_slice() else {
        return whole();
    };
    let Some(net) = operand.net() else {
        return whole();
    };
    let others = existing.statements().iter().flat_map(|s| &s.conditions);
    let others = others.filter(|c| c.key == condition.key);
    let others: Vec<IpNet> = others
        .flat_map(|c| &c.operands)
        .filter_map(Operand::net)
        .collect();
    let (mut open, mut done) = (vec![net], Vec::new());
    while let Some(net) = open.pop() {
        if open.len() + done.len() > MOST || !budget.takes(others.len()) {
            return whole();
        }
        let smaller = |other: &&IpNet| net.holds(**other) && !other.holds(net);
        match net.halves().filter(|_| others.iter().any(|o| smaller(&o))) {
            Some(halves) => open.extend(halves),
            None => done.push(net),
        }
    }
    let operator = condition.operator;
    let operand = |net: IpNet| {
        let text = Template::new(net.to_string(), Version::V2012);
        with(statement, index, Operand::new(text, operator))
    };
    done.into_iter().map(operand).collect()
}

/// Whether two conditions of a statement never hold of the same request.
pub(super) fn never(statement: &Statement) -> bool {
    let all = &statement.conditions;
    let after = |at: usize| all.get(at + 1..).unwrap_or_default();
    all.iter()
        .enumerate()
        .any(|(at, one)| after(at).iter().any(|other| contradict(one, other)))
}

fn contradict(one: &Condition, other: &Condition) -> bool {
    // Of one value alone: several may be in two sets that have nothing in common.
    let single = |c: &Condition| c.qualifier == Qualifier::Single && is_any_of(c) && !c.if_exists;
    one.key == other.key
        && single(one)
        && single(other)
        && one.operands.iter().all(|a| {
            other
                .operands
                .iter()
                .all(|b| apart((one.operator, a), (other.operator, b)))
        })
}

/// Whether no value is one of both, as far as the texts show.
fn apart((first, a): (Operator, &Operand), (second, b): (Operator, &Operand)) -> bool {
    let (x, y) = (a.written(), b.written());
    let ip = |operator| matches!(operator, Operator::Ip { .. });
    match (ip(first), ip(second)) {
        // What is no network holds of nothing.
        (true, true) => match (a.net(), b.net()) {
            (Some(a), Some(b)) => !a.holds(b) && !b.holds(a),
            _ => false,
        },
        (false, false) if !x.contains('$') && !y.contains('$') => {
            let folds = |operator| matches!(operator, Operator::StringIgnoreCase { .. });
            let fold = |text: &str| match folds(first) || folds(second) {
                true => text.to_lowercase(),
                false => text.to_owned(),
            };
            let plain = |operator, text: &str| {
                !matches!(operator, Operator::StringLike { .. }) && text.contains(['*', '?'])
            };
            // A star that is a star, in an operator that has no wildcards.
            !plain(first, x) && !plain(second, y) && disjoint(&fold(x), &fold(y))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::cover::within;
    use super::*;
    use crate::request::{Context, ContextValue};
    use proptest::prelude::*;

    const OPERATORS: &[(&[&str], &[&str])] = &[
        (
            &["IpAddress", "NotIpAddress", "IpAddressIfExists"],
            &[
                "0.0.0.0/0",
                "10.0.0.0/8",
                "10.0.0.0/9",
                "10.128.0.0/9",
                "10.0.0.0/10",
                "10.1.2.3",
                "::/1",
                "nowhere",
            ],
        ),
        (
            &[
                "StringEquals",
                "StringEqualsIgnoreCase",
                "StringLike",
                "StringNotLike",
                "ForAnyValue:StringEquals",
                "ForAllValues:StringLike",
                "StringEqualsIfExists",
            ],
            &["a", "A", "b", "a*", "*", "?", "${aws:username}", ""],
        ),
    ];

    const VALUES: &[&str] = &[
        "10.0.0.1",
        "10.64.0.1",
        "10.1.2.3",
        "10.200.0.1",
        "11.0.0.1",
        "::1",
        "a",
        "A",
        "b",
        "ab",
        "*",
        "",
    ];

    fn statement() -> impl Strategy<Value = String> {
        let condition = prop::sample::select(vec![0usize, 1]).prop_flat_map(|family| {
            let (operators, operands) = OPERATORS[family];
            (
                prop::sample::select(operators.to_vec()),
                prop::sample::subsequence(operands.to_vec(), 1..=3),
            )
        });
        prop::collection::vec(condition, 0..=2).prop_map(|conditions| {
            let each = conditions.iter().map(|(operator, operands)| {
                ((*operator).to_owned(), serde_json::json!({"aws:PrincipalTag/t": operands}))
            });
            let conditions: serde_json::Map<_, _> = each.collect();
            serde_json::json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": conditions}).to_string()
        })
    }

    fn document() -> impl Strategy<Value = Document> {
        prop::collection::vec(statement(), 1..=3).prop_map(|all| {
            let text = format!(
                r#"{{"Version":"2012-10-17","Statement":[{}]}}"#,
                all.join(",")
            );
            text.parse().unwrap()
        })
    }

    fn contexts() -> Vec<Context> {
        let mut values: Vec<Option<ContextValue>> = vec![None];
        values.extend(
            VALUES
                .iter()
                .map(|v| Some(ContextValue::Single((*v).to_owned()))),
        );
        values.extend(VALUES.windows(2).map(|pair| {
            Some(ContextValue::List(
                pair.iter().map(|v| (*v).to_owned()).collect(),
            ))
        }));
        values.push(Some(ContextValue::List(Vec::new())));
        let context = |value: Option<ContextValue>| {
            let mut context = Context::new();
            context.set("aws:username", "b");
            if let Some(value) = value {
                context.put("aws:principaltag/t", value);
            }
            context
        };
        values.into_iter().map(context).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        #[test]
        fn what_is_within_is_allowed(new in document(), existing in document()) {
            let allows = |document: &Document, context: &Context| {
                document.statements().iter().any(|s| s.matches_conditions(context))
            };
            if within(&new, &existing) {
                for context in contexts() {
                    prop_assert!(
                        !allows(&new, &context) || allows(&existing, &context),
                        "{} {} {context:?}", new.text, existing.text
                    );
                }
            }
            for statement in new.statements() {
                for context in contexts() {
                    let whole = statement.matches_conditions(&context);
                    let atoms = atoms(statement, &existing, &Budget::new());
                    prop_assert_eq!(whole, atoms.iter().any(|a| a.matches_conditions(&context)));
                    prop_assert!(!(whole && never(statement)));
                }
            }
        }
    }
}
