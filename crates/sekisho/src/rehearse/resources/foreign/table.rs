//! The resources of services that are not here, with their ARNs.
//!
//! The forms: service authorization reference, "Resource types defined by ..."; which is the `id`, and what else there is:
//! the AWS provider's documentation, "Attribute Reference".

/// A type: where its name stands, and what its ARN and its `id` are made of.
///
/// In a template `{region}` and `{account}` are those of its provider, `{name}` is its name, `{bare}` the same without a slash in
/// front, `{arn}` and `{id}` are what comes of their templates, `{service}` and `{kind}` the parts of the type's name, `{bus}` is
/// that of a rule; `{uuid}`, `{hex}` (six digits), `{ID}` (13 capitals and digits) and `{ID:lower}` are made up; and another name is
/// the argument of that name, of an ARN the last part.
pub(super) struct Foreign {
    pub(super) kind: &'static str,
    /// The argument with the name.
    pub(super) argument: &'static str,
    pub(super) arn: &'static str,
    pub(super) id: &'static str,
    /// What else follows.
    pub(super) more: &'static [(&'static str, &'static str)],
}

impl Foreign {
    /// What its templates are made of, the arguments among them.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        let more = self.more.iter().map(|(_, template)| *template);
        let all = [self.arn, self.id].into_iter().chain(more);
        let names = |template: &'static str| template.split('{').skip(1);
        all.flat_map(names)
            .filter_map(|rest| Some(rest.split_once('}')?.0))
    }
}

const ARN: &str = "{arn}";
const NAME: &str = "{name}";

const fn foreign(
    kind: &'static str,
    argument: &'static str,
    arn: &'static str,
    id: &'static str,
) -> Foreign {
    Foreign {
        kind,
        argument,
        arn,
        id,
        more: &[],
    }
}

const fn with(foreign: Foreign, more: &'static [(&'static str, &'static str)]) -> Foreign {
    Foreign { more, ..foreign }
}

/// What stands for a type that is not in the table: what is read of it decides nothing here, whatever it is.
pub(super) const OTHER: &str = "arn:aws:{service}:{region}:{account}:{kind}/{name}";

pub(super) const FOREIGN: &[Foreign] = &[
    with(
        foreign(
            "aws_cloudfront_distribution",
            "",
            "arn:aws:cloudfront::{account}:distribution/{id}",
            "E{ID}",
        ),
        &[
            ("domain_name", "d{ID:lower}.cloudfront.net"),
            ("hosted_zone_id", "Z2FDTNDATAQYW2"),
            ("status", "Deployed"),
        ],
    ),
    foreign(
        "aws_cloudfront_origin_access_control",
        "name",
        "arn:aws:cloudfront::{account}:origin-access-control/{id}",
        "E{ID}",
    ),
    with(
        foreign(
            "aws_cloudfront_origin_access_identity",
            "",
            "arn:aws:cloudfront::{account}:origin-access-identity/{id}",
            "E{ID}",
        ),
        &[
            (
                "iam_arn",
                "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {id}",
            ),
            (
                "cloudfront_access_identity_path",
                "origin-access-identity/cloudfront/{id}",
            ),
        ],
    ),
    foreign(
        "aws_cloudwatch_event_bus",
        "name",
        "arn:aws:events:{region}:{account}:event-bus/{name}",
        NAME,
    ),
    foreign(
        "aws_cloudwatch_event_rule",
        "name",
        "arn:aws:events:{region}:{account}:rule/{name}",
        NAME,
    ),
    foreign(
        "aws_cloudwatch_log_group",
        "name",
        "arn:aws:logs:{region}:{account}:log-group:{name}",
        NAME,
    ),
    foreign(
        "aws_cloudwatch_metric_alarm",
        "alarm_name",
        "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
        NAME,
    ),
    foreign(
        "aws_codebuild_project",
        "name",
        "arn:aws:codebuild:{region}:{account}:project/{name}",
        ARN,
    ),
    foreign(
        "aws_codecommit_repository",
        "repository_name",
        "arn:aws:codecommit:{region}:{account}:{name}",
        NAME,
    ),
    foreign(
        "aws_codeconnections_connection",
        "name",
        "arn:aws:codeconnections:{region}:{account}:connection/{uuid}",
        ARN,
    ),
    foreign(
        "aws_codedeploy_app",
        "name",
        "arn:aws:codedeploy:{region}:{account}:application:{name}",
        NAME,
    ),
    foreign(
        "aws_codedeploy_deployment_group",
        "deployment_group_name",
        "arn:aws:codedeploy:{region}:{account}:deploymentgroup:{app_name}/{name}",
        "{app_name}:{name}",
    ),
    foreign(
        "aws_codestarconnections_connection",
        "name",
        "arn:aws:codestar-connections:{region}:{account}:connection/{uuid}",
        ARN,
    ),
    foreign(
        "aws_dynamodb_table",
        "name",
        "arn:aws:dynamodb:{region}:{account}:table/{name}",
        NAME,
    ),
    foreign(
        "aws_ecs_cluster",
        "name",
        "arn:aws:ecs:{region}:{account}:cluster/{name}",
        ARN,
    ),
    foreign(
        "aws_ecs_service",
        "name",
        "arn:aws:ecs:{region}:{account}:service/{cluster}/{name}",
        ARN,
    ),
    with(
        foreign(
            "aws_ecs_task_definition",
            "family",
            "arn:aws:ecs:{region}:{account}:task-definition/{name}:1",
            NAME,
        ),
        &[
            (
                "arn_without_revision",
                "arn:aws:ecs:{region}:{account}:task-definition/{name}",
            ),
            ("revision", "1"),
        ],
    ),
    foreign(
        "aws_elastic_beanstalk_application",
        "name",
        "arn:aws:elasticbeanstalk:{region}:{account}:application/{name}",
        NAME,
    ),
    foreign(
        "aws_elastic_beanstalk_environment",
        "name",
        "arn:aws:elasticbeanstalk:{region}:{account}:environment/{application}/{name}",
        "e-{hex}",
    ),
    foreign(
        "aws_kinesis_firehose_delivery_stream",
        "name",
        "arn:aws:firehose:{region}:{account}:deliverystream/{name}",
        ARN,
    ),
    foreign(
        "aws_kinesis_stream",
        "name",
        "arn:aws:kinesis:{region}:{account}:stream/{name}",
        ARN,
    ),
    foreign(
        "aws_lambda_alias",
        "name",
        "arn:aws:lambda:{region}:{account}:function:{function_name}:{name}",
        ARN,
    ),
    foreign(
        "aws_lambda_function",
        "function_name",
        "arn:aws:lambda:{region}:{account}:function:{name}",
        NAME,
    ),
    foreign(
        "aws_secretsmanager_secret",
        "name",
        "arn:aws:secretsmanager:{region}:{account}:secret:{name}-{hex}",
        ARN,
    ),
    foreign(
        "aws_sfn_state_machine",
        "name",
        "arn:aws:states:{region}:{account}:stateMachine:{name}",
        ARN,
    ),
    foreign(
        "aws_sns_topic",
        "name",
        "arn:aws:sns:{region}:{account}:{name}",
        ARN,
    ),
    with(
        foreign(
            "aws_sqs_queue",
            "name",
            "arn:aws:sqs:{region}:{account}:{name}",
            "https://sqs.{region}.amazonaws.com/{account}/{name}",
        ),
        &[("url", "https://sqs.{region}.amazonaws.com/{account}/{name}")],
    ),
    foreign(
        "aws_ssm_parameter",
        "name",
        "arn:aws:ssm:{region}:{account}:parameter/{bare}",
        NAME,
    ),
];
