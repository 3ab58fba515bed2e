//! Repairs of policies in templates: what these are given has names in them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod diffs;
mod edited;
mod repaired;

use diffs::{holds, lacks};
use repaired::{broken, repaired};
use sekisho::rehearse::{complete, fix, rehearse};
use sekisho_iac::Assignment;

/// The bucket's policy as a template that is given texts.
const GIVEN: (&str, &str, &str) = (
    "artifact_store.tf",
    "policy   = data.aws_iam_policy_document.artifact_store.json",
    "policy   = templatefile(\"${path.module}/bucket.json\", {\n    account = var.registry_account_id\n    bucket  = local.artifact_bucket\n    name    = var.name\n    source  = aws_iam_role.ecr_source.arn\n  })",
);

/// What holds in one environment holds in another.
#[test]
fn texts_that_a_template_is_given_are_named_in_it() {
    let json = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    { \"Effect\": \"Allow\", \"Principal\": { \"AWS\": \"arn:aws:iam::${account}:root\" }, \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::${bucket}/*\" }\n  ]\n}\n";
    let edits = [GIVEN, ("bucket.json", "", json)];
    let (folder, options) = broken(Some("cross-account-ecr"), &["."], &edits);
    let outcome = rehearse(&options, &mut |_| {}).unwrap();
    let completion = complete(&options, &outcome).unwrap();
    let fixed = fix(&options, &completion).unwrap();
    assert!(fixed.passes, "{:?}", fixed.unwritten);
    holds(
        &fixed.diff(),
        &[
            "\"Principal\": { \"AWS\": \"${source}\" }, \"Action\": \"s3:PutObject\", \"Resource\": \"arn:aws:s3:::${bucket}/${name}/ImageDefin/*\" }",
        ],
    );
    fixed.write().unwrap();
    let mut other = options.clone();
    let name = Assignment::Variable("name".to_owned(), "another".to_owned());
    other.reading.assignments.push(name);
    let again = rehearse(&other, &mut |_| {}).unwrap();
    assert!(again.passes(), "{:?}", again.denials);
    drop(folder);
}

/// Terraform's documentation advises templates that are one `jsonencode`.
#[test]
fn a_template_may_be_one_expression() {
    let template = "${jsonencode({\n  Version = \"2012-10-17\"\n  Statement = [\n    {\n      Effect    = \"Allow\"\n      Principal = { AWS = \"arn:aws:iam::${account}:root\" }\n      Action    = \"s3:GetObject\"\n      Resource  = \"arn:aws:s3:::${bucket}/*\"\n    },\n  ]\n})}\n";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[GIVEN, ("bucket.json", "", template)],
    );
    holds(
        &diff,
        &[
            "+++ b/bucket.json",
            "Principal = { AWS = source }, Action = \"s3:PutObject\", Resource = \"arn:aws:s3:::${bucket}/${name}/ImageDefin/*\" }",
        ],
    );
    lacks(&diff, &["111111111111", "222222222222"]);
}
