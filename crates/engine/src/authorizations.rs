//! What was asked and decided for calls that were denied, for those who hold an authorization id (IAM user guide, "Troubleshoot
//! access denied error messages with authorization ID"; IAM Toolbox API reference, `GetRequestAuthorizationDetails`).
//!
//! Kept in memory: the last [`KEPT`] denials of clients, a day long as on AWS. Nothing is kept of calls that services make, of
//! anonymous ones, and of those that never came over a socket.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use sekisho_policy::{ContextValue, Details, Principal};

use crate::ask;
use crate::cx::Lookup;
use crate::error::ApiError;
use crate::identity::Facts;
use crate::ids::Ids;
use crate::op::Check;
use crate::resource::Resource;

/// How many denials are kept.
const KEPT: usize = 1_000;
/// How long, in milliseconds: AWS retains the details for 24 hours.
const DAY_MS: i64 = 86_400_000;
/// How long an id is (recorded: 25 letters and digits).
const LENGTH: usize = 25;
/// What an id is made of.
const LETTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// A denied call of a client, as it was decided.
#[derive(Debug)]
pub struct Authorization {
    /// The account of who called.
    pub account: String,
    /// The user or role that called: its policies are attached to it.
    pub principal: String,
    /// The region of the call.
    pub region: String,
    /// When it was, in milliseconds.
    pub at_ms: i64,
    /// What was asked, in order; the last is what was denied.
    pub evaluations: Vec<Evaluated>,
}

/// One action on one resource, and what was decided.
#[derive(Debug)]
pub struct Evaluated {
    /// The action.
    pub action: String,
    /// The ARN, or `*`.
    pub resource: String,
    /// The account of the resource.
    pub owner: Option<String>,
    /// What the request had of condition keys, by their names in lower case.
    pub context: Vec<(String, ContextValue)>,
    /// What was asked for it.
    pub details: Details,
}

/// The denials that are kept.
#[derive(Debug, Default)]
pub(crate) struct Authorizations {
    /// Randomness of its own, so that a denial does not change which ids come next.
    ids: std::sync::OnceLock<Option<Ids>>,
    kept: Mutex<VecDeque<(String, Arc<Authorization>)>>,
}

impl Authorizations {
    /// The denial `id` of `region`, if it is not too long ago.
    pub(crate) fn get(&self, id: &str, region: &str, now_ms: i64) -> Option<Arc<Authorization>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, found) = kept.iter().find(|(of, _)| of == id)?;
        let here = found.region == region && now_ms - found.at_ms < DAY_MS;
        here.then(|| Arc::clone(found))
    }

    fn keep(&self, authorization: Authorization) -> Option<String> {
        let ids = self.ids.get_or_init(|| Ids::from_system().ok()).as_ref()?;
        let letter = |byte: u8| LETTERS[usize::from(byte) % LETTERS.len()] as char;
        let id: String = ids.bytes::<LENGTH>().into_iter().map(letter).collect();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((id.clone(), Arc::new(authorization)));
        Some(id)
    }
}

/// Keeps what was asked for a call of which the last of `checks` was denied; its id, where such calls have one.
pub(crate) fn keep(
    lookup: &Lookup<'_>,
    facts: &Facts,
    checks: &[(&Check, Resource)],
) -> Option<String> {
    let origin = lookup.origin;
    let of_client = origin.parent.is_none() && origin.via.is_empty();
    let over_a_socket = origin.info.endpoint.is_some();
    let caller = &lookup.caller.principal;
    let known = matches!(
        caller,
        Principal::User { .. } | Principal::Session { .. } | Principal::Root { .. }
    );
    if !of_client || !over_a_socket || !known {
        return None;
    }
    let evaluations = checks
        .iter()
        .map(|(check, resource)| ask::evaluated(lookup, facts, check, resource));
    lookup.engine.authorizations().keep(Authorization {
        account: lookup.caller.account().to_owned(),
        principal: caller.principal_arn().unwrap_or_else(|| caller.arn()),
        region: lookup.region().to_owned(),
        at_ms: lookup.now_ms(),
        evaluations: evaluations.collect(),
    })
}

/// Operations of IAM of which denials were seen without an id: `spec/authorization.md` section 1.1, and for the creation of
/// roles and the list of instance profiles a public log of October 2026 that has ids for others. "Most APIs in IAM" have one
/// (IAM user guide, the page above), and no other service's were seen with one.
const WITHOUT: &[&str] = &[
    "CreateRole",
    "DisableOrganizationsRootCredentialsManagement",
    "DisableOrganizationsRootSessions",
    "EnableOrganizationsRootCredentialsManagement",
    "EnableOrganizationsRootSessions",
    "GetPolicy",
    "ListInstanceProfiles",
    "ListOrganizationsFeatures",
];

/// Names the denial in the error: behind the sentence where AWS does so, and apart from it for all services.
pub(crate) fn name(error: &mut ApiError, id: String, service: &str, operation: &str) {
    if service == "iam" && !WITHOUT.contains(&operation) {
        let page = "https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details";
        error.message.push_str(&format!(
            ". Go to {page}/{id} for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: {id}"
        ));
    }
    error.authorization = Some(id.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denial(region: &str, at_ms: i64) -> Authorization {
        Authorization {
            account: "111111111111".to_owned(),
            principal: String::new(),
            region: region.to_owned(),
            at_ms,
            evaluations: Vec::new(),
        }
    }

    #[test]
    fn denials_are_kept_for_a_day_where_they_were_and_the_last_ones_only() {
        let all = Authorizations::default();
        let first = all.keep(denial("us-east-1", 0)).unwrap();
        assert_eq!(first.len(), LENGTH);
        assert!(
            first
                .bytes()
                .all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
        );
        assert!(all.get(&first, "us-east-1", DAY_MS - 1).is_some());
        assert!(all.get(&first, "us-east-1", DAY_MS).is_none());
        assert!(all.get(&first, "eu-west-1", 0).is_none());
        for _ in 1..KEPT {
            all.keep(denial("us-east-1", 0)).unwrap();
        }
        assert!(all.get(&first, "us-east-1", 0).is_some());
        all.keep(denial("us-east-1", 0)).unwrap();
        assert!(all.get(&first, "us-east-1", 0).is_none());
    }

    #[test]
    fn a_sentence_of_iam_ends_with_the_id_where_that_was_seen() {
        let named = |service, operation| {
            let mut error = ApiError::new("AccessDenied", "no");
            name(&mut error, "x".to_owned(), service, operation);
            error
        };
        // Recorded, `spec/authorization.md` section 1.1.
        assert_eq!(
            named("iam", "GetRole").message,
            "no. Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/x for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: x"
        );
        for (service, operation) in [("iam", "GetPolicy"), ("kms", "Decrypt")] {
            let error = named(service, operation);
            assert_eq!(error.message, "no");
            assert_eq!(error.authorization.as_deref(), Some("x"));
        }
    }
}
