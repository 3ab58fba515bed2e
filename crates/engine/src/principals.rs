//! What is kept of principals: users, groups, roles, managed policies, access keys and sessions. IAM and STS write these rows,
//! the front door reads them at every call.

use std::collections::BTreeMap;

use sekisho_store::Table;
use serde::{Deserialize, Serialize};

use crate::policy_text::PolicyText;

/// Users by `account/name`.
pub const USERS: Table<User> = Table::new("iam/user");
/// Groups by `account/name`.
pub const GROUPS: Table<Group> = Table::new("iam/group");
/// Roles by `account/name`.
pub const ROLES: Table<Role> = Table::new("iam/role");
/// Customer managed policies by ARN.
pub const POLICIES: Table<ManagedPolicy> = Table::new("iam/policy");
/// Access keys of users by id.
pub const ACCESS_KEYS: Table<AccessKey> = Table::new("iam/access-key");
/// Temporary credentials by access key id.
pub const SESSIONS: Table<Session> = Table::new("sts/session");

/// Tags in the order in which they were given.
pub type Tags = Vec<(String, String)>;

/// An IAM user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    /// The account.
    pub account: String,
    /// The name.
    pub name: String,
    /// The path, `/` at least.
    pub path: String,
    /// The ARN with the path.
    pub arn: String,
    /// The unique id, `AIDA…`.
    pub id: String,
    /// When it was made, in milliseconds.
    pub created_ms: i64,
    /// Its tags.
    pub tags: Tags,
    /// Inline policies by name.
    pub inline: BTreeMap<String, PolicyText>,
    /// ARNs of attached policies.
    pub attached: Vec<String>,
    /// ARN of the permissions boundary.
    pub boundary: Option<String>,
    /// Names of the groups that it is in, in the order in which it was added.
    #[serde(default)]
    pub groups: Vec<String>,
}

/// An IAM group: its users have its policies, and it is no principal itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    /// The account.
    pub account: String,
    /// The name.
    pub name: String,
    /// The path, `/` at least.
    pub path: String,
    /// The ARN with the path.
    pub arn: String,
    /// The unique id, `AGPA…`.
    pub id: String,
    /// When it was made, in milliseconds.
    pub created_ms: i64,
    /// Inline policies by name.
    pub inline: BTreeMap<String, PolicyText>,
    /// ARNs of attached policies.
    pub attached: Vec<String>,
}

/// An IAM role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Role {
    /// The account.
    pub account: String,
    /// The name.
    pub name: String,
    /// The path, `/` at least.
    pub path: String,
    /// The ARN with the path.
    pub arn: String,
    /// The unique id, `AROA…`.
    pub id: String,
    /// When it was made, in milliseconds.
    pub created_ms: i64,
    /// The trust policy.
    pub trust: PolicyText,
    /// The description.
    pub description: Option<String>,
    /// The longest session in seconds.
    pub max_session_seconds: i64,
    /// Its tags.
    pub tags: Tags,
    /// Inline policies by name.
    pub inline: BTreeMap<String, PolicyText>,
    /// ARNs of attached policies.
    pub attached: Vec<String>,
    /// ARN of the permissions boundary.
    pub boundary: Option<String>,
}

/// A managed policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// The ARN.
    pub arn: String,
    /// The name.
    pub name: String,
    /// The path.
    pub path: String,
    /// The unique id, `ANPA…`.
    pub id: String,
    /// The description.
    pub description: Option<String>,
    /// When it was made, in milliseconds.
    pub created_ms: i64,
    /// When its default version changed, in milliseconds.
    pub updated_ms: i64,
    /// Its tags.
    pub tags: Tags,
    /// Its versions, oldest first.
    pub versions: Vec<PolicyVersion>,
    /// The number of the default version.
    pub default_version: u32,
    /// The number of the next version.
    pub next_version: u32,
}

/// A version of a managed policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// Its number: `v<number>`.
    pub number: u32,
    /// The document.
    pub document: PolicyText,
    /// When it was made, in milliseconds.
    pub created_ms: i64,
}

impl ManagedPolicy {
    /// The version in force.
    #[must_use]
    pub fn default(&self) -> Option<&PolicyVersion> {
        self.versions
            .iter()
            .find(|v| v.number == self.default_version)
    }
}

/// A long-term access key.
#[derive(Clone, Serialize, Deserialize)]
pub struct AccessKey {
    /// Its id, `AKIA…`.
    pub id: String,
    /// The secret.
    pub secret: String,
    /// The user's account.
    pub account: String,
    /// The user's name.
    pub user: String,
    /// `Active` or `Inactive`.
    pub status: String,
    /// When it was made, in milliseconds.
    pub created_ms: i64,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "AccessKey({}, user {}/{})",
            self.id, self.account, self.user
        )
    }
}

/// Temporary credentials.
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    /// The access key id, `ASIA…`.
    pub access_key_id: String,
    /// The secret.
    pub secret: String,
    /// The session token.
    pub token: String,
    /// The account.
    pub account: String,
    /// The role's name, for role sessions.
    pub role: Option<String>,
    /// The unique id of the role, or of the user.
    pub role_id: Option<String>,
    /// The role's ARN with its path.
    pub role_arn: Option<String>,
    /// The session name; the user's name for `GetSessionToken`.
    pub name: String,
    /// Inline session policy.
    pub policy: Option<PolicyText>,
    /// ARNs of managed session policies; read at every call.
    pub policy_arns: Vec<String>,
    /// What it has instead of its role's policies, for who applies in a rehearsal: nothing is known of its role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applier: Option<Applier>,
    /// Session tags.
    pub tags: Tags,
    /// Keys of transitive tags.
    pub transitive: Vec<String>,
    /// The source identity.
    pub source_identity: Option<String>,
    /// Whether it was asked for with a code of a device.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mfa: bool,
    /// When the session began, in milliseconds.
    pub issued_ms: i64,
    /// When it ends, in milliseconds.
    pub expires_ms: i64,
}

/// Who applies in a rehearsal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Applier {
    /// ARNs of the managed policies that it has.
    pub policies: Vec<String>,
    /// Whether it is said who that is; a role that is made up stands for whoever a policy exempts.
    pub known: bool,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Session({}, {})", self.access_key_id, self.name)
    }
}
