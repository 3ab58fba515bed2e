//! Operations: what each declares, and the registry that holds them all.

use std::any::Any;
use std::collections::HashMap;
use std::marker::PhantomData;

use sekisho_arn::Arn;
use sekisho_policy::{ContextValue, Grant};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::body::SinkSpec;
use crate::context::in_order;
use crate::cx::{Cx, Lookup};
use crate::error::ApiError;
use crate::pages::Paging;
use crate::probe;
use crate::resource::Resource;
use crate::unread;

/// Service and operation name, as the model spells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpId {
    /// The service.
    pub service: &'static str,
    /// The operation.
    pub name: &'static str,
}

impl OpId {
    /// The operation `name` of `service`.
    #[must_use]
    pub const fn new(service: &'static str, name: &'static str) -> Self {
        Self { service, name }
    }
}

/// Something that must be allowed before an operation runs.
#[derive(Debug, Clone)]
pub struct Check {
    /// The IAM action, `service:Action`.
    pub action: String,
    /// The ARN, or `*`.
    pub resource: String,
    /// Condition keys of the service, beyond the global ones.
    pub context: Vec<(String, ContextValue)>,
    /// The resource as the denial sentence shows it, where it is not the ARN.
    pub shown: Option<String>,
    /// For `kms:CreateGrant`: the grant to be made.
    pub requested_grant: Option<Grant>,
    /// Whether the request makes the resource: it is the caller's then, whatever else has its name.
    pub makes: bool,
    /// For `*`: the account that is asked, where it is not the caller's.
    pub owner: Option<String>,
    /// Whether the request gives a tag's key twice: a condition would see one value of it, and the resource get another.
    pub(crate) repeats: bool,
}

impl Check {
    /// `action` on `resource`.
    pub fn new(action: &str, resource: impl Into<String>) -> Self {
        Self {
            action: action.to_owned(),
            resource: resource.into(),
            context: Vec::new(),
            shown: None,
            requested_grant: None,
            makes: false,
            owner: None,
            repeats: false,
        }
    }

    /// About no resource, but of what another account has.
    #[must_use]
    pub fn owned_by(mut self, account: &str) -> Self {
        self.owner = Some(account.to_owned());
        self
    }

    /// The request makes the resource.
    #[must_use]
    pub fn making(mut self) -> Self {
        self.makes = true;
        self
    }

    /// Adds a single-valued condition key.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.context
            .push((key.to_owned(), ContextValue::Single(value.into())));
        self
    }

    /// Adds a single-valued condition key if there is a value.
    #[must_use]
    pub fn with_opt(self, key: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Adds a multivalued condition key; an empty list leaves it absent.
    #[must_use]
    pub fn with_list(mut self, key: &str, values: Vec<String>) -> Self {
        if !values.is_empty() {
            self.context
                .push((key.to_owned(), ContextValue::List(values)));
        }
        self
    }

    /// Adds a key for each tag: `prefix/…`. Of tags that differ only in case, a condition sees the last.
    #[must_use]
    pub fn with_each<'a>(
        mut self,
        prefix: &str,
        tags: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        for (key, value) in in_order(tags) {
            self = self.with(&format!("{prefix}/{key}"), value);
        }
        self
    }

    /// Adds `aws:RequestTag/…` and `aws:TagKeys`.
    #[must_use]
    pub fn with_tags<'a>(mut self, tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let tags: Vec<_> = tags.into_iter().collect();
        let keys = in_order(tags.iter().copied());
        self.repeats = keys.windows(2).any(|pair| match pair {
            [(one, _), (other, _)] => one == other,
            _ => false,
        });
        let keys = keys.into_iter().map(|(key, _)| key.to_owned()).collect();
        self.with_each("aws:RequestTag", tags)
            .with_list("aws:TagKeys", keys)
    }

    /// How the denial sentence shows the resource.
    #[must_use]
    pub fn shown(mut self, text: impl Into<String>) -> Self {
        self.shown = Some(text.into());
        self
    }
}

/// The front door's proof that every check of `O` passed. It cannot be made anywhere else.
pub struct Permit<O: ?Sized> {
    pub(crate) operation: PhantomData<fn() -> Box<O>>,
}

impl<O: ?Sized> std::fmt::Debug for Permit<O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Permit")
    }
}

/// One operation of one service.
pub trait Operation: 'static {
    /// Its id; shape, constraints and errors are in the model.
    const ID: OpId;
    /// Whether it changes state. Operations that do run one after the other.
    const WRITES: bool;
    /// The members of the input that it uses.
    type Input: DeserializeOwned + 'static;
    /// Its output.
    type Output: Serialize;

    /// What must be allowed: which action, on which ARN, with which keys. Looks up, decides nothing.
    ///
    /// # Errors
    /// What AWS answers before it authorizes, for example that a bucket does not exist.
    fn authz(lookup: &Lookup<'_>, input: &Self::Input) -> Result<Vec<Check>, ApiError>;

    /// Does the work. Runs only with a permit.
    ///
    /// # Errors
    /// The operation's own errors; nothing that it wrote is kept then.
    fn run(
        cx: &mut Cx<'_>,
        input: Self::Input,
        permit: &Permit<Self>,
    ) -> Result<Self::Output, ApiError>;
}

/// An operation that takes a body of any size. Before the body is read it says where to put it.
pub trait StreamOperation: Operation {
    /// Where the body goes and what is computed on the way. Runs after the checks passed.
    ///
    /// # Errors
    /// The operation's own errors, before the body is read.
    fn sink(
        cx: &mut Cx<'_>,
        input: &Self::Input,
        permit: &Permit<Self>,
    ) -> Result<SinkSpec, ApiError>;
}

/// An operation without its types.
pub(crate) trait Erased: Send + Sync {
    fn id(&self) -> OpId;
    fn writes(&self) -> bool;
    fn streams(&self) -> bool;
    fn decode(&self, input: Value) -> Result<Box<dyn Any>, ApiError>;
    fn authz(&self, lookup: &Lookup<'_>, input: &dyn Any) -> Result<Vec<Check>, ApiError>;
    fn sink(&self, cx: &mut Cx<'_>, input: &dyn Any) -> Result<SinkSpec, ApiError>;
    fn run(&self, cx: &mut Cx<'_>, input: Box<dyn Any>) -> Result<Value, ApiError>;
    fn input_fields(&self) -> &'static [&'static str];
}

struct Plain<O>(PhantomData<fn() -> O>);
struct Streaming<O>(PhantomData<fn() -> O>);

fn wrong_type() -> ApiError {
    ApiError::internal("an input of another operation")
}

fn decode<O: Operation>(input: Value) -> Result<Box<dyn Any>, ApiError> {
    serde_json::from_value::<O::Input>(input)
        .map(|i| Box::new(i) as Box<dyn Any>)
        .map_err(|e| ApiError::new("SerializationException", e.to_string()).status(400))
}

fn authz<O: Operation>(lookup: &Lookup<'_>, input: &dyn Any) -> Result<Vec<Check>, ApiError> {
    O::authz(lookup, input.downcast_ref().ok_or_else(wrong_type)?)
}

fn run<O: Operation>(cx: &mut Cx<'_>, input: Box<dyn Any>) -> Result<Value, ApiError> {
    let input = input.downcast::<O::Input>().map_err(|_| wrong_type())?;
    let output = O::run(
        cx,
        *input,
        &Permit {
            operation: PhantomData,
        },
    )?;
    serde_json::to_value(output).map_err(|e| ApiError::internal(e.to_string()))
}

impl<O: Operation> Erased for Plain<O> {
    fn id(&self) -> OpId {
        O::ID
    }
    fn writes(&self) -> bool {
        O::WRITES
    }
    fn streams(&self) -> bool {
        false
    }
    fn decode(&self, input: Value) -> Result<Box<dyn Any>, ApiError> {
        decode::<O>(input)
    }
    fn authz(&self, lookup: &Lookup<'_>, input: &dyn Any) -> Result<Vec<Check>, ApiError> {
        authz::<O>(lookup, input)
    }
    fn sink(&self, _: &mut Cx<'_>, _: &dyn Any) -> Result<SinkSpec, ApiError> {
        Err(ApiError::internal("the operation takes no body"))
    }
    fn run(&self, cx: &mut Cx<'_>, input: Box<dyn Any>) -> Result<Value, ApiError> {
        run::<O>(cx, input)
    }
    fn input_fields(&self) -> &'static [&'static str] {
        probe::fields::<O::Input>()
    }
}

impl<O: StreamOperation> Erased for Streaming<O> {
    fn id(&self) -> OpId {
        O::ID
    }
    fn writes(&self) -> bool {
        O::WRITES
    }
    fn streams(&self) -> bool {
        true
    }
    fn decode(&self, input: Value) -> Result<Box<dyn Any>, ApiError> {
        decode::<O>(input)
    }
    fn authz(&self, lookup: &Lookup<'_>, input: &dyn Any) -> Result<Vec<Check>, ApiError> {
        authz::<O>(lookup, input)
    }
    fn sink(&self, cx: &mut Cx<'_>, input: &dyn Any) -> Result<SinkSpec, ApiError> {
        O::sink(
            cx,
            input.downcast_ref().ok_or_else(wrong_type)?,
            &Permit {
                operation: PhantomData,
            },
        )
    }
    fn run(&self, cx: &mut Cx<'_>, input: Box<dyn Any>) -> Result<Value, ApiError> {
        run::<O>(cx, input)
    }
    fn input_fields(&self) -> &'static [&'static str] {
        probe::fields::<O::Input>()
    }
}

/// How a service says that access is denied.
#[derive(Debug, Clone, Copy)]
pub struct AccessDenied {
    /// The error code.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
}

impl AccessDenied {
    /// `AccessDeniedException`, 400: the JSON services.
    pub const JSON: Self = Self {
        code: "AccessDeniedException",
        status: 400,
    };
    /// `AccessDenied`, 403: the XML services.
    pub const XML: Self = Self {
        code: "AccessDenied",
        status: 403,
    };
}

/// A service: its operations, and what the front door must know of its resources.
pub struct Service {
    /// Its name: the prefix of its actions.
    pub name: &'static str,
    /// How it denies.
    pub access_denied: AccessDenied,
    /// Finds owner, policy and tags of a resource that a check names. ARNs of this service come here.
    pub resolve: fn(&Lookup<'_>, &Check, &Arn) -> Result<Resource, ApiError>,
    /// The code and message for inputs that break the model's constraints.
    pub invalid: fn(&[sekisho_model::Violation]) -> ApiError,
    pub(crate) paging: Option<Paging>,
    pub(crate) taken: &'static [&'static str],
    pub(crate) repeated_tag: (&'static str, &'static str),
    operations: Vec<Box<dyn Erased>>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Service({}, {} operations)",
            self.name,
            self.operations.len()
        )
    }
}

impl Service {
    /// A service without operations.
    #[must_use]
    pub fn new(
        name: &'static str,
        access_denied: AccessDenied,
        resolve: fn(&Lookup<'_>, &Check, &Arn) -> Result<Resource, ApiError>,
        invalid: fn(&[sekisho_model::Violation]) -> ApiError,
    ) -> Self {
        Self {
            name,
            access_denied,
            resolve,
            invalid,
            paging: None,
            taken: &[],
            repeated_tag: ("InvalidParameterValue", "Duplicate tag keys found."),
            operations: Vec::new(),
        }
    }

    /// Members of inputs that may be given though no operation reads them: `Member`, `Member=VALUE` or
    /// `Operation.Member`. All others that are not read are refused by their names.
    #[must_use]
    pub fn taking(mut self, members: &'static [&'static str]) -> Self {
        self.taken = members;
        self
    }

    /// The code and the sentence for a request that gives a tag's key twice.
    #[must_use]
    pub fn tagged_once(mut self, code: &'static str, message: &'static str) -> Self {
        self.repeated_tag = (code, message);
        self
    }

    /// How its lists are paged, where an operation does not do that itself.
    #[must_use]
    pub fn paged(mut self, paging: Paging) -> Self {
        self.paging = Some(paging);
        self
    }

    /// Adds an operation.
    #[must_use]
    pub fn operation<O: Operation>(mut self) -> Self {
        self.operations.push(Box::new(Plain::<O>(PhantomData)));
        self
    }

    /// Adds an operation that takes a body of any size.
    #[must_use]
    pub fn stream<O: StreamOperation>(mut self) -> Self {
        self.operations.push(Box::new(Streaming::<O>(PhantomData)));
        self
    }
}

/// All services.
#[derive(Debug, Default)]
pub struct Registry {
    pub(crate) services: HashMap<&'static str, Service>,
    index: HashMap<(&'static str, &'static str), usize>,
}

impl Registry {
    /// A registry of `services`.
    #[must_use]
    pub fn new(services: Vec<Service>) -> Self {
        let mut registry = Self::default();
        for service in services {
            for (at, operation) in service.operations.iter().enumerate() {
                registry
                    .index
                    .insert((service.name, operation.id().name), at);
            }
            registry.services.insert(service.name, service);
        }
        registry
    }

    pub(crate) fn find(&self, service: &str, name: &str) -> Option<(&Service, &dyn Erased)> {
        let service = self.services.get(service)?;
        let at = self.index.get(&(service.name, name))?;
        Some((service, service.operations.get(*at)?.as_ref()))
    }

    /// Whether `name` of `service` is here.
    #[must_use]
    pub fn contains(&self, service: &str, name: &str) -> bool {
        self.find(service, name).is_some()
    }

    /// Whether `name` of `service` takes a body of any size.
    #[must_use]
    pub fn streams(&self, service: &str, name: &str) -> bool {
        self.find(service, name).is_some_and(|(_, o)| o.streams())
    }

    /// The members of an operation's input that are refused, in the model's order.
    #[must_use]
    pub fn refused(&self, id: OpId) -> Vec<&'static str> {
        let found = self.find(id.service, id.name);
        let model = sekisho_model::service(id.service);
        let (Some((service, operation)), Some(model)) = (found, model) else {
            return Vec::new();
        };
        let input = model.operations.get(id.name).and_then(|o| o.input.as_ref());
        let Some(shape) = input.and_then(|i| model.shape(&i.shape)) else {
            return Vec::new();
        };
        let read = operation.input_fields();
        let members = || shape.fields.iter().filter(|(_, m)| !m.streaming);
        let names = || members().map(|(name, _)| name.as_str());
        let paged = service
            .paging
            .filter(|p| p.pages(|name| names().any(|n| n == name), read));
        let of_pages = |name: &&str| paged.is_some_and(|p| *name == p.size || *name == p.from);
        unread::refused(
            id.name,
            names().filter(|n| !of_pages(n)),
            read,
            service.taken,
        )
    }

    /// All operations in order, with the input members that they use.
    #[must_use]
    pub fn operations(&self) -> Vec<(OpId, &'static [&'static str])> {
        let mut all: Vec<_> = self
            .services
            .values()
            .flat_map(|s| s.operations.iter().map(|o| (o.id(), o.input_fields())))
            .collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        all
    }
}
