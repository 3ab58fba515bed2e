//! Artifacts: where they are kept and how they are encrypted.

use std::io::{Cursor, Write};

use sekisho_engine::{ApiError, Caller};
use sekisho_pipeline::{Artifact, ArtifactStore};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::failure::{self, Failed};
use crate::session::Run;

/// 20 characters of the pipeline, 10 of the artifact, 7 that follow from the attempt: an attempt that runs
/// again after a crash writes to the same key.
fn key(run: &Run, artifact: &str, extension: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let digest = Sha256::digest(format!("{}/{artifact}", run.attempt.id));
    let random: String = digest
        .iter()
        .take(7)
        .filter_map(|b| ALPHABET.get(usize::from(*b) % 62))
        .map(|b| char::from(*b))
        .collect();
    let cut = |text: &str, len: usize| text.chars().take(len).collect::<String>();
    format!(
        "{}/{}/{random}{extension}",
        cut(&run.execution.definition.name, 20),
        cut(artifact, 10)
    )
}

/// Writes an artifact as `caller`, with SSE-KMS under the store's key.
pub(crate) fn put(
    run: &Run,
    caller: &Caller,
    name: &str,
    extension: &str,
    body: impl FnMut() -> Result<Option<Vec<u8>>, ApiError>,
) -> Result<Artifact, Failed> {
    let Some(store) = run.execution.definition.store(&run.region) else {
        return Err(Failed::new(
            "ConfigurationError",
            "The pipeline has no artifact store in this region.",
        ));
    };
    let key = key(run, name, extension);
    run.write(caller, stored(store, &key, caller), body)
        .map_err(|e| failure::bucket(&store.location, &e))?;
    Ok(Artifact {
        bucket: store.location.clone(),
        key,
    })
}

/// What S3 is asked for to write an object into an artifact store: with SSE-KMS, under the store's key.
pub(crate) fn stored(store: &ArtifactStore, key: &str, caller: &Caller) -> Value {
    let mut input =
        json!({"Bucket": store.location, "Key": key, "ServerSideEncryption": "aws:kms"});
    if let (Some(encryption), Some(map)) = (&store.encryption_key, input.as_object_mut()) {
        map.insert(
            "SSEKMSKeyId".to_owned(),
            json!(key_id(&encryption.id, caller)),
        );
    }
    input
}

/// Aliases are recognized only in the account that made them: elsewhere the alias means one of that account.
pub(crate) fn key_id(id: &str, caller: &Caller) -> String {
    match id.split_once(":alias/") {
        Some((arn, name)) if arn.split(':').nth(4) != Some(caller.account()) => {
            format!("alias/{name}")
        }
        _ => id.to_owned(),
    }
}

/// A ZIP with one file; the same content gives the same bytes.
pub(crate) fn zip_of(name: &str, content: &[u8]) -> Result<Vec<u8>, Failed> {
    let broken = |e: &dyn std::fmt::Display| {
        Failed::new(
            "SystemUnavailable",
            format!("The artifact could not be packed: {e}"),
        )
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    zip.start_file(name, options).map_err(|e| broken(&e))?;
    zip.write_all(content).map_err(|e| broken(&e))?;
    Ok(zip.finish().map_err(|e| broken(&e))?.into_inner())
}

/// Gives `bytes` in one piece.
pub(crate) fn once(bytes: Vec<u8>) -> impl FnMut() -> Result<Option<Vec<u8>>, ApiError> {
    let mut bytes = Some(bytes);
    move || Ok(bytes.take())
}

/// The only input artifact of an action.
pub(crate) fn input(run: &Run) -> Result<&Artifact, Failed> {
    let first = run.attempt.inputs.first().map(|(_, a)| a);
    first.ok_or_else(|| {
        Failed::new(
            "ConfigurationError",
            "The input artifact was not made in this execution.",
        )
    })
}

/// The name of the only output artifact of an action.
pub(crate) fn output(run: &Run) -> Result<String, Failed> {
    let name = run
        .declared()
        .and_then(|d| d.output_artifacts.first())
        .map(|a| a.name.clone());
    name.ok_or_else(|| Failed::new("ConfigurationError", "The action has no output artifact."))
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
