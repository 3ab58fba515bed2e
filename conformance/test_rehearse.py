"""Every example, rehearsed natively and by the real Terraform: the same verdict, and the same in the engine."""

import difflib
import json
import os
import re
import shutil

import pytest
from conftest import A, B, BINARY, C, ROOT
from test_cli import Terraform, plugins, run, without_terraform

EXAMPLES = ROOT / "examples"
CONFIGURATIONS = ROOT / "conformance" / "configurations"


def directories(path):
    if list(path.glob("*.tf")) + list(path.glob("*.tf.json")):
        return [path]
    # The one that others read from comes first.
    inner = sorted(p for p in path.iterdir() if list(p.glob("*.tf")))
    return sorted(inner, key=lambda p: "terraform_remote_state" in "".join(f.read_text() for f in p.glob("*.tf")))


def strip(value):
    """Without what differs between two makings of the same thing: ids, times, and the order of sets."""
    if isinstance(value, dict):
        dropped = ("ResponseMetadata", "CreateDate", "CreationDate", "created", "createdAt", "updated", "UpdateDate", "RoleLastUsed", "LastModified", "AssumeRolePolicyDocument", "KeyId", "CurrentKeyMaterialId", "AWSAccountId", "NextRotationDate", "lastEvaluatedAt", "GrantId")
        return {k: strip(v) for k, v in value.items() if k not in dropped}
    if isinstance(value, list):
        return sorted((strip(v) for v in value), key=lambda v: json.dumps(v, sort_keys=True, default=str))
    if isinstance(value, str):
        value = re.sub(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", "<uuid>", value)
        value = re.sub(r"mrk-[0-9a-f]{32}", "<mrk>", value)
        value = re.sub(r"A(GP|RO|NP|ID|IP)A[A-Z2-7]{16,17}", "<id>", value)
        value = re.sub(r"terraform-[0-9a-f]{26}", "<generated>", value)
        return value
    return value


def document(text):
    value = json.loads(text) if isinstance(text, str) else text
    def canonical(v):
        if isinstance(v, dict):
            return {k: canonical(x) for k, x in v.items()}
        if isinstance(v, list):
            return canonical(v[0]) if len(v) == 1 else [canonical(x) for x in v]
        return v
    return strip(canonical(value))


def or_none(call, **kwargs):
    try:
        return strip(call(**kwargs))
    except Exception as error:
        return type(error).__name__


def held(iam, kind):
    """Roles, users or groups by name, with the policies that they hold."""
    ask = lambda operation, **inputs: getattr(iam, operation)(**inputs)
    noun = kind.capitalize()
    out = {}
    for row in ask(f"list_{kind}s")[f"{noun}s"]:
        own = {f"{noun}Name": row[f"{noun}Name"]}
        inline = ask(f"list_{kind}_policies", **own)["PolicyNames"]
        out[row[f"{noun}Name"]] = {
            kind: strip(row),
            "inline": strip([document(ask(f"get_{kind}_policy", PolicyName=p, **own)["PolicyDocument"]) for p in inline]),
            "attached": strip(ask(f"list_attached_{kind}_policies", **own)["AttachedPolicies"]),
        }
    return out


def state(server, region):
    """What the engine holds, of every account."""
    out = {}
    for account in (A, B, C):
        client = lambda service: server.client(service, account, region)
        iam, s3, ecr, kms, pipeline = (client(s) for s in ("iam", "s3", "ecr", "kms", "codepipeline"))
        roles, users, groups = (held(iam, kind) for kind in ("role", "user", "group"))
        for role in iam.list_roles()["Roles"]:
            roles[role["RoleName"]]["trust"] = document(role["AssumeRolePolicyDocument"])
            roles[role["RoleName"]]["tags"] = strip(iam.list_role_tags(RoleName=role["RoleName"])["Tags"])
        for name, user in users.items():
            user["groups"] = sorted(g["Arn"] for g in iam.list_groups_for_user(UserName=name)["Groups"])
        policies = {}
        for policy in iam.list_policies(Scope="Local")["Policies"]:
            version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
            policies[policy["PolicyName"]] = document(version["PolicyVersion"]["Document"])
        profiles = strip(iam.list_instance_profiles()["InstanceProfiles"])
        providers = [strip(iam.get_open_id_connect_provider(OpenIDConnectProviderArn=p["Arn"])) for p in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]
        for profile in profiles:
            profile["Tags"] = strip(iam.list_instance_profile_tags(InstanceProfileName=profile["InstanceProfileName"])["Tags"])
        buckets = {}
        for bucket in s3.list_buckets()["Buckets"]:
            name = bucket["Name"]
            policy = or_none(s3.get_bucket_policy, Bucket=name)
            buckets[name] = {
                "policy": document(policy["Policy"]) if isinstance(policy, dict) else policy,
                "versioning": or_none(s3.get_bucket_versioning, Bucket=name),
                "ownership": or_none(s3.get_bucket_ownership_controls, Bucket=name),
                "encryption": or_none(s3.get_bucket_encryption, Bucket=name),
                "public": or_none(s3.get_public_access_block, Bucket=name),
                "tags": or_none(s3.get_bucket_tagging, Bucket=name),
                "lifecycle": or_none(s3.get_bucket_lifecycle_configuration, Bucket=name),
                "logging": or_none(s3.get_bucket_logging, Bucket=name),
                "notification": or_none(s3.get_bucket_notification_configuration, Bucket=name),
                "cors": or_none(s3.get_bucket_cors, Bucket=name),
                "acl": or_none(s3.get_bucket_acl, Bucket=name),
                "replication": or_none(s3.get_bucket_replication, Bucket=name),
                "website": or_none(s3.get_bucket_website, Bucket=name),
                "acceleration": or_none(s3.get_bucket_accelerate_configuration, Bucket=name),
                "payer": or_none(s3.get_bucket_request_payment, Bucket=name),
                "metrics": or_none(s3.list_bucket_metrics_configurations, Bucket=name),
                "inventories": or_none(s3.list_bucket_inventory_configurations, Bucket=name),
                "tiering": or_none(s3.list_bucket_intelligent_tiering_configurations, Bucket=name),
                "objects": {o["Key"]: s3.get_object(Bucket=name, Key=o["Key"])["Body"].read() for o in s3.list_objects_v2(Bucket=name).get("Contents", []) if o["Key"].startswith("notes/")},
            }
        repositories = {}
        for repository in ecr.describe_repositories()["repositories"]:
            policy = or_none(ecr.get_repository_policy, repositoryName=repository["repositoryName"])
            repositories[repository["repositoryName"]] = {
                "repository": {k: v for k, v in strip(repository).items() if k != "repositoryUri"},
                "policy": document(policy["policyText"]) if isinstance(policy, dict) else policy,
                "lifecycle": or_none(ecr.get_lifecycle_policy, repositoryName=repository["repositoryName"]),
                "tags": or_none(ecr.list_tags_for_resource, resourceArn=repository["repositoryArn"]),
            }
        keys = []
        for key in kms.list_keys()["Keys"]:
            described = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
            keys.append({
                "key": strip(described),
                "policy": document(kms.get_key_policy(KeyId=key["KeyId"])["Policy"]),
                "rotation": or_none(kms.get_key_rotation_status, KeyId=key["KeyId"]),
                "tags": or_none(kms.list_resource_tags, KeyId=key["KeyId"]),
                "grants": or_none(kms.list_grants, KeyId=key["KeyId"]),
            })
        control = server.client("s3control", account, region)
        block = or_none(control.get_public_access_block, AccountId=account)
        registry = [or_none(call) for call in (ecr.get_registry_policy, ecr.get_registry_scanning_configuration, ecr.describe_registry, ecr.describe_pull_through_cache_rules)]
        aliases = [a["AliasName"] for a in kms.list_aliases()["Aliases"]]
        pipelines = {}
        for listed in pipeline.list_pipelines()["pipelines"]:
            got = pipeline.get_pipeline(name=listed["name"])
            # Stages and actions have an order.
            pipelines[listed["name"]] = re.sub(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", "<uuid>", json.dumps(got["pipeline"], sort_keys=True))
        out[account] = {"roles": roles, "users": users, "groups": groups, "policies": policies, "profiles": profiles, "providers": providers, "alias": iam.list_account_aliases()["AccountAliases"], "passwords": or_none(iam.get_account_password_policy), "buckets": buckets, "repositories": repositories, "keys": strip(keys), "aliases": sorted(aliases), "block": block, "registry": registry, "pipelines": pipelines}
    return out


def region_of(paths):
    text = "".join(f.read_text() for p in paths for f in [*p.rglob("*.tf"), *p.rglob("*.tf.json")])
    return re.search(r'"((?:us|eu|ap)-[a-z]+-\d)"', text).group(1)


@pytest.mark.parametrize("path", sorted([*EXAMPLES.iterdir(), *CONFIGURATIONS.iterdir()]), ids=lambda p: p.name)
def test_both_ways_end_in_the_same_state(fresh, tmp_path, path):
    without_terraform()
    paths = directories(path)
    delivers = path.parent == EXAMPLES
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment |= {"TF_CLI_CONFIG_FILE": os.devnull, "TF_CLI_ARGS_init": f"-plugin-dir={plugins()}"}
    before = {f: f.read_bytes() for p in paths for f in p.rglob("*") if f.is_file()}
    states = []
    for way in ([], ["--with", "terraform"]):
        data = tmp_path / ("-".join(way) or "native")
        done = run([BINARY, "rehearse", "-q", "--format", "json", "--data", str(data), *way, *map(str, paths)], environment)
        # Without a pipeline nothing can pass; everything has to be made all the same.
        assert done.returncode == (0 if delivers else 1), done.stdout + done.stderr
        report = json.loads(done.stdout)
        assert report["failures"] == report["denials"] == []
        calls = [[(c["action"], c["decision"]) for c in a["calls"]] for p in report["pipelines"] for s in p["stages"] for a in s["actions"]]
        server = fresh("--data", str(data))
        states.append((calls, state(server, region_of(paths))))
        server.stop()
    assert states[0][0] == states[1][0]
    for account in (A, B, C):
        for kind, native in states[0][1][account].items():
            by_terraform = states[1][1][account][kind]
            lines = [json.dumps(v, indent=1, sort_keys=True, default=str).splitlines() for v in (native, by_terraform)]
            assert native == by_terraform, "\n".join([account, kind, *difflib.unified_diff(*lines, "native", "by terraform", lineterm="")])
    assert bool(states[0][1][B]["pipelines"]) == delivers
    after = {f: f.read_bytes() for p in paths for f in p.rglob("*") if f.is_file()}
    assert before == after, "the user's directory was changed"


READ_AT_PLAN = """
data "aws_billing_service_account" "this" {
  provider = aws.registry
}

resource "aws_iam_role_policy" "read" {
  provider = aws.registry
  role     = aws_iam_role.ecr_source.id
  policy   = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = data.aws_billing_service_account.this.arn }] })
}
"""


def test_a_plan_is_rehearsed_as_far_as_it_says(fresh, tmp_path):
    without_terraform()
    server = fresh()
    terraform = Terraform(server, tmp_path, EXAMPLES / "cross-account-ecr")

    def plan(name):
        terraform("plan", "-no-color", f"-out={name}")
        shown = run(["terraform", "show", "-json", name], terraform.env, cwd=terraform.work)
        path = tmp_path / f"{name}.json"
        path.write_text(shown.stdout)
        return path

    rehearse = lambda path: run([BINARY, "rehearse", "-q", "--format", "json", str(path)], dict(os.environ))
    # Before anything is there a plan does not say which key a policy names.
    (terraform.work / "read.tf").write_text(READ_AT_PLAN)
    new = plan("new")
    done = rehearse(new)
    assert done.returncode == 2 and "aws_iam_role_policy.ecr_source: `policy` is known only after it is applied" in done.stderr, done.stderr
    # The directory says the rest; the plan says what was read on AWS, and the variables.
    infra = tmp_path / "infra"
    shutil.copytree(EXAMPLES / "cross-account-ecr", infra)
    (infra / "read.tf").write_text(READ_AT_PLAN)
    done = run([BINARY, "rehearse", "-q", str(infra)], dict(os.environ))
    assert done.returncode == 2 and "data.aws_billing_service_account.this" in done.stderr, done.stderr
    done = run([BINARY, "rehearse", "-q", "--plan", str(new), str(infra)], dict(os.environ))
    assert done.returncode == 0, done.stdout + done.stderr
    (terraform.work / "read.tf").unlink()
    terraform("apply", "-no-color", "-auto-approve")
    applied = plan("applied")
    done = rehearse(applied)
    assert done.returncode == 0, done.stdout + done.stderr
    # A plan that takes an agreement away.
    broken = tmp_path / "broken.json"
    broken.write_text(applied.read_text().replace("ecr:DescribeImages", "ecr:ListImages"))
    done = rehearse(broken)
    assert done.returncode == 1
    changes = json.loads(done.stdout)["changes"]
    assert changes["enough"] and [s["statement"]["Action"] for s in changes["statements"]] == ["ecr:DescribeImages"]


REPAIRS = {
    "modules": [("modules/registry/main.tf", '"ecr:DescribeImages"', '"ecr:ListImages"'), ("modules/pipeline/main.tf", "identifiers = [aws_iam_role.service.arn, var.source_role_arn]", "identifiers = [aws_iam_role.service.arn]")],
    "for-each-accounts": [("images.tf", '"ecr:DescribeImages"', '"ecr:ListImages"'), ("delivery.tf", 'Action   = "sts:AssumeRole"\n        Resource', 'Action   = "sts:TagSession"\n        Resource')],
    "heredocs": [("main.tf", '"Action": "ecr:DescribeImages"', '"Action": "ecr:ListImages"'), ("main.tf", '"Action": ["kms:Decrypt", "kms:GenerateDataKey*"]', '"Action": "kms:ListKeys"')],
    "policy-files": [("policies/artifacts.json", '"s3:PutObject", ', ""), ("policies/source-trust.json", '"sts:AssumeRole"', '"sts:TagSession"')],
}


@pytest.mark.parametrize("name", REPAIRS)
def test_what_is_repaired_delivers_by_terraform(tmp_path, name):
    without_terraform()
    infra = tmp_path / "infra"
    shutil.copytree(EXAMPLES / name, infra)
    for file, before, after in REPAIRS[name]:
        text = (infra / file).read_text()
        assert before in text
        (infra / file).write_text(text.replace(before, after, 1))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment |= {"TF_CLI_CONFIG_FILE": os.devnull, "TF_CLI_ARGS_init": f"-plugin-dir={plugins()}"}
    fixed = run([BINARY, "rehearse", "-q", "--fix", str(infra)], environment)
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    formatted = run(["terraform", "fmt", "-check", "-diff", "-recursive", str(infra)], environment)
    assert formatted.returncode == 0, formatted.stdout
    done = run([BINARY, "rehearse", "-q", "--with", "terraform", str(infra)], environment)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_terraform_gives_up_over_is_told_as_natively(tmp_path):
    """A resource that the engine refuses: the same denials and failures both ways, and no change in the files."""
    without_terraform()
    infra = tmp_path / "infra"
    shutil.copytree(EXAMPLES / "heredocs", infra)
    main = infra / "main.tf"
    statement = """{
          "Sid": "Frozen",
          "Effect": "Deny",
          "Principal": "*",
          "Action": "s3:PutObject",
          "Resource": ["${aws_s3_bucket.artifacts.arn}/notes/*", "${aws_s3_bucket.artifacts.arn}/foreign/*"]
        },
        {
          "Effect": "Allow",
          "Principal": { "AWS": "arn:aws:iam::${var.registry_account}:root" },
          "Action": ["s3:PutObject", "s3:PutObjectAcl"],"""
    allow = statement[statement.index("{\n          \"Effect\": \"Allow\""):]
    text = main.read_text()
    assert allow in text
    notes = """
resource "aws_s3_object" "notes" {
  for_each = toset(["a"])

  bucket  = aws_s3_bucket_policy.artifacts.bucket
  key     = "notes/${each.key}"
  content = "hello"
}

# Another account is told nothing but "Access Denied".
resource "aws_s3_object" "foreign" {
  provider = aws.registry

  bucket  = aws_s3_bucket_policy.artifacts.bucket
  key     = "foreign/a"
  content = "hello"
}

resource "aws_s3_object" "foreign_too" {
  provider = aws.registry

  bucket  = aws_s3_bucket_policy.artifacts.bucket
  key     = "foreign/b"
  content = "hello"
}
"""
    main.write_text(text.replace(allow, statement, 1) + notes)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment |= {"TF_CLI_CONFIG_FILE": os.devnull, "TF_CLI_ARGS_init": f"-plugin-dir={plugins()}"}
    told = []
    for way in ([], ["--with", "terraform"]):
        done = run([BINARY, "rehearse", "-q", "--format", "json", *way, str(infra)], environment)
        assert done.returncode == 1, done.stdout + done.stderr
        report = json.loads(done.stdout)
        # The program makes things in an order of its own.
        failures = sorted(report["failures"], key=lambda f: f["address"])
        denials = sorted(({k: v for k, v in d.items() if k != "call"} for d in report["denials"]), key=lambda d: d["resource"])
        told.append((failures, denials))
    assert told[0] == told[1]
    failures, denials = told[0]
    assert [f["address"] for f in failures] == ["aws_s3_object.foreign", "aws_s3_object.foreign_too", "aws_s3_object.notes"]
    assert {f["file"] for f in failures} == {str(main)} and failures[0]["message"] == "AccessDenied: Access Denied"
    assert [d["resource"].split("/", 1)[1] for d in denials] == ["foreign/a", "foreign/b", "notes/a"]
    assert all(d["action"] == "s3:PutObject" and "Frozen" in d["deniedBy"] for d in denials), denials


def test_what_comes_too_late_is_told_both_ways(tmp_path):
    """A policy that waits for the pipeline is not there when that begins with its first execution, whoever makes it."""
    without_terraform()
    infra = tmp_path / "infra"
    shutil.copytree(EXAMPLES / "cross-account-ecr", infra)
    own = "  policy   = data.aws_iam_policy_document.ecr_source.json\n"
    for file, before, after in [
        ("pipeline.tf", "    aws_iam_role_policy.ecr_source,\n", ""),
        ("registry.tf", own, own + "\n  depends_on = [aws_codepipeline.this]\n"),
    ]:
        text = (infra / file).read_text()
        assert before in text
        (infra / file).write_text(text.replace(before, after, 1))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment |= {"TF_CLI_CONFIG_FILE": os.devnull, "TF_CLI_ARGS_init": f"-plugin-dir={plugins()}"}
    told = []
    for way in ([], ["--with", "terraform"]):
        done = run([BINARY, "rehearse", "-q", "--format", "json", *way, str(infra)], environment)
        assert done.returncode == 1, done.stdout + done.stderr
        # Sessions are called after the time.
        failures = json.loads(done.stdout)["failures"]
        told.append([f | {"message": re.sub(r"/\d+", "/1", f["message"])} for f in failures])
    assert told[0] == told[1]
    assert [f["address"] for f in told[0]] == ["aws_codepipeline.this"] and "begins before aws_iam_role_policy.ecr_source" in told[0][0]["message"]


def test_approvals_and_variables_both_ways(tmp_path):
    """The program's pipeline has two executions: the earlier one keeps its stage until its approval is answered, too."""
    without_terraform()
    infra = tmp_path / "infra"
    shutil.copytree(EXAMPLES / "cross-account-ecr", infra)
    pipeline = infra / "pipeline.tf"
    text = pipeline.read_text()
    source = text.index('  stage {\n    name = "Source"')
    skipped = """  pipeline_type = "V2"

  variable {
    name          = "branch"
    default_value = "main"
  }

  stage {
    name = "Source"

    action {
      name             = "Git"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = [local.image_artifacts_name]

      configuration = {
        ConnectionArn    = "arn:aws:codestar-connections:us-east-1:222222222222:connection/a"
        FullRepositoryId = "o/r"
        BranchName       = "main"
      }
    }
  }

"""
    pipeline.write_text(text[:source] + skipped + re.sub(r"#{Image.\w+}", "#{variables.branch}", text[text.index('  stage {\n    name = "Approval"'):]))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment |= {"TF_CLI_CONFIG_FILE": os.devnull, "TF_CLI_ARGS_init": f"-plugin-dir={plugins()}"}
    told = []
    for way in ([], ["--with", "terraform"]):
        command = [BINARY, "rehearse", "-q", "--format", "json", "--skip", "Source/Git", "--pipeline-variable", "branch=next", *way, str(infra)]
        done = run(command, environment)
        [report] = json.loads(done.stdout)["pipelines"]
        told.append([[(a["name"], a["status"]) for a in s["actions"]] for s in report["stages"]])
        # What the skipped action hands on is no image definition of a name that the release looks for; it is reached.
        assert report["stages"][-1]["status"] in ("Succeeded", "Failed"), done.stdout
    assert told[0] == told[1]


def test_a_source_object_of_somebody_else_both_ways(tmp_path):
    """What a source action reads and nothing here uploads is stood in for, whoever makes the resources."""
    without_terraform()
    infra = tmp_path / "infra"
    shutil.copytree(EXAMPLES / "cross-account-deploy", infra)
    delivery = infra / "delivery.tf"
    text = re.sub(r'resource "aws_s3_object" "site" \{\n.*?\n\}\n', "", delivery.read_text(), flags=re.DOTALL)
    delivery.write_text(text.replace("aws_s3_object.site.bucket", "aws_s3_bucket_versioning.releases.bucket").replace("aws_s3_object.site.key", '"site.zip"'))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment |= {"TF_CLI_CONFIG_FILE": os.devnull, "TF_CLI_ARGS_init": f"-plugin-dir={plugins()}"}
    for way in ([], ["--with", "terraform"]):
        done = run([BINARY, "rehearse", "-q", "--format", "json", *way, str(infra)], environment)
        assert done.returncode == 0, done.stdout + done.stderr
        notes = [n["message"] for n in json.loads(done.stdout)["notes"]]
        assert sum("an archive with the file index.html stands in for it" in n for n in notes) == 1, notes
