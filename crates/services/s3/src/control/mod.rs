//! S3 Control: what holds for all buckets of an account. Of its operations, those of the public access block.

mod delete_public_access_block;
mod get_public_access_block;
mod put_public_access_block;

use sekisho_arn::Arn;
use sekisho_engine::{AccessDenied, ApiError, Check, Lookup, Resource, Service, Table, invalid};
use serde::Deserialize;

use crate::bucket::PublicAccess;

/// The public access blocks of accounts.
pub(crate) const BLOCKS: Table<PublicAccess> = Table::new("s3/account-block");

/// The service.
pub(crate) fn service() -> Service {
    let service = Service::new("s3control", AccessDenied::XML, resolve, invalid::s3);
    service
        .operation::<delete_public_access_block::DeletePublicAccessBlock>()
        .operation::<get_public_access_block::GetPublicAccessBlock>()
        .operation::<put_public_access_block::PutPublicAccessBlock>()
}

fn resolve(_: &Lookup<'_>, _: &Check, arn: &Arn) -> Result<Resource, ApiError> {
    Ok(Resource::owned_by(&arn.account))
}

/// The input of an operation that says which account, and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OnAccount {
    account_id: String,
}

/// The check of an operation on an account, which is the caller's own.
fn check(lookup: &Lookup<'_>, action: &str, account: &str) -> Result<Vec<Check>, ApiError> {
    if lookup.account() != account {
        return Err(ApiError::new("AccessDenied", "Access Denied").status(403));
    }
    Ok(vec![Check::new(action, "*")])
}
