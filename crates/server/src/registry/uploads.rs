//! Uploads of layers: in one piece, in several, or taken over from another repository.

use hyper::body::Incoming;
use sekisho_engine::{ApiError, Call, Reply};
use serde_json::{Value, json};

use super::{Registry, VERSION};
use crate::api;
use crate::body::{self, Framing};
use crate::respond::{self, Answer};

impl Registry<'_> {
    pub(super) fn upload_answer(&self, status: u16, id: &str, size: u64) -> Answer {
        let location = format!("/v2/{}/blobs/uploads/{id}?_state={size}", self.path_name());
        let range = format!("0-{}", size.saturating_sub(1));
        let headers = [
            ("location", location.as_str()),
            ("range", &range),
            ("docker-upload-uuid", id),
            ("content-length", "0"),
            VERSION,
        ];
        respond::full(status, &headers, "")
    }

    pub(super) fn created(&self, digest: &str) -> Answer {
        let location = format!("/v2/{}/blobs/{digest}", self.path_name());
        respond::full(
            201,
            &[
                ("location", location.as_str()),
                ("docker-content-digest", digest),
                VERSION,
            ],
            "",
        )
    }

    pub(super) fn initiate(&self) -> Result<String, ApiError> {
        let reply = self.call("InitiateLayerUpload", json!({}))?;
        Ok(reply
            .output
            .get("uploadId")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned())
    }

    pub(super) async fn begin(&self, body: Incoming) -> Result<Answer, ApiError> {
        if let (Some(digest), Some(from)) = (self.parameter("mount"), self.parameter("from"))
            && let Some(answer) = self.mount(&digest, &from)?
        {
            return Ok(answer);
        }
        let id = self.initiate()?;
        match self.parameter("digest") {
            Some(digest) => {
                self.part(&id, 0, body).await?;
                self.finish(&id, &digest)
            }
            None => Ok(self.upload_answer(202, &id, 0)),
        }
    }

    /// Takes a layer over from another repository of the registry, if the caller may read it there. The bytes
    /// are stored once whatever the number of repositories.
    pub(super) fn mount(&self, digest: &str, from: &str) -> Result<Option<Answer>, ApiError> {
        let from = from
            .strip_prefix(&format!("{}/", self.account))
            .unwrap_or(from);
        let read = self.prepare(
            "GetDownloadUrlForLayer",
            from,
            json!({"layerDigest": digest}),
        );
        let Ok(Reply {
            body: Some(mut body),
            ..
        }) = api::run(self.shared, read, None)
        else {
            return Ok(None);
        };
        let id = self.initiate()?;
        let call = self.part_call(&id, 0);
        let mut sink = api::blocking(self.shared, || self.shared.engine.sink(&call))?;
        while let Some(chunk) = body.next_chunk()? {
            sink.write(&chunk)?;
        }
        api::run(self.shared, call, Some(sink.finish()?))?;
        self.finish(&id, digest).map(Some)
    }

    pub(super) fn part_call(&self, id: &str, first: u64) -> Call {
        let input = json!({"uploadId": id, "partFirstByte": first, "partLastByte": first, "layerPartBlob": ""});
        self.prepare("UploadLayerPart", &self.name, input)
    }

    /// Streams a part; returns the bytes received so far.
    pub(super) async fn part(&self, id: &str, first: u64, body: Incoming) -> Result<u64, ApiError> {
        let call = self.part_call(id, first);
        let sink = api::blocking(self.shared, || self.shared.engine.sink(&call))?;
        let length = self
            .header("content-length")
            .and_then(|v| v.parse::<u64>().ok());
        let body = body::into_sink(body, sink, Framing::Plain, length).await?;
        let reply = api::run(self.shared, call, Some(body))?;
        let last = reply
            .output
            .get("lastByteReceived")
            .and_then(Value::as_i64)
            .unwrap_or(-1);
        Ok(u64::try_from(last + 1).unwrap_or(0))
    }

    pub(super) fn finish(&self, id: &str, digest: &str) -> Result<Answer, ApiError> {
        match self.call(
            "CompleteLayerUpload",
            json!({"uploadId": id, "layerDigests": [digest]}),
        ) {
            Ok(_) => Ok(self.created(digest)),
            Err(error) if error.code == "LayerAlreadyExistsException" => Ok(self.created(digest)),
            Err(error) => Err(error),
        }
    }

    /// Bytes received so far: what the client says, else what we told it.
    pub(super) fn offset(&self) -> u64 {
        let ranged = self.header("content-range").and_then(|r| {
            r.trim_start_matches("bytes ")
                .split('-')
                .next()?
                .parse()
                .ok()
        });
        ranged
            .or_else(|| self.parameter("_state")?.parse().ok())
            .unwrap_or(0)
    }

    pub(super) async fn append(&self, id: &str, body: Incoming) -> Result<Answer, ApiError> {
        let size = self.part(id, self.offset(), body).await?;
        Ok(self.upload_answer(202, id, size))
    }

    pub(super) async fn complete(&self, id: &str, body: Incoming) -> Result<Answer, ApiError> {
        let Some(digest) = self.parameter("digest") else {
            return Err(ApiError::new(
                "InvalidLayerException",
                "the digest is missing",
            ));
        };
        let offset = self.offset();
        let has_body = self.header("content-length").is_none_or(|l| l != "0")
            && self.header("content-length").is_some()
            || self.header("transfer-encoding").is_some();
        if has_body || offset == 0 {
            self.part(id, offset, body).await?;
        }
        self.finish(id, &digest)
    }
}
