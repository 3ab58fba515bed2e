//! Checks on pipelines, stages and actions.

use sekisho_engine::{Check, Lookup};

/// `codepipeline:<operation>` on the pipeline, or on something inside it (`stage`, `stage/action`).
pub(crate) fn on(
    lookup: &Lookup<'_>,
    operation: &str,
    pipeline: &str,
    inside: Option<&str>,
) -> Vec<Check> {
    let resource = match inside {
        Some(inside) => format!("{pipeline}/{inside}"),
        None => pipeline.to_owned(),
    };
    vec![Check::new(
        &format!("codepipeline:{operation}"),
        lookup.arn("codepipeline", &resource),
    )]
}
