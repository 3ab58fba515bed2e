//! Sets the clock of a device by two codes.

use sekisho_engine::prelude::*;
use sekisho_engine::{MFA_DEVICES, User};

use crate::{holder, mfa};

pub(crate) struct ResyncMFADevice;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: String,
    serial_number: String,
    authentication_code1: String,
    authentication_code2: String,
}

impl Operation for ResyncMFADevice {
    const ID: OpId = OpId::new("iam", "ResyncMFADevice");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check::<User>(lookup, "ResyncMFADevice", &input.user_name)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let user = holder::find::<User>(cx, &input.user_name)?;
        let mut device = mfa::of_user(cx, &input.serial_number, &user)?;
        let (one, two) = (&input.authentication_code1, &input.authentication_code2);
        if !device.pair(cx.now_ms(), one, two) {
            return Err(mfa::wrong_code());
        }
        cx.put(&MFA_DEVICES, &input.serial_number, device)?;
        Ok(json!({}))
    }
}
