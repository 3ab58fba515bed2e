//! Pipelines with actions in another region: what they read is copied into the store of that region.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod diffs;
mod edited;
mod repaired;

use std::path::Path;

use diffs::{holds, lacks};
use repaired::repaired;
use sekisho::rehearse::{Options, Outcome, rehearse};

fn delivery() -> String {
    let path = "../../examples/cross-region/main.tf";
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn edited_delivery(edits: &[(&str, &str)]) -> String {
    let mut text = delivery();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

fn rehearsed(text: &str) -> Outcome {
    let folder = edited::edited(Some("cross-region"), &[("main.tf", &delivery(), text)]);
    let mut options = Options::default();
    options.reading.directories = vec![folder.path().to_owned()];
    rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"))
}

/// What an action's failure says.
fn failure(outcome: &Outcome) -> String {
    let runs = outcome.pipelines.iter();
    let attempts = runs.flat_map(|p| p.execution.iter().flat_map(|e| &e.attempts));
    let mut failed = attempts.filter_map(|a| a.failure.as_ref());
    failed.next().unwrap().message.clone()
}

#[test]
fn artifacts_are_copied_as_the_pipeline_under_the_key_of_the_region() {
    let outcome = rehearsed(&delivery());
    assert!(outcome.passes(), "{:?}", outcome.failures);
    let store = "arn:aws:s3:::cross-region-store-222222222222/cross-region/site/";
    let of = |action: &str| {
        let mut events = outcome.events.iter();
        events.any(|e| format!("{e:?}").contains(action) && format!("{e:?}").contains(store))
    };
    assert!(of("s3:PutObject") && of("s3:GetObject"));
}

/// The sentence is that of aws-deployment-framework#756, whose key policy lacked kms:GenerateDataKey.
#[test]
fn what_the_key_of_the_region_does_not_allow_is_missing_there() {
    let without = [(
        "[aws_kms_key.own.arn, aws_kms_key.site.arn]",
        "aws_kms_key.own.arn",
    )];
    let text = edited_delivery(&without);
    assert_eq!(
        failure(&rehearsed(&text)),
        "Replication of artifact 'site' failed: Failed replicating artifact from cross-region-own-222222222222 in eu-west-1 to cross-region-store-222222222222 in us-east-1: Check source and destination artifact buckets exist and arn:aws:iam::222222222222:role/cross-region-delivery has permission to access it."
    );
    let diff = repaired("cross-region", &["."], &[("main.tf", &delivery(), &text)]);
    holds(
        &diff,
        &[
            "kms:GenerateDataKey",
            "kms:Decrypt",
            "Resource = aws_kms_key.site.arn",
        ],
    );
    lacks(&diff, &["+      { Effect = \"Allow\", Action = \"s3:"]);
}

/// A key is of one region (aws-refarch-cross-account-pipeline#11).
#[test]
fn a_key_of_another_region_is_said_to_be() {
    let outcome = rehearsed(&edited_delivery(&[(
        "id   = aws_kms_key.site.arn",
        "id   = aws_kms_key.own.arn",
    )]));
    assert!(!outcome.passes());
    let hints: Vec<&str> = outcome.hints.iter().map(|h| h.message.as_str()).collect();
    let expected = "the key is in another region than the bucket cross-region-store-222222222222: S3 takes keys of the bucket's own region";
    assert!(
        hints.iter().any(|h| h.contains(expected)),
        "{hints:?} {}",
        failure(&outcome)
    );
}

/// One key of several regions: each of its keys has a policy of its own.
#[test]
fn a_replica_has_a_policy_of_its_own() {
    let multi = [
        (
            "resource \"aws_kms_key\" \"own\" {\n  policy",
            "resource \"aws_kms_key\" \"own\" {\n  multi_region = true\n  policy",
        ),
        (
            "resource \"aws_kms_key\" \"site\" {\n  provider = aws.site\n  policy   = jsonencode(local.key_policy)\n",
            "resource \"aws_kms_replica_key\" \"site\" {\n  provider        = aws.site\n  primary_key_arn = aws_kms_key.own.arn\n\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [\n      { Effect = \"Allow\", Principal = { AWS = \"arn:aws:iam::222222222222:root\" }, Action = [\"kms:Put*\", \"kms:Describe*\", \"kms:List*\", \"kms:Get*\", \"kms:Schedule*\", \"kms:Decrypt\"], Resource = \"*\" },\n    ]\n  })\n",
        ),
        ("aws_kms_key.site", "aws_kms_replica_key.site"),
    ];
    let text = edited_delivery(&multi);
    let diff = repaired("cross-region", &["."], &[("main.tf", &delivery(), &text)]);
    holds(
        &diff,
        &[
            "+      { Effect = \"Allow\", Principal = { AWS = aws_iam_role.delivery.arn }, Action = \"kms:GenerateDataKey\", Resource = \"*\" },",
        ],
    );
    lacks(&diff, &["+resource"]);
    // With that, nothing is missing.
    let whole = text.replace(
        "\"kms:Decrypt\"]",
        "\"kms:Decrypt\", \"kms:GenerateDataKey\"]",
    );
    assert!(whole != text && rehearsed(&whole).passes());
}

#[test]
fn sources_are_in_the_region_of_the_pipeline() {
    let outcome = rehearsed(&edited_delivery(&[(
        "provider         = \"S3\"",
        "provider         = \"S3\"\n      region           = \"us-east-1\"",
    )]));
    let said = format!("{:?}", outcome.failures);
    assert!(
        said.contains(
            "A source action is in the region of its pipeline, eu-west-1: Site is in us-east-1"
        ),
        "{said}"
    );
}

/// What the source reads is there only if the pipeline waits for it.
#[test]
fn objects_that_are_not_waited_for_are_named() {
    let notes = |edits: &[(&str, &str)]| {
        let outcome = rehearsed(&edited_delivery(edits));
        let notes = outcome.notes.into_iter().map(|n| n.message);
        notes
            .filter(|n| n.contains("does not wait"))
            .collect::<Vec<_>>()
    };
    assert!(notes(&[]).is_empty());
    let bucket = ("aws_s3_object.site.bucket", "aws_s3_bucket.source.bucket");
    let by_name = [bucket, ("aws_s3_object.site.key", "\"site.zip\"")];
    assert_eq!(
        notes(&by_name),
        [
            "aws_codepipeline.delivery does not wait for aws_s3_bucket_versioning.source, aws_s3_object.site: its first execution begins with it, and may find them missing; add them to its depends_on"
        ]
    );
    // Another object is nothing to wait for.
    let another = [bucket, ("aws_s3_object.site.key", "\"other.zip\"")];
    assert!(notes(&another)[0].contains("does not wait for aws_s3_bucket_versioning.source: "));
}
