//! What an operation sees of the world: [`Lookup`] before the decision, [`Cx`] after it.

use std::sync::Arc;

use sekisho_arn::Arn;
use sekisho_store::{Overlay, Staged, Table};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::ask;
use crate::authorizations::Authorization;
use crate::body::{Body, BodyOut};
use crate::caller::Caller;
use crate::engine::{Engine, Waiver};
use crate::error::ApiError;
use crate::front_door::{self, Inner};
use crate::ids::Ids;
use crate::op::Check;
use crate::organization::Organization;
use crate::origin::Origin;
use crate::principals::{ManagedPolicy, ROLES, USERS};
use crate::resource::Resource;
use crate::token::signed;

/// A read-only view for finding out what must be allowed.
#[derive(Clone, Copy)]
pub struct Lookup<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) overlay: &'a Overlay,
    pub(crate) caller: &'a Caller,
    pub(crate) origin: &'a Origin,
}

impl std::fmt::Debug for Lookup<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lookup")
    }
}

impl<'a> Lookup<'a> {
    /// What does not count against a check.
    pub(crate) fn waived(&self, check: &Check) -> Vec<&'a Waiver> {
        let engine: &'a Engine = self.engine;
        let all = &engine.config().waived;
        if all.is_empty() {
            return Vec::new();
        }
        let caller = &self.caller.principal;
        let name = caller.principal_arn().unwrap_or_else(|| self.caller.arn());
        let of = |w: &&Waiver| {
            w.principal == name
                && w.action == check.action
                && sekisho_arn::glob(&w.resource, &check.resource)
        };
        all.iter().filter(of).collect()
    }

    /// The row `key` of `table`.
    ///
    /// # Errors
    /// When the store fails.
    pub fn get<T>(&self, table: &Table<T>, key: &str) -> Result<Option<Arc<T>>, ApiError>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        Ok(self.overlay.get(table, key)?)
    }

    /// All rows whose key begins with `prefix`.
    ///
    /// # Errors
    /// When the store fails.
    pub fn scan<T>(&self, table: &Table<T>, prefix: &str) -> Result<Vec<(String, Arc<T>)>, ApiError>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        Ok(self.overlay.scan(table, prefix)?)
    }

    /// Who calls.
    #[must_use]
    pub fn caller(&self) -> &'a Caller {
        self.caller
    }

    /// The caller's account.
    #[must_use]
    pub fn account(&self) -> &'a str {
        self.caller.account()
    }

    /// Where the call came from.
    #[must_use]
    pub fn origin(&self) -> &'a Origin {
        self.origin
    }

    /// The AWS managed policy `arn`, if it is known.
    #[must_use]
    pub fn aws_policy(&self, arn: &str) -> Option<Arc<ManagedPolicy>> {
        self.engine.aws_policy(arn)
    }

    /// The organization that accounts are of, if one was given.
    #[must_use]
    pub fn organization(&self) -> Option<&'a Organization> {
        let engine: &'a Engine = self.engine;
        engine.organization()
    }

    /// The region that the call is for.
    #[must_use]
    pub fn region(&self) -> &'a str {
        self.origin.region()
    }

    /// An ARN in the caller's account and region.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        Arn::new(service, self.region(), self.account(), resource).to_string()
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.engine.clock().now_ms()
    }

    /// What the caller would be told if he asked for `check` and `resource` were as given, for documents that are not in
    /// force yet and calls that nobody has made: AWS's sentence, or nothing where he may.
    ///
    /// # Errors
    /// When the store fails.
    pub fn denial(&self, check: &Check, resource: &Resource) -> Result<Option<String>, ApiError> {
        ask::denial(self, check, resource)
    }

    /// Whether a user or role with this unique id, or a session of such a role, exists.
    ///
    /// # Errors
    /// When the store fails.
    pub fn principal_id_exists(&self, id: &str) -> Result<bool, ApiError> {
        let id = id.split(':').next().unwrap_or_default();
        Ok(self.scan(&ROLES, "")?.iter().any(|(_, r)| r.id == id)
            || self.scan(&USERS, "")?.iter().any(|(_, u)| u.id == id)
            || self.engine.known_id(id))
    }
}

/// What an operation works with, once it may.
pub struct Cx<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) inner: &'a mut Inner,
    pub(crate) caller: &'a Caller,
    pub(crate) origin: &'a Origin,
    pub(crate) service: &'static str,
    pub(crate) event: u64,
    pub(crate) body: Option<Body>,
    pub(crate) out: Option<BodyOut>,
}

impl std::fmt::Debug for Cx<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cx(event {})", self.event)
    }
}

impl<'a> Cx<'a> {
    /// The view of [`Operation::authz`](crate::Operation::authz), with what was written since.
    #[must_use]
    pub fn lookup(&self) -> Lookup<'_> {
        Lookup {
            engine: self.engine,
            overlay: &self.inner.overlay,
            caller: self.caller,
            origin: self.origin,
        }
    }

    /// The row `key` of `table`.
    ///
    /// # Errors
    /// When the store fails.
    pub fn get<T>(&self, table: &Table<T>, key: &str) -> Result<Option<Arc<T>>, ApiError>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        Ok(self.inner.overlay.get(table, key)?)
    }

    /// All rows whose key begins with `prefix`.
    ///
    /// # Errors
    /// When the store fails.
    pub fn scan<T>(&self, table: &Table<T>, prefix: &str) -> Result<Vec<(String, Arc<T>)>, ApiError>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        Ok(self.inner.overlay.scan(table, prefix)?)
    }

    /// At most `limit` rows from `prefix` + `from` on.
    ///
    /// # Errors
    /// When the store fails.
    pub fn page<T>(
        &self,
        table: &Table<T>,
        prefix: &str,
        from: &str,
        limit: usize,
    ) -> Result<Vec<(String, Arc<T>)>, ApiError>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        Ok(self.inner.overlay.page(table, prefix, from, limit)?)
    }

    /// Writes row `key`.
    ///
    /// # Errors
    /// When the row cannot be written.
    pub fn put<T: Serialize + Send + Sync + 'static>(
        &mut self,
        table: &Table<T>,
        key: &str,
        row: T,
    ) -> Result<(), ApiError> {
        Ok(self.inner.overlay.put(table, key, row)?)
    }

    /// Removes row `key`.
    pub fn delete<T>(&mut self, table: &Table<T>, key: &str) {
        self.inner.overlay.delete(table, key);
    }

    /// Who calls.
    #[must_use]
    pub fn caller(&self) -> &'a Caller {
        self.caller
    }

    /// The caller's account.
    #[must_use]
    pub fn account(&self) -> &'a str {
        self.caller.account()
    }

    /// The region that the call is for.
    #[must_use]
    pub fn region(&self) -> &'a str {
        self.origin.region()
    }

    /// Where the call came from.
    #[must_use]
    pub fn origin(&self) -> &'a Origin {
        self.origin
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.engine.clock().now_ms()
    }

    /// Ids and randomness.
    #[must_use]
    pub fn ids(&self) -> &'a Ids {
        self.engine.ids()
    }

    /// The engine's settings.
    #[must_use]
    pub fn config(&self) -> &'a crate::engine::EngineConfig {
        self.engine.config()
    }

    /// The body of the call.
    ///
    /// # Errors
    /// When the call came without one.
    pub fn take_body(&mut self) -> Result<Body, ApiError> {
        self.body
            .take()
            .ok_or_else(|| ApiError::new("IncompleteBody", "The request has no body."))
    }

    /// Sets the body of the answer.
    pub fn answer_with(&mut self, body: BodyOut) {
        self.out = Some(body);
    }

    /// Keeps a staged blob under `name`. If the call fails later, it is removed again.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn keep_blob(&mut self, staged: Staged, name: &str) -> Result<(), ApiError> {
        let blobs = self.engine.store().blobs();
        if !blobs.contains(name) {
            blobs.keep(staged, name)?;
            self.inner.kept.push(name.to_owned());
        }
        Ok(())
    }

    /// Removes a blob once the call has succeeded.
    pub fn remove_blob(&mut self, name: &str) {
        self.inner.removed.push(name.to_owned());
    }

    /// The blobs.
    #[must_use]
    pub fn blobs(&self) -> &'a sekisho_store::Blobs {
        self.engine.store().blobs()
    }

    /// Calls another service on behalf of the caller, as S3 asks KMS: the caller stays the principal, and
    /// `aws:CalledVia` and `kms:ViaService` name this service.
    ///
    /// # Errors
    /// Whatever the other service answers.
    pub fn forward(
        &mut self,
        service: &str,
        operation: &str,
        input: Value,
    ) -> Result<Value, ApiError> {
        let origin = self
            .origin
            .forwarded(&format!("{}.amazonaws.com", self.service), self.event);
        front_door::nested(
            self.engine,
            self.inner,
            self.caller,
            &origin,
            service,
            operation,
            input,
        )
    }

    /// Calls another operation of this service as the caller, as one of many that a batch stands for.
    ///
    /// # Errors
    /// Whatever the operation answers.
    pub fn again(&mut self, operation: &str, input: Value) -> Result<Value, ApiError> {
        let origin = self.origin.clone().under(self.event);
        front_door::nested(
            self.engine,
            self.inner,
            self.caller,
            &origin,
            self.service,
            operation,
            input,
        )
    }

    /// Calls another service as this service itself, for the resource `source_arn` of `source_account`.
    ///
    /// # Errors
    /// Whatever the other service answers.
    pub fn call_as_service(
        &mut self,
        service: &str,
        operation: &str,
        input: Value,
        source_arn: &str,
        source_account: &str,
    ) -> Result<Value, ApiError> {
        let name = format!("{}.amazonaws.com", self.service);
        let mut origin =
            Origin::service(self.region(), source_arn, source_account).under(self.event);
        origin.tag.clone_from(&self.origin.tag);
        front_door::nested(
            self.engine,
            self.inner,
            &Caller::service(&name),
            &origin,
            service,
            operation,
            input,
        )
    }

    /// Calls another operation with temporary credentials that this call has just been given.
    ///
    /// # Errors
    /// Whatever the other service answers; also when the credentials are not known.
    pub fn call_with(
        &mut self,
        access_key_id: &str,
        service: &str,
        operation: &str,
        input: Value,
    ) -> Result<Value, ApiError> {
        let credential = crate::identity::credential(&self.lookup(), access_key_id, "")?
            .ok_or_else(|| ApiError::internal("unknown temporary credentials"))?;
        let mut origin = self.origin.clone().under(self.event);
        origin.via.clear();
        front_door::nested(
            self.engine,
            self.inner,
            &credential.caller,
            &origin,
            service,
            operation,
            input,
        )
    }

    /// A token for `purpose`, held by the caller.
    ///
    /// # Errors
    /// When the caller came without a key.
    pub fn issue_token(&self, purpose: &str, expires_ms: i64) -> Result<String, ApiError> {
        let key = self.caller.access_key_id.as_deref().unwrap_or_default();
        match &self.caller.session {
            // Who applies in a rehearsal has a session that is kept nowhere.
            Some(session) => signed(&session.secret, &session.access_key_id, purpose, expires_ms),
            None => self.engine.issue_token(key, purpose, expires_ms),
        }
    }

    /// Opens an encoded authorization message of the caller's account.
    ///
    /// # Errors
    /// When it is none.
    pub fn decode_authorization(&self, message: &str) -> Result<String, ApiError> {
        self.engine
            .decode_authorization(self.caller.account(), message)
    }

    /// The denial with this authorization id, in the region of the call.
    #[must_use]
    pub fn authorization(&self, id: &str) -> Option<Arc<Authorization>> {
        self.engine.authorization(id, self.region())
    }

    /// Tells the background workers that there is something to do.
    pub fn wake(&mut self) {
        self.inner.wake = true;
    }
}
