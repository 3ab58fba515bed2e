//! Random bytes.

use sekisho_engine::prelude::*;

use crate::cipher;

pub(crate) struct GenerateRandom;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    number_of_bytes: Option<i64>,
}

impl Operation for GenerateRandom {
    const ID: OpId = OpId::new("kms", "GenerateRandom");
    const WRITES: bool = false;
    type Input = Input;
    type Output = Value;

    fn authz(_: &Lookup<'_>, _: &Input) -> Result<Vec<Check>, ApiError> {
        Ok(vec![Check::new("kms:GenerateRandom", "*")])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        let count =
            usize::try_from(input.number_of_bytes.unwrap_or(32).clamp(1, 1_024)).unwrap_or(32);
        Ok(json!({"Plaintext": cipher::base64(&cx.ids().vec(count))}))
    }
}
