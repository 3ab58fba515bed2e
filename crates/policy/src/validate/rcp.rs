//! What a resource control policy may say.

use super::{Kind, ValidationError};
use crate::document::{Effect, PrincipalPattern, Statement};

/// Services whose resources a resource control policy can protect (`spec/authorization.md` section 4.3, from the service
/// reference of September 2026).
const UNDER_RCP: &[&str] = &[
    "aoss",
    "appconfig",
    "appstream",
    "autoscaling",
    "autoscaling-plans",
    "budgets",
    "clouddirectory",
    "cloudfront",
    "cloudsearch",
    "cloudtrail-data",
    "codeartifact",
    "codebuild",
    "codecommit",
    "codepipeline",
    "cognito-identity",
    "cognito-idp",
    "comprehend",
    "comprehendmedical",
    "compute-optimizer",
    "cost-optimization-hub",
    "dax",
    "dsql",
    "dynamodb",
    "ecr",
    "ecr-public",
    "events",
    "firehose",
    "fis",
    "fms",
    "gamelift",
    "health",
    "inspector-scan",
    "kendra",
    "kinesisvideo",
    "kms",
    "logs",
    "memorydb",
    "networkmonitor",
    "notifications",
    "opensearch",
    "pca-connector-ad",
    "personalize",
    "polly",
    "pricing",
    "resource-groups",
    "rolesanywhere",
    "s3",
    "secretsmanager",
    "servicediscovery",
    "signin",
    "sqs",
    "sts",
    "support",
    "swf",
    "textract",
    "timestream-influxdb",
    "transcribe",
    "transfer",
    "translate",
    "wafv2",
    "workspaces",
    "xray",
];

/// A resource control policy of one's own only denies, everyone, and actions of services that it can protect (recorded
/// on AWS).
pub(super) fn check(statement: &Statement, kind: Kind) -> Result<(), ValidationError> {
    let everyone = statement
        .principals
        .as_ref()
        .is_some_and(|p| !p.negated && p.patterns == [PrincipalPattern::Any]);
    let actions = statement.actions.as_ref().is_some_and(|a| {
        let supported = |text: &str| {
            text.split_once(':').is_some_and(|(service, _)| {
                UNDER_RCP.contains(&service.to_ascii_lowercase().as_str())
            })
        };
        !a.negated && a.texts().all(supported)
    });
    if statement.effect == Effect::Allow || !everyone || !actions || statement.resources.is_none() {
        return kind.error("");
    }
    Ok(())
}
