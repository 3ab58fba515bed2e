//! Which actions and condition keys exist, of the services whose reference data is here.

use sekisho_policy::Reference;

/// The IAM reference data.
pub(crate) struct Iam;

impl Reference for Iam {
    fn has_action(&self, service: &str, action: &str) -> Option<bool> {
        let service = sekisho_model::iam(service)?;
        Some(
            service
                .actions
                .keys()
                .any(|known| sekisho_arn::glob_ignore_case(action, known)),
        )
    }

    fn has_key(&self, service: &str, key: &str) -> Option<bool> {
        let service = sekisho_model::iam(service)?;
        // `aws:ResourceTag/${TagKey}` and `s3:ExistingObjectTag/<key>` stand for any tag.
        Some(service.keys.keys().any(|known| {
            let known = known.to_lowercase();
            match known.find(['$', '<']) {
                Some(at) => known
                    .get(..at)
                    .is_some_and(|prefix| key.starts_with(prefix)),
                None => known == key,
            }
        }))
    }
}
