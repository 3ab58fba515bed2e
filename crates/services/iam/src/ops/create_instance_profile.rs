//! Makes an instance profile, without a role.

use sekisho_engine::prelude::*;

use crate::profiles::{self, PROFILES, Profile};
use crate::tags::{self, Tag};

pub(crate) struct CreateInstanceProfile;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    instance_profile_name: String,
    path: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

impl Operation for CreateInstanceProfile {
    const ID: OpId = OpId::new("iam", "CreateInstanceProfile");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let path = input.path.as_deref().unwrap_or("/");
        let arn = profiles::arn(lookup.account(), path, &input.instance_profile_name);
        let tagged = |action| Check::new(action, arn.clone()).with_tags(tags::pairs(&input.tags));
        let mut checks = vec![tagged("iam:CreateInstanceProfile")];
        if !input.tags.is_empty() {
            checks.push(tagged("iam:TagInstanceProfile"));
        }
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let name = input.instance_profile_name;
        if !profiles::all(cx, |p| p.name.eq_ignore_ascii_case(&name))?.is_empty() {
            let message = format!("Instance Profile {name} already exists.");
            return Err(ApiError::new("EntityAlreadyExists", message).status(409));
        }
        let path = input.path.unwrap_or_else(|| "/".to_owned());
        let mut profile = Profile {
            arn: profiles::arn(cx.account(), &path, &name),
            name,
            path,
            id: cx.ids().iam("AIPA"),
            created_ms: cx.now_ms(),
            role: None,
            tags: Vec::new(),
        };
        tags::merge_exact(&mut profile.tags, &input.tags)?;
        let shown = profiles::shown(cx, &profile, true)?;
        let key = format!("{}/{}", cx.account(), profile.name);
        cx.put(&PROFILES, &key, profile)?;
        Ok(json!({"InstanceProfile": shown}))
    }
}
