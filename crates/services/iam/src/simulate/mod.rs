//! The policy simulator: what the four simulation operations share.
//!
//! It does what the simulator was recorded to do (radkawar/stackd, testdata/aws/iam: simulation, simulation_inputs,
//! simulation_defaults, September 2026), which is not always what the services do.

mod actions;
mod answer;
mod context;
mod held;
mod keys;

use sekisho_arn::Arn;
use sekisho_engine::prelude::*;
use sekisho_policy::{Context, Document, Policies, Policy, Principal};

pub(crate) use context::ContextEntry;
pub(crate) use held::{Excluded, Held, held, source};
pub(crate) use keys::keys_of;

/// What both simulations take.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Simulation {
    #[serde(default)]
    pub(crate) policy_input_list: Vec<String>,
    #[serde(default)]
    pub(crate) permissions_boundary_policy_input_list: Vec<String>,
    #[serde(default)]
    pub(crate) ordered_organization_policy_input_list: Vec<Level>,
    pub(crate) action_names: Vec<String>,
    #[serde(default)]
    pub(crate) resource_arns: Vec<String>,
    pub(crate) resource_policy: Option<String>,
    pub(crate) resource_owner: Option<String>,
    pub(crate) caller_arn: Option<String>,
    #[serde(default)]
    pub(crate) context_entries: Vec<ContextEntry>,
    pub(crate) resource_handling_option: Option<String>,
    pub(crate) max_items: Option<usize>,
    pub(crate) marker: Option<String>,
}

/// A level of an organization, from the root down.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Level {
    #[serde(default)]
    service_control_policy_input_list: Vec<String>,
}

pub(crate) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidInput", message).status(400)
}

/// Reads a list of documents and names them as the simulator does: `PolicyInputList.1`.
pub(crate) fn read(texts: &[String], list: &str) -> Result<Vec<Policy>, ApiError> {
    (1..)
        .zip(texts)
        .map(|(number, text)| {
            let document: Document = text.parse().map_err(|_| {
                invalid(format!(
                    "Policy input list item {number} has invalid content"
                ))
            })?;
            Ok(Policy::new(&format!("{list}.{number}"), document))
        })
        .collect()
}

/// A page of answers where none is asked for.
const PAGE: usize = 100;

/// Simulates every action, for principals that hold `held`.
pub(crate) fn simulate(account: &str, held: Held, input: &Simulation) -> Result<Value, ApiError> {
    actions::check(
        &input.action_names,
        &input.resource_arns,
        input.resource_handling_option.as_deref(),
    )?;
    let (principal, own) = caller(account, input.caller_arn.as_deref())?;
    let mut policies = Policies {
        identity: held.policies,
        boundary: held.boundary,
        scp: held.scp,
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
        return Err(invalid(
            "The list of Permissions Boundary policies cannot exceed 1 items.",
        ));
    }
    if let Some(boundary) = boundary.into_iter().next() {
        policies.boundary = Some(boundary);
    }
    for (number, level) in (1..).zip(&input.ordered_organization_policy_input_list) {
        if level.service_control_policy_input_list.is_empty() {
            return Err(invalid(format!(
                "Organization policy at index {number} must contain at least one service control policy"
            )));
        }
        let list = &level.service_control_policy_input_list;
        policies.scp.push(read(list, "OrganizationPolicy")?);
    }
    if let Some(text) = &input.resource_policy {
        policies.resource = Some(resource_policy(input, text)?);
    }
    let owner = match &input.resource_owner {
        None => principal.account().unwrap_or(account).to_owned(),
        Some(owner) => match owner.parse::<Arn>() {
            Ok(arn) => arn.account,
            Err(_) => {
                return Err(invalid(format!(
                    "'{owner}' is not a valid as a Resource Owner."
                )));
            }
        },
    };
    if input.resource_arns.len() > 1 && input.resource_arns.iter().any(|arn| arn == "*") {
        // radkawar/stackd testdata/aws/cloudformation/lambda_dynamodb_mapping_authority.json.
        return Err(invalid(
            "Invalid resource input list: you cannot include both * and individual resources in the resource list for a simulation.",
        ));
    }
    let given = context::read(&input.context_entries)?;
    let asked = answer::Asked {
        context: with_defaults(&given, &principal, account, own),
        policies,
        principal,
        owner,
        given,
    };
    let from = match input.marker.as_deref() {
        None => 0,
        Some(marker) => marker
            .parse::<usize>()
            .map_err(|_| invalid("Invalid marker for pagination."))?,
    };
    let size = input.max_items.unwrap_or(PAGE);
    let page = input.action_names.iter().skip(from).take(size);
    let results = page
        .map(|action| asked.action(action, &input.resource_arns))
        .collect::<Vec<_>>();
    let end = from.saturating_add(results.len());
    let more = end < input.action_names.len();
    let mut out = json!({"EvaluationResults": results, "IsTruncated": more});
    if more && let Some(map) = out.as_object_mut() {
        map.insert("Marker".to_owned(), json!(end.to_string()));
    }
    Ok(out)
}

/// Who asks, and the ARN by which that was said. Nobody in particular, where nobody is named.
fn caller<'a>(
    account: &str,
    arn: Option<&'a str>,
) -> Result<(Principal, Option<&'a str>), ApiError> {
    let nobody = |account: &str| Principal::User {
        account: account.to_owned(),
        arn: String::new(),
        id: None,
    };
    let Some(text) = arn else {
        return Ok((nobody(account), None));
    };
    let wrong = || invalid(format!("Invalid ARN provided in the request: {text}"));
    let arn: Arn = text.parse().map_err(|_| wrong())?;
    let kind = arn.resource.split('/').next().unwrap_or_default();
    let principal = match (arn.service.as_str(), kind) {
        ("iam", "user" | "role") => Principal::from_arn(text, None).ok_or_else(wrong)?,
        ("iam", "group") => nobody(&arn.account),
        _ => return Err(wrong()),
    };
    Ok((principal, Some(text)))
}

/// A resource's policy speaks of the resources that are asked about, and of somebody.
fn resource_policy(input: &Simulation, text: &str) -> Result<Policy, ApiError> {
    if input.caller_arn.is_none() {
        return Err(invalid("Invalid caller - Caller cannot be null or empty."));
    }
    if input.resource_arns.iter().all(|arn| arn == "*") {
        return Err(invalid(
            "Invalid Entity Arn: * does not clearly define entity type and name.",
        ));
    }
    let document: Document = text
        .parse()
        .map_err(|_| invalid("Policy input list item 1 has invalid content"))?;
    for statement in document.statements() {
        let mut resources = statement.resources.iter().flat_map(|r| r.texts());
        if let Some(text) = resources.find(|r| r.parse::<Arn>().is_err()) {
            return Err(actions::no_arn(text));
        }
    }
    Ok(Policy::new("ResourcePolicy", document))
}

/// What the simulator knows of the caller by itself; what is given goes before it.
fn with_defaults(
    given: &Context,
    principal: &Principal,
    account: &str,
    own: Option<&str>,
) -> Context {
    let mut context = Context::simulated();
    context.set(
        "aws:principalaccount",
        principal.account().unwrap_or(account),
    );
    context.set(
        "aws:userid",
        own.unwrap_or("STUB_PRINCIPAL_FOR_POLICY_SIMULATOR"),
    );
    if let Some(arn) = own {
        context.set("aws:principalarn", arn);
        if let Principal::User { arn: named, .. } = principal
            && let Some(name) = named.rsplit('/').next().filter(|n| !n.is_empty())
        {
            context.set("aws:username", name);
        }
    }
    for (key, value) in given.iter() {
        context.put(key, value.clone());
    }
    context
}
