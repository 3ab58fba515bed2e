//! From where the paths of a diff are said, so that `git apply` takes it.

use std::path::{Path, PathBuf};

/// The folder to which the paths are relative: the working directory where all are in it, else the top of the repository
/// that they are in, else the folder that holds them and the directories that were rehearsed.
pub(super) fn of<'p>(
    paths: impl Iterator<Item = &'p str>,
    directories: &[PathBuf],
) -> Option<PathBuf> {
    let full: Vec<PathBuf> = paths.map(|p| real(Path::new(p))).collect();
    let holds = |folder: &Path| full.iter().all(|p| p.starts_with(folder));
    here()
        .filter(|h| holds(h))
        .or_else(|| repository(full.first()?).filter(|r| holds(r)))
        .or_else(|| {
            let directories: Vec<PathBuf> = directories.iter().map(|d| real(d)).collect();
            let folders = directories.first()?.ancestors();
            let mut folders = folders.filter(|folder| folder.parent().is_some());
            let all =
                |folder: &&Path| holds(folder) && directories.iter().all(|d| d.starts_with(folder));
            folders.find(all).map(Path::to_owned)
        })
}

/// The working directory.
pub(super) fn here() -> Option<PathBuf> {
    std::env::current_dir().ok().map(|h| real(&h))
}

/// A path without symbolic links, which `git apply` does not follow.
fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| sekisho_iac::full(path))
}

fn repository(file: &Path) -> Option<PathBuf> {
    let mut folders = file.ancestors().skip(1);
    folders
        .find(|f| f.join(".git").exists())
        .map(Path::to_owned)
}

/// A path as it is said from there.
pub(super) fn from(base: Option<&Path>, path: &str) -> String {
    let full = real(Path::new(path));
    let inside = base.and_then(|base| full.strip_prefix(base).ok());
    match inside {
        Some(inside) => inside.to_string_lossy().replace('\\', "/"),
        None => path
            .trim_start_matches("./")
            .trim_start_matches('/')
            .to_owned(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_said_as_what_it_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let (shared, own) = (folder.path().join("shared"), folder.path().join("own"));
        std::fs::create_dir(&shared).unwrap();
        std::fs::create_dir(&own).unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        std::fs::write(shared.join("policy.tf"), "").unwrap();
        std::os::unix::fs::symlink("../shared/policy.tf", own.join("policy.tf")).unwrap();
        let path = own.join("policy.tf").display().to_string();
        let base = of([path.as_str()].into_iter(), std::slice::from_ref(&own)).unwrap();
        assert_eq!(base, real(folder.path()));
        assert_eq!(from(Some(&base), &path), "shared/policy.tf");
    }
}
