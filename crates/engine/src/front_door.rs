//! The front door: decode, validate, ask what must be allowed, gather the facts, decide, run, record.

use sekisho_arn::Arn;
use sekisho_policy::{Decision, Gate, Outcome, Principal, Side};
use sekisho_store::Overlay;
use serde_json::Value;

use crate::ask::{Asked, ask};
use crate::authorizations;
use crate::body::{Body, BodyOut, SinkSpec};
use crate::caller::Caller;
use crate::cx::{Cx, Lookup};
use crate::engine::Engine;
use crate::error::ApiError;
use crate::event::{Decided, Event, EventError, MissingSide};
use crate::identity::{self, Facts};
use crate::op::{Check, Erased, Service};
use crate::origin::Origin;
use crate::pages::{Page, Paging};
use crate::resource::Resource;
use crate::unread;

/// What a call and the calls inside it share.
pub(crate) struct Inner {
    pub(crate) overlay: Overlay,
    pub(crate) events: Vec<Event>,
    pub(crate) kept: Vec<String>,
    pub(crate) removed: Vec<String>,
    pub(crate) wake: bool,
}

impl Inner {
    pub(crate) fn new(overlay: Overlay) -> Self {
        Self {
            overlay,
            events: Vec::new(),
            kept: Vec::new(),
            removed: Vec::new(),
            wake: false,
        }
    }
}

/// How deep services may call services.
const MAX_DEPTH: usize = 8;

/// What the front door does with an operation that may run.
enum Goal {
    /// Find out where the body goes.
    Sink,
    /// Run it.
    Run(Option<Box<Body>>),
}

enum Done {
    Sink(Box<SinkSpec>),
    Output(Value, Option<BodyOut>),
}

pub(crate) struct Dispatch<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) caller: &'a Caller,
    pub(crate) origin: &'a Origin,
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
}

impl Dispatch<'_> {
    /// Runs a call as event `event` and records it.
    pub(crate) fn run(
        &self,
        inner: &mut Inner,
        event: u64,
        input: Value,
        body: Option<Body>,
    ) -> Result<(Value, Option<BodyOut>), ApiError> {
        match self.go(inner, event, input, Goal::Run(body.map(Box::new)))? {
            Done::Output(output, body) => Ok((output, body)),
            Done::Sink(_) => Err(ApiError::internal("the operation did not run")),
        }
    }

    /// Decides and finds out where the body goes. Only a failure is recorded; the call itself follows.
    pub(crate) fn sink(
        &self,
        inner: &mut Inner,
        event: u64,
        input: Value,
    ) -> Result<SinkSpec, ApiError> {
        match self.go(inner, event, input, Goal::Sink)? {
            Done::Sink(spec) => Ok(*spec),
            Done::Output(..) => Err(ApiError::internal("the operation takes no body")),
        }
    }

    fn go(
        &self,
        inner: &mut Inner,
        event: u64,
        input: Value,
        goal: Goal,
    ) -> Result<Done, ApiError> {
        let mut checks = Vec::new();
        let sink = matches!(goal, Goal::Sink);
        let before = inner.events.len();
        let result = self.steps(inner, event, input, goal, &mut checks);
        if sink && result.is_ok() {
            return result;
        }
        let changed = result.is_ok() && !inner.overlay.is_empty();
        let record = Event {
            id: event,
            parent: self.origin.parent,
            time_ms: self.engine.clock().now_ms(),
            service: self.service.to_owned(),
            operation: self.operation.to_owned(),
            region: self.origin.region().to_owned(),
            principal: self.caller.arn(),
            principal_arn: self.caller.principal.principal_arn(),
            account: self.caller.account().to_owned(),
            tag: self.origin.tag.clone(),
            request: match self.origin.parent {
                Some(_) => None,
                None => self.origin.request.clone(),
            },
            given: self.origin.given,
            checks,
            error: result.as_ref().err().map(|e| EventError {
                code: e.code.clone(),
                message: e.message.clone(),
            }),
            changed,
        };
        // A call stands before the calls that it made.
        inner.events.insert(before, record);
        result.map_err(|mut error| {
            error.event.get_or_insert(event);
            error
        })
    }

    fn steps(
        &self,
        inner: &mut Inner,
        event: u64,
        input: Value,
        goal: Goal,
        decided: &mut Vec<Decided>,
    ) -> Result<Done, ApiError> {
        let (service, operation) = self.find()?;
        if let Some(error) = identity::barred(service.name, self.operation, self.caller) {
            return Err(error);
        }
        if let Some(model) = sekisho_model::service(service.name) {
            let shape = model
                .operations
                .get(self.operation)
                .and_then(|o| o.input.as_ref());
            if let Some(shape) = shape {
                let violations = sekisho_model::check(model, &shape.shape, &input);
                if !violations.is_empty() {
                    return Err((service.invalid)(&violations));
                }
            }
        }
        let paged = self.paging(service, operation);
        let page = paged.map(|p| Page::of(&p, &input)).unwrap_or_default();
        let pages = paged.map_or([""; 2], |p| [p.size, p.from]);
        let read = operation.input_fields();
        let taken = [service.taken, &pages].concat();
        unread::refuse(service.name, self.operation, &input, read, &taken)?;
        let input = operation.decode(input)?;
        let mut checks = operation.authz(&self.lookup(inner), input.as_ref())?;
        if self.origin.given {
            checks.clear();
        }
        let facts = identity::facts(&self.lookup(inner), self.caller)?;
        if checks.iter().any(|check| check.repeats) {
            let (code, message) = service.repeated_tag;
            return Err(ApiError::new(code, message).status(400));
        }
        let mut asked = Vec::new();
        for check in &checks {
            if cfg!(debug_assertions) {
                crate::context::known_keys(check)?;
            }
            let lookup = self.lookup(inner);
            let resource = self.resource(&lookup, check)?;
            let (row, denial) = self.decide(&lookup, service, &facts, check, &resource);
            decided.push(row);
            asked.push((check, resource));
            if let Some(mut denial) = denial {
                if let Some(id) = authorizations::keep(&lookup, &facts, &asked) {
                    authorizations::name(&mut denial, id, service.name, self.operation);
                }
                return Err(denial);
            }
        }
        let body = match goal {
            Goal::Sink => None,
            Goal::Run(body) => Some(body.map(|b| *b)),
        };
        let mut cx = Cx {
            engine: self.engine,
            inner,
            caller: self.caller,
            origin: self.origin,
            service: service.name,
            event,
            body: None,
            out: None,
        };
        match body {
            None => operation
                .sink(&mut cx, input.as_ref())
                .map(|s| Done::Sink(Box::new(s))),
            Some(body) => {
                cx.body = body;
                let mut output = operation.run(&mut cx, input)?;
                let out = cx.out.take();
                if let Some(paging) = paged {
                    let outside = self.origin.info.endpoint.is_some();
                    paging.take(self.operation, &page, outside, &mut output)?;
                }
                if cfg!(debug_assertions) {
                    self.known_members(&output)?;
                }
                Ok(Done::Output(output, out))
            }
        }
    }

    /// In debug builds: every member of an output is one of the model's.
    fn known_members(&self, output: &Value) -> Result<(), ApiError> {
        let model = sekisho_model::service(self.service);
        let shape = model.and_then(|m| {
            let name = &m.operations.get(self.operation)?.output.as_ref()?.shape;
            m.shape(name)
        });
        let (Some(shape), Value::Object(map)) = (shape, output) else {
            return Ok(());
        };
        match map
            .keys()
            .find(|k| !shape.fields.iter().any(|(name, _)| name == *k))
        {
            Some(name) => Err(ApiError::internal(format!(
                "{} answers with the unknown member {name}",
                self.operation
            ))),
            None => Ok(()),
        }
    }

    fn lookup<'b>(&'b self, inner: &'b Inner) -> Lookup<'b> {
        Lookup {
            engine: self.engine,
            overlay: &inner.overlay,
            caller: self.caller,
            origin: self.origin,
        }
    }

    /// How the answer is paged, if it is done here.
    fn paging(&self, service: &Service, operation: &dyn Erased) -> Option<Paging> {
        let model = sekisho_model::service(service.name)?;
        let shape = &model.operations.get(self.operation)?.input.as_ref()?.shape;
        let shape = model.shape(shape)?;
        let has = |name: &str| shape.fields.iter().any(|(n, _)| n == name);
        service
            .paging
            .filter(|p| p.pages(has, operation.input_fields()))
    }

    fn find(&self) -> Result<(&Service, &dyn Erased), ApiError> {
        self.engine
            .registry()
            .find(self.service, self.operation)
            .ok_or_else(|| {
                let known = sekisho_model::service(self.service)
                    .is_some_and(|m| m.operations.contains_key(self.operation));
                if known {
                    let text = format!(
                        "{}:{} is not supported by sekisho yet",
                        self.service, self.operation
                    );
                    ApiError::new("NotImplemented", text).status(501)
                } else {
                    ApiError::new(
                        "UnknownOperationException",
                        format!("{} has no operation {}", self.service, self.operation),
                    )
                }
            })
    }

    /// One decision, as it is recorded, and the error if it is a denial.
    fn decide(
        &self,
        lookup: &Lookup<'_>,
        service: &Service,
        facts: &Facts,
        check: &Check,
        resource: &Resource,
    ) -> (Decided, Option<ApiError>) {
        let Asked {
            decision,
            reason,
            denied,
            conditional,
            held,
            waived,
        } = ask(lookup, facts, check, resource);
        let mut row = self.record(check, resource, &decision, reason);
        let told = denied.as_ref().map(|(message, _)| message.clone());
        row.told = told.filter(|told| *told != row.reason);
        row.held = held;
        row.waived = waived;
        for (side, missing) in row.missing.iter_mut().zip(&decision.missing) {
            let own = conditional.iter().filter(|(gate, _)| *gate == missing.gate);
            side.conditional = own.map(|(_, text)| text.clone()).collect();
        }
        row.waive(&lookup.waived(check));
        let denied = denied.filter(|_| !row.waived);
        let denial = denied.map(|(message, explained)| {
            let denied = service.access_denied;
            let mut error = ApiError::new(denied.code, message).status(denied.status);
            let account = self.caller.account();
            error.encoded = self
                .engine
                .encode_authorization(account, &explained)
                .map(Into::into);
            error
        });
        (row, denial)
    }

    fn resource(&self, lookup: &Lookup<'_>, check: &Check) -> Result<Resource, ApiError> {
        if check.resource == "*" {
            let owner = check.owner.as_deref();
            return Ok(owner.map_or_else(Resource::none, Resource::owned_by));
        }
        // What is no ARN names nothing that a policy could be asked about.
        let arn = check
            .resource
            .parse::<Arn>()
            .map_err(|e| ApiError::new("ValidationError", e.to_string()).status(400))?;
        match self.engine.registry().services.get(arn.service.as_str()) {
            Some(owner) => (owner.resolve)(lookup, check, &arn),
            None => Ok(Resource::owned_by(&arn.account)),
        }
    }

    fn record(
        &self,
        check: &Check,
        resource: &Resource,
        decision: &Decision,
        reason: String,
    ) -> Decided {
        let gate_noun = |gate: Gate| -> String {
            match gate {
                Gate::Identity => "identity policy",
                Gate::Boundary => "permissions boundary",
                Gate::Session => "session policy",
                Gate::Resource => resource.policy_noun,
                Gate::Scp => "service control policy",
                Gate::Rcp => "resource control policy",
                Gate::Endpoint => "VPC endpoint policy",
                Gate::Grant => "grant",
            }
            .to_owned()
        };
        let root = matches!(self.caller.principal, Principal::Root { .. });
        let gate = match decision.gate {
            Gate::Identity if root && decision.allowed() => "root user".to_owned(),
            gate => gate_noun(gate),
        };
        let statement = decision.statement.as_ref();
        Decided {
            action: check.action.clone(),
            resource: check.resource.clone(),
            resource_account: resource.account.clone(),
            decision: match decision.outcome {
                Outcome::Allow => "allow",
                Outcome::ImplicitDeny => "implicit_deny",
                Outcome::ExplicitDeny => "explicit_deny",
            }
            .to_owned(),
            gate,
            policy: statement
                .map(|s| s.policy.name.to_string())
                .or_else(|| decision.grant.as_ref().map(|g| format!("grant {g}"))),
            statement: statement.map(sekisho_policy::StatementRef::label),
            held: Vec::new(),
            statement_text: statement
                .filter(|_| !decision.allowed() || self.origin.tag.is_some())
                .and_then(|s| s.policy.document.statement_text(s.index).map(str::to_owned)),
            reason,
            told: None,
            missing: decision
                .missing
                .iter()
                .map(|m| MissingSide {
                    gate: gate_noun(m.gate),
                    account: match m.side {
                        Side::Caller => self.caller.account().to_owned(),
                        Side::Resource => resource.account.clone().unwrap_or_default(),
                    },
                    conditional: Vec::new(),
                })
                .collect(),
            waived: false,
        }
    }
}

/// A call inside a call: it sees what its parent wrote; what it writes goes with its parent.
pub(crate) fn nested(
    engine: &Engine,
    inner: &mut Inner,
    caller: &Caller,
    origin: &Origin,
    service: &str,
    operation: &str,
    input: Value,
) -> Result<Value, ApiError> {
    if origin.via.len() > MAX_DEPTH {
        return Err(ApiError::internal("services call each other too deeply"));
    }
    let event = engine.next_event();
    inner.overlay.push();
    let result = Dispatch {
        engine,
        caller,
        origin,
        service,
        operation,
    }
    .run(inner, event, input, None);
    match result {
        Ok((output, _)) => {
            inner.overlay.fold();
            Ok(output)
        }
        Err(error) => {
            inner.overlay.abandon();
            Err(error)
        }
    }
}
