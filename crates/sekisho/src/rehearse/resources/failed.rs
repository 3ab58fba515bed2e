//! Why a resource is not made.

use sekisho_engine::ApiError;
use sekisho_iac::Reason;
use serde_json::{Map, Value};

/// What went wrong while a resource was made.
pub(super) enum Failed {
    /// A call was refused.
    Api(ApiError),
    /// A call was refused when the resource was there already, with these attributes: Terraform calls it tainted.
    Half(Box<(Map<String, Value>, ApiError)>),
    /// An argument is missing or wrong, or not here yet.
    Text(Reason),
}

impl Failed {
    pub(super) fn text(reason: impl Into<Reason>) -> Self {
        Self::Text(reason.into())
    }
}

/// What a service answered, as the reason of a problem. That sekisho does not have something, its services say in these words,
/// under whichever code clients know; no other words decide.
pub(super) fn answered(error: &ApiError) -> Reason {
    const UNSUPPORTED: [&str; 3] = [
        "not supported yet",
        "not supported by sekisho",
        "sekisho does not support",
    ];
    let own = |words: &&str| error.message.contains(*words);
    match UNSUPPORTED.iter().any(own) {
        true => Reason::unsupported(error.to_string()),
        false => error.to_string().into(),
    }
}

impl From<ApiError> for Failed {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}
