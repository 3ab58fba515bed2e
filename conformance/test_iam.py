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
    """What users and roles have in common; inline policies have names in any case (spec/authorization.md 7.3)."""
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
    """spec/authorization.md 7.1."""
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
    """spec/iam.md fact 17, spec/authorization.md 3.6."""
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


def test_the_boundary_and_the_tags_of_a_role_are_conditions(server):
    iam = server.client("iam")
    policy = iam.create_policy(PolicyName="edge", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}))["Policy"]["Arn"]
    iam.create_user(UserName="delegate")
    iam.put_user_policy(UserName="delegate", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"], "Resource": "*",
        "Condition": {"StringEquals": {"iam:PermissionsBoundary": policy}}}}))
    key = iam.create_access_key(UserName="delegate")["AccessKey"]
    delegate = server.client("iam", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    trust = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "codepipeline.amazonaws.com"}}})
    inline = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})
    iam.create_role(RoleName="free", AssumeRolePolicyDocument=trust)
    delegate.create_role(RoleName="bounded", AssumeRolePolicyDocument=trust, PermissionsBoundary=policy)
    delegate.put_role_policy(RoleName="bounded", PolicyName="p", PolicyDocument=inline)
    delegate.attach_role_policy(RoleName="bounded", PolicyArn=policy)
    with pytest.raises(botocore.exceptions.ClientError) as e:
        delegate.put_role_policy(RoleName="free", PolicyName="p", PolicyDocument=inline)
    assert "iam:PutRolePolicy" in str(e.value)
    with pytest.raises(botocore.exceptions.ClientError) as e:
        delegate.create_role(RoleName="tagged", AssumeRolePolicyDocument=trust, PermissionsBoundary=policy, Tags=[{"Key": "k", "Value": "v"}])
    assert "iam:TagRole" in str(e.value)


ALLOW = '{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}'


def document(*statements):
    return '{"Version":"2012-10-17","Statement":[' + ",".join(statements) + "]}"


def test_the_simulator_answers_as_recorded(server):
    iam = server.client("iam")
    object = "arn:aws:s3:::stackd-policy-parity/object"
    deny = ALLOW.replace("Allow", "Deny")
    result = iam.simulate_custom_policy(PolicyInputList=[document(ALLOW, deny)], ActionNames=["s3:GetObject"], ResourceArns=[object])["EvaluationResults"][0]
    matched = [{"SourcePolicyId": "PolicyInputList.1", "SourcePolicyType": "IAM Policy", "StartPosition": {"Line": 1, "Column": 95}, "EndPosition": {"Line": 1, "Column": 152}}]
    assert result == {
        "EvalActionName": "s3:GetObject",
        "EvalResourceName": object,
        "EvalDecision": "explicitDeny",
        "MatchedStatements": matched,
        "MissingContextValues": [],
        "EvalDecisionDetails": {},
        "ResourceSpecificResults": [{"EvalResourceName": object, "EvalResourceDecision": "explicitDeny", "MatchedStatements": matched}],
    }
    folder = '{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::stackd-policy-parity/folder/*/object"}'
    several = [f"arn:aws:s3:::stackd-policy-parity/folder/{k}" for k in ["a:b/object", "a/b/object", "a/object/child"]]
    result = iam.simulate_custom_policy(PolicyInputList=[document(folder)], ActionNames=["s3:GetObject"], ResourceArns=several)["EvaluationResults"][0]
    assert result["EvalResourceName"] == "arn:aws:s3:::${BucketName}/${KeyName}"
    assert result["EvalDecision"] == "implicitDeny"
    assert result["MatchedStatements"][0]["StartPosition"] == {"Line": 1, "Column": 38}
    assert result["MatchedStatements"][0]["EndPosition"] == {"Line": 1, "Column": 143}
    assert [r["EvalResourceDecision"] for r in result["ResourceSpecificResults"]] == ["allowed", "allowed", "implicitDeny"]


def test_the_simulator_reads_some_conditions_in_its_own_way(server):
    iam = server.client("iam")

    def simulate(operator, key, operand, value, kind="string"):
        condition = json.dumps({operator: {key: operand}})
        text = document(ALLOW[:-1] + f',"Condition":{condition}' + "}")
        entry = {"ContextKeyName": key, "ContextKeyType": kind, "ContextKeyValues": [value]}
        return iam.simulate_custom_policy(PolicyInputList=[text], ActionNames=["s3:GetObject"], ContextEntries=[entry])["EvaluationResults"][0]["EvalDecision"]

    assert simulate("NumericNotEquals", "s3:max-keys", "1", "none") == "implicitDeny"
    assert simulate("DateNotEquals", "aws:CurrentTime", "2026-01-01", "none") == "allowed"
    assert simulate("NotIpAddress", "aws:SourceIp", "no network", "192.0.2.1", "ip") == "implicitDeny"
    assert simulate("IpAddress", "aws:SourceIp", ["192.0.2.0/24", "no network"], "192.0.2.1", "ip") == "allowed"
    assert simulate("IpAddress", "aws:SourceIp", ["no network", "192.0.2.0/24"], "192.0.2.1", "ip") == "implicitDeny"


def test_a_principal_is_simulated_with_its_boundary(server):
    """spec/iam.md fact 35."""
    iam = server.client("iam")
    iam.create_user(UserName="simulated")
    arn = iam.get_user(UserName="simulated")["User"]["Arn"]
    iam.put_user_policy(UserName="simulated", PolicyName="inline", PolicyDocument=document('{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/Team":"x"}}}'))
    simulate = lambda **kwargs: iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject", "s3:PutObject"], **kwargs)["EvaluationResults"]
    assert [r["EvalDecision"] for r in simulate()] == ["implicitDeny", "implicitDeny"]
    assert simulate()[0]["MissingContextValues"] == ["aws:PrincipalTag/Team"]
    team = [{"ContextKeyName": "aws:PrincipalTag/Team", "ContextKeyType": "string", "ContextKeyValues": ["x"]}]
    assert [r["EvalDecision"] for r in simulate(ContextEntries=team)] == ["allowed", "allowed"]
    boundary = iam.create_policy(PolicyName="simulated-boundary", PolicyDocument=document(ALLOW))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="simulated", PermissionsBoundary=boundary)
    results = simulate(ContextEntries=team)
    assert [r["EvalDecision"] for r in results] == ["allowed", "implicitDeny"]
    assert [r["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"] for r in results] == [True, False]
    keys = iam.get_context_keys_for_principal_policy(PolicySourceArn=arn.replace("user/", "user/elsewhere/"))["ContextKeyNames"]
    assert keys == ["aws:PrincipalTag/Team"]
    many = {"PolicySourceArn": arn, "ActionNames": [f"s3:Action{n}" for n in range(250)]}
    pages = [len(p["EvaluationResults"]) for p in iam.get_paginator("simulate_principal_policy").paginate(**many)]
    assert pages == [100, 100, 50]
    # A user of another account is not the one here that has the same name.
    with pytest.raises(botocore.exceptions.ClientError) as e:
        iam.simulate_principal_policy(PolicySourceArn="arn:aws:iam::333333333333:user/simulated", ActionNames=["s3:GetObject"])
    assert e.value.response["Error"]["Message"].startswith("Invalid Policy Source Arn: caller's account 222222222222 does not have access")
    with pytest.raises(botocore.exceptions.ClientError) as e:
        iam.get_context_keys_for_principal_policy(PolicySourceArn="this-is-not-an-iam-source-arn")
    assert e.value.response["Error"]["Code"] == "InvalidInput"


@pytest.mark.parametrize(
    "statement, keys",
    [
        ('"Resource":"arn:aws:s3:::bucket/${aws:PrincipalTag/Team}/${aws:username}","Action":"s3:GetObject","Condition":{"StringEquals":{"s3:ExistingObjectTag/Owner":"${aws:PrincipalTag/Team}"},"Null":{"AWS:SourceIp":"false"}}', ["s3:ExistingObjectTag/Owner", "aws:username", "aws:PrincipalTag/Team", "AWS:SourceIp"]),
        ('"Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/${aws:username, \'default\'}/${*}/${?}/${$}"', ["$", "aws:username", "*", "?"]),
        ('"Action":"*","Resource":"*","Condition":{"NumericEquals":{"aws:MultiFactorAuthAge":"${aws:PrincipalTag/Age}"}}', ["aws:PrincipalTag/Age", "aws:MultiFactorAuthAge"]),
        ('"Action":"${aws:username}","Resource":"*"', []),
        ('"Condition":{"StringEquals":{"${aws:username}":"a"}}', ["${aws:username}"]),
        ('"Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":"${aws:username}","AWS:username":"a"}}', ["aws:username", "AWS:username"]),
    ],
)
def test_context_keys_as_recorded(server, statement, keys):
    iam = server.client("iam")
    text = document('{"Effect":"Allow",' + statement + "}")
    assert sorted(iam.get_context_keys_for_custom_policy(PolicyInputList=[text])["ContextKeyNames"]) == sorted(keys)


def test_context_keys_of_odd_documents(server):
    iam = server.client("iam")
    keys = lambda *texts: iam.get_context_keys_for_custom_policy(PolicyInputList=list(texts))["ContextKeyNames"]
    assert keys('{"Version":"2012-10-17"}') == []
    assert keys('{"Statement":[]}') == []
    one = '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":"a"}}}}'
    assert keys(one, one) == ["aws:username", "aws:username"]
    for bad in [one.replace("StringEquals", "MadeUp"), one.replace('"Effect":"Allow",', ""), one.replace('{"Statement"', '{"Foo":"x","Statement"')]:
        with pytest.raises(botocore.exceptions.ClientError) as e:
            keys(bad)
        assert e.value.response["Error"]["Code"] == "InvalidInput"


def test_managed_policies_of_aws_are_of_an_account_of_its_own(server):
    """`aws:ResourceAccount` of AWS's policies, and no resource policy is asked for (spec/authorization.md 6.3)."""
    iam = server.client("iam")
    iam.create_user(UserName="reads-policies")
    key = iam.create_access_key(UserName="reads-policies")["AccessKey"]
    reader = server.client("iam", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    for account, allowed in (("639982225848", True), (A, False)):
        condition = {"StringEquals": {"aws:ResourceAccount": account}}
        document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:GetPolicy", "Resource": "*", "Condition": condition}}
        iam.put_user_policy(UserName="reads-policies", PolicyName="p", PolicyDocument=json.dumps(document))
        if allowed:
            assert reader.get_policy(PolicyArn=arn)["Policy"]["PolicyName"] == "AdministratorAccess"
        else:
            with pytest.raises(botocore.exceptions.ClientError, match="no identity-based policy allows the iam:GetPolicy action"):
                reader.get_policy(PolicyArn=arn)


def test_lists_come_in_pages(iam):
    """radkawar/stackd iam/pagination_inputs."""
    for name in "abc":
        iam.create_user(UserName=name)
    first = iam.list_users(MaxItems=1)
    assert (len(first["Users"]), first["IsTruncated"]) == (1, True)
    rest = iam.list_users(MaxItems=2, Marker=first["Marker"])
    assert ([u["UserName"] for u in rest["Users"]], rest["IsTruncated"]) == (["b", "c"], False)
    for size, code in [("0", "ValidationError"), ("1001", "ValidationError"), ("2147483648", "MalformedInput"), ("1.0", "MalformedInput")]:
        iam.meta.events.register_last("before-call", lambda params, **_: params["body"].update(MaxItems=size), unique_id="size")
        assert error(iam.list_users)["Code"] == code, size
        iam.meta.events.unregister("before-call", unique_id="size")


def test_uses_of_a_policy_as_recorded(iam):
    """radkawar/stackd iam/policy_management: list_policies and entities."""
    text = DOC
    attached, boundary, unused = (iam.create_policy(PolicyName=n, PolicyDocument=text)["Policy"]["Arn"] for n in ["attached", "boundary", "unused"])
    iam.create_user(UserName="u", PermissionsBoundary=boundary)
    iam.attach_user_policy(UserName="u", PolicyArn=attached)
    names = lambda **more: sorted(p["PolicyName"] for p in iam.list_policies(Scope="Local", **more)["Policies"])
    assert names(OnlyAttached=True) == ["attached", "boundary"]
    assert names(OnlyAttached=True, PolicyUsageFilter="PermissionsPolicy") == ["attached"]
    assert names(OnlyAttached=True, PolicyUsageFilter="PermissionsBoundary") == ["boundary"]
    assert names(PolicyUsageFilter="PermissionsBoundary") == ["attached", "boundary", "unused"]
    users = lambda **more: len(iam.list_entities_for_policy(PolicyArn=boundary, **more)["PolicyUsers"])
    assert [users(), users(PolicyUsageFilter="PermissionsBoundary"), users(PolicyUsageFilter="PermissionsPolicy"), users(EntityFilter="Role")] == [1, 1, 0, 0]
    assert iam.list_attached_user_policies(UserName="u", PathPrefix="/other/")["AttachedPolicies"] == []
    # Keys in another case are other keys, of policies alone (tags_aws).
    tags = [{"Key": "Team", "Value": "a"}, {"Key": "team", "Value": "b"}]
    iam.tag_policy(PolicyArn=unused, Tags=tags)
    assert len(iam.list_policy_tags(PolicyArn=unused)["Tags"]) == 2
    assert error(iam.tag_user, UserName="u", Tags=tags)["Code"] == "InvalidInput"


def test_a_role_is_described_later(iam):
    assert "Description" not in iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, Description="first")["Role"]
    assert iam.get_role(RoleName="r")["Role"]["Description"] == "first"
    assert iam.update_role_description(RoleName="r", Description="second")["Role"]["Description"] == "second"


def test_groups(fresh):
    server = fresh()
    iam = server.client("iam", A)
    allow = lambda action: document(json.dumps({"Effect": "Allow", "Action": action, "Resource": "*"}))
    group = iam.create_group(GroupName="releasers", Path="/people/")["Group"]
    assert group["Arn"] == f"arn:aws:iam::{A}:group/people/releasers" and group["GroupId"].startswith("AGPA")
    assert error(iam.create_group, GroupName="Releasers")["Code"] == "EntityAlreadyExists"
    assert error(iam.get_group, GroupName="nobody") == error(iam.put_group_policy, GroupName="nobody", PolicyName="p", PolicyDocument=allow("*"))
    assert error(iam.get_group, GroupName="nobody")["Message"] == "The group with name nobody cannot be found."
    iam.create_user(UserName="u")
    for _ in range(2):
        iam.add_user_to_group(GroupName="releasers", UserName="u")
    assert [u["UserName"] for u in iam.get_group(GroupName="releasers")["Users"]] == ["u"]
    iam.put_group_policy(GroupName="releasers", PolicyName="p", PolicyDocument=allow("s3:ListAllMyBuckets"))
    assert iam.list_group_policies(GroupName="releasers")["PolicyNames"] == ["p"]
    assert iam.get_group_policy(GroupName="releasers", PolicyName="p")["PolicyDocument"]["Statement"][0]["Action"] == "s3:ListAllMyBuckets"
    own = iam.create_policy(PolicyName="own", PolicyDocument=allow("iam:ListGroups"))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="releasers", PolicyArn=own)
    assert [p["PolicyArn"] for p in iam.list_attached_group_policies(GroupName="releasers")["AttachedPolicies"]] == [own]
    assert iam.get_policy(PolicyArn=own)["Policy"]["AttachmentCount"] == 1
    assert [g["GroupName"] for g in iam.list_entities_for_policy(PolicyArn=own)["PolicyGroups"]] == ["releasers"]
    assert error(iam.delete_policy, PolicyArn=own)["Code"] == "DeleteConflict"

    # Its users have what it has, and it is no principal.
    key = iam.create_access_key(UserName="u")["AccessKey"]
    mine = lambda service: server.client(service, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    mine("s3").list_buckets()
    assert [g["GroupName"] for g in mine("iam").list_groups()["Groups"]] == ["releasers"]
    told = error(mine("iam").delete_group, GroupName="releasers")
    assert told["Message"].split(". Go to")[0] == f"User: arn:aws:iam::{A}:user/u is not authorized to perform: iam:DeleteGroup on resource: group releasers because no identity-based policy allows the iam:DeleteGroup action"
    trust = lambda who: document(json.dumps({"Effect": "Allow", "Principal": {"AWS": who}, "Action": "sts:AssumeRole"}))
    assert error(iam.create_role, RoleName="r", AssumeRolePolicyDocument=trust(group["Arn"]))["Code"] == "MalformedPolicyDocument"
    simulated = lambda source: iam.simulate_principal_policy(PolicySourceArn=source, ActionNames=["iam:ListGroups"])["EvaluationResults"][0]
    for source in (f"arn:aws:iam::{A}:user/u", group["Arn"]):
        assert simulated(source)["EvalDecision"] == "allowed"
        assert simulated(source)["MatchedStatements"][0]["SourcePolicyId"] == "own"

    # Another name, and the users stay.
    iam.update_group(GroupName="releasers", NewGroupName="deliverers", NewPath="/")
    assert [g["Arn"] for g in iam.list_groups_for_user(UserName="u")["Groups"]] == [f"arn:aws:iam::{A}:group/deliverers"]
    mine("s3").list_buckets()
    for call, arguments in ((iam.delete_group, {"GroupName": "deliverers"}), (iam.delete_user, {"UserName": "u"})):
        assert error(call, **arguments)["Message"] == "Cannot delete entity, must remove users from group first."
    iam.remove_user_from_group(GroupName="deliverers", UserName="u")
    assert error(mine("s3").list_buckets)["Code"] == "AccessDenied"
    assert error(iam.delete_group, GroupName="deliverers")["Code"] == "DeleteConflict"
    iam.detach_group_policy(GroupName="deliverers", PolicyArn=own)
    iam.delete_group_policy(GroupName="deliverers", PolicyName="p")
    iam.delete_group(GroupName="deliverers")
    assert iam.list_groups()["Groups"] == []


def test_a_user_is_in_ten_groups(iam):
    iam.create_user(UserName="u")
    for number in range(11):
        iam.create_group(GroupName=f"g{number}")
    for number in range(10):
        iam.add_user_to_group(GroupName=f"g{number}", UserName="u")
    assert error(iam.add_user_to_group, GroupName="g10", UserName="u") == {"Code": "LimitExceeded", "Message": "Cannot exceed quota for GroupsPerUser: 10", "Type": "Sender"}


URL = "https://idp.example.com/realms/Main"
THUMBPRINT = "6938FD4D98BAB03FAADB97B34396831E3780AEA1"


def test_openid_connect_providers(fresh):
    """IAM API reference, CreateOpenIDConnectProvider and what follows it there."""
    server = fresh()
    iam = server.client("iam", A)
    made = iam.create_open_id_connect_provider(Url=URL, ClientIDList=["app", "cli", "app"], ThumbprintList=[THUMBPRINT], Tags=[{"Key": "team", "Value": "a"}])
    arn = made["OpenIDConnectProviderArn"]
    assert arn == f"arn:aws:iam::{A}:oidc-provider/idp.example.com/realms/Main" and made["Tags"] == [{"Key": "team", "Value": "a"}]
    which = {"OpenIDConnectProviderArn": arn}
    got = iam.get_open_id_connect_provider(**which)
    assert (got["Url"], got["ClientIDList"], got["ThumbprintList"]) == (URL.removeprefix("https://"), ["app", "cli"], [THUMBPRINT.lower()])
    assert error(iam.create_open_id_connect_provider, Url=URL) == {"Type": "Sender", "Code": "EntityAlreadyExists", "Message": f"Provider with url {URL} already exists."}
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == [{"Arn": arn}]
    assert server.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
    iam.add_client_id_to_open_id_connect_provider(**which, ClientID="app")
    iam.add_client_id_to_open_id_connect_provider(**which, ClientID="web")
    iam.remove_client_id_from_open_id_connect_provider(**which, ClientID="cli")
    iam.remove_client_id_from_open_id_connect_provider(**which, ClientID="none")
    iam.update_open_id_connect_provider_thumbprint(**which, ThumbprintList=["b" * 40])
    got = iam.get_open_id_connect_provider(**which)
    assert (got["ClientIDList"], got["ThumbprintList"]) == (["app", "web"], ["b" * 40])
    iam.tag_open_id_connect_provider(**which, Tags=[{"Key": "TEAM", "Value": "b"}, {"Key": "k", "Value": "v"}])
    iam.untag_open_id_connect_provider(**which, TagKeys=["K", "team"])
    tags = iam.list_open_id_connect_provider_tags(**which)["Tags"]
    assert sorted(tags, key=lambda t: t["Key"]) == [{"Key": "TEAM", "Value": "b"}, {"Key": "k", "Value": "v"}]
    iam.delete_open_id_connect_provider(**which)
    assert error(iam.delete_open_id_connect_provider, **which)["Message"] == f"OpenId connect Provider {arn} cannot be found."
    assert error(iam.get_open_id_connect_provider, **which)["Message"] == f"OpenIDConnect Provider not found for arn {arn}"
    assert error(iam.create_open_id_connect_provider, Url="http://idp.example.com")["Code"] == "InvalidInput"
    assert error(iam.create_open_id_connect_provider, Url=URL, ThumbprintList=["a" * 41])["Code"] == "ValidationError"


def test_instance_profiles(iam):
    for name in ("machine", "other"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    made = iam.create_instance_profile(InstanceProfileName="p", Path="/team/", Tags=[{"Key": "team", "Value": "a"}])["InstanceProfile"]
    assert made["Arn"] == f"arn:aws:iam::{A}:instance-profile/team/p" and made["InstanceProfileId"].startswith("AIPA") and made["Roles"] == []
    assert error(iam.create_instance_profile, InstanceProfileName="P")["Message"] == "Instance Profile P already exists."
    which = {"InstanceProfileName": "p"}
    iam.add_role_to_instance_profile(**which, RoleName="machine")
    full = error(iam.add_role_to_instance_profile, **which, RoleName="other")
    assert (full["Code"], full["Message"]) == ("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
    assert [r["RoleName"] for r in iam.get_instance_profile(**which)["InstanceProfile"]["Roles"]] == ["machine"]
    assert [p["InstanceProfileName"] for p in iam.list_instance_profiles(PathPrefix="/team/")["InstanceProfiles"]] == ["p"]
    assert iam.list_instance_profiles(PathPrefix="/other/")["InstanceProfiles"] == []
    assert [p["InstanceProfileName"] for p in iam.list_instance_profiles_for_role(RoleName="machine")["InstanceProfiles"]] == ["p"]
    for call, args in ((iam.delete_instance_profile, which), (iam.delete_role, {"RoleName": "machine"})):
        assert error(call, **args) == {"Type": "Sender", "Code": "DeleteConflict", "Message": "Cannot delete entity, must remove roles from instance profile first."}
    iam.tag_instance_profile(**which, Tags=[{"Key": "k", "Value": "v"}])
    iam.untag_instance_profile(**which, TagKeys=["team"])
    assert iam.list_instance_profile_tags(**which)["Tags"] == [{"Key": "k", "Value": "v"}]
    assert error(iam.remove_role_from_instance_profile, **which, RoleName="other")["Code"] == "NoSuchEntity"
    iam.remove_role_from_instance_profile(**which, RoleName="machine")
    iam.delete_instance_profile(**which)
    assert error(iam.get_instance_profile, **which)["Message"] == "Instance Profile p cannot be found."
    iam.delete_role(RoleName="machine")


def test_what_names_and_tags_of_providers_and_profiles_decide(fresh):
    """Who gives a profile its role passes it to EC2; a policy may ask for the tags of what it is about."""
    server = fresh()
    root = server.client("iam", A)
    provider = root.create_open_id_connect_provider(Url=URL, Tags=[{"Key": "team", "Value": "a"}])["OpenIDConnectProviderArn"]
    other = root.create_open_id_connect_provider(Url="https://other.example.com")["OpenIDConnectProviderArn"]
    root.create_role(RoleName="machine", AssumeRolePolicyDocument=TRUST)
    root.create_instance_profile(InstanceProfileName="p", Tags=[{"Key": "team", "Value": "a"}])
    root.create_instance_profile(InstanceProfileName="q")
    root.create_user(UserName="u")
    tagged = {"Effect": "Allow", "Action": ["iam:GetOpenIDConnectProvider", "iam:*InstanceProfile"], "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}
    passes = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}}
    write = lambda *statements: root.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    write(tagged)
    key = root.create_access_key(UserName="u")["AccessKey"]
    user = server.client("iam", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    user.get_open_id_connect_provider(OpenIDConnectProviderArn=provider)
    assert error(user.get_open_id_connect_provider, OpenIDConnectProviderArn=other)["Code"] == "AccessDenied"
    user.get_instance_profile(InstanceProfileName="p")
    assert error(user.get_instance_profile, InstanceProfileName="q")["Code"] == "AccessDenied"
    assert "iam:PassRole" in error(user.add_role_to_instance_profile, InstanceProfileName="p", RoleName="machine")["Message"]
    write(tagged, passes)
    user.add_role_to_instance_profile(InstanceProfileName="p", RoleName="machine")
    assert error(user.create_instance_profile, InstanceProfileName="r", Tags=[{"Key": "k", "Value": "v"}])["Code"] == "AccessDenied"


def test_the_alias_of_an_account(fresh):
    server = fresh()
    iam, other = server.client("iam", A), server.client("iam")
    iam.create_account_alias(AccountAlias="first")
    iam.create_account_alias(AccountAlias="second")
    assert iam.list_account_aliases()["AccountAliases"] == ["second"] and other.list_account_aliases()["AccountAliases"] == []
    assert error(other.create_account_alias, AccountAlias="second")["Message"] == "The account alias second already exists."
    assert error(other.delete_account_alias, AccountAlias="second")["Code"] == "NoSuchEntity"
    iam.delete_account_alias(AccountAlias="second")
    other.create_account_alias(AccountAlias="second")
    assert iam.list_account_aliases()["AccountAliases"] == []


def test_roles_of_services(iam):
    """spec/authorization.md 7.4."""
    made = iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com", Description="d")["Role"]
    name = "AWSServiceRoleForECS"
    assert (made["RoleName"], made["Path"]) == (name, "/aws-service-role/ecs.amazonaws.com/")
    # Recorded: in lists, but not when it is read again.
    trust = lambda role: role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"]
    assert (trust(made), trust(iam.get_role(RoleName=name)["Role"])) == (["ecs.amazonaws.com"], "ecs.amazonaws.com")
    assert iam.get_role(RoleName=name)["Role"]["Description"] == "d"
    taken = error(iam.create_service_linked_role, AWSServiceName="ecs.amazonaws.com")
    assert (taken["Code"], taken["Message"]) == ("InvalidInput", f"Service role name {name} has been taken in this account, please try a different suffix.")
    assert error(iam.create_service_linked_role, AWSServiceName="ecs.amazonaws.com", CustomSuffix="x")["Message"] == "Custom suffix is not allowed for ecs.amazonaws.com"
    # It would have a name, and which is not known.
    assert error(iam.create_service_linked_role, AWSServiceName="nothing.amazonaws.com")["Code"] == "NotImplemented"
    arn = iam.create_policy(PolicyName="p", PolicyDocument=DOC)["Policy"]["Arn"]
    who = {"RoleName": name}
    for call, args in (
        (iam.attach_role_policy, {"PolicyArn": arn}),
        (iam.detach_role_policy, {"PolicyArn": arn}),
        (iam.put_role_policy, {"PolicyName": "p", "PolicyDocument": DOC}),
        (iam.delete_role_policy, {"PolicyName": "p"}),
        (iam.put_role_permissions_boundary, {"PermissionsBoundary": arn}),
        (iam.update_assume_role_policy, {"PolicyDocument": TRUST}),
        (iam.delete_role, {}),
    ):
        refused = error(call, **who, **args)
        assert (refused["Code"], refused["Message"]) == ("UnmodifiableEntity", f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"), call
    iam.tag_role(**who, Tags=[{"Key": "k", "Value": "v"}])
    task = iam.delete_service_linked_role(**who)["DeletionTaskId"]
    assert task.startswith(f"task/aws-service-role/ecs.amazonaws.com/{name}/")
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    assert error(iam.get_service_linked_role_deletion_status, DeletionTaskId="task/x")["Code"] == "NoSuchEntity"
    assert error(iam.get_role, **who)["Code"] == "NoSuchEntity"
    iam.create_role(RoleName="own", AssumeRolePolicyDocument=TRUST)
    assert error(iam.delete_service_linked_role, RoleName="own")["Code"] == "NoSuchEntity"


def test_who_may_make_the_role_of_a_service(fresh):
    server = fresh()
    root = server.client("iam", A)
    root.create_user(UserName="u")
    statement = {"Effect": "Allow", "Action": "iam:CreateServiceLinkedRole", "Resource": "*", "Condition": {"StringEquals": {"iam:AWSServiceName": "ecs.amazonaws.com"}}}
    root.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    key = root.create_access_key(UserName="u")["AccessKey"]
    user = server.client("iam", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    user.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    assert error(user.create_service_linked_role, AWSServiceName="rds.amazonaws.com")["Code"] == "AccessDenied"


def test_which_passwords_users_may_have(iam):
    assert error(iam.get_account_password_policy)["Message"] == f"The Password Policy with domain name {A} cannot be found."
    iam.update_account_password_policy(MaxPasswordAge=90, RequireSymbols=True, HardExpiry=False)
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert (policy["ExpirePasswords"], policy["MaxPasswordAge"], policy["RequireSymbols"], policy["HardExpiry"], policy["MinimumPasswordLength"]) == (True, 90, True, False, 6)
    # What is not said is as at the beginning.
    iam.update_account_password_policy(MinimumPasswordLength=14)
    policy = iam.get_account_password_policy()["PasswordPolicy"]
    assert (policy["ExpirePasswords"], policy["RequireSymbols"], policy["MinimumPasswordLength"]) == (False, False, 14) and "MaxPasswordAge" not in policy
    iam.delete_account_password_policy()
    assert error(iam.delete_account_password_policy)["Code"] == "NoSuchEntity"
