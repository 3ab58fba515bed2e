//! Grants: allow only, one key, one grantee.

use std::collections::BTreeMap;

use sekisho_engine::{ApiError, Lookup, ROLES, Table, USERS, time};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Grants by `key ARN/grant id`.
pub(crate) const GRANTS: Table<Grant> = Table::new("kms/grant");

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) key_arn: String,
    pub(crate) name: Option<String>,
    pub(crate) token: String,
    pub(crate) created_ms: i64,
    /// As given, and as it binds: by unique id.
    pub(crate) grantee: Named,
    pub(crate) retiring: Option<Named>,
    pub(crate) operations: Vec<String>,
    pub(crate) equals: Option<BTreeMap<String, String>>,
    pub(crate) subset: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) source_arn: Option<String>,
    pub(crate) issuing_account: String,
}

impl Grant {
    /// What it is constrained by.
    pub(crate) fn constraints(&self) -> Constraints {
        Constraints {
            encryption_context_equals: self.equals.clone(),
            encryption_context_subset: self.subset.clone(),
            source_arn: self.source_arn.clone(),
        }
    }
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) text: String,
    pub(crate) bound: String,
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Constraints {
    pub(crate) encryption_context_equals: Option<BTreeMap<String, String>>,
    pub(crate) encryption_context_subset: Option<BTreeMap<String, String>>,
    pub(crate) source_arn: Option<String>,
}

impl Constraints {
    /// The kinds of constraints that there are: `kms:GrantConstraintType`. One that asks for nothing is none.
    pub(crate) fn kinds(&self) -> Vec<String> {
        let asks = |map: &Option<BTreeMap<String, String>>| {
            map.as_ref().is_some_and(|map| !map.is_empty())
        };
        [
            (
                "EncryptionContextEquals",
                asks(&self.encryption_context_equals),
            ),
            (
                "EncryptionContextSubset",
                asks(&self.encryption_context_subset),
            ),
            ("SourceArn", self.source_arn.is_some()),
        ]
        .into_iter()
        .filter(|(_, asks)| *asks)
        .map(|(kind, _)| kind.to_owned())
        .collect()
    }
}

/// Refuses tokens that no grant has.
pub(crate) fn known(lookup: &Lookup<'_>, tokens: &[String]) -> Result<(), ApiError> {
    if tokens.is_empty() {
        return Ok(());
    }
    let rows = lookup.scan(&GRANTS, "")?;
    match tokens
        .iter()
        .all(|t| rows.iter().any(|(_, g)| g.token == *t))
    {
        true => Ok(()),
        false => Err(no_such_token()),
    }
}

pub(crate) fn no_such_token() -> ApiError {
    ApiError::new(
        "InvalidGrantTokenException",
        "The grant token is not valid.",
    )
}

fn invalid_arn(message: String) -> ApiError {
    ApiError::new("InvalidArnException", message)
}

/// Binds a principal to its unique id; AWS refuses those that nobody has (`spec/authorization.md` 2.1).
pub(crate) fn bind(lookup: &Lookup<'_>, text: &str) -> Result<Named, ApiError> {
    let named = |bound: String| {
        Ok(Named {
            text: text.to_owned(),
            bound,
        })
    };
    let nobody = || {
        Err(invalid_arn(format!(
            "ARN does not refer to a valid principal: {text}"
        )))
    };
    let malformed = || Err(invalid_arn(format!("ARN is not valid: {text}")));
    let Ok(arn) = text.parse::<sekisho_arn::Arn>() else {
        // Services name themselves; clients name ARNs (KMS API reference, CreateGrant).
        if text.ends_with(".amazonaws.com") && lookup.origin().via().is_some() {
            return named(text.to_owned());
        }
        if (text.starts_with("AROA") || text.starts_with("AIDA"))
            && lookup.principal_id_exists(text)?
        {
            return named(text.to_owned());
        }
        return Err(invalid_arn(
            "GranteePrincipal does not refer to a valid principal.".to_owned(),
        ));
    };
    let (kind, rest) = arn
        .resource
        .split_once('/')
        .unwrap_or((arn.resource.as_str(), ""));
    match (arn.service.as_str(), kind) {
        ("iam", "root") => named(text.to_owned()),
        ("iam", "role") => {
            let name = rest.rsplit('/').next().unwrap_or_default();
            let role = lookup
                .get(&ROLES, &format!("{}/{name}", arn.account))?
                .filter(|r| r.arn == text);
            role.map_or_else(nobody, |r| named(r.id.clone()))
        }
        ("iam", "user") => {
            let name = rest.rsplit('/').next().unwrap_or_default();
            let user = lookup
                .get(&USERS, &format!("{}/{name}", arn.account))?
                .filter(|u| u.arn == text);
            user.map_or_else(nobody, |u| named(u.id.clone()))
        }
        ("sts", "assumed-role") => {
            let Some((role, session)) = rest.split_once('/').filter(|(_, s)| !s.contains('/'))
            else {
                return malformed();
            };
            let role = lookup.get(&ROLES, &format!("{}/{role}", arn.account))?;
            role.map_or_else(nobody, |r| named(format!("{}:{session}", r.id)))
        }
        ("sts", "federated-user") => named(text.to_owned()),
        _ => malformed(),
    }
}

fn pairs(map: Option<&BTreeMap<String, String>>) -> Option<Vec<(String, String)>> {
    map.map(|m| m.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
}

impl Grant {
    pub(crate) fn row(&self) -> String {
        format!("{}/{}", self.key_arn, self.id)
    }

    /// As the policy engine reads it.
    pub(crate) fn compiled(&self) -> sekisho_policy::Grant {
        sekisho_policy::Grant {
            id: self.id.clone(),
            grantee: self.grantee.bound.clone(),
            retiring: self.retiring.as_ref().map(|r| r.bound.clone()),
            operations: self.operations.clone(),
            context_equals: pairs(self.equals.as_ref()),
            context_subset: pairs(self.subset.as_ref()),
            source_arn: self.source_arn.clone(),
            issuing_account: Some(self.issuing_account.clone()),
            // Here every grant is known everywhere at once.
            token: None,
        }
    }

    /// As lists show it: a principal that is gone appears as its unique id.
    pub(crate) fn shown(&self, lookup: &Lookup<'_>) -> Value {
        let text = |n: &Named| match bind(lookup, &n.text) {
            Ok(now) if now.bound == n.bound => n.text.clone(),
            _ => n.bound.clone(),
        };
        let mut map = Map::new();
        map.insert("KeyId".into(), json!(self.key_arn));
        map.insert("GrantId".into(), json!(self.id));
        if let Some(name) = self.name.as_ref().filter(|n| !n.is_empty()) {
            map.insert("Name".into(), json!(name));
        }
        map.insert("CreationDate".into(), json!(time::seconds(self.created_ms)));
        map.insert("GranteePrincipal".into(), json!(text(&self.grantee)));
        if let Some(retiring) = &self.retiring {
            map.insert("RetiringPrincipal".into(), json!(text(retiring)));
        }
        map.insert(
            "IssuingAccount".into(),
            json!(format!("arn:aws:iam::{}:root", self.issuing_account)),
        );
        map.insert("Operations".into(), json!(self.operations));
        let mut constraints = Map::new();
        if let Some(equals) = &self.equals {
            constraints.insert("EncryptionContextEquals".into(), json!(equals));
        }
        if let Some(subset) = &self.subset {
            constraints.insert("EncryptionContextSubset".into(), json!(subset));
        }
        if let Some(arn) = &self.source_arn {
            constraints.insert("SourceArn".into(), json!(arn));
        }
        if !constraints.is_empty() {
            map.insert("Constraints".into(), Value::Object(constraints));
        }
        Value::Object(map)
    }
}

pub(crate) fn of_key(
    lookup: &Lookup<'_>,
    arn: &str,
) -> Result<Vec<sekisho_policy::Grant>, ApiError> {
    Ok(lookup
        .scan(&GRANTS, &format!("{arn}/"))?
        .iter()
        .map(|(_, g)| g.compiled())
        .collect())
}
