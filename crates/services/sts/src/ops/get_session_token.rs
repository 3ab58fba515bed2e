//! Temporary credentials for a user or the root user. Needs no permission.

use sekisho_engine::Session;
use sekisho_engine::prelude::*;
use sekisho_policy::Principal;

use crate::credentials;
use crate::mfa::Given;

pub(crate) struct GetSessionToken;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    duration_seconds: Option<i64>,
    serial_number: Option<String>,
    token_code: Option<String>,
}

impl Operation for GetSessionToken {
    const ID: OpId = OpId::new("sts", "GetSessionToken");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        if lookup.caller().session.is_some() {
            return Err(ApiError::new(
                "AccessDenied",
                "Cannot call GetSessionToken with session credentials",
            )
            .status(403));
        }
        match lookup.caller().principal {
            Principal::User { .. } | Principal::Root { .. } => Ok(Vec::new()),
            _ => Err(ApiError::new(
                "MissingAuthenticationToken",
                "Request is missing Authentication Token",
            )
            .status(403)),
        }
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let given = Given {
            serial: input.serial_number.as_deref(),
            code: input.token_code.as_deref(),
        };
        let mfa = given.use_up(cx)?;
        let (name, longest) = match &cx.caller().principal {
            Principal::User { arn, .. } => (
                arn.rsplit('/').next().unwrap_or_default().to_owned(),
                129_600,
            ),
            _ => ("root".to_owned(), 3_600),
        };
        let seconds = input.duration_seconds.unwrap_or(43_200).min(longest);
        let session = Session {
            access_key_id: String::new(),
            secret: String::new(),
            token: String::new(),
            account: cx.account().to_owned(),
            role: None,
            // Whose session it is: a user that is made again under the same name is another user.
            role_id: match &cx.caller().principal {
                Principal::User { id, .. } => id.clone(),
                _ => None,
            },
            role_arn: None,
            name,
            policy: None,
            policy_arns: Vec::new(),
            applier: None,
            tags: Vec::new(),
            transitive: Vec::new(),
            source_identity: None,
            mfa,
            issued_ms: 0,
            expires_ms: 0,
        };
        Ok(json!({"Credentials": credentials::issue(cx, session, seconds)?}))
    }
}
