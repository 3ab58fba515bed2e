//! The search for a request that tells two documents apart.
//!
//! Requests are made of what the documents write: every pattern filled in, every pair of patterns intersected, every
//! condition satisfied, missed and left out.

use std::collections::BTreeSet;

use super::contexts::Contexts;
use super::pattern::{fill, intersect, with_variables};
use crate::document::{Document, Effect, Element, PrincipalPattern, Statement};
use crate::principal::Principal;
use crate::request::Request;

/// A request that a statement newly allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The number of the statement that allows it.
    pub statement: usize,
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// The principal, for resource policies.
    pub principal: Option<String>,
}

/// At most so many texts are tried for an element.
const TEXTS: usize = 512;
/// At most so many requests are tried in a search.
const REQUESTS: usize = 50_000;

/// For each Allow statement of `new` that allows a request that is `wanted`: one such request.
pub(super) fn search(
    new: &Document,
    documents: &[&Document],
    wanted: impl Fn(&Request<'_>) -> bool,
) -> Vec<Witness> {
    let actions = Candidates::new(documents, |s| s.actions.as_ref(), true);
    let resources = Candidates::new(documents, |s| s.resources.as_ref(), false);
    let principals = principals(documents);
    let contexts = Contexts::new(documents);
    let mut left = REQUESTS;
    let mut out = Vec::new();
    for (index, statement) in new.statements().iter().enumerate() {
        if statement.effect != Effect::Allow {
            continue;
        }
        let contexts = contexts.of(statement);
        let actions = actions.of(statement.actions.as_ref());
        let resources = resources.of(statement.resources.as_ref());
        let mut found = None;
        'search: for action in &actions {
            for resource in &resources {
                for principal in &principals {
                    for context in &contexts {
                        left = left.saturating_sub(1);
                        if left == 0 {
                            break 'search;
                        }
                        let request = Request {
                            principal,
                            action,
                            resource,
                            resource_account: principal.account(),
                            context,
                            requested_grant: None,
                            grant_tokens: &[],
                        };
                        if matches(statement, &request) && allows(new, &request) && wanted(&request)
                        {
                            found = Some(Witness {
                                statement: index,
                                action: action.clone(),
                                resource: resource.clone(),
                                principal: statement.principals.as_ref().map(|_| principal.arn()),
                            });
                            break 'search;
                        }
                    }
                }
            }
        }
        out.extend(found);
    }
    out
}

fn matches(statement: &Statement, request: &Request<'_>) -> bool {
    let named = statement.principals.as_ref().is_none_or(|element| {
        let named = |p| request.principal.named_by(p).is_some();
        element.patterns.iter().any(named) != element.negated
    });
    named
        && statement.matches_action(request.action)
        && statement.matches_resource(request)
        && statement.matches_conditions(request.context)
}

/// Whether a document by itself allows a request.
pub(super) fn allows(document: &Document, request: &Request<'_>) -> bool {
    let any = |effect| {
        document
            .candidates(effect, request.action)
            .any(|(_, s)| matches(s, request))
    };
    any(Effect::Allow) && !any(Effect::Deny)
}

/// Texts that may tell two documents apart.
struct Candidates {
    patterns: BTreeSet<String>,
    fresh: &'static str,
    actions: bool,
}

impl Candidates {
    fn new<'d>(
        documents: &[&'d Document],
        element: impl Fn(&'d Statement) -> Option<&'d Element>,
        actions: bool,
    ) -> Self {
        let mut patterns = BTreeSet::new();
        for document in documents {
            for text in document
                .statements()
                .iter()
                .filter_map(&element)
                .flat_map(Element::completed)
            {
                patterns.insert(if actions {
                    text.to_ascii_lowercase()
                } else {
                    text.to_owned()
                });
            }
        }
        let fresh = if actions {
            "zzz:zzz"
        } else {
            "arn:aws:zzz:::zzz"
        };
        Self {
            patterns,
            fresh,
            actions,
        }
    }

    /// What to try for a statement that writes `element`.
    fn of(&self, element: Option<&Element>) -> Vec<String> {
        let mut out = BTreeSet::new();
        let own: Vec<String> = match element {
            Some(element) if !element.negated => element
                .completed()
                .map(|t| {
                    if self.actions {
                        t.to_ascii_lowercase()
                    } else {
                        t.to_owned()
                    }
                })
                .collect(),
            _ => vec!["*".to_owned()],
        };
        for pattern in &own {
            for filler in ["zzz", ""] {
                out.insert(fill(&filled(pattern), filler));
            }
            if out.len() >= TEXTS {
                break;
            }
            for other in &self.patterns {
                out.extend(intersect(&filled(pattern), &filled(other)));
                if out.len() >= TEXTS {
                    break;
                }
            }
        }
        out.insert(self.fresh.to_owned());
        out.into_iter().take(TEXTS).collect()
    }
}

/// A pattern whose variables have the value that [`Contexts`] gives them.
fn filled(pattern: &str) -> String {
    with_variables(pattern, super::contexts::FRESH)
}

/// Everyone who is named anywhere, somebody of every account that is named, and a stranger.
fn principals(documents: &[&Document]) -> Vec<Principal> {
    let session = |account: &str| {
        Principal::from_arn(
            &format!("arn:aws:sts::{account}:assumed-role/zzz/zzz"),
            None,
        )
    };
    let mut out: Vec<Principal> = Vec::new();
    out.extend(session("999999999999"));
    let statements = documents.iter().flat_map(|d| d.statements());
    let patterns = statements
        .filter_map(|s| s.principals.as_ref())
        .flat_map(|p| &p.patterns);
    for pattern in patterns {
        let found = match pattern {
            PrincipalPattern::Any => Some(Principal::Anonymous),
            PrincipalPattern::Account(account) => session(account),
            PrincipalPattern::Arn(arn) => Principal::from_arn(arn, None),
            PrincipalPattern::Service(name) => Some(Principal::Service(name.clone())),
            PrincipalPattern::Federated(name) => Some(Principal::provider(name)),
            _ => None,
        };
        out.extend(found.filter(|p| !out.contains(p)));
    }
    out
}
