//! The engine: one entry for every call.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use sekisho_store::{Overlay, Store};
use serde_json::Value;

use crate::authorization_message::Messages;
use crate::authorizations::{Authorization, Authorizations};
use crate::body::{Body, BodyOut, Sink};
use crate::caller::Caller;
use crate::clock::Clock;
use crate::cx::Lookup;
use crate::error::ApiError;
use crate::event::Event;
use crate::front_door::{Dispatch, Inner};
use crate::identity::{self, Credential};
use crate::ids::Ids;
use crate::op::Registry;
use crate::organization::Organization;
use crate::origin::{Origin, RequestInfo};
use crate::principals::ManagedPolicy;

/// Events kept in memory; older ones are on disk, if there is one.
const EVENTS_IN_MEMORY: usize = 16_384;
/// Events of calls that changed nothing are written together, this many at most.
const EVENT_BATCH: usize = 4_096;

/// Settings that operations may read.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// The secret of every account's root key.
    pub root_secret: String,
    /// Whether registry addresses have the form of AWS (`<account>.dkr.ecr.<region>.amazonaws.com`).
    pub aws_registry_host: bool,
    /// Denials that do not count. Only rehearsals have any, to see what comes behind a call that no statement would allow;
    /// what they allow is never said to be allowed.
    pub waived: Vec<Waiver>,
    /// Quotas of accounts that AWS has raised, by the names that its errors have: see [`EngineConfig::quota`].
    pub quotas: BTreeMap<String, usize>,
}

/// Quotas that may be raised, by the names that AWS's errors have, and what they are by default (IAM user guide, "IAM and AWS STS
/// quotas").
pub const QUOTAS: &[(&str, usize)] = &[
    ("ACLSizePerRole", 2_048),
    ("PoliciesPerGroup", 10),
    ("PoliciesPerRole", 10),
    ("PoliciesPerUser", 10),
];

impl EngineConfig {
    /// The quota `name`, one of [`QUOTAS`].
    #[must_use]
    pub fn quota(&self, name: &str) -> usize {
        let default = || QUOTAS.iter().find(|(own, _)| *own == name);
        let raised = self.quotas.get(name).copied();
        raised
            .or_else(|| default().map(|(_, n)| *n))
            .unwrap_or_default()
    }
}

/// What does not count against a call: one statement that denies it, or one side that does not allow it. Whatever else it
/// lacks, it lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The ARN of the user or role that calls.
    pub principal: String,
    /// The action.
    pub action: String,
    /// The resource, with wildcards.
    pub resource: String,
    /// The side, in the words of [`crate::Decided::gate`].
    pub gate: String,
    /// The policy and the statement that deny; none for a side that does not allow.
    pub statement: Option<String>,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            root_secret: "sekisho".to_owned(),
            aws_registry_host: true,
            waived: Vec::new(),
            quotas: BTreeMap::new(),
        }
    }
}

/// A call from outside the engine.
#[derive(Debug)]
pub struct Call {
    /// Who calls.
    pub caller: Caller,
    /// The service.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// The input, shaped as the model says.
    pub input: Value,
    /// Where it came from.
    pub origin: Origin,
}

/// The answer to a call.
#[derive(Debug)]
pub struct Reply {
    /// The output, shaped as the model says.
    pub output: Value,
    /// The body that streams.
    pub body: Option<BodyOut>,
    /// The event that explains the call.
    pub event: u64,
}

/// The engine.
#[derive(Debug)]
pub struct Engine {
    store: Store,
    registry: Registry,
    clock: Arc<dyn Clock>,
    ids: Ids,
    config: EngineConfig,
    /// The accounts whose users and roles are all here; every account, until somebody says which.
    known: OnceLock<BTreeSet<String>>,
    /// Roles whose policies nobody knows: unique ids by ARN.
    pub(crate) strangers: Mutex<BTreeMap<String, String>>,
    organization: OnceLock<Organization>,
    aws_policies: OnceLock<BTreeMap<String, Arc<ManagedPolicy>>>,
    messages: Messages,
    authorizations: Authorizations,
    next_event: AtomicU64,
    recent: Mutex<VecDeque<Arc<Event>>>,
    unwritten: Mutex<Vec<(u64, Vec<u8>)>>,
    work: (Mutex<u64>, Condvar),
}

impl Engine {
    /// An engine over `store`.
    ///
    /// # Errors
    /// When the events on disk cannot be read.
    pub fn new(
        store: Store,
        registry: Registry,
        clock: Arc<dyn Clock>,
        ids: Ids,
        config: EngineConfig,
    ) -> Result<Self, ApiError> {
        let kept = store.events(EVENTS_IN_MEMORY)?;
        let recent: VecDeque<Arc<Event>> = kept
            .iter()
            .filter_map(|(_, bytes)| serde_json::from_slice(bytes).ok().map(Arc::new))
            .collect();
        let next = kept.last().map_or(0, |(id, _)| *id) + 1;
        Ok(Self {
            store,
            registry,
            clock,
            ids,
            config,
            known: OnceLock::new(),
            strangers: Mutex::default(),
            organization: OnceLock::new(),
            aws_policies: OnceLock::new(),
            messages: Messages::default(),
            authorizations: Authorizations::default(),
            next_event: AtomicU64::new(next),
            recent: Mutex::new(recent),
            unwritten: Mutex::default(),
            work: (Mutex::new(0), Condvar::new()),
        })
    }

    pub(crate) fn messages(&self) -> &Messages {
        &self.messages
    }

    pub(crate) fn authorizations(&self) -> &Authorizations {
        &self.authorizations
    }

    /// The denial with this authorization id, where and as long as it is kept.
    #[must_use]
    pub fn authorization(&self, id: &str, region: &str) -> Option<Arc<Authorization>> {
        self.authorizations.get(id, region, self.clock.now_ms())
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The registry of operations.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Ids and randomness.
    #[must_use]
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// Says which accounts' users and roles are all here: principals of other accounts are then taken to exist, when a
    /// policy names them. Said once; what is said later has no effect.
    pub fn know_accounts(&self, accounts: impl IntoIterator<Item = String>) {
        let _ = self.known.set(accounts.into_iter().collect());
    }

    /// The accounts whose users and roles are all here, as far as that was said.
    #[must_use]
    pub fn accounts(&self) -> Vec<String> {
        let known = self.known.get();
        known.into_iter().flatten().cloned().collect()
    }

    /// Whether all users and roles of `account` are here.
    #[must_use]
    pub fn knows(&self, account: &str) -> bool {
        self.known.get().is_none_or(|known| known.contains(account))
    }

    /// Says what AWS managed policies hold, by ARN, that are not known here, or are newer there. Said once; what is said later
    /// has no effect.
    ///
    /// # Errors
    /// The ARN that is of no policy of AWS.
    pub fn know_aws_policies(&self, all: BTreeMap<String, String>) -> Result<(), String> {
        let mut known = BTreeMap::new();
        for (arn, document) in all {
            let policy = identity::of_aws(&arn, document).ok_or_else(|| arn.clone())?;
            known.insert(arn, Arc::new(policy));
        }
        let _ = self.aws_policies.set(known);
        Ok(())
    }

    /// The AWS managed policy `arn`, as it was said or as it is known here.
    #[must_use]
    pub fn aws_policy(&self, arn: &str) -> Option<Arc<ManagedPolicy>> {
        let said = self.aws_policies.get().and_then(|all| all.get(arn));
        said.cloned().or_else(|| identity::aws_managed_policy(arn))
    }

    /// Says of which organization the accounts are. Said once; what is said later has no effect.
    pub fn organize(&self, organization: Organization) {
        let _ = self.organization.set(organization);
    }

    /// The organization of the accounts, if they are of one.
    #[must_use]
    pub fn organization(&self) -> Option<&Organization> {
        self.organization.get()
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &EngineConfig {
        &self.config
    }

    pub(crate) fn next_event(&self) -> u64 {
        self.next_event.fetch_add(1, Ordering::Relaxed)
    }

    /// Finds what a signature by `access_key_id` is verified with.
    ///
    /// # Errors
    /// When the store fails.
    pub fn credential(&self, access_key_id: &str) -> Result<Option<Credential>, ApiError> {
        let overlay = Overlay::new(self.store.snapshot());
        let caller = Caller::anonymous();
        let origin = Origin::external(RequestInfo {
            secure: true,
            signing: crate::Signing::Header,
            ..RequestInfo::default()
        });
        let lookup = Lookup {
            engine: self,
            overlay: &overlay,
            caller: &caller,
            origin: &origin,
        };
        identity::credential(&lookup, access_key_id, &self.config.root_secret)
    }

    /// Runs a call, with the body that [`Engine::sink`] took if the operation streams.
    ///
    /// # Errors
    /// The operation's error, or the denial. Nothing is changed then, but for the event.
    pub fn call(&self, mut call: Call, body: Option<Body>) -> Result<Reply, ApiError> {
        call.origin.settle(&call.service);
        let event = body.as_ref().map_or_else(|| self.next_event(), |b| b.event);
        let writes = self
            .registry
            .find(&call.service, &call.operation)
            .is_some_and(|(_, o)| o.writes());
        let writer = writes.then(|| self.store.writer());
        let mut inner = Inner::new(Overlay::new(self.store.snapshot()));
        let dispatch = Dispatch {
            engine: self,
            caller: &call.caller,
            origin: &call.origin,
            service: &call.service,
            operation: &call.operation,
        };
        let result = dispatch.run(&mut inner, event, call.input, body);
        let result = self.finish(inner, writer, result)?;
        Ok(Reply {
            output: result.0,
            body: result.1,
            event,
        })
    }

    /// Decides about a call whose body is still to come, and opens the place for it.
    ///
    /// # Errors
    /// As [`Engine::call`]: a denial is known before the body is read.
    pub fn sink(&self, call: &Call) -> Result<Sink, ApiError> {
        let event = self.next_event();
        let writer = self.store.writer();
        let mut inner = Inner::new(Overlay::new(self.store.snapshot()));
        let dispatch = Dispatch {
            engine: self,
            caller: &call.caller,
            origin: &call.origin,
            service: &call.service,
            operation: &call.operation,
        };
        let result = dispatch.sink(&mut inner, event, call.input.clone());
        let mut spec = self.finish(inner, Some(writer), result)?;
        let blob = self.store.blobs().stage(spec.sealed.take())?;
        Ok(Sink::new(blob, spec, event))
    }

    fn finish<T>(
        &self,
        inner: Inner,
        writer: Option<sekisho_store::Writer<'_>>,
        result: Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let durable = self.store.is_durable();
        let mut rows = Vec::new();
        if durable {
            for event in &inner.events {
                rows.push((
                    event.id,
                    serde_json::to_vec(event).map_err(|e| ApiError::internal(e.to_string()))?,
                ));
            }
        }
        let mut committed = false;
        let mut result = result;
        if result.is_ok() && !inner.overlay.is_empty() {
            if let Some(writer) = &writer {
                match self.store.commit(writer, inner.overlay, &rows) {
                    Ok(()) => committed = true,
                    Err(error) => result = Err(error.into()),
                }
            } else {
                result = Err(ApiError::internal("an operation that only reads wrote"));
            }
        }
        let blobs = self.store.blobs();
        let gone = if committed {
            &inner.removed
        } else {
            &inner.kept
        };
        for name in gone {
            blobs.remove(name);
        }
        self.remember(inner.events);
        if durable && !committed {
            self.keep_later(rows);
        }
        if committed && inner.wake {
            self.wake();
        }
        result
    }

    fn remember(&self, events: Vec<Event>) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            if recent.len() >= EVENTS_IN_MEMORY {
                recent.pop_front();
            }
            recent.push_back(Arc::new(event));
        }
    }

    fn keep_later(&self, rows: Vec<(u64, Vec<u8>)>) {
        let mut unwritten = self
            .unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        unwritten.extend(rows);
        if unwritten.len() >= EVENT_BATCH {
            let batch = std::mem::take(&mut *unwritten);
            drop(unwritten);
            let _ = self.store.append_events(&batch);
        }
    }

    /// Writes the events of calls that changed nothing; call it now and then, and at the end.
    pub fn flush_events(&self) {
        let batch = std::mem::take(
            &mut *self
                .unwritten
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        if !batch.is_empty() {
            let _ = self.store.append_events(&batch);
        }
    }

    /// The events after number `after`, oldest first, as far as they are in memory.
    #[must_use]
    pub fn events_since(&self, after: u64) -> Vec<Arc<Event>> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out: Vec<Arc<Event>> = recent
            .iter()
            .rev()
            .take(EVENTS_IN_MEMORY)
            .filter(|e| e.id > after)
            .cloned()
            .collect();
        out.sort_unstable_by_key(|e| e.id);
        out
    }

    /// Tells the background workers that there is something to do.
    pub fn wake(&self) {
        let mut count = self.work.0.lock().unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        self.work.1.notify_all();
    }

    /// Waits until there may be something to do, `timeout` at most. `seen` is what the last wait returned.
    #[must_use]
    pub fn wait_for_work(&self, seen: u64, timeout: Duration) -> u64 {
        let count = self.work.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, _) = self
            .work
            .1
            .wait_timeout_while(count, timeout, |c| *c == seen)
            .unwrap_or_else(PoisonError::into_inner);
        *count
    }

    /// A view for services of ours that run beside the calls (the executor).
    pub fn view<T>(&self, read: impl FnOnce(&Overlay) -> T) -> T {
        read(&Overlay::new(self.store.snapshot()))
    }

    /// Changes state that belongs to a worker of ours and to no API operation; one commit or none.
    ///
    /// # Errors
    /// What `change` answers; nothing is changed then.
    pub fn change<T>(
        &self,
        change: impl FnOnce(&mut Overlay) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let writer = self.store.writer();
        let mut overlay = Overlay::new(self.store.snapshot());
        let value = change(&mut overlay)?;
        if !overlay.is_empty() {
            self.store.commit(&writer, overlay, &[])?;
        }
        Ok(value)
    }
}
