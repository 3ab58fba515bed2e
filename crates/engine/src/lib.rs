//! The engine: operations, the registry and the one front door through which every call passes, from outside
//! and from service to service.
//!
//! **Invariant:** no operation runs without a [`Permit`], and only the front door makes one, after it has
//! gathered the facts about caller and resources and asked the policy engine.
//!
//! **Invariant:** every call leaves an [`Event`], denied ones too, with the decision and its reason. Only for what is taken
//! to be there already ([`Origin::given`]) nothing is decided, and its event says so; nothing from outside comes in that way.
//!
//! Deliberately absent: the wire (bytes become a [`Call`] elsewhere) and what any operation does.

mod ask;
mod authorization_message;
mod authorizations;
mod body;
mod caller;
mod canonical;
mod clock;
mod context;
mod cx;
mod engine;
mod error;
mod event;
mod front_door;
mod identity;
mod ids;
pub mod invalid;
#[cfg(debug_assertions)]
mod keys_given;
mod mfa;
mod op;
mod organization;
mod origin;
mod pages;
mod policy_text;
pub mod prelude;
mod principals;
mod probe;
mod reference;
mod resource;
mod service_principals;
mod strangers;
pub mod time;
mod token;
mod unread;

pub use authorizations::{Authorization, Evaluated};
pub use body::{Body, BodyOut, Checksum, Digests, Sink, SinkSpec, hex_of, md5_base64};
pub use caller::Caller;
pub use canonical::{canonical_account, canonical_id};
pub use clock::{Clock, FixedClock, SystemClock};
pub use context::same_tag_key;
pub use cx::{Cx, Lookup};
pub use engine::{Call, Engine, EngineConfig, QUOTAS, Reply, Waiver};
pub use error::ApiError;
pub use event::{Decided, Event, EventError, MANAGED_KEY, MissingSide};
pub use identity::{Credential, boundary_policy, managed_policy};
pub use ids::Ids;
pub use mfa::{MFA_DEVICES, MfaDevice};
pub use op::{AccessDenied, Check, OpId, Operation, Permit, Registry, Service, StreamOperation};
pub use organization::{Member, Organization};
pub use origin::{Origin, RequestInfo, Signing};
pub use pages::Paging;
pub use policy_text::{PolicyText, pin, shown};
pub use principals::{
    ACCESS_KEYS, AccessKey, Applier, GROUPS, Group, ManagedPolicy, POLICIES, PolicyVersion, ROLES,
    Role, SESSIONS, Session, Tags, USERS, User,
};
pub use reference::IamReference;
pub use resource::Resource;
pub use sekisho_store::{
    BlobReader, DataKey, Overlay, Sealed, Staged, Store, StoreError, Table, seal, unseal,
};
