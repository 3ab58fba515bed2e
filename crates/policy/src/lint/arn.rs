//! Findings about the ARNs of resources.

use super::scope::Scope;
use super::{LintKind, Linter};
use crate::resource_arn::{IAM_PATHS, PARTITIONS, fields};

/// Services whose resources all have a region and an account.
const REGIONAL: &[&str] = &[
    "codepipeline",
    "dynamodb",
    "ecr",
    "kms",
    "lambda",
    "sns",
    "sqs",
];

/// What S3 has that is no bucket and no object: it has a region and an account.
const S3_REGIONAL: &[&str] = &[
    "accesspoint",
    "job/",
    "storage-lens",
    "async-request/",
    "access-grants",
];

impl Linter<'_> {
    pub(super) fn resources(&mut self, scope: &Scope<'_>) {
        let Some(element) = &scope.statement.resources else {
            return;
        };
        if self.kind == LintKind::Trust {
            // It must not be there at all.
            return;
        }
        let texts = scope.texts(element, "Resource");
        if texts.is_empty() {
            let message = "This statement includes no resources and does not affect the policy. Specify resources.";
            let (_, place) = scope.element("Resource", element.negated);
            self.suggestion("EMPTY_ARRAY_RESOURCE", message, &place);
        }
        self.redundant_resources(&texts);
        for (text, place) in &texts {
            let parts = fields(text);
            let service = parts.get(2).copied().unwrap_or_default();
            if parts.len() > 5 && service != "*" && service.contains(['*', '?']) {
                let message = "Avoid using wildcards (*, ?) in the service name because it might grant unintended access to other AWS services with similar names.";
                self.suggestion("WILDCARD_IN_SERVICE_NAME", message, place);
            }
            self.variables(text, scope.version, place);
            if let Some((code, message)) = wrong(text) {
                self.error(code, message, place);
            }
        }
    }
}

/// Whether a text has the form of a Region's name: `eu-central-1`, `us-gov-west-1`. There are new ones each year.
pub(super) fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [area, names @ .., number] = parts.as_slice() else {
        return false;
    };
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    letters(area)
        && !names.is_empty()
        && names.iter().all(letters)
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
}

/// What is wrong with the ARN of a resource; where a wildcard or a variable stands nothing is.
fn wrong(text: &str) -> Option<(&'static str, String)> {
    let open = |part: &str| part.contains(['*', '?', '$']);
    let parts = fields(text);
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    if open(part(0)) {
        return None;
    }
    if part(0) != "arn" {
        let message = "Add the required prefix (arn) to the resource ARN.";
        return Some(("INVALID_ARN_PREFIX", message.to_owned()));
    }
    if parts.len() < 6 {
        let message = "Resource ARNs must include at least 6 fields in the following structure: arn:partition:service:region:account:resource";
        return (!open(text)).then(|| ("MISSING_ARN_FIELD", message.to_owned()));
    }
    let [partition, service, region, account, resource] = [1, 2, 3, 4, 5].map(part);
    if !open(partition) && !PARTITIONS.contains(&partition) {
        let message = format!(
            "The resource ARN for the service {service} does not support the partition {partition}. Use the supported values: aws, aws-cn, aws-us-gov"
        );
        return Some(("INVALID_PARTITION", message));
    }
    if service.bytes().any(|b| b.is_ascii_uppercase()) && !open(service) {
        let message = format!(
            "Update the service name {service} in the resource ARN to use all lowercase letters."
        );
        return Some(("INVALID_ARN_SERVICE_CASE", message));
    }
    let names_account = !account.is_empty() && !open(account);
    if names_account
        && account.starts_with(|c: char| c.is_ascii_digit())
        && !sekisho_arn::is_account_id(account)
    {
        let message = format!(
            "The resource ARN account ID {account} is not valid. Provide a 12-digit account ID."
        );
        return Some(("INVALID_ARN_ACCOUNT", message));
    }
    let names_region = !region.is_empty() && !open(region);
    if names_region && !is_region(region) {
        let message = format!(
            "The Region {region} is not valid for this resource. Update the resource ARN to include a supported Region."
        );
        return Some(("INVALID_ARN_REGION", message));
    }
    let bucket = service == "s3" && !S3_REGIONAL.iter().any(|front| resource.starts_with(front));
    if names_region && (service == "iam" || bucket) && !open(resource.get(..1).unwrap_or_default())
    {
        let message = format!(
            "The service {service} does not support specifying a Region in the resource ARN."
        );
        return Some(("ARN_REGION_NOT_ALLOWED", message));
    }
    if names_account && bucket && !open(resource.get(..1).unwrap_or_default()) {
        let message = format!(
            "The service {service} does not support specifying an account ID in the resource ARN."
        );
        return Some(("ARN_ACCOUNT_NOT_ALLOWED", message));
    }
    if region.is_empty() && REGIONAL.contains(&service) {
        let message = format!("Add a Region to the {service} resource ARN.");
        return Some(("MISSING_ARN_REGION", message));
    }
    if account.is_empty() && (service == "iam" || REGIONAL.contains(&service)) {
        let message = format!(
            "The resource {resource} in the arn is missing an account id. Please provide a 12 digit account id."
        );
        return Some(("MISSING_ARN_ACCOUNT", message));
    }
    let known: &[&str] = match service {
        "iam" => IAM_PATHS,
        "kms" => &["key/", "alias/"],
        "ecr" => &["repository/"],
        _ => return None,
    };
    let literal = resource.split(['*', '?', '$']).next().unwrap_or_default();
    let whole = literal.len() == resource.len();
    let begins = |path: &&str| literal.starts_with(path) || (!whole && path.starts_with(literal));
    let fits = known.iter().any(begins)
        || (service == "iam" && (resource == "root" || resource.starts_with("role-template/")));
    (!fits).then(|| {
        let message = "Resource ARN does not match the expected ARN format. Update the resource portion of the ARN.";
        ("INVALID_ARN_RESOURCE", message.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind;
    use crate::lint::tests::{codes, of_statement};

    #[test]
    fn finds_in_resources() {
        for (resource, expected) in [
            ("arn:aws:s3:::bucket/*", &[][..]),
            ("arn:aws:s3:eu-central-1:111111111111:accesspoint/a", &[]),
            ("*", &[]),
            ("arn:aws:s3*", &[]),
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", &[]),
            ("arn:aws:kms:*:111111111111:*", &[]),
            ("bucket", &["INVALID_ARN_PREFIX"]),
            ("arn:aws:s3", &["MISSING_ARN_FIELD"]),
            ("arn:amazon:s3:::bucket", &["INVALID_PARTITION"]),
            ("arn:aws:S3:::bucket", &["INVALID_ARN_SERVICE_CASE"]),
            (
                "arn:aws:kms:frankfurt:111111111111:key/a",
                &["INVALID_ARN_REGION"],
            ),
            (
                "arn:aws:*code*::111111111111:a",
                &["WILDCARD_IN_SERVICE_NAME"],
            ),
            (
                "arn:aws:kms:eu-central-1:11111:key/a",
                &["INVALID_ARN_ACCOUNT"],
            ),
            (
                "arn:aws:s3:eu-central-1::bucket",
                &["ARN_REGION_NOT_ALLOWED"],
            ),
            (
                "arn:aws:iam:eu-central-1:111111111111:role/a",
                &["ARN_REGION_NOT_ALLOWED"],
            ),
            (
                "arn:aws:s3::111111111111:bucket",
                &["ARN_ACCOUNT_NOT_ALLOWED"],
            ),
            (
                "arn:aws:ecr::111111111111:repository/a",
                &["MISSING_ARN_REGION"],
            ),
            (
                "arn:aws:ecr:eu-central-1:111111111111:app",
                &["INVALID_ARN_RESOURCE"],
            ),
            (
                "arn:aws:iam::111111111111:rolle/a",
                &["INVALID_ARN_RESOURCE"],
            ),
            ("arn:aws:iam::111111111111:ro*", &[]),
            ("arn:aws:kms:eu-central-1::key/a", &["MISSING_ARN_ACCOUNT"]),
            ("arn:aws:iam:::role/a", &["MISSING_ARN_ACCOUNT"]),
            ("arn:aws:kms:*:*:key/a", &[]),
            ("arn:aws:s3:::${aws:username}", &[]),
            (
                "arn:aws:s3:::${aws:username",
                &["MISSING_BRACE_IN_VARIABLE"],
            ),
            ("arn:aws:s3:::${}", &["EMPTY_VARIABLE"]),
            (
                "arn:aws:s3:::${aws:user[name]}",
                &["UNSUPPORTED_SYMBOL_IN_VARIABLE"],
            ),
            (
                "arn:aws:s3:::${aws: username}",
                &["UNSUPPORTED_SPACE_IN_VARIABLE"],
            ),
            ("arn:aws:s3:::${aws:username, 'all of them'}", &[]),
            (
                "arn:aws:s3:::${aws:username, all}",
                &["MISSING_QUOTE_IN_VARIABLE"],
            ),
        ] {
            let statement =
                format!(r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"{resource}"}}"#);
            assert_eq!(
                of_statement(&statement, LintKind::Identity),
                expected,
                "{resource}"
            );
        }
        let old = r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::${aws:username}"}]}"#;
        assert_eq!(
            codes(old, LintKind::Identity),
            ["VARIABLE_UNSUPPORTED_IN_VERSION"]
        );
    }
}
