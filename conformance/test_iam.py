import json

import botocore.exceptions
import pytest

from conftest import A

DOC = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]})
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "codepipeline.amazonaws.com"}}]})


def error(call, **kwargs):
    with pytest.raises(botocore.exceptions.ClientError) as e:
        call(**kwargs)
    return e.value.response["Error"]


@pytest.fixture
def iam(fresh):
    return fresh().client("iam", A)


def holder(iam, kind, name, arn):
    """What users and roles have in common."""
    f = lambda verb, noun: getattr(iam, f"{verb}_{kind}_{noun}")
    who = {f"{kind.capitalize()}Name": name}
    f("put", "policy")(**who, PolicyName="Inline", PolicyDocument=DOC)
    assert f("get", "policy")(**who, PolicyName="INLINE")["PolicyDocument"]["Statement"][0]["Action"] == "s3:GetObject"
    assert getattr(iam, f"list_{kind}_policies")(**who)["PolicyNames"] == ["Inline"]
    f("attach", "policy")(**who, PolicyArn=arn)
    assert getattr(iam, f"list_attached_{kind}_policies")(**who)["AttachedPolicies"][0]["PolicyArn"] == arn
    f("put", "permissions_boundary")(**who, PermissionsBoundary=arn)
    got = getattr(iam, f"get_{kind}")(**who)[kind.capitalize()]
    assert got["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn
    f("delete", "permissions_boundary")(**who)
    getattr(iam, f"tag_{kind}")(**who, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    getattr(iam, f"untag_{kind}")(**who, TagKeys=["a"])
    assert getattr(iam, f"list_{kind}_tags")(**who)["Tags"] == [{"Key": "b", "Value": "2"}]
    entities = iam.list_entities_for_policy(PolicyArn=arn)
    assert entities[f"Policy{kind.capitalize()}s"][0][f"{kind.capitalize()}Name"] == name
    assert error(getattr(iam, f"delete_{kind}"), **who)["Code"] == "DeleteConflict"
    f("detach", "policy")(**who, PolicyArn=arn)
    f("delete", "policy")(**who, PolicyName="inline")


def test_roles_and_users(iam):
    policy = iam.create_policy(PolicyName="managed", PolicyDocument=DOC, Tags=[{"Key": "k", "Value": "v"}])["Policy"]
    role = iam.create_role(RoleName="r", Path="/team/", AssumeRolePolicyDocument=TRUST, Description="d")["Role"]
    assert role["Arn"] == f"arn:aws:iam::{A}:role/team/r" and role["RoleId"].startswith("AROA")
    assert iam.get_role(RoleName="r")["Role"]["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert error(iam.create_role, RoleName="R", AssumeRolePolicyDocument=TRUST)["Code"] == "EntityAlreadyExists"
    holder(iam, "role", "r", policy["Arn"])
    iam.update_role(RoleName="r", MaxSessionDuration=7200)
    iam.update_assume_role_policy(RoleName="r", PolicyDocument=TRUST)
    assert iam.list_roles()["Roles"][0]["MaxSessionDuration"] == 7200
    assert iam.list_instance_profiles_for_role(RoleName="r")["InstanceProfiles"] == []
    iam.delete_role(RoleName="r")
    assert error(iam.get_role, RoleName="r") == {"Type": "Sender", "Code": "NoSuchEntity", "Message": "The role with name r cannot be found."}
    iam.create_user(UserName="u")
    holder(iam, "user", "u", policy["Arn"])
    key = iam.create_access_key(UserName="u")["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName="u", AccessKeyId=key, Status="Inactive")
    assert iam.list_access_keys(UserName="u")["AccessKeyMetadata"][0]["Status"] == "Inactive"
    iam.delete_access_key(UserName="u", AccessKeyId=key)
    assert [u["UserName"] for u in iam.list_users()["Users"]] == ["u"]
    assert iam.list_groups_for_user(UserName="u")["Groups"] == []
    iam.delete_user(UserName="u")


def test_managed_policies(iam):
    arn = iam.create_policy(PolicyName="p", PolicyDocument=DOC)["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOC)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v2")
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == json.loads(DOC)
    assert [v["VersionId"] for v in iam.list_policy_versions(PolicyArn=arn)["Versions"]] == ["v2", "v1"]
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.tag_policy(PolicyArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    assert iam.list_policy_tags(PolicyArn=arn)["Tags"][0]["Key"] == "a"
    iam.untag_policy(PolicyArn=arn, TagKeys=["a"])
    assert iam.list_policies(Scope="Local")["Policies"][0]["PolicyName"] == "p"
    iam.delete_policy(PolicyArn=arn)
    assert error(iam.delete_policy, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")["Message"] == "Cannot delete policies outside your own account."


def test_documents_are_validated(iam):
    trust = lambda principal: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}]})
    create = lambda document: error(iam.create_role, RoleName="x", AssumeRolePolicyDocument=document)
    missing = f"arn:aws:iam::{A}:role/nobody"
    assert create(trust({"AWS": missing})) == {"Type": "Sender", "Code": "MalformedPolicyDocument", "Message": f'Invalid principal in policy: "AWS":"{missing}"'}
    assert create(trust("*"))["Message"] == 'AssumeRolepolicy contained an invalid principal: "STAR":"*".'
    with_resource = json.loads(TRUST)
    with_resource["Statement"][0]["Resource"] = "*"
    assert create(json.dumps(with_resource))["Message"] == "Has prohibited field Resource"
    assert create("{")["Code"] == "MalformedPolicyDocument"
    identity = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Principal": "*"}]}
    assert error(iam.create_policy, PolicyName="x", PolicyDocument=json.dumps(identity))["Message"] == "Policy document should not specify a principal."
