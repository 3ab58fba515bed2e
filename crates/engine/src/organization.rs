//! An organization that accounts are members of: who is in it, and the policies that bind its members. It is given, not
//! made: the operations of AWS Organizations only read it.

use std::collections::BTreeMap;

use sekisho_policy::{Context, Policy};

/// An organization.
#[derive(Debug, Clone, Default)]
pub struct Organization {
    /// Its id, `o-` and 10 to 32 letters or digits: `aws:PrincipalOrgID`.
    pub id: String,
    /// The management account, which no policy of the organization binds.
    pub management: Option<String>,
    /// Whether who applies and root users are bound by nothing: what is made in a rehearsal is let through.
    pub makers_are_free: bool,
    /// Its members by account, the management account among them.
    pub members: BTreeMap<String, Member>,
}

/// A member of an organization.
#[derive(Debug, Clone, Default)]
pub struct Member {
    /// Where it is: `o-.../r-.../ou-.../`, an element of `aws:PrincipalOrgPaths`.
    pub path: Option<String>,
    /// Service control policies that bind its principals, by level from the root down.
    pub scp: Vec<Vec<Policy>>,
    /// Resource control policies that bind its resources, by level from the root down.
    pub rcp: Vec<Vec<Policy>>,
}

impl Organization {
    /// The policies that bind an account; none, where it is no member or the management account.
    #[must_use]
    pub fn binds(&self, account: &str) -> Option<&Member> {
        let managed = self.management.as_deref() != Some(account);
        self.members.get(account).filter(|_| managed)
    }

    /// Says of which organization an account is: `whose` is `aws:principalorg` or `aws:resourceorg`.
    pub(crate) fn describe(&self, account: &str, whose: &str, context: &mut Context) {
        let Some(member) = self.members.get(account) else {
            return;
        };
        context.set(&format!("{whose}id"), self.id.clone());
        if let Some(path) = &member.path {
            context.set_list(&format!("{whose}paths"), vec![path.clone()]);
        }
    }
}
