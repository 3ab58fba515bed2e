//! Repairs of policies that a fetched module makes of data: these go into what it is handed.

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
use repaired::{AUDITOR, broken, repaired};
use sekisho::rehearse::{complete, fix, rehearse};

/// The bucket's policy is a module's, which is handed `statements` in some form.
fn of_module(variable: &str, content: &str, call: &str) -> Vec<(&'static str, String, String)> {
    let manifest = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"policy","Source":"registry.terraform.io/acme/bucket-policy/aws","Version":"1.0.0","Dir":".terraform/modules/policy"}]}"#;
    let module = format!(
        "terraform {{\n  required_providers {{\n    aws = {{ source = \"hashicorp/aws\" }}\n  }}\n}}\nvariable \"bucket\" {{}}\n{variable}\ndata \"aws_iam_policy_document\" \"this\" {{\n  statement {{\n    sid       = \"ReadByPipeline\"\n    actions   = [\"s3:GetObject\"]\n    resources = [\"arn:aws:s3:::${{var.bucket}}/*\"]\n    principals {{\n      type        = \"AWS\"\n      identifiers = [\"arn:aws:iam::222222222222:root\"]\n    }}\n  }}\n{content}}}\nresource \"aws_s3_bucket_policy\" \"this\" {{\n  bucket = var.bucket\n  policy = data.aws_iam_policy_document.this.json\n}}\n"
    );
    let call = format!(
        "module \"policy\" {{\n  source    = \"acme/bucket-policy/aws\"\n  bucket    = aws_s3_bucket.artifact_store.id\n  providers = {{ aws = aws.pipeline }}\n{call}}}\n"
    );
    let own = "resource \"aws_s3_bucket_policy\" \"artifact_store\" {\n  provider = aws.pipeline\n  bucket   = aws_s3_bucket.artifact_store.id\n  policy   = data.aws_iam_policy_document.artifact_store.json\n\n  depends_on = [aws_s3_bucket_public_access_block.artifact_store]\n}\n";
    vec![
        ("artifact_store.tf", own.to_owned(), String::new()),
        (
            ".terraform/modules/modules.json",
            String::new(),
            manifest.to_owned(),
        ),
        (".terraform/modules/policy/main.tf", String::new(), module),
        ("policy.tf", String::new(), call),
        (
            "pipeline.tf",
            "    aws_s3_bucket_policy.artifact_store,\n".to_owned(),
            "    module.policy,\n".to_owned(),
        ),
    ]
}

fn borrowed<'e>(
    edits: &'e [(&'static str, String, String)],
) -> Vec<(&'static str, &'e str, &'e str)> {
    let each = edits
        .iter()
        .map(|(file, from, to)| (*file, from.as_str(), to.as_str()));
    each.collect()
}

/// What is added, by the form in which the module takes it.
#[test]
fn statements_go_into_the_data_that_a_fetched_module_is_handed() {
    let source = "aws_iam_role.ecr_source.arn";
    let artifacts = "\"${aws_s3_bucket.artifact_store.arn}/${var.name}/ImageDefin/*\"";
    let optional = "  dynamic \"statement\" {\n    for_each = var.statements\n    content {\n      sid       = try(statement.value.sid, null)\n      effect    = try(statement.value.effect, null)\n      actions   = try(statement.value.actions, null)\n      resources = try(statement.value.resources, null)\n      dynamic \"principals\" {\n        for_each = try(statement.value.principals, [])\n        content {\n          type        = principals.value.type\n          identifiers = principals.value.identifiers\n        }\n      }\n      dynamic \"condition\" {\n        for_each = try(statement.value.conditions, [])\n        content {\n          test     = condition.value.test\n          variable = condition.value.variable\n          values   = condition.value.values\n        }\n      }\n    }\n  }\n";
    let looked_up = optional
        .replace("try(statement.value.", "lookup(statement.value, \"")
        .replace(", null)", "\", null)")
        .replace(", [])", "\", [])");
    let bare = "  dynamic \"statement\" {\n    for_each = var.statements != null ? var.statements : {}\n    iterator = it\n    content {\n      sid         = it.key\n      effect      = it.value.effect\n      not_actions = it.value.not_actions\n      actions     = it.value[\"actions\"]\n      resources   = [it.value.resource]\n      principals {\n        type        = \"AWS\"\n        identifiers = it.value.readers\n      }\n    }\n  }\n";
    let by_type = "  dynamic \"statement\" {\n    for_each = concat(var.statements, [])\n    content {\n      sid       = statement.value.sid\n      actions   = statement.value.actions\n      resources = statement.value.resources\n      dynamic \"principals\" {\n        for_each = statement.value.principals\n        content {\n          type        = principals.key\n          identifiers = principals.value\n        }\n      }\n    }\n  }\n";
    let typed = "variable \"statements\" {\n  type = list(object({\n    sid        = optional(string)\n    actions    = list(string)\n    resources  = list(string)\n    principals = map(list(string))\n    note       = string\n  }))\n  default = []\n}\n";
    let any = "variable \"statements\" {\n  type    = any\n  default = []\n}\n";
    let map = "variable \"statements\" {\n  type    = any\n  default = {}\n}\n";
    let usual = format!(
        "{{ effect = \"Allow\", actions = [\"s3:PutObject\"], resources = [{artifacts}], principals = [{{ type = \"AWS\", identifiers = [{source}] }}] }}"
    );
    let usual = usual.replace("effect = \"Allow\", ", "");
    let of_map = format!(
        "{{ effect = \"Allow\", not_actions = null, actions = [\"s3:PutObject\"], resource = {artifacts}, readers = [{source}] }}"
    );
    let of_type = format!(
        "{{ actions = [\"s3:PutObject\"], resources = [{artifacts}], principals = {{ AWS = [{source}] }}, note = null }}"
    );
    let there = "{\n      actions    = [\"s3:GetObject\"]\n      resources  = [\"${aws_s3_bucket.artifact_store.arn}/*\"]\n      principals = [{ type = \"AWS\", identifiers = [\"arn:aws:iam::222222222222:root\"] }]\n    },\n";
    let listed = format!("  statements = [\n    {there}  ]\n");
    let local = format!(
        "  statements = local.statements\n}}\nlocals {{\n  statements = [\n    {there}  ]\n"
    );
    let named = "  statements = {\n    Read = { effect = \"Allow\", not_actions = null, actions = [\"s3:GetObject\"], resource = \"${aws_s3_bucket.artifact_store.arn}/*\", readers = [\"arn:aws:iam::222222222222:root\"] }\n  }\n";
    let of_map_too = named.replace(" }\n  }\n", " }\n    Needed = { effect = \"Deny\", not_actions = null, actions = [\"s3:DeleteObject\"], resource = \"${aws_s3_bucket.artifact_store.arn}/*\", readers = [\"arn:aws:iam::111111111111:root\"] }\n  }\n");
    let shared = format!(
        "  statements = local.all\n}}\noutput \"all\" {{\n  value = local.all\n}}\nlocals {{\n  all = {}",
        of_map_too.trim_start_matches("  statements = ")
    );
    let switched = optional.replace("= var.statements\n", "= var.attach ? var.statements : []\n");
    let both = format!("variable \"attach\" {{\n  default = true\n}}\n{any}");
    let called = listed.replace(
        "actions    = [\"s3:Get",
        "sid        = \"Read\"\n      actions    = [\"s3:Get",
    );
    let with_sid = usual.replace("{ actions", "{ sid = null, actions");
    let tuple = "  statements = var.more ? [] : []\n}\nvariable \"more\" {\n  default = true\n";
    let varied =
        "  statements = var.more\n}\nvariable \"more\" {\n  type    = any\n  default = []\n";
    let cases: &[(&str, &str, &str, String)] = &[
        (any, optional, "", format!("+  statements = [{usual}]\n")),
        (any, &looked_up, "", format!("+  statements = [{usual}]\n")),
        (any, optional, &listed, format!("+    {usual},\n")),
        (any, optional, &local, format!("+    {usual},\n")),
        (
            any,
            optional,
            varied,
            format!("+  statements = concat(var.more, [{usual}])\n"),
        ),
        (
            map,
            bare,
            "",
            format!("+  statements = {{ Needed = {of_map} }}\n"),
        ),
        (map, bare, named, format!("+    Needed = {of_map}\n")),
        (map, bare, &of_map_too, format!("+    Needed2 = {of_map}\n")),
        (
            map,
            bare,
            &shared,
            format!("+  statements = merge(local.all, {{ Needed2 = {of_map} }})\n"),
        ),
        // What is handed says what it is, not what may be handed.
        (map, optional, &listed, format!("+    {usual},\n")),
        (
            map,
            optional,
            tuple,
            format!("+  statements = concat(var.more ? [] : [], [{usual}])\n"),
        ),
        (
            map,
            optional,
            "  statements = concat([[]]...)\n",
            format!("+  statements = concat(concat([[]]...), [{usual}])\n"),
        ),
        (&both, &switched, "", format!("+  statements = [{usual}]\n")),
        // Elements of one collection are of one type.
        (any, optional, &called, format!("+    {with_sid},\n")),
        (
            any,
            optional,
            "  statements = [\n  ]\n",
            format!("+    {usual}\n"),
        ),
        (
            map,
            bare,
            "  statements = {}\n",
            format!("+  statements = {{ Needed = {of_map} }}\n"),
        ),
        (typed, by_type, "", format!("+  statements = [{of_type}]\n")),
    ];
    for (variable, content, call, expected) in cases {
        let edits = of_module(variable, content, call);
        let diff = repaired("cross-account-ecr", &["."], &borrowed(&edits));
        holds(&diff, &[expected, "+++ b/policy.tf"]);
        lacks(&diff, &[".terraform"]);
    }
}

/// Several statements into one map have names of their own.
#[test]
fn keys_of_statements_are_not_taken_twice() {
    let variable = "variable \"statements\" {\n  type    = any\n  default = {}\n}\n";
    let content = "  dynamic \"statement\" {\n    for_each = var.statements\n    content {\n      sid       = statement.key\n      actions   = statement.value.actions\n      resources = statement.value.resources\n      principals {\n        type        = \"AWS\"\n        identifiers = statement.value.principals\n      }\n    }\n  }\n";
    let call = "  statements = {\n    Needed = { actions = [\"s3:GetObject\"], resources = [\"${aws_s3_bucket.artifact_store.arn}/*\"], principals = [\"arn:aws:iam::222222222222:root\"] }\n  }\n";
    let mut edits = of_module(variable, content, call);
    // Another role of the other account releases.
    edits.extend([
        ("registry.tf", String::new(), AUDITOR.to_owned()),
        (
            "pipeline.tf",
            "      name            = \"Release\"\n".to_owned(),
            "      name            = \"Release\"\n      role_arn        = aws_iam_role.auditor.arn\n"
                .to_owned(),
        ),
    ]);
    let (_folder, options) = broken(Some("cross-account-ecr"), &["."], &borrowed(&edits));
    let outcome = rehearse(&options, &mut |_| {}).unwrap();
    let completion = complete(&options, &outcome).unwrap();
    let fixed = fix(&options, &completion).unwrap();
    assert!(fixed.passes, "{}\n{:?}", fixed.diff(), fixed.unwritten);
    holds(&fixed.diff(), &["+    Needed2 = {", "+    Needed3 = {"]);
}

/// A module of the user's own that hands on what it is handed: what is new is handed to it.
#[test]
fn what_a_module_hands_on_is_handed_to_it() {
    let variable = "variable \"statements\" {\n  type = list(object({\n    sid        = string\n    actions    = list(string)\n    resources  = list(string)\n    principals = list(string)\n  }))\n}\n";
    let content = "  dynamic \"statement\" {\n    for_each = var.statements\n    content {\n      sid       = statement.value.sid\n      actions   = statement.value.actions\n      resources = statement.value.resources\n      principals {\n        type        = \"AWS\"\n        identifiers = statement.value.principals\n      }\n    }\n  }\n";
    let mut edits = of_module(variable, content, "");
    for (file, _, to) in &mut edits {
        match *file {
            ".terraform/modules/modules.json" => {
                *to = to.replace("\"Key\":\"policy\"", "\"Key\":\"wrapper.policy\"");
                *to = to.replace(
                    "]}",
                    ",{\"Key\":\"wrapper\",\"Source\":\"./wrapper\",\"Dir\":\"wrapper\"}]}",
                );
            }
            "policy.tf" => {
                "module \"wrapper\" {\n  source    = \"./wrapper\"\n  bucket    = aws_s3_bucket.artifact_store.id\n  providers = { aws = aws.pipeline }\n}\n".clone_into(to);
            }
            "pipeline.tf" => *to = to.replace("module.policy", "module.wrapper"),
            _ => {}
        }
    }
    let wrapper = "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\" }\n  }\n}\nvariable \"bucket\" {}\nvariable \"more\" {\n  type = list(object({\n    sid        = optional(string)\n    actions    = list(string)\n    resources  = list(string)\n    principals = list(string)\n    team       = string\n  }))\n  default = []\n}\nmodule \"policy\" {\n  source     = \"acme/bucket-policy/aws\"\n  bucket     = var.bucket\n  statements = var.more\n}\n";
    edits.push(("wrapper/main.tf", String::new(), wrapper.to_owned()));
    let diff = repaired("cross-account-ecr", &["."], &borrowed(&edits));
    holds(
        &diff,
        &[
            "+++ b/policy.tf",
            "+  more = [{ sid = null, actions = [\"s3:PutObject\"], resources = [\"${aws_s3_bucket.artifact_store.arn}/${var.name}/ImageDefin/*\"], principals = [aws_iam_role.ecr_source.arn], team = null }]\n",
        ],
    );
    lacks(&diff, &["+++ b/wrapper", ".terraform"]);
}

/// A module that is called for several keys is handed for each what that one lacks; outputs of what has a key are named by it.
#[test]
fn calls_for_several_keys_are_handed_what_each_lacks() {
    let variable = "variable \"statements\" {\n  type    = any\n  default = {}\n}\n";
    let content = "  dynamic \"statement\" {\n    for_each = var.statements\n    content {\n      sid       = statement.key\n      actions   = statement.value.actions\n      resources = statement.value.resources\n      principals {\n        type        = \"AWS\"\n        identifiers = statement.value.principals\n      }\n    }\n  }\n";
    let mut edits = of_module(variable, content, "");
    for (file, _, to) in &mut edits {
        if *file == "policy.tf" {
            *to = to.replace(
                "  bucket    = aws_s3_bucket.artifact_store.id\n",
                "  bucket    = aws_s3_bucket.artifact_store.id\n  for_each  = toset([\"image\"])\n",
            ) + "module \"role\" {\n  source    = \"./role\"\n  for_each  = toset([\"image\"])\n  providers = { aws = aws.registry }\n}\n";
        }
    }
    let role = "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\" }\n  }\n}\nresource \"aws_iam_role\" \"this\" {\n  name               = \"source\"\n  assume_role_policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = { AWS = \"arn:aws:iam::222222222222:root\" } }] })\n}\noutput \"arn\" {\n  value = aws_iam_role.this.arn\n}\noutput \"name\" {\n  value = aws_iam_role.this.name\n}\n";
    let of_role = |file, from: &str, to: &str| (file, from.to_owned(), to.to_owned());
    edits.extend([
        ("role/main.tf", String::new(), role.to_owned()),
        of_role(
            "pipeline.tf",
            "aws_iam_role.ecr_source.arn",
            "module.role[\"image\"].arn",
        ),
        of_role(
            "pipeline.tf",
            "local.action_role_name)",
            "module.role[\"image\"].name)",
        ),
        of_role(
            "registry.tf",
            "role     = aws_iam_role.ecr_source.id",
            "role     = module.role[\"image\"].name",
        ),
    ]);
    let diff = repaired("cross-account-ecr", &["."], &borrowed(&edits));
    holds(
        &diff,
        &[
            "+  statements = { Needed = { actions = [\"s3:PutObject\"]",
            "principals = [module.role[each.key].arn] }",
        ],
    );
}
