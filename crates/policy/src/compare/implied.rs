//! Conditions that hold wherever another one does.
//!
//! As all proofs here: it may say "no" of what is true, never "yes" of what is not.

use super::pattern::contains;
use crate::condition::{Compare, Condition, Operand, Operator, Qualifier};

/// Whether `wanted` holds wherever `given` does, in a statement that allows.
pub(super) fn implies(given: &Condition, wanted: &Condition) -> bool {
    if given.key != wanted.key {
        return false;
    }
    if demands_presence(wanted) && needs_presence(given) {
        return true;
    }
    if given.qualifier != wanted.qualifier || (given.if_exists && !wanted.if_exists) {
        return false;
    }
    if given.operator == wanted.operator && given.operands().eq(wanted.operands()) {
        return true;
    }
    // What has no operands holds, if at all, where the key is not there.
    if wanted.operands.is_empty()
        || given.operator == Operator::Null
        || family(given.operator) != family(wanted.operator)
        || given.operator.negated() != wanted.operator.negated()
    {
        return false;
    }
    // Which operands an ARN operator reads depends on their order where one of them is no ARN.
    let arns = |c: &Condition| c.operands().all(|o| o.starts_with("arn:"));
    let of_arns = |c: &Condition| matches!(c.operator, Operator::Arn { .. });
    if (of_arns(given) || of_arns(wanted)) && !(arns(given) && arns(wanted)) {
        return false;
    }
    let within = |inner: &Condition, outer: &Condition| {
        inner.operands.iter().all(|i| {
            let mut wider = outer.operands.iter();
            wider.any(|o| covers((outer.operator, o), (inner.operator, i)))
        })
    };
    match given.operator.negated() {
        true => within(wanted, given),
        false => within(given, wanted),
    }
}

/// Operators that read the same values: a negated one does not hold of a value that it cannot read.
fn family(operator: Operator) -> std::mem::Discriminant<Operator> {
    let text = Operator::String { not: false };
    let of = match operator {
        Operator::StringIgnoreCase { .. } | Operator::StringLike { .. } => text,
        other => other,
    };
    std::mem::discriminant(&of)
}

/// `Null` with nothing but `false`.
fn demands_presence(condition: &Condition) -> bool {
    let mut operands = condition.operands();
    condition.operator == Operator::Null
        && condition.qualifier == Qualifier::Single
        && operands.any(|_| true)
        && condition
            .operands()
            .all(|o| o.eq_ignore_ascii_case("false"))
}

/// Whether the condition holds only of a key that is there.
fn needs_presence(condition: &Condition) -> bool {
    match (condition.operator, condition.qualifier) {
        (Operator::Null, _) | (_, Qualifier::ForAll) => false,
        (_, Qualifier::ForAny) => true,
        (operator, Qualifier::Single) => !operator.negated() && !condition.if_exists,
    }
}

type Read<'c> = (Operator, &'c Operand);

/// Whether `outer` takes every value that `inner` takes, both read without their negation.
fn covers((outer, o): Read<'_>, (inner, i): Read<'_>) -> bool {
    let (wide, narrow) = (o.written(), i.written());
    let literal = |text: &str| !text.contains(['*', '?', '$']);
    let fixed = |text: &str| !text.contains('$');
    match (outer, inner) {
        (Operator::Numeric(a), Operator::Numeric(b)) => bounds(a, o.number(), b, i.number()),
        (Operator::Date(a), Operator::Date(b)) => bounds(a, o.date(), b, i.date()),
        (Operator::Ip { .. }, Operator::Ip { .. }) => match (o.net(), i.net()) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(outer), Some(inner)) => outer.holds(inner),
        },
        (Operator::Arn { .. }, Operator::Arn { .. }) => {
            let (a, b): (Vec<_>, Vec<_>) = (
                wide.splitn(6, ':').collect(),
                narrow.splitn(6, ':').collect(),
            );
            wide == narrow
                || (fixed(wide)
                    && fixed(narrow)
                    && a.len() == 6
                    && b.len() == 6
                    && a.iter().zip(&b).all(|(a, b)| contains(a, b)))
        }
        (Operator::String { .. }, Operator::String { .. })
        | (Operator::StringIgnoreCase { .. }, Operator::StringIgnoreCase { .. })
        | (Operator::Bool, Operator::Bool)
        | (Operator::Binary, Operator::Binary) => wide == narrow,
        (Operator::StringLike { .. }, Operator::StringLike { .. }) => {
            wide == narrow || (fixed(wide) && fixed(narrow) && contains(wide, narrow))
        }
        (Operator::StringLike { .. }, Operator::String { .. }) => {
            fixed(wide) && literal(narrow) && contains(wide, narrow)
        }
        (Operator::StringIgnoreCase { .. }, Operator::String { .. }) => {
            fixed(wide) && fixed(narrow) && wide.to_lowercase() == narrow.to_lowercase()
        }
        (Operator::String { .. }, Operator::StringLike { .. }) => literal(narrow) && wide == narrow,
        _ => false,
    }
}

/// Whether `x a outer` wherever `x b inner`. What cannot be read is compared with nothing.
fn bounds<T: Ord>(a: Compare, outer: Option<&T>, b: Compare, inner: Option<&T>) -> bool {
    use Compare::{Equals, Greater, GreaterEquals, Less, LessEquals, NotEquals};
    let Some(inner) = inner else { return true };
    let Some(outer) = outer else { return false };
    match (a, b) {
        (Equals | NotEquals, Equals | NotEquals) => outer == inner,
        (Less, Equals) | (Less, LessEquals) => inner < outer,
        (Less, Less) | (LessEquals, Less | LessEquals | Equals) => inner <= outer,
        (Greater, Equals) | (Greater, GreaterEquals) => inner > outer,
        (Greater, Greater) | (GreaterEquals, Greater | GreaterEquals | Equals) => inner >= outer,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Effect};
    use crate::request::{Context, ContextValue};
    use proptest::prelude::*;

    fn condition(operator: &str, operands: &[&str]) -> Condition {
        let text = serde_json::json!({"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
            "Condition": {operator: {"aws:PrincipalTag/t": operands}},
        }});
        let document: Document = text.to_string().parse().unwrap();
        document.statements()[0].conditions[0].clone()
    }

    const FAMILIES: &[(&[&str], &[&str])] = &[
        (
            &[
                "StringEquals",
                "StringNotEquals",
                "StringEqualsIgnoreCase",
                "StringNotEqualsIgnoreCase",
                "StringLike",
                "StringNotLike",
            ],
            &[
                "a",
                "A",
                "ab",
                "a*",
                "*",
                "?b",
                "${*}",
                "",
                "a${aws:username}",
            ],
        ),
        (
            &[
                "NumericEquals",
                "NumericNotEquals",
                "NumericLessThan",
                "NumericLessThanEquals",
                "NumericGreaterThan",
                "NumericGreaterThanEquals",
            ],
            &["1", "1.0", "2", "2.5", "-3", "many"],
        ),
        (
            &[
                "DateEquals",
                "DateNotEquals",
                "DateLessThan",
                "DateGreaterThanEquals",
            ],
            &["2026-01-01", "2026-01-01T00:00:00Z", "2027-01-01", "soon"],
        ),
        (
            &["IpAddress", "NotIpAddress"],
            &["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "::/0", "nowhere"],
        ),
        (
            &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
            &[
                "arn:aws:iam::1:role/a",
                "arn:aws:iam::*:role/*",
                "arn:*:iam::1:*",
                "arn:aws:s3:::b",
                "role",
            ],
        ),
        (
            &["Null", "Bool", "BinaryEquals"],
            &["true", "false", "TRUE"],
        ),
    ];

    const VALUES: &[&str] = &[
        "a",
        "A",
        "ab",
        "bb",
        "*",
        "",
        "1",
        "1.00",
        "2",
        "2.2",
        "-4",
        "7",
        "2026-01-01",
        "2026-06-01",
        "2028-01-01",
        "10.1.2.3",
        "10.9.9.9",
        "11.0.0.1",
        "::1",
        "arn:aws:iam::1:role/a",
        "arn:aws:iam::2:role/b",
        "arn:aws-cn:iam::1:user/a",
        "arn:aws:s3:::b",
        "role",
        "true",
        "false",
    ];

    fn contexts() -> Vec<Context> {
        let mut values: Vec<Option<ContextValue>> = vec![None];
        let single = |v: &&str| Some(ContextValue::Single((*v).to_owned()));
        values.extend(VALUES.iter().map(single));
        let list = |of: &[&str]| {
            Some(ContextValue::List(
                of.iter().map(|v| (*v).to_owned()).collect(),
            ))
        };
        values.push(list(&[]));
        values.extend(VALUES.windows(2).map(list));
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

    fn any_condition() -> impl Strategy<Value = Condition> {
        let family = prop::sample::select((0..FAMILIES.len()).collect::<Vec<_>>());
        family.prop_flat_map(|family| {
            let (operators, operands) = FAMILIES[family];
            (
                prop::sample::select(operators.to_vec()),
                prop::sample::select(vec!["", "", "ForAllValues:", "ForAnyValue:"]),
                any::<bool>(),
                prop::sample::subsequence(operands.to_vec(), 0..=3),
            )
                .prop_map(|(operator, prefix, if_exists, operands)| {
                    let suffix = match if_exists && operator != "Null" {
                        true => "IfExists",
                        false => "",
                    };
                    condition(&format!("{prefix}{operator}{suffix}"), &operands)
                })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn what_is_implied_holds(given in any_condition(), wanted in any_condition()) {
            if implies(&given, &wanted) {
                for context in contexts() {
                    prop_assert!(
                        !given.holds(&context, Effect::Allow) || wanted.holds(&context, Effect::Allow),
                        "{given:?} {wanted:?} {context:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn implications_are_found() {
        for (given, a, wanted, b) in [
            ("StringEquals", "team-a", "StringLike", "team-*"),
            ("StringLike", "team-a*", "StringLike", "team-*"),
            ("StringEquals", "A", "StringEqualsIgnoreCase", "a"),
            ("StringNotLike", "team-*", "StringNotEquals", "team-a"),
            ("NumericLessThan", "5", "NumericLessThanEquals", "5"),
            ("NumericLessThanEquals", "5", "NumericLessThan", "5.5"),
            ("NumericEquals", "5", "NumericGreaterThan", "4"),
            ("DateLessThan", "2026-01-01", "DateLessThan", "2027-01-01"),
            ("IpAddress", "10.1.0.0/16", "IpAddress", "10.0.0.0/8"),
            ("NotIpAddress", "10.0.0.0/8", "NotIpAddress", "10.1.0.0/16"),
            (
                "ArnEquals",
                "arn:aws:iam::1:role/a",
                "ArnLike",
                "arn:aws:iam::1:role/*",
            ),
            ("StringEquals", "a", "Null", "false"),
            (
                "ForAnyValue:StringLike",
                "a*",
                "ForAnyValue:StringLike",
                "*",
            ),
        ] {
            let (given, wanted) = (condition(given, &[a]), condition(wanted, &[b]));
            assert!(implies(&given, &wanted), "{given:?} {wanted:?}");
        }
    }
}
