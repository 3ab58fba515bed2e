//! Says where the images of the registry go; that is kept, nothing is replicated here.

use sekisho_engine::prelude::*;

use crate::registry_settings::{self, REPLICATION};

pub(crate) struct PutReplicationConfiguration;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    replication_configuration: Value,
}

impl Operation for PutReplicationConfiguration {
    const ID: OpId = OpId::new("ecr", "PutReplicationConfiguration");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("ecr:PutReplicationConfiguration", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let kept = input.replication_configuration;
        cx.put(&REPLICATION, &registry_settings::row(cx), kept.clone())?;
        Ok(json!({"replicationConfiguration": kept}))
    }
}
