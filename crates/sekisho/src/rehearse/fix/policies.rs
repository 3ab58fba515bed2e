//! Which blocks of a configuration write which policy.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use sekisho_iac::{Configuration, Node, NodeKind, Spot, without_keys};
use serde_json::{Map, Value, json};

use crate::rehearse::providers::Places;

/// An instance of a resource or data source that was made.
#[derive(Debug)]
pub(in crate::rehearse) struct Made<'c> {
    pub(in crate::rehearse) node: &'c Node,
    pub(in crate::rehearse) values: &'c Map<String, Value>,
    /// What comes before addresses in its instance of the module.
    pub(in crate::rehearse) path: &'c str,
    pub(in crate::rehearse) key: Option<Value>,
}

impl Made<'_> {
    pub(in crate::rehearse) fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_str()
    }

    /// What its module calls it.
    pub(in crate::rehearse) fn reference(&self) -> String {
        let key = self.key.as_ref().map(|k| format!("[{k}]"));
        format!("{}{}", self.node.local_address(), key.unwrap_or_default())
    }

    /// What the whole configuration calls it.
    pub(in crate::rehearse) fn address(&self) -> String {
        format!("{}{}", self.path, self.reference())
    }
}

/// The blocks that write a policy.
pub(in crate::rehearse) struct Found<'w, 'c> {
    /// Each with the argument that holds the policy.
    pub(in crate::rehearse) written: Vec<(&'w Made<'c>, &'static str)>,
    pub(in crate::rehearse) beside: Option<Beside<'w, 'c>>,
}

/// What a policy concerns, and how a new resource would say so: its type, the argument, and the attribute that the argument
/// takes.
pub(in crate::rehearse) type Beside<'w, 'c> =
    (&'w Made<'c>, &'static str, &'static str, &'static str);

/// Arguments and blocks by which a resource takes a policy of its own, or one that others have as well.
pub(super) const TAKING: &[&str] = &[
    "assume_role_policy",
    "inline_policy",
    "managed_policy_arns",
    "permissions_boundary",
    "policy",
];

/// The texts of a list among what was made.
pub(in crate::rehearse) fn texts<'m>(
    made: &'m Made<'_>,
    name: &str,
) -> impl Iterator<Item = &'m str> {
    let list = made.values.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}

/// What has a key policy.
pub(super) const KEYS: [&str; 2] = ["aws_kms_key", "aws_kms_replica_key"];

/// Whether a block gives what it makes a policy.
fn takes_a_policy(node: &Node) -> bool {
    let takes = |name: &&str| node.has(name) || node.has_blocks(name);
    node.kind == NodeKind::Resource && TAKING.iter().any(takes)
}

/// What was made, and the blocks that it was made of.
pub(in crate::rehearse) struct Policies<'c> {
    configuration: &'c Configuration,
    places: &'c Places,
    pub(in crate::rehearse) made: Vec<Made<'c>>,
    unmade: OnceCell<Vec<usize>>,
    /// Which of `made` are of a type.
    of_type: OnceCell<BTreeMap<String, Vec<usize>>>,
}

impl<'c> Policies<'c> {
    pub(in crate::rehearse) fn new(
        configuration: &'c Configuration,
        made_values: &'c BTreeMap<String, Value>,
        places: &'c Places,
    ) -> Self {
        let nodes: BTreeMap<String, &Node> = configuration
            .nodes
            .iter()
            .map(|n| (n.address(), n))
            .collect();
        let mut made = Vec::new();
        for (address, value) in made_values {
            let Some(node) = nodes.get(&without_keys(address)) else {
                continue;
            };
            let path = address
                .strip_suffix(&*node.local_address())
                .unwrap_or_default();
            let mut add = |key: Option<Value>, value: &'c Value| {
                if let Some(values) = value.as_object() {
                    made.push(Made {
                        node,
                        values,
                        path,
                        key,
                    });
                }
            };
            match value {
                Value::Array(list) if node.has("count") => {
                    list.iter()
                        .enumerate()
                        .for_each(|(i, v)| add(Some(json!(i)), v));
                }
                Value::Object(map) if node.has("for_each") => {
                    map.iter().for_each(|(k, v)| add(Some(json!(k)), v));
                }
                one => add(None, one),
            }
        }
        Self {
            configuration,
            places,
            made,
            unmade: OnceCell::new(),
            of_type: OnceCell::new(),
        }
    }

    /// What was made of a type whose attribute has one of these values.
    pub(super) fn having(
        &self,
        type_name: &str,
        attribute: &str,
        values: &[&str],
    ) -> std::vec::IntoIter<&Made<'c>> {
        let of_type = self.of_type.get_or_init(|| {
            let mut out: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (index, made) in self.made.iter().enumerate() {
                if made.node.kind == NodeKind::Resource {
                    out.entry(made.node.type_name.clone())
                        .or_default()
                        .push(index);
                }
            }
            out
        });
        let all = of_type.get(type_name).into_iter().flatten();
        let all = all.filter_map(|index| self.made.get(*index));
        let wanted = |made: &&Made<'c>| made.text(attribute).is_some_and(|v| values.contains(&v));
        let found: Vec<&Made<'c>> = all.filter(wanted).collect();
        found.into_iter()
    }

    /// The blocks that write the policy on a side (`bucket policy`, …) of a holder, which is an ARN.
    pub(in crate::rehearse) fn of(&self, side: &str, holder: &str) -> Found<'_, 'c> {
        let nothing = Found {
            written: Vec::new(),
            beside: None,
        };
        self.found(side, holder).unwrap_or(nothing)
    }

    fn found(&self, side: &str, holder: &str) -> Option<Found<'_, 'c>> {
        let name = holder.rsplit(['/', ':']).next()?;
        let rest = holder.splitn(6, ':').nth(5)?;
        // Names are an account's own: a policy of the same name in the other account belongs to another role.
        let of = |concerned: Option<&Made<'c>>, kind: &str, argument: &str, name: &str| {
            let same = |made: &&Made<'c>| concerned.is_some_and(|c| self.one_account(made, c));
            let mine = self.having(kind, argument, &[name]).filter(same);
            mine.map(|made| (made, "policy")).collect::<Vec<_>>()
        };
        let written = |written| {
            Some(Found {
                written,
                beside: None,
            })
        };
        let (written, concerned, kind, argument, attribute) = match side {
            "identity policy" => {
                let kind = "aws_iam_role_policy";
                let role = self.having("aws_iam_role", "arn", &[holder]).next();
                let own = role.filter(|role| role.node.has_blocks("inline_policy"));
                // A role that writes its own inline policies has no others: Terraform takes them away.
                let mut found = match own {
                    Some(_) => Vec::new(),
                    None => of(role, kind, "role", name),
                };
                found.extend(role.into_iter().flat_map(|role| self.attached(role)));
                if let Some(role) = own {
                    found.push((role, "inline_policy.policy"));
                    return written(found);
                }
                if role.is_some_and(|role| self.is_exclusive(role)) {
                    return written(found);
                }
                (found, role, kind, "role", "id")
            }
            "trust policy" => {
                let roles = self.having("aws_iam_role", "arn", &[holder]);
                return written(roles.map(|r| (r, "assume_role_policy")).collect());
            }
            "permissions boundary" => {
                let role = self.having("aws_iam_role", "arn", &[holder]).next()?;
                let boundary = [role.text("permissions_boundary")?];
                let policies = self.having("aws_iam_policy", "arn", &boundary);
                return written(policies.map(|p| (p, "policy")).collect());
            }
            "repository policy" => {
                let kind = "aws_ecr_repository_policy";
                let name = rest.trim_start_matches("repository/");
                let repository = self.having("aws_ecr_repository", "arn", &[holder]).next();
                let found = of(repository, kind, "repository", name);
                (found, repository, kind, "repository", "name")
            }
            "bucket policy" => {
                let kind = "aws_s3_bucket_policy";
                let bucket = self.having("aws_s3_bucket", "arn", &[holder]).next();
                let mut found = of(bucket, kind, "bucket", rest);
                found.extend(
                    bucket
                        .filter(|b| b.node.has("policy"))
                        .map(|b| (b, "policy")),
                );
                (found, bucket, kind, "bucket", "id")
            }
            "key policy" => {
                let mut keys = KEYS
                    .iter()
                    .flat_map(|kind| self.having(kind, "arn", &[holder]));
                let key = keys.next()?;
                let ids = [key.text("key_id").unwrap_or(holder), holder];
                let apart = self.having("aws_kms_key_policy", "key_id", &ids);
                // A replica has the id of its primary, in another region.
                let apart = apart.filter(|policy| self.one_account(policy, key));
                let mut found: Vec<_> = apart.map(|p| (p, "policy")).collect();
                // A key that has no policy of its own has the default one.
                let default = found.is_empty() && !key.node.has("policy");
                found.push((key, "policy"));
                return Some(Found {
                    written: found,
                    beside: default.then_some((key, "aws_kms_key_policy", "key_id", "id")),
                });
            }
            _ => return None,
        };
        // A bucket and a repository have one policy: a second would take the place of the first.
        let room = written.is_empty() || side == "identity policy";
        let concerned = concerned.filter(|_| room);
        Some(Found {
            written,
            beside: concerned.map(|c| (c, kind, argument, attribute)),
        })
    }

    /// Whether a role has no inline policies but those that are listed.
    fn is_exclusive(&self, role: &Made<'c>) -> bool {
        let name = role.text("name").unwrap_or_default();
        let mut taking = self.having("aws_iam_role_policies_exclusive", "role_name", &[name]);
        taking.any(|t| self.one_account(t, role))
    }

    /// Whether what is added beside a role's policies is taken away.
    pub(in crate::rehearse) fn takes_away(&self, side: &str, holder: &str) -> bool {
        let mut roles = self.having("aws_iam_role", "arn", &[holder]);
        side == "identity policy" && roles.any(|role| self.is_exclusive(role))
    }

    /// The managed policies of the configuration that are attached to a role.
    fn attached(&self, role: &Made<'c>) -> Vec<(&Made<'c>, &'static str)> {
        let name = role.text("name").unwrap_or_default();
        let attachments = self.having("aws_iam_role_policy_attachment", "role", &[name]);
        let several = self.made.iter().filter(|a| {
            let kind = a.node.type_name.as_str();
            kind == "aws_iam_policy_attachment" && texts(a, "roles").any(|own| own == name)
        });
        // Names are an account's own.
        let attachments = attachments.chain(several);
        let attachments = attachments.filter(|a| self.one_account(a, role));
        let attached = attachments.filter_map(|a| a.text("policy_arn"));
        let arns = attached.chain(texts(role, "managed_policy_arns"));
        let policies = arns.filter_map(|arn| self.having("aws_iam_policy", "arn", &[arn]).next());
        policies.map(|p| (p, "policy")).collect()
    }

    /// Whether two are of one account and, but for those of IAM, of one region.
    pub(in crate::rehearse) fn one_account(&self, one: &Made<'c>, other: &Made<'c>) -> bool {
        let own = self.place(one);
        own.is_some() && own == self.place(other)
    }

    fn place<'m>(&'m self, made: &'m Made<'c>) -> Option<(&'m str, Option<&'m str>)> {
        let provider = self.configuration.provider_of(made.node).ok()?;
        let (account, region) = self.places.get(&provider)?;
        // A resource may have another region than its provider.
        let region = made.text("region").unwrap_or(region);
        let global = made.node.type_name.starts_with("aws_iam_");
        Some((account, (!global).then_some(region)))
    }

    /// What is not made here, but has a policy or document of a block all the same: a group, for example.
    pub(in crate::rehearse) fn others(
        &self,
        node: &Node,
        order: &sekisho_iac::Order,
    ) -> Vec<String> {
        let nodes = &self.configuration.nodes;
        let Some(own) = nodes.iter().position(|n| std::ptr::eq(n, node)) else {
            return Vec::new();
        };
        let users = self.unmade().into_iter();
        let users = users.filter(|(index, _)| {
            let needs = order.needs.get(*index);
            needs.is_some_and(|needs| needs.contains(&own))
        });
        users.map(|(_, node)| node.address()).collect()
    }

    /// The blocks of policies of which nothing is made here, although there may be something on AWS, with their index.
    pub(in crate::rehearse) fn unmade(&self) -> Vec<(usize, &'c Node)> {
        let unmade = self.unmade.get_or_init(|| {
            let made: BTreeSet<*const Node> = self
                .made
                .iter()
                .map(|m| std::ptr::from_ref(m.node))
                .collect();
            let never = self.configuration.never_there();
            let nodes = self.configuration.nodes.iter().enumerate();
            nodes
                .filter(|(_, n)| n.type_name.contains("policy") || takes_a_policy(n))
                .filter(|(_, n)| !made.contains(&std::ptr::from_ref(*n)))
                .map(|(index, _)| index)
                .filter(|index| !never.contains(index))
                .collect()
        });
        let node = |index: &usize| Some((*index, self.configuration.nodes.get(*index)?));
        unmade.iter().filter_map(node).collect()
    }

    /// Where the policy on a side of a holder stands, or what it concerns where there is none; and of a statement of it,
    /// if it is there.
    pub(in crate::rehearse) fn spot(
        &self,
        side: &str,
        holder: &str,
        statement: Option<&str>,
    ) -> Option<Spot> {
        let found = self.of(side, holder);
        let stated = found.written.iter().find_map(|(made, attribute)| {
            self.configuration
                .statement_spot(made.node, attribute, statement?)
        });
        let written = || {
            let (made, attribute) = found.written.first()?;
            Some(self.configuration.policy_spot(made.node, attribute))
        };
        let beside = || {
            let (made, ..) = found.beside?;
            Some(self.configuration.policy_spot(made.node, ""))
        };
        stated.or_else(written).or_else(beside)
    }
}
