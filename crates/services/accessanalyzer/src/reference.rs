//! What the checks of documents ask of the services, from the reference data.

use sekisho_engine::IamReference;
use sekisho_policy::Reference;

/// The reference data of every service; of some, which actions are decided with which keys.
pub(crate) struct Services;

/// Whether `known` is `key`, or stands for it with any tag: `aws:ResourceTag/${TagKey}`, `s3:ExistingObjectTag/<key>`.
fn stands_for(known: &str, key: &str) -> bool {
    let known = known.to_lowercase();
    match known.find(['$', '<']) {
        Some(at) => known.get(..at).is_some_and(|front| key.starts_with(front)),
        None => known == key,
    }
}

impl Reference for Services {
    fn has_service(&self, service: &str) -> Option<bool> {
        IamReference.has_service(service)
    }

    fn has_action(&self, service: &str, action: &str) -> Option<bool> {
        IamReference.has_action(service, action)
    }

    fn has_key(&self, service: &str, key: &str) -> Option<bool> {
        IamReference.has_key(service, key)
    }

    fn key_type(&self, service: &str, key: &str) -> Option<&'static str> {
        IamReference.key_type(service, key)
    }

    fn reads_tags(&self, service: &str, action: &str) -> Option<bool> {
        IamReference.reads_tags(service, action)
    }

    fn reads_key(&self, service: &str, action: &str, key: &str) -> Option<bool> {
        let known = sekisho_model::iam(service)?;
        let mut actions = known.actions.iter();
        let (_, action) = actions.find(|(name, _)| name.eq_ignore_ascii_case(action))?;
        let of_kind = |kind: &String| known.resource_keys.get(kind).into_iter().flatten();
        let on_resources = action.resources.iter().flat_map(of_kind);
        if on_resources.chain(&action.keys).any(|k| stands_for(k, key)) {
            return Some(true);
        }
        // A key that the reference data of neither service has may be one that every service gives.
        let own = known.keys.keys().any(|k| stands_for(k, key));
        let owner = key.split(':').next().unwrap_or_default();
        let of_owner = || {
            let owner = sekisho_model::iam(owner)?;
            let mut keys = owner.keys.keys();
            keys.any(|k| stands_for(k, key)).then_some(())
        };
        (own || of_owner().is_some()).then_some(false)
    }

    fn names_any(&self, service: &str, action: &str, types: &[&str]) -> Option<bool> {
        let known = sekisho_model::iam(service)?;
        let mut named = known
            .actions
            .iter()
            .filter(|(name, _)| sekisho_arn::glob_ignore_case(action, name));
        Some(named.any(|(_, a)| a.resources.iter().any(|r| types.contains(&r.as_str()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_actions_are_decided_with_a_key() {
        for (service, action, key, expected) in [
            ("s3", "ListBucket", "s3:prefix", Some(true)),
            ("s3", "GetObject", "s3:prefix", Some(false)),
            ("s3", "GetObject", "s3:existingobjecttag/a", Some(true)),
            ("s3", "GetObject", "s3:dataaccesspointaccount", Some(true)),
            ("s3", "GetObject", "kms:viaservice", Some(false)),
            ("kms", "Decrypt", "kms:viaservice", Some(true)),
            ("kms", "Decrypt", "kms:encryptioncontext:a", Some(true)),
            (
                "sts",
                "TagSession",
                "cognito-identity.amazonaws.com:aud",
                Some(false),
            ),
            // Which every service gives, and of which nothing is known.
            ("s3", "GetObject", "aws:username", None),
            ("s3", "GetObject", "ec2:sourceinstancearn", None),
            ("ec2", "RunInstances", "s3:prefix", None),
        ] {
            let reads = Services.reads_key(service, action, key);
            assert_eq!(reads, expected, "{service}:{action} {key}");
        }
    }

    #[test]
    fn some_actions_name_objects() {
        let names = |action| Services.names_any("s3", action, &["bucket", "object"]);
        assert_eq!(names("GetObject"), Some(true));
        assert_eq!(names("Get*"), Some(true));
        assert_eq!(names("ListAllMyBuckets"), Some(false));
    }
}
