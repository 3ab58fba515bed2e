//! What a configuration is read with.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::config::normal;

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The directories, each a root module.
    pub directories: Vec<PathBuf>,
    /// What the command line assigns to variables; the last word wins.
    pub assignments: Vec<Assignment>,
    /// Variables of the environment, by name: files of variables win over them.
    pub environment: BTreeMap<String, String>,
    /// Those of them that a file of settings gives, and that some directory has to declare: the file, by name.
    pub settled: BTreeMap<String, PathBuf>,
    /// The workspace that the environment selects.
    pub workspace: Option<String>,
    /// The home of who runs this, for `pathexpand`.
    pub home: Option<PathBuf>,
    /// Texts that files have instead of what is on the disk, by path.
    pub overlay: Arc<BTreeMap<PathBuf, String>>,
    /// Values that somebody gave, by address: of attributes of what cannot be read here, and of outputs of modules.
    pub given: BTreeMap<String, Value>,
    /// What data sources of a plan have read, by address: it stands for what cannot be read here.
    pub planned: BTreeMap<String, Map<String, Value>>,
}

/// An assignment of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignment {
    /// `-var`: name, and an expression or text.
    Variable(String, String),
    /// `-var-file`.
    File(PathBuf),
    /// A value that a plan was made with.
    Value(String, Value),
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

    /// What `directory` is called where there are several: its own name, with as much of what is above it as tells it from
    /// the others. Nothing, where it is alone.
    #[must_use]
    pub fn label(&self, directory: &Path) -> String {
        let all = match self.directories.as_slice() {
            [_] => return String::new(),
            all => all,
        };
        let parts = |path: &Path| -> Vec<String> {
            let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            let full = normal(&full);
            let names = full.components().rev().filter_map(|c| match c {
                Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
                _ => None,
            });
            names.collect()
        };
        let own = parts(directory);
        let others: Vec<Vec<String>> = all.iter().map(|d| parts(d)).filter(|p| *p != own).collect();
        let shared = |length: usize| others.iter().any(|o| o.get(..length) == own.get(..length));
        let length = (1..own.len()).find(|n| !shared(*n)).unwrap_or(own.len());
        let mut name: Vec<&str> = own.iter().take(length).map(String::as_str).collect();
        name.reverse();
        name.join("/")
    }
}
