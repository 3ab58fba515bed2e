//! What an account is called, which passwords its users may have, and its properties.

use std::sync::Arc;

use sekisho_engine::Table;
use sekisho_engine::prelude::*;

use crate::holder::no_such_entity;

/// Accounts by their alias.
pub(crate) const ALIASES: Table<String> = Table::new("iam/account-alias");

/// What is said of passwords, by account.
pub(crate) const PASSWORDS: Table<Value> = Table::new("iam/password-policy");

/// Accounts that have, or had, Role Manager.
pub(crate) const ROLE_MANAGER: Table<bool> = Table::new("iam/role-manager");

/// The property that says so.
pub(crate) const ENABLED: &str = "RoleManager/Enabled";

/// What the caller's account says of passwords.
pub(crate) fn passwords(cx: &Cx<'_>) -> Result<Arc<Value>, ApiError> {
    let account = cx.account();
    cx.get(&PASSWORDS, account)?.ok_or_else(|| {
        no_such_entity(format!(
            "The Password Policy with domain name {account} cannot be found."
        ))
    })
}

/// The aliases of the caller's account: one, or none.
pub(crate) fn aliases(cx: &Cx<'_>) -> Result<Vec<String>, ApiError> {
    let rows = cx.scan(&ALIASES, "")?;
    let own = rows
        .into_iter()
        .filter(|(_, account)| **account == cx.account());
    Ok(own.map(|(alias, _)| alias).collect())
}
