//! Who an action is: the service, then the service role, then the action's own role.

use std::sync::Arc;

use sekisho_codepipeline::{Pipeline, SERVICE_PRINCIPAL};
use sekisho_engine::{ApiError, BodyOut, Call, Caller, Engine, Origin};
use sekisho_pipeline::{ActionDefinition, ActionRun, Execution};
use serde_json::{Value, json};

use crate::failure::{Failed, permission};

/// An attempt at an action, with all that is needed to run it.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) engine: Arc<Engine>,
    pub(crate) pipeline_arn: String,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) execution: Execution,
    pub(crate) attempt: ActionRun,
    /// Whether it is taken to be done.
    pub(crate) skipped: bool,
}

impl Run {
    pub(crate) fn new(
        engine: &Arc<Engine>,
        pipeline: &Pipeline,
        execution: &Execution,
        attempt: &ActionRun,
    ) -> Self {
        Self {
            engine: Arc::clone(engine),
            pipeline_arn: pipeline.arn(),
            account: pipeline.account.clone(),
            region: pipeline.region.clone(),
            execution: execution.clone(),
            attempt: attempt.clone(),
            skipped: false,
        }
    }

    pub(crate) fn declared(&self) -> Option<&ActionDefinition> {
        self.execution.declared(&self.attempt)
    }

    /// The label under which the events of this attempt are found.
    fn origin(&self) -> Origin {
        if self.skipped {
            #[expect(
                clippy::disallowed_methods,
                reason = "the artifacts of a skipped action are there already"
            )]
            return Origin::given(&self.region);
        }
        Origin::service(&self.region, &self.pipeline_arn, &self.account)
            .tagged(self.attempt.id.clone())
    }

    pub(crate) fn call(
        &self,
        caller: &Caller,
        service: &str,
        operation: &str,
        input: Value,
    ) -> Result<Value, ApiError> {
        Ok(self
            .engine
            .call(self.request(caller, service, operation, input), None)?
            .output)
    }

    fn request(&self, caller: &Caller, service: &str, operation: &str, input: Value) -> Call {
        Call {
            caller: caller.clone(),
            service: service.to_owned(),
            operation: operation.to_owned(),
            input,
            origin: self.origin(),
        }
    }

    /// Reads an object: what S3 says of it, and its body.
    pub(crate) fn read(&self, caller: &Caller, input: Value) -> Result<(Value, BodyOut), ApiError> {
        let reply = self
            .engine
            .call(self.request(caller, "s3", "GetObject", input), None)?;
        Ok((
            reply.output,
            reply.body.unwrap_or_else(|| BodyOut::new(Vec::new())),
        ))
    }

    /// Writes an object, piece by piece.
    pub(crate) fn write(
        &self,
        caller: &Caller,
        input: Value,
        mut body: impl FnMut() -> Result<Option<Vec<u8>>, ApiError>,
    ) -> Result<Value, ApiError> {
        let call = self.request(caller, "s3", "PutObject", input);
        let mut sink = self.engine.sink(&call)?;
        while let Some(piece) = body()? {
            sink.write(&piece)?;
        }
        Ok(self.engine.call(call, Some(sink.finish()?))?.output)
    }

    /// Writes an object as an upload of one part, piece by piece.
    pub(crate) fn upload(
        &self,
        caller: &Caller,
        input: Value,
        mut body: impl FnMut() -> Result<Option<Vec<u8>>, ApiError>,
    ) -> Result<Value, ApiError> {
        let object = json!({"Bucket": input["Bucket"], "Key": input["Key"]});
        let with = |more: Value| {
            let mut input = object.clone();
            if let (Some(own), Value::Object(more)) = (input.as_object_mut(), more) {
                own.extend(more);
            }
            input
        };
        let begun = self.call(caller, "s3", "CreateMultipartUpload", input)?;
        let id = &begun["UploadId"];
        let part = with(json!({"UploadId": id, "PartNumber": 1}));
        let call = self.request(caller, "s3", "UploadPart", part);
        let mut sink = self.engine.sink(&call)?;
        while let Some(piece) = body()? {
            sink.write(&piece)?;
        }
        let part = self.engine.call(call, Some(sink.finish()?))?.output;
        let parts = json!({"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]});
        let done = with(json!({"UploadId": id, "MultipartUpload": parts}));
        self.call(caller, "s3", "CompleteMultipartUpload", done)
    }

    /// The session that does the work. The roles are assumed anew for every action, as on AWS.
    pub(crate) fn assume(&self) -> Result<Caller, Failed> {
        let service = self.assume_service()?;
        match self.declared().and_then(|d| d.role_arn.as_ref()) {
            Some(role) => self.assume_role(&service, role, &self.session_name()),
            None => Ok(service),
        }
    }

    /// The session of the pipeline's own role.
    pub(crate) fn assume_service(&self) -> Result<Caller, Failed> {
        self.assume_role(
            &Caller::service(SERVICE_PRINCIPAL),
            &self.execution.definition.role_arn,
            &self.session_name(),
        )
    }

    fn session_name(&self) -> String {
        self.engine.clock().now_ms().to_string()
    }

    fn assume_role(&self, caller: &Caller, role: &str, name: &str) -> Result<Caller, Failed> {
        let input = json!({"RoleArn": role, "RoleSessionName": name});
        let denied = |_: ApiError| {
            permission(format!(
                "The provided role cannot be assumed: 'Access denied when attempting to assume the role '{role}''"
            ))
        };
        let answer = self
            .call(caller, "sts", "AssumeRole", input)
            .map_err(denied)?;
        let key = answer
            .pointer("/Credentials/AccessKeyId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let credential = self.engine.credential(key).ok().flatten();
        credential
            .map(|c| c.caller)
            .ok_or_else(|| Failed::new("SystemUnavailable", "The new session is gone."))
    }
}
