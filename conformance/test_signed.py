"""What a signature is for, and what a request says twice: what one part of it is decided by and another does."""

import base64
import hashlib
import urllib.error
import urllib.parse
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from conftest import A, B, C, REGION
from test_facts import allow, document, refused, user

ROOT_OF_A = botocore.credentials.Credentials(A, "sekisho")


def send(request):
    """Status and body of a prepared request."""
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def signed(server, signer, method="GET", path="/", body=b"", headers=None):
    request = botocore.awsrequest.AWSRequest(method, server.endpoint + path, data=body, headers=headers or {})
    signer.add_auth(request)
    prepared = request.prepare()
    return urllib.request.Request(prepared.url, data=body or None, headers=dict(prepared.headers), method=method)


def test_what_is_signed_for_one_service_is_nothing_to_another(server):
    """Presigned calls of GetCallerIdentity are handed to strangers, as proof of who one is: they prove nothing else."""
    proof = server.client("sts", A).generate_presigned_url("get_caller_identity", HttpMethod="GET")
    json = {"Content-Type": "application/x-amz-json-1.1"}
    for target, name in [("AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", "ecr"), ("TrentService.CreateKey", "kms"), ("CodePipeline_20150709.ListPipelines", "codepipeline")]:
        for method in ["GET", "POST"]:
            status, answer = send(urllib.request.Request(proof, headers=json | {"X-Amz-Target": target}, method=method))
            assert status == 400 and f"Credential should be scoped to correct service: '{name}'." in answer, answer
    assert send(urllib.request.Request(proof))[0] == 200
    # What is to be done is part of what is signed.
    signer = botocore.auth.SigV4Auth(ROOT_OF_A, "kms", REGION)
    request = signed(server, signer, "POST", body=b"{}", headers=json)
    request.add_header("X-Amz-Target", "TrentService.ListKeys")
    status, answer = send(request)
    assert status == 400 and "x-amz-target" in answer
    abroad = signed(server, botocore.auth.S3SigV4Auth(ROOT_OF_A, "sts", REGION), path="/some-bucket/k")
    assert send(abroad)[0] in {400, 403}


def test_s3_takes_one_kind_of_credential(server):
    s3 = server.client("s3", A)
    s3.create_bucket(Bucket="one-kind")
    s3.delete_public_access_block(Bucket="one-kind")
    s3.put_object(Bucket="one-kind", Key="k", Body=b"x")
    read = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::one-kind/*"}
    s3.put_bucket_policy(Bucket="one-kind", Policy=document(read | {"Condition": {"StringEquals": {"s3:authType": "REST-HEADER"}}}))
    url = f"{server.endpoint}/one-kind/k"
    basic = {"Authorization": "Basic " + base64.b64encode(b"x:y").decode()}
    assert send(urllib.request.Request(url))[0] == 403
    status, answer = send(urllib.request.Request(url, headers=basic))
    assert status == 400 and "<Message>Unsupported Authorization Type</Message>" in answer
    presigned = s3.generate_presigned_url("get_object", Params={"Bucket": "one-kind", "Key": "k"})
    status, answer = send(urllib.request.Request(presigned, headers=basic))
    assert status == 400 and "Only one auth mechanism allowed" in answer
    s3.put_bucket_policy(Bucket="one-kind", Policy=document(read))
    assert send(urllib.request.Request(url))[0] == 200
    old = urllib.parse.urlencode({"AWSAccessKeyId": "AKIA", "Signature": "bad", "Expires": "99999999999"})
    assert send(urllib.request.Request(f"{url}?{old}"))[0] == 400
    # Two kinds, of which the one is good.
    signer = botocore.auth.S3SigV4Auth(ROOT_OF_A, "s3", REGION)
    assert send(signed(server, signer, path="/one-kind/k"))[0] == 200
    status, answer = send(signed(server, signer, path=f"/one-kind/k?{old}"))
    assert status == 400 and "Only one auth mechanism allowed" in answer


def test_parameters_stand_in_one_place(server):
    """In the body of a query or in its query string: of two, one would be left out."""
    signer = botocore.auth.SigV4Auth(ROOT_OF_A, "iam", REGION)
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    body = b"Action=ListRoles&Version=2010-05-08"
    assert send(signed(server, signer, "POST", "/", body, form))[0] == 200
    status, answer = send(signed(server, signer, "POST", "/?Action=DeleteRole&RoleName=x", body, form))
    assert status == 400 and "not in both" in answer
    for name in ["sts", "iam", "organizations"]:
        assert server.client(name, A, region="aws-global").meta.region_name == "aws-global"
    server.client("sts", A, region="aws-global").get_caller_identity()


def test_a_host_may_be_what_somebody_calls_the_server(server):
    """`NAME.localhost` is a bucket's where there is such a bucket."""
    s3 = server.client("s3", A)
    for bucket in ["local-host", "other-host"]:
        s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket="local-host", Key="v2/k", Body=b"x")
    signer = botocore.auth.S3SigV4Auth(ROOT_OF_A, "s3", REGION)

    def ask(host, path):
        return send(signed(server, signer, path=path, headers={"Host": host}))

    assert ask("local-host.localhost", "/v2/k") == (200, "x")
    assert ask("sekisho.localhost", "/local-host/v2/k") == (200, "x")
    assert "<Name>other-host</Name>" in ask("sekisho.localhost", "/")[1]
    assert send(urllib.request.Request(f"{server.endpoint}/_sekisho/health", headers={"Host": "local-host.localhost"}))[0] == 200
    token = server.client("ecr", A).get_authorization_token()["authorizationData"][0]["authorizationToken"]
    for host, expected in [
        ("local-host.localhost", 200),
        ("registry.localhost", 200),
        ("111111111111.dkr.ecr.localhost", 200),
        ("111111111111.dkr-ecr.us-east-1.on.aws", 200),
        ("111111111111.DKR.ECR.US-EAST-1.amazonaws.com", 200),
        ("111111111111.registry.svc.cluster.local", 200),
        ("111111111111.dkr.ecr.eu-west-1.amazonaws.com", 401),
    ]:
        headers = {"Host": host, "Authorization": f"Basic {token}"}
        assert send(urllib.request.Request(f"{server.endpoint}/v2/", headers=headers))[0] in {200, expected}, host
        assert send(urllib.request.Request(f"{server.endpoint}/v2/none/tags/list", headers=headers))[0] == (404 if expected == 200 else 401), host


def test_s3_is_told_the_hash_of_a_payload(server):
    """Or that there is none: what a policy that wants signed payloads reads."""
    s3 = server.client("s3", A)
    s3.create_bucket(Bucket="told-hash")

    class Says(botocore.auth.S3SigV4Auth):
        said = None

        def _modify_request_before_signing(self, request):
            super()._modify_request_before_signing(request)
            del request.headers["X-Amz-Content-SHA256"]
            if self.said:
                request.headers["X-Amz-Content-SHA256"] = self.said

        def payload(self, request):
            return self.said or "UNSIGNED-PAYLOAD"

    def put(said):
        signer = Says(ROOT_OF_A, "s3", REGION)
        signer.said = said
        return send(signed(server, signer, "PUT", "/told-hash/k", b"body"))

    assert put(hashlib.sha256(b"body").hexdigest())[0] == 200
    assert put("UNSIGNED-PAYLOAD")[0] == 200
    status, answer = put(None)
    assert status == 400 and "Missing required header for this request: x-amz-content-sha256" in answer
    for nonsense in ["unsigned-payload", "nonsense", "a" * 63]:
        status, answer = put(nonsense)
        assert status == 400 and "or a valid sha256 value." in answer, nonsense


def test_a_tag_has_one_value(server):
    """Not one for the condition and another for the session or the resource."""
    iam = server.client("iam", A)
    tag = {"StringEquals": {"aws:RequestTag/dept": "low"}}
    trust = {"Effect": "Allow", "Principal": {"AWS": A}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    role = iam.create_role(RoleName="one-value", AssumeRolePolicyDocument=document(trust | {"Condition": tag}))["Role"]["Arn"]
    sts = user(server, "one-value", allow("*"))("sts")
    session = {"RoleArn": role, "RoleSessionName": "ss"}
    sts.assume_role(**session, Tags=[{"Key": "dept", "Value": "low"}], TransitiveTagKeys=["Dept"])
    for other in ["dept", "Dept"]:
        for values in [("low", "admin"), ("admin", "low")]:
            tags = [{"Key": key, "Value": value} for key, value in zip(["dept", other], values)]
            assert refused(sts.assume_role, **session, Tags=tags)[0] == "InvalidParameterValue"
    kelvin = [{"Key": "\u212a", "Value": "low"}, {"Key": "k", "Value": "admin"}, {"Key": "dept", "Value": "low"}]
    assert refused(sts.assume_role, **session, Tags=kelvin)[0] == "InvalidParameterValue"
    left = refused(sts.assume_role, **session, Tags=[{"Key": "dept", "Value": "low"}], TransitiveTagKeys=["team"])
    assert left == ("InvalidParameterValue", "The specified transitive tag key must be included in the requested tags.")

    kms, ecr = server.client("kms", A), server.client("ecr", A)
    twice = [("env", "test"), ("env", "prod")]
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    of_kms = [{"TagKey": k, "TagValue": v} for k, v in twice]
    for call, arguments in [(kms.tag_resource, {"KeyId": key}), (kms.create_key, {})]:
        assert refused(call, **arguments, Tags=of_kms) == ("TagException", "Duplicate tag keys")
    assert kms.list_resource_tags(KeyId=key)["Tags"] == []
    of_ecr = [{"Key": k, "Value": v} for k, v in twice]
    assert refused(ecr.create_repository, repositoryName="one-value", tags=of_ecr)[0] == "InvalidTagParameterException"


def test_an_object_is_its_owner_s(server):
    """The bucket's policy gives away nothing of another account's (S3 user guide, "Bucket policies for Amazon S3")."""
    s3, writer, third = (server.client("s3", account) for account in [A, B, C])
    s3.create_bucket(Bucket="owners", ObjectOwnership="ObjectWriter")
    shared = {"Effect": "Allow", "Principal": {"AWS": [B, C]}, "Action": ["s3:PutObject", "s3:PutObjectAcl", "s3:GetObject"], "Resource": "arn:aws:s3:::owners/*"}
    s3.put_bucket_policy(Bucket="owners", Policy=document(shared))
    writer.put_object(Bucket="owners", Key="k", Body=b"x", ACL="bucket-owner-full-control")
    assert refused(third.get_object, Bucket="owners", Key="k")[0] == "AccessDenied"
    # The account of the bucket has it by the ACL, and its users by policies of their own.
    s3.get_object(Bucket="owners", Key="k")
    user(server, "owners-user", allow("s3:GetObject"))("s3").get_object(Bucket="owners", Key="k")
    assert refused(user(server, "owners-nobody")("s3").get_object, Bucket="owners", Key="k")[0] == "AccessDenied"
    s3.put_bucket_ownership_controls(Bucket="owners", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]})
    writer.put_object(Bucket="owners", Key="given", Body=b"x", ACL="bucket-owner-full-control")
    third.get_object(Bucket="owners", Key="given")


def test_whoever_does_not_sign_asks_the_bucket_s_region(server):
    s3 = server.client("s3", A)
    s3.create_bucket(Bucket="no-region")
    s3.delete_public_access_block(Bucket="no-region")
    s3.put_object(Bucket="no-region", Key="k", Body=b"x")
    public = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::no-region/*"}
    here = {"Condition": {"StringEquals": {"aws:RequestedRegion": REGION}}}
    url = f"{server.endpoint}/no-region/k"
    for statements, status in [([public | here], 200), ([public, public | here | {"Effect": "Deny"}], 403)]:
        s3.put_bucket_policy(Bucket="no-region", Policy=document(*statements))
        assert send(urllib.request.Request(url))[0] == status
    s3.put_bucket_policy(Bucket="no-region", Policy=document(public))
    copy = urllib.request.Request(f"{server.endpoint}/no-region/copy", headers={"x-amz-copy-source": "no-region/k"}, method="PUT")
    status, answer = send(copy)
    assert status == 403 and "Anonymous users cannot copy objects.  Please authenticate." in answer


def test_names_of_iam_are_one_in_any_case(server):
    """Asked for on the ARN that is stored (recorded: spec/authorization.md section 6.1)."""
    iam = server.client("iam", A)
    iam.create_user(UserName="boss-case")
    boss = f"arn:aws:iam::{A}:user/boss-case"
    assert iam.get_user(UserName="BOSS-CASE")["User"]["Arn"] == boss
    caller = user(server, "case-caller", allow("*"), {"Effect": "Deny", "Action": "*", "Resource": boss})("iam")
    for call in [caller.get_user, caller.delete_user, caller.create_access_key]:
        assert refused(call, UserName="BOSS-CASE")[0] == "AccessDenied"
    made = iam.create_access_key(UserName="Boss-Case")["AccessKey"]
    assert made["UserName"] == "boss-case"
    iam.delete_access_key(UserName="BOSS-CASE", AccessKeyId=made["AccessKeyId"])
    iam.delete_user(UserName="Boss-Case")
    assert refused(iam.get_user, UserName="boss-case")[0] == "NoSuchEntity"


def test_the_lock_out_check_knows_the_key(server):
    """Its tags, its aliases and what kind of key it is, as the call to come does."""
    kms = server.client("kms", A)
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{A}:root"}, "Action": "kms:*", "Resource": "*"}
    arn = kms.create_key(Tags=[{"TagKey": "team", "TagValue": "a"}])["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/lock-out-check", TargetKeyId=arn)
    for number, condition in enumerate([
        {"StringEquals": {"aws:ResourceTag/team": "a"}},
        {"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}},
        {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/lock-out-check"}},
    ]):
        keeper = user(server, f"lock-out-{number}", allow("kms:*", Condition=condition))("kms")
        keeper.put_key_policy(KeyId=arn, Policy=document(root))
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:PutKeyPolicy", "Resource": "*"}
    for condition in [{"StringEquals": {"kms:KeySpec": "SYMMETRIC_DEFAULT"}}, {"Bool": {"kms:MultiRegion": "false"}}]:
        locked = document(root, deny | {"Condition": condition})
        assert refused(kms.put_key_policy, KeyId=arn, Policy=locked)[0] == "MalformedPolicyDocumentException"
        assert refused(kms.create_key, Policy=locked)[0] == "MalformedPolicyDocumentException"


def test_hosts_name_one_bucket(server):
    """What stands before S3's own part of a host, in whatever case; and any path is a key there."""
    ours, theirs = server.client("s3", A), server.client("s3", B)
    theirs.create_bucket(Bucket="data-hosts")
    for bucket in ["data-hosts.s3-logs", "own-hosts", "folder-hosts"]:
        ours.create_bucket(Bucket=bucket)
    shared = {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::data-hosts/*"}
    theirs.put_bucket_policy(Bucket="data-hosts", Policy=document(shared))
    signer = botocore.auth.S3SigV4Auth(ROOT_OF_A, "s3", REGION)
    for host, path, bucket, key in [
        ("data-hosts.s3-logs.s3.us-east-1.amazonaws.com", "/k", "data-hosts.s3-logs", "k"),
        ("OWN-hosts.S3.us-east-1.amazonaws.com", "/upper", "own-hosts", "upper"),
        (f"own-hosts.localhost:{server.port}", "/folder-hosts/x", "own-hosts", "folder-hosts/x"),
        ("own-hosts.s3.us-east-1.amazonaws.com", "/v2/key", "own-hosts", "v2/key"),
        ("own-hosts.s3.us-east-1.amazonaws.com", "/_sekisho/health", "own-hosts", "_sekisho/health"),
    ]:
        assert send(signed(server, signer, "PUT", path, b"x", {"Host": host}))[0] == 200, host
        assert ours.get_object(Bucket=bucket, Key=key)["Body"].read() == b"x", host
    assert "Contents" not in theirs.list_objects_v2(Bucket="data-hosts")


def test_what_is_not_read_is_not_left_out(server):
    """A header that is no ASCII, a region that AWS cannot have, MFA for deletes, a bucket of another kind."""
    s3, kms = server.client("s3", A), server.client("kms", A, region="mars-north-9")
    s3.create_bucket(Bucket="left-out")
    signer = botocore.auth.S3SigV4Auth(ROOT_OF_A, "s3", REGION)
    request = signed(server, signer, "PUT", "/left-out/k", b"x", {"x-amz-meta-name": "e"})
    request.add_header("x-amz-meta-name", "é".encode().decode("latin-1"))
    assert send(request)[0] == 403
    assert refused(kms.create_key) == ("InvalidSignatureException", "Credential should be scoped to a valid region.")
    mfa = {"Status": "Enabled", "MFADelete": "Enabled"}
    assert refused(s3.put_bucket_versioning, Bucket="left-out", VersioningConfiguration=mfa)[0] == "NotImplemented"
    directory = {"Location": {"Type": "AvailabilityZone", "Name": "use1-az4"}, "Bucket": {"Type": "Directory", "DataRedundancy": "SingleAvailabilityZone"}}
    assert refused(s3.create_bucket, Bucket="left-out--use1-az4--x-s3", CreateBucketConfiguration=directory)[0] == "NotImplemented"
    keys = [{"Key": str(i)} for i in range(1_001)]
    assert refused(s3.delete_objects, Bucket="left-out", Delete={"Objects": keys})[0] == "MalformedXML"


def test_of_two_tags_that_differ_in_case_one_counts(server):
    """The same for the condition and for the object."""
    s3 = server.client("s3", A)
    s3.create_bucket(Bucket="two-tags")
    s3.put_object(Bucket="two-tags", Key="k", Body=b"x")
    low = {"Condition": {"StringEquals": {"s3:RequestObjectTag/access": "low"}}}
    high = {"Condition": {"StringEquals": {"s3:ExistingObjectTag/access": "high"}}}
    caller = user(server, "two-tags", allow("s3:PutObjectTagging", **low), allow("s3:GetObject", **high))("s3")
    for tags in [[("access", "high"), ("ACCESS", "low")], [("ACCESS", "low"), ("access", "high")]]:
        tags = [{"Key": k, "Value": v} for k, v in tags]
        assert refused(caller.put_object_tagging, Bucket="two-tags", Key="k", Tagging={"TagSet": tags})[0] == "AccessDenied"
    caller.put_object_tagging(Bucket="two-tags", Key="k", Tagging={"TagSet": [{"Key": "access", "Value": "low"}]})
    assert refused(caller.get_object, Bucket="two-tags", Key="k")[0] == "AccessDenied"


def test_what_is_archived_is_not_read(server):
    """aws/aws-cli#4039; and what anonymous requests may not ask for."""
    s3 = server.client("s3", A)
    s3.create_bucket(Bucket="archived")
    for kind in ["GLACIER", "DEEP_ARCHIVE"]:
        s3.put_object(Bucket="archived", Key=kind, Body=b"x", StorageClass=kind)
        assert refused(s3.get_object, Bucket="archived", Key=kind)[0] == "InvalidObjectState"
        assert refused(s3.copy_object, Bucket="archived", Key="copy", CopySource=f"archived/{kind}")[0] == "InvalidObjectState"
        assert s3.head_object(Bucket="archived", Key=kind)["StorageClass"] == kind
    s3.put_object(Bucket="archived", Key="a b", Body=b"blank", StorageClass="GLACIER_IR")
    s3.delete_public_access_block(Bucket="archived")
    read = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::archived/*"}
    s3.put_bucket_policy(Bucket="archived", Policy=document(read))
    url = f"{server.endpoint}/archived/a%20b"
    assert send(urllib.request.Request(url)) == (200, "blank")
    assert send(urllib.request.Request(url + "?response-content-type=text/html"))[0] == 400
    odd = urllib.request.Request(url, headers={"Range": "bytes=3-1"})
    assert send(odd) == (200, "blank")
    for source in ["archived%2Fa%20b", "/archived/a+b"]:
        copy = signed(server, botocore.auth.S3SigV4Auth(ROOT_OF_A, "s3", REGION), "PUT", "/archived/copied", headers={"x-amz-copy-source": source})
        assert send(copy)[0] == 200, source
