//! Override files (`override.tf`, `*_override.tf`): what they say wins over the files that they are read with.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/files/override>; what is refused, and in which words, as
//! Terraform 1.11.4 does it.
//!
//! The files of a folder that has some are read as one text, the override files behind the others, so that whatever comes of
//! a block knows where each of its parts stands: [`Source::part`].

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::structure::{Attribute, Block, Body, Structure};

use crate::block::{labels, place_of};
use crate::{Problem, Source};

/// Whether the file with this path is an override file.
pub(crate) fn is_override(path: &str) -> bool {
    let name = path.trim_end_matches(crate::READ);
    let name = name.rsplit('/').next().unwrap_or_default();
    let name = name.trim_end_matches(".json").trim_end_matches(".tf");
    name == "override" || name.ends_with("_override")
}

/// The files of a folder, with what its override files say, which come in the order in which they win over each other. All
/// of them are known to be of good syntax.
///
/// # Errors
/// What cannot be overridden, or is not there.
pub(crate) fn overridden(
    files: Vec<(Arc<Source>, Body)>,
    overrides: &[(Arc<Source>, Body)],
) -> Result<Vec<(Arc<Source>, Body)>, Vec<Problem>> {
    let Some((first, _)) = files.first().filter(|_| !overrides.is_empty()) else {
        return Ok(files);
    };
    let all = || files.iter().chain(overrides);
    let arguments = all().flat_map(|(source, body)| {
        let each = body.attributes();
        each.map(|a| crate::module::unexpected(source, a))
    });
    let arguments: Vec<Problem> = arguments.collect();
    if !arguments.is_empty() {
        return Err(arguments);
    }
    let length = files.iter().map(|(source, _)| source.text.len() + 1).sum();
    let source = joined(first.path.clone(), all().map(|(source, _)| source));
    let body = crate::syntax::body(&source.text).map_err(|error| {
        let offset = error.location().offset();
        let place = place_of(&source, Some(offset..offset));
        vec![Problem::at(
            &place,
            format!("syntax error: {}", error.message()),
        )]
    })?;
    let body = merged(&source, body, length)?;
    Ok(vec![(source, body)])
}

/// One text of several files.
fn joined<'s>(path: String, files: impl Iterator<Item = &'s Arc<Source>>) -> Arc<Source> {
    let mut text = String::new();
    let mut parts = Vec::new();
    for file in files {
        parts.push((text.len(), Arc::clone(file)));
        // A byte order mark is taken at the beginning alone.
        let blank = if file.text.starts_with('\u{feff}') {
            "   "
        } else {
            ""
        };
        text.push_str(blank);
        text.push_str(file.text.get(blank.len()..).unwrap_or_default());
        text.push('\n');
    }
    Arc::new(Source { path, text, parts })
}

/// What an override file has.
enum Over {
    /// A value of a `locals` block.
    Local(Attribute),
    Block(Block),
}

/// What stands before the byte `own`, with what stands behind it on top.
fn merged(source: &Arc<Source>, body: Body, own: usize) -> Result<Body, Vec<Problem>> {
    let mut out = Body::new();
    let mut problems = Vec::new();
    for structure in body {
        if structure.span().is_none_or(|span| span.start < own) {
            out.push(structure);
            continue;
        }
        let Structure::Block(block) = structure else {
            continue;
        };
        match block.ident.as_str() {
            // They add up: what is said of a backend last is what counts.
            "terraform" => out.push(block),
            "locals" => {
                for part in block.body {
                    if let Structure::Attribute(value) = part {
                        problems.extend(over(&mut out, source, Over::Local(value)));
                    }
                }
            }
            _ => problems.extend(over(&mut out, source, Over::Block(block))),
        }
    }
    if problems.is_empty() {
        Ok(out)
    } else {
        Err(problems)
    }
}

/// Puts `over` on top of what `body` has, or says why not.
fn over(body: &mut Body, source: &Arc<Source>, over: Over) -> Option<Problem> {
    if let Over::Block(block) = &over
        && let Some(problem) = refused(block, source)
    {
        return Some(problem);
    }
    if apply(body, &over) {
        return None;
    }
    let span = match &over {
        Over::Local(value) => value.span(),
        Over::Block(block) => block.span(),
    };
    if let Some(message) = missing(&over) {
        return Some(Problem::at(&place_of(source, span), message));
    }
    if let Over::Block(block) = over {
        body.push(block);
    }
    None
}

/// Whether `body` has what `over` overrides; then it is overridden.
fn apply(body: &mut Body, over: &Over) -> bool {
    match over {
        Over::Local(value) => {
            let holds = |block: &&mut Block| block.body.has_attribute(value.key.as_str());
            let Some(locals) = body.get_blocks_mut("locals").find(holds) else {
                return false;
            };
            locals.body.remove_attribute(value.key.as_str());
            locals.body.push(value.clone());
            true
        }
        Over::Block(over) => {
            let mut same = body.get_blocks_mut(over.ident.as_str());
            let name = identity(over);
            let Some(block) = same.find(|block| identity(block) == name) else {
                return false;
            };
            contents(&mut block.body, &over.body);
            true
        }
    }
}

/// What tells blocks of one kind apart: their labels, and for providers the alias.
fn identity(block: &Block) -> (Vec<String>, Option<String>) {
    let provider = block.ident.as_str() == "provider";
    let alias = block.body.get_attribute("alias").filter(|_| provider);
    let alias = alias.map(|a| a.value.to_string().trim().to_owned());
    (labels(block), alias)
}

/// The name of the argument that a block stands for: `dynamic "rule"` is `rule`.
pub(crate) fn name(block: &Block) -> String {
    match (block.ident.as_str(), labels(block).first()) {
        ("dynamic", Some(label)) => label.clone(),
        (ident, _) => ident.to_owned(),
    }
}

/// Arguments are replaced one by one, blocks all that have the same name; only `lifecycle` is merged. An argument and blocks
/// of one name replace each other: a configuration of JSON has as an argument what is a block elsewhere.
fn contents(body: &mut Body, over: &Body) {
    let mut names: Vec<String> = over.blocks().map(name).collect();
    names.extend(over.attributes().map(|a| a.key.as_str().to_owned()));
    names.sort();
    names.dedup();
    for replaced in names {
        let merges = replaced == "lifecycle";
        if let (true, Some(own), Some(over)) = (
            merges,
            body.get_blocks_mut("lifecycle").next(),
            over.get_blocks("lifecycle").next(),
        ) {
            contents(&mut own.body, &over.body);
            continue;
        }
        let kept = std::mem::take(body).into_iter().filter(|part| match part {
            Structure::Block(block) => name(block) != replaced,
            Structure::Attribute(attribute) => attribute.key.as_str() != replaced,
        });
        let new = over.iter().filter(|part| match part {
            Structure::Block(block) => name(block) == replaced,
            Structure::Attribute(attribute) => attribute.key.as_str() == replaced,
        });
        *body = kept.chain(new.cloned()).collect();
    }
}

/// What Terraform does not take in an override file.
fn refused(block: &Block, source: &Arc<Source>) -> Option<Problem> {
    let at = |message: String, span| Some(Problem::at(&place_of(source, span), message));
    match block.ident.as_str() {
        kind @ ("moved" | "removed" | "import") => {
            let message = format!(
                "Cannot override '{kind}' blocks: they can appear only in normal files, not in override files"
            );
            return at(message, block.span());
        }
        "check" => {
            return at(
                "Override files cannot override check blocks".to_owned(),
                block.span(),
            );
        }
        _ => {}
    }
    if let Some(attribute) = block.body.get_attribute("depends_on") {
        let message = "The depends_on argument may not be overridden".to_owned();
        return at(message, attribute.span());
    }
    let lifecycle = block
        .body
        .get_blocks("lifecycle")
        .flat_map(|l| l.body.blocks());
    let conditions = ["validation", "precondition", "postcondition"];
    let mut blocks = block.body.blocks().chain(lifecycle);
    let condition = blocks.find(|b| conditions.contains(&b.ident.as_str()))?;
    let message = format!(
        "Override files cannot override {:?} blocks",
        condition.ident.as_str()
    );
    at(message, condition.span())
}

/// What to say where nothing is overridden; nothing for a default provider configuration, which is there without being
/// written.
fn missing(over: &Over) -> Option<String> {
    let tail = "an override file can only override what a primary configuration file defines";
    let what = match over {
        Over::Local(value) => format!("local value named {:?}", value.key.as_str()),
        Over::Block(block) => {
            let names = labels(block);
            let label = names.first().map_or("", String::as_str);
            match (block.ident.as_str(), names.as_slice()) {
                ("provider", _) => match identity(block).1 {
                    Some(alias) => format!("{label} provider configuration with the alias {alias}"),
                    None => return None,
                },
                ("resource", [kind, name]) => format!("{kind} resource named {name:?}"),
                ("data", [kind, name]) => format!("{kind} data resource named {name:?}"),
                ("module", _) => format!("module call named {label:?}"),
                (kind, _) => format!("{kind} named {label:?}"),
            }
        }
    };
    Some(format!("There is no {what}: {tail}"))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]
mod tests {
    use super::*;
    use crate::{Configuration, Reading};

    const BASE: &str = r#"variable "v" {
  type    = string
  default = "1"
  validation {
    condition     = var.v != "0"
    error_message = "not zero"
  }
}

locals {
  a = 1
  b = 2
}

resource "aws_s3_bucket" "x" {
  bucket = "x"
  dynamic "rule" {
    for_each = [1]
    content {}
  }
  lifecycle {
    prevent_destroy = true
    precondition {
      condition     = local.a == 1
      error_message = "base"
    }
  }
}

provider "aws" {
  alias  = "a"
  region = "eu-west-1"
}

output "o" { value = local.a }
"#;

    fn file(name: &str, text: &str) -> Arc<Source> {
        Arc::new(Source::new(name.to_owned(), text.to_owned()))
    }

    #[test]
    fn requirements_may_be_overridden() {
        let folder = tempfile::tempdir().unwrap();
        let text = "terraform {\n  required_providers {\n    aws = {}\n  }\n}\n";
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        std::fs::write(folder.path().join("versions_override.tf"), text).unwrap();
        let read = crate::Configuration::read(&crate::Reading::of(folder.path()));
        assert!(read.is_ok(), "{:?}", read.err());
    }

    fn with(overrides: &[&str]) -> Result<(Arc<Source>, Body), Vec<String>> {
        let base = file("main.tf", BASE);
        let body = crate::syntax::body(BASE).unwrap();
        let name = |i: usize| format!("{i}_override.tf");
        let over = overrides.iter().enumerate();
        let over = over.map(|(i, text)| {
            let body = crate::syntax::body(text).unwrap();
            (file(&name(i), text), body)
        });
        let over: Vec<_> = over.collect();
        match overridden(vec![(base, body)], &over) {
            Ok(mut files) => Ok(files.remove(0)),
            Err(problems) => Err(problems.iter().map(ToString::to_string).collect()),
        }
    }

    fn block<'b>(body: &'b Body, kind: &'b str, label: &str) -> &'b Block {
        let mut blocks = body.get_blocks(kind);
        let named = |b: &&Block| labels(b).last().is_some_and(|l| l == label);
        blocks.find(named).unwrap()
    }

    fn argument(body: &Body, name: &str) -> Option<String> {
        let attribute = body.get_attribute(name)?;
        Some(attribute.value.to_string().trim().to_owned())
    }

    #[test]
    fn the_last_word_wins_and_knows_where_it_stands() {
        let (source, body) = with(&[
            "\u{feff}locals { a = 5 }\n",
            "output \"o\" { value = local.b }\noutput \"o\" { value = 7 }\nlocals {\n  a = 6\n}",
            "provider \"aws\" {\n  alias  = \"a\"\n  region = \"us-east-1\"\n}\nvariable \"v\" { type = number }\n",
        ])
        .unwrap();
        let locals = body.get_blocks("locals").next().unwrap();
        assert_eq!(argument(&locals.body, "a").unwrap(), "6");
        assert_eq!(argument(&locals.body, "b").unwrap(), "2");
        let place = place_of(&source, locals.body.get_attribute("a").unwrap().span());
        assert_eq!(place.to_string(), "1_override.tf:4");
        let place = place_of(&source, locals.body.get_attribute("b").unwrap().span());
        assert_eq!(place.to_string(), "main.tf:12");
        let value = |kind, label, name| argument(&block(&body, kind, label).body, name);
        assert_eq!(value("output", "o", "value").unwrap(), "7");
        assert_eq!(value("provider", "aws", "region").unwrap(), "\"us-east-1\"");
        assert_eq!(value("variable", "v", "type").unwrap(), "number");
        assert_eq!(value("variable", "v", "default").unwrap(), "\"1\"");
        assert!(block(&body, "variable", "v").body.has_blocks("validation"));
    }

    #[test]
    fn blocks_replace_all_of_their_name_and_lifecycle_is_merged() {
        let (_, body) = with(&[
            "resource \"aws_s3_bucket\" \"x\" {\n  rule {}\n  lifecycle {\n    prevent_destroy = false\n  }\n}",
        ])
        .unwrap();
        let x = &block(&body, "resource", "x").body;
        assert_eq!(argument(x, "bucket").unwrap(), "\"x\"");
        assert!(x.has_blocks("rule") && !x.has_blocks("dynamic"));
        let lifecycle = &x.get_blocks("lifecycle").next().unwrap().body;
        assert_eq!(argument(lifecycle, "prevent_destroy").unwrap(), "false");
        assert!(lifecycle.has_blocks("precondition"));
        let (_, body) = with(&["resource \"aws_s3_bucket\" \"x\" {\n  rule = []\n}"]).unwrap();
        let x = &block(&body, "resource", "x").body;
        assert_eq!(argument(x, "rule").unwrap(), "[]");
        assert!(!x.has_blocks("dynamic"));
    }

    #[test]
    fn a_default_provider_need_not_be_written() {
        let (_, body) = with(&[
            "provider \"aws\" { region = \"a\" }",
            "provider \"aws\" { region = \"b\" }",
        ])
        .unwrap();
        let regions: Vec<_> = body.get_blocks("provider").collect();
        let regions: Vec<_> = regions
            .iter()
            .map(|b| argument(&b.body, "region"))
            .collect();
        assert_eq!(regions.len(), 2);
        assert_eq!(regions[1].as_deref(), Some("\"b\""));
    }

    #[test]
    fn what_terraform_refuses() {
        let rows = [
            ("locals { z = 1 }", "There is no local value named \"z\""),
            ("variable \"n\" {}", "There is no variable named \"n\""),
            (
                "output \"q\" { value = 1 }",
                "There is no output named \"q\"",
            ),
            ("module \"m\" {}", "There is no module call named \"m\""),
            (
                "resource \"aws_a\" \"n\" {}",
                "There is no aws_a resource named \"n\"",
            ),
            (
                "data \"aws_s3_bucket\" \"x\" {}",
                "There is no aws_s3_bucket data resource named \"x\"",
            ),
            (
                "provider \"aws\" { alias = \"q\" }",
                "There is no aws provider configuration with the alias \"q\"",
            ),
            ("bogus {}", "There is no bogus named \"\""),
            ("a = 2", "an argument is not expected here: `a`"),
            ("moved {}", "Cannot override 'moved' blocks"),
            ("import {}", "Cannot override 'import' blocks"),
            (
                "check \"x\" {}",
                "Override files cannot override check blocks",
            ),
            (
                "output \"o\" { depends_on = [] }",
                "The depends_on argument may not be overridden",
            ),
            (
                "variable \"v\" {\n  validation {}\n}",
                "Override files cannot override \"validation\" blocks",
            ),
            (
                "resource \"aws_s3_bucket\" \"x\" {\n  lifecycle {\n    postcondition {}\n  }\n}",
                "Override files cannot override \"postcondition\" blocks",
            ),
        ];
        for (text, message) in rows {
            let problems = with(&["", text]).unwrap_err();
            let said = |p: &String| p.starts_with("1_override.tf:") && p.contains(message);
            assert!(problems.iter().all(said), "{text}: {problems:?}");
            assert_eq!(problems.len(), 1, "{text}: {problems:?}");
        }
    }

    #[test]
    fn files_of_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("main.tf", BASE);
        write("more.tf", "locals {\n  c = local.a\n}\n");
        write(
            "backend_override.tf",
            "terraform {\n  backend \"local\" {}\n}\n",
        );
        write(
            "b_override.tf.json",
            "{\"locals\": {\"c\": \"${local.b + 1}\"}}",
        );
        write("override.tf", "locals {\n  b = local.missing\n}\n");
        let reading = Reading::of(folder.path());
        let problems = Configuration::read(&reading).unwrap_err();
        let place = problems[0].place.as_ref().unwrap();
        assert!(place.path().ends_with("override.tf"), "{problems:?}");
        assert_eq!(place.line(), 2, "{problems:?}");
        write("override.tf", "locals {\n  b = 10\n}\n");
        let config = Configuration::read(&reading).unwrap();
        let (source, expression) = &config.modules[0].locals["c"];
        let state = crate::State::new(&config);
        let scope = state.scope(state.instances(0).unwrap()[0]);
        let value = crate::eval::evaluate(expression, &scope, source).unwrap();
        assert_eq!(value.to_json(), serde_json::json!(11));
    }

    proptest::proptest! {
        /// Whatever the files hold, there is an answer, and every byte is found where it stands.
        #[test]
        fn bytes_are_found_again(texts in proptest::collection::vec("(\u{feff})?((locals \\{ a = [12] \\}|resource \"a\" \"b\" \\{\\}|a = 1|\\{|\"|é)\r?\n?){0,4}", 1..4)) {
            let files: Vec<_> = texts.iter().map(|text| file("f", text)).collect();
            let bodies = files.iter().map(|f| Some((Arc::clone(f), crate::syntax::body(&f.text).ok()?)));
            if let Some(bodies) = bodies.collect::<Option<Vec<_>>>() {
                // What is of good syntax by itself is so together.
                let said = overridden(bodies[..1].to_vec(), &bodies[1..]);
                let syntax = |p: &Problem| p.message.contains("syntax");
                proptest::prop_assert!(!said.is_err_and(|p| p.iter().any(syntax)));
            }
            let all = joined("f".to_owned(), files.iter());
            for (offset, c) in all.text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
                let (part, start) = all.part(offset);
                proptest::prop_assert_eq!(part.text[offset - start..].chars().next(), Some(c));
            }
        }
    }
}
