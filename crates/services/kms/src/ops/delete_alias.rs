//! Removes a name of a key.

use sekisho_engine::prelude::*;

use crate::keys::ALIASES;
use crate::ops::create_alias::check_name;
use crate::{checks, keys};

pub(crate) struct DeleteAlias;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    alias_name: String,
}

impl Operation for DeleteAlias {
    const ID: OpId = OpId::new("kms", "DeleteAlias");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let arn = lookup.arn("kms", &input.alias_name);
        let key = keys::resolve(lookup, &input.alias_name)?;
        Ok(vec![
            checks::common(lookup, Check::new("kms:DeleteAlias", arn)),
            checks::on_key(lookup, "DeleteAlias", &key)?,
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        check_name(&input.alias_name)?;
        cx.delete(
            &ALIASES,
            &keys::row(cx.account(), cx.region(), &input.alias_name),
        );
        Ok(json!({}))
    }
}
