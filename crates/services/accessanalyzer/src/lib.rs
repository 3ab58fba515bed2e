//! IAM Access Analyzer: what it says of documents. Analyzers, which watch accounts, are not there.

mod document;
mod ops;
mod reference;

use sekisho_arn::Arn;
use sekisho_engine::{AccessDenied, ApiError, Check, Lookup, Resource, Service, invalid};

/// The service.
#[must_use]
pub fn service() -> Service {
    let denied = AccessDenied {
        status: 403,
        ..AccessDenied::JSON
    };
    let service = Service::new("accessanalyzer", denied, resolve, invalid::json);
    // Documents say themselves of which type they are; messages are in English.
    ops::all(service.taking(&["policyType", "resourceType", "locale"]))
}

/// Documents are nobody's resource.
fn resolve(_: &Lookup<'_>, _: &Check, arn: &Arn) -> Result<Resource, ApiError> {
    Ok(Resource::owned_by(&arn.account))
}
