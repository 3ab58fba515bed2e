//! Why a statement has no place in the files.

use serde_json::Value;

use super::policies::Made;
use super::writer::{Shared, Writer, own};
use super::{Insertion, Statement};

/// Nothing there stands for what the statement is about.
const NO_NAME: &str = "has no name where it stands for the ARN that the statement needs: hand it there, by an output, a variable or a data source";

impl<'c> Writer<'c> {
    /// Why a statement has no place.
    pub(super) fn why_not(
        &self,
        statement: &Statement<'_>,
        shared: &Shared,
        avoid: &dyn Fn(&(String, usize)) -> bool,
    ) -> String {
        let found = self
            .policies
            .of(&statement.patch.side, &statement.patch.holder);
        let all = found
            .written
            .iter()
            .filter_map(|(made, attribute)| self.behind(made, attribute, statement));
        let (understood, fetched): (Vec<Insertion>, Vec<Insertion>) =
            all.partition(|i| own(&i.path));
        let blocks: Vec<String> = found
            .written
            .iter()
            .map(|(made, _)| made.node.place.path())
            .collect();
        let exclusive = self
            .policies
            .takes_away(&statement.patch.side, &statement.patch.holder);
        let mut roles = found.written.iter().map(|(made, _)| made);
        let inline = roles.find(|made| made.node.has_blocks("inline_policy"));
        let inline = inline.map(|made| made.address());
        if statement.patch.side == "permissions boundary" && found.written.is_empty() {
            "is a boundary that this configuration does not make: ask who owns it".to_owned()
        } else if let Some(place) = understood.iter().map(Insertion::place).find(|p| avoid(p)) {
            let holders = shared.get(&place).into_iter().flatten();
            let others: Vec<&str> = holders
                .map(String::as_str)
                .filter(|holder| *holder != statement.patch.holder)
                .collect();
            match others.as_slice() {
                [] => "is what somebody else has as well, who does not lack this".to_owned(),
                [one] => format!(
                    "is in {} that of {one} as well, which does not lack this",
                    place.0
                ),
                [one, rest @ ..] => format!(
                    "is in {} that of {one} and {} more as well, which do not lack this",
                    place.0,
                    rest.len()
                ),
            }
        } else if let Some(file) = blocks.iter().find_map(|path| {
            let file = path.strip_suffix(sekisho_iac::READ).unwrap_or(path);
            file.ends_with(".json").then_some(file)
        }) {
            format!("is written in Terraform's JSON syntax, in {file}, which --fix does not write")
        } else if !fetched.is_empty() || blocks.iter().any(|path| !own(path)) {
            let fetched = found
                .written
                .iter()
                .find(|(made, _)| !own(&made.node.place.path()));
            // The call that the user writes: a fetched module may call others.
            let mut call =
                fetched.and_then(|(made, _)| self.configuration.call_of(&made.node.path));
            while let Some(inner) = call.as_ref().filter(|c| !own(&c.source.path)) {
                call = self.configuration.call_of(inner.module);
            }
            match call {
                Some(call) => format!(
                    "stands in a module that was fetched, which --fix does not change: change what `module \"{}\"` in {} hands it",
                    call.name, call.source.path
                ),
                None => "stands in no file that --fix may change".to_owned(),
            }
        } else if exclusive && found.written.is_empty() {
            "is none yet, and aws_iam_role_policies_exclusive takes away what is added: add a policy, and its name there".to_owned()
        } else if found.written.is_empty()
            && found
                .beside
                .as_ref()
                .is_some_and(|(concerned, ..)| self.too_many(concerned, statement, &[]))
        {
            "has a place for all instances of its module only, and they lack different things: hand the module what differs, by a variable".to_owned()
        } else if found.written.is_empty() && found.beside.is_some() {
            NO_NAME.to_owned()
        } else if found.written.is_empty() {
            "is in no block, and --fix has no name for what it concerns where it could add one"
                .to_owned()
        } else if let Some(address) = self.circle(&found.written, statement) {
            format!(
                "would have to refer to {address}, which itself stands on it: a circle. Take the policy of one of the two out of its block, into a resource of its own (aws_kms_key_policy, aws_s3_bucket_policy, aws_iam_role_policy)"
            )
        } else if let Some(role) = inline {
            format!(
                "is all that the inline_policy blocks of {role} say: add one there, with a name and a policy"
            )
        } else if self.lacks_a_name(&found.written, statement) {
            NO_NAME.to_owned()
        } else if exclusive {
            "is written in a way that --fix does not understand, and aws_iam_role_policies_exclusive takes away what is added beside it: add a policy, and its name there".to_owned()
        } else {
            let places = found.written.iter().map(|(made, _)| &made.node.place);
            let places: Vec<String> = places.map(ToString::to_string).collect();
            format!(
                "is written in a way that --fix does not understand ({})",
                places.join(", ")
            )
        }
    }

    /// What the statement is about, where it cannot be referred to for it stands on the very block that has the policy.
    fn circle(
        &self,
        written: &[(&Made<'c>, &'static str)],
        statement: &Statement<'_>,
    ) -> Option<String> {
        let patch = &statement.patch.statement;
        let principals = super::statement::principals(patch).into_iter();
        let mut named: Vec<&str> = principals.map(|(_, name)| name).collect();
        named.extend(patch["Resource"].as_str());
        let about = |made: &&Made<'c>| made.text("arn").is_some_and(|arn| named.contains(&arn));
        let of_block = |about: &Made<'c>| {
            written.iter().any(|(block, _)| {
                let here = block.node.path == about.node.path && block.path == about.path;
                let name = format!("{}.arn", about.node.local_address());
                let mut nodes = self.configuration.nodes.iter();
                let index = nodes.position(|n| std::ptr::eq(n, block.node));
                let reach = self.reach(&about.node.path, &name);
                here && index.is_some_and(|i| reach.contains(&i))
            })
        };
        let mut all = self.policies.made.iter().filter(about);
        let found = all.find(|made| of_block(made))?;
        Some(found.node.address())
    }

    /// Whether a policy could be written if only the statement named nothing that it has to refer to.
    fn lacks_a_name(
        &self,
        written: &[(&Made<'c>, &'static str)],
        statement: &Statement<'_>,
    ) -> bool {
        let mut patch = statement.patch.clone();
        if let Some(map) = patch.statement.as_object_mut() {
            map.entry("Resource").and_modify(|r| *r = Value::from("*"));
            map.entry("Principal").and_modify(|p| *p = Value::from("*"));
        }
        let plain = Statement {
            patch: &patch,
            actions: statement.actions.clone(),
        };
        let mut written = written.iter();
        written.any(|(made, attribute)| self.behind(made, attribute, &plain).is_some())
    }
}
