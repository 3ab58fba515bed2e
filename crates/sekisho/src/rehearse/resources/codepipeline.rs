//! CodePipeline.

use sekisho_iac::Reason;
use serde_json::{Map, Value, json};

use super::{Failed, Made, Type, Values, attributes};
use crate::rehearse::Client;

pub(super) const PIPELINE: Type = Type {
    name: "aws_codepipeline",
    arguments: &[
        "name",
        "role_arn",
        "pipeline_type",
        "execution_mode",
        "artifact_store",
        "stage",
        "variable",
        "trigger",
        "tags",
    ],
    ignored: &[],
    make: pipeline,
};

const ACTION: &[&str] = &[
    "name",
    "category",
    "owner",
    "provider",
    "version",
    "configuration",
    "input_artifacts",
    "output_artifacts",
    "role_arn",
    "run_order",
    "region",
    "namespace",
    "timeout_in_minutes",
];

fn pipeline(client: &Client, values: &Values<'_>) -> Made {
    let name = values.need("name")?;
    let mut pipeline = Map::new();
    pipeline.insert("name".to_owned(), json!(name));
    pipeline.insert("roleArn".to_owned(), json!(values.need("role_arn")?));
    let kind = values
        .text("pipeline_type")
        .unwrap_or_else(|| "V1".to_owned());
    pipeline.insert("pipelineType".to_owned(), json!(kind));
    if let Some(mode) = values.text("execution_mode") {
        pipeline.insert("executionMode".to_owned(), json!(mode));
    }
    stores(values, &mut pipeline)?;
    let stages = values
        .blocks("stage")
        .iter()
        .map(stage)
        .collect::<Result<Vec<_>, _>>()?;
    pipeline.insert("stages".to_owned(), json!(stages));
    let variables: Vec<Value> = values
        .blocks("variable")
        .iter()
        .map(variable)
        .collect::<Result<_, _>>()?;
    if !variables.is_empty() {
        pipeline.insert("variables".to_owned(), json!(variables));
    }
    let triggers: Vec<Value> = values
        .blocks("trigger")
        .iter()
        .map(|trigger| camel(&Value::Object(trigger.values.clone())))
        .collect();
    if !triggers.is_empty() {
        pipeline.insert("triggers".to_owned(), json!(triggers));
    }
    let input = json!({"pipeline": pipeline, "tags": values.tags("key", "value")});
    client.call("codepipeline", "CreatePipeline", input)?;
    let arn = format!(
        "arn:aws:codepipeline:{}:{}:{name}",
        client.region, client.account
    );
    Ok(attributes([
        ("arn", json!(arn)),
        ("id", json!(name)),
        ("name", json!(name)),
    ]))
}

/// A trigger as the API has it, which CodePipeline checks and nothing here starts: names in another case, and blocks of
/// which there is one without a list around them.
fn camel(value: &Value) -> Value {
    const SINGLE: &[&str] = &["git_configuration", "branches", "file_paths", "tags"];
    match value {
        Value::Object(map) => {
            let members = map
                .iter()
                .filter(|(_, v)| !v.is_null() && v.as_array().is_none_or(|list| !list.is_empty()));
            let members = members.map(|(name, value)| {
                let single = SINGLE.contains(&name.as_str());
                let one = value.get(0).filter(|_| single).unwrap_or(value);
                let mut parts = name.split('_');
                let first = parts.next().unwrap_or_default().to_owned();
                let name = parts.fold(first, |mut name, part| {
                    let mut letters = part.chars();
                    name.extend(letters.next().map(|c| c.to_ascii_uppercase()));
                    name.push_str(letters.as_str());
                    name
                });
                (name, camel(one))
            });
            Value::Object(members.collect())
        }
        Value::Array(list) => list.iter().map(camel).collect(),
        other => other.clone(),
    }
}

fn stores(values: &Values<'_>, pipeline: &mut Map<String, Value>) -> Result<(), Failed> {
    let mut by_region = Map::new();
    let blocks = values.blocks("artifact_store");
    // The provider's own rules.
    let regions = blocks.iter().filter(|b| b.text("region").is_some()).count();
    match (blocks.len(), regions) {
        (1, 1) => {
            let message = "an `artifact_store` that is the only one takes no `region`: the provider refuses it for a pipeline of one region";
            return Err(Failed::text(message.to_owned()));
        }
        (several @ 2.., regions) if regions < several => {
            let message = "each `artifact_store` of several takes a `region`: the provider refuses one without";
            return Err(Failed::text(message.to_owned()));
        }
        _ => {}
    }
    for block in &blocks {
        let mut store = json!({"type": block.text("type").unwrap_or_else(|| "S3".to_owned()), "location": block.need("location")?});
        if let (Some(key), Some(map)) = (block.block("encryption_key"), store.as_object_mut()) {
            map.insert(
                "encryptionKey".to_owned(),
                json!({"id": key.need("id")?, "type": key.need("type")?}),
            );
        }
        match block.text("region") {
            Some(region) => {
                by_region.insert(region, store);
            }
            None => {
                pipeline.insert("artifactStore".to_owned(), store);
            }
        }
    }
    if !by_region.is_empty() {
        pipeline.insert("artifactStores".to_owned(), Value::Object(by_region));
    }
    Ok(())
}

fn variable(values: &Values<'_>) -> Result<Value, Failed> {
    let mut out = json!({"name": values.need("name")?});
    if let Some(map) = out.as_object_mut() {
        for (from, to) in [
            ("default_value", "defaultValue"),
            ("description", "description"),
        ] {
            if let Some(text) = values.text(from) {
                map.insert(to.to_owned(), json!(text));
            }
        }
    }
    Ok(out)
}

fn stage(values: &Values<'_>) -> Result<Value, Failed> {
    if let Some(name) = values.unknown(&["name", "action", "on_failure"]) {
        return Err(Failed::text(Reason::unsupported(format!(
            "`{name}` of a stage is not supported yet"
        ))));
    }
    let actions = values
        .blocks("action")
        .iter()
        .map(action)
        .collect::<Result<Vec<_>, _>>()?;
    let mut stage = json!({"name": values.need("name")?, "actions": actions});
    if let (Some(failure), Some(map)) = (values.block("on_failure"), stage.as_object_mut()) {
        map.insert("onFailure".to_owned(), on_failure(&failure)?);
    }
    Ok(stage)
}

fn on_failure(values: &Values<'_>) -> Result<Value, Failed> {
    if !values.blocks("condition").is_empty() {
        let message = "`on_failure.condition` of a stage is not supported yet";
        return Err(Failed::text(Reason::unsupported(message)));
    }
    let mut out = json!({"result": values.text("result")});
    if let (Some(retry), Some(map)) = (values.block("retry_configuration"), out.as_object_mut()) {
        let mode = json!({"retryMode": retry.text("retry_mode")});
        map.insert("retryConfiguration".to_owned(), mode);
    }
    Ok(out)
}

fn action(values: &Values<'_>) -> Result<Value, Failed> {
    if let Some(name) = values.unknown(ACTION) {
        return Err(Failed::text(Reason::unsupported(format!(
            "`{name}` of an action is not supported yet"
        ))));
    }
    let named = |list: &str| -> Vec<Value> {
        let items = values
            .get(list)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        items.map(|n| json!({"name": n})).collect()
    };
    let mut out = json!({
        "name": values.need("name")?,
        "actionTypeId": {
            "category": values.need("category")?, "owner": values.need("owner")?,
            "provider": values.need("provider")?, "version": values.need("version")?,
        },
        "inputArtifacts": named("input_artifacts"),
        "outputArtifacts": named("output_artifacts"),
    });
    if let Some(map) = out.as_object_mut() {
        for (from, to) in [
            ("role_arn", "roleArn"),
            ("region", "region"),
            ("namespace", "namespace"),
        ] {
            if let Some(text) = values.text(from) {
                map.insert(to.to_owned(), json!(text));
            }
        }
        for (from, to) in [
            ("run_order", "runOrder"),
            ("timeout_in_minutes", "timeoutInMinutes"),
        ] {
            // The provider leaves 0 out: it does not know it from nothing.
            if let Some(number) = values.number(from).filter(|n| *n != 0) {
                map.insert(to.to_owned(), json!(number));
            }
        }
        if let Some(configuration) = values.get("configuration").and_then(Value::as_object) {
            let texts: Map<String, Value> = configuration
                .iter()
                .filter(|(_, v)| !v.is_null())
                .map(|(k, v)| {
                    (
                        k.clone(),
                        json!(v.as_str().map_or_else(|| v.to_string(), str::to_owned)),
                    )
                })
                .collect();
            map.insert("configuration".to_owned(), Value::Object(texts));
        }
    }
    Ok(out)
}
