//! STS: who am I, and temporary credentials.

mod credentials;
mod mfa;
mod ops;

use sekisho_arn::Arn;
use sekisho_engine::{AccessDenied, ApiError, Check, Lookup, Resource, Service, invalid};

/// Of session tags, in IAM's words (localstack's STS has them so).
const REPEATED_TAG: &str =
    "Duplicate tag keys found. Please note that Tag keys are case insensitive.";

/// The service.
#[must_use]
pub fn service() -> Service {
    let service = Service::new("sts", AccessDenied::XML, resolve, invalid::query);
    ops::all(service.tagged_once("InvalidParameterValue", REPEATED_TAG))
}

/// STS has no resources of its own with policies: roles are IAM's.
fn resolve(_: &Lookup<'_>, _: &Check, arn: &Arn) -> Result<Resource, ApiError> {
    Ok(Resource::owned_by(&arn.account))
}
