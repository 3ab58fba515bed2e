//! What an account is called.

use sekisho_engine::Table;
use sekisho_engine::prelude::*;

/// Accounts by their alias.
pub(crate) const ALIASES: Table<String> = Table::new("iam/account-alias");

/// The aliases of the caller's account: one, or none.
pub(crate) fn aliases(cx: &Cx<'_>) -> Result<Vec<String>, ApiError> {
    let rows = cx.scan(&ALIASES, "")?;
    let own = rows
        .into_iter()
        .filter(|(_, account)| **account == cx.account());
    Ok(own.map(|(alias, _)| alias).collect())
}
