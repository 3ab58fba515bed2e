//! A directory of `.tf` files.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body, Structure};
use serde_json::{Map, Value};

use crate::block::{Node, NodeKind, labels, place_of};
use crate::eval::{Scope, evaluate};
use crate::{Place, Problem, Source, convert};

/// A provider configuration.
#[derive(Debug, Clone)]
pub struct Provider {
    /// `aws`, or `aws.alias`.
    pub name: String,
    /// Its evaluated arguments.
    pub values: Map<String, Value>,
    /// Where it stands.
    pub place: Place,
}

/// What a configuration declares.
#[derive(Debug, Default)]
pub struct Configuration {
    pub(crate) variables: BTreeMap<String, Value>,
    pub(crate) locals: BTreeMap<String, (Arc<Source>, Expression)>,
    /// Resources and data sources, in the order of the files.
    pub nodes: Vec<Node>,
    providers: Vec<(String, Arc<Source>, Block)>,
    outputs: Vec<(String, Arc<Source>, Expression)>,
    pub(crate) folder: String,
}

/// Blocks that only tell Terraform about itself.
const IGNORED: &[&str] = &["terraform", "moved"];

struct Variable {
    place: Place,
    default: Option<Value>,
    kind: Option<String>,
}

impl Configuration {
    /// Reads the `.tf` and `.tfvars` files of `folder`. Variables from the `environment` yield to those files, and
    /// these to the variables `given` on the command line, as with Terraform.
    ///
    /// # Errors
    /// Everything that cannot be read or is not supported, all at once.
    pub fn read(
        folder: &Path,
        given: &BTreeMap<String, String>,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, Vec<Problem>> {
        let fail = |message: String| {
            vec![Problem {
                message,
                place: None,
            }]
        };
        let entries =
            std::fs::read_dir(folder).map_err(|e| fail(format!("{}: {e}", folder.display())))?;
        let mut paths: Vec<_> = entries
            .filter_map(Result::ok)
            .map(|e| e.path())
            .filter(|p| p.is_file())
            .collect();
        paths.sort_by_key(|p| (!p.ends_with("terraform.tfvars"), p.clone()));
        let mut config = Self {
            folder: folder.display().to_string(),
            ..Self::default()
        };
        let mut problems = Vec::new();
        let mut declared: BTreeMap<String, Variable> = BTreeMap::new();
        let mut assigned: BTreeMap<String, Value> = BTreeMap::new();
        let mut found = false;
        for path in paths {
            let name = path
                .file_name()
                .and_then(|n| n.to_str())
                .unwrap_or_default();
            let is_tf = name.ends_with(".tf");
            let is_vars = name == "terraform.tfvars" || name.ends_with(".auto.tfvars");
            if name.ends_with(".tf.json") || name.ends_with(".tfvars.json") {
                problems.extend(fail(format!(
                    "{}: JSON configuration is not supported yet",
                    path.display()
                )));
            }
            if name == "override.tf" || name.ends_with("_override.tf") {
                problems.extend(fail(format!(
                    "{}: override files are not supported yet",
                    path.display()
                )));
            }
            if !is_tf && !is_vars {
                continue;
            }
            let text = match std::fs::read_to_string(&path) {
                Ok(text) => text,
                Err(e) => {
                    problems.extend(fail(format!("{}: {e}", path.display())));
                    continue;
                }
            };
            let source = Arc::new(Source {
                path: path.display().to_string(),
                text,
            });
            match hcl_edit::parser::parse_body(&source.text) {
                Err(error) => {
                    let offset = error.location().offset();
                    let place = Place {
                        source: Arc::clone(&source),
                        offset,
                    };
                    problems.push(Problem::at(
                        &place,
                        format!("syntax error: {}", error.message()),
                    ));
                }
                Ok(body) if is_vars => {
                    config.assignments(&source, &body, &mut assigned, &mut problems)
                }
                Ok(body) => {
                    found = true;
                    config.file(&source, body, &mut declared, &mut problems);
                }
            }
        }
        if !found && problems.is_empty() {
            return Err(fail(format!(
                "{}: there are no .tf files",
                folder.display()
            )));
        }
        config.assign(declared, assigned, (given, environment), &mut problems);
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(problems)
        }
    }

    fn assignments(
        &self,
        source: &Arc<Source>,
        body: &Body,
        into: &mut BTreeMap<String, Value>,
        problems: &mut Vec<Problem>,
    ) {
        let scope = Scope::empty(self);
        for attribute in body.attributes() {
            match evaluate(&attribute.value, &scope, source) {
                Ok(value) => {
                    into.insert(attribute.key.as_str().to_owned(), value);
                }
                Err(problem) => problems.push(problem),
            }
        }
    }

    fn file(
        &mut self,
        source: &Arc<Source>,
        body: Body,
        declared: &mut BTreeMap<String, Variable>,
        problems: &mut Vec<Problem>,
    ) {
        for structure in body {
            let block = match structure {
                Structure::Block(block) => block,
                Structure::Attribute(attribute) => {
                    let place = place_of(source, attribute.span());
                    problems.push(Problem::at(
                        &place,
                        format!(
                            "an argument is not expected here: `{}`",
                            attribute.key.as_str()
                        ),
                    ));
                    continue;
                }
            };
            let place = place_of(source, block.span());
            let names = labels(&block);
            let label = names.first().cloned().unwrap_or_default();
            match block.ident.as_str() {
                "variable" => {
                    let scope = Scope::empty(self);
                    let default = block
                        .body
                        .get_attribute("default")
                        .map(|a| evaluate(&a.value, &scope, source))
                        .transpose();
                    let kind = block
                        .body
                        .get_attribute("type")
                        .map(|a| a.value.to_string().trim().to_owned());
                    match default {
                        Ok(default) => {
                            declared.insert(
                                label,
                                Variable {
                                    place,
                                    default,
                                    kind,
                                },
                            );
                        }
                        Err(problem) => problems.push(problem),
                    }
                }
                "locals" => {
                    for attribute in block.body.attributes() {
                        let entry = (Arc::clone(source), attribute.value.clone());
                        self.locals.insert(attribute.key.as_str().to_owned(), entry);
                    }
                }
                "output" => {
                    if let Some(value) = block.body.get_attribute("value") {
                        self.outputs
                            .push((label, Arc::clone(source), value.value.clone()));
                    }
                }
                "provider" => self.providers.push((label, Arc::clone(source), block)),
                kind @ ("resource" | "data") => match names.as_slice() {
                    [type_name, name] => self.nodes.push(Node {
                        kind: if kind == "data" {
                            NodeKind::Data
                        } else {
                            NodeKind::Resource
                        },
                        type_name: type_name.clone(),
                        name: name.clone(),
                        place,
                        end: block.span().map_or(0, |span| span.end),
                        provider: block
                            .body
                            .get_attribute("provider")
                            .map(|a| a.value.to_string().trim().to_owned()),
                        body: block.body,
                    }),
                    _ => problems.push(Problem::at(
                        &place,
                        format!("`{kind}` needs a type and a name"),
                    )),
                },
                other if IGNORED.contains(&other) => {}
                other => problems.push(Problem::at(
                    &place,
                    format!("`{other}` {label} is not supported yet"),
                )),
            }
        }
    }

    fn assign(
        &mut self,
        declared: BTreeMap<String, Variable>,
        mut assigned: BTreeMap<String, Value>,
        (given, environment): (&BTreeMap<String, String>, &BTreeMap<String, String>),
        problems: &mut Vec<Problem>,
    ) {
        for name in given.keys().filter(|n| !declared.contains_key(*n)) {
            problems.push(Problem {
                message: format!("the command line sets the variable `{name}`, which the configuration does not declare"),
                place: None,
            });
        }
        for (name, variable) in declared {
            let kind = variable.kind.as_deref().unwrap_or("any");
            let literal = convert::is_literal(variable.kind.as_deref());
            let read = |texts: &BTreeMap<String, String>| {
                let text = texts.get(&name)?;
                Some(if literal {
                    Ok(Value::String(text.clone()))
                } else {
                    self.expression(&name, text)
                })
            };
            let value = read(given)
                .or_else(|| assigned.remove(&name).map(Ok))
                .or_else(|| read(environment))
                .or(variable.default.map(Ok))
                .transpose();
            let value = match value {
                Ok(value) => value,
                Err(message) => {
                    problems.push(Problem::at(&variable.place, message));
                    continue;
                }
            };
            match value {
                Some(value) => match convert::to_type(value, kind) {
                    Ok(value) => {
                        self.variables.insert(name, value);
                    }
                    Err(message) => problems.push(Problem::at(
                        &variable.place,
                        format!("variable `{name}`: {message}"),
                    )),
                },
                None => {
                    let message =
                        format!("variable `{name}` has no value: give one with --var {name}=VALUE");
                    problems.push(Problem::at(&variable.place, message));
                }
            }
        }
    }

    /// The value of an expression that somebody wrote on the command line or in the environment.
    fn expression(&self, name: &str, text: &str) -> Result<Value, String> {
        let failed = |message: String| format!("variable `{name}`: `{text}`: {message}");
        let expression: Expression = text
            .parse()
            .map_err(|e: hcl_edit::parser::Error| failed(e.message().to_string()))?;
        let source = Arc::new(Source {
            path: format!("<the value of {name}>"),
            text: text.to_owned(),
        });
        evaluate(&expression, &Scope::empty(self), &source).map_err(|p| failed(p.message))
    }

    /// The provider configurations, evaluated.
    ///
    /// # Errors
    /// What cannot be evaluated.
    pub fn providers(&self, scope: &Scope<'_>) -> Result<Vec<Provider>, Problem> {
        let mut out = Vec::new();
        for (name, source, block) in &self.providers {
            let mut values = Map::new();
            for attribute in block.body.attributes() {
                values.insert(
                    attribute.key.as_str().to_owned(),
                    evaluate(&attribute.value, scope, source)?,
                );
            }
            for inner in block.body.blocks() {
                let mut map = Map::new();
                for attribute in inner.body.attributes() {
                    map.insert(
                        attribute.key.as_str().to_owned(),
                        evaluate(&attribute.value, scope, source)?,
                    );
                }
                values.insert(inner.ident.as_str().to_owned(), Value::Object(map));
            }
            let name = match values.get("alias").and_then(Value::as_str) {
                Some(alias) => format!("{name}.{alias}"),
                None => name.clone(),
            };
            out.push(Provider {
                name,
                values,
                place: place_of(source, block.span()),
            });
        }
        Ok(out)
    }

    /// The outputs, evaluated.
    ///
    /// # Errors
    /// What cannot be evaluated.
    pub fn outputs(&self, scope: &Scope<'_>) -> Result<Vec<(String, Value)>, Problem> {
        self.outputs
            .iter()
            .map(|(name, source, e)| Ok((name.clone(), evaluate(e, scope, source)?)))
            .collect()
    }
}
