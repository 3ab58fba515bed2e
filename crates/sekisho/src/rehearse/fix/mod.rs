//! Missing statements written into the user's own files: behind the statements that are there, in the same block, or as
//! a new resource next to the one that it concerns. Nothing else of a file changes.
//!
//! What was made in the rehearsal is written as a reference (`aws_kms_key.artifacts.arn`), for its id differs on AWS.

mod base;
mod behind;
mod calls;
mod compose;
mod guard;
mod handed;
mod holders;
mod insertion;
mod names;
mod new;
pub(super) mod policies;
mod search;
mod statement;
mod together;
mod why;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use sekisho_iac::{Configuration, Problem};

use super::patch::Patch;
use super::{Completion, Options, Outcome, rehearse_with};
use insertion::{Insertion, inserted};
use new::New;
use policies::Policies;
use together::together;
use writer::{Place, Shared, Writer};

/// The configuration as it should be.
#[derive(Debug, Default)]
pub struct Fix {
    /// Files that change: path, old text, new text.
    pub files: Vec<(String, String, String)>,
    /// What could not be written, and why: what its policy is.
    pub unwritten: Vec<(Patch, String)>,
    /// Whether the delivery passes with the changed files: rehearsed.
    pub passes: bool,
    /// Whether it does with them and with what could not be written: rehearsed, too.
    pub enough: bool,
    /// Why not.
    pub unproven: Option<String>,
    /// Files in which something is named by its ARN as it is in this rehearsal, for it has no name there.
    pub as_rehearsed: BTreeSet<String>,
    /// The directories that were rehearsed.
    directories: Vec<PathBuf>,
    /// Whether accounts are named for roles that are made after the policies.
    pub by_account: bool,
}

impl Fix {
    /// The same, if it is proven to be enough, with what has no place where there is that.
    pub(super) fn proven(&self) -> Option<String> {
        (self.enough && !self.files.is_empty()).then(|| self.diff())
    }

    /// The change as a unified diff that `git apply` takes.
    #[must_use]
    pub fn diff(&self) -> String {
        let mut out = String::new();
        let base = self.base();
        for (path, old, new) in &self.files {
            let path = base::from(base.as_deref(), path);
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

    fn base(&self) -> Option<PathBuf> {
        let paths = self.files.iter().map(|(path, ..)| path.as_str());
        base::of(paths, &self.directories)
    }

    /// Where the diff is to be applied, if that is not the working directory.
    #[must_use]
    pub fn elsewhere(&self) -> Option<PathBuf> {
        self.base()
            .filter(|base| Some(base) != base::here().as_ref())
    }

    /// Writes the files: all, or none. Each is written beside its place first and then moved there.
    ///
    /// # Errors
    /// Which file cannot be written, or was changed since it was read; then nothing is changed.
    pub fn write(&self) -> Result<(), String> {
        let mut staged = Vec::new();
        for (path, old, new) in &self.files {
            let failed = |e: &dyn std::fmt::Display| {
                format!("`{path}` cannot be written ({e}): nothing was changed")
            };
            let now = std::fs::read_to_string(path).map_err(|e| failed(&e))?;
            if now != *old {
                return Err(format!(
                    "`{path}` was changed while it was rehearsed: nothing was changed; run it again"
                ));
            }
            // A file that may not be written is not replaced either.
            let file = std::fs::OpenOptions::new().write(true).open(path);
            let permissions = file
                .and_then(|f| f.metadata())
                .map_err(|e| failed(&e))?
                .permissions();
            let path = std::fs::canonicalize(path).map_err(|e| failed(&e))?;
            let folder = path.parent().unwrap_or(std::path::Path::new("."));
            let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(|e| failed(&e))?;
            std::io::Write::write_all(&mut beside, new.as_bytes()).map_err(|e| failed(&e))?;
            std::fs::set_permissions(beside.path(), permissions).map_err(|e| failed(&e))?;
            staged.push((beside, path, old));
        }
        let mut done: Vec<(std::path::PathBuf, &String)> = Vec::new();
        for (beside, path, old) in staged {
            if let Err(error) = beside.persist(&path) {
                // What was moved goes back.
                let stay = done
                    .iter()
                    .filter(|(path, old)| std::fs::write(path, old).is_err());
                let stay: Vec<String> = stay
                    .map(|(path, _)| format!("`{}`", path.display()))
                    .collect();
                let left = match stay.is_empty() {
                    true => "nothing was changed".to_owned(),
                    false => format!(
                        "{} changed before it and could not be put back",
                        stay.join(", ")
                    ),
                };
                return Err(format!(
                    "`{}` cannot be written ({}): {left}",
                    path.display(),
                    error.error
                ));
            }
            done.push((path, old));
        }
        Ok(())
    }
}

/// Statements for one policy that differ in nothing but their actions.
struct Statement<'p> {
    patch: &'p Patch,
    actions: Vec<&'p str>,
}

/// Writes `completion` into the files of the configuration, and rehearses the result in a copy.
///
/// # Errors
/// What keeps the configuration from being read, or the copy from being made.
pub fn fix(options: &Options, completion: &Completion) -> Result<Fix, Vec<Problem>> {
    let fix = search::search(options, completion)?;
    Ok(Fix {
        directories: options.reading.directories.clone(),
        ..fix
    })
}

/// Where the statements go. Nobody is given what he does not lack: a statement goes into no policy that somebody else has
/// as well, unless everybody who has it lacks the same.
fn placed<'c, 's>(
    writer: &Writer<'c>,
    statements: &'s [Statement<'s>],
    shared: &Shared,
    closed: &BTreeSet<(String, usize)>,
) -> Vec<(&'s Statement<'s>, Option<Place<'c>>)> {
    let mut avoided: BTreeSet<(usize, (String, usize))> = BTreeSet::new();
    loop {
        let places = statements.iter().enumerate().map(|(index, statement)| {
            let avoid = |place: &(String, usize)| {
                closed.contains(place) || avoided.contains(&(index, place.clone()))
            };
            (statement, writer.place(statement, statements, &avoid))
        });
        let places: Vec<_> = places.collect();
        let written = |holder: &str, insertion: &Insertion| {
            places.iter().any(|(statement, place)| match place {
                Some(Place::Into(own)) => statement.patch.holder == holder && own == insertion,
                _ => false,
            })
        };
        let before = avoided.len();
        for (index, (_, place)) in places.iter().enumerate() {
            if let Some(Place::Into(insertion)) = place {
                // What is another statement for each of them may be what the others have: that is proven.
                if ["each.key", "each.value", "count.index"]
                    .iter()
                    .any(|name| insertion.text_of().contains(name))
                {
                    continue;
                }
                let at = insertion.place();
                let holders = shared.get(&at).into_iter().flatten();
                if holders
                    .into_iter()
                    .any(|holder| !written(holder, insertion))
                {
                    avoided.insert((index, at));
                }
            }
        }
        if avoided.len() == before {
            return places;
        }
    }
}

/// Writes the statements, and again elsewhere where somebody got more than he lacks.
fn attempt(
    options: &Options,
    completion: &Completion,
    patches: &[Patch],
    refer: bool,
) -> Result<Fix, Vec<Problem>> {
    let configuration = Configuration::read(&options.reading)?;
    let writer = Writer::new(&configuration, completion, patches, refer);
    let statements = grouped(patches);
    let shared = writer.shared();
    let mut closed: BTreeSet<(String, usize)> = BTreeSet::new();
    let mut over_all = true;
    loop {
        let (mut fix, insertions, joined) =
            put(&writer, patches, &statements, &shared, &closed, over_all);
        let given: Vec<Patch> = fix.unwritten.iter().map(|(p, _)| p.clone()).collect();
        let all = tried(options, patches, &writer, &fix.files, &given);
        fix.enough = all == Tried::Passes;
        fix.passes = fix.enough && fix.unwritten.is_empty();
        fix.unproven = all.why_not();
        if joined && !fix.enough {
            // One for each may do what one for all does not.
            over_all = false;
            continue;
        }
        if !matches!(all, Tried::GivesMore | Tried::Unreadable(_)) {
            return Ok(fix);
        }
        // Which of them it is shows when each is put alone, or all that are put in one place.
        let into = insertions.iter().filter(|i| !closed.contains(&i.place()));
        let guilty = into.filter(|i| {
            let there = insertions.iter().filter(|o| o.place() == i.place());
            let there: Vec<&Insertion> = match all {
                Tried::GivesMore => vec![*i],
                _ => there.collect(),
            };
            let alone = [(i.path.clone(), i.old.clone(), inserted(&i.old, &there))];
            match all {
                Tried::GivesMore => tried(options, patches, &writer, &alone, &[]) == all,
                _ => matches!(read(options, &alone), Err(Tried::Unreadable(_))),
            }
        });
        let guilty: BTreeSet<(String, usize)> = guilty.map(Insertion::place).collect();
        if guilty.is_empty() {
            return Ok(fix);
        }
        closed.extend(guilty);
    }
}

/// The files with every statement in its place, but for the places that are closed; what went into them; and whether statements of
/// several instances were joined to one, which `over_all` allows.
fn put(
    writer: &Writer<'_>,
    patches: &[Patch],
    statements: &[Statement<'_>],
    shared: &Shared,
    closed: &BTreeSet<(String, usize)>,
    over_all: bool,
) -> (Fix, Vec<Insertion>, bool) {
    let mut fix = Fix::default();
    let mut insertions = Vec::new();
    let mut new: Vec<New<'_>> = Vec::new();
    for (statement, place) in placed(writer, statements, shared, closed) {
        match place {
            Some(Place::Into(insertion)) => {
                if !writer.is_lasting([insertion.text_of()]) {
                    fix.as_rehearsed.insert(insertion.path.clone());
                }
                insertions.push(insertion);
            }
            Some(Place::Beside(resource)) => {
                if !writer.is_lasting(resource.statements.iter().map(String::as_str)) {
                    fix.as_rehearsed.insert(resource.place().0);
                }
                let same = |n: &&mut New<'_>| {
                    (n.kind, n.module, &n.concerned)
                        == (resource.kind, resource.module, &resource.concerned)
                };
                match new.iter_mut().find(same) {
                    Some(known) => known.take(resource),
                    None => new.push(resource),
                }
            }
            None => {
                let avoid = |place: &(String, usize)| {
                    let holders = shared.get(place).map_or(0, BTreeSet::len);
                    closed.contains(place) || holders > 1
                };
                let why = writer.why_not(statement, shared, &avoid);
                let mine = patches.iter().filter(|p| alike(p, statement.patch));
                fix.unwritten.extend(mine.map(|p| (p.clone(), why.clone())));
            }
        }
    }
    let each = insertions.len();
    if over_all {
        insertions = together(insertions, |address| writer.keys_of(address));
    }
    let mut joined = insertions.len() < each;
    let mut new = writer.joined(new);
    for new in &mut new {
        joined |= over_all && writer.over_all(new);
        writer.while_there(new);
    }
    writer.name(&mut new);
    insertions.extend(new.iter().map(|n| writer.resource(n)));
    let frozen = insertions.iter().filter(|i| writer.freezes(i.text_of()));
    fix.as_rehearsed.extend(frozen.map(|i| i.path.clone()));
    insertions.extend(writer.waits_for(&new));
    let texts: BTreeMap<&str, &str> = insertions
        .iter()
        .map(|i| (i.path.as_str(), i.old.as_str()))
        .collect();
    for (path, old) in texts {
        let mine: Vec<&Insertion> = insertions.iter().filter(|i| i.path == path).collect();
        let new = inserted(old, &mine);
        if new != old {
            fix.files.push((path.to_owned(), old.to_owned(), new));
        }
    }
    (fix, insertions, joined)
}

/// What comes of changed files.
#[derive(Debug, PartialEq, Eq)]
enum Tried {
    /// The delivery passes.
    Passes,
    /// It does not: what it says.
    Fails(String),
    /// The files do not read any more: what it says.
    Unreadable(String),
    /// Somebody has more than he lacks, or has lost something.
    GivesMore,
}

impl Tried {
    fn why_not(&self) -> Option<String> {
        match self {
            Self::Passes => None,
            Self::Fails(why) | Self::Unreadable(why) => Some(why.clone()),
            Self::GivesMore => Some(
                "where the statements would stand, somebody would get what he does not lack"
                    .to_owned(),
            ),
        }
    }
}

/// What a rehearsal of changed files failed of.
fn failed(outcome: &Outcome) -> String {
    let denied = outcome.denials.first().map(|denial| {
        let cause = &denial.cause;
        format!(
            "{} on {} is denied still, for want of the {}",
            cause.action, cause.resource, cause.side
        )
    });
    let failing = || super::complete::failing(outcome).into_iter().next();
    denied
        .or_else(failing)
        .unwrap_or_else(|| "the delivery did not end".to_owned())
}

/// The configuration with the changed files, and how it is rehearsed.
fn read(
    options: &Options,
    files: &[(String, String, String)],
) -> Result<(Options, Configuration), Tried> {
    let mut overlay = (*options.reading.overlay).clone();
    for (path, _, new) in files {
        overlay.insert(PathBuf::from(path), new.clone());
    }
    let mut again = options.clone();
    again.data = None;
    again.reading.overlay = Arc::new(overlay);
    // A configuration that does not read any more (a cycle) is no proof, and no error either.
    match Configuration::read(&again.reading) {
        Ok(configuration) => Ok((again, configuration)),
        Err(problems) => Err(Tried::Unreadable(first(problems))),
    }
}

fn first(problems: Vec<Problem>) -> String {
    let first = problems.first().map(ToString::to_string);
    first.unwrap_or_default()
}

/// Rehearses the configuration with the changed files, and with the statements that are given besides.
fn tried(
    options: &Options,
    patches: &[Patch],
    writer: &Writer<'_>,
    files: &[(String, String, String)],
    given: &[Patch],
) -> Tried {
    let (again, configuration) = match read(options, files) {
        Ok(read) => read,
        Err(tried) => return tried,
    };
    let outcome = match rehearse_with(&again, given, &mut |_| {}) {
        Ok(outcome) => outcome,
        Err(problems) => return Tried::Fails(first(problems)),
    };
    let after = Policies::new(&configuration, &outcome.made, &outcome.places);
    match outcome.passes() {
        _ if guard::differs(&writer.policies, &after, patches) => Tried::GivesMore,
        true => Tried::Passes,
        false => {
            let mut denials = outcome.denials.iter().map(|d| &d.cause);
            let taken = denials.any(|cause| {
                let holder = cause.holder.as_deref().unwrap_or_default();
                after.takes_away(&cause.side, holder)
            });
            let why = match taken {
                true => {
                    ": aws_iam_role_policies_exclusive takes away the inline policies whose names it does not list"
                }
                false => "",
            };
            Tried::Fails(format!("{}{why}", failed(&outcome)))
        }
    }
}

/// Whether two patches differ in nothing but their actions.
fn alike(one: &Patch, other: &Patch) -> bool {
    (&one.side, &one.holder) == (&other.side, &other.holder)
        && ["Principal", "Resource", "Condition"]
            .iter()
            .all(|name| one.statement.get(name) == other.statement.get(name))
}

fn grouped(patches: &[Patch]) -> Vec<Statement<'_>> {
    let mut out: Vec<Statement<'_>> = Vec::new();
    for patch in patches {
        let action = patch.statement["Action"].as_str().unwrap_or_default();
        match out.iter_mut().find(|s| alike(s.patch, patch)) {
            Some(statement) => statement.actions.push(action),
            None => out.push(Statement {
                patch,
                actions: vec![action],
            }),
        }
    }
    out
}
