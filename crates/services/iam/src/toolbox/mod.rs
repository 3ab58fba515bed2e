//! IAM Toolbox: what was asked for a call that was denied, told to who holds its authorization id.

mod get_request_authorization_details;
mod get_request_authorization_policy;
mod shown;

use std::sync::Arc;

use sekisho_arn::Arn;
use sekisho_engine::{
    AccessDenied, ApiError, Authorization, Check, Cx, Lookup, Organization, Resource, Service,
    invalid,
};

/// The service.
pub(crate) fn service() -> Service {
    let denied = AccessDenied {
        status: 403,
        ..AccessDenied::JSON
    };
    // The answer is never in parts: a call is of a few actions.
    Service::new("iam-toolbox", denied, resolve, invalid::json)
        .operation::<get_request_authorization_details::GetRequestAuthorizationDetails>()
        .operation::<get_request_authorization_policy::GetRequestAuthorizationPolicy>()
}

/// What was denied is nobody's resource.
fn resolve(_: &Lookup<'_>, _: &Check, arn: &Arn) -> Result<Resource, ApiError> {
    Ok(Resource::owned_by(&arn.account))
}

/// What a reader may know of a denial (IAM user guide, "Troubleshoot access denied error messages with authorization ID", "Who
/// can access the authorization details").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// Who called is of the reader's account or organization.
    Caller,
    /// A resource is, and who called is not.
    Resource,
}

/// Whether an account is the reader's, or of its organization.
fn own(organization: Option<&Organization>, reader: &str, account: &str) -> bool {
    let member = |account: &str| organization.is_some_and(|o| o.members.contains_key(account));
    account == reader || (member(account) && member(reader))
}

/// The denial `id`, and what the caller may know of it.
fn find(cx: &Cx<'_>, id: &str) -> Result<(Arc<Authorization>, View), ApiError> {
    let found = cx.authorization(id);
    let seen = found.and_then(|found| {
        let view = view(&cx.lookup(), &found)?;
        Some((found, view))
    });
    seen.ok_or_else(unknown)
}

/// That there is no such denial, for this reader; in the words of the model.
fn unknown() -> ApiError {
    let message = "The requested authorization details do not exist in this region or have expired. Verify that the authorization ID from the access denied error message is correct and the call is made in the region where the denial occurred. Ensure that the calling principal belongs to the same account or organization as the original denied request.";
    ApiError::new("ResourceNotFoundException", message).status(404)
}

fn view(lookup: &Lookup<'_>, denied: &Authorization) -> Option<View> {
    let own = |account: &str| own(lookup.organization(), lookup.account(), account);
    let mut owners = denied.evaluations.iter().filter_map(|e| e.owner.as_deref());
    match own(&denied.account) {
        true => Some(View::Caller),
        false => owners.any(own).then_some(View::Resource),
    }
}
