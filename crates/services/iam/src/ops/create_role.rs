//! Makes a role. Its trust policy may name only principals that exist.

use sekisho_engine::prelude::*;
use sekisho_engine::{PolicyText, ROLES, Role, pin};
use sekisho_policy::{Kind, validate};

use crate::holder;
use crate::render;
use crate::tags::{self, Tag};

pub(crate) struct CreateRole;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    path: Option<String>,
    role_name: String,
    assume_role_policy_document: String,
    description: Option<String>,
    max_session_duration: Option<i64>,
    permissions_boundary: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

impl Operation for CreateRole {
    const ID: OpId = OpId::new("iam", "CreateRole");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let path = input.path.as_deref().unwrap_or("/");
        let arn = format!(
            "arn:aws:iam::{}:role{path}{}",
            lookup.account(),
            input.role_name
        );
        let mut checks = vec![
            Check::new("iam:CreateRole", arn.clone())
                .with_opt(
                    "iam:PermissionsBoundary",
                    input.permissions_boundary.clone(),
                )
                .with_tags(tags::pairs(&input.tags)),
        ];
        if !input.tags.is_empty() {
            checks.push(Check::new("iam:TagRole", arn).with_tags(tags::pairs(&input.tags)));
        }
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        // Such roles stand outside of organizations' policies: only services make them (the sentence is in
        // 99designs/iamy#49).
        let path = input.path.as_deref().unwrap_or_default();
        if path.starts_with("/aws-service-role/") {
            let message =
                "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles";
            return Err(ApiError::new("InvalidInput", message).status(400));
        }
        let key = format!("{}/{}", cx.account(), input.role_name);
        let taken = cx.scan(&ROLES, &format!("{}/", cx.account()))?;
        if taken
            .iter()
            .any(|(_, r)| r.name.eq_ignore_ascii_case(&input.role_name))
        {
            let message = format!("Role with name {} already exists.", input.role_name);
            return Err(ApiError::new("EntityAlreadyExists", message).status(409));
        }
        if let Some(arn) = &input.permissions_boundary {
            holder::policy_exists::<Role>(cx, arn)?;
        }
        let trust = trust_policy(cx, &input.assume_role_policy_document)?;
        let path = input.path.unwrap_or_else(|| "/".to_owned());
        let mut role = Role {
            account: cx.account().to_owned(),
            arn: format!(
                "arn:aws:iam::{}:role{path}{}",
                cx.account(),
                input.role_name
            ),
            name: input.role_name,
            path,
            id: cx.ids().iam("AROA"),
            created_ms: cx.now_ms(),
            trust,
            description: input.description,
            max_session_seconds: input.max_session_duration.unwrap_or(3_600),
            tags: Vec::new(),
            inline: std::collections::BTreeMap::new(),
            attached: Vec::new(),
            boundary: input.permissions_boundary,
        };
        tags::merge(&mut role.tags, &input.tags)?;
        let mut shown = render::role(&cx.lookup(), &role, true)?;
        if let Some(map) = shown.as_object_mut() {
            // As recorded (radkawar/stackd role_wire_aws): GetRole says these, CreateRole does not.
            for left in ["RoleLastUsed", "Description", "MaxSessionDuration"] {
                map.remove(left);
            }
        }
        cx.put(&ROLES, &key, role)?;
        Ok(json!({"Role": shown}))
    }
}

/// Validates a trust policy and pins the principals that it names.
pub(crate) fn trust_policy(cx: &Cx<'_>, text: &str) -> Result<PolicyText, ApiError> {
    let refuse = |message: String| ApiError::new("MalformedPolicyDocument", message).status(400);
    let document = validate(text, Kind::Trust).map_err(|e| refuse(e.message))?;
    let star = |p: &sekisho_policy::PrincipalPattern| *p == sekisho_policy::PrincipalPattern::Any;
    if text
        .replace([' ', '\n', '\t', '\r'], "")
        .contains("\"Principal\":\"*\"")
        && sekisho_policy::principals(&document).any(star)
    {
        return Err(refuse(
            "AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\".".to_owned(),
        ));
    }
    let most = cx.config().quota("ACLSizePerRole");
    if text.chars().filter(|c| !c.is_whitespace()).count() > most {
        let message = format!("Cannot exceed quota for ACLSizePerRole: {most}");
        return Err(ApiError::new("LimitExceeded", message).status(409));
    }
    match pin(&cx.lookup(), &document)? {
        Ok(pins) => Ok(PolicyText::pinned(text, pins)),
        Err(principal) => Err(refuse(format!("Invalid principal in policy: {principal}"))),
    }
}
