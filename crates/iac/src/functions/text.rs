//! Functions on texts.

use regex_lite::{Captures, Regex};
use serde_json::{Map, Value, json};

use unicode_segmentation::UnicodeSegmentation as _;

use super::{Args, format_text};
use crate::convert::to_string;

pub(super) fn call(name: &str, f: &Args<'_>) -> Option<Result<Value, String>> {
    Some(match name {
        "formatlist" => formatlist(f),
        "indent" => indent(f),
        "regex" => regex(f),
        "regexall" => regexall(f),
        "strcontains" => strcontains(f),
        "strrev" => f
            .text(0)
            .map(|t| json!(t.graphemes(true).rev().collect::<String>())),
        "title" => f.text(0).map(|t| json!(title(&t))),
        _ => return None,
    })
}

/// A text with each letter changed, where the change is one letter: as Go does it.
pub(super) fn mapped(text: &str, change: impl Fn(char) -> Vec<char>) -> String {
    let one = |c: char| match change(c).as_slice() {
        [one] => *one,
        _ => c,
    };
    text.chars().map(one).collect()
}

fn strcontains(f: &Args<'_>) -> Result<Value, String> {
    Ok(json!(f.text(0)?.contains(&*f.text(1)?)))
}

/// Every letter behind something that is no letter, digit or underscore becomes upper case.
fn title(text: &str) -> String {
    let mut out = String::new();
    let mut begins = true;
    for c in text.chars() {
        if begins {
            out.extend(c.to_uppercase());
        } else {
            out.push(c);
        }
        begins = !(c.is_alphanumeric() || c == '_');
    }
    out
}

fn indent(f: &Args<'_>) -> Result<Value, String> {
    const MOST: usize = 10_000;
    let spaces = usize::try_from(f.int(0)?).map_err(|_| "indent: the width is negative")?;
    if spaces > MOST {
        return Err(format!("indent: more than {MOST} spaces"));
    }
    let text = f.text(1)?;
    Ok(json!(
        text.replace('\n', &format!("\n{}", " ".repeat(spaces)))
    ))
}

fn formatlist(f: &Args<'_>) -> Result<Value, String> {
    let pattern = f.text(0)?;
    let rest = f.args.get(1..).unwrap_or_default();
    let lengths: Vec<usize> = rest
        .iter()
        .filter_map(Value::as_array)
        .map(Vec::len)
        .collect();
    let count = lengths.first().copied().unwrap_or(1);
    if lengths.iter().any(|l| *l != count) {
        return Err("formatlist: the lists differ in length".to_owned());
    }
    (0..count)
        .map(|index| {
            let args: Vec<Value> = rest
                .iter()
                .map(|a| match a.as_array() {
                    Some(list) => list.get(index).cloned().unwrap_or_default(),
                    None => a.clone(),
                })
                .collect();
            format_text(&pattern, &args).map(Value::String)
        })
        .collect()
}

fn compiled(pattern: &str) -> Result<Regex, String> {
    Regex::new(pattern)
        .map_err(|e| format!("the regular expression {pattern} is not understood: {e}"))
}

/// What a match gives: its text, a list of groups, or an object of named ones.
fn found(regex: &Regex, captures: &Captures<'_>) -> Value {
    let group = |m: Option<regex_lite::Match<'_>>| m.map_or(Value::Null, |m| json!(m.as_str()));
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.is_empty() {
        return group(captures.get(0));
    }
    if names.iter().all(Option::is_some) {
        let named = names.iter().flatten();
        let map: Map<String, Value> = named
            .map(|n| ((*n).to_owned(), group(captures.name(n))))
            .collect();
        return Value::Object(map);
    }
    (1..captures.len())
        .map(|i| group(captures.get(i)))
        .collect()
}

fn regex(f: &Args<'_>) -> Result<Value, String> {
    let (pattern, text) = (f.text(0)?, f.text(1)?);
    let regex = compiled(&pattern)?;
    regex
        .captures(&text)
        .map(|captures| found(&regex, &captures))
        .ok_or_else(|| format!("regex: {pattern} does not match \"{text}\""))
}

fn regexall(f: &Args<'_>) -> Result<Value, String> {
    let (pattern, text) = (f.text(0)?, f.text(1)?);
    let regex = compiled(&pattern)?;
    Ok(regex
        .captures_iter(&text)
        .map(|c| found(&regex, &c))
        .collect())
}

/// `replace(text, "/pattern/", "$1")`.
pub(super) fn replace(text: &str, pattern: &str, with: &str) -> Result<String, String> {
    Ok(compiled(pattern)?.replace_all(text, with).into_owned())
}

/// The elements of a list as texts.
pub(super) fn texts(f: &Args<'_>, at: usize) -> Result<Vec<String>, String> {
    let text =
        |v: &Value| to_string(v).ok_or_else(|| format!("{}: an element is not a text", f.name));
    f.list(at)?.iter().map(text).collect()
}
