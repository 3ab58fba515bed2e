//! Reads a hardware key, of which there are none: of a virtual device IAM says that it is none.

use sekisho_engine::User;
use sekisho_engine::prelude::*;

use crate::{holder, mfa};

pub(crate) struct GetMFADevice;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    serial_number: String,
    user_name: Option<String>,
}

impl Operation for GetMFADevice {
    const ID: OpId = OpId::new("iam", "GetMFADevice");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check_self(lookup, "GetMFADevice", input.user_name.as_deref())
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        mfa::is_virtual(&input.serial_number)?;
        if let Some(name) = &input.user_name {
            holder::find::<User>(cx, name)?;
        }
        // Recorded.
        let message = "The MFA device serial number sent in the request is invalid or not supported by this API. Currently, only hardware FIDO security keys are supported. Please use the compatible device or API.";
        Err(ApiError::new("ValidationError", message).status(400))
    }
}
