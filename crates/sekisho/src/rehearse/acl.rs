//! Whether a source action of another account could also write with an ACL.
//!
//! That CodePipeline sends one (`bucket-owner-full-control`) with the artifacts of sources across accounts was seen for
//! CodeCommit and Bitbucket (aws/aws-cdk#14260 and #13557), where s3:PutObjectAcl was what was missing. Of ECR it is not
//! recorded: a delivery passes without, and this says what AWS may ask for.

use std::sync::Arc;

use sekisho_codepipeline::SERVICE_PRINCIPAL;
use sekisho_engine::{Call, Caller, Engine, Origin};
use sekisho_pipeline::Execution;
use serde_json::{Value, json};

use super::advice::pipeline_place;
use super::fix::policies::Policies;
use super::{Note, PipelineRun};

/// A note for each source action that writes its artifact from another account and may not say an ACL with it.
pub(super) fn notes(
    engine: &Arc<Engine>,
    pipelines: &[PipelineRun],
    policies: &Policies<'_>,
) -> Vec<Note> {
    let mut out = Vec::new();
    for run in pipelines {
        let Some(execution) = &run.execution else {
            continue;
        };
        let stages = execution.definition.stages.iter();
        for (stage, action) in stages.flat_map(|s| s.actions.iter().map(move |a| (s, a))) {
            let source = action.action_type_id.category == "Source";
            let Some(role) = action.role_arn.as_ref().filter(|_| source) else {
                continue;
            };
            let account = role.split(':').nth(4).unwrap_or_default();
            if account == run.account || may_say_one(engine, run, execution, role) != Some(false) {
                continue;
            }
            out.push(Note {
                message: format!(
                    "{}/{}: {role} may write artifacts, but not say an ACL with them (s3:PutObjectAcl, in its policy and in the bucket's). Sources of CodeCommit and Bitbucket were seen to send one across accounts (aws/aws-cdk#14260); whether those of ECR do is not known. Where AWS denies the upload, this is what is missing",
                    stage.name, action.name
                ),
                place: pipeline_place(&run.name, policies),
            });
        }
    }
    out
}

/// Tries it; nothing where it fails for another reason.
fn may_say_one(
    engine: &Arc<Engine>,
    run: &PipelineRun,
    execution: &Execution,
    role: &str,
) -> Option<bool> {
    let origin = Origin::service(&run.region, "", &run.account);
    let call = |caller: &Caller, service: &str, operation: &str, input: Value| Call {
        caller: caller.clone(),
        service: service.to_owned(),
        operation: operation.to_owned(),
        input,
        origin: origin.clone(),
    };
    let session = |caller: &Caller, role: &str| {
        let input = json!({"RoleArn": role, "RoleSessionName": "acl"});
        let reply = engine
            .call(call(caller, "sts", "AssumeRole", input), None)
            .ok()?;
        let key = reply.output.pointer("/Credentials/AccessKeyId")?.as_str()?;
        Some(engine.credential(key).ok()??.caller)
    };
    let service = session(
        &Caller::service(SERVICE_PRINCIPAL),
        &execution.definition.role_arn,
    )?;
    let writer = session(&service, role)?;
    let store = execution.definition.store(&run.region)?;
    let name: String = execution.definition.name.chars().take(20).collect();
    let mut input = json!({
        "Bucket": store.location,
        "Key": format!("{name}/acl/acl"),
        "ServerSideEncryption": "aws:kms",
        "ACL": "bucket-owner-full-control",
    });
    if let (Some(key), Some(map)) = (&store.encryption_key, input.as_object_mut()) {
        map.insert("SSEKMSKeyId".to_owned(), json!(key.id));
    }
    match engine.sink(&call(&writer, "s3", "PutObject", input)) {
        Ok(_) => Some(true),
        Err(error) => {
            let last = engine.events_since(0).pop()?;
            let mut checks = last.checks.iter();
            let denied = checks.any(|c| c.action == "s3:PutObjectAcl" && !c.allowed());
            (error.is_access_denied() && denied).then_some(false)
        }
    }
}
