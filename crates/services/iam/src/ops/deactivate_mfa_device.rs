//! Takes a device from its user.

use sekisho_engine::prelude::*;
use sekisho_engine::{MFA_DEVICES, User};

use crate::ops::create_access_key::user_or_self;
use crate::{holder, mfa};

pub(crate) struct DeactivateMFADevice;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: Option<String>,
    serial_number: String,
}

impl Operation for DeactivateMFADevice {
    const ID: OpId = OpId::new("iam", "DeactivateMFADevice");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check_self(lookup, "DeactivateMFADevice", input.user_name.as_deref())
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let name = user_or_self(cx, input.user_name)?;
        let user = holder::find::<User>(cx, &name)?;
        mfa::may_manage(cx, &user)?;
        let mut device = mfa::of_user(cx, &input.serial_number, &user)?;
        device.user = None;
        cx.put(&MFA_DEVICES, &input.serial_number, device)?;
        Ok(json!({}))
    }
}
