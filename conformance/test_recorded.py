"""Answers that were recorded on AWS, one by one (radkawar/stackd, testdata/aws and internal/services/iam/testdata)."""

import urllib.error
import urllib.request

import botocore.auth

from conftest import A, B, REGION
from test_facts import allow, document, refused, role, user
from test_signed import ROOT_OF_A, send, signed


def test_a_key_that_is_not_there_is_said_to_those_who_may_list(server):
    """Before a policy is asked that denies the read: s3/requester_data_replay, sequences 850 to 853."""
    s3 = server.client("s3", A)
    s3.create_bucket(Bucket="recorded-missing")
    s3.put_object(Bucket="recorded-missing", Key="there", Body=b"x")
    deny = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::recorded-missing/there", "arn:aws:s3:::recorded-missing/gone"], "Principal": "*"}
    s3.put_bucket_policy(Bucket="recorded-missing", Policy=document(deny))
    lists = user(server, "recorded-lists", allow("s3:ListBucket"), allow("s3:GetObject"))("s3")
    blind = user(server, "recorded-blind", allow("s3:GetObject"))("s3")
    nothing = user(server, "recorded-lists-alone", allow("s3:ListBucket"))("s3")
    for client, there, gone in [(lists, "AccessDenied", "NoSuchKey"), (blind, "AccessDenied", "AccessDenied"), (nothing, "AccessDenied", "NoSuchKey")]:
        assert refused(client.get_object, Bucket="recorded-missing", Key="there")[0] == there
        assert refused(client.get_object, Bucket="recorded-missing", Key="gone")[0] == gone
        assert refused(client.head_object, Bucket="recorded-missing", Key="gone")[0] == {"AccessDenied": "403", "NoSuchKey": "404"}[gone]


def test_canned_acls_let_others_read(server):
    """Where ACLs are on: s3/ownership_replay, sequences 202 to 205; that a reader gets in by them follows from the S3 user guide."""
    s3 = server.client("s3", A)
    s3.create_bucket(Bucket="recorded-acls", ObjectOwnership="ObjectWriter")
    s3.delete_public_access_block(Bucket="recorded-acls")
    stranger = server.client("s3", B)
    inside = user(server, "recorded-acl-reader")("s3")

    def anonymous(key):
        try:
            return urllib.request.urlopen(f"{server.endpoint}/recorded-acls/{key}").status
        except urllib.error.HTTPError as error:
            return error.code

    def reads(client, key):
        try:
            client.get_object(Bucket="recorded-acls", Key=key)
            return 200
        except client.exceptions.ClientError as error:
            return error.response["ResponseMetadata"]["HTTPStatusCode"]

    for acl, grantees, statuses in [
        ("private", [], (403, 403, 403)),
        ("public-read", [("http://acs.amazonaws.com/groups/global/AllUsers", "READ")], (200, 200, 200)),
        ("authenticated-read", [("http://acs.amazonaws.com/groups/global/AuthenticatedUsers", "READ")], (403, 200, 200)),
    ]:
        s3.put_object(Bucket="recorded-acls", Key=acl, Body=b"x", ACL=acl)
        grants = s3.get_object_acl(Bucket="recorded-acls", Key=acl)["Grants"]
        assert [(g["Grantee"]["URI"], g["Permission"]) for g in grants if "URI" in g["Grantee"]] == grantees
        assert (anonymous(acl), reads(stranger, acl), reads(inside, acl)) == statuses, acl
    s3.put_public_access_block(Bucket="recorded-acls", PublicAccessBlockConfiguration={"IgnorePublicAcls": True})
    assert (anonymous("public-read"), reads(stranger, "authenticated-read")) == (403, 403)
    s3.delete_public_access_block(Bucket="recorded-acls")
    deny = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::recorded-acls/*", "Principal": "*"}
    s3.put_bucket_policy(Bucket="recorded-acls", Policy=document(deny))
    assert (anonymous("public-read"), reads(stranger, "public-read")) == (403, 403)
    s3.delete_bucket_policy(Bucket="recorded-acls")
    s3.put_bucket_ownership_controls(Bucket="recorded-acls", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    assert anonymous("public-read") == 403


def test_without_ownership_controls_acls_are_on(server):
    """And what another account writes is its own: s3/ownership_replay, sequences 247 to 249 and 282 to 289."""
    s3 = server.client("s3", A)
    s3.create_bucket(Bucket="recorded-legacy")
    writes = {"Effect": "Allow", "Action": ["s3:PutObject", "s3:PutObjectAcl"], "Resource": "arn:aws:s3:::recorded-legacy/*", "Principal": {"AWS": B}}
    s3.put_bucket_policy(Bucket="recorded-legacy", Policy=document(writes))
    assert refused(s3.put_object, Bucket="recorded-legacy", Key="k", ACL="public-read")[0] == "AccessControlListNotSupported"
    s3.delete_bucket_ownership_controls(Bucket="recorded-legacy")
    assert refused(s3.get_bucket_ownership_controls, Bucket="recorded-legacy")[0] == "OwnershipControlsNotFoundError"
    s3.delete_public_access_block(Bucket="recorded-legacy")
    s3.put_object(Bucket="recorded-legacy", Key="k", ACL="public-read")
    server.client("s3", B).put_object(Bucket="recorded-legacy", Key="foreign", Body=b"x")
    assert refused(s3.get_object, Bucket="recorded-legacy", Key="foreign")[0] == "AccessDenied"


def test_parts_that_are_asked_for(server):
    """s3/multipart_read_bounds_replay, sequences 55 to 76."""
    s3 = server.client("s3", A)
    s3.create_bucket(Bucket="recorded-parts")
    where = {"Bucket": "recorded-parts", "Key": "k"}
    s3.put_object(Body=b"0123456789", **where)
    for number in [0, 10_001]:
        assert refused(s3.get_object, PartNumber=number, **where)[0] == "InvalidArgument"
    assert refused(s3.get_object, PartNumber=1, Range="bytes=0-1", **where)[0] == "InvalidRequest"
    for call in [s3.get_object, s3.head_object]:
        answer = call(PartNumber=1, **where)
        assert (answer["ResponseMetadata"]["HTTPStatusCode"], answer["ContentRange"], answer.get("PartsCount")) == (206, "bytes 0-9/10", None)


def test_what_configurations_must_say(server):
    """s3/versioning and s3/lifecycle_control_replay: what is refused changes nothing."""
    s3 = server.client("s3", A)
    s3.create_bucket(Bucket="recorded-says")
    s3.put_bucket_versioning(Bucket="recorded-says", VersioningConfiguration={"Status": "Enabled"})
    empty = refused(s3.put_bucket_versioning, Bucket="recorded-says", VersioningConfiguration={})
    assert empty == ("IllegalVersioningConfigurationException", "The Versioning element must be specified")
    assert s3.get_bucket_versioning(Bucket="recorded-says")["Status"] == "Enabled"
    rule = {"ID": "r", "Status": "Enabled", "Expiration": {"Days": 1}}
    put = lambda **more: {"Bucket": "recorded-says", "LifecycleConfiguration": {"Rules": [rule | more]}}
    s3.put_bucket_lifecycle_configuration(**put(Filter={"And": {"Prefix": "a/", "ObjectSizeGreaterThan": 1}}))
    for wrong in [{"Prefix": "", "Filter": {"Prefix": ""}}, {"Filter": {"And": {}}}, {"Filter": {"And": {"Prefix": "x"}}}]:
        assert refused(s3.put_bucket_lifecycle_configuration, **put(**wrong))[0] == "MalformedXML", wrong
    assert "And" in s3.get_bucket_lifecycle_configuration(Bucket="recorded-says")["Rules"][0]["Filter"]


def test_ciphertexts_name_their_key_material(server):
    """kms/rotation and kms/grants."""
    kms = server.client("kms", A)
    key = kms.create_key()["KeyMetadata"]
    context = {"EncryptionContext": {"app": "a"}}
    data = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256", **context)
    again = kms.re_encrypt(CiphertextBlob=data["CiphertextBlob"], SourceEncryptionContext={"app": "a"}, DestinationKeyId=key["KeyId"])
    seen = {
        data["KeyMaterialId"],
        kms.decrypt(CiphertextBlob=data["CiphertextBlob"], **context)["KeyMaterialId"],
        kms.generate_data_key_without_plaintext(KeyId=key["KeyId"], KeySpec="AES_256")["KeyMaterialId"],
        again["SourceKeyMaterialId"],
        again["DestinationKeyMaterialId"],
    }
    assert seen == {key["CurrentKeyMaterialId"]}


def test_tags_of_providers_and_profiles_know_upper_and_lower_case(server):
    """federation/oidc and instance_profiles_aws; tags_aws of keys that are spaces."""
    iam = server.client("iam", A)
    both = [{"Key": "Team", "Value": "1"}, {"Key": "team", "Value": "2"}]
    arn = iam.create_open_id_connect_provider(Url="https://recorded.example.com:443", Tags=both)["OpenIDConnectProviderArn"]
    assert arn == f"arn:aws:iam::{A}:oidc-provider/recorded.example.com"
    iam.untag_open_id_connect_provider(OpenIDConnectProviderArn=arn, TagKeys=["TEAM"])
    tags = lambda: {t["Key"]: t["Value"] for t in iam.list_open_id_connect_provider_tags(OpenIDConnectProviderArn=arn)["Tags"]}
    assert tags() == {"Team": "1", "team": "2"}
    iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=arn, Tags=[{"Key": "team", "Value": "3"}])
    assert tags() == {"Team": "1", "team": "3"}
    profile = iam.create_instance_profile(InstanceProfileName="recorded-tags", Tags=both)["InstanceProfile"]
    assert len(profile["Tags"]) == 2
    assert refused(iam.tag_user, UserName=iam.create_user(UserName="recorded-spaces")["User"]["UserName"], Tags=[{"Key": " ", "Value": "v"}])[0] == "ValidationError"


def test_providers_that_are_not_there_and_lists_of_nothing(server):
    """federation/oidc."""
    iam = server.client("iam", A)
    arn = iam.create_open_id_connect_provider(Url="https://gone.example.com", ThumbprintList=["a" * 40])["OpenIDConnectProviderArn"]
    empty = refused(iam.update_open_id_connect_provider_thumbprint, OpenIDConnectProviderArn=arn, ThumbprintList=[])
    assert empty == ("InvalidInput", "Thumbprint list must contain at least one entry.")
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    gone = refused(iam.delete_open_id_connect_provider, OpenIDConnectProviderArn=arn)
    assert gone == ("NoSuchEntity", f"OpenId connect Provider {arn} cannot be found.")
    assert refused(iam.create_open_id_connect_provider, Url="https://a.example.com/?q=1") == ("InvalidInput", "Unknown")


def test_roles_of_services_stay_out_of_instance_profiles(server):
    """service_linked_membership_aws and service_linked_roles_aws."""
    iam = server.client("iam", A)
    made = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix="recorded", Description="d")["Role"]
    assert "Description" not in made
    name = made["RoleName"]
    iam.create_instance_profile(InstanceProfileName="recorded-linked")
    protected = ("UnmodifiableEntity", f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS")
    for call in [iam.add_role_to_instance_profile, iam.remove_role_from_instance_profile]:
        assert refused(call, InstanceProfileName="recorded-linked", RoleName=name) == protected
    role(server, "recorded-ordinary")
    ordinary = refused(iam.delete_service_linked_role, RoleName="recorded-ordinary")
    assert ordinary == ("NoSuchEntity", "recorded-ordinary exists but is not a service role.")
    assert refused(iam.get_service_linked_role_deletion_status, DeletionTaskId="bogus") == ("InvalidInput", "Invalid task id")
    assert refused(iam.get_service_linked_role_deletion_status, DeletionTaskId="task/a/b")[1] == "Cannot find deletion status for given id."


def test_a_policy_of_a_user_and_of_his_group_has_its_keys_once(server):
    """context_keys_aws."""
    iam = server.client("iam", A)
    condition = {"StringEquals": {"aws:PrincipalTag/recorded": "x"}}
    policy = iam.create_policy(PolicyName="recorded-keys", PolicyDocument=document(allow("s3:GetObject", Condition=condition)))["Policy"]["Arn"]
    iam.create_user(UserName="recorded-keys")
    iam.create_group(GroupName="recorded-keys")
    iam.add_user_to_group(UserName="recorded-keys", GroupName="recorded-keys")
    iam.attach_user_policy(UserName="recorded-keys", PolicyArn=policy)
    iam.attach_group_policy(GroupName="recorded-keys", PolicyArn=policy)
    keys = iam.get_context_keys_for_principal_policy(PolicySourceArn=f"arn:aws:iam::{A}:user/recorded-keys")["ContextKeyNames"]
    assert keys == ["aws:PrincipalTag/recorded"]


def test_a_pipeline_whose_actions_cannot_be_listed(server):
    """codepipeline/history_filter_validation_native."""
    pipelines = server.client("codepipeline", A)
    gone = refused(pipelines.list_action_executions, pipelineName="gone")
    assert gone == ("PipelineNotFoundException", f"The account with AWS account ID '{A}' does not include a pipeline named 'gone'")


def test_replication_configurations_that_are_refused(server):
    """s3/replication_control_replay, sequences 27 to 94: by their codes; what was there stays."""
    s3, iam = server.client("s3", A), server.client("iam", A)
    for bucket in ["recorded-source", "recorded-target"]:
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    arn = role(server, "recorded-replicates", principal={"Service": "s3.amazonaws.com"})["Arn"]
    fine = {"Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""}, "DeleteMarkerReplication": {"Status": "Disabled"}, "Destination": {"Bucket": "arn:aws:s3:::recorded-target"}}
    put = lambda role=arn, **rule: {"Bucket": "recorded-source", "ReplicationConfiguration": {"Role": role, "Rules": [{k: v for k, v in (fine | rule).items() if v is not None}]}}
    s3.put_bucket_replication(**put(ID=""))
    kept = s3.get_bucket_replication(Bucket="recorded-source")["ReplicationConfiguration"]
    assert kept["Rules"][0]["ID"]
    old = {"Priority": None, "DeleteMarkerReplication": None, "Filter": None}
    tag = lambda key: {"Key": key, "Value": "v"}
    for code, wrong in [
        ("InvalidArgument", put(role="not-an-arn")),
        ("InvalidArgument", put(role=f"arn:aws:iam::{A}:user/u")),
        ("InvalidArgument", put(ID="a" * 256)),
        ("MalformedXML", put(**old)),
        ("MalformedXML", put(Prefix="")),
        ("MalformedXML", put(Filter={"And": {"Prefix": "a"}})),
        ("MalformedXML", put(Filter={"And": {"Tags": [tag("a")]}})),
        ("MalformedXML", put(Filter={"Prefix": "a", "Tag": tag("a")})),
        ("InvalidRequest", put(Filter={"And": {"Tags": [tag("a"), tag("a")]}})),
        ("InvalidRequest", put(**old | {"Prefix": "", "Priority": 1})),
        ("InvalidRequest", put(**old | {"Prefix": "", "DeleteMarkerReplication": {"Status": "Disabled"}})),
        ("InvalidRequest", put(Priority=-1)),
        ("InvalidRequest", put(Filter={"Tag": tag("a")}, DeleteMarkerReplication={"Status": "Enabled"})),
    ]:
        assert refused(s3.put_bucket_replication, **wrong)[0] == code, wrong
    assert s3.get_bucket_replication(Bucket="recorded-source")["ReplicationConfiguration"] == kept
    s3.put_bucket_replication(**put(**old | {"Prefix": ""}))
    assert refused(s3.put_bucket_versioning, Bucket="recorded-source", VersioningConfiguration={"Status": "Suspended"})[0] == "InvalidBucketState"
    s3.delete_bucket_replication(Bucket="recorded-source")
    s3.put_bucket_versioning(Bucket="recorded-source", VersioningConfiguration={"Status": "Suspended"})
    assert "VersionId" not in s3.put_object(Bucket="recorded-source", Key="k", Body=b"x")
    assert s3.head_object(Bucket="recorded-source", Key="k")["VersionId"] == "null"


def test_a_part_of_a_resource_is_not_the_whole(server):
    """What names a part that the method does not have is refused, and nothing is done to the whole."""
    s3 = server.client("s3", A)
    s3.create_bucket(Bucket="recorded-whole")
    s3.put_object(Bucket="recorded-whole", Key="k", Body=b"x")
    signer = botocore.auth.S3SigV4Auth(ROOT_OF_A, "s3", REGION)
    status = lambda method, path: send(signed(server, signer, method, path))[0]
    for method, path in [("DELETE", "/recorded-whole/k?acl"), ("DELETE", "/recorded-whole/k?policy"), ("PUT", "/recorded-whole/k?versionId=null"), ("PUT", "/recorded-whole/k?partNumber=1"), ("GET", "/recorded-whole/k?uploads"), ("DELETE", "/recorded-whole?object-lock")]:
        assert status(method, path) == 405, (method, path)
    assert s3.get_object(Bucket="recorded-whole", Key="k")["Body"].read() == b"x"
