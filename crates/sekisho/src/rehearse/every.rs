//! What is another in every execution: keys of artifacts, placeholders and variables in object keys, the files of an archive.
//! What is needed is all of them.

use sekisho_pipeline::{ActionDefinition, Definition, Execution};

/// The resource of a denied call of an action, as it is in every execution.
pub(super) fn execution(
    resource: &str,
    execution: &Execution,
    stage: &str,
    action: &str,
) -> String {
    let Some((bucket, key)) = object(resource) else {
        return resource.to_owned();
    };
    let definition = &execution.definition;
    let of_store =
        artifacts(definition).find(|front| is_store(definition, bucket) && key.starts_with(front));
    let pattern = match of_store {
        Some(front) => Some(format!("{front}*")),
        None => definition
            .action(stage, action)
            .and_then(|a| written(definition, a))
            .filter(|pattern| sekisho_arn::glob(pattern, key)),
    };
    match pattern {
        Some(pattern) => format!("arn:aws:s3:::{bucket}/{pattern}"),
        None => resource.to_owned(),
    }
}

/// Bucket and key of an object.
fn object(resource: &str) -> Option<(&str, &str)> {
    resource.strip_prefix("arn:aws:s3:::")?.split_once('/')
}

/// Whether the pipeline keeps its artifacts in the bucket.
fn is_store(definition: &Definition, bucket: &str) -> bool {
    let several = definition
        .artifact_stores
        .iter()
        .flat_map(|all| all.values());
    let mut stores = several.chain(&definition.artifact_store);
    stores.any(|store| store.location == bucket)
}

/// How the keys of the pipeline's artifacts begin: `<pipeline>/<artifact>/`, each as far as it is in a key.
fn artifacts(definition: &Definition) -> impl Iterator<Item = String> + '_ {
    let cut = |text: &str, len: usize| text.chars().take(len).collect::<String>();
    let front = cut(&definition.name, 20);
    let actions = definition.stages.iter().flat_map(|s| &s.actions);
    let names = actions.flat_map(|a| a.output_artifacts.iter().chain(&a.input_artifacts));
    names.map(move |n| format!("{front}/{}/", cut(&n.name, 10)))
}

/// Which keys an S3 deployment writes.
fn written(definition: &Definition, action: &ActionDefinition) -> Option<String> {
    let id = &action.action_type_id;
    if (id.category.as_str(), id.provider.as_str()) != ("Deploy", "S3") {
        return None;
    }
    let key = action
        .configuration
        .get("ObjectKey")
        .map(|key| open(definition, key));
    match action.configuration.get("Extract").map(String::as_str) {
        Some("true") => Some(key.map_or_else(|| "*".to_owned(), |key| format!("{key}/*"))),
        _ => key,
    }
}

/// A text with `*` for what is another each time: `{datetime}`, `{uuid}`, and most of `#{namespace.variable}`.
fn open(definition: &Definition, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.replace("{datetime}", "*").replace("{uuid}", "*");
    while let Some((before, inside)) = rest.split_once("#{") {
        let Some((name, after)) = inside.split_once('}') else {
            break;
        };
        out.push_str(before);
        out.push_str(constant(definition, name).unwrap_or("*"));
        rest = after.to_owned();
    }
    out.push_str(&rest);
    out
}

/// What a variable always is: what a source action says of itself in its configuration.
fn constant<'d>(definition: &'d Definition, variable: &str) -> Option<&'d str> {
    let (namespace, name) = variable.split_once('.')?;
    let mut actions = definition.stages.iter().flat_map(|s| &s.actions);
    let action = actions.find(|a| a.namespace.as_deref() == Some(namespace))?;
    let member = match (action.action_type_id.provider.as_str(), name) {
        ("ECR", "RepositoryName" | "ImageTag") => name,
        ("S3", "BucketName") => "S3Bucket",
        ("S3", "ObjectKey") => "S3ObjectKey",
        _ => return None,
    };
    action.configuration.get(member).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::open;
    use serde_json::json;

    #[test]
    fn what_is_another_each_time_is_open() {
        let source = json!({"name": "Image", "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "ECR", "version": "1"}, "namespace": "Image", "configuration": {"RepositoryName": "app", "ImageTag": "latest"}});
        let pipeline = json!({"name": "p", "roleArn": "arn:aws:iam::1:role/r", "stages": [{"name": "Source", "actions": [source]}]});
        let definition = serde_json::from_value(pipeline).unwrap();
        for (text, expected) in [
            ("app.zip", "app.zip"),
            ("x-{datetime}.zip", "x-*.zip"),
            ("r/#{codepipeline.PipelineExecutionId}/a-{uuid}", "r/*/a-*"),
            (
                "#{Image.RepositoryName}/#{Image.ImageTag}/#{Image.ImageDigest}",
                "app/latest/*",
            ),
            ("a#{b", "a#{b"),
        ] {
            assert_eq!(open(&definition, text), expected);
        }
    }
}
