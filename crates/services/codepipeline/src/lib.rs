//! CodePipeline: declarations, and the state of their executions. Running an action is the executor's.

mod catalogue;
mod checks;
mod declaration;
mod ops;
mod render;
mod rows;
mod structure;
mod triggers;
mod variables;

use sekisho_arn::Arn;
use sekisho_engine::{AccessDenied, ApiError, Check, Lookup, Resource, Service, invalid};

pub use catalogue::{is_run, is_run_type};
pub use rows::{PIPELINES, Pipeline, SERVICE_PRINCIPAL, step};

/// The service.
#[must_use]
pub fn service() -> Service {
    let denied = AccessDenied::JSON;
    let service = Service::new(
        "codepipeline",
        denied,
        resolve,
        invalid::json_without_values,
    )
    .tagged_once("InvalidTagsException", "Duplicate tag keys found.");
    // All tags are in the first answer.
    ops::all(service.taking(&["ListTagsForResource.maxResults"]))
}

/// Pipelines have tags and no policy of their own.
fn resolve(lookup: &Lookup<'_>, _: &Check, arn: &Arn) -> Result<Resource, ApiError> {
    let mut resource = Resource::owned_by(&arn.account);
    let name = arn.resource.split('/').next().unwrap_or_default();
    if let Some(pipeline) = lookup.get(&PIPELINES, &rows::row(&arn.account, &arn.region, name))? {
        resource.tags.clone_from(&pipeline.tags);
    }
    Ok(resource)
}
