//! Lists the devices of a user.

use sekisho_engine::User;
use sekisho_engine::prelude::*;

use crate::ops::create_access_key::user_or_self;
use crate::{holder, mfa, render};

pub(crate) struct ListMFADevices;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    user_name: Option<String>,
}

impl Operation for ListMFADevices {
    const ID: OpId = OpId::new("iam", "ListMFADevices");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        holder::check_self(lookup, "ListMFADevices", input.user_name.as_deref())
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let name = user_or_self(cx, input.user_name)?;
        let user = holder::find::<User>(cx, &name)?;
        let devices = mfa::devices(cx, &user)?;
        let shown = devices.iter().map(|device| {
            let enabled = render::date(device.enabled_ms);
            json!({"UserName": user.name, "SerialNumber": device.arn, "EnableDate": enabled})
        });
        Ok(json!({"MFADevices": shown.collect::<Vec<_>>(), "IsTruncated": false}))
    }
}
