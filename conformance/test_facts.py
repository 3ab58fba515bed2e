"""Facts of spec/iam.md, conditions.md and authorization.md that only a server shows, one by one."""

import json
import time
import urllib.error
import urllib.request

import botocore.exceptions
import pytest

from conftest import A, B


def refused(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as failed:
        call(**arguments)
    error = failed.value.response["Error"]
    return error["Code"], error["Message"]


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, **members):
    return {"Effect": "Allow", "Action": action, "Resource": "*"} | members


def user(server, name, *statements):
    """A user with one inline policy, and a function that makes its clients."""
    iam = server.client("iam", A)
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(*statements))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return lambda service: server.client(service, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])


def role(server, name, principal=None, path="/", **members):
    principal = principal or {"AWS": f"arn:aws:iam::{A}:root"}
    trust = {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"], "Principal": principal} | members
    return server.client("iam", A).create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=document(trust))["Role"]


def as_session(server, answer):
    c = answer["Credentials"]
    return lambda service: server.client(service, aws_access_key_id=c["AccessKeyId"], aws_secret_access_key=c["SecretAccessKey"], aws_session_token=c["SessionToken"])


def test_iam_8_not_principal(server):
    """NotPrincipal stands in resource policies, and there only beside Deny."""
    iam, s3 = server.client("iam", A), server.client("s3", A)
    nobody = {"AWS": f"arn:aws:iam::{A}:root"}
    assert refused(iam.create_policy, PolicyName="x", PolicyDocument=document(allow("s3:*", NotPrincipal=nobody)))[0] == "MalformedPolicyDocument"
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": nobody}
    assert refused(iam.create_role, RoleName="x", AssumeRolePolicyDocument=document(trust))[0] == "MalformedPolicyDocument"
    assert refused(iam.create_role, RoleName="x", AssumeRolePolicyDocument=document(trust | {"Effect": "Deny"}))[0] == "MalformedPolicyDocument"
    s3.create_bucket(Bucket="not-principal")
    objects = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::not-principal/*", "NotPrincipal": nobody}
    assert refused(s3.put_bucket_policy, Bucket="not-principal", Policy=document({"Effect": "Allow"} | objects)) == ("MalformedPolicy", "Allow with NotPrincipal is not allowed.")
    s3.put_bucket_policy(Bucket="not-principal", Policy=document({"Effect": "Deny"} | objects))


def test_iam_26_what_the_front_door_says_of_a_request(server):
    """aws:SourceIp and aws:PrincipalIsAWSService are there; aws:SourceArn is of services that call by themselves."""
    condition = {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}, "Bool": {"aws:PrincipalIsAWSService": "false"}, "Null": {"aws:SourceArn": "true", "aws:SourceVpce": "true"}}
    caller = user(server, "at-home", allow("s3:ListAllMyBuckets", Condition=condition))
    caller("s3").list_buckets()
    abroad = user(server, "abroad", allow("s3:ListAllMyBuckets", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
    assert refused(abroad("s3").list_buckets)[0] == "AccessDenied"


def test_iam_28_session_tags(server):
    """At most 50; the transitive ones go on to the next session; a source identity does not change."""
    first, second = role(server, "first-in-chain"), role(server, "second-in-chain")
    caller = user(server, "chains", allow("sts:*"))
    sts = caller("sts")
    tags = [{"Key": f"k{i}", "Value": "v"} for i in range(51)]
    code, message = refused(sts.assume_role, RoleArn=first["Arn"], RoleSessionName="ss", Tags=tags)
    assert code == "ValidationError" and "50" in message
    server.client("iam", A).put_role_policy(RoleName="first-in-chain", PolicyName="p", PolicyDocument=document(allow("sts:*")))
    given = [{"Key": "team", "Value": "a"}, {"Key": "stage", "Value": "test"}]
    session = as_session(server, sts.assume_role(RoleArn=first["Arn"], RoleSessionName="ss", Tags=given, TransitiveTagKeys=["team"], SourceIdentity="alice"))
    condition = {"StringEquals": {"aws:PrincipalTag/team": "a", "sts:SourceIdentity": "alice"}, "Null": {"aws:PrincipalTag/stage": "true"}}
    server.client("iam", A).put_role_policy(RoleName="second-in-chain", PolicyName="p", PolicyDocument=document(allow("s3:ListAllMyBuckets", Condition={k: {n: v for n, v in c.items() if n != "sts:SourceIdentity"} for k, c in condition.items()})))
    chained = as_session(server, session("sts").assume_role(RoleArn=second["Arn"], RoleSessionName="tt"))
    chained("s3").list_buckets()
    # The same tag again is refused, in any case: it is transitive.
    assert refused(session("sts").assume_role, RoleArn=second["Arn"], RoleSessionName="tt", Tags=[{"Key": "TEAM", "Value": "b"}])[0] in ("InvalidParameterValue", "AccessDenied", "ValidationError")
    assert refused(session("sts").assume_role, RoleArn=second["Arn"], RoleSessionName="tt", SourceIdentity="bob")[0] in ("AccessDenied", "ValidationError")


def test_conditions_32_the_order_in_which_tags_are_judged(server):
    """Bad text before authorization; a denial before what only the operation sees."""
    nobody = user(server, "tags-nothing")
    iam = nobody("iam")
    assert refused(iam.tag_user, UserName="tags-nothing", Tags=[{"Key": "a*b", "Value": "v"}])[0] == "ValidationError"
    assert refused(iam.tag_user, UserName="tags-nothing", Tags=[])[0] == "AccessDenied"
    somebody = user(server, "tags-something", allow("iam:TagUser"))
    assert refused(somebody("iam").tag_user, UserName="tags-something", Tags=[])[0] == "InvalidInput"


def test_authorization_2_1_whom_a_grant_can_name(server):
    """Sessions and federated users need not exist, roles and users must; three sentences for who does not."""
    kms = server.client("kms", A)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    role(server, "grantee", path="/probe/")
    unique = server.client("iam", A).get_role(RoleName="grantee")["Role"]["RoleId"]
    give = lambda who: kms.create_grant(KeyId=key, GranteePrincipal=who, Operations=["Decrypt"])  # noqa: E731
    sts = f"arn:aws:sts::{A}"
    for who in (f"{sts}:assumed-role/grantee/unissued", f"{unique}:target", f"arn:aws:iam::{A}:role/probe/grantee", f"{sts}:federated-user/unissued"):
        grant = give(who)["GrantId"]
        assert len(grant) == 64 and set(grant) <= set("0123456789abcdef")
    nobody = f"{sts}:assumed-role/missing/target"
    assert refused(give, who=nobody) == ("InvalidArnException", f"ARN does not refer to a valid principal: {nobody}")
    path = f"{sts}:assumed-role/probe/grantee/target"
    assert refused(give, who=path) == ("InvalidArnException", f"ARN is not valid: {path}")
    assert refused(give, who="AROA00000000000000100:future") == ("InvalidArnException", "GranteePrincipal does not refer to a valid principal.")


def test_iam_18_a_constraint_is_met_by_no_pair_more(server):
    """KMS API reference, GrantConstraints: "the same as". Of keys that differ only in case a condition sees one."""
    kms = server.client("kms", A)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    who = user(server, "constrained")
    grantee = f"arn:aws:iam::{A}:user/constrained"
    for constraint, accepted, refuses in [
        ("EncryptionContextEquals", [{"dept": "y"}], [{"Dept": "x", "dept": "y"}, {"dept": "y", "Dept": "y"}, {"dept": "x"}, {}]),
        ("EncryptionContextSubset", [{"dept": "y"}, {"dept": "y", "more": "z"}], [{"more": "z"}, {}]),
    ]:
        grant = kms.create_grant(KeyId=key, GranteePrincipal=grantee, Operations=["Encrypt"], Constraints={constraint: {"dept": "y"}})
        encrypt = lambda context: who("kms").encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context, GrantTokens=[grant["GrantToken"]])  # noqa: E731
        for context in accepted:
            encrypt(context)
        for context in refuses:
            assert refused(encrypt, context=context)[0] == "AccessDeniedException", (constraint, context)
        kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])


def test_authorization_2_7_how_grants_are_listed(server):
    kms = server.client("kms", A)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    role(server, "listed")
    kms.create_grant(KeyId=key, GranteePrincipal=f"arn:aws:iam::{A}:role/listed", Operations=["Decrypt"])
    kms.create_grant(KeyId=key, GranteePrincipal=f"arn:aws:iam::{A}:role/listed", Operations=["Decrypt"], Name="named")
    listed = kms.list_grants(KeyId=key)
    assert sorted(g.get("Name", "") for g in listed["Grants"]) == ["", "named"]
    for grant in listed["Grants"]:
        assert grant["IssuingAccount"] == f"arn:aws:iam::{A}:root"
        assert "Constraints" not in grant and "RetiringPrincipal" not in grant
    assert listed["Truncated"] is False


def test_authorization_3_2_a_managed_session_policy_is_read_live(server):
    iam = server.client("iam", A)
    arn = iam.create_policy(PolicyName="live", PolicyDocument=document(allow("iam:ListUsers")))["Policy"]["Arn"]
    target = role(server, "reads-live")
    iam.put_role_policy(RoleName="reads-live", PolicyName="p", PolicyDocument=document(allow("iam:ListUsers")))
    caller = user(server, "assumes-live", allow("sts:AssumeRole"))
    session = as_session(server, caller("sts").assume_role(RoleArn=target["Arn"], RoleSessionName="ss", PolicyArns=[{"arn": arn}]))
    session("iam").list_users()
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document({"Effect": "Deny", "Action": "*", "Resource": "*"}), SetAsDefault=True)
    assert refused(session("iam").list_users)[0] == "AccessDenied"


def test_authorization_2_8_members_of_errors(server):
    kms = server.client("kms", A)
    with pytest.raises(kms.exceptions.NotFoundException) as failed:
        kms.describe_key(KeyId="alias/none")
    answer = failed.value.response
    assert answer["message"] == answer["Error"]["Message"] and answer["Error"]["Code"] == "NotFoundException"
    nobody = user(server, "without-keys")("kms")
    with pytest.raises(botocore.exceptions.ClientError) as failed:
        nobody.list_keys()
    answer = failed.value.response
    assert answer["Error"]["Code"] == "AccessDeniedException" and "message" not in answer


def test_authorization_3_3_there_is_a_packed_size_without_a_policy(server):
    role(server, "packed")
    caller = user(server, "packs", allow("sts:AssumeRole"))("sts")
    size = lambda **more: caller.assume_role(RoleArn=f"arn:aws:iam::{A}:role/packed", RoleSessionName="ss", **more)["PackedPolicySize"]  # noqa: E731
    assert 0 < size() <= size(Policy=document(allow("s3:*"))) <= 100


def test_authorization_3_4_numbers_on_the_wire(server):
    sts = user(server, "counts")("sts")
    said = {}
    sts.meta.events.register("before-call.sts.GetSessionToken", lambda params, **_: params["body"].update(said))
    for text, code in [("900", None), ("0900", None), ("+900", None), (" 900 ", "MalformedInput"), ("\t900\n", "MalformedInput"), ("900.0", "MalformedInput"), ("9e2", "MalformedInput"), ("2147483648", "MalformedInput"), ("0", "ValidationError")]:
        said["DurationSeconds"] = text
        if code is None:
            sts.get_session_token()
        else:
            assert refused(sts.get_session_token)[0] == code, text


def test_authorization_3_6_whom_a_trust_policy_cannot_name(server):
    iam = server.client("iam", A)
    trust = lambda principal: document({"Effect": "Allow", "Action": "sts:AssumeRoleWithSAML", "Principal": principal})  # noqa: E731
    assert refused(iam.create_role, RoleName="x", AssumeRolePolicyDocument=trust({"Federated": "*"})) == (
        "MalformedPolicyDocument",
        "Federated principals must be valid domain names or SAML metadata ARNs",
    )


def test_authorization_7_1_policies_of_aws_do_not_change(server):
    iam = server.client("iam", A)
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    denied = lambda what: ("AccessDenied", f"Cannot {what} outside your own account.")  # noqa: E731
    assert refused(iam.delete_policy, PolicyArn=arn) == denied("delete policies")
    assert refused(iam.create_policy_version, PolicyArn=arn, PolicyDocument=document(allow("s3:*"))) == denied("create versions for policies")
    assert refused(iam.set_default_policy_version, PolicyArn=arn, VersionId="v1") == denied("update policies")
    assert refused(iam.delete_policy_version, PolicyArn=arn, VersionId="v1") == denied("delete policy versions for policies")
    assert refused(iam.tag_policy, PolicyArn=arn, Tags=[{"Key": "a", "Value": "b"}]) == ("InvalidInput", "Tags not supported for policies in this domain")
    assert refused(iam.untag_policy, PolicyArn=arn, TagKeys=["a"]) == ("InvalidInput", "Tags not supported for policies in this domain")
    assert iam.list_policy_tags(PolicyArn=arn)["Tags"] == []


def test_authorization_8_1_and_8_2_rotation(server):
    """The period counts as 365 days where it is not given, whatever the key has."""
    kms = server.client("kms", A)
    everything = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{A}:root"}, "Action": "kms:*", "Resource": "*"}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:EnableKeyRotation", "Resource": "*", "Condition": {"NumericGreaterThan": {"kms:RotationPeriodInDays": "100"}}}
    key = kms.create_key(Policy=document(everything, deny))["KeyMetadata"]["Arn"]
    caller = user(server, "rotates", allow("kms:*"))("kms")
    assert refused(caller.enable_key_rotation, KeyId=key)[0] == "AccessDeniedException"
    caller.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    assert refused(caller.enable_key_rotation, KeyId=key)[0] == "AccessDeniedException"
    assert refused(caller.enable_key_rotation, KeyId=key, RotationPeriodInDays=180)[0] == "AccessDeniedException"
    kms.create_alias(AliasName="alias/rotates", TargetKeyId=key)
    assert refused(caller.enable_key_rotation, KeyId="alias/rotates", RotationPeriodInDays=90)[0] == "InvalidArnException"
    kms.disable_key(KeyId=key)
    assert refused(caller.enable_key_rotation, KeyId=key, RotationPeriodInDays=90) == ("DisabledException", f"{key} is disabled.")
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert refused(caller.enable_key_rotation, KeyId=key, RotationPeriodInDays=90) == ("KMSInvalidStateException", f"{key} is pending deletion.")


def test_authorization_6_4_authorization_precedes_lookup(server):
    caller = user(server, "looks-up")
    assert refused(caller("iam").get_role, RoleName="nobody-there")[0] == "AccessDenied"
    caller = user(server, "looks-up-too", allow("iam:GetRole"))
    assert refused(caller("iam").get_role, RoleName="nobody-there")[0] == "NoSuchEntity"


def test_accounts_are_apart(server):
    """What one account has no other sees."""
    server.client("iam", A).create_user(UserName="only-in-a")
    assert refused(server.client("iam", B).get_user, UserName="only-in-a")[0] == "NoSuchEntity"


def test_tags_of_a_new_key_need_a_permission_of_their_own(server):
    """KMS API reference, CreateKey: Tags needs kms:TagResource. There is no key yet that the answer could name (LeanerCloud/CUDly#1671)."""
    client = user(server, "tags-keys", allow("kms:CreateKey"))
    client("kms").create_key()
    sentence = f"User: arn:aws:iam::{A}:user/tags-keys is not authorized to perform: kms:TagResource because no identity-based policy allows the kms:TagResource action"
    assert refused(client("kms").create_key, Tags=[{"TagKey": "a", "TagValue": "1"}]) == ("AccessDeniedException", sentence)


def test_session_tokens_of_users_are_not_for_iam(server):
    """STS API reference, GetSessionToken: no IAM without multi-factor authentication (99designs/aws-vault#328)."""
    client = user(server, "without-mfa", allow("*"))
    assert client("iam").list_roles()
    session = as_session(server, client("sts").get_session_token())
    assert session("ecr").describe_repositories()
    assert refused(session("iam").list_roles) == ("InvalidClientTokenId", "The security token included in the request is invalid")


def test_resource_tags_are_no_matter_of_a_key_policy(server):
    """awsdocs/aws-kms-developer-guide#47."""
    policy = document({"Effect": "Allow", "Principal": {"AWS": A}, "Action": "kms:*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "x"}}})
    code, message = refused(server.client("kms", A).create_key, Policy=policy)
    assert (code, message) == ("MalformedPolicyDocumentException", "These condition keys are not permitted in a key policy: aws:ResourceTag, kms:ResourceTag, kms:ResourceAliases")


def test_keys_that_the_front_door_gives(fresh):
    """iam:ResourceTag (service authorization reference), kms:EncryptionAlgorithm (KMS developer guide), and what S3 and
    the request say of themselves."""
    s = fresh()
    admin = s.client("iam", B)
    admin.create_user(UserName="u")
    statement = lambda effect, action, **condition: {"Effect": effect, "Action": action, "Resource": "*", **({"Condition": condition} if condition else {})}
    document = lambda *all: json.dumps({"Version": "2012-10-17", "Statement": list(all)})
    admin.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=document(
        statement("Allow", ["iam:*", "kms:*", "s3:*"]),
        statement("Allow", "sts:AssumeRole", StringEquals={"iam:ResourceTag/kind": "deploy"}),
        statement("Deny", "iam:DeleteRole", StringEquals={"iam:ResourceTag/protected": "true"}),
        statement("Deny", "kms:Encrypt", StringEquals={"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}),
        statement("Deny", "s3:PutObject", Null={"s3:if-none-match": "true"}),
    ))
    key = admin.create_access_key(UserName="u")["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    iam, kms, s3, sts = (s.client(name, **own) for name in ("iam", "kms", "s3", "sts"))
    trust = document({"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{B}:root"}, "Action": "sts:AssumeRole"})
    role = admin.create_role(RoleName="r", AssumeRolePolicyDocument=trust, Tags=[{"Key": "protected", "Value": "true"}, {"Key": "kind", "Value": "deploy"}])["Role"]["Arn"]
    other = admin.create_role(RoleName="other", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    sts.assume_role(RoleArn=role, RoleSessionName="x1")
    for refused in [lambda: iam.delete_role(RoleName="r"), lambda: sts.assume_role(RoleArn=other, RoleSessionName="x1")]:
        with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
            refused()
    iam.delete_role(RoleName="other")
    made = kms.create_key()["KeyMetadata"]["KeyId"]
    with pytest.raises(botocore.exceptions.ClientError, match="explicit deny"):
        kms.encrypt(KeyId=made, Plaintext=b"x")
    kms.generate_data_key(KeyId=made, KeySpec="AES_256")
    s3.create_bucket(Bucket="bucket-of-u")
    with pytest.raises(botocore.exceptions.ClientError, match="explicit deny"):
        s3.put_object(Bucket="bucket-of-u", Key="k", Body=b"x")
    s3.put_object(Bucket="bucket-of-u", Key="k", Body=b"x", IfNoneMatch="*")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket-of-u", "Key": "k"})
    assert urllib.request.urlopen(url).status == 200
    s.client("s3", B).put_bucket_policy(Bucket="bucket-of-u", Policy=document(
        {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket-of-u/*", "Condition": {"NumericGreaterThan": {"s3:signatureAge": "1000"}}}))
    time.sleep(1.2)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url)


def test_a_principal_is_one_name(fresh):
    """IAM user guide, "Principal": no part of a name; fact 6: conditions keep what they say when somebody is gone."""
    s = fresh()
    iam, s3 = s.client("iam", B), s.client("s3", B)
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{B}:root"}, "Action": "sts:AssumeRole"}]})
    iam.create_role(RoleName="z", AssumeRolePolicyDocument=trust)
    s3.create_bucket(Bucket="bucket-of-z")
    policy = lambda who: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": {"AWS": who}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket-of-z/*", "Condition": {"ArnNotEquals": {"aws:PrincipalArn": who}}}]})
    for who in ["assumed-role/z/*", "assumed-role/z/", "assumed-role/z/a?c", "federated-user/*"]:
        with pytest.raises(botocore.exceptions.ClientError, match="Invalid principal"):
            s3.put_bucket_policy(Bucket="bucket-of-z", Policy=policy(f"arn:aws:sts::{B}:{who}"))
    s3.put_bucket_policy(Bucket="bucket-of-z", Policy=policy(f"arn:aws:sts::{B}:assumed-role/z/one"))
    user = iam.create_user(UserName="d")["User"]["Arn"]
    s3.put_bucket_policy(Bucket="bucket-of-z", Policy=policy(user))
    iam.delete_user(UserName="d")
    shown = json.loads(s3.get_bucket_policy(Bucket="bucket-of-z")["Policy"])["Statement"][0]
    assert shown["Principal"]["AWS"].startswith("AIDA") and shown["Condition"]["ArnNotEquals"]["aws:PrincipalArn"] == user


def test_a_session_that_a_bucket_policy_names_is_of_any_role_of_that_name(fresh):
    """Recorded: radkawar/stackd s3/abac_authorization_replay, native-named-session-principal-survives-role-recreation."""
    s = fresh()
    s3, iam = s.client("s3", A), s.client("iam", A)
    sts = user(s, "assumes", allow("sts:AssumeRole"))("sts")
    role(s, "again")
    s3.create_bucket(Bucket="of-a-session")
    s3.put_object(Bucket="of-a-session", Key="k", Body=b"x")
    who = f"arn:aws:sts::{A}:assumed-role/again/future"
    s3.put_bucket_policy(Bucket="of-a-session", Policy=document({"Effect": "Allow", "Principal": {"AWS": who}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::of-a-session/*"}))
    iam.delete_role(RoleName="again")
    named = lambda: json.loads(s3.get_bucket_policy(Bucket="of-a-session")["Policy"])["Statement"][0]["Principal"]["AWS"]
    assert named() == who
    role(s, "again")
    assert named() == who
    session = lambda name: as_session(s, sts.assume_role(RoleArn=f"arn:aws:iam::{A}:role/again", RoleSessionName=name))("s3")
    assert session("future").get_object(Bucket="of-a-session", Key="k")["Body"].read() == b"x"
    assert refused(session("other").get_object, Bucket="of-a-session", Key="k")[0] == "AccessDenied"


def test_authorization_7_2_what_iam_refuses_by_its_name(fresh):
    """Recorded: radkawar/stackd internal/iam/managed attachment_domains, iam/resource_inputs."""
    s = fresh()
    iam = s.client("iam", A)
    iam.create_user(UserName="u")
    reserved = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
    sentence = ("PolicyNotAttachable", "Cannot attach AWS reserved policy to an IAM user.")
    assert refused(iam.attach_user_policy, UserName="u", PolicyArn=reserved) == sentence
    assert refused(iam.put_user_permissions_boundary, UserName="u", PermissionsBoundary=reserved) == sentence
    key = iam.create_access_key(UserName="u")["AccessKey"]["AccessKeyId"]
    assert refused(iam.update_access_key, UserName="u", AccessKeyId=key, Status="Expired")[0] == "InvalidInput"
    assert iam.list_access_keys(UserName="u")["AccessKeyMetadata"][0]["Status"] == "Active"


def test_a_report_says_nothing_of_a_decision(server):
    """spec/conditions.md fact 33: a policy is listed as granting access to a service also where its Deny covers the whole Allow. What
    is decided is decided by the statements; the report is not here, and says so by its name."""
    both = user(server, "reported", allow("s3:*"), allow("s3:*", Effect="Deny"))
    assert refused(both("s3").list_buckets)[0] == "AccessDenied"
    code, message = refused(
        server.client("iam", A).list_policies_granting_service_access,
        Arn=f"arn:aws:iam::{A}:user/reported",
        ServiceNamespaces=["s3"],
    )
    assert code == "NotImplemented" and "iam:ListPoliciesGrantingServiceAccess" in message


def test_a_role_may_be_assumed_at_once(server):
    """spec/authorization.md 3.5: on AWS most new roles can be, and some some seconds later. Here all can: a delivery is rehearsed as
    it is when AWS has caught up, and `rehearse` says what does not wait for what."""
    arn = role(server, "fresh")["Arn"]
    caller = user(server, "in-a-hurry", allow("sts:AssumeRole"))
    assumed = caller("sts").assume_role(RoleArn=arn, RoleSessionName="at-once")
    assert assumed["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{A}:assumed-role/fresh/at-once"
