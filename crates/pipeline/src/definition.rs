//! A pipeline's declaration, as far as its execution needs it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a pipeline declares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// The pipeline's name.
    pub name: String,
    /// The service role.
    pub role_arn: String,
    /// The artifact store of a pipeline in one region.
    pub artifact_store: Option<ArtifactStore>,
    /// Artifact stores by region.
    pub artifact_stores: Option<BTreeMap<String, ArtifactStore>>,
    /// The stages, in order.
    pub stages: Vec<StageDefinition>,
    /// The version; counted up by every update.
    #[serde(default)]
    pub version: u32,
    /// `SUPERSEDED`, `QUEUED` or `PARALLEL`.
    #[serde(default = "superseded")]
    pub execution_mode: String,
    /// `V1` or `V2`.
    pub pipeline_type: Option<String>,
    /// Pipeline variables.
    #[serde(default)]
    pub variables: Vec<Variable>,
    /// What of a repository starts an execution, as it was declared: repositories are not here, so nothing does.
    #[serde(default)]
    pub triggers: Vec<serde_json::Value>,
}

fn superseded() -> String {
    "SUPERSEDED".to_owned()
}

/// Where artifacts are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactStore {
    /// `S3`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The bucket.
    pub location: String,
    /// The key; without it the writer's `alias/aws/s3` is used.
    pub encryption_key: Option<EncryptionKey>,
}

/// The key of an artifact store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncryptionKey {
    /// Key id, key ARN, alias or alias ARN.
    pub id: String,
    /// `KMS`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StageDefinition {
    /// Its name.
    pub name: String,
    /// Its actions.
    pub actions: Vec<ActionDefinition>,
    /// What follows when one of them fails.
    pub on_failure: Option<OnFailure>,
}

/// What follows when a stage fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OnFailure {
    /// `FAIL`, `RETRY` or `ROLLBACK`.
    pub result: String,
    /// How it is tried again.
    pub retry_configuration: Option<RetryConfiguration>,
}

/// How a stage is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RetryConfiguration {
    /// `FAILED_ACTIONS` or `ALL_ACTIONS`.
    pub retry_mode: Option<String>,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionDefinition {
    /// Its name.
    pub name: String,
    /// What kind of action it is.
    pub action_type_id: ActionTypeId,
    /// Actions of a stage run in this order; equal numbers run together.
    #[serde(default = "one")]
    pub run_order: u32,
    /// Its configuration.
    #[serde(default)]
    pub configuration: BTreeMap<String, String>,
    /// Artifacts that it takes.
    #[serde(default)]
    pub input_artifacts: Vec<ArtifactName>,
    /// Artifacts that it makes.
    #[serde(default)]
    pub output_artifacts: Vec<ArtifactName>,
    /// The role that it assumes through the service role.
    pub role_arn: Option<String>,
    /// The region in which it runs.
    pub region: Option<String>,
    /// The namespace of its output variables.
    pub namespace: Option<String>,
    /// How long an approval waits.
    pub timeout_in_minutes: Option<i64>,
}

fn one() -> u32 {
    1
}

/// Category, owner, provider and version of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionTypeId {
    /// `Source`, `Deploy`, …
    pub category: String,
    /// `AWS`, `ThirdParty` or `Custom`.
    pub owner: String,
    /// `ECR`, `S3`, `Manual`, …
    pub provider: String,
    /// `1`.
    pub version: String,
}

/// An artifact's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactName {
    /// The name.
    pub name: String,
}

/// A pipeline variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value, if a start gives none.
    pub default_value: Option<String>,
    /// For people.
    pub description: Option<String>,
}

impl Definition {
    /// The artifact store for `region`.
    #[must_use]
    pub fn store(&self, region: &str) -> Option<&ArtifactStore> {
        self.artifact_stores
            .as_ref()
            .and_then(|s| s.get(region))
            .or(self.artifact_store.as_ref())
    }

    /// The action called `action` of the stage called `stage`.
    #[must_use]
    pub fn action(&self, stage: &str, action: &str) -> Option<&ActionDefinition> {
        self.stages
            .iter()
            .find(|s| s.name == stage)?
            .actions
            .iter()
            .find(|a| a.name == action)
    }
}

impl ActionDefinition {
    /// Whether it waits for a person.
    #[must_use]
    pub fn is_approval(&self) -> bool {
        self.action_type_id.category == "Approval"
    }

    /// Whether it is an approval that first tells people of itself, by a topic.
    #[must_use]
    pub fn notifies(&self) -> bool {
        self.is_approval() && self.configuration.contains_key("NotificationArn")
    }
}
