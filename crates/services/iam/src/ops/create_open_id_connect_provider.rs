//! Makes an OpenID Connect provider. Without thumbprints IAM asks the provider for its certificate; here nobody is asked, and
//! there are none.

use sekisho_engine::prelude::*;

use crate::providers::{self, PROVIDERS, Provider};
use crate::tags::{self, Tag};

pub(crate) struct CreateOpenIDConnectProvider;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    url: String,
    #[serde(default, rename = "ClientIDList")]
    client_ids: Vec<String>,
    #[serde(default, rename = "ThumbprintList")]
    thumbprints: Vec<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

impl Operation for CreateOpenIDConnectProvider {
    const ID: OpId = OpId::new("iam", "CreateOpenIDConnectProvider");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let arn = providers::arn(lookup.account(), &providers::location(&input.url)?);
        let tagged = |action| providers::check(action, &arn).with_tags(tags::pairs(&input.tags));
        let mut checks = vec![tagged("CreateOpenIDConnectProvider")];
        if !input.tags.is_empty() {
            checks.push(tagged("TagOpenIDConnectProvider"));
        }
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let location = providers::location(&input.url)?;
        let arn = providers::arn(cx.account(), &location);
        if cx.get(&PROVIDERS, &arn)?.is_some() {
            let message = format!("Provider with url {} already exists.", input.url);
            return Err(ApiError::new("EntityAlreadyExists", message).status(409));
        }
        let mut provider = Provider {
            arn: arn.clone(),
            url: location.to_owned(),
            client_ids: providers::client_ids(input.client_ids)?,
            thumbprints: providers::thumbprints(&input.thumbprints)?,
            created_ms: cx.now_ms(),
            tags: Vec::new(),
        };
        tags::merge_exact(&mut provider.tags, &input.tags)?;
        let mut shown = json!({"OpenIDConnectProviderArn": arn});
        if let (Some(map), false) = (shown.as_object_mut(), provider.tags.is_empty()) {
            map.insert("Tags".to_owned(), tags::render(&provider.tags));
        }
        cx.put(&PROVIDERS, &arn, provider)?;
        Ok(shown)
    }
}
