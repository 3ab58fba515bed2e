//! Points a name to another key of the account.

use sekisho_engine::prelude::*;

use crate::keys::ALIASES;
use crate::ops::create_alias::check_name;
use crate::{checks, keys};

pub(crate) struct UpdateAlias;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    alias_name: String,
    target_key_id: String,
}

impl Operation for UpdateAlias {
    const ID: OpId = OpId::new("kms", "UpdateAlias");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let alias = Check::new("kms:UpdateAlias", lookup.arn("kms", &input.alias_name));
        let mut checks = vec![
            checks::common(lookup, alias),
            checks::on_key(lookup, "UpdateAlias", &input.target_key_id)?,
        ];
        // On the alias, on the key that it has and on the one that it gets (KMS API reference, UpdateAlias).
        let row = keys::row(lookup.account(), lookup.region(), &input.alias_name);
        if let Some(alias) = lookup.get(&ALIASES, &row)? {
            checks.push(checks::on_key(lookup, "UpdateAlias", &alias.key_id)?);
        }
        Ok(checks)
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        check_name(&input.alias_name)?;
        let key = keys::find(cx, &input.target_key_id)?;
        let row = keys::row(cx.account(), cx.region(), &input.alias_name);
        let arn = cx.lookup().arn("kms", &input.alias_name);
        let Some(alias) = cx.get(&ALIASES, &row)? else {
            return Err(ApiError::new(
                "NotFoundException",
                format!("Alias {arn} is not found."),
            ));
        };
        let mut alias = alias.as_ref().clone();
        alias.key_id.clone_from(&key.id);
        alias.updated_ms = cx.now_ms();
        cx.put(&ALIASES, &row, alias)?;
        Ok(json!({}))
    }
}
