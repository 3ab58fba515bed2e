//! Where in the text of a configuration a policy can be added to.

mod data;
mod handed;
mod json;
mod list;
mod node;
mod referred;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall};

use crate::block::Node;
use crate::config::{Configuration, normal};
use crate::eval::evaluate;
use crate::state::State;
use crate::syntax::key_name;
use crate::{Source, references};
pub use data::{Form, Handed, Slot, Wanted};
use json::json_statements;
use list::{list_of_statements, wrapped};
use referred::names;

/// A list in a file, and how an element is added to it.
#[derive(Debug, Clone)]
pub struct ListEnd {
    /// The file.
    pub source: Arc<Source>,
    /// The byte at which elements are added.
    pub at: usize,
    /// What comes before the first that is added.
    pub first: String,
    /// What comes before every further one.
    pub next: String,
    /// What comes behind each.
    pub after: &'static str,
    /// Where its elements stand.
    pub elements: Vec<Range<usize>>,
    /// For what is no list yet: what it is put between.
    pub wrap: Option<Wrap>,
    /// The list itself, where it is an expression of HCL.
    pub array: Option<Range<usize>>,
    /// Whether an element is added in a list of its own, as an argument of `concat`.
    pub argument: bool,
    /// For a list that is an argument of `concat`: how another one is added behind the last.
    pub beside: Option<Box<ListEnd>>,
}

impl ListEnd {
    /// How another list is joined to this one, which may be empty: `concat([ … ], … )`. `None` where that cannot be written.
    #[must_use]
    pub fn joined(&self) -> Option<Self> {
        match &self.wrap {
            // What is flattened takes lists as well as elements.
            Some(wrap) if wrap.open == FLATTEN => return Some(self.clone()),
            Some(wrap) if wrap.open == CONCAT => {
                let wrap = Wrap {
                    close: ")",
                    ..wrap.clone()
                };
                return Some(Self {
                    first: ", ".to_owned(),
                    wrap: Some(wrap),
                    ..self.clone()
                });
            }
            _ => {}
        }
        if let Some(beside) = &self.beside {
            return beside.joined();
        }
        if self.argument {
            let list = |text: &String| text.trim_end_matches('[').to_owned();
            return Some(Self {
                first: list(&self.first),
                next: list(&self.next),
                after: if self.after == "]," { "," } else { "" },
                ..self.clone()
            });
        }
        let array = self.array.clone()?;
        let wrap = Wrap {
            at: array.start,
            open: CONCAT.to_owned(),
            close: ")",
        };
        Some(list::wrapped(&self.source, array, wrap))
    }
}

/// What becomes one list of lists and elements.
const FLATTEN: &str = "flatten([";

/// What joins lists.
const CONCAT: &str = "concat(";

/// What something is put between to become a list that can be added to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wrap {
    /// The byte at which it begins.
    pub at: usize,
    /// What comes before it.
    pub open: String,
    /// What comes behind what is added.
    pub close: &'static str,
}

/// How a policy is written.
#[derive(Debug, Clone)]
pub enum PolicySource {
    /// As a `data "aws_iam_policy_document"` block: a `statement` goes before the byte at which that block's brace closes.
    Document {
        /// The address of the data block.
        address: String,
    },
    /// As an expression in `jsonencode`.
    Encoded {
        /// The list of its statements.
        list: ListEnd,
        /// The path of the module in which the expression stands.
        path: String,
        /// What `templatefile` gives it, where it stands in a template.
        given: Option<Given>,
    },
    /// As JSON in a heredoc, in which `${…}` is an expression.
    Heredoc {
        /// The list of its statements.
        list: ListEnd,
        /// The path of the module in which the heredoc stands.
        path: String,
    },
    /// As JSON in a file of its own, in which nothing can be referred to but what a template is given.
    File {
        /// The list of its statements.
        list: ListEnd,
        /// What `templatefile` gives it, where it is a template.
        given: Option<Given>,
    },
}

/// What a template is given: the second argument of `templatefile`.
#[derive(Debug, Clone)]
pub struct Given {
    pub(crate) expression: Expression,
    pub(crate) source: Arc<Source>,
    pub(crate) module: usize,
}

/// References of references deeper than this are not followed.
const MAX_DEPTH: usize = 16;

/// An expression, the file that it stands in, and the module.
struct At<'c> {
    expression: &'c Expression,
    source: &'c Arc<Source>,
    module: usize,
}

/// A `module` block.
#[derive(Debug, Clone)]
pub struct CallBlock<'c> {
    /// The path of the module that it stands in.
    pub module: &'c str,
    /// Its name.
    pub name: &'c str,
    /// The file.
    pub source: &'c Arc<Source>,
    /// The byte behind it.
    pub end: usize,
}

impl Configuration {
    /// The block that calls the module with this path; none for a root.
    #[must_use]
    pub fn call_of(&self, path: &str) -> Option<CallBlock<'_>> {
        let module = self.modules.iter().find(|m| m.path == path)?;
        let (caller, call) = module.call.as_ref()?;
        Some(CallBlock {
            module: &self.modules.get(*caller)?.path,
            name: &call.name,
            source: &call.place.source,
            end: call.end,
        })
    }

    /// How the argument `name` of `node` (`block.argument` where it is one of a block) writes its policy, whatever names
    /// lie between; `None` where that is not known.
    #[must_use]
    pub fn policy_source(&self, node: &Node, name: &str) -> Option<PolicySource> {
        let attribute = match name.split_once('.') {
            Some((block, name)) => {
                let mut blocks = node.body.get_blocks(block);
                blocks.find_map(|b| b.body.get_attribute(name))?
            }
            None => node.body.get_attribute(name)?,
        };
        let at = At {
            expression: &attribute.value,
            source: &node.place.source,
            module: node.module,
        };
        let written = self.written(&at, 0)?;
        let handed = match &written {
            PolicySource::Document { address } => self.handed_in(address),
            _ => None,
        };
        Some(handed.unwrap_or(written))
    }

    fn written(&self, at: &At<'_>, depth: usize) -> Option<PolicySource> {
        let path = || self.modules.get(at.module).map(|m| m.path.clone());
        match at.expression {
            Expression::Parenthesis(inner) => {
                let inner = At {
                    expression: inner.inner(),
                    ..*at
                };
                self.written(&inner, depth)
            }
            Expression::FuncCall(call) => match call.name.name.as_str() {
                "jsonencode" => {
                    let argument = At {
                        expression: call.args.iter().next()?,
                        ..*at
                    };
                    let object = self.followed(argument, depth)?;
                    let value = At {
                        expression: statements(object.expression)?,
                        ..object
                    };
                    let (list, module) = self.list_of_statements(value, depth)?;
                    let path = self.modules.get(module)?.path.clone();
                    Some(PolicySource::Encoded {
                        list,
                        path,
                        given: None,
                    })
                }
                "file" | "templatefile" => self.file(call, at),
                // What gives one of its arguments: the first that is understood. A wrong guess is found when the repair is
                // rehearsed.
                "join" | "one" | "try" | "coalesce" | "element" | "tostring" | "nonsensitive"
                | "sensitive" | "replace" | "trimspace" => call.args.iter().find_map(|argument| {
                    let inner = At {
                        expression: argument,
                        ..*at
                    };
                    self.written(&inner, depth + 1)
                        .filter(|_| depth < MAX_DEPTH)
                }),
                _ => None,
            },
            Expression::Conditional(c) => match self.decided(at.module, &c.cond_expr, at.source) {
                Some(true) => vec![&c.true_expr],
                Some(false) => vec![&c.false_expr],
                None => vec![&c.true_expr, &c.false_expr],
            }
            .into_iter()
            .filter(|_| depth < MAX_DEPTH)
            .find_map(|expression| {
                let inner = At { expression, ..*at };
                self.written(&inner, depth + 1)
            }),
            Expression::HeredocTemplate(_) => {
                let range = at.expression.span()?;
                let list = json_statements(at.source, range)?;
                Some(PolicySource::Heredoc {
                    list,
                    path: path()?,
                })
            }
            Expression::Traversal(_) => {
                if let Some(address) = self.document(at) {
                    return Some(PolicySource::Document { address });
                }
                let next = self.referred(at).filter(|_| depth < MAX_DEPTH)?;
                if self.is_used_elsewhere(at) {
                    return None;
                }
                self.written(&next, depth + 1)
            }
            _ => None,
        }
    }

    /// What stands behind locals, variables and outputs.
    fn followed<'c>(&'c self, at: At<'c>, depth: usize) -> Option<At<'c>> {
        match at.expression {
            Expression::Traversal(_) if depth < MAX_DEPTH && !self.is_used_elsewhere(&at) => {
                self.followed(self.referred(&at)?, depth + 1)
            }
            Expression::Object(_) => Some(at),
            Expression::Parenthesis(inner) => self.followed(
                At {
                    expression: inner.inner(),
                    ..at
                },
                depth,
            ),
            // The last object that has statements is the one whose statements count.
            Expression::FuncCall(call) if call.name.name.as_str() == "merge" => {
                let objects = call.args.iter().filter_map(|expression| {
                    let (source, module) = (at.source, at.module);
                    let argument = At {
                        expression,
                        source,
                        module,
                    };
                    self.followed(argument, depth + 1)
                });
                objects
                    .filter(|o| statements(o.expression).is_some())
                    .last()
            }
            _ => None,
        }
    }

    /// Whether a local is used in more than one place: what is added to it would be added to all of them.
    fn is_shared(&self, at: &At<'_>) -> bool {
        let Some(names) = names(at.expression) else {
            return false;
        };
        let ["local", name, ..] = names.as_slice() else {
            return false;
        };
        let Some(module) = self.modules.get(at.module) else {
            return false;
        };
        let nodes = self.nodes.iter().filter(|n| n.module == at.module);
        let children = module
            .children
            .values()
            .filter_map(|i| self.modules.get(*i));
        let calls = children.filter_map(|m| m.call.as_ref());
        let all = (module
            .locals
            .values()
            .map(|(_, e)| references::of_expression(e)))
        .chain(
            module
                .outputs
                .values()
                .map(|o| references::of_expression(&o.value)),
        )
        .chain(nodes.map(|n| references::of_body(&n.body)))
        .chain(calls.map(|(_, call)| references::of_body(&call.body)));
        let uses = all.flatten().filter(|path| {
            path.first().is_some_and(|root| root == "local")
                && path.get(1).is_some_and(|n| n == name)
        });
        uses.count() > 1
    }

    /// Where a statement can be added to what `Statement` is, and the module in which that stands: to the list that is
    /// written, here or behind a name, or else to what the expression gives, one statement or many.
    fn list_of_statements(&self, at: At<'_>, depth: usize) -> Option<(ListEnd, usize)> {
        if let Some(list) = list_of_statements(at.expression, at.source) {
            return Some((list, at.module));
        }
        if depth < MAX_DEPTH
            && let Expression::Traversal(_) = at.expression
            && !self.is_shared(&at)
            && let Some(next) = self.referred(&at)
            && matches!(
                next.expression,
                Expression::Array(_)
                    | Expression::FuncCall(_)
                    | Expression::Object(_)
                    | Expression::Traversal(_)
            )
        {
            return self.list_of_statements(next, depth + 1);
        }
        let range = at.expression.span()?;
        // What is a list for sure is joined with one; anything else may be one statement.
        let list = matches!(at.expression, Expression::ForExpr(each) if each.key_expr.is_none());
        let wrap = Wrap {
            at: range.start,
            open: if list { CONCAT } else { FLATTEN }.to_owned(),
            close: "])",
        };
        let mut end = wrapped(at.source, range, wrap);
        if list {
            end.first = ", [".to_owned();
        }
        Some((end, at.module))
    }

    /// The address of the policy document of which `json` is taken.
    fn document(&self, at: &At<'_>) -> Option<String> {
        let names = names(at.expression)?;
        match names.as_slice() {
            [
                "data",
                "aws_iam_policy_document",
                name,
                "json" | "minified_json",
            ] => {
                let path = &self.modules.get(at.module)?.path;
                let address = format!("{path}data.aws_iam_policy_document.{name}");
                let index = *self.addresses().get(&address)?;
                // One that is not made says nothing: what stands beside it does.
                (!self.absent().contains(&index)).then_some(address)
            }
            _ => None,
        }
    }

    fn file(&self, call: &FuncCall, at: &At<'_>) -> Option<PolicySource> {
        let state = State::new(self);
        let scope = state.scope(*state.instances(at.module).ok()?.first()?);
        let name = evaluate(call.args.iter().next()?, &scope, at.source).ok()?;
        let path = normal(&Path::new(&scope.folder()).join(name.as_str()?));
        let text = self.text(&path).ok()?;
        let range = 0..text.len();
        let source = Arc::new(Source::new(path.display().to_string(), text));
        let given = call.args.iter().nth(1).map(|expression| Given {
            expression: expression.clone(),
            source: Arc::clone(at.source),
            module: at.module,
        });
        if given.is_some()
            && let Some(expression) = whole(&source.text)
        {
            let inner = At {
                expression: &expression,
                source: &source,
                module: at.module,
            };
            let PolicySource::Encoded { list, path, .. } = self.written(&inner, MAX_DEPTH - 1)?
            else {
                return None;
            };
            return Some(PolicySource::Encoded { list, path, given });
        }
        let list = json_statements(&source, range)?;
        Some(PolicySource::File { list, given })
    }
}

/// The expression of a template that is one expression in a whole (Terraform, `templatefile`: "Generating JSON or YAML from a
/// template"), with its places as they are in the text.
fn whole(text: &str) -> Option<Expression> {
    let inner = text.trim().strip_prefix("${")?.strip_suffix('}')?;
    let start = text.find("${")? + 2;
    // As an attribute whose value begins at the same byte.
    let body = format!("{}x={}\n", " ".repeat(start - 2), inner.trim_end());
    let body = body.parse::<hcl_edit::structure::Body>().ok()?;
    let expression = body.get_attribute("x")?.value.clone();
    matches!(expression, Expression::FuncCall(_)).then_some(expression)
}

/// What `Statement` is in `{ Statement = … }`.
fn statements(expression: &Expression) -> Option<&Expression> {
    let Expression::Object(object) = expression else {
        return None;
    };
    object
        .iter()
        .find_map(|(key, value)| (key_name(key) == Some("Statement")).then(|| value.expr()))
}
