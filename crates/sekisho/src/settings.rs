//! `sekisho.toml` beside a configuration: what its files do not say.
//!
//! ```toml
//! skip = ["Build/Image"] # actions that sekisho does not run yet, taken to be done: stage and name
//! roles = ["arn:aws:iam::222222222222:role/admin"]     # roles that are on AWS already: policies may name them
//!
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
//!
//! [pipeline_variables]  # variables of pipelines
//! branch = "main"
//!
//! [policies]            # managed policies that are on AWS already, such as boundaries: ARN = file with the document
//! "arn:aws:iam::222222222222:policy/boundary" = "policies/boundary.json"
//!
//! [quotas]              # what AWS has raised for the accounts, by the names in its errors
//! PoliciesPerRole = 20
//!
//! [organization]        # of which the accounts are members; policies are files beside this one
//! id = "o-a1b2c3d4e5"
//! management_account = "333333333333"
//! service_control_policies = ["scp/regions.json"]      # of every member
//!
//! [organization.members.222222222222]                  # without any, all accounts of the configuration are members
//! path = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"
//! resource_control_policies = ["rcp/perimeter.json"]   # of this one
//! ```
//!
//! Where several directories are rehearsed together, `accounts` and `set` of each are of its own providers and blocks (those
//! of another have its name in front: `"registry:data.…"`); the rest holds for all, and must not be said twice and differently.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use sekisho_arn::is_account_id;
use sekisho_engine::{Member, Organization, QUOTAS};
use sekisho_iac::Source;
use sekisho_policy::{Effect, Kind, Policy, validate};
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
    /// Actions that are taken to be done, as `STAGE/ACTION`.
    pub skip: Vec<String>,
    /// The ARNs of roles that are on AWS already.
    pub roles: Vec<String>,
    /// Terraform variables; a text that is no text is written as an expression.
    pub variables: BTreeMap<String, Value>,
    /// Values of variables of pipelines.
    pub pipeline_variables: BTreeMap<String, String>,
    /// Files with the documents of managed policies that are on AWS already, by ARN.
    pub policies: BTreeMap<String, String>,
    /// Quotas that AWS has raised, by the names that its errors have.
    pub quotas: BTreeMap<String, usize>,
    /// The organization of the accounts.
    pub organization: Option<OrganizationSettings>,
}

/// The organization of the accounts, as the file has it.
#[derive(Debug, Clone, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct OrganizationSettings {
    id: String,
    management_account: Option<String>,
    #[serde(default)]
    service_control_policies: Vec<String>,
    #[serde(default)]
    resource_control_policies: Vec<String>,
    #[serde(default)]
    members: BTreeMap<String, MemberSettings>,
    /// Accounts of the configuration that are no members.
    #[serde(default)]
    outside: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
struct MemberSettings {
    path: Option<String>,
    service_control_policies: Vec<String>,
    resource_control_policies: Vec<String>,
}

/// An organization whose members may not be known yet.
#[derive(Debug, Clone)]
pub struct Organized {
    organization: Organization,
    /// What binds every member.
    all: Member,
    /// Accounts of the configuration that are no members.
    outside: Vec<String>,
    /// What the file says, with the texts of the policies in the place of their files' names.
    said: OrganizationSettings,
    /// The files of the policies, by the names under which the policies are shown.
    files: BTreeMap<String, Arc<Source>>,
}

impl Organized {
    /// The file of the policy that is shown as `policy`.
    #[must_use]
    pub fn file(&self, policy: &str) -> Option<&Arc<Source>> {
        self.files.get(policy)
    }

    /// The files of its policies.
    pub fn files(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.files.values()
    }

    /// Whether `other` says the same.
    #[must_use]
    pub fn says(&self, other: &Self) -> bool {
        self.said == other.said
    }

    /// The members that the file names, and which are none of these accounts: names that are mistyped bind nobody.
    pub fn strangers<'o>(&'o self, accounts: &'o [String]) -> impl Iterator<Item = &'o String> {
        self.said
            .members
            .keys()
            .filter(|named| !accounts.contains(named))
    }

    /// Whether no path is known of one of these accounts, which are members.
    #[must_use]
    pub fn lacks_paths(&self, accounts: &[String]) -> bool {
        let path = |a: &String| {
            self.organization
                .members
                .get(a)
                .and_then(|m| m.path.as_ref())
        };
        let inside = accounts.iter().filter(|a| !self.outside.contains(a));
        inside.into_iter().any(|a| path(a).is_none())
    }

    /// The organization: the members that it names, and these accounts.
    #[must_use]
    pub fn with(&self, accounts: impl IntoIterator<Item = String>) -> Organization {
        let mut out = self.organization.clone();
        for account in accounts.into_iter().filter(|a| !self.outside.contains(a)) {
            out.members.entry(account).or_default();
        }
        for member in out.members.values_mut() {
            member.scp.splice(0..0, self.all.scp.iter().cloned());
            member.rcp.splice(0..0, self.all.rcp.iter().cloned());
        }
        if let Some(management) = &out.management {
            out.members.entry(management.clone()).or_default();
        }
        out
    }
}

impl OrganizationSettings {
    /// Reads the policies, which are files of `folder`.
    ///
    /// # Errors
    /// What cannot be read, and what is no policy of its kind.
    pub fn read(&self, folder: &Path) -> Result<Organized, String> {
        let file = folder.join(FILE);
        let file = file.display();
        let id = self.id.strip_prefix("o-").filter(|rest| {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
            (10..=32).contains(&rest.len()) && rest.bytes().all(plain)
        });
        if id.is_none() {
            return Err(format!(
                "{file}: organization: id = \"{}\": it is `o-` and 10 to 32 small letters and digits",
                self.id
            ));
        }
        let ids = self.members.keys().chain(&self.management_account);
        let ids = ids.chain(&self.outside);
        if let Some(wrong) = ids.into_iter().find(|id| !is_account_id(id)) {
            return Err(format!(
                "{file}: organization: \"{wrong}\": an account id has 12 digits"
            ));
        }
        if let Some(both) = self.outside.iter().find(|a| self.members.contains_key(*a)) {
            return Err(format!(
                "{file}: organization: account {both} is among `outside` and has [organization.members.{both}]: it is one or the other"
            ));
        }
        let management = self.management_account.as_ref();
        let own = management.and_then(|account| Some((account, self.members.get(account)?)));
        let bound = |m: &MemberSettings| {
            !(m.service_control_policies.is_empty() && m.resource_control_policies.is_empty())
        };
        if let Some((account, _)) = own.filter(|(_, m)| bound(m)) {
            return Err(format!(
                "{file}: organization: [organization.members.{account}] has policies, and nothing binds the management account: leave them out"
            ));
        }
        let front = format!("{}/r-", self.id);
        let paths = self.members.values().filter_map(|m| m.path.as_ref());
        let wrong = |path: &&String| !(path.starts_with(&front) && path.ends_with('/'));
        if let Some(path) = paths.into_iter().find(wrong) {
            return Err(format!(
                "{file}: organization: path = \"{path}\": it begins with \"{front}\" and ends with \"/\", for example \"{front}ab12/ou-ab12-11111111/\""
            ));
        }
        let mut files = BTreeMap::new();
        let mut member = |path: &Option<String>, scp: &[String], rcp: &[String]| {
            Ok::<_, String>(Member {
                path: path.clone(),
                scp: level(folder, scp, Kind::ServiceControl, &mut files)?,
                rcp: level(folder, rcp, Kind::ResourceControl, &mut files)?,
            })
        };
        let mut members = BTreeMap::new();
        for (account, m) in &self.members {
            let policies = (&m.service_control_policies, &m.resource_control_policies);
            members.insert(account.clone(), member(&m.path, policies.0, policies.1)?);
        }
        let policies = (
            &self.service_control_policies,
            &self.resource_control_policies,
        );
        let all = member(&None, policies.0, policies.1)?;
        Ok(Organized {
            all,
            files,
            outside: self.outside.clone(),
            said: self.with_texts(folder)?,
            organization: Organization {
                id: self.id.clone(),
                management: self.management_account.clone(),
                // What binds who applies is not what is rehearsed.
                makers_are_free: true,
                members,
            },
        })
    }
}

impl OrganizationSettings {
    /// The same with the texts of the policies in the place of their files' names.
    fn with_texts(&self, folder: &Path) -> Result<Self, String> {
        let mut out = self.clone();
        let own = [
            &mut out.service_control_policies,
            &mut out.resource_control_policies,
        ];
        let members = out.members.values_mut().flat_map(|m| {
            [
                &mut m.service_control_policies,
                &mut m.resource_control_policies,
            ]
        });
        for file in own.into_iter().chain(members).flatten() {
            *file = read(&folder.join(&*file))?;
        }
        Ok(out)
    }
}

/// What is wrong with a value, without the value: `invalid type: string "…", expected a map` says of which type it is.
fn without_value(message: &str) -> String {
    let found = message
        .split_once(": ")
        .filter(|(what, _)| matches!(*what, "invalid type" | "invalid value" | "invalid length"))
        .and_then(|(what, rest)| Some((what, rest.rsplit_once(", expected ")?)));
    match found {
        Some((what, (value, expected))) => {
            let kind = value.split(['"', '`']).next().unwrap_or_default().trim();
            format!("{what}: {kind}, expected {expected}")
        }
        None => message.to_owned(),
    }
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// What AWS attaches everywhere. Where a service control policy of one's own allows anything, it is taken to have been
/// put in its place; a resource control policy only denies, and stands beside it.
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// The policies of one level; no level, where there are none. Their files are kept in `read_from`.
fn level(
    folder: &Path,
    files: &[String],
    kind: Kind,
    read_from: &mut BTreeMap<String, Arc<Source>>,
) -> Result<Vec<Vec<Policy>>, String> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let noun = match kind {
        Kind::ServiceControl => "service control policy",
        _ => "resource control policy",
    };
    let mut policies = Vec::new();
    for file in files {
        let path = folder.join(file);
        let text = read(&path)?;
        let document = validate(&text, kind).map_err(|e| {
            // AWS says one sentence of every content; what the grammar says comes first.
            let grammar = text.parse::<sekisho_policy::Document>().err();
            let why = match (grammar, kind) {
                (Some(error), _) => error.to_string(),
                (None, _) if !e.message.contains("does not meet the requirements") => {
                    return format!("{}: {}", path.display(), e.message);
                }
                (None, Kind::ServiceControl) => "a service control policy has Effect, Action and Resource, and no Principal".to_owned(),
                (None, _) => "a resource control policy denies everyone (Principal \"*\") actions of a service that it can protect".to_owned(),
            };
            format!("{}: {why} (AWS: {})", path.display(), e.message)
        })?;
        let name = format!("{noun} {file}");
        policies.push(Policy::new(&name, document));
        let source = Source::new(path.display().to_string(), text);
        read_from.insert(name, Arc::new(source));
    }
    let allows = |p: &Policy| {
        p.document
            .statements()
            .iter()
            .any(|s| s.effect == Effect::Allow)
    };
    if !policies.iter().any(allows)
        && let Ok(everything) = EVERYTHING.parse()
    {
        policies.insert(0, Policy::new(&format!("{noun} FullAWSAccess"), everything));
    }
    Ok(vec![policies])
}

impl Settings {
    /// Reads the file of a directory; nothing, where it has none.
    ///
    /// # Errors
    /// What cannot be read, or is not known, and where.
    pub fn read(directory: &Path) -> Result<Self, String> {
        let path = Self::folder(directory).join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(format!("{}: {e}", path.display())),
        };
        Self::parse(&text).map_err(|e| format!("{}: {e}", path.display()))
    }

    /// The folder of a directory's file: a plan has its settings beside it.
    #[must_use]
    pub fn folder(directory: &Path) -> &Path {
        match directory.parent() {
            Some(parent) if directory.is_file() => parent,
            _ => directory,
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let settings: Self = toml::from_str(text).map_err(|e| {
            // The line itself is not shown: what is set may be a secret.
            let before = e.span().and_then(|span| text.get(..span.start));
            let line = before.map(|b| format!("line {}: ", b.matches('\n').count() + 1));
            format!("{}{}", line.unwrap_or_default(), without_value(e.message()))
        })?;
        let known: Vec<&str> = QUOTAS.iter().map(|(name, _)| *name).collect();
        if let Some(name) = settings
            .quotas
            .keys()
            .find(|n| !known.contains(&n.as_str()))
        {
            return Err(format!(
                "quotas: `{name}` is none that is counted here: {}",
                known.join(", ")
            ));
        }
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
    fn what_is_wrong_is_said_without_its_value() {
        for (wrong, said) in [
            (
                "set = \"hunter2\"",
                "line 1: invalid type: string, expected a map",
            ),
            (
                "variables = \"a, expected hunter2\"",
                "line 1: invalid type: string, expected a map",
            ),
            (
                "[policies]\na = 4711",
                "line 2: invalid type: integer, expected a string",
            ),
        ] {
            assert_eq!(Settings::parse(wrong).unwrap_err(), said, "{wrong}");
        }
    }

    #[test]
    fn a_file_is_read() {
        let text = "[accounts]\nregistry = \"111111111111\"\n[set]\n\"data.x.y.z\" = [1, \"a\"]\n";
        let settings = Settings::parse(text).unwrap();
        assert_eq!(settings.accounts["registry"], "111111111111");
        assert_eq!(settings.set["data.x.y.z"], json!([1, "a"]));
        let organization = "[organization]\nid = \"o-a1b2c3d4e5\"\n";
        let settings = Settings::parse(organization).unwrap().organization.unwrap();
        let organized = settings.read(Path::new(".")).unwrap();
        let members = organized.with(["1".repeat(12), "2".repeat(12)]).members;
        assert_eq!(members.len(), 2, "all that there are");
        assert!(organized.lacks_paths(&["1".repeat(12)]));
        for wrong in [
            "id = \"x\"",
            "id = \"o-A1B2C3D4E5\"",
            "id = \"o-a1b2c3d4e5\"\n[organization.members.111111111111]\npath = \"o-other00000/r-a/\"",
            "id = \"o-a1b2c3d4e5\"\nmanagement_account = \"1\"",
            "id = \"o-a1b2c3d4e5\"\nservice_control_policies = [\"none.json\"]",
            "id = \"o-a1b2c3d4e5\"\noutside = [\"111111111111\"]\n[organization.members.111111111111]",
            "id = \"o-a1b2c3d4e5\"\nmanagement_account = \"111111111111\"\n[organization.members.111111111111]\nservice_control_policies = [\"scp.json\"]",
        ] {
            let settings = Settings::parse(&format!("[organization]\n{wrong}\n")).unwrap();
            assert!(
                settings.organization.unwrap().read(Path::new(".")).is_err(),
                "{wrong}"
            );
        }
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
