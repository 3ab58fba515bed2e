//! What is of services that are not here: deliveries read its names, and what stands for them decides nothing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod written;

use sekisho_executor::Skip;
use sekisho_iac::Reading;
use written::{PROVIDER, run};

const ROLE: &str = r#"
resource "aws_s3_bucket" "store" { bucket = "store-111111111111" }
resource "aws_ecr_repository" "app" { name = "app" }
resource "aws_iam_role" "p" {
  name = "p"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "codepipeline.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "p" {
  role   = aws_iam_role.p.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["s3:*", "ecr:*"], Resource = "*" }, { Effect = "Allow", Action = "ecs:UpdateService", Resource = POLICY }] })
}
"#;

const PIPELINE: &str = r#"
resource "aws_codepipeline" "p" {
  name       = "p"
  role_arn   = aws_iam_role.p.arn
  depends_on = [aws_iam_role_policy.p]
  artifact_store {
    location = aws_s3_bucket.store.bucket
    type     = "S3"
  }
  stage {
    name = "Source"
    action {
      name             = "Image"
      category         = "Source"
      owner            = "AWS"
      provider         = "ECR"
      version          = "1"
      output_artifacts = ["image"]
      configuration    = { RepositoryName = aws_ecr_repository.app.name, ImageTag = TAG }
    }
  }
  stage {
    name = "Deploy"
    action {
      name            = "Service"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "ECS"
      version         = "1"
      input_artifacts = ["image"]
      configuration   = { ClusterName = CLUSTER, ServiceName = SERVICE }
    }
  }
}
"#;

/// A module that takes more of something than is known of it.
const READS: &str = "variable \"lb\" {\n  type = object({ id = string, dns_name = optional(string) })\n}\noutput \"name\" {\n  value = coalesce(var.lb.dns_name, \"x\")\n}\n";

struct Delivery<'t> {
    more: &'t str,
    policy: &'t str,
    tag: &'t str,
    cluster: &'t str,
    service: &'t str,
    given: &'t [(&'t str, &'t str)],
}

const PLAIN: Delivery<'_> = Delivery {
    more: "",
    policy: "\"*\"",
    tag: "\"latest\"",
    cluster: "\"c\"",
    service: "\"s\"",
    given: &[],
};

/// What is noted of a delivery that passes; what keeps another from running.
fn rehearsed(delivery: &Delivery<'_>) -> Result<Vec<String>, String> {
    let role = ROLE.replace("POLICY", delivery.policy);
    let pipeline = PIPELINE
        .replace("TAG", delivery.tag)
        .replace("CLUSTER", delivery.cluster)
        .replace("SERVICE", delivery.service);
    let main = format!("{}{role}{pipeline}", delivery.more);
    let files = [("main.tf", &*main), PROVIDER, ("reads/main.tf", READS)];
    let outcome = run(&files, |options| {
        let reading: &mut Reading = &mut options.reading;
        let given = delivery.given.iter();
        reading
            .given
            .extend(given.map(|(name, value)| ((*name).to_owned(), (*value).into())));
        options.skips.push(Skip {
            stage: "De*".into(),
            action: "Serv*".into(),
        });
    })?;
    assert!(
        outcome.passes(),
        "{:?} {:?}",
        outcome.failures,
        outcome.denials
    );
    let mut notes: Vec<String> = outcome.notes.into_iter().map(|n| n.message).collect();
    notes.retain(|note| !note.contains("was skipped"));
    Ok(notes)
}

/// A service of ECS, with what it stands on.
const SERVICE: &str = r#"
data "aws_vpc" "main" { default = true }
resource "aws_security_group" "s" { vpc_id = data.aws_vpc.main.id }
resource "aws_ecs_cluster" "c" { name = "cluster" }
resource "aws_ecs_task_definition" "t" {
  family                = "task"
  container_definitions = data.external.containers.result.json
}
data "external" "containers" { program = ["containers"] }
resource "aws_ecs_service" "s" {
  name            = "service"
  cluster         = aws_ecs_cluster.c.id
  task_definition = aws_ecs_task_definition.t.arn
  network_configuration {
    security_groups = [aws_security_group.s.id]
    subnets         = data.aws_vpc.main.subnets
  }
}
"#;

#[test]
fn what_an_action_that_is_not_run_reads_stands_for_itself() {
    let notes = rehearsed(&Delivery {
        more: SERVICE,
        policy: "aws_ecs_service.s.id",
        cluster: "aws_ecs_cluster.c.name",
        service: "aws_ecs_service.s.name",
        ..PLAIN
    })
    .unwrap();
    let service = notes.iter().find(|n| n.starts_with("aws_ecs_service.s"));
    assert_eq!(
        service.map(String::as_str),
        Some(
            "aws_ecs_service.s is of a service that sekisho does not have: it is not made, and its ARN is taken to be arn:aws:ecs:eu-west-1:111111111111:service/cluster/service"
        ),
        "{notes:?}"
    );
    // What is asked of them in such an action stands as it is written, whatever is done with it.
    for (more, read) in [
        (
            "data \"aws_ssm_parameter\" \"name\" {\n  name = \"/name\"\n}\n",
            "data.aws_ssm_parameter.name.value",
        ),
        (
            "data \"external\" \"name\" {\n  program = [\"name\"]\n}\n",
            "jsondecode(data.external.name.result.names)[\"service\"]",
        ),
        (
            "resource \"aws_elasticache_cluster\" \"name\" {\n  for_each = toset([\"a\"])\n}\n",
            "aws_elasticache_cluster.name[\"a\"].engine_version_actual",
        ),
        (
            "resource \"aws_lambda_function\" \"z\" {\n  function_name = \"z\"\n}\nresource \"aws_lambda_alias\" \"a\" {\n  name = \"live\"\n  function_name = aws_lambda_function.z.function_name\n}\n",
            "aws_lambda_alias.a.function_name",
        ),
    ] {
        rehearsed(&Delivery {
            more,
            service: read,
            ..PLAIN
        })
        .unwrap();
    }
}

/// What Terraform refuses it refuses there, too: only what is not known here stands as it is written.
#[test]
fn an_idle_action_is_no_excuse() {
    for (service, wanted) in [
        ("1 + \"a\"", "needs numbers"),
        ("jsondecode(\"{\")", "jsondecode"),
        ("{ a = 1 }.b", "there is no attribute `b`"),
    ] {
        let role = ROLE.replace("POLICY", "\"*\"");
        let pipeline = PIPELINE
            .replace("TAG", "\"latest\"")
            .replace("CLUSTER", "\"c\"")
            .replace("SERVICE", service);
        let main = format!("{role}{pipeline}");
        let outcome = run(&[("main.tf", &main), PROVIDER], |_| {}).unwrap();
        let said: Vec<&str> = outcome
            .failures
            .iter()
            .map(|f| f.problem.message.as_str())
            .collect();
        assert!(
            said.iter().any(|m| m.contains(wanted)),
            "{service}: {said:?}"
        );
    }
}

/// A text that is made up must not decide: neither in a policy, nor in what is run.
#[test]
fn what_decides_is_asked_for() {
    let parameter = "data \"aws_ssm_parameter\" \"name\" {\n  name = \"/name\"\n}\n";
    let read = "data.aws_ssm_parameter.name.value";
    for delivery in [
        Delivery {
            more: parameter,
            policy: "\"arn:aws:ecs:eu-west-1:111111111111:service/${data.aws_ssm_parameter.name.value}\"",
            ..PLAIN
        },
        Delivery {
            more: parameter,
            tag: read,
            ..PLAIN
        },
        // Who reads it for both asks for it, too.
        Delivery {
            more: parameter,
            tag: read,
            service: read,
            ..PLAIN
        },
    ] {
        let said = rehearsed(&delivery).unwrap_err();
        assert!(
            said.contains("data.aws_ssm_parameter.name is not supported yet, and the pipeline depends on it through")
                && said.contains("--set data.aws_ssm_parameter.name.value=VALUE"),
            "{said}"
        );
        rehearsed(&Delivery {
            given: &[("data.aws_ssm_parameter.name.value", "latest")],
            ..delivery
        })
        .unwrap();
    }
}

/// By whatever way: what an idle action reads as well, and what a fallback would pass over.
#[test]
fn nothing_passes_over_what_is_not_known() {
    const SAYS: &str = "data \"aws_ssm_parameter\" \"c\" {\n  name = \"/c\"\n}\nresource \"aws_lb\" \"l\" {\n  count = 1\n}\nmodule \"reads\" {\n  source = \"./reads\"\n  lb = aws_lb.l[0]\n}\nlocals {\n  all = { guard = data.aws_ssm_parameter.c, lb = aws_lb.l[0] }\n}\n";
    for (read, given) in [
        ("local.all.guard.value", "data.aws_ssm_parameter.c.value"),
        (
            "lookup(data.aws_ssm_parameter.c, \"value\", \"x\")",
            "data.aws_ssm_parameter.c.value",
        ),
        ("local.all.lb.dns_name", "aws_lb.l.dns_name"),
        ("try(aws_lb.l[0].dns_name, \"x\")", "aws_lb.l.dns_name"),
        ("try(aws_lb.l[0][\"dns_name\"], \"x\")", "aws_lb.l.dns_name"),
        (
            "lookup(aws_lb.l[0], \"dns_name\", \"x\")",
            "aws_lb.l.dns_name",
        ),
        (
            "[for l in aws_lb.l : try(l.dns_name, \"x\")][0]",
            "aws_lb.l.dns_name",
        ),
        (
            "merge({ dns_name = \"x\" }, aws_lb.l[0]).dns_name",
            "aws_lb.l.dns_name",
        ),
        ("one(aws_lb.l[*].dns_name)", "aws_lb.l.dns_name"),
        ("module.reads.name", "aws_lb.l.dns_name"),
    ] {
        let delivery = Delivery {
            more: SAYS,
            tag: read,
            // An idle action reads the same.
            cluster: "aws_lb.l[0].dns_name",
            service: "data.aws_ssm_parameter.c.value",
            ..PLAIN
        };
        let said = rehearsed(&delivery).unwrap_err();
        assert!(said.contains("not supported yet"), "{read}: {said}");
        // What is read as a whole may be asked for anything.
        let parameter = ("data.aws_ssm_parameter.c.value", "latest");
        rehearsed(&Delivery {
            given: &[(given, "latest"), parameter],
            ..delivery
        })
        .unwrap_or_else(|said| panic!("{read}: {said}"));
    }
}

/// Of what is read on AWS nothing is made up: who gets logs is an account of AWS, and an id that is written is that.
#[test]
fn what_is_read_on_aws_is_not_made_up() {
    let account = "data \"aws_elb_service_account\" \"main\" {}\nresource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"logs-111111111111\"\n}\nresource \"aws_s3_bucket_policy\" \"logs\" {\n  bucket = aws_s3_bucket.logs.id\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"s3:PutObject\", Resource = \"${aws_s3_bucket.logs.arn}/*\", Principal = { AWS = data.aws_elb_service_account.main.arn } }] })\n}\n";
    let said = rehearsed(&Delivery {
        more: account,
        ..PLAIN
    })
    .unwrap_err();
    assert!(
        said.ends_with("--set data.aws_elb_service_account.main.arn=VALUE"),
        "{said}"
    );
    let connection = "data \"aws_codestarconnections_connection\" \"c\" {\n  arn = \"arn:aws:codestar-connections:eu-west-1:111111111111:connection/real\"\n}\n";
    for read in ["arn", "id"] {
        let said = format!("data.aws_codestarconnections_connection.c.{read}");
        let policy = format!(
            "{said} == \"arn:aws:codestar-connections:eu-west-1:111111111111:connection/real\" ? \"*\" : \"none\""
        );
        rehearsed(&Delivery {
            more: connection,
            policy: &policy,
            ..PLAIN
        })
        .unwrap();
    }
    // A number is one, and what is reckoned is held to no condition.
    rehearsed(&Delivery {
        more: "resource \"aws_ecs_task_definition\" \"t\" {\n  family = \"t\"\n}\n",
        policy: "aws_ecs_task_definition.t.revision == 1 ? \"*\" : \"none\"",
        ..PLAIN
    })
    .unwrap();
}

/// What is read of a resource by an output keeps no delivery from passing; what is read of it by what decides is asked for.
#[test]
fn what_is_read_by_nobody_who_decides_is_noted() {
    let repository =
        "resource \"aws_codecommit_repository\" \"r\" {\n  repository_name = \"r\"\n}\n";
    let output = "output \"url\" {\n  value = aws_codecommit_repository.r.clone_url_http\n}\n";
    let read = "aws_codecommit_repository.r.clone_url_http";
    let notes = rehearsed(&Delivery {
        more: &format!("{repository}{output}"),
        policy: "aws_codecommit_repository.r.arn",
        ..PLAIN
    })
    .unwrap();
    assert!(
        notes.iter().any(|n| n.starts_with(
            "output.url is not read: aws_codecommit_repository.r: the attribute `clone_url_http`"
        )),
        "{notes:?}"
    );
    let said = rehearsed(&Delivery {
        more: repository,
        tag: read,
        ..PLAIN
    })
    .unwrap_err();
    assert!(
        said.ends_with(&format!("the attribute `clone_url_http` is not supported yet; give what it is: --set {read}=VALUE")),
        "{said}"
    );
}

/// A site behind CloudFront: its bucket's policy names the distribution, or the identity by which it reads.
#[test]
fn a_site_behind_cloudfront() {
    const SITE: &str = r#"
resource "aws_wafv2_web_acl" "w" { scope = "CLOUDFRONT" }
resource "aws_cloudfront_origin_access_identity" "i" { comment = "site" }
resource "aws_cloudfront_distribution" "d" {
  web_acl_id = aws_wafv2_web_acl.w.arn
  origin {
    domain_name = aws_s3_bucket.store.bucket_regional_domain_name
  }
}
resource "aws_s3_bucket_policy" "store" {
  bucket = aws_s3_bucket.store.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [STATEMENT] })
}
"#;
    for (statement, arn) in [
        (
            "{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"${aws_s3_bucket.store.arn}/*\", Principal = { Service = \"cloudfront.amazonaws.com\" }, Condition = { StringEquals = { \"aws:SourceArn\" = aws_cloudfront_distribution.d.arn } } }",
            "arn:aws:cloudfront::111111111111:distribution/E",
        ),
        (
            "{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"${aws_s3_bucket.store.arn}/*\", Principal = { AWS = aws_cloudfront_origin_access_identity.i.iam_arn } }",
            "arn:aws:cloudfront::111111111111:origin-access-identity/E",
        ),
    ] {
        let more = SITE.replace("STATEMENT", statement);
        let notes = rehearsed(&Delivery {
            more: &more,
            ..PLAIN
        })
        .unwrap();
        assert!(notes.iter().any(|n| n.contains(arn)), "{notes:?}");
    }
    let named = SITE.replace(
        "STATEMENT",
        "{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"${aws_s3_bucket.store.arn}/*\", Principal = { Service = \"cloudfront.amazonaws.com\" }, Condition = { StringEquals = { \"aws:SourceArn\" = aws_cloudfront_distribution.d.arn } } }",
    );
    // What is given stands, and asks for nothing of what it is made of.
    rehearsed(&Delivery {
        more: &named,
        given: &[(
            "aws_cloudfront_distribution.d.arn",
            "arn:aws:cloudfront::111111111111:distribution/EDFDVBD6EXAMPLE",
        )],
        ..PLAIN
    })
    .unwrap();
}
