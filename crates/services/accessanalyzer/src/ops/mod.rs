//! One operation, one file.

mod check_access_not_granted;
mod check_no_new_access;
mod check_no_public_access;
mod validate_policy;

use sekisho_engine::Service;

pub(crate) fn all(service: Service) -> Service {
    service
        .operation::<check_access_not_granted::CheckAccessNotGranted>()
        .operation::<check_no_new_access::CheckNoNewAccess>()
        .operation::<check_no_public_access::CheckNoPublicAccess>()
        .operation::<validate_policy::ValidatePolicy>()
}
