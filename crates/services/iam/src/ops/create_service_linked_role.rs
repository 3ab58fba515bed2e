//! Makes the role that a service has in the account. What it may do is of AWS, and not here: no service uses one.

use sekisho_engine::ROLES;
use sekisho_engine::prelude::*;

use crate::{linked, render};

pub(crate) struct CreateServiceLinkedRole;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    #[serde(rename = "AWSServiceName")]
    service: String,
    description: Option<String>,
    custom_suffix: Option<String>,
}

impl Operation for CreateServiceLinkedRole {
    const ID: OpId = OpId::new("iam", "CreateServiceLinkedRole");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let name = linked::role(&input.service, input.custom_suffix.as_deref())?;
        let arn = linked::arn(lookup.account(), &input.service, &name);
        let check = Check::new("iam:CreateServiceLinkedRole", arn);
        Ok(vec![
            check.with("iam:AWSServiceName", input.service.clone()),
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let suffix = input.custom_suffix.as_deref();
        let role = linked::new(cx, &input.service, suffix, input.description)?;
        let key = format!("{}/{}", cx.account(), role.name);
        let all = cx.scan(&ROLES, &format!("{}/", cx.account()))?;
        let taken = |name: &str| name.eq_ignore_ascii_case(&role.name);
        if all.iter().any(|(_, r)| taken(&r.name)) {
            let message = format!(
                "Service role name {} has been taken in this account, please try a different suffix.",
                role.name
            );
            return Err(ApiError::new("InvalidInput", message).status(400));
        }
        let made = linked::trust(&json!([input.service]), &json!(["sts:AssumeRole"]));
        let mut shown = render::role(&cx.lookup(), &role, true)?;
        if let Some(map) = shown.as_object_mut() {
            for left in ["RoleLastUsed", "Description", "MaxSessionDuration"] {
                map.remove(left);
            }
            // Recorded: it is made with lists, and read without (radkawar/stackd service_linked_description_aws).
            let made = json!(render::encoded(&made));
            map.insert("AssumeRolePolicyDocument".to_owned(), made);
        }
        cx.put(&ROLES, &key, role)?;
        Ok(json!({"Role": shown}))
    }
}
