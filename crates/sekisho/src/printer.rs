//! Where text goes: results to standard output, progress and messages to standard error.

use std::borrow::Cow;
use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::terminal;

/// Whether a result could not be written, and somebody reads on.
static LOST: AtomicBool = AtomicBool::new(false);

fn said(written: std::io::Result<()>) {
    if written.is_err_and(|e| e.kind() != ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Whether a result was lost on its way out (a full disk): then nothing has passed.
pub(crate) fn lost() -> bool {
    said(std::io::stdout().flush());
    LOST.load(Ordering::Relaxed)
}

/// Prints results and messages.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Printer {
    /// Messages and progress are left out.
    pub(crate) quiet: bool,
}

impl Printer {
    /// A result. A reader that has gone away (a closed pipe) wants no more.
    pub(crate) fn result(self, text: &str) {
        said(writeln!(anstream::stdout(), "{}", harmless(text)));
    }

    /// A result for a person, whose sentences are broken where the terminal ends.
    pub(crate) fn prose(self, text: &str) {
        let text = harmless(text);
        said(writeln!(anstream::stdout(), "{}", terminal::fitted(&text)));
    }

    /// A result that programs take as it is, such as a patch: byte for byte, where it goes to no terminal.
    pub(crate) fn verbatim(self, text: &str) {
        let mut out = std::io::stdout();
        if out.is_terminal() {
            self.result(text);
        } else {
            said(writeln!(out, "{text}"));
        }
    }

    /// A step of progress: for who watches. A pipe gets none.
    pub(crate) fn progress(self, text: &str) {
        if std::io::stderr().is_terminal() {
            self.note(text);
        }
    }

    /// A message: one line, never redrawn.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            let text = harmless(text);
            let _ = writeln!(anstream::stderr(), "{}", terminal::fitted_message(&text));
        }
    }

    /// An error; printed also when quiet.
    pub(crate) fn error(self, text: &str) {
        let text = format!("{}error{}: {}", style::RED, style::OFF, harmless(text));
        let _ = writeln!(anstream::stderr(), "{}", terminal::fitted_message(&text));
    }
}

/// The text without what would command a terminal: a policy may hold any character. Our own colours stay.
fn harmless(text: &str) -> Cow<'_, str> {
    let commands = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(commands) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(commands) {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        let colour = behind
            .strip_prefix("\u{1b}[")
            .and_then(|b| b.split_once('m'))
            .filter(|(digits, _)| digits.bytes().all(|b| b.is_ascii_digit() || b == b';'));
        if let Some(after) = behind.strip_prefix("\r\n") {
            // The end of a line; alone it would let what follows overwrite what stands there.
            out.push_str("\r\n");
            rest = after;
        } else if let Some((digits, after)) = colour {
            out.push_str("\u{1b}[");
            out.push_str(digits);
            out.push('m');
            rest = after;
        } else {
            let mut chars = behind.chars();
            for c in chars.by_ref().take(1) {
                // As JSON writes it: the text may be JSON.
                let _ =
                    std::fmt::Write::write_fmt(&mut out, format_args!("\\u{:04x}", u32::from(c)));
            }
            rest = chars.as_str();
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_commanded() {
        let check = |text: &str, expected: &str| assert_eq!(harmless(text), expected);
        check("plain\ttext\n", "plain\ttext\n");
        check("\u{1b}[1;31merror\u{1b}[0m", "\u{1b}[1;31merror\u{1b}[0m");
        check("a\u{1b}]0;title\u{7}b", "a\\u001b]0;title\\u0007b");
        check("\u{1b}[2J", "\\u001b[2J");
        check("allowed\rdenied\r\n", "allowed\\u000ddenied\r\n");
        let json = serde_json::to_string("\u{7f}\u{9b}").unwrap();
        let read: String = serde_json::from_str(&harmless(&json)).unwrap();
        assert_eq!(read, "\u{7f}\u{9b}", "what is escaped stays JSON");
    }
}

/// Colours; anstream takes them out where they are not wanted.
pub(crate) mod style {
    pub(crate) const RED: &str = "\u{1b}[1;31m";
    pub(crate) const GREEN: &str = "\u{1b}[32m";
    pub(crate) const YELLOW: &str = "\u{1b}[33m";
    pub(crate) const CYAN: &str = "\u{1b}[36m";
    pub(crate) const DIM: &str = "\u{1b}[2m";
    pub(crate) const BOLD: &str = "\u{1b}[1m";
    pub(crate) const OFF: &str = "\u{1b}[0m";
}
