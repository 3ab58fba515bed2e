//! Who has the policies that are written.

use sekisho_iac::{Node, NodeKind};

use super::policies::{KEYS, Made, Policies, TAKING, texts};

impl<'c> Policies<'c> {
    /// Everything that writes a policy, with the argument that holds it and the ARNs of what has it.
    pub(in crate::rehearse) fn all(&self) -> Vec<(&Made<'c>, &'static str, Vec<String>)> {
        const WRITERS: &[(&str, &str)] = &[
            ("aws_ecr_repository_policy", "policy"),
            ("aws_iam_group_policy", "policy"),
            ("aws_iam_policy", "policy"),
            ("aws_iam_role", "assume_role_policy"),
            ("aws_iam_role", "inline_policy.policy"),
            ("aws_iam_role_policy", "policy"),
            ("aws_iam_user_policy", "policy"),
            ("aws_kms_key", "policy"),
            ("aws_kms_replica_key", "policy"),
            ("aws_kms_key_policy", "policy"),
            ("aws_s3_bucket", "policy"),
            ("aws_s3_bucket_policy", "policy"),
        ];
        let mut out = Vec::new();
        for made in self
            .made
            .iter()
            .filter(|m| m.node.kind == NodeKind::Resource)
        {
            for (_, argument) in WRITERS
                .iter()
                .filter(|(kind, _)| *kind == made.node.type_name)
            {
                out.push((made, *argument, self.holders(made)));
            }
        }
        out
    }

    /// The ARNs of what has the policy that a block writes.
    fn holders(&self, made: &Made<'c>) -> Vec<String> {
        let arns = |found: std::vec::IntoIter<&Made<'c>>| {
            let arns = found.filter_map(|m| m.text("arn"));
            arns.map(str::to_owned).collect::<Vec<_>>()
        };
        let named = |kind: &str, argument: &str, attribute: &str| {
            let name = made.text(argument).unwrap_or_default();
            let all = self.having(kind, attribute, &[name]);
            let mine: Vec<&Made<'c>> = all.filter(|m| self.one_account(m, made)).collect();
            arns(mine.into_iter())
        };
        match &*made.node.type_name {
            "aws_iam_role_policy" => named("aws_iam_role", "role", "name"),
            "aws_iam_user_policy" => named("aws_iam_user", "user", "name"),
            "aws_iam_group_policy" => named("aws_iam_group", "group", "name"),
            "aws_s3_bucket_policy" => named("aws_s3_bucket", "bucket", "id"),
            "aws_ecr_repository_policy" => named("aws_ecr_repository", "repository", "name"),
            "aws_kms_key_policy" => {
                let key = made.text("key_id").unwrap_or_default();
                let names = ["key_id", "arn"].into_iter();
                let all = names.flat_map(|name| KEYS.map(|kind| self.having(kind, name, &[key])));
                let mine = all.flatten().filter(|key| self.one_account(key, made));
                arns(mine.collect::<Vec<_>>().into_iter())
            }
            "aws_iam_policy" => self.holders_of_managed(made),
            _ => made.text("arn").map(str::to_owned).into_iter().collect(),
        }
    }

    /// The ARNs of what has a managed policy, be it as its boundary.
    fn holders_of_managed(&self, policy: &Made<'c>) -> Vec<String> {
        let arn = policy.text("arn").unwrap_or_default();
        let lists = |made: &Made<'c>, name: &str, value: &str| {
            let mut texts = texts(made, name);
            texts.any(|text| text == value)
        };
        let attaches = |who: &Made<'c>| {
            let name = who.text("name").unwrap_or_default();
            let noun = who.node.type_name.trim_start_matches("aws_iam_");
            let one = format!("aws_iam_{noun}_policy_attachment");
            let exclusive = format!("aws_iam_{noun}_policy_attachments_exclusive");
            self.made
                .iter()
                .filter(|a| {
                    let found = match &*a.node.type_name {
                        kind if kind == one => {
                            a.text("policy_arn") == Some(arn) && a.text(noun) == Some(name)
                        }
                        "aws_iam_policy_attachment" => {
                            a.text("policy_arn") == Some(arn) && lists(a, &format!("{noun}s"), name)
                        }
                        kind if kind == exclusive => {
                            a.text(&format!("{noun}_name")) == Some(name)
                                && lists(a, "policy_arns", arn)
                        }
                        _ => false,
                    };
                    found && a.node.kind == NodeKind::Resource
                })
                .any(|a| self.one_account(a, who))
        };
        let has = |who: &Made<'c>| {
            who.text("permissions_boundary") == Some(arn)
                || lists(who, "managed_policy_arns", arn)
                || attaches(who)
        };
        let kinds = ["aws_iam_group", "aws_iam_role", "aws_iam_user"];
        let everybody = self
            .made
            .iter()
            .filter(|m| m.node.kind == NodeKind::Resource && kinds.contains(&&*m.node.type_name));
        let mine = everybody.filter(|who| has(who));
        let mine = mine.filter_map(|m| m.text("arn")).map(str::to_owned);
        mine.chain(self.attached_elsewhere(arn)).collect()
    }

    /// The addresses of what attaches a managed policy to somebody who is not made here, or is not made itself.
    fn attached_elsewhere(&self, arn: &str) -> Vec<String> {
        // As it may be written without naming the block: who it is for is not known then.
        let (_, name) = arn.split_once(":policy").unwrap_or_default();
        let written = format!(":policy{name}\"");
        let says = |node: &Node| {
            let mut arguments = TAKING.iter().chain(&["policy_arn"]);
            arguments.any(|a| node.written(a).is_some_and(|text| text.contains(&written)))
        };
        let unmade = self.unmade().into_iter().map(|(_, node)| node);
        let unmade = unmade.filter(|node| says(node));
        let mut out: Vec<String> = unmade.map(|node| node.address()).collect();
        for made in &self.made {
            let attaches = made.node.type_name.ends_with("_policy_attachment");
            if !attaches || made.text("policy_arn") != Some(arn) {
                continue;
            }
            for noun in ["group", "role", "user"] {
                let several = format!("{noun}s");
                let named = texts(made, &several).chain(made.text(noun));
                let kind = format!("aws_iam_{noun}");
                let mut unknown = named.filter(|name| {
                    let mut own = self.having(&kind, "name", &[name]);
                    !own.any(|who| self.one_account(made, who))
                });
                if unknown.next().is_some() {
                    out.push(made.address());
                }
            }
        }
        out
    }
}
