//! Roles of services: what each is called, and that nobody but AWS changes them.

use sekisho_engine::{ApiError, Cx, PolicyText, Role, Table};
use serde_json::{Value, json};

/// The front of their paths.
pub(crate) const PATH: &str = "aws-service-role/";

/// ARNs of the roles that were removed, by `account/task`.
pub(crate) const DELETIONS: Table<String> = Table::new("iam/service-linked-role-deletion");

/// What the roles are called, behind `AWSServiceRoleFor`. It follows from nothing; each service's user guide says it ("Using
/// service-linked roles"), and these were not held to the guides one by one.
const NAMES: &[(&str, &str)] = &[
    ("access-analyzer.amazonaws.com", "AccessAnalyzer"),
    ("autoscaling.amazonaws.com", "AutoScaling"),
    ("backup.amazonaws.com", "Backup"),
    ("batch.amazonaws.com", "Batch"),
    ("cloudtrail.amazonaws.com", "CloudTrail"),
    (
        "codestar-notifications.amazonaws.com",
        "CodeStarNotifications",
    ),
    ("config.amazonaws.com", "Config"),
    (
        "dynamodb.application-autoscaling.amazonaws.com",
        "ApplicationAutoScaling_DynamoDBTable",
    ),
    (
        "ecs.application-autoscaling.amazonaws.com",
        "ApplicationAutoScaling_ECSService",
    ),
    ("ecs.amazonaws.com", "ECS"),
    ("eks-fargate.amazonaws.com", "AmazonEKSForFargate"),
    ("eks-nodegroup.amazonaws.com", "AmazonEKSNodegroup"),
    ("eks.amazonaws.com", "AmazonEKS"),
    ("elasticache.amazonaws.com", "ElastiCache"),
    ("elasticloadbalancing.amazonaws.com", "ElasticLoadBalancing"),
    ("es.amazonaws.com", "AmazonElasticsearchService"),
    ("guardduty.amazonaws.com", "AmazonGuardDuty"),
    ("inspector2.amazonaws.com", "AmazonInspector2"),
    ("kafka.amazonaws.com", "Kafka"),
    (
        "mrk.kms.amazonaws.com",
        "KeyManagementServiceMultiRegionKeys",
    ),
    ("ops.apigateway.amazonaws.com", "APIGateway"),
    ("opensearchservice.amazonaws.com", "AmazonOpenSearchService"),
    ("organizations.amazonaws.com", "Organizations"),
    ("pullthroughcache.ecr.amazonaws.com", "ECRPullThroughCache"),
    ("rds.amazonaws.com", "RDS"),
    ("replication.ecr.amazonaws.com", "ECRReplication"),
    // Recorded (radkawar/stackd iam/account_properties).
    ("role-manager.iam.amazonaws.com", "IAMRoleManager"),
    ("securityhub.amazonaws.com", "SecurityHub"),
    ("spot.amazonaws.com", "EC2Spot"),
    ("spotfleet.amazonaws.com", "EC2SpotFleet"),
    ("ssm.amazonaws.com", "AmazonSSM"),
    ("sso.amazonaws.com", "SSO"),
    ("transitgateway.amazonaws.com", "VPCTransitGateway"),
];

/// Services that may have several (EC2 Auto Scaling user guide, "Create a service-linked role (manual)").
const SEVERAL: &[&str] = &["autoscaling.amazonaws.com"];

/// What the role of a service is called.
pub(crate) fn role(service: &str, suffix: Option<&str>) -> Result<String, ApiError> {
    let Some((_, name)) = NAMES.iter().find(|(of, _)| *of == service) else {
        let message = format!(
            "the service-linked role of {service} is not supported by sekisho yet: what it is called is not known"
        );
        return Err(ApiError::new("NotImplemented", message).status(501));
    };
    match suffix {
        None => Ok(format!("AWSServiceRoleFor{name}")),
        Some(suffix) if SEVERAL.contains(&service) => {
            Ok(format!("AWSServiceRoleFor{name}_{suffix}"))
        }
        Some(_) => {
            let message = format!("Custom suffix is not allowed for {service}");
            Err(ApiError::new("InvalidInput", message).status(400))
        }
    }
}

pub(crate) fn arn(account: &str, service: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{PATH}{service}/{name}")
}

/// The trust policy of such a role, as `service` and `action` are written.
pub(crate) fn trust(service: &Value, action: &Value) -> String {
    let statement = json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": action});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// The role of a service in the caller's account. What it may do is of AWS, and not here.
pub(crate) fn new(
    cx: &Cx<'_>,
    service: &str,
    suffix: Option<&str>,
    description: Option<String>,
) -> Result<Role, ApiError> {
    let name = role(service, suffix)?;
    Ok(Role {
        account: cx.account().to_owned(),
        arn: arn(cx.account(), service, &name),
        name,
        path: format!("/{PATH}{service}/"),
        id: cx.ids().iam("AROA"),
        created_ms: cx.now_ms(),
        trust: PolicyText::plain(trust(&json!(service), &json!("sts:AssumeRole"))),
        description,
        max_session_seconds: 3_600,
        tags: Vec::new(),
        inline: std::collections::BTreeMap::new(),
        attached: Vec::new(),
        boundary: None,
    })
}

/// Whether an ARN is of such a role.
pub(crate) fn is(arn: &str) -> bool {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let path = resource.strip_prefix("role/").unwrap_or_default();
    path.starts_with(PATH)
}

/// Its policies and its trust policy are of AWS, and it goes by an operation of its own.
pub(crate) fn is_not(arn: &str) -> Result<(), ApiError> {
    if !is(arn) {
        return Ok(());
    }
    let name = arn.rsplit('/').next().unwrap_or_default();
    let message = format!(
        "Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
    );
    Err(ApiError::new("UnmodifiableEntity", message).status(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_has_its_own_role() {
        let mut names: Vec<&str> = NAMES.iter().map(|(_, name)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), NAMES.len());
        let of = |service, suffix| role(service, suffix).map_err(|e| e.code.to_string());
        assert_eq!(
            of("autoscaling.amazonaws.com", Some("own")),
            Ok("AWSServiceRoleForAutoScaling_own".to_owned())
        );
        assert_eq!(
            of("ecs.amazonaws.com", Some("own")),
            Err("InvalidInput".to_owned())
        );
        assert_eq!(
            of("nothing.amazonaws.com", None),
            Err("NotImplemented".to_owned())
        );
    }

    #[test]
    fn a_role_of_a_service_is_told_by_its_path() {
        assert!(is(&arn(
            "111111111111",
            "ecs.amazonaws.com",
            "AWSServiceRoleForECS"
        )));
        assert!(!is(
            "arn:aws:iam::111111111111:role/team/aws-service-role/x"
        ));
        assert!(!is("arn:aws:iam::111111111111:user/aws-service-role/x"));
    }
}
