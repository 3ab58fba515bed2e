//! `cargo xtask tidy`: what the house is held to, checked by a program.

use std::path::{Path, PathBuf};

/// Code lines of a file before its tests.
const MAX_LINES: usize = 500;
/// Characters of a line of code.
const MAX_COLUMNS: usize = 220;

/// Every violation, or nothing.
pub(crate) fn check() -> Result<(), String> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    walk(Path::new("crates"), &mut files);
    walk(Path::new("xtask"), &mut files);
    files.sort();
    for path in files {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let name = path.display();
        let in_src = path.components().any(|c| c.as_os_str() == "src");
        if !text.starts_with("//!") {
            problems.push(format!("{name}: a file begins with what it is for (`//!`)"));
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        if in_src && code.lines().count() > MAX_LINES {
            problems.push(format!(
                "{name}: more than {MAX_LINES} lines before its tests"
            ));
        }
        for (index, line) in code.lines().enumerate() {
            if in_src && line.chars().count() > MAX_COLUMNS && !line.contains('"') {
                problems.push(format!(
                    "{name}:{}: longer than {MAX_COLUMNS} characters",
                    index + 1
                ));
            }
            if line.ends_with(' ') || line.ends_with('\t') {
                problems.push(format!("{name}:{}: white space at the end", index + 1));
            }
        }
        for word in ["todo!(", "unimplemented!(", "TODO", "FIXME", "dbg!("] {
            if code.contains(word) && !path.ends_with("tidy.rs") {
                problems.push(format!("{name}: {word} is left"));
            }
        }
        if path.parent().is_some_and(|p| p.ends_with("ops"))
            && !path.ends_with("mod.rs")
            && code.matches("impl Operation for").count() != 1
        {
            problems.push(format!("{name}: one operation, one file"));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
    {
        let path = entry.path();
        if path.is_dir() {
            // What a crate outside the workspace built.
            if !path.ends_with("target") {
                walk(&path, into);
            }
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}
