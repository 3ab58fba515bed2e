//! Resources that say all that something has, beside others that add to it: what those add is there when Terraform was applied once,
//! and gone when it is applied again (hashicorp/aws: aws_iam_role, "inline_policy", "managed_policy_arns"; aws_kms_key_policy).

use sekisho_iac::NodeKind;
use serde_json::Value;

use super::Note;
use super::fix::policies::{Made, Policies, texts};
use super::overwritten::document;

/// What says all, and what adds to it.
struct All {
    /// The type that says all, the attribute by which others name it, and the argument that says all.
    says: (&'static str, &'static str, &'static str),
    /// The type that adds, the attribute that names what to, and the one that names what.
    adds: (&'static str, &'static str, &'static str),
    /// What it is.
    what: &'static str,
}

const INLINE: &str = "inline policies of the role";
const MANAGED: &str = "managed policies of the role";

const ALL: &[All] = &[
    All {
        says: ("aws_iam_role", "name", "inline_policy"),
        adds: ("aws_iam_role_policy", "role", "name"),
        what: INLINE,
    },
    All {
        says: ("aws_iam_role", "name", "managed_policy_arns"),
        adds: ("aws_iam_role_policy_attachment", "role", "policy_arn"),
        what: MANAGED,
    },
    All {
        says: (
            "aws_iam_role_policies_exclusive",
            "role_name",
            "policy_names",
        ),
        adds: ("aws_iam_role_policy", "role", "name"),
        what: INLINE,
    },
    All {
        says: (
            "aws_iam_role_policy_attachments_exclusive",
            "role_name",
            "policy_arns",
        ),
        adds: ("aws_iam_role_policy_attachment", "role", "policy_arn"),
        what: MANAGED,
    },
];

/// A note for each that adds to what another says all of.
pub(super) fn find(policies: &Policies<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    let made = |kind: &'static str| {
        let all = policies.made.iter();
        all.filter(move |m| m.node.kind == NodeKind::Resource && m.node.type_name == kind)
    };
    for all in ALL {
        let (kind, named, argument) = all.says;
        let says = |m: &&Made<'_>| m.node.has(argument) || m.node.has_blocks(argument);
        for owner in made(kind).filter(says) {
            let Some(name) = owner.text(named) else {
                continue;
            };
            let listed = listed(owner, argument);
            let (adding, to, what) = all.adds;
            // Names are an account's own.
            let mut mine =
                made(adding).filter(|m| m.text(to) == Some(name) && policies.one_account(m, owner));
            let says = |m: &&Made<'_>| {
                let own = listed.iter().find(|(name, _)| Some(*name) == m.text(what));
                // Under one name both write, and by turns where they write different things.
                own.is_some_and(|(_, policy)| {
                    policy.is_none() || policy.map(document) == m.text("policy").map(document)
                })
            };
            let added = mine.find(|m| !says(m));
            let Some(added) = added else { continue };
            notes.push(Note {
                message: format!(
                    "{} says with {argument} which {} {name} there are, and {} ({}) adds one or writes another: Terraform takes that away when it is applied again. List all, or none",
                    owner.address(),
                    all.what,
                    added.address(),
                    added.node.place
                ),
                place: Some(owner.node.place.clone()),
            });
        }
    }
    notes.extend(of_policies(policies));
    for key in made("aws_kms_key").filter(|m| m.node.has("policy")) {
        let is = |m: &&Made<'_>| {
            let id = m.text("key_id");
            id.is_some() && (id == key.text("key_id") || id == key.text("arn"))
        };
        let said = |m: &Made<'_>| m.text("policy").map(document);
        let other = made("aws_kms_key_policy")
            .filter(is)
            .find(|m| said(m) != said(key));
        if let Some(other) = other {
            notes.push(Note {
                message: format!(
                    "{} and {} ({}) both write the policy of the key: the second stays, until Terraform is applied again and writes the first anew. Put what both say into one",
                    key.address(),
                    other.address(),
                    other.node.place
                ),
                place: Some(key.node.place.clone()),
            });
        }
    }
    notes
}

/// What attaches managed policies: the type, the attribute that names whom to, and the argument of `aws_iam_policy_attachment` that
/// lists those.
const ATTACHED: &[(&str, &str, &str)] = &[
    ("aws_iam_role_policy_attachment", "role", "roles"),
    ("aws_iam_user_policy_attachment", "user", "users"),
    ("aws_iam_group_policy_attachment", "group", "groups"),
];

/// `aws_iam_policy_attachment` says of a policy all to which it is attached, wherever that was written (hashicorp/aws,
/// aws_iam_policy_attachment; a second apply was seen to take away what others attach).
fn of_policies(policies: &Policies<'_>) -> Vec<Note> {
    const ALL_OF_ONE: &str = "aws_iam_policy_attachment";
    let resources = || {
        let all = policies.made.iter();
        all.filter(|m| m.node.kind == NodeKind::Resource)
    };
    let mut notes = Vec::new();
    for owner in resources().filter(|m| m.node.type_name == ALL_OF_ONE) {
        let Some(arn) = owner.text("policy_arn") else {
            continue;
        };
        let attaches = |m: &Made<'_>| m.text("policy_arn") == Some(arn);
        let added = resources().find_map(|m| {
            let kind = m.node.type_name.as_str();
            // Policies of AWS's own are each account's: elsewhere it is another list.
            if std::ptr::eq(m, owner) || !policies.one_account(m, owner) {
                return None;
            }
            let of_role = kind == "aws_iam_role";
            let holds = of_role && texts(m, "managed_policy_arns").any(|own| own == arn);
            ATTACHED.iter().find_map(|(one, to, argument)| {
                let added: Vec<&str> = match kind {
                    ALL_OF_ONE if attaches(m) => texts(m, argument).collect(),
                    _ if kind == *one && attaches(m) => m.text(to).into_iter().collect(),
                    _ if holds && *argument == "roles" => m.text("name").into_iter().collect(),
                    _ => Vec::new(),
                };
                let listed = |name: &&str| texts(owner, argument).any(|own| own == *name);
                let missing = added.into_iter().find(|name| !listed(name))?;
                Some((m, *to, missing))
            })
        });
        if let Some((added, to, name)) = added {
            notes.push(Note {
                message: format!(
                    "{} says to whom the policy {arn} is attached, all of them, and {} ({}) attaches it to {to} {name}: Terraform takes that away when it is applied again. List all there, or take aws_iam_{to}_policy_attachment for each",
                    owner.address(),
                    added.address(),
                    added.node.place
                ),
                place: Some(owner.node.place.clone()),
            });
        }
    }
    notes
}

/// The names that an argument lists: of blocks, with the policy of each, or texts.
fn listed<'m>(made: &'m Made<'_>, argument: &str) -> Vec<(&'m str, Option<&'m str>)> {
    let list = made.values.get(argument).and_then(Value::as_array);
    let text = |value: &'m Value, name: &str| value.get(name)?.as_str();
    let name = |value: &'m Value| match value.as_str() {
        Some(name) => Some((name, None)),
        None => Some((text(value, "name")?, text(value, "policy"))),
    };
    list.into_iter().flatten().filter_map(name).collect()
}
