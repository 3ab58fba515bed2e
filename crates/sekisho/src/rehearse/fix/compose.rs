//! Texts with names in them: what is another in every instance of a block or a module, what the provider generates, and,
//! where there is one instance, what is the value of one variable, is not written as it was in the rehearsal.

use std::collections::BTreeSet;

use sekisho_iac::{NodeKind, quoted, without_keys};
use serde_json::{Value, json};

use super::policies::Policies;
use super::writer::{Here, Writer};
use crate::rehearse::resources::is_made_up;

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
    let names = resources.filter_map(|made| match made.node.type_name.as_str() {
        "aws_s3_bucket" => made.text("bucket"),
        "aws_iam_role" | "aws_iam_user" | "aws_iam_policy" => made.text("name"),
        _ => None,
    });
    let made_up = names.filter(|name| is_made_up(name));
    made_up.map(str::to_owned).collect()
}

/// A name, and what it stands for here and in each other instance.
struct Name {
    name: String,
    value: String,
    /// Nothing, where it has none there.
    elsewhere: Vec<Option<String>>,
    /// Whether the value is never written as it is.
    always: bool,
    /// Whether it is named only because it is the value of one variable.
    own: bool,
}

/// A place in a text at which names stand for what is written there.
struct Place<'n> {
    start: usize,
    end: usize,
    names: Vec<&'n Name>,
}

/// The places at which a value stands by itself, not within a word: of several values there the longest.
fn places<'n>(text: &str, names: &'n [Name]) -> Vec<Place<'n>> {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let before = text.get(..at).and_then(|front| front.chars().next_back());
        let stands = |name: &&Name| {
            let behind = rest.strip_prefix(name.value.as_str());
            !word(before) && behind.is_some_and(|behind| !word(behind.chars().next()))
        };
        let longest = names.iter().filter(stands).map(|n| n.value.len()).max();
        let Some(longest) = longest.filter(|length| *length > 0) else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        let here = names.iter().filter(stands);
        out.push(Place {
            start: at,
            end: at + longest,
            names: here.filter(|n| n.value.len() == longest).collect(),
        });
        at += longest;
    }
    out
}

/// What stands at a place: nothing, where the text stays.
type Choice<'n> = Option<&'n Name>;

/// More ways to write a text than these are not looked through.
const MAX_WAYS: usize = 4_096;

/// The ways to write a text with names at these places, those with few names first.
fn ways<'n>(places: &[Place<'n>]) -> Vec<Vec<Choice<'n>>> {
    let mut out: Vec<Vec<Choice<'n>>> = vec![Vec::new()];
    for place in places {
        let always = place.names.iter().any(|n| n.always);
        let mut choices: Vec<Choice<'n>> = Vec::new();
        if !always {
            choices.push(None);
        }
        choices.extend(
            place
                .names
                .iter()
                .filter(|n| n.always == always)
                .map(|n| Some(*n)),
        );
        out = out
            .iter()
            .flat_map(|way| {
                choices.iter().map(move |choice| {
                    let mut longer = way.clone();
                    longer.push(*choice);
                    longer
                })
            })
            .take(MAX_WAYS)
            .collect();
    }
    out.sort_by_key(|way| way.iter().flatten().count());
    out
}

/// What a way of writing a text says in another instance.
fn elsewhere(
    text: &str,
    places: &[Place<'_>],
    way: &[Choice<'_>],
    instance: usize,
) -> Option<String> {
    let mut out = String::new();
    let mut from = 0;
    for (place, choice) in places.iter().zip(way) {
        out.push_str(text.get(from..place.start)?);
        match choice {
            Some(name) => out.push_str(name.elsewhere.get(instance)?.as_deref()?),
            None => out.push_str(text.get(place.start..place.end)?),
        }
        from = place.end;
    }
    out.push_str(text.get(from..)?);
    Some(out)
}

/// The text as it is written: with names only where other instances need them, so that what comes out there is among what is
/// `needed`.
fn compose<'a>(
    text: &'a str,
    names: &[Name],
    instances: usize,
    needed: &dyn Fn(usize, &str) -> bool,
) -> Vec<Part<'a>> {
    let mut places = places(text, names);
    // A word further down in a path may be any.
    let path = path_of(text);
    for place in &mut places {
        let far = place.start >= path;
        place.names.retain(|name| !(far && name.own));
    }
    places.retain(|place| !place.names.is_empty());
    let ways = ways(&places);
    let fits = |way: &&Vec<Choice<'_>>| {
        let mut all = 0..instances;
        all.all(|i| elsewhere(text, &places, way, i).is_some_and(|there| needed(i, &there)))
    };
    // Where no way fits, nothing but what is never written is replaced.
    let way = ways.iter().find(fits).or_else(|| ways.first());
    let mut out = Vec::new();
    let mut from = 0;
    for (place, choice) in places.iter().zip(way.into_iter().flatten()) {
        let Some(name) = choice else {
            continue;
        };
        let before = text.get(from..place.start).filter(|t| !t.is_empty());
        out.extend(before.map(Part::Text));
        out.push(Part::Name(name.name.clone()));
        from = place.end;
    }
    out.extend(text.get(from..).filter(|t| !t.is_empty()).map(Part::Text));
    out
}

/// Where the path of an object goes on behind its first part: `/first/...` behind a reference, `arn:aws:s3:::bucket/first/...`
/// without one. Nowhere, of other texts.
fn path_of(text: &str) -> usize {
    if !(text.starts_with('/') || text.contains(":s3:::")) {
        return usize::MAX;
    }
    let mut slashes = text.match_indices('/').map(|(at, _)| at);
    slashes.nth(1).unwrap_or(usize::MAX)
}

/// Where the resource part of an ARN begins: what is before it names no instance.
fn resource_of(arn: &str) -> usize {
    let colons = arn.match_indices(':').map(|(at, _)| at + 1);
    colons.take(5).nth(4).unwrap_or(0)
}

/// Another instance: where it is, and for which key its block is made.
struct Instance<'c> {
    path: &'c str,
    key: Option<&'c Value>,
}

fn text_of(key: &Value) -> String {
    key.as_str().map_or_else(|| key.to_string(), str::to_owned)
}

impl<'c> Writer<'c> {
    /// An ARN in parts.
    pub(super) fn parts<'a>(&self, arn: &'a str, here: &Here<'_>) -> Vec<Part<'a>> {
        let others = self.others_of(here);
        let names = self.names(arn, here, &others);
        if let Some((name, rest)) = self.reference(arn, here) {
            let needed = |i: usize, there: &str| {
                let all = others.get(i).and_then(|i| self.needed_by(i, here));
                all.is_some_and(|all| all.iter().any(|own| own.ends_with(there)))
            };
            let mut out = vec![Part::Name(name)];
            out.extend(compose(rest, &names, others.len(), &needed));
            return out;
        }
        // Where there are other instances, what is before the resource names none of them.
        let front = if others.is_empty() {
            0
        } else {
            resource_of(arn)
        };
        let (front, rest) = arn.split_at(front);
        let needed = |i: usize, there: &str| {
            let all = others.get(i).and_then(|i| self.needed_by(i, here));
            all.is_some_and(|all| all.contains(&format!("{front}{there}")))
        };
        let mut out = compose(rest, &names, others.len(), &needed);
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

    /// What the holder in another instance lacks, that is there what the one here is here.
    fn needed_by(&self, other: &Instance<'_>, here: &Here<'_>) -> Option<&BTreeSet<String>> {
        let made = &self.policies.made;
        let own = made.iter().find(|m| m.text("arn") == Some(here.holder));
        let there = own.and_then(|own| {
            let mine = here.each.map(|(_, key)| key);
            let key = match own.key.as_ref() {
                Some(key) if Some(key) == mine => other.key,
                key => key,
            };
            let path = if own.path == here.path {
                other.path
            } else {
                own.path
            };
            let mut same = made.iter().filter(|m| std::ptr::eq(m.node, own.node));
            same.find(|m| m.path == path && m.key.as_ref() == key)
        });
        let arn = there.and_then(|m| m.text("arn"));
        self.needed.get(arn.unwrap_or(here.holder))
    }

    /// The other instances of what an expression stands in.
    fn others_of(&self, here: &Here<'_>) -> Vec<Instance<'_>> {
        let block = here.block.and_then(|i| self.configuration.nodes.get(i));
        let paths = self.named.keys().map(String::as_str);
        let paths = paths.filter(|path| without_keys(path) == here.module);
        let all = paths.flat_map(|path| match here.each {
            None => vec![Instance { path, key: None }],
            Some(_) => {
                let made = self.policies.made.iter().filter(|m| m.path == path);
                let own = made.filter(|m| block.is_some_and(|b| std::ptr::eq(b, m.node)));
                let keys = own.filter_map(|m| m.key.as_ref());
                keys.map(|key| Instance {
                    path,
                    key: Some(key),
                })
                .collect()
            }
        });
        let mine = here.each.map(|(_, key)| key);
        all.filter(|i| !(i.path == here.path && i.key == mine))
            .collect()
    }

    /// The names that may stand in an expression: of what is another in another instance, of what is generated, of the bucket
    /// that `arn` is about, and of variables where there is no other instance.
    fn names(&self, arn: &str, here: &Here<'_>, others: &[Instance<'_>]) -> Vec<Name> {
        let mut out = Vec::new();
        if let Some((name, key)) = here.each {
            let keys = others.iter().map(|i| i.key.map(text_of));
            out.push(Name {
                name: name.to_owned(),
                value: text_of(key),
                elsewhere: keys.collect(),
                always: false,
                own: false,
            });
        }
        let bucket = arn.split_once(":s3:::").map(|(_, rest)| rest);
        let bucket = bucket.and_then(|rest| rest.split('/').next());
        let named = self.named.get(here.path).into_iter().flatten();
        for (name, value) in named {
            let usable = name.starts_with("var.") || self.refer;
            if !usable || value.is_empty() || value.starts_with("arn:") {
                continue;
            }
            let there = |i: &Instance<'_>| {
                let all = self.named.get(i.path)?;
                let found = all.iter().find(|(own, _)| own == name);
                found.map(|(_, value)| value.clone())
            };
            let elsewhere: Vec<Option<String>> = others.iter().map(there).collect();
            let generated = self.generated.contains(value) || bucket == Some(value);
            let own = !generated && others.is_empty() && self.is_own(arn, here, name, value);
            let always = generated || own;
            let differs = elsewhere.iter().any(|other| other.as_ref() != Some(value));
            let block = here.block;
            let circle = || block.is_some_and(|b| self.reach(here.module, name).contains(&b));
            if (always || differs) && !circle() {
                out.push(Name {
                    name: name.clone(),
                    value: value.clone(),
                    elsewhere,
                    always,
                    own,
                });
            }
        }
        out
    }

    /// Whether a text that a variable has is taken for the variable's where there is one instance: a short one may be a word
    /// that is used for something else, and so may one that several variables have.
    fn is_own(&self, arn: &str, here: &Here<'_>, name: &str, value: &str) -> bool {
        const SHORT: usize = 5;
        // What the parts of an ARN are called is nobody's, and what is no ARN has none.
        let mut parts = arn.splitn(6, ':');
        let Some("arn") = parts.next() else {
            return false;
        };
        let (service, resource) = (parts.nth(1), parts.nth(2));
        let kind = resource.and_then(|r| r.split(['/', ':']).next());
        let kind = kind.filter(|_| service != Some("s3"));
        if service == Some(value) || kind == Some(value) {
            return false;
        }
        let named = self.named.get(here.path).into_iter().flatten();
        let all = named.filter(|(other, own)| other.starts_with("var.") && own == value);
        name.starts_with("var.") && value.len() >= SHORT && all.count() == 1
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

    /// Names with their values here and in the other instances.
    fn names(all: &[(&str, &str, &[&str])]) -> Vec<Name> {
        let own = |(name, value, others): &(&str, &str, &[&str])| Name {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
            elsewhere: others.iter().map(|v| Some((*v).to_owned())).collect(),
            always: others.is_empty(),
            own: false,
        };
        all.iter().map(own).collect()
    }

    fn written(text: &str, all: &[(&str, &str, &[&str])], needed: &[&str]) -> String {
        let instances = all.first().map_or(0, |(_, _, others)| others.len());
        let parts = compose(text, &names(all), instances, &|_, there| {
            needed.contains(&there)
        });
        parts.iter().map(Part::in_quotes).collect()
    }

    #[test]
    fn what_differs_between_instances_is_named() {
        let each: &[(&str, &str, &[&str])] = &[("each.key", "api", &["web"])];
        assert_eq!(
            written("/api/image/*", each, &["/web/image/*"]),
            "/${each.key}/image/*"
        );
        assert_eq!(
            written("svc-api/x", each, &["svc-web/x"]),
            "svc-${each.key}/x"
        );
        // A word that happens to be the key of one stays as it is.
        assert_eq!(
            written("/api/api/*", each, &["/web/api/*"]),
            "/${each.key}/api/*"
        );
        assert_eq!(written("/api/api/*", each, &["/api/api/*"]), "/api/api/*");
        assert_eq!(written("rapid/*", each, &["rapid/*"]), "rapid/*");
        let several: &[(&str, &str, &[&str])] = &[
            ("var.same", "a", &["a"]),
            ("var.name", "a", &["b"]),
            ("var.long", "a-b", &["c"]),
        ];
        assert_eq!(
            written("a/a-b", several, &["b/c"]),
            "${var.name}/${var.long}"
        );
        // Where others do not need the like, nothing is named.
        assert_eq!(written("/api/*", each, &[]), "/api/*");
    }

    #[test]
    fn what_is_generated_is_always_named() {
        let bucket: &[(&str, &str, &[&str])] = &[("var.site", "site-123", &[])];
        assert_eq!(written("site-123/*", bucket, &[]), "${var.site}/*");
        assert_eq!(written("é${site-123}", bucket, &[]), "é$${${var.site}}");
        assert_eq!(written("", bucket, &[]), "");
    }

    #[test]
    fn words_further_down_in_a_path_are_nobody_s() {
        assert_eq!(path_of("/delivery/latest/x"), 9);
        assert_eq!(path_of("arn:aws:s3:::b/delivery/latest"), 23);
        assert_eq!(path_of("arn:aws:iam::1:role/a/b"), usize::MAX);
        let own = |text: &'static str| {
            let name = Name {
                name: "var.tag".to_owned(),
                value: "latest".to_owned(),
                elsewhere: Vec::new(),
                always: true,
                own: true,
            };
            let parts = compose(text, &[name], 0, &|_, _| true);
            parts.iter().map(Part::in_quotes).collect::<String>()
        };
        assert_eq!(own("/latest/latest/*"), "/${var.tag}/latest/*");
        assert_eq!(
            own("arn:aws:iam::1:role/x/latest"),
            "arn:aws:iam::1:role/x/${var.tag}"
        );
    }

    #[test]
    fn only_what_an_arn_is_of_names_an_instance() {
        assert_eq!(resource_of("arn:aws:s3:::api/x"), 13);
        assert_eq!(resource_of("arn:aws:ecr:r:1:repository/api"), 16);
        assert_eq!(resource_of("*"), 0);
    }
}
