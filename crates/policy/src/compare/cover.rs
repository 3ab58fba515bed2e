//! Proofs: a statement that stands below another allows nothing that the other does not.
//!
//! Everything here may say "no" of what is true, never "yes" of what is not.

use std::collections::BTreeSet;

use super::atoms::{atoms, never};
use super::budget::Budget;
use super::implied::implies;
use super::pattern::{contains, disjoint, with_variables};
use crate::condition::Condition;
use crate::document::{Document, Effect, Element, PrincipalElement, PrincipalPattern, Statement};

fn of(document: &Document, effect: Effect) -> impl Iterator<Item = &Statement> {
    document
        .statements()
        .iter()
        .filter(move |s| s.effect == effect)
}

/// Whether `existing` allows all that `new` does.
pub(super) fn within(new: &Document, existing: &Document) -> bool {
    let budget = &Budget::new();
    // A text with a variable means another thing in another version.
    let same = new.version == existing.version || ![new, existing].into_iter().any(has_variables);
    same && of(new, Effect::Allow).all(|statement| {
        never(statement)
            || denied_by(statement, new, budget)
            || (statement_within(statement, new, existing, budget)
                && of(existing, Effect::Deny).all(|deny| {
                    apart_of(statement, deny, budget)
                        || of(new, Effect::Deny).any(|again| all_covered(again, deny, budget))
                }))
    })
}

/// Whether the statements of `existing` allow together what a statement of `new` does.
fn statement_within(
    statement: &Statement,
    new: &Document,
    existing: &Document,
    budget: &Budget,
) -> bool {
    let atoms = atoms(statement, existing, budget);
    // Parts of which the same statements name actions and resources need no second look.
    let mut known: BTreeSet<Vec<usize>> = BTreeSet::new();
    parts(statement).all(|part| {
        let named = of(existing, Effect::Allow).enumerate();
        let named = named.filter(|(_, other)| names_part(other, part, Some(new), budget));
        let (indices, named): (Vec<usize>, Vec<&Statement>) = named.unzip();
        !known.insert(indices)
            || atoms.iter().all(|atom| {
                never(atom) || named.iter().any(|other| holds_where(other, atom, budget))
            })
    })
}

/// Whether `document` allows nothing of what the one statement of `asked` names.
pub(super) fn apart(document: &Document, asked: &Document) -> bool {
    let budget = &Budget::new();
    of(document, Effect::Allow).all(|statement| {
        of(asked, Effect::Allow).all(|ask| {
            never(statement)
                || apart_of(statement, ask, budget)
                || denied_by(statement, document, budget)
                || parts(ask).all(|part| {
                    of(document, Effect::Deny).any(|deny| {
                        deny.conditions.is_empty()
                            && deny.principals.as_ref().is_none_or(everyone)
                            && covers_part(deny, part, budget)
                    })
                })
        })
    })
}

fn has_variables(document: &Document) -> bool {
    document.text.contains("${")
}

/// Whether a Deny of `document` takes all of `statement` away.
fn denied_by(statement: &Statement, document: &Document, budget: &Budget) -> bool {
    of(document, Effect::Deny).any(|deny| all_covered(deny, statement, budget))
}

fn all_covered(outer: &Statement, inner: &Statement, budget: &Budget) -> bool {
    holds_where(outer, inner, budget)
        && parts(inner).all(|part| names_part(outer, part, None, budget))
}

/// Whether two statements of one document say the same of every request.
pub(crate) fn same(a: &Statement, b: &Statement) -> bool {
    let budget = &Budget::new();
    let says = |s: &Statement| parts(s).next().is_some();
    a.effect == b.effect
        && says(a)
        && says(b)
        && all_covered(a, b, budget)
        && all_covered(b, a, budget)
}

/// One action pattern and one resource pattern of a statement; `None` where the element is negated, taken as a whole.
#[derive(Clone, Copy)]
struct Part<'s> {
    statement: &'s Statement,
    action: Option<&'s str>,
    resource: Option<&'s str>,
}

fn parts(statement: &Statement) -> impl Iterator<Item = Part<'_>> {
    fn texts(element: Option<&Element>) -> Vec<Option<&str>> {
        match element {
            Some(element) if !element.negated => element.completed().map(Some).collect(),
            _ => vec![None],
        }
    }
    let resources = texts(statement.resources.as_ref());
    texts(statement.actions.as_ref())
        .into_iter()
        .flat_map(move |action| {
            resources.clone().into_iter().map(move |resource| Part {
                statement,
                action,
                resource,
            })
        })
}

/// Whether `outer` is about all principals that `inner` is, and its conditions hold wherever those of `inner` do.
fn holds_where(outer: &Statement, inner: &Statement, budget: &Budget) -> bool {
    let implied = |wanted: &Condition| inner.conditions.iter().any(|c| implies(c, wanted));
    let principals = |s: &Statement| s.principals.as_ref().map_or(1, |p| p.patterns.len());
    let operands = |s: &Statement| s.conditions.iter().map(|c| 1 + c.operands.len()).sum();
    let (ours, theirs): (usize, usize) = (operands(outer), operands(inner));
    budget.takes(principals(outer).saturating_mul(principals(inner)))
        && budget.takes(ours.saturating_mul(theirs))
        && principals_within(inner.principals.as_ref(), outer.principals.as_ref())
        && outer.conditions.iter().all(implied)
}

/// Whether `outer` names all actions and resources of a part, but for what `less` denies everybody.
fn names_part(outer: &Statement, part: Part<'_>, less: Option<&Document>, budget: &Budget) -> bool {
    let denies = |deny: &&Statement| {
        deny.conditions.is_empty() && deny.principals.as_ref().is_none_or(everyone)
    };
    // What is left out there is denied here anyway.
    let denied = |part: Part<'_>| {
        let document = less.into_iter();
        let mut all = document.flat_map(|d| of(d, Effect::Deny).filter(denies));
        all.any(|deny| covers_part(deny, part, budget))
    };
    let action = |left_out: &str| {
        denied(Part {
            action: Some(left_out),
            ..part
        })
    };
    let resource = |left_out: &str| {
        denied(Part {
            resource: Some(left_out),
            ..part
        })
    };
    covers_but(outer, part, &action, &resource, budget)
}

fn covers_part(outer: &Statement, part: Part<'_>, budget: &Budget) -> bool {
    covers_but(outer, part, &|_| false, &|_| false, budget)
}

/// The same but for actions and resources, as `NotAction` and `NotResource` of `outer` write them, that do not matter.
fn covers_but(
    outer: &Statement,
    part: Part<'_>,
    action: &dyn Fn(&str) -> bool,
    resource: &dyn Fn(&str) -> bool,
    budget: &Budget,
) -> bool {
    let texts = |e: Option<&Element>| e.map_or(1, |e| e.completed().count());
    let whole = |text: Option<&str>, e: Option<&Element>| text.map_or_else(|| texts(e), |_| 1);
    let inner = part.statement;
    let actions =
        texts(outer.actions.as_ref()).saturating_mul(whole(part.action, inner.actions.as_ref()));
    let resources = texts(outer.resources.as_ref())
        .saturating_mul(whole(part.resource, inner.resources.as_ref()));
    if !budget.takes(actions.saturating_add(resources)) {
        return false;
    }
    element_covers(
        outer.actions.as_ref(),
        part.action,
        part.statement.actions.as_ref(),
        true,
        action,
    ) && element_covers(
        outer.resources.as_ref(),
        part.resource,
        part.statement.resources.as_ref(),
        false,
        resource,
    )
}

/// Whether `outer` takes everything that `text` does, or, where that is `None`, that the negated `whole` does.
fn element_covers(
    outer: Option<&Element>,
    text: Option<&str>,
    whole: Option<&Element>,
    fold: bool,
    but: &dyn Fn(&str) -> bool,
) -> bool {
    let folded = |t: &str| {
        if fold {
            t.to_ascii_lowercase()
        } else {
            t.to_owned()
        }
    };
    let Some(outer) = outer else {
        return whole.is_none();
    };
    match (outer.negated, text) {
        (false, Some(text)) => outer
            .completed()
            .any(|o| contains(&folded(o), &folded(text))),
        (true, Some(text)) => {
            let apart = |o: &str| disjoint(&folded(o), &folded(text)) || but(o);
            let mut all = outer.completed();
            !text.contains("${") && all.all(|o| !o.contains("${") && apart(o))
        }
        (false, None) => outer.completed().any(|o| o == "*"),
        (true, None) => whole.is_some_and(|whole| {
            outer
                .completed()
                .all(|o| whole.completed().any(|w| contains(&folded(w), &folded(o))))
        }),
    }
}

/// Whether `outer` names, to everyone, all actions and resources that `inner` does, whatever the conditions of the two.
pub(crate) fn names_all(outer: &Statement, inner: &Statement) -> bool {
    let budget = &Budget::new();
    outer.principals.as_ref().is_some_and(everyone)
        && parts(inner).all(|part| covers_part(outer, part, budget))
}

pub(crate) fn everyone(element: &PrincipalElement) -> bool {
    !element.negated && element.patterns.contains(&PrincipalPattern::Any)
}

fn principals_within(inner: Option<&PrincipalElement>, outer: Option<&PrincipalElement>) -> bool {
    match (inner, outer) {
        (_, None) => true,
        (None, Some(outer)) => everyone(outer),
        (Some(inner), Some(outer)) if inner.negated || outer.negated => {
            inner.negated == outer.negated && inner.patterns == outer.patterns
        }
        (Some(inner), Some(outer)) => inner.patterns.iter().all(|p| {
            let any = outer.patterns.contains(&PrincipalPattern::Any);
            let account = match p {
                PrincipalPattern::Arn(arn) => arn.split(':').nth(4).map(str::to_owned),
                _ => None,
            };
            outer.patterns.contains(p)
                || (any && !matches!(p, PrincipalPattern::Federated(_)))
                || account.is_some_and(|a| outer.patterns.contains(&PrincipalPattern::Account(a)))
        }),
    }
}

/// Whether no request is in both.
fn apart_of(a: &Statement, b: &Statement, budget: &Budget) -> bool {
    let texts = |e: Option<&Element>| e.map_or(1, |e| e.completed().count());
    let product = |a, b| texts(a).saturating_mul(texts(b));
    let cost = product(a.actions.as_ref(), b.actions.as_ref())
        .saturating_add(product(a.resources.as_ref(), b.resources.as_ref()));
    if !budget.takes(cost) {
        return false;
    }
    elements_apart(a.actions.as_ref(), b.actions.as_ref(), true)
        || elements_apart(a.resources.as_ref(), b.resources.as_ref(), false)
}

fn elements_apart(a: Option<&Element>, b: Option<&Element>, fold: bool) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return false;
    };
    let open = |t: &str| {
        let text = if fold {
            t.to_ascii_lowercase()
        } else {
            t.to_owned()
        };
        // A variable may be anything.
        with_variables(&text, "*")
    };
    match (a.negated, b.negated) {
        (false, false) => a
            .completed()
            .all(|x| b.completed().all(|y| disjoint(&open(x), &open(y)))),
        (true, false) => outside(b, a, fold),
        (false, true) => outside(a, b, fold),
        (true, true) => false,
    }
}

/// Whether all that `positive` writes is among what `negated` leaves out.
fn outside(positive: &Element, negated: &Element, fold: bool) -> bool {
    let folded = |t: &str| {
        if fold {
            t.to_ascii_lowercase()
        } else {
            t.to_owned()
        }
    };
    positive.completed().all(|p| {
        negated
            .completed()
            .any(|n| contains(&folded(n), &folded(p)))
    })
}
