//! What a plan says that a directory alone does not: the variables that it was made with, and what data sources read.

use std::collections::BTreeMap;
use std::path::Path;

use sekisho_iac::Assignment;
use serde_json::{Map, Value};

/// Variables and values by address.
#[derive(Debug, Default, PartialEq)]
pub(super) struct OfPlan {
    pub(super) variables: Vec<Assignment>,
    pub(super) values: BTreeMap<String, Map<String, Value>>,
}

/// Modules that stand in each other deeper than this are no modules of a plan.
const MAX_DEPTH: usize = 64;

/// Reads what `terraform show -json` printed.
///
/// # Errors
/// A file that cannot be read, or is no plan.
pub(super) fn read(file: &Path) -> Result<OfPlan, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    of(&text).ok_or_else(|| {
        format!(
            "{}: this is no plan: make one with `terraform plan -out=plan` and `terraform show -json plan`",
            file.display()
        )
    })
}

fn of(text: &str) -> Option<OfPlan> {
    let plan: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    plan.get("format_version")?;
    plan.get("planned_values")?;
    let mut out = OfPlan::default();
    for (name, variable) in plan["variables"].as_object().into_iter().flatten() {
        let Some(value) = variable.get("value") else {
            continue;
        };
        out.variables
            .push(Assignment::Value(name.clone(), value.clone()));
    }
    // What is read in a plan stands in the state before it.
    let state = &plan["prior_state"]["values"]["root_module"];
    resources(state, 0, &mut out.values);
    Some(out)
}

fn resources(module: &Value, depth: usize, out: &mut BTreeMap<String, Map<String, Value>>) {
    // What a resource was before the change is not what it will be.
    let read = module["resources"].as_array().into_iter().flatten();
    for resource in read.filter(|r| r["mode"] == "data") {
        if let (Some(address), Some(values)) =
            (resource["address"].as_str(), resource["values"].as_object())
        {
            out.insert(address.to_owned(), values.clone());
        }
    }
    let inner = module["child_modules"].as_array().into_iter().flatten();
    for module in inner.filter(|_| depth < MAX_DEPTH) {
        resources(module, depth + 1, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn variables_and_what_was_read_of_every_module() {
        let plan = json!({
            "format_version": "1.2",
            "planned_values": {},
            "variables": {"ids": {"value": ["a"]}, "name": {"value": "n"}, "unset": {}},
            "prior_state": {"values": {"root_module": {
                "resources": [
                    {"mode": "data", "address": "data.a.b", "values": {"x": 1}},
                    {"mode": "managed", "address": "a.b", "values": {"x": 3}},
                ],
                "child_modules": [{"resources": [{"mode": "data", "address": "module.m[\"k\"].data.a.b[0]", "values": {"x": 2}}]}],
            }}},
        });
        let read = of(&plan.to_string()).unwrap();
        let variable = |name: &str, value: Value| Assignment::Value(name.into(), value);
        assert_eq!(
            read.variables,
            [variable("ids", json!(["a"])), variable("name", json!("n"))]
        );
        let addresses: Vec<&str> = read.values.keys().map(String::as_str).collect();
        assert_eq!(addresses, ["data.a.b", "module.m[\"k\"].data.a.b[0]"]);
        assert_eq!(of("{}"), None);
        assert_eq!(of("no plan"), None);
    }
}
