//! What is in the configuration and not here: it is left out and listed, unless a pipeline depends on it.
//!
//! **Invariant:** nothing that could change a verdict about a pipeline is left out. What could is everything that the
//! pipeline refers to, and every policy that is attached to one of these.

use std::collections::BTreeSet;

use sekisho_iac::{Configuration, Node, Order, Problem, Scope};

use super::resources::foreign::Strangers;
use super::{Note, resources};

/// Arguments that say what a policy is attached to.
const TARGETS: &[&str] = &[
    "role",
    "roles",
    "user",
    "users",
    "bucket",
    "key_id",
    "target_key_id",
    "repository",
    "repository_name",
    "policy_arn",
    "resource_arn",
    "target_id",
    "role_name",
];

/// Types of the services that decide, which decide nothing about a delivery: nobody in a pipeline is a user, and these
/// say nothing about who may do what.
const HARMLESS: &[&str] = &[
    "aws_iam_user",
    "aws_iam_group",
    "aws_iam_access_key",
    "aws_iam_instance_profile",
    "aws_iam_account_",
    "aws_iam_openid_connect_provider",
    "aws_iam_saml_provider",
    "aws_iam_server_certificate",
    "aws_iam_signing_",
    "aws_iam_virtual_mfa",
    "aws_iam_service_linked_role",
    "aws_iam_security_token",
    "aws_s3_bucket_metric",
    "aws_s3_bucket_analytics",
    "aws_s3_bucket_inventory",
    "aws_s3_bucket_website",
    "aws_s3_bucket_intelligent",
    "aws_s3_bucket_accelerate",
    "aws_s3_bucket_request_payment",
    "aws_s3_bucket_replication",
    "aws_s3_bucket_object_lock",
    "aws_kms_ciphertext",
    "aws_kms_replica",
    "aws_ecr_lifecycle",
    "aws_ecr_registry_scanning",
    "aws_ecr_replication",
    "aws_ecr_pull_through",
    "aws_codepipeline_custom",
    "aws_codepipeline_webhook",
];

/// Types that are attached to nothing and decide about a whole account.
const EVERYWHERE: &[&str] = &[
    "aws_organizations_",
    "aws_s3_account_",
    "aws_s3control_",
    "aws_ecr_registry_policy",
];

/// Whether a type is of a service that decides about calls of a delivery.
pub(super) fn of_deciding_service(type_name: &str) -> bool {
    const SERVICES: &[&str] = &[
        "aws_iam_",
        "aws_kms_",
        "aws_s3_",
        "aws_s3control_",
        "aws_ecr_",
        "aws_codepipeline",
        "aws_organizations_",
    ];
    SERVICES.iter().any(|p| type_name.starts_with(p))
}

/// Whether a resource of this type may decide whether a call is allowed.
fn decides(node: &Node) -> bool {
    let starts = |list: &[&str]| list.iter().any(|p| node.type_name.starts_with(p));
    // A bucket whose readers pay refuses those of other accounts that do not say so; that its owner pays is how it is.
    let pays = node.type_name == "aws_s3_bucket_request_payment_configuration"
        && node.plain("payer") != Some("BucketOwner");
    !node.is_data() && of_deciding_service(&node.type_name) && (!starts(HARMLESS) || pays)
}

/// Whether what could not be made is of a user, a group, a machine's role or a bucket of replicas that may be there on AWS,
/// and is not here: nobody in a pipeline is or reads one.
pub(super) fn is_elsewhere(node: &Node, problem: &Problem) -> bool {
    let others = [
        "aws_iam_access_key",
        "aws_iam_group",
        "aws_iam_instance_profile",
        "aws_iam_user",
    ];
    let of_people = others.iter().any(|p| node.type_name.starts_with(p))
        && problem.message.starts_with("NoSuchEntity");
    let replicates = node.type_name == "aws_s3_bucket_replication_configuration"
        && problem.message.contains("Destination bucket must exist");
    // What is kept of a bucket that is not here, and what is encrypted for another key, no delivery reads.
    let kept = [
        "aws_s3_bucket_accelerate_configuration",
        "aws_s3_bucket_intelligent_tiering_configuration",
        "aws_s3_bucket_inventory",
        "aws_s3_bucket_metric",
        "aws_s3_bucket_replication_configuration",
        "aws_s3_bucket_website_configuration",
    ];
    let kept = kept.contains(&&*node.type_name) && problem.message.starts_with("NoSuchBucket");
    let encrypted =
        node.type_name == "aws_kms_ciphertext" && problem.message.starts_with("NotFoundException");
    of_people || replicates || kept || encrypted
}

/// Lets nothing wait for what is not here and decides nothing: to be made after it means nothing.
pub(super) fn loosen(configuration: &Configuration, strangers: &Strangers, order: &mut Order) {
    let idle = |n: &Node| {
        let missing = !resources::own(n) && !configuration.is_given(n);
        (missing && !decides(n)) || strangers.known(n)
    };
    let nodes = configuration.nodes.iter().enumerate();
    let idle: BTreeSet<usize> = nodes.filter(|(_, n)| idle(n)).map(|(i, _)| i).collect();
    let before = order.needs.clone();
    for (needs, reads) in order.needs.iter_mut().zip(&order.reads) {
        // What stands behind it is waited for all the same.
        let mut open: Vec<usize> = needs.iter().copied().collect();
        let mut kept = BTreeSet::new();
        let mut seen = BTreeSet::new();
        while let Some(index) = open.pop() {
            if !seen.insert(index) {
                continue;
            }
            if idle.contains(&index) && !reads.contains(&index) {
                open.extend(before.get(index).into_iter().flatten());
            } else {
                kept.insert(index);
            }
        }
        *needs = kept;
    }
}

/// The nodes that are left out, and a note for each that is the reason.
///
/// # Errors
/// Each that is not supported and a pipeline depends on.
pub(super) fn left_out(
    configuration: &Configuration,
    strangers: &Strangers,
    order: &Order,
) -> Result<(BTreeSet<usize>, Vec<Note>), Vec<Problem>> {
    let nodes = || configuration.nodes.iter().enumerate();
    let foreign = |n: &Node| strangers.known(n) && !configuration.is_given(n);
    let missing =
        |n: &Node| !resources::own(n) && !strangers.known(n) && !configuration.is_given(n);
    if !nodes().any(|(_, n)| missing(n) || foreign(n)) {
        return Ok((BTreeSet::new(), Vec::new()));
    }
    let absent = configuration.absent();
    let needed = needed(configuration, order, true);
    let unsupported: BTreeSet<usize> = nodes()
        .filter(|(i, _)| !absent.contains(i))
        .filter(|(i, n)| missing(n) || (foreign(n) && !needed.contains(i)))
        .map(|(i, _)| i)
        .collect();
    let mut problems = Vec::new();
    let mut out = BTreeSet::new();
    let mut notes = Vec::new();
    for index in unsupported {
        let Some(node) = configuration.nodes.get(index) else {
            continue;
        };
        let behind = || nodes().filter(|(i, _)| *i != index && order.reach(*i).contains(&index));
        if needed.contains(&index) {
            let direct = behind().find(|(i, _)| needed.contains(i));
            let why = direct.map_or_else(
                || "it may decide about the pipeline".to_owned(),
                |(_, n)| format!("the pipeline depends on it through {}", n.address()),
            );
            let how = if node.type_name.starts_with("aws_organizations_policy") {
                "; what the organization denies is said in sekisho.toml: put the policy's JSON into a file, and the file's name into service_control_policies or resource_control_policies of [organization], or of a member".to_owned()
            } else if decides(node) {
                String::new()
            } else {
                format!(
                    "; give what is read of it: --set {}.{}=VALUE",
                    node.address(),
                    strangers
                        .unknown(node)
                        .filter(|name| !name.is_empty())
                        .unwrap_or("ATTRIBUTE")
                )
            };
            let what = match node.type_name.as_str() {
                "terraform_remote_state" => {
                    "reads the outputs of a directory that was not given: rehearse the two together (sekisho rehearse THAT THIS)"
                }
                _ => "is not supported yet",
            };
            let message = format!("{} {what}, and {why}{how}", node.address());
            problems.push(Problem::at(&node.place, message));
            continue;
        }
        let with: Vec<String> = behind().map(|(_, n)| n.address()).collect();
        let with = if with.is_empty() {
            "nothing else".to_owned()
        } else {
            with.join(", ")
        };
        notes.push(Note {
            message: format!(
                "{} is not supported yet and was left out; no pipeline depends on it (left out with it: {with})",
                node.address()
            ),
            place: Some(node.place.clone()),
        });
        out.insert(index);
        out.extend(behind().map(|(i, _)| i));
    }
    if problems.is_empty() {
        Ok((out, notes))
    } else {
        Err(problems)
    }
}

/// What the real program is not to make: what is not here, and what is made of that.
///
/// # Errors
/// Each that is not here and a pipeline depends on.
pub(super) fn not_made(
    configuration: &Configuration,
    strangers: &Strangers,
    order: &Order,
) -> Result<(BTreeSet<usize>, Vec<Note>), Vec<Problem>> {
    let nodes = || configuration.nodes.iter().enumerate();
    let foreign: Vec<(usize, &Node)> = nodes().filter(|(_, n)| strangers.known(n)).collect();
    let (mut out, notes) = left_out(configuration, strangers, order)?;
    let needed = match foreign.is_empty() {
        true => BTreeSet::new(),
        false => needed(configuration, order, true),
    };
    let mut problems = Vec::new();
    for (index, node) in foreign {
        if needed.contains(&index) {
            let why = match resources::writes_files(node) {
                true => "writes a file, which a rehearsal does not",
                false => "is of a service that sekisho does not have: the program cannot make it",
            };
            let message = format!(
                "{} {why}, and the pipeline depends on it; rehearse without --with",
                node.address()
            );
            problems.push(Problem::at(&node.place, message));
        }
        out.extend(
            nodes()
                .map(|(i, _)| i)
                .filter(|i| order.reach(*i).contains(&index)),
        );
    }
    match problems.is_empty() {
        true => Ok((out, notes)),
        false => Err(problems),
    }
}

/// Everything that may decide about a pipeline; nothing, where there is none. What names its target as a plain text is among
/// it if `texts` is set: the text may be anything.
pub(super) fn needed(configuration: &Configuration, order: &Order, texts: bool) -> BTreeSet<usize> {
    let nodes = || configuration.nodes.iter().enumerate();
    let mut needed: BTreeSet<usize> = nodes()
        .filter(|(_, n)| n.type_name == "aws_codepipeline")
        .flat_map(|(i, _)| order.reach(i))
        .collect();
    if needed.is_empty() {
        return needed;
    }
    loop {
        let attached = attached_to(configuration, &needed, texts);
        let more: BTreeSet<usize> = attached.into_iter().flat_map(|i| order.reach(i)).collect();
        if more.is_subset(&needed) {
            return needed;
        }
        needed.extend(more);
    }
}

/// What a node says that it is attached to, where that is no reference.
pub(super) fn targets(node: &Node, scope: &Scope<'_>) -> Vec<String> {
    let values = TARGETS
        .iter()
        .filter_map(|name| node.argument(name, scope).ok()?);
    let texts = values.filter_map(|value| value.as_str().map(str::to_owned));
    texts.filter(|text| !text.is_empty()).collect()
}

/// The resources beyond `needed` that may decide about what is in it: policies that are attached to it, and, with `texts`,
/// those that name what they are attached to as a plain text.
pub(super) fn attached_to(
    configuration: &Configuration,
    needed: &BTreeSet<usize>,
    texts: bool,
) -> Vec<usize> {
    let nodes = configuration.nodes.iter().enumerate();
    let others = nodes.filter(|(i, n)| !needed.contains(i) && decides(n));
    let attached = others.filter(|(_, node)| {
        let targets: BTreeSet<usize> = TARGETS
            .iter()
            .flat_map(|name| configuration.refers(node, name))
            .collect();
        let unknown = texts && targets.is_empty() && TARGETS.iter().any(|name| node.has(name));
        let everywhere = EVERYWHERE.iter().any(|t| node.type_name.starts_with(t));
        !targets.is_disjoint(needed) || unknown || everywhere
    });
    attached.map(|(i, _)| i).collect()
}
