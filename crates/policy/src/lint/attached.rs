//! Findings about the policies of resources of one type.

use super::actions::unsupported;
use super::scope::Scope;
use super::{Linter, ResourceType};
use crate::resource_arn::fields;

impl ResourceType {
    /// Its name in sentences: that of buckets was recorded, the others are as their user guides have it.
    fn shown(self) -> &'static str {
        match self {
            Self::Bucket => "S3 Bucket",
            Self::AccessPoint => "S3 Access Point",
            Self::MultiRegionAccessPoint => "S3 Multi-Region Access Point",
            Self::ObjectLambdaAccessPoint => "S3 Object Lambda Access Point",
            Self::Table => "DynamoDB Table",
        }
    }

    fn service(self) -> &'static str {
        match self {
            Self::Bucket | Self::AccessPoint | Self::MultiRegionAccessPoint => "s3",
            Self::ObjectLambdaAccessPoint => "s3-object-lambda",
            Self::Table => "dynamodb",
        }
    }

    /// What an action must be able to name, as the service authorization reference calls it.
    fn types(self) -> &'static [&'static str] {
        match self {
            Self::Bucket => &["bucket", "object"],
            _ => &[],
        }
    }

    /// Where the resource part of an ARN begins; in those of buckets, with a name.
    fn path(self) -> &'static str {
        match self {
            Self::Bucket => "",
            Self::Table => "table/",
            _ => "accesspoint/",
        }
    }

    /// Whether an ARN is one of such a resource, or may be: a wildcard or a variable stands for anything.
    fn takes(self, text: &str) -> bool {
        if text == "*" {
            // Recorded for buckets alone.
            return self != Self::Bucket;
        }
        let open = |part: &str| part.contains(['*', '?', '$']);
        let parts = fields(text);
        let [_, _, service, region, account, resource] = parts.as_slice() else {
            return true;
        };
        let is_service = open(service) || *service == self.service();
        let global = (open(region) || region.is_empty()) && (open(account) || account.is_empty());
        let literal = resource.split(['*', '?', '$']).next().unwrap_or_default();
        let path = self.path();
        let whole = literal.len() == resource.len();
        let begins = literal.starts_with(path) || (!whole && path.starts_with(literal));
        is_service && begins && (self != Self::Bucket || global)
    }
}

impl Linter<'_> {
    pub(super) fn attached(&mut self, scope: &Scope<'_>, attached: ResourceType) {
        for (text, place) in scope.actions() {
            let Some((service, action)) = text.split_once(':') else {
                continue;
            };
            let lower = service.to_ascii_lowercase();
            let open = lower.contains(['*', '?']);
            let types = attached.types();
            let names = self.reference.names_any(&lower, action, types);
            // What there is not at all is said elsewhere.
            let exists = self.reference.has_action(&lower, action) != Some(false);
            let foreign = !open && lower != attached.service();
            if foreign || (exists && !types.is_empty() && names == Some(false)) {
                let message = unsupported(text, attached.shown());
                self.error("UNSUPPORTED_ACTION_IN_POLICY", message, &place);
            }
        }
        if let Some(resources) = scope.statement.resources.as_ref() {
            for (text, place) in scope.texts(resources, "Resource") {
                if !attached.takes(text) {
                    let message = format!(
                        "The resource ARN is not supported for the resource-based policy attached to resource type {}.",
                        attached.shown()
                    );
                    self.error("UNSUPPORTED_RESOURCE_ARN_IN_POLICY", message, &place);
                }
            }
        }
        let owners = matches!(attached, ResourceType::Bucket | ResourceType::AccessPoint);
        for condition in &scope.statement.conditions {
            if owners && condition.key == "s3:resourceaccount" {
                // Two spaces, as AWS says it.
                let message = format!(
                    "The condition key {} is not relevant for the {} policy.  Use this key in an identity-based policy to govern access to this resource.",
                    condition.written_key,
                    attached.shown()
                );
                let place = scope.key(condition);
                self.suggestion("IRRELEVANT_CONDITION_KEY_IN_POLICY", message, &place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::LintKind::Attached;
    use crate::lint::ResourceType::{AccessPoint, Bucket, Table};
    use crate::lint::tests::{found, of_statement};

    #[test]
    fn finds_what_is_of_another_type() {
        let action = "UNSUPPORTED_ACTION_IN_POLICY";
        let arn = "UNSUPPORTED_RESOURCE_ARN_IN_POLICY";
        for (attached, name, resource, expected) in [
            (Bucket, "s3:GetObject", "arn:aws:s3:::a/*", &[][..]),
            (Bucket, "s3:*", "arn:aws:s3:::a", &[]),
            (Bucket, "*", "arn:aws:s3:::a", &[]),
            (Bucket, "s3:GetObject", "*", &[arn]),
            (Bucket, "kms:Decrypt", "arn:aws:s3:::a/*", &[action]),
            (Bucket, "s3:ListAllMyBuckets", "arn:aws:s3:::a", &[action]),
            (
                Bucket,
                "s3:GetObject",
                "arn:aws:kms:eu-central-1:111111111111:key/a",
                &[arn],
            ),
            (
                Bucket,
                "s3:GetObject",
                "arn:aws:s3:eu-central-1:111111111111:accesspoint/a",
                &[arn],
            ),
            (
                AccessPoint,
                "s3:GetObject",
                "arn:aws:s3:eu-central-1:111111111111:accesspoint/a/object/*",
                &[],
            ),
            (AccessPoint, "s3:GetObject", "arn:aws:s3:::a/*", &[arn]),
            (
                Table,
                "dynamodb:GetItem",
                "arn:aws:dynamodb:eu-central-1:111111111111:table/a",
                &[],
            ),
            (
                Table,
                "s3:GetObject",
                "arn:aws:dynamodb:eu-central-1:111111111111:table/a",
                &[action],
            ),
        ] {
            let statement = format!(
                r#"{{"Effect":"Allow","Principal":{{"AWS":"111111111111"}},"Action":"{name}","Resource":"{resource}"}}"#
            );
            let mut found = of_statement(&statement, Attached(attached));
            found.retain(|code| *code == action || *code == arn);
            assert_eq!(found, expected, "{name} {resource}");
        }
    }

    #[test]
    fn finds_keys_that_say_nothing() {
        let of = |key: &str| {
            of_statement(
                &format!(
                    r#"{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::a/*","Condition":{{"StringEquals":{{"{key}":"111111111111"}}}}}}"#
                ),
                Attached(Bucket),
            )
        };
        assert_eq!(
            of("s3:ResourceAccount"),
            ["IRRELEVANT_CONDITION_KEY_IN_POLICY"]
        );
        assert_eq!(of("aws:PrincipalAccount"), [""; 0]);
    }

    #[test]
    fn sentences_are_as_recorded() {
        let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"kms:Decrypt","Resource":"*"}}"#;
        let sentences: Vec<String> = found(text, Attached(Bucket))
            .into_iter()
            .map(|f| f.message)
            .collect();
        assert_eq!(
            sentences,
            [
                "The action kms:Decrypt is not supported for the resource-based policy attached to resource type S3 Bucket.",
                "The resource ARN is not supported for the resource-based policy attached to resource type S3 Bucket.",
            ]
        );
    }
}
