//! The explanation of a denial as AWS encodes it for `sts:DecodeAuthorizationMessage`: JSON with the statements that
//! matched and the whole context of the request.

use crate::decision::{Decision, Gate, Outcome};
use crate::document::{Effect, Element, PrincipalPattern, Statement};
use crate::principal::Principal;
use crate::render::quote;
use crate::request::{ContextValue, Request};

/// The decoded form of an authorization message (STS API reference, DecodeAuthorizationMessage): `allowed`,
/// `explicitDeny`, `matchedStatements`, `failures` and `context`.
#[must_use]
pub fn authorization_message(request: &Request<'_>, decision: &Decision) -> String {
    let statement = decision.statement.as_ref().and_then(|s| {
        let found = s.policy.document.statements().get(s.index)?;
        Some(matched(found, holder(request, decision.gate)))
    });
    let conditions = request.context.iter().map(|(key, value)| {
        let values = match value {
            ContextValue::Single(value) => items([value.as_str()]),
            ContextValue::List(values) => items(values.iter().map(String::as_str)),
        };
        format!("{{\"key\":{},\"values\":{values}}}", quote(key))
    });
    let id = match request.principal {
        Principal::User { id, .. } => id.clone().unwrap_or_default(),
        Principal::Session {
            role_id: Some(id),
            session,
            ..
        } => format!("{id}:{session}"),
        Principal::Root { account } => account.clone(),
        _ => String::new(),
    };
    format!(
        "{{\"allowed\":{},\"explicitDeny\":{},\"matchedStatements\":{{\"items\":[{}]}},\"failures\":{{\"items\":[]}},\
         \"context\":{{\"principal\":{{\"id\":{},\"arn\":{}}},\"action\":{},\"resource\":{},\"conditions\":{{\"items\":[{}]}}}}}}",
        decision.allowed(),
        decision.outcome == Outcome::ExplicitDeny,
        statement.unwrap_or_default(),
        quote(&id),
        quote(&request.principal.arn()),
        quote(request.action),
        quote(request.resource),
        conditions.collect::<Vec<_>>().join(",")
    )
}

fn items<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let items: Vec<String> = texts
        .into_iter()
        .map(|t| format!("{{\"value\":{}}}", quote(t)))
        .collect();
    format!("{{\"items\":[{}]}}", items.join(","))
}

/// Whose statement it is, where it names nobody itself: of an identity policy the user or role, of a session policy the session, by
/// their ids; of a boundary what stands for who drew it (radkawar/stackd testdata/aws/ebs/copy_controls_iam.json of session
/// policies, decoded messages that are public of the others).
fn holder(request: &Request<'_>, gate: Gate) -> Option<String> {
    let (id, session) = match request.principal {
        Principal::User { id, .. } => (id.clone()?, None),
        Principal::Session {
            role_id: Some(id),
            session,
            ..
        } => (id.clone(), Some(session)),
        _ => return None,
    };
    match (gate, session) {
        (Gate::Identity, _) => Some(id),
        (Gate::Session, Some(session)) => Some(format!("{id}:{session}")),
        (Gate::Boundary, _) => Some("SCOPE_POLICY_ISSUER".to_owned()),
        _ => None,
    }
}

fn matched(statement: &Statement, holder: Option<String>) -> String {
    let effect = match statement.effect {
        Effect::Allow => "ALLOW",
        Effect::Deny => "DENY",
    };
    let texts = |element: &Option<Element>| items(element.iter().flat_map(Element::texts));
    let principals = statement.principals.iter().flat_map(|p| &p.patterns);
    let principals = principals.map(|p| -> &str {
        match p {
            PrincipalPattern::Any => "*",
            PrincipalPattern::Account(t)
            | PrincipalPattern::Arn(t)
            | PrincipalPattern::Id(t)
            | PrincipalPattern::Service(t)
            | PrincipalPattern::Federated(t)
            | PrincipalPattern::Canonical(t) => t,
        }
    });
    let principals = principals.chain(holder.as_deref());
    let conditions = statement.conditions.iter().map(|c| {
        format!(
            "{{\"key\":{},\"operator\":{},\"values\":{}}}",
            quote(&c.written_key),
            quote(&c.written_operator),
            items(c.operands())
        )
    });
    format!(
        "{{\"statementId\":{},\"effect\":\"{effect}\",\"principals\":{},\"principalGroups\":{{\"items\":[]}},\"actions\":{},\"resources\":{},\"conditions\":{{\"items\":[{}]}}}}",
        quote(statement.sid.as_deref().unwrap_or_default()),
        items(principals),
        texts(&statement.actions),
        texts(&statement.resources),
        conditions.collect::<Vec<_>>().join(",")
    )
}
