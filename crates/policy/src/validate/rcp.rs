//! What a resource control policy may say.

use super::{Kind, ValidationError};
use crate::document::{Effect, PrincipalPattern, Statement};
use crate::services;

/// A resource control policy of one's own only denies, everyone, and actions of services that it can protect (recorded
/// on AWS).
pub(super) fn check(statement: &Statement, kind: Kind) -> Result<(), ValidationError> {
    let everyone = statement
        .principals
        .as_ref()
        .is_some_and(|p| !p.negated && p.patterns == [PrincipalPattern::Any]);
    let actions = statement.actions.as_ref().is_some_and(|a| {
        let supported = |text: &str| {
            text.split_once(':')
                .is_some_and(|(service, _)| services::under_rcp(service))
        };
        !a.negated && a.texts().all(supported)
    });
    if statement.effect == Effect::Allow || !everyone || !actions || statement.resources.is_none() {
        return kind.error("");
    }
    Ok(())
}
