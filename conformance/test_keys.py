"""Requests that have what only some have: tags, boundaries, aliases, contexts.

`keys.txt` says which condition keys no request here is given; with `--every-operation` the suite fails when there are others.
What these tests look at is the list that comes of them: whether each key decides is in `test_context.py`."""

import botocore.exceptions

from conftest import A, B
from test_facts import allow, document, role

TAGS = [{"Key": "env", "Value": "prod"}]


def each(client, calls):
    """Makes each call; what the server refuses after it has decided is no concern here, what is forbidden is."""
    for call, arguments in calls:
        try:
            getattr(client, call)(**arguments)
        except botocore.exceptions.ClientError as error:
            assert "AccessDenied" not in error.response["Error"]["Code"], call


def test_of_what_has_tags_and_a_boundary_in_iam(server):
    iam = server.client("iam", A)
    trust = document(allow("sts:AssumeRole", Principal={"AWS": A}) | {"Resource": "*"}).replace(', "Resource": "*"', "")
    boundary = iam.create_policy(PolicyName="keys", PolicyDocument=document(allow("*")), Tags=TAGS)["Policy"]["Arn"]
    other = iam.create_policy(PolicyName="keys-2", PolicyDocument=document(allow("*")), Tags=TAGS)["Policy"]["Arn"]
    iam.create_role(RoleName="keys", AssumeRolePolicyDocument=trust, Tags=TAGS, PermissionsBoundary=boundary)
    iam.create_user(UserName="keys", Tags=TAGS, PermissionsBoundary=boundary)
    iam.create_instance_profile(InstanceProfileName="keys", Tags=TAGS)
    inline = {"PolicyName": "p", "PolicyDocument": document(allow("s3:*"))}
    of_both = lambda kind: [
        (f"get_{kind}", {}),
        (f"put_{kind}_policy", inline),
        (f"get_{kind}_policy", {"PolicyName": "p"}),
        (f"list_{kind}_policies", {}),
        (f"delete_{kind}_policy", {"PolicyName": "p"}),
        (f"attach_{kind}_policy", {"PolicyArn": other}),
        (f"list_attached_{kind}_policies", {}),
        (f"detach_{kind}_policy", {"PolicyArn": other}),
        (f"tag_{kind}", {"Tags": TAGS}),
        (f"put_{kind}_permissions_boundary", {"PermissionsBoundary": boundary}),
        (f"delete_{kind}_permissions_boundary", {}),
    ]
    for kind in ["role", "user"]:
        name = {f"{kind.title()}Name": "keys"}
        if kind == "role":
            each(iam, [("update_role_description", name | {"Description": "d"})])
        each(iam, [(call, name | arguments) for call, arguments in of_both(kind)])
        arn = f"arn:aws:iam::{A}:{kind}/keys"
        each(iam, [("simulate_principal_policy", {"PolicySourceArn": arn, "ActionNames": ["s3:GetObject"]}), ("get_context_keys_for_principal_policy", {"PolicySourceArn": arn})])
    policy = {"PolicyArn": other}
    version = iam.create_policy_version(PolicyDocument=document(allow("s3:*")), **policy)["PolicyVersion"]["VersionId"]
    calls = [("get_policy", {}), ("list_policy_versions", {}), ("tag_policy", {"Tags": TAGS}), ("set_default_policy_version", {"VersionId": "v1"})]
    calls += [(call, {"VersionId": version}) for call in ["get_policy_version", "delete_policy_version"]]
    each(iam, [(call, policy | arguments) for call, arguments in [*calls, ("delete_policy", {})]])


def test_of_a_key_that_has_tags_and_an_alias_in_several_regions(server):
    kms = server.client("kms", A)
    key = kms.create_key(Tags=[{"TagKey": "env", "TagValue": "prod"}], MultiRegion=True)["KeyMetadata"]
    kms.create_alias(AliasName="alias/keys", TargetKeyId=key["KeyId"])
    alias = {"KeyId": "alias/keys"}
    context = {"EncryptionContext": {"app": "a"}}
    sealed = kms.encrypt(Plaintext=b"x", **alias, **context)["CiphertextBlob"]
    grant = {"GranteePrincipal": f"arn:aws:iam::{A}:root", "Operations": ["Decrypt"], "RetiringPrincipal": f"arn:aws:iam::{A}:root"}
    first, second = (kms.create_grant(KeyId=key["Arn"], **grant)["GrantId"] for _ in range(2))
    each(
        kms,
        [
            ("create_alias", {"AliasName": "alias/keys-2", "TargetKeyId": key["KeyId"]}),
            ("generate_data_key", {"KeySpec": "AES_256"} | alias | context),
            ("generate_data_key_without_plaintext", {"KeySpec": "AES_256"} | alias | context),
            ("re_encrypt", {"CiphertextBlob": sealed, "SourceEncryptionContext": {"app": "a"}, "SourceKeyId": "alias/keys", "DestinationKeyId": "alias/keys", "DestinationEncryptionContext": {"app": "b"}}),
            ("decrypt", {"CiphertextBlob": sealed} | alias | context),
        ],
    )
    key = {"KeyId": key["KeyId"]}
    policy = kms.get_key_policy(**key)["Policy"]
    each(
        kms,
        [
            ("describe_key", key),
            ("list_grants", key),
            ("revoke_grant", key | {"GrantId": first}),
            ("retire_grant", {"KeyId": f"arn:aws:kms:us-east-1:{A}:key/{key['KeyId']}", "GrantId": second}),
            ("list_key_policies", key),
            ("put_key_policy", key | {"Policy": policy}),
            ("list_resource_tags", key),
            ("tag_resource", key | {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
            ("untag_resource", key | {"TagKeys": ["a"]}),
            ("enable_key_rotation", key),
            ("get_key_rotation_status", key),
            ("disable_key_rotation", key),
            ("update_key_description", key | {"Description": "d"}),
            ("disable_key", key),
            ("enable_key", key),
            ("update_alias", {"AliasName": "alias/keys", "TargetKeyId": key["KeyId"]}),
            ("delete_alias", {"AliasName": "alias/keys-2"}),
            ("schedule_key_deletion", key),
            ("cancel_key_deletion", key),
        ],
    )


def test_of_objects_that_have_tags(server):
    s3 = server.client("s3", A)
    s3.create_bucket(Bucket="keys", ObjectOwnership="ObjectWriter")
    named = {"Bucket": "keys", "Key": "k"}
    s3.put_bucket_versioning(Bucket="keys", VersioningConfiguration={"Status": "Enabled"})
    made = {"Tagging": "env=prod", "StorageClass": "STANDARD_IA", "WebsiteRedirectLocation": "/x", "ACL": "private"}
    version = s3.put_object(Body=b"x", **named, **made)["VersionId"]
    each(
        s3,
        [
            ("get_object", named | {"VersionId": version}),
            ("get_object_tagging", named | {"VersionId": version}),
            ("get_object_acl", named | {"VersionId": version}),
            ("get_object_acl", named),
            ("get_object_attributes", named | {"ObjectAttributes": ["ETag"]}),
            ("put_object", named | {"ACL": "bucket-owner-read", "StorageClass": "STANDARD_IA"}),
            ("copy_object", {"Bucket": "keys", "Key": "copy", "CopySource": named, "MetadataDirective": "COPY"}),
        ],
    )
    server.client("s3", A, region="eu-west-1").create_bucket(Bucket="keys-abroad", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})


def test_of_a_pipeline_that_has_tags(server):
    s3, pipelines = server.client("s3", B), server.client("codepipeline", B)
    s3.create_bucket(Bucket="keys-pipeline")
    s3.put_bucket_versioning(Bucket="keys-pipeline", VersioningConfiguration={"Status": "Enabled"})
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "codepipeline.amazonaws.com"}}
    run = server.client("iam", B).create_role(RoleName="keys-pipeline", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    action = lambda category, provider, **more: {"name": category, "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"}} | more
    source = action("Source", "S3", configuration={"S3Bucket": "keys-pipeline", "S3ObjectKey": "k.zip", "PollForSourceChanges": "false"}, outputArtifacts=[{"name": "a"}])
    stages = [{"name": "Source", "actions": [source]}, {"name": "Wait", "actions": [action("Approval", "Manual")]}]
    pipeline = {"name": "keys", "roleArn": run, "artifactStore": {"type": "S3", "location": "keys-pipeline"}, "stages": stages, "version": 1}
    execution = {"pipelineName": "keys", "pipelineExecutionId": "00000000-0000-4000-8000-000000000000"}
    pipelines.create_pipeline(pipeline=pipeline, tags=[{"key": "env", "value": "prod"}])
    stage = {"pipelineName": "keys", "stageName": "Wait", "transitionType": "Inbound"}
    each(
        pipelines,
        [
            ("disable_stage_transition", stage | {"reason": "r"}),
            ("enable_stage_transition", stage),
            ("stop_pipeline_execution", execution),
            ("rollback_stage", {"pipelineName": "keys", "stageName": "Wait", "targetPipelineExecutionId": execution["pipelineExecutionId"]}),
            ("update_pipeline", {"pipeline": pipeline}),
            ("tag_resource", {"resourceArn": f"arn:aws:codepipeline:us-east-1:{B}:keys", "tags": [{"key": "a", "value": "b"}]}),
        ],
    )


def test_of_what_names_other_accounts(server):
    guest = role(server, "keys-guest")["Arn"]
    session = {"RoleArn": guest, "RoleSessionName": "ss", "ExternalId": "secret", "SourceIdentity": "me", "Tags": TAGS}
    iam = server.client("iam", A)
    iam.tag_role(RoleName="keys-guest", Tags=TAGS)
    iam.create_user(UserName="keys-caller")
    iam.put_user_policy(UserName="keys-caller", PolicyName="p", PolicyDocument=document(allow("*")))
    made = iam.create_access_key(UserName="keys-caller")["AccessKey"]
    caller = server.client("sts", aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"])
    caller.assume_role(**session)
    each(server.client("organizations", A), [("list_delegated_administrators", {"ServicePrincipal": "sso.amazonaws.com"})])
