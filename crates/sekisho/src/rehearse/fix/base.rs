//! From where the paths of a diff are said, so that `git apply` takes it.

use std::path::{Path, PathBuf};

/// The folder to which the paths are relative: the working directory where all are in it, else the top of the repository
/// that they are in, else the folder that holds them and the directories that were rehearsed.
pub(super) fn of<'p>(
    paths: impl Iterator<Item = &'p str>,
    directories: &[PathBuf],
) -> Option<PathBuf> {
    let full: Vec<PathBuf> = paths.map(|p| sekisho_iac::full(Path::new(p))).collect();
    let holds = |folder: &Path| full.iter().all(|p| p.starts_with(folder));
    here()
        .filter(|h| holds(h))
        .or_else(|| repository(full.first()?).filter(|r| holds(r)))
        .or_else(|| {
            let directories: Vec<PathBuf> =
                directories.iter().map(|d| sekisho_iac::full(d)).collect();
            let folders = directories.first()?.ancestors();
            let mut folders = folders.filter(|folder| folder.parent().is_some());
            let all =
                |folder: &&Path| holds(folder) && directories.iter().all(|d| d.starts_with(folder));
            folders.find(all).map(Path::to_owned)
        })
}

/// The working directory.
pub(super) fn here() -> Option<PathBuf> {
    std::env::current_dir().ok().map(|h| sekisho_iac::full(&h))
}

fn repository(file: &Path) -> Option<PathBuf> {
    let mut folders = file.ancestors().skip(1);
    folders
        .find(|f| f.join(".git").exists())
        .map(Path::to_owned)
}

/// A path as it is said from there.
pub(super) fn from(base: Option<&Path>, path: &str) -> String {
    let full = sekisho_iac::full(Path::new(path));
    let inside = base.and_then(|base| full.strip_prefix(base).ok());
    match inside {
        Some(inside) => inside.to_string_lossy().replace('\\', "/"),
        None => path
            .trim_start_matches("./")
            .trim_start_matches('/')
            .to_owned(),
    }
}
