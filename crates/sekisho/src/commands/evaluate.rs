//! `sekisho evaluate`.

use std::io::Read as _;

use sekisho_policy::Lines;

use super::{CouldNotRun, Status};
use crate::evaluate::{self, Answer};
use crate::printer::Printer;

/// Options of `sekisho evaluate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Cases, one JSON object a line, or one object with `cases: [...]`; `-` reads standard input
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<String>,
    /// Print for a person: every gate, with the policy's own text underlined
    #[arg(long)]
    explain: bool,
    /// Only print answers that are not as expected, and errors
    #[arg(long)]
    failures: bool,
}

pub(crate) fn run(args: &Args) -> Result<Status, CouldNotRun> {
    let printer = Printer::default();
    let (mut expected, mut wrong, mut errors) = (0u64, 0u64, 0u64);
    for file in &args.files {
        let text = read(file)?;
        let name = if file == "-" { "<stdin>" } else { file };
        let lines = Lines::new(&text);
        evaluate::each(&text, |source, origin| {
            let answer = Answer::of(source, origin, &lines);
            expected += u64::from(answer.expected());
            wrong += u64::from(answer.wrong().is_some());
            errors += u64::from(answer.error().is_some());
            if args.failures && answer.wrong().is_none() && answer.error().is_none() {
                return;
            }
            let line = if args.explain {
                answer.explained(name)
            } else {
                answer.line()
            };
            printer.result(&line);
        });
    }
    if expected > 0 {
        printer.note(&format!("{expected} expected, {wrong} not as expected"));
    }
    let unread = format!("{errors} cases cannot be read: see the answers with an `error`");
    if wrong > 0 {
        if errors > 0 {
            printer.note(&unread);
        }
        return Ok(Status::Fails);
    }
    if errors > 0 {
        return Err(CouldNotRun(unread));
    }
    Ok(Status::Passes)
}

fn read(file: &str) -> Result<String, CouldNotRun> {
    let mut bytes = Vec::new();
    let result = if file == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(file).map(|read| bytes = read)
    };
    result.map_err(|e| CouldNotRun(format!("cannot read {file}: {e}")))?;
    // A line that is not UTF-8 is no case; the others are.
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}
