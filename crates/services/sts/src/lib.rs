//! STS: who am I, and temporary credentials.

mod credentials;
mod ops;

use sekisho_arn::Arn;
use sekisho_engine::{AccessDenied, ApiError, Check, Lookup, Resource, Service, invalid};

/// The service.
#[must_use]
pub fn service() -> Service {
    ops::all(Service::new(
        "sts",
        AccessDenied::XML,
        resolve,
        invalid::query,
    ))
}

/// STS has no resources of its own with policies: roles are IAM's.
fn resolve(_: &Lookup<'_>, _: &Check, arn: &Arn) -> Result<Resource, ApiError> {
    Ok(Resource::owned_by(&arn.account))
}
