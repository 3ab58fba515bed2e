//! What a program gave up over because the engine refused it: the resources that it could not make, and the calls behind
//! that.

use std::collections::BTreeSet;
use std::sync::Arc;

use sekisho_engine::Event;
use sekisho_iac::{Configuration, Problem, without_keys};
use serde_json::Map;

use super::run::GaveUp;
use crate::rehearse::{Failure, FailureKind, Options};

/// What the engine refused for good.
#[derive(Default)]
pub(super) struct Refused {
    /// The resources that could not be made, with the engine's own sentence where it has said one.
    pub(super) failures: Vec<Failure>,
    /// The calls whose refusal the program gave up over, with all that was called for them.
    pub(super) calls: BTreeSet<u64>,
}

/// One error of what a program says.
#[derive(Debug, PartialEq)]
struct Said {
    /// The address of the resource.
    address: Option<String>,
    /// The message, in one line.
    message: String,
}

impl Refused {
    /// Nothing, if none of what the program says is an answer of the engine: then it is the program's own failure.
    pub(super) fn of(
        gave_up: &[GaveUp],
        events: &[Arc<Event>],
        configuration: &Configuration,
        options: &Options,
    ) -> Self {
        let mut out = Self::default();
        for one in gave_up {
            let label = match options.reading.label(&one.directory) {
                label if label.is_empty() => label,
                label => format!("{label}:"),
            };
            for said in errors(&one.said) {
                let answer = answer(&said.message, events, &out.calls);
                out.calls.extend(answer.map(|e| e.id));
                let sentence = answer.and_then(|e| e.error.as_ref());
                let address = said.address.map(|a| format!("{label}{}", without_keys(&a)));
                let mut nodes = configuration.nodes.iter();
                let node = nodes.find(|n| Some(n.address()) == address);
                out.failures.push(Failure {
                    address: address.unwrap_or_else(|| one.directory.display().to_string()),
                    problem: Problem::new(
                        node.map(|n| n.place.clone()),
                        sentence.map_or(said.message, |e| format!("{}: {}", e.code, e.message)),
                    ),
                    arguments: Map::new(),
                    kind: FailureKind::NotMade,
                });
            }
        }
        if out.calls.is_empty() {
            return Self::default();
        }
        // Children come behind the calls that made them.
        for event in events {
            if event.parent.is_some_and(|p| out.calls.contains(&p)) {
                out.calls.insert(event.id);
            }
        }
        out
    }
}

/// The call that was refused with what `message` says: the one whose request's id it names, as AWS's SDK does. Where it names
/// none, the last whose sentence it holds, of several such sentences the longest; a call that stands for another error is
/// not taken again.
fn answer<'e>(
    message: &str,
    events: &'e [Arc<Event>],
    taken: &BTreeSet<u64>,
) -> Option<&'e Arc<Event>> {
    let message = squeezed(message);
    let outside = |e: &&Arc<Event>| e.parent.is_none() && e.tag.is_none() && e.error.is_some();
    let named = |e: &&Arc<Event>| e.request.as_ref().is_some_and(|id| message.contains(id));
    if let Some(event) = events.iter().filter(outside).rfind(named) {
        return Some(event);
    }
    let sentence = |e: &Event| e.error.as_ref().map(|e| squeezed(&e.message));
    let free = events.iter().filter(outside);
    let free = free.filter(|e| !taken.contains(&e.id));
    free.filter_map(|e| Some((sentence(e)?, e)))
        .filter(|(s, _)| !s.is_empty() && message.contains(s.as_str()))
        .max_by_key(|(s, e)| (s.len(), e.id))
        .map(|(_, e)| e)
}

/// Without white space: programs break lines where they like.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The errors in what a program says on standard error; warnings are none.
fn errors(said: &str) -> Vec<Said> {
    let mut out: Vec<Said> = Vec::new();
    let mut in_error = false;
    for line in said.lines() {
        let line = line.trim_start_matches(['╷', '│', '╵']).trim();
        if let Some(message) = line.strip_prefix("Error: ") {
            in_error = true;
            out.push(Said {
                address: None,
                message: message.to_owned(),
            });
            continue;
        }
        in_error &= !line.starts_with("Warning: ");
        let Some(error) = out.last_mut().filter(|_| in_error) else {
            continue;
        };
        let address = line.strip_prefix("with ").and_then(|l| l.strip_suffix(','));
        // Messages have lines like that, too; the place comes last.
        let plain = |a: &&str| {
            let a = without_keys(a);
            a.contains('.') && !a.contains(char::is_whitespace)
        };
        if let Some(address) = address.filter(plain) {
            error.address = Some(address.to_owned());
        } else if !line.is_empty() && !is_excerpt(line) {
            error.message.push(' ');
            error.message.push_str(line);
        }
    }
    out
}

/// Whether a line shows where something stands, and not what is wrong.
fn is_excerpt(line: &str) -> bool {
    let number = line.split_once(": ").map(|(front, _)| front);
    let numbered = number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    numbered || (line.starts_with("on ") && line.contains(" line "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_read_from_what_a_program_says() {
        let said = "\n╷\n│ Warning: Argument is deprecated\n│ \n│   with aws_s3_bucket.old,\n│   on a.tf line 1, in resource \"aws_s3_bucket\" \"old\":\n│    1: resource\n╵\n╷\n│ Error: creating CodePipeline Pipeline (orders): InvalidStructureException: CodePipeline is not\n│ authorized\n│ \n│   with module.p[\"a]b\"].aws_codepipeline.this[0],\n│   on p.tf line 7, in resource \"aws_codepipeline\" \"this\":\n│    7: resource \"aws_codepipeline\" \"this\" {\n│ \n╵\n╷\n│ Error: Second\n│ \n│ its detail\n╵\n";
        assert_eq!(
            errors(said),
            [
                Said {
                    address: Some("module.p[\"a]b\"].aws_codepipeline.this[0]".to_owned()),
                    message: "creating CodePipeline Pipeline (orders): InvalidStructureException: CodePipeline is not authorized".to_owned(),
                },
                Said {
                    address: None,
                    message: "Second its detail".to_owned(),
                },
            ]
        );
    }
}
