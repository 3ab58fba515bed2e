//! What a role's trust policy may say.

use super::{Kind, ValidationError};
use crate::condition::{Condition, Operator, Qualifier};
use crate::document::{Effect, PrincipalPattern, Statement};

/// The actions of a trust policy: all else is refused, though it be one of STS (recorded on AWS, LocalStack
/// `test_iam_roles`).
const ACTIONS: &[&str] = &[
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setcontext",
    "sts:setsourceidentity",
    "sts:tagsession",
];

/// The provider of GitHub Actions, whose tokens anybody can get.
const GITHUB: &str = "token.actions.githubusercontent.com";

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
        let text = text.to_ascii_lowercase();
        text == "*"
            || ACTIONS
                .iter()
                .any(|action| sekisho_arn::glob(&text, action))
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
    for name in federated.filter(|_| statement.effect == Effect::Allow) {
        check_provider(statement, name, kind)?;
    }
    Ok(())
}

/// Providers whose users are everybody must be narrowed down.
fn check_provider(statement: &Statement, name: &str, kind: Kind) -> Result<(), ValidationError> {
    if name == "cognito-identity.amazonaws.com" && statement.conditions.is_empty() {
        // aws-amplify/amplify-cli#13689.
        return kind.error("A condition block must be present for the Cognito provider");
    }
    if !name.ends_with(&format!(":oidc-provider/{GITHUB}")) {
        return Ok(());
    }
    let keys = ["sub", "job_workflow_ref"].map(|claim| format!("{GITHUB}:{claim}"));
    let narrows = |c: &Condition| {
        let operator = matches!(
            c.operator,
            Operator::String { not: false }
                | Operator::StringLike { not: false }
                | Operator::StringIgnoreCase { not: false }
        );
        let all = c
            .operands
            .iter()
            .any(|o| o.template.raw.chars().all(|c| c == '*'));
        operator && !all && c.qualifier != Qualifier::ForAll && keys.contains(&c.key)
    };
    if !statement.conditions.iter().any(narrows) {
        return kind.error(format!(
            "Trust policy with trusted principal {name} must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, {} or {} which is not scoped to all.",
            keys[0], keys[1]
        ));
    }
    Ok(())
}
