//! Simulates what a user or a role may do.

use sekisho_engine::prelude::*;

use crate::simulate::{self, ContextEntry, Excluded, Simulation};

pub(crate) struct SimulatePrincipalPolicy;

/// All members by name: the front door has to know what is read.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    policy_source_arn: String,
    #[serde(default)]
    policy_input_list: Vec<String>,
    #[serde(default)]
    permissions_boundary_policy_input_list: Vec<String>,
    #[serde(default)]
    policy_exclusion_list: Vec<Excluded>,
    action_names: Vec<String>,
    #[serde(default)]
    resource_arns: Vec<String>,
    resource_policy: Option<String>,
    resource_owner: Option<String>,
    caller_arn: Option<String>,
    #[serde(default)]
    context_entries: Vec<ContextEntry>,
    resource_handling_option: Option<String>,
    max_items: Option<usize>,
    marker: Option<String>,
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

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let arn = simulate::source(&cx.lookup(), &input.policy_source_arn)?;
        let held = simulate::held(cx, &arn, &input.policy_exclusion_list)?;
        // A user speaks for itself where no other caller is named.
        let own = arn.contains(":user/").then_some(arn);
        let simulation = Simulation {
            policy_input_list: input.policy_input_list,
            permissions_boundary_policy_input_list: input.permissions_boundary_policy_input_list,
            ordered_organization_policy_input_list: Vec::new(),
            action_names: input.action_names,
            resource_arns: input.resource_arns,
            resource_policy: input.resource_policy,
            resource_owner: input.resource_owner,
            caller_arn: input.caller_arn.or(own),
            context_entries: input.context_entries,
            resource_handling_option: input.resource_handling_option,
            max_items: input.max_items,
            marker: input.marker,
        };
        simulate::simulate(cx.account(), held, &simulation)
    }
}
