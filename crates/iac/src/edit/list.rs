//! Lists of statements in HCL, and how something is added to them.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall};

use super::{ListEnd, Wrap};
use crate::Source;

/// A list of statements that is written here: whole, or as a part of one that is put together.
pub(super) fn list_of_statements(value: &Expression, source: &Arc<Source>) -> Option<ListEnd> {
    match value {
        Expression::FuncCall(call)
            if matches!(call.name.name.as_str(), "concat" | "flatten" | "compact") =>
        {
            let written = call.args.iter().find_map(|argument| match argument {
                Expression::Array(_) => list_of_statements(argument, source),
                _ => None,
            });
            let beside = another_argument(call, value, source);
            match written {
                Some(list) => Some(ListEnd {
                    beside: beside.map(Box::new),
                    ..list
                }),
                None => beside,
            }
        }
        Expression::Array(items) => {
            let elements: Option<Vec<_>> = items.iter().map(|e| e.span()).collect();
            let end = list_end(source, value.span()?, elements?)?;
            Some(ListEnd {
                array: value.span(),
                ..end
            })
        }
        Expression::Object(_) => Some(single(source, value.span()?)),
        _ => None,
    }
}

/// Behind the last argument of a `concat`, each of which is a list.
fn another_argument(call: &FuncCall, value: &Expression, source: &Arc<Source>) -> Option<ListEnd> {
    if call.name.name.as_str() != "concat" || call.args.expand_final() {
        return None;
    }
    let whole = value.span()?;
    let open = source.text.get(whole.clone())?.find('(')?;
    let arguments: Option<Vec<_>> = call.args.iter().map(|e| e.span()).collect();
    let arguments = arguments.filter(|all| !all.is_empty())?;
    let end = list_end(source, whole.start + open..whole.end, arguments)?;
    Some(ListEnd {
        first: format!("{}[", end.first),
        next: format!("{}[", end.next),
        after: if end.after.is_empty() { "]" } else { "]," },
        argument: true,
        ..end
    })
}

/// A single statement, which becomes a list.
pub(super) fn single(source: &Arc<Source>, range: Range<usize>) -> ListEnd {
    let wrap = Wrap {
        at: range.start,
        open: "[".to_owned(),
        close: "]",
    };
    wrapped(source, range, wrap)
}

pub(super) fn wrapped(source: &Arc<Source>, range: Range<usize>, wrap: Wrap) -> ListEnd {
    ListEnd {
        source: Arc::clone(source),
        at: range.end,
        first: ", ".to_owned(),
        next: ", ".to_owned(),
        after: "",
        wrap: Some(wrap),
        array: None,
        argument: false,
        beside: None,
        elements: vec![range],
    }
}

/// Where a comment ends that stands on the line on which `text` begins, and that ends there.
fn said_behind(text: &str) -> Option<usize> {
    let line = text.split('\n').next()?;
    let comment = line.trim_start();
    let ends = match comment.get(..2) {
        Some("//") => true,
        Some("/*") => comment.trim_end().ends_with("*/"),
        _ => comment.starts_with('#'),
    };
    ends.then(|| line.trim_end().len())
}

/// The byte behind the line on which the byte `at` stands.
fn line_of(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.find('\n').unwrap_or(rest.len())
}

/// How to add to a list that stands in `range` and has these elements. In a list of several lines every
/// new element gets a line, and a comma behind it if the last has one.
pub(super) fn list_end(
    source: &Arc<Source>,
    range: Range<usize>,
    elements: Vec<Range<usize>>,
) -> Option<ListEnd> {
    let text = &source.text;
    let last = elements.last().map(|e| e.end);
    let close = range.end.checked_sub(1)?;
    let end = |at: usize, first: String, next: String, after: &'static str| ListEnd {
        source: Arc::clone(source),
        at,
        first,
        next,
        after,
        elements: elements.clone(),
        wrap: None,
        array: None,
        argument: false,
        beside: None,
    };
    let Some(last) = last else {
        let inside = text.get(range.start + 1..close)?;
        // Nothing but a line break: the first one gets a line.
        if inside.trim().is_empty()
            && let Some((_, indent)) = inside.rsplit_once('\n')
        {
            let break_ = format!("\n{indent}  ");
            let next = format!(",{break_}");
            return Some(end(range.start + 1, break_, next, ""));
        }
        return Some(end(range.start + 1, String::new(), ", ".to_owned(), ""));
    };
    let behind = text.get(last..close)?;
    let trimmed = behind.trim_start();
    let comma = trimmed.starts_with(',');
    if !comma && trimmed.contains(',') {
        // A comment between the element and its comma.
        return None;
    }
    let at = if comma {
        last + (behind.len() - trimmed.len()) + 1
    } else {
        last
    };
    let line = text.get(..close)?.rfind('\n').map_or(0, |i| i + 1);
    let own_line = text.get(line..close)?.trim().is_empty() && line > range.start;
    if !own_line {
        let (first, next) = if comma { (" ", " ") } else { (", ", ", ") };
        let after = if comma { "," } else { "" };
        return Some(end(at, first.to_owned(), next.to_owned(), after));
    }
    // As the last one stands, where it begins its line.
    let begins = elements.last().map_or(0, |e| e.start);
    let before = text.get(..begins)?;
    let own = before.rsplit_once('\n').map_or(before, |(_, own)| own);
    let indent = match own.trim().is_empty() && begins > line_of(text, range.start) {
        true => own.to_owned(),
        false => format!("{}  ", text.get(line..close)?),
    };
    let break_ = format!("\n{indent}");
    // What is said of the last one, on its line, stays with it.
    if let Some(said) = said_behind(text.get(at..close)?) {
        let behind = at + said;
        return Some(if comma {
            end(behind, break_.clone(), break_, ",")
        } else {
            let comma = Wrap {
                at,
                open: ",".to_owned(),
                close: "",
            };
            ListEnd {
                wrap: Some(comma),
                ..end(behind, break_.clone(), format!(",{break_}"), "")
            }
        });
    }
    Some(if comma {
        end(at, break_.clone(), break_, ",")
    } else {
        end(at, format!(",{break_}"), format!(",{break_}"), "")
    })
}
