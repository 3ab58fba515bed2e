//! Gives a key of the account a name.

use sekisho_engine::prelude::*;

use crate::keys::{ALIASES, Alias};
use crate::{checks, keys};

pub(crate) struct CreateAlias;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    alias_name: String,
    target_key_id: String,
}

impl Operation for CreateAlias {
    const ID: OpId = OpId::new("kms", "CreateAlias");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        let alias = Check::new("kms:CreateAlias", lookup.arn("kms", &input.alias_name));
        Ok(vec![
            checks::common(lookup, alias),
            checks::on_key(lookup, "CreateAlias", &input.target_key_id)?,
        ])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        check_name(&input.alias_name)?;
        let key = keys::find(cx, &input.target_key_id)?;
        key.not_pending()?;
        let row = keys::row(cx.account(), cx.region(), &input.alias_name);
        let arn = cx.lookup().arn("kms", &input.alias_name);
        let taken = cx.get(&ALIASES, &row)?;
        // The name of a key that was deleted is free again.
        let taken = taken.map(|alias| alias.is_there(&cx.lookup()));
        if taken.transpose()? == Some(true) {
            return Err(ApiError::new(
                "AlreadyExistsException",
                format!("An alias with the name {arn} already exists"),
            ));
        }
        let now = cx.now_ms();
        let alias = Alias {
            name: input.alias_name,
            arn,
            key_id: key.id.clone(),
            created_ms: now,
            updated_ms: now,
        };
        cx.put(&ALIASES, &row, alias)?;
        Ok(json!({}))
    }
}

/// Names begin with `alias/`; those of AWS are reserved.
pub(crate) fn check_name(name: &str) -> Result<(), ApiError> {
    if !name.starts_with("alias/") || name.len() == "alias/".len() {
        return Err(ApiError::new(
            "ValidationException",
            "Alias must start with the prefix \"alias/\". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        ));
    }
    if name.starts_with("alias/aws/") {
        return Err(ApiError::new("NotAuthorizedException", ""));
    }
    Ok(())
}
