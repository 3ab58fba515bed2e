import json
import re

import botocore.exceptions
import pytest

from conftest import A, B, REGION


def error(call, **kwargs):
    with pytest.raises(botocore.exceptions.ClientError) as e:
        call(**kwargs)
    return e.value.response["Error"]


@pytest.fixture
def kms(fresh):
    s = fresh()
    client = s.client("kms", B)
    client.server = s
    return client


def test_keys(kms):
    key = kms.create_key(Description="d", Tags=[{"TagKey": "a", "TagValue": "1"}])["KeyMetadata"]
    id = key["KeyId"]
    assert key["Arn"] == f"arn:aws:kms:{REGION}:{B}:key/{id}"
    assert json.loads(kms.get_key_policy(KeyId=id, PolicyName="default")["Policy"])["Id"] == "key-default-1"
    assert kms.list_key_policies(KeyId=id)["PolicyNames"] == ["default"]
    kms.create_alias(AliasName="alias/one", TargetKeyId=id)
    second = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName="alias/one", TargetKeyId=second)
    assert kms.describe_key(KeyId="alias/one")["KeyMetadata"]["KeyId"] == second
    assert kms.list_aliases(KeyId=second)["Aliases"][0]["AliasName"] == "alias/one"
    kms.delete_alias(AliasName="alias/one")
    assert error(kms.describe_key, KeyId="alias/one")["Code"] == "NotFoundException"
    assert len(kms.list_keys()["Keys"]) == 2
    kms.tag_resource(KeyId=id, Tags=[{"TagKey": "b", "TagValue": "2"}])
    kms.untag_resource(KeyId=id, TagKeys=["a"])
    assert kms.list_resource_tags(KeyId=id)["Tags"] == [{"TagKey": "b", "TagValue": "2"}]
    kms.update_key_description(KeyId=id, Description="e")
    kms.enable_key_rotation(KeyId=id, RotationPeriodInDays=90)
    assert kms.get_key_rotation_status(KeyId=id)["RotationPeriodInDays"] == 90
    kms.disable_key_rotation(KeyId=id)
    assert kms.get_key_rotation_status(KeyId=id)["KeyRotationEnabled"] is False
    kms.disable_key(KeyId=id)
    assert error(kms.encrypt, KeyId=id, Plaintext=b"x") == {"Message": f"{key['Arn']} is disabled.", "Code": "DisabledException"}
    kms.enable_key(KeyId=id)
    assert kms.schedule_key_deletion(KeyId=id, PendingWindowInDays=7)["KeyState"] == "PendingDeletion"
    assert error(kms.encrypt, KeyId=id, Plaintext=b"x")["Message"] == f"{key['Arn']} is pending deletion."
    kms.cancel_key_deletion(KeyId=id)
    assert kms.describe_key(KeyId=id)["KeyMetadata"]["KeyState"] == "Disabled"
    assert error(kms.describe_key, KeyId="12345678-1234-1234-1234-123456789012")["Message"].endswith("does not exist")


def test_cryptography(kms):
    one, two = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    blob = kms.encrypt(KeyId=one, Plaintext=b"secret", EncryptionContext={"k": "v"})["CiphertextBlob"]
    assert b"secret" not in blob
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext={"k": "v"})["Plaintext"] == b"secret"
    assert error(kms.decrypt, CiphertextBlob=blob)["Code"] == "InvalidCiphertextException"
    broken = bytearray(blob)
    broken[-1] ^= 1
    assert error(kms.decrypt, CiphertextBlob=bytes(broken), EncryptionContext={"k": "v"})["Code"] == "InvalidCiphertextException"
    assert error(kms.decrypt, CiphertextBlob=b"nonsense")["Code"] == "InvalidCiphertextException"
    again = kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext={"k": "v"}, DestinationKeyId=two)
    assert again["KeyId"].endswith(two)
    assert kms.decrypt(CiphertextBlob=again["CiphertextBlob"], KeyId=two)["Plaintext"] == b"secret"
    assert error(kms.decrypt, CiphertextBlob=again["CiphertextBlob"], KeyId=one)["Code"] == "IncorrectKeyException"
    data = kms.generate_data_key(KeyId=one, KeySpec="AES_256")
    assert len(data["Plaintext"]) == 32
    assert kms.decrypt(CiphertextBlob=data["CiphertextBlob"])["Plaintext"] == data["Plaintext"]
    assert "Plaintext" not in kms.generate_data_key_without_plaintext(KeyId=one, NumberOfBytes=16)
    assert len(kms.generate_random(NumberOfBytes=20)["Plaintext"]) == 20


def test_multi_region_keys(kms):
    """radkawar/stackd kms/multi_region: primary_initial."""
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]
    id, arn = key["KeyId"], key["Arn"]
    assert re.fullmatch("mrk-[0-9a-f]{32}", id)
    assert key["MultiRegion"] is True
    assert key["MultiRegionConfiguration"] == {"MultiRegionKeyType": "PRIMARY", "PrimaryKey": {"Arn": arn, "Region": REGION}, "ReplicaKeys": []}
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{B}:root"}, "Action": "kms:*", "Resource": "*"}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:Encrypt", "Resource": "*", "Condition": {"StringEquals": {"kms:MultiRegionKeyType": "PRIMARY"}, "Bool": {"kms:MultiRegion": "true"}}}
    assert kms.decrypt(CiphertextBlob=kms.encrypt(KeyId=id, Plaintext=b"x")["CiphertextBlob"])["KeyId"] == arn
    kms.put_key_policy(KeyId=id, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement, deny]}))
    assert error(kms.encrypt, KeyId=id, Plaintext=b"x")["Code"] == "AccessDeniedException"


def test_policies_lock_nobody_out(kms):
    """spec/iam.md facts 16 and 17."""
    def policy(action, principal):
        return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*"}]})

    root = f"arn:aws:iam::{B}:root"
    trap = error(kms.create_key, Policy=policy("kms.*", root))
    assert trap == {"Message": "The new key policy will not allow you to update the key policy in the future.", "Code": "MalformedPolicyDocumentException"}
    nobody = error(kms.create_key, Policy=policy("kms:*", [root, f"arn:aws:iam::{A}:role/nobody"]))
    assert nobody["Message"] == "Policy contains a statement with one or more invalid principals."
    none = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]})
    assert error(kms.create_key, Policy=none)["Message"] == "Policy contains a statement with no principal."
    key = kms.create_key(Policy=policy("kms:*", root))["KeyMetadata"]["KeyId"]
    assert error(kms.put_key_policy, KeyId=key, PolicyName="default", Policy=policy("kms:Get*", root))["Code"] == "MalformedPolicyDocumentException"
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy("kms:*", root))


def test_grants_count(kms):
    """spec/authorization.md 2.1, 2.5; spec/iam.md fact 18."""
    s = kms.server
    iam = s.client("iam", B)
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{B}:user/u"}}]})
    iam.create_user(UserName="u")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    sts = s.client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    session = s.as_session("kms", sts.assume_role(RoleArn=role, RoleSessionName="s1"))
    cmk = kms.create_key()["KeyMetadata"]
    id, arn = cmk["KeyId"], cmk["Arn"]
    denied = error(session.encrypt, KeyId=id, Plaintext=b"x")
    assert denied["Message"] == f"User: arn:aws:sts::{B}:assumed-role/r/s1 is not authorized to perform: kms:Encrypt on resource: {arn} because no identity-based policy allows the kms:Encrypt action"
    grant = kms.create_grant(KeyId=id, GranteePrincipal=role, RetiringPrincipal=role, Operations=["Encrypt", "Decrypt"], Constraints={"EncryptionContextSubset": {"team": "x"}})
    assert error(session.encrypt, KeyId=id, Plaintext=b"x")["Code"] == "AccessDeniedException"
    blob = session.encrypt(KeyId=id, Plaintext=b"x", EncryptionContext={"team": "x", "more": "y"})["CiphertextBlob"]
    assert session.decrypt(CiphertextBlob=blob, EncryptionContext={"team": "x", "more": "y"})["Plaintext"] == b"x"
    assert kms.list_grants(KeyId=id)["Grants"][0]["GranteePrincipal"] == role
    assert kms.list_retirable_grants(RetiringPrincipal=role)["Grants"][0]["GrantId"] == grant["GrantId"]
    session.retire_grant(KeyId=arn, GrantId=grant["GrantId"])
    second = kms.create_grant(KeyId=id, GranteePrincipal=role, Operations=["DescribeKey"])["GrantId"]
    assert session.describe_key(KeyId=id)
    kms.revoke_grant(KeyId=id, GrantId=second)
    assert error(session.describe_key, KeyId=id)["Code"] == "AccessDeniedException"
    nobody = f"arn:aws:iam::{B}:role/nobody"
    assert error(kms.create_grant, KeyId=id, GranteePrincipal=nobody, Operations=["Encrypt"])["Message"] == f"ARN does not refer to a valid principal: {nobody}"


def test_a_dry_run_leaves_nothing(kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    user = kms.server.client("iam", B).create_user(UserName="u")["User"]["Arn"]
    grant = {"KeyId": key, "GranteePrincipal": user, "Operations": ["Decrypt"]}
    assert error(kms.create_grant, **grant, DryRun=True)["Code"] == "DryRunOperationException"
    assert kms.list_grants(KeyId=key)["Grants"] == []
    made = kms.create_grant(**grant)["GrantId"]
    assert error(kms.revoke_grant, KeyId=key, GrantId=made, DryRun=True)["Code"] == "DryRunOperationException"
    assert len(kms.list_grants(KeyId=key)["Grants"]) == 1
    named = grant | {"Name": "twin"}
    kms.create_grant(**named)
    assert error(kms.create_grant, **named, DryRun=True)["Code"] == "DryRunOperationException"
    assert error(kms.encrypt, KeyId=key, Plaintext=b"x", DryRun=True)["Code"] == "DryRunOperationException"


def test_what_a_grant_is_bound_to(kms):
    """Constraints that ask for nothing are none; SourceArn binds to calls on behalf of a resource (KMS API reference)."""
    s = kms.server
    iam = s.client("iam", B)
    user = iam.create_user(UserName="u")["User"]["Arn"]
    access = iam.create_access_key(UserName="u")["AccessKey"]
    mine = s.client("kms", aws_access_key_id=access["AccessKeyId"], aws_secret_access_key=access["SecretAccessKey"])
    admin = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{B}:root"}, "Action": "kms:*", "Resource": "*"}
    guarded = {"Effect": "Allow", "Principal": {"AWS": user}, "Action": "kms:CreateGrant", "Resource": "*", "Condition": {"StringEquals": {"kms:GrantConstraintType": "EncryptionContextSubset"}}}
    key = kms.create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": [admin, guarded]}))["KeyMetadata"]["KeyId"]
    arn = kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    grant = {"KeyId": arn, "GranteePrincipal": user, "Operations": ["Encrypt"]}
    for constraints in [{}, {"EncryptionContextSubset": {}}, {"EncryptionContextEquals": {"a": "b"}}, {"SourceArn": "arn:aws:rds:us-east-1:222222222222:db:work"}]:
        assert error(mine.create_grant, **grant, Constraints=constraints)["Code"] == "AccessDeniedException", constraints
    mine.create_grant(**grant, Constraints={"EncryptionContextSubset": {"a": "b"}})
    assert error(mine.encrypt, KeyId=arn, Plaintext=b"x")["Code"] == "AccessDeniedException"
    mine.encrypt(KeyId=arn, Plaintext=b"x", EncryptionContext={"a": "b"})
    made = kms.create_grant(**grant, Constraints={"SourceArn": "arn:aws:rds:us-east-1:222222222222:db:work"})
    assert kms.list_grants(KeyId=key, GrantId=made["GrantId"])["Grants"][0]["Constraints"] == {"SourceArn": "arn:aws:rds:us-east-1:222222222222:db:work"}
    assert error(mine.encrypt, KeyId=arn, Plaintext=b"x", GrantTokens=[made["GrantToken"]])["Code"] == "AccessDeniedException"
    assert error(mine.encrypt, KeyId=arn, Plaintext=b"x", GrantTokens=["nobody's"])["Code"] == "InvalidGrantTokenException"
    assert error(kms.create_grant, KeyId=key, GranteePrincipal="s3.amazonaws.com", Operations=["Decrypt"])["Code"] == "InvalidArnException"
