//! Which actions and condition keys AWS has: the reference data, as the policy engine asks for it.

use sekisho_policy::Reference;

/// The reference data of every AWS service.
#[derive(Debug, Clone, Copy, Default)]
pub struct IamReference;

/// The keys that every service gives (IAM user guide, "AWS global condition context keys"); the slash stands before a tag.
const GLOBAL: &[&str] = &[
    "aws:assumedroot",
    "aws:calledvia",
    "aws:calledviaawsmcp",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:chatbotsourcearn",
    "aws:currenttime",
    "aws:ec2instancesourceprivateipv4",
    "aws:ec2instancesourcevpc",
    "aws:epochtime",
    "aws:federatedprovider",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:principaltag/",
    "aws:principaltype",
    "aws:referer",
    "aws:requestedregion",
    "aws:requesttag/",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
    "aws:resourcetag/",
    "aws:securetransport",
    "aws:signinsessionarn",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceidentity",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpcarn",
    "aws:sourcevpce",
    "aws:tagkeys",
    "aws:tokenissuetime",
    "aws:useragent",
    "aws:userid",
    "aws:username",
    "aws:viaawsmcpservice",
    "aws:viaawsservice",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:vpcsourceip",
];

/// Whether `known` is `key`, or stands for it with any tag: `aws:ResourceTag/${TagKey}`, `s3:ExistingObjectTag/<key>`.
fn stands_for(known: &str, key: &str) -> bool {
    let known = known.to_lowercase();
    match known.find(['$', '<']) {
        Some(at) => known
            .get(..at)
            .is_some_and(|prefix| key.starts_with(prefix)),
        None if known.ends_with('/') => key.starts_with(&known),
        None => known == key,
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
            return Some(GLOBAL.iter().any(|known| stands_for(known, key)));
        }
        let mut known = sekisho_model::names(service)?.keys();
        Some(known.any(|known| stands_for(known, key)))
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
    fn keys_with_a_tag_are_known_by_what_stands_before_it() {
        let has = |key: &str| IamReference.has_key(key.split(':').next().unwrap(), key);
        assert_eq!(has("aws:principaltag/team"), Some(true));
        assert_eq!(has("aws:principaltags/team"), Some(false));
        assert_eq!(has("s3:existingobjecttag/team"), Some(true));
        assert_eq!(has("kms:encryptioncontext:app"), Some(true));
        assert_eq!(has("kms:viaservices"), Some(false));
        assert_eq!(has("saml:aud"), None);
    }
}
