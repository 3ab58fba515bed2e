//! Repairs of policies that modules make: what differs from caller to caller is written at the caller, by references.

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

/// One module makes both roles of a delivery, and no policy of them.
const BOTH: &str = "../crates/sekisho/tests/fixtures/one-module-both-roles";
const ROLE: &str = "modules/role/main.tf";

#[test]
fn both_roles_of_one_module_lack_the_same_of_different_buckets() {
    let diff = repaired(BOTH, &["."], &[]);
    holds(
        &diff,
        &[
            "+  role     = module.source.name\n",
            "+  role = module.pipeline.name\n",
            "Action = \"s3:PutObject\", Resource = \"${aws_s3_bucket.artifacts.arn}/shop-api/image/*\"",
            "Action = \"s3:PutObject\", Resource = \"${aws_s3_bucket.releases.arn}/*\"",
            "+  depends_on = [aws_iam_role_policy.pipeline, aws_iam_role_policy.source]\n",
        ],
    );
    lacks(&diff, &["b/modules/role"]);
}

/// Without an output the role is called by its name.
#[test]
fn a_role_without_an_output_is_called_by_its_name() {
    let output = "output \"name\" {\n  value = aws_iam_role.this.name\n}\n";
    let diff = repaired(BOTH, &["."], &[(ROLE, output, "")]);
    holds(
        &diff,
        &[
            "+  role     = \"shop-source\"\n",
            "+  depends_on = [module.source]\n",
        ],
    );
    lacks(&diff, &["b/modules/role"]);
}

/// A module that takes statements is told them, however often it is called: others may call it that are not here.
#[test]
fn statements_that_a_module_takes_are_handed_to_it() {
    let takes = "variable \"statements\" {\n  type    = list(object({ actions = list(string), resources = list(string) }))\n  default = []\n}\n\ndata \"aws_iam_policy_document\" \"this\" {\n  dynamic \"statement\" {\n    for_each = var.statements\n\n    content {\n      actions   = statement.value.actions\n      resources = statement.value.resources\n    }\n  }\n}\n\nresource \"aws_iam_role_policy\" \"this\" {\n  name   = \"this\"\n  role   = aws_iam_role.this.id\n  policy = data.aws_iam_policy_document.this.json\n}\n\noutput \"arn\" {";
    let handed = |what: &str| format!("\n  statements = [\n    {what},\n  ]\n}}\n");
    let of_source = handed(
        "{ actions = [\"ecr:DescribeImages\"], resources = [aws_ecr_repository.app.arn] },\n    { actions = [\"kms:GenerateDataKey*\"], resources = [aws_kms_key.artifacts.arn] }",
    );
    let of_pipeline = handed(
        "{ actions = [\"sts:AssumeRole\"], resources = [module.source.arn] },\n    { actions = [\"s3:GetObject\"], resources = [\"${aws_s3_bucket.artifacts.arn}/*\"] },\n    { actions = [\"kms:Decrypt\"], resources = [aws_kms_key.artifacts.arn] }",
    );
    // References between the two roles would be a circle.
    let trusted = "  trusted = { AWS = module.pipeline.arn }\n}\n";
    let source = format!("  trusted = {{ AWS = \"arn:aws:iam::222222222222:root\" }}{of_source}");
    let service = "  trusted = { Service = \"codepipeline.amazonaws.com\" }\n}\n";
    let pipeline =
        format!("  trusted = {{ Service = \"codepipeline.amazonaws.com\" }}{of_pipeline}");
    let diff = repaired(
        BOTH,
        &["."],
        &[
            (ROLE, "output \"arn\" {", takes),
            ("main.tf", trusted, &source),
            ("main.tf", service, &pipeline),
        ],
    );
    holds(
        &diff,
        &[
            "+    { actions = [\"s3:PutObject\"], resources = [\"${aws_s3_bucket.artifacts.arn}/shop-api/image/*\"] },\n",
            "+    { actions = [\"s3:PutObject\"], resources = [\"${aws_s3_bucket.releases.arn}/*\"] },\n",
        ],
    );
    lacks(&diff, &["b/modules/role", "+resource"]);
}

/// Where something has no name, its ARN of this rehearsal stands: that is said.
#[test]
fn what_is_named_as_it_was_rehearsed_is_said() {
    let key = "variable \"users\" {\n  type = list(string)\n}\n\ndata \"aws_iam_policy_document\" \"this\" {\n  statement {\n    not_actions = [\"kms:GenerateDataKey*\"]\n    resources   = [\"*\"]\n\n    principals {\n      type        = \"AWS\"\n      identifiers = [\"arn:aws:iam::222222222222:root\"]\n    }\n  }\n}\n\nresource \"aws_kms_key\" \"this\" {\n  policy = data.aws_iam_policy_document.this.json\n}\n\noutput \"arn\" {\n  value = aws_kms_key.this.arn\n}\n";
    let call = "module \"key\" {\n  source = \"./modules/key\"\n  users  = []\n}\n\ndata \"aws_iam_policy_document\" \"unused\" {";
    let resource = "resource \"aws_kms_key\" \"artifacts\" {\n  deletion_window_in_days = 7\n  policy                  = data.aws_iam_policy_document.key.json\n}\n";
    let edits = [
        ("modules/key/main.tf", "", key),
        ("key.tf", resource, ""),
        ("key.tf", "data \"aws_iam_policy_document\" \"key\" {", call),
        ("main.tf", "aws_kms_key.artifacts.arn", "module.key.arn"),
    ];
    let (_folder, options) = broken(Some(BOTH), &["."], &edits);
    let outcome = rehearse(&options, &mut |_| {}).unwrap();
    let completion = complete(&options, &outcome).unwrap();
    let fixed = fix(&options, &completion).unwrap();
    assert!(fixed.passes, "{}", fixed.diff());
    let said: Vec<&String> = fixed.as_rehearsed.iter().collect();
    assert!(
        matches!(said.as_slice(), [one] if one.ends_with("modules/key/main.tf")),
        "{said:?} {}",
        fixed.diff()
    );
}
