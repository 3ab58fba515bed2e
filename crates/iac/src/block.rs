//! Resources and data sources as they stand in the files.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body, Structure};
use serde_json::{Map, Value as Json};

use crate::condition::hold;
use crate::eval::evaluate;
use crate::scope::Scope;
use crate::value::Value;
use crate::{Place, Problem, Source};

/// A resource or a data source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// `resource`.
    Resource,
    /// `data`.
    Data,
    /// `ephemeral`: read each time, and kept nowhere.
    Ephemeral,
}

/// A block of the configuration that is to be made or read.
#[derive(Debug, Clone)]
pub struct Node {
    /// Resource or data source.
    pub kind: NodeKind,
    /// Its type, for example `aws_iam_role`.
    pub type_name: String,
    /// Its name.
    pub name: String,
    /// The module that it is in.
    pub(crate) module: usize,
    /// What comes before its address: `module.a.`, or nothing.
    pub path: String,
    /// Where it stands.
    pub place: Place,
    /// The provider that it names, for example `aws.registry`.
    pub provider: Option<String>,
    pub(crate) body: Body,
    /// The byte behind the block.
    pub(crate) end: usize,
}

/// A block in a resource, as it is written.
#[derive(Debug, Clone, Copy)]
pub struct Nested<'n> {
    body: &'n Body,
    source: &'n Arc<Source>,
}

impl<'n> Nested<'n> {
    /// An argument that is written as a plain text.
    #[must_use]
    pub fn plain(&self, name: &str) -> Option<&'n str> {
        self.body.get_attribute(name)?.value.as_str()
    }

    /// Where an argument's value stands: the path of the source and the bytes there.
    #[must_use]
    pub fn range(&self, name: &str) -> Option<(String, std::ops::Range<usize>)> {
        let span = self.body.get_attribute(name)?.value.span()?;
        Some((self.source.path.clone(), span))
    }
}

/// The evaluated arguments of a block, and where each stands.
#[derive(Debug, Clone)]
pub struct Arguments {
    /// The values; nested blocks are lists of objects.
    pub values: Map<String, Json>,
    /// Where each argument stands.
    pub places: BTreeMap<String, Place>,
    /// Where the block stands.
    pub place: Place,
}

/// How often a block is made.
#[derive(Debug, Clone, PartialEq)]
pub enum Repetition {
    /// Once.
    Once,
    /// This often; `count.index` tells the instances apart.
    Count(u64),
    /// Once for each; `each.key` and `each.value` tell the instances apart.
    Each(Vec<(String, Value)>),
}

/// Arguments that every block may have; they are not the resource's own.
pub const META: &[&str] = &["provider", "depends_on", "count", "for_each", "lifecycle"];

impl Node {
    /// `type.name`, or `data.type.name`, behind the modules that it is in; without keys of instances.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}{}", self.path, self.local_address())
    }

    /// The same as its own module sees it.
    #[must_use]
    pub fn local_address(&self) -> String {
        match self.kind {
            NodeKind::Resource => format!("{}.{}", self.type_name, self.name),
            NodeKind::Data => format!("data.{}.{}", self.type_name, self.name),
            NodeKind::Ephemeral => format!("ephemeral.{}.{}", self.type_name, self.name),
        }
    }

    /// How often the block is made: once, `count` times, or for each key.
    ///
    /// # Errors
    /// What cannot be evaluated, and where.
    pub fn repetition(&self, scope: &Scope<'_>) -> Result<Repetition, Problem> {
        repetition(&self.body, &self.place.source, scope)
    }

    /// Holds one instance to the conditions of its `lifecycle` block: those that come before it is made, and with its
    /// value those that come after.
    ///
    /// # Errors
    /// The first that is not met, in its own words.
    pub fn check(&self, scope: &Scope<'_>, made: Option<&Value>) -> Result<(), Problem> {
        let source = &self.place.source;
        let (kind, scope) = match made {
            Some(value) => ("postcondition", scope.with("self", value.clone())),
            None => ("precondition", scope.clone()),
        };
        let lifecycles = self.body.get_blocks("lifecycle");
        for block in lifecycles.flat_map(|l| l.body.get_blocks(kind)) {
            hold(kind, block, &scope, source)?;
        }
        Ok(())
    }

    /// An argument as it is written.
    #[must_use]
    pub fn written(&self, name: &str) -> Option<&str> {
        let span = self.body.get_attribute(name)?.value.span()?;
        Some(self.place.source.text.get(span)?.trim())
    }

    /// An argument that is written as a plain text.
    #[must_use]
    pub fn plain(&self, name: &str) -> Option<&str> {
        self.body.get_attribute(name)?.value.as_str()
    }

    /// Whether the block is made once or not at all: `count = … ? 1 : 0`, or the other way round.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        let value = self.body.get_attribute("count").map(|a| &a.value);
        let Some(Expression::Conditional(test)) = value else {
            return false;
        };
        let number = |value: &Expression| match value {
            Expression::Number(number) => number.value().as_u64(),
            _ => None,
        };
        let both = (number(&test.true_expr), number(&test.false_expr));
        matches!(both, (Some(1), Some(0)) | (Some(0), Some(1)))
    }

    /// What Terraform does not change once it is there (`lifecycle { ignore_changes }`), as it is written: names of
    /// arguments, or `all`.
    #[must_use]
    pub fn ignored_changes(&self) -> Vec<String> {
        let lifecycles = self.body.get_blocks("lifecycle");
        let all = lifecycles.filter_map(|l| l.body.get_attribute("ignore_changes"));
        let names = |value: &Expression| match value {
            Expression::Array(list) => list.iter().map(|v| v.to_string()).collect(),
            other => vec![other.to_string()],
        };
        all.flat_map(|a| names(&a.value))
            .map(|name| name.trim().trim_matches('"').to_owned())
            .collect()
    }

    /// Evaluates one argument; none where it is not written.
    ///
    /// # Errors
    /// What cannot be evaluated, and where.
    pub fn argument(
        &self,
        name: &str,
        scope: &Scope<'_>,
    ) -> Result<Option<serde_json::Value>, Problem> {
        let attribute = self.body.get_attribute(name);
        let value = attribute.map(|a| evaluate(&a.value, scope, &self.place.source));
        Ok(value.transpose()?.map(|value| value.to_json()))
    }

    /// The arguments of one instance that can be evaluated, by themselves; its blocks are not among them.
    #[must_use]
    pub fn readable(&self, scope: &Scope<'_>) -> Map<String, Json> {
        let own = self.body.attributes();
        let own = own.filter(|a| !META.contains(&a.key.as_str()));
        own.filter_map(|a| {
            let value = evaluate(&a.value, scope, &self.place.source).ok()?;
            Some((a.key.as_str().to_owned(), value.to_json()))
        })
        .collect()
    }

    /// The blocks in it at the end of a way of names, as they are written; dynamic ones are not among them.
    #[must_use]
    pub fn nested<'n>(&'n self, way: &[&str]) -> Vec<Nested<'n>> {
        let mut bodies = vec![&self.body];
        for name in way {
            let inner = bodies.into_iter().flat_map(|body| body.blocks());
            let inner = inner.filter(|block| block.ident.as_str() == *name);
            bodies = inner.map(|block| &block.body).collect();
        }
        let source = &self.place.source;
        let nested = bodies.into_iter().map(|body| Nested { body, source });
        nested.collect()
    }

    /// Evaluates the arguments of one instance.
    ///
    /// # Errors
    /// What cannot be evaluated, and where.
    pub fn arguments(&self, scope: &Scope<'_>) -> Result<Arguments, Problem> {
        let mut places = BTreeMap::new();
        let values = body(
            &self.body,
            scope,
            &self.place.source,
            Some(&mut places),
            true,
        )?;
        Ok(Arguments {
            values,
            places,
            place: self.place.clone(),
        })
    }
}

/// More instances of one block than anybody means.
const MAX_COUNT: u64 = 10_000;

/// How often a block is made: `count` or `for_each`.
pub(crate) fn repetition(
    body: &Body,
    source: &Arc<Source>,
    scope: &Scope<'_>,
) -> Result<Repetition, Problem> {
    let both = body.get_attribute("for_each");
    if let Some(attribute) = both.filter(|_| body.has_attribute("count")) {
        let place = place_of(source, attribute.span());
        let message =
            "`count` and `for_each` are both set: only one says how often a block is made";
        return Err(Problem::at(&place, message));
    }
    if let Some(attribute) = body.get_attribute("count") {
        let value = evaluate(&attribute.value, scope, source)?;
        let count = crate::convert::to_number(&value)
            .and_then(|n| n.as_i64())
            .and_then(|n| u64::try_from(n).ok());
        let place = place_of(source, attribute.span());
        if count.is_some_and(|count| count > MAX_COUNT) {
            return Err(Problem::at(
                &place,
                format!("`count` is more than {MAX_COUNT}"),
            ));
        }
        return count
            .map(Repetition::Count)
            .ok_or_else(|| Problem::at(&place, "`count` must be a whole number"));
    }
    if let Some(attribute) = body.get_attribute("for_each") {
        let value = evaluate(&attribute.value, scope, source)?;
        let place = place_of(source, attribute.span());
        let pairs = match &value {
            Value::Map(_, map) | Value::Object(map) => {
                Some(map.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
            }
            Value::Set(_, items) => {
                let key = |v: &Value| Some((v.as_str()?.to_owned(), v.clone()));
                items.iter().map(key).collect()
            }
            _ => None,
        };
        let given = || match &value {
            Value::Null(_) => "null".to_owned(),
            value => value.kind().to_string(),
        };
        let unsuitable = || {
            format!(
                "`for_each` needs a map or a set of strings, not {}",
                given()
            )
        };
        let pairs = pairs.ok_or_else(|| Problem::at(&place, unsuitable()))?;
        return Ok(Repetition::Each(pairs));
    }
    Ok(Repetition::Once)
}

pub(crate) fn place_of(source: &Arc<Source>, span: Option<std::ops::Range<usize>>) -> Place {
    Place {
        source: Arc::clone(source),
        offset: span.map_or(0, |s| s.start),
    }
}

/// The labels of a block as texts.
pub(crate) fn labels(block: &Block) -> Vec<String> {
    block.labels.iter().map(|l| l.as_str().to_owned()).collect()
}

fn body(
    body_: &Body,
    scope: &Scope<'_>,
    source: &Arc<Source>,
    mut places: Option<&mut BTreeMap<String, Place>>,
    top: bool,
) -> Result<Map<String, Json>, Problem> {
    let mut out = Map::new();
    for structure in body_ {
        match structure {
            Structure::Attribute(attribute) => {
                let name = attribute.key.as_str();
                if top && META.contains(&name) {
                    continue;
                }
                if let Some(places) = places.as_deref_mut() {
                    places.insert(name.to_owned(), place_of(source, attribute.span()));
                }
                let value = evaluate(&attribute.value, scope, source);
                let value = match value {
                    Err(problem)
                        if problem.is_unsaid() && scope.is_idle(source, attribute.value.span()) =>
                    {
                        as_written(&attribute.value, scope, source)?
                    }
                    value => value?.to_json(),
                };
                out.insert(name.to_owned(), value);
            }
            Structure::Block(block) => {
                let name = block.ident.as_str();
                if top && META.contains(&name) {
                    continue;
                }
                let place = place_of(source, block.span());
                // Programs that Terraform runs beside what it makes: no call of a delivery is theirs.
                if top && matches!(name, "provisioner" | "connection") {
                    continue;
                }
                let (name, items) = if name == "dynamic" {
                    dynamic(block, scope, source)?
                } else {
                    (
                        name.to_owned(),
                        vec![Json::Object(body(&block.body, scope, source, None, false)?)],
                    )
                };
                if let Some(places) = places.as_deref_mut() {
                    places.entry(name.clone()).or_insert(place);
                }
                match out.entry(name).or_insert_with(|| Json::Array(Vec::new())) {
                    Json::Array(list) => list.extend(items),
                    other => *other = Json::Array(items),
                }
            }
        }
    }
    Ok(out)
}

/// A value that nothing here reads, of which something is not known here: that stands as it is written.
fn as_written(
    value: &Expression,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<Json, Problem> {
    let known = |value: &Expression| match evaluate(value, scope, source) {
        Err(problem) if problem.is_unsaid() => {
            let span = value.span().unwrap_or_default();
            let written = source.text.get(span).unwrap_or_default();
            Ok(Json::String(written.trim().to_owned()))
        }
        value => Ok(value?.to_json()),
    };
    let Expression::Object(object) = value else {
        return known(value);
    };
    let mut out = Map::new();
    for (key, value) in object.iter() {
        let key = match crate::syntax::key_name(key) {
            Some(name) => name.to_owned(),
            // A key that is not known is no key.
            None => match key {
                hcl_edit::expr::ObjectKey::Expression(e) => {
                    let key = evaluate(e, scope, source)?;
                    crate::convert::to_string(&key).unwrap_or_default()
                }
                hcl_edit::expr::ObjectKey::Ident(name) => name.as_str().to_owned(),
            },
        };
        out.insert(key, known(value.expr())?);
    }
    Ok(Json::Object(out))
}

/// `dynamic "name" { for_each, iterator, content }`.
pub(crate) fn dynamic(
    block: &Block,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<(String, Vec<Json>), Problem> {
    let place = place_of(source, block.span());
    let missing = |what: &str| Problem::at(&place, format!("a dynamic block needs {what}"));
    let name = labels(block)
        .first()
        .cloned()
        .ok_or_else(|| missing("a label"))?;
    let each = block
        .body
        .get_attribute("for_each")
        .ok_or_else(|| missing("`for_each`"))?;
    let content = block
        .body
        .get_blocks("content")
        .next()
        .ok_or_else(|| missing("`content`"))?;
    let iterator = crate::syntax::iterator(block, &name);
    let items = evaluate(&each.value, scope, source)?
        .pairs()
        .ok_or_else(|| missing("a list, set or map in `for_each`"))?
        .into_iter()
        .map(|(key, value)| {
            let mut item = BTreeMap::new();
            item.insert("key".to_owned(), key);
            item.insert("value".to_owned(), value);
            let inner = scope.with(&iterator, Value::object(item));
            Ok(Json::Object(body(
                &content.body,
                &inner,
                source,
                None,
                false,
            )?))
        })
        .collect::<Result<Vec<_>, Problem>>()?;
    Ok((name, items))
}

#[cfg(test)]
mod tests {
    use crate::{Configuration, Reading};

    #[test]
    fn an_address_is_of_one_node() {
        let folder = tempfile::tempdir().unwrap();
        let inner = r#"resource "a" "b" {}
data "a" "b" {}
resource "a" "bb" {}
resource "aa" "b" {}
"#;
        let outer = format!("{inner}module \"data\" {{\n  source = \"./inner\"\n}}\n");
        std::fs::create_dir(folder.path().join("inner")).unwrap();
        std::fs::write(folder.path().join("inner/main.tf"), inner).unwrap();
        std::fs::write(folder.path().join("main.tf"), outer).unwrap();
        let config = Configuration::read(&Reading::of(folder.path())).unwrap();
        let addresses: Vec<String> = config.nodes.iter().map(|n| n.address()).collect();
        assert_eq!(addresses.len(), 8);
        for (node, address) in config.nodes.iter().zip(&addresses) {
            let found = config.node_at(address).unwrap();
            assert!(std::ptr::eq(found, node), "{address}");
        }
        assert!(config.node_at("").is_none() && config.node_at("a.b.c").is_none());
    }
}
