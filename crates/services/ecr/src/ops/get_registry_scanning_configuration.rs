//! Reads how the images of the registry are scanned: not at all, where nobody has said it.

use sekisho_engine::prelude::*;

use crate::registry_settings::{self, SCANNING};

pub(crate) struct GetRegistryScanningConfiguration;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for GetRegistryScanningConfiguration {
    const ID: OpId = OpId::new("ecr", "GetRegistryScanningConfiguration");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new(
            "ecr:GetRegistryScanningConfiguration",
            "*",
        )])
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let kept = cx.get(&SCANNING, &registry_settings::row(cx))?;
        let kept = kept.map_or_else(
            || json!({"scanType": "BASIC", "rules": []}),
            |kept| kept.as_ref().clone(),
        );
        Ok(json!({"registryId": cx.account(), "scanningConfiguration": kept}))
    }
}
