"""IAM Toolbox: every denied call has an authorization id, and its details name all that was asked for it."""

import json
import re

import pytest
from botocore.exceptions import ClientError
from conftest import A, B

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statement(effect, action, resource="*", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


@pytest.fixture
def user(server):
    """A user with these inline policies, and this boundary: its own clients."""
    iam = server.client("iam", B)

    def make(name, boundary=None, **policies):
        more = {"PermissionsBoundary": boundary} if boundary else {}
        iam.create_user(UserName=name, **more)
        for policy, text in policies.items():
            iam.put_user_policy(UserName=name, PolicyName=policy, PolicyDocument=text)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        return lambda service, region="us-east-1": server.client(service, region=region, **keys)

    return make


def denied(call, **given):
    with pytest.raises(ClientError) as error:
        call(**given)
    answer = error.value.response
    return answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPHeaders"].get("x-sekisho-authorization-id")


def refused(call, **given):
    with pytest.raises(ClientError) as error:
        call(**given)
    return error.value.response["Error"]["Code"]


def test_the_sentence_of_iam_ends_with_the_id(user):
    clients = user("toolbox-nobody")
    message, id = denied(clients("iam").get_role, RoleName="some")
    # spec/authorization.md section 1.1, row 1 and the suffix.
    assert message == (
        f"User: arn:aws:iam::{B}:user/toolbox-nobody is not authorized to perform: iam:GetRole on resource: role some"
        " because no identity-based policy allows the iam:GetRole action."
        f" Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/{id} for complete details,"
        f" or call the GetRequestAuthorizationDetails API with the following authorization id: {id}"
    )
    assert re.fullmatch("[a-z0-9]{25}", id)
    # Some of IAM's, and all other services', were recorded without.
    for service, operation, given in [("iam", "get_policy", {"PolicyArn": ADMIN}), ("kms", "list_keys", {}), ("sts", "assume_role", {"RoleArn": f"arn:aws:iam::{B}:role/x", "RoleSessionName": "session"})]:
        message, id = denied(getattr(clients(service), operation), **given)
        assert "authorization-details" not in message and re.fullmatch("[a-z0-9]{25}", id)


def test_details_of_an_explicit_denial(server, user):
    boundary = server.client("iam", B).create_policy(PolicyName="toolbox-boundary", PolicyDocument=document(statement("Allow", "iam:*")))
    boundary = boundary["Policy"]["Arn"]
    no = document(statement("Deny", "iam:GetUser", Sid="NoUsers"), statement("Allow", "iam:*"))
    clients = user("toolbox-denied", boundary, inline=no, other=document(statement("Allow", "s3:*")))
    message, id = denied(clients("iam").get_user, UserName="toolbox-denied")
    assert "with an explicit deny in an identity-based policy. Go to " in message
    toolbox = server.client("iam-toolbox", B)
    answer = toolbox.get_request_authorization_details(authorizationId=id)
    (evaluation,) = answer["evaluations"]
    assert evaluation["action"] == "iam:GetUser"
    assert evaluation["resource"] == f"arn:aws:iam::{B}:user/toolbox-denied"
    assert evaluation["evaluatedEffect"] == "EXPLICIT_DENY"
    principal, limit = evaluation["checks"]
    assert (principal["checkType"], principal["evaluatedEffect"]) == ("PRINCIPAL", "EXPLICIT_DENY")
    assert (limit["checkType"], limit["evaluatedEffect"]) == ("PERMISSIONS_BOUNDARY", "ALLOW")
    (matched,) = principal["matchedPolicies"]
    assert matched["matchedStatements"] == [{"sid": "NoUsers", "evaluatedEffect": "DENY"}, {"sid": "statement 2", "evaluatedEffect": "ALLOW"}]
    assert limit["matchedPolicies"][0]["uri"] == boundary
    # Those that did not match are told as well.
    me = [{"arn": f"arn:aws:iam::{B}:user/toolbox-denied"}]
    kinds = sorted((p["type"], p["inline"], p["attachedTo"] == me) for p in answer["policies"])
    assert kinds == [("IDENTITY_BASED_POLICY", True, True), ("IDENTITY_BASED_POLICY", True, True), ("PERMISSIONS_BOUNDARY", False, True)]
    context = answer["requestContext"]
    assert context["aws:PrincipalArn"] == me[0]["arn"]
    assert (context["aws:RequestedRegion"], context["aws:ViaAWSService"], context["aws:username"]) == ("us-east-1", "false", "toolbox-denied")
    # The document as it was, whatever has become of it.
    server.client("iam", B).put_user_policy(UserName="toolbox-denied", PolicyName="inline", PolicyDocument=document(statement("Allow", "*")))
    policy = toolbox.get_request_authorization_policy(authorizationId=id, policyUri=matched["uri"])["policyDocument"]
    assert policy == json.loads(no)
    assert refused(toolbox.get_request_authorization_policy, authorizationId=id, policyUri="inline:0") == "ResourceNotFoundException"


def test_an_implicit_denial_across_accounts(server, user):
    """What lacks is told to who called; who has the key sees its own policy, and not who asked with which policies."""
    key = server.client("kms", A).create_key()["KeyMetadata"]["Arn"]
    clients = user("toolbox-other", inline=document(statement("Allow", "kms:Decrypt", key, Sid="Mine")))
    _, id = denied(clients("kms").describe_key, KeyId=key)
    answer = server.client("iam-toolbox", B).get_request_authorization_details(authorizationId=id)
    (evaluation,) = answer["evaluations"]
    assert evaluation["evaluatedEffect"] == "IMPLICIT_DENY"
    assert evaluation["context"]["kms:CallerAccount"] == B
    checks = {c["checkType"]: c for c in evaluation["checks"]}
    assert {k: c["evaluatedEffect"] for k, c in checks.items()} == {"RESOURCE": "IMPLICIT_DENY", "PRINCIPAL": "IMPLICIT_DENY"}
    assert [p["type"] for p in answer["policies"]] == ["IDENTITY_BASED_POLICY"]
    seen = server.client("iam-toolbox", A).get_request_authorization_details(authorizationId=id)
    assert [p["type"] for p in seen["policies"]] == ["RESOURCE_BASED_POLICY"]
    assert seen["policies"][0]["attachedTo"] == [{"arn": key}]
    assert seen["requestContext"] == {} and seen["evaluations"][0]["context"] == {} and "checks" not in seen["evaluations"][0]
    # The documents are told to the account of who called alone (API reference, GetRequestAuthorizationPolicy).
    of_the_key = server.client("iam-toolbox", A).get_request_authorization_policy
    assert refused(of_the_key, authorizationId=id, policyUri=seen["policies"][0]["uri"]) == "ResourceNotFoundException"
    # Nobody else, nowhere else, and no other id.
    for toolbox in (server.client("iam-toolbox", "333333333333"), server.client("iam-toolbox", B, "eu-west-1")):
        assert refused(toolbox.get_request_authorization_details, authorizationId=id) == "ResourceNotFoundException"
    toolbox = server.client("iam-toolbox", B)
    assert refused(toolbox.get_request_authorization_details, authorizationId="0" * 25) == "ResourceNotFoundException"
    assert refused(toolbox.get_request_authorization_details, authorizationId="A!") == "ValidationException"
    assert refused(toolbox.get_request_authorization_details, authorizationId=id, nextToken="x") == "ValidationException"


def test_who_may_ask(user):
    clients = user("toolbox-asks")
    _, id = denied(clients("kms").list_keys)
    message, own = denied(clients("iam-toolbox").get_request_authorization_details, authorizationId=id)
    assert message.startswith(f"User: arn:aws:iam::{B}:user/toolbox-asks is not authorized to perform: iam:GetRequestAuthorizationDetails")
    assert own != id
    assert refused(clients("iam-toolbox").get_request_authorization_policy, authorizationId=id, policyUri="x") == "AccessDeniedException"


def test_every_permission_of_a_call_is_told(server, user):
    """A call that needs several: what was allowed before the one that was not."""
    clients = user("toolbox-passes", inline=document(statement("Allow", "kms:CreateKey")))
    _, id = denied(clients("kms").create_key, Tags=[{"TagKey": "a", "TagValue": "b"}])
    answer = server.client("iam-toolbox", B).get_request_authorization_details(authorizationId=id)
    assert [(e["action"], e["evaluatedEffect"]) for e in answer["evaluations"]] == [("kms:CreateKey", "ALLOW"), ("kms:TagResource", "IMPLICIT_DENY")]
    assert answer["evaluations"][0]["context"]["aws:TagKeys"] == "[a]"
    assert answer["evaluations"][0]["checks"][0]["matchedPolicies"][0]["matchedStatements"] == [{"sid": "statement 1", "evaluatedEffect": "ALLOW"}]
