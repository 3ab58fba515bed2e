//! `sekisho rehearse`.

use std::path::PathBuf;

use clap::ValueEnum;
use sekisho_iac::Problem;
use serde_json::Value;

use super::reading::ReadingArgs;
use super::{CouldNotRun, Status};
use crate::printer::Printer;
use crate::rehearse::{self, Completion, Options};

/// Options of `sekisho rehearse`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    reading: ReadingArgs,
    /// The form of the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the statements that are missing into the configuration
    #[arg(long)]
    fix: bool,
    /// With --fix: write statements without the condition under which what is there allows the call
    #[arg(long, requires = "fix")]
    past_conditions: bool,
    /// With --fix: print the change as a diff instead of writing it; exit code 1 if there is one
    #[arg(long, requires = "fix")]
    check: bool,
    /// Let the real program make the resources, in a copy of the directories; for people who doubt this one's reading
    #[arg(long, value_name = "terraform|tofu")]
    with: Option<String>,
    /// Keep what was made in this directory, which must be empty: `sekisho serve --data DIR` then shows it
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// No progress on standard error
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One document; docs/rehearse.schema.json describes it
    Json,
    /// For code scanning: the lines that have to change
    Sarif,
    /// For CI systems: a test for each action and each policy that lacks something
    Junit,
    /// For pull requests: with the change as a diff
    Markdown,
    /// One page that stands alone: the pipeline drawn, the calls as a tree, the patch
    Html,
}

pub(super) fn could_not(problems: Vec<Problem>) -> CouldNotRun {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    CouldNotRun(lines.join("\n       "))
}

pub(crate) fn run(args: &Args) -> Result<Status, CouldNotRun> {
    let printer = Printer { quiet: args.quiet };
    rehearsed(args, printer).or_else(|problems| unread(args, printer, problems))
}

/// A problem that stands nowhere.
fn nowhere(CouldNotRun(why): CouldNotRun) -> Vec<Problem> {
    vec![Problem::new(None, why)]
}

fn rehearsed(args: &Args, printer: Printer) -> Result<Status, Vec<Problem>> {
    if args.fix && args.format != Format::Text {
        return Err(nowhere(CouldNotRun(
            "--format is of reports, and --fix writes a diff: leave one of the two".to_owned(),
        )));
    }
    let mut options = args.reading.options().map_err(nowhere)?;
    options.data.clone_from(&args.data);
    if let Some(data) = &args.data {
        let used = std::fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some());
        if used {
            let message = format!("--data {}: the directory is not empty", data.display());
            return Err(nowhere(CouldNotRun(message)));
        }
    }
    let mut progress = |line: &str| printer.progress(line);
    let outcome = match &args.with {
        Some(program) => rehearse::rehearse_with_program(program, &options, &mut progress)?,
        None => rehearse::rehearse(&options, &mut progress)?,
    };
    if !outcome.passes() && !outcome.denials.is_empty() {
        printer.progress("looking for everything that is missing");
    }
    // What a program made has names of its own; what is missing is found, and proven, in rehearsals of what is read.
    let with = args.with.is_some() && !outcome.passes() && !outcome.denials.is_empty();
    let own = Options {
        data: None,
        ..options.clone()
    };
    let read = with.then(|| rehearse::rehearse(&own, &mut progress));
    let read = read.transpose()?;
    let read = read.filter(|read| !read.denials.is_empty());
    let (completion, fix) = completed(&options, read.as_ref().unwrap_or(&outcome))?;
    if let (true, Some(completion)) = (args.fix, &completion) {
        return write(args, completion, fix.as_ref(), printer).map_err(nowhere);
    }
    if args.check && outcome.passes() {
        // What is printed is a diff, and there is none.
        printer.note("nothing is missing: the delivery passes");
        return Ok(Status::Passes);
    }
    let report = rehearse::Report {
        outcome: &outcome,
        completion: completion.as_ref(),
        fix: fix.as_ref(),
    };
    match args.format {
        Format::Text => printer.prose(&report.text()),
        Format::Junit => printer.result(&report.junit()),
        Format::Markdown => printer.result(&report.markdown()),
        Format::Html => printer.result(&report.html()),
        Format::Json => printer.result(&pretty(&report.json())),
        Format::Sarif => printer.result(&pretty(&report.sarif(&options.reading.directories))),
    }
    Ok(if outcome.passes() {
        Status::Passes
    } else {
        Status::Fails
    })
}

/// What keeps the configuration from being rehearsed. Systems that wait for a report fail on an empty file, and say nothing of why.
fn unread(args: &Args, printer: Printer, problems: Vec<Problem>) -> Result<Status, CouldNotRun> {
    let unread = rehearse::Unread(&problems);
    match args.format {
        Format::Text => {}
        Format::Junit => printer.result(&unread.junit()),
        Format::Markdown => printer.result(&unread.markdown()),
        Format::Html => printer.result(&unread.html()),
        Format::Json => printer.result(&pretty(&unread.json())),
        Format::Sarif => printer.result(&pretty(&unread.sarif(args.reading.directories()))),
    }
    Err(could_not(problems))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// Everything that is missing, and the same in the user's files.
pub(super) fn completed(
    options: &Options,
    outcome: &rehearse::Outcome,
) -> Result<(Option<Completion>, Option<rehearse::Fix>), Vec<Problem>> {
    if outcome.passes() || outcome.denials.is_empty() {
        return Ok((None, None));
    }
    let completion = rehearse::complete(options, outcome)?;
    let fix = if completion.passes {
        Some(rehearse::fix(options, &completion)?)
    } else {
        None
    };
    Ok((Some(completion), fix))
}

/// Writes what is missing, or shows it. Passes when the delivery does with what was written.
fn write(
    args: &Args,
    completion: &Completion,
    fix: Option<&rehearse::Fix>,
    printer: Printer,
) -> Result<Status, CouldNotRun> {
    let Some(fix) = fix else {
        printer.result(&rehearse::text_completion(completion));
        for hint in &completion.hints {
            printer.result(&format!("hint: {}", hint.message));
        }
        printer.error("statements alone do not mend it: nothing was written");
        return Ok(Status::Fails);
    };
    for (patch, why) in &fix.unwritten {
        let near = patch.conditional.first();
        let near =
            near.map(|near| format!("; what is there would do but for its condition: {near}"));
        printer.error(&format!(
            "the {} of {} (account {}) {why}; add {}{}",
            patch.side,
            patch.holder,
            patch.account,
            patch.statement,
            near.unwrap_or_default()
        ));
    }
    let partly = fix.enough && !fix.passes && !fix.files.is_empty();
    if !fix.passes && !partly {
        // What is not proven is no result: nobody applies it from a pipe.
        if !fix.files.is_empty() {
            printer.error(&format!("what would be written:\n{}", fix.diff()));
        }
        let why = match &fix.unproven {
            Some(why) => {
                format!("the change could not be proven to be enough ({why}): nothing was written")
            }
            None => "no statement has a place: nothing was written".to_owned(),
        };
        printer.error(&why);
        return Ok(Status::Fails);
    }
    for patch in &completion.patches {
        for near in &patch.conditional {
            printer.note(&format!(
                "the statement for the {} of {} is without the condition of what is there: {near}. Where the condition is meant, mend it instead",
                patch.side, patch.holder
            ));
        }
    }
    if fix.by_account {
        printer.note("roles that are made after a policy are named in it by their account and a condition: AWS takes no role that is not there yet");
    }
    for file in &fix.as_rehearsed {
        printer.note(&format!(
            "{file}: what is written there names an ARN, or a pipeline, as it is with these values of variables, for it has no name there: where these may differ, hand it there by a variable"
        ));
    }
    if args.check {
        if let Some(folder) = fix.elsewhere() {
            printer.note(&format!(
                "the diff is for another directory: git -C {} apply",
                folder.display()
            ));
        }
        // As it is: a last line that is blank belongs to the patch.
        printer.verbatim(fix.diff().strip_suffix('\n').unwrap_or_default());
        return Ok(Status::Fails);
    }
    // A condition is somebody's decision: of MFA, of an external id, of an organization.
    if completion.goes_past() && !args.past_conditions {
        printer.result(&fix.diff());
        printer.error("the change goes past a condition of what is there: nothing was written; mend the condition or the call, or write it all the same with --past-conditions");
        return Ok(Status::Fails);
    }
    fix.write().map_err(CouldNotRun)?;
    for (path, ..) in &fix.files {
        printer.note(&format!("changed {path}"));
    }
    let left: usize = fix.unwritten.len();
    let count = completion.patches.len().saturating_sub(left);
    let statements = |n: usize| format!("{n} statement{}", if n == 1 { "" } else { "s" });
    if partly {
        printer.result(&format!(
            "fixed in part: {} added, {} without a place to be added by hand (said first); with both, rehearsed, the delivery passes",
            statements(count),
            statements(left)
        ));
        return Ok(Status::Fails);
    }
    printer.result(&format!(
        "fixed: {} added; rehearsed, the delivery passes",
        statements(count)
    ));
    Ok(Status::Passes)
}
