//! One operation, one file.

mod abort_multipart_upload;
mod complete_multipart_upload;
mod copy_object;
mod create_bucket;
mod create_multipart_upload;
mod delete_bucket;
mod delete_bucket_cors;
mod delete_bucket_encryption;
mod delete_bucket_intelligent_tiering_configuration;
mod delete_bucket_inventory_configuration;
mod delete_bucket_lifecycle;
mod delete_bucket_metrics_configuration;
mod delete_bucket_ownership_controls;
mod delete_bucket_policy;
mod delete_bucket_replication;
mod delete_bucket_tagging;
mod delete_bucket_website;
mod delete_object;
mod delete_object_tagging;
mod delete_objects;
mod delete_public_access_block;
mod get_bucket_accelerate_configuration;
mod get_bucket_acl;
mod get_bucket_cors;
mod get_bucket_encryption;
mod get_bucket_intelligent_tiering_configuration;
mod get_bucket_inventory_configuration;
mod get_bucket_lifecycle_configuration;
mod get_bucket_location;
mod get_bucket_logging;
mod get_bucket_metrics_configuration;
mod get_bucket_notification_configuration;
mod get_bucket_ownership_controls;
mod get_bucket_policy;
mod get_bucket_policy_status;
mod get_bucket_replication;
mod get_bucket_request_payment;
mod get_bucket_tagging;
mod get_bucket_versioning;
mod get_bucket_website;
mod get_object;
mod get_object_acl;
mod get_object_attributes;
mod get_object_lock_configuration;
mod get_object_tagging;
mod get_public_access_block;
mod head_bucket;
mod head_object;
mod list_bucket_intelligent_tiering_configurations;
mod list_bucket_inventory_configurations;
mod list_bucket_metrics_configurations;
mod list_buckets;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects;
mod list_objects_v2;
mod list_parts;
mod put_bucket_accelerate_configuration;
mod put_bucket_acl;
mod put_bucket_cors;
mod put_bucket_encryption;
mod put_bucket_intelligent_tiering_configuration;
mod put_bucket_inventory_configuration;
mod put_bucket_lifecycle_configuration;
mod put_bucket_logging;
mod put_bucket_metrics_configuration;
mod put_bucket_notification_configuration;
mod put_bucket_ownership_controls;
mod put_bucket_policy;
mod put_bucket_replication;
mod put_bucket_request_payment;
mod put_bucket_tagging;
mod put_bucket_versioning;
mod put_bucket_website;
mod put_object;
mod put_object_tagging;
mod put_public_access_block;
mod upload_part;

use sekisho_engine::Service;

pub(crate) fn all(service: Service) -> Service {
    service
        .operation::<abort_multipart_upload::AbortMultipartUpload>()
        .operation::<complete_multipart_upload::CompleteMultipartUpload>()
        .operation::<copy_object::CopyObject>()
        .operation::<create_bucket::CreateBucket>()
        .operation::<create_multipart_upload::CreateMultipartUpload>()
        .operation::<delete_bucket::DeleteBucket>()
        .operation::<delete_bucket_cors::DeleteBucketCors>()
        .operation::<delete_bucket_encryption::DeleteBucketEncryption>()
        .operation::<delete_bucket_intelligent_tiering_configuration::DeleteBucketIntelligentTieringConfiguration>()
        .operation::<delete_bucket_inventory_configuration::DeleteBucketInventoryConfiguration>()
        .operation::<delete_bucket_lifecycle::DeleteBucketLifecycle>()
        .operation::<delete_bucket_metrics_configuration::DeleteBucketMetricsConfiguration>()
        .operation::<delete_bucket_ownership_controls::DeleteBucketOwnershipControls>()
        .operation::<delete_bucket_policy::DeleteBucketPolicy>()
        .operation::<delete_bucket_replication::DeleteBucketReplication>()
        .operation::<delete_bucket_tagging::DeleteBucketTagging>()
        .operation::<delete_bucket_website::DeleteBucketWebsite>()
        .operation::<delete_object::DeleteObject>()
        .operation::<delete_object_tagging::DeleteObjectTagging>()
        .operation::<delete_objects::DeleteObjects>()
        .operation::<delete_public_access_block::DeletePublicAccessBlock>()
        .operation::<get_bucket_accelerate_configuration::GetBucketAccelerateConfiguration>()
        .operation::<get_bucket_acl::GetBucketAcl>()
        .operation::<get_bucket_cors::GetBucketCors>()
        .operation::<get_bucket_encryption::GetBucketEncryption>()
        .operation::<get_bucket_intelligent_tiering_configuration::GetBucketIntelligentTieringConfiguration>()
        .operation::<get_bucket_inventory_configuration::GetBucketInventoryConfiguration>()
        .operation::<get_bucket_lifecycle_configuration::GetBucketLifecycleConfiguration>()
        .operation::<get_bucket_location::GetBucketLocation>()
        .operation::<get_bucket_logging::GetBucketLogging>()
        .operation::<get_bucket_metrics_configuration::GetBucketMetricsConfiguration>()
        .operation::<get_bucket_notification_configuration::GetBucketNotificationConfiguration>()
        .operation::<get_bucket_ownership_controls::GetBucketOwnershipControls>()
        .operation::<get_bucket_policy::GetBucketPolicy>()
        .operation::<get_bucket_policy_status::GetBucketPolicyStatus>()
        .operation::<get_bucket_replication::GetBucketReplication>()
        .operation::<get_bucket_request_payment::GetBucketRequestPayment>()
        .operation::<get_bucket_tagging::GetBucketTagging>()
        .operation::<get_bucket_versioning::GetBucketVersioning>()
        .operation::<get_bucket_website::GetBucketWebsite>()
        .operation::<get_object::GetObject>()
        .operation::<get_object_acl::GetObjectAcl>()
        .operation::<get_object_attributes::GetObjectAttributes>()
        .operation::<get_object_lock_configuration::GetObjectLockConfiguration>()
        .operation::<get_object_tagging::GetObjectTagging>()
        .operation::<get_public_access_block::GetPublicAccessBlock>()
        .operation::<head_bucket::HeadBucket>()
        .operation::<head_object::HeadObject>()
        .operation::<list_bucket_intelligent_tiering_configurations::ListBucketIntelligentTieringConfigurations>()
        .operation::<list_bucket_inventory_configurations::ListBucketInventoryConfigurations>()
        .operation::<list_bucket_metrics_configurations::ListBucketMetricsConfigurations>()
        .operation::<list_buckets::ListBuckets>()
        .operation::<list_multipart_uploads::ListMultipartUploads>()
        .operation::<list_object_versions::ListObjectVersions>()
        .operation::<list_objects::ListObjects>()
        .operation::<list_objects_v2::ListObjectsV2>()
        .operation::<list_parts::ListParts>()
        .operation::<put_bucket_accelerate_configuration::PutBucketAccelerateConfiguration>()
        .operation::<put_bucket_acl::PutBucketAcl>()
        .operation::<put_bucket_cors::PutBucketCors>()
        .operation::<put_bucket_encryption::PutBucketEncryption>()
        .operation::<put_bucket_intelligent_tiering_configuration::PutBucketIntelligentTieringConfiguration>()
        .operation::<put_bucket_inventory_configuration::PutBucketInventoryConfiguration>()
        .operation::<put_bucket_lifecycle_configuration::PutBucketLifecycleConfiguration>()
        .operation::<put_bucket_logging::PutBucketLogging>()
        .operation::<put_bucket_metrics_configuration::PutBucketMetricsConfiguration>()
        .operation::<put_bucket_notification_configuration::PutBucketNotificationConfiguration>()
        .operation::<put_bucket_ownership_controls::PutBucketOwnershipControls>()
        .operation::<put_bucket_policy::PutBucketPolicy>()
        .operation::<put_bucket_replication::PutBucketReplication>()
        .operation::<put_bucket_request_payment::PutBucketRequestPayment>()
        .operation::<put_bucket_tagging::PutBucketTagging>()
        .operation::<put_bucket_versioning::PutBucketVersioning>()
        .operation::<put_bucket_website::PutBucketWebsite>()
        .stream::<put_object::PutObject>()
        .operation::<put_object_tagging::PutObjectTagging>()
        .operation::<put_public_access_block::PutPublicAccessBlock>()
        .stream::<upload_part::UploadPart>()
}
