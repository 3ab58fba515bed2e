//! Whom policies name that is not there: principals that nobody has made, the ids that a deleted role leaves behind, and
//! roles of accounts that are not in the configuration.

use std::collections::BTreeSet;

use sekisho_arn::is_account_id;
use sekisho_engine::Engine;
use sekisho_iac::Problem;
use sekisho_policy::{Document, PrincipalPattern, is_principal_arn, principals};
use serde_json::{Map, Value};

use super::fix::policies::Policies;
use super::given::is_role;
use super::{Failure, Note};

/// The arguments that hold a policy.
const ARGUMENTS: [&str; 2] = ["policy", "assume_role_policy"];

/// Whether AWS refuses a policy because it names somebody who is not there. Terraform tries such a policy again until the
/// role is made beside it. The sentences are IAM's, S3's and KMS's, and ECR's of 2024 and later
/// (terraform-provider-aws#39064).
pub(super) fn is_named(problem: &Problem) -> bool {
    let text = &problem.message;
    ["nvalid principal", "Principal not found"]
        .iter()
        .any(|sentence| text.contains(sentence))
}

/// The policies among the arguments or attributes of a block.
fn documents(values: &Map<String, Value>) -> Vec<Document> {
    let texts = ARGUMENTS
        .iter()
        .filter_map(|name| values.get(*name)?.as_str());
    texts.filter_map(|text| text.parse().ok()).collect()
}

/// The ARNs that the policies among some arguments name as principals.
pub(super) fn named(arguments: &Map<String, Value>) -> Vec<String> {
    let documents = documents(arguments);
    let all = documents.iter().flat_map(principals);
    all.filter_map(|principal| match principal {
        PrincipalPattern::Arn(arn) => Some(arn.to_string()),
        _ => None,
    })
    .collect()
}

/// Who is not there, of a policy that AWS refused for it, and what to write.
pub(super) fn hint(failure: &Failure, policies: &Policies<'_>, engine: &Engine) -> Option<String> {
    let documents = documents(&failure.arguments);
    let named: Vec<&PrincipalPattern> = documents.iter().flat_map(principals).collect();
    let unmade = named.iter().filter(|p| maker(p, policies).is_none());
    let mut absent: Vec<&str> = Vec::new();
    for principal in unmade {
        match principal {
            PrincipalPattern::Id(id) if !is_id(id) => return Some(no_principal(id, policies)),
            PrincipalPattern::Id(id) => {
                return Some(format!(
                    "{id} is the id of {} that was deleted, or deleted and made again: AWS puts it in the place of the ARN, in policies that named it, and takes it no more when the policy is written anew. Name the ARN of the role or user that is meant",
                    what(id)
                ));
            }
            PrincipalPattern::Arn(arn) if arn.contains(['*', '?']) => {
                return Some(format!(
                    "the principal {arn} has a wildcard in it, and AWS takes none there but `*` alone: name the role or its account, or narrow `*` with a condition, ArnLike of aws:PrincipalArn"
                ));
            }
            PrincipalPattern::Arn(arn) if !is_principal_arn(arn) => {
                return Some(no_principal(arn, policies));
            }
            PrincipalPattern::Arn(arn) => {
                let account = arn.split(':').nth(4).unwrap_or_default();
                let known =
                    !engine.knows(account) || engine.has_role(arn) || is_made(arn, policies);
                if !known && !absent.contains(&&**arn) {
                    absent.push(arn);
                }
            }
            _ => {}
        }
    }
    if !absent.is_empty() {
        return Some(are_absent(&absent));
    }
    let mut made = named.iter();
    made.find_map(|principal| match principal {
        PrincipalPattern::Arn(arn) => maker(principal, policies).map(|role| {
            format!(
                "the principal {arn} is made only later: refer to it as {role}.arn, or wait for it with depends_on"
            )
        }),
        _ => None,
    })
}

/// Whether a text is the id of a role or user, as AWS puts it in the place of an ARN.
fn is_id(text: &str) -> bool {
    let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    let front = text.get(..4);
    matches!(front, Some("AROA" | "AIDA")) && text.len() >= 16 && text.bytes().all(upper)
}

/// What is wrong with a text that can be no principal.
fn no_principal(text: &str, policies: &Policies<'_>) -> String {
    const FORMS: &str = "a principal is an account id of twelve digits, or an ARN: arn:aws:iam::ACCOUNT:root, arn:aws:iam::ACCOUNT:role/NAME";
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return format!("the principal {text} is no account id, which has twelve digits");
    }
    let mut made = policies.made.iter();
    let named = made.find(|m| {
        let one = matches!(&*m.node.type_name, "aws_iam_role" | "aws_iam_user");
        one && m.text("name") == Some(text)
    });
    if let Some(named) = named {
        let reference = named.reference();
        return format!(
            "the principal {text} is the name of {reference}, and a principal is named by its ARN: take {reference}.arn"
        );
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam" | "sts", "", account, _] if !is_account_id(account) => format!(
            "the account in the principal {text} is \"{account}\", and no id of twelve digits: a variable may be empty, or lack a digit"
        ),
        ["arn", _, "iam" | "sts", region, ..] if parts.len() == 6 && !region.is_empty() => format!(
            "the principal {text} names a region, \"{region}\", where an ARN of IAM has none"
        ),
        _ => format!("{text} is no principal: {FORMS}"),
    }
}

/// Whether what an ARN names was made: whatever has it, or the role of a session.
fn is_made(arn: &str, policies: &Policies<'_>) -> bool {
    let session = arn.split_once(":assumed-role/").map(|(front, rest)| {
        let account = front.rsplit(':').next().unwrap_or_default();
        let role = rest.split('/').next().unwrap_or_default();
        (format!(":iam::{account}:role/"), role.to_owned())
    });
    policies.made.iter().any(|made| {
        let own = made.text("arn").unwrap_or_default();
        let of_session = session.as_ref().is_some_and(|(front, role)| {
            let name = own.split_once(&**front).map(|(_, path)| path);
            name.and_then(|path| path.rsplit('/').next()) == Some(role)
        });
        own == arn || of_session
    })
}

/// That principals are not there, and what to do.
fn are_absent(arns: &[&str]) -> String {
    let accounts: BTreeSet<&str> = arns.iter().filter_map(|a| a.split(':').nth(4)).collect();
    let accounts: Vec<&str> = accounts.into_iter().collect();
    let (who, them, whom) = match arns {
        [one] => (format!("the principal {one} does"), "it", "it is"),
        all => (
            format!("the principals {} do", all.join(", ")),
            "them",
            "they are",
        ),
    };
    let roles = arns.iter().filter(|arn| is_role(arn));
    let roles: Vec<String> = roles.map(|arn| format!("\"{arn}\"")).collect();
    let on_aws = match roles.len() {
        0 => String::new(),
        all if all == arns.len() => format!(
            ". If {whom} on AWS already, write into sekisho.toml: roles = [{}]",
            roles.join(", ")
        ),
        _ => format!(
            ". Of the roles, those that are on AWS already go into sekisho.toml: roles = [{}]",
            roles.join(", ")
        ),
    };
    format!(
        "{who} not exist: AWS refuses policies that name a role or user which is not there. Make {them} in account {} first, or name the account and narrow it with aws:PrincipalArn{on_aws}",
        accounts.join(" and ")
    )
}

/// The role or user of the configuration that a principal names.
fn maker(principal: &PrincipalPattern, policies: &Policies<'_>) -> Option<String> {
    let PrincipalPattern::Arn(arn) = principal else {
        return None;
    };
    let mut made = policies.made.iter();
    let found = made.find(|m| {
        let one = matches!(&*m.node.type_name, "aws_iam_role" | "aws_iam_user");
        one && m.text("arn") == Some(arn)
    });
    found.map(|m| m.reference())
}

/// That a role which is to be assumed is not there, and which are.
pub(super) fn absent(role: &str, policies: &Policies<'_>, engine: &Engine) -> Option<String> {
    let account = role.split(':').nth(4).unwrap_or_default();
    let arns = policies
        .made
        .iter()
        .filter_map(|m| match &*m.node.type_name {
            "aws_iam_role" => m.text("arn"),
            _ => None,
        });
    let own: BTreeSet<&str> = arns
        .filter(|arn| arn.split(':').nth(4) == Some(account))
        .collect();
    if own.contains(role) || !engine.knows(account) {
        return None;
    }
    if engine.has_role(role) {
        return Some(format!(
            "the role {role} is taken to be on AWS, for sekisho.toml or a provider names it, but what its policies say is not known: rehearse the directory that makes it as well (`sekisho rehearse . DIRECTORY`), or put a block for it beside this configuration"
        ));
    }
    let there: Vec<&str> = own.into_iter().collect();
    Some(format!(
        "the role {role} is not there; account {account} has {}",
        match there.as_slice() {
            [] => "none".to_owned(),
            all => all.join(", "),
        }
    ))
}

fn what(id: &str) -> &'static str {
    match id.get(..4) {
        Some("AROA") => "a role",
        Some("AIDA") => "a user",
        _ => "a role or user",
    }
}

/// Conditions on `aws:userid` that ask for a role or user which nobody here is: each gets a new id when it is made, here
/// and on AWS.
pub(super) fn ids(policies: &Policies<'_>) -> Vec<Note> {
    let own: BTreeSet<&str> = policies
        .made
        .iter()
        .filter_map(|m| m.text("unique_id"))
        .collect();
    let mut told = BTreeSet::new();
    let mut out = Vec::new();
    for made in policies.made.iter().filter(|m| !m.node.is_data()) {
        let documents = documents(made.values);
        let statements = documents.iter().flat_map(Document::statements);
        let conditions = statements.flat_map(|s| &s.conditions);
        for operand in conditions
            .filter(|c| c.key == "aws:userid")
            .flat_map(|c| c.operands())
        {
            let id = operand.split(':').next().unwrap_or_default();
            let whole = id.len() == 21 && id.bytes().all(|b| b.is_ascii_alphanumeric());
            let kind = matches!(id.get(..4), Some("AROA" | "AIDA"));
            if whole && kind && !own.contains(id) && told.insert(id.to_owned()) {
                out.push(Note {
                    message: format!(
                        "a condition on aws:userid asks for {id}, which no {} of this configuration is: each gets a new id when it is made, here and on AWS, also when it is deleted and made again. Ask for its unique_id, or for its ARN with aws:PrincipalArn",
                        what(id).trim_start_matches("a ")
                    ),
                    place: Some(made.node.place.clone()),
                });
            }
        }
    }
    out
}

/// Roles and users of accounts that are not here, which policies name: whether they exist is not known.
pub(super) fn strangers(engine: &Engine, policies: &Policies<'_>) -> Vec<Note> {
    let mut told = BTreeSet::new();
    let mut out = Vec::new();
    for made in &policies.made {
        for principal in documents(made.values).iter().flat_map(principals) {
            let PrincipalPattern::Arn(arn) = principal else {
                continue;
            };
            let account = arn.split(':').nth(4).unwrap_or_default();
            let elsewhere = is_account_id(account) && !engine.knows(account);
            if elsewhere && told.insert(arn.clone()) {
                out.push(Note {
                    message: format!(
                        "account {account} is not in this configuration: {arn} is taken to exist there"
                    ),
                    place: Some(made.node.place.clone()),
                });
            }
        }
    }
    out
}
