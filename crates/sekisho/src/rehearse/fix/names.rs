//! What may be named in a statement, and where in an ARN.

use sekisho_iac::{Named, Naming, Node, OfResource, Whereabouts, template_key};
use serde_json::Value;

use super::compose::Instance;
use super::writer::{Here, Writer};

/// A name, and what it stands for here and in each other instance.
pub(super) struct Name {
    pub(super) name: String,
    pub(super) value: String,
    /// Nothing, where it has none there.
    pub(super) elsewhere: Vec<Option<String>>,
    /// Whether the value is never written as it is.
    pub(super) always: bool,
    /// Whether it is named only because it is the value of one variable, or of one local value.
    pub(super) own: bool,
    /// Where alone it stands for the value: how many bytes there are from there to the end of the text.
    pub(super) at: Option<usize>,
}

fn text_of(key: &Value) -> String {
    key.as_str().map_or_else(|| key.to_string(), str::to_owned)
}

/// The fields of an ARN.
struct Fields<'a> {
    arn: &'a str,
    partition: &'a str,
    service: &'a str,
    region: &'a str,
    account: &'a str,
    resource: &'a str,
}

impl<'a> Fields<'a> {
    fn of(arn: &'a str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        if parts.next() != Some("arn") {
            return None;
        }
        Some(Self {
            arn,
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }

    /// How many bytes there are from the beginning of a part of the ARN to its end.
    fn from(&self, part: &str) -> Option<usize> {
        let start = (part.as_ptr() as usize).checked_sub(self.arn.as_ptr() as usize)?;
        self.arn.len().checked_sub(start)
    }

    /// Where in the ARN what a name is a name of stands.
    fn place_of(&self, naming: Naming) -> Option<&'a str> {
        let place = match naming {
            Naming::Data(Whereabouts::Account) => self.account,
            Naming::Data(Whereabouts::Partition) => self.partition,
            Naming::Data(Whereabouts::Region) => self.region,
            Naming::Own(of) => {
                let mut path = self.resource.split('/');
                match (of, self.service) {
                    (OfResource::Artifact, "s3") => self.in_path()?.1,
                    (OfResource::Bucket, "s3") => path.next()?,
                    (OfResource::Pipeline, "s3") => self.in_path()?.0,
                    (OfResource::Pipeline, "codepipeline") => path.next()?,
                    (OfResource::Repository, "ecr") => self.resource.strip_prefix("repository/")?,
                    (OfResource::Role, "iam") => {
                        let name = self.resource.strip_prefix("role/")?;
                        name.rsplit('/').next()?
                    }
                    _ => return None,
                }
            }
            _ => return None,
        };
        (!place.is_empty()).then_some(place)
    }

    /// The pipeline and the artifact in an artifact's path: behind them comes a name that is another each time.
    fn in_path(&self) -> Option<(&'a str, &'a str)> {
        let path: Vec<&str> = self.resource.split('/').collect();
        match path.as_slice() {
            [_, pipeline, artifact, "*"] => Some((pipeline, artifact)),
            _ => None,
        }
    }

    /// Whether a text is what the parts of an ARN are called, which is nobody's.
    fn says(&self, text: &str) -> bool {
        let kind = self.resource.split(['/', ':']).next();
        self.service == text || kind.filter(|_| self.service != "s3") == Some(text)
    }
}

/// What of several names for one text is written: what says most about what it is.
fn rank(naming: Naming) -> u8 {
    match naming {
        Naming::Own(_) => 0,
        Naming::Each => 1,
        Naming::Variable => 2,
        Naming::Data(_) => 3,
        Naming::Local => 4,
        Naming::Random => 5,
        Naming::Output => 6,
    }
}

impl<'c> Writer<'c> {
    /// The names that may stand in an expression: of what is another in another instance, of what is generated, of the bucket
    /// that `arn` is about, and of what is named in one way only.
    pub(super) fn names(&self, arn: &str, here: &Here<'_>, others: &[Instance<'_>]) -> Vec<Name> {
        let mut out = Vec::new();
        let fields = Fields::of(arn);
        if here.template.is_some() {
            let given = self.of_template(here, here.path, here.each.map(|(_, key)| key));
            let all: Vec<&Named> = given.iter().filter(|n| arn.contains(&n.text)).collect();
            let names = all
                .iter()
                .filter_map(|named| self.name_of(named, fields.as_ref(), &all, here, others));
            return names.collect();
        }
        if let Some((name, key)) = here.each {
            let keys = others.iter().map(|i| i.key.map(text_of));
            out.push(Name {
                name: name.to_owned(),
                value: text_of(key),
                elsewhere: keys.collect(),
                always: false,
                own: false,
                at: None,
            });
        }
        let of_module = self.named.get(here.path);
        let of_block = here
            .each
            .and_then(|(_, key)| self.of_block(here, here.path, key));
        let all = of_module.into_iter().chain(of_block).flatten();
        // What is called as the whole bucket is the bucket's.
        let bucket = fields.as_ref().filter(|f| f.service == "s3");
        let bucket = bucket.and_then(|f| f.resource.split('/').next());
        let tells = |n: &Named| self.tells(n, here) || bucket == Some(n.text.as_str());
        let all = all.filter(|n| arn.contains(&n.text) && tells(n));
        let mut all: Vec<&Named> = all.collect();
        all.sort_by_key(|n| rank(n.naming));
        let names = all
            .iter()
            .filter_map(|named| self.name_of(named, fields.as_ref(), &all, here, others));
        out.extend(names);
        out
    }

    /// What has a name in an instance of a block, or of a call, only.
    pub(super) fn of_block(
        &self,
        here: &Here<'_>,
        path: &str,
        key: &Value,
    ) -> Option<&'c Vec<Named>> {
        if let Some(call) = here.call {
            return self.named.get(&format!("{path}{}[{key}]", call.call));
        }
        let node: &Node = self.configuration.nodes.get(here.block?)?;
        self.named
            .get(&format!("{path}{}[{key}]", node.local_address()))
    }

    /// What has a name in the template of an instance of a block.
    pub(super) fn of_template(
        &self,
        here: &Here<'_>,
        path: &str,
        key: Option<&Value>,
    ) -> &'c [Named] {
        let node = here.block.and_then(|i| self.configuration.nodes.get(i));
        let found = node.zip(here.template).and_then(|(node, argument)| {
            let key = key.map(Value::to_string);
            let key = template_key(path, node, key.as_deref(), argument);
            self.named.get(&key)
        });
        found.map_or(&[], Vec::as_slice)
    }

    /// Whether an ARN, or the part of its resource in which a text is a word only, is written in the configuration as it is: then
    /// it is not made of what happens to have the text.
    fn stands_written(&self, fields: &Fields<'_>, value: &str) -> bool {
        let sources = &self.configuration.sources;
        let written = |text: &str| sources.values().any(|s| s.text.contains(text));
        let mut parts = fields.resource.split(['/', ':']);
        written(fields.arn)
            || parts.any(|part| part != value && part.contains(value) && written(part))
    }

    /// Whether a variable or a local value tells what a statement is about, rather than has the same text: something that a
    /// delivery is about is made of it. An account may be any that is said.
    fn tells(&self, named: &Named, here: &Here<'_>) -> bool {
        let mut parts = named.name.splitn(3, ['.', '[']);
        let (root, name) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        if !matches!(root, "var" | "local") {
            return true;
        }
        let root = (here.module.to_owned(), format!("{root}.{name}"));
        // The part of an instance goes along with it.
        let goes_along = |part: &str| part.contains("each.") || part.contains("count.");
        let part = parts.next().is_some_and(|part| !goes_along(part));
        let account = sekisho_arn::is_account_id(&named.text);
        (account || self.told.contains(&root)) && !(part && self.apart.contains(&root))
    }

    fn name_of(
        &self,
        named: &Named,
        fields: Option<&Fields<'_>>,
        all: &[&Named],
        here: &Here<'_>,
        others: &[Instance<'_>],
    ) -> Option<Name> {
        let (name, value, naming) = (&named.name, &named.text, named.naming);
        if value.is_empty() || value.starts_with("arn:") {
            return None;
        }
        let there = |other: &Instance<'_>| {
            if here.template.is_some() {
                let all = self.of_template(here, other.path, other.key);
                let found = all.iter().find(|n| n.name == *name);
                return found.map(|n| n.text.clone());
            }
            let of_module = self.named.get(other.path);
            let of_block = other
                .key
                .and_then(|key| self.of_block(here, other.path, key));
            let mut all = of_module.into_iter().chain(of_block).flatten();
            let found = all.find(|n| n.name == *name);
            found.map(|n| n.text.clone())
        };
        let elsewhere: Vec<Option<String>> = others.iter().map(there).collect();
        let differs = elsewhere.iter().any(|other| other.as_ref() != Some(value));
        let bound = matches!(naming, Naming::Own(_) | Naming::Data(_));
        let at = match (bound, fields) {
            (true, None) => return None,
            (true, Some(fields)) => {
                let place = fields.place_of(naming)?;
                Some(fields.from(place).filter(|_| place == value)?)
            }
            (false, _) => None,
        };
        let bucket = fields.filter(|f| f.service == "s3");
        let bucket = bucket.and_then(|f| f.resource.split('/').next());
        let generated = self.generated.contains(value) || bucket == Some(value);
        let own = !bound
            && !generated
            && fields.is_some_and(|f| is_own(f, named, all) && !self.stands_written(f, value));
        let always = generated || ((own || bound) && !differs);
        if !(always || differs) {
            return None;
        }
        let reach = self.reach(here.module, name);
        let usable = self.refer || reach.is_empty() || matches!(naming, Naming::Variable);
        let circle = !here.beside && here.block.is_some_and(|b| reach.contains(&b));
        (usable && !circle).then(|| Name {
            name: name.clone(),
            value: value.clone(),
            elsewhere,
            always,
            own: own && !differs,
            at,
        })
    }
}

/// Whether a text that a variable or a local value has is taken for its: a short one may be a word that is used for something
/// else, and so may one that several have.
fn is_own(fields: &Fields<'_>, named: &Named, all: &[&Named]) -> bool {
    const SHORT: usize = 5;
    if fields.says(&named.text) || named.text.len() < SHORT {
        return false;
    }
    let others = |naming: Naming, whole: bool| {
        let same = |n: &&&Named| n.naming == naming && n.text == named.text;
        let counted = all.iter().filter(same);
        counted.filter(|n| is_whole(&n.name) || !whole).count()
    };
    // Of a whole variable rather than of something in one.
    let alone = |naming: Naming| others(naming, is_whole(&named.name)) == 1;
    match named.naming {
        Naming::Variable => alone(Naming::Variable),
        Naming::Local => others(Naming::Variable, false) == 0 && alone(Naming::Local),
        _ => false,
    }
}

/// Whether a name is that of a whole variable or local value, and not of something in it.
fn is_whole(name: &str) -> bool {
    let rest = name.strip_prefix("var.");
    let rest = rest.or_else(|| name.strip_prefix("local."));
    rest.is_some_and(|rest| !rest.contains(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_where_they_belong() {
        let account = Naming::Data(Whereabouts::Account);
        let region = Naming::Data(Whereabouts::Region);
        let partition = Naming::Data(Whereabouts::Partition);
        let all = [
            ("arn:aws:iam::1:role/a/b", account, Some(("1", 10))),
            ("arn:aws:iam::1:role/a/b", region, None),
            ("arn:aws-cn:iam::1:root", partition, Some(("aws-cn", 18))),
            ("arn:aws:kms:r:1:key/x", region, Some(("r", 9))),
            (
                "arn:aws:iam::1:role/a/b",
                Naming::Own(OfResource::Role),
                Some(("b", 1)),
            ),
            ("arn:aws:iam::1:root", Naming::Own(OfResource::Role), None),
            (
                "arn:aws:ecr:r:1:repository/t/app",
                Naming::Own(OfResource::Repository),
                Some(("t/app", 5)),
            ),
            (
                "arn:aws:s3:::b/p/a/*",
                Naming::Own(OfResource::Pipeline),
                Some(("p", 5)),
            ),
            (
                "arn:aws:s3:::b/p/*",
                Naming::Own(OfResource::Pipeline),
                None,
            ),
            (
                "arn:aws:s3:::b/p/*",
                Naming::Own(OfResource::Bucket),
                Some(("b", 5)),
            ),
            (
                "arn:aws:codepipeline:r:1:p",
                Naming::Own(OfResource::Pipeline),
                Some(("p", 1)),
            ),
            ("arn:aws:iam::1:role/x", Naming::Variable, None),
        ];
        for (arn, naming, expected) in all {
            let fields = Fields::of(arn).unwrap();
            let place = fields.place_of(naming);
            let found = place.map(|place| (place, fields.from(place).unwrap()));
            assert_eq!(found, expected, "{arn} {naming:?}");
        }
        assert!(Fields::of("codepipeline.amazonaws.com").is_none());
        assert!(Fields::of("arn:aws:iam").is_none());
    }
}
