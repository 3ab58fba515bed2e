//! What is missing in all: found under and behind what no statement mends, and for every execution.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod edited;

use sekisho::rehearse::{Completion, Options, complete, rehearse};
use serde_json::{Value, json};

/// What the example lacks when it is changed.
fn completed(edits: &[(&str, &str, &str)]) -> Completion {
    let folder = edited::edited(Some("cross-account-ecr"), edits);
    let mut options = Options::default();
    options.reading.directories = vec![folder.path().to_owned()];
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(!outcome.passes());
    complete(&options, &outcome).unwrap_or_else(|p| panic!("{p:?}"))
}

/// Two buckets of releases, each under a key of its own that only the account's root may use, and an action for the second.
fn two_keys(denied: &str) -> Vec<(&'static str, &'static str, String)> {
    let key = |name: &str, more: &str| {
        format!(
            "resource \"aws_kms_key\" \"{name}\" {{
  provider = aws.pipeline
  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [
    {{ Effect = \"Allow\", Principal = {{ AWS = \"arn:aws:iam::${{data.aws_caller_identity.current.account_id}}:root\" }}, Action = \"kms:*\", Resource = \"*\" }},{more}
  ] }})
}}

resource \"aws_s3_bucket_server_side_encryption_configuration\" \"{name}\" {{
  provider = aws.pipeline
  bucket   = aws_s3_bucket.{name}.id

  rule {{
    apply_server_side_encryption_by_default {{
      sse_algorithm     = \"aws:kms\"
      kms_master_key_id = aws_kms_key.{name}.arn
    }}
  }}
}}
"
        )
    };
    let second = "resource \"aws_s3_bucket\" \"second\" {
  provider = aws.pipeline
  bucket   = \"${local.release_bucket}-2\"
}
";
    let action = "    action {
      name            = \"Second\"
      category        = \"Deploy\"
      owner           = \"AWS\"
      provider        = \"S3\"
      version         = \"1\"
      input_artifacts = [local.image_artifacts_name]

      configuration = {
        BucketName = aws_s3_bucket.second.bucket
        Extract    = \"true\"
        ObjectKey  = \"releases/#{Image.ImageTag}\"
      }
    }
";
    let stage = "    name = \"Deploy\"\n";
    let waits = "  depends_on = [";
    vec![
        (
            "keys.tf",
            "",
            format!("{}{second}{}", key("releases", denied), key("second", "")),
        ),
        (
            "pipeline.tf",
            "[\"${aws_s3_bucket.releases.arn}/*\"]",
            "[\"${aws_s3_bucket.releases.arn}/*\", \"${aws_s3_bucket.second.arn}/*\"]".to_owned(),
        ),
        ("pipeline.tf", stage, format!("{stage}\n{action}")),
        (
            "pipeline.tf",
            waits,
            format!(
                "{waits}\n    aws_s3_bucket_server_side_encryption_configuration.releases,\n    aws_s3_bucket_server_side_encryption_configuration.second,"
            ),
        ),
    ]
}

fn of_two_keys(denied: &str) -> Completion {
    let edits = two_keys(denied);
    let edits: Vec<_> = edits
        .iter()
        .map(|(f, from, to)| (*f, *from, &**to))
        .collect();
    completed(&edits)
}

/// The statements that are proposed: side and action, each with the address of the key that it names.
fn proposed(done: &Completion) -> Vec<(String, String, String)> {
    let address = |arn: &Value| {
        let of = |(_, value): &(&String, &Value)| value["arn"] == *arn;
        let found = done.made.iter().find(of);
        found
            .map(|(address, _)| address.clone())
            .unwrap_or_default()
    };
    let mut all: Vec<_> = done
        .patches
        .iter()
        .map(|p| {
            let action = p.statement["Action"].as_str().unwrap().to_owned();
            (p.side.clone(), action, address(&p.statement["Resource"]))
        })
        .collect();
    all.sort();
    all
}

/// One statement for each key: not one for each id that a key has in some rehearsal.
#[test]
fn keys_have_other_ids_in_other_executions() {
    let done = of_two_keys("");
    assert!(done.passes, "{:?} {:?}", done.stuck, done.failing);
    let needed = |key: &str| {
        let texts = ["identity policy", "kms:GenerateDataKey", key];
        let [side, action, key] = texts.map(str::to_owned);
        (side, action, key)
    };
    let both = [needed("aws_kms_key.releases"), needed("aws_kms_key.second")];
    assert_eq!(proposed(&done), both);
    assert!(done.failing.is_empty(), "{:?}", done.failing);
    // Each is called by a name of its own.
    assert_ne!(done.patches[0].denial, done.patches[1].denial);
}

/// What one key's policy denies says nothing of the other key, and nothing of what else the first one lacks.
#[test]
fn a_deny_of_one_key_hides_nothing() {
    let done = of_two_keys(
        "\n    { Effect = \"Deny\", Principal = { AWS = aws_iam_role.codepipeline.arn }, Action = \"kms:GenerateDataKey\", Resource = \"*\" },",
    );
    assert!(!done.passes && done.to_the_end, "{:?}", done.failing);
    let keys: Vec<String> = proposed(&done).into_iter().map(|(.., key)| key).collect();
    assert_eq!(keys, ["aws_kms_key.releases", "aws_kms_key.second"]);
    let stuck: Vec<&str> = done.stuck.iter().map(|d| &*d.cause.side).collect();
    assert_eq!(stuck, ["key policy"]);
}

/// What is missing under a statement that denies is found as well as what is missing behind it, and for another key.
#[test]
fn what_is_missing_under_a_deny() {
    let release = "= [\"s3:PutObject\"]";
    let deny = "data \"aws_iam_policy_document\" \"deny\" {
  provider = aws.pipeline

  statement {
    effect    = \"Deny\"
    actions   = [\"s3:PutObject\"]
    resources = [\"${aws_s3_bucket.releases.arn}/*\"]

    principals {
      type        = \"AWS\"
      identifiers = [aws_iam_role.codepipeline.arn]
    }
  }
}

resource \"aws_s3_bucket_policy\" \"deny\" {
  provider = aws.pipeline
  bucket   = aws_s3_bucket.releases.id
  policy   = data.aws_iam_policy_document.deny.json
}
";
    let done = completed(&[
        ("pipeline.tf", release, "= [\"s3:PutObjectTagging\"]"),
        ("deny.tf", "", deny),
        (
            "pipeline.tf",
            "  depends_on = [",
            "  depends_on = [\n    aws_s3_bucket_policy.deny,",
        ),
    ]);
    assert!(!done.passes && done.to_the_end, "{:?}", done.failing);
    let stuck: Vec<&str> = done.stuck.iter().map(|d| &*d.cause.side).collect();
    assert_eq!(stuck, ["bucket policy"]);
    let patches: Vec<(&str, &Value)> = done
        .patches
        .iter()
        .map(|p| (&*p.side, &p.statement["Action"]))
        .collect();
    assert_eq!(patches, [("identity policy", &json!("s3:PutObject"))]);
}

/// What no statement mends is no end: what is missing behind it is found all the same.
#[test]
fn behind_what_no_statement_mends() {
    let completion = completed(&[
        (
            "registry.tf",
            "data \"aws_iam_policy_document\" \"ecr_source\" {\n",
            "data \"aws_iam_policy_document\" \"ecr_source\" {\n  statement {\n    effect    = \"Deny\"\n    actions   = [\"ecr:DescribeImages\"]\n    resources = [\"*\"]\n  }\n",
        ),
        (
            "artifact_store.tf",
            "\"kms:GenerateDataKey*\"",
            "\"kms:ListGrants\"",
        ),
        (
            "pipeline.tf",
            "actions   = [\"s3:PutObject\"]\n    resources = [\"${aws_s3_bucket.releases.arn}/*\"]",
            "actions   = [\"s3:PutObject\"]\n    resources = [\"${aws_s3_bucket.releases.arn}/x\"]",
        ),
    ]);
    assert!(
        !completion.passes && completion.to_the_end,
        "{:?}",
        completion.failing
    );
    let stuck: Vec<&str> = completion
        .stuck
        .iter()
        .map(|d| d.cause.action.as_str())
        .collect();
    assert_eq!(stuck, ["ecr:DescribeImages"]);
    let mut missing: Vec<String> = completion
        .patches
        .iter()
        .map(|p| p.statement["Action"].as_str().unwrap().to_owned())
        .collect();
    missing.sort();
    assert_eq!(missing, ["kms:GenerateDataKey", "s3:PutObject"]);
}

/// A pipeline whose role has a name that the provider makes up, of arguments that name a key.
#[test]
fn a_role_with_a_name_that_is_made_up_is_one() {
    let made_up = (
        "registry.tf",
        "  name               = local.action_role_name\n",
        "  name_prefix        = \"source-\"\n",
    );
    let of_key = (
        "registry.tf",
        "  assume_role_policy = data.aws_iam_policy_document.ecr_source_trust.json\n",
        "  assume_role_policy = data.aws_iam_policy_document.ecr_source_trust.json\n  inline_policy {\n    name   = \"key\"\n    policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"kms:*\", Resource = aws_kms_key.artifact_store.arn }] })\n  }\n",
    );
    let completion = completed(&[
        made_up,
        of_key,
        (
            "artifact_store.tf",
            "[\"s3:Get*\", \"s3:Put*\"]",
            "[\"s3:Get*\"]",
        ),
    ]);
    assert!(completion.passes, "{:?}", completion.failing);
    let wanted: Vec<&str> = completion.patches.iter().map(|p| p.side.as_str()).collect();
    // The pipeline's role names the one that it assumes as it was called before.
    assert_eq!(
        wanted,
        ["identity policy", "bucket policy"],
        "{:?}",
        completion.patches
    );
}

/// A policy that refers to the pipeline is made after it, and the pipeline begins at once: that is no race here.
#[test]
fn what_comes_after_a_pipeline_is_too_late_for_its_first_execution() {
    let late = [
        ("pipeline.tf", "    aws_iam_role_policy.ecr_source,\n", ""),
        (
            "registry.tf",
            "  policy   = data.aws_iam_policy_document.ecr_source.json\n",
            "  policy   = data.aws_iam_policy_document.ecr_source.json\n\n  depends_on = [\"aws_codepipeline.this\"]\n",
        ),
    ];
    for _ in 0..3 {
        let folder = edited::edited(Some("cross-account-ecr"), &late);
        let options = Options::new(folder.path());
        let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
        assert!(!outcome.passes());
        // Everything that is asked for is there by now: no statement is missing.
        assert!(outcome.denials.is_empty(), "{:?}", outcome.denials);
        let failures: Vec<_> = outcome
            .failures
            .iter()
            .map(|f| (f.kind == sekisho::rehearse::FailureKind::Early, &*f.address))
            .collect();
        assert_eq!(failures, [(true, "aws_codepipeline.this")]);
        let message = &outcome.failures[0].problem.message;
        assert!(
            message.contains("begins before aws_iam_role_policy.ecr_source")
                && message.contains("is not authorized to perform: ecr:DescribeImages"),
            "{message}"
        );
        assert!(
            !outcome
                .hints
                .iter()
                .any(|h| h.message.contains("is not there"))
        );
    }
    // What is missing besides is found all the same.
    let mut edits = late.to_vec();
    edits.push(("pipeline.tf", "      \"s3:GetObject\",\n", ""));
    let done = completed(&edits);
    let asked: Vec<_> = proposed(&done)
        .into_iter()
        .map(|(_, action, _)| action)
        .collect();
    assert!(!done.passes);
    assert_eq!(asked, ["s3:GetObject"]);
}

/// Roles that are on AWS already are named as if they were made here.
#[test]
fn roles_that_are_there_already_can_be_named() {
    let admin = "arn:aws:iam::222222222222:role/platform/admin";
    let named = [(
        "artifact_store.tf",
        "        aws_iam_role.codepipeline.arn,\n",
        "        aws_iam_role.codepipeline.arn,\n        \"arn:aws:iam::222222222222:role/platform/admin\",\n",
    )];
    let folder = edited::edited(Some("cross-account-ecr"), &named);
    let mut options = Options::new(folder.path());
    let refused = rehearse(&options, &mut |_| {}).unwrap();
    let hint = format!("roles = [\"{admin}\"]");
    assert!(refused.hints.iter().any(|h| h.message.contains(&hint)));
    options.roles.insert(admin.to_owned());
    let outcome = rehearse(&options, &mut |_| {}).unwrap();
    assert!(outcome.passes(), "{:?}", outcome.failures);
    options.roles.insert("arn:aws:iam::1:user/admin".to_owned());
    let problems = rehearse(&options, &mut |_| {}).unwrap_err();
    assert!(problems[0].message.contains("is no ARN of a role"));
    // As what a data source reads.
    let read = [
        (
            "artifact_store.tf",
            "        aws_iam_role.codepipeline.arn,\n",
            "        aws_iam_role.codepipeline.arn,\n        data.aws_iam_role.admin.arn,\n",
        ),
        (
            "admin.tf",
            "",
            "data \"aws_iam_role\" \"admin\" {\n  provider = aws.pipeline\n  name     = \"admin\"\n}\n",
        ),
    ];
    let folder = edited::edited(Some("cross-account-ecr"), &read);
    let mut options = Options::new(folder.path());
    let given = ("data.aws_iam_role.admin.arn".to_owned(), admin.into());
    options.reading.given.extend([given]);
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(outcome.passes(), "{:?}", outcome.failures);
    // And as what one instance of several reads.
    let read = [
        (
            "artifact_store.tf",
            "        aws_iam_role.codepipeline.arn,\n",
            "        aws_iam_role.codepipeline.arn,\n        data.aws_iam_role.of[\"admin\"].arn,\n",
        ),
        (
            "admin.tf",
            "",
            "data \"aws_iam_role\" \"of\" {\n  provider = aws.pipeline\n  for_each = toset([\"admin\"])\n  name     = each.key\n}\n",
        ),
    ];
    let folder = edited::edited(Some("cross-account-ecr"), &read);
    let mut options = Options::new(folder.path());
    let given = (
        "data.aws_iam_role.of[\"admin\"].arn".to_owned(),
        admin.into(),
    );
    options.reading.given.extend([given]);
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(outcome.passes(), "{:?}", outcome.failures);
}

/// Images and objects that stand in for what is there in real life are nobody's calls: what a policy says of those who push is
/// not asked, nothing is missing for it, and what Terraform makes is not written over.
#[test]
fn what_stands_in_is_asked_of_nobody() {
    let push = "  statement {\n    effect  = \"Deny\"\n    actions = [\"ecr:PutImage\", \"ecr:InitiateLayerUpload\", \"ecr:DescribeRepositories\"]\n    principals {\n      type        = \"AWS\"\n      identifiers = [\"*\"]\n    }\n    condition {\n      test     = \"ArnNotEquals\"\n      variable = \"aws:PrincipalArn\"\n      values   = [\"arn:aws:iam::111111111111:role/ci\"]\n    }\n  }\n\n";
    let front = "data \"aws_iam_policy_document\" \"cross_account_pull_policy\" {\n";
    let only_ci = [("registry.tf", front, format!("{front}{push}"))];
    let source = [
        (
            "pipeline.tf",
            "      provider         = \"ECR\"",
            "      provider         = \"S3\"".to_owned(),
        ),
        (
            "pipeline.tf",
            "        RepositoryName = var.repository_name\n        ImageTag       = var.image_tag\n",
            "        S3Bucket             = \"sources-111111111111\"\n        S3ObjectKey          = \"app.zip\"\n        PollForSourceChanges = \"false\"\n".to_owned(),
        ),
        ("pipeline.tf", "#{Image.ImageURI}", "#{Image.VersionId}".to_owned()),
        ("pipeline.tf", "#{Image.ImageTag}", "latest".to_owned()),
        (
            "registry.tf",
            "    actions   = [\"ecr:DescribeImages\"]\n    resources = [local.repository_arn]\n",
            "    actions   = [\"s3:GetObject*\", \"s3:GetBucketVersioning\"]\n    resources = [\"arn:aws:s3:::sources-111111111111\", \"arn:aws:s3:::sources-111111111111/*\"]\n".to_owned(),
        ),
        (
            "source.tf",
            "",
            "resource \"aws_s3_bucket\" \"source\" {\n  provider = aws.registry\n  bucket   = \"sources-111111111111\"\n}\nresource \"aws_s3_bucket_versioning\" \"source\" {\n  provider = aws.registry\n  bucket   = aws_s3_bucket.source.id\n  versioning_configuration {\n    status = \"Enabled\"\n  }\n}\nresource \"aws_s3_object\" \"source\" {\n  provider       = aws.registry\n  bucket         = aws_s3_bucket_versioning.source.bucket\n  key            = \"app.zip\"\n  content_base64 = \"UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==\"\n}\nresource \"aws_s3_bucket_policy\" \"source\" {\n  provider = aws.registry\n  bucket   = aws_s3_bucket.source.id\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{\n    Effect    = \"Deny\"\n    Principal = \"*\"\n    Action    = [\"s3:GetObject\", \"s3:GetBucketLocation\", \"s3:PutObject\"]\n    Resource  = [\"arn:aws:s3:::sources-111111111111\", \"arn:aws:s3:::sources-111111111111/*\"]\n    Condition = { ArnNotEquals = { \"aws:PrincipalArn\" = \"arn:aws:iam::111111111111:role/delivery-ecr-source\" } }\n  }] })\n  depends_on = [aws_s3_object.source]\n}\n".to_owned(),
        ),
        (
            "pipeline.tf",
            "  depends_on = [\n",
            "  depends_on = [\n    aws_s3_bucket_policy.source,\n".to_owned(),
        ),
    ];
    for edits in [&only_ci[..], &source[..]] {
        let edits: Vec<(&str, &str, &str)> = edits
            .iter()
            .map(|(file, from, to)| (*file, *from, to.as_str()))
            .collect();
        let folder = edited::edited(Some("cross-account-ecr"), &edits);
        let options = Options::new(folder.path());
        let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
        assert!(
            outcome.passes(),
            "{:?} {:?}",
            outcome.denials,
            outcome.failures
        );
        let stands_in = |n: &&sekisho::rehearse::Note| n.message.contains("stands in for it");
        assert!(
            !outcome.notes.iter().any(|n| stands_in(&n)),
            "{:?}",
            outcome.notes
        );
    }
}

/// What is deployed as it is is uploaded in parts (recorded), for which a key has to decrypt as well.
#[test]
fn what_is_deployed_whole_is_uploaded_in_parts() {
    let key = "resource \"aws_kms_key\" \"releases\" {\n  provider = aws.pipeline\n}\nresource \"aws_iam_role_policy\" \"releases\" {\n  provider = aws.pipeline\n  name     = \"releases\"\n  role     = aws_iam_role.codepipeline.id\n  policy   = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = [\"kms:GenerateDataKey\"], Resource = aws_kms_key.releases.arn }] })\n}\n";
    let raw = [
        (
            "pipeline.tf",
            "        Extract    = \"true\"\n",
            "        Extract             = \"false\"\n        KMSEncryptionKeyARN = aws_kms_key.releases.arn\n",
        ),
        ("releases.tf", "", key),
        (
            "pipeline.tf",
            "  depends_on = [\n",
            "  depends_on = [\n    aws_iam_role_policy.releases,\n",
        ),
    ];
    let folder = edited::edited(Some("cross-account-ecr"), &raw);
    let options = Options::new(folder.path());
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    let denied: Vec<&str> = outcome
        .denials
        .iter()
        .map(|d| d.cause.action.as_str())
        .collect();
    assert_eq!(denied, ["kms:Decrypt"]);
    let completion = complete(&options, &outcome).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(
        completion.passes && completion.patches.len() == 1,
        "{:?}",
        completion.patches
    );
}
