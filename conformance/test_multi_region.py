"""Keys of several Regions (radkawar/stackd, testdata/aws/kms/multi_region; spec/authorization.md section 8.3)."""

import json

import pytest
from botocore.exceptions import ClientError
from conftest import A, B

EAST, WEST, HONG_KONG = "us-east-1", "us-west-2", "ap-east-1"
TEXT = b"multi-Region plaintext"
ONE_REPLICA = ("AlreadyExistsException", "You can create only one replica of each primary key in each AWS Region.")


def refused(call, **given):
    with pytest.raises(ClientError) as error:
        call(**given)
    said = error.value.response["Error"]
    return said["Code"], said["Message"]


@pytest.fixture
def kms(server):
    return {region: server.client("kms", B, region) for region in (EAST, WEST, HONG_KONG)}


@pytest.fixture
def key(kms):
    made = kms[EAST].create_key(MultiRegion=True, Description="primary", Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyMetadata"]["KeyId"]
    arn = lambda region: f"arn:aws:kms:{region}:{B}:key/{made}"
    return made, arn


def test_replicas(kms, key):
    id, arn = key
    east, west = kms[EAST], kms[WEST]
    replicate = lambda region, **more: refused(east.replicate_key, KeyId=id, ReplicaRegion=region, **more)
    assert replicate(EAST) == ("ValidationException", "us-east-1 cannot have a replica because it contains the primary.")
    assert replicate("cn-north-1") == ("ValidationException", "The replica key Region must be in the same AWS partition as the primary key Region.")
    assert replicate("us-invalid-1") == ("ValidationException", "Region us-invalid-1 is not a valid Region or multi-Region keys are not supported in Region us-invalid-1.")
    east.enable_key_rotation(KeyId=id, RotationPeriodInDays=90)
    sealed = east.encrypt(KeyId=id, Plaintext=TEXT, EncryptionContext={"k": "v"})["CiphertextBlob"]
    made = east.replicate_key(KeyId=id, ReplicaRegion=WEST)
    shown = made["ReplicaKeyMetadata"]
    assert (shown["Arn"], shown["KeyState"], shown["Description"]) == (arn(WEST), "Creating", "")
    assert json.loads(made["ReplicaPolicy"])["Id"] == "key-default-1" and "ReplicaTags" not in made
    tagged = east.replicate_key(KeyId=id, ReplicaRegion=HONG_KONG, Description="d", Tags=[{"TagKey": "t", "TagValue": "v"}])
    assert tagged["ReplicaTags"] == [{"TagKey": "t", "TagValue": "v"}]
    family = {"PrimaryKey": {"Arn": arn(EAST), "Region": EAST}, "ReplicaKeys": [{"Arn": arn(r), "Region": r} for r in (HONG_KONG, WEST)]}
    for region, kind in ((EAST, "PRIMARY"), (WEST, "REPLICA")):
        metadata = kms[region].describe_key(KeyId=id)["KeyMetadata"]
        assert metadata["MultiRegionConfiguration"] == {"MultiRegionKeyType": kind} | family
        assert metadata["Enabled"] and metadata["Arn"] == arn(region)
    material = {kms[r].describe_key(KeyId=id)["KeyMetadata"]["CurrentKeyMaterialId"] for r in (EAST, WEST)}
    assert len(material) == 1
    assert west.list_resource_tags(KeyId=id)["Tags"] == []
    # Rotation is the primary's.
    status = west.get_key_rotation_status(KeyId=id)
    assert status["KeyRotationEnabled"] and status["RotationPeriodInDays"] == 90
    for operation, call in (("EnableKeyRotation", west.enable_key_rotation), ("DisableKeyRotation", west.disable_key_rotation)):
        assert refused(call, KeyId=id) == ("UnsupportedOperationException", f"{arn(WEST)} is a multi-region replica key which is not valid for {operation}.")
    assert replicate(WEST) == ONE_REPLICA
    assert refused(west.replicate_key, KeyId=id, ReplicaRegion="eu-west-1") == ("UnsupportedOperationException", f"{arn(WEST)} is not a multi-region primary key.")
    plain = east.create_key()["KeyMetadata"]["KeyId"]
    assert refused(east.replicate_key, KeyId=plain, ReplicaRegion=WEST)[0] == "UnsupportedOperationException"
    east.create_alias(AliasName="alias/several", TargetKeyId=id)
    for call in (lambda: east.replicate_key(KeyId="alias/several", ReplicaRegion=WEST), lambda: east.update_primary_region(KeyId="alias/several", PrimaryRegion=WEST)):
        assert refused(call) == ("InvalidArnException", "Key Aliases are not supported for this operation.")
    # What one sealed, another opens; nobody names a key of another Region.
    for named in ({}, {"KeyId": id}, {"KeyId": arn(WEST)}):
        opened = west.decrypt(CiphertextBlob=sealed, EncryptionContext={"k": "v"}, **named)
        assert (opened["Plaintext"], opened["KeyId"]) == (TEXT, arn(WEST))
    assert refused(west.decrypt, CiphertextBlob=sealed, EncryptionContext={"k": "v"}, KeyId=arn(EAST))[0] == "IncorrectKeyException"
    again = west.re_encrypt(CiphertextBlob=sealed, SourceEncryptionContext={"k": "v"}, DestinationKeyId=id)
    assert (again["SourceKeyId"], again["KeyId"]) == (arn(WEST), arn(WEST))
    assert east.decrypt(CiphertextBlob=again["CiphertextBlob"])["Plaintext"] == TEXT
    # Each has its own state.
    east.disable_key(KeyId=id)
    assert west.decrypt(CiphertextBlob=sealed, EncryptionContext={"k": "v"})["Plaintext"] == TEXT
    assert replicate("eu-west-1") == ("DisabledException", f"{arn(EAST)} is disabled.")


def test_another_primary(kms, key):
    id, arn = key
    east, west = kms[EAST], kms[WEST]
    east.enable_key_rotation(KeyId=id, RotationPeriodInDays=90)
    east.replicate_key(KeyId=id, ReplicaRegion=WEST)
    east.update_primary_region(KeyId=id, PrimaryRegion=EAST)
    assert refused(east.update_primary_region, KeyId=id, PrimaryRegion="eu-west-1") == ("ValidationException", f"{id} does not have a replica key in the specified Region.")
    assert refused(west.update_primary_region, KeyId=id, PrimaryRegion=WEST) == ("KMSInvalidStateException", f"{arn(WEST)} is not a multi-Region primary key.")
    east.update_primary_region(KeyId=id, PrimaryRegion=WEST)
    metadata = east.describe_key(KeyId=id)["KeyMetadata"]
    family = {"PrimaryKey": {"Arn": arn(WEST), "Region": WEST}, "ReplicaKeys": [{"Arn": arn(EAST), "Region": EAST}]}
    assert metadata["MultiRegionConfiguration"] == {"MultiRegionKeyType": "REPLICA"} | family
    assert west.get_key_rotation_status(KeyId=id)["RotationPeriodInDays"] == 90
    assert refused(east.enable_key_rotation, KeyId=id)[0] == "UnsupportedOperationException"
    # The primary key waits for its replicas.
    scheduled = west.schedule_key_deletion(KeyId=id, PendingWindowInDays=7)
    assert scheduled["KeyState"] == "PendingReplicaDeletion" and "DeletionDate" not in scheduled
    waiting = west.describe_key(KeyId=id)["KeyMetadata"]
    assert (waiting["KeyState"], waiting["PendingDeletionWindowInDays"], waiting["Enabled"]) == ("PendingReplicaDeletion", 7, False)
    assert refused(west.tag_resource, KeyId=id, Tags=[{"TagKey": "a", "TagValue": "b"}]) == ("KMSInvalidStateException", f"{arn(WEST)} is pending replica deletion.")
    assert west.get_key_rotation_status(KeyId=id)["KeyRotationEnabled"]
    west.cancel_key_deletion(KeyId=id)
    assert west.describe_key(KeyId=id)["KeyMetadata"]["KeyState"] == "Disabled"
    assert refused(west.update_primary_region, KeyId=id, PrimaryRegion=EAST) == ("DisabledException", f"{arn(WEST)} is disabled.")
    west.enable_key(KeyId=id)
    assert east.schedule_key_deletion(KeyId=id, PendingWindowInDays=7)["KeyState"] == "PendingDeletion"
    assert refused(west.replicate_key, KeyId=id, ReplicaRegion=EAST) == ONE_REPLICA
    assert refused(west.update_primary_region, KeyId=id, PrimaryRegion=EAST) == ("KMSInvalidStateException", f"{arn(EAST)} is pending deletion.")


def test_what_policies_see(server, kms, key):
    """kms:ReplicaRegion, kms:PrimaryRegion and kms:MultiRegionKeyType; and CreateKey in the other Region."""
    id, arn = key
    iam = server.client("iam", B)
    iam.create_user(UserName="replicates")
    made = iam.create_access_key(UserName="replicates")["AccessKey"]
    keys = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
    mine = {r: server.client("kms", region=r, **keys) for r in (EAST, WEST)}

    def allow(*statements):
        statements = [{"Effect": "Allow", "Resource": "*"} | s for s in statements]
        iam.put_user_policy(UserName="replicates", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))

    replicate = {"Action": "kms:ReplicateKey", "Condition": {"StringEquals": {"kms:ReplicaRegion": WEST, "kms:MultiRegionKeyType": "PRIMARY"}}}
    allow(replicate)
    code, message = refused(mine[EAST].replicate_key, KeyId=id, ReplicaRegion=WEST)
    assert code == "AccessDeniedException" and "kms:CreateKey on resource: *" in message
    allow(replicate, {"Action": "kms:CreateKey", "Condition": {"StringEquals": {"aws:RequestedRegion": WEST, "kms:MultiRegionKeyType": "REPLICA"}}})
    assert "kms:ReplicateKey" in refused(mine[EAST].replicate_key, KeyId=id, ReplicaRegion=HONG_KONG)[1]
    mine[EAST].replicate_key(KeyId=id, ReplicaRegion=WEST)
    update = {"Action": "kms:UpdatePrimaryRegion", "Condition": {"StringEquals": {"kms:PrimaryRegion": WEST}}}
    allow(update | {"Resource": arn(EAST)})
    assert arn(WEST) in refused(mine[EAST].update_primary_region, KeyId=id, PrimaryRegion=WEST)[1]
    allow(update | {"Resource": [arn(EAST), arn(WEST)]})
    mine[EAST].update_primary_region(KeyId=id, PrimaryRegion=WEST)
    # A replica is one: its own policy decides, in its own Region.
    allow({"Action": "kms:Encrypt", "Condition": {"StringEquals": {"kms:MultiRegionKeyType": "REPLICA"}}})
    mine[EAST].encrypt(KeyId=id, Plaintext=TEXT)
    assert refused(mine[WEST].encrypt, KeyId=id, Plaintext=TEXT)[0] == "AccessDeniedException"
    # Nobody of another account does either.
    assert refused(server.client("kms", A).replicate_key, KeyId=arn(EAST), ReplicaRegion=WEST)[0] == "AccessDeniedException"


def test_the_policy_of_a_replica_is_held_to_its_own_region(kms, key):
    """Who may change it afterwards is asked as it will be: there, of a replica."""
    id, _ = key
    policy = lambda condition: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{B}:root"}, "Action": "kms:*", "Resource": "*", "Condition": {"StringEquals": condition}}]})
    locked_out = ("MalformedPolicyDocumentException", "The new key policy will not allow you to update the key policy in the future.")
    for key_name, here, there in (("aws:RequestedRegion", EAST, WEST), ("kms:MultiRegionKeyType", "PRIMARY", "REPLICA")):
        region = WEST if key_name.startswith("aws:") else HONG_KONG
        assert refused(kms[EAST].replicate_key, KeyId=id, ReplicaRegion=region, Policy=policy({key_name: here})) == locked_out
        kms[EAST].replicate_key(KeyId=id, ReplicaRegion=region, Policy=policy({key_name: there}))
        kms[region].put_key_policy(KeyId=id, PolicyName="default", Policy=policy({key_name: there}))


def test_the_names_of_a_key_decide_about_its_family(server, kms, key):
    id, arn = key
    kms[EAST].replicate_key(KeyId=id, ReplicaRegion=WEST)
    kms[EAST].create_alias(AliasName="alias/promoted", TargetKeyId=id)
    iam = server.client("iam", B)
    iam.create_user(UserName="promotes")
    named = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/promoted"}}
    statements = [
        {"Effect": "Allow", "Action": "kms:UpdatePrimaryRegion", "Resource": arn(EAST), "Condition": named},
        {"Effect": "Allow", "Action": "kms:UpdatePrimaryRegion", "Resource": arn(WEST)},
    ]
    iam.put_user_policy(UserName="promotes", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}))
    made = iam.create_access_key(UserName="promotes")["AccessKey"]
    caller = server.client("kms", B, EAST, aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"])
    caller.update_primary_region(KeyId=id, PrimaryRegion=WEST)
    kms[WEST].update_primary_region(KeyId=id, PrimaryRegion=EAST)
    kms[EAST].delete_alias(AliasName="alias/promoted")
    assert refused(caller.update_primary_region, KeyId=id, PrimaryRegion=WEST)[0] == "AccessDeniedException"
