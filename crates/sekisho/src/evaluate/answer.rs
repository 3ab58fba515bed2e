//! The answer to a case.

use sekisho_engine::IamReference;
use sekisho_policy::case::{Case, CaseError};
use sekisho_policy::{
    Change, Context, ContextValue, Effect, Explanation, Lines, LintKind, Missed, Policies,
    PrincipalPattern, Reference as _, StatementReport, explain, lint, what_would_allow,
};
use serde_json::{Map, Value, json};

/// What came out of a case.
pub(crate) enum Answer {
    /// It was decided.
    Decided(Box<Decided>),
    /// It cannot be read.
    Unreadable {
        /// Why, and where.
        error: CaseError,
        /// Line and column in the file, counted from 1.
        place: (usize, usize),
        /// The case's name, if that can be read.
        name: Option<String>,
    },
}

/// A case with its decision.
pub(crate) struct Decided {
    pub(crate) case: Case,
    pub(crate) explanation: Explanation,
    pub(crate) changes: Vec<Change>,
    pub(crate) message: String,
    /// How it differs from what was expected.
    pub(crate) wrong: Option<String>,
}

impl Answer {
    /// Decides the case `source`, which begins at byte `origin` of a file with these `lines`.
    pub(crate) fn of(source: &str, origin: usize, lines: &Lines<'_>) -> Self {
        // What stands for bytes that are no UTF-8.
        let broken = source.find(char::REPLACEMENT_CHARACTER);
        let read = match broken {
            Some(at) => Err(CaseError {
                member: String::new(),
                at: origin + at,
                message: "the case is not UTF-8".to_owned(),
            }),
            None => Case::read(source, origin),
        };
        let mut case = match read {
            Ok(case) => case,
            Err(error) => {
                let name = serde_json::from_str::<Value>(source)
                    .ok()
                    .and_then(|v| v["name"].as_str().map(str::to_owned));
                return Self::Unreadable {
                    place: lines.place(error.at),
                    error,
                    name,
                };
            }
        };
        let unknown = unknown_names(&case.policies);
        case.warnings.extend(unknown);
        case.warnings
            .extend(of_gateway(&case.policies, &case.action));
        case.warnings.extend(unknown_action(&case.action));
        case.warnings.extend(lists_as_texts(&case.context));
        let request = case.request();
        let explanation = explain(&request, &case.policies, case.kind);
        let changes = what_would_allow(&request, &case.policies, case.kind);
        let message = case.sentence(&explanation.decision);
        let wrong = case.difference(&explanation.decision, &message);
        let absent = absent_keys(&explanation, &case.action);
        case.warnings.extend(absent);
        Self::Decided(Box::new(Decided {
            case,
            explanation,
            changes,
            message,
            wrong,
        }))
    }

    /// Whether something was expected.
    pub(crate) fn expected(&self) -> bool {
        matches!(self, Self::Decided(d) if d.case.expect.is_some())
    }

    /// How the answer differs from what was expected.
    pub(crate) fn wrong(&self) -> Option<&str> {
        match self {
            Self::Decided(d) => d.wrong.as_deref(),
            Self::Unreadable { .. } => None,
        }
    }

    /// Why the case cannot be read.
    pub(crate) fn error(&self) -> Option<&CaseError> {
        match self {
            Self::Decided(_) => None,
            Self::Unreadable { error, .. } => Some(error),
        }
    }

    /// The answer as one line of JSON.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Unreadable { error, place, name } => json!({
                "name": name,
                "error": error.message,
                "member": error.member,
                "line": place.0,
                "column": place.1,
            })
            .to_string(),
            Self::Decided(d) => d.json().to_string(),
        }
    }
}

/// Actions, services and condition keys in the policies that AWS does not have: they decide nothing, and are rarely
/// meant.
fn unknown_names(policies: &Policies) -> Vec<String> {
    const CODES: &[&str] = &[
        "INVALID_ACTION",
        "INVALID_GLOBAL_CONDITION_KEY",
        "INVALID_SERVICE_CONDITION_KEY",
        "INVALID_SERVICE_IN_ACTION",
    ];
    let p = policies;
    let all = p.identity.iter();
    let all = all.chain(&p.resource).chain(&p.boundary).chain(&p.endpoint);
    let all = all.chain(p.session.iter().flatten());
    let all = all.chain(p.scp.iter().flatten());
    let all = all.chain(p.rcp.iter().flatten());
    all.flat_map(|policy| {
        let findings = lint(&policy.document.text, LintKind::Identity, &IamReference);
        let unknown = findings.into_iter().filter(|f| CODES.contains(&f.code));
        unknown.map(|f| format!("{}: {}", policy.name, f.message))
    })
    .collect()
}

/// That the reference data has no such action.
fn unknown_action(action: &str) -> Option<String> {
    let (service, name) = action.split_once(':')?;
    let service = service.to_lowercase();
    let known = match IamReference.has_service(&service) {
        Some(true) => IamReference.has_action(&service, name)?,
        known => known?,
    };
    (!known).then(|| format!("request.action: AWS has no action {action}"))
}

/// Keys of which AWS gives a list, be it of one value, and that are given as a text here: most operators never match a list.
fn lists_as_texts(context: &Context) -> Vec<String> {
    let single = context
        .iter()
        .filter(|(_, value)| matches!(value, ContextValue::Single(_)));
    let lists = single.filter(|(key, _)| {
        let service = key.split(':').next().unwrap_or_default();
        let kind = IamReference.key_type(service, key);
        kind.is_some_and(|kind| kind.starts_with("ArrayOf"))
    });
    let said = lists.map(|(key, value)| {
        let value = match value {
            ContextValue::Single(value) => value.as_str(),
            ContextValue::List(_) => "",
        };
        format!(
            "request.context.{key}: AWS gives a list for it, and conditions tell the two apart: write [{}]",
            json!(value)
        )
    });
    said.collect()
}

/// Conditions of statements that are about the action, on keys that no request for it has.
fn absent_keys(explanation: &Explanation, action: &str) -> Vec<String> {
    let mut out = Vec::new();
    let reports = explanation.gates.iter().flat_map(|g| &g.statements);
    for report in reports {
        if report.misses.iter().any(|m| m.element == Missed::Action) {
            continue;
        }
        let reference = &report.statement;
        let statement = reference.policy.document.statements().get(reference.index);
        let conditions = statement.into_iter().flat_map(|s| &s.conditions);
        for condition in conditions {
            if IamReference.gives(action, &condition.key) == Some(false) {
                let warning = format!(
                    "{}: no request for {action} has the condition key {}",
                    reference.policy.name, condition.key
                );
                if !out.contains(&warning) {
                    out.push(warning);
                }
            }
        }
    }
    out
}

/// That a gateway endpoint, which only S3 and DynamoDB have, takes an account for its root user alone (PrivateLink guide,
/// "Gateway endpoints"): a case does not say of which kind the endpoint is.
fn of_gateway(policies: &Policies, action: &str) -> Option<String> {
    let service = action.split(':').next().unwrap_or_default();
    let has_gateways = ["s3", "dynamodb"]
        .iter()
        .any(|s| s.eq_ignore_ascii_case(service));
    let endpoint = policies.endpoint.as_ref().filter(|_| has_gateways)?;
    let allows = endpoint.document.statements().iter();
    let mut named = allows
        .filter(|s| s.effect == Effect::Allow)
        .filter_map(|s| s.principals.as_ref())
        .flat_map(|p| &p.patterns);
    named.any(|p| matches!(p, PrincipalPattern::Account(_))).then(|| {
        format!(
            "{}: a gateway endpoint takes an account in Principal for its root user alone; decided as by an interface endpoint. Use aws:PrincipalAccount or aws:PrincipalArn instead",
            endpoint.name
        )
    })
}

impl Decided {
    fn json(&self) -> Value {
        let decision = &self.explanation.decision;
        let mut out = Map::new();
        out.insert("name".into(), json!(self.case.name));
        out.insert("decision".into(), json!(decision.outcome.as_str()));
        out.insert("gate".into(), json!(decision.gate.as_str()));
        out.insert("message".into(), json!(self.message));
        let statements = self.explanation.gates.iter().flat_map(|gate| {
            gate.statements.iter().map(|s| {
                let mut row = statement(s);
                row.insert("gate".into(), json!(gate.gate.as_str()));
                if let Some(level) = gate.level {
                    row.insert("level".into(), json!(level));
                }
                Value::Object(row)
            })
        });
        out.insert("statements".into(), statements.collect());
        if !self.explanation.grants.is_empty() {
            let grants =
                self.explanation.grants.iter().map(
                    |g| json!({"id": g.id, "matches": g.reason.is_none(), "reason": g.reason}),
                );
            out.insert("grants".into(), grants.collect());
        }
        out.insert("changes".into(), self.changes.iter().map(change).collect());
        if !self.case.warnings.is_empty() {
            out.insert("warnings".into(), json!(self.case.warnings));
        }
        if let Some(wrong) = &self.wrong {
            out.insert("unexpected".into(), json!(wrong));
        }
        Value::Object(out)
    }
}

fn statement(report: &StatementReport) -> Map<String, Value> {
    let reference = &report.statement;
    let found = reference.policy.document.statements().get(reference.index);
    let misses = report.misses.iter().map(|m| {
        let element = match m.element {
            Missed::Action => "action",
            Missed::Resource => "resource",
            Missed::Principal => "principal",
            Missed::Condition(_) => "condition",
        };
        json!({"element": element, "reason": m.reason, "span": [m.span.start, m.span.end]})
    });
    let mut row = Map::new();
    row.insert("policy".into(), json!(reference.policy.name.as_ref()));
    row.insert("index".into(), json!(reference.index));
    if let Some(sid) = found.and_then(|s| s.sid.as_ref()) {
        row.insert("sid".into(), json!(sid));
    }
    row.insert("effect".into(), json!(format!("{:?}", report.effect)));
    row.insert("matches".into(), json!(report.misses.is_empty()));
    if let Some(found) = found {
        row.insert("span".into(), json!([found.span.start, found.span.end]));
    }
    if !report.misses.is_empty() {
        row.insert("misses".into(), misses.collect());
    }
    row
}

fn change(change: &Change) -> Value {
    match change {
        Change::Add {
            gate,
            level,
            account,
            policy,
            statement,
        } => json!({
            "change": "add",
            "gate": gate.as_str(),
            "level": level,
            "account": account,
            "policy": policy.as_deref(),
            "statement": serde_json::from_str::<Value>(statement).unwrap_or_default(),
        }),
        Change::Relax {
            gate,
            level,
            account,
            statement,
        } => json!({
            "change": "relax",
            "gate": gate.as_str(),
            "level": level,
            "account": account,
            "policy": statement.policy.name.as_ref(),
            "index": statement.index,
            "sid": statement.policy.document.statements().get(statement.index).and_then(|s| s.sid.clone()),
        }),
    }
}
