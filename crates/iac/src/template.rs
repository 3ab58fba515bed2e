//! Templates: texts with interpolations and directives.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::template::{Directive, Element, Strip, Template};
use serde_json::Value;

use crate::block::place_of;
use crate::convert::{to_bool, to_string};
use crate::eval::{evaluate, pairs};
use crate::scope::Scope;
use crate::{Problem, Source};

/// A template as a text: a heredoc.
pub(crate) fn text_of(
    template: &Template,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<String, Problem> {
    inner(template, (false, false), scope, source)
}

/// A template inside of another: `~` of the directives around it strips its two ends.
fn inner(
    template: &Template,
    ends: (bool, bool),
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<String, Problem> {
    let elements: Vec<&Element> = template.iter().collect();
    text(&elements, ends, scope, source)
}

/// Renders a quoted template. A single interpolation keeps the type of its value.
pub(crate) fn render(
    elements: &[&Element],
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<Value, Problem> {
    if let [Element::Interpolation(only)] = elements {
        return evaluate(&only.expr, scope, source);
    }
    text(elements, (false, false), scope, source).map(Value::String)
}

/// Templates in templates deeper than this go round in a circle.
const MAX_DEPTH: usize = 64;

/// `templatefile` and `templatestring`: a template in which only the given names mean anything.
pub(crate) fn function(name: &str, args: &[Value], scope: &Scope<'_>) -> Result<Value, String> {
    let [Value::String(first), Value::Object(names)] = args else {
        return Err(format!("{name}: it takes a text and a map"));
    };
    let inner = scope.only(names.clone());
    if inner.depth() > MAX_DEPTH {
        return Err(format!("{name}: the template contains itself"));
    }
    let (path, text) = match name {
        "templatefile" => {
            let text = scope
                .files()
                .text(first)
                .map_err(|e| format!("{name}: {e}"))?;
            (first.clone(), text)
        }
        _ => (format!("<{name}>"), first.clone()),
    };
    let template: Template = text
        .parse()
        .map_err(|e: hcl_edit::parser::Error| format!("{name}: {path}: {}", e.message()))?;
    let source = Arc::new(Source { path, text });
    let elements: Vec<&Element> = template.iter().collect();
    render(&elements, &inner, &source).map_err(|p| format!("{name}: {p}"))
}

fn starts(strip: Strip) -> bool {
    matches!(strip, Strip::Start | Strip::Both)
}

fn ends(strip: Strip) -> bool {
    matches!(strip, Strip::End | Strip::Both)
}

/// Whether an element strips the white space before and behind it.
fn strips(element: &Element) -> (bool, bool) {
    match element {
        Element::Literal(_) => (false, false),
        Element::Interpolation(i) => (starts(i.strip), ends(i.strip)),
        Element::Directive(directive) => match directive.as_ref() {
            Directive::If(d) => (starts(d.if_expr.strip), ends(d.endif_expr.strip)),
            Directive::For(d) => (starts(d.for_expr.strip), ends(d.endfor_expr.strip)),
        },
    }
}

fn text(
    elements: &[&Element],
    (first, last): (bool, bool),
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<String, Problem> {
    let mut out = String::new();
    for (index, element) in elements.iter().enumerate() {
        match element {
            Element::Literal(literal) => {
                let mut literal: &str = literal.value();
                let before = index.checked_sub(1).and_then(|i| elements.get(i));
                let behind = elements.get(index + 1);
                if before.map_or(first, |e| strips(e).1) {
                    literal = literal.trim_start();
                }
                if behind.map_or(last, |e| strips(e).0) {
                    literal = literal.trim_end();
                }
                out.push_str(literal);
            }
            Element::Interpolation(interpolation) => {
                let value = evaluate(&interpolation.expr, scope, source)?;
                let text = to_string(&value).ok_or_else(|| {
                    Problem::at(
                        &place_of(source, interpolation.expr.span()),
                        "this cannot be put into a text",
                    )
                })?;
                out.push_str(&text);
            }
            Element::Directive(directive) => {
                out.push_str(&directive_text(directive, scope, source)?)
            }
        }
    }
    Ok(out)
}

fn directive_text(
    directive: &Directive,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<String, Problem> {
    match directive {
        Directive::If(d) => {
            let condition = evaluate(&d.if_expr.cond_expr, scope, source)?;
            let end = starts(d.endif_expr.strip);
            match (to_bool(&condition), &d.else_expr) {
                (Some(true), other) => {
                    let end = other.as_ref().map_or(end, |e| starts(e.strip));
                    let around = (ends(d.if_expr.strip), end);
                    inner(&d.if_expr.template, around, scope, source)
                }
                (Some(false), Some(other)) => {
                    inner(&other.template, (ends(other.strip), end), scope, source)
                }
                (Some(false), None) => Ok(String::new()),
                (None, _) => Err(Problem::at(
                    &place_of(source, d.if_expr.cond_expr.span()),
                    "a condition must be true or false",
                )),
            }
        }
        Directive::For(d) => {
            let collection = evaluate(&d.for_expr.collection_expr, scope, source)?;
            let place = place_of(source, d.for_expr.collection_expr.span());
            let around = (ends(d.for_expr.strip), starts(d.endfor_expr.strip));
            let mut out = String::new();
            for (key, value) in pairs(&collection)
                .ok_or_else(|| Problem::at(&place, "`for` needs a list, set or map"))?
            {
                let mut names = scope.with(d.for_expr.value_var.as_str(), value);
                if let Some(name) = &d.for_expr.key_var {
                    names = names.with(name.as_str(), key);
                }
                out.push_str(&inner(&d.for_expr.template, around, &names, source)?);
            }
            Ok(out)
        }
    }
}
