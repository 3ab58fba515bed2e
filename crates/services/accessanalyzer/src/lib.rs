//! IAM Access Analyzer: what it says of documents. Analyzers, which watch accounts, are not there.

mod document;
mod ops;

use sekisho_arn::Arn;
use sekisho_engine::{AccessDenied, ApiError, Check, Lookup, Resource, Service, invalid};

/// The service.
#[must_use]
pub fn service() -> Service {
    let denied = AccessDenied {
        status: 403,
        ..AccessDenied::JSON
    };
    ops::all(Service::new(
        "accessanalyzer",
        denied,
        resolve,
        invalid::json,
    ))
}

/// Documents are nobody's resource.
fn resolve(_: &Lookup<'_>, _: &Check, arn: &Arn) -> Result<Resource, ApiError> {
    Ok(Resource::owned_by(&arn.account))
}
