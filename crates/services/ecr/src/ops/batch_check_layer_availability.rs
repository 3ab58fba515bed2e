//! Says which layers are in a repository.

use sekisho_engine::prelude::*;

use crate::images::{LAYERS, is_digest};
use crate::repos::{self, inside};

pub(crate) struct BatchCheckLayerAvailability;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    layer_digests: Vec<String>,
}

impl Operation for BatchCheckLayerAvailability {
    const ID: OpId = OpId::new("ecr", "BatchCheckLayerAvailability");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "BatchCheckLayerAvailability",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::find(cx, input.registry_id.as_deref(), &input.repository_name)?;
        let mut layers = Vec::new();
        let mut failures = Vec::new();
        for digest in input.layer_digests {
            if !is_digest(&digest) {
                failures.push(json!({
                    "layerDigest": digest, "failureCode": "InvalidLayerDigest", "failureReason": "Invalid layer digest",
                }));
                continue;
            }
            layers.push(match cx.get(&LAYERS, &inside(&repo.row(), &digest))? {
                None => json!({"layerDigest": digest, "layerAvailability": "UNAVAILABLE"}),
                Some(layer) => {
                    let mut shown = json!({"layerDigest": digest, "layerAvailability": "AVAILABLE", "layerSize": layer.size});
                    if let (Some(kind), Some(map)) = (&layer.media_type, shown.as_object_mut()) {
                        map.insert("mediaType".to_owned(), json!(kind));
                    }
                    shown
                }
            });
        }
        Ok(json!({"layers": layers, "failures": failures}))
    }
}
