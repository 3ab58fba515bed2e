//! Who calls the engine while a rehearsal makes things.

use std::sync::Arc;

use sekisho_engine::{
    ApiError, Call, Caller, Engine, Origin, Reply, RequestInfo, Session, Signing,
};
use serde_json::{Map, Value};

use super::patch::Giving;

/// An engine seen by the root user of an account in a region, or by who applies there.
#[derive(Debug, Clone)]
pub struct Client {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// Tags that every resource of the provider gets.
    pub default_tags: Map<String, Value>,
    /// Who calls, where it is not the root user.
    pub(crate) applier: Option<Caller>,
    /// What policies get as soon as what has them is there.
    pub(in crate::rehearse) patches: Arc<Giving>,
    /// Whether nothing is asked of what it calls: what the rehearsal does itself.
    pub(in crate::rehearse) given: bool,
}

impl Client {
    /// The root user of `account` in `region`.
    #[must_use]
    pub fn root(
        engine: &Arc<Engine>,
        account: impl Into<String>,
        region: impl Into<String>,
    ) -> Self {
        Self {
            engine: Arc::clone(engine),
            account: account.into(),
            region: region.into(),
            default_tags: Map::new(),
            applier: None,
            patches: Arc::default(),
            given: false,
        }
    }

    /// The owner of what is in `account` and `region` (none for what has none), of whom nothing is asked.
    pub(in crate::rehearse) fn owner(engine: &Arc<Engine>, account: &str, region: &str) -> Self {
        Self {
            given: true,
            ..Self::root(engine, account, region)
        }
    }

    /// Gives policies what they are to get, as far as they are there by now: before the next call for what was made, whose
    /// name `made` knows.
    pub(in crate::rehearse) fn mend(&self, made: impl Fn(&str) -> bool) {
        self.patches.give(self, made);
    }

    /// The root user of `account`, in the same region.
    pub(in crate::rehearse) fn root_of(&self, account: &str) -> Self {
        Self::root(&self.engine, account, &*self.region)
    }

    /// The session of who applies.
    pub(in crate::rehearse) fn session(&self) -> Option<&Session> {
        self.applier.as_ref()?.session.as_deref()
    }

    /// Key, secret and, as Terraform reads it, token.
    pub(in crate::rehearse) fn credentials(&self) -> (String, String, String) {
        match self.session() {
            Some(session) => (
                session.access_key_id.clone(),
                session.secret.clone(),
                serde_json::json!(session.token).to_string(),
            ),
            None => (
                self.account.clone(),
                self.engine.config().root_secret.clone(),
                "null".to_owned(),
            ),
        }
    }

    /// Whether a role of that name is the one that calls; and if so, whether it is said that it does.
    pub(in crate::rehearse) fn applies_as(&self, role: &str) -> Option<bool> {
        let session = self.session()?;
        let own = session.role.as_deref() == Some(role);
        own.then_some(session.applier.as_ref()?.known)
    }

    /// Makes the key that a service has in the account, as the service does when it is first used.
    pub(in crate::rehearse) fn make_key_of(&self, service: &str) -> Result<(), ApiError> {
        let description =
            format!("Default key that protects my {service} data when no other key is defined");
        let call = Call {
            caller: Caller::service(&format!("{service}.amazonaws.com")),
            service: "kms".to_owned(),
            operation: "CreateKey".to_owned(),
            input: serde_json::json!({"Description": description}),
            origin: Origin::service(&self.region, "", &self.account),
        };
        self.engine.call(call, None).map(|_| ())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "what a rehearsal does itself is asked of nobody: patches, and what is there"
    )]
    pub(in crate::rehearse) fn request(
        &self,
        service: &str,
        operation: &str,
        input: Value,
    ) -> Call {
        let info = RequestInfo {
            region: self.region.clone(),
            source_ip: Some("127.0.0.1".to_owned()),
            secure: true,
            user_agent: Some("sekisho rehearse".to_owned()),
            signing: Signing::Header,
            ..RequestInfo::default()
        };
        Call {
            caller: (self.applier.clone()).unwrap_or_else(|| Caller::root(&self.account)),
            service: service.to_owned(),
            operation: operation.to_owned(),
            input,
            origin: match self.given {
                true => Origin::given(&self.region),
                false => Origin::external(info),
            },
        }
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// Whatever the operation answers.
    pub fn call(&self, service: &str, operation: &str, input: Value) -> Result<Value, ApiError> {
        Ok(self
            .engine
            .call(self.request(service, operation, input), None)?
            .output)
    }

    /// Calls an operation with a body.
    ///
    /// # Errors
    /// Whatever the operation answers.
    pub fn send(
        &self,
        service: &str,
        operation: &str,
        input: Value,
        body: &[u8],
    ) -> Result<Reply, ApiError> {
        let call = self.request(service, operation, input);
        let mut sink = self.engine.sink(&call)?;
        sink.write(body)?;
        self.engine.call(call, Some(sink.finish()?))
    }
}
