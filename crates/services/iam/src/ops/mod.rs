//! One operation, one file.

mod add_client_id_to_open_id_connect_provider;
mod add_role_to_instance_profile;
mod add_user_to_group;
mod attach_group_policy;
mod attach_role_policy;
mod attach_user_policy;
mod create_access_key;
mod create_account_alias;
mod create_group;
mod create_instance_profile;
mod create_open_id_connect_provider;
mod create_policy;
mod create_policy_version;
mod create_role;
mod create_service_linked_role;
mod create_user;
mod create_virtual_mfa_device;
mod deactivate_mfa_device;
mod delete_access_key;
mod delete_account_alias;
mod delete_account_password_policy;
mod delete_group;
mod delete_group_policy;
mod delete_instance_profile;
mod delete_open_id_connect_provider;
mod delete_policy;
mod delete_policy_version;
mod delete_role;
mod delete_role_permissions_boundary;
mod delete_role_policy;
mod delete_service_linked_role;
mod delete_user;
mod delete_user_permissions_boundary;
mod delete_user_policy;
mod delete_virtual_mfa_device;
mod detach_group_policy;
mod detach_role_policy;
mod detach_user_policy;
mod enable_mfa_device;
mod get_account_password_policy;
mod get_account_properties;
mod get_context_keys_for_custom_policy;
mod get_context_keys_for_principal_policy;
mod get_group;
mod get_group_policy;
mod get_instance_profile;
mod get_mfa_device;
mod get_open_id_connect_provider;
mod get_policy;
mod get_policy_version;
mod get_role;
mod get_role_policy;
mod get_service_linked_role_deletion_status;
mod get_user;
mod get_user_policy;
mod list_access_keys;
mod list_account_aliases;
mod list_attached_group_policies;
mod list_attached_role_policies;
mod list_attached_user_policies;
mod list_entities_for_policy;
mod list_group_policies;
mod list_groups;
mod list_groups_for_user;
mod list_instance_profile_tags;
mod list_instance_profiles;
mod list_instance_profiles_for_role;
mod list_mfa_device_tags;
mod list_mfa_devices;
mod list_open_id_connect_provider_tags;
mod list_open_id_connect_providers;
mod list_policies;
mod list_policy_tags;
mod list_policy_versions;
mod list_role_policies;
mod list_role_tags;
mod list_roles;
mod list_user_policies;
mod list_user_tags;
mod list_users;
mod list_virtual_mfa_devices;
mod put_account_properties;
mod put_group_policy;
mod put_role_permissions_boundary;
mod put_role_policy;
mod put_user_permissions_boundary;
mod put_user_policy;
mod remove_client_id_from_open_id_connect_provider;
mod remove_role_from_instance_profile;
mod remove_user_from_group;
mod resync_mfa_device;
mod set_default_policy_version;
mod simulate_custom_policy;
mod simulate_principal_policy;
mod tag_instance_profile;
mod tag_mfa_device;
mod tag_open_id_connect_provider;
mod tag_policy;
mod tag_role;
mod tag_user;
mod untag_instance_profile;
mod untag_mfa_device;
mod untag_open_id_connect_provider;
mod untag_policy;
mod untag_role;
mod untag_user;
mod update_access_key;
mod update_account_password_policy;
mod update_assume_role_policy;
mod update_group;
mod update_open_id_connect_provider_thumbprint;
mod update_role;
mod update_role_description;

use sekisho_engine::Service;

pub(crate) fn all(service: Service) -> Service {
    service
        .operation::<add_client_id_to_open_id_connect_provider::AddClientIDToOpenIDConnectProvider>()
        .operation::<add_role_to_instance_profile::AddRoleToInstanceProfile>()
        .operation::<add_user_to_group::AddUserToGroup>()
        .operation::<attach_group_policy::AttachGroupPolicy>()
        .operation::<attach_role_policy::AttachRolePolicy>()
        .operation::<attach_user_policy::AttachUserPolicy>()
        .operation::<create_access_key::CreateAccessKey>()
        .operation::<create_account_alias::CreateAccountAlias>()
        .operation::<create_group::CreateGroup>()
        .operation::<create_instance_profile::CreateInstanceProfile>()
        .operation::<create_open_id_connect_provider::CreateOpenIDConnectProvider>()
        .operation::<create_policy::CreatePolicy>()
        .operation::<create_policy_version::CreatePolicyVersion>()
        .operation::<create_role::CreateRole>()
        .operation::<create_service_linked_role::CreateServiceLinkedRole>()
        .operation::<create_user::CreateUser>()
        .operation::<create_virtual_mfa_device::CreateVirtualMFADevice>()
        .operation::<deactivate_mfa_device::DeactivateMFADevice>()
        .operation::<delete_access_key::DeleteAccessKey>()
        .operation::<delete_account_alias::DeleteAccountAlias>()
        .operation::<delete_account_password_policy::DeleteAccountPasswordPolicy>()
        .operation::<delete_group::DeleteGroup>()
        .operation::<delete_group_policy::DeleteGroupPolicy>()
        .operation::<delete_instance_profile::DeleteInstanceProfile>()
        .operation::<delete_open_id_connect_provider::DeleteOpenIDConnectProvider>()
        .operation::<delete_policy::DeletePolicy>()
        .operation::<delete_policy_version::DeletePolicyVersion>()
        .operation::<delete_role::DeleteRole>()
        .operation::<delete_role_permissions_boundary::DeleteRolePermissionsBoundary>()
        .operation::<delete_role_policy::DeleteRolePolicy>()
        .operation::<delete_service_linked_role::DeleteServiceLinkedRole>()
        .operation::<delete_user::DeleteUser>()
        .operation::<delete_user_permissions_boundary::DeleteUserPermissionsBoundary>()
        .operation::<delete_user_policy::DeleteUserPolicy>()
        .operation::<delete_virtual_mfa_device::DeleteVirtualMFADevice>()
        .operation::<detach_group_policy::DetachGroupPolicy>()
        .operation::<detach_role_policy::DetachRolePolicy>()
        .operation::<detach_user_policy::DetachUserPolicy>()
        .operation::<enable_mfa_device::EnableMFADevice>()
        .operation::<get_account_password_policy::GetAccountPasswordPolicy>()
        .operation::<get_account_properties::GetAccountProperties>()
        .operation::<get_context_keys_for_custom_policy::GetContextKeysForCustomPolicy>()
        .operation::<get_context_keys_for_principal_policy::GetContextKeysForPrincipalPolicy>()
        .operation::<get_group::GetGroup>()
        .operation::<get_group_policy::GetGroupPolicy>()
        .operation::<get_instance_profile::GetInstanceProfile>()
        .operation::<get_mfa_device::GetMFADevice>()
        .operation::<get_open_id_connect_provider::GetOpenIDConnectProvider>()
        .operation::<get_policy::GetPolicy>()
        .operation::<get_policy_version::GetPolicyVersion>()
        .operation::<get_role::GetRole>()
        .operation::<get_role_policy::GetRolePolicy>()
        .operation::<get_service_linked_role_deletion_status::GetServiceLinkedRoleDeletionStatus>()
        .operation::<get_user::GetUser>()
        .operation::<get_user_policy::GetUserPolicy>()
        .operation::<list_access_keys::ListAccessKeys>()
        .operation::<list_account_aliases::ListAccountAliases>()
        .operation::<list_attached_group_policies::ListAttachedGroupPolicies>()
        .operation::<list_attached_role_policies::ListAttachedRolePolicies>()
        .operation::<list_attached_user_policies::ListAttachedUserPolicies>()
        .operation::<list_entities_for_policy::ListEntitiesForPolicy>()
        .operation::<list_group_policies::ListGroupPolicies>()
        .operation::<list_groups::ListGroups>()
        .operation::<list_groups_for_user::ListGroupsForUser>()
        .operation::<list_instance_profile_tags::ListInstanceProfileTags>()
        .operation::<list_instance_profiles::ListInstanceProfiles>()
        .operation::<list_instance_profiles_for_role::ListInstanceProfilesForRole>()
        .operation::<list_mfa_device_tags::ListMFADeviceTags>()
        .operation::<list_mfa_devices::ListMFADevices>()
        .operation::<list_open_id_connect_provider_tags::ListOpenIDConnectProviderTags>()
        .operation::<list_open_id_connect_providers::ListOpenIDConnectProviders>()
        .operation::<list_policies::ListPolicies>()
        .operation::<list_policy_tags::ListPolicyTags>()
        .operation::<list_policy_versions::ListPolicyVersions>()
        .operation::<list_role_policies::ListRolePolicies>()
        .operation::<list_role_tags::ListRoleTags>()
        .operation::<list_roles::ListRoles>()
        .operation::<list_user_policies::ListUserPolicies>()
        .operation::<list_user_tags::ListUserTags>()
        .operation::<list_users::ListUsers>()
        .operation::<list_virtual_mfa_devices::ListVirtualMFADevices>()
        .operation::<put_account_properties::PutAccountProperties>()
        .operation::<put_group_policy::PutGroupPolicy>()
        .operation::<put_role_permissions_boundary::PutRolePermissionsBoundary>()
        .operation::<put_role_policy::PutRolePolicy>()
        .operation::<put_user_permissions_boundary::PutUserPermissionsBoundary>()
        .operation::<put_user_policy::PutUserPolicy>()
        .operation::<remove_client_id_from_open_id_connect_provider::RemoveClientIDFromOpenIDConnectProvider>()
        .operation::<remove_role_from_instance_profile::RemoveRoleFromInstanceProfile>()
        .operation::<remove_user_from_group::RemoveUserFromGroup>()
        .operation::<resync_mfa_device::ResyncMFADevice>()
        .operation::<set_default_policy_version::SetDefaultPolicyVersion>()
        .operation::<simulate_custom_policy::SimulateCustomPolicy>()
        .operation::<simulate_principal_policy::SimulatePrincipalPolicy>()
        .operation::<tag_instance_profile::TagInstanceProfile>()
        .operation::<tag_mfa_device::TagMFADevice>()
        .operation::<tag_open_id_connect_provider::TagOpenIDConnectProvider>()
        .operation::<tag_policy::TagPolicy>()
        .operation::<tag_role::TagRole>()
        .operation::<tag_user::TagUser>()
        .operation::<untag_instance_profile::UntagInstanceProfile>()
        .operation::<untag_mfa_device::UntagMFADevice>()
        .operation::<untag_open_id_connect_provider::UntagOpenIDConnectProvider>()
        .operation::<untag_policy::UntagPolicy>()
        .operation::<untag_role::UntagRole>()
        .operation::<untag_user::UntagUser>()
        .operation::<update_access_key::UpdateAccessKey>()
        .operation::<update_account_password_policy::UpdateAccountPasswordPolicy>()
        .operation::<update_assume_role_policy::UpdateAssumeRolePolicy>()
        .operation::<update_group::UpdateGroup>()
        .operation::<update_open_id_connect_provider_thumbprint::UpdateOpenIDConnectProviderThumbprint>()
        .operation::<update_role::UpdateRole>()
        .operation::<update_role_description::UpdateRoleDescription>()
}
