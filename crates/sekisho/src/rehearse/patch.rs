//! Statements to add to the policies of a configuration, and how the engine gets them: as the owner would write them, with
//! nothing asked of that, after every resource that is made.

use std::sync::atomic::{AtomicBool, Ordering};

use sekisho_doctor::Cause;
use sekisho_engine::ApiError;
use serde_json::{Value, json};

use super::{Client, Denial};

/// The inline policy that holds what an identity lacks.
const INLINE: &str = "sekisho-needed";

/// A statement that a policy lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// The account of the policy.
    pub account: String,
    /// The kind of policy: `identity policy`, `trust policy`, `repository policy`, `bucket policy`, `key policy`,
    /// `permissions boundary`.
    pub side: String,
    /// The ARN of what the policy belongs to: the user or role, the bucket, the key, the repository.
    pub holder: String,
    /// The statement.
    pub statement: Value,
    /// The calls that need it.
    pub calls: Vec<String>,
    /// The denial that asked for it.
    pub denial: String,
    /// Statements that are there and would do but for their conditions, each with what does not hold: the new one has none.
    pub conditional: Vec<String>,
    /// The file and line where the policy stands, or what it concerns where there is none.
    pub at: Option<(String, usize)>,
}

impl Patch {
    /// The patch that would allow a denied call; none where no statement can mend it.
    pub(super) fn of(denial: &Denial) -> Option<Self> {
        let cause = &denial.cause;
        let holder = holder(cause)?;
        let at = denial.action.as_ref();
        let mut statement = cause.statement.clone()?;
        if let Some(Value::String(resource)) = statement.get_mut("Resource")
            && *resource == cause.resource
        {
            resource.clone_from(&denial.resource);
        }
        Some(Self {
            account: cause.account.clone(),
            side: cause.side.clone(),
            holder,
            statement,
            calls: vec![match at {
                Some((pipeline, stage, action)) => {
                    format!("{pipeline}: {stage}/{action}: {}", cause.action)
                }
                None => cause.action.clone(),
            }],
            denial: denial.id.clone(),
            conditional: cause.conditional.clone(),
            at: denial
                .spot
                .as_ref()
                .map(|s| (s.source.path.clone(), s.line())),
        })
    }

    /// What has to be known before it is written: it goes past conditions that are there. Empty where it does not.
    pub(super) fn warning(&self) -> String {
        let near = self.conditional.iter();
        let near = near.map(|near| format!("; past the condition of what is there: {near}"));
        near.collect()
    }

    /// The same for a role that is made after the policy: the policy names its account, which is there, and the role in a
    /// condition. An account lets its identity policies decide, so that these have to agree.
    pub(super) fn by_account(&self) -> Self {
        let mut out = self.clone();
        let role = out.statement["Principal"]["AWS"]
            .as_str()
            .map(str::to_owned);
        let account = role
            .as_deref()
            .filter(|arn| arn.contains(":role/"))
            .and_then(|arn| arn.split(':').nth(4));
        if let Some(account) = account {
            out.statement["Principal"]["AWS"] = json!(format!("arn:aws:iam::{account}:root"));
            out.statement["Condition"] = json!({"StringEquals": {"aws:PrincipalArn": role}});
        }
        out
    }

    /// The calls that need it, in words.
    pub(super) fn needed_by(&self) -> String {
        self.calls.join(", ")
    }

    /// Whether two patches ask for the same.
    pub(super) fn same(&self, other: &Self) -> bool {
        (&self.account, &self.side, &self.holder, &self.statement)
            == (&other.account, &other.side, &other.holder, &other.statement)
    }

    fn name(&self) -> &str {
        last(&self.holder)
    }

    /// Whether one of the names that `made` knows is the holder's, or of one whom the statement names.
    fn is_about(&self, made: impl Fn(&str) -> bool) -> bool {
        fn texts(value: &Value) -> Vec<&str> {
            match value {
                Value::String(text) => vec![text],
                Value::Array(items) => items.iter().flat_map(texts).collect(),
                Value::Object(members) => members.values().flat_map(texts).collect(),
                _ => Vec::new(),
            }
        }
        let named = ["Principal", "Condition"].map(|member| texts(&self.statement[member]));
        let mut named = named.iter().flatten().map(|text| last(text));
        made(self.name()) || named.any(made)
    }

    /// The part of the ARN behind the account.
    fn rest(&self) -> &str {
        self.holder.splitn(6, ':').nth(5).unwrap_or_default()
    }
}

/// What is behind the last separator of an ARN.
fn last(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or_default()
}

/// The ARN of what the policy of the cause's side belongs to: the user or role, the bucket, the key, the repository.
pub(super) fn holder(cause: &Cause) -> Option<String> {
    match cause.side.as_str() {
        "identity policy" | "permissions boundary" => cause.holder.clone(),
        "bucket policy" => cause.resource.split('/').next().map(str::to_owned),
        _ => Some(cause.resource.clone()),
    }
}

/// Patches while a configuration is made.
#[derive(Debug, Default)]
pub(super) struct Giving {
    patches: Vec<Patch>,
    /// Whether none was given yet: what they are for may have been there before.
    fresh: AtomicBool,
}

impl Giving {
    pub(super) fn new(patches: &[Patch]) -> Self {
        Self {
            patches: patches.to_vec(),
            fresh: AtomicBool::new(true),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.patches.is_empty()
    }

    /// Gives policies what they lack, as far as their holder, and whom the statement names, is there by now. `made` knows the
    /// names of what was made since the last time: without it nothing has changed for a policy.
    pub(super) fn give(&self, client: &Client, made: impl Fn(&str) -> bool) {
        let all = self.fresh.swap(false, Ordering::Relaxed);
        for patch in self.patches.iter().filter(|p| all || p.is_about(&made)) {
            // A bucket's ARN says no region, nor does a role's: asked in none, it is found wherever it is.
            let region = patch.holder.split(':').nth(3).unwrap_or_default();
            let owner = Client::owner(&client.engine, &patch.account, region);
            // What cannot take it yet gets it later.
            let _ = one(&owner, patch, &self.patches);
        }
    }
}

fn one(owner: &Client, patch: &Patch, all: &[Patch]) -> Result<(), ApiError> {
    match patch.side.as_str() {
        "identity policy" => {
            let mine = all
                .iter()
                .filter(|p| p.side == patch.side && p.holder == patch.holder);
            let document = json!({"Version": "2012-10-17", "Statement": mine.map(|p| p.statement.clone()).collect::<Vec<_>>()});
            let (operation, member) = if patch.rest().starts_with("user/") {
                ("PutUserPolicy", "UserName")
            } else {
                ("PutRolePolicy", "RoleName")
            };
            let input = json!({member: patch.name(), "PolicyName": INLINE, "PolicyDocument": document.to_string()});
            owner.call("iam", operation, input).map(|_| ())
        }
        "trust policy" => {
            let role = owner.call("iam", "GetRole", json!({"RoleName": patch.name()}))?;
            let encoded = text(&role, "/Role/AssumeRolePolicyDocument");
            let Some(document) = with(&decoded(&encoded), patch) else {
                return Ok(());
            };
            let input = json!({"RoleName": patch.name(), "PolicyDocument": document});
            owner
                .call("iam", "UpdateAssumeRolePolicy", input)
                .map(|_| ())
        }
        "repository policy" => {
            let name = patch.rest().trim_start_matches("repository/");
            let input = json!({"repositoryName": name});
            let old = owner.call("ecr", "GetRepositoryPolicy", input);
            let Some(document) = with(&or_empty(old, "/policyText")?, patch) else {
                return Ok(());
            };
            let input = json!({"repositoryName": name, "policyText": document});
            owner.call("ecr", "SetRepositoryPolicy", input).map(|_| ())
        }
        "bucket policy" => {
            let old = owner.call("s3", "GetBucketPolicy", json!({"Bucket": patch.rest()}));
            let Some(document) = with(&or_empty(old, "/Policy")?, patch) else {
                return Ok(());
            };
            let input = json!({"Bucket": patch.rest(), "Policy": document});
            owner.call("s3", "PutBucketPolicy", input).map(|_| ())
        }
        "key policy" => {
            let old = owner.call("kms", "GetKeyPolicy", json!({"KeyId": patch.holder}))?;
            let Some(document) = with(&text(&old, "/Policy"), patch) else {
                return Ok(());
            };
            // Who may change it is asked when it is written: nobody is locked out that was not.
            let input = json!({"KeyId": patch.holder, "Policy": document, "BypassPolicyLockoutSafetyCheck": true});
            owner.call("kms", "PutKeyPolicy", input).map(|_| ())
        }
        "permissions boundary" => boundary(owner, patch),
        _ => Ok(()),
    }
}

/// Writes a new version of the managed policy that is the boundary.
fn boundary(owner: &Client, patch: &Patch) -> Result<(), ApiError> {
    let (kind, operation, member) = if patch.rest().starts_with("user/") {
        ("User", "GetUser", "UserName")
    } else {
        ("Role", "GetRole", "RoleName")
    };
    let holder = owner.call("iam", operation, json!({member: patch.name()}))?;
    let arn = text(
        &holder,
        &format!("/{kind}/PermissionsBoundary/PermissionsBoundaryArn"),
    );
    let policy = owner.call("iam", "GetPolicy", json!({"PolicyArn": arn}))?;
    let version = text(&policy, "/Policy/DefaultVersionId");
    let input = json!({"PolicyArn": arn, "VersionId": version});
    let old = owner.call("iam", "GetPolicyVersion", input)?;
    let Some(document) = with(&decoded(&text(&old, "/PolicyVersion/Document")), patch) else {
        return Ok(());
    };
    let input = json!({"PolicyArn": arn, "PolicyDocument": document, "SetAsDefault": true});
    owner.call("iam", "CreatePolicyVersion", input).map(|_| ())
}

fn text(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// IAM answers documents percent-encoded.
fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

/// The policy that is there, or an empty text where there is none yet.
fn or_empty(answer: Result<Value, ApiError>, pointer: &str) -> Result<String, ApiError> {
    match answer {
        Ok(value) => Ok(text(&value, pointer)),
        Err(error)
            if matches!(
                error.code.as_str(),
                "RepositoryPolicyNotFoundException" | "NoSuchBucketPolicy"
            ) =>
        {
            Ok(String::new())
        }
        Err(error) => Err(error),
    }
}

/// The document with the patch's statement; none when it is in it already.
fn with(document: &str, patch: &Patch) -> Option<String> {
    let mut document: Value = serde_json::from_str(document)
        .unwrap_or_else(|_| json!({"Version": "2012-10-17", "Statement": []}));
    let statements = document.get_mut("Statement")?;
    if !statements.is_array() {
        *statements = json!([statements.take()]);
    }
    let list = statements.as_array_mut()?;
    if list.contains(&patch.statement) {
        return None;
    }
    list.push(patch.statement.clone());
    Some(document.to_string())
}
