//! Repairs where a policy is somebody else's as well: nobody gets more than it lacks.

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
use repaired::{AUDITOR, LACKS, RELEASE, repaired};
use sekisho::rehearse::{Options, complete, fix, rehearse};

/// The policy of the role as a managed one, which is to be attached.
const AS_MANAGED: (&str, &str, &str) = (
    "registry.tf",
    "resource \"aws_iam_role_policy\" \"ecr_source\" {\n  provider = aws.registry\n  name     = \"ecr-source\"\n  role     = aws_iam_role.ecr_source.id\n",
    "resource \"aws_iam_policy\" \"ecr_source\" {\n  provider = aws.registry\n  name     = \"ecr-source\"\n",
);

#[test]
fn what_another_role_has_as_well_is_left_alone() {
    let own = "+resource \"aws_iam_role_policy\" \"ecr_source_2\" {";
    let policy = "resource \"aws_iam_role_policy\" \"auditor\" {\n  provider = aws.registry\n  name     = \"access\"\n  role     = aws_iam_role.auditor.id\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n";
    let document = repaired(
        "cross-account-ecr",
        &["."],
        &[LACKS, ("auditor.tf", "", &format!("{AUDITOR}{policy}"))],
    );
    holds(&document, &[own, "Action = \"ecr:DescribeImages\""]);
    lacks(&document, &["+  statement {"]);
    // A document that another one is made of.
    let made = "data \"aws_iam_policy_document\" \"auditor\" {\n  source_policy_documents = [data.aws_iam_policy_document.ecr_source.json]\n}\n";
    let policy = policy.replace("document.ecr_source.json", "document.auditor.json");
    let source = repaired(
        "cross-account-ecr",
        &["."],
        &[
            LACKS,
            ("auditor.tf", "", &format!("{AUDITOR}{made}{policy}")),
        ],
    );
    holds(&source, &[own]);
    lacks(&source, &["+  statement {"]);
    // A managed policy that both have.
    let attachments = "resource \"aws_iam_role_policy_attachment\" \"both\" {\n  provider   = aws.registry\n  for_each   = toset([aws_iam_role.ecr_source.name, aws_iam_role.auditor.name])\n  role       = each.key\n  policy_arn = aws_iam_policy.ecr_source.arn\n}\n";
    let managed = repaired(
        "cross-account-ecr",
        &["."],
        &[
            LACKS,
            AS_MANAGED,
            (
                "pipeline.tf",
                "    aws_iam_role_policy.ecr_source,\n",
                "    aws_iam_role_policy_attachment.both,\n",
            ),
            ("auditor.tf", "", &format!("{AUDITOR}{attachments}")),
        ],
    );
    holds(
        &managed,
        &[
            "+resource \"aws_iam_role_policy\" \"ecr_source\" {",
            "+    aws_iam_role_policy.ecr_source,",
        ],
    );
    lacks(&managed, &["+  statement {"]);
}

/// `aws_iam_policy_attachment` attaches as the others do: what is attached to this role alone is its own.
#[test]
fn a_policy_that_is_attached_to_one_alone_is_its_own() {
    let of = |roles: &str| {
        let attachment = format!(
            "resource \"aws_iam_policy_attachment\" \"own\" {{\n  provider   = aws.registry\n  name       = \"own\"\n  roles      = [{roles}]\n  policy_arn = aws_iam_policy.ecr_source.arn\n}}\n"
        );
        repaired(
            "cross-account-ecr",
            &["."],
            &[
                LACKS,
                AS_MANAGED,
                (
                    "pipeline.tf",
                    "    aws_iam_role_policy.ecr_source,\n",
                    "    aws_iam_policy_attachment.own,\n",
                ),
                ("auditor.tf", "", &format!("{AUDITOR}{attachment}")),
            ],
        )
    };
    let one = of("aws_iam_role.ecr_source.name");
    lacks(&one, &["+resource"]);
    let two = of("aws_iam_role.ecr_source.name, aws_iam_role.auditor.name");
    holds(
        &two,
        &["+resource \"aws_iam_role_policy\" \"ecr_source\" {"],
    );
}

#[test]
fn a_module_that_is_called_for_others_too_is_left_alone() {
    let module = "variable \"name\" {}\nvariable \"trust\" {}\nvariable \"actions\" {}\n\nresource \"aws_iam_role\" \"this\" {\n  name               = var.name\n  assume_role_policy = var.trust\n}\n\nresource \"aws_iam_role_policy\" \"this\" {\n  name   = \"access\"\n  role   = aws_iam_role.this.id\n  policy = jsonencode({\n    Version   = \"2012-10-17\"\n    Statement = [{ Effect = \"Allow\", Action = var.actions, Resource = \"*\" }]\n  })\n}\n\noutput \"arn\" { value = aws_iam_role.this.arn }\noutput \"id\" { value = aws_iam_role.this.id }\n";
    let call = |name: &str, role: &str, actions: &str| {
        format!(
            "module \"{name}\" {{\n  source    = \"./modules/role\"\n  providers = {{ aws = aws.registry }}\n  name      = {role}\n  trust     = data.aws_iam_policy_document.ecr_source_trust.json\n  actions   = {actions}\n}}\n"
        )
    };
    let role = "resource \"aws_iam_role\" \"ecr_source\" {\n  provider           = aws.registry\n  name               = local.action_role_name\n  description        = \"Assumed by the pipeline of account B to read the repository.\"\n  assume_role_policy = data.aws_iam_policy_document.ecr_source_trust.json\n  tags               = local.tags\n}\n";
    let actions = "[\"s3:PutObject\", \"kms:GenerateDataKey\"]";
    let calls = call("reader", "local.action_role_name", actions);
    let policy = "resource \"aws_iam_role_policy\" \"ecr_source\" {\n  provider = aws.registry\n  name     = \"ecr-source\"\n  role     = aws_iam_role.ecr_source.id\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n";
    let edits = [
        ("modules/role/main.tf", "", module),
        ("registry.tf", role, &*calls),
        ("registry.tf", policy, ""),
        (
            "pipeline.tf",
            "aws_iam_role.ecr_source.arn",
            "module.reader.arn",
        ),
        (
            "pipeline.tf",
            "aws_iam_role_policy.ecr_source",
            "module.reader",
        ),
    ];
    // In the module the repository has no name: its ARN of this rehearsal would stand there for all who ever call it.
    let alone = repaired("cross-account-ecr", &["."], &edits);
    holds(&alone, &["Resource = aws_ecr_repository.app.arn"]);
    lacks(&alone, &["modules/role"]);
    // Where it is told of it, it is in its module that the statement belongs.
    let told = module.replace(
        "variable \"actions\" {}",
        "variable \"actions\" {}\nvariable \"repository\" {}",
    );
    let call_of_it = calls.replace(
        "  trust ",
        "  repository = aws_ecr_repository.app.arn\n  trust ",
    );
    let mut told_of_it = edits;
    told_of_it[0].2 = &told;
    told_of_it[1].2 = &call_of_it;
    let told = repaired("cross-account-ecr", &["."], &told_of_it);
    holds(
        &told,
        &["+++ b/modules/role/main.tf", "Resource = var.repository"],
    );
    let other = call("auditor", "\"auditor\"", "[\"ecr:ListImages\"]");
    let both = [&edits[..], &[("auditor.tf", "", &*other)]].concat();
    let both = repaired("cross-account-ecr", &["."], &both);
    lacks(&both, &["modules/role"]);
    holds(
        &both,
        &[
            "+resource \"aws_iam_role_policy\" \"reader\" {\n+  provider = aws.registry\n",
            "+  role     = module.reader.id\n",
            "Resource = aws_ecr_repository.app.arn",
            "+    aws_iam_role_policy.reader,",
        ],
    );
}

#[test]
fn a_role_that_writes_its_inline_policies_itself_has_no_others() {
    let inline = "  tags               = local.tags\n\n  inline_policy {\n    name   = \"ecr-source\"\n    policy = data.aws_iam_policy_document.ecr_source.json\n  }\n}\n\n# The role reads";
    let policy = "resource \"aws_iam_role_policy\" \"ecr_source\" {\n  provider = aws.registry\n  name     = \"ecr-source\"\n  role     = aws_iam_role.ecr_source.id\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[
            LACKS,
            (
                "registry.tf",
                "  tags               = local.tags\n}\n\n# The role reads",
                inline,
            ),
            ("registry.tf", policy, ""),
            ("pipeline.tf", "    aws_iam_role_policy.ecr_source,\n", ""),
        ],
    );
    holds(
        &diff,
        &[
            "+  statement {",
            "+    actions   = [\"ecr:DescribeImages\"]",
        ],
    );
    lacks(&diff, &["+resource"]);
}

/// However somebody else comes by the document, it is left alone.
#[test]
fn what_somebody_else_has_in_any_way_is_left_alone() {
    let open = AUDITOR.strip_suffix("}\n").unwrap();
    let ways = [
        // By way of a map.
        format!(
            "{AUDITOR}locals {{\n  audits = {{ audit = {{ policy = data.aws_iam_policy_document.ecr_source.json }} }}\n}}\nresource \"aws_iam_role_policy\" \"audit\" {{\n  provider = aws.registry\n  for_each = local.audits\n  role     = aws_iam_role.auditor.name\n  policy   = each.value.policy\n}}\n"
        ),
        // Read and written again.
        format!(
            "{AUDITOR}resource \"aws_iam_role_policy\" \"audit\" {{\n  provider = aws.registry\n  role     = aws_iam_role.auditor.name\n  policy   = jsonencode(jsondecode(data.aws_iam_policy_document.ecr_source.json))\n}}\n"
        ),
        // In repeated blocks.
        format!(
            "{open}\n  dynamic \"inline_policy\" {{\n    for_each = {{ audit = data.aws_iam_policy_document.ecr_source.json }}\n    content {{\n      name   = inline_policy.key\n      policy = inline_policy.value\n    }}\n  }}\n}}\n"
        ),
        // A group, be it one that is not made here.
        "resource \"aws_iam_group\" \"auditors\" {\n  provider = aws.registry\n  name     = \"auditors\"\n}\n\nresource \"aws_iam_group_policy\" \"audit\" {\n  provider = aws.registry\n  group    = aws_iam_group.auditors.name\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n".to_owned(),
        "resource \"aws_iam_group_policy\" \"audit\" {\n  provider = aws.registry\n  group    = \"auditors\"\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n".to_owned(),
    ];
    for way in &ways {
        let edits = [LACKS, ("auditor.tf", "", way)];
        let diff = repaired("cross-account-ecr", &["."], &edits);
        lacks(&diff, &["+  statement {"]);
        holds(
            &diff,
            &["+resource \"aws_iam_role_policy\" \"ecr_source_2\" {"],
        );
    }
}

/// Nor does a managed policy grow that somebody else has, be it as a boundary.
#[test]
fn a_managed_policy_that_somebody_else_has_is_left_alone() {
    const MANAGED: &str = "resource \"aws_iam_policy\" \"read\" {\n  provider = aws.registry\n  name     = \"read\"\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n\nresource \"aws_iam_role_policy_attachment\" \"ecr_source\" {\n  provider   = aws.registry\n  role       = aws_iam_role.ecr_source.name\n  policy_arn = aws_iam_policy.read.arn\n}\n";
    let policy = "resource \"aws_iam_role_policy\" \"ecr_source\" {\n  provider = aws.registry\n  name     = \"ecr-source\"\n  role     = aws_iam_role.ecr_source.id\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n";
    let user = "resource \"aws_iam_user\" \"auditor\" {\n  provider = aws.registry\n  name     = \"auditor\"\n}\n";
    let attached = format!(
        "{user}resource \"aws_iam_user_policy_attachment\" \"audit\" {{\n  provider   = aws.registry\n  user       = aws_iam_user.auditor.name\n  policy_arn = aws_iam_policy.read.arn\n}}\n"
    );
    let group = attached.replace("user", "group");
    let boundary = user.replace(
        "\"auditor\"\n}",
        "\"auditor\"\n  permissions_boundary = aws_iam_policy.read.arn\n}",
    );
    for other in ["", &*attached, &*group, &*boundary] {
        let all = format!("{MANAGED}{other}");
        let edits = [
            LACKS,
            ("registry.tf", policy, &*all),
            (
                "pipeline.tf",
                "aws_iam_role_policy.ecr_source",
                "aws_iam_role_policy_attachment.ecr_source",
            ),
        ];
        let diff = repaired("cross-account-ecr", &["."], &edits);
        match other {
            // Alone, it takes the statement.
            "" => holds(&diff, &["+  statement {"]),
            _ => {
                lacks(&diff, &["+  statement {"]);
                holds(
                    &diff,
                    &["+resource \"aws_iam_role_policy\" \"ecr_source\" {"],
                );
            }
        }
    }
}

/// Who lacks the same action lacks it on something else: what is added for one is not added for the other.
#[test]
fn what_another_lacks_elsewhere_is_left_alone() {
    let copied = "resource \"aws_iam_role_policy\" \"copied\" {\n  provider = aws.pipeline\n  name     = \"copied\"\n  role     = aws_iam_role.codepipeline.id\n  policy   = jsonencode(jsondecode(data.aws_iam_policy_document.ecr_source.json))\n}\n";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[
            (
                "registry.tf",
                "      \"s3:PutObject\",\n      \"s3:PutObjectAcl\"",
                "      \"s3:PutObjectAcl\"",
            ),
            (
                "pipeline.tf",
                "    actions   = [\"s3:PutObject\"]\n",
                "    actions   = [\"s3:GetObject\"]\n",
            ),
            ("copied.tf", "", copied),
        ],
    );
    holds(
        &diff,
        &[
            "+resource \"aws_iam_role_policy\" \"ecr_source_2\" {",
            "Action = \"s3:PutObject\", Resource = \"${aws_s3_bucket.artifact_store.arn}/${var.name}/ImageDefin/*\"",
            "+    actions   = [\"s3:PutObject\"]\n+    resources = [\"${aws_s3_bucket.releases.arn}/",
        ],
    );
}

/// A group that another run of Terraform makes does not get what the role lacks.
#[test]
fn beside_what_another_run_gives_to_others() {
    let group = "variable \"production\" {
  default = false
}

resource \"aws_iam_group_policy\" \"shared\" {
  provider = aws.pipeline
  count    = var.production ? 1 : 0
  name     = \"shared\"
  group    = \"operators\"
  policy   = data.aws_iam_policy_document.codepipeline.json
}
";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[RELEASE[0], ("group.tf", "", group)],
    );
    holds(
        &diff,
        &["+resource \"aws_iam_role_policy\" \"codepipeline_2\" {"],
    );
    // What no run makes is nobody.
    let never = group.replace("var.production ? 1 : 0", "0");
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[RELEASE[0], ("group.tf", "", &never)],
    );
    assert!(!diff.contains("+resource"), "{diff}");
}

/// A role, a key or a user that another run makes does not get what it does not lack, in whatever argument it has the policy.
#[test]
fn what_is_not_made_in_this_run_gets_nothing() {
    let flag = "variable \"break_glass\" {\n  default = false\n}\n";
    let inline = "\nresource \"aws_iam_role\" \"admin\" {\n  provider           = aws.registry\n  count              = var.break_glass ? 1 : 0\n  name               = \"admin\"\n  assume_role_policy = jsonencode({ Version = \"2012-10-17\", Statement = [] })\n\n  inline_policy {\n    name   = \"shared\"\n    policy = data.aws_iam_policy_document.ecr_source.json\n  }\n}\n";
    let own = "+resource \"aws_iam_role_policy\" \"ecr_source_2\" {";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[LACKS, ("admin.tf", "", &format!("{flag}{inline}"))],
    );
    holds(&diff, &[own]);
    lacks(&diff, &["+  statement {"]);
    // A policy that nobody is seen to have may be attached elsewhere.
    let unattached = "resource \"aws_iam_policy\" \"shared\" {\n  provider = aws.registry\n  name     = \"shared\"\n  policy   = data.aws_iam_policy_document.ecr_source.json\n}\n";
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[LACKS, ("shared.tf", "", unattached)],
    );
    holds(&diff, &[own]);
    lacks(&diff, &["+  statement {"]);
    // Of a trust policy there is only one: nothing is written then.
    let trust = "\nresource \"aws_iam_role\" \"admin\" {\n  provider           = aws.registry\n  count              = var.break_glass ? 1 : 0\n  name               = \"admin\"\n  assume_role_policy = data.aws_iam_policy_document.ecr_source_trust.json\n}\n";
    let (_folder, options) = repaired::broken(
        Some("cross-account-ecr"),
        &["."],
        &[
            (
                "registry.tf",
                "identifiers = [aws_iam_role.codepipeline.arn]",
                "identifiers = [\"arn:aws:iam::${var.registry_account_id}:root\"]",
            ),
            ("admin.tf", "", &format!("{flag}{trust}")),
        ],
    );
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    let completion = complete(&options, &outcome).unwrap_or_else(|p| panic!("{p:?}"));
    let fixed = fix(&options, &completion).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(fixed.files.is_empty(), "{}", fixed.diff());
    let (_, why) = &fixed.unwritten[0];
    assert!(why.contains("aws_iam_role.admin"), "{why}");
}

/// Somebody of whom nothing is known here has the policy by its ARN, written out.
#[test]
fn what_is_attached_by_an_arn_that_is_written_is_left_alone() {
    let attached = "resource \"aws_iam_role_policy_attachment\" \"own\" {\n  provider   = aws.registry\n  role       = aws_iam_role.ecr_source.name\n  policy_arn = aws_iam_policy.ecr_source.arn\n}\n";
    let user = "\nresource \"aws_iam_user_policy_attachment\" \"ci\" {\n  provider   = aws.registry\n  user       = \"ci\"\n  policy_arn = \"arn:aws:iam::${var.registry_account_id}:policy/ecr-source\"\n}\n";
    let repaired_with = |more: &str| {
        repaired(
            "cross-account-ecr",
            &["."],
            &[
                LACKS,
                AS_MANAGED,
                (
                    "pipeline.tf",
                    "    aws_iam_role_policy.ecr_source,\n",
                    "    aws_iam_role_policy_attachment.own,\n",
                ),
                ("attached.tf", "", &format!("{attached}{more}")),
            ],
        )
    };
    holds(&repaired_with(""), &["+  statement {"]);
    let apart = repaired_with(user);
    holds(
        &apart,
        &["+resource \"aws_iam_role_policy\" \"ecr_source\" {"],
    );
    lacks(&apart, &["+  statement {"]);
}

/// A policy that could not be made is of the role that it is for, and not of those that its statements name.
#[test]
fn a_policy_that_waits_hides_nothing_of_others() {
    let patches = |role: &str| {
        let waits = format!(
            "\nresource \"aws_s3_bucket\" \"broken\" {{\n  provider = aws.registry\n  bucket   = \"Not A Name\"\n}}\n\nresource \"aws_iam_role_policy\" \"waits\" {{\n  provider = aws.registry\n  name     = \"waits\"\n  role     = aws_iam_role.{role}.id\n  policy   = jsonencode({{ Version = \"2012-10-17\", Statement = [\n    {{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"${{aws_s3_bucket.broken.arn}}/*\" }},\n    {{ Effect = \"Allow\", Action = \"iam:PassRole\", Resource = [aws_iam_role.ecr_source.arn, aws_iam_role.auditor.arn] }},\n  ] }})\n}}\n"
        );
        let (_folder, options) = repaired::broken(
            Some("cross-account-ecr"),
            &["."],
            &[LACKS, ("waits.tf", "", &format!("{AUDITOR}{waits}"))],
        );
        let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
        let completion = complete(&options, &outcome).unwrap_or_else(|p| panic!("{p:?}"));
        completion.patches.len()
    };
    assert_eq!(patches("auditor"), 1);
    // What its own may allow is not asked for.
    assert_eq!(patches("ecr_source"), 0);
}

/// A text that goes into something else as well, by whatever way, is not added to.
#[test]
fn a_text_that_goes_elsewhere_is_left_alone() {
    let docs = "variable \"extra\" {\n  default = false\n}\n\nlocals {\n  docs = {\n    source = {\n      Version = \"2012-10-17\"\n      Statement = [\n        { Effect = \"Allow\", Action = \"ecr:ListImages\", Resource = aws_ecr_repository.app.arn },\n        { Effect = \"Allow\", Action = [\"s3:PutObject\", \"s3:PutObjectAcl\"], Resource = \"${aws_s3_bucket.artifact_store.arn}/*\" },\n        { Effect = \"Allow\", Action = [\"kms:*\"], Resource = aws_kms_key.artifact_store.arn },\n      ]\n    }\n  }\n}\n";
    let policy = |repeated: &str, text: &str| {
        format!(
            "\nresource \"aws_iam_role_policy\" \"other\" {{\n  provider = aws.registry\n  {repeated}\n  name     = \"other\"\n  role     = \"auditor\"\n  policy   = jsonencode({text})\n}}\n"
        )
    };
    let diff = |more: &str| {
        repaired(
            "cross-account-ecr",
            &["."],
            &[
                (
                    "registry.tf",
                    "policy   = data.aws_iam_policy_document.ecr_source.json",
                    "policy   = jsonencode(local.docs.source)",
                ),
                ("docs.tf", "", &format!("{docs}{AUDITOR}{more}")),
            ],
        )
    };
    let own = "+        { Effect = \"Allow\", Action = \"ecr:DescribeImages\"";
    holds(&diff(""), &[own]);
    for (repeated, text) in [
        ("for_each = var.extra ? local.docs : {}", "each.value"),
        (
            "for_each = toset(var.extra ? [\"source\"] : [])",
            "local.docs[each.key]",
        ),
    ] {
        let diff = diff(&policy(repeated, text));
        holds(
            &diff,
            &["+resource \"aws_iam_role_policy\" \"ecr_source_2\" {"],
        );
        lacks(&diff, &[own]);
    }
}

/// A `provider` that was forgotten is no agreement that is missing: nobody lets another account manage what it has.
#[test]
fn what_another_accounts_provider_makes_is_given_its_own() {
    let folder = edited::edited(
        Some("cross-account-ecr"),
        &[(
            "pipeline.tf",
            "\"aws_s3_bucket_versioning\" \"releases\" {\n  provider = aws.pipeline",
            "\"aws_s3_bucket_versioning\" \"releases\" {\n  provider = aws.registry",
        )],
    );
    let mut options = Options::default();
    options.reading.directories = vec![folder.path().to_owned()];
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    let [denial] = outcome.denials.as_slice() else {
        panic!("{:?}", outcome.denials);
    };
    assert_eq!(
        denial.cause.advice,
        "aws_s3_bucket_versioning.releases is made in account 111111111111, and arn:aws:s3:::delivery-releases-222222222222 is of account 222222222222: give it `provider = aws.pipeline`, which is of that account. No policy is to let another account manage it"
    );
    assert_eq!(denial.cause.statement, None);
    let completion = complete(&options, &outcome).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(!completion.passes && completion.patches.is_empty());
}
