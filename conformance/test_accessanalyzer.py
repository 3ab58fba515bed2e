import json

import botocore.exceptions
import pytest


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


GET = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
ALL = {"Sid": "All", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}


@pytest.fixture
def analyzer(server):
    return server.client("accessanalyzer")


def test_findings_have_places(analyzer):
    text = document({"Effect": "Allow", "Action": ["s3:GetObjects"], "Resource": "*"}, {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"})
    findings = analyzer.validate_policy(policyDocument=text, policyType="IDENTITY_POLICY")["findings"]
    assert [(f["findingType"], f["issueCode"]) for f in findings] == [("ERROR", "INVALID_ACTION"), ("SECURITY_WARNING", "PASS_ROLE_WITH_STAR_IN_RESOURCE")]
    place = findings[0]["locations"][0]
    assert place["path"] == [{"value": "Statement"}, {"index": 0}, {"value": "Action"}, {"index": 0}]
    start, end = place["span"]["start"]["offset"], place["span"]["end"]["offset"]
    assert text[start:end] == '"s3:GetObjects"'
    assert [place["path"][-1] for place in findings[1]["locations"]] == [{"value": "Action"}, {"value": "Resource"}]
    first = analyzer.validate_policy(policyDocument=text, policyType="IDENTITY_POLICY", maxResults=1)
    second = analyzer.validate_policy(policyDocument=text, policyType="IDENTITY_POLICY", maxResults=1, nextToken=first["nextToken"])
    assert first["findings"] + second["findings"] == findings and "nextToken" not in second
    assert analyzer.validate_policy(policyDocument=document(GET), policyType="IDENTITY_POLICY")["findings"] == []
    assert analyzer.validate_policy(policyDocument="{", policyType="IDENTITY_POLICY")["findings"][0]["issueCode"] == "JSON_SYNTAX_ERROR"


def test_types_of_keys_are_those_of_the_services(analyzer):
    key_policy = {
        "Sid": "By S3",
        "Effect": "Allow",
        "Principal": {"AWS": "AROAEXAMPLEEXAMPLE123"},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": {
            "StringEquals": {"kms:ViaService": "s3.amazonaws.com", "aws:PrincipalIsAWSService": "false", "kms:ResourceAliases": "alias/a"},
            "ForAllValues:StringLike": {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::artifacts/*"},
        },
    }
    findings = analyzer.validate_policy(policyDocument=document(key_policy), policyType="RESOURCE_POLICY")["findings"]
    assert [(f["findingType"], f["issueCode"]) for f in findings] == [
        ("WARNING", "INVALID_ROLE_REFERENCE"),
        ("ERROR", "INVALID_SERVICE_PRINCIPAL_FORMAT"),
        ("WARNING", "TYPE_MISMATCH"),
        ("ERROR", "MISSING_QUALIFIER"),
        ("SECURITY_WARNING", "FORALLVALUES_WITH_SINGLE_VALUED_KEY"),
    ]
    assert findings[0]["learnMoreLink"].endswith("#access-analyzer-reference-policy-checks-general-warning-invalid-role-reference")
    assert findings[2]["findingDetails"] == "Use the operator type Bool instead of operator String for the condition key aws:PrincipalIsAWSService."
    assert findings[2]["locations"][0]["path"][2:] == [{"value": "Condition"}, {"value": "StringEquals"}, {"key": "aws:PrincipalIsAWSService"}]
    assert findings[3]["locations"][0]["path"][2:] == [{"value": "Condition"}, {"value": "StringEquals"}, {"key": "kms:ResourceAliases"}]


def test_trust_policies(analyzer):
    # What AWS was recorded to answer about such a policy, without its type (command line interface, example of validate-policy).
    statement = {
        "Sid": "",
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-central-1:pool"}},
    }
    text = document(statement)
    findings = analyzer.validate_policy(policyDocument=text, policyType="RESOURCE_POLICY")["findings"]
    assert [f["issueCode"] for f in findings] == ["EMPTY_SID_VALUE", "MISMATCHED_ACTION_FOR_PRINCIPAL", "UNSUPPORTED_ACTION_FOR_CONDITION_KEY"]
    assert findings[1]["findingDetails"].startswith("The sts:AssumeRole action is invalid with the following principal(s): cognito-identity.amazonaws.com. ")
    paths = [[place["path"][2:] for place in f["locations"]] for f in findings]
    assert paths == [
        [[{"value": "Sid"}]],
        [[{"value": "Action"}, {"index": 0}], [{"value": "Principal"}, {"value": "Federated"}]],
        [[{"value": "Action"}, {"index": 1}], [{"value": "Condition"}, {"value": "StringEquals"}, {"value": "cognito-identity.amazonaws.com:aud"}]],
    ]
    shown = [text[place["span"]["start"]["offset"] : place["span"]["end"]["offset"]] for place in findings[2]["locations"]]
    assert shown == ['"sts:TagSession"', '"eu-central-1:pool"']


def test_policies_of_buckets(analyzer):
    check = lambda statement: [
        f["issueCode"] for f in analyzer.validate_policy(policyDocument=document(statement), policyType="RESOURCE_POLICY", validatePolicyResourceType="AWS::S3::Bucket")["findings"]
    ]
    statement = {"Effect": "Allow", "Principal": {"AWS": "111111111111"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"}
    assert check(statement) == []
    assert check({**statement, "Action": "s3:ListAllMyBuckets"}) == ["UNSUPPORTED_ACTION_IN_POLICY"]
    assert check({**statement, "Resource": "*"}) == ["UNSUPPORTED_RESOURCE_ARN_IN_POLICY"]


def test_one_fault_hides_no_other(analyzer):
    text = document({**GET, "Effect": "Denys"}, {**GET, "Action": "s3:GetObjects"})
    findings = analyzer.validate_policy(policyDocument=text, policyType="IDENTITY_POLICY")["findings"]
    assert [(f["issueCode"], f["locations"][0]["path"][1:]) for f in findings] == [
        ("INVALID_EFFECT", [{"index": 0}, {"value": "Effect"}]),
        ("INVALID_ACTION", [{"index": 1}, {"value": "Action"}]),
    ]


def test_new_access(analyzer):
    check = lambda new, old: analyzer.check_no_new_access(newPolicyDocument=document(*new), existingPolicyDocument=document(*old), policyType="IDENTITY_POLICY")
    assert check([GET], [ALL])["result"] == "PASS"
    answer = check([GET, ALL], [GET])
    assert answer["result"] == "FAIL"
    assert answer["reasons"] == [{"description": "New access in the statement with sid: All.", "statementIndex": 1, "statementId": "All"}]
    with pytest.raises(botocore.exceptions.ClientError) as e:
        analyzer.check_no_new_access(newPolicyDocument="{", existingPolicyDocument="{}", policyType="IDENTITY_POLICY")
    assert e.value.response["Error"]["Code"] == "UnprocessableEntityException"


def test_access_that_must_not_be_granted(analyzer):
    check = lambda access, *statements: analyzer.check_access_not_granted(policyDocument=document(*statements), access=[access], policyType="IDENTITY_POLICY")
    assert check({"actions": ["s3:DeleteObject"]}, GET)["result"] == "PASS"
    assert check({"actions": ["s3:DeleteObject"]}, ALL)["reasons"][0]["statementIndex"] == 0
    assert check({"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::secret/*"]}, GET)["result"] == "FAIL"
    deny = {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::secret/*"}
    assert check({"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::secret/*"]}, GET, deny)["result"] == "PASS"


def test_public_access(analyzer):
    check = lambda **condition: analyzer.check_no_public_access(policyDocument=document({**GET, "Principal": "*", **condition}), resourceType="AWS::S3::Bucket")
    assert check()["result"] == "FAIL"
    assert check(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})["result"] == "PASS"
    assert check(Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}})["result"] == "FAIL"
