import json

import botocore.exceptions
import pytest

from conftest import A, B


def trust(principal):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": principal}]})


def allow(action, resource="*"):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})


def test_root_identity(server):
    assert server.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{B}:root"


def test_wrong_secrets_and_unknown_keys(server):
    for key, secret, code in [(B, "wrong", "SignatureDoesNotMatch"), ("AKIANOBODYNOBODYNOBO", "x", "InvalidClientTokenId")]:
        with pytest.raises(botocore.exceptions.ClientError) as e:
            server.client("sts", aws_access_key_id=key, aws_secret_access_key=secret).get_caller_identity()
        assert e.value.response["Error"]["Code"] == code
        assert e.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_assume_role_across_accounts_needs_both_sides(server):
    """spec/iam.md facts 9 and 10."""
    iam_a, iam_b = server.client("iam", A), server.client("iam", B)
    iam_b.create_user(UserName="caller")
    key = iam_b.create_access_key(UserName="caller")["AccessKey"]
    sts = server.client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    role = iam_a.create_role(RoleName="target", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{B}:root"}))["Role"]
    with pytest.raises(botocore.exceptions.ClientError) as e:
        sts.assume_role(RoleArn=role["Arn"], RoleSessionName="s1")
    assert e.value.response["Error"]["Message"] == f"User: arn:aws:iam::{B}:user/caller is not authorized to perform: sts:AssumeRole on resource: {role['Arn']}"
    iam_b.put_user_policy(UserName="caller", PolicyName="p", PolicyDocument=allow(["sts:AssumeRole", "sts:TagSession"]))
    answer = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="s1", Tags=[{"Key": "team", "Value": "x"}], Policy=allow("iam:GetRole"))
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{A}:assumed-role/target/s1"
    session = server.as_session("sts", answer)
    assert session.get_caller_identity()["UserId"] == f"{role['RoleId']}:s1"
    # Chained sessions last an hour at most.
    iam_a.put_role_policy(RoleName="target", PolicyName="chain", PolicyDocument=allow("*"))
    iam_a.create_role(RoleName="second", AssumeRolePolicyDocument=trust({"AWS": role["Arn"]}), MaxSessionDuration=7200)
    plain = server.as_session("sts", sts.assume_role(RoleArn=role["Arn"], RoleSessionName="s2"))
    with pytest.raises(botocore.exceptions.ClientError) as e:
        plain.assume_role(RoleArn=f"arn:aws:iam::{A}:role/second", RoleSessionName="s3", DurationSeconds=7200)
    assert "1 hour session limit for roles assumed by role chaining" in str(e.value)
    assert plain.assume_role(RoleArn=f"arn:aws:iam::{A}:role/second", RoleSessionName="s3")["Credentials"]["AccessKeyId"].startswith("ASIA")
    # A session policy limits what the role may do.
    with pytest.raises(botocore.exceptions.ClientError) as e:
        server.as_session("iam", answer).list_roles()
    assert "because no session policy allows the iam:ListRoles action" in str(e.value)


def test_get_session_token(server):
    answer = server.client("sts").get_session_token()
    assert server.as_session("sts", answer).get_caller_identity()["Account"] == B
    with pytest.raises(botocore.exceptions.ClientError) as e:
        server.as_session("sts", answer).get_session_token()
    assert e.value.response["Error"]["Code"] == "AccessDenied"


def test_only_the_arn_of_a_role_names_a_role(server):
    iam = server.client("iam", A)
    role = iam.create_role(RoleName="named", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{B}:root"}))["Role"]
    iam.create_user(UserName="stranger")
    key = iam.create_access_key(UserName="stranger")["AccessKey"]
    sts = server.client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    for arn in [role["Arn"].replace("arn:", "xxx:"), role["Arn"].replace(":role/", ":role/other/"), role["Arn"].replace(":role/", ":user/"), f"arn:aws:sts::{A}:role/named"]:
        with pytest.raises(botocore.exceptions.ClientError) as e:
            sts.assume_role(RoleArn=arn, RoleSessionName="s1")
        assert e.value.response["Error"]["Code"] in ("AccessDenied", "ValidationError"), arn


def test_a_user_called_root_is_a_user(server):
    iam = server.client("iam", A)
    iam.create_user(UserName="root")
    key = iam.create_access_key(UserName="root")["AccessKey"]
    user = server.client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    session = user.get_session_token()
    assert server.as_session("sts", session).get_caller_identity()["Arn"] == f"arn:aws:iam::{A}:user/root"
    with pytest.raises(botocore.exceptions.ClientError) as e:
        server.as_session("ecr", session).describe_repositories()
    assert e.value.response["Error"]["Code"] == "AccessDeniedException"


def test_a_session_ends_with_its_role(server):
    iam = server.client("iam", B)
    role = iam.create_role(RoleName="ends", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{B}:root"}))["Role"]
    iam.put_role_policy(RoleName="ends", PolicyName="p", PolicyDocument=allow("*"))
    iam.create_user(UserName="maker")
    iam.put_user_policy(UserName="maker", PolicyName="p", PolicyDocument=allow("*"))
    key = iam.create_access_key(UserName="maker")["AccessKey"]
    sts = server.client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    session = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="s1")
    ecr = server.as_session("ecr", session)
    ecr.describe_repositories()
    iam.delete_role_policy(RoleName="ends", PolicyName="p")
    iam.delete_role(RoleName="ends")
    with pytest.raises(botocore.exceptions.ClientError):
        ecr.describe_repositories()
    # A role of the same name is another role.
    iam.create_role(RoleName="ends", AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{B}:root"}))
    iam.put_role_policy(RoleName="ends", PolicyName="p", PolicyDocument=allow("*"))
    with pytest.raises(botocore.exceptions.ClientError):
        ecr.describe_repositories()


def test_a_denial_can_be_decoded(server, fresh):
    """spec/iam.md fact 34."""
    iam = server.client("iam", B)
    iam.create_user(UserName="denied")
    statement = {"Sid": "Never", "Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"aws:username": "denied"}}}
    iam.put_user_policy(UserName="denied", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    key = iam.create_access_key(UserName="denied")["AccessKey"]
    s3 = server.client("s3", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    with pytest.raises(botocore.exceptions.ClientError) as e:
        s3.list_buckets()
    message = e.value.response["ResponseMetadata"]["HTTPHeaders"]["x-sekisho-authorization-message"]
    decode = lambda account, message: server.client("sts", account).decode_authorization_message(EncodedMessage=message)["DecodedMessage"]
    decoded = json.loads(decode(B, message))
    assert decoded["allowed"] is False and decoded["explicitDeny"] is True
    assert decoded["matchedStatements"]["items"][0]["statementId"] == "Never"
    context = decoded["context"]
    assert context["principal"]["arn"].endswith(":user/denied") and context["action"] == "s3:ListAllMyBuckets"
    assert {"key": "aws:username", "values": {"items": [{"value": "denied"}]}} in context["conditions"]["items"]
    # Another account cannot read it, nor can anyone read what is none.
    # The key is this run's own: nobody can try secrets on a message until one opens it.
    with pytest.raises(botocore.exceptions.ClientError) as e:
        fresh().client("sts", B).decode_authorization_message(EncodedMessage=message)
    assert e.value.response["Error"]["Code"] == "InvalidAuthorizationMessageException"
    for account, text in [(A, message), (B, message[:-4] + "AAAA"), (B, "nonsense")]:
        with pytest.raises(botocore.exceptions.ClientError) as e:
            decode(account, text)
        assert e.value.response["Error"]["Code"] == "InvalidAuthorizationMessageException"


def test_sessions_have_limits(server):
    """spec/iam.md facts 27 and 29."""
    iam = server.client("iam", A)
    iam.create_user(UserName="limited")
    iam.put_user_policy(UserName="limited", PolicyName="all", PolicyDocument=allow("*"))
    key = iam.create_access_key(UserName="limited")["AccessKey"]
    user = server.client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    arn = iam.create_role(RoleName="limited", AssumeRolePolicyDocument=trust({"AWS": A}), MaxSessionDuration=7200)["Role"]["Arn"]
    iam.put_role_policy(RoleName="limited", PolicyName="all", PolicyDocument=allow("sts:*"))
    policy = allow("sts:*")
    for more in ({"Policy": policy + " " * 2048}, {"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}] * 11}):
        with pytest.raises(botocore.exceptions.ClientError) as error:
            user.assume_role(RoleArn=arn, RoleSessionName="one", **more)
        assert error.value.response["Error"]["Code"] == "ValidationError"
    first = user.assume_role(RoleArn=arn, RoleSessionName="one", DurationSeconds=7200)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        server.as_session("sts", first).assume_role(RoleArn=arn, RoleSessionName="two", DurationSeconds=7200)
    assert "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining." in str(error.value)
