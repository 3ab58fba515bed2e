//! Says which passwords users may have. What is not said is as at the beginning; nobody has a password here.

use sekisho_engine::prelude::*;

use crate::account::PASSWORDS;

pub(crate) struct UpdateAccountPasswordPolicy;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Input {
    minimum_password_length: i64,
    require_symbols: bool,
    require_numbers: bool,
    require_uppercase_characters: bool,
    require_lowercase_characters: bool,
    allow_users_to_change_password: bool,
    max_password_age: Option<i64>,
    password_reuse_prevention: Option<i64>,
    hard_expiry: Option<bool>,
}

impl Default for Input {
    fn default() -> Self {
        Self {
            minimum_password_length: 6,
            require_symbols: false,
            require_numbers: false,
            require_uppercase_characters: false,
            require_lowercase_characters: false,
            allow_users_to_change_password: false,
            max_password_age: None,
            password_reuse_prevention: None,
            hard_expiry: None,
        }
    }
}

impl Operation for UpdateAccountPasswordPolicy {
    const ID: OpId = OpId::new("iam", "UpdateAccountPasswordPolicy");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("iam:UpdateAccountPasswordPolicy", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let mut policy = json!({
            "MinimumPasswordLength": input.minimum_password_length,
            "RequireSymbols": input.require_symbols,
            "RequireNumbers": input.require_numbers,
            "RequireUppercaseCharacters": input.require_uppercase_characters,
            "RequireLowercaseCharacters": input.require_lowercase_characters,
            "AllowUsersToChangePassword": input.allow_users_to_change_password,
            "ExpirePasswords": input.max_password_age.is_some(),
        });
        let more = [
            ("MaxPasswordAge", input.max_password_age.map(|n| json!(n))),
            (
                "PasswordReusePrevention",
                input.password_reuse_prevention.map(|n| json!(n)),
            ),
            ("HardExpiry", input.hard_expiry.map(|b| json!(b))),
        ];
        if let Some(map) = policy.as_object_mut() {
            let there = more
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?)));
            map.extend(there);
        }
        let account = cx.account().to_owned();
        cx.put(&PASSWORDS, &account, policy)?;
        Ok(json!({}))
    }
}
