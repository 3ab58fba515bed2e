//! Input artifacts of an action in another region: CodePipeline copies them into the store of that region before the action
//! begins (user guide, "Add a cross-Region action"). The sentence of a failure names the pipeline's role, so it is that which
//! copies (aws-deployment-framework#756).

use sekisho_pipeline::Artifact;
use serde_json::json;

use crate::artifacts;
use crate::failure::{self, Failed};
use crate::session::Run;

/// The attempt as it runs in `region`: with its input artifacts in the store that the pipeline has there.
pub(crate) fn into(run: &Run, region: &str) -> Result<Run, Failed> {
    let definition = &run.execution.definition;
    let Some(store) = definition.store(region) else {
        return Err(Failed::new(
            "ConfigurationError",
            format!("The pipeline has no artifact store in {region}."),
        ));
    };
    let mut there = Run {
        region: region.to_owned(),
        ..run.clone()
    };
    let caller = run.assume_service()?;
    let mut inputs = Vec::new();
    for (name, artifact) in &run.attempt.inputs {
        let failed = |error| {
            let from = (artifact.bucket.as_str(), run.region.as_str());
            let to = (store.location.as_str(), region);
            failure::replication(name, from, to, &definition.role_arn, &error)
        };
        let object = json!({"Bucket": artifact.bucket, "Key": artifact.key});
        let (_, mut body) = run.read(&caller, object).map_err(failed)?;
        let copy = artifacts::stored(store, &artifact.key, &caller);
        there
            .write(&caller, copy, || Ok(body.next_chunk()?))
            .map_err(failed)?;
        let copied = Artifact {
            bucket: store.location.clone(),
            key: artifact.key.clone(),
        };
        inputs.push((name.clone(), copied));
    }
    there.attempt.inputs = inputs;
    Ok(there)
}
