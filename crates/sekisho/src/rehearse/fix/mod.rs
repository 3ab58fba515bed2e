//! Missing statements written into the user's own files: behind the statements that are there, in the same block, or as
//! a new resource next to the one that it concerns. Nothing else of a file changes.
//!
//! What was made in the rehearsal is written as a reference (`aws_kms_key.artifacts.arn`), for its id differs on AWS.

mod writer;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use sekisho_iac::{Configuration, Problem};

use super::patch::Patch;
use super::{Completion, Options, rehearse};
use writer::{New, Place, Writer};

/// The configuration as it should be.
#[derive(Debug, Default)]
pub struct Fix {
    /// Files that change: path, old text, new text.
    pub files: Vec<(String, String, String)>,
    /// What could not be written: the policy is in no file that is understood.
    pub unwritten: Vec<Patch>,
    /// Whether the delivery passes with the changed files: rehearsed.
    pub passes: bool,
}

impl Fix {
    /// The change as a unified diff that `git apply` takes.
    #[must_use]
    pub fn diff(&self) -> String {
        let mut out = String::new();
        for (path, old, new) in &self.files {
            let path = path.trim_start_matches("./").trim_start_matches('/');
            let diff = similar::TextDiff::from_lines(old, new);
            let _ = write!(
                out,
                "{}",
                diff.unified_diff()
                    .header(&format!("a/{path}"), &format!("b/{path}"))
            );
        }
        out
    }

    /// Writes the files.
    ///
    /// # Errors
    /// When one cannot be written; those before it are.
    pub fn write(&self) -> std::io::Result<()> {
        for (path, _, new) in &self.files {
            std::fs::write(path, new)?;
        }
        Ok(())
    }
}

/// Statements for one policy that differ in nothing but their actions.
struct Statement<'p> {
    patch: &'p Patch,
    actions: Vec<&'p str>,
}

/// A text that goes in at a byte of a file.
struct Insertion {
    path: String,
    at: usize,
    text: String,
    /// For an element of a list: whether there is one before it already.
    element: Option<bool>,
}

/// `text` with the insertions, which are all for it. Those at one place come in their order.
fn inserted(text: &str, insertions: &[&Insertion]) -> String {
    let mut places: BTreeMap<usize, Vec<&Insertion>> = BTreeMap::new();
    for insertion in insertions {
        places.entry(insertion.at).or_default().push(insertion);
    }
    let mut out = text.to_owned();
    // From the end to the beginning, so that the places before stay what they are.
    for (at, here) in places.into_iter().rev() {
        let texts: Vec<&str> = here.iter().map(|i| i.text.as_str()).collect();
        let new = match here.first().and_then(|i| i.element) {
            Some(true) => format!(", {}", texts.join(", ")),
            Some(false) => texts.join(", "),
            None => texts.concat(),
        };
        out.insert_str(at, &new);
    }
    out
}

/// Writes `completion` into the files of the configuration, and rehearses the result in a copy.
///
/// # Errors
/// What keeps the configuration from being read, or the copy from being made.
pub fn fix(options: &Options, completion: &Completion) -> Result<Fix, Vec<Problem>> {
    // A role that a key policy refers to may itself refer to the key: then names stand in for references.
    let first = attempt(options, completion, true)?;
    if first.passes || !first.unwritten.is_empty() {
        return Ok(first);
    }
    attempt(options, completion, false)
}

fn attempt(options: &Options, completion: &Completion, refer: bool) -> Result<Fix, Vec<Problem>> {
    let configuration =
        Configuration::read(&options.directory, &options.variables, &options.environment)?;
    let writer = Writer {
        configuration: &configuration,
        made: &completion.made,
        refer,
    };
    let mut fix = Fix::default();
    let mut insertions = Vec::new();
    let mut new: Vec<New<'_>> = Vec::new();
    for statement in grouped(&completion.patches) {
        match writer.place(&statement) {
            Some(Place::Into(insertion)) => insertions.push(insertion),
            Some(Place::Beside(resource)) => {
                let same = |n: &&mut New<'_>| {
                    (n.kind, n.node.address()) == (resource.kind, resource.node.address())
                };
                match new.iter_mut().find(same) {
                    Some(known) => known.statements.extend(resource.statements),
                    None => new.push(resource),
                }
            }
            None => fix.unwritten.push(statement.patch.clone()),
        }
    }
    insertions.extend(new.iter().filter_map(|n| writer.resource(n)));
    insertions.extend(writer.waits_for(&new));
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for node in &configuration.nodes {
        let source = &node.place.source;
        texts.insert(source.path.clone(), source.text.clone());
    }
    for (path, old) in texts {
        let mine: Vec<&Insertion> = insertions.iter().filter(|i| i.path == path).collect();
        let new = inserted(&old, &mine);
        if new != old {
            fix.files.push((path, old, new));
        }
    }
    fix.passes = fix.unwritten.is_empty() && proven(options, &fix)?;
    Ok(fix)
}

/// Rehearses a copy of the directory with the changed files.
fn proven(options: &Options, fix: &Fix) -> Result<bool, Vec<Problem>> {
    let fail = |e: std::io::Error| {
        vec![Problem {
            message: format!("cannot make a copy to rehearse: {e}"),
            place: None,
        }]
    };
    let copy = tempfile::tempdir().map_err(fail)?;
    copy_files(&options.directory, copy.path()).map_err(fail)?;
    for (path, _, new) in &fix.files {
        let name = Path::new(path).file_name().unwrap_or_default();
        std::fs::write(copy.path().join(name), new).map_err(fail)?;
    }
    let again = Options {
        directory: copy.path().to_owned(),
        ..options.clone()
    };
    // A configuration that does not read any more (a cycle) is no proof, and no error either.
    Ok(rehearse(&again, &mut |_| {}).is_ok_and(|outcome| outcome.passes()))
}

fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with('.');
        let kind = entry.file_type()?;
        if kind.is_dir() && !hidden {
            std::fs::create_dir(to.join(&name))?;
            copy_files(&entry.path(), &to.join(&name))?;
        } else if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(&name))?;
        }
    }
    Ok(())
}

fn grouped(patches: &[Patch]) -> Vec<Statement<'_>> {
    let mut out: Vec<Statement<'_>> = Vec::new();
    for patch in patches {
        let action = patch.statement["Action"].as_str().unwrap_or_default();
        let alike = |s: &&mut Statement<'_>| {
            (&s.patch.side, &s.patch.holder) == (&patch.side, &patch.holder)
                && ["Principal", "Resource"]
                    .iter()
                    .all(|k| s.patch.statement.get(k) == patch.statement.get(k))
        };
        match out.iter_mut().find(alike) {
            Some(statement) => statement.actions.push(action),
            None => out.push(Statement {
                patch,
                actions: vec![action],
            }),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(at: usize, text: &str, element: Option<bool>) -> Insertion {
        Insertion {
            path: String::new(),
            at,
            text: text.to_owned(),
            element,
        }
    }

    #[test]
    fn several_insertions_at_one_place() {
        let check = |text: &str, insertions: &[Insertion], expected: &str| {
            let all: Vec<&Insertion> = insertions.iter().collect();
            assert_eq!(inserted(text, &all), expected);
        };
        let element = |place, text, comma| at(place, text, Some(comma));
        check(
            "[]",
            &[element(1, "a", false), element(1, "b", false)],
            "[a, b]",
        );
        check(
            "[x]",
            &[element(2, "a", true), element(2, "b", true)],
            "[x, a, b]",
        );
        check(
            "{}",
            &[at(1, "1", None), at(2, "3", None), at(1, "2", None)],
            "{12}3",
        );
    }
}
