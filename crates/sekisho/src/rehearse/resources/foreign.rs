//! Resources of services that are not here. Nothing of them is made; but policies name their ARNs, and those follow from
//! their names.

use std::collections::BTreeSet;

use sekisho_iac::{Configuration, Node, Order, Problem, Scope};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::rehearse::Client;

/// What the `id` of a resource is.
enum Id {
    Arn,
    Name,
}

/// A type: where its name stands, and what its ARN is made of.
struct Foreign {
    kind: &'static str,
    /// The argument with the name.
    argument: &'static str,
    service: &'static str,
    /// In front of the name; `~` for what has six characters of its own behind it, as secrets have; `@` for what has an id
    /// instead, as connections have.
    front: &'static str,
    id: Id,
}

const fn foreign(
    kind: &'static str,
    argument: &'static str,
    service: &'static str,
    front: &'static str,
    id: Id,
) -> Foreign {
    Foreign {
        kind,
        argument,
        service,
        front,
        id,
    }
}

/// The forms of the ARNs: service authorization reference, "Resource types defined by ..."; the ids: the AWS provider's
/// documentation, "Attribute Reference".
const FOREIGN: &[Foreign] = &[
    foreign(
        "aws_cloudwatch_event_bus",
        "name",
        "events",
        "event-bus/",
        Id::Name,
    ),
    foreign(
        "aws_cloudwatch_event_rule",
        "name",
        "events",
        "rule/",
        Id::Name,
    ),
    foreign(
        "aws_cloudwatch_log_group",
        "name",
        "logs",
        "log-group:",
        Id::Name,
    ),
    foreign(
        "aws_cloudwatch_metric_alarm",
        "alarm_name",
        "cloudwatch",
        "alarm:",
        Id::Name,
    ),
    foreign(
        "aws_codebuild_project",
        "name",
        "codebuild",
        "project/",
        Id::Arn,
    ),
    foreign(
        "aws_codeconnections_connection",
        "name",
        "codeconnections",
        "@connection/",
        Id::Arn,
    ),
    foreign(
        "aws_codestarconnections_connection",
        "name",
        "codestar-connections",
        "@connection/",
        Id::Arn,
    ),
    foreign(
        "aws_codecommit_repository",
        "repository_name",
        "codecommit",
        "",
        Id::Name,
    ),
    foreign(
        "aws_codedeploy_app",
        "name",
        "codedeploy",
        "application:",
        Id::Name,
    ),
    foreign("aws_dynamodb_table", "name", "dynamodb", "table/", Id::Name),
    foreign("aws_ecs_cluster", "name", "ecs", "cluster/", Id::Arn),
    foreign(
        "aws_kinesis_firehose_delivery_stream",
        "name",
        "firehose",
        "deliverystream/",
        Id::Arn,
    ),
    foreign("aws_kinesis_stream", "name", "kinesis", "stream/", Id::Arn),
    foreign(
        "aws_lambda_function",
        "function_name",
        "lambda",
        "function:",
        Id::Name,
    ),
    foreign(
        "aws_secretsmanager_secret",
        "name",
        "secretsmanager",
        "~secret:",
        Id::Arn,
    ),
    foreign(
        "aws_sfn_state_machine",
        "name",
        "states",
        "stateMachine:",
        Id::Arn,
    ),
    foreign("aws_sns_topic", "name", "sns", "", Id::Arn),
    foreign("aws_sqs_queue", "name", "sqs", "", Id::Arn),
    foreign("aws_ssm_parameter", "name", "ssm", "parameter/", Id::Name),
];

/// What the provider puts in front of a name that it makes up.
const PREFIX: &str = "name_prefix";

/// The bus of a rule: a part of its ARN, but for the default one.
const BUS: &str = "event_bus_name";

fn find(node: &Node) -> Option<&'static Foreign> {
    FOREIGN
        .iter()
        .find(|f| !node.is_data() && f.kind == node.type_name)
}

/// Whether a node is one of these.
pub(in crate::rehearse) fn known(node: &Node) -> bool {
    find(node).is_some()
}

/// Lets these wait for nothing but what their names are made of: what else they refer to is not made of anything here.
pub(in crate::rehearse) fn detach(configuration: &Configuration, order: &mut Order) {
    for (node, needs) in configuration.nodes.iter().zip(&mut order.needs) {
        if let Some(foreign) = find(node) {
            let names = [foreign.argument, PREFIX, BUS, "count", "for_each"];
            let names = names
                .iter()
                .flat_map(|name| configuration.refers(node, name));
            *needs = names.collect::<BTreeSet<usize>>();
        }
    }
}

/// The attributes of such a resource; none if it is another.
pub(in crate::rehearse) fn values(
    node: &Node,
    address: &str,
    client: Option<&Client>,
    scope: &Scope<'_>,
) -> Option<Result<Map<String, Value>, Problem>> {
    let foreign = find(node)?;
    Some(made(node, foreign, address, client, scope))
}

fn made(
    node: &Node,
    foreign: &Foreign,
    address: &str,
    client: Option<&Client>,
    scope: &Scope<'_>,
) -> Result<Map<String, Value>, Problem> {
    let argument = |name: &str| node.argument(name, scope);
    let text = |name: &str| {
        let value = argument(name)?;
        Ok::<_, Problem>(value.as_ref().and_then(Value::as_str).map(str::to_owned))
    };
    let digest = hex::encode(Sha256::digest(address));
    let digits = |count: usize| digest.get(..count).unwrap_or_default().to_owned();
    let name = match text(foreign.argument)? {
        Some(name) => name,
        // The provider makes one up.
        None => {
            let prefix = text(PREFIX)?.unwrap_or_else(|| "terraform-".to_owned());
            let fifo = ["fifo_topic", "fifo_queue"].map(argument);
            let fifo = fifo
                .iter()
                .any(|f| matches!(f, Ok(Some(Value::Bool(true)))));
            let end = if fifo { ".fifo" } else { "" };
            format!("{prefix}{}{end}", digits(26))
        }
    };
    let no_provider = || Problem::at(&node.place, "it has no provider");
    let client = client.ok_or_else(no_provider)?;
    let client = &*super::region::of(node, client, argument(super::region::ARGUMENT)?.as_ref());
    let id = || {
        let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
        let parts = [
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32),
        ];
        parts.join("-")
    };
    let own = match foreign.front.split_at_checked(1) {
        Some(("~", front)) => format!("{front}{name}-{}", digits(6)),
        Some(("@", front)) => format!("{front}{}", id()),
        _ => format!("{}{}", foreign.front, name.trim_start_matches('/')),
    };
    let bus = text(BUS)?.filter(|bus| bus != "default");
    // The names of log groups begin with a slash that is one of theirs.
    let own = match foreign.service {
        "logs" => format!("{}{name}", foreign.front),
        "events" if foreign.front == "rule/" => match bus {
            // It may be given by its ARN.
            Some(bus) => format!("rule/{}/{name}", bus.rsplit('/').next().unwrap_or(&bus)),
            None => own,
        },
        _ => own,
    };
    let (region, account) = (&client.region, &client.account);
    let arn = format!("arn:aws:{}:{region}:{account}:{own}", foreign.service);
    // What else it says may refer to what is not here at all.
    let mut values = node.arguments(scope).map(|a| a.values).unwrap_or_default();
    let id = match foreign.id {
        Id::Arn => arn.clone(),
        Id::Name => name.clone(),
    };
    values.insert(foreign.argument.to_owned(), json!(name));
    values.insert("arn".to_owned(), json!(arn));
    values.insert("id".to_owned(), json!(id));
    if foreign.kind == "aws_sqs_queue" {
        let url = format!("https://sqs.{region}.amazonaws.com/{account}/{name}");
        values.insert("id".to_owned(), json!(url));
        values.insert("url".to_owned(), json!(url));
    }
    Ok(values)
}
