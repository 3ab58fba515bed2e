//! What starts a pipeline when something changes in a repository that a connection leads to.

use std::collections::BTreeSet;

use sekisho_engine::ApiError;
use sekisho_pipeline::Definition;
use serde_json::Value;

/// The provider whose actions triggers may name.
const CONNECTION: &str = "CodeStarSourceConnection";

/// Checks that each trigger names an action of a connection, and none the same as another, and that its filters go together.
///
/// # Errors
/// `InvalidStructureException`, in the words quoted in aws/aws-cdk#28694 and hashicorp/terraform-provider-aws#43105.
pub(crate) fn check(definition: &Definition) -> Result<(), ApiError> {
    let refused = |message: &str| Err(ApiError::new("InvalidStructureException", message));
    let actions = || definition.stages.iter().flat_map(|s| &s.actions);
    let of_connection =
        |name: &str| actions().any(|a| a.name == name && a.action_type_id.provider == CONNECTION);
    let mut named = BTreeSet::new();
    for trigger in &definition.triggers {
        let configuration = trigger.get("gitConfiguration").unwrap_or(&Value::Null);
        let source = configuration.get("sourceActionName");
        let source = source.and_then(Value::as_str).unwrap_or_default();
        if !of_connection(source) || !named.insert(source) {
            return refused(
                "Triggers for connection must reference a CodeStarSourceConnection action. Note that when you specify a trigger, you cant specify more than one trigger per source action.",
            );
        }
        let pushes = configuration.get("push").and_then(Value::as_array);
        let mixed = |push: &Value| {
            let has = |filter: &str| push.get(filter).is_some_and(|f| !f.is_null());
            has("tags") && (has("branches") || has("filePaths"))
        };
        if pushes.into_iter().flatten().any(mixed) {
            return refused(
                "The trigger configuration for the source action is not valid. Make sure to choose valid filter combinations.",
            );
        }
    }
    Ok(())
}
