//! `sekisho explain`.

use std::io::Read as _;

use super::reading::ReadingArgs;
use super::{CouldNotRun, Status, rehearse};
use crate::explain::{Known, Question, page};
use crate::printer::Printer;

/// Options of `sekisho explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The id of a denial, AWS's AccessDenied message, a CloudTrail event, the state of a pipeline or a decoded
    /// authorization message; a file that has one, or `-` for standard input
    #[arg(value_name = "ID|MESSAGE|FILE")]
    question: String,
    #[command(flatten)]
    reading: ReadingArgs,
}

fn text(given: &str) -> Result<String, CouldNotRun> {
    if given == "-" {
        let mut text = String::new();
        let read = std::io::stdin()
            .lock()
            .take(1 << 21)
            .read_to_string(&mut text);
        return read
            .map(|_| text)
            .map_err(|e| CouldNotRun(format!("standard input: {e}")));
    }
    let path = std::path::Path::new(given);
    if path.is_file() {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|e| CouldNotRun(format!("{given}: {e}")))?;
        return match text.trim().is_empty() {
            true => Err(CouldNotRun(format!("{given}: the file is empty"))),
            false => Ok(text),
        };
    }
    let named = |end: &str| path.extension().is_some_and(|e| e == end);
    if !given.contains(char::is_whitespace) && ["json", "txt", "log"].into_iter().any(named) {
        return Err(CouldNotRun(format!("{given}: there is no such file")));
    }
    Ok(given.to_owned())
}

/// Options whose values may be secrets: of these no more than the name is printed.
const HIDDEN: &[&str] = &["--pipeline-variable", "--set", "--var"];

/// What stands on the command line besides the question, as it is typed again, each with a blank in front; without the values of
/// variables.
fn typed(words: impl Iterator<Item = String>, question: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@+%\u{2026}".contains(c);
    let hidden = |assigned: &str| {
        let (name, _) = assigned.split_once('=').unwrap_or((assigned, ""));
        format!("{name}=\u{2026}")
    };
    let mut out = String::new();
    let mut of_hidden = false;
    for word in words.filter(|word| word != question && word != "--") {
        let option = word.split_once('=').filter(|(o, _)| HIDDEN.contains(o));
        let shown = match option {
            Some((option, assigned)) => format!("{option}={}", hidden(assigned)),
            None if of_hidden => hidden(&word),
            None => word.clone(),
        };
        of_hidden = HIDDEN.contains(&word.as_str());
        out.push(' ');
        match !shown.is_empty() && shown.chars().all(plain) {
            true => out.push_str(&shown),
            false => out.push_str(&format!("'{}'", shown.replace('\'', "'\\''"))),
        }
    }
    out
}

/// Passes when the call is not denied by the configuration as it stands.
pub(crate) fn run(args: &Args) -> Result<Status, CouldNotRun> {
    let questions = Question::read(&text(&args.question)?).map_err(CouldNotRun)?;
    let options = args.reading.options()?;
    let outcome = crate::rehearse::rehearse(&options, &mut |_| {}).map_err(rehearse::could_not)?;
    let (completion, fix) = rehearse::completed(&options, &outcome).map_err(rehearse::could_not)?;
    let words = std::env::args_os().skip(2);
    let words = words.map(|word| word.to_string_lossy().into_owned());
    let with = typed(words, &args.question);
    let (mut denied, mut nothing) = (false, false);
    let mut pages: Vec<String> = Vec::new();
    for question in &questions {
        let (text, known) = page(question, &outcome, completion.as_ref(), fix.as_ref(), &with);
        denied |= known == Known::Denied;
        nothing |= known == Known::Nothing;
        if !pages.contains(&text) {
            pages.push(text);
        }
    }
    Printer::default().prose(&pages.join("\n\n"));
    if denied {
        return Ok(Status::Fails);
    }
    if nothing {
        return Err(CouldNotRun(
            "the rehearsal has no such call to explain".to_owned(),
        ));
    }
    Ok(Status::Passes)
}

#[cfg(test)]
mod tests {
    use super::typed;

    #[test]
    fn what_is_typed_again() {
        for (words, wanted) in [
            (
                vec!["D-1", "infra", "--account=x=1", "*"],
                " infra --account=x=1 '*'",
            ),
            (vec!["--var-file", "it's", "D-1"], " --var-file 'it'\\''s'"),
            // Variables may be secrets.
            (
                vec!["D-1", "--var", "p=secret", "--set=a.b=secret", "infra"],
                " --var p=\u{2026} --set=a.b=\u{2026} infra",
            ),
        ] {
            let words = words.into_iter().map(str::to_owned);
            assert_eq!(typed(words, "D-1"), wanted);
        }
    }
}
