//! `sekisho.toml` beside a configuration: what its files do not say.
//!
//! ```toml
//! [accounts]            # provider alias or name = account
//! registry = "111111111111"
//!
//! [profiles]            # AWS profile = account
//! prod = "222222222222"
//!
//! [set]                 # values of what cannot be read here
//! "data.aws_ssm_parameter.tag.value" = "v1"
//!
//! [variables]           # Terraform variables
//! team = "delivery"
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use sekisho_arn::is_account_id;
use serde::Deserialize;
use serde_json::Value;

/// The name of the file.
pub const FILE: &str = "sekisho.toml";

/// What the file says.
#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Accounts by provider alias or name.
    pub accounts: BTreeMap<String, String>,
    /// Accounts by AWS profile.
    pub profiles: BTreeMap<String, String>,
    /// Values by address.
    pub set: BTreeMap<String, Value>,
    /// Terraform variables; a text that is no text is written as an expression.
    pub variables: BTreeMap<String, Value>,
}

impl Settings {
    /// Reads the file of a directory; nothing, where it has none.
    ///
    /// # Errors
    /// What cannot be read, or is not known, and where.
    pub fn read(directory: &Path) -> Result<Self, String> {
        // A plan has its settings beside it.
        let folder = match directory.parent() {
            Some(parent) if directory.is_file() => parent,
            _ => directory,
        };
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(format!("{}: {e}", path.display())),
        };
        Self::parse(&text).map_err(|e| format!("{}: {e}", path.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let settings: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        let accounts = settings.accounts.iter().chain(&settings.profiles);
        match accounts.into_iter().find(|(_, id)| !is_account_id(id)) {
            Some((name, id)) => Err(format!("{name} = \"{id}\": an account id has 12 digits")),
            None => Ok(settings),
        }
    }
}

/// The accounts of the profiles in an AWS configuration file: `sso_account_id`, or the account of `role_arn`.
#[must_use]
pub fn profiles(text: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut profile = None;
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            let name = section.trim().trim_start_matches("profile ").trim();
            profile = Some(name.to_owned());
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let account = match key.trim() {
            "sso_account_id" => Some(value.trim().to_owned()),
            "role_arn" => value.trim().split(':').nth(4).map(str::to_owned),
            _ => None,
        };
        if let (Some(profile), Some(account)) = (&profile, account.filter(|a| is_account_id(a))) {
            out.entry(profile.clone()).or_insert(account);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_file_is_read() {
        let text = "[accounts]\nregistry = \"111111111111\"\n[set]\n\"data.x.y.z\" = [1, \"a\"]\n";
        let settings = Settings::parse(text).unwrap();
        assert_eq!(settings.accounts["registry"], "111111111111");
        assert_eq!(settings.set["data.x.y.z"], json!([1, "a"]));
        for wrong in ["[acounts]\n", "[accounts]\na = \"1\"\n", "[accounts\n"] {
            assert!(Settings::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn profiles_of_the_aws_configuration() {
        let text = "[default]\nregion = eu-west-1\n[profile a]\nsso_account_id = 111111111111\n\n[profile b]\nrole_arn = arn:aws:iam::222222222222:role/x\n";
        let expected = [("a", "111111111111"), ("b", "222222222222")];
        let expected = expected.map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(profiles(text), BTreeMap::from(expected));
    }

    proptest! {
        #[test]
        fn never_panics(text in r#"(\[|\]|profile |a|=| |role_arn|sso_account_id|1{12}|:|"|\n|é){0,40}"#) {
            let _ = Settings::parse(&text);
            let _ = profiles(&text);
        }
    }
}
