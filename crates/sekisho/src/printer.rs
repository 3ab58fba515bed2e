//! Where text goes: results to standard output, progress and messages to standard error.

use std::io::Write as _;

/// Prints results and messages.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Printer {
    /// Messages and progress are left out.
    pub(crate) quiet: bool,
}

impl Printer {
    /// A result. A reader that has gone away (a closed pipe) wants no more.
    pub(crate) fn result(self, text: &str) {
        let _ = writeln!(anstream::stdout(), "{text}");
    }

    /// A message or a step of progress: one line, never redrawn.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }

    /// An error; printed also when quiet.
    pub(crate) fn error(self, text: &str) {
        let _ = writeln!(
            anstream::stderr(),
            "{}error{}: {text}",
            style::RED,
            style::OFF
        );
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
