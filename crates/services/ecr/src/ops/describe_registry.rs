//! Reads where the images of the registry go.

use sekisho_engine::prelude::*;

use crate::registry_settings::{self, REPLICATION};

pub(crate) struct DescribeRegistry;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for DescribeRegistry {
    const ID: OpId = OpId::new("ecr", "DescribeRegistry");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("ecr:DescribeRegistry", "*")])
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let kept = cx.get(&REPLICATION, &registry_settings::row(cx))?;
        let kept = kept.map_or_else(|| json!({"rules": []}), |kept| kept.as_ref().clone());
        Ok(json!({"registryId": cx.account(), "replicationConfiguration": kept}))
    }
}
