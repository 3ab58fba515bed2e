//! Makes a user.

use sekisho_engine::prelude::*;
use sekisho_engine::{USERS, User};

use crate::holder;
use crate::render;
use crate::tags::{self, Tag};

pub(crate) struct CreateUser;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    path: Option<String>,
    user_name: String,
    permissions_boundary: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

impl Operation for CreateUser {
    const ID: OpId = OpId::new("iam", "CreateUser");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let path = input.path.as_deref().unwrap_or("/");
        let arn = format!(
            "arn:aws:iam::{}:user{path}{}",
            lookup.account(),
            input.user_name
        );
        let mut checks = vec![
            Check::new("iam:CreateUser", arn.clone())
                .with_opt(
                    "iam:PermissionsBoundary",
                    input.permissions_boundary.clone(),
                )
                .with_tags(tags::pairs(&input.tags)),
        ];
        if !input.tags.is_empty() {
            checks.push(Check::new("iam:TagUser", arn).with_tags(tags::pairs(&input.tags)));
        }
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let key = format!("{}/{}", cx.account(), input.user_name);
        let taken = cx.scan(&USERS, &format!("{}/", cx.account()))?;
        if taken
            .iter()
            .any(|(_, u)| u.name.eq_ignore_ascii_case(&input.user_name))
        {
            let message = format!("User with name {} already exists.", input.user_name);
            return Err(ApiError::new("EntityAlreadyExists", message).status(409));
        }
        if let Some(arn) = &input.permissions_boundary {
            holder::policy_exists::<User>(cx, arn)?;
        }
        let path = input.path.unwrap_or_else(|| "/".to_owned());
        let mut user = User {
            account: cx.account().to_owned(),
            arn: format!(
                "arn:aws:iam::{}:user{path}{}",
                cx.account(),
                input.user_name
            ),
            name: input.user_name,
            path,
            id: cx.ids().iam("AIDA"),
            created_ms: cx.now_ms(),
            tags: Vec::new(),
            inline: std::collections::BTreeMap::new(),
            attached: Vec::new(),
            boundary: input.permissions_boundary,
            groups: Vec::new(),
        };
        tags::merge(&mut user.tags, &input.tags)?;
        let shown = render::user(&user, true);
        cx.put(&USERS, &key, user)?;
        Ok(json!({"User": shown}))
    }
}
