//! Who and what stands outside of which policies.

use crate::evaluate::Evaluation;
use crate::principal::Principal;
use crate::request::ContextValue;
use crate::services;

/// What may be done with a key of another account; everything else may not, whatever the policies say (KMS developer
/// guide, "Allowing users in other accounts to use a KMS key").
const KEYS_ACROSS_ACCOUNTS: &[&str] = &[
    "CreateGrant",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetKeyRotationStatus",
    "GetPublicKey",
    "ListGrants",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "RevokeGrant",
    "Sign",
    "Verify",
    "VerifyMac",
];

impl Evaluation<'_> {
    /// What no policy can take away: GetCallerIdentity from anybody, GetSessionToken from users and root users (STS API
    /// reference).
    pub(crate) fn needs_no_permission(&self) -> bool {
        let own = matches!(
            self.request.principal,
            Principal::User { .. } | Principal::Root { .. }
        );
        self.request.is("sts", "GetCallerIdentity")
            || (own && self.request.is("sts", "GetSessionToken"))
    }

    /// Service control policies bind the users and roles of the organization's accounts (Organizations user guide, "Service
    /// control policies"): not service-linked roles, not services, nobody who is a stranger.
    pub(crate) fn under_scp(&self) -> bool {
        let own = !matches!(
            self.request.principal,
            Principal::Anonymous | Principal::Service(_) | Principal::Provider { .. }
        );
        own && !self.service_linked()
    }

    /// Resource control policies bind who wants something of a resource of the services that they are for, but neither
    /// service-linked roles, nor who assumes one, nor RetireGrant, nor who uses a key that AWS manages (recorded on AWS;
    /// spec authorization.md 4.2 and 4.3).
    pub(crate) fn under_rcp(&self) -> bool {
        let request = self.request;
        let service = request.action.split(':').next().unwrap_or_default();
        let linked = request.resource.contains(":role/aws-service-role/")
            && request.action_of("sts").is_some();
        !self.policies.rcp.is_empty()
            && request.resource != "*"
            && services::under_rcp(service)
            && !self.service_linked()
            && !linked
            && !request.is("kms", "RetireGrant")
            && !self.key_of_aws()
    }

    /// Whether the key is one that AWS manages: nobody else gives an alias that begins so.
    fn key_of_aws(&self) -> bool {
        let of_aws = |alias: &str| alias.starts_with("alias/aws/");
        match self.request.context.get("kms:resourcealiases") {
            Some(ContextValue::Single(alias)) => of_aws(alias),
            Some(ContextValue::List(aliases)) => aliases.iter().any(|alias| of_aws(alias)),
            None => false,
        }
    }

    fn service_linked(&self) -> bool {
        match self.request.principal {
            Principal::Session { role_arn, .. } => role_arn.contains(":role/aws-service-role/"),
            _ => false,
        }
    }

    /// Whether no policy can allow it.
    pub(crate) fn never(&self) -> bool {
        let request = self.request;
        let key = request.action_of("kms").is_some_and(|name| {
            !KEYS_ACROSS_ACCOUNTS
                .iter()
                .any(|k| k.eq_ignore_ascii_case(name))
        });
        // A role is passed to a service of its own account (`spec/iam.md` fact 30).
        self.cross_account && (key || request.is("iam", "PassRole"))
    }
}
