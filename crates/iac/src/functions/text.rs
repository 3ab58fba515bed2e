//! Functions on texts.

use std::collections::BTreeMap;

use regex::{Captures, Regex};
use unicode_segmentation::UnicodeSegmentation as _;

use super::Args;
use super::format::format_text;
use super::re2;
use crate::value::{Type, Value};

pub(super) fn call(name: &str, f: &Args<'_>) -> Option<Result<Value, String>> {
    let changed = |change: &dyn Fn(&str) -> String| f.text(0).map(|t| change(&t).into());
    let pair = |change: &dyn Fn(&str, &str) -> Value| Ok(change(&f.text(0)?, &f.text(1)?));
    Some(match name {
        "chomp" => changed(&|t| t.trim_end_matches(['\n', '\r']).to_owned()),
        "endswith" => pair(&|t, end| t.ends_with(end).into()),
        "format" => f.text(0).and_then(|pattern| {
            let rest = f.args.get(1..).unwrap_or_default();
            format_text(&pattern, rest).map(Value::from)
        }),
        "formatlist" => formatlist(f),
        "indent" => indent(f),
        "join" => join(f),
        "lower" => changed(&|t| mapped(t, |c: char| c.to_lowercase().collect())),
        "regex" => regex(f),
        "regexall" => regexall(f),
        "replace" => replace(f),
        "split" => pair(&|separator, text| match separator {
            "" => Value::texts(text.chars().map(String::from)),
            _ => Value::texts(text.split(separator)),
        }),
        "startswith" => pair(&|t, start| t.starts_with(start).into()),
        "strcontains" => pair(&|t, part| t.contains(part).into()),
        "strrev" => changed(&|t| t.graphemes(true).rev().collect()),
        "substr" => substr(f),
        "title" => changed(&title),
        "trim" => pair(&|t, set| {
            let set: Vec<char> = set.chars().collect();
            t.trim_matches(&*set).into()
        }),
        "trimprefix" => pair(&|t, prefix| t.strip_prefix(prefix).unwrap_or(t).into()),
        "trimspace" => changed(&|t| t.trim().to_owned()),
        "trimsuffix" => pair(&|t, suffix| t.strip_suffix(suffix).unwrap_or(t).into()),
        "upper" => changed(&|t| mapped(t, |c: char| c.to_uppercase().collect())),
        _ => return None,
    })
}

fn join(f: &Args<'_>) -> Result<Value, String> {
    let separator = f.text(0)?;
    if f.args.len() < 2 {
        return Err("join: at least one list is needed".to_owned());
    }
    let mut all = Vec::new();
    for at in 1..f.args.len() {
        all.extend(f.texts(at)?);
    }
    Ok(all.join(&separator).into())
}

fn substr(f: &Args<'_>) -> Result<Value, String> {
    let text = f.text(0)?;
    let text: Vec<&str> = text.graphemes(true).collect();
    let from = f.int(1)?;
    let back = usize::try_from(from.unsigned_abs()).unwrap_or(usize::MAX);
    let start = if from < 0 {
        text.len().saturating_sub(back)
    } else {
        back.min(text.len())
    };
    // As Terraform has it, none of something from its end is all of it.
    let length = match (from, f.int(2)?) {
        (..0, 0) => text.len(),
        (_, length) => usize::try_from(length).unwrap_or(text.len()),
    };
    let part = text.iter().skip(start).take(length).copied();
    Ok(part.collect::<String>().into())
}

/// `replace(text, "/pattern/", "$1")`, or a text for a text.
fn replace(f: &Args<'_>) -> Result<Value, String> {
    let (text, pattern, with) = (f.text(0)?, f.text(1)?, f.text(2)?);
    let inner = pattern.strip_prefix('/').and_then(|p| p.strip_suffix('/'));
    Ok(match inner {
        Some(inner) => compiled(inner)?.replace_all(&text, &*with).into_owned(),
        None => text.replace(&*pattern, &with),
    }
    .into())
}

/// A text with each letter changed, where the change is one letter: as Go does it.
fn mapped(text: &str, change: impl Fn(char) -> Vec<char>) -> String {
    let one = |c: char| match change(c).as_slice() {
        [one] => *one,
        _ => c,
    };
    text.chars().map(one).collect()
}

/// Every letter behind something that is no letter, digit or underscore becomes upper case.
fn title(text: &str) -> String {
    let mut out = String::new();
    let mut begins = true;
    for c in text.chars() {
        let upper: Vec<char> = c.to_uppercase().collect();
        out.push(match upper.as_slice() {
            [one] if begins => *one,
            _ => c,
        });
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
    let wide = format!("\n{}", " ".repeat(spaces));
    Ok(text.replace('\n', &wide).into())
}

fn formatlist(f: &Args<'_>) -> Result<Value, String> {
    let pattern = f.text(0)?;
    let rest = f.args.get(1..).unwrap_or_default();
    let lengths = rest.iter().filter_map(Value::as_items).map(<[Value]>::len);
    let lengths: Vec<usize> = lengths.collect();
    let count = lengths.first().copied().unwrap_or(1);
    if lengths.iter().any(|l| *l != count) {
        return Err("formatlist: the lists differ in length".to_owned());
    }
    let one = |index: usize| {
        let arg = |a: &Value| match a.as_items() {
            Some(list) => list.get(index).cloned().unwrap_or(Value::null()),
            None => a.clone(),
        };
        let args: Vec<Value> = rest.iter().map(arg).collect();
        format_text(&pattern, &args)
    };
    let texts: Result<Vec<String>, String> = (0..count).map(one).collect();
    texts.map(Value::texts)
}

fn compiled(pattern: &str) -> Result<Regex, String> {
    let wrong = |e| format!("the regular expression {pattern} is not understood: {e}");
    let regex = Regex::new(&re2::translated(pattern)).map_err(|e| wrong(e.to_string()))?;
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.iter().any(Option::is_some) && names.iter().any(Option::is_none) {
        return Err(wrong(
            "either all of its groups have names or none".to_owned(),
        ));
    }
    Ok(regex)
}

/// What a match gives: its text, a list of groups, or an object of named ones.
fn found(regex: &Regex, captures: &Captures<'_>) -> Value {
    let group =
        |m: Option<regex::Match<'_>>| m.map_or(Value::null_of(Type::String), |m| m.as_str().into());
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.is_empty() {
        return group(captures.get(0));
    }
    if names.iter().all(Option::is_some) {
        let named = names.iter().flatten();
        let map: BTreeMap<String, Value> = named
            .map(|n| ((*n).to_owned(), group(captures.name(n))))
            .collect();
        return Value::object(map);
    }
    Value::tuple(
        (1..captures.len())
            .map(|i| group(captures.get(i)))
            .collect(),
    )
}

/// The type of what a match gives.
fn kind(regex: &Regex) -> Type {
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    if names.is_empty() {
        return Type::String;
    }
    let named: Option<BTreeMap<String, Type>> = names
        .iter()
        .map(|name| Some(((*name)?.to_owned(), Type::String)))
        .collect();
    named.map_or_else(
        || Type::Tuple(vec![Type::String; names.len()]),
        Type::Object,
    )
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
    let all = regex.captures_iter(&text).map(|c| found(&regex, &c));
    Ok(Value::list(kind(&regex), all.collect()))
}
