//! S3 deploy: writes an artifact, or what is in it, into a bucket (`spec/codepipeline-wire.md` section 8).

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use sekisho_engine::{ApiError, Caller};
use sekisho_pipeline::Outcome;
use serde_json::{Value, json};
use zip::ZipArchive;

use crate::artifacts::{self, once};
use crate::failure::{self, Failed};
use crate::session::Run;

/// Largest member of an archive, unpacked: 512 MiB.
const MAX_MEMBER: u64 = 512 << 20;

pub(crate) fn run(
    run: &Run,
    caller: &Caller,
    configuration: &BTreeMap<String, String>,
) -> Result<Outcome, Failed> {
    let target = Target {
        run,
        caller,
        configuration,
    };
    let extract = configuration
        .get("Extract")
        .map(String::as_str)
        .unwrap_or_default();
    let external = match extract {
        "true" => target.extract()?,
        "false" => target.raw()?,
        other => {
            let message = format!(
                "Invalid value for configuration property '{other}': 'Extract'. Edit your pipeline and set 'Extract' to either 'true' or 'false'."
            );
            return Err(Failed::new("ConfigurationError", message));
        }
    };
    Ok(Outcome {
        external_id: Some(external),
        summary: Some("Deployment Succeeded".to_owned()),
        ..Outcome::default()
    })
}

struct Target<'a> {
    run: &'a Run,
    caller: &'a Caller,
    configuration: &'a BTreeMap<String, String>,
}

impl Target<'_> {
    fn bucket(&self) -> &str {
        self.configuration
            .get("BucketName")
            .map(String::as_str)
            .unwrap_or_default()
    }

    /// The object key of the configuration, with `{datetime}` and `{uuid}` filled in.
    fn key(&self) -> Option<String> {
        let now = self.run.engine.clock().now_ms();
        let stamp = sekisho_engine::time::iso(now);
        self.configuration.get("ObjectKey").map(|k| {
            k.replace("{datetime}", &stamp)
                .replace("{uuid}", &self.run.attempt.id)
        })
    }

    fn input(&self, key: &str, content_type: &str) -> Value {
        let mut input = json!({"Bucket": self.bucket(), "Key": key, "ContentType": content_type});
        let Some(map) = input.as_object_mut() else {
            return input;
        };
        if let Some(arn) = self.configuration.get("KMSEncryptionKeyARN") {
            map.insert("ServerSideEncryption".to_owned(), json!("aws:kms"));
            let key = artifacts::key_id(arn, self.caller);
            map.insert("SSEKMSKeyId".to_owned(), json!(key));
        }
        for (from, to) in [("CannedACL", "ACL"), ("CacheControl", "CacheControl")] {
            if let Some(value) = self.configuration.get(from) {
                map.insert(to.to_owned(), json!(value));
            }
        }
        input
    }

    fn write(
        &self,
        key: &str,
        content_type: &str,
        body: impl FnMut() -> Result<Option<Vec<u8>>, ApiError>,
    ) -> Result<(), Failed> {
        let written = self
            .run
            .write(self.caller, self.input(key, content_type), body);
        written
            .map(|_| ())
            .map_err(|e| failure::deployment(self.bucket(), &e))
    }

    fn raw(&self) -> Result<String, Failed> {
        let Some(key) = self.key() else {
            let message = "When the extract feature is disabled, you must provide an object. Edit your pipeline to fix the configuration.";
            return Err(Failed::new("ConfigurationError", message));
        };
        let artifact = artifacts::input(self.run)?;
        let (_, mut body) = self
            .run
            .read(
                self.caller,
                json!({"Bucket": artifact.bucket, "Key": artifact.key}),
            )
            .map_err(|e| failure::artifact(&artifact.bucket, &artifact.key, &e))?;
        // Recorded (`spec/codepipeline-wire.md` section 8.3): in parts, of which there is one; so that who writes under a key
        // has to be able to decrypt as well.
        let input = self.input(&key, "application/octet-stream");
        self.run
            .upload(self.caller, input, || Ok(body.next_chunk()?))
            .map_err(|e| failure::deployment(self.bucket(), &e))?;
        Ok(format!("{}/{key}", self.bucket()))
    }

    /// Members are written in archive order; what was written before a bad one stays.
    fn extract(&self) -> Result<String, Failed> {
        let artifact = artifacts::input(self.run)?;
        let broken = || Failed::new("JobFailed", "The archive is malformed.");
        let (_, body) = self
            .run
            .read(
                self.caller,
                json!({"Bucket": artifact.bucket, "Key": artifact.key}),
            )
            .map_err(|e| failure::artifact(&artifact.bucket, &artifact.key, &e))?;
        let bytes = body.read_all().map_err(|_| broken())?;
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
        let prefix = self.key().map(|k| format!("{k}/")).unwrap_or_default();
        for index in 0..archive.len() {
            let member = archive.by_index(index).map_err(|_| broken())?;
            let name = member.name().map_err(|_| broken())?.replace('\\', "/");
            if name.ends_with('/') {
                continue;
            }
            if name.contains("../") {
                let message =
                    format!("The file name {name} contains invalid sequence: dot-dot-slash.");
                return Err(Failed::new("ConfigurationError", message));
            }
            let mut content = Vec::new();
            member
                .take(MAX_MEMBER + 1)
                .read_to_end(&mut content)
                .map_err(|_| broken())?;
            if content.len() as u64 > MAX_MEMBER {
                return Err(Failed::new(
                    "JobFailed",
                    format!("The file {name} is larger than {MAX_MEMBER} bytes."),
                ));
            }
            self.write(
                &format!("{prefix}{name}"),
                content_type(&name),
                once(content),
            )?;
        }
        let bucket = self.bucket();
        Ok(if prefix.is_empty() {
            bucket.to_owned()
        } else {
            format!("{bucket}/{prefix}")
        })
    }
}

/// By extension, in any case, as recorded on AWS.
fn content_type(name: &str) -> &'static str {
    let extension = name
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .rsplit_once('.')
        .map(|(_, e)| e.to_lowercase());
    match extension.as_deref() {
        Some("html" | "htm") => "text/html",
        Some("js") => "application/x-javascript",
        Some("xml") => "application/xml",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("txt") => "text/plain",
        Some("css") => "text/css",
        _ => "application/octet-stream",
    }
}
