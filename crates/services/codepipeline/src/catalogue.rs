//! The action types that exist here, as ListActionTypes has them on AWS.

use sekisho_pipeline::ActionDefinition;

pub(crate) struct ActionType {
    pub(crate) category: &'static str,
    pub(crate) provider: &'static str,
    pub(crate) inputs: (usize, usize),
    pub(crate) outputs: (usize, usize),
    pub(crate) required: &'static [&'static str],
    pub(crate) optional: &'static [&'static str],
}

pub(crate) const TYPES: &[ActionType] = &[
    ActionType {
        category: "Source",
        provider: "ECR",
        inputs: (0, 0),
        outputs: (1, 1),
        required: &["RepositoryName"],
        optional: &["ImageTag"],
    },
    ActionType {
        category: "Source",
        provider: "S3",
        inputs: (0, 0),
        outputs: (1, 1),
        required: &["S3Bucket", "S3ObjectKey"],
        optional: &["PollForSourceChanges", "AllowOverrideForS3ObjectKey"],
    },
    ActionType {
        category: "Approval",
        provider: "Manual",
        inputs: (0, 0),
        outputs: (0, 0),
        required: &[],
        optional: &[
            "NotificationArn",
            "ExternalEntityLink",
            "CustomData",
            "IsSummaryRequired",
        ],
    },
    ActionType {
        category: "Deploy",
        provider: "S3",
        inputs: (1, 1),
        outputs: (0, 0),
        required: &["BucketName", "Extract"],
        optional: &[
            "ObjectKey",
            "KMSEncryptionKeyARN",
            "CannedACL",
            "CacheControl",
        ],
    },
];

/// The other action types of AWS (user guide, "Action structure reference"): owner, category, provider. They may be declared
/// and are not run: such an action fails, and says why.
const NOT_RUN: &[(&str, &str, &str)] = &[
    ("AWS", "Source", "CodeCommit"),
    ("AWS", "Source", "CodeStarSourceConnection"),
    ("ThirdParty", "Source", "GitHub"),
    ("AWS", "Build", "CodeBuild"),
    ("AWS", "Build", "ECRBuildAndPublish"),
    ("AWS", "Test", "CodeBuild"),
    ("AWS", "Test", "DeviceFarm"),
    ("AWS", "Deploy", "AppConfig"),
    ("AWS", "Deploy", "CloudFormation"),
    ("AWS", "Deploy", "CloudFormationStackInstances"),
    ("AWS", "Deploy", "CloudFormationStackSet"),
    ("AWS", "Deploy", "CodeDeploy"),
    ("AWS", "Deploy", "CodeDeployToECS"),
    ("AWS", "Deploy", "EC2"),
    ("AWS", "Deploy", "ECS"),
    ("AWS", "Deploy", "EKS"),
    ("AWS", "Deploy", "ElasticBeanstalk"),
    ("AWS", "Deploy", "Lambda"),
    ("AWS", "Deploy", "OpsWorks"),
    ("AWS", "Deploy", "ServiceCatalog"),
    ("AWS", "Invoke", "CodePipeline"),
    ("AWS", "Invoke", "InspectorScan"),
    ("AWS", "Invoke", "Lambda"),
    ("AWS", "Invoke", "StepFunctions"),
    ("AWS", "Compute", "Commands"),
];

/// Whether actions of this type may be declared although they are not run.
pub(crate) fn is_declared_only(action: &ActionDefinition) -> bool {
    let id = &action.action_type_id;
    let id = (&*id.owner, &*id.category, &*id.provider);
    NOT_RUN.contains(&id)
}

/// Whether such an action is run here. There is no SNS: approvals that notify somebody are not.
#[must_use]
pub fn is_run(action: &ActionDefinition) -> bool {
    find(action).is_some() && !action.notifies()
}

pub(crate) fn find(action: &ActionDefinition) -> Option<&'static ActionType> {
    let id = &action.action_type_id;
    TYPES.iter().find(|t| {
        id.owner == "AWS"
            && id.category == t.category
            && id.provider == t.provider
            && id.version == "1"
    })
}

/// The console's page for what an action works on.
pub(crate) fn entity_url(action: &ActionDefinition, region: &str) -> Option<String> {
    let config = |name: &str| {
        action
            .configuration
            .get(name)
            .map(String::as_str)
            .unwrap_or_default()
    };
    match (
        action.action_type_id.category.as_str(),
        action.action_type_id.provider.as_str(),
    ) {
        ("Source", "ECR") => Some(format!(
            "https://console.aws.amazon.com/ecs/home?region={region}#/repositories/{}#images;tagStatus=ALL",
            config("RepositoryName")
        )),
        ("Source", "S3") => Some(format!(
            "https://console.aws.amazon.com/s3/home?region={region}#"
        )),
        ("Deploy", "S3") => Some(format!(
            "https://console.aws.amazon.com/s3/buckets/{}/?region={region}&tab=overview",
            config("BucketName")
        )),
        ("Approval", _) => action.configuration.get("ExternalEntityLink").cloned(),
        _ => None,
    }
}
