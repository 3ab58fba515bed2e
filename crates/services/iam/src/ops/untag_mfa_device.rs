//! Takes tags from a virtual device.

use sekisho_engine::MFA_DEVICES;
use sekisho_engine::prelude::*;

use crate::{mfa, tags};

pub(crate) struct UntagMFADevice;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    serial_number: String,
    tag_keys: Vec<String>,
}

impl Operation for UntagMFADevice {
    const ID: OpId = OpId::new("iam", "UntagMFADevice");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let check = mfa::check(lookup, "UntagMFADevice", &input.serial_number);
        Ok(vec![check.with_list("aws:TagKeys", input.tag_keys.clone())])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let mut device = mfa::find(cx, &input.serial_number)?.as_ref().clone();
        tags::drop_exact(&mut device.tags, &input.tag_keys);
        cx.put(&MFA_DEVICES, &input.serial_number, device)?;
        Ok(json!({}))
    }
}
