//! Functions on files of the module, and on paths.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Args;
use crate::value::{Type, Value};

/// The files that functions read: those of a folder, some of which have another text than on the disk.
#[derive(Debug)]
pub(crate) struct Files<'a> {
    /// The folder in which Terraform would run.
    pub(crate) folder: String,
    /// Texts that files have instead of theirs, by path.
    pub(crate) overlay: &'a BTreeMap<PathBuf, String>,
}

impl Files<'_> {
    /// The bytes of a file.
    pub(crate) fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        let path = crate::config::normal(&Path::new(&self.folder).join(name));
        match self.overlay.get(&path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display())),
        }
    }

    /// The text of a file.
    pub(crate) fn text(&self, name: &str) -> Result<String, String> {
        String::from_utf8(self.read(name)?).map_err(|_| format!("{name}: it is not UTF-8"))
    }
}

pub(super) fn call(name: &str, f: &Args<'_>, files: &Files<'_>) -> Option<Result<Value, String>> {
    let folder = &*files.folder;
    Some(match name {
        "file" => f
            .text(0)
            .and_then(|name| files.text(&name).map_err(|e| format!("file: {e}")))
            .map(Value::from),
        "abspath" => path(f, folder).and_then(|p| {
            let full = std::path::absolute(&p).map_err(|e| format!("abspath: {e}"))?;
            Ok(Value::from(
                crate::config::normal(&full).display().to_string(),
            ))
        }),
        "pathexpand" => f.text(0).and_then(|t| match t.starts_with('~') {
            true => Err("pathexpand: `~` is not supported yet".to_owned()),
            false => Ok(Value::from(t)),
        }),
        "basename" => f.text(0).map(|t| Value::from(base(&t))),
        "dirname" => f.text(0).map(|t| Value::from(directory(&t))),
        "fileexists" => path(f, folder).map(|p| Value::from(p.is_file())),
        "fileset" => fileset(f, folder),
        _ => return None,
    })
}

fn path(f: &Args<'_>, folder: &str) -> Result<PathBuf, String> {
    Ok(Path::new(folder).join(f.text(0)?))
}

/// The bytes of the file that the first argument names.
pub(super) fn read(f: &Args<'_>, files: &Files<'_>) -> Result<Vec<u8>, String> {
    files
        .read(&f.text(0)?)
        .map_err(|e| format!("{}: {e}", f.name))
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
    Ok(Value::set(
        Type::String,
        found.into_iter().map(Value::from).collect(),
    ))
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
