//! All services in one engine.

use std::path::Path;
use std::sync::Arc;

use sekisho_engine::{ApiError, Clock, Engine, EngineConfig, Ids, Registry, Store, SystemClock};

/// Every service that there is.
#[must_use]
pub fn registry() -> Registry {
    Registry::new(vec![
        sekisho_accessanalyzer::service(),
        sekisho_codepipeline::service(),
        sekisho_ecr::service(),
        sekisho_iam::service(),
        sekisho_iam::toolbox(),
        sekisho_kms::service(),
        sekisho_organizations::service(),
        sekisho_s3::service(),
        sekisho_s3::control(),
        sekisho_sts::service(),
    ])
}

/// How an engine is set up.
#[derive(Debug, Default)]
pub struct Setup<'a> {
    /// The data directory; in memory without one.
    pub data: Option<&'a Path>,
    /// A seed for ids and keys; the system's randomness without one.
    pub seed: Option<u64>,
    /// The clock; the system's without one.
    pub clock: Option<Arc<dyn Clock>>,
    /// The settings.
    pub config: EngineConfig,
}

/// An engine with every service.
///
/// # Errors
/// When the data directory cannot be used, or the system gives no randomness.
pub fn engine(setup: Setup<'_>) -> Result<Engine, ApiError> {
    let store = match setup.data {
        Some(directory) => Store::open(directory)?,
        None => Store::in_memory()?,
    };
    let ids = match setup.seed {
        Some(seed) => Ids::seeded(seed),
        None => Ids::from_system().map_err(|e| ApiError::internal(e.to_string()))?,
    };
    let clock = setup.clock.unwrap_or_else(|| Arc::new(SystemClock));
    Engine::new(store, registry(), clock, ids, setup.config)
}
