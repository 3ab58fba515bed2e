//! Adds tags to a virtual device.

use sekisho_engine::MFA_DEVICES;
use sekisho_engine::prelude::*;

use crate::mfa;
use crate::tags::{self, Tag};

pub(crate) struct TagMFADevice;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    serial_number: String,
    tags: Vec<Tag>,
}

impl Operation for TagMFADevice {
    const ID: OpId = OpId::new("iam", "TagMFADevice");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let check = mfa::check(lookup, "TagMFADevice", &input.serial_number);
        Ok(vec![check.with_tags(tags::pairs(&input.tags))])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        tags::some(&input.tags)?;
        let mut device = mfa::find(cx, &input.serial_number)?.as_ref().clone();
        tags::merge_exact(&mut device.tags, &input.tags)?;
        cx.put(&MFA_DEVICES, &input.serial_number, device)?;
        Ok(json!({}))
    }
}
