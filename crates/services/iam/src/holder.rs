//! What users, roles and groups have in common: they hold policies; users and roles hold a boundary and tags, too.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_engine::prelude::*;
use sekisho_engine::{
    GROUPS, Group, POLICIES, PolicyText, ROLES, Role, Table, Tags, USERS, User, same_tag_key,
};
use sekisho_policy::{Kind, validate};
use serde::de::DeserializeOwned;

use crate::linked;
use crate::render;
use crate::tags::{self, Tag};

/// A user, a role or a group.
pub(crate) trait Holder:
    Clone + Serialize + DeserializeOwned + Send + Sync + Sized + 'static
{
    const TABLE: Table<Self>;
    /// `role`, `user` or `group`, as in ARNs and messages.
    const NOUN: &'static str;
    /// Characters in all inline policies together.
    const INLINE_LIMIT: usize;
    fn arn(&self) -> &str;
    fn name(&self) -> &str;
    fn inline(&self) -> &BTreeMap<String, PolicyText>;
    fn inline_mut(&mut self) -> &mut BTreeMap<String, PolicyText>;
    fn attached(&self) -> &[String];
    fn attached_mut(&mut self) -> &mut Vec<String>;
    /// The permissions boundary; a group has none.
    fn boundary(&self) -> Option<&str> {
        None
    }
}

/// A user or a role: who can be a principal.
pub(crate) trait Bounded: Holder {
    fn boundary_mut(&mut self) -> &mut Option<String>;
    fn tags(&self) -> &Tags;
    fn tags_mut(&mut self) -> &mut Tags;
}

macro_rules! holder {
    ($type:ty, $table:expr, $noun:literal, $limit:literal $(, $boundary:item)?) => {
        impl Holder for $type {
            const TABLE: Table<Self> = $table;
            const NOUN: &'static str = $noun;
            const INLINE_LIMIT: usize = $limit;
            fn arn(&self) -> &str {
                &self.arn
            }
            fn name(&self) -> &str {
                &self.name
            }
            fn inline(&self) -> &BTreeMap<String, PolicyText> {
                &self.inline
            }
            fn inline_mut(&mut self) -> &mut BTreeMap<String, PolicyText> {
                &mut self.inline
            }
            fn attached(&self) -> &[String] {
                &self.attached
            }
            fn attached_mut(&mut self) -> &mut Vec<String> {
                &mut self.attached
            }
            $($boundary)?
        }
    };
}

macro_rules! bounded {
    ($type:ty, $table:expr, $noun:literal, $limit:literal) => {
        holder!(
            $type,
            $table,
            $noun,
            $limit,
            fn boundary(&self) -> Option<&str> {
                self.boundary.as_deref()
            }
        );
        impl Bounded for $type {
            fn boundary_mut(&mut self) -> &mut Option<String> {
                &mut self.boundary
            }
            fn tags(&self) -> &Tags {
                &self.tags
            }
            fn tags_mut(&mut self) -> &mut Tags {
                &mut self.tags
            }
        }
    };
}

holder!(Group, GROUPS, "group", 5_120);
bounded!(Role, ROLES, "role", 10_240);
bounded!(User, USERS, "user", 2_048);

/// The condition key of the boundary that a user or role has or gets.
const BOUNDARY: &str = "iam:PermissionsBoundary";

pub(crate) fn no_such_entity(message: impl Into<String>) -> ApiError {
    ApiError::new("NoSuchEntity", message).status(404)
}

/// The row that has this name in the caller's account, in whatever case: of two names that differ in nothing else there is one
/// (recorded of Get: `spec/authorization.md` section 6.1).
pub(crate) fn named<T>(
    lookup: &Lookup<'_>,
    table: &Table<T>,
    name: &str,
) -> Result<Option<Arc<T>>, ApiError>
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    let key = format!("{}/{name}", lookup.account());
    if let Some(row) = lookup.get(table, &key)? {
        return Ok(Some(row));
    }
    let rows = lookup.scan(table, &format!("{}/", lookup.account()))?;
    let mut rows = rows.into_iter();
    let found = rows.find(|(other, _)| other.eq_ignore_ascii_case(&key));
    Ok(found.map(|(_, row)| row))
}

/// The ARN to authorize: the stored one, else the one that the name would have.
pub(crate) fn arn<H: Holder>(lookup: &Lookup<'_>, name: &str) -> Result<String, ApiError> {
    let account = lookup.account();
    Ok(match named(lookup, &H::TABLE, name)? {
        Some(row) => row.arn().to_owned(),
        None => format!("arn:aws:iam::{account}:{}/{name}", H::NOUN),
    })
}

/// The check for `action` on the holder called `name`.
pub(crate) fn check<H: Holder>(
    lookup: &Lookup<'_>,
    action: &str,
    name: &str,
) -> Result<Vec<Check>, ApiError> {
    let check = Check::new(&format!("iam:{action}"), arn::<H>(lookup, name)?);
    Ok(vec![bounded::<H>(lookup, action, name, check)?])
}

/// The check for `action` on a user, or on the one who calls where none is named.
pub(crate) fn check_self(
    lookup: &Lookup<'_>,
    action: &str,
    name: Option<&str>,
) -> Result<Vec<Check>, ApiError> {
    match name {
        Some(name) => check::<User>(lookup, action, name),
        None => Ok(vec![Check::new(
            &format!("iam:{action}"),
            lookup.caller().arn(),
        )]),
    }
}

/// Adds the boundary that the holder has, for the actions for which IAM's reference data list the key.
pub(crate) fn bounded<H: Holder>(
    lookup: &Lookup<'_>,
    action: &str,
    name: &str,
    check: Check,
) -> Result<Check, ApiError> {
    let reference = sekisho_model::iam("iam").and_then(|iam| iam.actions.get(action));
    let listed = reference.is_some_and(|a| a.keys.iter().any(|key| key == BOUNDARY));
    if !listed {
        return Ok(check);
    }
    let row = named(lookup, &H::TABLE, name)?;
    let boundary = row.and_then(|r| r.boundary().map(str::to_owned));
    Ok(check.with_opt(BOUNDARY, boundary))
}

pub(crate) fn find<H: Holder>(cx: &Cx<'_>, name: &str) -> Result<Arc<H>, ApiError> {
    named(&cx.lookup(), &H::TABLE, name)?.ok_or_else(|| {
        let noun = H::NOUN;
        no_such_entity(format!("The {noun} with name {name} cannot be found."))
    })
}

pub(crate) fn change<H: Holder>(
    cx: &mut Cx<'_>,
    name: &str,
    edit: impl FnOnce(&mut H) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    let mut row = find::<H>(cx, name)?.as_ref().clone();
    edit(&mut row)?;
    let key = format!("{}/{}", cx.account(), row.name());
    cx.put(&H::TABLE, &key, row)
}

fn same_name<'a>(inline: &'a BTreeMap<String, PolicyText>, name: &str) -> Option<&'a String> {
    inline.keys().find(|k| k.eq_ignore_ascii_case(name))
}

/// Names of inline policies are the same in any case; the first spelling is kept.
pub(crate) fn put_inline<H: Holder>(
    cx: &mut Cx<'_>,
    holder: &str,
    name: &str,
    text: &str,
) -> Result<Value, ApiError> {
    validate(text, Kind::Identity).map_err(|e| ApiError::new(e.code, e.message).status(400))?;
    change::<H>(cx, holder, |row| {
        linked::is_not(row.arn())?;
        let key = same_name(row.inline(), name)
            .cloned()
            .unwrap_or_else(|| name.to_owned());
        row.inline_mut().insert(key, PolicyText::plain(text));
        let size: usize = row
            .inline()
            .values()
            .map(|p| p.text.chars().filter(|c| !c.is_whitespace()).count())
            .sum();
        if size > H::INLINE_LIMIT {
            let message = format!(
                "Maximum policy size of {} bytes exceeded for {} {holder}",
                H::INLINE_LIMIT,
                H::NOUN
            );
            return Err(ApiError::new("LimitExceeded", message).status(409));
        }
        Ok(())
    })?;
    Ok(json!({}))
}

pub(crate) fn get_inline<H: Holder>(
    cx: &Cx<'_>,
    holder: &str,
    name: &str,
) -> Result<String, ApiError> {
    let row = find::<H>(cx, holder)?;
    let key = same_name(row.inline(), name);
    let policy = key
        .and_then(|k| row.inline().get(k))
        .ok_or_else(|| no_inline::<H>(name))?;
    Ok(render::encoded(&policy.text))
}

fn no_inline<H: Holder>(name: &str) -> ApiError {
    no_such_entity(format!(
        "The {} policy with name {name} cannot be found.",
        H::NOUN
    ))
}

pub(crate) fn list_inline<H: Holder>(cx: &Cx<'_>, holder: &str) -> Result<Value, ApiError> {
    let row = find::<H>(cx, holder)?;
    Ok(json!({"PolicyNames": row.inline().keys().collect::<Vec<_>>(), "IsTruncated": false}))
}

pub(crate) fn delete_inline<H: Holder>(
    cx: &mut Cx<'_>,
    holder: &str,
    name: &str,
) -> Result<Value, ApiError> {
    change::<H>(cx, holder, |row| {
        linked::is_not(row.arn())?;
        let key = same_name(row.inline(), name)
            .cloned()
            .ok_or_else(|| no_inline::<H>(name))?;
        row.inline_mut().remove(&key);
        Ok(())
    })?;
    Ok(json!({}))
}

/// Whether a managed policy is there and may be given to such a holder; AWS managed ones that are not known here are an
/// error that names them.
pub(crate) fn policy_exists<H: Holder>(cx: &Cx<'_>, arn: &str) -> Result<(), ApiError> {
    // Recorded for users (radkawar/stackd internal/iam/managed attachment_domains).
    let reserved = ["aws-service-role/", "root-task/"];
    let path = arn.strip_prefix("arn:aws:iam::aws:policy/");
    if path.is_some_and(|path| reserved.iter().any(|r| path.starts_with(r))) {
        let message = match H::NOUN {
            "role" => "Cannot attach a Service Role Policy to a Customer Role.".to_owned(),
            noun => format!("Cannot attach AWS reserved policy to an IAM {noun}."),
        };
        return Err(ApiError::new("PolicyNotAttachable", message).status(400));
    }
    let own = arn.split(':').nth(4) == Some(cx.account()) && cx.get(&POLICIES, arn)?.is_some();
    if own || cx.lookup().aws_policy(arn).is_some() {
        return Ok(());
    }
    if arn.starts_with("arn:aws:iam::aws:policy/") {
        return Err(no_such_entity(format!(
            "{arn} is a policy of AWS that is not supported yet, if there is one of that name: what it allows is not known to sekisho. A rehearsal reads it from sekisho.toml, [policies]."
        )));
    }
    Err(no_such_entity(format!(
        "Policy {arn} does not exist or is not attachable."
    )))
}

pub(crate) fn attach<H: Holder>(
    cx: &mut Cx<'_>,
    holder: &str,
    arn: &str,
) -> Result<Value, ApiError> {
    policy_exists::<H>(cx, arn)?;
    let quota = match H::NOUN {
        "group" => "PoliciesPerGroup",
        "role" => "PoliciesPerRole",
        _ => "PoliciesPerUser",
    };
    let most = cx.config().quota(quota);
    change::<H>(cx, holder, |row| {
        linked::is_not(row.arn())?;
        if !row.attached().iter().any(|a| a == arn) {
            row.attached_mut().push(arn.to_owned());
        }
        if row.attached().len() > most {
            let message = format!("Cannot exceed quota for {quota}: {most}");
            return Err(ApiError::new("LimitExceeded", message).status(409));
        }
        Ok(())
    })?;
    Ok(json!({}))
}

pub(crate) fn detach<H: Holder>(
    cx: &mut Cx<'_>,
    holder: &str,
    arn: &str,
) -> Result<Value, ApiError> {
    change::<H>(cx, holder, |row| {
        linked::is_not(row.arn())?;
        let before = row.attached().len();
        row.attached_mut().retain(|a| a != arn);
        if row.attached().len() == before {
            return Err(no_such_entity(format!("Policy {arn} was not found.")));
        }
        Ok(())
    })?;
    Ok(json!({}))
}

/// The managed policies that are attached, of those whose path begins with `prefix`.
pub(crate) fn list_attached<H: Holder>(
    cx: &Cx<'_>,
    holder: &str,
    prefix: Option<&str>,
) -> Result<Value, ApiError> {
    let row = find::<H>(cx, holder)?;
    let path = |arn: &str| {
        arn.split_once(":policy")
            .map_or("", |(_, path)| path)
            .to_owned()
    };
    let list: Vec<Value> = row
        .attached()
        .iter()
        .filter(|arn| path(arn).starts_with(prefix.unwrap_or("/")))
        .map(|arn| json!({"PolicyName": arn.rsplit('/').next(), "PolicyArn": arn}))
        .collect();
    Ok(json!({"AttachedPolicies": list, "IsTruncated": false}))
}

pub(crate) fn set_boundary<H: Bounded>(
    cx: &mut Cx<'_>,
    holder: &str,
    arn: Option<&str>,
) -> Result<Value, ApiError> {
    if let Some(arn) = arn {
        policy_exists::<H>(cx, arn)?;
    }
    change::<H>(cx, holder, |row| {
        linked::is_not(row.arn())?;
        if arn.is_none() && row.boundary().is_none() {
            return Err(no_such_entity(format!(
                "The {} {holder} has no permissions boundary.",
                H::NOUN
            )));
        }
        *row.boundary_mut() = arn.map(str::to_owned);
        Ok(())
    })?;
    Ok(json!({}))
}

pub(crate) fn tag<H: Bounded>(
    cx: &mut Cx<'_>,
    holder: &str,
    new: &[Tag],
) -> Result<Value, ApiError> {
    tags::some(new)?;
    change::<H>(cx, holder, |row| tags::merge(row.tags_mut(), new))?;
    Ok(json!({}))
}

pub(crate) fn untag<H: Bounded>(
    cx: &mut Cx<'_>,
    holder: &str,
    keys: &[String],
) -> Result<Value, ApiError> {
    change::<H>(cx, holder, |row| {
        row.tags_mut()
            .retain(|(k, _)| !keys.iter().any(|x| same_tag_key(x, k)));
        Ok(())
    })?;
    Ok(json!({}))
}

pub(crate) fn list_tags<H: Bounded>(cx: &Cx<'_>, holder: &str) -> Result<Value, ApiError> {
    Ok(json!({"Tags": tags::render(find::<H>(cx, holder)?.tags()), "IsTruncated": false}))
}

/// A holder that still has policies cannot be deleted.
pub(crate) fn must_be_bare<H: Holder>(row: &H) -> Result<(), ApiError> {
    let conflict = |m: &str| Err(ApiError::new("DeleteConflict", m).status(409));
    if !row.attached().is_empty() {
        return conflict("Cannot delete entity, must detach all policies first.");
    }
    if !row.inline().is_empty() {
        return conflict("Cannot delete entity, must delete policies first.");
    }
    Ok(())
}
