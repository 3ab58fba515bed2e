//! The values of variables: of roots from files, the command line and the environment; of modules from their callers.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;

use crate::block::{labels, place_of};
use crate::condition::{Condition, Words};
use crate::config::Configuration;
use crate::eval::evaluate;
use crate::module::Variable;
use crate::reading::{Assignment, Reading};
use crate::scope::Scope;
use crate::state::State;
use crate::statics::constant;
use crate::value::Value;
use crate::{Problem, Reason, Source};

/// What files assign to variables, and which file it was.
#[derive(Debug, Default)]
pub(crate) struct Assigned {
    values: BTreeMap<String, Value>,
    files: BTreeMap<String, String>,
}

impl Assigned {
    /// Adds what `file` assigns: it counts more than what was there.
    pub(crate) fn add(&mut self, file: &Path, values: BTreeMap<String, Value>) {
        let file = file.display().to_string();
        let names = values.keys().map(|name| (name.clone(), file.clone()));
        self.files.extend(names);
        self.values.extend(values);
    }

    /// The variables that it names, with the file.
    pub(crate) fn into_files(self) -> BTreeMap<String, String> {
        self.files
    }
}

impl Configuration {
    /// Gives the variables of a root their values: the command line wins over the files of the folder, and these over the
    /// environment, as with Terraform. Answers what files assign, be it declared or not.
    pub(crate) fn assign(
        &mut self,
        root: usize,
        mut assigned: Assigned,
        reading: &Reading,
        problems: &mut Vec<Problem>,
    ) -> Assigned {
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for assignment in &reading.assignments {
            match assignment {
                Assignment::Variable(name, text) => {
                    texts.insert(name.clone(), text.clone());
                }
                Assignment::File(path) => match self.variable_file(path) {
                    Ok(more) => {
                        texts.retain(|name, _| !more.contains_key(name));
                        assigned.add(path, more);
                    }
                    Err(more) => problems.extend(more),
                },
                Assignment::Value(name, value) => {
                    texts.remove(name);
                    let value = Value::from(value.clone());
                    assigned.values.insert(name.clone(), value);
                }
            }
        }
        let Some(module) = self.modules.get_mut(root) else {
            return assigned;
        };
        for (name, variable) in &mut module.variables {
            let read = |texts: &BTreeMap<String, String>| {
                let text = texts.get(name)?;
                Some(if variable.is_literal() {
                    Ok(Value::from(text.as_str()))
                } else {
                    evaluated(name, text)
                })
            };
            let value = read(&texts)
                .or_else(|| assigned.values.remove(name).map(Ok))
                .or_else(|| read(&reading.environment))
                .or_else(|| variable.default.clone().map(Ok));
            match value.unwrap_or_else(|| {
                Err(format!(
                    "variable `{name}` has no value: give one with --var {name}=VALUE"
                ))
            }) {
                Ok(value) => match variable.accept(&value) {
                    Ok(value) => variable.value = Some(value),
                    Err(message) => problems.push(Problem::at(
                        &variable.place,
                        format!("variable `{name}`: {message}"),
                    )),
                },
                Err(message) => problems.push(Problem::at(&variable.place, message)),
            }
        }
        assigned
    }

    /// Notes what files of variables assign and no directory declares: Terraform warns of it, too.
    pub(crate) fn note_undeclared(&mut self, files: BTreeMap<String, String>) {
        let roots = || self.modules.iter().filter(|m| m.call.is_none());
        let undeclared = files
            .into_iter()
            .filter(|(name, _)| !roots().any(|m| m.variables.contains_key(name)));
        let notes: Vec<Problem> = undeclared
            .map(|(name, file)| {
                let message = format!(
                    "{file} sets the variable `{name}`, which the configuration does not declare: it has no effect"
                );
                Problem::new(None, message)
            })
            .collect();
        self.notes.extend(notes);
    }

    fn variable_file(&self, path: &Path) -> Result<BTreeMap<String, Value>, Vec<Problem>> {
        let fail = |message: String| vec![Problem::new(None, message)];
        let text = self.text(path).map_err(fail)?;
        if path.extension().is_some_and(|e| e == "json") {
            return values_of_json(&text)
                .map_err(|message| fail(format!("{}: {message}", path.display())));
        }
        hcl_values(&path.display().to_string(), text)
    }

    /// Holds the values of the roots' variables to their `validation` blocks. A condition that looks at what is not
    /// made yet is held to later: by nothing, here.
    pub(crate) fn check_variables(&self, problems: &mut Vec<Problem>) {
        let state = State::new(self);
        for (index, module) in self.modules.iter().enumerate() {
            let variables = module.variables.iter();
            problems.extend(variables.flat_map(|(name, variable)| variable.is_asked(name)));
            if module.call.is_some() {
                continue;
            }
            let Ok(instances) = state.instances(index) else {
                continue;
            };
            let Some(instance) = instances.first() else {
                continue;
            };
            let scope = state.scope(*instance);
            for (name, variable) in &module.variables {
                if let Err(problem) = variable.validate(name, &scope) {
                    problems.push(problem);
                }
            }
        }
    }
}

impl Variable {
    /// Whether the text of a command line stands for itself, and is no expression.
    fn is_literal(&self) -> bool {
        !self.typed || self.constraint.is_literal()
    }

    /// Conditions of it that do not ask for it: they would say nothing of what it is given.
    fn is_asked(&self, name: &str) -> Vec<Problem> {
        let own = [String::from("var"), name.to_owned()];
        let asks = |body: &&Body| {
            let condition = body.get_attribute("condition");
            let all = condition.map(|a| crate::references::of_expression(&a.value));
            all.is_some_and(|all| all.iter().any(|path| path.starts_with(&own)))
        };
        let idle = self.validations.iter().filter(|body| !asks(body));
        let message =
            format!("the `condition` of a `validation` of `{name}` must ask for `var.{name}`");
        idle.map(|body| {
            let condition = body.get_attribute("condition");
            let place = place_of(&self.place.source, condition.and_then(|a| a.span()));
            Problem::at(&place, message.clone())
        })
        .collect()
    }

    /// `value` as the variable takes it.
    pub(crate) fn accept(&self, value: &Value) -> Result<Value, Reason> {
        let value = match (&self.default, self.nullable) {
            (Some(default), false) if value.is_null() => default,
            (None, false) if value.is_null() => return Err("it must not be null".into()),
            _ => value,
        };
        self.constraint.convert(value)
    }

    /// Holds the value, which `scope` knows, to the `validation` blocks.
    pub(crate) fn validate(&self, name: &str, scope: &Scope<'_>) -> Result<(), Problem> {
        for body in &self.validations {
            let source = &self.place.source;
            let condition = Condition {
                body,
                scope,
                source,
            };
            if !body.has_attribute("condition") {
                continue;
            }
            let holds = match condition.holds() {
                Ok(holds) => holds,
                // What is not made yet is not known yet: Terraform holds it to that later.
                Err(problem) if problem.is_unmade() => continue,
                Err(problem) => return Err(problem),
            };
            match holds {
                Some(true) => {}
                Some(false) => {
                    let words = condition.words().unwrap_or(Words::None);
                    let message = format!("variable `{name}` is not valid: {}", words.or(""));
                    let reason = Reason::condition(message);
                    return Err(Problem::at(&self.place, reason));
                }
                None => {
                    let message = format!(
                        "variable `{name}`: the condition of its validation is neither true nor false"
                    );
                    return Err(Problem::at(&self.place, message));
                }
            }
        }
        Ok(())
    }
}

/// The values of a `.tfvars` file, whose name is `path`.
fn hcl_values(path: &str, text: String) -> Result<BTreeMap<String, Value>, Vec<Problem>> {
    let body = crate::syntax::body(&text)
        .map_err(|e| vec![Problem::new(None, format!("{path}: {}", e.message()))])?;
    let source = Arc::new(Source::new(path.to_owned(), text));
    let nothing = Configuration::default();
    let state = State::new(&nothing);
    let (mut out, mut problems) = (BTreeMap::new(), Vec::new());
    let constants = Scope::constant(&state);
    assignments(&source, &body, &constants, &mut out, &mut problems);
    if problems.is_empty() {
        Ok(out)
    } else {
        Err(problems)
    }
}

/// The values that a text assigns, as a `.tfvars` file would; `name` is what to call it.
pub(crate) fn values_of_hcl(name: &str, text: &str) -> Result<BTreeMap<String, Value>, String> {
    hcl_values(name, text.to_owned()).map_err(|problems| {
        let messages: Vec<String> = problems.into_iter().map(|p| p.message).collect();
        messages.join("; ")
    })
}

/// The values of a `.tfvars.json` file.
pub(crate) fn values_of_json(text: &str) -> Result<BTreeMap<String, Value>, String> {
    let values: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(text).map_err(|e| e.to_string())?;
    let typed = |(name, value)| (name, Value::from(value));
    Ok(values.into_iter().map(typed).collect())
}

/// The value of an expression that somebody wrote on the command line, as JSON.
///
/// # Errors
/// What cannot be read or evaluated.
pub fn expression(name: &str, text: &str) -> Result<serde_json::Value, String> {
    let (source, expression) = parsed(name, text)?;
    let value = calculated(&source, &expression);
    let value = value.map_err(|p| failed(name, text, &p.message))?;
    Ok(value.to_json())
}

/// The value of a variable, as it stands on the command line or in the environment.
fn evaluated(name: &str, text: &str) -> Result<Value, String> {
    let (source, expression) = parsed(name, text)?;
    let problem = constant(&source, &expression);
    let value = problem.map_or_else(|| calculated(&source, &expression), Err);
    value.map_err(|p| failed(name, text, &p.message))
}

fn failed(name: &str, text: &str, message: &str) -> String {
    format!("`{name}`: `{text}`: {message}")
}

fn parsed(name: &str, text: &str) -> Result<(Arc<Source>, Expression), String> {
    let parsed = text.trim().parse::<Expression>();
    // What has comments or a heredoc in it is taken as it would be in a file.
    let expression = parsed.or_else(|error| {
        let body = crate::syntax::body(&format!("x = (\n{text}\n)\n")).ok();
        let value = body.and_then(|b| match &b.get_attribute("x")?.value {
            Expression::Parenthesis(inner) => Some(inner.inner().clone()),
            _ => None,
        });
        value.ok_or_else(|| failed(name, text, error.message()))
    })?;
    let path = format!("<the value of {name}>");
    Ok((Arc::new(Source::new(path, text.to_owned())), expression))
}

fn calculated(source: &Arc<Source>, expression: &Expression) -> Result<Value, Problem> {
    let nothing = Configuration::default();
    let state = State::new(&nothing);
    evaluate(expression, &Scope::constant(&state), source)
}

/// The values that the body of a file of variables assigns.
pub(crate) fn assignments(
    source: &Arc<Source>,
    body: &Body,
    scope: &Scope<'_>,
    into: &mut BTreeMap<String, Value>,
    problems: &mut Vec<Problem>,
) {
    for attribute in body.attributes() {
        let problem = constant(source, &attribute.value);
        match problem.map_or_else(|| evaluate(&attribute.value, scope, source), Err) {
            Ok(value) => {
                into.insert(attribute.key.as_str().to_owned(), value);
            }
            Err(problem) => problems.push(problem),
        }
    }
    for block in body.blocks() {
        let place = place_of(source, block.span());
        let name = labels(block).join(" ");
        let message = format!(
            "a block is not expected here: `{}` {name}",
            block.ident.as_str()
        );
        problems.push(Problem::at(&place, message.trim_end().to_owned()));
    }
}
