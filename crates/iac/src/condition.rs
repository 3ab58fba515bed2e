//! Conditions of the user's own, and what they say where they do not hold: never a secret.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::structure::{Block, Body};

use crate::block::place_of;
use crate::convert::to_bool;
use crate::eval::evaluate;
use crate::marks::is_sensitive;
use crate::scope::Scope;
use crate::value::Value;
use crate::{Problem, Reason, Source};

/// What an `error_message` says.
pub(crate) enum Words {
    /// It is not there, or no text.
    None,
    Said(String),
    /// Terraform does not show it, and neither is it shown here.
    Sensitive,
}

impl Words {
    /// The words, or what stands for those that are not shown; `none` where there are none.
    pub(crate) fn or<'w>(&'w self, none: &'w str) -> &'w str {
        match self {
            Self::None => none,
            Self::Said(words) => words,
            Self::Sensitive => "what it says is sensitive",
        }
    }
}

/// The body of a `validation`, `precondition`, `postcondition` or `assert`, where names mean something.
pub(crate) struct Condition<'c> {
    pub(crate) body: &'c Body,
    pub(crate) scope: &'c Scope<'c>,
    pub(crate) source: &'c Arc<Source>,
}

impl Condition<'_> {
    fn value(&self, name: &str) -> Result<Option<Value>, Problem> {
        let attribute = self.body.get_attribute(name);
        let value = attribute.map(|a| evaluate(&a.value, self.scope, self.source));
        value.transpose()
    }

    /// Whether it holds; `None` where it is neither true nor false.
    pub(crate) fn holds(&self) -> Result<Option<bool>, Problem> {
        Ok(self.value("condition")?.as_ref().and_then(to_bool))
    }

    /// What it says where it does not hold. Terraform works that out whether or not it says it.
    pub(crate) fn words(&self) -> Result<Words, Problem> {
        let said = self.value("error_message")?;
        let Some(words) = said.as_ref().and_then(Value::as_str) else {
            return Ok(Words::None);
        };
        let written = self.body.get_attribute("error_message");
        Ok(match written {
            Some(a) if is_sensitive(&a.value, self.scope, self.source) => Words::Sensitive,
            _ => Words::Said(words.to_owned()),
        })
    }
}

/// Holds a `precondition` or `postcondition`; if it is not met, the error is its own words.
pub(crate) fn hold(
    kind: &str,
    block: &Block,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<(), Problem> {
    let condition = Condition {
        body: &block.body,
        scope,
        source,
    };
    let holds = condition.holds()?;
    let words = match condition.words() {
        Err(problem) if problem.is_unsaid() => Words::None,
        words => words?,
    };
    let place = place_of(source, block.span());
    match holds {
        Some(true) => Ok(()),
        Some(false) => {
            let message = format!("{kind}: {}", words.or("it is not true"));
            Err(Problem::at(&place, Reason::condition(message)))
        }
        None => {
            let message = format!("the `condition` of `{kind}` is neither true nor false");
            Err(Problem::at(&place, message))
        }
    }
}
