//! Policies after changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Change;
use crate::decision::{Gate, Policies};
use crate::document::{Document, Policy, Version};
use crate::render::quote;

/// `policies` after `changes`. A statement that was relaxed has no effect any more.
#[must_use]
pub fn apply(policies: &Policies, changes: &[Change]) -> Policies {
    let mut out = policies.clone();
    // What is relaxed in one document is relaxed at once: a document may have thousands of statements that deny.
    let mut relaxed: Vec<Relaxed<'_>> = Vec::new();
    for change in changes {
        match change {
            Change::Add {
                gate,
                level,
                policy,
                statement,
                ..
            } => {
                silence(&mut out, &mut relaxed);
                add(&mut out, (*gate, *level), policy.as_deref(), statement);
            }
            Change::Relax {
                gate,
                level,
                statement,
                ..
            } => {
                let policy = &statement.policy;
                let same = |r: &&mut Relaxed<'_>| {
                    (r.gate, r.level) == (*gate, *level)
                        && r.policy.name == policy.name
                        && (Arc::ptr_eq(&r.policy.document, &policy.document)
                            || r.policy.document.text == policy.document.text)
                };
                match relaxed.iter_mut().find(same) {
                    Some(known) => {
                        known.indices.insert(statement.index);
                    }
                    None => relaxed.push(Relaxed {
                        gate: *gate,
                        level: *level,
                        policy,
                        indices: BTreeSet::from([statement.index]),
                    }),
                }
            }
        }
    }
    silence(&mut out, &mut relaxed);
    out
}

/// The statements of one document that lose their effect.
struct Relaxed<'c> {
    gate: Gate,
    level: Option<usize>,
    policy: &'c Policy,
    indices: BTreeSet<usize>,
}

/// Takes the effect from what is relaxed.
fn silence(policies: &mut Policies, relaxed: &mut Vec<Relaxed<'_>>) {
    for one in relaxed.drain(..) {
        for policy in documents(policies, one.gate, one.level) {
            let same =
                policy.name == one.policy.name && policy.document.text == one.policy.document.text;
            if same {
                let mut indices = 0..;
                policy.document = Arc::new(policy.document.altered(|statement| {
                    if indices.next().is_some_and(|at| one.indices.contains(&at)) {
                        statement.actions = None;
                    }
                }));
            }
        }
    }
}

/// All documents of `gate`, at `level` where there are levels.
fn documents(
    policies: &mut Policies,
    gate: Gate,
    level: Option<usize>,
) -> Box<dyn Iterator<Item = &mut Policy> + '_> {
    fn at(levels: &mut [Vec<Policy>], level: Option<usize>) -> impl Iterator<Item = &mut Policy> {
        level
            .and_then(|l| levels.get_mut(l))
            .into_iter()
            .flat_map(|l| l.iter_mut())
    }
    match gate {
        Gate::Identity => Box::new(policies.identity.iter_mut()),
        Gate::Boundary => Box::new(policies.boundary.iter_mut()),
        Gate::Session => Box::new(policies.session.iter_mut().flatten()),
        Gate::Resource | Gate::Grant => Box::new(policies.resource.iter_mut()),
        Gate::Endpoint => Box::new(policies.endpoint.iter_mut()),
        Gate::Scp => Box::new(at(&mut policies.scp, level)),
        Gate::Rcp => Box::new(at(&mut policies.rcp, level)),
    }
}

/// Adds a statement: to the document `into`, where one is named, else to the one that there can be, or as one of its own.
fn add(
    policies: &mut Policies,
    (gate, level): (Gate, Option<usize>),
    into: Option<&str>,
    statement: &str,
) {
    let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statement}]}}");
    let Ok(document) = text.parse::<Document>() else {
        return;
    };
    let new = Policy::new("added", document);
    let list = match gate {
        Gate::Identity => &mut policies.identity,
        Gate::Session => {
            let list = policies.session.get_or_insert_default();
            let named = list.iter_mut().find(|p| into == Some(&*p.name));
            if let Some(policy) = named {
                return extend(policy, &new);
            }
            list
        }
        Gate::Scp | Gate::Rcp => {
            let levels = if gate == Gate::Scp {
                &mut policies.scp
            } else {
                &mut policies.rcp
            };
            let Some(list) = level.and_then(|l| levels.get_mut(l)) else {
                return;
            };
            list
        }
        Gate::Boundary => return join(&mut policies.boundary, new),
        Gate::Endpoint => return join(&mut policies.endpoint, new),
        Gate::Resource | Gate::Grant => return join(&mut policies.resource, new),
    };
    list.push(new);
}

/// Puts the statements of `new` behind those of the document that is there, if one is.
fn join(slot: &mut Option<Policy>, new: Policy) {
    match slot {
        Some(policy) => extend(policy, &new),
        None => *slot = Some(new),
    }
}

/// Puts the statements of `new` behind those of `policy`.
fn extend(policy: &mut Policy, new: &Policy) {
    let old = &policy.document;
    let texts = |d: &Document| -> Vec<String> {
        (0..d.statements().len())
            .filter_map(|i| d.statement_text(i).map(str::to_owned))
            .collect()
    };
    let version = match old.version {
        Version::V2008 => "2008-10-17",
        Version::V2012 => "2012-10-17",
    };
    let id = old
        .id
        .as_ref()
        .map(|id| format!("\"Id\":{},", quote(id)))
        .unwrap_or_default();
    let statements = [texts(old), texts(&new.document)].concat().join(",");
    let text = format!("{{\"Version\":\"{version}\",{id}\"Statement\":[{statements}]}}");
    let Ok(joined) = text.parse::<Document>() else {
        return;
    };
    // What was altered after reading (principals that became ids, statements that were silenced) stays so.
    let mut before = old.statements().iter();
    let joined = joined.altered(|statement| {
        if let Some(old) = before.next() {
            statement.principals.clone_from(&old.principals);
            if old.actions.is_none() {
                statement.actions = None;
            }
        }
    });
    policy.document = Arc::new(joined);
}
