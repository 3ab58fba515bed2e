//! Sets the properties of the account. There is one: whether it has Role Manager, which needs a role of its own (recorded, radkawar/stackd
//! iam/account_properties and account_properties_toggle). What Role Manager does is not here.

use std::collections::BTreeMap;

use sekisho_engine::ROLES;
use sekisho_engine::prelude::*;

use crate::{account, linked};

pub(crate) struct PutAccountProperties;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    properties: BTreeMap<String, String>,
}

/// Whose role it is.
const SERVICE: &str = "role-manager.iam.amazonaws.com";

impl Operation for PutAccountProperties {
    const ID: OpId = OpId::new("iam", "PutAccountProperties");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let mut checks = vec![Check::new("iam:PutAccountProperties", "*")];
        if enabled(&input.properties).is_ok_and(|on| on) {
            let name = linked::role(SERVICE, None)?;
            let role = linked::arn(lookup.account(), SERVICE, &name);
            let check = Check::new("iam:CreateServiceLinkedRole", role);
            checks.push(check.with("iam:AWSServiceName", SERVICE));
        }
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let on = enabled(&input.properties)?;
        let role = linked::new(cx, SERVICE, None, None)?;
        let key = format!("{}/{}", cx.account(), role.name);
        if on && cx.get(&ROLES, &key)?.is_none() {
            cx.put(&ROLES, &key, role)?;
        }
        let account = cx.account().to_owned();
        cx.put(&account::ROLE_MANAGER, &account, on)?;
        Ok(json!({}))
    }
}

/// Whether the properties enable Role Manager.
fn enabled(properties: &BTreeMap<String, String>) -> Result<bool, ApiError> {
    let invalid = |message: String| ApiError::new("InvalidInput", message).status(400);
    let mut namespace = None;
    for key in properties.keys() {
        let Some((own, _)) = key.split_once('/') else {
            let message = format!("Property key must be in format Namespace/PropertyName: {key}");
            return Err(invalid(message));
        };
        if namespace.is_some_and(|n| n != own) {
            let message = "All properties must belong to the same namespace";
            return Err(invalid(message.to_owned()));
        }
        namespace = Some(own);
    }
    match namespace {
        Some("RoleManager") => {}
        other => {
            let message = format!("Unsupported namespace: {}", other.unwrap_or_default());
            return Err(invalid(message));
        }
    }
    match properties.get(account::ENABLED).map(String::as_str) {
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(_) => Err(invalid("Enabled must be 'true' or 'false'".to_owned())),
        None => {
            let message = "RoleManager namespace requires Enabled property";
            Err(invalid(message.to_owned()))
        }
    }
}
