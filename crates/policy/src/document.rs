//! The compiled form of a policy document.

use std::ops::Range;
use std::sync::Arc;

use crate::condition::Condition;
use crate::index::Index;
use crate::json::Span;
use crate::request::{Context, Request};
use crate::template::Template;

/// The language version of a document. Variables exist only in the newer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `2008-10-17`, also when no version is written.
    V2008,
    /// `2012-10-17`.
    V2012,
}

/// `Allow` or `Deny`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The statement allows.
    Allow,
    /// The statement denies.
    Deny,
}

/// An element that may be negated: `Action`/`NotAction`, `Resource`/`NotResource`.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// True for the `Not…` form.
    pub negated: bool,
    pub(crate) patterns: Vec<Template>,
    /// Where its value stands in the text.
    pub span: Span,
}

impl Element {
    /// The patterns as they are matched: an ARN that breaks off is completed.
    pub(crate) fn completed(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(Template::pattern)
    }

    /// The patterns as written.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(|p| p.raw.as_str())
    }
}

/// One principal in a `Principal` or `NotPrincipal` element.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PrincipalPattern {
    /// `"*"`.
    Any,
    /// An account, as 12 digits or as its root ARN.
    Account(String),
    /// A user, role, session or federated-user ARN.
    Arn(String),
    /// A unique id: what is left in a policy when its user or role was deleted.
    Id(String),
    /// A service principal.
    Service(String),
    /// An identity provider.
    Federated(String),
    /// A canonical user id of S3.
    Canonical(String),
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq)]
pub struct PrincipalElement {
    /// True for `NotPrincipal`.
    pub negated: bool,
    /// Who is listed.
    pub patterns: Vec<PrincipalPattern>,
    /// Where its value stands in the text.
    pub span: Span,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Its `Sid`.
    pub sid: Option<String>,
    /// Its effect.
    pub effect: Effect,
    /// Its principals, in policies that have them.
    pub principals: Option<PrincipalElement>,
    /// Its actions; a key policy may lack them, the statement then has no effect.
    pub actions: Option<Element>,
    /// Its resources; absent in trust and repository policies.
    pub resources: Option<Element>,
    /// Its conditions; all must hold.
    pub conditions: Vec<Condition>,
    /// Where it stands in the text.
    pub span: Span,
}

impl Statement {
    pub(crate) fn matches_action(&self, action: &str) -> bool {
        let Some(actions) = &self.actions else {
            return false;
        };
        // A list of nothing names nothing, also where it is negated.
        !actions.patterns.is_empty()
            && actions.patterns.iter().any(|p| p.matches_action(action)) != actions.negated
    }

    pub(crate) fn matches_resource(&self, request: &Request<'_>) -> bool {
        match &self.resources {
            // Trust and repository policies have no Resource, and name principals. In a key, bucket or identity policy a
            // statement without it has no effect.
            None => {
                self.principals.is_some()
                    && request.action_of("kms").is_none()
                    && request.action_of("s3").is_none()
            }
            Some(resources) => {
                let matches = resources
                    .patterns
                    .iter()
                    .any(|p| p.matches(request.context, request.subject()));
                // A variable without a value is no name of anything: what is to be left out of an Allow is not known
                // then, so that it allows nothing (IAM user guide, "Policy variables": the statement may be invalid as a
                // whole). A Deny keeps what it is said to keep.
                let open = || {
                    let mut all = resources.patterns.iter();
                    resources.negated
                        && self.effect == Effect::Allow
                        && !all.all(|p| p.is_resolved(request.context))
                };
                !resources.patterns.is_empty() && matches != resources.negated && !open()
            }
        }
    }

    pub(crate) fn matches_conditions(&self, context: &Context) -> bool {
        self.conditions
            .iter()
            .all(|c| c.holds(context, self.effect))
    }
}

/// A parsed, compiled policy document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The language version.
    pub version: Version,
    /// Its `Id`.
    pub id: Option<String>,
    statements: Vec<Statement>,
    allows: Index,
    denies: Index,
    /// The text that it was parsed from.
    pub text: Arc<str>,
}

impl Document {
    pub(crate) fn new(
        version: Version,
        id: Option<String>,
        statements: Vec<Statement>,
        text: Arc<str>,
    ) -> Self {
        Self {
            version,
            id,
            allows: Index::new(&statements, Effect::Allow),
            denies: Index::new(&statements, Effect::Deny),
            statements,
            text,
        }
    }

    /// Its statements, in order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The same document with its statements changed by `change`; they keep their numbers and places.
    #[must_use]
    pub fn altered(&self, change: impl FnMut(&mut Statement)) -> Self {
        let mut statements = self.statements.clone();
        statements.iter_mut().for_each(change);
        Self::new(
            self.version,
            self.id.clone(),
            statements,
            Arc::clone(&self.text),
        )
    }

    /// The condition keys that the document reads, in its conditions and its variables, as they are written there;
    /// each once. As `GetContextKeysForCustomPolicy` was recorded to list them: `${*}` is `*`, and variables count
    /// also in operators that do not substitute them.
    #[must_use]
    pub fn context_keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        let mut add = |key: &str| {
            if !keys.iter().any(|k| k == key) {
                keys.push(key.to_owned());
            }
        };
        for statement in &self.statements {
            let resources = statement.resources.iter().flat_map(Element::texts);
            let operands = statement.conditions.iter().flat_map(Condition::operands);
            for condition in &statement.conditions {
                add(&condition.written_key);
            }
            if self.version == Version::V2012 {
                resources
                    .chain(operands)
                    .flat_map(variables)
                    .for_each(&mut add);
            }
        }
        keys
    }

    /// The statements of `effect` that may be about `action`.
    pub(crate) fn candidates<'d>(
        &'d self,
        effect: Effect,
        action: &str,
    ) -> impl Iterator<Item = (usize, &'d Statement)> {
        let index = match effect {
            Effect::Allow => &self.allows,
            Effect::Deny => &self.denies,
        };
        index
            .candidates(action)
            .filter_map(|i| Some((i, self.statements.get(i)?)))
    }

    /// The text of statement `index`, as its author wrote it.
    #[must_use]
    pub fn statement_text(&self, index: usize) -> Option<&str> {
        self.text.get(self.statement_range(index)?)
    }

    /// The bytes of statement `index` in the text that was parsed.
    #[must_use]
    pub fn statement_range(&self, index: usize) -> Option<Range<usize>> {
        let span = self.statements.get(index)?.span;
        Some(span.start..span.end)
    }

    /// What people call statement `index`: its `Sid`, or its number counted from 1.
    #[must_use]
    pub fn label(&self, index: usize) -> String {
        let statement = self.statements.get(index);
        match statement.and_then(|s| s.sid.as_ref()) {
            Some(sid) if !sid.is_empty() => sid.clone(),
            _ => format!("statement {}", index + 1),
        }
    }
}

/// The keys of the variables in a text, as written.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| {
        let (inside, _) = rest.split_once('}')?;
        Some(inside.split(',').next().unwrap_or(inside).trim())
    })
}

/// A document with the name by which people know it.
#[derive(Debug, Clone)]
pub struct Policy {
    /// For people, for example `inline policy "ecr" of role/ecr-source`.
    pub name: Arc<str>,
    /// Its ARN, if it has one (managed policies, organization policies).
    pub arn: Option<Arc<str>>,
    /// The document.
    pub document: Arc<Document>,
}

impl Policy {
    /// A policy without an ARN.
    #[must_use]
    pub fn new(name: &str, document: Document) -> Self {
        Self {
            name: name.into(),
            arn: None,
            document: Arc::new(document),
        }
    }
}
