//! Objects: where the file is of which one is made, and those of S3 source actions. What is uploaded from elsewhere in real life
//! is put there, as images are.

use std::io::{Cursor, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sekisho_iac::Scope;
use serde_json::{Map, Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::Client;

/// The name of the file in an archive that stands in for what nobody knows.
const FILE: &str = "index.html";

/// Makes the `source` of an object a path from here: Terraform runs in the directory of the configuration. What that packs itself
/// is not on the disk, and becomes the object's content.
pub(super) fn locate(scope: &Scope<'_>, arguments: &mut Map<String, Value>) {
    let source = arguments.get("source").and_then(Value::as_str);
    let Some(source) = source.filter(|s| !s.is_empty()).map(str::to_owned) else {
        return;
    };
    match scope.kept(&source) {
        Some(bytes) => {
            arguments.remove("source");
            let text = json!(STANDARD.encode(bytes));
            arguments.insert("content_base64".to_owned(), text);
        }
        None => {
            let path = Path::new(&scope.folder()).join(source);
            arguments.insert("source".to_owned(), json!(path.display().to_string()));
        }
    }
}

/// Puts an archive where an S3 source action of a pipeline, which is as Terraform has it, reads an object that is not there.
/// Says which.
pub(super) fn stand_in(client: &Client, pipeline: &Map<String, Value>) -> Vec<String> {
    let stages = list(pipeline.get("stage"));
    let actions = stages.iter().flat_map(|s| list(s.get("action")));
    put(client, actions, ["/category", "/provider"])
}

/// The same of a pipeline as CodePipeline has it.
pub(super) fn stand_in_for_definition(client: &Client, pipeline: &Value) -> Vec<String> {
    let stages = list(pipeline.get("stages"));
    let actions = stages.iter().flat_map(|s| list(s.get("actions")));
    put(
        client,
        actions,
        ["/actionTypeId/category", "/actionTypeId/provider"],
    )
}

fn list(value: Option<&Value>) -> Vec<Value> {
    value.and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Puts an archive where the actions read an object that is not there; of what type each is says where `of` points.
fn put(client: &Client, actions: impl Iterator<Item = Value>, of: [&str; 2]) -> Vec<String> {
    let mut out = Vec::new();
    for action in actions {
        let text = |pointer: &str| action.pointer(pointer).and_then(Value::as_str);
        let source = of.map(text) == [Some("Source"), Some("S3")];
        let object = text("/configuration/S3Bucket").zip(text("/configuration/S3ObjectKey"));
        let Some((bucket, key)) = object.filter(|_| source) else {
            continue;
        };
        // What stands in for it is nobody's call: no policy of the user is asked.
        let Some(owner) = owner(client, bucket) else {
            continue;
        };
        let there = json!({"Bucket": bucket, "Key": key});
        if owner.call("s3", "HeadObject", there.clone()).is_ok() {
            continue;
        }
        let Some(archive) = archive() else { continue };
        if owner.send("s3", "PutObject", there, &archive).is_ok() {
            out.push(format!(
                "nothing here writes s3://{bucket}/{key}, which an action reads: an archive with the file {FILE} stands in for it"
            ));
        }
    }
    out
}

/// Whose bucket it is.
fn owner(client: &Client, bucket: &str) -> Option<Client> {
    let engine = &client.engine;
    let any = Client::owner(engine, &client.account, &client.region);
    let input = json!({"Bucket": bucket});
    let region = any.call("s3", "HeadBucket", input).ok()?;
    let region = region
        .get("BucketRegion")
        .and_then(Value::as_str)?
        .to_owned();
    let accounts = engine.accounts();
    let of = |account: &str| Client::owner(engine, account, &region);
    accounts.iter().map(|a| of(a)).find(|owner| {
        let input = json!({"Bucket": bucket, "ExpectedBucketOwner": owner.account});
        owner.call("s3", "HeadBucket", input).is_ok()
    })
}

fn archive() -> Option<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(FILE, SimpleFileOptions::default()).ok()?;
    writer.write_all(b"<!doctype html>\n").ok()?;
    Some(writer.finish().ok()?.into_inner())
}
