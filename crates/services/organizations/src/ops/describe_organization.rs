//! Shows an organization to its members.

use sekisho_engine::prelude::*;

use crate::{check, management, own, policy_types};

pub(crate) struct DescribeOrganization;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for DescribeOrganization {
    const ID: OpId = OpId::new("organizations", "DescribeOrganization");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(check(lookup, "DescribeOrganization"))
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let lookup = cx.lookup();
        let organization = own(&lookup)?;
        let management = management(&lookup, organization);
        let id = &organization.id;
        Ok(json!({"Organization": {
            "Id": id,
            "Arn": format!("arn:aws:organizations::{management}:organization/{id}"),
            "FeatureSet": "ALL",
            "MasterAccountArn": format!("arn:aws:organizations::{management}:account/{id}/{management}"),
            "MasterAccountId": management,
            "MasterAccountEmail": "",
            "AvailablePolicyTypes": policy_types(),
        }}))
    }
}
