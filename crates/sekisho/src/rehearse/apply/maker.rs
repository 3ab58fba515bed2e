//! Makes one node: all its instances.

use std::collections::BTreeMap;

use sekisho_iac::{Configuration, Node, Problem, Repetition, Scope, State, Value as Made};
use serde_json::{Map, Value, json};

use super::Applied;
use crate::rehearse::resources::foreign::Strangers;
use crate::rehearse::{Client, Note, Options, given, image, object, resources};

/// Makes the instances of one block in one instance of its module.
pub(super) struct Maker<'m, 'c> {
    pub(super) state: &'m State<'c>,
    pub(super) configuration: &'c Configuration,
    pub(super) strangers: &'m Strangers,
    pub(super) options: &'m Options,
    pub(super) applied: &'m mut Applied,
    pub(super) node: &'m Node,
    pub(super) client: Option<&'m Client>,
    pub(super) accounts: &'m [String],
}

impl Maker<'_, '_> {
    /// Makes all instances; the value is what references to them see.
    pub(super) fn instances(&mut self, path: &str, scope: &Scope<'_>) -> Result<Made, Problem> {
        let address = format!("{path}{}", self.node.local_address());
        match self.node.repetition(scope)? {
            Repetition::Once => self.instance(&address, scope),
            Repetition::Count(count) => {
                let mut all = Vec::new();
                for index in 0..usize::try_from(count).unwrap_or(usize::MAX) {
                    let inner = scope.with("count", State::index(index));
                    all.push(self.instance(&format!("{address}[{index}]"), &inner)?);
                }
                Ok(Made::tuple(all))
            }
            Repetition::Each(pairs) => {
                let mut map = BTreeMap::new();
                for (key, value) in pairs {
                    let inner = scope.with("each", State::each(&key, value));
                    let address = format!("{address}[{}]", json!(key));
                    map.insert(key, self.instance(&address, &inner)?);
                }
                Ok(Made::object(map))
            }
        }
    }

    fn instance(&mut self, address: &str, scope: &Scope<'_>) -> Result<Made, Problem> {
        self.node.check(scope, None)?;
        let made = resources::schema::typed(self.node, self.made(address, scope)?);
        let made = match resources::is_whole(self.node) {
            true => made,
            false => made.open(&self.node.address()),
        };
        // Outputs that were given one by one are not all that a state has.
        let outputs = format!("{}.outputs", self.node.address());
        let made = match self.configuration.is_given_in_part(&outputs) {
            true => made.open_member("outputs", &outputs),
            false => made,
        };
        self.node.check(scope, Some(&made))?;
        Ok(made)
    }

    fn made(&mut self, address: &str, scope: &Scope<'_>) -> Result<Map<String, Value>, Problem> {
        let node = self.node;
        self.applied.refused.clear();
        // What is given for one instance goes before what is given for all.
        let all = self.configuration.given(&node.address());
        let own = self.configuration.given(address);
        let given = match (all, own) {
            (Some(mut all), Some(own)) => {
                all.extend(own);
                Some(all)
            }
            (all, own) => all.or(own),
        };
        if let Some(given) = given
            .as_ref()
            .filter(|_| node.is_data() || !resources::own(node))
        {
            // What somebody gave stands for what cannot be read here; its arguments may not be readable either.
            let derived = self.strangers.values(node, address, self.client, scope);
            let mut values = match derived {
                Some(Ok((values, _))) => values,
                _ => node
                    .arguments(scope)
                    .map_or_else(|_| node.readable(scope), |a| a.values),
            };
            values.extend(given.clone());
            return Ok(values);
        }
        let planned = self.configuration.planned(address);
        if let Some(planned) = planned.filter(|_| !resources::own(node)) {
            return Ok(planned.clone());
        }
        if let Some(outputs) = self.state.remote_outputs(node, scope) {
            return Ok(Map::from_iter([(
                "outputs".to_owned(),
                Value::Object(outputs?),
            )]));
        }
        if let Some(derived) = self.strangers.values(node, address, self.client, scope) {
            let (values, note) = derived?;
            self.applied.notes.push(note);
            return Ok(values);
        }
        let mut arguments = node.arguments(scope)?;
        let text = Value::Object(arguments.values.clone()).to_string();
        let unsaid = given::unsaid(self.options, self.accounts, &text);
        if let Some((message, _)) = unsaid
            && !self.applied.notes.iter().any(|n| n.message == message)
        {
            self.applied.notes.push(Note {
                message: message.to_owned(),
                place: Some(node.place.clone()),
            });
        }
        if node.type_name == "aws_iam_policy_document" {
            resources::schema::check(node, &arguments)?;
            resources::schema::convert(node, &mut arguments)?;
            return resources::document(node, arguments.values);
        }
        if resources::is_template(node) {
            let mut values = arguments.values;
            let rendered = scope.rendered(&values);
            let rendered = rendered.map_err(|m| Problem::at(&node.place, m))?;
            values.insert("rendered".to_owned(), json!(rendered));
            return Ok(values);
        }
        let made = resources::without_provider(node, address, &arguments, scope)?;
        if let Some(mut values) = made {
            values.extend(given.unwrap_or_default());
            return Ok(values);
        }
        resources::schema::convert(node, &mut arguments)?;
        resources::normal::policies(node, &mut arguments.values);
        let no_provider = || Problem::at(&node.place, "it has no provider");
        let client = self.client.ok_or_else(no_provider)?;
        let client = &*resources::region::of(node, client, arguments.values.get("region"));
        let mut own_tags = None;
        if resources::takes(node, "tags") && !client.default_tags.is_empty() {
            let mut tags = client.default_tags.clone();
            if let Some(Value::Object(own)) = arguments.values.get("tags") {
                tags.extend(own.clone());
            }
            let tags = Value::Object(tags);
            let own = arguments.values.insert("tags".to_owned(), tags);
            own_tags = Some(own.unwrap_or_default());
        }
        if matches!(&*node.type_name, "aws_s3_object" | "aws_s3_bucket_object") {
            object::locate(scope, &mut arguments.values);
        }
        if node.type_name == "aws_codepipeline" {
            // The first execution starts with the pipeline: the image must be there by then.
            image::push_for(
                client,
                &arguments.values,
                self.options,
                &mut self.applied.images,
            )
            .map_err(|reason| Problem::at(&node.place, reason))?;
            if self.options.generate_images {
                let placed = object::stand_in(client, &arguments.values);
                self.applied
                    .notes
                    .extend(placed.into_iter().map(|message| Note {
                        message,
                        place: Some(node.place.clone()),
                    }));
            }
        }
        let mut half = Map::new();
        let made = resources::make(node, address, client, &arguments, &mut half);
        let mut made = made.inspect_err(|_| {
            self.applied.refused.clone_from(&arguments.values);
            // Of what there are several the others are not there yet.
            if !half.is_empty() && address == node.address() {
                self.applied.halves.insert(address.to_owned(), half);
            }
        })?;
        resources::schema::complete(node, &mut made);
        // Those of the provider are among `tags_all` alone.
        made.extend(own_tags.map(|tags| ("tags".to_owned(), tags)));
        made.extend(given.unwrap_or_default());
        let ignored = resources::ignored(node, &arguments);
        if !ignored.is_empty() {
            self.applied.notes.push(Note {
                message: format!("{address}: {} has no effect here", ignored.join(", ")),
                place: Some(node.place.clone()),
            });
        }
        if !node.is_data() {
            self.applied.resources += 1;
        } else if resources::lists_aws(node) {
            self.applied.notes.push(Note {
                message: format!(
                    "{address} lists what this configuration makes: on AWS there may be more"
                ),
                place: Some(node.place.clone()),
            });
        }
        if node.type_name == "aws_codepipeline" {
            let name = made.get("name").and_then(Value::as_str);
            let name = name.unwrap_or_default().to_owned();
            let mut root = client.root_of(&client.account);
            root.default_tags.clone_from(&client.default_tags);
            self.applied.pipelines.push((root, name));
        }
        Ok(made)
    }
}
