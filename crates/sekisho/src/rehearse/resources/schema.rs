//! The AWS provider's schema of what is here: arguments become what the provider takes, and what is not given is null, or
//! the provider's own default.
//!
//! `schema.json` is of hashicorp/aws 5.100; `cargo xtask provider` refreshes it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use sekisho_iac::{
    Arguments, Configuration, Node, Place, Problem, Provider, Reason, Shape, Type, Value as Typed,
};
use serde_json::{Map, Value, json};

/// What a block takes.
struct Block {
    attributes: BTreeMap<String, Attribute>,
    blocks: BTreeMap<String, Block>,
    /// The attributes that are secrets.
    secrets: Vec<String>,
    /// The attributes that have to be given.
    required: Vec<String>,
    /// The attributes that only the provider fills.
    read_only: Vec<String>,
    /// Whether there is at most one.
    one: bool,
    /// Whether there is at least one.
    some: bool,
}

struct Attribute {
    kind: Type,
    /// Whether the provider fills it where it is not given.
    computed: bool,
}

impl Block {
    fn read(schema: &Value) -> Self {
        let members = |name: &str| schema[name].as_object().into_iter().flatten();
        let names = |name: &str| serde_json::from_value(schema[name].clone()).unwrap_or_default();
        let of = |name: &'static str| {
            let attribute = move |(k, v): (&String, &Value)| {
                let (kind, computed) = (Type::of_schema(v), name == "computed");
                (k.clone(), Attribute { kind, computed })
            };
            members(name).map(attribute)
        };
        Self {
            attributes: of("attributes").chain(of("computed")).collect(),
            blocks: members("blocks")
                .map(|(k, v)| (k.clone(), Self::read(v)))
                .collect(),
            secrets: names("sensitive"),
            required: names("required"),
            read_only: names("read_only"),
            one: schema["one"] == json!(true),
            some: schema["some"] == json!(true),
        }
    }

    /// Makes values what the provider takes; an error names the argument.
    fn convert(&self, values: &mut Map<String, Value>) -> Result<(), (String, Reason)> {
        for (name, value) in values.iter_mut().filter(|(_, v)| !v.is_null()) {
            if let Some(attribute) = self.attributes.get(name) {
                let typed = Typed::from(value.clone()).convert(&attribute.kind);
                let typed = typed.map_err(|why| (name.clone(), why))?;
                *value = typed.to_json();
            } else if let Some(block) = self.blocks.get(name) {
                // In a configuration of JSON a single block may stand without a list.
                if value.is_object() {
                    *value = Value::Array(vec![value.take()]);
                }
                let nested = value.as_array_mut().into_iter().flatten();
                for nested in nested.filter_map(Value::as_object_mut) {
                    block
                        .convert(nested)
                        .map_err(|(inner, why)| (format!("{name}.{inner}"), why))?;
                }
            }
        }
        Ok(())
    }

    /// The first of some arguments, by its way from here, that the provider does not know; and the one that is meant, where
    /// that is clear.
    fn unknown(&self, given: &Map<String, Value>, top: bool) -> Option<(String, Option<String>)> {
        for (name, value) in given {
            if let Some(block) = self.blocks.get(name) {
                let nested = match value {
                    Value::Array(all) => all.as_slice(),
                    one => std::slice::from_ref(one),
                };
                let mut nested = nested.iter().filter_map(Value::as_object);
                let found = nested.find_map(|nested| block.unknown(nested, false));
                if let Some((inner, meant)) = found {
                    let meant = meant.map(|meant| format!("{name}.{meant}"));
                    return Some((format!("{name}.{inner}"), meant));
                }
            } else if !(self.attributes.contains_key(name)
                || top && name == super::region::ARGUMENT)
            {
                let meant = self.meant(name, given, top);
                // What is not set asks for nothing: an argument of a later version may stand there.
                if meant.is_some() || !(value.is_null() || *value == json!([])) {
                    return Some((name.clone(), meant));
                }
            }
        }
        None
    }

    /// The first argument or block, by its way from here, that has to be given and is not; or that only the provider gives.
    fn wrong(&self, given: &Map<String, Value>) -> Option<(String, &'static str)> {
        let set = |name: &str| given.get(name).is_some_and(|value| !value.is_null());
        // A later version of the provider takes a region everywhere.
        let mut read_only = self.read_only.iter();
        if let Some(name) = read_only.find(|name| *name != super::region::ARGUMENT && set(name)) {
            return Some((
                name.clone(),
                "is not set by anybody: the provider says it when it is made",
            ));
        }
        if let Some(name) = self.required.iter().find(|name| !set(name)) {
            return Some((name.clone(), "is required"));
        }
        for (name, block) in &self.blocks {
            let nested = given.get(name).map_or(&[][..], |value| match value {
                Value::Array(all) => all.as_slice(),
                Value::Null => &[],
                one => std::slice::from_ref(one),
            });
            if block.some && nested.is_empty() {
                return Some((name.clone(), "is required"));
            }
            let mut nested = nested.iter().filter_map(Value::as_object);
            if let Some((inner, why)) = nested.find_map(|nested| block.wrong(nested)) {
                return Some((format!("{name}.{inner}"), why));
            }
        }
        None
    }

    /// The argument that a misspelt one is: the most alike of those that are not given, or of those that all resources have.
    fn meant(&self, name: &str, given: &Map<String, Value>, top: bool) -> Option<String> {
        let all = self.attributes.keys().chain(self.blocks.keys());
        let open = all.filter(|own| !given.contains_key(*own));
        let meta = sekisho_iac::META.iter().copied().filter(|_| top);
        let own = sekisho_iac::alike(name, open.map(String::as_str).chain(meta));
        own.map(str::to_owned)
    }

    /// Adds nulls for what is not given, and nothing for what the provider would fill.
    fn complete(&self, values: &mut Map<String, Value>) {
        let absent = self.attributes.iter().filter(|(_, a)| !a.computed);
        for (name, _) in absent {
            values.entry(name.clone()).or_insert(Value::Null);
        }
        for (name, block) in &self.blocks {
            let nested = values.entry(name.clone()).or_insert_with(|| json!([]));
            let nested = nested.as_array_mut().into_iter().flatten();
            for nested in nested.filter_map(Value::as_object_mut) {
                block.complete(nested);
            }
        }
    }
}

/// What the provider fills in where nothing is given, by type and attribute.
fn defaults() -> &'static BTreeMap<String, Map<String, Value>> {
    static ALL: OnceLock<BTreeMap<String, Map<String, Value>>> = OnceLock::new();
    ALL.get_or_init(|| serde_json::from_str(include_str!("defaults.json")).unwrap_or_default())
}

/// Arguments that are here and that a later version of the provider has than the schema is of.
const LATER: &[(&str, &str)] = &[(
    "aws_ecr_repository",
    "image_tag_mutability_exclusion_filter",
)];

/// What the schema calls the type of a node.
fn name(node: &Node) -> String {
    match (node.is_data(), &*node.type_name) {
        (true, name) => format!("data.{name}"),
        (false, name) => name.to_owned(),
    }
}

fn find(node: &Node) -> Option<&'static Block> {
    find_named(&name(node))
}

/// The schema of a type as the file calls it; that of the provider itself is `provider`.
fn find_named(name: &str) -> Option<&'static Block> {
    static ALL: OnceLock<BTreeMap<String, Block>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let schemas: Value = serde_json::from_str(include_str!("schema.json")).unwrap_or_default();
        let schemas = schemas.as_object().into_iter().flatten();
        schemas.map(|(k, v)| (k.clone(), Block::read(v))).collect()
    });
    all.get(name)
}

/// Refuses what Terraform refuses in a block of the provider itself: arguments that it has not, or not any more, and values that
/// are not what they must be.
pub(in crate::rehearse) fn check_provider(provider: &Provider) -> Result<(), Problem> {
    let Some(block) = find_named("provider") else {
        return Ok(());
    };
    let mut given = provider.values.clone();
    given.retain(|name, _| !matches!(&**name, "alias" | "version"));
    let refuse = |why: String| {
        let message = format!("provider `{}`: {why}", provider.id.name);
        Err(Problem::at(&provider.place, message))
    };
    // What has no value yet has a name.
    let unmade = provider
        .unknown
        .iter()
        .filter_map(|name| name.split('.').next());
    for name in unmade.filter(|name| !matches!(*name, "alias" | "version")) {
        if !block.attributes.contains_key(name) && !block.blocks.contains_key(name) {
            return refuse(format!("`{name}` is no argument of it"));
        }
    }
    if let Some((name, meant)) = block.unknown(&given, true) {
        let meant = meant.map(|meant| format!(": did you mean `{meant}`?"));
        return refuse(format!(
            "`{name}` is no argument of it{}",
            meant.unwrap_or_default()
        ));
    }
    if let Err((name, why)) = block.convert(&mut given) {
        return refuse(format!(
            "the argument `{name}` is not what it must be: {why}"
        ));
    }
    Ok(())
}

/// Makes the arguments what the provider takes: texts that are numbers become numbers, and so on.
pub(in crate::rehearse) fn convert(node: &Node, arguments: &mut Arguments) -> Result<(), Problem> {
    let Some(block) = find(node) else {
        return Ok(());
    };
    block.convert(&mut arguments.values).map_err(|(name, why)| {
        let first = name.split('.').next().unwrap_or_default();
        let place = arguments.places.get(first).unwrap_or(&arguments.place);
        let message = format!(
            "the argument `{name}` of {} is not what it must be: {why}",
            node.type_name
        );
        Problem::at(place, Reason::of(why.kind, message))
    })
}

/// Refuses what Terraform refuses: arguments that are misspelt, that are not given though they have to be, and that only the
/// provider gives, wherever they stand in a block. Other arguments that the schema does not have may be of a later version of
/// the provider.
pub(in crate::rehearse) fn check(node: &Node, arguments: &Arguments) -> Result<(), Problem> {
    let mut given = arguments.values.clone();
    given.retain(|name, _| !LATER.contains(&(&*node.type_name, &**name)));
    let block = find(node);
    let at = |name: &str| {
        let first = name.split('.').next().unwrap_or_default();
        arguments.places.get(first).unwrap_or(&arguments.place)
    };
    let Some((name, meant)) = block.and_then(|block| block.unknown(&given, true)) else {
        let wrong = block.filter(|_| !node.place.source.is_plan());
        return match wrong.and_then(|block| block.wrong(&arguments.values)) {
            Some((name, why)) => Err(Problem::at(
                at(&name),
                format!("the argument `{name}` {why}"),
            )),
            None => Ok(()),
        };
    };
    let place = at(&name);
    let of = &node.type_name;
    let reason = match meant {
        Some(meant) => format!("`{name}` is no argument of {of}: did you mean `{meant}`?").into(),
        None => Reason::unsupported(format!(
            "`{name}` is no argument of {of} in version 5 of the AWS provider, and one of a later version is not supported yet"
        )),
    };
    Err(Problem::at(place, reason))
}

/// Refuses attributes that are misspelt, wherever they are asked for, as Terraform does before it plans. Others that the schema
/// does not have may be of a later version of the provider.
pub(in crate::rehearse) fn check_names(configuration: &Configuration) -> Result<(), Vec<Problem>> {
    let nothing = Map::new();
    let problem = |(node, name, place): (&Node, String, Place)| {
        let block = find(node)?;
        let known = block.attributes.contains_key(&name) || block.blocks.contains_key(&name);
        if known || name.is_empty() {
            return None;
        }
        let meant = block.meant(&name, &nothing, false)?;
        let message = format!(
            "{}: there is no attribute `{name}`: did you mean `{meant}`?",
            node.address()
        );
        Some(Problem::at(&place, message))
    };
    let all = configuration.attributes().into_iter();
    let shapes = configuration.nodes.iter().flat_map(wrong_shapes);
    let problems: Vec<Problem> = all.filter_map(problem).chain(shapes).collect();
    match problems.is_empty() {
        true => Ok(()),
        false => Err(problems),
    }
}

/// What of a node is written as an argument and is a block, or the other way about; and blocks of which there is one only.
fn wrong_shapes(node: &Node) -> Vec<Problem> {
    let Some(top) = find(node) else {
        return Vec::new();
    };
    let of = &node.type_name;
    let wrong = |shape: &Shape| {
        let mut parts = shape.within.iter();
        let parent = parts.try_fold(top, |block, name| block.blocks.get(name))?;
        let name = &shape.name;
        match (shape.block, parent.blocks.get(name)) {
            (false, Some(_)) => Some(format!(
                "`{name}` is a block of {of}, and no argument: write it without `=`"
            )),
            (true, Some(block)) if shape.again && block.one => {
                Some(format!("`{name}` stands there twice: {of} takes one"))
            }
            (true, None) => {
                let kind = &parent.attributes.get(name)?.kind;
                let plain = !matches!(kind, Type::List(_) | Type::Set(_) | Type::Any);
                plain.then(|| {
                    format!("`{name}` is an argument of {of}, and no block: write it with `=`")
                })
            }
            _ => None,
        }
    };
    let shapes = node.shapes();
    let shapes = shapes
        .iter()
        .filter_map(|s| Some(Problem::at(&s.place, wrong(s)?)));
    let known = |name: &str| {
        top.attributes.contains_key(name)
            || top.blocks.contains_key(name)
            || matches!(name, "all" | super::region::ARGUMENT)
            || LATER.contains(&(of.as_str(), name))
    };
    let ignored = node.ignored().into_iter().filter(|(name, _)| !known(name));
    let ignored = ignored.map(|(name, place)| {
        let message = format!("`ignore_changes`: {of} has no `{name}`");
        Problem::at(&place, message)
    });
    shapes.chain(ignored).collect()
}

/// The attributes of a node that the provider calls secrets.
pub(in crate::rehearse) fn secrets(node: &Node) -> Vec<String> {
    let own = find(node).map(|block| block.secrets.clone());
    let other = || {
        let mut others = SECRETS.iter().filter(|(kind, _)| *kind == node.type_name);
        let names = others.next().map_or(&[][..], |(_, names)| names);
        names.iter().map(|name| (*name).to_owned()).collect()
    };
    own.unwrap_or_else(other)
}

/// What providers call secrets of what is not made here, whose values are given: they may be real ones (`terraform
/// providers schema` of version 5.100.0 of the AWS provider; documentation of the random provider).
const SECRETS: &[(&str, &[&str])] = &[
    (
        "aws_secretsmanager_secret_version",
        &["secret_binary", "secret_string"],
    ),
    ("aws_ssm_parameter", &["value"]),
    ("aws_ssm_parameters_by_path", &["values"]),
    ("random_password", &["bcrypt_hash", "result"]),
];

/// What was made, with its sets as sets: in JSON they are lists.
pub(in crate::rehearse) fn typed(node: &Node, made: Map<String, Value>) -> Typed {
    let block = find(node);
    let members = made.into_iter().map(|(name, value)| {
        let attribute = block.and_then(|b| b.attributes.get(&name));
        // A null has a type, too.
        let set = attribute.filter(|a| matches!(a.kind, Type::Set(_)) || value.is_null());
        let set = set.and_then(|a| Typed::from(value.clone()).convert(&a.kind).ok());
        (name, value, set)
    });
    let mut json = Map::new();
    let mut sets = BTreeMap::new();
    for (name, value, set) in members {
        match set {
            Some(set) => drop(sets.insert(name, set)),
            None => drop(json.insert(name, value)),
        }
    }
    match Typed::of_provider(Value::Object(json)) {
        Typed::Object(own) => {
            let mut own = (*own).clone();
            own.extend(sets);
            Typed::object(own)
        }
        other => other,
    }
}

/// Whether the provider fills an attribute when it makes the resource, and Terraform does not know it before.
pub(in crate::rehearse) fn is_known_after_apply(node: &Node, attribute: &str) -> bool {
    match find(node) {
        // What is made of tags is known when there are some.
        Some(_) if attribute == "tags_all" && node.has("tags") => false,
        Some(block) => block.attributes.get(attribute).is_some_and(|a| a.computed),
        None => matches!(attribute, "id" | "arn") || node.type_name.starts_with("random_"),
    }
}

/// Adds what was not given to the values of what was made.
pub(in crate::rehearse) fn complete(node: &Node, values: &mut Map<String, Value>) {
    let Some(block) = find(node) else {
        return;
    };
    let own = name(node);
    for (name, default) in defaults().get(&own).into_iter().flatten() {
        let value = values.entry(name.clone()).or_insert(Value::Null);
        if value.is_null() {
            value.clone_from(default);
        }
    }
    // The provider makes it of `tags`, whatever is written; a plan has what it has made.
    let made = node.place.source.is_plan() && values.contains_key("tags_all");
    if block.attributes.contains_key("tags_all") && !made {
        let tags = values.get("tags").filter(|tags| !tags.is_null());
        let tags = tags.cloned().unwrap_or_else(|| json!({}));
        values.insert("tags_all".to_owned(), tags);
    }
    block.complete(values);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_of_an_attribute_and_of_its_type() {
        let schemas: Value = serde_json::from_str(include_str!("schema.json")).unwrap();
        assert!(defaults().len() > 20);
        for (of, name, value) in defaults()
            .iter()
            .flat_map(|(of, all)| all.iter().map(move |(name, value)| (of, name, value)))
        {
            let block = Block::read(&schemas[of]);
            let attribute = block.attributes.get(name);
            let attribute = attribute.unwrap_or_else(|| panic!("{of} has no {name}"));
            let typed = Typed::from(value.clone()).convert(&attribute.kind);
            assert_eq!(typed.map(|v| v.to_json()), Ok(value.clone()), "{of}.{name}");
        }
    }

    #[test]
    fn every_type_that_is_here_has_a_schema() {
        let schemas: Value = serde_json::from_str(include_str!("schema.json")).unwrap();
        for kind in super::super::TYPES {
            assert!(schemas[kind.name].is_object(), "{}", kind.name);
        }
        for kind in super::super::DATA {
            let name = format!("data.{}", kind.name);
            assert!(schemas[&*name].is_object(), "{name}");
        }
    }
}
