//! Simulates what a user or a role may do.

use sekisho_engine::prelude::*;

use crate::simulate::{self, Simulation};

pub(crate) struct SimulatePrincipalPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_source_arn: String,
    #[serde(flatten)]
    simulation: Simulation,
}

impl Operation for SimulatePrincipalPolicy {
    const ID: OpId = OpId::new("iam", "SimulatePrincipalPolicy");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let arn = simulate::source(lookup, &input.policy_source_arn)?;
        Ok(vec![Check::new("iam:SimulatePrincipalPolicy", arn)])
    }

    fn run(cx: &mut Cx<'_>, mut input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let arn = simulate::source(&cx.lookup(), &input.policy_source_arn)?;
        let held = simulate::held(cx, &arn)?;
        // A user speaks for itself where no other caller is named.
        if input.simulation.caller_arn.is_none() && arn.contains(":user/") {
            input.simulation.caller_arn = Some(arn);
        }
        simulate::simulate(cx.account(), held, &input.simulation)
    }
}
