//! AWS API models and IAM reference data, as data.
//!
//! `data/<service>.json` is botocore's model (Apache-2.0) without its prose; `data/<service>.iam.json` lists the
//! actions, resource types and condition keys of the service authorization reference; `data/names.txt` has the names of
//! every other service's as well. All are refreshed by `cargo xtask models` and read at first use.
//!
//! Deliberately absent: behaviour. What an operation does stands in its service.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

mod check;
mod names;

pub use check::{Violation, check};
pub use names::{Names, names, services};

/// A service: its protocol, operations and shapes.
#[derive(Debug, Deserialize)]
pub struct Service {
    /// What identifies the protocol.
    pub metadata: Metadata,
    /// Operations by name.
    pub operations: HashMap<String, Operation>,
    /// Shapes by name.
    pub shapes: HashMap<String, Shape>,
}

/// The protocol of a service.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// `json`, `query` or `rest-xml`.
    pub protocol: String,
    /// The version of the JSON protocol.
    pub json_version: Option<String>,
    /// The prefix of `X-Amz-Target`.
    pub target_prefix: Option<String>,
    /// The API version of the query protocol.
    pub api_version: String,
    /// The namespace of XML answers.
    pub xml_namespace: Option<String>,
    /// The first part of the host name.
    pub endpoint_prefix: String,
    /// The name used in signatures, if it is not the endpoint prefix.
    pub signing_name: Option<String>,
}

/// An operation: how it is addressed and which shapes it takes and gives.
#[derive(Debug, Deserialize)]
pub struct Operation {
    /// Its name.
    pub name: String,
    /// Method and URI pattern.
    pub http: Http,
    /// The input shape.
    pub input: Option<ShapeRef>,
    /// The output shape.
    pub output: Option<OutputRef>,
    /// The modelled errors.
    #[serde(default)]
    pub errors: Vec<ShapeRef>,
    /// Whether another operation has taken its place.
    #[serde(default)]
    pub deprecated: bool,
}

/// Method and URI pattern of an operation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Http {
    /// The method.
    pub method: String,
    /// The pattern, for example `/{Bucket}/{Key+}?tagging`.
    pub request_uri: String,
    /// The status of success.
    pub response_code: Option<u16>,
}

/// A reference to a shape.
#[derive(Debug, Deserialize)]
pub struct ShapeRef {
    /// Its name.
    pub shape: String,
}

/// The output of an operation.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutputRef {
    /// Its shape.
    pub shape: String,
    /// The element that wraps the output in the query protocol.
    pub result_wrapper: Option<String>,
}

/// The type of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// An object with named members.
    Structure,
    /// A list.
    List,
    /// A map with string keys.
    Map,
    /// Text.
    String,
    /// A 32-bit integer.
    Integer,
    /// A 64-bit integer.
    Long,
    /// A number.
    Float,
    /// A number.
    Double,
    /// True or false.
    Boolean,
    /// A point in time.
    Timestamp,
    /// Bytes.
    Blob,
    /// One character.
    Character,
}

/// A shape.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shape {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Type,
    /// Members of a structure, in the model's order.
    #[serde(default)]
    pub members: serde_json::Map<String, serde_json::Value>,
    /// [`Shape::members`], typed.
    #[serde(skip)]
    pub fields: Vec<(String, Member)>,
    /// Required members.
    #[serde(default)]
    pub required: Vec<String>,
    /// The member that is the body.
    pub payload: Option<String>,
    /// The element of a list.
    pub member: Option<Member>,
    /// The key of a map.
    pub key: Option<Member>,
    /// The value of a map.
    pub value: Option<Member>,
    /// A list or map without a wrapping element.
    #[serde(default)]
    pub flattened: bool,
    /// Least length or value.
    pub min: Option<f64>,
    /// Greatest length or value.
    pub max: Option<f64>,
    /// A regular expression for texts.
    pub pattern: Option<String>,
    /// The allowed texts.
    #[serde(rename = "enum")]
    pub allowed: Option<Vec<String>>,
    /// `iso8601`, `rfc822` or `unixTimestamp`.
    pub timestamp_format: Option<String>,
    /// Whether the shape is an error.
    #[serde(default)]
    pub exception: bool,
    /// Code and status of an error shape.
    pub error: Option<ErrorInfo>,
    /// The name of the element for a shape used as a body.
    pub location_name: Option<String>,
    /// The XML namespace of the element.
    pub xml_namespace: Option<Namespace>,
}

/// Code and status of an error.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorInfo {
    /// The code on the wire, if it is not the shape's name.
    pub code: Option<String>,
    /// The HTTP status.
    pub http_status_code: Option<u16>,
}

/// A member of a structure, or the element of a list or map.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Its shape.
    pub shape: String,
    /// Where it travels: `uri`, `querystring`, `header`, `headers`, `statusCode`; the body if absent.
    pub location: Option<String>,
    /// Its name on the wire.
    pub location_name: Option<String>,
    /// A list without a wrapping element.
    #[serde(default)]
    pub flattened: bool,
    /// Whether it is an attribute of the XML element.
    #[serde(default)]
    pub xml_attribute: bool,
    /// The XML namespace of the element.
    pub xml_namespace: Option<Namespace>,
    /// Whether the body streams.
    #[serde(default)]
    pub streaming: bool,
}

/// An XML namespace.
#[derive(Debug, Clone, Deserialize)]
pub struct Namespace {
    /// Its URI.
    pub uri: String,
    /// The prefix that is declared for it.
    pub prefix: Option<String>,
}

impl Service {
    /// The shape called `name`.
    #[must_use]
    pub fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.get(name)
    }

    /// The HTTP status and wire code of the error shape `code`.
    #[must_use]
    pub fn error_status(&self, code: &str) -> Option<u16> {
        let by_name = self.shapes.get(code).filter(|s| s.exception);
        let shape = by_name.or_else(|| {
            self.shapes.values().find(|s| {
                s.error
                    .as_ref()
                    .is_some_and(|e| e.code.as_deref() == Some(code))
            })
        })?;
        shape.error.as_ref()?.http_status_code
    }

    /// The name under which requests of this service are signed.
    #[must_use]
    pub fn signing_name(&self) -> &str {
        self.metadata
            .signing_name
            .as_deref()
            .unwrap_or(&self.metadata.endpoint_prefix)
    }
}

/// What IAM knows of a service.
#[derive(Debug, Deserialize)]
pub struct IamService {
    /// Actions by name, without the service prefix.
    pub actions: HashMap<String, IamAction>,
    /// ARN patterns by resource type.
    pub resources: HashMap<String, String>,
    /// Condition keys that a resource type has, whatever the action.
    #[serde(rename = "resourceKeys")]
    pub resource_keys: HashMap<String, Vec<String>>,
    /// Condition keys of the service with their types.
    pub keys: HashMap<String, String>,
}

impl IamService {
    /// The condition keys that a request for an action may have beyond the global ones, with their place holders: the
    /// action's own, and those of the resource types that it may name.
    pub fn keys_of<'a>(&'a self, action: &'a IamAction) -> impl Iterator<Item = &'a str> {
        let kinds = action.resources.iter();
        let of_resources = kinds.filter_map(|kind| self.resource_keys.get(kind));
        let all = action.keys.iter().chain(of_resources.flatten());
        all.map(String::as_str)
    }
}

/// An action as IAM knows it.
#[derive(Debug, Deserialize)]
pub struct IamAction {
    /// The resource types that it may name.
    pub resources: Vec<String>,
    /// The condition keys that it supports beyond the global ones.
    pub keys: Vec<String>,
}

macro_rules! services {
    ($($name:literal),*) => {
        /// The services that have a model, in alphabetical order.
        pub const SERVICES: &[&str] = &[$($name),*];

        /// The model of `service`, read at first use.
        #[must_use]
        pub fn service(service: &str) -> Option<&'static Service> {
            match service {
                $($name => {
                    static CELL: OnceLock<Option<Service>> = OnceLock::new();
                    CELL.get_or_init(|| load(include_str!(concat!("../data/", $name, ".json")))).as_ref()
                })*
                _ => None,
            }
        }

        /// The IAM reference data of `service`, read at first use.
        #[must_use]
        pub fn iam(service: &str) -> Option<&'static IamService> {
            // The one service whose actions have another prefix than its model has a name.
            let service = if service == "access-analyzer" { "accessanalyzer" } else { service };
            match service {
                $($name => {
                    static CELL: OnceLock<Option<IamService>> = OnceLock::new();
                    CELL.get_or_init(|| serde_json::from_str(include_str!(concat!("../data/", $name, ".iam.json"))).ok())
                        .as_ref()
                })*
                _ => None,
            }
        }
    };
}

services!(
    "accessanalyzer",
    "codepipeline",
    "ecr",
    "iam",
    "iam-toolbox",
    "kms",
    "organizations",
    "s3",
    "s3control",
    "sts"
);

fn load(text: &str) -> Option<Service> {
    let mut service: Service = serde_json::from_str(text).ok()?;
    // What the older clients speak is the one that a request need not name.
    if service.metadata.protocol == "smithy-rpc-v2-cbor" {
        "json".clone_into(&mut service.metadata.protocol);
    }
    for shape in service.shapes.values_mut() {
        let members = std::mem::take(&mut shape.members);
        shape.fields = members
            .into_iter()
            .filter_map(|(k, v)| Some((k, serde_json::from_value(v).ok()?)))
            .collect();
    }
    Some(service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_reads() {
        for name in SERVICES {
            let model = service(name).unwrap();
            assert!(!model.operations.is_empty());
            assert!(!iam(name).unwrap().actions.is_empty());
            for operation in model.operations.values() {
                for shape in operation.input.iter() {
                    assert!(model.shape(&shape.shape).is_some());
                }
            }
            for (name, shape) in &model.shapes {
                for (_, member) in &shape.fields {
                    assert!(model.shape(&member.shape).is_some(), "{name}");
                }
            }
        }
    }
}
