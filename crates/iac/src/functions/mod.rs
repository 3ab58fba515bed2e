//! Functions of the expression language. [`table`] says which there are.

mod collections;
mod encoding;
mod files;
mod format;
mod network;
mod numbers;
mod table;
mod text;
mod time;
mod yaml;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use unicode_segmentation::UnicodeSegmentation as _;

pub use table::{FUNCTIONS, Function};

pub(crate) use files::Files;
use format::format_text;

use crate::convert::{number, to_bool, to_number, to_string};

/// Calls `name` with `args`. Files are read among `files`.
pub(crate) fn call(name: &str, args: &[Value], files: &Files<'_>) -> Result<Value, String> {
    let f = Args { name, args };
    match table::find(name) {
        Some(Function {
            missing: Some(why), ..
        }) => return Err(format!("the function `{name}` is not supported yet: {why}")),
        Some(function) => function.check(args)?,
        None => return Err(format!("there is no function `{name}`")),
    }
    Ok(match name {
        "format" => json!(format_text(&f.text(0)?, args.get(1..).unwrap_or_default())?),
        "jsonencode" => json!(json_text(f.value(0)?)),
        "jsondecode" => {
            serde_json::from_str(&f.text(0)?).map_err(|e| format!("jsondecode: {e}"))?
        }
        "join" => {
            let separator = f.text(0)?;
            let items = args
                .get(1..)
                .unwrap_or_default()
                .iter()
                .flat_map(flat)
                .map(|v| to_string(&v).ok_or("join: an element is not a text"));
            json!(items.collect::<Result<Vec<_>, _>>()?.join(&separator))
        }
        "split" => {
            let (separator, text) = (f.text(0)?, f.text(1)?);
            if separator.is_empty() {
                return Ok(text.chars().map(|c| json!(c)).collect());
            }
            json!(text.split(&*separator).collect::<Vec<_>>())
        }
        "lower" => json!(text::mapped(&f.text(0)?, |c| c.to_lowercase().collect())),
        "upper" => json!(text::mapped(&f.text(0)?, |c| c.to_uppercase().collect())),
        "trimspace" => json!(f.text(0)?.trim()),
        "chomp" => json!(f.text(0)?.trim_end_matches(['\n', '\r'])),
        "trimprefix" => {
            let (text, prefix) = (f.text(0)?, f.text(1)?);
            json!(text.strip_prefix(&*prefix).unwrap_or(&text))
        }
        "trimsuffix" => {
            let (text, suffix) = (f.text(0)?, f.text(1)?);
            json!(text.strip_suffix(&*suffix).unwrap_or(&text))
        }
        "trim" => {
            let set: Vec<char> = f.text(1)?.chars().collect();
            json!(f.text(0)?.trim_matches(&*set))
        }
        "startswith" => json!(f.text(0)?.starts_with(&*f.text(1)?)),
        "endswith" => json!(f.text(0)?.ends_with(&*f.text(1)?)),
        "replace" => {
            let pattern = f.text(1)?;
            if pattern.len() > 1 && pattern.starts_with('/') && pattern.ends_with('/') {
                let inner = pattern.get(1..pattern.len() - 1).unwrap_or_default();
                return text::replace(&f.text(0)?, inner, &f.text(2)?).map(Value::String);
            }
            json!(f.text(0)?.replace(&*pattern, &f.text(2)?))
        }
        "substr" => {
            let text = f.text(0)?;
            let text: Vec<&str> = text.graphemes(true).collect();
            let from = f.int(1)?;
            let back = usize::try_from(from.unsigned_abs()).unwrap_or(usize::MAX);
            let start = if from < 0 {
                text.len().saturating_sub(back)
            } else {
                back.min(text.len())
            };
            let length = usize::try_from(f.int(2)?).unwrap_or(text.len());
            json!(
                text.iter()
                    .skip(start)
                    .take(length)
                    .copied()
                    .collect::<String>()
            )
        }
        // A null of any type is a null of every other.
        "tostring" | "tonumber" | "tobool" | "tolist" | "tomap" | "toset"
            if f.value(0)?.is_null() =>
        {
            Value::Null
        }
        "tostring" => json!(f.text(0)?),
        "tonumber" => to_number(f.value(0)?).ok_or("tonumber: not a number")?,
        "tobool" => json!(to_bool(f.value(0)?).ok_or("tobool: neither true nor false")?),
        "nonsensitive" | "sensitive" => f.value(0)?.clone(),
        "ephemeralasnull" => f.value(0)?.clone(),
        "tolist" => json!(collections::alike(f.list(0)?)),
        "tomap" => collections::alike_map(f.map(0)?)?,
        "toset" | "distinct" => {
            let mut out: Vec<Value> = Vec::new();
            for item in collections::alike(f.list(0)?) {
                if !out.contains(&item) {
                    out.push(item);
                }
            }
            if name == "toset" {
                out.sort_by_key(|v| to_string(v).unwrap_or_default());
            }
            json!(out)
        }
        "concat" => args
            .iter()
            .map(|a| a.as_array().cloned().ok_or("concat: a list is required"))
            .collect::<Result<Vec<_>, _>>()?
            .concat()
            .into(),
        "flatten" => json!(flat(f.value(0)?)),
        "compact" => json!(
            f.list(0)?
                .iter()
                .filter(|v| !v.is_null() && **v != json!(""))
                .collect::<Vec<_>>()
        ),
        "yamlencode" => json!(yaml::encode(f.value(0)?)),
        "yamldecode" => yaml::decode(&f.text(0)?)?,
        "length" => json!(match f.value(0)? {
            Value::Array(list) => list.len(),
            Value::Object(map) => map.len(),
            Value::String(text) => text.graphemes(true).count(),
            _ => return Err("length: a list, map or text is required".to_owned()),
        }),
        "keys" => json!(
            sorted(f.map(0)?)
                .into_iter()
                .map(|(k, _)| k.clone())
                .collect::<Vec<_>>()
        ),
        "values" => json!(
            sorted(f.map(0)?)
                .into_iter()
                .map(|(_, v)| v.clone())
                .collect::<Vec<_>>()
        ),
        "merge" => {
            let mut out = Map::new();
            for index in (0..args.len()).filter(|i| args.get(*i).is_some_and(|v| !v.is_null())) {
                out.extend(f.map(index)?.clone());
            }
            Value::Object(out)
        }
        "lookup" => match (f.map(0)?.get(&*f.text(1)?), args.get(2)) {
            (Some(value), _) => value.clone(),
            (None, Some(default)) => default.clone(),
            (None, None) => return Err(format!("lookup: there is no key {}", f.text(1)?)),
        },
        "contains" => json!(f.list(0)?.contains(f.value(1)?)),
        "element" => {
            let list = f.list(0)?;
            let length = i64::try_from(list.len()).map_err(|_| "element: the list is too long")?;
            let at = f.int(1)?.checked_rem_euclid(length);
            let at = at.ok_or("element: the list is empty")?;
            let at = usize::try_from(at).unwrap_or_default();
            list.get(at).cloned().unwrap_or_default()
        }
        "slice" => {
            let bound =
                |at| usize::try_from(f.int(at)?).map_err(|_| "slice: out of range".to_owned());
            let (from, to) = (bound(1)?, bound(2)?);
            json!(f.list(0)?.get(from..to).ok_or("slice: out of range")?)
        }
        "sort" => {
            let mut list = f
                .list(0)?
                .iter()
                .map(|v| to_string(v).ok_or("sort: an element is not a text"))
                .collect::<Result<Vec<_>, _>>()?;
            list.sort();
            json!(list)
        }
        "reverse" => json!(f.list(0)?.iter().rev().collect::<Vec<_>>()),
        "one" => match f.list(0)?.as_slice() {
            [] => Value::Null,
            [only] => only.clone(),
            _ => return Err("one: the list has more than one element".to_owned()),
        },
        "coalesce" => args
            .iter()
            .find(|v| !v.is_null() && **v != json!(""))
            .cloned()
            .ok_or("coalesce: all arguments are null")?,
        "zipmap" => {
            if f.list(0)?.len() != f.list(1)?.len() {
                return Err("zipmap: there are not as many values as keys".to_owned());
            }
            let pairs = f.list(0)?.iter().zip(f.list(1)?);
            Value::Object(
                pairs
                    .map(|(k, v)| (to_string(k).unwrap_or_default(), v.clone()))
                    .collect(),
            )
        }
        "alltrue" => json!(f.list(0)?.iter().all(|v| to_bool(v) == Some(true))),
        "anytrue" => json!(f.list(0)?.iter().any(|v| to_bool(v) == Some(true))),
        "min" | "max" => {
            let numbers = args
                .iter()
                .map(|a| {
                    to_number(a)
                        .and_then(|n| n.as_f64())
                        .ok_or("a number is required")
                })
                .collect::<Result<Vec<_>, _>>()?;
            let best = numbers
                .into_iter()
                .reduce(if name == "min" { f64::min } else { f64::max });
            best.and_then(number).ok_or("a number is required")?
        }
        "abs" => number(f.number(0)?.abs()).ok_or("abs")?,
        "ceil" => number(f.number(0)?.ceil()).ok_or("ceil")?,
        "floor" => number(f.number(0)?.floor()).ok_or("floor")?,
        "base64encode" => json!(STANDARD.encode(&*f.text(0)?)),
        "base64decode" => {
            let bytes = STANDARD
                .decode(&*f.text(0)?)
                .map_err(|e| format!("base64decode: {e}"))?;
            json!(String::from_utf8(bytes).map_err(|e| format!("base64decode: {e}"))?)
        }
        "sha256" => json!(hex::encode(Sha256::digest(&*f.text(0)?))),
        "file" => json!(files.text(&f.text(0)?).map_err(|e| format!("file: {e}"))?),
        other => {
            return collections::call(name, &f)
                .or_else(|| text::call(name, &f))
                .or_else(|| numbers::call(name, &f))
                .or_else(|| time::call(name, &f))
                .or_else(|| network::call(name, &f))
                .or_else(|| encoding::call(name, &f, files))
                .or_else(|| files::call(name, &f, &files.folder))
                .unwrap_or_else(|| Err(format!("the function `{other}` is not supported yet")));
        }
    })
}

struct Args<'a> {
    name: &'a str,
    args: &'a [Value],
}

impl Args<'_> {
    fn value(&self, at: usize) -> Result<&Value, String> {
        self.args
            .get(at)
            .ok_or_else(|| format!("{}: argument {} is missing", self.name, at + 1))
    }

    fn text(&self, at: usize) -> Result<String, String> {
        to_string(self.value(at)?)
            .ok_or_else(|| format!("{}: argument {} must be a text", self.name, at + 1))
    }

    fn number(&self, at: usize) -> Result<f64, String> {
        let value = to_number(self.value(at)?).and_then(|n| n.as_f64());
        value.ok_or_else(|| format!("{}: argument {} must be a number", self.name, at + 1))
    }

    #[expect(clippy::cast_possible_truncation, reason = "indices are small")]
    fn int(&self, at: usize) -> Result<i64, String> {
        self.number(at).map(|f| f as i64)
    }

    fn list(&self, at: usize) -> Result<&Vec<Value>, String> {
        self.value(at)?
            .as_array()
            .ok_or_else(|| format!("{}: argument {} must be a list", self.name, at + 1))
    }

    fn map(&self, at: usize) -> Result<&Map<String, Value>, String> {
        self.value(at)?
            .as_object()
            .ok_or_else(|| format!("{}: argument {} must be a map", self.name, at + 1))
    }
}

pub(crate) fn sorted(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by_key(|(k, _)| *k);
    entries
}

fn flat(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.iter().flat_map(flat).collect(),
        other => vec![other.clone()],
    }
}

/// JSON as Terraform writes it: keys in order, and `<`, `>` and `&` escaped.
fn json_text(value: &Value) -> String {
    fn in_order(value: &Value) -> Value {
        match value {
            Value::Object(map) => Value::Object(
                sorted(map)
                    .into_iter()
                    .map(|(k, v)| (k.clone(), in_order(v)))
                    .collect(),
            ),
            Value::Array(items) => items.iter().map(in_order).collect(),
            other => other.clone(),
        }
    }
    in_order(value)
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

/// `list[0]`, `map["key"]`.
pub(crate) fn index(value: &Value, key: &Value) -> Result<Value, String> {
    match value {
        Value::Array(items) => {
            let at = to_number(key)
                .and_then(|n| n.as_u64())
                .and_then(|n| usize::try_from(n).ok());
            at.and_then(|at| items.get(at))
                .cloned()
                .ok_or_else(|| format!("the list has no element {key}"))
        }
        Value::Object(map) => {
            let key = to_string(key).unwrap_or_default();
            map.get(&key)
                .cloned()
                .ok_or_else(|| format!("there is no key `{key}`"))
        }
        _ => Err("an index is asked of something that is neither list nor map".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::strategy::Strategy as _;

    use super::*;

    use crate::eval::evaluate;
    use crate::{Configuration, Reading, State, convert};

    /// The expressions of `recorded.json`, with the values that `terraform console` (1.11.4) gave for them, in a
    /// directory with the files that they name.
    #[test]
    fn as_terraform_answers() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("f.txt"), "hello\n").unwrap();
        let template = "Hi ${name}, %{ for x in list ~}\n<${x}>\n%{ endfor ~}${upper(name)}";
        std::fs::write(at("t.tftpl"), template).unwrap();
        let stripped =
            "a\n%{ for x in list ~}\n  <${x}>\n  %{ endfor ~}\n\n  end ${~ \"z\" ~}\n  q";
        std::fs::write(at("u.tftpl"), stripped).unwrap();
        std::fs::create_dir_all(at("d/e")).unwrap();
        for name in ["d/a.json", "d/b.txt", "d/e/c.json"] {
            std::fs::write(at(name), "").unwrap();
        }
        let recorded: Vec<BTreeMap<String, Value>> =
            serde_json::from_str(include_str!("recorded.json")).unwrap();
        let locals: String = recorded
            .iter()
            .enumerate()
            .map(|(i, r)| format!("  e{i} = {}\n", r["expression"].as_str().unwrap()))
            .collect();
        std::fs::write(at("main.tf"), format!("locals {{\n{locals}}}\n")).unwrap();
        let reading = Reading {
            directories: vec![folder.path().to_owned()],
            ..Reading::default()
        };
        let config = Configuration::read(&reading).unwrap();
        let state = State::new(&config);
        let scope = state.scope(state.instances(0).unwrap()[0]);
        let mut wrong = Vec::new();
        for (i, row) in recorded.iter().enumerate() {
            let (source, expression) = &config.modules[0].locals[&format!("e{i}")];
            let got = evaluate(expression, &scope, source).map_err(|p| p.message);
            if row.contains_key("refused") {
                if let Ok(value) = got {
                    wrong.push(format!("{}: {value}, not refused", row["expression"]));
                }
            } else if !got.as_ref().is_ok_and(|v| same(v, &row["value"])) {
                wrong.push(format!(
                    "{}: {got:?}, not {}",
                    row["expression"], row["value"]
                ));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Whole numbers may be written in two ways.
    fn same(a: &Value, b: &Value) -> bool {
        match (a, b) {
            (Value::Number(_), Value::Number(_)) => {
                let (a, b) = (convert::to_number(a), convert::to_number(b));
                match (a.and_then(|n| n.as_f64()), b.and_then(|n| n.as_f64())) {
                    (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * b.abs().max(1.0),
                    _ => false,
                }
            }
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
            }
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w)))
            }
            _ => a == b,
        }
    }

    /// Functions whose answers differ from run to run, or need what the console does not have.
    const UNRECORDED: &[&str] = &[
        "base64gzip",
        "plantimestamp",
        "sensitive",
        "templatestring",
        "timestamp",
        "uuid",
    ];

    #[test]
    fn every_function_is_recorded_and_there() {
        let recorded = include_str!("recorded.json");
        let folder = tempfile::tempdir().unwrap();
        let files = Files {
            folder: folder.path().display().to_string(),
            overlay: &std::collections::BTreeMap::new(),
        };
        for function in FUNCTIONS {
            let name = function.name;
            let args = vec![Value::from("x"); function.least];
            let said = call(name, &args, &files).err().unwrap_or_default();
            // These look at their arguments' failures, or at templates.
            let elsewhere = ["can", "try", "templatefile", "templatestring"].contains(&name);
            let missing = said.contains("is not supported yet") && !said.contains("encoding");
            assert_eq!(
                missing,
                function.missing.is_some() || elsewhere,
                "{name}: {said}"
            );
            let known = recorded.contains(&format!("{name}(")) || UNRECORDED.contains(&name);
            assert!(
                known || function.missing.is_some(),
                "{name} is not recorded"
            );
        }
    }

    /// The table of functions in the documentation is current; `UPDATE=1` writes it.
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the environment says whether the table is to be written"
    )]
    fn the_table_is_current() {
        let mut text = "# Functions\n\nThe functions of Terraform 1.11. Those that are here answer as `terraform console` does: the expressions and\nanswers that were recorded are in `crates/iac/src/functions/recorded.json`.\n\n| function | |\n|---|---|\n".to_owned();
        for function in FUNCTIONS {
            let note = match function.missing {
                Some(why) => format!("not supported: {why}"),
                None => function.note.to_owned(),
            };
            text.push_str(&format!("| `{}` | {note} |\n", function.name));
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/functions.md");
        if std::env::vars().any(|(name, _)| name == "UPDATE") {
            std::fs::write(path, &text).unwrap();
        }
        let current = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            current == text,
            "docs/functions.md is not current: run with UPDATE=1"
        );
    }

    #[test]
    fn a_template_is_given_its_names_only() {
        let check = |text: &str| crate::expression("e", text).map_err(|e| e.contains("not known"));
        assert_eq!(
            check("templatestring(\"$${a}-$${upper(b.c)}\", { a = 1, b = { c = \"x\" } })"),
            Ok(Value::from("1-X"))
        );
        assert_eq!(check("templatestring(\"$${local.a}\", {})"), Err(true));
    }

    #[test]
    fn what_is_compressed_is_gzip() {
        let Ok(Value::String(text)) = crate::expression("e", "base64gzip(\"hello hello\")") else {
            panic!("it is a text");
        };
        let bytes = STANDARD.decode(text).unwrap();
        let mut out = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&*bytes), &mut out)
            .unwrap();
        assert_eq!(out, "hello hello");
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(512))]
        #[test]
        fn no_function_panics(
            at in 0..FUNCTIONS.len(),
            args in proptest::collection::vec(proptest::prelude::prop_oneof![
                proptest::prelude::Just(Value::Null),
                proptest::prelude::any::<i32>().prop_map(|n| json!(n)),
                "[%a-z0-9:.\\[\\]{}$ T-]{0,12}".prop_map(|t| json!(t)),
                proptest::collection::vec("[a-c0-9]{0,3}", 0..4).prop_map(|l| json!(l)),
                proptest::prelude::Just(json!({"a": 1, "b": [null]})),
            ], 0..4),
        ) {
            let files = Files { folder: "/nonexistent".to_owned(), overlay: &std::collections::BTreeMap::new() };
            let _ = call(FUNCTIONS[at].name, &args, &files);
        }
    }
}
