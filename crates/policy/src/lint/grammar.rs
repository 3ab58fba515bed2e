//! Findings about the grammar, and what is left of a document without what is wrong with it: so that one fault hides
//! no other.

use super::Linter;
use super::place::{Place, each, member};
use crate::condition::Operator;
use crate::json::{Json, Node};
use crate::render::quote;

/// What was left out, so that no finding rests on its absence.
#[derive(Default)]
pub(super) struct Doubts {
    /// Statements that could not be read at all.
    pub(super) unread: Vec<usize>,
    /// Statements whose effect is not known.
    pub(super) effects: Vec<usize>,
    /// Statements of which a condition or a principal was left out.
    pub(super) narrowing: Vec<usize>,
}

const VERSIONS: [&str; 2] = ["2012-10-17", "2008-10-17"];

impl Linter<'_> {
    /// All findings about the grammar, and the document without what they are about.
    pub(super) fn grammar(&mut self) -> (String, Doubts) {
        let root = self.root;
        let mut doubts = Doubts::default();
        let here = Place::default();
        let mut members = Vec::new();
        let Json::Object(written) = &root.value else {
            self.mismatch("Object", &here);
            return (String::new(), doubts);
        };
        members.push(format!("\"Version\":{}", quote(self.version(root))));
        for (name, node) in written {
            match name.as_str() {
                "Version" => {}
                "Id" => {
                    self.is_text(node, &here.to("Id"));
                }
                "Statement" => {
                    let place = here.to("Statement");
                    let statements = self.statements(node, &place, &mut doubts);
                    members.push(format!("\"Statement\":[{}]", statements.join(",")));
                }
                other => self.unknown(other, &here),
            }
        }
        if member(root, "Statement").is_none() {
            members.push("\"Statement\":[]".to_owned());
        }
        (format!("{{{}}}", members.join(",")), doubts)
    }

    fn mismatch(&mut self, kind: &str, place: &Place) {
        let message = format!("The text does not match the expected JSON data type {kind}.");
        self.error("DATA_TYPE_MISMATCH", message, place);
    }

    fn unknown(&mut self, name: &str, place: &Place) {
        let message = format!("The policy element {name} is not valid.");
        self.error("INVALID_POLICY_ELEMENT", message, &place.key(name));
    }

    fn is_text(&mut self, node: &Node, place: &Place) -> bool {
        let is = matches!(node.value, Json::String(_));
        if !is {
            self.mismatch("String", place);
        }
        is
    }

    /// Whether a node is a text or a list of texts.
    fn is_texts(&mut self, node: &Node, place: &Place) -> bool {
        let all = each(node, place);
        // Every one is looked at.
        let looked: Vec<bool> = all
            .iter()
            .map(|(place, node)| self.is_text(node, place))
            .collect();
        looked.into_iter().all(|good| good)
    }

    /// The version that the document is checked under: the newer one where it has none that there is.
    fn version(&mut self, root: &Node) -> &'static str {
        let place = Place::default().to("Version");
        match member(root, "Version").map(|n| &n.value) {
            None => VERSIONS[1],
            Some(Json::String(text)) => {
                let known = VERSIONS.into_iter().find(|v| v == text);
                if known.is_none() {
                    let message = format!(
                        "The version {text} is not valid. Use one of the following versions: {}",
                        VERSIONS.join(", ")
                    );
                    self.error("INVALID_VERSION", message, &place);
                }
                known.unwrap_or(VERSIONS[0])
            }
            Some(_) => {
                self.mismatch("String", &place);
                VERSIONS[0]
            }
        }
    }

    fn statements(&mut self, node: &Node, place: &Place, doubts: &mut Doubts) -> Vec<String> {
        if !matches!(node.value, Json::Array(_) | Json::Object(_)) {
            self.mismatch("Object", place);
            return Vec::new();
        }
        let all = each(node, place).into_iter().enumerate();
        all.map(|(index, (place, node))| self.kept(index, node, &place, doubts))
            .collect()
    }

    /// What is left of a statement.
    fn kept(&mut self, index: usize, node: &Node, place: &Place, doubts: &mut Doubts) -> String {
        let Json::Object(written) = &node.value else {
            self.mismatch("Object", place);
            doubts.unread.push(index);
            return r#"{"Effect":"Deny"}"#.to_owned();
        };
        let mut members = Vec::new();
        if !self.effect(node, place) {
            doubts.effects.push(index);
            members.push(r#""Effect":"Deny""#.to_owned());
        }
        for (name, value) in written {
            let here = place.to(name);
            let kept = match name.as_str() {
                "Effect" => (!doubts.effects.contains(&index)).then(|| rendered(value)),
                "Sid" => self.is_text(value, &here).then(|| rendered(value)),
                "Principal" | "NotPrincipal" => {
                    let (kept, whole) = self.principals(value, &here);
                    if !whole {
                        doubts.narrowing.push(index);
                    }
                    kept
                }
                "Action" | "NotAction" | "Resource" | "NotResource" => {
                    self.is_texts(value, &here).then(|| rendered(value))
                }
                "Condition" => {
                    let (kept, whole) = self.block(value, &here);
                    if !whole {
                        doubts.narrowing.push(index);
                    }
                    kept
                }
                other => {
                    self.unknown(other, place);
                    None
                }
            };
            let twice = self.is_second(node, name, place);
            if let Some(kept) = kept.filter(|_| !twice) {
                members.push(format!("{}:{kept}", quote(name)));
            }
        }
        format!("{{{}}}", members.join(","))
    }

    /// Whether the effect is one that there is.
    fn effect(&mut self, node: &Node, place: &Place) -> bool {
        let here = place.to("Effect");
        match member(node, "Effect").map(|n| &n.value) {
            None => {
                let message =
                    "Add an Effect element to the policy statement with a value of Allow or Deny.";
                self.error("MISSING_EFFECT", message, place);
                false
            }
            Some(Json::String(text)) if text == "Allow" || text == "Deny" => true,
            Some(Json::String(text)) => {
                let message = format!("The effect {text} is not valid. Use Allow or Deny.");
                self.error("INVALID_EFFECT", message, &here);
                false
            }
            Some(_) => {
                self.mismatch("String", &here);
                false
            }
        }
    }

    /// Whether the other one of a pair stands before this element.
    fn is_second(&mut self, node: &Node, name: &str, place: &Place) -> bool {
        let other = match name.strip_prefix("Not") {
            Some(plain) => plain.to_owned(),
            None => format!("Not{name}"),
        };
        let start = |name: &str| member(node, name).map(|n| n.span.start);
        let second = start(&other).is_some_and(|other| Some(other) < start(name));
        if second {
            let plain = name.trim_start_matches("Not");
            let message = format!(
                "The policy elements {plain} and Not{plain} can not be used in the same statement. Remove one of these elements."
            );
            let places = [place.key(&other), place.key(name)];
            let code = "UNSUPPORTED_ELEMENT_COMBINATION";
            self.add(super::Severity::Error, code, message, places);
        }
        second
    }

    /// What is left of who is named, and whether that is all.
    fn principals(&mut self, node: &Node, place: &Place) -> (Option<String>, bool) {
        let types = match &node.value {
            Json::String(text) if text == "*" => return (Some(rendered(node)), true),
            Json::Object(types) => types,
            _ => {
                let message = "The Principal element contents are not valid. Specify a key-value pair in the Principal element.";
                self.error("INVALID_PRINCIPAL_FORMAT", message, place);
                return (None, false);
            }
        };
        let mut kept = Vec::new();
        for (kind, value) in types {
            let known = ["AWS", "CanonicalUser", "Federated", "Service"].contains(&kind.as_str());
            if !known {
                let message = format!("The principal key {kind} is not valid.");
                self.error("INVALID_PRINCIPAL_KEY", message, &place.key(kind));
            } else if self.is_texts(value, &place.to(kind)) {
                kept.push(format!("{}:{}", quote(kind), rendered(value)));
            }
        }
        // Who is left out may be the one whom another element is for.
        let whole = kept.len() == types.len();
        (whole.then(|| format!("{{{}}}", kept.join(","))), whole)
    }

    /// What is left of the conditions, and whether that is all.
    fn block(&mut self, node: &Node, place: &Place) -> (Option<String>, bool) {
        let Json::Object(operators) = &node.value else {
            self.mismatch("Object", place);
            return (None, false);
        };
        let mut whole = true;
        let mut kept = Vec::new();
        for (name, keys) in operators {
            if let Some((code, message)) = wrong_operator(name) {
                self.error(code, message, &place.key(name));
                whole = false;
                continue;
            }
            let here = place.to(name);
            let Json::Object(keys) = &keys.value else {
                self.mismatch("Object", &here);
                whole = false;
                continue;
            };
            let good: Vec<String> = keys
                .iter()
                .filter(|(key, values)| self.are_values(values, &here.to(key)))
                .map(|(key, values)| format!("{}:{}", quote(key), rendered(values)))
                .collect();
            whole = whole && good.len() == keys.len();
            kept.push(format!("{}:{{{}}}", quote(name), good.join(",")));
        }
        (Some(format!("{{{}}}", kept.join(","))), whole)
    }

    fn are_values(&mut self, node: &Node, place: &Place) -> bool {
        let is_value =
            |n: &Node| matches!(n.value, Json::String(_) | Json::Number(_) | Json::Bool(_));
        let all = each(node, place);
        let wrong = all.iter().find(|(_, n)| !is_value(n));
        if let Some((place, _)) = wrong {
            self.mismatch("String", place);
        }
        wrong.is_none()
    }
}

fn wrong_operator(name: &str) -> Option<(&'static str, String)> {
    if Operator::parse(name).is_some() {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let base = lower.rsplit(':').next().unwrap_or_default();
    Some(match base {
        "nullifexists" => (
            "NULL_WITH_IF_EXISTS",
            "The Null condition operator cannot be used with the IfExists suffix. Update the operator or the suffix.".to_owned(),
        ),
        _ => (
            "INVALID_CONDITION_OPERATOR",
            format!("The condition operator {name} is not valid. Use a valid condition operator."),
        ),
    })
}

fn rendered(node: &Node) -> String {
    let list = |items: Vec<String>| items.join(",");
    match &node.value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(text) => text.clone(),
        Json::String(text) => quote(text),
        Json::Array(items) => format!("[{}]", list(items.iter().map(rendered).collect())),
        Json::Object(members) => {
            let all = members.iter();
            let all = all.map(|(name, n)| format!("{}:{}", quote(name), rendered(n)));
            format!("{{{}}}", list(all.collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::tests::{codes, found, of_condition, of_statement};
    use crate::lint::{LintKind, Step};

    #[test]
    fn one_fault_hides_no_other() {
        let statements = r#"{"Effect":"Denys","Action":"s3:GetObjects","Resource":"*"},{"Action":["s3:GetObject",5],"Resource":"*","Verb":"x"},{"Effect":"Allow","Action":"s3:GetObject","NotAction":"s3:*","Resource":"bucket"},5"#;
        assert_eq!(
            of_statement(statements, LintKind::Identity),
            [
                "INVALID_EFFECT",
                "INVALID_ACTION",
                "MISSING_EFFECT",
                "DATA_TYPE_MISMATCH",
                "INVALID_POLICY_ELEMENT",
                "UNSUPPORTED_ELEMENT_COMBINATION",
                "INVALID_ARN_PREFIX",
                "DATA_TYPE_MISMATCH",
            ]
        );
    }

    #[test]
    fn faults_have_places() {
        let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Denys","Action":"s3:GetObject","Resource":"*"}]}"#;
        let finding = found(text, LintKind::Identity).remove(0);
        assert_eq!(
            finding.message,
            "The effect Denys is not valid. Use Allow or Deny."
        );
        let location = &finding.locations[0];
        assert_eq!(&text[location.span.start..location.span.end], "\"Denys\"");
        let path = [
            Step::Value("Statement".into()),
            Step::Index(0),
            Step::Value("Effect".into()),
        ];
        assert_eq!(location.path, path);
    }

    #[test]
    fn finds_in_the_grammar() {
        for (text, expected) in [
            (r"[]", &["DATA_TYPE_MISMATCH"][..]),
            (
                r#"{"Version":"2012","Statement":[]}"#,
                &["MISSING_STATEMENT", "INVALID_VERSION"],
            ),
            (
                r#"{"Version":20121017,"Statement":[]}"#,
                &["MISSING_STATEMENT", "DATA_TYPE_MISMATCH"],
            ),
            (
                r#"{"Version":"2012-10-17","Statements":[]}"#,
                &["MISSING_STATEMENT", "INVALID_POLICY_ELEMENT"],
            ),
            (
                r#"{"Version":"2012-10-17","Statement":"x"}"#,
                &["DATA_TYPE_MISMATCH"],
            ),
        ] {
            assert_eq!(codes(text, LintKind::Identity), expected, "{text}");
        }
        for (principal, expected) in [
            (r#"{"AWS":"111111111111"}"#, &[][..]),
            (r#""111111111111""#, &["INVALID_PRINCIPAL_FORMAT"]),
            (r#"["*"]"#, &["INVALID_PRINCIPAL_FORMAT"]),
            (r#"{"Aws":"*"}"#, &["INVALID_PRINCIPAL_KEY"]),
            (r#"{"AWS":5}"#, &["DATA_TYPE_MISMATCH"]),
        ] {
            let statement = format!(
                r#"{{"Effect":"Deny","Principal":{principal},"Action":"s3:GetObject","Resource":"*"}}"#
            );
            assert_eq!(
                of_statement(&statement, LintKind::Resource),
                expected,
                "{principal}"
            );
        }
        for (condition, expected) in [
            (
                r#"{"StringAlike":{"s3:prefix":"a"},"Bool":{"aws:SecureTransport":"yes"}}"#,
                // Warnings could rest on what was left out.
                &["INVALID_CONDITION_OPERATOR"][..],
            ),
            (
                r#"{"NullIfExists":{"s3:prefix":"true"}}"#,
                &["NULL_WITH_IF_EXISTS"],
            ),
            (r#"{"StringEquals":"x"}"#, &["DATA_TYPE_MISMATCH"]),
            (
                r#"{"StringEquals":{"s3:prefix":null}}"#,
                &["DATA_TYPE_MISMATCH"],
            ),
            (
                r#"{"StringAlike":{"s3:prefix":"a"},"StringEquals":{"s3:prefixes":"a"}}"#,
                &[
                    "INVALID_CONDITION_OPERATOR",
                    "INVALID_SERVICE_CONDITION_KEY",
                ],
            ),
        ] {
            assert_eq!(of_condition(condition), expected, "{condition}");
        }
    }
}
