//! Checks on pipelines, stages and actions.

use sekisho_arn::Arn;
use sekisho_engine::{Check, Lookup};
use serde_json::Value;

use crate::rows::SERVICE_PRINCIPAL;

/// `codepipeline:<operation>` on the pipeline, or on something inside it (`stage`, `stage/action`).
pub(crate) fn on(
    lookup: &Lookup<'_>,
    operation: &str,
    pipeline: &str,
    inside: Option<&str>,
) -> Vec<Check> {
    let resource = match inside {
        Some(inside) => format!("{pipeline}/{inside}"),
        None => pipeline.to_owned(),
    };
    vec![Check::new(
        &format!("codepipeline:{operation}"),
        lookup.arn("codepipeline", &resource),
    )]
}

/// What a declaration hands over to CodePipeline: the pipeline's role, and the connections of its sources (service authorization
/// reference, PassConnection: "a Connection ARN as input, such as codepipeline:CreatePipeline").
pub(crate) fn to_pass(lookup: &Lookup<'_>, pipeline: &Value) -> Vec<Check> {
    let text = |value: &Value, name: &str| {
        let text = value.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let arn = lookup.arn("codepipeline", &text(pipeline, "name"));
    let role = Check::new("iam:PassRole", text(pipeline, "roleArn"))
        .with("iam:PassedToService", SERVICE_PRINCIPAL)
        .with("iam:AssociatedResourceArn", arn);
    let list = |value: &Value, name: &str| {
        let list = value.get(name).and_then(Value::as_array);
        list.cloned().unwrap_or_default()
    };
    let stages = list(pipeline, "stages");
    let actions = stages.iter().flat_map(|stage| list(stage, "actions"));
    let named = actions.filter_map(|action| {
        let configuration = action.get("configuration")?;
        Some(text(configuration, "ConnectionArn"))
    });
    let mut connections: Vec<String> = named.collect();
    connections.sort();
    connections.dedup();
    let connections = connections.into_iter().filter_map(|connection| {
        let service = connection.parse::<Arn>().ok()?.service;
        let check = Check::new(&format!("{service}:PassConnection"), connection);
        Some(check.with(&format!("{service}:PassedToService"), SERVICE_PRINCIPAL))
    });
    std::iter::once(role).chain(connections).collect()
}
