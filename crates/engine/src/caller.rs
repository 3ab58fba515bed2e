//! Who calls.

use std::sync::Arc;

use sekisho_policy::Principal;

use crate::principals::Session;

/// The caller of an operation: a principal, and the session if it came by one.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The principal.
    pub principal: Principal,
    /// The key that signed, if any; for the access log, never the secret.
    pub access_key_id: Option<String>,
    /// The temporary credentials by which it came.
    pub session: Option<Arc<Session>>,
}

impl Caller {
    /// Nobody.
    #[must_use]
    pub fn anonymous() -> Self {
        Self {
            principal: Principal::Anonymous,
            access_key_id: None,
            session: None,
        }
    }

    /// A service of AWS on its own behalf.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self {
            principal: Principal::Service(name.to_owned()),
            access_key_id: None,
            session: None,
        }
    }

    /// The root user of `account`.
    #[must_use]
    pub fn root(account: &str) -> Self {
        Self {
            principal: Principal::Root {
                account: account.to_owned(),
            },
            access_key_id: Some(account.to_owned()),
            session: None,
        }
    }

    /// The caller's account; empty for services and anonymous callers.
    #[must_use]
    pub fn account(&self) -> &str {
        self.principal.account().unwrap_or_default()
    }

    /// The ARN by which messages name the caller.
    #[must_use]
    pub fn arn(&self) -> String {
        self.principal.arn()
    }

    /// `aws:userid`: the account for root, `AIDA…` for a user, `AROA…:session` for a session.
    #[must_use]
    pub fn user_id(&self) -> Option<String> {
        match &self.principal {
            Principal::Root { account } => Some(account.clone()),
            Principal::User { id, .. } => id.clone(),
            Principal::Session {
                role_id, session, ..
            } => Some(format!("{}:{session}", role_id.as_deref()?)),
            Principal::Federated { account, arn, .. } => Some(format!(
                "{account}:{}",
                arn.rsplit('/').next().unwrap_or_default()
            )),
            Principal::Anonymous | Principal::Service(_) | Principal::Provider { .. } => None,
        }
    }
}
