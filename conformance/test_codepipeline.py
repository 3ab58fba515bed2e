import base64
import io
import json
import time
import zipfile

import botocore.exceptions
import pytest

from conftest import B, REGION


def error(call, **kwargs):
    with pytest.raises(botocore.exceptions.ClientError) as e:
        call(**kwargs)
    return e.value.response["Error"]


def eventually(check, seconds=10):
    deadline = time.time() + seconds
    while True:
        value = check()
        if value:
            return value
        assert time.time() < deadline, "it did not come to that"
        time.sleep(0.02)


def declaration(name="p", **more):
    kind = lambda category, provider: {"category": category, "owner": "AWS", "provider": provider, "version": "1"}
    return {
        "name": name,
        "roleArn": f"arn:aws:iam::{B}:role/service",
        "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [
            {"name": "Source", "actions": [{"name": "Zip", "actionTypeId": kind("Source", "S3"), "namespace": "Src", "configuration": {"S3Bucket": "source", "S3ObjectKey": "app.zip", "PollForSourceChanges": "false"}, "outputArtifacts": [{"name": "App"}]}]},
            {"name": "Approval", "actions": [{"name": "Approve", "actionTypeId": kind("Approval", "Manual")}]},
            {"name": "Deploy", "actions": [{"name": "Site", "actionTypeId": kind("Deploy", "S3"), "configuration": {"BucketName": "site", "Extract": "true", "ObjectKey": "#{Src.VersionId}"}, "inputArtifacts": [{"name": "App"}]}]},
        ],
        **more,
    }


@pytest.fixture
def world(fresh):
    s = fresh()
    prepare(s)
    return s


def prepare(s):
    s3, iam = s.client("s3"), s.client("iam")
    for bucket in ("source", "artifacts", "site"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("index.html", "<h1>hello</h1>")
        z.writestr("js/app.js", "1")
    s3.put_object(Bucket="source", Key="app.zip", Body=archive.getvalue())
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "codepipeline.amazonaws.com"}}]}
    iam.create_role(RoleName="service", AssumeRolePolicyDocument=json.dumps(trust))
    doc = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetBucketVersioning", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], "Resource": "*"}]}
    iam.put_role_policy(RoleName="service", PolicyName="p", PolicyDocument=json.dumps(doc))


def latest(cp, name="p"):
    return (cp.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"] or [{}])[0]


def token(cp, name="p"):
    for stage in cp.get_pipeline_state(name=name)["stageStates"]:
        for action in stage["actionStates"]:
            found = action.get("latestExecution", {}).get("token")
            if found:
                return found


def answer(cp, status, name="p"):
    found = eventually(lambda: token(cp, name))
    cp.put_approval_result(pipelineName=name, stageName="Approval", actionName="Approve", token=found, result={"summary": "s", "status": status})
    return found


def test_a_delivery(world):
    cp, s3 = world.client("codepipeline"), world.client("s3")
    made = cp.create_pipeline(pipeline=declaration(), tags=[{"key": "a", "value": "1"}])
    assert made["pipeline"]["version"] == 1 and made["pipeline"]["pipelineType"] == "V1" and made["tags"]
    assert made["pipeline"]["stages"][0]["actions"][0]["runOrder"] == 1
    assert error(cp.create_pipeline, pipeline=declaration())["Code"] == "PipelineNameInUseException"
    used = answer(cp, "Rejected")
    execution = eventually(lambda: latest(cp).get("status") == "Failed" and latest(cp))
    assert execution["trigger"] == {"triggerType": "CreatePipeline", "triggerDetail": f"arn:aws:iam::{B}:root"}
    again = dict(pipelineName="p", stageName="Approval", actionName="Approve", result={"summary": "s", "status": "Approved"})
    assert error(cp.put_approval_result, **again, token=used)["Code"] == "ApprovalAlreadyCompletedException"
    assert error(cp.put_approval_result, **again, token="00000000-0000-0000-0000-000000000000")["Code"] == "InvalidApprovalTokenException"
    id = execution["pipelineExecutionId"]
    assert cp.retry_stage_execution(pipelineName="p", stageName="Approval", pipelineExecutionId=id, retryMode="FAILED_ACTIONS")["pipelineExecutionId"] == id
    answer(cp, "Approved")
    eventually(lambda: latest(cp)["status"] == "Succeeded")
    actions = cp.list_action_executions(pipelineName="p", filter={"pipelineExecutionId": id})["actionExecutionDetails"]
    assert [a["actionName"] for a in actions] == ["Site", "Approve", "Approve", "Zip"]
    source = actions[-1]
    version = source["output"]["outputVariables"]["VersionId"]
    assert source["output"]["executionResult"]["externalExecutionSummary"] == f"Amazon S3 version id: {version}"
    assert actions[0]["input"]["resolvedConfiguration"]["ObjectKey"] == version
    key = source["output"]["outputArtifacts"][0]["s3location"]["key"]
    assert key.startswith("p/App/") and key.endswith(".zip")
    assert s3.head_object(Bucket="artifacts", Key=key)["ServerSideEncryption"] == "aws:kms"
    page = s3.get_object(Bucket="site", Key=f"{version}/index.html")
    assert page["ContentType"] == "text/html" and page["Body"].read() == b"<h1>hello</h1>"
    state = cp.get_pipeline_state(name="p")["stageStates"]
    assert state[1]["retryStageMetadata"] == {"manualStageRetryAttempt": 1, "latestRetryTrigger": "ManualStageRetry"}
    assert state[2]["actionStates"][0]["latestExecution"]["summary"] == "Deployment Succeeded"
    got = cp.get_pipeline_execution(pipelineName="p", pipelineExecutionId=id)["pipelineExecution"]
    assert got["artifactRevisions"][0]["revisionId"] == version
    assert "can't be retried now" in error(cp.retry_stage_execution, pipelineName="p", stageName="Deploy", pipelineExecutionId=id, retryMode="FAILED_ACTIONS")["Message"]


def test_declarations(world):
    cp = world.client("codepipeline")
    assert error(cp.get_pipeline, name="none")["Message"] == f"Account '{B}' does not have a pipeline with name 'none'"
    one = declaration()
    one["stages"] = one["stages"][:1]
    assert error(cp.create_pipeline, pipeline=one)["Message"] == "Pipeline has only 1 stage(s). There should be a minimum of 2 stages in a pipeline"
    bad = declaration()
    del bad["stages"][2]["actions"][0]["configuration"]["Extract"]
    assert error(cp.create_pipeline, pipeline=bad)["Message"] == "Action configuration for action 'Site' is missing required configuration 'Extract'"
    bad["stages"][2]["actions"][0]["configuration"].update(Extract="true", Unknown="x")
    assert error(cp.create_pipeline, pipeline=bad)["Message"] == "Action configuration for action 'Site' contains unknown configuration 'Unknown'"
    world.client("iam").create_role(RoleName="other", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]}))
    role = f"arn:aws:iam::{B}:role/other"
    assert error(cp.create_pipeline, pipeline=declaration(roleArn=role)) == {"Message": f"CodePipeline is not authorized to perform AssumeRole on role {role}", "Code": "InvalidStructureException"}
    cp.create_pipeline(pipeline=declaration())
    assert cp.update_pipeline(pipeline=declaration())["pipeline"]["version"] == 2
    assert cp.get_pipeline(name="p")["metadata"]["pipelineArn"] == f"arn:aws:codepipeline:{REGION}:{B}:p"
    assert [p["name"] for p in cp.list_pipelines()["pipelines"]] == ["p"]
    arn = f"arn:aws:codepipeline:{REGION}:{B}:p"
    cp.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    cp.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert cp.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "b", "value": "2"}]
    cp.delete_pipeline(name="p")
    cp.delete_pipeline(name="p")


def test_a_stage_goes_back_or_is_tried_again(world):
    """Going back is as recorded (radkawar/stackd testdata/aws/codepipeline/rollback_native.json)."""
    cp, s3 = world.client("codepipeline"), world.client("s3")
    of = lambda result, **more: {"result": result, **more}
    declared = declaration(pipelineType="V2")
    declared["stages"][2]["onFailure"] = of("ROLLBACK")
    made = cp.create_pipeline(pipeline=declared)["pipeline"]
    assert made["stages"][2]["onFailure"] == {"result": "ROLLBACK"} and "onFailure" not in made["stages"][0]
    answer(cp, "Approved")
    first = eventually(lambda: latest(cp)["status"] == "Succeeded" and latest(cp))["pipelineExecutionId"]
    version = s3.list_object_versions(Bucket="source")["Versions"][0]["VersionId"]

    # A newer one that cannot be deployed: the stage goes back to the first by itself.
    s3.put_object(Bucket="source", Key="app.zip", Body=b"no archive")
    second = cp.start_pipeline_execution(name="p")["pipelineExecutionId"]
    answer(cp, "Approved")
    back = eventually(lambda: latest(cp).get("executionType") == "ROLLBACK" and latest(cp)["status"] == "Succeeded" and latest(cp))
    assert (back["rollbackMetadata"], back["trigger"]["triggerType"]) == ({"rollbackTargetPipelineExecutionId": first}, "AutomatedRollback")
    assert json.loads(back["trigger"]["triggerDetail"]) == {"FailedPipelineExecutionId": second}
    assert [r["revisionId"] for r in back["sourceRevisions"]] == [version]
    statuses = {e["pipelineExecutionId"]: e["status"] for e in cp.list_pipeline_executions(pipelineName="p")["pipelineExecutionSummaries"]}
    assert statuses[second] == "Failed"
    [action] = cp.list_action_executions(pipelineName="p", filter={"pipelineExecutionId": back["pipelineExecutionId"]})["actionExecutionDetails"]
    assert (action["actionName"], action["input"]["resolvedConfiguration"]["ObjectKey"]) == ("Site", version)
    stages = cp.get_pipeline_state(name="p")["stageStates"]
    assert stages[2]["latestExecution"] == {"pipelineExecutionId": back["pipelineExecutionId"], "status": "Succeeded", "type": "ROLLBACK"}
    assert stages[1]["latestExecution"]["pipelineExecutionId"] == second

    # By hand, too.
    rollback = lambda **more: cp.rollback_stage(**{"pipelineName": "p", "stageName": "Deploy", "targetPipelineExecutionId": first, **more})
    third = rollback()["pipelineExecutionId"]
    eventually(lambda: latest(cp)["pipelineExecutionId"] == third and latest(cp)["status"] == "Succeeded")
    got = cp.get_pipeline_execution(pipelineName="p", pipelineExecutionId=third)["pipelineExecution"]
    assert (got["executionType"], json.loads(got["trigger"]["triggerDetail"])) == ("ROLLBACK", {"AwsUserArn": f"arn:aws:iam::{B}:root"})
    refused = lambda **more: (lambda e: (e["Code"], e["Message"]))(error(lambda **k: rollback(**k), **more))
    assert refused(stageName="Missing") == ("StageNotFoundException", "Pipeline 'p' does not have a stage with name 'Missing'")
    nobody = "00000000-0000-4000-8000-000000000000"
    assert refused(targetPipelineExecutionId=nobody) == ("PipelineExecutionNotFoundException", f"Target Pipeline Execution with id '{nobody}' does not exist in pipeline with name 'p'")
    for target in (second, third):
        assert refused(targetPipelineExecutionId=target) == ("UnableToRollbackStageException", f"Target Pipeline Execution with id '{target}' has not completed in stage with name 'Deploy'")

    # Tried again once, by itself.
    declared["stages"][2]["onFailure"] = of("RETRY", retryConfiguration={"retryMode": "ALL_ACTIONS"})
    cp.update_pipeline(pipeline=declared)
    assert refused() == ("PipelineExecutionOutdatedException", "Pipeline 'p' has been updated since the rollback request was made.")
    fourth = cp.start_pipeline_execution(name="p")["pipelineExecutionId"]
    answer(cp, "Approved")
    eventually(lambda: latest(cp)["status"] == "Failed")
    actions = cp.list_action_executions(pipelineName="p", filter={"pipelineExecutionId": fourth})["actionExecutionDetails"]
    assert [a["actionName"] for a in actions] == ["Site", "Site", "Approve", "Zip"]
    assert cp.get_pipeline_state(name="p")["stageStates"][2]["retryStageMetadata"] == {"autoStageRetryAttempt": 1, "latestRetryTrigger": "AutomatedStageRetry"}

    declared["stages"][2]["onFailure"] = of("ROLLBACK")
    assert "V2" in error(cp.create_pipeline, pipeline={**declared, "name": "q", "pipelineType": "V1"})["Message"]
    rule = {"name": "r", "ruleTypeId": {"category": "Rule", "provider": "CloudWatchAlarm"}}
    declared["stages"][2]["onFailure"] = {"conditions": [{"result": "ROLLBACK", "rules": [rule]}]}
    assert "onFailure.conditions" in error(cp.create_pipeline, pipeline={**declared, "name": "q"})["Message"]


def test_stop_and_transitions(world):
    cp = world.client("codepipeline")
    cp.create_pipeline(pipeline=declaration())
    eventually(lambda: token(cp))
    id = latest(cp)["pipelineExecutionId"]
    cp.stop_pipeline_execution(pipelineName="p", pipelineExecutionId=id, abandon=True, reason="why")
    stopped = eventually(lambda: latest(cp)["status"] == "Stopped" and latest(cp))
    assert stopped["statusSummary"] == "why" and stopped["stopTrigger"] == {"reason": "why"}
    assert "can't be stopped now" in error(cp.stop_pipeline_execution, pipelineName="p", pipelineExecutionId=id)["Message"]
    cp.disable_stage_transition(pipelineName="p", stageName="Approval", transitionType="Inbound", reason="hold")
    second = cp.start_pipeline_execution(name="p", clientRequestToken="t-1")["pipelineExecutionId"]
    assert cp.start_pipeline_execution(name="p", clientRequestToken="t-1")["pipelineExecutionId"] == second
    state = eventually(lambda: (lambda s: s["inboundExecutions"] and s)(cp.get_pipeline_state(name="p")["stageStates"][1]))
    assert state["inboundTransitionState"]["disabledReason"] == "hold"
    cp.enable_stage_transition(pipelineName="p", stageName="Approval", transitionType="Inbound")
    assert eventually(lambda: token(cp))
    assert error(cp.enable_stage_transition, pipelineName="p", stageName="None", transitionType="Inbound")["Code"] == "StageNotFoundException"


def test_an_s3_source_needs_the_object_and_its_version(world):
    cp, iam = world.client("codepipeline"), world.client("iam")
    where = 'Could not access the Amazon S3 object: "source/{}". Make sure that the names of the bucket and object are both correct'
    for name, key, missing, code, says in [
        ("absent", "other.zip", None, "ConfigurationError", where.format("other.zip") + "."),
        ("no-object", "app.zip", "s3:GetObject", "PermissionError", where.format("app.zip") + ", and that the pipeline IAM role has sufficient permissions to access this bucket."),
        ("no-version", "app.zip", "s3:GetObjectVersion", "PermissionError", where.format("app.zip") + ", and that the pipeline IAM role has sufficient permissions to access this bucket."),
    ]:
        actions = [a for a in ("s3:GetBucketVersioning", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:ListBucket") if a != missing]
        iam.put_role_policy(RoleName="service", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}))
        made = declaration(name)
        made["stages"][0]["actions"][0]["configuration"]["S3ObjectKey"] = key
        cp.create_pipeline(pipeline=made)
        eventually(lambda: latest(cp, name).get("status") == "Failed")
        failed = cp.get_pipeline_state(name=name)["stageStates"][0]["actionStates"][0]["latestExecution"]
        assert failed["errorDetails"] == {"code": code, "message": says}, name


@pytest.mark.parametrize("action, says", [
    ({"actionTypeId": {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"}, "configuration": {"ProjectName": "p"}, "inputArtifacts": [{"name": "App"}], "outputArtifacts": [{"name": "Built"}]}, "Build actions of CodeBuild"),
    ({"actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}, "configuration": {"NotificationArn": f"arn:aws:sns:{REGION}:{B}:t"}}, "NotificationArn"),
], ids=["a build", "an approval that notifies"])
def test_what_is_not_run_is_taken_and_fails_by_name(world, action, says):
    cp = world.client("codepipeline")
    with_it = declaration()
    with_it["stages"][1]["actions"] = [{"name": "Other", **action}]
    cp.create_pipeline(pipeline=with_it)
    assert cp.get_pipeline(name="p")["pipeline"]["stages"][1]["actions"][0]["configuration"] == action["configuration"]
    eventually(lambda: latest(cp)["status"] == "Failed")
    failed = cp.get_pipeline_state(name="p")["stageStates"][1]["actionStates"][0]["latestExecution"]
    assert failed["status"] == "Failed" and failed["errorDetails"]["code"] == "ConfigurationError"
    assert says in failed["errorDetails"]["message"] and "sekisho does not" in failed["errorDetails"]["message"]
    foreign = declaration("q")
    foreign["stages"][1]["actions"][0]["actionTypeId"]["provider"] = "Unheard"
    assert "Unheard" in error(cp.create_pipeline, pipeline=foreign)["Message"]
    foreign["stages"][1]["actions"][0]["actionTypeId"] = {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "9"}
    assert "AWS/Build/CodeBuild/9" in error(cp.create_pipeline, pipeline=foreign)["Message"]
    foreign["stages"][1]["actions"][0]["actionTypeId"]["version"] = "1"
    assert "declares 0 input artifacts, but 1 to 5 are allowed" in error(cp.create_pipeline, pipeline=foreign)["Message"]


def test_an_execution_goes_on_after_kill_9(fresh, tmp_path):
    data = ("--data", str(tmp_path / "data"))
    first = fresh(*data)
    prepare(first)
    cp = first.client("codepipeline")
    cp.create_pipeline(pipeline=declaration())
    eventually(lambda: token(cp))
    ecr = first.client("ecr")
    ecr.create_repository(repositoryName="repo")
    first.stop(kill=True)
    second = fresh(*data)
    cp = second.client("codepipeline")
    assert second.client("ecr").describe_repositories()["repositories"][0]["repositoryName"] == "repo"
    # What was under way is there, and goes on; a start that is killed at once runs to the approval after it.
    answer(cp, "Approved")
    eventually(lambda: latest(cp)["status"] == "Succeeded")
    cp.start_pipeline_execution(name="p")
    second.stop(kill=True)
    third = fresh(*data)
    cp = third.client("codepipeline")
    answer(cp, "Approved")
    eventually(lambda: latest(cp)["status"] == "Succeeded")
    version = cp.list_action_executions(pipelineName="p")["actionExecutionDetails"][-1]["output"]["outputVariables"]["VersionId"]
    assert third.client("s3").get_object(Bucket="site", Key=f"{version}/js/app.js")["Body"].read() == b"1"


def test_triggers_namespaces_and_timeouts_that_are_refused(world):
    """spec/codepipeline.md S12 and 2.1; aws/aws-cdk#28694 and hashicorp/terraform-provider-aws#43105 of triggers."""
    cp = world.client("codepipeline")
    connection = "arn:aws:codeconnections:us-east-1:222222222222:connection/00000000-0000-4000-8000-000000000000"
    git = {"name": "Git", "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeStarSourceConnection", "version": "1"}, "configuration": {"ConnectionArn": connection, "FullRepositoryId": "a/b", "BranchName": "main"}, "outputArtifacts": [{"name": "code"}]}

    def said(change):
        pipeline = declaration(name="refused", pipelineType="V2")
        pipeline["stages"][0]["actions"].append(json.loads(json.dumps(git)))
        change(pipeline)
        return error(cp.create_pipeline, pipeline=pipeline)["Message"]

    def trigger(source, **push):
        return {"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": source, "push": [push or {"branches": {"includes": ["main"]}}]}}

    def triggers(*all):
        return lambda pipeline: pipeline.update(triggers=list(all))

    one = "Triggers for connection must reference a CodeStarSourceConnection action. Note that when you specify a trigger, you cant specify more than one trigger per source action."
    first = declaration()["stages"][0]["actions"][0]["name"]
    for wrong in [triggers(trigger(first)), triggers(trigger("None")), triggers(trigger("Git"), trigger("Git"))]:
        assert said(wrong) == one
    mixed = trigger("Git", branches={"includes": ["main"]}, tags={"includes": ["v*"]})
    assert said(triggers(mixed)) == "The trigger configuration for the source action is not valid. Make sure to choose valid filter combinations."

    def namespace(name, of=0):
        return lambda pipeline: [action.update(namespace=name) for action in pipeline["stages"][0]["actions"][of:]]

    assert "is reserved" in said(namespace("variables", 1))
    assert "is that of another action" in said(namespace("Source"))
    assert "timeoutInMinutes is of manual approvals" in said(lambda pipeline: pipeline["stages"][0]["actions"][0].update(timeoutInMinutes=10))


def test_whoever_uses_a_connection_passes_it(world):
    """codeconnections:PassConnection, on the connection, to CodePipeline (service authorization reference)."""
    cp, iam = world.client("codepipeline"), world.client("iam")
    connection = "arn:aws:codeconnections:us-east-1:222222222222:connection/00000000-0000-4000-8000-000000000000"
    pipeline = declaration(name="passes-connection")
    pipeline["stages"][0]["actions"] = [{"name": "Git", "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeStarSourceConnection", "version": "1"}, "configuration": {"ConnectionArn": connection, "FullRepositoryId": "a/b", "BranchName": "main"}, "outputArtifacts": pipeline["stages"][0]["actions"][0]["outputArtifacts"]}]
    pipeline["stages"][2]["actions"][0]["configuration"].pop("ObjectKey", None)
    iam.create_user(UserName="passes-connection")
    key = iam.create_access_key(UserName="passes-connection")["AccessKey"]
    caller = world.client("codepipeline", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    may = {"Effect": "Allow", "Action": ["codepipeline:*", "iam:PassRole"], "Resource": "*"}
    pass_it = {"Effect": "Allow", "Action": "codeconnections:PassConnection", "Resource": connection, "Condition": {"StringEquals": {"codeconnections:PassedToService": "codepipeline.amazonaws.com"}}}
    put = lambda *statements: iam.put_user_policy(UserName="passes-connection", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
    put(may)
    refused = error(caller.create_pipeline, pipeline=pipeline)
    assert refused["Code"] == "AccessDeniedException" and f"codeconnections:PassConnection on resource: {connection}" in refused["Message"]
    put(may, pass_it)
    caller.create_pipeline(pipeline=pipeline)
    put(may)
    assert error(caller.update_pipeline, pipeline=pipeline)["Code"] == "AccessDeniedException"
