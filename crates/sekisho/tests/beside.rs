//! What stands beside most deliveries, and is elsewhere where it is not in the configuration: identities, and settings that
//! are kept.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod written;

use serde_json::json;
use written::{PROVIDER, example_with, run};

/// Whether the example passes with this beside it, and what is noted first.
#[track_caller]
fn noted(more: &str) -> String {
    let outcome = example_with(more).unwrap();
    assert!(
        outcome.passes(),
        "{:?} {:?}",
        outcome.failures,
        outcome.denials
    );
    let note = outcome.notes.first().map(|n| n.message.clone());
    note.unwrap_or_default()
}

#[test]
fn what_is_of_somebody_elsewhere_keeps_nothing_from_passing() {
    for (more, expected) in [
        (
            "resource \"aws_iam_instance_profile\" \"m\" {\n  provider = aws.pipeline\n  name = \"m\"\n  role = \"made-by-others\"\n}\n",
            "aws_iam_instance_profile.m was left out: NoSuchEntity",
        ),
        (
            "resource \"aws_iam_access_key\" \"k\" {\n  provider = aws.pipeline\n  user = \"made-by-others\"\n}\n",
            "aws_iam_access_key.k was left out: NoSuchEntity",
        ),
        (
            "data \"aws_iam_openid_connect_provider\" \"g\" {\n  provider = aws.pipeline\n  url = \"https://token.actions.githubusercontent.com\"\n}\n",
            "data.aws_iam_openid_connect_provider.g was left out: NoSuchEntity: account 222222222222 has no OpenID Connect provider of the URL https://token.actions.githubusercontent.com",
        ),
        (
            "resource \"aws_s3_bucket\" \"own\" {\n  provider = aws.pipeline\n  bucket = \"own-222222222222\"\n}\nresource \"aws_s3_bucket_versioning\" \"own\" {\n  provider = aws.pipeline\n  bucket = aws_s3_bucket.own.id\n  versioning_configuration {\n    status = \"Enabled\"\n  }\n}\nresource \"aws_s3_bucket_replication_configuration\" \"own\" {\n  provider = aws.pipeline\n  bucket = aws_s3_bucket_versioning.own.bucket\n  role = \"arn:aws:iam::222222222222:role/replicates\"\n  rule {\n    status = \"Enabled\"\n    destination {\n      bucket = \"arn:aws:s3:::made-by-others\"\n    }\n  }\n}\n",
            "aws_s3_bucket_replication_configuration.own was left out: InvalidRequest: Destination bucket must exist.",
        ),
        (
            "resource \"aws_s3_bucket_website_configuration\" \"w\" {\n  provider = aws.pipeline\n  bucket = \"made-by-others\"\n  index_document {\n    suffix = \"index.html\"\n  }\n}\n",
            "aws_s3_bucket_website_configuration.w was left out: NoSuchBucket",
        ),
        (
            "resource \"aws_kms_ciphertext\" \"c\" {\n  provider = aws.pipeline\n  key_id = \"alias/made-by-others\"\n  plaintext = \"x\"\n}\n",
            "aws_kms_ciphertext.c was left out: NotFoundException",
        ),
        // What a later version of the provider takes asks for nothing where it is not set.
        (
            "resource \"aws_s3_bucket\" \"own\" {\n  provider = aws.pipeline\n  bucket = \"own-222222222222\"\n  bucket_namespace = null\n}\nresource \"aws_ecr_repository\" \"own\" {\n  provider = aws.pipeline\n  name = \"own\"\n  dynamic \"image_tag_mutability_exclusion_filter\" {\n    for_each = []\n    content {\n      filter = \"latest\"\n    }\n  }\n}\n",
            "",
        ),
        (
            "resource \"aws_iam_service_linked_role\" \"s\" {\n  provider = aws.pipeline\n  aws_service_name = \"nothing.amazonaws.com\"\n}\n",
            "aws_iam_service_linked_role.s was left out: NotImplemented",
        ),
        (
            "resource \"aws_ecr_pull_through_cache_rule\" \"c\" {\n  provider = aws.pipeline\n  ecr_repository_prefix = \"public\"\n  upstream_registry_url = \"public.ecr.aws\"\n}\n",
            "aws_ecr_pull_through_cache_rule.c: upstream_registry_url has no effect here",
        ),
    ] {
        let note = noted(more);
        assert!(note.starts_with(expected), "{note}");
        assert!(!expected.is_empty() || note.is_empty(), "{note}");
    }
}

/// A condition of the user's own that does not hold stops Terraform, whatever it is about; what is listed is what is here.
#[test]
fn conditions_of_what_is_read_are_held_to() {
    let simulated = |holds: bool| {
        format!(
            "data \"aws_iam_principal_policy_simulation\" \"s\" {{\n  provider          = aws.pipeline\n  action_names      = [\"s3:GetObject\"]\n  policy_source_arn = aws_iam_role.codepipeline.arn\n  depends_on        = [aws_iam_role_policy.codepipeline]\n  lifecycle {{\n    postcondition {{\n      condition     = {}self.all_allowed\n      error_message = \"the pipeline may not read everything\"\n    }}\n  }}\n}}\n",
            if holds { "!" } else { "" }
        )
    };
    assert_eq!(noted(&simulated(true)), "");
    let outcome = example_with(&simulated(false)).unwrap();
    let failures = outcome.failures.iter().map(|f| f.problem.message.as_str());
    let failures: Vec<&str> = failures.collect();
    assert_eq!(
        failures,
        ["postcondition: the pipeline may not read everything"]
    );
    let note = noted("data \"aws_iam_users\" \"all\" {\n  provider = aws.pipeline\n}\n");
    assert_eq!(
        note,
        "data.aws_iam_users.all lists what this configuration makes: on AWS there may be more"
    );
}

/// What the provider's schema calls a set is one, as `for_each` asks for.
#[test]
fn sets_of_data_sources_are_sets() {
    let more = "resource \"aws_iam_user\" \"u\" {\n  for_each = toset([\"a\", \"b\"])\n  name     = each.key\n}\ndata \"aws_iam_users\" \"all\" {\n  depends_on = [aws_iam_user.u]\n}\nresource \"aws_ecr_repository\" \"r\" {\n  for_each = data.aws_iam_users.all.names\n  name     = \"of-${each.key}\"\n}\n";
    let outcome = run(&[PROVIDER, ("main.tf", more)], |_| {}).unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let made = &outcome.made["aws_ecr_repository.r"];
    assert_eq!(made["b"]["name"], json!("of-b"));
}

/// Terraform warns of a `check` that does not hold, and refuses one that it cannot work out (1.11.4); of what is on AWS, and
/// not here, nobody can say.
#[test]
fn assertions_of_checks_are_evaluated() {
    let check = |condition: &str, message: &str| {
        format!(
            "check \"c\" {{\n  assert {{\n    condition = {condition}\n    error_message = {message}\n  }}\n}}\n"
        )
    };
    let pipeline = "aws_codepipeline.this.name";
    let text = "\"no: ${aws_codepipeline.this.name}\"";
    assert_eq!(noted(&check(&format!("{pipeline} != \"x\""), text)), "");
    assert_eq!(
        noted(&check(&format!("{pipeline} == \"x\""), text)),
        "check.c does not hold, of which Terraform only warns: no: delivery"
    );
    let unknown = noted(&check("aws_codepipeline.this.not_there == 1", text));
    assert!(unknown.contains("not_there"), "{unknown}");
    let read = check(&format!("{pipeline} == \"x\""), text).replace(
        "  assert",
        "  data \"aws_region\" \"r\" {\n    provider = aws.pipeline\n  }\n  assert",
    );
    assert_eq!(
        noted(&read),
        "`check` \"c\" is not evaluated, for it reads something itself: where it does not hold, Terraform only warns"
    );
    for (condition, message, expected) in [
        (
            "[aws_codepipeline.this.name]",
            text,
            "the `condition` of `assert` is neither true nor false",
        ),
        (
            "aws_codepipeline.this.name + 1 == 2",
            text,
            "`+` needs numbers",
        ),
        // What would be said is worked out also where it is not said, and what nothing has is no matter of AWS.
        (
            "aws_codepipeline.this.name != \"x\"",
            "\"no: ${tolist([])[0]}\"",
            "the list has no element 0",
        ),
        (
            "{ a = aws_codepipeline.this.name }.b == 1",
            text,
            "there is no attribute `b` here",
        ),
        (
            "aws_codepipeline.this.name == \"x\"",
            "null",
            "the `error_message` of `assert` is no text",
        ),
    ] {
        let outcome = example_with(&check(condition, message)).unwrap();
        let failures = outcome.failures.iter().map(|f| f.problem.message.as_str());
        assert_eq!(failures.collect::<Vec<_>>(), [expected], "{condition}");
    }
}

/// A bucket whose readers pay refuses those of other accounts that do not say so.
#[test]
fn that_readers_pay_stops_a_delivery_and_that_the_owner_does_is_kept() {
    let payer = |bucket: &str, payer: &str| {
        format!(
            "resource \"aws_s3_bucket\" \"own\" {{\n  provider = aws.pipeline\n  bucket = \"own-222222222222\"\n}}\nresource \"aws_s3_bucket_request_payment_configuration\" \"p\" {{\n  provider = aws.pipeline\n  bucket = {bucket}\n  payer = \"{payer}\"\n}}\n"
        )
    };
    let (artifacts, own) = ("aws_s3_bucket.artifact_store.id", "aws_s3_bucket.own.id");
    let said = example_with(&payer(artifacts, "Requester")).unwrap_err();
    let expected = "Payer=Requester of s3:PutBucketRequestPayment is not supported by sekisho yet";
    assert!(said.contains(expected), "{said}");
    assert_eq!(noted(&payer(artifacts, "BucketOwner")), "");
    let note = noted(&payer(own, "Requester"));
    assert!(note.contains(expected), "{note}");
}

/// The tags of a provider are among `tags_all`, and not among those of the resource.
#[test]
fn the_tags_of_a_provider_are_among_all_tags_alone() {
    let provider = PROVIDER.1.replacen(
        "provider \"aws\" {",
        "provider \"aws\" {\n  default_tags {\n    tags = { Team = \"platform\" }\n  }",
        1,
    );
    let main = "resource \"aws_ecr_repository\" \"a\" {\n  name = \"aa\"\n  tags = { Own = \"yes\" }\n}\nresource \"aws_ecr_repository\" \"b\" {\n  name = \"bb\"\n}\n";
    let files = [(PROVIDER.0, provider.as_str()), ("main.tf", main)];
    let outcome = run(&files, |_| {}).unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let (a, b) = (
        &outcome.made["aws_ecr_repository.a"],
        &outcome.made["aws_ecr_repository.b"],
    );
    assert_eq!(a["tags"], json!({"Own": "yes"}));
    assert_eq!(a["tags_all"], json!({"Own": "yes", "Team": "platform"}));
    assert_eq!(b["tags"], json!(null));
    assert_eq!(b["tags_all"], json!({"Team": "platform"}));
}

/// What two resources write is what one of them wrote last, unless one waits for the other or both say the same.
#[test]
fn what_two_resources_write_is_a_race() {
    let write = |name: &str, effect: &str, more: &str| {
        format!(
            "resource \"aws_ecr_repository_policy\" \"{name}\" {{\n  provider   = aws.registry\n  repository = aws_ecr_repository.own.name\n  policy     = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"{effect}\", Principal = \"*\", Action = \"ecr:ListImages\" }}] }})\n{more}}}\n"
        )
    };
    let own = "resource \"aws_ecr_repository\" \"own\" {\n  provider = aws.registry\n  name = \"own\"\n}\n";
    let with = |all: &[String]| example_with(&format!("{own}{}", all.concat())).unwrap();
    for order in [["Allow", "Deny"], ["Deny", "Allow"]] {
        let race = with(&[write("a", order[0], ""), write("b", order[1], "")]);
        let said: Vec<_> = race
            .failures
            .iter()
            .map(|f| f.problem.message.as_str())
            .collect();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(
            said[0].contains(
                "both write the policy of the repository own: whichever Terraform makes last stays"
            ),
            "{said:?}"
        );
        assert!(!race.passes());
    }
    let waits = "  depends_on = [aws_ecr_repository_policy.a]\n";
    for fine in [
        [write("a", "Allow", ""), write("b", "Allow", "")],
        [write("a", "Allow", ""), write("b", "Deny", waits)],
    ] {
        assert!(with(&fine).passes(), "{fine:?}");
    }
}

/// The provider takes a block that says nothing for "no inline policies but these".
#[test]
fn an_empty_block_of_inline_policies_is_none() {
    let role = "resource \"aws_iam_role\" \"own\" {\n  provider = aws.registry\n  name = \"own\"\n  assume_role_policy = data.aws_iam_policy_document.ecr_source_trust.json\n  inline_policy {}\n}\n";
    assert_eq!(noted(role), "");
}

/// The older way to say `templatefile`, of a provider that many modules still have.
#[test]
fn template_files_are_rendered() {
    let main = "data \"template_file\" \"policy\" {\n  template = file(\"${path.module}/policy.json.tpl\")\n  vars = {\n    action = \"ecr:ListImages\"\n  }\n}\nresource \"aws_ecr_repository\" \"a\" {\n  name = \"aa\"\n}\nresource \"aws_ecr_repository_policy\" \"a\" {\n  repository = aws_ecr_repository.a.name\n  policy     = data.template_file.policy.rendered\n}\n";
    let policy = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"${action}\"}]}";
    let files = [PROVIDER, ("main.tf", main), ("policy.json.tpl", policy)];
    let outcome = run(&files, |_| {}).unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let rendered = outcome.made["data.template_file.policy"]["rendered"].as_str();
    assert!(rendered.unwrap().contains("\"Action\": \"ecr:ListImages\""));
    // Its variables are texts, and need not be there; its template has to be.
    let check = |arguments: &str, expected: Result<&str, &str>| {
        let main = format!("data \"template_file\" \"t\" {{\n{arguments}}}\n");
        let outcome = run(&[PROVIDER, ("main.tf", &main)], |_| {}).unwrap();
        let said = outcome.failures.iter().map(|f| f.problem.message.as_str());
        let said: Vec<_> = said.collect();
        match expected {
            Ok(text) => {
                let made = &outcome.made["data.template_file.t"]["rendered"];
                assert_eq!(made.as_str(), Some(text), "{said:?}");
            }
            Err(why) => assert!(said.iter().any(|m| m.contains(why)), "{said:?}"),
        }
    };
    let typed = "  template = \"$${jsonencode(a)}$${jsonencode(b)}\"\n";
    check("  template = \"plain\"\n", Ok("plain"));
    check(
        &format!("{typed}  vars = {{ a = 1, b = true }}\n"),
        Ok("\"1\"\"true\""),
    );
    check(
        &format!("{typed}  vars = {{ a = 1, b = [\"x\"] }}\n"),
        Err("`b` is no text"),
    );
    check("  vars = { a = 1 }\n", Err("\"template\" is required"));
    let unknown = policy.replace("${action}", "${other}");
    let files = [PROVIDER, ("main.tf", main), ("policy.json.tpl", &unknown)];
    let failures = run(&files, |_| {}).unwrap().failures;
    let said = failures.iter().any(|f| f.problem.message.contains("other"));
    assert!(said, "{failures:?}");
}

/// OpenTofu reads other files than Terraform does.
#[test]
fn files_of_opentofu_alone_are_said() {
    let repository = "resource \"aws_ecr_repository\" \"a\" {\n  name = \"aa\"\n}\n";
    let files = [PROVIDER, ("main.tf", repository), ("main.tofu", "")];
    let outcome = run(&files, |_| {}).unwrap();
    let note = outcome
        .notes
        .iter()
        .any(|n| n.message.contains("main.tofu: is read by OpenTofu alone"));
    assert!(note, "{:?}", outcome.notes);
    let said = run(&[("main.tofu", repository)], |_| {}).unwrap_err();
    assert!(
        said.contains("there are no .tf files, but .tofu files"),
        "{said}"
    );
}

/// Service control policies are of the organization, which is given.
#[test]
fn policies_of_an_organization_are_said_in_the_settings() {
    let scp = "resource \"aws_organizations_policy\" \"scp\" {\n  provider = aws.pipeline\n  name     = \"scp\"\n  content  = \"{}\"\n}\n";
    let said = example_with(scp).unwrap_err();
    assert!(said.contains("service_control_policies"), "{said}");
}

/// Actions of Terraform 1.14 are no resources: they are run when something asks for it.
#[test]
fn actions_are_noted() {
    let action = "action \"aws_codebuild_start_build\" \"build\" {\n  config {\n    project_name = \"p\"\n  }\n}\n";
    assert_eq!(
        noted(action),
        "`action` aws_codebuild_start_build.build is not run, here as on AWS before something asks for it"
    );
}

/// AWS's guide wants the bucket and the key of a store in the pipeline's account.
#[test]
fn a_key_of_another_account_is_noted() {
    let golden = include_str!("one_file/main.tf");
    let foreign = golden
        .replace(
            "resource \"aws_kms_key\" \"store\" {\n  provider = aws.b",
            "resource \"aws_kms_key\" \"store\" {\n  provider = aws.a",
        )
        .replace("arn:aws:iam::${local.b}:root", "arn:aws:iam::${local.a}:root")
        .replace(
            "\"s3:GetBucketLocation\"], Resource = aws_s3_bucket.store.arn },",
            "\"s3:GetBucketLocation\"], Resource = aws_s3_bucket.store.arn },\n      { Effect = \"Allow\", Action = [\"kms:Decrypt\", \"kms:GenerateDataKey*\"], Resource = aws_kms_key.store.arn },",
        );
    for (main, of) in [
        (golden, None),
        (
            &*foreign,
            Some("the key of the artifact store is of account 111111111111"),
        ),
    ] {
        let main = main.replace(
            "[aws_iam_role.pipeline.arn, aws_iam_role.source.arn]",
            "[aws_iam_role.pipeline.arn, aws_iam_role.source.arn, aws_iam_role.deploy.arn]",
        );
        let outcome = run(&[("main.tf", &main)], |_| {}).unwrap();
        assert!(
            outcome.passes(),
            "{:?} {:?}",
            outcome.failures,
            outcome.denials
        );
        let mut notes = outcome.notes.iter().map(|n| n.message.as_str());
        let note = notes.find(|n| n.contains("of the artifact store is of account"));
        assert_eq!(note.map(|n| n.split(',').next().unwrap()), of);
    }
}

#[test]
fn a_bucket_is_made_once() {
    let bucket = "resource \"aws_s3_bucket\" \"NAME\" {\n  provider = aws.pipeline\n  bucket = \"made-twice-222222222222\"\n}\n";
    let twice = format!(
        "{}{}",
        bucket.replace("NAME", "one"),
        bucket.replace("NAME", "two")
    );
    let outcome = example_with(&twice).unwrap();
    let said = &outcome.failures[0].problem.message;
    assert!(
        said.starts_with("BucketAlreadyExists: aws_s3_bucket.one"),
        "{said}"
    );
    let reserved = bucket.replace("made-twice", "xn--made");
    let outcome = example_with(&reserved).unwrap();
    let said = &outcome.failures[0].problem.message;
    assert!(said.contains("InvalidBucketName"), "{said}");
}

/// What is one in an account and a region is told from what is in others.
#[test]
fn what_is_written_once_in_each_region_is_no_race() {
    let registry = |name: &str, more: &str, action: &str| {
        format!(
            "resource \"aws_ecr_registry_policy\" \"{name}\" {{\n{more}  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Sid = \"s\", Effect = \"Allow\", Principal = {{ AWS = \"arn:aws:iam::111111111111:root\" }}, Action = \"{action}\", Resource = \"*\" }}] }})\n}}\n"
        )
    };
    let again = PROVIDER
        .1
        .replacen("{\n", "{\n  alias               = \"again\"\n", 1);
    let abroad = again
        .replace("again", "abroad")
        .replace("eu-west-1", "eu-west-2");
    let providers = format!("{}{again}{abroad}", PROVIDER.1);
    let first = registry("a", "", "ecr:ReplicateImage");
    for (more, races) in [
        ("  provider = aws.again\n", true),
        ("  provider = aws.abroad\n", false),
        ("  region = \"eu-west-3\"\n", false),
    ] {
        let main = format!("{first}{}", registry("b", more, "ecr:CreateRepository"));
        let files = [("providers.tf", providers.as_str()), ("main.tf", &main)];
        let outcome = run(&files, |_| {}).unwrap();
        assert_eq!(
            !outcome.failures.is_empty(),
            races,
            "{more} {:?}",
            outcome.failures
        );
    }
}

/// What adds to something of which another says all is gone when Terraform is applied again.
#[test]
fn what_adds_to_what_another_says_all_of() {
    let role = |more: &str| {
        format!(
            "resource \"aws_iam_role\" \"own\" {{\n  provider = aws.registry\n  name = \"own\"\n  assume_role_policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Principal = {{ Service = \"ec2.amazonaws.com\" }}, Action = \"sts:AssumeRole\" }}] }})\n{more}}}\n"
        )
    };
    let document = "jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"*\" }] })";
    let policy = |name: &str| {
        format!(
            "resource \"aws_iam_role_policy\" \"own\" {{\n  provider = aws.registry\n  role = aws_iam_role.own.name\n  name = \"{name}\"\n  policy = {document}\n}}\n"
        )
    };
    let inline = format!("  inline_policy {{\n    name = \"one\"\n    policy = {document}\n  }}\n");
    let managed = "  managed_policy_arns = []\n";
    let attached = "resource \"aws_iam_role_policy_attachment\" \"own\" {\n  provider = aws.registry\n  role = aws_iam_role.own.name\n  policy_arn = aws_iam_policy.own.arn\n}\n";
    let shared = format!(
        "resource \"aws_iam_policy\" \"own\" {{\n  provider = aws.registry\n  name = \"own\"\n  policy = {document}\n}}\n"
    );
    let exclusive = "resource \"aws_iam_role_policies_exclusive\" \"own\" {\n  provider = aws.registry\n  role_name = aws_iam_role.own.name\n  policy_names = [\"one\"]\n}\n";
    let key = "resource \"aws_kms_key\" \"own\" {\n  provider = aws.pipeline\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = \"*\", Action = \"kms:*\", Resource = \"*\" }] })\n}\nresource \"aws_kms_key_policy\" \"own\" {\n  provider = aws.pipeline\n  key_id = aws_kms_key.own.key_id\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = \"*\", Action = [\"kms:*\"], Resource = \"ACTIONS\" }] })\n}\n";
    let check = |added: &str, expected: &str| {
        let outcome = example_with(added).unwrap();
        let notes: Vec<_> = outcome.notes.iter().map(|n| n.message.as_str()).collect();
        let said = notes
            .iter()
            .any(|n| n.contains("when it is applied again") || n.contains("applied again and"));
        assert_eq!(said, !expected.is_empty(), "{added}: {notes:#?}");
        assert!(
            expected.is_empty() || notes.iter().any(|n| n.contains(expected)),
            "{notes:#?}"
        );
    };
    check(&(role("") + &policy("one")), "");
    check(&(role(&inline) + &policy("one")), "");
    check(
        &(role(&inline.replace("s3:GetObject", "s3:PutObject")) + &policy("one")),
        "adds one or writes another",
    );
    check(
        &(role("  inline_policy {}\n") + &policy("one")),
        "inline_policy which inline policies of the role own there are",
    );
    check(
        &(role(&inline) + &policy("two")),
        "inline_policy which inline policies of the role own there are, and aws_iam_role_policy.own (",
    );
    check(
        &(role(managed) + &shared + attached),
        "managed_policy_arns which managed policies of the role own there are",
    );
    check(&(role("") + &policy("one") + exclusive), "");
    check(
        &(role("") + &policy("two") + exclusive),
        "policy_names which inline policies of the role own",
    );
    check(&key.replace("ACTIONS", "*"), "");
    check(
        &key.replace("ACTIONS", "arn:aws:kms:us-east-1:222222222222:key/*"),
        "both write the policy of the key",
    );
}
