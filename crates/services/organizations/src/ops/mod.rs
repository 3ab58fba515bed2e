//! One operation, one file.

mod describe_account;
mod describe_organization;
mod list_accounts;
mod list_aws_service_access_for_organization;
mod list_delegated_administrators;
mod list_roots;

use sekisho_engine::Service;

pub(crate) fn all(service: Service) -> Service {
    service
        .operation::<describe_account::DescribeAccount>()
        .operation::<describe_organization::DescribeOrganization>()
        .operation::<list_accounts::ListAccounts>()
        .operation::<list_aws_service_access_for_organization::ListAWSServiceAccessForOrganization>(
        )
        .operation::<list_delegated_administrators::ListDelegatedAdministrators>()
        .operation::<list_roots::ListRoots>()
}
