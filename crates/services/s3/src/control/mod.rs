//! S3 Control: what holds for all buckets of an account, and tags. Of its operations, those of the public access block
//! and those that tag buckets, as Terraform's provider does since its version 6.

mod delete_public_access_block;
mod get_public_access_block;
mod list_tags_for_resource;
mod put_public_access_block;
mod tag_resource;
mod untag_resource;

use sekisho_arn::Arn;
use sekisho_engine::{AccessDenied, ApiError, Check, Lookup, Resource, Service, Table, invalid};
use serde::Deserialize;

use crate::bucket::PublicAccess;
use crate::checks;

/// The public access blocks of accounts.
pub(crate) const BLOCKS: Table<PublicAccess> = Table::new("s3/account-block");

/// The service.
pub(crate) fn service() -> Service {
    let service = Service::new("s3control", AccessDenied::XML, resolve, invalid::s3).tagged_once(
        "InvalidTag",
        "Cannot provide multiple Tags with the same key",
    );
    service
        .operation::<delete_public_access_block::DeletePublicAccessBlock>()
        .operation::<get_public_access_block::GetPublicAccessBlock>()
        .operation::<list_tags_for_resource::ListTagsForResource>()
        .operation::<put_public_access_block::PutPublicAccessBlock>()
        .operation::<tag_resource::TagResource>()
        .operation::<untag_resource::UntagResource>()
}

fn resolve(lookup: &Lookup<'_>, check: &Check, arn: &Arn) -> Result<Resource, ApiError> {
    // The ARN of a bucket has no account.
    match arn.account.is_empty() {
        true => crate::resolve(lookup, check, arn),
        false => Ok(Resource::owned_by(&arn.account)),
    }
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
    Ok(vec![checks::of_account(lookup, Check::new(action, "*"))])
}

/// The bucket of an ARN of what has tags: that of a bucket is with neither region nor account.
fn tagged(arn: &str) -> Result<&str, ApiError> {
    match arn.strip_prefix("arn:aws:s3:::") {
        Some(name) if !name.is_empty() && !name.contains('/') => Ok(name),
        _ => {
            let message =
                format!("sekisho does not support tags of {arn} yet: only buckets have them");
            Err(ApiError::new("NotImplemented", message).status(501))
        }
    }
}

/// The check of an operation on the tags of a bucket, which is of the account that the request names.
fn on_tags(
    lookup: &Lookup<'_>,
    action: &str,
    account: &str,
    arn: &str,
) -> Result<Vec<Check>, ApiError> {
    checks::on_bucket(lookup, action, tagged(arn)?, Some(account))
}
