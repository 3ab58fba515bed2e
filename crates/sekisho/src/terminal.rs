//! How wide the terminal is, for excerpts: a line that is wrapped parts what is underlined from its line.

use annotate_snippets::Renderer;

/// Narrower than this nothing can be read; then lines are wrapped.
const MIN_WIDTH: u16 = 40;

/// A renderer of excerpts with colours, as wide as the terminal behind standard output, or 140 columns where there is none.
pub(crate) fn renderer() -> Renderer {
    let size = terminal_size::terminal_size_of(std::io::stdout());
    of_width(size.map(|(width, _)| width.0))
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
    fn an_excerpt_fits_the_terminal() {
        let text = format!("{}CULPRIT{}", "before ".repeat(30), " after".repeat(30));
        assert!(widest(Some(80), &text) <= 80);
        assert!(widest(Some(200), &text) > 140);
        assert!(widest(Some(200), &text) <= 200);
        assert_eq!(widest(Some(0), &text), widest(Some(MIN_WIDTH), &text));
        assert_eq!(widest(None, &text), widest(Some(140), &text));
    }
}
