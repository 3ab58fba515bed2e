//! Simulates documents that are given, for nobody in particular.

use sekisho_engine::prelude::*;

use crate::simulate::{self, Held, Simulation};

pub(crate) struct SimulateCustomPolicy;

impl Operation for SimulateCustomPolicy {
    const ID: OpId = OpId::new("iam", "SimulateCustomPolicy");
    const WRITES: bool = false;
    type Input = Simulation;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Simulation) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("iam:SimulateCustomPolicy", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Simulation, _: &Permit<Self>) -> Result<Value, ApiError> {
        simulate::simulate(cx.account(), Held::default(), &input)
    }
}
