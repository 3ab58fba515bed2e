//! Lists managed policies of the account.

use sekisho_engine::POLICIES;
use sekisho_engine::prelude::*;

use crate::managed;
use crate::render;

pub(crate) struct ListPolicies;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    scope: Option<String>,
    path_prefix: Option<String>,
    #[serde(default)]
    only_attached: bool,
    policy_usage_filter: Option<String>,
}

impl Operation for ListPolicies {
    const ID: OpId = OpId::new("iam", "ListPolicies");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("iam:ListPolicies", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let prefix = input.path_prefix.unwrap_or_else(|| "/".to_owned());
        // As recorded (radkawar/stackd iam/policy_management): the filter says which attachments count.
        let counts = |attached: usize, boundaries: usize| match input.policy_usage_filter.as_deref()
        {
            _ if !input.only_attached => true,
            Some("PermissionsPolicy") => attached > 0,
            Some(_) => boundaries > 0,
            None => attached + boundaries > 0,
        };
        let mut list = Vec::new();
        if input.scope.as_deref() != Some("AWS") {
            for (arn, policy) in
                cx.scan(&POLICIES, &format!("arn:aws:iam::{}:policy/", cx.account()))?
            {
                let (attached, boundaries) = managed::usage(cx, &arn)?;
                if policy.path.starts_with(&prefix) && counts(attached, boundaries) {
                    list.push(render::policy(&policy, attached, boundaries, false));
                }
            }
        }
        Ok(json!({"Policies": list, "IsTruncated": false}))
    }
}
