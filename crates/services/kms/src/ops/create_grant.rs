//! Lets one principal use a key, without touching its policy.

use sekisho_engine::prelude::*;

use crate::grants::{self, Constraints, GRANTS, Grant, Named};
use crate::{checks, keys};

pub(crate) struct CreateGrant;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Input {
    key_id: String,
    #[serde(default)]
    grantee_principal: String,
    retiring_principal: Option<String>,
    operations: Vec<String>,
    constraints: Option<Constraints>,
    name: Option<String>,
    dry_run: Option<bool>,
    #[serde(default)]
    grant_tokens: Vec<String>,
}

impl Operation for CreateGrant {
    const ID: OpId = OpId::new("kms", "CreateGrant");
    const WRITES: bool = true;
    type Input = Input;
    type Output = Value;

    fn authz(lookup: &Lookup<'_>, input: &Input) -> Result<Vec<Check>, ApiError> {
        grants::known(lookup, &input.grant_tokens)?;
        if input.grantee_principal.is_empty() {
            let message = "You must specify either GranteePrincipal or GranteeServicePrincipal.";
            return Err(ApiError::new("ValidationException", message));
        }
        let mut check = checks::on_key(lookup, "CreateGrant", &input.key_id)?
            .with_list("kms:GrantOperations", input.operations.clone())
            .with("kms:GranteePrincipal", input.grantee_principal.clone())
            .with_opt("kms:RetiringPrincipal", input.retiring_principal.clone());
        check = checks::for_aws(lookup, check);
        if let Some(constraints) = &input.constraints {
            check = checks::with_constraints(check, constraints);
        }
        check.requested_grant = Some(input.grant(String::new(), String::new(), None).compiled());
        Ok(vec![check])
    }

    fn run(cx: &mut Cx<'_>, input: Input, _: &Permit<Self>) -> Result<Value, ApiError> {
        const KNOWN: &[&str] = &[
            "Decrypt",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyWithoutPlaintext",
            "ReEncryptFrom",
            "ReEncryptTo",
            "CreateGrant",
            "RetireGrant",
            "DescribeKey",
        ];
        if let Some(unknown) = input
            .operations
            .iter()
            .find(|o| !KNOWN.contains(&o.as_str()))
        {
            let message = format!(
                "Grant operation {unknown} is not supported for symmetric encryption keys."
            );
            return Err(ApiError::new("ValidationException", message));
        }
        let key = keys::find(cx, &input.key_id)?;
        key.usable()?;
        let lookup = cx.lookup();
        let grantee = grants::bind(&lookup, &input.grantee_principal)?;
        let retiring = input
            .retiring_principal
            .as_deref()
            .map(|r| grants::bind(&lookup, r))
            .transpose()?;
        let mut grant = input.grant(key.arn.clone(), cx.account().to_owned(), retiring);
        grant.grantee = grantee;
        // The same name and parameters give the same grant.
        let twin = cx
            .scan(&GRANTS, &format!("{}/", key.arn))?
            .into_iter()
            .map(|(_, g)| g)
            .find(|g| {
                g.name.is_some()
                    && g.name == grant.name
                    && g.grantee.bound == grant.grantee.bound
                    && g.operations == grant.operations
                    && g.equals == grant.equals
                    && g.subset == grant.subset
                    && g.source_arn == grant.source_arn
            });
        if let Some(twin) = twin {
            let output = json!({"GrantId": twin.id, "GrantToken": twin.token});
            return keys::answer(input.dry_run, output);
        }
        grant.id = cx.ids().hex(64);
        grant.token = format!("AQpA{}", cx.ids().alnum(120));
        grant.created_ms = cx.now_ms();
        let output = json!({"GrantId": grant.id, "GrantToken": grant.token});
        cx.put(&GRANTS, &grant.row(), grant)?;
        keys::answer(input.dry_run, output)
    }
}

impl Input {
    fn grant(&self, key_arn: String, issuing_account: String, retiring: Option<Named>) -> Grant {
        let constraints = self.constraints.clone().unwrap_or_default();
        Grant {
            id: String::new(),
            key_arn,
            name: self.name.clone().filter(|n| !n.is_empty()),
            token: String::new(),
            created_ms: 0,
            grantee: Named {
                text: self.grantee_principal.clone(),
                bound: self.grantee_principal.clone(),
            },
            retiring,
            operations: self.operations.clone(),
            source_arn: constraints.source_arn,
            // An empty constraint is none: the AWS provider sends both whichever is given.
            equals: constraints
                .encryption_context_equals
                .filter(|c| !c.is_empty()),
            subset: constraints
                .encryption_context_subset
                .filter(|c| !c.is_empty()),
            issuing_account,
        }
    }
}
