//! Gives a virtual device to a user, who shows with two codes that he has it.

use sekisho_engine::prelude::*;
use sekisho_engine::{MFA_DEVICES, User};

use crate::{holder, mfa};

pub(crate) struct EnableMFADevice;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
    serial_number: String,
    authentication_code1: String,
    authentication_code2: String,
}

impl Operation for EnableMFADevice {
    const ID: OpId = OpId::new("iam", "EnableMFADevice");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<User>(lookup, "EnableMFADevice", &input.user_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let user = holder::find::<User>(cx, &input.user_name)?;
        mfa::may_manage(cx, &user)?;
        let mut device = mfa::find(cx, &input.serial_number)?.as_ref().clone();
        if device.user.is_some() {
            let message = match device.is_of(&user.name, &user.id) {
                true => format!("MFA Device for user {} already exists.", user.name),
                false => "MFA Device is already in use.".to_owned(),
            };
            return Err(ApiError::new("EntityAlreadyExists", message).status(409));
        }
        if mfa::devices(cx, &user)?.len() >= mfa::MOST {
            let message = format!("Cannot exceed quota for MfaDevicesPerUser: {}", mfa::MOST);
            return Err(ApiError::new("LimitExceeded", message).status(409));
        }
        let (one, two) = (&input.authentication_code1, &input.authentication_code2);
        if !device.pair(cx.now_ms(), one, two) {
            return Err(mfa::wrong_code());
        }
        device.user = Some((user.name.clone(), user.id.clone()));
        device.enabled_ms = cx.now_ms();
        cx.put(&MFA_DEVICES, &input.serial_number, device)?;
        Ok(json!({}))
    }
}
