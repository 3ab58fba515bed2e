"""IAM's policy simulator answers as it was recorded to (radkawar/stackd, testdata/aws/iam, September 2026)."""

import json

import pytest
from botocore.exceptions import ClientError
from conftest import B

OBJECTS = ["arn:aws:s3:::simulated/a", "arn:aws:s3:::simulated/b"]
USER = f"arn:aws:iam::{B}:user/simulated/somebody"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


def statement(effect="Allow", action="s3:GetObject", resource="*", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


ALLOW, DENY, ALL = document(statement()), document(statement("Deny")), document(statement(action="*"))
OTHER = document(statement(action="s3:PutObject"))
TO_ROOT = document(statement(resource="arn:aws:s3:::simulated/*", Principal={"AWS": f"arn:aws:iam::{B}:root"}))


def entry(name="stack:key", values=("yes",), kind="string"):
    return {"ContextKeyName": name, "ContextKeyValues": list(values), "ContextKeyType": kind}


def conditioned(operator, key, value):
    return document(statement(Condition={operator: {key: value}}))


@pytest.fixture(scope="module")
def simulate(server):
    iam = server.client("iam", B)
    def call(policies, actions=("s3:GetObject",), **more):
        return iam.simulate_custom_policy(PolicyInputList=list(policies), ActionNames=list(actions), **more)
    return call


@pytest.mark.parametrize(
    ("policies", "more", "decision"),
    [
        # A resource of a type that the action does not have, and an action that has none.
        ([ALL], {"ResourceArns": [f"arn:aws:iam::{B}:user/u"]}, "implicitDeny"),
        ([ALL], {"actions": ["s3:ListAllMyBuckets"], "ResourceArns": OBJECTS[:1]}, "implicitDeny"),
        ([ALL], {"actions": ["madeup:Action"], "ResourceArns": OBJECTS[:1]}, "allowed"),
        # What the simulator knows of the caller by itself.
        ([conditioned("StringEquals", "aws:PrincipalAccount", B)], {}, "allowed"),
        ([conditioned("Null", "aws:PrincipalArn", "false")], {}, "implicitDeny"),
        ([conditioned("StringEquals", "aws:username", "somebody")], {"CallerArn": USER}, "allowed"),
        # Numbers and dates are compared in one form.
        ([conditioned("StringEquals", "stack:key", "1.00")], {"ContextEntries": [entry(values=["01.00"], kind="numeric")]}, "allowed"),
        ([conditioned("StringEquals", "stack:key", "2035-01-02T00:00:00.000Z")], {"ContextEntries": [entry(values=["2035-01-02"], kind="date")]}, "allowed"),
        # An account that a resource policy names is everyone in it, whatever a boundary says.
        ([], {"ResourceArns": OBJECTS[:1], "CallerArn": USER, "ResourcePolicy": TO_ROOT}, "allowed"),
        ([], {"ResourceArns": OBJECTS[:1], "CallerArn": USER, "ResourcePolicy": TO_ROOT, "PermissionsBoundaryPolicyInputList": [OTHER]}, "allowed"),
        ([], {"ResourceArns": OBJECTS[:1], "CallerArn": USER, "ResourcePolicy": TO_ROOT, "PermissionsBoundaryPolicyInputList": [DENY]}, "explicitDeny"),
    ],
)
def test_decisions(simulate, policies, more, decision):
    assert simulate(policies, **more)["EvaluationResults"][0]["EvalDecision"] == decision


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        ({"actions": ["GetObject"]}, "InvalidInput", "The action is invalid since it is missing names"),
        ({"ResourceArns": ["not-an-arn"]}, "InvalidInput", "ResourceNames are not in a valid ARN format: not-an-arn."),
        ({"ResourceArns": ["*", *OBJECTS]}, "InvalidInput", "Invalid resource input list: you cannot include both * and individual resources in the resource list for a simulation."),
        ({"actions": ["s3:GetObject", "s3:MadeUp"], "ResourceArns": OBJECTS}, "InvalidInput", "Invalid Input Actions: [s3:GetObject] and [s3:MadeUp] require different authorization information. "),
        ({"policies": ["{"]}, "InvalidInput", "Policy input list item 1 has invalid content"),
        ({"PermissionsBoundaryPolicyInputList": [ALLOW, ALLOW]}, "InvalidInput", "The list of Permissions Boundary policies cannot exceed 1 items."),
        ({"ContextEntries": [entry(values=["a", "b"])]}, "InvalidInput", "Context key string expected a single value, but received 2."),
        ({"ContextEntries": [entry(values=["NaN"], kind="numeric")]}, "InvalidInput", "Invalid context value for key stack:key: expected numeric format."),
        ({"ContextEntries": [entry(values=["YR=="], kind="binary")]}, "InvalidInput", "Invalid context value for key stack:key: expected base-64 encoded binary format."),
        ({"ContextEntries": [entry(), entry("STACK:KEY")]}, "InvalidInput", "Duplicate context key: STACK:KEY."),
        ({"OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": []}]}, "InvalidInput", "Organization policy at index 1 must contain at least one service control policy"),
        ({"Marker": "elsewhere"}, "InvalidInput", "Invalid marker for pagination."),
        ({"MaxItems": 1001}, "ValidationError", "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000"),
    ],
)
def test_refusals(simulate, more, code, message):
    with pytest.raises(ClientError) as error:
        simulate(more.pop("policies", [ALLOW]), **more)
    assert (error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]) == (code, message)


def test_what_is_shown(simulate):
    # The boundary's Allow is not among what allows; keys are missing only where it is denied by nothing.
    [result] = simulate([ALLOW], ResourceArns=OBJECTS, PermissionsBoundaryPolicyInputList=[ALLOW])["EvaluationResults"]
    assert [s["SourcePolicyId"] for s in result["MatchedStatements"]] == ["PolicyInputList.1"]
    assert (result["EvalResourceName"], result["EvalDecisionDetails"]) == ("arn:aws:s3:::${BucketName}/${KeyName}", {})
    [result] = simulate([DENY], PermissionsBoundaryPolicyInputList=[DENY])["EvaluationResults"]
    assert {s["SourcePolicyType"] for s in result["MatchedStatements"]} == {"IAM Policy", "Permissions Boundary Policy"}
    away = conditioned("StringEquals", "stack:away", "yes")
    assert simulate([away])["EvaluationResults"][0]["MissingContextValues"] == ["stack:away"]
    assert simulate([ALLOW, away])["EvaluationResults"][0]["MissingContextValues"] == []
    # A statement that stands alone begins behind its brace.
    alone = json.dumps({"Statement": statement()})
    [shown] = simulate([alone])["EvaluationResults"][0]["MatchedStatements"]
    assert (shown["StartPosition"], shown["EndPosition"]) == ({"Line": 1, "Column": 16}, {"Line": 1, "Column": 77})
    # Pages are of actions.
    first = simulate([ALL], actions=["s3:PutObject", "s3:GetObject"], MaxItems=1)
    assert (len(first["EvaluationResults"]), first["IsTruncated"]) == (1, True)
    [second] = simulate([ALL], actions=["s3:PutObject", "s3:GetObject"], Marker=first["Marker"])["EvaluationResults"]
    assert second["EvalActionName"] == "s3:GetObject"


@pytest.mark.parametrize(
    ("levels", "decision"),
    [
        ([[ALL], [ALLOW]], "allowed"),
        ([[ALL], [OTHER]], "implicitDeny"),
        ([[ALL], [ALL, DENY]], "explicitDeny"),
        ([[OTHER, ALLOW], [ALL]], "allowed"),
    ],
)
def test_levels_of_an_organization(simulate, levels, decision):
    levels = [{"ServiceControlPolicyInputList": level} for level in levels]
    away = conditioned("StringEquals", "stack:away", "yes")
    [result] = simulate([ALLOW, away], OrderedOrganizationPolicyInputList=levels)["EvaluationResults"]
    allowed = decision == "allowed"
    assert (result["EvalDecision"], result["OrganizationsDecisionDetail"]) == (decision, {"AllowedByOrganizations": allowed})
    assert (len(result["MatchedStatements"]), result["MissingContextValues"]) == (int(allowed), [])


def test_policies_that_are_left_out(server):
    iam = server.client("iam", B)
    arn = iam.create_user(UserName="excluding")["User"]["Arn"]
    iam.put_user_policy(UserName="excluding", PolicyName="inline", PolicyDocument=ALLOW)
    denies = iam.create_policy(PolicyName="excluded", PolicyDocument=document(statement("Deny", "s3:PutObject"), statement(action="s3:PutObject")))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="excluding", PolicyArn=denies)
    bound = iam.create_policy(PolicyName="excluded-boundary", PolicyDocument=ALLOW)["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="excluding", PermissionsBoundary=bound)

    def decisions(*excluded):
        more = {"PolicyExclusionList": list(excluded)} if excluded else {}
        results = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject", "s3:PutObject"], **more)["EvaluationResults"]
        return [(r["EvalDecision"], r.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary")) for r in results]

    assert decisions() == [("allowed", True), ("explicitDeny", False)]
    assert decisions({"PolicyType": "inline"})[0] == ("implicitDeny", True)
    assert decisions({"InlinePolicyIdentifier": {"PolicyName": "inline", "AttachmentType": "user", "AttachmentName": "excluding"}})[0] == ("implicitDeny", True)
    assert decisions({"PolicyArn": denies})[1] == decisions({"PolicyType": "user-managed"})[1] == ("implicitDeny", False)
    # The ARN of the boundary does not leave it out: only the kind does.
    assert decisions({"PolicyArn": bound}) == decisions()
    assert decisions({"PolicyType": "permission-boundary"}) == [("allowed", None), ("explicitDeny", None)]
    with pytest.raises(ClientError, match="Member must satisfy enum value set"):
        decisions({"PolicyType": "bogus"})
