//! Functions that change the type of a value, or say something of it.

use std::sync::Arc;

use super::Args;
use crate::Reason;
use crate::convert::convert;
use crate::value::{Type, Value};

pub(super) fn call(name: &str, f: &Args<'_>) -> Option<Result<Value, Reason>> {
    let any = || Arc::new(Type::Any);
    let to = |kind: Type| {
        let value = f.value(0)?;
        let cannot =
            |why: Reason| why.within(format!("{name}: {} cannot become {kind}", value.kind()));
        convert(value, &kind).map_err(cannot)
    };
    Some(match name {
        "tobool" => to(Type::Bool),
        "tolist" => to(Type::List(any())),
        "tomap" => to(Type::Map(any())),
        "tonumber" => to(Type::Number),
        "toset" => to(Type::Set(any())),
        "tostring" => to(Type::String),
        "nonsensitive" | "sensitive" | "ephemeralasnull" => {
            f.value(0).cloned().map_err(Reason::from)
        }
        _ => return None,
    })
}
