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

/// An action type that may be declared and is not run: such an action fails, and says why.
pub(crate) struct Declared {
    owner: &'static str,
    category: &'static str,
    provider: &'static str,
    pub(crate) inputs: (usize, usize),
    pub(crate) outputs: (usize, usize),
}

const fn declared(
    owner: &'static str,
    category: &'static str,
    provider: &'static str,
    inputs: (usize, usize),
    outputs: (usize, usize),
) -> Declared {
    Declared {
        owner,
        category,
        provider,
        inputs,
        outputs,
    }
}

/// The other action types of AWS (user guide, "Action structure reference" and the table of artifacts by provider). Where the
/// number of artifacts is not said there, any is taken.
const NOT_RUN: &[Declared] = &[
    declared("AWS", "Source", "CodeCommit", (0, 0), (1, 1)),
    declared("AWS", "Source", "CodeStarSourceConnection", (0, 0), (1, 1)),
    declared("ThirdParty", "Source", "GitHub", (0, 0), (1, 1)),
    declared("AWS", "Build", "CodeBuild", (1, 5), (0, 5)),
    declared("AWS", "Build", "ECRBuildAndPublish", (1, 1), (0, 10)),
    declared("AWS", "Test", "CodeBuild", (1, 5), (0, 5)),
    declared("AWS", "Test", "DeviceFarm", (1, 1), (0, 0)),
    declared("AWS", "Deploy", "AppConfig", (1, 1), (0, 0)),
    declared("AWS", "Deploy", "CloudFormation", (0, 10), (0, 1)),
    declared(
        "AWS",
        "Deploy",
        "CloudFormationStackInstances",
        (0, 10),
        (0, 10),
    ),
    declared("AWS", "Deploy", "CloudFormationStackSet", (0, 10), (0, 10)),
    declared("AWS", "Deploy", "CodeDeploy", (1, 1), (0, 0)),
    declared("AWS", "Deploy", "CodeDeployToECS", (1, 5), (0, 0)),
    declared("AWS", "Deploy", "EC2", (0, 10), (0, 10)),
    declared("AWS", "Deploy", "ECS", (1, 1), (0, 0)),
    declared("AWS", "Deploy", "EKS", (0, 10), (0, 10)),
    declared("AWS", "Deploy", "ElasticBeanstalk", (1, 1), (0, 0)),
    declared("AWS", "Deploy", "Lambda", (0, 10), (0, 10)),
    declared("AWS", "Deploy", "OpsWorks", (1, 1), (0, 0)),
    declared("AWS", "Deploy", "ServiceCatalog", (1, 1), (0, 0)),
    declared("AWS", "Invoke", "CodePipeline", (0, 10), (0, 10)),
    declared("AWS", "Invoke", "InspectorScan", (0, 10), (0, 10)),
    declared("AWS", "Invoke", "Lambda", (0, 5), (0, 5)),
    declared("AWS", "Invoke", "StepFunctions", (0, 1), (0, 1)),
    declared("AWS", "Compute", "Commands", (0, 10), (0, 10)),
    declared("Custom", "Build", "Jenkins", (0, 5), (0, 5)),
    declared("Custom", "Test", "Jenkins", (0, 5), (0, 5)),
];

/// The type of an action that may be declared although it is not run.
pub(crate) fn declared_only(action: &ActionDefinition) -> Option<&'static Declared> {
    let id = &action.action_type_id;
    let is = |d: &&Declared| {
        (d.owner, d.category, d.provider) == (&id.owner, &id.category, &id.provider)
    };
    // Custom action types have versions of their own.
    NOT_RUN
        .iter()
        .find(is)
        .filter(|d| id.version == "1" || d.owner == "Custom")
}

/// Whether `action` is run here. There is no SNS: approvals that notify somebody are not.
#[must_use]
pub fn is_run(action: &ActionDefinition) -> bool {
    find(action).is_some() && !action.notifies()
}

/// Whether actions of a type, in whatever version, are run here.
#[must_use]
pub fn is_run_type(owner: &str, category: &str, provider: &str) -> bool {
    let mut types = TYPES.iter();
    owner == "AWS" && types.any(|t| (t.category, t.provider) == (category, provider))
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
