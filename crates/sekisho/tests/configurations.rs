//! Configurations of other shapes than the example: modules, several directories, policies written in other ways, and
//! what is not here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod written;

use std::path::{Path, PathBuf};

use sekisho::rehearse::{Options, Outcome, rehearse};
use sekisho_iac::Assignment;
use serde_json::json;
use written::{FROM_A_REPOSITORY, PROVIDER, example_with, examples, folder, run};

const CHILD: (&str, &str) = (
    "child/main.tf",
    r#"
variable "name" {
  type = string
  validation {
    condition     = length(var.name) < 20
    error_message = "${var.name} is too long."
  }
}
variable "settings" {
  type    = object({ tag = optional(string, "none"), count = number })
  default = { count = 1 }
}
resource "aws_ecr_repository" "this" {
  count = var.settings.count
  name  = "${var.name}-${count.index}-${var.settings.tag}-${basename(path.module)}"
}
output "arns" { value = aws_ecr_repository.this[*].arn }
output "name" { value = upper(var.name) }
"#,
);

#[test]
fn modules_are_called_with_values_and_answer_outputs() {
    let main = r#"
module "one" {
  source = "./child"
  name   = local.name
}
module "many" {
  source   = "./child"
  for_each = { a = 2, b = 1 }
  name     = "${module.one.name == "ONE" ? "many" : "wrong"}-${each.key}"
  settings = { count = each.value, tag = "v" }
}
module "none" {
  source   = "./child"
  for_each = {}
  name     = each.key
}
locals { name = length(keys(module.none)) == 0 ? "one" : "wrong" }
output "first" { value = module.one.arns[0] }
output "all" { value = flatten([for k, m in module.many : m.arns]) }
output "keyed" { value = module.many["a"].arns[1] }
resource "aws_iam_policy" "read" {
  name   = "read"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ecr:*", Resource = concat(module.one.arns, module.many["b"].arns) }] })
}
"#;
    let outcome = run(&[PROVIDER, CHILD, ("main.tf", main)], |_| {}).unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    assert_eq!(outcome.resources, 5);
    let many = &outcome.made["module.many[\"a\"].aws_ecr_repository.this"];
    assert_eq!(many[1]["name"], json!("many-a-1-v-child"));
    let policy = outcome.made["aws_iam_policy.read"]["policy"]
        .as_str()
        .unwrap();
    let policy: serde_json::Value = serde_json::from_str(policy).unwrap();
    let arn = |name: &str| format!("arn:aws:ecr:eu-west-1:111111111111:repository/{name}");
    assert_eq!(
        policy["Statement"][0]["Resource"],
        json!([arn("one-0-none-child"), arn("many-b-0-v-child")])
    );
}

#[test]
fn what_is_wrong_with_a_module_is_said_where_it_is_called() {
    let check = |main: &str, expected: &str| {
        let problems = run(&[PROVIDER, CHILD, ("main.tf", main)], |_| {});
        let said = match problems {
            Err(said) => said,
            Ok(outcome) => outcome
                .failures
                .iter()
                .map(|f| f.problem.to_string())
                .collect(),
        };
        assert!(said.contains(expected), "{said}");
    };
    check(
        "module \"m\" {\n  source = \"./child\"\n}\n",
        "/main.tf:1: module.m needs the variable `name`",
    );
    check(
        "module \"m\" {\n  source = \"./child\"\n  name = \"x\"\n  other = 1\n}\n",
        "/main.tf:1: module.m has no variable `other`",
    );
    check(
        "module \"m\" {\n  source = \"acme/registry/aws\"\n}\n",
        "run `terraform init`",
    );
    check(
        "module \"m\" {\n  source = \"./child\"\n  name = \"much too long for a name\"\n}\n",
        "variable `name` is not valid: much too long for a name is too long.",
    );
    check(
        "module \"m\" {\n  source = \"./child\"\n  name = \"x\"\n  settings = {}\n}\n",
        "attribute \"count\" is required",
    );
    check(
        "module \"m\" {\n  source = \"./.\"\n}\n",
        "module.m calls itself",
    );
}

/// Terraform finds nothing in a directory without files, and takes it for a module; of one that is there once a key is the
/// name of an output.
#[test]
fn modules_may_be_empty_and_are_objects_of_their_outputs() {
    let outcome = run(
        &[
            PROVIDER,
            CHILD,
            ("empty/README.md", "nothing yet\n"),
            (
                "main.tf",
                "module \"e\" {\n  source = \"./empty\"\n}\nmodule \"m\" {\n  source = \"./child\"\n  name = \"x\"\n}\noutput \"o\" {\n  value = module.m[\"not_there\"]\n}\n",
            ),
        ],
        |_| {},
    );
    let outcome = outcome.unwrap();
    let failures = outcome.failures.iter().map(|f| f.problem.message.as_str());
    let failures: Vec<&str> = failures.collect();
    assert_eq!(failures, ["`module.m` has no output `not_there`"]);
}

#[test]
fn a_module_that_init_installed_is_read() {
    let manifest = r#"{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"m","Source":"registry.terraform.io/acme/registry/aws","Version":"1.0.0","Dir":".terraform/modules/m"}]}"#;
    let main = "module \"m\" {\n  source  = \"acme/registry/aws\"\n  version = \"~> 1.0\"\n  name    = \"x\"\n}\n";
    let files = [
        PROVIDER,
        ("main.tf", main),
        (".terraform/modules/modules.json", manifest),
        (".terraform/modules/m/main.tf", CHILD.1),
    ];
    let outcome = run(&files, |_| {}).unwrap();
    assert!(
        outcome
            .made
            .contains_key("module.m.aws_ecr_repository.this"),
        "{:?}",
        outcome.failures
    );
}

#[test]
fn values_that_cannot_be_read_are_given() {
    let main = r#"
data "aws_ssm_parameter" "name" { name = "/team/name" }
data "terraform_remote_state" "net" {
  backend = "s3"
  config  = { bucket = "states", key = "net" }
}
module "m" { source = "acme/registry/aws" }
resource "aws_ecr_repository" "this" {
  name = "${data.aws_ssm_parameter.name.value}-${data.terraform_remote_state.net.outputs.suffix}-${module.m.name}"
}
"#;
    let files = [PROVIDER, ("main.tf", main)];
    let given = [
        ("data.aws_ssm_parameter.name.value", json!("a")),
        ("data.terraform_remote_state.net.outputs.suffix", json!("b")),
        ("module.m.name", json!("c")),
    ];
    let outcome = run(&files, |o| {
        o.reading.given = given.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    });
    let outcome = outcome.unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    assert_eq!(
        outcome.made["aws_ecr_repository.this"]["name"],
        json!("a-b-c")
    );
    let outcome = run(&files, |o| {
        o.reading
            .given
            .insert("module.m.name".to_owned(), json!("c"));
    });
    let notes: Vec<String> = outcome
        .unwrap()
        .notes
        .into_iter()
        .map(|n| n.message)
        .collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    let with = |n: &String| n.contains("left out with it: aws_ecr_repository.this");
    assert!(notes.iter().all(with), "{notes:?}");
}

/// A state of which some outputs are given says which other one is asked for.
#[test]
fn an_output_that_is_not_among_the_given_ones_is_named() {
    let main = r#"
data "terraform_remote_state" "net" {
  backend = "s3"
  config  = { bucket = "states", key = "net" }
}
resource "aws_ecr_repository" "one" { name = data.terraform_remote_state.net.outputs.one }
resource "aws_ecr_repository" "two" { name = data.terraform_remote_state.net.outputs.two }
"#;
    let outcome = run(&[PROVIDER, ("main.tf", main)], |o| {
        let one = "data.terraform_remote_state.net.outputs.one";
        o.reading.given.insert(one.to_owned(), json!("aa"));
    })
    .unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    assert_eq!(outcome.made["aws_ecr_repository.one"]["name"], json!("aa"));
    let notes: Vec<&str> = outcome.notes.iter().map(|n| n.message.as_str()).collect();
    let [note] = notes.as_slice() else {
        panic!("{notes:?}")
    };
    let asked = "`data.terraform_remote_state.net.outputs.two` is not given";
    assert!(note.contains(asked), "{note}");
    assert!(note.contains("aws_ecr_repository.two"), "{note}");
}

/// What is not said is null; `tags_all` is what the provider makes of `tags`, whatever is written.
#[test]
fn arguments_that_are_not_said_are_null_and_tags_all_is_not_taken_at_its_word() {
    let main = r#"
resource "terraform_data" "empty" {}
resource "aws_ecr_repository" "this" {
  name     = terraform_data.empty.input == null && terraform_data.empty.triggers_replace == null ? "null" : "wrong"
  tags     = { Own = "yes" }
  tags_all = { Other = "no" }
}
"#;
    let outcome = run(&[PROVIDER, ("main.tf", main)], |_| {}).unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let made = &outcome.made["aws_ecr_repository.this"];
    assert_eq!(made["name"], json!("null"));
    assert_eq!(made["tags_all"], json!({"Own": "yes"}));
}

/// Each reads the other's state; an output that nobody reads makes no circle of that.
#[test]
fn directories_read_each_other_s_outputs_by_name() {
    let registry = r#"
provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["111111111111"]
}
terraform {
  backend "s3" {
    bucket = "states"
    key    = "registry"
  }
}
data "terraform_remote_state" "delivery" {
  backend = "s3"
  config  = { bucket = "states", key = "delivery" }
}
resource "aws_ecr_repository" "app" { name = "app" }
resource "aws_s3_bucket" "copies" { bucket = "copies-of-${data.terraform_remote_state.delivery.outputs.bucket}" }
output "repository" { value = aws_ecr_repository.app.name }
output "copies" { value = aws_s3_bucket.copies.bucket }
"#;
    let delivery = r#"
provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["222222222222"]
}
terraform {
  backend "s3" {
    bucket = "states"
    key    = "delivery"
  }
}
data "terraform_remote_state" "registry" {
  backend = "s3"
  config  = { bucket = "states", key = "registry" }
}
resource "aws_s3_bucket" "store" { bucket = "store" }
resource "aws_s3_bucket" "of_app" { bucket = "of-${data.terraform_remote_state.registry.outputs.repository}" }
output "bucket" { value = aws_s3_bucket.store.bucket }
output "of_app" { value = aws_s3_bucket.of_app.bucket }
"#;
    let files = [
        ("registry/main.tf", registry),
        ("delivery/main.tf", delivery),
    ];
    let both = |o: &mut Options| {
        let folder = o.reading.directories.remove(0);
        o.reading.directories = vec![folder.join("registry"), folder.join("delivery")];
    };
    let outcome = run(&files, both).unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let made = |address: &str| outcome.made[address]["bucket"].clone();
    assert_eq!(
        made("registry:aws_s3_bucket.copies"),
        json!("copies-of-store")
    );
    assert_eq!(made("delivery:aws_s3_bucket.of_app"), json!("of-app"));
    let circle = |n: &&str| n.contains("read each other's states");
    let notes: Vec<&str> = outcome.notes.iter().map(|n| n.message.as_str()).collect();
    assert_eq!(notes.iter().filter(|n| circle(n)).count(), 1, "{notes:?}");
}

/// Where a state is kept is often said in part, or nowhere but to `terraform init`.
#[test]
fn states_are_found_by_what_is_said_of_their_backend() {
    let registry = |backend: &str| {
        format!(
            "provider \"aws\" {{\n  region = \"us-east-1\"\n  allowed_account_ids = [\"111111111111\"]\n}}\n{backend}\nresource \"aws_ecr_repository\" \"app\" {{ name = \"app\" }}\noutput \"repository\" {{ value = aws_ecr_repository.app.name }}\n"
        )
    };
    let delivery = "provider \"aws\" {\n  region = \"us-east-1\"\n  allowed_account_ids = [\"222222222222\"]\n}\ndata \"terraform_remote_state\" \"registry\" {\n  backend = \"s3\"\n  config  = { bucket = \"states\", key = \"registry\", region = \"us-east-1\" }\n}\nlocals {\n  registry = data.terraform_remote_state.registry.outputs\n}\nresource \"aws_s3_bucket\" \"of\" { bucket = \"of-${local.registry.repository}\" }\n";
    let state = |key: &str| {
        format!(
            r#"{{"version": 3, "backend": {{"type": "s3", "config": {{"bucket": "states", "key": "{key}", "region": null}}}}}}"#
        )
    };
    let whole = |key: &str| format!("terraform {{\n  backend \"s3\" {{\n    {key}\n  }}\n}}");
    for (backend, written, found) in [
        (
            whole("bucket = \"states\"\n    key = \"registry\""),
            String::new(),
            true,
        ),
        (whole("key = \"registry\""), String::new(), true),
        (whole(""), state("registry"), true),
        (whole(""), String::new(), true),
        // Who has no backend keeps his state beside his files.
        (String::new(), String::new(), false),
        (whole("key = \"registry\""), state("other"), true),
        // What is said and is another is no part of it.
        (whole("key = \"other\""), String::new(), false),
        (whole(""), state("other"), false),
        (whole("").replace("s3", "gcs"), String::new(), false),
    ] {
        let registry = registry(&backend);
        let mut files = vec![
            ("registry/main.tf", &*registry),
            ("delivery/main.tf", delivery),
        ];
        if !written.is_empty() {
            files.push(("registry/.terraform/terraform.tfstate", &*written));
        }
        let outcome = run(&files, |o| {
            let folder = o.reading.directories.remove(0);
            o.reading.directories = vec![folder.join("registry"), folder.join("delivery")];
        });
        let outcome = outcome.unwrap();
        let bucket = outcome.made.get("delivery:aws_s3_bucket.of");
        let bucket = bucket.and_then(|b| b["bucket"].as_str());
        assert_eq!(
            bucket,
            found.then_some("of-app"),
            "{backend} {written} {:?}",
            outcome.notes
        );
    }
}

/// One data source may read several states.
#[test]
fn states_are_read_for_each_of_a_map() {
    let directory = |account: &str, key: &str, rest: &str| {
        format!(
            "provider \"aws\" {{\n  region = \"us-east-1\"\n  allowed_account_ids = [\"{account}\"]\n}}\nterraform {{\n  backend \"s3\" {{\n    bucket = \"states\"\n    key = \"{key}\"\n  }}\n}}\n{rest}"
        )
    };
    let one = directory(
        "111111111111",
        "one/state",
        "output \"name\" { value = \"first\" }\n",
    );
    let two = directory(
        "222222222222",
        "two/state",
        "output \"name\" { value = \"second\" }\n",
    );
    let reader = directory(
        "333333333333",
        "reader/state",
        r#"data "terraform_remote_state" "of" {
  for_each = { a = "one/state", b = "two/state" }
  backend  = "s3"
  config   = { bucket = "states", key = each.value }
}
resource "aws_s3_bucket" "b" {
  bucket = "${data.terraform_remote_state.of["a"].outputs.name}-${data.terraform_remote_state.of["b"].outputs.name}"
}
"#,
    );
    let files = [
        ("reader/main.tf", &*reader),
        ("one/main.tf", &one),
        ("two/main.tf", &two),
    ];
    let all = |o: &mut Options| {
        let folder = o.reading.directories.remove(0);
        o.reading.directories = ["reader", "one", "two"].map(|d| folder.join(d)).into();
    };
    let outcome = run(&files, all).unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let bucket = &outcome.made["reader:aws_s3_bucket.b"]["bucket"];
    assert_eq!(bucket, "first-second");
}

#[test]
fn what_no_pipeline_depends_on_is_left_out_and_listed() {
    let outcome = example_with(
        "resource \"aws_sns_topic\" \"t\" {\n  provider = aws.pipeline\n}\nresource \"aws_iam_user\" \"u\" {\n  provider = aws.pipeline\n  name     = aws_sns_topic.t.name\n}\n",
    )
    .unwrap();
    assert!(outcome.passes());
    let notes: Vec<&str> = outcome.notes.iter().map(|n| n.message.as_str()).collect();
    assert!(
        notes[0].starts_with("aws_sns_topic.t is not supported yet and was left out"),
        "{notes:?}"
    );
    assert!(notes[0].contains("aws_iam_user.u"), "{notes:?}");
    assert!(
        outcome.notes[0]
            .place
            .as_ref()
            .unwrap()
            .to_string()
            .ends_with("more.tf:1")
    );
}

/// A policy that says more than what is here could make "allowed" wrong.
#[test]
fn what_may_decide_about_the_pipeline_stops() {
    let check = |more: &str, expected: &str| {
        let said = example_with(more).unwrap_err();
        assert!(said.contains(expected), "{said}");
    };
    check(
        "resource \"aws_organizations_policy\" \"p\" {\n  provider = aws.pipeline\n  content  = \"{}\"\n}\n",
        "/more.tf:1: aws_organizations_policy.p is not supported yet, and it may decide about the pipeline",
    );
    check(
        "resource \"aws_s3_access_point\" \"b\" {\n  provider = aws.pipeline\n  bucket = aws_s3_bucket.artifact_store.id\n}\n",
        "aws_s3_access_point.b is not supported yet",
    );
    check(
        "resource \"aws_s3_access_point\" \"b\" {\n  provider = aws.pipeline\n  bucket = \"named-as-a-text\"\n}\n",
        "aws_s3_access_point.b is not supported yet",
    );
    check(
        "resource \"aws_s3control_bucket_policy\" \"all\" {\n  provider = aws.pipeline\n}\n",
        "aws_s3control_bucket_policy.all is not supported yet",
    );
    check(
        "data \"aws_vpc\" \"v\" {\n  provider = aws.pipeline\n}\nresource \"aws_iam_role_policy\" \"p\" {\n  provider = aws.pipeline\n  role = aws_iam_role.codepipeline.id\n  policy = data.aws_vpc.v.json\n}\n",
        "data.aws_vpc.v is not supported yet, and the pipeline depends on it through aws_iam_role_policy.p; give what is read of it: --set data.aws_vpc.v.json=VALUE",
    );
}

/// What real configurations have beside a delivery, none of which changes it.
#[test]
fn what_stands_beside_a_delivery_does_not_keep_it_from_passing() {
    let passes = |what: &str, more: &str| {
        let outcome = example_with(more).unwrap_or_else(|said| panic!("{what}: {said}"));
        assert!(
            outcome.passes(),
            "{what}: {:?} {:?}",
            outcome.failures,
            outcome.denials
        );
        outcome
    };
    let role = |name: &str, rest: &str| {
        format!(
            "resource \"aws_iam_role\" \"{name}\" {{\n  provider = aws.pipeline\n  name = \"{name}\"\n  assume_role_policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"sts:AssumeRole\", Principal = {rest} }}] }})\n}}\n"
        )
    };
    let events = role("events", "{ Service = \"events.amazonaws.com\" }");
    let outcome = passes(
        "a policy that names the pipeline is made behind it",
        &format!(
            "{events}resource \"aws_iam_role_policy\" \"start\" {{\n  provider = aws.pipeline\n  role = aws_iam_role.events.id\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"codepipeline:StartPipelineExecution\", Resource = aws_codepipeline.this.arn }}] }})\n}}\n"
        ),
    );
    assert!(outcome.notes.is_empty(), "{:?}", outcome.notes);
    passes(
        "a principal that is made later, written as a text",
        &format!(
            "resource \"aws_kms_key\" \"early\" {{\n  provider = aws.pipeline\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"kms:*\", Resource = \"*\", Principal = {{ AWS = [\"arn:aws:iam::222222222222:root\", \"arn:aws:iam::222222222222:role/zlater\"] }} }}] }})\n}}\n{}",
            role("zlater", "{ Service = \"ec2.amazonaws.com\" }")
        ),
    );
    let outcome = passes(
        "a principal of an account that is not here",
        &role(
            "partner",
            "{ AWS = \"arn:aws:iam::444444444444:role/Admin\" }",
        ),
    );
    assert_eq!(
        outcome.notes[0].message,
        "account 444444444444 is not in this configuration: arn:aws:iam::444444444444:role/Admin is taken to exist there"
    );
    let outcome = passes(
        "a program that Terraform runs",
        "resource \"null_resource\" \"push\" {\n  provisioner \"local-exec\" {\n    command = \"docker push\"\n  }\n}\n",
    );
    assert!(
        outcome.notes[0]
            .message
            .starts_with("null_resource.push: its provisioner is not run")
    );
    let task = role("task", "{ Service = \"ecs-tasks.amazonaws.com\" }");
    let attached = |arn: &str| {
        format!(
            "{task}resource \"aws_iam_role_policy_attachment\" \"task\" {{\n  provider = aws.pipeline\n  role = aws_iam_role.task.name\n  policy_arn = \"{arn}\"\n}}\n"
        )
    };
    let execution =
        attached("arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy");
    let outcome = passes("a policy of AWS", &execution);
    assert!(outcome.notes.is_empty(), "{:?}", outcome.notes);
    let unknown = attached("arn:aws:iam::aws:policy/AWSSomethingNobodyKnows");
    let outcome = passes(
        "a policy of AWS that is not here, of another role",
        &unknown,
    );
    assert!(
        outcome.notes[0]
            .message
            .contains("AWSSomethingNobodyKnows is a policy of AWS that is not supported yet")
    );
    let outcome = passes(
        "an argument that is not supported, of a resource beside",
        "resource \"aws_ecr_repository\" \"other\" {\n  provider = aws.pipeline\n  name = \"other\"\n  encryption_configuration {\n    encryption_type = \"KMS_DSSE\"\n  }\n}\n",
    );
    assert!(
        outcome.notes[0]
            .message
            .contains("no pipeline depends on it")
    );
    let versioned = |bucket: &str| {
        format!(
            "resource \"aws_s3_bucket_versioning\" \"other\" {{\n  provider = aws.pipeline\n  bucket = \"{bucket}\"\n  mfa = \"serial 123456\"\n  versioning_configuration {{\n    status = \"Enabled\"\n  }}\n}}\n"
        )
    };
    let outcome = passes(
        "a bucket that no pipeline names, as a text",
        &versioned("company-logs"),
    );
    assert!(
        outcome.notes[0]
            .message
            .starts_with("aws_s3_bucket_versioning.other was left out")
    );
    let said = example_with(&versioned("delivery-artifacts-222222222222")).unwrap_err();
    assert!(said.contains("`mfa` of aws_s3_bucket_versioning"), "{said}");
    // What the user holds a resource to is not to be left out, whatever its words.
    let held = "resource \"aws_ecr_repository\" \"held\" {\n  provider = aws.pipeline\n  name = \"held\"\n  lifecycle {\n    precondition {\n      condition = path.module == \"\"\n      error_message = \"this is not supported yet\"\n    }\n  }\n}\n";
    let outcome = example_with(held).unwrap();
    assert!(!outcome.passes() && outcome.failures.len() == 1);
    // The same of a role of the pipeline is no verdict at all.
    let own = "resource \"aws_iam_role_policy_attachment\" \"own\" {\n  provider = aws.pipeline\n  role = aws_iam_role.codepipeline.name\n  policy_arn = \"arn:aws:iam::aws:policy/AWSSomethingNobodyKnows\"\n}\n";
    let said = example_with(own).unwrap_err();
    assert!(
        said.contains("is a policy of AWS that is not supported yet"),
        "{said}"
    );
}

#[test]
fn conditions_of_a_lifecycle_are_held() {
    let check = |condition: &str, ok: bool| {
        let main = format!(
            "resource \"aws_ecr_repository\" \"r\" {{\n  name = \"app\"\n  lifecycle {{\n    {condition}\n  }}\n}}\n"
        );
        let outcome = run(&[PROVIDER, ("main.tf", &main)], |_| {}).unwrap();
        assert_eq!(outcome.failures.is_empty(), ok, "{:?}", outcome.failures);
    };
    check("prevent_destroy = true", true);
    check(
        "precondition {\n condition = path.module == \"\"\n error_message = \"no\"\n }",
        false,
    );
    check(
        "postcondition {\n condition = self.name == \"app\"\n error_message = \"no\"\n }",
        true,
    );
    check(
        "postcondition {\n condition = self.name == \"other\"\n error_message = \"no\"\n }",
        false,
    );
}

/// Terraform 1.11.4 refuses it where it is declared.
#[test]
fn a_default_of_null_is_none_where_null_is_not_taken() {
    let declared = |default: &str| {
        let text = format!("variable \"v\" {{\n  nullable = false\n{default}}}\n");
        let values = |options: &mut Options| {
            let value = sekisho_iac::Assignment::Variable("v".to_owned(), "a".to_owned());
            options.reading.assignments.push(value);
        };
        run(&[PROVIDER, ("main.tf", &text)], values).map(|_| ())
    };
    assert!(declared("").is_ok());
    assert!(declared("  default = \"b\"\n").is_ok());
    let refused = declared("  default = null\n").unwrap_err();
    assert!(
        refused.contains("it is null, and `nullable` is false"),
        "{refused}"
    );
}

#[test]
fn configurations_of_json_are_read() {
    let json = r#"{
  "locals": { "name": "app" },
  "resource": {
    "aws_ecr_repository": { "r": [{ "name": "${local.name}", "image_scanning_configuration": { "scan_on_push": true } }] },
    "aws_iam_role": { "r": { "name": "r", "assume_role_policy": "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"Service\":\"codepipeline.amazonaws.com\"}}}" } }
  }
}"#;
    let outcome = run(&[PROVIDER, ("main.tf.json", json)], |_| {}).unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    assert_eq!(outcome.resources, 2);
    let wrong = |json: &str| run(&[PROVIDER, ("main.tf.json", json)], |_| {}).unwrap_err();
    assert!(wrong("{").contains("/main.tf.json: EOF while parsing"));
    assert!(wrong("[1]").contains("the file: an object is expected"));
    assert!(wrong(r#"{"locals": {"a": 1, "a": 2}}"#).contains("`a` stands twice"));
    // What stands twice, and what stands in an array, are blocks beside each other.
    let (front, rest) = json.split_once("\"aws_iam_role\"").unwrap();
    let twice = format!("[{front}\"//\": \"a\" }}, \"resource\": {{ \"aws_iam_role\"{rest}]");
    let outcome = run(&[PROVIDER, ("main.tf.json", &twice)], |_| {}).unwrap();
    assert_eq!(outcome.resources, 2);
    assert!(wrong("{\"resources\": {}}").contains("`resources` is not supported yet in JSON"));
    let undeclared = r#"{"resource": {"aws_ecr_repository": {"r": {"name": "${local.x}"}}}}"#;
    assert!(wrong(undeclared).contains("the local value `x` is not declared"));
}

#[test]
fn conditions_of_outputs_are_held() {
    let check = |condition: &str, ok: bool| {
        let main = format!(
            "module \"m\" {{\n  source = \"./m\"\n}}\nresource \"aws_ecr_repository\" \"r\" {{\n  name = module.m.name\n}}\noutput \"o\" {{\n  value = 1\n  precondition {{\n    condition     = {condition}\n    error_message = \"no\"\n  }}\n}}\n"
        );
        let inner = format!(
            "output \"name\" {{\n  value = \"app\"\n  precondition {{\n    condition     = {}\n    error_message = \"not this\"\n  }}\n}}\n",
            if condition == "inner" {
                "path.module == \"\""
            } else {
                "path.module != \"\""
            }
        );
        let main = main.replace("= inner", "= path.module != \"\"");
        let files = [PROVIDER, ("main.tf", &*main), ("m/m.tf", &*inner)];
        let outcome = run(&files, |_| {}).unwrap();
        assert_eq!(outcome.failures.is_empty(), ok, "{:?}", outcome.failures);
    };
    check("aws_ecr_repository.r.name == \"app\"", true);
    check("aws_ecr_repository.r.name == \"other\"", false);
    check("inner", false);
}

/// What a user says of a condition is the user's: no words of it make the failure anybody else's.
#[test]
fn conditions_fail_whatever_their_words() {
    for words in [
        "The tag is not known.",
        "It is not supported yet.",
        "There is no attribute.",
    ] {
        let output = format!(
            "output \"o\" {{\n  value = 1\n  precondition {{\n    condition     = path.module == \"\"\n    error_message = \"{words}\"\n  }}\n}}\n"
        );
        let outcome = example_with(&output).unwrap();
        let failures = outcome.failures.iter().map(|f| f.problem.message.as_str());
        let failures: Vec<&str> = failures.collect();
        assert_eq!(failures, [format!("precondition: {words}")]);
    }
}

/// Terraform hides what is sensitive in the words of conditions (`error_message`); a report goes further than a terminal.
#[test]
fn conditions_show_no_secrets() {
    let failing = |says: &str| {
        format!("    condition     = path.module == \"\"\n    error_message = \"It is {says}.\"\n")
    };
    let variable = |body: &str| {
        format!("variable \"token\" {{\n  sensitive = true\n  default = \"hunter2\"\n{body}}}\n")
    };
    let read = "data \"aws_ssm_parameter\" \"token\" { name = \"/token\" }\n";
    let (of_variable, of_data) = ("${var.token}", "${data.aws_ssm_parameter.token.value}");
    let validated = format!(
        "  validation {{\n    condition = var.token == \"x\"\n    error_message = \"It is {of_variable}.\"\n  }}\n"
    );
    let resource = |kind: &str, says: &str| {
        format!(
            "resource \"terraform_data\" \"d\" {{\n  lifecycle {{\n  {kind} {{\n{}  }}\n  }}\n}}\n",
            failing(says)
        )
    };
    let output = |says: &str| {
        format!(
            "output \"o\" {{\n  value = 1\n  precondition {{\n{}  }}\n}}\n",
            failing(says)
        )
    };
    let check = |says: &str| format!("check \"c\" {{\n  assert {{\n{}  }}\n}}\n", failing(says));
    for text in [
        variable(&validated),
        variable("") + &resource("precondition", of_variable),
        variable("") + &output(of_variable),
        variable("") + &check(of_variable),
        read.to_owned() + &resource("precondition", of_data),
        read.to_owned() + &resource("postcondition", of_data),
        read.to_owned() + &output(of_data),
        read.to_owned() + &check(of_data),
    ] {
        let said = run(&[PROVIDER, ("main.tf", &text)], |o| {
            let name = "data.aws_ssm_parameter.token.value".to_owned();
            if text.contains("data \"") {
                o.reading.given.insert(name, json!("hunter2"));
            }
        });
        let said: Vec<String> = match said {
            Ok(outcome) => {
                let failures = outcome.failures.iter().map(|f| f.problem.message.clone());
                let notes = outcome.notes.iter().map(|n| n.message.clone());
                failures.chain(notes).collect()
            }
            Err(problems) => vec![problems],
        };
        let hidden = |m: &String| m.contains("what it says is sensitive");
        assert!(said.iter().any(hidden), "{text}: {said:?}");
        let shown = |m: &String| m.contains("hunter2");
        assert!(!said.iter().any(shown), "{text}: {said:?}");
    }
}

#[test]
fn the_workspace_is_the_one_that_is_selected() {
    let main = "resource \"aws_ecr_repository\" \"r\" {\n  name = \"app-${terraform.workspace}\"\n  lifecycle {\n    postcondition {\n      condition     = self.name == var.name\n      error_message = \"it is ${self.name}\"\n    }\n  }\n}\nvariable \"name\" {}\n";
    let check = |files: &[(&str, &str)], workspace: Option<&str>, name: &str| {
        let files = [&[PROVIDER, ("main.tf", main)], files].concat();
        let outcome = run(&files, |options| {
            options.reading.workspace = workspace.map(str::to_owned);
            let name = Assignment::Variable("name".to_owned(), name.to_owned());
            options.reading.assignments.push(name);
        })
        .unwrap();
        assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    };
    check(&[], None, "app-default");
    check(&[(".terraform/environment", "stage")], None, "app-stage");
    check(
        &[(".terraform/environment", "stage")],
        Some("prod"),
        "app-prod",
    );
}

/// The directories of every example: one, or those of its accounts.
fn every_example() -> Vec<(String, Vec<PathBuf>)> {
    let has_tf = |path: &Path| {
        let mut entries = std::fs::read_dir(path).unwrap();
        entries.any(|e| e.unwrap().path().extension().is_some_and(|e| e == "tf"))
    };
    let mut out = Vec::new();
    for entry in std::fs::read_dir(examples()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let directories = if has_tf(&path) {
            vec![path]
        } else {
            let inner = std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().path());
            let mut inner: Vec<PathBuf> = inner.filter(|p| p.is_dir() && has_tf(p)).collect();
            inner.sort();
            inner
        };
        out.push((name, directories));
    }
    out.sort();
    out
}

#[test]
fn every_example_passes() {
    let examples = every_example();
    assert!(examples.len() >= 8, "{}", examples.len());
    for (name, directories) in examples {
        let mut options = Options::default();
        options.reading.directories = directories;
        let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{name}: {p:?}"));
        assert!(
            outcome.passes(),
            "{name}: {:?} {:?}",
            outcome.denials,
            outcome.failures
        );
        assert!(outcome.notes.is_empty(), "{name}: {:?}", outcome.notes);
    }
}

/// Directories that name each other's roles are applied as people apply them: one of them twice.
#[test]
fn a_directory_that_waits_for_the_other_is_applied_again() {
    let a = folder(&[
        PROVIDER,
        (
            "main.tf",
            "resource \"aws_ecr_repository\" \"r\" {\n  name = \"app\"\n}\nresource \"aws_ecr_repository_policy\" \"p\" {\n  repository = aws_ecr_repository.r.name\n  policy     = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = { AWS = \"arn:aws:iam::222222222222:role/reader\" }, Action = \"ecr:BatchGetImage\" }] })\n}\n",
        ),
    ]);
    let b = folder(&[(
        "main.tf",
        "provider \"aws\" {\n  allowed_account_ids = [\"222222222222\"]\n}\nresource \"aws_iam_role\" \"r\" {\n  name               = \"reader\"\n  assume_role_policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Principal = { Service = \"codepipeline.amazonaws.com\" }, Action = \"sts:AssumeRole\" }] })\n}\n",
    )]);
    let mut options = Options::default();
    options.reading.directories = vec![a.path().to_owned(), b.path().to_owned()];
    let outcome = rehearse(&options, &mut |_| {}).unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    let notes: Vec<&str> = outcome.notes.iter().map(|n| n.message.as_str()).collect();
    assert!(
        notes[0].contains(
            "aws_ecr_repository_policy.p can be made only when the other directory is applied"
        ),
        "{notes:?}"
    );
}

/// Teams call their directories alike: `registry/infra`, `pipeline/infra`.
#[test]
fn directories_of_one_name_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let mut directories = Vec::new();
    for team in ["registry", "pipeline"] {
        let to = folder.path().join(team).join("infra");
        std::fs::create_dir_all(&to).unwrap();
        for entry in std::fs::read_dir(examples().join("two-directories").join(team)).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let text = text.replace(
                "../registry/terraform.tfstate",
                "../../registry/infra/terraform.tfstate",
            );
            std::fs::write(to.join(path.file_name().unwrap()), text).unwrap();
        }
        directories.push(to);
    }
    let mut options = Options::default();
    options.reading.directories = directories.clone();
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(outcome.passes(), "{:?}", outcome.failures);
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&directories[0], &link).unwrap();
    let refused = |given: Vec<PathBuf>, expected: &str| {
        let mut options = Options::default();
        options.reading.directories = given;
        options.reading.settled = [("nobody".to_owned(), PathBuf::from("sekisho.toml"))].into();
        let problems = rehearse(&options, &mut |_| {}).err().unwrap();
        let said: Vec<_> = problems.iter().map(|p| p.message.as_str()).collect();
        assert!(said.iter().any(|m| m.contains(expected)), "{said:?}");
    };
    let first = || directories[0].clone();
    refused(vec![first(), first()], "is given twice");
    refused(vec![first(), link], "is given twice");
    refused(
        vec![first()],
        "sekisho.toml sets the variable `nobody`, which",
    );
    refused(
        vec![first().join("main.tf")],
        "main.tf is a file of a configuration: give the directory",
    );
}

/// What is of services that are not here has an ARN that policies can name; what nothing depends on stops nothing.
#[test]
fn what_policies_name_need_not_be_made() {
    let copy = |extra: &str| {
        let folder = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(examples().join("cross-account-ecr")).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
        std::fs::write(folder.path().join("extra.tf"), extra).unwrap();
        folder
    };
    let passes = |folder: &tempfile::TempDir| {
        let outcome = rehearse(&Options::new(folder.path()), &mut |_| {});
        outcome.unwrap_or_else(|p| panic!("{p:?}"))
    };
    let logs = "resource \"aws_subnet\" \"s\" {}\nresource \"aws_cloudwatch_log_group\" \"l\" {\n  provider = aws.pipeline\n  name     = \"/aws/codebuild/x\"\n}\nresource \"aws_lambda_function\" \"f\" {\n  provider      = aws.pipeline\n  function_name = \"notify\"\n  vpc_config { subnet_ids = [aws_subnet.s.id] }\n}\nresource \"aws_cloudwatch_event_rule\" \"r\" {\n  provider       = aws.pipeline\n  name_prefix    = \"pushed-\"\n  event_bus_name = \"deliveries\"\n}\nresource \"aws_sns_topic\" \"t\" {\n  provider   = aws.pipeline\n  fifo_topic = true\n}\n";
    let policy = "resource \"aws_iam_role_policy\" \"more\" {\n  provider = aws.pipeline\n  role     = aws_iam_role.codepipeline.id\n  name     = \"more\"\n  policy   = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"*\", Resource = [\"${aws_cloudwatch_log_group.l.arn}:*\", aws_lambda_function.f.arn, aws_cloudwatch_event_rule.r.arn, aws_sns_topic.t.arn] }] })\n}\n";
    let data = "data \"aws_iam_role\" \"none\" {\n  provider = aws.pipeline\n  name     = \"none\"\n}\noutput \"none\" {\n  value = data.aws_iam_role.none.arn\n}\n";
    let outcome = passes(&copy(&format!("{logs}{policy}{data}")));
    assert!(outcome.passes(), "{:?}", outcome.failures);
    let written = &outcome.made["aws_iam_role_policy.more"]["policy"];
    for arn in [
        "arn:aws:logs:us-east-1:222222222222:log-group:/aws/codebuild/x:*",
        "arn:aws:lambda:us-east-1:222222222222:function:notify",
        "arn:aws:events:us-east-1:222222222222:rule/deliveries/pushed-",
        ".fifo\"",
    ] {
        assert!(written.as_str().unwrap().contains(arn), "{written}");
    }
    let noted = |part: &str| outcome.notes.iter().any(|n| n.message.contains(part));
    assert!(noted("its ARN is taken to be arn:aws:lambda"));
    assert!(noted("data.aws_iam_role.none was left out: NoSuchEntity"));
    // What nothing needs is left out, and nobody is asked of which account it is.
    let alone = passes(&copy("resource \"aws_sns_topic\" \"t\" { name = \"t\" }\n"));
    assert!(alone.passes());
}

#[test]
fn a_delivery_of_which_nothing_was_checked_does_not_pass() {
    let start = FROM_A_REPOSITORY
        .find("      provider        = \"S3\"")
        .unwrap();
    let end = FROM_A_REPOSITORY.rfind("    }\n  }\n}").unwrap();
    let (before, after) = (&FROM_A_REPOSITORY[..start], &FROM_A_REPOSITORY[end..]);
    let approved = format!(
        "{before}      provider        = \"Manual\"\n      version         = \"1\"\n{after}"
    )
    .replace(
        "category        = \"Deploy\"",
        "category        = \"Approval\"",
    )
    .replace(
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
    );
    let outcome = run(&[PROVIDER, ("main.tf", &approved)], |options| {
        options.skips.push(sekisho_executor::Skip {
            stage: "Source".into(),
            action: "Git".into(),
        });
    })
    .unwrap();
    assert!(outcome.failures.is_empty() && outcome.denials.is_empty());
    assert!(!outcome.passes());
    let said = sekisho::rehearse::last_line(&outcome);
    assert!(
        said.contains("nothing was checked: all that makes calls was skipped"),
        "{said}"
    );
}

#[test]
fn what_stands_on_a_module_cannot_be_waited_for_by_its_call() {
    let inner = format!(
        "{FROM_A_REPOSITORY}\noutput \"bucket\" {{ value = aws_s3_bucket.site.bucket }}\noutput \"role\" {{ value = aws_iam_role.p.arn }}\n"
    )
    .replace("ReadOnlyAccess", "AmazonS3ReadOnlyAccess");
    let root = |principal: &str| {
        format!(
            "module \"p\" {{ source = \"./p\" }}\nresource \"aws_s3_bucket_policy\" \"site\" {{\n  bucket = \"site-222222222222\"\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"arn:aws:s3:::site-222222222222/*\", Principal = {{ AWS = {principal} }} }}] }})\n}}\n"
        )
    };
    let skip = |options: &mut Options| {
        options.skips.push(sekisho_executor::Skip {
            stage: "Source".into(),
            action: "Git".into(),
        });
    };
    let said = |principal: &str| -> String {
        let files = [
            PROVIDER,
            ("main.tf", &root(principal)),
            ("p/main.tf", &inner),
        ];
        let outcome = run(&files, skip).unwrap();
        let notes = outcome.notes.iter().map(|n| n.message.as_str());
        notes
            .filter(|m| m.contains("aws_s3_bucket_policy.site"))
            .collect()
    };
    assert!(said("module.p.role").contains("its depends_on would be a cycle"));
    // The call that can name it is that of the module which stands beside it.
    let middle = "module \"inner\" { source = \"../inner\" }\noutput \"role\" { value = module.inner.role }\n";
    let nested = |principal: &str| -> String {
        let files = [
            PROVIDER,
            ("main.tf", &root(principal)),
            ("p/main.tf", middle),
            ("inner/main.tf", &inner),
        ];
        let outcome = run(&files, skip).unwrap();
        let notes = outcome.notes.iter().map(|n| n.message.as_str());
        notes
            .filter(|m| m.contains("aws_s3_bucket_policy.site"))
            .collect()
    };
    assert!(nested("module.p.role").contains("its depends_on would be a cycle"));
    assert!(nested("\"111111111111\"").contains("add them to the depends_on of `module \"p\"`"));
    assert!(said("\"111111111111\"").contains("add them to the depends_on of `module \"p\"`"));
}

/// Terraform, "Variable Definition Precedence": what comes later counts.
#[test]
fn files_of_variables_are_taken_in_terraform_s_order() {
    let main = "variable \"a\" {}\nvariable \"b\" {}\nvariable \"c\" {}\nresource \"aws_ecr_repository\" \"r\" { name = \"${var.a}-${var.b}-${var.c}\" }\n";
    let files = [
        PROVIDER,
        ("main.tf", main),
        (
            "terraform.tfvars",
            "a = \"plain\"\nb = \"plain\"\nc = \"plain\"\n",
        ),
        (
            "terraform.tfvars.json",
            "{\"a\": \"json\", \"b\": \"json\"}",
        ),
        ("a.auto.tfvars.json", "{\"a\": \"first\"}"),
        ("b.auto.tfvars", "a = \"last\"\n"),
    ];
    let outcome = run(&files, |_| {}).unwrap();
    let name = &outcome.made["aws_ecr_repository.r"]["name"];
    assert_eq!(name, "last-json-plain");
}

/// What Terraform does not change is not what is rehearsed.
#[test]
fn what_changes_of_are_ignored_is_said() {
    let notes = |lifecycle: &str| {
        let user = format!(
            "resource \"aws_iam_user\" \"u\" {{ name = \"u\" }}\nresource \"aws_iam_user_policy\" \"p\" {{\n  user   = aws_iam_user.u.name\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"s3:*\", Resource = \"*\" }}] }})\n  lifecycle {{\n    ignore_changes = {lifecycle}\n  }}\n}}\n"
        );
        let outcome = run(&[PROVIDER, ("main.tf", &user)], |_| {}).unwrap();
        let notes = outcome.notes.into_iter().map(|n| n.message);
        notes
            .filter(|n| n.contains("ignore_changes"))
            .collect::<Vec<_>>()
    };
    for kept in ["[policy]", "all", "[name, policy]"] {
        let said = notes(kept);
        assert!(
            said[0].contains("aws_iam_user_policy.p: `ignore_changes` keeps policy"),
            "{said:?}"
        );
    }
    assert!(notes("[name, name_prefix]").is_empty());
}

/// Of a role that the settings say is on AWS, a data source has the names, and nothing else.
#[test]
fn roles_that_are_on_aws_already_are_read_by_name() {
    let main = r#"
data "aws_iam_role" "r" {
  name = "admin"
}
resource "aws_ecr_repository" "r" {
  name = "app"
}
resource "aws_ecr_repository_policy" "r" {
  repository = aws_ecr_repository.r.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "ecr:BatchGetImage", Principal = { AWS = data.aws_iam_role.r.arn }, Condition = { StringLike = { "aws:userid" = "${data.aws_iam_role.r.unique_id}:*" } } },
  ] })
}
"#;
    let arn = "arn:aws:iam::111111111111:role/ops/admin";
    let roles = |main: &str, arn: &str| {
        run(&[PROVIDER, ("main.tf", main)], |options| {
            options.roles.insert(arn.to_owned());
        })
    };
    let known = roles(main, arn).unwrap();
    assert!(known.failures.is_empty(), "{:?}", known.failures);
    assert_eq!(known.made["data.aws_iam_role.r"]["arn"], arn);
    assert_eq!(known.made["data.aws_iam_role.r"]["path"], "/ops/");
    let another = roles(main, "arn:aws:iam::222222222222:role/ops/admin").unwrap();
    assert!(!another.failures.is_empty());
    let trust = main.replace("r.unique_id", "r.assume_role_policy");
    let said = roles(&trust, arn);
    let said = said.unwrap();
    assert!(!said.made.contains_key("aws_ecr_repository_policy.r"));
    let said = said.notes.iter().map(|n| n.message.as_str());
    let mut said = said.filter(|m| m.contains("`assume_role_policy` is not supported yet"));
    assert!(said.next().is_some());
}

/// A block is no argument, and what there is one of is not said twice.
#[test]
fn arguments_and_blocks_are_told_apart() {
    let repository = |inside: &str| {
        let main =
            format!("resource \"aws_ecr_repository\" \"r\" {{\n  name = \"r\"\n{inside}}}\n");
        let said = run(&[PROVIDER, ("main.tf", &main)], |_| {});
        said.err().unwrap_or_default()
    };
    let scanning = "  image_scanning_configuration {\n    scan_on_push = true\n  }\n";
    let dynamic = "  dynamic \"image_scanning_configuration\" {\n    for_each = [1]\n    content {\n      scan_on_push = true\n    }\n  }\n";
    for taken in ["", scanning, dynamic, "  tags = {}\n"] {
        assert_eq!(repository(taken), "");
    }
    for (inside, message) in [
        (
            "  image_scanning_configuration = [{ scan_on_push = true }]\n",
            "`image_scanning_configuration` is a block of aws_ecr_repository, and no argument: write it without `=`",
        ),
        (
            "  tags {\n  }\n",
            "`tags` is an argument of aws_ecr_repository, and no block: write it with `=`",
        ),
        (
            &scanning.repeat(2),
            "`image_scanning_configuration` stands there twice: aws_ecr_repository takes one",
        ),
        (
            "  lifecycle {\n    ignore_changes = [tag]\n  }\n",
            "`ignore_changes`: aws_ecr_repository has no `tag`",
        ),
    ] {
        let said = repository(inside);
        assert!(said.contains(message), "{inside}: {said}");
    }
}

/// The execution that begins with a pipeline has the defaults of its variables; another one has what is given.
#[test]
fn variables_of_pipelines() {
    let tag = |default: &str| {
        format!(
            r##"
resource "aws_s3_bucket" "store" {{ bucket = "store-111111111111" }}
resource "aws_ecr_repository" "app" {{ name = "app" }}
resource "aws_iam_role" "p" {{
  name = "p"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ Service = "codepipeline.amazonaws.com" }} }}] }})
  inline_policy {{
    name   = "p"
    policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = ["s3:*", "ecr:*"], Resource = "*" }}] }})
  }}
}}
resource "aws_codepipeline" "p" {{
  name          = "p"
  role_arn      = aws_iam_role.p.arn
  pipeline_type = "V2"
  artifact_store {{
    location = aws_s3_bucket.store.bucket
    type     = "S3"
  }}
  variable {{
    name = "where"
    {default}
  }}
  stage {{
    name = "Source"
    action {{
      name             = "Image"
      category         = "Source"
      owner            = "AWS"
      provider         = "ECR"
      version          = "1"
      output_artifacts = ["image"]
      configuration    = {{ RepositoryName = aws_ecr_repository.app.name }}
    }}
  }}
  stage {{
    name = "Deploy"
    action {{
      name            = "Release"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "S3"
      version         = "1"
      input_artifacts = ["image"]
      configuration   = {{ BucketName = aws_s3_bucket.store.bucket, Extract = "true", ObjectKey = "#{{variables.where}}" }}
    }}
  }}
}}
"##
        )
    };
    let rehearsed = |default: &str, given: &[(&str, &str)]| {
        let given = given.iter();
        let given = given.map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let main = tag(default);
        run(&[PROVIDER, ("main.tf", &main)], |o| {
            o.pipeline_variables = given.collect();
        })
    };
    let released = |outcome: &Outcome| -> Vec<String> {
        let checks = outcome.events.iter().flat_map(|e| &e.checks);
        let puts = checks.filter(|c| c.action == "s3:PutObject" && c.resource.ends_with(".json"));
        puts.map(|c| c.resource.replace("arn:aws:s3:::store-111111111111/", ""))
            .collect()
    };
    let wanting = rehearsed("", &[]).unwrap();
    assert!(!wanting.passes());
    let execution = wanting.pipelines[0].execution.as_ref().unwrap();
    assert_eq!(
        execution.summary.as_deref(),
        Some("Values for required variables haven't been provided: where")
    );
    assert!(
        wanting.hints[0]
            .message
            .ends_with("--pipeline-variable where=VALUE"),
        "{:?}",
        wanting.hints
    );
    let given = rehearsed("", &[("where", "here")]).unwrap();
    assert!(given.passes(), "{:?}", given.denials);
    assert_eq!(released(&given), ["here/imageDetail.json"]);
    let both = rehearsed("default_value = \"there\"", &[("where", "here")]).unwrap();
    assert_eq!(
        released(&both),
        ["there/imageDetail.json", "here/imageDetail.json"]
    );
    let empty = rehearsed("default_value = \"there\"", &[("where", "")]).unwrap_err();
    assert!(
        empty.starts_with("an execution of p cannot be started: ValidationException"),
        "{empty}"
    );
    assert_eq!(
        rehearsed("", &[("were", "here")]).unwrap_err(),
        "--pipeline-variable were: no pipeline has a variable of that name"
    );
}
