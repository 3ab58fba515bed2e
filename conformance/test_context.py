"""What the front door knows of a request, and which permissions an operation needs, by documentation of AWS."""

import pathlib
import urllib.error
import urllib.request

import pytest

from conftest import A, B, C
from test_facts import allow, as_session, document, refused, role, user


def deny(action, **members):
    return allow(action, **members) | {"Effect": "Deny"}


@pytest.fixture
def caller(server, request):
    """A user, and a function that gives it these statements alone."""
    name = request.node.name.replace("_", "-")[:60]
    clients = user(server, name)

    def may(*statements):
        server.client("iam", A).put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(*statements))
        return clients

    return may


def test_nobody_makes_a_role_that_is_exempt_from_organizations(server):
    """Service-linked roles are made by services."""
    iam = server.client("iam", A)
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": A}})
    code, message = refused(iam.create_role, RoleName="linked", Path="/aws-service-role/x.amazonaws.com/", AssumeRolePolicyDocument=trust)
    assert (code, message) == ("InvalidInput", "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles")
    assert refused(iam.get_role, RoleName="linked")[0] == "NoSuchEntity"


def test_what_a_chain_hands_on_is_asked_for_at_each_role(server, caller):
    """A transitive tag needs sts:TagSession of the next role, too (aws/eks-pod-identity-agent#80)."""
    iam = server.client("iam", A)
    first = role(server, "hands-on")
    iam.put_role_policy(RoleName="hands-on", PolicyName="p", PolicyDocument=document(allow("sts:*")))
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": first["Arn"]}}
    second = iam.create_role(RoleName="takes-over", AssumeRolePolicyDocument=document(trust))["Role"]
    sts = caller(allow("sts:*"))("sts")
    tags = {"Tags": [{"Key": "team", "Value": "a"}]}
    plain = as_session(server, sts.assume_role(RoleArn=first["Arn"], RoleSessionName="ss", **tags))("sts")
    plain.assume_role(RoleArn=second["Arn"], RoleSessionName="ss")
    handed = as_session(server, sts.assume_role(RoleArn=first["Arn"], RoleSessionName="ss", TransitiveTagKeys=["team"], **tags))("sts")
    code, message = refused(handed.assume_role, RoleArn=second["Arn"], RoleSessionName="ss")
    assert code == "AccessDenied" and f"sts:TagSession on resource: {second['Arn']}" in message
    iam.update_assume_role_policy(RoleName="takes-over", PolicyDocument=document(trust | {"Action": ["sts:AssumeRole", "sts:TagSession"]}))
    handed.assume_role(RoleArn=second["Arn"], RoleSessionName="ss")


def test_requests_to_global_services_are_for_us_east_1(server, caller):
    """Whatever region a client signs for (IAM user guide, "Denies access to AWS based on the requested Region")."""
    lock = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    clients = caller(allow("*"), deny("*", Condition=lock))
    assert refused(clients("iam").list_users)[0] == "AccessDenied"
    iam = server.client("iam", A)
    at_home = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    caller(allow("iam:ListUsers", Condition=at_home))
    made = iam.create_access_key(UserName="test-requests-to-global-services-are-for-us-east-1")["AccessKey"]
    abroad = server.client("iam", region="eu-west-1", aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"])
    abroad.list_users()


def test_what_is_about_no_resource_is_of_the_caller_s_account(tmp_path, fresh):
    """AWS's own resource perimeter lets nobody lose `docker login` (recorded for `*`: spec/authorization.md 5.1)."""
    (tmp_path / "sekisho.toml").write_text(
        f'[organization]\nid = "o-a1b2c3d4e5"\nmanagement_account = "{C}"\nservice_control_policies = ["scp.json"]\n[organization.members.{A}]\n[organization.members.{B}]\n'
    )
    (tmp_path / "scp.json").write_text(document(deny("*", Condition={"StringNotEqualsIfExists": {"aws:ResourceOrgID": "o-a1b2c3d4e5"}})))
    server = fresh("--organization", str(pathlib.Path(tmp_path)))
    server.client("ecr", B).get_authorization_token()
    server.client("kms", B).create_key()
    server.client("s3", B).list_buckets()
    server.client("iam", B).list_policies()
    assert refused(server.client("sts", B).assume_role, RoleArn="arn:aws:iam::999999999999:role/x", RoleSessionName="ss")[0] == "AccessDenied"


def test_tags_of_users_and_policies_and_repositories_count(server, caller):
    """iam:ResourceTag of users, aws:ResourceTag of policies, ecr:ResourceTag of all that is asked of a repository."""
    iam, ecr = server.client("iam", A), server.client("ecr", A)
    prod = [{"Key": "env", "Value": "prod"}]
    iam.create_user(UserName="tagged-user", Tags=prod)
    policy = iam.create_policy(PolicyName="tagged-policy", PolicyDocument=document(allow("s3:GetObject")), Tags=prod)["Policy"]["Arn"]
    arn = ecr.create_repository(repositoryName="tagged/repository", tags=prod)["repository"]["repositoryArn"]
    tagged = lambda key: {"Condition": {"StringEquals": {f"{key}:ResourceTag/env": "prod"}}}
    clients = caller(allow("*"), deny("iam:*", **tagged("iam")))
    assert refused(clients("iam").tag_user, UserName="tagged-user", Tags=[{"Key": "a", "Value": "b"}])[0] == "AccessDenied"
    assert refused(clients("iam").create_access_key, UserName="tagged-user")[0] == "AccessDenied"
    clients = caller(allow("*"), deny("*", **tagged("aws")))
    assert refused(clients("iam").create_policy_version, PolicyArn=policy, PolicyDocument=document(allow("s3:*")))[0] == "AccessDenied"
    clients = caller(allow("*"), deny("ecr:*", **tagged("ecr")))
    for call, arguments in [
        ("untag_resource", {"resourceArn": arn, "tagKeys": ["env"]}),
        ("tag_resource", {"resourceArn": arn, "tags": [{"Key": "a", "Value": "b"}]}),
        ("list_tags_for_resource", {"resourceArn": arn}),
        ("delete_repository", {"repositoryName": "tagged/repository"}),
    ]:
        assert refused(getattr(clients("ecr"), call), **arguments)[0] == "AccessDeniedException", call


def test_permissions_that_come_in_twos(server, caller):
    """GetObjectAttributes reads the object; UpdateAlias takes a key its alias (S3 and KMS API references)."""
    s3, kms = server.client("s3", A), server.client("kms", A)
    s3.create_bucket(Bucket="in-twos")
    s3.put_object(Bucket="in-twos", Key="k", Body=b"x")
    read = lambda clients: clients("s3").get_object_attributes(Bucket="in-twos", Key="k", ObjectAttributes=["ETag"])
    for lacking in ["s3:GetObject", "s3:GetObjectAttributes"]:
        assert refused(read, clients=caller(allow("*"), deny(lacking)))[0] == "AccessDenied"
    read(caller(allow(["s3:GetObject", "s3:GetObjectAttributes"])))

    old, new = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    kms.create_alias(AliasName="alias/in-twos", TargetKeyId=old)
    alias = f"arn:aws:kms:us-east-1:{A}:alias/in-twos"
    move = lambda clients: clients("kms").update_alias(AliasName="alias/in-twos", TargetKeyId=new)
    code, message = refused(move, clients=caller(allow("kms:UpdateAlias", Resource=[alias, new])))
    assert code == "AccessDeniedException" and old in message
    move(caller(allow("kms:UpdateAlias", Resource=[alias, old, new])))


def test_what_is_asked_about(server, caller):
    """All buckets are `arn:aws:s3:::*`; grants to retire are asked for of who retires them."""
    caller(allow("s3:ListAllMyBuckets", Resource="arn:aws:s3:::*"))("s3").list_buckets()
    code, message = refused(caller(allow("s3:GetObject"))("s3").list_buckets)
    assert code == "AccessDenied" and message.endswith("s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action")
    me, other = (f"arn:aws:iam::{A}:user/{name}" for name in ["test-what-is-asked-about", "other-retires"])
    server.client("iam", A).create_user(UserName="other-retires")
    kms = caller(allow("kms:ListRetirableGrants", Resource=me))("kms")
    kms.list_retirable_grants(RetiringPrincipal=me)
    assert refused(kms.list_retirable_grants, RetiringPrincipal=other)[0] == "AccessDeniedException"


def test_keys_that_policies_still_have(server, caller):
    """The old names of what a key is for, and the version of TLS."""
    key = server.client("kms", A).create_key()["KeyMetadata"]["KeyId"]
    old = {"StringEquals": {"kms:CustomerMasterKeySpec": "SYMMETRIC_DEFAULT", "kms:CustomerMasterKeyUsage": "ENCRYPT_DECRYPT"}}
    caller(allow("kms:Encrypt", Condition=old))("kms").encrypt(KeyId=key, Plaintext=b"x")
    modern = {"NumericGreaterThanEquals": {"s3:TlsVersion": "1.2"}}
    caller(allow("s3:ListAllMyBuckets", Condition=modern))("s3").list_buckets()
    assert refused(caller(allow("*"), deny("s3:*", Condition={"NumericLessThan": {"s3:TlsVersion": "1.4"}}))("s3").list_buckets)[0] == "AccessDenied"


def test_credentials_of_get_session_token_ask_sts_for_nothing_else(server, caller):
    """No operation but AssumeRole and GetCallerIdentity (STS API reference, GetSessionToken)."""
    sts = caller(allow("*"))("sts")
    session = as_session(server, sts.get_session_token())("sts")
    session.get_caller_identity()
    assert refused(session.decode_authorization_message, EncodedMessage="x")[0] == "AccessDenied"


def test_the_alias_that_a_request_names(server, caller):
    """kms:RequestAlias of Decrypt and ReEncrypt, which take an alias beside the ciphertext (KMS developer guide)."""
    kms = server.client("kms", A)
    kms.create_alias(AliasName="alias/named", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])
    blob = kms.encrypt(KeyId="alias/named", Plaintext=b"x")["CiphertextBlob"]
    by_alias = {"StringEquals": {"kms:RequestAlias": "alias/named"}}
    only = caller(allow("kms:*", Condition=by_alias))("kms")
    only.decrypt(CiphertextBlob=blob, KeyId="alias/named")
    only.re_encrypt(CiphertextBlob=blob, SourceKeyId="alias/named", DestinationKeyId="alias/named")
    assert refused(only.decrypt, CiphertextBlob=blob)[0] == "AccessDeniedException"
    never = caller(allow("kms:*"), deny("kms:*", Condition=by_alias))("kms")
    never.decrypt(CiphertextBlob=blob)
    assert refused(never.decrypt, CiphertextBlob=blob, KeyId="alias/named")[0] == "AccessDeniedException"


def test_the_boundary_of_a_role_that_changes(server, caller):
    """iam:PermissionsBoundary is there for all that changes a role with one (service authorization reference)."""
    iam = server.client("iam", A)
    boundary = iam.create_policy(PolicyName="the-boundary", PolicyDocument=document(allow("*")))["Policy"]["Arn"]
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": A}})
    iam.create_role(RoleName="is-bounded", AssumeRolePolicyDocument=trust, PermissionsBoundary=boundary)
    unless = {"StringNotEquals": {"iam:PermissionsBoundary": boundary}}
    own = caller(allow("iam:*"), deny("iam:*", Condition=unless))("iam")
    own.update_assume_role_policy(RoleName="is-bounded", PolicyDocument=trust)
    own.update_role(RoleName="is-bounded", MaxSessionDuration=7200)
    own.get_role(RoleName="is-bounded")
    iam.create_role(RoleName="is-not-bounded", AssumeRolePolicyDocument=trust)
    assert refused(own.update_role, RoleName="is-not-bounded", MaxSessionDuration=7200)[0] == "AccessDenied"
    assert refused(own.delete_role, RoleName="is-not-bounded")[0] == "AccessDenied"
    own.delete_role(RoleName="is-bounded")


def test_what_grants_and_policies_of_keys_say(server, caller):
    """kms:PolicyName; kms:GrantIsForAWSResource of ListGrants; the context that a grant asks for (KMS developer guide, "AWS KMS permissions")."""
    kms = server.client("kms", A)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    by_name = {"StringEquals": {"kms:PolicyName": "default"}}
    named = caller(allow("kms:*", Condition=by_name))("kms")
    policy = named.get_key_policy(KeyId=key)["Policy"]
    named.put_key_policy(KeyId=key, Policy=policy)
    by_hand = {"Bool": {"kms:GrantIsForAWSResource": "false"}}
    assert refused(caller(allow("kms:*"), deny("kms:*", Condition=by_hand))("kms").list_grants, KeyId=key)[0] == "AccessDeniedException"
    finance = {"StringEquals": {"kms:EncryptionContext:dept": "fin"}}
    grant = {"KeyId": key, "GranteePrincipal": f"arn:aws:iam::{A}:root", "Operations": ["Decrypt"]}
    narrow = caller(allow("kms:CreateGrant", Condition=finance))("kms")
    narrow.create_grant(**grant, Constraints={"EncryptionContextSubset": {"dept": "fin"}})
    assert refused(narrow.create_grant, **grant)[0] == "AccessDeniedException"
    assert refused(narrow.create_grant, **grant, Constraints={"EncryptionContextSubset": {"dept": "hr"}})[0] == "AccessDeniedException"


def test_uploads_in_parts_ask_as_they_are_finished(server, caller):
    """With checksums S3 asks for the key (recorded: stackd s3/multipart_authority_replay 178-192); parts have the upload's ACL; nobody unsigned begins one."""
    s3, kms = server.client("s3", A), server.client("kms", A)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket="in-parts-asked", ObjectOwnership="BucketOwnerPreferred")
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    where = {"Bucket": "in-parts-asked", "Key": "k"}
    begun = s3.create_multipart_upload(**where, **encrypted, ChecksumAlgorithm="SHA256")["UploadId"]
    part = s3.upload_part(**where, UploadId=begun, PartNumber=1, Body=b"x", ChecksumAlgorithm="SHA256")
    blind = caller(allow("s3:*"))("s3")
    assert refused(blind.list_parts, **where, UploadId=begun)[0] == "AccessDenied"
    s3.put_object(**where, Body=b"there")
    parts = {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]}]}}
    assert refused(blind.complete_multipart_upload, **where, UploadId=begun, IfNoneMatch="*", **parts)[0] == "AccessDenied"
    seeing = caller(allow(["s3:*", "kms:Decrypt"]))("s3")
    seeing.list_parts(**where, UploadId=begun)
    assert refused(seeing.complete_multipart_upload, **where, UploadId=begun, IfNoneMatch="*", **parts)[0] == "PreconditionFailed"

    acl = {"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    given = caller(allow("s3:*"), deny("s3:PutObject", Condition=acl))("s3")
    begun = given.create_multipart_upload(**where, ACL="bucket-owner-full-control")["UploadId"]
    part = given.upload_part(**where, UploadId=begun, PartNumber=1, Body=b"x")
    given.complete_multipart_upload(**where, UploadId=begun, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]})

    s3.put_public_access_block(Bucket="in-parts-asked", PublicAccessBlockConfiguration={"BlockPublicPolicy": False, "RestrictPublicBuckets": False})
    s3.put_bucket_policy(Bucket="in-parts-asked", Policy=document(allow("s3:PutObject", Principal="*", Resource="arn:aws:s3:::in-parts-asked/*")))
    begin = urllib.request.Request(f"{server.endpoint}/in-parts-asked/k?uploads", method="POST")
    with pytest.raises(urllib.error.HTTPError) as failed:
        urllib.request.urlopen(begin)
    assert failed.value.code == 403 and b"Anonymous users cannot initiate multipart uploads" in failed.value.read()


def test_how_requests_to_s3_are_signed_is_known_of_all(server, caller):
    """Also where no bucket is there yet, and where a missing key is to be told from one that is not to be known of."""
    signed = {"StringNotEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}}
    theirs = {"StringNotEquals": {"s3:ResourceAccount": A}}
    s3 = caller(allow("*"), deny("s3:*", Condition=signed), deny("s3:*", Condition=theirs))
    s3("s3").create_bucket(Bucket="signed-for")
    s3("s3").list_buckets()
    assert refused(s3("s3").get_object, Bucket="signed-for", Key="k")[0] == "NoSuchKey"
    block = {"AccountId": A, "PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}
    s3("s3control").put_public_access_block(**block)
    s3("s3control").delete_public_access_block(AccountId=A)
