//! One operation, one file.

mod batch_check_layer_availability;
mod batch_delete_image;
mod batch_get_image;
mod complete_layer_upload;
mod create_pull_through_cache_rule;
mod create_repository;
mod delete_lifecycle_policy;
mod delete_pull_through_cache_rule;
mod delete_registry_policy;
mod delete_repository;
mod delete_repository_policy;
mod describe_images;
mod describe_pull_through_cache_rules;
mod describe_registry;
mod describe_repositories;
mod get_authorization_token;
mod get_download_url_for_layer;
mod get_lifecycle_policy;
mod get_registry_policy;
mod get_registry_scanning_configuration;
mod get_repository_policy;
mod initiate_layer_upload;
mod list_images;
mod list_tags_for_resource;
mod put_image;
mod put_image_scanning_configuration;
mod put_image_tag_mutability;
mod put_lifecycle_policy;
mod put_registry_policy;
mod put_registry_scanning_configuration;
mod put_replication_configuration;
mod set_repository_policy;
mod tag_resource;
mod untag_resource;
mod update_pull_through_cache_rule;
mod upload_layer_part;

use sekisho_engine::Service;

pub(crate) fn all(service: Service) -> Service {
    service
        .operation::<batch_check_layer_availability::BatchCheckLayerAvailability>()
        .operation::<batch_delete_image::BatchDeleteImage>()
        .operation::<batch_get_image::BatchGetImage>()
        .operation::<complete_layer_upload::CompleteLayerUpload>()
        .operation::<create_pull_through_cache_rule::CreatePullThroughCacheRule>()
        .operation::<create_repository::CreateRepository>()
        .operation::<delete_lifecycle_policy::DeleteLifecyclePolicy>()
        .operation::<delete_pull_through_cache_rule::DeletePullThroughCacheRule>()
        .operation::<delete_registry_policy::DeleteRegistryPolicy>()
        .operation::<delete_repository::DeleteRepository>()
        .operation::<delete_repository_policy::DeleteRepositoryPolicy>()
        .operation::<describe_images::DescribeImages>()
        .operation::<describe_pull_through_cache_rules::DescribePullThroughCacheRules>()
        .operation::<describe_registry::DescribeRegistry>()
        .operation::<describe_repositories::DescribeRepositories>()
        .operation::<get_authorization_token::GetAuthorizationToken>()
        .operation::<get_download_url_for_layer::GetDownloadUrlForLayer>()
        .operation::<get_lifecycle_policy::GetLifecyclePolicy>()
        .operation::<get_registry_policy::GetRegistryPolicy>()
        .operation::<get_registry_scanning_configuration::GetRegistryScanningConfiguration>()
        .operation::<get_repository_policy::GetRepositoryPolicy>()
        .operation::<initiate_layer_upload::InitiateLayerUpload>()
        .operation::<list_images::ListImages>()
        .operation::<list_tags_for_resource::ListTagsForResource>()
        .operation::<put_image::PutImage>()
        .operation::<put_image_scanning_configuration::PutImageScanningConfiguration>()
        .operation::<put_image_tag_mutability::PutImageTagMutability>()
        .operation::<put_lifecycle_policy::PutLifecyclePolicy>()
        .operation::<put_registry_policy::PutRegistryPolicy>()
        .operation::<put_registry_scanning_configuration::PutRegistryScanningConfiguration>()
        .operation::<put_replication_configuration::PutReplicationConfiguration>()
        .operation::<set_repository_policy::SetRepositoryPolicy>()
        .operation::<tag_resource::TagResource>()
        .operation::<untag_resource::UntagResource>()
        .operation::<update_pull_through_cache_rule::UpdatePullThroughCacheRule>()
        .stream::<upload_layer_part::UploadLayerPart>()
}
