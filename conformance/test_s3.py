import base64
import datetime
import hashlib
import http.client
import io
import json
import os
import socket
import time
import urllib.error
import urllib.request

import boto3.s3.transfer
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
import pytest

from conftest import A, B, REGION, ROOT


def error(call, **kwargs):
    with pytest.raises(botocore.exceptions.ClientError) as e:
        call(**kwargs)
    return e.value.response["Error"] | {"Status": e.value.response["ResponseMetadata"]["HTTPStatusCode"]}


@pytest.fixture
def s3(fresh):
    s = fresh()
    client = s.client("s3", B)
    client.server = s
    client.create_bucket(Bucket="bucket")
    return client


def test_a_new_bucket_reads_as_on_aws(s3):
    b = {"Bucket": "bucket"}
    assert s3.head_bucket(**b)["BucketRegion"] == REGION
    assert [x["Name"] for x in s3.list_buckets()["Buckets"]] == ["bucket"]
    assert s3.get_bucket_location(**b)["LocationConstraint"] is None
    assert "Status" not in s3.get_bucket_versioning(**b)
    rule = s3.get_bucket_encryption(**b)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert s3.get_public_access_block(**b)["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is True
    assert s3.get_bucket_ownership_controls(**b)["OwnershipControls"]["Rules"][0]["ObjectOwnership"] == "BucketOwnerEnforced"
    assert s3.get_bucket_acl(**b)["Grants"][0]["Permission"] == "FULL_CONTROL"
    assert s3.get_bucket_request_payment(**b)["Payer"] == "BucketOwner"
    s3.get_bucket_logging(**b), s3.get_bucket_accelerate_configuration(**b), s3.get_bucket_notification_configuration(**b)
    for call, code in [
        (s3.get_bucket_policy, "NoSuchBucketPolicy"),
        (s3.get_bucket_tagging, "NoSuchTagSet"),
        (s3.get_bucket_cors, "NoSuchCORSConfiguration"),
        (s3.get_bucket_website, "NoSuchWebsiteConfiguration"),
        (s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration"),
        (s3.get_bucket_replication, "ReplicationConfigurationNotFoundError"),
        (s3.get_object_lock_configuration, "ObjectLockConfigurationNotFoundError"),
        (s3.get_bucket_policy_status, "NoSuchBucketPolicy"),
    ]:
        found = error(call, **b)
        assert (found["Code"], found["Status"]) == (code, 404)
    assert error(s3.get_bucket_policy, Bucket="nothing-here")["Code"] == "NoSuchBucket"
    assert error(s3.server.client("s3", A).create_bucket, Bucket="bucket")["Code"] == "BucketAlreadyExists"


def test_bucket_settings(s3):
    b = {"Bucket": "bucket"}
    s3.put_bucket_tagging(**b, Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    assert s3.get_bucket_tagging(**b)["TagSet"] == [{"Key": "a", "Value": "1"}]
    s3.delete_bucket_tagging(**b)
    s3.put_bucket_encryption(**b, ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}]})
    s3.put_object(**b, Key="k", Body=b"x")
    head = s3.head_object(**b, Key="k")
    assert head["ServerSideEncryption"] == "aws:kms" and head["BucketKeyEnabled"] is True
    s3.delete_bucket_encryption(**b)
    policy = lambda principal: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}]})
    assert error(s3.put_bucket_policy, **b, Policy=policy("*"))["Code"] == "AccessDenied"
    s3.put_bucket_policy(**b, Policy=policy({"AWS": f"arn:aws:iam::{A}:root"}))
    assert json.loads(s3.get_bucket_policy(**b)["Policy"])["Statement"][0]["Principal"]["AWS"] == f"arn:aws:iam::{A}:root"
    assert s3.get_bucket_policy_status(**b)["PolicyStatus"]["IsPublic"] is False
    assert error(s3.put_bucket_policy, **b, Policy="{")["Code"] == "MalformedPolicy"
    s3.delete_bucket_policy(**b)
    s3.put_public_access_block(**b, PublicAccessBlockConfiguration={"BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": False, "RestrictPublicBuckets": False})
    s3.put_bucket_policy(**b, Policy=policy("*"))
    assert urllib.request.urlopen(f"{s3.server.endpoint}/bucket/k").read() == b"x" if head["ServerSideEncryption"] == "AES256" else True
    s3.delete_public_access_block(**b)
    s3.put_bucket_ownership_controls(**b, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.delete_bucket_ownership_controls(**b)
    assert error(s3.delete_bucket, **b)["Code"] == "BucketNotEmpty"
    s3.delete_object(**b, Key="k")
    s3.delete_bucket(**b)


def test_settings_that_are_kept(s3):
    """They are answered as they were given, and have no effect."""
    b = {"Bucket": "bucket"}
    website = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}, "RoutingRules": [{"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}}]}
    s3.put_bucket_website(**b, WebsiteConfiguration=website)
    assert {k: v for k, v in s3.get_bucket_website(**b).items() if k != "ResponseMetadata"} == website
    for wrong in ({}, {"IndexDocument": {"Suffix": "a/index.html"}}, {"IndexDocument": {"Suffix": "a"}, "RedirectAllRequestsTo": {"HostName": "example.com"}}):
        assert error(s3.put_bucket_website, **b, WebsiteConfiguration=wrong)["Code"] == "InvalidArgument"
    s3.put_bucket_website(**b, WebsiteConfiguration={"RedirectAllRequestsTo": {"HostName": "example.com"}})
    s3.delete_bucket_website(**b)
    assert error(s3.get_bucket_website, **b)["Code"] == "NoSuchWebsiteConfiguration"
    s3.put_bucket_accelerate_configuration(**b, AccelerateConfiguration={"Status": "Suspended"})
    assert s3.get_bucket_accelerate_configuration(**b)["Status"] == "Suspended"
    s3.create_bucket(Bucket="dotted.bucket")
    assert error(s3.put_bucket_accelerate_configuration, Bucket="dotted.bucket", AccelerateConfiguration={"Status": "Enabled"})["Code"] == "InvalidRequest"
    s3.put_bucket_request_payment(**b, RequestPaymentConfiguration={"Payer": "BucketOwner"})
    # That the requester pays would decide who may read.
    assert error(s3.put_bucket_request_payment, **b, RequestPaymentConfiguration={"Payer": "Requester"})["Code"] == "NotImplemented"
    assert s3.get_bucket_request_payment(**b)["Payer"] == "BucketOwner"


def test_which_fields_an_inventory_may_have(s3):
    iam = s3.server.client("iam")
    iam.create_user(UserName="u")
    statement = {"Effect": "Allow", "Action": "s3:PutInventoryConfiguration", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"s3:InventoryAccessibleOptionalFields": ["Size", "ETag"]}}}
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    key = iam.create_access_key(UserName="u")["AccessKey"]
    user = s3.server.client("s3", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    put = lambda *fields: {"Bucket": "bucket", "Id": "i", "InventoryConfiguration": {"Id": "i", "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::bucket", "Format": "CSV"}}, "IsEnabled": True, "IncludedObjectVersions": "All", "Schedule": {"Frequency": "Daily"}, "OptionalFields": list(fields)}}
    user.put_bucket_inventory_configuration(**put("Size"))
    assert error(user.put_bucket_inventory_configuration, **put("Size", "StorageClass"))["Code"] == "AccessDenied"


def test_replication_is_kept(s3):
    role = f"arn:aws:iam::{B}:role/replicates"
    configuration = lambda bucket: {"Role": role, "Rules": [{"ID": "r", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": "a/"}, "DeleteMarkerReplication": {"Status": "Disabled"}, "Destination": {"Bucket": f"arn:aws:s3:::{bucket}"}}]}
    put = lambda bucket: {"Bucket": "bucket", "ReplicationConfiguration": configuration(bucket)}
    enable = lambda bucket: s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.create_bucket(Bucket="replicas")
    refused = lambda bucket: error(s3.put_bucket_replication, **put(bucket))["Message"]
    assert refused("replicas") == "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
    enable("bucket")
    assert refused("nothing-here") == "Destination bucket must exist."
    assert refused("replicas") == "Destination bucket must have versioning enabled."
    enable("replicas")
    s3.put_bucket_replication(**put("replicas"))
    assert s3.get_bucket_replication(Bucket="bucket")["ReplicationConfiguration"] == configuration("replicas")
    # Whose role it is passes it to S3.
    iam = s3.server.client("iam")
    iam.create_user(UserName="u")
    allow = lambda *actions: iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}))
    allow("s3:PutReplicationConfiguration")
    key = iam.create_access_key(UserName="u")["AccessKey"]
    user = s3.server.client("s3", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    assert error(user.put_bucket_replication, **put("replicas"))["Code"] == "AccessDenied"
    allow("s3:PutReplicationConfiguration", "iam:PassRole")
    user.put_bucket_replication(**put("replicas"))
    s3.delete_bucket_replication(Bucket="bucket")
    assert error(s3.get_bucket_replication, Bucket="bucket")["Code"] == "ReplicationConfigurationNotFoundError"


@pytest.mark.parametrize("kind,member,more", [
    ("metrics_configuration", "MetricsConfiguration", {"Filter": {"And": {"Prefix": "a/", "Tags": [{"Key": "k", "Value": "v"}]}}}),
    ("inventory_configuration", "InventoryConfiguration", {"Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::bucket", "Format": "CSV", "Encryption": {"SSES3": {}}}}, "IsEnabled": True, "IncludedObjectVersions": "All", "Schedule": {"Frequency": "Daily"}, "OptionalFields": ["Size"]}),
    ("intelligent_tiering_configuration", "IntelligentTieringConfiguration", {"Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}], "Filter": {"Prefix": "a/"}}),
])
def test_configurations_that_have_an_id(s3, kind, member, more):
    of = lambda verb: getattr(s3, f"{verb}_bucket_{kind}")
    b = {"Bucket": "bucket"}
    for id in ("one", "two"):
        of("put")(**b, Id=id, **{member: {"Id": id} | more})
    assert of("get")(**b, Id="two")[member] == {"Id": "two"} | more
    assert [c["Id"] for c in getattr(s3, f"list_bucket_{kind}s")(**b)[f"{member}List"]] == ["one", "two"]
    of("delete")(**b, Id="one")
    for verb in ("get", "delete"):
        found = error(of(verb), **b, Id="one")
        assert (found["Code"], found["Status"]) == ("NoSuchConfiguration", 404)


def test_objects(s3):
    b = {"Bucket": "bucket"}
    body = os.urandom(3_000_000)
    put = s3.put_object(**b, Key="a/b c+é.bin", Body=body, Metadata={"x": "y"}, ContentType="text/x", Tagging="t=1&u=2", CacheControl="no-store")
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"' and put["ServerSideEncryption"] == "AES256"
    got = s3.get_object(**b, Key="a/b c+é.bin")
    assert got["Body"].read() == body
    assert (got["Metadata"], got["ContentType"], got["CacheControl"], got["TagCount"]) == ({"x": "y"}, "text/x", "no-store", 2)
    part = s3.get_object(**b, Key="a/b c+é.bin", Range="bytes=1048570-1048590")
    assert part["Body"].read() == body[1048570:1048591] and part["ContentRange"] == "bytes 1048570-1048590/3000000"
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert error(s3.get_object, **b, Key="a/b c+é.bin", Range="bytes=3000000-")["Code"] == "InvalidRange"
    assert error(s3.get_object, **b, Key="nothing") ["Code"] == "NoSuchKey"
    assert error(s3.head_object, **b, Key="nothing")["Status"] == 404
    assert error(s3.get_object, **b, Key="a/b c+é.bin", IfNoneMatch=put["ETag"])["Status"] == 304
    assert error(s3.put_object, **b, Key="a/b c+é.bin", Body=b"", IfNoneMatch="*")["Code"] == "PreconditionFailed"
    copy = s3.copy_object(**b, Key="copy", CopySource={"Bucket": "bucket", "Key": "a/b c+é.bin"})
    assert copy["CopyObjectResult"]["ETag"] == put["ETag"]
    assert s3.get_object(**b, Key="copy")["Body"].read() == body
    s3.put_object_tagging(**b, Key="copy", Tagging={"TagSet": [{"Key": "z", "Value": "9"}]})
    assert s3.get_object_tagging(**b, Key="copy")["TagSet"] == [{"Key": "z", "Value": "9"}]
    s3.delete_object_tagging(**b, Key="copy")
    assert s3.get_object_acl(**b, Key="copy")["Grants"]
    attributes = s3.get_object_attributes(**b, Key="copy", ObjectAttributes=["ETag", "ObjectSize"])
    assert attributes["ObjectSize"] == len(body)
    url = s3.generate_presigned_url("get_object", Params={**b, "Key": "copy"})
    assert urllib.request.urlopen(url).read() == body
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(url.replace("copy", "other"))
    deleted = s3.delete_objects(**b, Delete={"Objects": [{"Key": "copy"}, {"Key": "never"}]})
    assert {d["Key"] for d in deleted["Deleted"]} == {"copy", "never"}


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_checksums(s3, algorithm):
    try:
        put = s3.put_object(Bucket="bucket", Key="k", Body=io.BytesIO(b"hello" * 100_000), ChecksumAlgorithm=algorithm)
    except botocore.exceptions.MissingDependencyException:
        pytest.skip("boto3 computes this one only with its C runtime")
    assert put[f"Checksum{algorithm}"]
    head = s3.head_object(Bucket="bucket", Key="k", ChecksumMode="ENABLED")
    assert head[f"Checksum{algorithm}"] == put[f"Checksum{algorithm}"]


def test_a_wrong_checksum_is_refused(s3):
    assert error(s3.put_object, Bucket="bucket", Key="k", Body=b"x", ChecksumSHA256="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")["Code"] == "BadDigest"
    assert error(s3.get_object, Bucket="bucket", Key="k")["Code"] == "NoSuchKey"
    assert error(s3.put_object, Bucket="bucket", Key="k", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")["Code"] == "BadDigest"


def test_lists(s3):
    b = {"Bucket": "bucket"}
    for key in ["a", "b/1", "b/2", "b/c/3", "d e", "é"]:
        s3.put_object(**b, Key=key, Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(**b, Delimiter="/", PaginationConfig={"PageSize": 2})
    rows = [(x.get("Key") or x["Prefix"]) for p in pages for x in p.get("Contents", []) + p.get("CommonPrefixes", [])]
    assert sorted(rows) == ["a", "b/", "d e", "é"]
    assert [x["Key"] for x in s3.list_objects(**b, Prefix="b/", Delimiter="/")["Contents"]] == ["b/1", "b/2"]
    pages = s3.get_paginator("list_objects").paginate(**b, PaginationConfig={"PageSize": 1})
    assert [x["Key"] for p in pages for x in p["Contents"]] == ["a", "b/1", "b/2", "b/c/3", "d e", "é"]
    assert s3.list_objects_v2(**b, StartAfter="b/2")["KeyCount"] == 3


def test_versions(s3):
    b = {"Bucket": "bucket", "Key": "k"}
    s3.put_object(**b, Body=b"null")
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    one, two = (s3.put_object(**b, Body=x)["VersionId"] for x in (b"1", b"2"))
    assert s3.get_object(**b, VersionId=one)["Body"].read() == b"1"
    marker = s3.delete_object(**b)
    assert marker["DeleteMarker"] is True
    assert error(s3.get_object, **b)["Code"] == "NoSuchKey"
    listed = s3.list_object_versions(Bucket="bucket")
    assert [v["VersionId"] for v in listed["Versions"]] == [two, one, "null"]
    assert listed["DeleteMarkers"][0]["VersionId"] == marker["VersionId"]
    s3.delete_object(**b, VersionId=marker["VersionId"])
    assert s3.get_object(**b)["Body"].read() == b"2"
    assert error(s3.get_object, **b, VersionId="nothing")["Code"] == "NoSuchVersion"


def test_versions_come_in_pages(s3):
    s3.create_bucket(Bucket="paged")
    s3.put_bucket_versioning(Bucket="paged", VersioningConfiguration={"Status": "Enabled"})
    for key in ("a", "a", "b", "c/d", "c/e"):
        s3.put_object(Bucket="paged", Key=key, Body=b"x")
    s3.delete_object(Bucket="paged", Key="b")
    whole = s3.list_object_versions(Bucket="paged", Delimiter="/")
    assert whole["VersionIdMarker"] == whole["KeyMarker"] == "" and whole["IsTruncated"] is False
    rows = lambda page: [(v["Key"], v["VersionId"]) for v in page.get("Versions", []) + page.get("DeleteMarkers", [])] + [p["Prefix"] for p in page.get("CommonPrefixes", [])]
    assert len(rows(whole)) == 5 and rows(whole)[-1] == "c/"
    pages, markers = [], {}
    while True:
        page = s3.list_object_versions(Bucket="paged", Delimiter="/", MaxKeys=1, **markers)
        pages += rows(page)
        if not page["IsTruncated"]:
            break
        markers = {"KeyMarker": page["NextKeyMarker"]} | ({"VersionIdMarker": page["NextVersionIdMarker"]} if "NextVersionIdMarker" in page else {})
    assert len(pages) == 5 and set(pages) == set(rows(whole))
    # What is listed and removed page by page is gone in the end, as boto3 and `force_destroy` do it.
    whole = s3.list_object_versions(Bucket="paged", Prefix="b")
    page = s3.list_object_versions(Bucket="paged", Prefix="b", MaxKeys=1, KeyMarker="a", VersionIdMarker=pages[0][1])
    assert rows(page) == [("b", whole["DeleteMarkers"][0]["VersionId"])], "what is outside the prefix is not listed"
    assert rows(s3.list_object_versions(Bucket="paged", Delimiter="/", KeyMarker="c/d", VersionIdMarker="null")) == []
    markers = {}
    while True:
        page = s3.list_object_versions(Bucket="paged", MaxKeys=2, **markers)
        for version in page.get("Versions", []) + page.get("DeleteMarkers", []):
            s3.delete_object(Bucket="paged", Key=version["Key"], VersionId=version["VersionId"])
        if not page["IsTruncated"]:
            break
        markers = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
    assert error(s3.list_object_versions, Bucket="paged", VersionIdMarker="v")["Message"] == "A version-id marker cannot be specified without a key marker."
    s3.delete_bucket(Bucket="paged")


def test_a_marker_is_found_before_a_policy_is_asked(server):
    """radkawar/stackd testdata/aws/s3/marker_policy.json and version_policy_controls.json."""
    s3 = server.client("s3", "131313131313")
    s3.create_bucket(Bucket="marked")
    s3.put_bucket_versioning(Bucket="marked", VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket="marked", Key="item", Body=b"x")["VersionId"]
    marker = s3.delete_object(Bucket="marked", Key="item")["VersionId"]
    deny = lambda principal, *actions: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": principal, "Action": list(actions), "Resource": ["arn:aws:s3:::marked/item", "arn:aws:s3:::marked"]}]})
    s3.put_bucket_policy(Bucket="marked", Policy=deny("*", "s3:GetObject", "s3:GetObjectVersion"))
    b = {"Bucket": "marked", "Key": "item"}
    assert error(s3.get_object, **b)["Code"] == "NoSuchKey"
    assert error(s3.head_object, **b)["Code"] == "404"
    assert error(s3.get_object, **b, VersionId=marker)["Code"] == "MethodNotAllowed"
    assert error(s3.head_object, **b, VersionId=marker)["Code"] == "405"
    assert error(s3.get_object, **b, VersionId=version)["Code"] == "AccessDenied"
    # Who may not list is told nothing.
    s3.put_bucket_policy(Bucket="marked", Policy=deny("*", "s3:GetObject", "s3:ListBucket"))
    assert error(s3.get_object, **b)["Code"] == "AccessDenied"
    s3.delete_bucket_policy(Bucket="marked")
    [row] = s3.delete_objects(Bucket="marked", Delete={"Objects": [{"Key": "item", "VersionId": marker}]})["Deleted"]
    assert row == {"Key": "item", "VersionId": marker, "DeleteMarker": True, "DeleteMarkerVersionId": marker}
    s3.put_bucket_policy(Bucket="marked", Policy=deny("*", "s3:DeleteObjectVersion"))
    [row] = s3.delete_objects(Bucket="marked", Delete={"Objects": [{"Key": "item", "VersionId": version}]})["Errors"]
    assert (row["Code"], row["VersionId"]) == ("AccessDenied", version)


def test_several_are_deleted_under_conditions(s3):
    tag = s3.put_object(Bucket="bucket", Key="kept", Body=b"x")["ETag"]
    delete = lambda **more: s3.delete_objects(Bucket="bucket", Delete={"Objects": [{"Key": "kept", **more}]})
    [row] = delete(ETag='"00000000000000000000000000000000"')["Errors"]
    assert row["Code"] == "PreconditionFailed"
    # What is not supported is said, and nothing is deleted.
    [row] = delete(Size=7)["Errors"]
    assert "IfMatchSize" in row["Message"], row
    assert s3.get_object(Bucket="bucket", Key="kept")["Body"].read() == b"x"
    assert "Errors" not in delete(ETag=tag)


def test_the_key_of_s3_may_be_named(s3):
    for named in ("alias/aws/s3", f"arn:aws:kms:{REGION}:{B}:alias/aws/s3"):
        s3.put_object(Bucket="bucket", Key="k", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=named)
        assert s3.get_object(Bucket="bucket", Key="k")["Body"].read() == b"x"
    kms = s3.server.client("kms", B)
    [key] = kms.list_keys()["Keys"]
    assert kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]["KeyManager"] == "AWS"
    assert s3.head_object(Bucket="bucket", Key="k")["SSEKMSKeyId"] == key["KeyArn"]


def test_what_a_tag_may_be(s3):
    """radkawar/stackd testdata/aws/s3/bucket_tags.json."""
    s3.create_bucket(Bucket="tagged-bucket")
    put = lambda *tags: s3.put_bucket_tagging(Bucket="tagged-bucket", Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags]})
    put(("é" * 128, "é" * 256))
    put_one = lambda tags: put(*tags)

    def refused(*tags):
        told = error(put_one, tags=tags)
        return told["Code"], told["Message"]

    assert refused(("é" * 129, "")) == ("InvalidTag", "The TagKey you have provided is invalid")
    assert refused(("k", "v" * 257)) == ("InvalidTag", "The TagValue you have provided is invalid")
    assert refused(("k", ""), ("k", "")) == ("InvalidTag", "Cannot provide multiple Tags with the same key")
    assert refused(("aws:k", "")) == ("InvalidTag", "System tags cannot be added/updated by requester")
    assert refused(("aWs:k", ""))[1].startswith('Invalid Tag. Tags cannot start with "aws:"(case insensitive)')
    # Lengths are counted as UTF-16 does.
    assert refused(("\U0001d4d0" * 65, "")) == ("InvalidTag", "The TagKey you have provided is invalid")
    assert error(s3.put_object, Bucket="tagged-bucket", Key="o", Tagging="a=1&a=2")["Code"] == "InvalidArgument"
    assert error(s3.put_object, Bucket="tagged-bucket", Key="o", Tagging="k=" + "v" * 257)["Code"] == "InvalidTag"


def test_multipart(s3):
    b = {"Bucket": "bucket", "Key": "big"}
    body = os.urandom(12 << 20)
    config = boto3.s3.transfer.TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_fileobj(io.BytesIO(body), "bucket", "big", Config=config)
    assert s3.get_object(**b)["Body"].read() == body
    assert s3.head_object(**b)["ETag"].endswith('-3"')
    assert s3.get_object(**b, Range="bytes=5242870-5242890")["Body"].read() == body[5242870:5242891]
    upload = s3.create_multipart_upload(**b)["UploadId"]
    part = s3.upload_part(**b, UploadId=upload, PartNumber=1, Body=b"x")
    assert s3.list_parts(**b, UploadId=upload)["Parts"][0]["ETag"] == part["ETag"]
    assert s3.list_multipart_uploads(Bucket="bucket")["Uploads"][0]["UploadId"] == upload
    wrong = [{"PartNumber": 2, "ETag": part["ETag"]}]
    assert error(s3.complete_multipart_upload, **b, UploadId=upload, MultipartUpload={"Parts": wrong})["Code"] == "InvalidPart"
    s3.abort_multipart_upload(**b, UploadId=upload)
    assert error(s3.list_parts, **b, UploadId=upload)["Code"] == "NoSuchUpload"


def test_kms_is_asked_as_the_caller(s3):
    """The writer's key is asked for with the context of S3, and a reader without it is refused by KMS's own words (spec/iam.md fact 19)."""
    s = s3.server
    kms = s.client("kms", B)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    s3.put_object(Bucket="bucket", Key="k", Body=b"x" * 2_500_000, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    assert s3.get_object(Bucket="bucket", Key="k")["SSEKMSKeyId"] == key
    iam = s.client("iam", B)
    iam.create_user(UserName="reader")
    pair = iam.create_access_key(UserName="reader")["AccessKey"]
    doc = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=json.dumps(doc))
    reader = s.client("s3", aws_access_key_id=pair["AccessKeyId"], aws_secret_access_key=pair["SecretAccessKey"])
    denied = error(reader.get_object, Bucket="bucket", Key="k")
    assert denied["Message"] == f"User: arn:aws:iam::{B}:user/reader is not authorized to perform: kms:Decrypt on resource: {key} because no identity-based policy allows the kms:Decrypt action"
    doc["Statement"].append({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::bucket/k"}}})
    iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=json.dumps(doc))
    assert reader.get_object(Bucket="bucket", Key="k")["Body"].read() == b"x" * 2_500_000
    kms.disable_key(KeyId=key)
    assert error(s3.get_object, Bucket="bucket", Key="k")["Code"] == "KMS.DisabledException"


def test_acls_are_off(s3):
    """spec/iam.md fact 12."""
    assert error(s3.put_object, Bucket="bucket", Key="k", Body=b"", ACL="public-read")["Code"] == "AccessControlListNotSupported"
    s3.put_object(Bucket="bucket", Key="k", Body=b"", ACL="bucket-owner-full-control")


def test_tags_of_an_object_are_conditions(server):
    s3 = server.client("s3")
    s3.create_bucket(Bucket="tagged-objects")
    s3.put_object(Bucket="tagged-objects", Key="open", Body=b"x", Tagging="kind=open")
    s3.put_object(Bucket="tagged-objects", Key="shut", Body=b"x", Tagging="kind=shut")
    iam = server.client("iam")
    iam.create_user(UserName="reader")
    iam.put_user_policy(UserName="reader", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObjectTagging"], "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"s3:ExistingObjectTag/kind": "shut"}}},
        {"Effect": "Deny", "Action": "s3:PutObjectTagging", "Resource": "*", "Condition": {"StringEquals": {"s3:RequestObjectTag/kind": "shut"}}}]}))
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    reader = server.client("s3", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    assert reader.get_object(Bucket="tagged-objects", Key="open")["Body"].read() == b"x"
    with pytest.raises(botocore.exceptions.ClientError) as e:
        reader.get_object(Bucket="tagged-objects", Key="shut")
    assert e.value.response["Error"]["Code"] == "AccessDenied"
    tags = lambda value: {"TagSet": [{"Key": "kind", "Value": value}]}
    reader.put_object_tagging(Bucket="tagged-objects", Key="open", Tagging=tags("still-open"))
    with pytest.raises(botocore.exceptions.ClientError):
        reader.put_object_tagging(Bucket="tagged-objects", Key="open", Tagging=tags("shut"))


def test_a_copy_needs_what_it_copies(server):
    s3 = server.client("s3")
    s3.create_bucket(Bucket="copied-objects")
    s3.put_object(Bucket="copied-objects", Key="from", Body=b"x", Tagging="kind=open")
    iam = server.client("iam")
    iam.create_user(UserName="copier")
    key = iam.create_access_key(UserName="copier")["AccessKey"]
    copier = server.client("s3", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])

    def grant(*actions, **condition):
        iam.put_user_policy(UserName="copier", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*", **condition}}))

    copy = lambda **kwargs: copier.copy_object(Bucket="copied-objects", Key="to", CopySource="copied-objects/from", **kwargs)
    for missing in ["s3:GetObject", "s3:PutObject", "s3:GetObjectTagging", "s3:PutObjectTagging"]:
        grant(*({"s3:GetObject", "s3:PutObject", "s3:GetObjectTagging", "s3:PutObjectTagging"} - {missing}))
        with pytest.raises(botocore.exceptions.ClientError) as e:
            copy()
        assert missing in e.value.response["Error"]["Message"]
    grant("s3:GetObject", "s3:PutObject", "s3:GetObjectTagging", "s3:PutObjectTagging")
    copy()
    grant("s3:GetObject", "s3:PutObject")
    copy(TaggingDirective="REPLACE")


def test_presigned_urls_are_known_as_such(server):
    s3 = server.client("s3")
    s3.create_bucket(Bucket="presigned-objects")
    s3.put_object(Bucket="presigned-objects", Key="k", Body=b"x")
    s3.put_bucket_policy(Bucket="presigned-objects", Policy=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::presigned-objects/*",
        "Condition": {"StringNotEquals": {"s3:authType": "REST-HEADER"}}}}))
    assert s3.get_object(Bucket="presigned-objects", Key="k")["Body"].read() == b"x"
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "presigned-objects", "Key": "k"})
    with pytest.raises(urllib.error.HTTPError) as e:
        urllib.request.urlopen(url)
    assert e.value.code == 403
    s3.delete_bucket_policy(Bucket="presigned-objects")
    assert urllib.request.urlopen(url).read() == b"x"


def test_a_bucket_policy_says_what_can_be(server):
    """S3 holds the actions, resources and conditions of a statement to each other (its answers as users met them)."""
    s3 = server.client("s3", A)
    s3.create_bucket(Bucket="says-what-can-be")

    def refused(text):
        with pytest.raises(botocore.exceptions.ClientError) as failed:
            s3.put_bucket_policy(Bucket="says-what-can-be", Policy=text)
        assert failed.value.response["Error"]["Code"] == "MalformedPolicy"
        return failed.value.response["Error"]["Message"]

    def statement(**members):
        members = {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::says-what-can-be/*"} | members
        return json.dumps({"Version": "2012-10-17", "Statement": [{k: v for k, v in members.items() if v is not None}]})

    brace = "Policies must be valid JSON and the first byte must be '{'"
    bucket = "arn:aws:s3:::says-what-can-be"
    assert refused("") == brace
    assert refused(" " + statement()) == brace
    assert refused("[]") == brace
    assert refused("{") == "This policy contains invalid Json"
    assert refused('{"Version":"2012-10-17","Statement":[]}') == "Could not parse the policy: Statement is empty!"
    assert refused(statement(Action=None)) == "Missing required field Action"
    assert refused(statement(Principal="arn:aws:iam::222222222222:root")) == "Invalid policy syntax."
    assert refused(statement(Verb="x")) == "Unknown field Verb"
    assert refused(statement(Action="s3:ListBucket")) == "Action does not apply to any resource(s) in statement"
    assert refused(statement(Resource=bucket)) == "Action does not apply to any resource(s) in statement"
    assert refused(statement(Resource="*")) == "Policy has invalid resource"
    assert refused(statement(Action="s3:GetObjects")) == "Policy has invalid action"
    assert refused(statement(Condition={"StringEquals": {"s3:acl": "x"}})) == "Policy has an invalid condition key"
    assert (
        refused(statement(Action=["s3:ListBucket", "s3:GetBucketAcl"], Resource=bucket, Condition={"StringLike": {"s3:prefix": "a"}}))
        == "Conditions do not apply to combination of actions and resources in statement"
    )
    s3.put_bucket_policy(Bucket="says-what-can-be", Policy=statement(Resource=[bucket, bucket + "/*"], Action=["s3:ListBucket", "s3:GetObject"]))


def test_policies_are_public_or_refused_as_recorded(s3):
    """What S3 was recorded to say of 87 policies (crates/policy/tests/public.json), asked of it both ways that it tells."""
    recorded = json.loads((ROOT / "crates/policy/tests/public.json").read_text())["cases"]
    block = lambda on: s3.put_public_access_block(Bucket="bucket", PublicAccessBlockConfiguration={"BlockPublicPolicy": on})
    user = s3.server.client("iam", B)
    user.create_user(UserName="Delegated")
    assert len(recorded) == 87
    for case in recorded:
        statements = json.loads(json.dumps(case["statements"]).replace("123456789012", B))
        put = lambda: s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements}))
        block(False)
        if "refused" in case:
            assert error(put)["Code"] == case["refused"], case["name"]
            continue
        put()
        assert s3.get_bucket_policy_status(Bucket="bucket")["PolicyStatus"]["IsPublic"] == case["public"], case["name"]
        block(True)
        if case["public"]:
            assert error(put)["Code"] == "AccessDenied", case["name"]
        else:
            put()


def test_which_acls_ask_for_a_permission_of_their_own(s3):
    """As recorded for uploads and copies (crates/services/s3/src/acl.rs); of other accounts only what was seen."""

    def caller(account, *actions):
        iam = s3.server.client("iam", account)
        iam.create_user(UserName="writer")
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", *actions], "Resource": "*"}]}
        iam.put_user_policy(UserName="writer", PolicyName="p", PolicyDocument=json.dumps(document))
        key = iam.create_access_key(UserName="writer")["AccessKey"]
        return s3.server.client("s3", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])

    def own(mode):
        s3.put_bucket_ownership_controls(Bucket="bucket", OwnershipControls={"Rules": [{"ObjectOwnership": mode}]})

    def answer(writer, acl):
        put = lambda: writer.put_object(Bucket="bucket", Key="k", Body=b"x", ACL=acl)
        copy = lambda: writer.copy_object(Bucket="bucket", Key="copy", CopySource="bucket/k", ACL=acl)
        begin = lambda: writer.create_multipart_upload(Bucket="bucket", Key="parts", ACL=acl)
        codes = set()
        for call in (put, copy, begin):
            try:
                call()
                codes.add(None)
            except botocore.exceptions.ClientError as e:
                codes.add(e.response["Error"]["Code"])
        assert len(codes) == 1, (acl, codes)
        return codes.pop()

    s3.put_object(Bucket="bucket", Key="k", Body=b"x")
    writer = caller(B)
    s3.put_public_access_block(Bucket="bucket", PublicAccessBlockConfiguration={"BlockPublicAcls": False})
    own("ObjectWriter")
    assert [answer(writer, acl) for acl in ("private", "bucket-owner-full-control", "public-read")] == [None, None, "AccessDenied"]
    assert answer(s3, "public-read") is None
    s3.put_public_access_block(Bucket="bucket", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    assert [answer(s3, acl) for acl in ("public-read", "authenticated-read", "private")] == ["AccessDenied", "AccessDenied", None]
    open_ = lambda **more: error(s3.create_bucket, Bucket="open-to-all", ACL="public-read", **more)["Code"]
    assert open_() == "InvalidBucketAclWithObjectOwnership"
    assert open_(ObjectOwnership="ObjectWriter") == "InvalidBucketAclWithBlockPublicAccessError"
    own("BucketOwnerEnforced")
    refused = "AccessControlListNotSupported"
    assert [answer(writer, acl) for acl in ("private", "bucket-owner-full-control", "public-read")] == [None, None, refused]
    assert answer(s3, "bucket-owner-read") is None
    # Another account's role, with everything of its own.
    stranger = caller(A, "s3:PutObjectAcl")
    allow = lambda *actions: s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": A}, "Action": ["s3:GetObject", *actions], "Resource": "arn:aws:s3:::bucket/*"}]}))
    allow("s3:PutObject", "s3:PutObjectAcl")
    assert [answer(stranger, acl) for acl in ("bucket-owner-full-control", "private", "bucket-owner-read")] == [None, refused, refused]
    allow("s3:PutObject")
    assert answer(stranger, "bucket-owner-full-control") == "AccessDenied"


def test_a_bucket_is_made_with_tags(s3):
    """Recorded: s3:CreateBucket knows the tags, and s3:TagResource is asked for, too."""
    iam = s3.server.client("iam", B)
    iam.create_user(UserName="maker")
    key = iam.create_access_key(UserName="maker")["AccessKey"]
    maker = s3.server.client("s3", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    tags = [{"Key": "team", "Value": "delivery"}]
    make = lambda name, **configuration: maker.create_bucket(Bucket=name, **({"CreateBucketConfiguration": configuration} if configuration else {}))

    def allow(*actions, **condition):
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "arn:aws:s3:::made-*", **condition}]}
        iam.put_user_policy(UserName="maker", PolicyName="p", PolicyDocument=json.dumps(document))

    allow("s3:CreateBucket")
    make("made-plain")
    assert "s3:TagResource" in error(lambda: make("made-tagged", Tags=tags))["Message"]
    allow("s3:CreateBucket", "s3:TagResource", Condition={"StringEquals": {"aws:RequestTag/team": "delivery"}})
    assert error(lambda: make("made-untagged"))["Code"] == "AccessDenied"
    make("made-tagged", Tags=tags)
    assert s3.get_bucket_tagging(Bucket="made-tagged")["TagSet"] == tags
    twice = error(lambda: s3.create_bucket(Bucket="made-twice", CreateBucketConfiguration={"Tags": tags + tags}))
    assert twice["Code"] == "InvalidTag" and error(s3.head_bucket, Bucket="made-twice")["Status"] == 404


def test_an_empty_access_block_is_refused(s3):
    empty = error(s3.put_public_access_block, Bucket="bucket", PublicAccessBlockConfiguration={})
    assert (empty["Code"], empty["Status"]) == ("InvalidRequest", 400)
    assert s3.get_public_access_block(Bucket="bucket")["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is True


def test_settings_are_kept(s3):
    b = {"Bucket": "bucket"}
    rule = lambda **more: {"Status": "Enabled", "Filter": {"Prefix": "old/"}, **more}
    put = lambda *rules: s3.put_bucket_lifecycle_configuration(**b, LifecycleConfiguration={"Rules": list(rules)})
    for rules, code in [([], "MalformedXML"), ([rule()], "InvalidRequest"), ([rule(ID="a", Expiration={"Days": 1})] * 2, "InvalidArgument")]:
        assert error(lambda: put(*rules))["Code"] == code
    assert error(s3.get_bucket_lifecycle_configuration, **b)["Code"] == "NoSuchLifecycleConfiguration"
    put(rule(Expiration={"Days": 1}))
    (kept,) = s3.get_bucket_lifecycle_configuration(**b)["Rules"]
    assert kept.pop("ID") and kept == rule(Expiration={"Days": 1})
    s3.delete_bucket_lifecycle(**b)
    assert error(s3.get_bucket_lifecycle_configuration, **b)["Code"] == "NoSuchLifecycleConfiguration"
    to = lambda bucket: s3.put_bucket_logging(**b, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": bucket, "TargetPrefix": "p/"}})
    assert error(lambda: to("nothing-here"))["Code"] == "InvalidTargetBucketForLogging"
    to("bucket")
    assert s3.get_bucket_logging(**b)["LoggingEnabled"] == {"TargetBucket": "bucket", "TargetPrefix": "p/"}
    s3.put_bucket_logging(**b, BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(**b)
    s3.put_bucket_notification_configuration(**b, NotificationConfiguration={"EventBridgeConfiguration": {}})
    assert s3.get_bucket_notification_configuration(**b)["EventBridgeConfiguration"] == {}
    queue = {"QueueArn": f"arn:aws:sqs:{REGION}:{B}:q", "Events": ["s3:ObjectCreated:*"]}
    assert error(s3.put_bucket_notification_configuration, **b, NotificationConfiguration={"QueueConfigurations": [queue]})["Status"] == 501
    assert s3.get_bucket_notification_configuration(**b)["EventBridgeConfiguration"] == {}, "what is refused changes nothing"
    s3.put_bucket_notification_configuration(**b, NotificationConfiguration={})
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(**b)
    cors = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 10}]
    s3.put_bucket_cors(**b, CORSConfiguration={"CORSRules": cors})
    assert s3.get_bucket_cors(**b)["CORSRules"] == cors
    s3.delete_bucket_cors(**b)
    assert error(s3.get_bucket_cors, **b)["Code"] == "NoSuchCORSConfiguration"
    assert error(s3.put_bucket_acl, **b, ACL="private")["Code"] == "AccessControlListNotSupported"
    s3.put_bucket_ownership_controls(**b, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.put_bucket_acl(**b, ACL="private")
    acl = s3.get_bucket_acl(**b)
    s3.put_bucket_acl(**b, AccessControlPolicy={"Owner": acl["Owner"], "Grants": acl["Grants"]})
    assert "are blocked by the BlockPublicAcls block public access setting" in error(s3.put_bucket_acl, **b, ACL="public-read")["Message"]
    assert error(s3.put_bucket_acl, **b, ACL="public")["Code"] == "InvalidArgument"
    s3.put_bucket_acl(**b, ACL="log-delivery-write")
    assert [g["Permission"] for g in s3.get_bucket_acl(**b)["Grants"]] == ["FULL_CONTROL", "WRITE", "READ_ACP"]
    assert error(s3.put_bucket_ownership_controls, **b, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})["Code"] == "InvalidBucketAclWithObjectOwnership"
    assert error(s3.put_bucket_acl, **b, GrantRead="uri=http://acs.amazonaws.com/groups/global/AllUsers")["Status"] == 501
    for operator, denied in [("StringEquals", True), ("StringNotEquals", False)]:
        statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutBucketAcl", "Resource": "arn:aws:s3:::bucket", "Condition": {operator: {"s3:x-amz-acl": "private"}}}
        s3.put_bucket_policy(**b, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        if denied:
            assert error(s3.put_bucket_acl, **b, ACL="private")["Code"] == "AccessDenied"
        else:
            s3.put_bucket_acl(**b, ACL="private")


@pytest.mark.parametrize("acl,lists,writes", [("private", 403, 403), ("authenticated-read", 403, 403), ("public-read", 200, 403), ("public-read-write", 200, 200)])
def test_what_the_acl_of_a_bucket_gives_strangers(s3, acl, lists, writes):
    """And not that what is in it may be read; nothing at all, where such ACLs are ignored."""
    b = {"Bucket": "bucket"}
    s3.put_object(**b, Key="k", Body=b"x")
    s3.put_bucket_ownership_controls(**b, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.delete_public_access_block(**b)
    s3.put_bucket_acl(**b, ACL=acl)

    def stranger(method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", s3.server.port, timeout=10)
        connection.request(method, path, body=body, headers={"Host": "s3.amazonaws.com"})
        return connection.getresponse().status

    assert (stranger("GET", "/bucket"), stranger("PUT", "/bucket/new", b"y"), stranger("GET", "/bucket/k")) == (lists, writes, 403)
    s3.put_public_access_block(**b, PublicAccessBlockConfiguration={"IgnorePublicAcls": True})
    assert (stranger("GET", "/bucket"), stranger("PUT", "/bucket/new", b"y")) == (403, 403)


def test_a_body_that_was_not_asked_for_ends_the_connection(s3):
    """Who is refused before he has sent his body must not have his next request taken for it."""
    head = "PUT /bucket/k HTTP/1.1\r\nHost: s3.amazonaws.com\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(("127.0.0.1", s3.server.port), timeout=10) as connection:
        connection.sendall(head.encode())
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 403 ") and b"\r\nconnection: close\r\n" in answer.lower(), answer


def test_the_bucket_key_is_the_bucket_s_unless_the_request_says(s3):
    """S3 user guide, "Configuring an S3 Bucket Key at the object level": by it KMS is asked for the bucket, not the object."""
    kms = s3.server.client("kms", B)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket="bucket", ServerSideEncryptionConfiguration={"Rules": [rule]})
    put = lambda **more: s3.put_object(Bucket="bucket", Key="k", Body=b"x", **more).get("BucketKeyEnabled", False)
    named = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    assert [put(), put(**named), put(**named, BucketKeyEnabled=False)] == [True, True, False]
    for context, allowed in [("arn:aws:s3:::bucket", True), ("arn:aws:s3:::bucket/*", False)]:
        policy = {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{B}:root"}, "Action": ["kms:PutKeyPolicy", "kms:DescribeKey"], "Resource": "*"},
            {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{B}:root"}, "Action": "kms:GenerateDataKey", "Resource": "*", "Condition": {"StringLike": {"kms:EncryptionContext:aws:s3:arn": context}}}]}
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
        if allowed:
            assert put(**named)
        else:
            assert error(lambda: put(**named))["Code"] == "AccessDenied"


def sessions(s, statements):
    """Sessions of a role that may do everything but what each policy says, by name."""
    iam, sts = s.client("iam", B), s.client("sts", B)
    iam.create_user(UserName="caller")
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = lambda *all: json.dumps({"Version": "2012-10-17", "Statement": list(all)})
    iam.put_user_policy(UserName="caller", PolicyName="all", PolicyDocument=document(allow))
    key = iam.create_access_key(UserName="caller")["AccessKey"]
    sts = s.client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    role = iam.create_role(RoleName="writer", AssumeRolePolicyDocument=document({"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{B}:root"}, "Action": "sts:AssumeRole"}))["Role"]["Arn"]
    iam.put_role_policy(RoleName="writer", PolicyName="all", PolicyDocument=document(allow))
    assume = lambda name, more: sts.assume_role(RoleArn=role, RoleSessionName=name, Policy=document(*more))
    return {name: s.as_session("s3", assume(name, more)) for name, more in statements.items()}


def test_uploads_in_parts_under_kms_as_recorded(s3):
    """radkawar/stackd s3/multipart_authority_replay: 72, 80, 81, 102, 107, 126, 156 to 168."""
    key = s3.server.client("kms", B).create_key()["KeyMetadata"]["Arn"]
    allow, deny = {"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}
    probe = lambda value: [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Condition": {"StringEquals": {"kms:EncryptionContext:probe": value}}}]
    who = sessions(s3.server, {"full": [allow], "blind": [allow, deny], "right": probe("yes"), "wrong": probe("no")})
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})

    def begin(name, key_name, **more):
        return who[name].create_multipart_upload(Bucket="bucket", Key=key_name, ServerSideEncryption="aws:kms", SSEKMSKeyId=key, **more)

    def part(name, upload, **more):
        return who[name].upload_part(Bucket="bucket", Key=upload["Key"], UploadId=upload["UploadId"], PartNumber=1, Body=b"part", **more)["ETag"]

    def complete(name, upload, etag, **more):
        return who[name].complete_multipart_upload(Bucket="bucket", Key=upload["Key"], UploadId=upload["UploadId"], MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]}, **more)

    upload = begin("full", "plain")
    assert s3.list_parts(Bucket="bucket", Key="plain", UploadId=upload["UploadId"])["Initiator"]["DisplayName"] == "writer/full"
    with pytest.raises(botocore.exceptions.ClientError, match="kms:Decrypt"):
        part("blind", upload)
    complete("blind", upload, part("full", upload))
    summed = begin("full", "summed", ChecksumAlgorithm="SHA256")
    etag = part("full", summed, ChecksumAlgorithm="SHA256")
    with pytest.raises(botocore.exceptions.ClientError, match="kms:Decrypt"):
        complete("blind", summed, etag)
    # What was written since an upload began stays the newest.
    old = begin("full", "late")
    etag = part("full", old)
    newer = s3.put_object(Bucket="bucket", Key="late", Body=b"newer")["VersionId"]
    with pytest.raises(botocore.exceptions.ClientError, match="PreconditionFailed"):
        complete("full", old, etag, IfNoneMatch="*")
    complete("full", old, etag)
    assert s3.head_object(Bucket="bucket", Key="late")["VersionId"] == newer
    # The context that is given with an upload is that of every call to KMS.
    context = base64.b64encode(json.dumps({"probe": "yes"}).encode()).decode()
    told = begin("full", "told", SSEKMSEncryptionContext=context)
    assert json.loads(base64.b64decode(told["SSEKMSEncryptionContext"])) == {"aws:s3:arn": "arn:aws:s3:::bucket/told", "probe": "yes"}
    with pytest.raises(botocore.exceptions.ClientError, match="kms:Decrypt"):
        part("wrong", told)
    complete("right", told, part("right", told))
    assert who["right"].get_object(Bucket="bucket", Key="told")["Body"].read() == b"part"
    assert error(who["wrong"].get_object, Bucket="bucket", Key="told")["Code"] == "AccessDenied"
    assert error(s3.put_object, Bucket="bucket", Key="k", SSEKMSEncryptionContext="nonsense", ServerSideEncryption="aws:kms")["Code"] == "InvalidArgument"


def test_a_bucket_is_made_again_as_recorded(s3):
    """radkawar/stackd s3/recreation_authority_replay 29, 82 and 104, recreation_controls_replay 3, 5 and 24."""
    assert s3.create_bucket(Bucket="bucket")["BucketArn"] == "arn:aws:s3:::bucket"
    s3.create_bucket(Bucket="bucket", ObjectOwnership="BucketOwnerEnforced")
    assert error(s3.create_bucket, Bucket="bucket", ObjectOwnership="ObjectWriter")["Code"] == "BucketAlreadyOwnedByYou"
    s3.put_bucket_ownership_controls(Bucket="bucket", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]})
    assert error(s3.create_bucket, Bucket="bucket")["Code"] == "BucketAlreadyOwnedByYou"
    create = {"Effect": "Allow", "Action": "s3:CreateBucket", "Resource": "*"}
    own = {"Effect": "Allow", "Action": "s3:PutBucketOwnershipControls", "Resource": "*"}
    who = sessions(s3.server, {"create": [create], "both": [create, own]})
    assert "s3:PutBucketOwnershipControls" in error(who["create"].create_bucket, Bucket="other", ObjectOwnership="ObjectWriter")["Message"]
    who["create"].create_bucket(Bucket="plain-one")
    who["both"].create_bucket(Bucket="other", ObjectOwnership="ObjectWriter")


def test_conditions_of_writes_and_copies(s3):
    etag = s3.put_object(Bucket="bucket", Key="a", Body=b"a")["ETag"]
    copy = {"Bucket": "bucket", "Key": "b", "CopySource": "bucket/a"}
    for refused in [{"CopySourceIfMatch": '"x"'}, {"CopySourceIfNoneMatch": etag}, {"IfMatch": '"x"'}]:
        assert error(s3.copy_object, **copy, **refused)["Status"] == 412, refused
    s3.copy_object(**copy, CopySourceIfMatch=etag, IfNoneMatch="*")
    assert error(s3.copy_object, **copy, IfNoneMatch="*")["Status"] == 412
    assert error(s3.delete_object, Bucket="bucket", Key="a", IfMatch='"x"')["Status"] == 412
    s3.delete_object(Bucket="bucket", Key="a", IfMatch=etag)


def test_what_is_not_supported_is_refused_by_name(s3):
    put = {"Bucket": "bucket", "Key": "k", "Body": b"x"}
    for member in [{"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}, {"GrantRead": 'id="x"'}, {"ObjectLockLegalHoldStatus": "ON"}]:
        refused = error(s3.put_object, **put, **member)
        assert refused["Code"] == "NotImplemented" and next(iter(member)) in refused["Message"]
    assert error(s3.head_object, Bucket="bucket", Key="k")["Status"] == 404


def test_buckets_come_in_pages(s3):
    for name in ["second", "third"]:
        s3.create_bucket(Bucket=name)
    pages = list(s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 2}))
    assert [[b["Name"] for b in p["Buckets"]] for p in pages] == [["bucket", "second"], ["third"]]
    assert error(s3.list_buckets, ContinuationToken="nowhere")["Code"] == "InvalidArgument"


def test_the_block_of_an_account_is_that_of_its_buckets(s3):
    control = s3.server.client("s3control", B)
    assert error(control.get_public_access_block, AccountId=B)["Code"] == "NoSuchPublicAccessBlockConfiguration"
    assert error(control.get_public_access_block, AccountId=A)["Code"] == "AccessDenied"
    s3.delete_public_access_block(Bucket="bucket")
    public = {"Bucket": "bucket", "Policy": json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::bucket/*"}]})}
    s3.put_object(Bucket="bucket", Key="k", Body=b"x")
    s3.put_bucket_policy(**public)
    url = f"{s3.server.endpoint}/bucket/k"
    assert urllib.request.urlopen(url).status == 200
    block = {"BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
    control.put_public_access_block(AccountId=B, PublicAccessBlockConfiguration=block)
    assert control.get_public_access_block(AccountId=B)["PublicAccessBlockConfiguration"] == block
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url)
    assert error(s3.put_bucket_policy, **public)["Code"] == "AccessDenied"
    control.delete_public_access_block(AccountId=B)
    s3.put_bucket_policy(**public)


def signed(s3, method, path, query="", body=b"", headers=None, presigned=False):
    """Status and body of a request of our own, which no client would send."""
    request = botocore.awsrequest.AWSRequest(method, f"{s3.server.endpoint}{path}?{query}", headers=headers or {}, data=body)
    credentials = botocore.credentials.Credentials(B, "sekisho")
    auth = botocore.auth.S3SigV4QueryAuth(credentials, "s3", REGION) if presigned else botocore.auth.S3SigV4Auth(credentials, "s3", REGION)
    auth.add_auth(request)
    prepared = request.prepare()
    asked = urllib.request.Request(prepared.url, data=body or None, method=method, headers=dict(prepared.headers))
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as failed:
        return failed.code, failed.read().decode()


def test_an_expected_owner_may_stand_in_the_query(s3):
    """Recorded: radkawar/stackd s3/presigned_headers, owner-query-*."""
    s3.put_object(Bucket="bucket", Key="k", Body=b"x")
    get = lambda owner, **headers: signed(s3, "GET", "/bucket/k", f"x-amz-expected-bucket-owner={owner}", headers=headers, presigned=True)
    assert get(B) == (200, "x")
    assert get(A)[0] == 403
    for owner in (A, B):
        status, body = get(owner, **{"x-amz-expected-bucket-owner": B})
        assert status == 400 and "InvalidBucketOwnerAWSAccountID" in body


def test_bodies_that_are_refused(s3):
    """Recorded: radkawar/stackd s3/access_raw_replay."""
    block = "<PublicAccessBlockConfiguration>{}</PublicAccessBlockConfiguration>"
    put = lambda inner, **headers: signed(s3, "PUT", "/bucket", "publicAccessBlock", block.format(inner).encode(), headers)
    once = "<BlockPublicAcls>true</BlockPublicAcls>"
    assert put(once)[0] == 200
    status, body = put(once * 2)
    assert status == 400 and "MalformedXML" in body
    status, body = put(once, **{"Content-MD5": "not-base64"})
    assert status == 400 and "InvalidDigest" in body
    status, body = put(once, **{"Content-MD5": base64.b64encode(bytes(16)).decode()})
    assert status == 400 and "BadDigest" in body


def test_tags_of_buckets_through_s3_control(s3):
    """As Terraform's provider asks for them since version 6 (API reference of S3 Control, TagResource)."""
    control = s3.server.client("s3control", B)
    arn = {"AccountId": B, "ResourceArn": "arn:aws:s3:::bucket"}
    tags = lambda: {t["Key"]: t["Value"] for t in control.list_tags_for_resource(**arn)["Tags"]}
    assert tags() == {}
    s3.put_bucket_tagging(Bucket="bucket", Tagging={"TagSet": [{"Key": "team", "Value": "a"}, {"Key": "old", "Value": "x"}]})
    control.tag_resource(**arn, Tags=[{"Key": "team", "Value": "b"}, {"Key": "new", "Value": ""}])
    assert tags() == {"old": "x", "team": "b", "new": ""}
    control.untag_resource(**arn, TagKeys=["old", "nothing"])
    assert {t["Key"]: t["Value"] for t in s3.get_bucket_tagging(Bucket="bucket")["TagSet"]} == tags() == {"team": "b", "new": ""}
    assert error(control.tag_resource, **arn, Tags=[{"Key": "aws:x", "Value": ""}])["Code"] == "InvalidTag"
    assert error(control.tag_resource, **arn, Tags=[{"Key": f"k{n}", "Value": ""} for n in range(49)])["Code"] == "BadRequest"
    assert tags() == {"team": "b", "new": ""}
    missing = arn | {"ResourceArn": "arn:aws:s3:::nothing-of-the-kind"}
    assert error(control.list_tags_for_resource, **missing)["Code"] == "NoSuchBucket"
    other = arn | {"ResourceArn": f"arn:aws:s3:us-east-1:{B}:accesspoint/one"}
    assert "accesspoint/one" in error(control.list_tags_for_resource, **other)["Message"]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:TagResource", "Resource": "arn:aws:s3:::bucket", "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "owner"}}}
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": deny}))
    assert error(control.tag_resource, **arn, Tags=[{"Key": "owner", "Value": "x"}])["Code"] == "AccessDenied"
    control.tag_resource(**arn, Tags=[{"Key": "team", "Value": "c"}])


def test_conditional_writes_can_be_asked_for(s3):
    """S3 user guide, "Enforce conditional writes on Amazon S3 buckets": uploads in parts are exempt until they end."""
    without = {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/*", "Condition": without}
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert error(s3.put_object, Bucket="bucket", Key="k", Body=b"x")["Code"] == "AccessDenied"
    s3.put_object(Bucket="bucket", Key="k", Body=b"x", IfNoneMatch="*")
    assert error(s3.copy_object, Bucket="bucket", Key="copy", CopySource="bucket/k")["Code"] == "AccessDenied"
    upload = {"Bucket": "bucket", "Key": "m"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]}]}
    assert error(s3.complete_multipart_upload, **upload, MultipartUpload=parts)["Code"] == "AccessDenied"
    s3.complete_multipart_upload(**upload, MultipartUpload=parts, IfNoneMatch="*")


def test_an_upload_is_as_old_as_its_beginning(s3):
    upload = {"Bucket": "bucket", "Key": "k"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=b"older")["ETag"]}]}
    time.sleep(0.01)
    s3.put_object(Bucket="bucket", Key="k", Body=b"newer")
    s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    assert s3.get_object(Bucket="bucket", Key="k")["Body"].read() == b"newer"


def test_uploads_come_in_pages(s3):
    ids = {s3.create_multipart_upload(Bucket="bucket", Key=key)["UploadId"] for key in ["a b", "a b", "c", "d", "d"]}
    pages = list(s3.get_paginator("list_multipart_uploads").paginate(Bucket="bucket", PaginationConfig={"PageSize": 2}))
    assert [[u["Key"] for u in p["Uploads"]] for p in pages] == [["a b", "a b"], ["c", "d"], ["d"]]
    assert {u["UploadId"] for p in pages for u in p["Uploads"]} == ids
    assert [u["Key"] for u in s3.list_multipart_uploads(Bucket="bucket", KeyMarker="a b", MaxUploads=1)["Uploads"]] == ["c"]


def test_headers_as_older_clients_write_them(s3):
    """botocore before 1.35 writes booleans of headers as Python does."""
    key = s3.server.client("kms", B).create_key()["KeyMetadata"]["Arn"]
    write = lambda params, **_: params["headers"].update({"x-amz-server-side-encryption-bucket-key-enabled": "True"})
    s3.meta.events.register("before-call.s3.PutObject", write)
    when = datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    assert s3.put_object(Bucket="bucket", Key="k", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key, Expires=when)["BucketKeyEnabled"]
    head = s3.head_object(Bucket="bucket", Key="k")
    assert head["Expires"] == when and head["ExpiresString"] == "Wed, 02 Jan 2030 03:04:05 GMT"
    assert error(s3.copy_object, Bucket="bucket", Key="l", CopySource="bucket/k", ExpectedSourceBucketOwner=A)["Status"] == 403
    s3.copy_object(Bucket="bucket", Key="l", CopySource="bucket/k", ExpectedSourceBucketOwner=B)
    assert s3.head_object(Bucket="bucket", Key="l")["Expires"] == when


def test_a_bucket_that_is_made_is_one_s_own(s3):
    own = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceAccount": B}}}
    who = sessions(s3.server, {"own": [own]})["own"]
    who.create_bucket(Bucket="mine", ObjectOwnership="ObjectWriter")
    s3.server.client("s3", A).create_bucket(Bucket="taken")
    assert error(who.create_bucket, Bucket="taken", ObjectOwnership="ObjectWriter")["Code"] == "BucketAlreadyExists"


def test_keys_of_a_list_are_those_that_the_request_says(s3):
    listing = lambda condition: [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": condition}]
    who = sessions(s3.server, {"root": listing({"StringEquals": {"s3:prefix": ""}}), "few": listing({"NumericLessThanEquals": {"s3:max-keys": "10"}}), "none": listing({"Null": {"s3:prefix": "true"}})})
    allowed = lambda name, **more: who[name].list_objects_v2(Bucket="bucket", **more)
    denied = lambda name, **more: error(allowed, name=name, **more)["Code"] == "AccessDenied"
    allowed("root", Prefix="")
    allowed("few", MaxKeys=10)
    allowed("none")
    assert denied("root") and denied("few") and denied("few", MaxKeys=11) and denied("none", Prefix="a")
