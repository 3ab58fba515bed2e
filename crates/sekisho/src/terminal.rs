//! How wide the terminal is: for excerpts, where a line that is wrapped parts what is underlined from its line, and for
//! sentences, which a terminal breaks within words.

use std::borrow::Cow;

use annotate_snippets::Renderer;

/// Narrower than this nothing can be read; then lines are wrapped.
const MIN_WIDTH: u16 = 40;

/// A renderer of excerpts with colours, as wide as the terminal behind standard output, or 140 columns where there is none.
pub(crate) fn renderer() -> Renderer {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    of_width(size.map(|(width, _)| width.0))
}

/// A text for the terminal behind standard output: its sentences on lines that fit. Elsewhere it stays as it is, and so does what
/// people copy: diffs and statements.
pub(crate) fn fitted(text: &str) -> Cow<'_, str> {
    fitting(text, terminal_size::terminal_size_of(std::io::stdout()))
}

/// The same for standard error.
pub(crate) fn fitted_message(text: &str) -> Cow<'_, str> {
    fitting(text, terminal_size::terminal_size_of(std::io::stderr()))
}

fn fitting(
    text: &str,
    size: Option<(terminal_size::Width, terminal_size::Height)>,
) -> Cow<'_, str> {
    match size {
        Some((width, _)) => wrapped(text, usize::from(width.0.max(MIN_WIDTH))),
        None => Cow::Borrowed(text),
    }
}

/// How wide a text is that may have colours.
fn shown(text: &str) -> usize {
    anstream::adapter::strip_str(text)
        .map(|part| part.chars().count())
        .sum()
}

fn wrapped(text: &str, width: usize) -> Cow<'_, str> {
    let copied = |text: &str| text.contains("--- a/") || text.contains("+++ b/");
    if copied(text) || text.lines().all(|line| shown(line) <= width) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 64);
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        // Statements and excerpts keep their lines.
        let kept = line.contains("{\"")
            || line.trim_start().starts_with(['"', '|'])
            || line.contains(" | ");
        if shown(line) <= width || kept {
            out.push_str(line);
            continue;
        }
        let blanks = line.len() - line.trim_start_matches(' ').len();
        let hang = " ".repeat((blanks + 2).min(width / 2));
        let mut at = 0;
        for (number, word) in line.split(' ').enumerate() {
            let wide = shown(word);
            // A word that fits nowhere stands alone.
            if number > 0 && at + 1 + wide > width && at > blanks {
                out.push('\n');
                out.push_str(&hang);
                at = hang.len();
            } else if number > 0 {
                out.push(' ');
                at += 1;
            }
            out.push_str(word);
            at += wide;
        }
    }
    Cow::Owned(out)
}

fn of_width(width: Option<u16>) -> Renderer {
    match width {
        Some(width) => Renderer::styled().term_width(usize::from(width.max(MIN_WIDTH))),
        None => Renderer::styled(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use annotate_snippets::{AnnotationKind, Group, Level, Snippet};

    fn widest(width: Option<u16>, text: &str) -> usize {
        let at = text.find("CULPRIT").unwrap_or_default();
        let annotation = AnnotationKind::Primary.span(at..at + 7);
        let source = Snippet::source(text).annotation(annotation);
        let group: Group<'_> = Group::with_level(Level::ERROR).element(source);
        let shown = of_width(width).render(&[group]);
        let plain = anstream::adapter::strip_str(&shown).to_string();
        assert!(plain.contains("CULPRIT"), "{plain}");
        let widths = plain.lines().map(|line| line.chars().count());
        widths.max().unwrap_or_default()
    }

    #[test]
    fn sentences_fit_the_terminal() {
        let line = "  \u{1b}[36mhint\u{1b}[0m: the role that this is about is not there, and nothing makes it";
        let fitted = wrapped(line, 40);
        let lines: Vec<usize> = fitted.lines().map(shown).collect();
        assert!(
            lines.len() == 2 && lines.iter().all(|l| *l <= 40),
            "{fitted}"
        );
        assert!(fitted.lines().nth(1).unwrap().starts_with("    "));
        assert_eq!(
            fitted.split_whitespace().collect::<Vec<_>>(),
            line.split_whitespace().collect::<Vec<_>>()
        );
        // What is copied stays in one piece.
        for text in [
            "    + {\"Effect\":\"Allow\",\"Action\":\"s3:PutObject\", \"Resource\": \"arn:aws:s3:::b/*\"}",
            "--- a/main.tf\n+++ b/main.tf\n+  resources = [\"a\", \"b\", \"c\", \"d\", \"e\", \"f\"]",
        ] {
            assert_eq!(wrapped(text, 40), text);
        }
        let word = "arn:aws:iam::111111111111:role/with/a/name/that/is/long";
        assert_eq!(
            wrapped(&format!("  {word} and"), 40),
            format!("  {word}\n    and")
        );
    }

    #[test]
    fn an_excerpt_fits_the_terminal() {
        let text = format!("{}CULPRIT{}", "before ".repeat(30), " after".repeat(30));
        assert!(widest(Some(80), &text) <= 80);
        assert!(widest(Some(200), &text) > 140);
        assert!(widest(Some(200), &text) <= 200);
        assert_eq!(widest(Some(0), &text), widest(Some(MIN_WIDTH), &text));
        assert_eq!(widest(None, &text), widest(Some(140), &text));
    }
}
