//! What a role's trust policy may say.

use super::{Kind, ValidationError, providers};
use crate::condition::Condition;
use crate::document::{Effect, PrincipalPattern, Statement};

/// The actions of a trust policy: all else is refused, though it be one of STS, or one of these in other letters (recorded
/// on AWS: LocalStack `test_iam_roles`, and the recordings that `providers.rs` names).
const ACTIONS: &[&str] = &[
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:SetContext",
    "sts:SetSourceIdentity",
    "sts:TagSession",
];

pub(super) fn check(statement: &Statement, kind: Kind) -> Result<(), ValidationError> {
    let Some(principals) = &statement.principals else {
        return kind.error("Missing required field Principal");
    };
    if principals.patterns.is_empty() {
        // terraform-aws-modules/terraform-aws-iam#47.
        return kind.error(
            "Invalid principal in policy: com.amazon.balsa.error.InvalidPolicyException: The passed in policy has a statement with no principals!",
        );
    }
    let federated = principals.patterns.iter().filter_map(|p| match p {
        PrincipalPattern::Federated(name) => Some(&**name),
        _ => None,
    });
    if federated.clone().any(|name| name.contains(['*', '?'])) {
        // Recorded on AWS.
        return kind.error("Federated principals must be valid domain names or SAML metadata ARNs");
    }
    if principals.negated {
        return kind.error(match statement.effect {
            Effect::Allow => "Allow with NotPrincipal is not allowed.",
            Effect::Deny => "AssumeRole policy must not contain NotPrincipal field.",
        });
    }
    if statement.resources.is_some() {
        return kind.error("Has prohibited field Resource");
    }
    let Some(actions) = &statement.actions else {
        return kind.error("Missing required field Action");
    };
    let known = |text: &str| {
        let all = text == "*" || text == "sts:*";
        !all && ACTIONS.iter().any(|action| sekisho_arn::glob(text, action))
    };
    if !actions.texts().all(known) {
        return kind.error("AssumeRole policy may only specify STS AssumeRole actions.");
    }
    let colons =
        |c: &&Condition| c.written_key.matches(':').count() > 1 && !c.key.starts_with("aws:");
    if statement.conditions.iter().any(|c| colons(&c)) {
        // terraform-aws-modules/terraform-aws-eks#1084.
        return kind.error("Condition can contain only one colon.");
    }
    let web = statement.matches_action("sts:AssumeRoleWithWebIdentity");
    for name in federated.filter(|_| web && statement.effect == Effect::Allow) {
        providers::check(statement, name, kind)?;
    }
    Ok(())
}
