//! Lists the OpenID Connect providers of the account.

use sekisho_engine::prelude::*;

use crate::providers::{self, PROVIDERS};

pub(crate) struct ListOpenIDConnectProviders;

#[derive(Deserialize)]
pub(crate) struct Input {}

impl Operation for ListOpenIDConnectProviders {
    const ID: OpId = OpId::new("iam", "ListOpenIDConnectProviders");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        // As AWS's denial says it.
        let all = providers::arn(lookup.account(), "*");
        Ok(vec![providers::check("ListOpenIDConnectProviders", &all)])
    }

    fn run(cx: &mut Cx<'_>, _: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let front = format!("arn:aws:iam::{}:oidc-provider/", cx.account());
        let rows = cx.scan(&PROVIDERS, &front)?;
        let list: Vec<Value> = rows.iter().map(|(arn, _)| json!({"Arn": arn})).collect();
        Ok(json!({"OpenIDConnectProviderList": list}))
    }
}
