//! Whether one document allows what another does not, by looking for a witness: a request that the one allows and
//! the other does not.
//!
//! Witnesses are made of what the documents themselves write: every pattern filled in, every pair of patterns
//! intersected, every condition satisfied, missed and left out. A difference that shows only in a combination of more
//! than two patterns of the same element is not found.

use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::condition::{Condition, Operator, Qualifier};
use crate::document::{Document, Effect, Element, PrincipalPattern, Statement};
use crate::principal::Principal;
use crate::request::{Context, ContextValue, Request};

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

/// At most so many contexts are tried for a statement.
const CONTEXTS: usize = 256;
/// At most so many texts are tried for an element.
const TEXTS: usize = 512;

/// For each Allow statement of `new` that allows something that `existing` does not: one such request.
#[must_use]
pub fn new_access(new: &Document, existing: &Document) -> Vec<Witness> {
    let documents = [new, existing];
    witnesses(new, &documents, |request| !allows(existing, request))
}

/// For each Allow statement of `document` that allows one of `actions` on one of `resources` (patterns; an empty list
/// means any): one such request.
#[must_use]
pub fn grants(document: &Document, actions: &[String], resources: &[String]) -> Vec<Witness> {
    let listed = |texts: &[String]| {
        let any = ["*".to_owned()];
        let texts = if texts.is_empty() { &any[..] } else { texts };
        crate::render::texts(texts.iter().map(String::as_str))
    };
    let text = format!(
        r#"{{"Version":"2008-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":{},"Resource":{}}}]}}"#,
        listed(actions),
        listed(resources)
    );
    let Ok(asked) = text.parse::<Document>() else {
        return Vec::new();
    };
    let documents = [document, &asked];
    witnesses(document, &documents, |request| allows(&asked, request))
}

fn witnesses(
    new: &Document,
    documents: &[&Document],
    wanted: impl Fn(&Request<'_>) -> bool,
) -> Vec<Witness> {
    let actions = Candidates::new(documents, |s| s.actions.as_ref(), true);
    let resources = Candidates::new(documents, |s| s.resources.as_ref(), false);
    let principals = principals(documents);
    let all: Vec<&Condition> = documents
        .iter()
        .flat_map(|d| d.statements())
        .flat_map(|s| &s.conditions)
        .collect();
    let mut out = Vec::new();
    for (index, statement) in new.statements().iter().enumerate() {
        if statement.effect != Effect::Allow {
            continue;
        }
        let contexts = contexts(statement, &all);
        let found = actions
            .of(statement.actions.as_ref())
            .into_iter()
            .find_map(|action| {
                resources
                    .of(statement.resources.as_ref())
                    .into_iter()
                    .find_map(|resource| {
                        principals.iter().find_map(|principal| {
                            contexts.iter().find_map(|context| {
                                let request = Request {
                                    principal,
                                    action: &action,
                                    resource: &resource,
                                    resource_account: principal.account(),
                                    context,
                                    requested_grant: None,
                                };
                                let hit = matches(statement, &request)
                                    && allows(new, &request)
                                    && wanted(&request);
                                hit.then(|| Witness {
                                    statement: index,
                                    action: action.clone(),
                                    resource: resource.clone(),
                                    principal: statement
                                        .principals
                                        .as_ref()
                                        .map(|_| principal.arn()),
                                })
                            })
                        })
                    })
            });
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

fn allows(document: &Document, request: &Request<'_>) -> bool {
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
                .flat_map(Element::texts)
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
                .texts()
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
                out.insert(fill(pattern, filler));
            }
            for other in &self.patterns {
                out.extend(intersect(pattern, other));
                if out.len() >= TEXTS {
                    break;
                }
            }
        }
        out.insert(self.fresh.to_owned());
        out.into_iter().take(TEXTS).collect()
    }
}

/// The pattern with every wildcard filled in.
fn fill(pattern: &str, filler: &str) -> String {
    let mut out = String::new();
    for c in pattern.chars() {
        match c {
            '*' => out.push_str(filler),
            '?' => out.push('z'),
            c => out.push(c),
        }
    }
    out
}

/// How far two patterns have been read.
type Place = (usize, usize);

/// A text that both patterns match, if there is one, found by walking the two side by side.
fn intersect(a: &str, b: &str) -> Option<String> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // Where each pair of positions was reached from, and by which character.
    let mut seen: HashMap<Place, (Place, Option<char>)> = HashMap::new();
    let mut queue = VecDeque::from([(0, 0)]);
    seen.insert((0, 0), ((0, 0), None));
    while let Some((i, j)) = queue.pop_front() {
        if i == a.len() && j == b.len() {
            let mut out = Vec::new();
            let mut at = (i, j);
            while at != (0, 0) {
                let (from, c) = *seen.get(&at)?;
                out.extend(c);
                at = from;
            }
            return Some(out.into_iter().rev().collect());
        }
        let (x, y) = (a.get(i).copied(), b.get(j).copied());
        let mut steps: Vec<(Place, Option<char>)> = Vec::new();
        // A star may stand for nothing.
        if x == Some('*') {
            steps.push(((i + 1, j), None));
        }
        if y == Some('*') {
            steps.push(((i, j + 1), None));
        }
        // Or both take the same character.
        let (p, q) = (x.unwrap_or_default(), y.unwrap_or_default());
        if x.is_some() && y.is_some() {
            let free = |c: char| c == '*' || c == '?';
            let next = |c: char, at: usize| if c == '*' { at } else { at + 1 };
            let c = match (free(p), free(q)) {
                (true, true) => Some('z'),
                (true, false) => Some(q),
                (false, true) => Some(p),
                (false, false) => (p == q).then_some(p),
            };
            if let Some(c) = c {
                steps.push(((next(p, i), next(q, j)), Some(c)));
            }
        }
        for (to, c) in steps {
            seen.entry(to).or_insert_with(|| {
                queue.push_back(to);
                ((i, j), c)
            });
        }
    }
    None
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

/// A value that satisfies a condition, if one can be made.
fn satisfying(condition: &Condition) -> Option<ContextValue> {
    let first = condition.operands().next()?;
    let text = match condition.operator {
        Operator::StringLike { .. } | Operator::Arn { .. } => fill(first, "zzz"),
        Operator::Ip { .. } => first.split('/').next().unwrap_or(first).to_owned(),
        _ => first.to_owned(),
    };
    Some(match condition.qualifier {
        Qualifier::Single => ContextValue::Single(text),
        Qualifier::ForAll | Qualifier::ForAny => ContextValue::List(vec![text]),
    })
}

/// Contexts under which the conditions of `statement` hold, and in which other conditions hold, miss and are left out.
fn contexts(statement: &Statement, all: &[&Condition]) -> Vec<Context> {
    let mut base = Context::new();
    for condition in &statement.conditions {
        if condition.holds(&base, Effect::Allow) {
            continue;
        }
        if let Some(value) = satisfying(condition) {
            base.put(&condition.key, value);
        }
    }
    let mut out = vec![base];
    for condition in all {
        let mut values = vec![ContextValue::Single("zzz".to_owned())];
        values.extend(satisfying(condition));
        for operand in condition.operands() {
            values.push(ContextValue::Single(operand.to_owned()));
        }
        let mut more = Vec::new();
        for context in &out {
            for value in &values {
                let mut changed = context.clone();
                changed.put(&condition.key, value.clone());
                if !out.contains(&changed) && !more.contains(&changed) {
                    more.push(changed);
                }
            }
        }
        out.extend(more);
        out.truncate(CONTEXTS);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_two_patterns_share_matches_both(a in "[ab*?]{0,8}", b in "[ab*?]{0,8}") {
            if let Some(text) = intersect(&a, &b) {
                prop_assert!(sekisho_arn::glob(&a, &text), "{} {}", a, text);
                prop_assert!(sekisho_arn::glob(&b, &text), "{} {}", b, text);
            }
        }

        #[test]
        fn a_shared_text_is_found(text in "[ab]{0,6}", a in "[ab*?]{0,8}", b in "[ab*?]{0,8}") {
            if sekisho_arn::glob(&a, &text) && sekisho_arn::glob(&b, &text) {
                prop_assert!(intersect(&a, &b).is_some());
            }
        }
    }

    fn document(statements: &str) -> Document {
        format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
            .parse()
            .unwrap()
    }

    fn new(new: &str, existing: &str) -> Vec<usize> {
        new_access(&document(new), &document(existing))
            .into_iter()
            .map(|w| w.statement)
            .collect()
    }

    const ALL: &str = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
    const GET: &str = r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#;
    const LIST: &str = r#"{"Effect":"Allow","Action":["s3:List*","s3:GetObject"],"Resource":"*"}"#;
    const DENY: &str = r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#;

    #[test]
    fn finds_what_is_new_and_nothing_else() {
        assert_eq!(new(GET, ALL), [0usize; 0]);
        assert_eq!(new(ALL, GET), [0]);
        assert_eq!(new(&format!("{GET},{LIST}"), GET), [1]);
        assert_eq!(new(LIST, &format!("{GET},{ALL}")), [0usize; 0]);
        // A Deny that is gone.
        assert_eq!(new(GET, &format!("{GET},{DENY}")), [0]);
        assert_eq!(
            new(&format!("{GET},{DENY}"), &format!("{GET},{DENY}")),
            [0usize; 0]
        );
        // A condition that is gone, one that is there, and one that is wider.
        let with = |c: &str| {
            format!(r#"{{"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{c}}}"#)
        };
        let one = with(r#"{"StringEquals":{"aws:PrincipalTag/t":"a"}}"#);
        let two = with(r#"{"StringEquals":{"aws:PrincipalTag/t":["a","b"]}}"#);
        assert_eq!(new(GET, &one), [0]);
        assert_eq!(new(&one, GET), [0usize; 0]);
        assert_eq!(new(&two, &one), [0]);
        assert_eq!(new(&one, &two), [0usize; 0]);
        // NotAction.
        let but = r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#;
        assert_eq!(new(GET, but), [0usize; 0]);
        assert_eq!(new(but, ALL), [0]);
        let everything = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
        assert_eq!(new(everything, but), [0]);
    }

    #[test]
    fn finds_new_principals() {
        let to = |who: &str| {
            format!(
                r#"{{"Effect":"Allow","Principal":{who},"Action":"s3:GetObject","Resource":"*"}}"#
            )
        };
        let a = to(r#"{"AWS":"111111111111"}"#);
        let role = to(r#"{"AWS":"arn:aws:iam::111111111111:role/r"}"#);
        let everyone = to("\"*\"");
        assert_eq!(new(&everyone, &a), [0]);
        assert_eq!(new(&a, &everyone), [0usize; 0]);
        assert_eq!(new(&role, &a), [0usize; 0]);
        assert_eq!(new(&a, &role), [0]);
    }

    #[test]
    fn finds_listed_access() {
        let granted = |statements: &str, actions: &[&str], resources: &[&str]| {
            let owned = |l: &[&str]| l.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
            grants(&document(statements), &owned(actions), &owned(resources)).len()
        };
        assert_eq!(granted(GET, &["s3:GetObject"], &[]), 1);
        assert_eq!(granted(GET, &["s3:PutObject"], &[]), 0);
        assert_eq!(granted(GET, &["s3:*"], &["arn:aws:s3:::b/k"]), 1);
        assert_eq!(
            granted(
                &format!("{LIST},{DENY}"),
                &["s3:GetObject"],
                &["arn:aws:s3:::b/*"]
            ),
            0
        );
        assert_eq!(
            granted(&format!("{LIST},{DENY}"), &["s3:GetObject"], &[]),
            1
        );
    }
}
