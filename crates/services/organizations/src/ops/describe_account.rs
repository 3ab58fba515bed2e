//! Shows a member of an organization.

use sekisho_engine::prelude::*;

use crate::{account, check, management, own};

pub(crate) struct DescribeAccount;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    account_id: String,
}

impl Operation for DescribeAccount {
    const ID: OpId = OpId::new("organizations", "DescribeAccount");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let Ok(organization) = own(lookup) else {
            return Ok(check(lookup, "DescribeAccount"));
        };
        let management = management(lookup, organization);
        let arn = account::arn(organization, management, &input.account_id);
        Ok(vec![Check::new("organizations:DescribeAccount", arn)])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let lookup = cx.lookup();
        let organization = own(&lookup)?;
        let management = management(&lookup, organization);
        if !organization.members.contains_key(&input.account_id) {
            let message = "You specified an account that doesn't exist.";
            return Err(ApiError::new("AccountNotFoundException", message).status(400));
        }
        Ok(json!({"Account": account::render(organization, management, &input.account_id)}))
    }
}
