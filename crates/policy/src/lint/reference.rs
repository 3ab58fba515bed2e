//! What the checks ask of the services.

/// What services offer.
pub trait Reference {
    /// Whether there is a service with this prefix, in lower case. `None`: not known.
    fn has_service(&self, _service: &str) -> Option<bool> {
        None
    }
    /// Whether the service has the action. `None`: the service is not known.
    fn has_action(&self, service: &str, action: &str) -> Option<bool>;
    /// Whether the service has the condition key, both in lower case. `None`: the service is not known.
    fn has_key(&self, service: &str, key: &str) -> Option<bool>;
    /// The type of the condition key, both in lower case, as the service authorization reference has it: `String`,
    /// `ArrayOfString`, `Bool`, `Numeric`, `Date`, `ARN`, `IPAddress`, `Binary`. `None`: not known.
    fn key_type(&self, _service: &str, _key: &str) -> Option<&'static str> {
        None
    }
    /// Whether any action of the service that `action` stands for, which may hold wildcards, is decided with the tags
    /// of its resource: `aws:ResourceTag/…`. `None`: not known.
    fn reads_tags(&self, _service: &str, _action: &str) -> Option<bool> {
        None
    }
    /// Whether the action, without wildcards, is decided with the condition key, which is of a service; service and key
    /// in lower case. `None`: not known.
    fn reads_key(&self, _service: &str, _action: &str, _key: &str) -> Option<bool> {
        None
    }
    /// Whether any action of the service that `action` stands for, which may hold wildcards, can name a resource of one
    /// of these types, as the service authorization reference calls them. `None`: not known.
    fn names_any(&self, _service: &str, _action: &str, _types: &[&str]) -> Option<bool> {
        None
    }
}

/// Knows nothing, so that nothing is unknown.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoReference;

impl Reference for NoReference {
    fn has_action(&self, _: &str, _: &str) -> Option<bool> {
        None
    }

    fn has_key(&self, _: &str, _: &str) -> Option<bool> {
        None
    }
}
