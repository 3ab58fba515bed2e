//! What to do about actions and resources that failed without a denial: a wrong account, a name that means something else in
//! another account, an image or a bucket that is not there. What a denial means that no statement mends is in `unmendable`.

use std::collections::BTreeSet;

use sekisho_engine::Engine;
use sekisho_iac::NodeKind;
use sekisho_pipeline::{ActionDefinition, ActionRun, Execution};

use super::fix::policies::Policies;
use super::unmendable::absent_key_of;
use super::{Failure, Note, PipelineRun, failing, refusals};

/// What to do about something that others make.
pub(super) const TOGETHER: &str =
    "rehearse it together with the directory that makes it, or make it here";

/// Everything that is known about failures that are no denials.
pub(super) fn hints(
    pipelines: &[PipelineRun],
    failures: &[Failure],
    policies: &Policies<'_>,
    engine: &Engine,
) -> Vec<Note> {
    let mut out = Vec::new();
    for run in pipelines {
        let Some(execution) = &run.execution else {
            continue;
        };
        for attempt in &execution.attempts {
            let message = of_attempt(execution, attempt, &run.region, policies, engine);
            out.extend(message.map(|message| Note {
                message: format!("{}/{}: {message}", attempt.stage, attempt.action),
                place: pipeline_place(&execution.definition.name, policies),
            }));
        }
    }
    for failure in failures {
        let message = refusals::hint(failure, policies, engine);
        out.extend(message.map(|message| Note {
            message: format!("{}: {message}", failure.address),
            place: failure.problem.place.clone(),
        }));
    }
    out
}

pub(super) fn pipeline_place(name: &str, policies: &Policies<'_>) -> Option<sekisho_iac::Place> {
    let made = policies.made.iter();
    let mut pipelines = made.filter(|m| m.node.type_name == "aws_codepipeline");
    pipelines
        .find(|m| m.text("name") == Some(name))
        .map(|m| m.node.place.clone())
}

/// The text between two others.
pub(super) fn between<'t>(text: &'t str, front: &str, back: &str) -> Option<&'t str> {
    text.split_once(front)?
        .1
        .split_once(back)
        .map(|(inner, _)| inner)
}

fn of_attempt(
    execution: &Execution,
    attempt: &ActionRun,
    region: &str,
    policies: &Policies<'_>,
    engine: &Engine,
) -> Option<String> {
    let failure = attempt.failure.as_ref()?;
    let action = execution.declared(attempt)?;
    let message = failure.message.as_str();
    let region = action.region.as_deref().unwrap_or(region);
    if message.contains("BlockPublicAcls") {
        let bucket = action.configuration.get("BucketName");
        return Some(format!(
            "the bucket {} refuses ACLs that are public, as new buckets do: leave CannedACL out, or say block_public_acls = false in its aws_s3_bucket_public_access_block",
            bucket.map(String::as_str).unwrap_or_default()
        ));
    }
    if let Some(hint) = failing::hint(execution, action, message, region, policies) {
        return Some(hint);
    }
    if message.contains("Error Code: NoSuchBucket") {
        let store = execution.definition.store(region).map(|s| &s.location);
        let mut named = ["BucketName", "S3Bucket"].into_iter();
        let named = named.find_map(|name| action.configuration.get(name));
        let names: Vec<&str> = store.into_iter().chain(named).map(String::as_str).collect();
        return Some(format!(
            "nothing in this configuration makes the bucket that it asks for (it uses {}): {TOGETHER}",
            names.join(" and ")
        ));
    }
    let id = &action.action_type_id;
    let of_s3 = (id.category.as_str(), id.provider.as_str()) == ("Source", "S3");
    let named = |name: &str| action.configuration.get(name).map_or("", String::as_str);
    // CodePipeline says no more of a bucket that is not there than of one that lets nobody in.
    if of_s3 && !sekisho_s3::has_bucket(engine, named("S3Bucket")) {
        return Some(format!(
            "nothing in this configuration makes the bucket {}: {TOGETHER}",
            named("S3Bucket")
        ));
    }
    if of_s3 && message.contains("Could not access the Amazon S3 object") {
        // It is there, and what reads it is denied.
        if sekisho_s3::has_object(engine, named("S3Bucket"), named("S3ObjectKey")) {
            return None;
        }
        return Some(format!(
            "if no call is denied, the object s3://{}/{} is not there: upload it before the pipeline runs, write it with aws_s3_object, or rehearse without --no-image, which puts an archive in its place",
            named("S3Bucket"),
            named("S3ObjectKey")
        ));
    }
    if message.contains("KMS.NotFoundException") {
        let of_store = key_elsewhere(execution, action, region, None, policies);
        return of_store.or_else(|| default_key(named("BucketName"), policies));
    }
    if let Some(tag) = between(message, "imageTag:'", "'") {
        let repository = between(message, "repository with name '", "'").unwrap_or_default();
        let registry = between(message, "registry with id '", "'").unwrap_or_default();
        return Some(format!(
            "no image of {repository} in account {registry} has the tag {tag}: push one before the pipeline runs (the first execution begins with the pipeline), or rehearse with --image {repository}:{tag}=PATH"
        ));
    }
    if action.action_type_id.provider == "ECR" {
        let role = &execution.definition.role_arn;
        return repository_elsewhere(action, role, region, policies);
    }
    None
}

/// A bare id or alias means a key of the account of the role that uses it: `found_in`, where one was found.
pub(super) fn key_elsewhere(
    execution: &Execution,
    action: &ActionDefinition,
    region: &str,
    found_in: Option<&str>,
    policies: &Policies<'_>,
) -> Option<String> {
    let store = execution.definition.store(region)?;
    let id = store.encryption_key.as_ref()?.id.clone();
    if id.starts_with("arn:") && !id.contains(":alias/") {
        let mut made = policies.made.iter();
        let is_made =
            made.any(|m| m.text("arn") == Some(&*id) && m.node.kind == NodeKind::Resource);
        return (!is_made).then(|| absent_key_of(&id));
    }
    let role = action
        .role_arn
        .as_deref()
        .unwrap_or(&execution.definition.role_arn);
    let account = role.split(':').nth(4).unwrap_or_default();
    let what = if id.contains("alias/") {
        "an alias"
    } else {
        "a bare key id"
    };
    let own = policies.made.iter().find(|m| {
        let key = matches!(&*m.node.type_name, "aws_kms_key" | "aws_kms_alias");
        let names = ["key_id", "name", "arn"].map(|name| m.text(name));
        key && names.contains(&Some(&*id)) && m.node.kind == NodeKind::Resource
    });
    let key = own.and_then(|m| m.text("target_key_id").or_else(|| m.text("key_id")));
    let key = key.and_then(|key| {
        let keys = policies
            .made
            .iter()
            .filter(|m| m.node.type_name == "aws_kms_key");
        let mut keys = keys.filter(|m| [m.text("key_id"), m.text("arn")].contains(&Some(key)));
        keys.next().map(|m| format!("{}.arn", m.reference()))
    });
    let how = key.map_or_else(
        || "the key's ARN".to_owned(),
        |name| format!("its ARN ({name})"),
    );
    Some(match found_in {
        None => format!(
            "encryption_key of the artifact store is {what}, which the action's role looks for in its own account {account}: give {how}"
        ),
        Some(account) => format!(
            "encryption_key of the artifact store is {what}, which roles look for each in its own account, and account {account} has such a key as well: give {how}"
        ),
    })
}

/// A bare id or alias in a bucket's default encryption means a key of the account of who writes (S3 user guide, "Setting
/// default server-side encryption behavior").
fn default_key(bucket: &str, policies: &Policies<'_>) -> Option<String> {
    let kind = "aws_s3_bucket_server_side_encryption_configuration";
    let mut all = policies.made.iter();
    let made = all.find(|m| m.node.type_name == kind && m.text("bucket") == Some(bucket))?;
    let id = made
        .values
        .get("rule")?
        .as_array()?
        .iter()
        .find_map(|rule| {
            let of_rule =
                rule.pointer("/apply_server_side_encryption_by_default/0/kms_master_key_id");
            of_rule?.as_str()
        })?;
    (!id.starts_with("arn:")).then(|| {
        format!(
            "the default encryption of the bucket {bucket} names its key {id} without its ARN ({}, {}): it is looked for in the account of who writes; give the key's ARN",
            made.address(),
            made.node.place
        )
    })
}

fn repository_elsewhere(
    action: &ActionDefinition,
    service_role: &str,
    region: &str,
    policies: &Policies<'_>,
) -> Option<String> {
    let wanted = action.configuration.get("RepositoryName")?;
    let role = action.role_arn.as_deref().unwrap_or(service_role);
    let part = |arn: &str, at: usize| arn.split(':').nth(at).unwrap_or_default().to_owned();
    let account = part(role, 4);
    // Names, accounts and regions.
    let repositories: Vec<(&str, String, String)> = policies
        .made
        .iter()
        .filter(|m| m.node.kind == NodeKind::Resource && m.node.type_name == "aws_ecr_repository")
        .filter_map(|m| {
            let arn = m.text("arn")?;
            Some((m.text("name")?, part(arn, 4), part(arn, 3)))
        })
        .collect();
    let named = |account: Option<&str>| {
        let all = repositories.iter().filter(|(name, ..)| name == wanted);
        let mine = all.filter(|(_, owner, _)| account.is_none_or(|account| owner == account));
        mine.collect::<Vec<_>>()
    };
    let mine = named(Some(&account));
    if mine.iter().any(|(_, _, own)| own == region) {
        return None;
    }
    if let Some((_, _, own)) = mine.first() {
        return Some(format!(
            "the repository {wanted} of account {account} is in {own}, and the pipeline in {region}: an ECR source reads the registry of its own region; put both into one region, not a permission in {account}"
        ));
    }
    if let Some((_, owner, _)) = named(None).first() {
        let said = match action.role_arn {
            Some(_) => format!("role_arn of the action is a role of account {account}"),
            None => format!(
                "the action has no role_arn, so that it runs as the pipeline's own role in account {account}"
            ),
        };
        return Some(format!(
            "{said}, but the repository {wanted} is in account {owner}: an ECR source reads the registry of its role's account; set role_arn to a role of account {owner}, not a permission in {account}"
        ));
    }
    let there: BTreeSet<String> = repositories
        .iter()
        .map(|(name, owner, region)| format!("{name} (account {owner}, {region})"))
        .collect();
    let there: Vec<String> = there.into_iter().collect();
    Some(format!(
        "no account has a repository {wanted}; there {}",
        if there.is_empty() {
            format!("is none: {TOGETHER}")
        } else {
            format!("are {}", there.join(", "))
        }
    ))
}
