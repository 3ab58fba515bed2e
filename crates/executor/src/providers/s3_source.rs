//! S3 source: copies an object, byte for byte, into the artifact store.

use std::collections::BTreeMap;

use sekisho_engine::Caller;
use sekisho_pipeline::Outcome;
use serde_json::json;

use crate::artifacts::{self, text};
use crate::failure::{self, Failed, permission};
use crate::session::Run;

pub(crate) fn run(
    run: &Run,
    caller: &Caller,
    configuration: &BTreeMap<String, String>,
) -> Result<Outcome, Failed> {
    let config = |name: &str| configuration.get(name).cloned().unwrap_or_default();
    let (bucket, mut key) = (config("S3Bucket"), config("S3ObjectKey"));
    let versioning = run
        .call(
            caller,
            "s3",
            "GetBucketVersioning",
            json!({"Bucket": bucket}),
        )
        .map_err(|_| {
            permission("The provided role does not have permissions to perform this action.")
        })?;
    if text(&versioning, "Status") != "Enabled" {
        let message = format!(
            "The source bucket {bucket} does not keep versions. Enable versioning on it, and then try again."
        );
        return Err(Failed::new("ConfigurationError", message));
    }
    let mut version = None;
    for revision in run
        .execution
        .overrides
        .iter()
        .filter(|o| o.action_name == run.attempt.action)
    {
        match revision.revision_type.as_str() {
            "S3_OBJECT_VERSION_ID" => version = Some(revision.revision_value.clone()),
            "S3_OBJECT_KEY" => key.clone_from(&revision.revision_value),
            _ => {}
        }
    }
    // An execution is bound to a revision: which one is the newest is found out first, and then that one is read. The user
    // guide asks for both s3:GetObject and s3:GetObjectVersion ("Amazon S3 source action reference").
    let version = match version {
        Some(version) => version,
        None => {
            let newest = json!({"Bucket": bucket, "Key": key});
            let newest = run.call(caller, "s3", "HeadObject", newest);
            let newest = newest.map_err(|e| failure::source(&bucket, &key, &e))?;
            text(&newest, "VersionId").to_owned()
        }
    };
    let input = json!({"Bucket": bucket, "Key": key, "VersionId": version});
    let (object, mut body) = run
        .read(caller, input)
        .map_err(|e| failure::source(&bucket, &key, &e))?;
    let version = text(&object, "VersionId").to_owned();
    let extension = match key.rsplit('/').next().unwrap_or_default().rsplit_once('.') {
        Some((_, extension)) => format!(".{extension}"),
        None => String::new(),
    };
    let name = artifacts::output(run)?;
    let artifact = artifacts::put(run, caller, &name, &extension, || Ok(body.next_chunk()?))?;
    let summary = match object
        .pointer("/Metadata/codepipeline-artifact-revision-summary")
        .and_then(|v| v.as_str())
    {
        Some(summary) => summary.to_owned(),
        None => format!("Amazon S3 version id: {version}"),
    };
    let variables = BTreeMap::from([
        ("BucketName".to_owned(), bucket),
        (
            "ETag".to_owned(),
            text(&object, "ETag").trim_matches('"').to_owned(),
        ),
        ("ObjectKey".to_owned(), key),
        ("VersionId".to_owned(), version.clone()),
    ]);
    Ok(Outcome {
        outputs: vec![(name, artifact)],
        variables,
        external_id: Some(version.clone()),
        summary: Some(summary),
        revision: Some(version),
        ..Outcome::default()
    })
}
