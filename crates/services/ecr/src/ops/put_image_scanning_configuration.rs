//! Says whether images are scanned when they are pushed; the setting is kept.

use sekisho_engine::prelude::*;

use crate::ops::create_repository::Scanning;
use crate::repos;

pub(crate) struct PutImageScanningConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    registry_id: Option<String>,
    repository_name: String,
    image_scanning_configuration: Scanning,
}

impl Operation for PutImageScanningConfiguration {
    const ID: OpId = OpId::new("ecr", "PutImageScanningConfiguration");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        repos::check(
            lookup,
            "PutImageScanningConfiguration",
            input.registry_id.as_deref(),
            &input.repository_name,
        )
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let repo = repos::change(
            cx,
            input.registry_id.as_deref(),
            &input.repository_name,
            |repo| {
                repo.scan_on_push = input.image_scanning_configuration.scan_on_push;
                Ok(())
            },
        )?;
        Ok(json!({
            "registryId": repo.account, "repositoryName": repo.name,
            "imageScanningConfiguration": {"scanOnPush": repo.scan_on_push},
        }))
    }
}
