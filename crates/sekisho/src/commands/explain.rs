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

/// What stands on the command line besides the question, as it is typed again, each with a blank in front.
fn typed(words: impl Iterator<Item = String>, question: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@+%".contains(c);
    let others = words.filter(|word| word != question && word != "--");
    let quoted = others.map(|word| match !word.is_empty() && word.chars().all(plain) {
        true => format!(" {word}"),
        false => format!(" '{}'", word.replace('\'', "'\\''")),
    });
    quoted.collect()
}

/// Passes when the call is not denied by the configuration as it stands.
pub(crate) fn run(args: &Args) -> Result<Status, CouldNotRun> {
    let questions = Question::read(&text(&args.question)?).map_err(CouldNotRun)?;
    let options = args.reading.options()?;
    let outcome = crate::rehearse::rehearse(&options, &mut |_| {}).map_err(rehearse::could_not)?;
    let (completion, fix) = rehearse::completed(&options, &outcome).map_err(rehearse::could_not)?;
    let with = typed(std::env::args().skip(2), &args.question);
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
        let words = ["D-1", "infra", "--var", "a=it's b", "--account=x=1", "*"];
        let words = words.into_iter().map(str::to_owned);
        assert_eq!(
            typed(words, "D-1"),
            " infra --var 'a=it'\\''s b' --account=x=1 '*'"
        );
    }
}
