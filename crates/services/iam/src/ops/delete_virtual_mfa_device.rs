//! Removes a virtual device that nobody has.

use sekisho_engine::MFA_DEVICES;
use sekisho_engine::prelude::*;

use crate::mfa;

pub(crate) struct DeleteVirtualMFADevice;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    serial_number: String,
}

impl Operation for DeleteVirtualMFADevice {
    const ID: OpId = OpId::new("iam", "DeleteVirtualMFADevice");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let check = mfa::check(lookup, "DeleteVirtualMFADevice", &input.serial_number);
        Ok(vec![check])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let device = mfa::find(cx, &input.serial_number)?;
        if device.user.is_some() {
            let message = "MFA VirtualDevice in use. Must deactivate first.";
            return Err(ApiError::new("DeleteConflict", message).status(409));
        }
        cx.delete(&MFA_DEVICES, &device.arn);
        Ok(json!({}))
    }
}
