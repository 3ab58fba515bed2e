"""Multi-factor authentication: devices, the sessions that come by them, and what policies see of it (radkawar/stackd, testdata/aws/iam,
mfa and mfa_self_management; spec/authorization.md sections 1.2 and 6.8)."""

import base64
import hashlib
import hmac
import json
import struct
import time
import zlib

import pytest
from botocore.exceptions import ClientError
from conftest import A, B

INVALID = "Authentication code for device is not valid."
WRONG = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
UNKNOWN = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
NEEDED = "To complete this action, please ensure that you are authenticated with an MFA device that is enabled for this user."


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def refused(call, **given):
    with pytest.raises(ClientError) as error:
        call(**given)
    said = error.value.response["Error"]
    return said["Code"], said["Message"]


class Phone:
    """A virtual device, and the codes that it shows (RFC 6238)."""

    def __init__(self, iam, name, path="/"):
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name, Path=path)["VirtualMFADevice"]
        self.serial, self.picture = made["SerialNumber"], made["QRCodePNG"]
        self.seed = base64.b32decode(made["Base32StringSeed"])

    def code(self, offset=0):
        step = int(time.time()) // 30 + offset
        digest = hmac.new(self.seed, struct.pack(">q", step), hashlib.sha1).digest()
        at = digest[-1] & 15
        return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"

    def pair(self, offset=0):
        """Two codes that follow on each other, for a device."""
        return {"SerialNumber": self.serial, "AuthenticationCode1": self.code(offset - 1), "AuthenticationCode2": self.code(offset)}

    def now(self, offset=0):
        return {"SerialNumber": self.serial, "TokenCode": self.code(offset)}


@pytest.fixture
def user(server):
    iam = server.client("iam", B)

    def make(name, *statements):
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return lambda service: server.client(service, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])

    return make


def test_a_device_and_its_user(server, user):
    iam = server.client("iam", B)
    user("mfa-owner", {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    user("mfa-other", {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    phone = Phone(iam, "phone", "/devices/")
    assert phone.serial == f"arn:aws:iam::{B}:mfa/devices/phone"
    again = {"VirtualMFADeviceName": "phone", "Path": "/devices/"}
    assert refused(iam.create_virtual_mfa_device, **again) == ("EntityAlreadyExists", "MFA device already exists.")
    owner, other = {"UserName": "mfa-owner"}, {"UserName": "mfa-other"}
    one = {"SerialNumber": phone.serial}
    not_hers = ("NoSuchEntity", "MFA Device invalid for user.")
    assert refused(iam.deactivate_mfa_device, **owner, **one) == not_hers
    assert refused(iam.resync_mfa_device, **owner, **phone.pair()) == not_hers
    assert iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"] == [one]
    same = phone.pair() | {"AuthenticationCode1": phone.code()}
    assert refused(iam.enable_mfa_device, **owner, **same) == ("InvalidAuthenticationCode", INVALID)
    pair = phone.pair()
    reversed_codes = pair | {"AuthenticationCode1": pair["AuthenticationCode2"], "AuthenticationCode2": pair["AuthenticationCode1"]}
    assert refused(iam.enable_mfa_device, **owner, **reversed_codes) == ("InvalidAuthenticationCode", INVALID)
    iam.enable_mfa_device(**owner, **phone.pair())
    assert refused(iam.enable_mfa_device, **owner, **phone.pair()) == ("EntityAlreadyExists", "MFA Device for user mfa-owner already exists.")
    assert refused(iam.enable_mfa_device, **other, **phone.pair()) == ("EntityAlreadyExists", "MFA Device is already in use.")
    (listed,) = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert listed["SerialNumber"] == phone.serial and listed["User"]["UserName"] == "mfa-owner" and listed["EnableDate"]
    (listed,) = iam.list_mfa_devices(**owner)["MFADevices"]
    assert (listed["UserName"], listed["SerialNumber"]) == ("mfa-owner", phone.serial)
    assert refused(iam.get_mfa_device, **owner, **one)[0] == "ValidationError"
    assert refused(iam.delete_virtual_mfa_device, **one) == ("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.")
    assert refused(iam.delete_user, **owner) == ("DeleteConflict", "Cannot delete entity, must remove tokens from principal first.")
    assert refused(iam.deactivate_mfa_device, **other, **one) == not_hers
    assert refused(iam.enable_mfa_device, **other, **(phone.pair() | {"SerialNumber": "GAHT12345678"}))[0] == "NotImplemented"
    # The clock may be wrong by hours, and is set by two codes that set it never before.
    iam.resync_mfa_device(**owner, **phone.pair(20))
    assert refused(iam.resync_mfa_device, **owner, **phone.pair(21)) == ("InvalidAuthenticationCode", INVALID)
    iam.deactivate_mfa_device(**owner, **one)
    assert refused(iam.deactivate_mfa_device, **owner, **one) == not_hers
    assert iam.list_mfa_devices(**other)["MFADevices"] == []
    iam.tag_mfa_device(**one, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam.untag_mfa_device(**one, TagKeys=["a"])
    assert iam.list_mfa_device_tags(**one)["Tags"] == [{"Key": "b", "Value": "2"}]
    iam.delete_virtual_mfa_device(**one)
    assert refused(iam.delete_virtual_mfa_device, **one) == ("NoSuchEntity", f"VirtualMFADevice with serial number {phone.serial} does not exist.")


def test_the_picture_is_one(server):
    phone = Phone(server.client("iam", B), "pictured")
    assert phone.picture[:8] == b"\x89PNG\r\n\x1a\n" and len(phone.seed) == 40
    at, chunks = 8, {}
    while at < len(phone.picture):
        (length,) = struct.unpack(">I", phone.picture[at : at + 4])
        kind, data = phone.picture[at + 4 : at + 8], phone.picture[at + 8 : at + 8 + length]
        assert struct.unpack(">I", phone.picture[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + data),)
        chunks[kind] = data
        at += 12 + length
    width, height, depth, color = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert width == height and (depth, color) == (1, 0)
    rows = zlib.decompress(chunks[b"IDAT"])
    line = 1 + (width + 7) // 8
    assert len(rows) == line * height
    # A margin that is white, then the corner of a code, which is black.
    pixel = lambda x, y: rows[y * line + 1 + x // 8] >> (7 - x % 8) & 1
    assert pixel(0, 0) == 1 and pixel(16, 16) == 0 and pixel(16 + 4 * 2, 16 + 4 * 2) == 0 and pixel(16 + 4, 16 + 4) == 1


def test_who_has_a_device_manages_it_with_it(server, user):
    iam = server.client("iam", B)
    manage = {"Effect": "Allow", "Action": ["iam:EnableMFADevice", "iam:DeactivateMFADevice", "iam:ResyncMFADevice"], "Resource": [f"arn:aws:iam::{B}:user/mfa-self", f"arn:aws:iam::{B}:user/mfa-friend"]}
    mine = user("mfa-self", manage)
    user("mfa-friend", manage)
    first, second, third = (Phone(iam, name) for name in ("first", "second", "third"))
    me = {"UserName": "mfa-self"}
    with_key = mine("iam")
    with_key.enable_mfa_device(**me, **first.pair(-4))
    denied = ("AccessDenied", NEEDED)
    assert refused(with_key.enable_mfa_device, **me, **second.pair()) == denied
    assert refused(with_key.enable_mfa_device, **me, **first.pair()) == denied
    assert refused(with_key.deactivate_mfa_device, SerialNumber=first.serial) == denied
    assert refused(with_key.deactivate_mfa_device, **me, SerialNumber=first.serial + "missing") == denied
    with_key.resync_mfa_device(**me, **first.pair())
    with_key.enable_mfa_device(UserName="mfa-friend", **third.pair())
    sts = mine("sts")
    session = server.as_session("iam", sts.get_session_token(**first.now(1)))
    session.enable_mfa_device(**me, **second.pair())
    session.deactivate_mfa_device(**me, SerialNumber=first.serial)
    session.deactivate_mfa_device(**me, SerialNumber=second.serial)
    with_key.enable_mfa_device(**me, **first.pair(4))


def test_what_policies_see(server, user):
    """spec/iam.md: aws:MultiFactorAuthPresent and its age, of sessions of GetSessionToken and of a call of AssumeRole."""
    iam = server.client("iam", B)
    present = {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "60"}}
    mine = user(
        "mfa-reads",
        {"Effect": "Allow", "Action": ["iam:ListMFADevices", "s3:ListAllMyBuckets"], "Resource": "*", "Condition": present},
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"},
    )
    phone = Phone(iam, "reads")
    iam.enable_mfa_device(UserName="mfa-reads", **phone.pair(-1))
    sts = mine("sts")
    assert refused(mine("s3").list_buckets)[0] == "AccessDenied"
    plain = sts.get_session_token()
    assert refused(server.as_session("s3", plain).list_buckets)[0] == "AccessDenied"
    assert refused(server.as_session("iam", plain).list_mfa_devices)[0] == "InvalidClientTokenId"
    assert refused(sts.get_session_token, **phone.now(10)) == ("AccessDenied", WRONG)
    assert refused(sts.get_session_token, SerialNumber=phone.serial + "x", TokenCode=phone.code()) == ("AccessDenied", UNKNOWN)
    assert refused(sts.get_session_token, SerialNumber=phone.serial)[0] == "AccessDenied"
    now = phone.now()
    session = sts.get_session_token(**now)
    assert refused(sts.get_session_token, **now) == ("AccessDenied", WRONG)
    server.as_session("s3", session).list_buckets()
    assert len(server.as_session("iam", session).list_mfa_devices()["MFADevices"]) == 1
    # Of a role: who assumes it shows the device, and the session has nothing of it.
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{B}:root"}, "Condition": present}
    role = server.client("iam", A).create_role(RoleName="mfa-role", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    server.client("iam", A).put_role_policy(RoleName="mfa-role", PolicyName="p", PolicyDocument=document({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}))
    assume = {"RoleArn": role, "RoleSessionName": "session"}
    assert refused(sts.assume_role, **assume)[0] == "AccessDenied"
    assert refused(sts.assume_role, **assume, **phone.now(10)) == ("AccessDenied", WRONG)
    assumed = sts.assume_role(**assume, **phone.now(1))
    assert refused(server.as_session("s3", assumed).list_buckets)[0] == "AccessDenied"
    assert refused(server.as_session("sts", assumed).assume_role, **assume, **phone.now(2)) == ("AccessDenied", UNKNOWN)
    server.as_session("sts", session).assume_role(**assume)


def test_properties_of_an_account(server, user):
    """radkawar/stackd iam/account_properties and account_properties_toggle; spec/authorization.md section 6.7."""
    iam = server.client("iam", A)
    put = lambda **properties: iam.put_account_properties(Properties={k.replace("__", "/"): v for k, v in properties.items()})
    assert iam.get_account_properties()["Properties"] == {"RoleManager/Enabled": "false"}
    assert refused(put, RoleManager="true") == ("InvalidInput", "Property key must be in format Namespace/PropertyName: RoleManager")
    assert refused(put, RoleManager__Enabled__X="true") == ("InvalidInput", "RoleManager namespace requires Enabled property")
    assert refused(put, Probe__Enabled="true") == ("InvalidInput", "Unsupported namespace: Probe")
    assert refused(put, Probe__Enabled="true", RoleManager__Enabled="true") == ("InvalidInput", "All properties must belong to the same namespace")
    assert refused(put, RoleManager__Enabled="True") == ("InvalidInput", "Enabled must be 'true' or 'false'")
    put(RoleManager__Enabled="false", RoleManager__Other="x")
    role = "AWSServiceRoleForIAMRoleManager"
    assert refused(iam.get_role, RoleName=role)[0] == "NoSuchEntity"
    put(RoleManager__Enabled="true")
    put(RoleManager__Enabled="true")
    assert iam.get_account_properties()["Properties"] == {"RoleManager/Enabled": "true"}
    assert iam.get_role(RoleName=role)["Role"]["Path"] == "/aws-service-role/role-manager.iam.amazonaws.com/"
    put(RoleManager__Enabled="false")
    mine = user("properties", {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}, {"Effect": "Deny", "Action": "iam:CreateServiceLinkedRole", "Resource": "*"})("iam")
    code, message = refused(mine.put_account_properties, Properties={"RoleManager/Enabled": "true"})
    assert code == "AccessDenied" and message.startswith(
        f"User: arn:aws:iam::{B}:user/properties is not authorized to perform: iam:CreateServiceLinkedRole on resource:"
        f" arn:aws:iam::{B}:role/aws-service-role/role-manager.iam.amazonaws.com/{role} with an explicit deny in an identity-based policy. Go to https://"
    )
    assert mine.get_account_properties()["Properties"] == {"RoleManager/Enabled": "false"}
    mine.put_account_properties(Properties={"RoleManager/Enabled": "false"})


def test_tags_decide_about_devices(server, user):
    """The tags of the request, of the user and of the device (service authorization reference of IAM)."""
    iam = server.client("iam", B)
    team = [{"Key": "team", "Value": "x"}]
    for name, tags in (("mfa-x", team), ("mfa-y", [{"Key": "team", "Value": "y"}])):
        iam.create_user(UserName=name, Tags=tags)
    of_x = lambda key: {"StringEquals": {key: "x"}}
    caller = user(
        "mfa-by-tags",
        {"Effect": "Allow", "Action": "iam:CreateVirtualMFADevice", "Resource": "*", "Condition": of_x("aws:RequestTag/team") | {"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}},
        {"Effect": "Allow", "Action": "iam:TagMFADevice", "Resource": "*", "Condition": of_x("aws:RequestTag/team")},
        {"Effect": "Allow", "Action": ["iam:*MFADevice*"], "NotResource": "arn:aws:iam::*:mfa/*", "Condition": of_x("aws:ResourceTag/team") | {"StringLike": {"iam:ResourceTag/team": "x"}}},
    )("iam")
    denied = lambda call, **given: refused(call, **given)[0] == "AccessDenied"
    assert denied(caller.create_virtual_mfa_device, VirtualMFADeviceName="tagged")
    made = caller.create_virtual_mfa_device(VirtualMFADeviceName="tagged", Tags=team)["VirtualMFADevice"]
    phone = Phone.__new__(Phone)
    phone.serial, phone.seed = made["SerialNumber"], base64.b32decode(made["Base32StringSeed"])
    one, x, y = {"SerialNumber": phone.serial}, {"UserName": "mfa-x"}, {"UserName": "mfa-y"}
    assert denied(caller.tag_mfa_device, **one, Tags=[{"Key": "team", "Value": "y"}])
    caller.tag_mfa_device(**one, Tags=team)
    assert denied(caller.enable_mfa_device, **y, **phone.pair())
    caller.enable_mfa_device(**x, **phone.pair())
    assert denied(caller.list_mfa_devices, **y) and len(caller.list_mfa_devices(**x)["MFADevices"]) == 1
    assert denied(caller.get_mfa_device, **y, **one) and refused(caller.get_mfa_device, **x, **one)[0] == "ValidationError"
    assert denied(caller.resync_mfa_device, **y, **phone.pair(20))
    caller.resync_mfa_device(**x, **phone.pair(20))
    assert denied(caller.deactivate_mfa_device, **y, **one)
    caller.deactivate_mfa_device(**x, **one)
