//! The user's own text around a denial, with the statement that denies, or the policy that lacks one, underlined.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::Denial;

/// What is said under the underlined text.
fn label(denial: &Denial) -> String {
    let cause = &denial.cause;
    match cause.denied_by {
        Some(_) => format!("denies {}", cause.action),
        None => format!("the {} does not allow {}", cause.side, cause.action),
    }
}

fn rendered(denial: &Denial, renderer: &Renderer) -> Option<String> {
    let spot = denial.spot.as_ref()?;
    let label = label(denial);
    let annotation = AnnotationKind::Primary
        .span(spot.range.clone())
        .label(&label);
    let snippet = Snippet::source(spot.source.text.as_str())
        .path(spot.source.path.as_str())
        .annotation(annotation);
    let group: Group<'_> = Group::with_level(Level::ERROR).element(snippet);
    Some(renderer.render(&[group]))
}

/// For a terminal; none where it is not known where the policy stands.
pub(super) fn styled(denial: &Denial) -> Option<String> {
    rendered(denial, &crate::terminal::renderer())
}

/// Without colours.
pub(super) fn lines(denial: &Denial) -> Option<String> {
    rendered(denial, &Renderer::plain())
}
