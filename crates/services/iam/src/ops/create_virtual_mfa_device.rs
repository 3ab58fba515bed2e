//! Makes a virtual device. Its secret is shown once.

use sekisho_engine::prelude::*;
use sekisho_engine::{MFA_DEVICES, MfaDevice};

use crate::mfa;
use crate::tags::{self, Tag};

pub(crate) struct CreateVirtualMFADevice;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    path: Option<String>,
    #[serde(rename = "VirtualMFADeviceName")]
    name: String,
    #[serde(default)]
    tags: Vec<Tag>,
}

impl Input {
    fn arn(&self, account: &str) -> String {
        mfa::arn(account, self.path.as_deref().unwrap_or("/"), &self.name)
    }
}

impl Operation for CreateVirtualMFADevice {
    const ID: OpId = OpId::new("iam", "CreateVirtualMFADevice");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let arn = input.arn(lookup.account());
        let tagged = |action: &str| {
            let check = Check::new(action, arn.clone()).making();
            check.with_tags(tags::pairs(&input.tags))
        };
        let mut checks = vec![tagged("iam:CreateVirtualMFADevice")];
        if !input.tags.is_empty() {
            checks.push(tagged("iam:TagMFADevice"));
        }
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let arn = input.arn(cx.account());
        if cx.get(&MFA_DEVICES, &arn)?.is_some() {
            let message = "MFA device already exists.";
            return Err(ApiError::new("EntityAlreadyExists", message).status(409));
        }
        // 64 characters when it is typed.
        let secret = cx.ids().bytes::<40>();
        let mut device = MfaDevice {
            arn: arn.clone(),
            seed: hex::encode(secret),
            user: None,
            enabled_ms: 0,
            tags: Vec::new(),
            drift: 0,
            used: Vec::new(),
            paired: Vec::new(),
        };
        tags::merge_exact(&mut device.tags, &input.tags)?;
        let mut shown = json!({
            "SerialNumber": arn,
            "Base32StringSeed": mfa::seed(&secret),
            "QRCodePNG": mfa::picture(&input.name, cx.account(), &secret)?,
        });
        if let (Some(map), false) = (shown.as_object_mut(), device.tags.is_empty()) {
            map.insert("Tags".to_owned(), tags::render(&device.tags));
        }
        cx.put(&MFA_DEVICES, &arn, device)?;
        Ok(json!({"VirtualMFADevice": shown}))
    }
}
