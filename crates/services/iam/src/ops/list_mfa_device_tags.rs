//! Lists the tags of a virtual device.

use sekisho_engine::prelude::*;

use crate::{mfa, tags};

pub(crate) struct ListMFADeviceTags;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    serial_number: String,
}

impl Operation for ListMFADeviceTags {
    const ID: OpId = OpId::new("iam", "ListMFADeviceTags");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![mfa::check(
            lookup,
            "ListMFADeviceTags",
            &input.serial_number,
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let device = mfa::find(cx, &input.serial_number)?;
        Ok(json!({"Tags": tags::render(&device.tags), "IsTruncated": false}))
    }
}
