//! Says how the images of the registry are scanned; that is kept, nothing is scanned here.

use sekisho_engine::prelude::*;

use crate::registry_settings::{self, SCANNING};

pub(crate) struct PutRegistryScanningConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    scan_type: Option<String>,
    #[serde(default)]
    rules: Vec<Value>,
}

impl Operation for PutRegistryScanningConfiguration {
    const ID: OpId = OpId::new("ecr", "PutRegistryScanningConfiguration");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new(
            "ecr:PutRegistryScanningConfiguration",
            "*",
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let kind = input.scan_type.unwrap_or_else(|| "BASIC".to_owned());
        let kept = json!({"scanType": kind, "rules": input.rules});
        cx.put(&SCANNING, &registry_settings::row(cx), kept.clone())?;
        Ok(json!({"registryScanningConfiguration": kept}))
    }
}
