//! One operation, one file.

mod cancel_key_deletion;
mod create_alias;
mod create_grant;
mod create_key;
mod decrypt;
mod delete_alias;
mod describe_key;
mod disable_key;
mod disable_key_rotation;
mod enable_key;
mod enable_key_rotation;
mod encrypt;
mod generate_data_key;
mod generate_data_key_without_plaintext;
mod generate_random;
mod get_key_policy;
mod get_key_rotation_status;
mod list_aliases;
mod list_grants;
mod list_key_policies;
mod list_keys;
mod list_resource_tags;
mod list_retirable_grants;
mod put_key_policy;
mod re_encrypt;
mod replicate_key;
mod retire_grant;
mod revoke_grant;
mod schedule_key_deletion;
mod tag_resource;
mod untag_resource;
mod update_alias;
mod update_key_description;
mod update_primary_region;

use sekisho_engine::Service;

pub(crate) fn all(service: Service) -> Service {
    service
        .operation::<cancel_key_deletion::CancelKeyDeletion>()
        .operation::<create_alias::CreateAlias>()
        .operation::<create_grant::CreateGrant>()
        .operation::<create_key::CreateKey>()
        .operation::<decrypt::Decrypt>()
        .operation::<delete_alias::DeleteAlias>()
        .operation::<describe_key::DescribeKey>()
        .operation::<disable_key::DisableKey>()
        .operation::<disable_key_rotation::DisableKeyRotation>()
        .operation::<enable_key::EnableKey>()
        .operation::<enable_key_rotation::EnableKeyRotation>()
        .operation::<encrypt::Encrypt>()
        .operation::<generate_data_key::GenerateDataKey>()
        .operation::<generate_data_key_without_plaintext::GenerateDataKeyWithoutPlaintext>()
        .operation::<generate_random::GenerateRandom>()
        .operation::<get_key_policy::GetKeyPolicy>()
        .operation::<get_key_rotation_status::GetKeyRotationStatus>()
        .operation::<list_aliases::ListAliases>()
        .operation::<list_grants::ListGrants>()
        .operation::<list_key_policies::ListKeyPolicies>()
        .operation::<list_keys::ListKeys>()
        .operation::<list_resource_tags::ListResourceTags>()
        .operation::<list_retirable_grants::ListRetirableGrants>()
        .operation::<put_key_policy::PutKeyPolicy>()
        .operation::<re_encrypt::ReEncrypt>()
        .operation::<replicate_key::ReplicateKey>()
        .operation::<retire_grant::RetireGrant>()
        .operation::<revoke_grant::RevokeGrant>()
        .operation::<schedule_key_deletion::ScheduleKeyDeletion>()
        .operation::<tag_resource::TagResource>()
        .operation::<untag_resource::UntagResource>()
        .operation::<update_alias::UpdateAlias>()
        .operation::<update_key_description::UpdateKeyDescription>()
        .operation::<update_primary_region::UpdatePrimaryRegion>()
}
