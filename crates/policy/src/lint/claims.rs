//! Findings about what a trust policy asks of tokens of identity providers.

use super::Linter;
use super::scope::{Named, Scope};
use super::trust::Who;
use crate::condition::{Condition, Operator};

const GITHUB: &str = "token.actions.githubusercontent.com";

/// Claims of GitHub that say of which repository a token is.
const OF_REPOSITORY: &[&str] = &["sub", "repository", "repository_id", "job_workflow_ref"];

/// The name of the provider, as condition keys have it.
fn provider(named: &Named) -> &str {
    let text = named.text.as_str();
    text.split_once(":oidc-provider/").map_or(text, |(_, p)| p)
}

fn asks(condition: &Condition, provider: &str, claims: Option<&[&str]>) -> bool {
    let rest = condition.key.strip_prefix(&provider.to_lowercase());
    let claim = rest.and_then(|rest| rest.strip_prefix(':'));
    claim.is_some_and(|claim| claims.is_none_or(|claims| claims.contains(&claim)))
}

impl Linter<'_> {
    pub(super) fn claims(&mut self, scope: &Scope<'_>) {
        let conditions = &scope.statement.conditions;
        for named in scope.named_as("Federated") {
            let literal = !named.text.contains(['*', '?', '$']);
            if Who::of(&named) != Who::Oidc || !literal {
                continue;
            }
            let provider = provider(&named);
            let github = provider.eq_ignore_ascii_case(GITHUB);
            let asked =
                |claims: Option<&[&str]>| conditions.iter().any(|c| asks(c, provider, claims));
            if github && !asked(Some(OF_REPOSITORY)) {
                let message = "Granting a federated GitHub principal permissions without a condition key can allow more sources to assume the role than you intended. Add the token.actions.githubusercontent.com:sub condition key and specify the branch and repository name in the value.";
                self.security("MISSING_GITHUB_REPO_CONDITION_KEY", message, &named.place);
            } else if !asked(None) {
                let message = "Using an Open ID Connect principal without a condition can be overly permissive. Add condition keys with a prefix that matches your federated OIDC principals to ensure that only the intended identity provider assumes the role.";
                self.security(
                    "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",
                    message,
                    &named.place,
                );
            }
        }
        let with_branch = conditions.iter().any(|c| asks(c, GITHUB, Some(&["ref"])));
        for condition in conditions
            .iter()
            .filter(|c| asks(c, GITHUB, Some(&["sub"])))
        {
            if condition.operator != (Operator::StringLike { not: false }) {
                continue;
            }
            let open = |value: &str| match with_branch {
                true => !names_repository(value),
                false => value.contains('*'),
            };
            if let Some((_, place)) = scope.values(condition).iter().find(|(v, _)| open(v)) {
                let message = "Using a wildcard (*) in token.actions.githubusercontent.com:sub can allow requests from more sources than you intended. Specify the value of token.actions.githubusercontent.com:sub with the repository and branch name. If the subject claim does not include the branch, specify it in a token.actions.githubusercontent.com:ref condition key.";
                self.warning(
                    "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",
                    message,
                    place,
                );
            }
        }
    }
}

/// Whether a subject names its repository, whatever stands behind that: `repo:owner/name:*`.
fn names_repository(subject: &str) -> bool {
    let literal = subject.split('*').next().unwrap_or_default();
    literal.len() == subject.len() || literal.matches(':').count() > 1
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind::Trust;
    use crate::lint::tests::of_statement;

    fn of(provider: &str, condition: &str) -> Vec<&'static str> {
        let statement = format!(
            r#"{{"Effect":"Allow","Principal":{{"Federated":"{provider}"}},"Action":"sts:AssumeRoleWithWebIdentity"{condition}}}"#
        );
        of_statement(&statement, Trust)
    }

    #[test]
    fn finds_what_is_not_asked() {
        let cluster =
            "arn:aws:iam::111111111111:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/ABC";
        let github = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com";
        for (provider, condition, expected) in [
            (
                cluster,
                "",
                &["MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL"][..],
            ),
            (
                cluster,
                r#"{"StringEquals":{"oidc.eks.eu-central-1.amazonaws.com/id/DEF:sub":"a"}}"#,
                &["MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL"],
            ),
            (
                cluster,
                r#"{"StringEquals":{"oidc.eks.eu-central-1.amazonaws.com/id/ABC:sub":"a"}}"#,
                &[],
            ),
            (github, "", &["MISSING_GITHUB_REPO_CONDITION_KEY"]),
            (
                github,
                r#"{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}"#,
                &["MISSING_GITHUB_REPO_CONDITION_KEY"],
            ),
            (
                github,
                r#"{"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:a/b:ref:refs/heads/main"}}"#,
                &[],
            ),
            (
                github,
                r#"{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:a/b:*"}}"#,
                &["SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED"],
            ),
            (
                github,
                r#"{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:a/b:*","token.actions.githubusercontent.com:ref":"refs/heads/main"}}"#,
                &[],
            ),
            (
                github,
                r#"{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:a/*","token.actions.githubusercontent.com:ref":"refs/heads/main"}}"#,
                &["SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED"],
            ),
        ] {
            let condition = match condition {
                "" => String::new(),
                block => format!(r#","Condition":{block}"#),
            };
            assert_eq!(of(provider, &condition), expected, "{provider} {condition}");
        }
    }
}
