//! Functions of the expression language. [`table`] says which there are.

mod collections;
mod conversion;
mod encoding;
mod files;
mod format;
mod glob;
mod hash;
mod json;
mod network;
mod numbers;
mod provider;
mod re2;
mod rsa;
mod table;
mod text;
mod time;
mod yaml;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use table::{FUNCTIONS, Function};

pub(crate) use files::Files;
pub(crate) use format::ten_digits;

use crate::Reason;
use crate::convert::{convert, to_number, to_string};
use crate::number::Number;
use crate::value::{Type, Value};

/// Calls `name` with `args`. Files are read among `files`.
pub(crate) fn call(name: &str, args: &[Value], files: &Files<'_>) -> Result<Value, Reason> {
    let f = Args { name, args };
    match table::find(name) {
        Some(function) => function.check(args)?,
        None if name.contains("::") => {
            let none = || format!("the function `{name}` is not supported yet");
            return match provider::call(name, &f) {
                Some(answer) => answer.map_err(Reason::from),
                None => Err(Reason::unsupported(none())),
            };
        }
        None => return Err(format!("there is no function `{name}`").into()),
    }
    // What these have not is Terraform's to know.
    match name {
        "bcrypt" => return hash::bcrypt(&f),
        "fileset" => return files::fileset(&f, &files.folder),
        "pathexpand" => return files::pathexpand(&f, files),
        _ => {}
    }
    let plain = || {
        text::call(name, &f)
            .or_else(|| numbers::call(name, &f))
            .or_else(|| encoding::call(name, &f))
            .or_else(|| time::call(name, &f))
            .or_else(|| network::call(name, &f))
            .or_else(|| hash::call(name, &f, files))
            .or_else(|| files::call(name, &f, files))
            .map(|answer| answer.map_err(Reason::from))
    };
    let none = || format!("the function `{name}` is not supported yet");
    plain()
        .or_else(|| collections::call(name, &f))
        .or_else(|| conversion::call(name, &f))
        .unwrap_or_else(|| Err(Reason::unsupported(none())))
}

/// Whether there is a function of this name.
pub(crate) fn exists(name: &str) -> bool {
    table::find(name).is_some()
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

    fn needs(&self, at: usize, what: &str) -> String {
        format!("{}: argument {} must be {what}", self.name, at + 1)
    }

    fn text(&self, at: usize) -> Result<String, String> {
        to_string(self.value(at)?).ok_or_else(|| self.needs(at, "a text"))
    }

    fn number(&self, at: usize) -> Result<Number, String> {
        to_number(self.value(at)?).ok_or_else(|| self.needs(at, "a number"))
    }

    fn int(&self, at: usize) -> Result<i64, String> {
        let number = self.number(at)?.as_i64();
        number.ok_or_else(|| self.needs(at, "a whole number"))
    }

    /// What is in a list, set or tuple, as it is.
    fn items(&self, at: usize) -> Result<&[Value], String> {
        let items = self.value(at)?.as_items();
        items.ok_or_else(|| self.needs(at, "a list"))
    }

    /// The elements of a list, all of one type, and that.
    fn list(&self, at: usize) -> Result<(Type, Vec<Value>), Reason> {
        self.items(at)?;
        let list = convert(self.value(at)?, &Type::List(Arc::new(Type::Any)));
        match list.map_err(|e| e.within(format!("{}: argument {}", self.name, at + 1)))? {
            Value::List(of, items) => Ok(((*of).clone(), items.to_vec())),
            _ => Err(self.needs(at, "a list").into()),
        }
    }

    /// The elements of a list as texts, where they are not null.
    fn nullable_texts(&self, at: usize) -> Result<Vec<Option<String>>, String> {
        let text = |v: &Value| match v {
            Value::Null(_) => Ok(None),
            value => to_string(value)
                .map(Some)
                .ok_or_else(|| format!("{}: an element is not a text", self.name)),
        };
        self.items(at)?.iter().map(text).collect()
    }

    /// The elements of a list as texts, none of which may be null.
    fn texts(&self, at: usize) -> Result<Vec<String>, String> {
        let null = || format!("{}: an element is null", self.name);
        let texts = self.nullable_texts(at)?.into_iter();
        texts.map(|text| text.ok_or_else(null)).collect()
    }

    fn bools(&self, at: usize) -> Result<Vec<Option<bool>>, String> {
        let bool = |v: &Value| match v {
            Value::Null(_) => Ok(None),
            value => crate::convert::to_bool(value)
                .map(Some)
                .ok_or_else(|| format!("{}: an element is neither true nor false", self.name)),
        };
        self.items(at)?.iter().map(bool).collect()
    }

    fn members(&self, at: usize) -> Result<&BTreeMap<String, Value>, String> {
        let members = self.value(at)?.as_members();
        members.ok_or_else(|| self.needs(at, "a map"))
    }
}

/// `list[0]`, `map["key"]`.
pub(crate) fn index(value: &Value, key: &Value) -> Result<Value, Reason> {
    match value {
        Value::List(_, items) | Value::Tuple(items) => {
            let at = to_number(key).and_then(|n| n.as_usize());
            at.and_then(|at| items.get(at))
                .cloned()
                .ok_or_else(|| Reason::missing(format!("the list has no element {key}")))
        }
        Value::Map(_, map) | Value::Object(map) => {
            let text = to_string(key).unwrap_or_default();
            map.get(&text).cloned().ok_or_else(|| {
                let none = || format!("there is no key `{text}` here").into();
                value.unsaid(&text).unwrap_or_else(none)
            })
        }
        Value::Set(..) => Err("the elements of a set have no index".into()),
        _ => Err(Reason::missing(
            "an index is asked of something that has no elements",
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::strategy::Strategy as _;

    use super::*;

    use crate::eval::evaluate;
    use crate::{Configuration, Reading, State};

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
        let recorded: Vec<BTreeMap<String, serde_json::Value>> =
            serde_json::from_str(include_str!("recorded.json")).unwrap();
        let locals: String = recorded
            .iter()
            .enumerate()
            .map(|(i, r)| format!("  e{i} = {}\n", r["expression"].as_str().unwrap()))
            .collect();
        std::fs::write(at("main.tf"), format!("locals {{\n{locals}}}\n")).unwrap();
        let reading = Reading::of(folder.path());
        let config = Configuration::read(&reading).unwrap();
        let state = State::new(&config);
        let scope = state.scope(state.instances(0).unwrap()[0]);
        let mut wrong = Vec::new();
        for (i, row) in recorded.iter().enumerate() {
            let (source, expression) = &config.modules[0].locals[&format!("e{i}")];
            let got = evaluate(expression, &scope, source).map_err(|p| p.message);
            let expression = &row["expression"];
            match got {
                Ok(value) if row.contains_key("refused") => {
                    wrong.push(format!("{expression}: {value:?}, not refused"));
                }
                Err(_) if row.contains_key("refused") => {}
                Ok(value) if same(&value.to_json(), &row["value"]) => {
                    let (got, wanted) = (written(&value.kind()), row.get("type"));
                    if wanted.is_some_and(|wanted| *wanted != *got) {
                        wrong.push(format!("{expression}: {got}, not {}", row["type"]));
                    }
                }
                got => wrong.push(format!("{expression}: {got:?}, not {}", row["value"])),
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// A type as `type` of `terraform console` writes it, without blanks.
    fn written(kind: &Type) -> String {
        let all = |kinds: &mut dyn Iterator<Item = String>| kinds.collect::<Vec<_>>().join(",");
        match kind {
            Type::Any => "dynamic".to_owned(),
            Type::String | Type::Number | Type::Bool => kind.to_string(),
            Type::List(of) => format!("list({})", written(of)),
            Type::Set(of) => format!("set({})", written(of)),
            Type::Map(of) => format!("map({})", written(of)),
            Type::Tuple(kinds) => format!("tuple([{}])", all(&mut kinds.iter().map(written))),
            Type::Object(members) => {
                let member = |(k, v): (&String, &Type)| format!("{k}:{}", written(v));
                format!("object({{{}}})", all(&mut members.iter().map(member)))
            }
        }
    }

    /// Numbers with a fraction may differ in their last digit: Go's logarithm is another.
    fn same(a: &serde_json::Value, b: &serde_json::Value) -> bool {
        use serde_json::Value;
        match (a, b) {
            (Value::Number(a), Value::Number(b)) => {
                let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
                let exact = b.fract() == 0.0 && b.abs() < 1e15;
                a == b || !exact && (a - b).abs() <= 1e-12 * b.abs()
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
        "bcrypt",
        "issensitive",
        "plantimestamp",
        "rsadecrypt",
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
            home: None,
            folder: folder.path().display().to_string(),
            overlay: &std::collections::BTreeMap::new(),
            made: &std::cell::RefCell::default(),
        };
        for function in FUNCTIONS {
            let name = function.name;
            let args = vec![Value::from("x"); function.least];
            let said = call(name, &args, &files)
                .err()
                .map(|reason| reason.message)
                .unwrap_or_default();
            // These look at their arguments' failures, or at templates.
            let elsewhere = [
                "can",
                "issensitive",
                "try",
                "templatefile",
                "templatestring",
            ]
            .contains(&name);
            let missing = said.contains("is not supported yet") && !said.contains("encoding");
            assert_eq!(missing, elsewhere, "{name}: {said}");
            let known = recorded.contains(&format!("{name}(")) || UNRECORDED.contains(&name);
            assert!(known, "{name} is not recorded");
        }
    }

    /// The table of functions in the documentation is current; `UPDATE=1` writes it.
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the environment says whether the table is to be written"
    )]
    fn the_table_is_current() {
        let mut text = "# Functions\n\nThe functions of Terraform 1.11. They answer as `terraform console` does: the expressions and\nanswers that were recorded are in `crates/iac/src/functions/recorded.json`. Beside them are those of `hashicorp/aws` (`arn_parse`,\n`arn_build`, `trim_iam_role_path`) and of `terraform.io/builtin/terraform` (`encode_tfvars`, `decode_tfvars`, `encode_expr`).\n\n| function | |\n|---|---|\n".to_owned();
        for function in FUNCTIONS {
            text.push_str(&format!("| `{}` | {} |\n", function.name, function.note));
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
        let check = |text: &str| {
            crate::expression("e", text).map_err(|e| e.contains("which it is not given"))
        };
        assert_eq!(
            check(
                "[for t in [\"$${a}-$${upper(b.c)}\"] : templatestring(t, { a = 1, b = { c = \"x\" } })][0]"
            ),
            Ok("1-X".into())
        );
        assert_eq!(
            check("[for t in [\"$${local.a}\"] : templatestring(t, {})]"),
            Err(true)
        );
        // Terraform takes no template that stands where it is used.
        assert_eq!(check("templatestring(\"a\", {})"), Err(false));
        // Of Terraform 1.11.4: a text, be it of one expression.
        assert_eq!(
            check("[for t in [\"$${n}\"] : templatestring(t, { n = 1 })][0]"),
            Ok("1".into())
        );
    }

    #[test]
    fn what_is_compressed_is_gzip() {
        let Ok(serde_json::Value::String(text)) =
            crate::expression("e", "base64gzip(\"hello hello\")")
        else {
            panic!("it is a text");
        };
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(text)
            .unwrap();
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
                proptest::prelude::Just(Value::null()),
                proptest::prelude::any::<i32>().prop_map(|n| Value::from(i64::from(n))),
                "[%a-z0-9:.\\[\\]{}$ T-]{0,12}".prop_map(Value::from),
                proptest::collection::vec("[a-c0-9]{0,3}", 0..4).prop_map(Value::texts),
                proptest::prelude::Just(Value::from(serde_json::json!({"a": 1, "b": [null]}))),
            ], 0..4),
        ) {
            let files = Files { home: None, folder: "/nonexistent".to_owned(), overlay: &std::collections::BTreeMap::new(), made: &std::cell::RefCell::default() };
            let _ = call(FUNCTIONS[at].name, &args, &files);
        }
    }
}
