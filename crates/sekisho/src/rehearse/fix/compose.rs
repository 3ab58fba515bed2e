//! Texts with names in them: what is another in every instance of a block or a module, what the provider generates, and,
//! where there is one instance, what is the value of one variable, is not written as it was in the rehearsal.

use std::collections::BTreeSet;

use sekisho_iac::{NodeKind, quoted, without_keys};
use serde_json::{Value, json};

use super::calls::{self, Called};
use super::names::Name;
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
            Self::Name(name) => in_template(name),
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
            Self::Name(name) => in_template(name),
        }
    }
}

/// A name as it stands in a text: what is a text with names in it itself goes on in it.
fn in_template(name: &str) -> String {
    let inner = name.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
    inner.map_or_else(|| format!("${{{name}}}"), str::to_owned)
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
    let random = policies
        .made
        .iter()
        .filter(|m| m.node.type_name.starts_with("random_"));
    let random = random.flat_map(|made| made.values.values().filter_map(Value::as_str));
    // What is as short as this stands in texts by chance.
    let random = random.filter(|text| text.len() > 3);
    made_up.chain(random).map(str::to_owned).collect()
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
            name.at.is_none_or(|at| at == rest.len())
                && !word(before)
                && behind.is_some_and(|behind| !word(behind.chars().next()))
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
        choices.extend(place.names.iter().map(|n| Some(*n)));
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
/// `needed`; before the byte `front` nothing names an instance.
fn compose<'a>(
    text: &'a str,
    front: usize,
    names: &[Name],
    instances: usize,
    needed: &dyn Fn(usize, &str) -> bool,
) -> Vec<Part<'a>> {
    let mut places = places(text, names);
    // A word further down in a path may be any.
    let path = path_of(text);
    for place in &mut places {
        let far = place.start >= path;
        let before = place.start < front;
        place
            .names
            .retain(|name| !(far && name.own) && (name.always || !before));
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
pub(super) struct Instance<'c> {
    pub(super) path: &'c str,
    pub(super) key: Option<&'c Value>,
}

impl<'c> Writer<'c> {
    /// An ARN in parts.
    pub(super) fn parts<'a>(&self, arn: &'a str, here: &Here<'_>) -> Vec<Part<'a>> {
        let calls = here.call.map(|_| self.calls(here)).unwrap_or_default();
        let others = self.others_of(here, &calls);
        let names = self.names(arn, here, &others);
        let needed = |i: usize, fits: &dyn Fn(&str) -> bool| {
            let all = others.get(i).and_then(|i| self.needed_by(i, here));
            all.is_some_and(|all| all.iter().any(|own| fits(own)))
        };
        if let Some((name, rest)) = self.reference(arn, here) {
            let needed = |i: usize, there: &str| needed(i, &|own| own.ends_with(there));
            let mut out = vec![Part::Name(name)];
            out.extend(compose(rest, 0, &names, others.len(), &needed));
            return out;
        }
        // Where there are other instances, what is before the resource names none of them.
        let front = if others.is_empty() {
            0
        } else {
            resource_of(arn)
        };
        let needed = |i: usize, there: &str| needed(i, &|own| own == there);
        compose(arn, front, &names, others.len(), &needed)
    }

    /// What the holder in another instance lacks, that is there what the one here is here.
    fn needed_by(&self, other: &Instance<'_>, here: &Here<'_>) -> Option<&BTreeSet<String>> {
        let made = &self.policies.made;
        let own = made.iter().find(|m| m.text("arn") == Some(here.holder));
        if let (Some(call), Some(key)) = (here.call, other.key) {
            let own = own?;
            let path = call.elsewhere(own.path, other.path, key)?;
            let mut same = made.iter().filter(|m| std::ptr::eq(m.node, own.node));
            let there = same.find(|m| m.path == path && m.key == own.key)?;
            return self.needed.get(there.text("arn")?);
        }
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

    /// The instances of the call in which an expression stands.
    fn calls(&self, here: &Here<'_>) -> Vec<Called<'c>> {
        let paths = self.named.keys().map(String::as_str);
        let paths = paths.filter(|path| without_keys(path) == here.module);
        paths
            .flat_map(|path| calls::all(&self.policies.made, here, path))
            .collect()
    }

    /// The other instances of what an expression stands in, be it one of these calls.
    fn others_of<'w>(&'w self, here: &Here<'_>, calls: &'w [Called<'c>]) -> Vec<Instance<'w>> {
        if let Some(own) = here.call {
            let others = calls
                .iter()
                .filter(|c| (c.path, &c.key) != (here.path, &own.key));
            let others = others.map(|c| Instance {
                path: c.path,
                key: Some(&c.key),
            });
            return others.collect();
        }
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
        // The id of a key is none, however the rest is said.
        let key = !self.fixed(arn) && arn.contains(":key/");
        let fixed = |part: &Part<'_>| match part {
            Part::Text(text) => self.fixed(text) && !(key && text.contains("key/")),
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
            at: None,
        };
        all.iter().map(own).collect()
    }

    fn written(text: &str, all: &[(&str, &str, &[&str])], needed: &[&str]) -> String {
        let instances = all.first().map_or(0, |(_, _, others)| others.len());
        let parts = compose(text, 0, &names(all), instances, &|_, there| {
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
                at: None,
            };
            let parts = compose(text, 0, &[name], 0, &|_, _| true);
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
