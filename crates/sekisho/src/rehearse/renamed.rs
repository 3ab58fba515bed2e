//! Ids that AWS makes up, and names that the provider does, are others in every rehearsal with another seed: what one calls
//! a key, another calls otherwise.

use std::collections::BTreeMap;

use sekisho_engine::Waiver;
use serde_json::Value;

use super::Denial;
use super::patch::Patch;
use super::resources::is_made_up;

/// How long the id of a key is: a UUID, or `mrk-` and its digits.
const ID: usize = 36;

/// From the ids of one rehearsal to those of another.
pub(super) struct Renamed(BTreeMap<String, String>);

impl Renamed {
    /// By what was made in both, address by address.
    pub(super) fn new(from: &BTreeMap<String, Value>, to: &BTreeMap<String, Value>) -> Self {
        let mut out = BTreeMap::new();
        for (address, value) in from {
            if let Some(other) = to.get(address) {
                pairs(value, other, &mut out);
            }
        }
        Self(out)
    }

    fn text(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for (from, to) in &self.0 {
            if out.contains(from.as_str()) {
                out = out.replace(from.as_str(), to);
            }
        }
        out
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|v| self.value(v)).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(k, v)| (k.clone(), self.value(v)))
                .collect(),
            other => other.clone(),
        }
    }

    pub(super) fn patch(&self, patch: &Patch) -> Patch {
        Patch {
            holder: self.text(&patch.holder),
            statement: self.value(&patch.statement),
            ..patch.clone()
        }
    }

    pub(super) fn waiver(&self, waiver: &Waiver) -> Waiver {
        Waiver {
            resource: self.text(&waiver.resource),
            statement: waiver.statement.as_deref().map(|s| self.text(s)),
            ..waiver.clone()
        }
    }

    pub(super) fn denial(&self, denial: &Denial) -> Denial {
        let mut out = denial.clone();
        out.resource = self.text(&out.resource);
        out.cause.resource = self.text(&out.cause.resource);
        out.cause.principal = self.text(&out.cause.principal);
        out.cause.holder = out.cause.holder.as_deref().map(|s| self.text(s));
        out.cause.statement = out.cause.statement.as_ref().map(|s| self.value(s));
        out.cause.denied_by = out.cause.denied_by.as_deref().map(|s| self.text(s));
        out
    }
}

/// The ids and made-up names that stand in the same place of two values.
fn pairs(from: &Value, to: &Value, out: &mut BTreeMap<String, String>) {
    match (from, to) {
        (Value::String(from), Value::String(to)) => {
            let id = |text: &str| {
                let id = |c: char| c.is_ascii_hexdigit() || "-mrk".contains(c);
                text.len() == ID && text.chars().all(id)
            };
            let known = (id(from) && id(to)) || (is_made_up(from) && is_made_up(to));
            if from != to && known {
                out.insert(from.clone(), to.clone());
            }
        }
        (Value::Array(from), Value::Array(to)) => {
            from.iter().zip(to).for_each(|(a, b)| pairs(a, b, out));
        }
        (Value::Object(from), Value::Object(to)) => {
            for (name, value) in from {
                if let Some(other) = to.get(name) {
                    pairs(value, other, out);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_are_found_by_what_was_made() {
        let made = |id: &str, many: [&str; 2]| {
            let several: Vec<Value> = many.iter().map(|id| json!({"key_id": id})).collect();
            BTreeMap::from([
                (
                    "aws_kms_key.a".to_owned(),
                    json!({"key_id": id, "arn": format!("arn:aws:kms:r:1:key/{id}")}),
                ),
                ("aws_kms_key.b".to_owned(), json!(several)),
            ])
        };
        let [a, b, c] = ["a", "b", "c"].map(|x| x.repeat(36));
        let [d, e, f] = ["d", "e", "f"].map(|x| x.repeat(36));
        let renamed = Renamed::new(&made(&a, [&b, &c]), &made(&d, [&e, &f]));
        for (from, to) in [(&a, &d), (&b, &e), (&c, &f)] {
            let arn = format!("arn:aws:kms:r:1:key/{from}");
            assert_eq!(renamed.text(&arn), format!("arn:aws:kms:r:1:key/{to}"));
        }
    }
}
