//! Which actions and condition keys AWS has: the reference data, as the policy engine asks for it.

use sekisho_policy::Reference;

/// The reference data of every AWS service.
#[derive(Debug, Clone, Copy, Default)]
pub struct IamReference;

/// The keys that every service gives (IAM user guide, "AWS global condition context keys"), with
/// their types where it says one; the slash stands before a tag.
const GLOBAL: &[(&str, &str)] = &[
    ("aws:AssumedRoot", ""),
    ("aws:CalledVia", "ArrayOfString"),
    ("aws:CalledViaAWSMCP", "String"),
    ("aws:CalledViaFirst", "String"),
    ("aws:CalledViaLast", "String"),
    ("aws:ChatbotSourceArn", "ARN"),
    ("aws:CurrentTime", "Date"),
    ("aws:Ec2InstanceSourcePrivateIPv4", "IPAddress"),
    ("aws:Ec2InstanceSourceVpc", "String"),
    ("aws:EpochTime", "Date"),
    ("aws:FederatedProvider", "String"),
    ("aws:MultiFactorAuthAge", "Numeric"),
    ("aws:MultiFactorAuthPresent", "Bool"),
    ("aws:PrincipalAccount", "String"),
    ("aws:PrincipalArn", "ARN"),
    ("aws:PrincipalIsAWSService", "Bool"),
    ("aws:PrincipalOrgID", "String"),
    ("aws:PrincipalOrgPaths", "ArrayOfString"),
    ("aws:PrincipalServiceName", "String"),
    ("aws:PrincipalServiceNamesList", "ArrayOfString"),
    ("aws:PrincipalTag/", "String"),
    ("aws:PrincipalType", "String"),
    ("aws:referer", "String"),
    ("aws:RequestedRegion", "String"),
    ("aws:RequestTag/", "String"),
    ("aws:ResourceAccount", "String"),
    ("aws:ResourceOrgID", "String"),
    ("aws:ResourceOrgPaths", "ArrayOfString"),
    ("aws:ResourceTag/", "String"),
    ("aws:SecureTransport", "Bool"),
    ("aws:SignInSessionArn", "ARN"),
    ("aws:SourceAccount", "String"),
    ("aws:SourceArn", "ARN"),
    ("aws:SourceIdentity", "String"),
    ("aws:SourceIp", "IPAddress"),
    ("aws:SourceOrgID", "String"),
    ("aws:SourceOrgPaths", "ArrayOfString"),
    ("aws:SourceVpc", "String"),
    ("aws:SourceVpcArn", "ARN"),
    ("aws:SourceVpce", "String"),
    ("aws:TagKeys", "ArrayOfString"),
    ("aws:TokenIssueTime", "Date"),
    ("aws:UserAgent", "String"),
    ("aws:userid", "String"),
    ("aws:username", "String"),
    ("aws:ViaAWSMCPService", "Bool"),
    ("aws:ViaAWSService", "Bool"),
    ("aws:VpceAccount", "String"),
    ("aws:VpceOrgID", "String"),
    ("aws:VpceOrgPaths", "ArrayOfString"),
    ("aws:VpcSourceIp", "IPAddress"),
];

/// Whether `known` is `key`, or stands for it with any tag: `aws:ResourceTag/${TagKey}`, `s3:ExistingObjectTag/<key>`.
pub(crate) fn stands_for(known: &str, key: &str) -> bool {
    let known = known.to_lowercase();
    let known = known.strip_suffix("tag-key").unwrap_or(&known);
    match known.find(['$', '<']) {
        Some(at) => known
            .get(..at)
            .is_some_and(|prefix| key.starts_with(prefix)),
        None if known.ends_with('/') => key.starts_with(known),
        None => known == key,
    }
}

impl IamReference {
    /// A condition key in lower case, as the user guides spell it; what is not known stays as it is.
    #[must_use]
    pub fn spelled(&self, key: &str) -> String {
        let of_tag = |known: &str| match key.get(known.len()..) {
            Some(tag) if known.ends_with('/') => format!("{known}{tag}"),
            _ => known.to_owned(),
        };
        let service = key.split(':').next().unwrap_or_default();
        if service == "aws" {
            let known = GLOBAL.iter().find(|(known, _)| stands_for(known, key));
            return known.map_or_else(|| key.to_owned(), |(known, _)| of_tag(known));
        }
        let Some(known) = sekisho_model::names(service) else {
            return key.to_owned();
        };
        let found = known.keys().find(|known| stands_for(known, key));
        let Some(found) = found else {
            return key.to_owned();
        };
        let fixed = found.split(['$', '<']).next().unwrap_or(found);
        match key.get(fixed.len()..) {
            Some(tag) => format!("{fixed}{tag}"),
            None => found.to_owned(),
        }
    }

    /// Whether a request for `action` (`service:Name`) may have the condition key `key`, in lower case. `None`: not known, as
    /// of global keys, of other services and of several actions at once.
    #[must_use]
    pub fn gives(&self, action: &str, key: &str) -> Option<bool> {
        let (service, name) = action.split_once(':')?;
        let service = service.to_lowercase();
        let own = key.split_once(':').is_some_and(|(own, _)| own == service);
        let known = sekisho_model::iam(&service).filter(|_| own)?;
        let mut actions = known.actions.iter();
        let (_, action) = actions.find(|(own, _)| own.eq_ignore_ascii_case(name))?;
        Some(known.keys_of(action).any(|known| stands_for(known, key)))
    }
}

impl Reference for IamReference {
    fn has_service(&self, service: &str) -> Option<bool> {
        Some(sekisho_model::names(service).is_some())
    }

    fn has_action(&self, service: &str, action: &str) -> Option<bool> {
        let mut known = sekisho_model::names(service)?.actions();
        Some(known.any(|known| sekisho_arn::glob_ignore_case(action, known)))
    }

    fn has_key(&self, service: &str, key: &str) -> Option<bool> {
        if service == "aws" {
            return Some(GLOBAL.iter().any(|(known, _)| stands_for(known, key)));
        }
        let mut known = sekisho_model::names(service)?.keys();
        Some(known.any(|known| stands_for(known, key)))
    }

    fn reads_tags(&self, service: &str, action: &str) -> Option<bool> {
        let known = sekisho_model::iam(service)?;
        let tag = |key: &String| stands_for(key, "aws:resourcetag/any");
        let tagged = |kind: &String| {
            let keys = known.resource_keys.get(kind);
            keys.is_some_and(|keys| keys.iter().any(tag))
        };
        let mut named = known
            .actions
            .iter()
            .filter(|(name, _)| sekisho_arn::glob_ignore_case(action, name));
        Some(named.any(|(_, a)| a.keys.iter().any(tag) || a.resources.iter().any(tagged)))
    }

    fn key_type(&self, service: &str, key: &str) -> Option<&'static str> {
        if service == "aws" {
            let mut known = GLOBAL.iter().filter(|(known, _)| stands_for(known, key));
            return known
                .next()
                .map(|(_, kind)| *kind)
                .filter(|kind| !kind.is_empty());
        }
        let mut known = sekisho_model::iam(service)?.keys.iter();
        let found = known.find(|(known, _)| stands_for(known, key));
        found.map(|(_, kind)| kind.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_is_known() {
        let has = |service, action| IamReference.has_action(service, action);
        assert_eq!(has("ec2", "RunInstances"), Some(true));
        assert_eq!(has("ec2", "Describe*"), Some(true));
        assert_eq!(has("ec2", "RunInstancez"), Some(false));
        assert_eq!(has("ec3", "RunInstances"), None);
        assert_eq!(IamReference.has_service("ec3"), Some(false));
    }

    #[test]
    fn some_actions_are_decided_with_tags() {
        let reads = |service, action| IamReference.reads_tags(service, action);
        assert_eq!(reads("kms", "Decrypt"), Some(true));
        assert_eq!(reads("kms", "ListKeys"), Some(false));
        assert_eq!(reads("kms", "*"), Some(true));
        assert_eq!(reads("ec2", "StopInstances"), None);
    }

    #[test]
    fn keys_with_a_tag_are_known_by_what_stands_before_it() {
        let has = |key: &str| IamReference.has_key(key.split(':').next().unwrap(), key);
        assert_eq!(has("aws:principaltag/team"), Some(true));
        assert_eq!(has("aws:principaltags/team"), Some(false));
        assert_eq!(has("s3:existingobjecttag/team"), Some(true));
        assert_eq!(has("kms:encryptioncontext:app"), Some(true));
        assert_eq!(has("secretsmanager:resourcetag/team"), Some(true));
        assert_eq!(has("kms:viaservices"), Some(false));
        assert_eq!(has("saml:aud"), None);
    }
}
