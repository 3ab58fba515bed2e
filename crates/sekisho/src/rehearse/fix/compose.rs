//! Texts with names in them: what is another in every instance of a block or a module, and what the provider generates, is
//! not written as it was in the rehearsal.

use std::collections::BTreeSet;

use sekisho_iac::{NodeKind, quoted};
use serde_json::json;

use super::policies::{Policies, without_keys};
use super::writer::{Here, Writer};

/// A part of a text.
#[derive(Debug, PartialEq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Name(String),
}

impl Part<'_> {
    /// As it stands between the quotes of an expression.
    pub(super) fn in_quotes(&self) -> String {
        match self {
            Self::Text(text) => {
                let quoted = quoted(text);
                let inner = quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"'));
                inner.unwrap_or_default().to_owned()
            }
            Self::Name(name) => format!("${{{name}}}"),
        }
    }

    /// As it stands between the quotes of JSON in a heredoc.
    pub(super) fn in_json(&self) -> String {
        match self {
            Self::Text(text) => {
                let quoted = json!(text).to_string();
                let inner = quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"'));
                inner.unwrap_or_default().replace("${", "$${")
            }
            Self::Name(name) => format!("${{{name}}}"),
        }
    }
}

/// The names that the provider has made up: they are others on AWS, and others after each apply.
pub(super) fn generated(policies: &Policies<'_>) -> BTreeSet<String> {
    let resources = policies.made.iter();
    let resources = resources.filter(|m| m.node.kind == NodeKind::Resource);
    let names = resources.filter_map(|made| {
        let argument = match made.node.type_name.as_str() {
            "aws_s3_bucket" => "bucket",
            "aws_iam_role" | "aws_iam_user" | "aws_iam_policy" => "name",
            _ => return None,
        };
        let said = made.node.has(argument) && !made.node.has(&format!("{argument}_prefix"));
        made.text(argument).filter(|_| !said).map(str::to_owned)
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// The text with the first of the longest names for what they stand for. A value is replaced where it stands by itself: not
/// within a word.
fn compose<'a>(text: &'a str, names: &[(String, String)]) -> Vec<Part<'a>> {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let mut out = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let before = text.get(..at).and_then(|front| front.chars().next_back());
        let stands = |value: &str| {
            let behind = rest.strip_prefix(value);
            !word(before) && behind.is_some_and(|behind| !word(behind.chars().next()))
        };
        let mut found: Option<&(String, String)> = None;
        for name in names.iter().filter(|(_, value)| stands(value)) {
            if found.is_none_or(|(_, longest)| name.1.len() > longest.len()) {
                found = Some(name);
            }
        }
        match found {
            Some((name, value)) => {
                out.extend(text.get(from..at).filter(|t| !t.is_empty()).map(Part::Text));
                out.push(Part::Name(name.clone()));
                at += value.len();
                from = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    out.extend(text.get(from..).filter(|t| !t.is_empty()).map(Part::Text));
    out
}

/// Where the resource part of an ARN begins: what is before it names no instance.
fn resource_of(arn: &str) -> usize {
    let colons = arn.match_indices(':').map(|(at, _)| at + 1);
    colons.take(5).nth(4).unwrap_or(0)
}

impl Writer<'_> {
    /// An ARN in parts.
    pub(super) fn parts<'a>(&self, arn: &'a str, here: &Here<'_>) -> Vec<Part<'a>> {
        let names = self.names(arn, here);
        if let Some((name, rest)) = self.reference(arn, here) {
            let mut out = vec![Part::Name(name)];
            out.extend(compose(rest, &names));
            return out;
        }
        let (front, rest) = arn.split_at(resource_of(arn));
        let mut out = compose(rest, &names);
        match out.first_mut() {
            _ if front.is_empty() => {}
            // What is joined is one text again.
            Some(Part::Text(first)) => {
                *first = arn.get(..front.len() + first.len()).unwrap_or(arn);
            }
            _ => out.insert(0, Part::Text(front)),
        }
        out
    }

    /// The names of what is another in every instance, of what is generated, and of the bucket that `arn` is about, with their
    /// values here.
    fn names(&self, arn: &str, here: &Here<'_>) -> Vec<(String, String)> {
        let mut out = Vec::new();
        if let Some((name, key)) = here.each {
            let text = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
            out.push((name.to_owned(), text));
        }
        let bucket = arn.split_once(":s3:::").map(|(_, rest)| rest);
        let bucket = bucket.and_then(|rest| rest.split('/').next());
        let named = self.named.get(here.path).into_iter().flatten();
        let own = named.filter(|(name, value)| {
            let usable = name.starts_with("var.") || self.refer;
            usable
                && !value.starts_with("arn:")
                && (self.generated.contains(value)
                    || bucket == Some(value)
                    || self.varies(here, name, value))
        });
        let open = own.filter(|(name, _)| {
            let block = here.block;
            !block.is_some_and(|block| self.reach(here.module, name).contains(&block))
        });
        out.extend(open.cloned());
        out.retain(|(_, value)| !value.is_empty());
        out
    }

    /// Whether a name has another value in another instance of the module; of a single instance, whether it is called by it.
    fn varies(&self, here: &Here<'_>, name: &str, value: &str) -> bool {
        let instances = self.named.iter();
        let instances = instances.filter(|(path, _)| without_keys(path) == here.module);
        let all: Vec<_> = instances.map(|(_, names)| names).collect();
        if let [_] = all.as_slice() {
            let key = format!("[{}].", json!(value));
            return here.path.contains(&key);
        }
        let of = |names: &[(String, String)]| {
            let found = names.iter().find(|(own, _)| own == name);
            found.map(|(_, value)| value.clone())
        };
        let values: BTreeSet<Option<String>> = all.iter().map(|names| of(names)).collect();
        values.len() > 1
    }

    /// Whether a text is the same on AWS: ids of keys are not, nor what the provider makes up.
    pub(super) fn fixed(&self, text: &str) -> bool {
        let key = text.contains(":kms:") && text.contains(":key/");
        !key && !self
            .generated
            .iter()
            .any(|name| text.contains(name.as_str()))
    }

    /// The parts, where all that is text in them is the same on AWS.
    pub(super) fn fixed_parts<'a>(&self, arn: &'a str, here: &Here<'_>) -> Option<Vec<Part<'a>>> {
        let parts = self.parts(arn, here);
        let fixed = |part: &Part<'_>| match part {
            Part::Text(text) => self.fixed(text),
            Part::Name(_) => true,
        };
        parts.iter().all(fixed).then_some(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |(n, v): &(&str, &str)| ((*n).to_owned(), (*v).to_owned());
        pairs.iter().map(own).collect()
    }

    fn written(text: &str, pairs: &[(&str, &str)]) -> String {
        let parts = compose(text, &names(pairs));
        parts.iter().map(Part::in_quotes).collect()
    }

    #[test]
    fn values_are_replaced_where_they_stand_by_themselves() {
        let each = [("each.key", "api")];
        assert_eq!(written("/api/image/*", &each), "/${each.key}/image/*");
        assert_eq!(written("svc-api/apis", &each), "svc-${each.key}/apis");
        assert_eq!(written("rapid/*", &each), "rapid/*");
        let several = [("var.name", "a"), ("var.same", "a"), ("var.long", "a-b")];
        assert_eq!(written("a/a-b", &several), "${var.name}/${var.long}");
        assert_eq!(written("", &each), "");
        assert_eq!(written("é${api}", &each), "é$${${each.key}}");
    }

    #[test]
    fn only_what_an_arn_is_of_names_an_instance() {
        assert_eq!(resource_of("arn:aws:s3:::api/x"), 13);
        assert_eq!(resource_of("arn:aws:ecr:r:1:repository/api"), 16);
        assert_eq!(resource_of("*"), 0);
    }
}
