//! Repairs of a module that is called several times, or takes what others take as well: every instance gets what it lacks, and
//! nobody more.

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
use sekisho::rehearse::{Fix, Options, complete, fix, rehearse};

/// A module with a pipeline, which is called for each of `calls`, and whose role may only read.
fn delivery(calls: &str, bucket: &str) -> [(&'static str, &'static str, String); 2] {
    let root = format!(
        r#"provider "aws" {{
  region              = "us-east-1"
  allowed_account_ids = ["222222222222"]
}}
resource "aws_s3_bucket" "artifacts" {{ bucket = "artifacts-222222222222" }}
resource "aws_s3_bucket" "site" {{ {bucket} }}
resource "aws_s3_bucket" "sources" {{ bucket = "sources-222222222222" }}
resource "aws_s3_bucket_versioning" "sources" {{
  bucket = aws_s3_bucket.sources.id
  versioning_configuration {{ status = "Enabled" }}
}}
module "delivery" {{
  source = "./delivery"
  {calls}
  store  = aws_s3_bucket.artifacts.id
  site   = aws_s3_bucket.site.bucket
}}
"#
    );
    let inner = r#"variable "name" {}
variable "store" {}
variable "site" {}
resource "aws_iam_role" "this" {
  name               = "delivers-${var.name}"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "codepipeline.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "this" {
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:Get*", Resource = "*" }] })
}
resource "aws_codepipeline" "this" {
  name     = var.name
  role_arn = aws_iam_role.this.arn
  artifact_store {
    type     = "S3"
    location = var.store
  }
  stage {
    name = "Source"
    action {
      name             = "Zip"
      category         = "Source"
      owner            = "AWS"
      provider         = "S3"
      version          = "1"
      output_artifacts = ["zip"]
      configuration    = { S3Bucket = "sources-222222222222", S3ObjectKey = "${var.name}.zip" }
    }
  }
  stage {
    name = "Deploy"
    action {
      name            = "Site"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "S3"
      version         = "1"
      input_artifacts = ["zip"]
      configuration   = { BucketName = var.site, Extract = "true", ObjectKey = var.name }
    }
  }
  depends_on = [aws_iam_role_policy.this]
}
"#;
    [
        ("main.tf", "", root),
        ("delivery/main.tf", "", inner.to_owned()),
    ]
}

/// What is written into these files.
fn fixed(files: &[(&str, &str, &str)]) -> Fix {
    let folder = edited::edited(None, files);
    let mut options = Options::default();
    options.reading.directories = vec![folder.path().to_owned()];
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(!outcome.passes());
    let completion = complete(&options, &outcome).unwrap_or_else(|p| panic!("{p:?}"));
    let fixed: Fix = fix(&options, &completion).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(fixed.passes, "{}\n{:?}", fixed.diff(), fixed.unwritten);
    fixed
}

fn repaired_delivery(calls: &str, bucket: &str) -> String {
    let files = delivery(calls, bucket);
    let files = files
        .each_ref()
        .map(|(file, from, to)| (*file, *from, to.as_str()));
    fixed(&files).diff()
}

#[test]
fn for_every_instance_of_a_module() {
    for calls in [
        "for_each = toset([\"api\", \"web\"])\n  name = each.key",
        "count = 2\n  name = [\"api\", \"web\"][count.index]",
        // A key that is a word of the ARN as well.
        "for_each = toset([\"zip\", \"web\"])\n  name = each.key",
    ] {
        let diff = repaired_delivery(calls, "bucket = \"site-222222222222\"");
        holds(
            &diff,
            &[
                "Resource = \"arn:aws:s3:::${var.store}/${var.name}/zip/*\"",
                "Resource = \"arn:aws:s3:::${var.site}/${var.name}/*\"",
            ],
        );
        lacks(&diff, &["api", "web", "+resource"]);
    }
}

/// A name that is made of a variable, and of which only the front stands in the paths of artifacts.
#[test]
fn what_is_made_of_a_name_is_made_of_it_in_the_repair() {
    let mut files = delivery(
        "for_each = toset([\"api\", \"web\"])\n  name = each.key",
        "bucket = \"site-222222222222\"",
    );
    for (name, written) in [
        ("local.full", "substr(local.full, 0, 20)"),
        (
            "\"${var.name}-delivery-of-images\"",
            "substr(\"${var.name}-delivery-of-images\", 0, 20)",
        ),
        ("module.label.full", "substr(module.label.full, 0, 20)"),
        (
            "\"${var.name}-${terraform.workspace}-delivery-of-images\"",
            "substr(\"${var.name}-${terraform.workspace}-delivery-of-images\", 0, 20)",
        ),
    ] {
        let local = "locals { full = \"${var.name}-delivery-of-images\" }\nmodule \"label\" {\n  source = \"./label\"\n  name = var.name\n}\n";
        let inner = files[1].2.clone();
        files[1].2 = format!("{local}{inner}")
            .replace("  name     = var.name\n", &format!("  name     = {name}\n"));
        let folder = files[1].0.rsplit_once('/').map_or("", |(folder, _)| folder);
        let label = format!("{folder}/label/main.tf");
        let mut all: Vec<(&str, &str, &str)> = files
            .iter()
            .map(|(file, from, to)| (*file, *from, to.as_str()))
            .collect();
        all.push((&label, "", "variable \"name\" {}\noutput \"full\" {\n  value = \"${var.name}-delivery-of-images\"\n}\n"));
        let diff = fixed(&all).diff();
        holds(
            &diff,
            &[
                &format!("Resource = \"arn:aws:s3:::${{var.store}}/${{{written}}}/zip/*\""),
                "Resource = \"arn:aws:s3:::${var.site}/${var.name}/*\"",
            ],
        );
        lacks(&diff, &["/api", "/web", "+resource"]);
        files[1].2 = inner;
    }
}

/// What the elements of a map say is named where it is another for each.
#[test]
fn what_each_element_says_is_named() {
    let root = delivery("", "bucket = \"site-222222222222\"");
    let (root, _) = root[0].2.split_once("module").unwrap();
    let inner = &delivery("", "")[1].2;
    let (_, inner) = inner.split_once("resource").unwrap();
    let map = "variable \"all\" {\n  default = {\n    api = { name = \"first-delivery\" }\n    web = { name = \"second-delivery\" }\n  }\n}\n";
    let text = format!("{root}{map}resource{inner}")
        .replace("var.name", "each.value.name")
        .replace("var.store", "aws_s3_bucket.artifacts.id")
        .replace("var.site", "aws_s3_bucket.site.id")
        .replace(
            "role   = aws_iam_role.this.id",
            "role   = aws_iam_role.this[each.key].id",
        )
        .replace(
            "= aws_iam_role.this.arn",
            "= aws_iam_role.this[each.key].arn",
        )
        .replace("\" \"this\" {\n", "\" \"this\" {\n  for_each = var.all\n");
    let diff = fixed(&[("main.tf", "", &text)]).diff();
    holds(
        &diff,
        &["Resource = \"${aws_s3_bucket.artifacts.arn}/${each.value.name}/zip/*\""],
    );
    lacks(&diff, &["first-", "second-", "+resource"]);
}

#[test]
fn what_the_provider_names_is_named_by_reference() {
    let diff = repaired_delivery("name = \"api\"", "bucket_prefix = \"site-\"");
    holds(&diff, &["Resource = \"arn:aws:s3:::${var.site}/api/*\""]);
}

#[test]
fn a_single_instance_names_nothing_that_happens_to_be_the_same() {
    let diff = repaired_delivery(
        "for_each = toset([\"zip\"])\n  name = each.key",
        "bucket = \"site-222222222222\"",
    );
    holds(
        &diff,
        &["Resource = \"arn:aws:s3:::${var.store}/${var.name}/zip/*\""],
    );
}

#[test]
fn what_a_document_of_somebody_else_is_made_of_is_left_alone() {
    let [(root, _, text), inner] = delivery("name = \"api\"", "bucket = \"site-222222222222\"");
    let shared = "  reads  = local.reads\n}\nlocals {\n  reads = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"s3:Get*\", Resource = \"*\" }] })\n}\ndata \"aws_iam_policy_document\" \"group\" {\n  source_policy_documents = [local.reads]\n}\nresource \"aws_iam_role\" \"auditor\" {\n  name = \"auditor\"\n  assume_role_policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = { Service = \"ec2.amazonaws.com\" } }] })\n}\nresource \"aws_iam_role_policy\" \"auditor\" {\n  role   = aws_iam_role.auditor.id\n  policy = data.aws_iam_policy_document.group.json\n}\n";
    let text = text.replace(
        "  site   = aws_s3_bucket.site.bucket\n}\n",
        &format!("  site   = aws_s3_bucket.site.bucket\n{shared}"),
    );
    let own = "policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"s3:Get*\", Resource = \"*\" }] })";
    assert!(inner.2.contains(own));
    let module = inner.2.replace(own, "policy = var.reads") + "variable \"reads\" {}\n";
    let files = [(root, "", text.as_str()), (inner.0, "", module.as_str())];
    let fixed = fixed(&files);
    lacks(&fixed.diff(), &["reads = jsonencode"]);
    holds(&fixed.diff(), &["+resource \"aws_iam_role_policy\""]);
}

/// Documents that are made of documents, which are made of documents: every one is looked at once.
#[test]
fn into_one_of_many_layers_of_documents() {
    let mut layers = "data \"aws_iam_policy_document\" \"a0\" {\n  statement {\n    sid       = \"Read\"\n    actions   = [\"s3:Get*\"]\n    resources = [\"*\"]\n  }\n}\n".to_owned();
    let mut below = vec!["a0".to_owned()];
    for layer in 1..16 {
        let names = ["a", "b", "c"].map(|n| format!("{n}{layer}"));
        let all: Vec<String> = below
            .iter()
            .map(|n| format!("data.aws_iam_policy_document.{n}.json"))
            .collect();
        for name in &names {
            layers += &format!(
                "data \"aws_iam_policy_document\" \"{name}\" {{\n  override_policy_documents = [{}]\n}}\n",
                all.join(", ")
            );
        }
        below = names.to_vec();
    }
    let own = "policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"s3:Get*\", Resource = \"*\" }] })";
    let [(root, _, text), (inner, _, module)] =
        delivery("name = \"api\"", "bucket = \"site-222222222222\"");
    let module = module.replace(own, "policy = data.aws_iam_policy_document.a15.json") + &layers;
    let fixed = fixed(&[(root, "", &text), (inner, "", &module)]);
    holds(&fixed.diff(), &["s3:PutObject"]);
}

/// The delivery in one module, without the role's policy: `repeated` in each block, which has `name`, is called `this[key]`.
fn without_policy(variables: &str, repeated: &str, name: &str, key: &str) -> String {
    let root = delivery("", "bucket = \"site-222222222222\"");
    let (root, _) = root[0].2.split_once("module").unwrap();
    let inner = &delivery("", "")[1].2;
    let (_, inner) = inner.split_once("resource").unwrap();
    let policy = inner.find("resource \"aws_iam_role_policy\"").unwrap();
    let pipeline = inner.find("resource \"aws_codepipeline\"").unwrap();
    let inner = format!("{}{}", &inner[..policy], &inner[pipeline..]);
    format!("{root}{variables}resource{inner}")
        .replace("${var.name}", &format!("${{{name}}}"))
        .replace("var.name", name)
        .replace("var.store", "aws_s3_bucket.artifacts.id")
        .replace("var.site", "aws_s3_bucket.site.id")
        .replace(
            "= aws_iam_role.this.arn",
            &format!("= aws_iam_role.this[{key}].arn"),
        )
        .replace("  depends_on = [aws_iam_role_policy.this]\n", "")
        .replace(
            "\" \"this\" {\n",
            &format!("\" \"this\" {{\n  {repeated}\n"),
        )
}

/// What every instance of a block lacks is one resource for all of them, which holds for those that come later, too.
#[test]
fn what_each_instance_lacks_alike_is_made_for_each() {
    let map = "variable \"all\" {\n  default = {\n    api = { name = \"first-delivery\" }\n    web = { name = \"second-delivery\" }\n  }\n}\n";
    let text = without_policy(map, "for_each = var.all", "each.value.name", "each.key");
    let diff = fixed(&[("main.tf", "", &text)]).diff();
    holds(
        &diff,
        &[
            "+resource \"aws_iam_role_policy\" \"this\" {",
            "+  for_each = var.all",
            "+  role     = aws_iam_role.this[each.key].id",
            "Resource = \"${aws_s3_bucket.artifacts.arn}/${each.value.name}/zip/*\"",
        ],
    );
    lacks(&diff, &["this_api", "this_web"]);
}

/// The same of buckets of another account: each policy names its own bucket.
#[test]
fn what_each_bucket_lacks_alike_is_made_for_each() {
    let map = "variable \"all\" {\n  default = { first = {}, second = {} }\n}\n";
    let text = without_policy(map, "for_each = var.all", "each.key", "each.key")
        .replace(
            "resource \"aws_s3_bucket\" \"site\" { bucket = \"site-222222222222\" }\n",
            "provider \"aws\" {\n  alias               = \"site\"\n  region              = \"us-east-1\"\n  allowed_account_ids = [\"111111111111\"]\n}\nresource \"aws_s3_bucket\" \"site\" {\n  provider = aws.site\n  for_each = var.all\n  bucket   = \"site-${each.key}-111111111111\"\n}\nresource \"aws_iam_role_policy\" \"all\" {\n  for_each = var.all\n  role     = aws_iam_role.this[each.key].id\n  policy   = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"s3:*\", Resource = \"*\" }] })\n}\n",
        )
        .replace("aws_s3_bucket.site.id", "aws_s3_bucket.site[each.key].id");
    let diff = fixed(&[("main.tf", "", &text)]).diff();
    holds(
        &diff,
        &[
            "+resource \"aws_s3_bucket_policy\" \"site\" {",
            "+  for_each = var.all",
            "+  bucket   = aws_s3_bucket.site[each.key].id",
            "Resource = \"${aws_s3_bucket.site[each.key].arn}/${each.key}/*\"",
        ],
    );
    lacks(&diff, &["site_first", "site_second"]);
}

/// The same where they are counted: several, or one that may be there or not.
#[test]
fn what_each_that_is_counted_lacks_alike_is_counted() {
    let list = "variable \"all\" {\n  default = [\"first-delivery\", \"second-delivery\"]\n}\n";
    let several = without_policy(
        list,
        "count = length(var.all)",
        "var.all[count.index]",
        "count.index",
    );
    let one = "variable \"enabled\" {\n  default = true\n}\nvariable \"name\" {\n  default = \"first-delivery\"\n}\n";
    let one = without_policy(one, "count = var.enabled ? 1 : 0", "var.name", "0");
    for (text, count, path) in [
        (several, "length(var.all)", "${var.all[count.index]}"),
        (one, "var.enabled ? 1 : 0", "${var.name}"),
    ] {
        let fixed = fixed(&[("main.tf", "", &text)]);
        let diff = fixed.diff();
        holds(
            &diff,
            &[
                "+resource \"aws_iam_role_policy\" \"this\" {",
                &format!("+  count = {count}"),
                "+  role  = aws_iam_role.this[count.index].id",
                &format!("Resource = \"${{aws_s3_bucket.artifacts.arn}}/{path}/zip/*\""),
            ],
        );
        lacks(&diff, &["this_0", "this_1"]);
    }
}

/// What stands in the configuration as it is is not made of what happens to have the same text.
#[test]
fn a_name_that_is_written_down_is_made_of_nothing() {
    let mut files = delivery("name = \"api\"", "bucket = \"site-222222222222\"");
    let chance = "variable \"branch\" { default = \"sources\" }\n";
    files[1].2 = files[1].2.replace("\"s3:Get*\"", "\"s3:Put*\"") + chance;
    let all = files
        .each_ref()
        .map(|(file, from, to)| (*file, *from, to.as_str()));
    let diff = fixed(&all).diff();
    holds(&diff, &["\"arn:aws:s3:::sources-222222222222/"]);
    lacks(&diff, &["var.branch"]);
}

/// What concerns one instance of several is there as long as that is: other values of the variables may leave it out.
#[test]
fn what_one_instance_lacks_goes_with_it() {
    for (repeated, name, own, guard) in [
        (
            "for_each = var.on ? toset([\"cp\", \"cb\"]) : toset([])",
            "each.key",
            "[\"cp\"]",
            "contains(keys(aws_iam_role.this), \"cp\") ? 1 : 0",
        ),
        (
            "count = var.on ? 2 : 0",
            "count.index",
            "[1]",
            "length(aws_iam_role.this) > 1 ? 1 : 0",
        ),
    ] {
        let [_, (_, _, inner)] = delivery("", "");
        let policy = inner.find("resource \"aws_iam_role_policy\"").unwrap();
        let pipeline = inner.find("resource \"aws_codepipeline\"").unwrap();
        let mut text = format!("{}{}", &inner[..policy], &inner[pipeline..]);
        for (from, to) in [
            (
                "variable \"name\" {}\nvariable \"store\" {}\nvariable \"site\" {}\n",
                "",
            ),
            (
                "  name               = \"delivers-${var.name}\"\n",
                &*format!("  {repeated}\n  name = \"delivers-${{{name}}}\"\n"),
            ),
            (
                "resource \"aws_codepipeline\" \"this\" {\n  name     = var.name\n  role_arn = aws_iam_role.this.arn\n",
                &format!(
                    "resource \"aws_codepipeline\" \"this\" {{\n  count    = var.on ? 1 : 0\n  name     = \"delivery\"\n  role_arn = aws_iam_role.this{own}.arn\n"
                ),
            ),
            ("var.store", "aws_s3_bucket.artifacts.id"),
            ("var.site", "aws_s3_bucket.site.id"),
            ("\"${var.name}.zip\"", "\"delivery.zip\""),
            (", ObjectKey = var.name", ""),
            ("  depends_on = [aws_iam_role_policy.this]\n", ""),
        ] {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        let [(_, _, root), _] = delivery("", "bucket = \"site-222222222222\"");
        let root = &root[..root.find("module \"delivery\"").unwrap()];
        let main = format!("variable \"on\" {{\n  default = true\n}}\n{root}{text}");
        let folder = edited::edited(None, &[("main.tf", "", &main)]);
        let mut options = Options::default();
        options.reading.directories = vec![folder.path().to_owned()];
        let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
        let completion = complete(&options, &outcome).unwrap_or_else(|p| panic!("{p:?}"));
        let fixed = fix(&options, &completion).unwrap_or_else(|p| panic!("{p:?}"));
        holds(
            &fixed.diff(),
            &[guard, &format!("aws_iam_role.this{own}.id")],
        );
        fixed.write().unwrap();
        for on in ["true", "false"] {
            let on = sekisho_iac::Assignment::Variable("on".into(), on.into());
            options.reading.assignments = vec![on.clone()];
            let again = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
            assert!(again.failures.is_empty(), "{on:?}: {:?}", again.failures);
        }
    }
}

/// Where a local value says what there is in the place of what may not be there, it is that which is named.
#[test]
fn what_stands_in_for_something_optional_is_named() {
    let mut files = delivery("name = \"api\"", "bucket = \"site-222222222222\"");
    let (from, to) = (
        "variable \"store\" {}\n",
        "variable \"store\" {}\nvariable \"own\" {\n  default = null\n}\nresource \"aws_s3_bucket\" \"own\" {\n  count  = var.own == null ? 1 : 0\n  bucket = \"own-222222222222\"\n}\nlocals {\n  own_arn = var.own == null ? aws_s3_bucket.own[0].arn : \"arn:aws:s3:::${var.own}\"\n}\n",
    );
    let inner = files[1].2.replace(from, to);
    files[1].2 = inner.replace(
        "location = var.store",
        "location = var.own == null ? aws_s3_bucket.own[0].bucket : var.own",
    );
    let all = files
        .each_ref()
        .map(|(file, from, to)| (*file, *from, to.as_str()));
    let diff = fixed(&all).diff();
    holds(&diff, &["${local.own_arn}/"]);
    lacks(&diff, &["aws_s3_bucket.own[*]"]);
}

/// A statement of a document that names one instance of several is there as long as that one is.
#[test]
fn what_names_one_instance_goes_with_it() {
    for (repeated, key, guard) in [
        (
            "for_each = var.on ? toset([\"app\"]) : toset([])",
            "[\"app\"]",
            "contains(keys(aws_iam_role.ecr_source), \"app\") ? [1] : []",
        ),
        (
            "count = var.on ? 2 : 0",
            "[0]",
            "length(aws_iam_role.ecr_source) > 0 ? [1] : []",
        ),
    ] {
        let role = "resource \"aws_iam_role\" \"ecr_source\" {\n";
        let several = format!("variable \"on\" {{\n  default = true\n}}\n\n{role}  {repeated}\n");
        let name = "local.action_role_name\n  description";
        let named = if key == "[0]" {
            "\"${local.action_role_name}${count.index == 0 ? \"\" : \"-2\"}\"\n  description"
        } else {
            name
        };
        let (policy, one) = (
            "  role     = aws_iam_role.ecr_source.id\n",
            format!(
                "  count    = length(aws_iam_role.ecr_source) > 0 ? 1 : 0\n  role     = aws_iam_role.ecr_source{key}.id\n"
            ),
        );
        let with = |reference: &str| {
            repaired(
                "cross-account-ecr",
                &["."],
                &[
                    ("registry.tf", role, &*several),
                    ("registry.tf", name, named),
                    ("registry.tf", policy, &one),
                    ("pipeline.tf", "aws_iam_role.ecr_source.arn", reference),
                    (
                        "artifact_store.tf",
                        "format(\"arn:aws:iam::%s:root\", var.registry_account_id),\n        aws_iam_role.codepipeline.arn,",
                        "aws_iam_role.codepipeline.arn,",
                    ),
                ],
            )
        };
        let identifiers = format!("identifiers = [aws_iam_role.ecr_source{key}.arn]\n");
        // What the configuration relies on all the same needs no asking.
        let relied = with(&format!("aws_iam_role.ecr_source{key}.arn"));
        holds(&relied, &["+  statement {", &identifiers]);
        lacks(&relied, &["dynamic"]);
        let diff = with(&format!("var.on ? aws_iam_role.ecr_source{key}.arn : null"));
        holds(
            &diff,
            &[
                &format!(
                    "+  dynamic \"statement\" {{\n+    for_each = {guard}\n+\n+    content {{\n+      actions   = "
                ),
                &format!(
                    "+        identifiers = [aws_iam_role.ecr_source{key}.arn]\n+      }}\n+    }}\n+  }}\n"
                ),
            ],
        );
    }
}

/// The same of statements in lists and in texts, and of a policy that is new: with other values of the variable the repair is
/// not in the way.
#[test]
fn what_names_one_instance_is_in_a_list_as_long_as_that_is() {
    let files = |sites: &str, site: &str, policy: &str| {
        let main = format!(
            r#"provider "aws" {{
  region              = "us-east-1"
  allowed_account_ids = ["222222222222"]
}}
variable "sites" {{
  type    = list(string)
  default = ["worker"]
}}
locals {{
  read = [for action in ["s3:GetObject*", "s3:GetBucketVersioning"] : {{ Effect = "Allow", Action = action, Resource = "*" }}]
  site = contains(var.sites, "worker") ? {site}["worker"].id : "made-elsewhere"
}}
{sites}
resource "aws_s3_bucket" "artifacts" {{
  bucket = "artifacts-222222222222"
}}
resource "aws_s3_bucket" "sources" {{
  bucket = "sources-222222222222"
}}
resource "aws_s3_bucket_versioning" "sources" {{
  bucket = aws_s3_bucket.sources.id
  versioning_configuration {{
    status = "Enabled"
  }}
}}
resource "aws_iam_role" "p" {{
  name               = "p"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ Service = "codepipeline.amazonaws.com" }} }}] }})
}}
{policy}
resource "aws_codepipeline" "this" {{
  name     = "deliver"
  role_arn = aws_iam_role.p.arn
  artifact_store {{
    type     = "S3"
    location = aws_s3_bucket.artifacts.id
  }}
  stage {{
    name = "Source"
    action {{
      name             = "Zip"
      category         = "Source"
      owner            = "AWS"
      provider         = "S3"
      version          = "1"
      output_artifacts = ["zip"]
      configuration    = {{ S3Bucket = aws_s3_bucket.sources.id, S3ObjectKey = "app.zip" }}
    }}
  }}
  stage {{
    name = "Deploy"
    action {{
      name            = "Site"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "S3"
      version         = "1"
      input_artifacts = ["zip"]
      configuration   = {{ BucketName = local.site, Extract = "false", ObjectKey = "site.zip" }}
    }}
  }}
}}
"#
        );
        let module = "variable \"name\" {}\nresource \"aws_s3_bucket\" \"this\" {\n  bucket = var.name\n}\noutput \"id\" {\n  value = aws_s3_bucket.this.id\n}\noutput \"arn\" {\n  value = aws_s3_bucket.this.arn\n}\n";
        [
            ("main.tf", "", main),
            ("site/main.tf", "", module.to_owned()),
        ]
    };
    let own = "resource \"aws_s3_bucket\" \"site\" {\n  for_each = toset(var.sites)\n  bucket   = \"site-222222222222-${each.key}\"\n}";
    let called = "module \"site\" {\n  source   = \"./site\"\n  for_each = toset(var.sites)\n  name     = \"site-222222222222-${each.key}\"\n}";
    let inline = |policy: &str| {
        format!(
            "resource \"aws_iam_role_policy\" \"p\" {{\n  role   = aws_iam_role.p.id\n  policy = {policy}\n}}"
        )
    };
    let encoded = |statement: &str| {
        inline(&format!(
            "jsonencode({{\n    Version   = \"2012-10-17\"\n    Statement = {statement}\n  }})"
        ))
    };
    let read = "{ Effect = \"Allow\", Action = [\"s3:GetObject*\", \"s3:GetBucketVersioning\"], Resource = \"*\" }";
    let heredoc = inline(
        "<<-EOT\n    {\n      \"Version\": \"2012-10-17\",\n      \"Statement\": [\n        { \"Effect\": \"Allow\", \"Action\": [\"s3:GetObject*\", \"s3:GetBucketVersioning\"], \"Resource\": \"*\" }\n      ]\n    }\n  EOT",
    );
    let list = encoded(&format!("[\n      {read},\n    ]"));
    let (bucket, module) = ("aws_s3_bucket.site", "module.site");
    let there = |site: &str| format!("contains(keys({site}), \"worker\")");
    for (sites, site, policy, expected) in [
        (
            own,
            bucket,
            list.clone(),
            format!("+    ], {} ? [{{ Effect = ", there(bucket)),
        ),
        (
            called,
            module,
            list,
            format!("+    ], {} ? [{{ Effect = ", there(module)),
        ),
        (
            own,
            bucket,
            encoded("local.read"),
            format!(
                "flatten([local.read, {{ Effect = \"Allow\", Action = \"s3:PutObject\", Resource = \"${{aws_s3_bucket.artifacts.arn}}/deliver/zip/*\" }}, {} ? [{{ Effect = ",
                there(bucket)
            ),
        ),
        // Beside lists that are joined already, another one.
        (
            own,
            bucket,
            encoded(&format!("concat([{read}], local.read)")),
            format!("}}], local.read, {} ? [{{ Effect = ", there(bucket)),
        ),
        (
            own,
            bucket,
            encoded("concat(tolist(local.read))"),
            format!(
                "concat(tolist(local.read), [{{ Effect = \"Allow\", Action = \"s3:PutObject\", Resource = \"${{aws_s3_bucket.artifacts.arn}}/deliver/zip/*\" }}], {} ? [{{ Effect = ",
                there(bucket)
            ),
        ),
        // One statement that is no list takes none that is there or not.
        (
            own,
            bucket,
            encoded(read),
            format!("+  count = {} ? 1 : 0\n", there(bucket)),
        ),
        (
            own,
            bucket,
            heredoc,
            format!("%{{ if {} }},\n+        {{ \"Effect\": ", there(bucket)),
        ),
        (
            own,
            bucket,
            String::new(),
            format!("+      {} ? [\n+        {{ Effect = ", there(bucket)),
        ),
    ] {
        let files = files(sites, site, &policy);
        let edits = files.each_ref();
        let edits = edits.map(|(file, from, to)| (*file, *from, to.as_str()));
        let fix = fixed(&edits);
        holds(&fix.diff(), &[&expected]);
        // Without that instance nothing of the repair is refused.
        let folder = edited::edited(None, &edits);
        for (file, _, new) in &fix.files {
            let name = std::path::Path::new(file).file_name().unwrap();
            std::fs::write(folder.path().join(name), new).unwrap();
        }
        let mut options = Options::default();
        options.reading.directories = vec![folder.path().to_owned()];
        let none = sekisho_iac::Assignment::Variable("sites".to_owned(), "[]".to_owned());
        options.reading.assignments = vec![none];
        let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
        let failures: Vec<&str> = outcome
            .failures
            .iter()
            .map(|f| f.problem.message.as_str())
            .collect();
        assert!(failures.is_empty(), "{failures:?}");
    }
}

/// What there is one of is made once with other values, too: beside a block that is made then, the new one is made without it only.
#[test]
fn what_there_is_one_of_is_made_once_with_other_values() {
    let policy = "resource \"aws_s3_bucket_policy\" \"artifact_store\" {\n";
    let edits = [(
        "artifact_store.tf",
        policy,
        &*format!(
            "variable \"own\" {{\n  default = false\n}}\n\n{policy}  count    = var.own ? 1 : 0\n"
        ),
    )];
    let folder = edited::edited(Some("cross-account-ecr"), &edits);
    let mut options = Options::default();
    options.reading.directories = vec![folder.path().to_owned()];
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    let completion = complete(&options, &outcome).unwrap_or_else(|p| panic!("{p:?}"));
    let fix = fix(&options, &completion).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(fix.passes, "{}\n{:?}", fix.diff(), fix.unwritten);
    holds(
        &fix.diff(),
        &["+  count    = length(aws_s3_bucket_policy.artifact_store) == 0 ? 1 : 0\n"],
    );
    fix.write().unwrap();
    for own in ["true", "false"] {
        let own = sekisho_iac::Assignment::Variable("own".to_owned(), own.to_owned());
        options.reading.assignments = vec![own];
        let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
        assert!(
            outcome.passes(),
            "{:?} {:?}",
            outcome.failures,
            outcome.denials
        );
    }
}

/// What every instance lacks is written of all of them, so that one that comes later has it; what one alone lacks, of that one.
#[test]
fn what_all_instances_lack_is_written_over_all() {
    let all = [
        (
            "delivery.tf",
            "[\"s3:PutObject\", \"s3:PutObjectAcl\"]",
            "[\"s3:PutObjectAcl\"]",
        ),
        (
            "delivery.tf",
            "Action    = [\"kms:GenerateDataKey*\", \"kms:Encrypt\", \"kms:Decrypt\"]",
            "Action    = [\"kms:Encrypt\", \"kms:Decrypt\"]",
        ),
    ];
    let (_folder, mut options) = broken(Some("for-each-accounts"), &["."], &all);
    let outcome = rehearse(&options, &mut |_| {}).unwrap();
    let completion = complete(&options, &outcome).unwrap();
    let fixed = fix(&options, &completion).unwrap();
    assert!(fixed.passes);
    holds(
        &fixed.diff(),
        &[
            "+    for_each = aws_iam_role.source\n",
            "/${statement.key}/image/*\"]\n",
            "+        identifiers = [statement.value.arn]\n",
            "[for key, value in aws_iam_role.source : { Effect = \"Allow\", Principal = { AWS = value.arn }, Action = \"kms:GenerateDataKey\"",
        ],
    );
    lacks(&fixed.diff(), &["contains(", "\"api\""]);
    fixed.write().unwrap();
    let more = "{ api = {}, worker = {}, web = {} }".to_owned();
    let more = sekisho_iac::Assignment::Variable("services".to_owned(), more);
    options.reading.assignments.push(more);
    let outcome = rehearse(&options, &mut |_| {}).unwrap();
    assert!(outcome.passes(), "{:?}", outcome.denials);
}

/// The policy of the artifact store in the example of several services.
const POLICY: &str = "resource \"aws_s3_bucket_policy\" \"artifacts\" {\n  provider = aws.delivery\n  bucket   = aws_s3_bucket.this[\"artifacts\"].id\n  policy   = data.aws_iam_policy_document.artifacts.json\n}\n";

/// A policy that is not there yet: what all lack goes over all, and with other values of the variable nothing is refused.
#[test]
fn a_new_policy_goes_over_all_instances() {
    let all = [
        ("delivery.tf", POLICY, ""),
        ("delivery.tf", "    aws_s3_bucket_policy.artifacts,\n", ""),
    ];
    let (_folder, mut options) = broken(Some("for-each-accounts"), &["."], &all);
    let outcome = rehearse(&options, &mut |_| {}).unwrap();
    let completion = complete(&options, &outcome).unwrap();
    let fixed = fix(&options, &completion).unwrap();
    assert!(fixed.passes);
    holds(
        &fixed.diff(),
        &[
            "+  count    = length(aws_iam_role.source) > 0 ? 1 : 0",
            "+    Statement = [for key, value in aws_iam_role.source : { Effect = \"Allow\"",
            "/${key}/image/*\"",
        ],
    );
    fixed.write().unwrap();
    for services in ["{ api = {} }", "{ api = {}, worker = {}, web = {} }"] {
        let services =
            sekisho_iac::Assignment::Variable("services".to_owned(), services.to_owned());
        options.reading.assignments = vec![services];
        let outcome = rehearse(&options, &mut |_| {}).unwrap();
        assert!(outcome.passes(), "{:?}", outcome.denials);
    }
}

/// An element of a variable is named as long as the variable has that many.
#[test]
fn an_element_of_a_variable_is_asked_for_first() {
    let main = r#"
provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["222222222222"]
}
variable "services" {
  type    = list(string)
  default = ["web", "api"]
}
resource "aws_s3_bucket" "sources" {
  bucket = "sources-222222222222"
}
resource "aws_s3_bucket_versioning" "sources" {
  bucket = aws_s3_bucket.sources.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_s3_bucket" "artifacts" {
  bucket = "artifacts-222222222222"
}
resource "aws_iam_role" "p" {
  name               = "p"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "codepipeline.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "p" {
  role   = aws_iam_role.p.id
  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        { "Effect": "Allow", "Action": ["s3:GetObject*", "s3:GetBucketVersioning"], "Resource": "*" }
      ]
    }
  EOT
}
resource "aws_codepipeline" "this" {
  count      = length(var.services)
  name       = "${var.services[count.index]}-deploy"
  role_arn   = aws_iam_role.p.arn
  depends_on = [aws_iam_role_policy.p]
  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifacts.bucket
  }
  stage {
    name = "Source"
    action {
      name             = "Zip"
      category         = "Source"
      owner            = "AWS"
      provider         = "S3"
      version          = "1"
      output_artifacts = ["zip"]
      configuration    = { S3Bucket = aws_s3_bucket.sources.bucket, S3ObjectKey = "app.zip" }
    }
  }
  stage {
    name = "Approval"
    action {
      name     = "Approve"
      category = "Approval"
      owner    = "AWS"
      provider = "Manual"
      version  = "1"
    }
  }
}
"#;
    let edits = [("main.tf", "", main)];
    let fix = fixed(&edits);
    holds(
        &fix.diff(),
        &[
            "%{ if length(var.services) > 1 },\n",
            "${aws_s3_bucket.artifacts.arn}/${var.services[1]}-deploy/zip/*",
        ],
    );
    let folder = edited::edited(None, &edits);
    for (file, _, new) in &fix.files {
        let name = std::path::Path::new(file).file_name().unwrap();
        std::fs::write(folder.path().join(name), new).unwrap();
    }
    let mut options = Options::new(folder.path());
    let one = sekisho_iac::Assignment::Variable("services".to_owned(), "[\"web\"]".to_owned());
    options.reading.assignments.push(one);
    let outcome = rehearse(&options, &mut |_| {}).unwrap();
    assert!(
        outcome.passes(),
        "{:?} {:?}",
        outcome.denials,
        outcome.failures
    );
    // A list goes over all of them, and over those that come later.
    let list = r#"jsonencode({
    Version   = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetObject*", "s3:GetBucketVersioning"], Resource = "*" },
    ]
  })"#;
    let start = main.find("<<-EOT").unwrap();
    let end = main.find("  EOT").unwrap() + "  EOT".len();
    let main = main.replace(&main[start..end], list);
    let fix = fixed(&[("main.tf", "", &main)]);
    holds(
        &fix.diff(),
        &[
            "[for key, value in var.services : { Effect = \"Allow\", Action = \"s3:PutObject\", Resource = \"${aws_s3_bucket.artifacts.arn}/${value}-deploy/zip/*\" }]",
        ],
    );
}

/// What is another statement for each instance goes into the document of all, though one of them has its own already.
#[test]
fn a_statement_of_each_instance_goes_where_one_has_its_own() {
    let own = "aws_iam_role.pipeline[each.key].arn";
    let one = "aws_iam_role.pipeline[\"api\"].arn";
    let diff = repaired("for-each-accounts", &["."], &[("images.tf", own, one)]);
    holds(
        &diff,
        &["+      identifiers = [aws_iam_role.pipeline[each.key].arn]"],
    );
}

/// A bucket has one policy: beside one that is turned off, a new one is there as long as that is.
#[test]
fn beside_a_policy_that_is_turned_off() {
    let on = "resource \"aws_s3_bucket_policy\" \"artifact_store\" {\n";
    let off = format!("{on}  count    = 0\n");
    let diff = repaired(
        "cross-account-ecr",
        &["."],
        &[("artifact_store.tf", on, &off)],
    );
    holds(
        &diff,
        &["+  count    = length(aws_s3_bucket_policy.artifact_store) == 0 ? 1 : 0"],
    );
}

/// A policy of another bucket does not turn off the new one.
#[test]
fn what_stands_beside_a_new_policy_is_told_apart() {
    let other = "resource \"aws_s3_bucket_policy\" \"releases\" {\n  provider = aws.delivery\n  count    = var.versioned ? 0 : 1\n  bucket   = aws_s3_bucket.this[\"releases\"].id\n  policy   = data.aws_iam_policy_document.artifacts.json\n}\n";
    let edits = [
        ("delivery.tf", POLICY, other),
        ("delivery.tf", "    aws_s3_bucket_policy.artifacts,\n", ""),
    ];
    let diff = repaired("for-each-accounts", &["."], &edits);
    holds(
        &diff,
        &["+  count    = length(aws_iam_role.source) > 0 ? 1 : 0"],
    );
    lacks(&diff, &["length(aws_s3_bucket_policy.releases)"]);
}
