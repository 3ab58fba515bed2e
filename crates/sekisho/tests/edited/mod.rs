//! Copies of the examples with something changed.

use std::path::Path;

/// A copy of an example (of nothing, without one) with edits: file, from, to. A file that is not there is made of `to`.
pub(crate) fn edited(example: Option<&str>, edits: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    if let Some(example) = example {
        let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
        copy(&all.join(example), folder.path());
    }
    for (file, from, to) in edits {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(text.contains(from), "{file} does not hold {from}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, to).unwrap();
        }
    }
}
