//! Functions on files of the module, and on paths.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Args;
use crate::Reason;
use crate::scope::Scope;
use crate::value::{Type, Value};

/// The files that functions read: those of a folder, some of which have another text than on the disk.
#[derive(Debug)]
pub(crate) struct Files<'a> {
    /// The folder in which Terraform would run.
    pub(crate) folder: String,
    /// The home of who runs this.
    pub(crate) home: Option<&'a Path>,
    /// Texts that files have instead of theirs, by path.
    pub(crate) overlay: &'a BTreeMap<PathBuf, String>,
    /// Files that the configuration itself makes.
    pub(crate) made: &'a RefCell<BTreeMap<PathBuf, Vec<u8>>>,
}

impl Files<'_> {
    /// Where a file stands.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        crate::config::normal(&Path::new(&self.folder).join(name))
    }

    /// The bytes of a file.
    pub(crate) fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        let path = self.path(name);
        if let Some(bytes) = self.made.borrow().get(&path) {
            return Ok(bytes.clone());
        }
        match self.overlay.get(&path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display())),
        }
    }

    /// The text of a file.
    pub(crate) fn text(&self, name: &str) -> Result<String, String> {
        let text = String::from_utf8(self.read(name)?);
        text.map_err(|_| format!("{name}: it is not UTF-8"))
    }
}

impl Scope<'_> {
    /// The bytes of a file, by its name from where Terraform would run.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn file(&self, name: &str) -> Result<Vec<u8>, String> {
        self.files().read(name)
    }

    /// Keeps a file that the configuration makes, for those who read it after this; nothing is written.
    pub fn keep(&self, name: &str, bytes: Vec<u8>) {
        let path = self.files().path(name);
        self.state.files.borrow_mut().insert(path, bytes);
    }

    /// A file that the configuration makes.
    #[must_use]
    pub fn kept(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.files().path(name);
        self.state.files.borrow().get(&path).cloned()
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
        "basename" => f.text(0).map(|t| Value::from(base(&t))),
        "dirname" => f.text(0).map(|t| Value::from(directory(&t))),
        "fileexists" => path(f, folder).and_then(|p| match p.is_dir() {
            true => Err(format!(
                "fileexists: {} is a directory, not a file",
                p.display()
            )),
            false => Ok(Value::from(p.is_file())),
        }),
        _ => return None,
    })
}

/// A path whose `~` is the home of who runs this; that of somebody else is an error, with Terraform as well.
pub(super) fn pathexpand(f: &Args<'_>, files: &Files<'_>) -> Result<Value, Reason> {
    let text = f.text(0)?;
    let Some(rest) = text.strip_prefix('~') else {
        return Ok(Value::from(text));
    };
    if !rest.is_empty() && !rest.starts_with(['/', '\\']) {
        return Err("pathexpand: the home of another user is not known".into());
    }
    let unknown = || Reason::unsupported("pathexpand: it is not known whose home `~` is");
    let home = files.home.ok_or_else(unknown)?;
    let whole = crate::config::normal(&home.join(rest.trim_start_matches(['/', '\\'])));
    Ok(Value::from(whole.display().to_string()))
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

/// As Go's `path.Dir`: the path up to its last part, without `.`, `..` and empty parts where that says the same.
fn directory(text: &str) -> String {
    let head = text.rsplit_once('/').map_or("", |(head, _)| head);
    let rooted = text.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in head.split('/') {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." => {
                parts.pop();
            }
            ("..", _) if rooted => {}
            _ => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// The files under a directory whose paths match a pattern of `*`, `?`, `**`, `[a-z]` and `{a,b}`.
pub(super) fn fileset(f: &Args<'_>, folder: &str) -> Result<Value, Reason> {
    let root = path(f, folder)?;
    let written = f.text(1)?;
    let bad = || format!("fileset: the pattern `{written}` is not understood");
    if written.split('/').any(|part| part == "..") {
        let message = format!("fileset: `..` in `{written}` is not supported yet");
        return Err(Reason::unsupported(message));
    }
    let pattern = super::glob::expression(written.trim_start_matches("./")).ok_or_else(bad)?;
    let pattern = regex::Regex::new(&pattern).map_err(|_| bad())?;
    let mut all = Vec::new();
    walk(&root, "", 0, &mut all);
    let found = all.into_iter().filter(|name| pattern.is_match(name));
    Ok(Value::set(Type::String, found.map(Value::from).collect()))
}

/// Directories in directories deeper than this go round in a circle of links.
const MAX_DEPTH: usize = 32;

fn walk(folder: &Path, prefix: &str, depth: usize, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
    {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        // Links are followed.
        match std::fs::metadata(entry.path()) {
            Ok(what) if what.is_dir() && depth < MAX_DEPTH => {
                walk(&entry.path(), &format!("{name}/"), depth + 1, into);
            }
            Ok(what) if what.is_file() => into.push(name),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use crate::{Configuration, Reading, State};

    /// As Terraform 1.11.4 (go-homedir), for somebody whose home is `/home/me`.
    #[test]
    fn a_path_at_home() {
        for (path, wanted) in [
            ("~/.ssh/id.pub", Some("/home/me/.ssh/id.pub")),
            ("~", Some("/home/me")),
            ("~/a/../b", Some("/home/me/b")),
            ("/x/~", Some("/x/~")),
            ("~you/a", None),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let text = format!("output \"it\" {{\n  value = pathexpand(\"{path}\")\n}}\n");
            std::fs::write(folder.path().join("main.tf"), text).unwrap();
            let reading = Reading {
                home: Some(PathBuf::from("/home/me")),
                ..Reading::of(folder.path())
            };
            let config = Configuration::read(&reading).unwrap();
            let state = State::new(&config);
            let scope = state.scope(state.instances(0).unwrap()[0]);
            let got = scope.output("it").ok();
            assert_eq!(got.as_ref().and_then(|v| v.as_str()), wanted, "{path}");
        }
    }
}
