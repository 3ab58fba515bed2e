"""An organization that is given to `sekisho serve`: its members read it, and its policies bind them."""

import json

import botocore.exceptions
import pytest
from conftest import A, B, C

TOML = f"""
[organization]
id = "o-a1b2c3d4e5"
management_account = "{C}"
service_control_policies = ["scp.json"]

[organization.members.{A}]
path = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"

[organization.members.{B}]
resource_control_policies = ["rcp.json"]
"""
SCP = {"Version": "2012-10-17", "Statement": [{"Sid": "NoRepositories", "Effect": "Deny", "Action": "ecr:CreateRepository", "Resource": "*"}]}
RCP = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}]}
STRANGER = "444444444444"


def error(call, **kwargs):
    with pytest.raises(botocore.exceptions.ClientError) as e:
        call(**kwargs)
    return e.value.response["Error"]["Code"], e.value.response["Error"]["Message"]


@pytest.fixture
def organized(fresh, tmp_path):
    (tmp_path / "sekisho.toml").write_text(TOML)
    (tmp_path / "scp.json").write_text(json.dumps(SCP))
    (tmp_path / "rcp.json").write_text(json.dumps(RCP))
    return fresh("--organization", str(tmp_path))


def test_members_read_what_they_are_members_of(organized):
    ask = lambda account: organized.client("organizations", account)
    seen = ask(A).describe_organization()["Organization"]
    assert seen == ask(C).describe_organization()["Organization"]
    assert (seen["Id"], seen["MasterAccountId"], seen["FeatureSet"]) == ("o-a1b2c3d4e5", C, "ALL")
    assert seen["Arn"] == f"arn:aws:organizations::{C}:organization/o-a1b2c3d4e5"
    assert error(ask(STRANGER).describe_organization) == ("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
    # The rest is the management account's.
    for call in ("list_accounts", "list_roots", "list_aws_service_access_for_organization", "list_delegated_administrators"):
        assert error(getattr(ask(A), call)) == ("AccessDeniedException", "You don't have permissions to access this resource.")
        getattr(ask(C), call)()
    assert error(ask(B).describe_account, AccountId=A)[0] == "AccessDeniedException"
    accounts = ask(C).list_accounts()["Accounts"]
    assert [a["Id"] for a in accounts] == [A, B, C]
    assert ask(C).describe_account(AccountId=B)["Account"] in accounts
    assert error(ask(C).describe_account, AccountId=STRANGER)[0] == "AccountNotFoundException"
    [root] = ask(C).list_roots()["Roots"]
    assert (root["Id"], root["Arn"]) == ("r-ab12", f"arn:aws:organizations::{C}:root/o-a1b2c3d4e5/r-ab12")
    # They are about no resource, but for an account.
    iam = organized.client("iam", C)
    iam.create_user(UserName="reader")
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    reader = organized.client("organizations", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    for resource, listed, described in [("*", True, True), (f"arn:aws:organizations::{C}:organization/o-a1b2c3d4e5", False, False), (f"arn:aws:organizations::{C}:account/o-a1b2c3d4e5/{A}", False, True)]:
        iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "organizations:*", "Resource": resource}]}))
        for call, may in [(reader.list_accounts, listed), (reader.describe_organization, listed), (lambda: reader.describe_account(AccountId=A), described)]:
            assert may or error(call)[0] == "AccessDeniedException"
            if may:
                call()
    # What is not there is said by name.
    assert "CreateOrganization" in error(ask(C).create_organization)[1]


def test_its_policies_bind_members_but_the_one_that_manages(organized):
    create = lambda account: organized.client("ecr", account).create_repository
    for account in (A, B):
        code, message = error(create(account), repositoryName="app")
        assert code == "AccessDeniedException" and "explicit deny in a service control policy" in message, message
    create(C)(repositoryName="app")
    create(STRANGER)(repositoryName="app")
    # The simulator knows them, too.
    iam = organized.client("iam", A)
    arn = iam.create_user(UserName="admin")["User"]["Arn"]
    iam.put_user_policy(UserName="admin", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}))
    simulate = lambda **more: [(r["EvalDecision"], r.get("OrganizationsDecisionDetail")) for r in iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["ecr:CreateRepository"], **more)["EvaluationResults"]]
    assert simulate() == [("explicitDeny", {"AllowedByOrganizations": False})]
    assert simulate(PolicyExclusionList=[{"PolicyType": "scp"}]) == [("allowed", None)]
    # A bucket of B is for the organization only, whatever its own policy says.
    s3 = organized.client("s3", B)
    s3.create_bucket(Bucket="within")
    s3.put_object(Bucket="within", Key="k", Body=b"x")
    s3.put_bucket_policy(Bucket="within", Policy=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": [A, STRANGER]}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::within/*"}]}))
    assert organized.client("s3", A).get_object(Bucket="within", Key="k")["Body"].read() == b"x"
    assert error(organized.client("s3", STRANGER).get_object, Bucket="within", Key="k")[0] == "AccessDenied"
