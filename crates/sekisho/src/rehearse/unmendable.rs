//! What a denial means where another change than a statement is called for, which shows only beside the whole delivery: a key that
//! is looked for in another account, a key of AWS's own, a policy that counts for nobody, an exemption that exempts nobody, a role,
//! key or repository that is not there.

use std::collections::BTreeSet;
use std::sync::Arc;

use sekisho_engine::{Engine, Event, MANAGED_KEY};
use sekisho_iac::Place;
use serde_json::{Value, json};

use super::fix::policies::{Made, Policies};
use super::{Client, Denial, Note, PipelineRun, advice, nobody};

/// What is around a denial.
pub(super) struct Around<'r> {
    pub(super) engine: &'r Arc<Engine>,
    pub(super) events: &'r [Arc<Event>],
    pub(super) policies: &'r Policies<'r>,
    pub(super) pipelines: &'r [PipelineRun],
}

impl Around<'_> {
    /// Says what to do in the place of a statement.
    pub(super) fn say(&self, denial: &mut Denial) {
        let cause = &denial.cause;
        let instead = match cause.side.as_str() {
            MANAGED_KEY => {
                // Another key than that of the store is no matter of encryption_key.
                if let Some(advice) = self.managed_key_of_bucket(denial) {
                    denial.cause.advice = advice;
                }
                return;
            }
            "bucket policy" if cause.denied_by.is_none() => {
                restricted(&self.client(denial), &cause.resource)
            }
            "permissions boundary" => self.boundary_of_aws(denial),
            _ => None,
        };
        let instead = instead.or_else(|| self.key_by_name(denial));
        if let Some(advice) = instead.or_else(|| self.absent(denial)) {
            denial.cause.statement = None;
            denial.cause.advice = advice;
        }
    }

    /// What a denial is about that no statement mends: a bucket whose policy is there and counts for nobody of another account,
    /// for it is public; a key that nothing makes.
    pub(super) fn notes(&self, denials: &[Denial]) -> Vec<Note> {
        let mut out = Vec::new();
        let mut seen = BTreeSet::new();
        for denial in denials {
            let (side, resource) = (&*denial.cause.side, &denial.cause.resource);
            if self.event(denial).is_none() || !seen.insert((side, resource)) {
                continue;
            }
            let client = self.client(denial);
            let message = match side {
                "bucket policy" => restricted(&client, resource),
                "key policy" => absent_key(&client, resource),
                _ => None,
            };
            out.extend(message.map(|message| Note {
                message,
                place: denial.spot.as_ref().map(|s| Place {
                    source: Arc::clone(&s.source),
                    offset: s.range.start,
                }),
            }));
        }
        out
    }

    /// The call that was denied.
    fn event(&self, denial: &Denial) -> Option<&Arc<Event>> {
        self.events.iter().find(|e| e.id == denial.cause.call)
    }

    /// Who asks in the account whose policy is missing something.
    fn client(&self, denial: &Denial) -> Client {
        let region = self.event(denial).map(|e| e.region.clone());
        Client::root(
            self.engine,
            &*denial.cause.account,
            region.unwrap_or_default(),
        )
    }

    /// That the role or key whose policy is missing something, or the repository or role that the call is about, is not there:
    /// nothing could be added.
    fn absent(&self, denial: &Denial) -> Option<String> {
        let client = self.client(denial);
        let resource = denial.cause.resource.as_str();
        match denial.cause.side.as_str() {
            "key policy" => absent_key(&client, resource),
            "trust policy" => absent_role(&client, self.policies, resource),
            "repository policy" | "identity policy" | "permissions boundary" => {
                about_absent(&client, self.policies, resource)
            }
            _ => None,
        }
    }

    /// That the key is one of the caller's account which has the name that the artifact store gives: another is meant.
    fn key_by_name(&self, denial: &Denial) -> Option<String> {
        let key = denial.cause.resource.split_once(":key/")?.0;
        let account = key.split(':').nth(4)?;
        let (pipeline, stage, action) = denial.action.as_ref()?;
        let run = self.pipelines.iter().find(|run| run.name == *pipeline)?;
        let execution = run.execution.as_ref()?;
        let attempts = execution.attempts.iter();
        let mut attempts = attempts.filter(|a| a.stage == *stage && a.action == *action);
        let action = execution.declared(attempts.next()?)?;
        let region = action.region.as_deref().unwrap_or(&run.region);
        let id = &execution
            .definition
            .store(region)?
            .encryption_key
            .as_ref()?
            .id;
        let by_name = !id.starts_with("arn:") || id.contains(":alias/");
        let arn = Some(denial.cause.resource.as_str());
        let mut keys = self.policies.made.iter();
        let meant = keys.any(|m| m.text("arn") == arn && self.is_named(m, id, &run.account));
        if account == run.account || !by_name || meant {
            return None;
        }
        advice::key_elsewhere(execution, action, region, Some(account), self.policies)
    }

    /// Whether a key is the one that `id` names in `account`.
    fn is_named(&self, key: &Made<'_>, id: &str, account: &str) -> bool {
        let arn = key.text("arn").unwrap_or_default();
        arn.split(':').nth(4) == Some(account) && (arn == id || key.text("key_id") == Some(id))
    }

    /// What to do about the AWS managed key of a bucket that is no artifact store.
    fn managed_key_of_bucket(&self, denial: &Denial) -> Option<String> {
        let event = |id: u64| self.events.iter().find(|e| e.id == id);
        // S3 asks KMS in a call of its own.
        let call = event(denial.cause.call)?;
        let parent = call.parent.and_then(event);
        let mut checks = parent.into_iter().chain([call]).flat_map(|e| &e.checks);
        let object = checks.find(|c| c.action.starts_with("s3:"))?;
        let bucket = object.resource.strip_prefix("arn:aws:s3:::")?;
        let bucket = bucket.split('/').next()?;
        let stores = |m: &Made<'_>| {
            let stores = m.values.get("artifact_store").and_then(Value::as_array);
            let mut stores = stores.into_iter().flatten();
            stores.any(|store| store.get("location").and_then(Value::as_str) == Some(bucket))
        };
        let mut pipelines = self.policies.made.iter();
        if pipelines.any(|m| m.node.type_name == "aws_codepipeline" && stores(m)) {
            return None;
        }
        Some(format!(
            "{} is the AWS managed key of account {}: its policy cannot be changed, and no other account can use it. What is in the bucket {bucket} is encrypted with it: set kms_master_key_id in the bucket's aws_s3_bucket_server_side_encryption_configuration to the ARN of a customer managed key, allow its use to the caller, and write the object again",
            denial.cause.resource, denial.cause.account
        ))
    }

    /// That the boundary is one of AWS's own policies.
    fn boundary_of_aws(&self, denial: &Denial) -> Option<String> {
        let holder = denial.cause.holder.as_deref()?;
        let mut made = self.policies.made.iter();
        let made = made.find(|m| m.text("arn") == Some(holder))?;
        let boundary = made.text("permissions_boundary")?;
        boundary.starts_with("arn:aws:iam::aws:").then(|| {
            format!(
                "the permissions boundary of {holder} is {boundary}, which is AWS's own and cannot be changed: give the role another one that also allows {}",
                denial.cause.action
            )
        })
    }
}

/// That a role's ARN in NotPrincipal exempts no session of the role, where a statement denies with it (IAM user guide, "NotPrincipal
/// with Deny").
pub(super) fn say_not_principal(denial: &mut Denial) {
    let Some(spot) = denial
        .spot
        .as_ref()
        .filter(|_| denial.cause.denied_by.is_some())
    else {
        return;
    };
    let text = spot.source.text.get(spot.range.clone()).unwrap_or_default();
    let names = text.contains("NotPrincipal") || text.contains("not_principals");
    let session = denial.cause.principal.contains(":assumed-role/");
    let holder = denial.cause.holder.clone().filter(|_| names && session);
    if let Some(holder) = holder {
        denial.cause.advice.push_str(&format!(
            ". NotPrincipal exempts a session only where the session, its role and its account are all listed: deny Principal \"*\" with the condition ArnNotEquals aws:PrincipalArn \"{holder}\" instead"
        ));
    }
}

/// That the repository or the role that something is about is not there. What is in an account that is not here may be.
fn about_absent(client: &Client, policies: &Policies<'_>, arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, region) = (parts.next()?, parts.next()?);
    let (account, resource) = (parts.next()?, parts.next()?);
    let (kind, name) = resource.split_once('/')?;
    let owner = Client::owner(&client.engine, account, region);
    if !client.engine.knows(account) {
        return None;
    }
    match (service, kind) {
        ("ecr", "repository") => {
            let names = json!({"repositoryNames": [name]});
            let answer = owner.call("ecr", "DescribeRepositories", names);
            answer.is_err().then(|| {
                format!(
                    "account {account} has no repository {name} in {region}: no statement mends that"
                )
            })
        }
        ("iam", "role") => absent_role(&owner, policies, arn),
        _ => None,
    }
}

fn absent_role(client: &Client, policies: &Policies<'_>, role: &str) -> Option<String> {
    let name = role.rsplit('/').next()?;
    let answer = client.call("iam", "GetRole", json!({"RoleName": name}));
    answer.is_err_and(|e| e.code == "NoSuchEntity").then(|| {
        nobody::absent(role, policies, &client.engine).unwrap_or_else(|| {
            format!(
                "nothing in this configuration makes the role {role}: what its trust policy says is not known here. Rehearse it together with the directory that makes it, or put a block for it beside this configuration, with a provider of its account: one that only says whom it trusts will do where its action is skipped"
            )
        })
    })
}

/// That the policy of a bucket is public, and the bucket or its account keeps every other account out then.
fn restricted(client: &Client, resource: &str) -> Option<String> {
    let name = resource.strip_prefix("arn:aws:s3:::")?.split('/').next()?;
    let is = |operation: &str, pointer: &str| {
        let answer = client.call("s3", operation, json!({"Bucket": name}));
        answer.is_ok_and(|a| a.pointer(pointer) == Some(&json!(true)))
    };
    const RESTRICTS: &str = "/PublicAccessBlockConfiguration/RestrictPublicBuckets";
    let account = &client.account;
    let of_account = || {
        let input = json!({"AccountId": account});
        let answer = client.call("s3control", "GetPublicAccessBlock", input);
        answer.is_ok_and(|a| a.pointer(RESTRICTS) == Some(&json!(true)))
    };
    let whose = match is("GetPublicAccessBlock", RESTRICTS) {
        true => "its restrict_public_buckets (on by default)".to_owned(),
        false if of_account() => format!(
            "the restrict_public_buckets of account {account} (aws_s3_account_public_access_block)"
        ),
        false => return None,
    };
    is("GetBucketPolicyStatus", "/PolicyStatus/IsPublic").then(|| {
        format!(
            "the policy of the bucket {name} is public, and {whose} then keeps every other account out, whatever the policy says: name who may come in in the place of \"*\""
        )
    })
}

fn absent_key(client: &Client, resource: &str) -> Option<String> {
    let answer = client.call("kms", "DescribeKey", json!({"KeyId": resource}));
    let absent = answer.is_err_and(|e| e.code == "NotFoundException");
    absent.then(|| absent_key_of(resource))
}

/// What to do about a key that is not there.
pub(super) fn absent_key_of(key: &str) -> String {
    format!(
        "nothing in this configuration makes the key {key}: what its policy says is not known here: {}",
        advice::TOGETHER
    )
}
