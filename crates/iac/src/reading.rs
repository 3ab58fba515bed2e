//! What a configuration is read with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The directories, each a root module.
    pub directories: Vec<PathBuf>,
    /// Variables of the command line, by name.
    pub variables: BTreeMap<String, String>,
    /// Files of variables of the command line.
    pub variable_files: Vec<PathBuf>,
    /// Variables of the environment, by name: files of variables win over them.
    pub environment: BTreeMap<String, String>,
    /// The workspace that the environment selects.
    pub workspace: Option<String>,
    /// Texts that files have instead of what is on the disk, by path.
    pub overlay: Arc<BTreeMap<PathBuf, String>>,
    /// Values that somebody gave, by address: of attributes of what cannot be read here, and of outputs of modules.
    pub given: BTreeMap<String, Value>,
}

impl Reading {
    /// A directory, with nothing from outside.
    #[must_use]
    pub fn of(directory: &Path) -> Self {
        Self {
            directories: vec![directory.to_owned()],
            ..Self::default()
        }
    }
}
