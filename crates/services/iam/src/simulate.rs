//! The policy simulator: what the four simulation operations share.
//!
//! Answers have the shape that was recorded on AWS (`SimulateCustomPolicy`, September 2026): positions are those of a
//! reader that has just passed the token before the statement, and several resources are summed up under the ARN
//! format of their resource type.

use std::collections::BTreeSet;

use sekisho_engine::prelude::*;
use sekisho_engine::{ROLES, USERS, boundary_policy, managed_policy};
use sekisho_policy::{
    Context, Decision, Document, Effect, Gate, Missed, Outcome, Policies, Policy, Principal,
    Request, ResourceKind, evaluate, explain, line_and_column,
};

use crate::holder;

/// A value for a condition key.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ContextEntry {
    context_key_name: Option<String>,
    #[serde(default)]
    context_key_values: Vec<String>,
    context_key_type: Option<String>,
}

/// What both simulations take.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Simulation {
    #[serde(default)]
    policy_input_list: Vec<String>,
    #[serde(default)]
    permissions_boundary_policy_input_list: Vec<String>,
    action_names: Vec<String>,
    #[serde(default)]
    resource_arns: Vec<String>,
    resource_policy: Option<String>,
    resource_owner: Option<String>,
    pub(crate) caller_arn: Option<String>,
    #[serde(default)]
    context_entries: Vec<ContextEntry>,
    resource_handling_option: Option<String>,
}

pub(crate) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidInput", message).status(400)
}

/// Reads a list of documents and names them as the simulator does: `PolicyInputList.1`.
pub(crate) fn read(texts: &[String], list: &str) -> Result<Vec<Policy>, ApiError> {
    (1..)
        .zip(texts)
        .map(|(number, text)| {
            let document: Document = text.parse().map_err(|_| invalid("Invalid Input"))?;
            Ok(Policy::new(&format!("{list}.{number}"), document))
        })
        .collect()
}

/// The policies of a user or role, and its boundary.
#[derive(Default)]
pub(crate) struct Held {
    pub(crate) policies: Vec<Policy>,
    pub(crate) boundary: Option<Policy>,
}

/// The stored ARN that `source` means: it is found by its name, whatever path is written (recorded on AWS).
pub(crate) fn source(lookup: &Lookup<'_>, source: &str) -> Result<String, ApiError> {
    let arn: sekisho_arn::Arn = source
        .parse()
        .map_err(|_| invalid(format!("Invalid Entity Arn: {source}")))?;
    // Another account's user is not the one here that has the same name.
    if arn.account != lookup.account() {
        return Ok(source.to_owned());
    }
    let (kind, rest) = arn.resource.split_once('/').unwrap_or_default();
    let name = rest.rsplit('/').next().unwrap_or_default();
    match kind {
        "user" => holder::arn::<sekisho_engine::User>(lookup, name),
        "role" => holder::arn::<sekisho_engine::Role>(lookup, name),
        "group" => Ok(source.to_owned()),
        _ => Err(invalid(format!("Invalid Entity Arn: {source}"))),
    }
}

/// What the user or role at `arn` holds.
pub(crate) fn held(cx: &Cx<'_>, arn: &str) -> Result<Held, ApiError> {
    let missing = || holder::no_such_entity(format!("The entity with ARN {arn} cannot be found."));
    let (_, resource) = arn.split_once(":iam::").ok_or_else(missing)?;
    let (account, path) = resource.split_once(':').ok_or_else(missing)?;
    let (kind, rest) = path.split_once('/').ok_or_else(missing)?;
    let key = format!("{account}/{}", rest.rsplit('/').next().unwrap_or_default());
    if account != cx.account() {
        return Err(missing());
    }
    match kind {
        "user" => {
            let user = cx.get(&USERS, &key)?.ok_or_else(missing)?;
            of(cx, user.as_ref())
        }
        "role" => {
            let role = cx.get(&ROLES, &key)?.ok_or_else(missing)?;
            of(cx, role.as_ref())
        }
        _ => Err(missing()),
    }
}

fn of<H: holder::Holder>(cx: &Cx<'_>, row: &H) -> Result<Held, ApiError> {
    let mut held = Held::default();
    for (name, policy) in row.inline() {
        let id = format!("{}_{}_{name}", H::NOUN, row.name());
        held.policies
            .extend(policy.compiled(|| id.clone()).map(|p| Policy {
                name: id.as_str().into(),
                ..p
            }));
    }
    let named = |arn: &str, policy: Policy| Policy {
        name: arn.rsplit('/').next().unwrap_or_default().into(),
        ..policy
    };
    for arn in row.attached() {
        let policy = managed_policy(&cx.lookup(), arn)?;
        held.policies.extend(policy.map(|p| named(arn, p)));
    }
    if let Some(arn) = row.boundary() {
        held.boundary = Some(named(arn, boundary_policy(&cx.lookup(), arn)?));
    }
    Ok(held)
}

/// Simulates every action, for principals that hold `held`.
pub(crate) fn simulate(account: &str, held: Held, input: &Simulation) -> Result<Value, ApiError> {
    if let Some(option) = &input.resource_handling_option {
        return Err(invalid(format!(
            "ResourceHandlingOption {option} is not supported by sekisho: it is for EC2 alone"
        )));
    }
    let mut policies = Policies {
        identity: held.policies,
        boundary: held.boundary,
        ..Policies::default()
    };
    policies
        .identity
        .extend(read(&input.policy_input_list, "PolicyInputList")?);
    let boundary = read(
        &input.permissions_boundary_policy_input_list,
        "PermissionsBoundaryPolicyInputList",
    )?;
    if boundary.len() > 1 {
        return Err(invalid("Only one permissions boundary can be simulated"));
    }
    if let Some(boundary) = boundary.into_iter().next() {
        policies.boundary = Some(boundary);
    }
    let mut principal = Principal::User {
        account: account.to_owned(),
        arn: String::new(),
        id: None,
    };
    if let Some(caller) = &input.caller_arn {
        let is_user = caller.contains(":user/");
        principal = Principal::from_arn(caller, None)
            .filter(|_| is_user)
            .ok_or_else(|| invalid("CallerArn must be the ARN of an IAM user"))?;
    }
    if let Some(text) = &input.resource_policy {
        if input.caller_arn.is_none() {
            return Err(invalid(
                "A CallerArn must be provided when simulating a resource policy",
            ));
        }
        let document: Document = text.parse().map_err(|_| invalid("Invalid Input"))?;
        policies.resource = Some(Policy::new("ResourcePolicy", document));
    }
    let owner = match &input.resource_owner {
        Some(owner) => owner.split(':').nth(4).unwrap_or(owner).to_owned(),
        None => principal.account().unwrap_or(account).to_owned(),
    };
    let mut context = Context::simulated();
    for entry in &input.context_entries {
        let Some(key) = &entry.context_key_name else {
            continue;
        };
        let list = entry
            .context_key_type
            .as_deref()
            .is_some_and(|t| t.ends_with("List"));
        match entry.context_key_values.as_slice() {
            [one] if !list => context.set(key, one.clone()),
            values => context.set_list(key, values.to_vec()),
        }
    }
    let asked = Asked {
        policies,
        principal,
        owner,
        context,
    };
    let results = input
        .action_names
        .iter()
        .map(|action| asked.action(action, &input.resource_arns))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(json!({"EvaluationResults": results, "IsTruncated": false}))
}

struct Asked {
    policies: Policies,
    principal: Principal,
    owner: String,
    context: Context,
}

/// The result for one resource.
struct One {
    resource: String,
    outcome: Outcome,
    matched: Vec<Value>,
    missing: BTreeSet<String>,
    /// Whether the boundary allows, if there is one.
    bounded: Option<bool>,
}

impl Asked {
    fn action(&self, action: &str, resources: &[String]) -> Result<Value, ApiError> {
        if !action.contains(':') {
            return Err(invalid(format!("Invalid Action: {action}")));
        }
        let any = ["*".to_owned()];
        let asked = if resources.is_empty() {
            &any
        } else {
            resources
        };
        let each: Vec<One> = asked.iter().map(|r| self.one(action, r)).collect();
        let outcome = |wanted| each.iter().any(|o| o.outcome == wanted);
        let sum = if outcome(Outcome::ExplicitDeny) {
            Outcome::ExplicitDeny
        } else if outcome(Outcome::ImplicitDeny) {
            Outcome::ImplicitDeny
        } else {
            Outcome::Allow
        };
        let mut matched: Vec<&Value> = Vec::new();
        for row in each.iter().flat_map(|o| &o.matched) {
            if !matched.contains(&row) {
                matched.push(row);
            }
        }
        let missing: BTreeSet<&String> = each.iter().flat_map(|o| &o.missing).collect();
        let name = match asked {
            [one] => one.clone(),
            _ => format_of(action),
        };
        let mut out = json!({
            "EvalActionName": action,
            "EvalResourceName": name,
            "EvalDecision": word(sum),
            "MatchedStatements": matched,
            "MissingContextValues": missing,
            "EvalDecisionDetails": {},
        });
        let bounded: Vec<bool> = each.iter().filter_map(|o| o.bounded).collect();
        if let Some(map) = out.as_object_mut() {
            if !bounded.is_empty() {
                map.insert(
                    "PermissionsBoundaryDecisionDetail".to_owned(),
                    json!({"AllowedByPermissionsBoundary": bounded.iter().all(|b| *b)}),
                );
            }
            if !resources.is_empty() {
                map.insert(
                    "ResourceSpecificResults".to_owned(),
                    each.iter().map(One::specific).collect(),
                );
            }
        }
        Ok(out)
    }

    fn one(&self, action: &str, resource: &str) -> One {
        let request = Request {
            principal: &self.principal,
            action,
            resource,
            resource_account: Some(&self.owner),
            context: &self.context,
            requested_grant: None,
        };
        let kind = ResourceKind::Ordinary;
        let decision = evaluate(&request, &self.policies, kind);
        let explanation = explain(&request, &self.policies, kind);
        let mut matched = Vec::new();
        let mut missing = BTreeSet::new();
        for report in explanation.gates.iter().flat_map(|g| &g.statements) {
            if report.misses.is_empty() {
                if shows(&decision, report.effect) {
                    let statement = &report.statement;
                    matched.push(self::statement(&statement.policy, statement.index));
                }
                continue;
            }
            let about = |m: &sekisho_policy::Miss| matches!(m.element, Missed::Condition(_));
            if report.misses.iter().all(about) {
                let document = &report.statement.policy.document;
                let conditions = document
                    .statements()
                    .get(report.statement.index)
                    .map(|s| s.conditions.as_slice())
                    .unwrap_or_default();
                let absent = conditions
                    .iter()
                    .filter(|c| self.context.get(&c.key).is_none());
                missing.extend(absent.map(|c| c.written_key.clone()));
            }
        }
        let bounded = self.policies.boundary.as_ref().map(|_| {
            explanation
                .gates
                .iter()
                .any(|g| g.gate == Gate::Boundary && g.said == sekisho_policy::Said::Allows)
        });
        One {
            resource: resource.to_owned(),
            outcome: decision.outcome,
            matched,
            missing,
            bounded,
        }
    }
}

/// A denial by a statement shows the statements that deny, an allow those that allow, an implicit denial none.
fn shows(decision: &Decision, effect: Effect) -> bool {
    match decision.outcome {
        Outcome::Allow => effect == Effect::Allow,
        Outcome::ExplicitDeny => effect == Effect::Deny,
        Outcome::ImplicitDeny => false,
    }
}

impl One {
    fn specific(&self) -> Value {
        let mut out = json!({
            "EvalResourceName": self.resource,
            "EvalResourceDecision": word(self.outcome),
        });
        if let Some(map) = out.as_object_mut() {
            if !self.matched.is_empty() {
                map.insert("MatchedStatements".to_owned(), json!(self.matched));
            }
            if !self.missing.is_empty() {
                map.insert("MissingContextValues".to_owned(), json!(self.missing));
            }
            if let Some(bounded) = self.bounded {
                map.insert(
                    "PermissionsBoundaryDecisionDetail".to_owned(),
                    json!({"AllowedByPermissionsBoundary": bounded}),
                );
            }
        }
        out
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allow => "allowed",
        Outcome::ExplicitDeny => "explicitDeny",
        Outcome::ImplicitDeny => "implicitDeny",
    }
}

/// A statement with its place. It begins where the reader stood after the token before it, `[` or the end of the
/// statement before.
fn statement(policy: &Policy, index: usize) -> Value {
    let statements = policy.document.statements();
    let span = statements.get(index).map(|s| s.span).unwrap_or_default();
    let text = policy.document.text.as_ref();
    let before = index.checked_sub(1).and_then(|i| statements.get(i));
    let start = match before {
        Some(previous) => previous.span.end,
        None => text
            .get(..span.start)
            .and_then(|head| head.rfind('['))
            .map_or(span.start, |at| at + 1),
    };
    json!({
        "SourcePolicyId": policy.name.as_ref(),
        "SourcePolicyType": "IAM Policy",
        "StartPosition": position(text, start),
        "EndPosition": position(text, span.end),
    })
}

fn position(text: &str, at: usize) -> Value {
    let (line, column) = line_and_column(text, at);
    json!({"Line": line, "Column": column})
}

/// The ARN format of the resource type of an action, under which the simulator sums several resources up.
fn format_of(action: &str) -> String {
    let (service, name) = action.split_once(':').unwrap_or_default();
    let Some(reference) = sekisho_model::iam(service) else {
        return "*".to_owned();
    };
    reference
        .actions
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .and_then(|(_, a)| a.resources.last())
        .and_then(|kind| reference.resources.get(kind))
        // The simulator writes the key of an object in its own way (recorded on AWS).
        .map(|format| {
            format
                .replace("${Partition}", "aws")
                .replace("${ObjectName}", "${KeyName}")
        })
        .unwrap_or_else(|| "*".to_owned())
}

/// The keys that the documents of a list read. Documents are read leniently: one without statements reads none.
pub(crate) fn keys_of(texts: &[String]) -> Result<Vec<String>, ApiError> {
    let mut keys = Vec::new();
    for text in texts {
        if without_statements(text) {
            continue;
        }
        let document: Document = text.parse().map_err(|_| invalid("Invalid Input"))?;
        keys.extend(document.context_keys());
    }
    Ok(keys)
}

fn without_statements(text: &str) -> bool {
    serde_json::from_str::<serde_json::Map<String, Value>>(text)
        .is_ok_and(|map| map.keys().all(|k| matches!(k.as_str(), "Version" | "Id")))
}
