//! A password for docker, for 12 hours. It says who holds it; what they may do is asked at every request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sekisho_engine::prelude::*;
use sekisho_engine::time;

use crate::{TOKEN_MS, registry_purpose};

pub(crate) struct GetAuthorizationToken;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input {
    #[serde(default)]
    registry_ids: Vec<String>,
}

impl Operation for GetAuthorizationToken {
    const ID: OpId = OpId::new("ecr", "GetAuthorizationToken");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("ecr:GetAuthorizationToken", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let expires = cx.now_ms() + TOKEN_MS;
        let token = cx.issue_token(&registry_purpose(cx.region()), expires)?;
        let token = STANDARD.encode(format!("AWS:{}.{token}", cx.region()));
        let registries = match input.registry_ids.as_slice() {
            [] => vec![cx.account().to_owned()],
            ids => ids.to_vec(),
        };
        let endpoint = |account: &str| match &cx.origin().info().endpoint {
            Some(endpoint) if !cx.config().aws_registry_host => format!("http://{endpoint}"),
            _ => format!("https://{account}.dkr.ecr.{}.amazonaws.com", cx.region()),
        };
        let data: Vec<Value> = registries
            .iter()
            .map(|r| json!({"authorizationToken": token, "expiresAt": time::seconds(expires), "proxyEndpoint": endpoint(r)}))
            .collect();
        Ok(json!({"authorizationData": data}))
    }
}
