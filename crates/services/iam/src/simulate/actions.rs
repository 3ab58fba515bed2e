//! What can be asked: actions, and the resources that they take.

use sekisho_arn::glob;
use sekisho_engine::prelude::*;
use sekisho_model::names;

use super::invalid;

pub(super) fn no_arn(text: &str) -> ApiError {
    invalid(format!(
        "ResourceNames are not in a valid ARN format: {text}."
    ))
}

/// Refuses what cannot be asked.
pub(super) fn check(
    actions: &[String],
    resources: &[String],
    option: Option<&str>,
) -> Result<(), ApiError> {
    if actions.iter().any(|a| !a.contains(':')) {
        return Err(invalid("The action is invalid since it is missing names"));
    }
    let readable = |text: &str| {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let arn = |p: &[&str]| matches!(p, ["arn", partition, service, _, _, resource] if ![partition, service, resource].iter().any(|t| t.is_empty()));
        text == "*" || arn(&parts)
    };
    if let Some(text) = resources.iter().find(|r| !readable(r)) {
        return Err(no_arn(text));
    }
    if resources.is_empty() {
        return Ok(());
    }
    let (known, unknown): (Vec<&str>, Vec<&str>) = actions
        .iter()
        .map(String::as_str)
        .partition(|a| is_known(a));
    if !known.is_empty() && !unknown.is_empty() {
        return Err(invalid(format!(
            "Invalid Input Actions: [{}] and [{}] require different authorization information. ",
            known.join(","),
            unknown.join(",")
        )));
    }
    let foreign: Vec<&str> = actions
        .iter()
        .map(String::as_str)
        .filter(|a| !a.starts_with("ec2:"))
        .collect();
    if option.is_some() && !foreign.is_empty() {
        return Err(invalid(format!(
            "Invalid input resource handling options. Action does not support resource handling options: {}. Please refer to the documentation for more details: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html",
            foreign.join(",")
        )));
    }
    Ok(())
}

/// Whether AWS has the action; a pattern is none.
fn is_known(action: &str) -> bool {
    let (service, name) = action.split_once(':').unwrap_or_default();
    names(&service.to_lowercase())
        .is_some_and(|n| n.actions().any(|known| known.eq_ignore_ascii_case(name)))
}

/// Whether the action can be about the resource at all. An action that AWS does not have is taken as it is written. S3
/// does not tell its resources apart.
pub(super) fn applies(action: &str, resource: &str) -> bool {
    if resource == "*" || !is_known(action) {
        return true;
    }
    let (service, name) = action.split_once(':').unwrap_or_default();
    let service = service.to_lowercase();
    let Some(reference) = sekisho_model::iam(&service) else {
        // Only the names of its actions are known here.
        return service_of(resource) == service && !about_nothing(&service, name);
    };
    let mut actions = reference.actions.iter();
    let Some((_, action)) = actions.find(|(known, _)| known.eq_ignore_ascii_case(name)) else {
        return true;
    };
    if service == "s3" && !action.resources.is_empty() {
        return service_of(resource) == "s3";
    }
    let formats = action
        .resources
        .iter()
        .filter_map(|r| reference.resources.get(r));
    formats
        .map(|format| pattern(format))
        .any(|p| glob(&p, resource))
}

/// The third part of an ARN of any partition.
fn service_of(arn: &str) -> &str {
    arn.split(':').nth(2).unwrap_or_default()
}

/// Describe and List calls of EC2 take no resource.
fn about_nothing(service: &str, name: &str) -> bool {
    service == "ec2" && (name.starts_with("Describe") || name.starts_with("List"))
}

/// An ARN format with everything that varies as a wildcard.
fn pattern(format: &str) -> String {
    let mut out = String::new();
    let mut rest = format;
    while let Some((before, inside)) = rest.split_once("${") {
        out.push_str(before);
        out.push('*');
        rest = inside.split_once('}').map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// The ARN format under which the simulator sums several resources up: one a service, with the partition of the first.
pub(super) fn format_of(action: &str, first: &str) -> String {
    if !is_known(action) {
        return "*".to_owned();
    }
    let (service, name) = action.split_once(':').unwrap_or_default();
    let service = service.to_lowercase();
    let partition = first.split(':').nth(1).unwrap_or("aws");
    let rest = match service.as_str() {
        "s3" => "s3:::${BucketName}/${KeyName}",
        "iam" => "iam::${Account}:${ResourceType}/${ResourceName}",
        "sts" => "iam::${Account}:${RelativeId}",
        "sqs" => "sqs:${Region}:${Account}:${QueueName}",
        "kms" => "kms:${Region}:${Account}:${ResourceType}/${Id}",
        "lambda" => "lambda:${Region}:${Account}:${ResourceType}:${ResourceId}",
        "ec2" => "ec2:${Region}:${Account}:${ResourceType}/${ResourcePath}",
        // Not recorded: the format of the action's own resource.
        _ => {
            let format = sekisho_model::iam(&service).and_then(|reference| {
                let (_, action) = reference
                    .actions
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
                reference.resources.get(action.resources.last()?)
            });
            return format.map_or_else(
                || "*".to_owned(),
                |format| format.replace("${Partition}", partition),
            );
        }
    };
    format!("arn:{partition}:{rest}")
}
