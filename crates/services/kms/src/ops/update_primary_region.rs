//! Makes a replica the primary key, and the primary key a replica.

use sekisho_engine::prelude::*;

use crate::keys::KEYS;
use crate::{checks, family, keys};

pub(crate) struct UpdatePrimaryRegion;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    primary_region: String,
}

impl Operation for UpdatePrimaryRegion {
    const ID: OpId = OpId::new("kms", "UpdatePrimaryRegion");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        family::no_alias(&input.key_id)?;
        let region = &input.primary_region;
        let on = |check: Check| check.with("kms:PrimaryRegion", region.clone());
        let arn = keys::resolve(lookup, &input.key_id)?;
        let mut all = vec![on(checks::on_key(
            lookup,
            "UpdatePrimaryRegion",
            &input.key_id,
        )?)];
        // On the new primary key as well (KMS API reference, UpdatePrimaryRegion), where there is one.
        let other = family::arn_in(&arn, region);
        if other != arn && keys::by_arn(lookup, &other)?.is_some() {
            let check = checks::about(lookup, "UpdatePrimaryRegion", &other)?;
            all.push(on(check).with("aws:RequestedRegion", region.clone()));
        }
        Ok(all)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let old = keys::find(cx, &input.key_id)?;
        if !keys::multi_region(&old.id) || old.primary_region.is_some() {
            let message = format!("{} is not a multi-Region primary key.", old.arn);
            return Err(ApiError::new("KMSInvalidStateException", message));
        }
        old.usable()?;
        let region = &input.primary_region;
        if *region == old.region {
            return Ok(json!({}));
        }
        let members = family::members(&cx.lookup(), &old)?;
        let Some(new) = members.iter().find(|k| k.region == *region) else {
            let message = format!(
                "{} does not have a replica key in the specified Region.",
                old.id
            );
            return Err(ApiError::new("ValidationException", message));
        };
        new.usable()?;
        let rotation_days = old.rotation_days;
        for member in &members {
            let mut key = member.as_ref().clone();
            let is_new = key.region == *region;
            key.primary_region = (!is_new).then(|| region.clone());
            key.rotation_days = rotation_days.filter(|_| is_new);
            cx.put(&KEYS, &key.row(), key)?;
        }
        Ok(json!({}))
    }
}
