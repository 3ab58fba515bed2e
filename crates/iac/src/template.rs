//! Templates: texts with interpolations and directives.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::block::place_of;
use crate::convert::{to_bool, to_string};
use crate::eval::evaluate;
use crate::scope::Scope;
use crate::value::Value;
use crate::{Problem, Reason, Source};
use hcl_edit::expr::Expression;
use hcl_edit::template::{Directive, Element, StringTemplate, Strip, Template};
use hcl_edit::{Span as _, Spanned};

/// The texts of a template's literals, by the address of the literal: without what `~` strips, and without the
/// indentation of a heredoc that begins with `<<-`.
type Literals = BTreeMap<usize, String>;

/// A heredoc, from its text in the file: `<<-EOT`, its lines, and the end.
pub(crate) fn heredoc(
    written: &str,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<String, Reason> {
    let (head, rest) = written
        .split_once('\n')
        .ok_or("the heredoc does not begin")?;
    let flush = head.starts_with("<<-");
    let mark = head.trim_start_matches(['<', '-']).trim();
    // The end stands on a line of its own.
    let ends = |line: &str| line.trim() == mark;
    let last = rest.trim_end().rfind('\n').map_or(0, |i| i + 1);
    let body = match rest.get(last..) {
        Some(line) if ends(line) => rest.get(..last).unwrap_or(rest),
        _ => rest,
    };
    let template: Template = body
        .parse()
        .map_err(|e: hcl_edit::parser::Error| e.message().to_string())?;
    let elements: Vec<&Element> = template.iter().collect();
    let literals = literals(&elements, Kind::Lines, flush);
    // What stands in it says where it stands in these lines, not in the file.
    let source = Arc::new(Source::new(source.path.clone(), body.to_owned()));
    text(&elements, &literals, scope, &source).map_err(Problem::into_reason)
}

/// The expression of a template that is one interpolation, and stands for its value.
pub(crate) fn alone(template: &StringTemplate) -> Option<&Expression> {
    let mut elements = template.iter();
    match (elements.next(), elements.next()) {
        (Some(Element::Interpolation(one)), None) => Some(&one.expr),
        _ => None,
    }
}

/// Renders a quoted template. A single interpolation keeps the type of its value.
pub(crate) fn render(
    elements: &[&Element],
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<Value, Problem> {
    rendered(elements, Kind::Quoted, scope, source)
}

fn rendered(
    elements: &[&Element],
    kind: Kind,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<Value, Problem> {
    if let [Element::Interpolation(only)] = elements {
        return evaluate(&only.expr, scope, source);
    }
    let literals = literals(elements, kind, false);
    text(elements, &literals, scope, source).map(Value::from)
}

/// How HCL's scanner divides the texts of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// In quotes: as they are.
    Quoted,
    /// In heredocs and files: by line.
    Lines,
}

/// The escapes of a quoted text. The parser leaves those inside of directives as they are.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let code = |chars: &mut std::str::Chars<'_>, count: usize| {
            let digits: String = chars.by_ref().take(count).collect();
            u32::from_str_radix(&digits, 16)
                .ok()
                .and_then(char::from_u32)
        };
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => out.extend(code(&mut chars, 4)),
            Some('U') => out.extend(code(&mut chars, 8)),
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}

/// A part of a template as HCL's scanner has it: a text, or a sequence that may strip the texts next to it.
enum Token {
    Text { of: usize, text: String },
    Sequence { before: bool, behind: bool },
}

fn address(literal: &Spanned<String>) -> usize {
    std::ptr::from_ref(literal) as usize
}

fn sequence(strip: Strip, tokens: &mut Vec<Token>) {
    tokens.push(Token::Sequence {
        before: matches!(strip, Strip::Start | Strip::Both),
        behind: matches!(strip, Strip::End | Strip::Both),
    });
}

/// The tokens in the order of the text. `inner` is what stands in a directive.
fn tokens(elements: &[&Element], kind: Kind, inner: bool, out: &mut Vec<Token>) {
    for element in elements {
        match element {
            Element::Literal(literal) => {
                let of = address(literal);
                let text: &str = literal.value();
                match kind {
                    Kind::Lines => out.extend(text.split_inclusive('\n').map(|line| Token::Text {
                        of,
                        text: line.to_owned(),
                    })),
                    Kind::Quoted => out.push(Token::Text {
                        of,
                        text: if inner {
                            unescaped(text)
                        } else {
                            text.to_owned()
                        },
                    }),
                }
            }
            Element::Interpolation(interpolation) => sequence(interpolation.strip, out),
            Element::Directive(directive) => match directive.as_ref() {
                Directive::If(d) => {
                    sequence(d.if_expr.strip, out);
                    tokens(
                        &d.if_expr.template.iter().collect::<Vec<_>>(),
                        kind,
                        true,
                        out,
                    );
                    if let Some(other) = &d.else_expr {
                        sequence(other.strip, out);
                        tokens(&other.template.iter().collect::<Vec<_>>(), kind, true, out);
                    }
                    sequence(d.endif_expr.strip, out);
                }
                Directive::For(d) => {
                    sequence(d.for_expr.strip, out);
                    tokens(
                        &d.for_expr.template.iter().collect::<Vec<_>>(),
                        kind,
                        true,
                        out,
                    );
                    sequence(d.endfor_expr.strip, out);
                }
            },
        }
    }
}

/// As HCL does it: `~` strips the one token next to it; then the indentation that all lines have is taken away, where a
/// line whose beginning was stripped, or is a sequence, counts as it stands then.
fn literals(elements: &[&Element], kind: Kind, flush: bool) -> Literals {
    let mut all = Vec::new();
    tokens(elements, kind, false, &mut all);
    for index in 0..all.len() {
        let Some(Token::Sequence { before, behind }) = all.get(index) else {
            continue;
        };
        let (before, behind) = (*before, *behind);
        let previous = index.checked_sub(1).filter(|_| before);
        if let Some(Token::Text { text, .. }) = previous.and_then(|i| all.get_mut(i)) {
            text.truncate(text.trim_end().len());
        }
        if let Some(Token::Text { text, .. }) = all.get_mut(index + 1).filter(|_| behind) {
            *text = text.trim_start().to_owned();
        }
    }
    if flush {
        flatten(&mut all);
    }
    let mut out = Literals::new();
    for token in all {
        if let Token::Text { of, text } = token {
            out.entry(of).or_default().push_str(&text);
        }
    }
    out
}

/// Takes away the indentation that all lines have.
fn flatten(all: &mut [Token]) {
    let mut begins = true;
    let mut least: Option<usize> = None;
    let mut lines = Vec::new();
    for (index, token) in all.iter().enumerate() {
        if begins {
            begins = false;
            match token {
                Token::Text { text, .. } => {
                    let blank = text.trim_start().is_empty() && text.ends_with('\n');
                    if !blank {
                        let indent = text.chars().take_while(|c| c.is_whitespace()).count();
                        least = Some(least.map_or(indent, |l| l.min(indent)));
                        lines.push(index);
                    }
                }
                Token::Sequence { .. } => least = Some(0),
            }
        }
        if let Token::Text { text, .. } = token {
            begins |= text.ends_with('\n');
        }
    }
    for index in lines {
        if let Some(Token::Text { text, .. }) = all.get_mut(index) {
            *text = text.chars().skip(least.unwrap_or(0)).collect();
        }
    }
}

/// Templates in templates deeper than this go round in a circle.
const MAX_DEPTH: usize = 64;

/// `templatefile` and `templatestring`: a template in which only the given names mean anything.
pub(crate) fn function(name: &str, args: &[Value], scope: &Scope<'_>) -> Result<Value, Reason> {
    let takes = || format!("{name}: it takes a text and a map");
    let [first, names] = args else {
        return Err(takes().into());
    };
    let first = to_string(first).ok_or_else(takes)?;
    let inner = scope.only(names.as_members().ok_or_else(takes)?.clone());
    if inner.depth() > MAX_DEPTH {
        return Err(format!("{name}: the template contains itself").into());
    }
    let (path, text) = match name {
        "templatefile" => {
            let text = scope
                .files()
                .text(&first)
                .map_err(|e| format!("{name}: {e}"))?;
            // The mark of the order of bytes is no part of a template.
            let text = text
                .strip_prefix('\u{feff}')
                .map_or(text.clone(), str::to_owned);
            (first, text)
        }
        _ => (format!("<{name}>"), first),
    };
    let template: Template = text
        .parse()
        .map_err(|e: hcl_edit::parser::Error| format!("{name}: {path}: {}", e.message()))?;
    let source = Arc::new(Source::new(path, text));
    let elements: Vec<&Element> = template.iter().collect();
    let value = rendered(&elements, Kind::Lines, &inner, &source).map_err(|problem| {
        let message = format!("{name}: {problem}");
        Reason::of(problem.kind, message)
    })?;
    if name == "templatefile" {
        return Ok(value);
    }
    // This one gives a text, though the template be one expression.
    let text = to_string(&value);
    let text = text.ok_or_else(|| format!("{name}: what the template gives is no text"))?;
    Ok(Value::from(text.as_str()))
}

fn text(
    elements: &[&Element],
    literals: &Literals,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<String, Problem> {
    let mut out = String::new();
    for element in elements {
        match element {
            Element::Literal(literal) => {
                let text = literals.get(&address(literal));
                out.push_str(text.map(String::as_str).unwrap_or_default());
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
                out.push_str(&directive_text(directive, literals, scope, source)?);
            }
        }
    }
    Ok(out)
}

fn directive_text(
    directive: &Directive,
    literals: &Literals,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<String, Problem> {
    let inner = |template: &Template, scope: &Scope<'_>| {
        let elements: Vec<&Element> = template.iter().collect();
        text(&elements, literals, scope, source)
    };
    match directive {
        Directive::If(d) => {
            let condition = evaluate(&d.if_expr.cond_expr, scope, source)?;
            match (to_bool(&condition), &d.else_expr) {
                (Some(true), _) => inner(&d.if_expr.template, scope),
                (Some(false), Some(other)) => inner(&other.template, scope),
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
            let mut out = String::new();
            for (key, value) in collection
                .pairs()
                .ok_or_else(|| Problem::at(&place, "`for` needs a list, set or map"))?
            {
                let mut names = scope.with(d.for_expr.value_var.as_str(), value);
                if let Some(name) = &d.for_expr.key_var {
                    names = names.with(name.as_str(), key);
                }
                out.push_str(&inner(&d.for_expr.template, &names)?);
            }
            Ok(out)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::eval::evaluate;
    use crate::{Configuration, Reading, State};

    /// The heredocs of `heredocs.json`, with the texts that Terraform 1.11.4 makes of them.
    #[test]
    fn heredocs_as_terraform_reads_them() {
        let recorded: Vec<Value> = serde_json::from_str(include_str!("heredocs.json")).unwrap();
        let locals = recorded.iter().enumerate();
        let locals =
            locals.map(|(i, row)| format!("  h{i} = {}\n", row["heredoc"].as_str().unwrap()));
        let folder = tempfile::tempdir().unwrap();
        let text = format!("locals {{\n{}}}\n", locals.collect::<String>());
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        let reading = Reading::of(folder.path());
        let config = Configuration::read(&reading).unwrap();
        let state = State::new(&config);
        let scope = state.scope(state.instances(0).unwrap()[0]);
        let mut wrong = Vec::new();
        for (i, row) in recorded.iter().enumerate() {
            let Some((source, expression)) = config.modules[0].locals.get(&format!("h{i}")) else {
                wrong.push(format!("{} swallows what follows", row["heredoc"]));
                continue;
            };
            let got = evaluate(expression, &scope, source).map_err(|p| p.message);
            let got = got.map(|value| value.to_json());
            if got.as_ref() != Ok(&row["value"]) {
                wrong.push(format!("{}: {got:?}, not {}", row["heredoc"], row["value"]));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
