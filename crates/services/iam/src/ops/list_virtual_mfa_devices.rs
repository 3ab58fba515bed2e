//! Lists the virtual devices of the account.

use sekisho_engine::USERS;
use sekisho_engine::prelude::*;

use crate::{mfa, render};

pub(crate) struct ListVirtualMFADevices;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    assignment_status: Option<String>,
}

impl Operation for ListVirtualMFADevices {
    const ID: OpId = OpId::new("iam", "ListVirtualMFADevices");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("iam:ListVirtualMFADevices", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let mut devices = mfa::all(cx)?;
        match input.assignment_status.as_deref() {
            Some("Assigned") => devices.retain(|d| d.user.is_some()),
            Some("Unassigned") => devices.retain(|d| d.user.is_none()),
            _ => {}
        }
        let mut shown = Vec::new();
        for device in &devices {
            let Some((name, _)) = &device.user else {
                shown.push(json!({"SerialNumber": device.arn}));
                continue;
            };
            let user = cx.get(&USERS, &format!("{}/{name}", cx.account()))?;
            shown.push(json!({
                "SerialNumber": device.arn,
                "User": user.map(|u| render::user(&u, false)),
                "EnableDate": render::date(device.enabled_ms),
            }));
        }
        Ok(json!({"VirtualMFADevices": shown, "IsTruncated": false}))
    }
}
