"""The AWS CLI, skopeo and Terraform: other clients than boto3, the way people use them."""

import glob
import hashlib
import gzip
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import time

import pytest

from conftest import A, B, BINARY, C, ROOT

AWS = [str(pathlib.Path(sys.executable).parent / "aws")]


def run(command, env, **kwargs):
    return subprocess.run(command, env=env, capture_output=True, text=True, **kwargs)


def aws(server, *args, account=B):
    done = run([*AWS, *args], server.environment(account))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_aws_cli(fresh, tmp_path):
    s = fresh()
    assert json.loads(aws(s, "sts", "get-caller-identity"))["Account"] == B
    aws(s, "s3", "mb", "s3://cli-bucket")
    file = tmp_path / "file"
    file.write_bytes(os.urandom(20 << 20))
    aws(s, "s3", "cp", str(file), "s3://cli-bucket/a/file", "--sse", "aws:kms")
    aws(s, "s3", "cp", "s3://cli-bucket/a/file", str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == file.read_bytes()
    assert "a/" in aws(s, "s3", "ls", "s3://cli-bucket")
    aws(s, "s3", "sync", "s3://cli-bucket", str(tmp_path / "synced"))
    assert (tmp_path / "synced" / "a" / "file").stat().st_size == 20 << 20
    aws(s, "s3", "rb", "--force", "s3://cli-bucket")
    key = json.loads(aws(s, "kms", "create-key"))["KeyMetadata"]["KeyId"]
    assert key in aws(s, "kms", "list-keys")
    assert aws(s, "iam", "list-roles", "--query", "Roles[].RoleName", "--output", "text").strip() in ("", "None")
    assert json.loads(aws(s, "codepipeline", "list-pipelines")) == {"pipelines": []}
    aws(s, "ecr", "create-repository", "--repository-name", "cli")
    assert aws(s, "ecr", "get-login-password").count(".") >= 1


def oci_layout(folder):
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def put(data):
        name = hashlib.sha256(data).hexdigest()
        (blobs / name).write_bytes(data)
        return f"sha256:{name}"

    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        content = os.urandom(1 << 20)
        member = tarfile.TarInfo("data")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    layer = gzip.compress(raw.getvalue())
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(raw.getvalue()).hexdigest()]}}).encode()
    kind = "application/vnd.oci.image"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": f"{kind}.manifest.v1+json", "config": {"mediaType": f"{kind}.config.v1+json", "digest": put(config), "size": len(config)}, "layers": [{"mediaType": f"{kind}.layer.v1.tar+gzip", "digest": put(layer), "size": len(layer)}]}).encode()
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [{"mediaType": f"{kind}.manifest.v1+json", "digest": put(manifest), "size": len(manifest)}]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    return f"oci:{folder}"


def test_skopeo_pushes_and_pulls(fresh, tmp_path):
    assert shutil.which("skopeo"), "skopeo is missing: install it (Debian: apt-get install skopeo)"
    s = fresh()
    ecr = s.client("ecr", A)
    for name in ("team/app", "team/other"):
        ecr.create_repository(repositoryName=name)
    image = oci_layout(tmp_path / "image")
    place = lambda name: f"docker://127.0.0.1:{s.port}/{A}/{name}"
    password = {account: aws(s, "ecr", "get-login-password", account=account).strip() for account in (A, B, C)}
    base = ["skopeo", "--insecure-policy", "copy"]
    env = s.environment()
    push = lambda to, account=A: run([*base, "--dest-tls-verify=false", "--dest-creds", f"AWS:{password[account]}", image, to], env)
    pull = lambda to, account: run([*base, "--src-tls-verify=false", "--src-creds", f"AWS:{password[account]}", place("team/app:v1"), f"oci:{tmp_path / to}"], env)
    done = push(place("team/app:v1"))
    assert done.returncode == 0, done.stderr
    assert push(place("team/app:v2")).returncode == 0
    assert push(place("team/other:v1")).returncode == 0
    assert push(place("team/app:v3"), B).returncode != 0
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": B}, "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]}]}
    ecr.set_repository_policy(repositoryName="team/app", policyText=json.dumps(policy))
    done = pull("b", B)
    assert done.returncode == 0, done.stderr
    denied = pull("c", C)
    assert denied.returncode != 0
    assert f"User: arn:aws:iam::{C}:root is not authorized to perform: ecr:BatchGetImage" in denied.stderr
    inspect = run(["skopeo", "list-tags", "--tls-verify=false", "--creds", f"AWS:{password[A]}", place("team/app")], env)
    assert json.loads(inspect.stdout)["Tags"] == ["v1", "v2"]
    # Between repositories of one registry, without the bytes going through the client.
    creds = ["--src-creds", f"AWS:{password[A]}", "--dest-creds", f"AWS:{password[A]}"]
    done = run([*base, "--src-tls-verify=false", "--dest-tls-verify=false", *creds, place("team/app:v1"), place("team/other:mounted")], env)
    assert done.returncode == 0, done.stderr


def plugins():
    named = os.environ.get("SEKISHO_TERRAFORM_PLUGINS")
    candidates = [named] if named else []
    for pattern in ("/opt/*", "/usr/share/terraform*/plugins", "/usr/local/share/terraform/plugins", os.path.expanduser("~/.terraform.d/plugins")):
        candidates += glob.glob(pattern)
    return next((c for c in candidates if glob.glob(f"{c}/registry.terraform.io/hashicorp/aws/5.100.*")), None)


OVERRIDE = """
provider "aws" {{
  alias                   = "{alias}"
  access_key              = "{account}"
  secret_key              = "sekisho"
  skip_metadata_api_check = true
  s3_use_path_style       = true

  endpoints {{
{endpoints}
  }}
}}
"""


class Terraform:
    """The real program, in a copy of a configuration, with its providers pointed at a server."""

    def __init__(self, server, tmp_path, source):
        self.work = tmp_path / "applied"
        shutil.copytree(source, self.work)
        endpoints = "\n".join(f'    {name} = "{server.endpoint}"' for name in ("codepipeline", "ecr", "iam", "kms", "s3", "sts"))
        parts = [OVERRIDE.format(alias=alias, account=account, endpoints=endpoints) for alias, account in (("registry", A), ("pipeline", B))]
        (self.work / "endpoints_override.tf").write_text("".join(parts))
        # Policy documents have no provider of their own: they use the one without an alias.
        (self.work / "default.tf").write_text(f'provider "aws" {{\n  region = "us-east-1"\n  access_key = "{B}"\n  secret_key = "sekisho"\n  endpoints {{\n    sts = "{server.endpoint}"\n  }}\n}}\n')
        env = server.environment()
        for name in [n for n in env if n.startswith("AWS_")]:
            del env[name]
        env["AWS_EC2_METADATA_DISABLED"] = "true"
        (tmp_path / "empty.tfrc").write_text("")
        env["TF_CLI_CONFIG_FILE"] = str(tmp_path / "empty.tfrc")
        self.env = env
        self("init", "-no-color", f"-plugin-dir={plugins()}")

    def __call__(self, *args, code=0):
        done = run(["terraform", *args], self.env, cwd=self.work)
        assert done.returncode == code, done.stdout + done.stderr


def without_terraform():
    if not shutil.which("terraform") or not plugins():
        print("\n*** NOT RUN: terraform, or its AWS provider 5.100, is not on this machine ***", file=sys.stderr)
        pytest.skip("terraform or its AWS provider 5.100 is not on this machine")


def test_terraform_applies_the_example(fresh, tmp_path):
    without_terraform()
    s = fresh()
    terraform = Terraform(s, tmp_path, ROOT / "examples" / "cross-account-ecr")
    terraform("apply", "-no-color", "-auto-approve")
    terraform("plan", "-no-color", "-detailed-exitcode")
    assert s.client("codepipeline", B).list_pipelines()["pipelines"]
    terraform("destroy", "-no-color", "-auto-approve")
    for account in (A, B):
        assert s.client("ecr", account).describe_repositories()["repositories"] == []
        assert s.client("iam", account).list_roles()["Roles"] == []
        assert s.client("s3", account).list_buckets()["Buckets"] == []
        assert s.client("codepipeline", account).list_pipelines()["pipelines"] == []
        keys = s.client("kms", account)
        states = [keys.describe_key(KeyId=k["KeyId"])["KeyMetadata"] for k in keys.list_keys()["Keys"]]
        assert all(k["KeyState"] == "PendingDeletion" or k["KeyManager"] == "AWS" for k in states)


def test_a_repaired_configuration_delivers_through_terraform(fresh, tmp_path):
    without_terraform()
    infra = tmp_path / "infra"
    shutil.copytree(ROOT / "examples" / "cross-account-ecr", infra)
    broken = [
        ("registry.tf", '["ecr:DescribeImages"]', '["ecr:ListImages"]'),
        ("registry.tf", '      "s3:PutObject",\n', ""),
        ("registry.tf", "identifiers = [aws_iam_role.codepipeline.arn]", f'identifiers = ["arn:aws:iam::{C}:root"]'),
        ("artifact_store.tf", '        format("arn:aws:iam::%s:root", var.registry_account_id),\n        aws_iam_role.codepipeline.arn,\n', "        aws_iam_role.codepipeline.arn,\n"),
        ("pipeline.tf", '      "s3:GetObject",\n      "s3:GetObjectVersion",\n', ""),
    ]
    for file, before, after in broken:
        text = (infra / file).read_text()
        assert before in text
        (infra / file).write_text(text.replace(before, after, 1))
    environment = dict(os.environ)
    assert run([BINARY, "rehearse", "-q", str(infra)], environment).returncode == 1
    fixed = run([BINARY, "rehearse", "-q", str(infra), "--fix"], environment)
    assert fixed.returncode == 0, fixed.stdout + fixed.stderr
    formatted = run(["terraform", "fmt", "-check", "-diff", str(infra)], environment)
    assert formatted.returncode == 0, formatted.stdout
    s = fresh()
    terraform = Terraform(s, tmp_path, infra)
    terraform("apply", "-no-color", "-auto-approve")
    terraform("plan", "-no-color", "-detailed-exitcode")
    # The first execution had no image to read; with one the delivery goes through.
    image = oci_layout(tmp_path / "image")
    password = aws(s, "ecr", "get-login-password", account=A).strip()
    push = ["skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", "--dest-creds", f"AWS:{password}", image, f"docker://127.0.0.1:{s.port}/{A}/team/app:latest"]
    done = run(push, s.environment())
    assert done.returncode == 0, done.stderr
    pipeline = s.client("codepipeline", B)
    execution = pipeline.start_pipeline_execution(name="delivery")["pipelineExecutionId"]
    deadline = time.time() + 30
    while (status := pipeline.get_pipeline_execution(pipelineName="delivery", pipelineExecutionId=execution)["pipelineExecution"]["status"]) == "InProgress":
        assert time.time() < deadline, pipeline.get_pipeline_state(name="delivery")
        for stage in pipeline.get_pipeline_state(name="delivery")["stageStates"]:
            for action in stage["actionStates"]:
                token = action.get("latestExecution", {}).get("token")
                if token and action["latestExecution"]["status"] == "InProgress":
                    pipeline.put_approval_result(pipelineName="delivery", stageName=stage["stageName"], actionName=action["actionName"], token=token, result={"summary": "", "status": "Approved"})
        time.sleep(0.05)
    assert status == "Succeeded", pipeline.get_pipeline_state(name="delivery")["stageStates"]
