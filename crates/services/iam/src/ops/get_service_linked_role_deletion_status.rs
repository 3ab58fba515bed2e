//! Whether the role that a service had is removed: it is.

use sekisho_engine::prelude::*;

use crate::holder;
use crate::linked::DELETIONS;

pub(crate) struct GetServiceLinkedRoleDeletionStatus;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    deletion_task_id: String,
}

impl Operation for GetServiceLinkedRoleDeletionStatus {
    const ID: OpId = OpId::new("iam", "GetServiceLinkedRoleDeletionStatus");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let key = format!("{}/{}", lookup.account(), input.deletion_task_id);
        let arn = lookup.get(&DELETIONS, &key)?;
        let arn = arn.map_or_else(|| "*".to_owned(), |arn| arn.as_ref().clone());
        Ok(vec![Check::new(
            "iam:GetServiceLinkedRoleDeletionStatus",
            arn,
        )])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let key = format!("{}/{}", cx.account(), input.deletion_task_id);
        match cx.get(&DELETIONS, &key)? {
            Some(_) => Ok(json!({"Status": "SUCCEEDED"})),
            // Recorded: radkawar/stackd service_linked_roles_aws.
            None if !input.deletion_task_id.starts_with("task/") => {
                Err(ApiError::new("InvalidInput", "Invalid task id").status(400))
            }
            None => Err(holder::no_such_entity(
                "Cannot find deletion status for given id.",
            )),
        }
    }
}
