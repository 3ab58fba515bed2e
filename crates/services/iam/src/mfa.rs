//! Virtual multi-factor authentication devices: whose they are, and what IAM says of them (radkawar/stackd, testdata/aws/iam: mfa,
//! mfa_self_management). Hardware keys, passkeys and the devices of root users are not here.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::BASE32;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use qrcode::{Color, QrCode};
use sekisho_engine::prelude::*;
use sekisho_engine::{MFA_DEVICES, MfaDevice, User};
use sekisho_policy::Principal;

use crate::holder::no_such_entity;

/// Devices of one user (IAM user guide, "IAM and AWS STS quotas").
pub(crate) const MOST: usize = 8;

/// The serial number of a device that this account has or could have.
pub(crate) fn arn(account: &str, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:mfa{path}{name}")
}

/// The check for `action` on a device.
pub(crate) fn check(lookup: &Lookup<'_>, action: &str, serial: &str) -> Check {
    let resource = match serial.starts_with("arn:") {
        true => serial.to_owned(),
        // A device of another kind; who may ask is told so.
        false => arn(lookup.account(), "/", serial),
    };
    Check::new(&format!("iam:{action}"), resource)
}

/// Refuses the serial number of a device that is not a virtual one.
pub(crate) fn is_virtual(serial: &str) -> Result<(), ApiError> {
    let resource = serial.splitn(6, ':').nth(5).unwrap_or_default();
    if serial.starts_with("arn:aws:iam::") && resource.starts_with("mfa/") {
        return Ok(());
    }
    let message = format!(
        "sekisho does not support the multi-factor authentication device {serial} yet: it has virtual devices only, whose serial numbers are ARNs"
    );
    Err(ApiError::new("NotImplemented", message).status(501))
}

/// The device of the caller's account with this serial number.
pub(crate) fn find(cx: &Cx<'_>, serial: &str) -> Result<Arc<MfaDevice>, ApiError> {
    is_virtual(serial)?;
    let own = |d: &Arc<MfaDevice>| d.arn.split(':').nth(4) == Some(cx.account());
    let found = cx.get(&MFA_DEVICES, serial)?.filter(own);
    found.ok_or_else(|| {
        no_such_entity(format!(
            "VirtualMFADevice with serial number {serial} does not exist."
        ))
    })
}

/// The device, if the user has it.
pub(crate) fn of_user(cx: &Cx<'_>, serial: &str, user: &User) -> Result<MfaDevice, ApiError> {
    is_virtual(serial)?;
    let found = cx.get(&MFA_DEVICES, serial)?;
    let own = found.filter(|d| d.is_of(&user.name, &user.id));
    own.map(|d| d.as_ref().clone())
        .ok_or_else(|| no_such_entity("MFA Device invalid for user."))
}

/// All devices of the caller's account.
pub(crate) fn all(cx: &Cx<'_>) -> Result<Vec<Arc<MfaDevice>>, ApiError> {
    let prefix = arn(cx.account(), "/", "");
    let rows = cx.scan(&MFA_DEVICES, &prefix)?;
    Ok(rows.into_iter().map(|(_, device)| device).collect())
}

/// The devices of a user.
pub(crate) fn devices(cx: &Cx<'_>, user: &User) -> Result<Vec<Arc<MfaDevice>>, ApiError> {
    let mut all = all(cx)?;
    all.retain(|d| d.is_of(&user.name, &user.id));
    Ok(all)
}

/// Who has a device changes his own devices only with it: whoever has taken his key cannot put another in its place (recorded,
/// `spec/authorization.md` section 6.8).
pub(crate) fn may_manage(cx: &Cx<'_>, user: &User) -> Result<(), ApiError> {
    let himself = matches!(&cx.caller().principal, Principal::User { arn, .. } if *arn == user.arn);
    let by_mfa = cx.caller().session.as_ref().is_some_and(|s| s.mfa);
    if himself && !by_mfa && !devices(cx, user)?.is_empty() {
        let message = "To complete this action, please ensure that you are authenticated with an MFA device that is enabled for this user.";
        return Err(ApiError::new("AccessDenied", message).status(403));
    }
    Ok(())
}

pub(crate) fn wrong_code() -> ApiError {
    let message = "Authentication code for device is not valid.";
    ApiError::new("InvalidAuthenticationCode", message).status(403)
}

/// The secret as people type it, in base64 for the wire.
pub(crate) fn seed(secret: &[u8]) -> String {
    STANDARD.encode(BASE32.encode(secret))
}

/// A picture of the secret, for the camera of a phone: what it says is in the IAM API reference, `VirtualMFADevice`.
pub(crate) fn picture(name: &str, account: &str, secret: &[u8]) -> Result<String, ApiError> {
    let secret = BASE32.encode(secret);
    let text = format!("otpauth://totp/{name}@{account}?secret={secret}");
    let code = QrCode::new(text).map_err(|e| ApiError::internal(e.to_string()))?;
    let png = png(&code).map_err(|e| ApiError::internal(e.to_string()))?;
    Ok(STANDARD.encode(png))
}

/// How many points a module of the code is wide, and how many modules are left free around it.
const POINTS: usize = 4;
const MARGIN: usize = 4;

/// One bit a point, black is zero.
fn png(code: &QrCode) -> std::io::Result<Vec<u8>> {
    use std::io::Write as _;
    let side = code.width() + 2 * MARGIN;
    let dark = |x: usize, y: usize| {
        let inside = |v: usize| (MARGIN..MARGIN + code.width()).contains(&v);
        inside(x) && inside(y) && code[(x - MARGIN, y - MARGIN)] == Color::Dark
    };
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::default());
    for y in 0..side {
        let points: Vec<bool> = (0..side * POINTS).map(|x| dark(x / POINTS, y)).collect();
        let byte = |bits: &[bool]| {
            let set = bits.iter().enumerate().filter(|(_, dark)| !**dark);
            set.fold(0_u8, |byte, (at, _)| byte | 0x80 >> at)
        };
        let row: Vec<u8> = points.chunks(8).map(byte).collect();
        for _ in 0..POINTS {
            rows.write_all(&[0])?;
            rows.write_all(&row)?;
        }
    }
    let width = u32::try_from(side * POINTS)
        .unwrap_or(u32::MAX)
        .to_be_bytes();
    let header = [&width[..], &width[..], &[1, 0, 0, 0, 0]].concat();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [
        (b"IHDR", header),
        (b"IDAT", rows.finish()?),
        (b"IEND", Vec::new()),
    ] {
        let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
        out.extend(length.to_be_bytes());
        let chunk = [&kind[..], &data].concat();
        out.extend(&chunk);
        out.extend(crc32fast::hash(&chunk).to_be_bytes());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_of_hardware_is_refused_by_its_number() {
        assert!(is_virtual("arn:aws:iam::111111111111:mfa/a/b").is_ok());
        for other in [
            "GAHT12345678",
            "arn:aws:iam::111111111111:u2f/user/u/key",
            "arn:aws:iam::111111111111:user/mfa/x",
            "",
        ] {
            let error = is_virtual(other).unwrap_err();
            assert!(error.message.contains(other), "{error}");
        }
    }
}
