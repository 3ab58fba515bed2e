//! Functions on files of the module, and on paths.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Args;

pub(super) fn call(name: &str, f: &Args<'_>, folder: &str) -> Option<Result<Value, String>> {
    Some(match name {
        "basename" => f.text(0).map(|t| json!(base(&t))),
        "dirname" => f.text(0).map(|t| json!(directory(&t))),
        "fileexists" => path(f, folder).map(|p| json!(p.is_file())),
        "fileset" => fileset(f, folder),
        _ => return None,
    })
}

fn path(f: &Args<'_>, folder: &str) -> Result<PathBuf, String> {
    Ok(Path::new(folder).join(f.text(0)?))
}

/// The bytes of the file that the first argument names.
pub(super) fn read(f: &Args<'_>, folder: &str) -> Result<Vec<u8>, String> {
    let path = path(f, folder)?;
    std::fs::read(&path).map_err(|e| format!("{}: {}: {e}", f.name, path.display()))
}

/// As Go's `path.Base`.
fn base(text: &str) -> &str {
    let trimmed = text.trim_end_matches('/');
    match (text.is_empty(), trimmed.is_empty()) {
        (true, _) => ".",
        (_, true) => "/",
        _ => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
}

/// As Go's `path.Dir`.
fn directory(text: &str) -> String {
    match text.rsplit_once('/') {
        None => ".".to_owned(),
        Some((head, _)) => {
            let head = head.trim_end_matches('/');
            if head.is_empty() {
                "/".to_owned()
            } else {
                head.to_owned()
            }
        }
    }
}

/// The files under a directory whose paths match a pattern of `*`, `?` and `**`.
fn fileset(f: &Args<'_>, folder: &str) -> Result<Value, String> {
    let root = path(f, folder)?;
    let pattern = f.text(1)?;
    let mut all = Vec::new();
    walk(&root, "", &mut all);
    let wanted: Vec<&str> = pattern.split('/').collect();
    let mut found: Vec<String> = all
        .into_iter()
        .filter(|name| fits(&wanted, &name.split('/').collect::<Vec<_>>()))
        .collect();
    found.sort();
    Ok(json!(found))
}

fn walk(folder: &Path, prefix: &str, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
    {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&entry.path(), &format!("{name}/"), into),
            Ok(kind) if kind.is_file() => into.push(name),
            _ => {}
        }
    }
}

fn fits(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            (0..=path.len()).any(|n| path.get(n..).is_some_and(|p| fits(rest, p)))
        }
        (Some((part, rest)), Some((name, more))) => one(part, name) && fits(rest, more),
        _ => false,
    }
}

fn one(pattern: &str, name: &str) -> bool {
    let mut pattern = pattern.chars();
    match (pattern.next(), name.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            let rest = pattern.as_str();
            name.char_indices()
                .map(|(i, _)| i)
                .chain([name.len()])
                .any(|i| name.get(i..).is_some_and(|n| one(rest, n)))
        }
        (Some(p), Some(c)) if p == '?' || p == c => one(
            pattern.as_str(),
            name.get(c.len_utf8()..).unwrap_or_default(),
        ),
        _ => false,
    }
}
