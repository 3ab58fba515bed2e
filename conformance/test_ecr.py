import base64
import hashlib
import json
import urllib.request

import botocore.exceptions
import pytest

from conftest import A, B, C, REGION

OCI = "application/vnd.oci.image"
LAYER, CONFIG = b"layer" * 100, b'{"architecture":"amd64","os":"linux"}'


def digest(b):
    return "sha256:" + hashlib.sha256(b).hexdigest()


def error(call, **kwargs):
    with pytest.raises(botocore.exceptions.ClientError) as e:
        call(**kwargs)
    return e.value.response["Error"]


def manifest(**more):
    describe = lambda kind, b: {"mediaType": f"{OCI}.{kind}", "digest": digest(b), "size": len(b)}
    return json.dumps({"schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json", "config": describe("config.v1+json", CONFIG), "layers": [describe("layer.v1.tar+gzip", LAYER)], **more})


@pytest.fixture
def ecr(fresh):
    s = fresh()
    client = s.client("ecr", A)
    client.server = s
    client.create_repository(repositoryName="team/app", tags=[{"Key": "a", "Value": "1"}])
    return client


def upload(ecr, blob, repo="team/app"):
    id = ecr.initiate_layer_upload(repositoryName=repo)["uploadId"]
    half = len(blob) // 2
    for first, last in ((0, half - 1), (half, len(blob) - 1)):
        ecr.upload_layer_part(repositoryName=repo, uploadId=id, partFirstByte=first, partLastByte=last, layerPartBlob=blob[first : last + 1])
    return ecr.complete_layer_upload(repositoryName=repo, uploadId=id, layerDigests=[digest(blob)])


def test_repositories(ecr):
    arn = f"arn:aws:ecr:{REGION}:{A}:repository/team/app"
    repo = ecr.describe_repositories(repositoryNames=["team/app"])["repositories"][0]
    assert repo["repositoryArn"] == arn and repo["encryptionConfiguration"] == {"encryptionType": "AES256"}
    assert error(ecr.create_repository, repositoryName="team/app")["Message"] == f"The repository with name 'team/app' already exists in the registry with id '{A}'"
    assert error(ecr.describe_repositories, repositoryNames=["none"])["Message"] == f"The repository with name 'none' does not exist in the registry with id '{A}'"
    ecr.tag_resource(resourceArn=arn, tags=[{"Key": "b", "Value": "2"}])
    ecr.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert ecr.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "b", "Value": "2"}]
    assert ecr.put_image_tag_mutability(repositoryName="team/app", imageTagMutability="IMMUTABLE")["imageTagMutability"] == "IMMUTABLE"
    ecr.put_image_scanning_configuration(repositoryName="team/app", imageScanningConfiguration={"scanOnPush": True})
    rules = {"rules": [{"rulePriority": 1, "description": "old", "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}]}
    ecr.put_lifecycle_policy(repositoryName="team/app", lifecyclePolicyText=json.dumps(rules))
    assert json.loads(ecr.get_lifecycle_policy(repositoryName="team/app")["lifecyclePolicyText"]) == rules
    ecr.delete_lifecycle_policy(repositoryName="team/app")
    assert error(ecr.get_lifecycle_policy, repositoryName="team/app")["Code"] == "LifecyclePolicyNotFoundException"
    assert "encryptionConfiguration" not in ecr.delete_repository(repositoryName="team/app")["repository"]


def test_images(ecr):
    r = {"repositoryName": "team/app"}
    before = ecr.batch_check_layer_availability(**r, layerDigests=[digest(LAYER)])
    assert before["layers"] == [{"layerDigest": digest(LAYER), "layerAvailability": "UNAVAILABLE"}]
    for bad in ["feature/x", "app:latest", "1.2+build"]:
        assert error(ecr.put_image, **r, imageManifest=manifest(), imageTag=bad) == error(ecr.describe_images, **r, imageIds=[{"imageTag": bad}])
        refused = error(ecr.describe_images, **r, imageIds=[{"imageTag": bad}])
        assert refused["Code"] == "InvalidParameterException" and "'[a-zA-Z0-9-_.]+'" in refused["Message"]
    missing = error(ecr.put_image, **r, imageManifest=manifest(), imageTag="t")
    assert missing["Message"] == f"Layers with digests '[{digest(LAYER)},{digest(CONFIG)}]' required for pushing image into repository with name 'team/app' in the registry with id '{A}' do not exist"
    upload(ecr, LAYER), upload(ecr, CONFIG)
    put = ecr.put_image(**r, imageManifest=manifest(), imageTag="t")["image"]
    assert put["imageId"] == {"imageDigest": digest(manifest().encode()), "imageTag": "t"} and put["imageManifest"] == manifest()
    assert error(ecr.put_image, **r, imageManifest=manifest(), imageTag="t")["Code"] == "ImageAlreadyExistsException"
    assert error(ecr.put_image, **r, imageManifest="{}")["Message"] == "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"
    assert error(ecr.put_image, **r, imageManifest=manifest(), imageDigest="sha256:" + "0" * 64, imageTag="z")["Code"] == "ImageDigestDoesNotMatchException"
    got = ecr.batch_get_image(**r, imageIds=[{"imageTag": "t"}, {"imageTag": "absent"}])
    assert got["images"][0]["imageManifest"] == manifest()
    assert got["failures"] == [{"imageId": {"imageTag": "absent"}, "failureCode": "ImageNotFound", "failureReason": "Requested image not found"}]
    ecr.put_image(**r, imageManifest=manifest(), imageTag="u")
    detail = ecr.describe_images(**r, imageIds=[{"imageTag": "u"}])["imageDetails"][0]
    assert sorted(detail["imageTags"]) == ["t", "u"] and detail["imageSizeInBytes"] == len(LAYER) + len(CONFIG)
    assert error(ecr.describe_images, **r, imageIds=[{"imageTag": "none"}])["Message"] == f"The image with imageId {{imageDigest:'null', imageTag:'none'}} does not exist within the repository with name 'team/app' in the registry with id '{A}'"
    ecr.put_image_tag_mutability(**r, imageTagMutability="IMMUTABLE")
    other = manifest(annotations={"a": "b"})
    assert error(ecr.put_image, **r, imageManifest=other, imageTag="t")["Message"] == "The image tag 't' already exists in the 'team/app' repository and cannot be overwritten because the tag is immutable."
    ecr.put_image_tag_mutability(**r, imageTagMutability="MUTABLE")
    ecr.put_image(**r, imageManifest=other, imageTag="t")
    assert len(ecr.list_images(**r)["imageIds"]) == 2
    index = json.dumps({"schemaVersion": 2, "mediaType": f"{OCI}.index.v1+json", "manifests": [{"mediaType": f"{OCI}.manifest.v1+json", "digest": digest(other.encode()), "size": len(other)}]})
    ecr.put_image(**r, imageManifest=index, imageTag="index")
    kept = ecr.batch_delete_image(**r, imageIds=[{"imageDigest": digest(other.encode())}])
    assert kept["failures"][0]["failureReason"] == f"Requested image referenced by manifest list: [{digest(index.encode())}]"
    gone = ecr.batch_delete_image(**r, imageIds=[{"imageTag": "u"}])
    assert gone["imageIds"] == [{"imageDigest": digest(manifest().encode()), "imageTag": "u"}]
    url = ecr.get_download_url_for_layer(**r, layerDigest=digest(LAYER))["downloadUrl"]
    assert urllib.request.urlopen(url).read() == LAYER
    assert error(ecr.delete_repository, **r)["Code"] == "RepositoryNotEmptyException"
    ecr.delete_repository(**r, force=True)


def test_nobody_locks_himself_out_of_a_repository_unless_he_forces_it(ecr):
    r = dict(repositoryName="team/locked")
    ecr.create_repository(**r)
    deny = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "ecr:*"}]})
    assert error(ecr.set_repository_policy, **r, policyText=deny)["Code"] == "InvalidParameterException"
    assert error(ecr.get_repository_policy, **r)["Code"] == "RepositoryPolicyNotFoundException"
    read = deny.replace("ecr:*", "ecr:BatchGetImage")
    ecr.set_repository_policy(**r, policyText=read)
    ecr.set_repository_policy(**r, policyText=deny, force=True)
    assert error(ecr.set_repository_policy, **r, policyText=read)["Code"] == "AccessDeniedException"


def test_who_may_by_a_tag_of_the_repository_locks_nobody_out(fresh):
    s = fresh()
    s.client("ecr", A).create_repository(repositoryName="tagged", tags=[{"Key": "team", "Value": "a"}])
    iam = s.client("iam", A)
    iam.create_user(UserName="of-team-a")
    of_team = {"Effect": "Allow", "Action": "ecr:*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}
    iam.put_user_policy(UserName="of-team-a", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [of_team]}))
    key = iam.create_access_key(UserName="of-team-a")["AccessKey"]
    ecr = s.client("ecr", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": B}, "Action": "ecr:BatchGetImage"}]}
    ecr.set_repository_policy(repositoryName="tagged", policyText=json.dumps(policy))


def test_a_wrong_layer_is_refused(ecr):
    id = ecr.initiate_layer_upload(repositoryName="team/app")["uploadId"]
    part = dict(repositoryName="team/app", uploadId=id, partFirstByte=0, partLastByte=2, layerPartBlob=b"abc")
    ecr.upload_layer_part(**part)
    assert error(ecr.upload_layer_part, **part)["Code"] == "InvalidLayerPartException"
    assert error(ecr.complete_layer_upload, repositoryName="team/app", uploadId=id, layerDigests=[digest(b"other")])["Code"] == "InvalidLayerException"
    assert error(ecr.complete_layer_upload, repositoryName="team/app", uploadId="0" * 8 + "-0000-0000-0000-" + "0" * 12, layerDigests=[digest(b"x")])["Code"] == "UploadNotFoundException"


def test_repository_policies(ecr):
    r = {"repositoryName": "team/app"}
    policy = lambda **more: json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "S", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{B}:root"}, "Action": ["ecr:BatchGetImage"], **more}]})
    assert error(ecr.get_repository_policy, **r)["Message"] == f"Repository policy does not exist for the repository with name 'team/app' in the registry with id '{A}'"
    assert "Invalid repository policy provided" in error(ecr.set_repository_policy, **r, policyText=policy(Resource="*"))["Message"]
    assert "Principal not found" in error(ecr.set_repository_policy, **r, policyText=policy(Principal={"AWS": f"arn:aws:iam::{B}:role/none"}))["Message"]
    text = ecr.set_repository_policy(**r, policyText=policy())["policyText"]
    assert '"Action" : "ecr:BatchGetImage"' in text and text == ecr.get_repository_policy(**r)["policyText"]
    pull = lambda account: ecr.server.client("ecr", account).batch_get_image(registryId=A, **r, imageIds=[{"imageTag": "t"}])
    assert pull(B)["failures"]
    with pytest.raises(botocore.exceptions.ClientError) as e:
        pull(C)
    assert e.value.response["Error"]["Message"] == f"User: arn:aws:iam::{C}:root is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:{REGION}:{A}:repository/team/app because no resource-based policy allows the ecr:BatchGetImage action"
    ecr.delete_repository_policy(**r)


def test_the_token_is_an_identity(ecr):
    data = ecr.get_authorization_token()["authorizationData"]
    assert len(data) == 1 and data[0]["proxyEndpoint"] == ecr.server.endpoint
    user, password = base64.b64decode(data[0]["authorizationToken"]).decode().split(":", 1)
    assert user == "AWS" and password


def test_a_repository_under_a_key_needs_who_may_grant_it(fresh):
    """ECR user guide, "Encryption at rest": the maker lets ECR use the key by grants (two, as recorded); readers need no key."""
    s = fresh()
    kms, iam = s.client("kms", A), s.client("iam", A)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    made = s.client("ecr", A).create_repository(repositoryName="own", encryptionConfiguration={"encryptionType": "KMS", "kmsKey": key})["repository"]
    assert made["encryptionConfiguration"] == {"encryptionType": "KMS", "kmsKey": key}
    grants = kms.list_grants(KeyId=key)["Grants"]
    assert len(grants) == 2 and {g["GranteePrincipal"] for g in grants} == {f"ecr.{REGION}.amazonaws.com"}
    assert grants[0]["Constraints"] == {"EncryptionContextSubset": {"aws:ecr:arn": made["repositoryArn"]}}
    default = s.client("ecr", A).create_repository(repositoryName="default", encryptionConfiguration={"encryptionType": "KMS"})["repository"]
    assert kms.describe_key(KeyId="alias/aws/ecr")["KeyMetadata"]["Arn"] == default["encryptionConfiguration"]["kmsKey"]
    iam.create_user(UserName="maker")
    pair = iam.create_access_key(UserName="maker")["AccessKey"]
    maker = s.client("ecr", aws_access_key_id=pair["AccessKeyId"], aws_secret_access_key=pair["SecretAccessKey"])
    make = lambda: maker.create_repository(repositoryName="of-a-user", encryptionConfiguration={"encryptionType": "KMS", "kmsKey": key})

    def allow(*actions):
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
        iam.put_user_policy(UserName="maker", PolicyName="p", PolicyDocument=json.dumps(document))

    allow("ecr:CreateRepository", "kms:DescribeKey")
    with pytest.raises(botocore.exceptions.ClientError) as e:
        make()
    assert e.value.response["Error"]["Code"] == "KmsException" and "kms:CreateGrant" in e.value.response["Error"]["Message"]
    assert len(s.client("ecr", A).describe_repositories()["repositories"]) == 2 and len(kms.list_grants(KeyId=key)["Grants"]) == 2
    allow("ecr:CreateRepository", "kms:DescribeKey", "kms:CreateGrant")
    make()


def test_the_policy_of_a_registry(fresh):
    ecr = fresh().client("ecr", A)
    with pytest.raises(botocore.exceptions.ClientError, match="RegistryPolicyNotFoundException"):
        ecr.get_registry_policy()
    statement = {"Sid": "Replication", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{B}:root"}, "Action": ["ecr:ReplicateImage"], "Resource": "*"}
    policy = lambda **more: json.dumps({"Version": "2012-10-17", "Statement": [statement | more]})
    assert ecr.put_registry_policy(policyText=policy())["registryId"] == A
    # What would decide about calls that are made here is not taken for nothing.
    with pytest.raises(botocore.exceptions.ClientError, match="not supported by sekisho yet"):
        ecr.put_registry_policy(policyText=policy(Action=["ecr:*"]))
    assert ecr.get_registry_policy()["policyText"] == policy()
    ecr.delete_registry_policy()


def test_settings_of_a_registry(fresh):
    """They are answered as they were given, and have no effect."""
    server = fresh()
    ecr = server.client("ecr", A)
    assert ecr.get_registry_scanning_configuration()["scanningConfiguration"] == {"scanType": "BASIC", "rules": []}
    scanning = {"scanType": "ENHANCED", "rules": [{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "*", "filterType": "WILDCARD"}]}]}
    assert ecr.put_registry_scanning_configuration(**scanning)["registryScanningConfiguration"] == scanning
    assert ecr.get_registry_scanning_configuration()["scanningConfiguration"] == scanning
    assert ecr.describe_registry()["replicationConfiguration"] == {"rules": []}
    replication = {"rules": [{"destinations": [{"region": "eu-west-1", "registryId": A}], "repositoryFilters": [{"filter": "team/", "filterType": "PREFIX_MATCH"}]}]}
    assert ecr.put_replication_configuration(replicationConfiguration=replication)["replicationConfiguration"] == replication
    assert ecr.describe_registry()["replicationConfiguration"] == replication
    other = server.client("ecr", B)
    assert other.describe_registry()["replicationConfiguration"] == {"rules": []} and other.describe_registry()["registryId"] == B


def test_pull_through_cache_rules(fresh):
    ecr = fresh().client("ecr", A)
    for prefix, url in (("public", "public.ecr.aws"), ("quay", "quay.io"), ("team/hub", "registry-1.docker.io")):
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix=prefix, upstreamRegistryUrl=url)
    refused = lambda code: pytest.raises(botocore.exceptions.ClientError, match=code)
    with refused("PullThroughCacheRuleAlreadyExistsException"):
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io")
    with refused("UnsupportedUpstreamRegistryException"):
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="other", upstreamRegistryUrl="example.com")
    pages = ecr.get_paginator("describe_pull_through_cache_rules").paginate(PaginationConfig={"PageSize": 2})
    assert [[r["ecrRepositoryPrefix"] for r in p["pullThroughCacheRules"]] for p in pages] == [["public", "quay"], ["team/hub"]]
    credential = f"arn:aws:secretsmanager:us-east-1:{A}:secret:ecr-pullthroughcache/hub"
    ecr.update_pull_through_cache_rule(ecrRepositoryPrefix="team/hub", credentialArn=credential)
    rule = ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["team/hub"])["pullThroughCacheRules"][0]
    assert (rule["credentialArn"], rule["upstreamRegistry"], rule["registryId"]) == (credential, "docker-hub", A)
    ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="quay")
    for call in (lambda: ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="quay"), lambda: ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["quay"])):
        with refused("PullThroughCacheRuleNotFoundException"):
            call()


def test_tags_that_are_excluded_from_what_the_others_are(ecr):
    """IMMUTABLE_WITH_EXCLUSION and MUTABLE_WITH_EXCLUSION (ECR user guide, "Preventing image tags from being overwritten")."""
    r = {"repositoryName": "team/excluded"}
    but = lambda *patterns: {"imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": p} for p in patterns]}
    made = ecr.create_repository(**r, imageTagMutability="IMMUTABLE_WITH_EXCLUSION", **but("latest", "dev-*"))["repository"]
    assert made["imageTagMutabilityExclusionFilters"] == but("latest", "dev-*")["imageTagMutabilityExclusionFilters"]
    for blob in [LAYER, CONFIG]:
        upload(ecr, blob, "team/excluded")
    for kind, kept in [("IMMUTABLE_WITH_EXCLUSION", "v1"), ("MUTABLE_WITH_EXCLUSION", "latest")]:
        ecr.put_image_tag_mutability(**r, imageTagMutability=kind, **but("latest", "dev-*"))
        for tag in ["v1", "latest"]:
            first = manifest(annotations={"of": kind + tag})
            if tag != kept:
                ecr.put_image(**r, imageManifest=first, imageTag=tag)
                ecr.put_image(**r, imageManifest=manifest(annotations={"of": kind + tag + "2"}), imageTag=tag)
    assert error(ecr.put_image, **r, imageManifest=manifest(annotations={"of": "more"}), imageTag="latest")["Code"] == "ImageTagAlreadyExistsException"
    for wrong in [{"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION"}, {"imageTagMutability": "IMMUTABLE"} | but("a")]:
        assert error(ecr.put_image_tag_mutability, **r, **wrong)["Code"] == "InvalidParameterException"
