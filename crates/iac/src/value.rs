//! Values and their types, as HCL has them (`go-cty`): lists are not tuples, and maps are not objects.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, json};

use crate::Reason;
use crate::number::Number;

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Not known: of null, and of what is in an empty collection.
    Any,
    /// A text.
    String,
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A list of values of one type.
    List(Arc<Type>),
    /// A set of values of one type.
    Set(Arc<Type>),
    /// A map to values of one type.
    Map(Arc<Type>),
    /// Values, each of its type.
    Tuple(Vec<Type>),
    /// Attributes, each of its type.
    Object(BTreeMap<String, Type>),
}

/// A value. Collections are shared: a copy costs nothing.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Null.
    Null(NullType),
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(Arc<str>),
    /// A list, and the type of what is in it.
    List(Arc<Type>, Arc<Vec<Value>>),
    /// A set, in its order and without repetitions, and the type of what is in it.
    Set(Arc<Type>, Arc<Vec<Value>>),
    /// A map, and the type of its values.
    Map(Arc<Type>, Arc<BTreeMap<String, Value>>),
    /// A tuple.
    Tuple(Arc<Vec<Value>>),
    /// An object.
    Object(Arc<BTreeMap<String, Value>>),
}

/// The type that a null has, where it has one: of a variable, of a member, or of what it stood beside. Nulls are equal whatever
/// their type.
#[derive(Debug, Clone, Default)]
pub struct NullType(Option<Arc<Type>>);

impl PartialEq for NullType {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for NullType {}

impl fmt::Display for Type {
    /// What a person calls it, in Terraform's words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::String => f.write_str("string"),
            Self::Number => f.write_str("number"),
            Self::Bool => f.write_str("bool"),
            Self::List(of) => write!(f, "list of {of}"),
            Self::Set(of) => write!(f, "set of {of}"),
            Self::Map(of) => write!(f, "map of {of}"),
            Self::Tuple(_) => f.write_str("tuple"),
            Self::Object(_) => f.write_str("object"),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match kind {
            Type::List(_) | Type::Set(_) | Type::Map(_) => write!(f, "{kind} {}", self.to_json()),
            _ => write!(f, "{}", self.to_json()),
        }
    }
}

impl fmt::Display for Value {
    /// As JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_json())
    }
}

impl Type {
    /// A type as the schema of a provider has it, in JSON; what is not understood may be anything.
    #[must_use]
    pub fn of_schema(schema: &serde_json::Value) -> Self {
        let inner = |index: usize| Arc::new(Self::of_schema(&schema[index]));
        match schema[0].as_str().or_else(|| schema.as_str()) {
            Some("string") => Self::String,
            Some("number") => Self::Number,
            Some("bool") => Self::Bool,
            Some("list") => Self::List(inner(1)),
            Some("set") => Self::Set(inner(1)),
            Some("map") => Self::Map(inner(1)),
            Some("tuple") => {
                let kinds = schema[1].as_array().into_iter().flatten();
                Self::Tuple(kinds.map(Self::of_schema).collect())
            }
            Some("object") => {
                let members = schema[1].as_object().into_iter().flatten();
                Self::Object(
                    members
                        .map(|(k, v)| (k.clone(), Self::of_schema(v)))
                        .collect(),
                )
            }
            _ => Self::Any,
        }
    }
}

/// The member that tells an object which has more attributes on AWS: no name of an attribute is like it.
pub(crate) const OPEN: &str = "\0";

impl Value {
    /// The same value as another type, as Terraform converts arguments.
    ///
    /// # Errors
    /// What is required instead, and where in the value.
    pub fn convert(&self, to: &Type) -> Result<Self, Reason> {
        crate::convert::convert(self, to)
    }

    /// Whether a text in it, at any depth, has `part` in it.
    #[must_use]
    pub fn says(&self, part: &str) -> bool {
        match self {
            Self::Null(_) | Self::Bool(_) | Self::Number(_) => false,
            Self::String(text) => text.contains(part),
            Self::List(_, items) | Self::Set(_, items) | Self::Tuple(items) => {
                items.iter().any(|item| item.says(part))
            }
            Self::Map(_, items) | Self::Object(items) => items.values().any(|item| item.says(part)),
        }
    }

    /// Null, of no type.
    #[must_use]
    pub const fn null() -> Self {
        Self::Null(NullType(None))
    }

    /// Null, of a type.
    #[must_use]
    pub fn null_of(of: Type) -> Self {
        match of {
            Type::Any => Self::null(),
            of => Self::Null(NullType(Some(Arc::new(of)))),
        }
    }

    /// A list of values, which are all of the type `of`.
    pub(crate) fn list(of: Type, items: Vec<Self>) -> Self {
        Self::List(Arc::new(of), Arc::new(items))
    }

    /// A list of texts.
    pub(crate) fn texts<T: Into<Self>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::list(Type::String, items.into_iter().map(Into::into).collect())
    }

    /// A set of values, which are all of the type `of`, in any order and with repetitions.
    pub(crate) fn set(of: Type, items: Vec<Self>) -> Self {
        Self::Set(Arc::new(of), Arc::new(crate::order::in_order(items)))
    }

    /// A map to values that are all of the type `of`.
    pub(crate) fn map(of: Type, items: BTreeMap<String, Self>) -> Self {
        Self::Map(Arc::new(of), Arc::new(items))
    }

    /// Values, each of its own type.
    pub fn tuple(items: Vec<Self>) -> Self {
        Self::Tuple(Arc::new(items))
    }

    /// Attributes, each of its own type.
    pub fn object(items: BTreeMap<String, Self>) -> Self {
        Self::Object(Arc::new(items))
    }

    /// The same object as one of something at `address` that has more attributes on AWS than are here: to ask for one of these is no
    /// answer that `try` and `lookup` may pass over.
    #[must_use]
    pub fn open(self, address: &str) -> Self {
        self.opened(format!(
            "{address}: the attribute `{OPEN}` is not supported yet"
        ))
    }

    /// The same object with a member, itself an object at `address`, of which some members were given and there may be more.
    #[must_use]
    pub fn open_member(self, name: &str, address: &str) -> Self {
        let said = format!("`{address}.{OPEN}` is not given: say --set {address}.{OPEN}=VALUE");
        match self {
            Self::Object(members) => {
                let mut members = Arc::unwrap_or_clone(members);
                if let Some(member) = members.remove(name) {
                    members.insert(name.to_owned(), member.opened(said));
                }
                Self::object(members)
            }
            other => other,
        }
    }

    /// The same object, with what is said where a member is asked for that it has not: [`OPEN`] stands for the member.
    fn opened(self, said: String) -> Self {
        match self {
            Self::Object(members) => {
                let mut members = Arc::unwrap_or_clone(members);
                members.insert(OPEN.to_owned(), Self::from(said));
                Self::object(members)
            }
            other => other,
        }
    }

    /// Why a member that an object has not cannot be said to be missing, where that is so.
    pub(crate) fn unsaid(&self, name: &str) -> Option<Reason> {
        let said = self.as_members()?.get(OPEN)?.as_str()?;
        Some(Reason::unsupported(said.replace(OPEN, name)))
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> Type {
        match self {
            Self::Null(NullType(of)) => of.as_ref().map_or(Type::Any, |of| (**of).clone()),
            Self::Bool(_) => Type::Bool,
            Self::Number(_) => Type::Number,
            Self::String(_) => Type::String,
            Self::List(of, _) => Type::List(Arc::clone(of)),
            Self::Set(of, _) => Type::Set(Arc::clone(of)),
            Self::Map(of, _) => Type::Map(Arc::clone(of)),
            Self::Tuple(items) => Type::Tuple(items.iter().map(Self::kind).collect()),
            Self::Object(map) => {
                Type::Object(map.iter().map(|(k, v)| (k.clone(), v.kind())).collect())
            }
        }
    }

    /// Whether Terraform says that both are equal: a null is equal to every other one by itself, and within something only to one of
    /// its type.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        self == other && (self.is_null() || self.kind() == other.kind())
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null(_))
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// What is in a list, set or tuple.
    #[must_use]
    pub fn as_items(&self) -> Option<&[Self]> {
        match self {
            Self::List(_, items) | Self::Set(_, items) | Self::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// What is in a map or object.
    #[must_use]
    pub fn as_members(&self) -> Option<&BTreeMap<String, Self>> {
        match self {
            Self::Map(_, map) | Self::Object(map) => Some(map),
            _ => None,
        }
    }

    /// Keys and values of a collection, in its order: a list has its indices as keys, a set its values.
    #[must_use]
    pub fn pairs(&self) -> Option<Vec<(Self, Self)>> {
        match self {
            Self::Set(_, items) => Some(items.iter().map(|v| (v.clone(), v.clone())).collect()),
            Self::Map(_, map) | Self::Object(map) => {
                let pair = |(k, v): (&String, &Self)| (Self::from(k.as_str()), v.clone());
                Some(map.iter().filter(|(k, _)| *k != OPEN).map(pair).collect())
            }
            other => {
                let pair = |(i, v): (usize, &Self)| (Self::from(i), v.clone());
                Some(other.as_items()?.iter().enumerate().map(pair).collect())
            }
        }
    }

    /// The same as JSON, where types are lost. Numbers beyond what 64 bits hold lose digits.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null(_) => serde_json::Value::Null,
            Self::Bool(b) => json!(b),
            Self::Number(number) => match number.as_i64() {
                Some(whole) => json!(whole),
                None => json!(number.to_f64()),
            },
            Self::String(text) => json!(&**text),
            Self::List(_, items) | Self::Set(_, items) | Self::Tuple(items) => {
                items.iter().map(Self::to_json).collect()
            }
            Self::Map(_, map) | Self::Object(map) => {
                let members = map.iter().filter(|(k, _)| *k != OPEN);
                let members = members.map(|(k, v)| (k.clone(), v.to_json()));
                members.collect::<Map<_, _>>().into()
            }
        }
    }

    /// What a provider gives: where all values of an array are of one type, it is a list, and tags are a map.
    #[must_use]
    pub fn of_provider(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Array(items) => {
                let items: Vec<Self> = items.into_iter().map(Self::of_provider).collect();
                let mut kinds = items.iter().map(Self::kind);
                match kinds.next() {
                    Some(first) if kinds.all(|k| k == first) => Self::list(first, items),
                    _ => Self::tuple(items),
                }
            }
            serde_json::Value::Object(map) => {
                let member = |(k, v): (String, serde_json::Value)| {
                    let value = Self::of_provider(v);
                    let value = match (k.starts_with("tags"), value) {
                        (true, Self::Object(tags)) => Self::Map(Arc::new(Type::String), tags),
                        (_, value) => value,
                    };
                    (k, value)
                };
                Self::object(map.into_iter().map(member).collect())
            }
            other => Self::from(other),
        }
    }
}

/// As `jsondecode` has it: arrays are tuples, and objects are objects.
impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::null(),
            serde_json::Value::Bool(b) => Self::Bool(b),
            serde_json::Value::Number(number) => {
                Number::parse(&number.to_string()).map_or(Self::null(), Self::Number)
            }
            serde_json::Value::String(text) => Self::from(text),
            serde_json::Value::Array(items) => {
                Self::tuple(items.into_iter().map(Self::from).collect())
            }
            serde_json::Value::Object(map) => {
                Self::object(map.into_iter().map(|(k, v)| (k, Self::from(v))).collect())
            }
        }
    }
}

/// Texts are in Unicode's form C, as `go-cty` has them.
impl From<&str> for Value {
    fn from(text: &str) -> Self {
        use unicode_normalization::UnicodeNormalization as _;
        if text.is_ascii() {
            return Self::String(text.into());
        }
        Self::String(text.nfc().collect::<String>().into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(number.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}
