//! What the source actions of a pipeline read, as it is written.

use std::collections::BTreeSet;

use hcl_edit::expr::Expression;

use crate::config::Configuration;
use crate::syntax::key_name;
use crate::{Node, NodeKind};

/// What an action's configuration says of an object: the bucket and the key.
const OF_OBJECTS: [&str; 2] = ["S3Bucket", "S3ObjectKey"];

impl Configuration {
    /// The objects that the actions of a pipeline read, and what makes versions of them: by index. Objects whose key is
    /// written out, and another one, are none.
    #[must_use]
    pub fn read_by(&self, pipeline: &Node) -> BTreeSet<usize> {
        let stages = pipeline.body.get_blocks("stage");
        let actions = stages.flat_map(|stage| stage.body.get_blocks("action"));
        let settings =
            actions.filter_map(|a| match &a.body.get_attribute("configuration")?.value {
                Expression::Object(object) => Some(object),
                _ => None,
            });
        let mut out = BTreeSet::new();
        for object in settings {
            let said = OF_OBJECTS.map(|name| {
                let mut members = object.iter();
                let found = members.find(|(key, _)| key_name(key) == Some(name));
                found.map(|(_, value)| value.expr())
            });
            let [Some(bucket), key] = said else {
                continue;
            };
            let mut buckets = self.found_in(bucket, pipeline.module);
            // What stands beside a bucket may name it by something else that does.
            let all = self.nodes.iter().enumerate();
            let beside = all.filter(|(_, n)| !self.refers(n, "bucket").is_disjoint(&buckets));
            let beside: Vec<usize> = beside.map(|(index, _)| index).collect();
            buckets.extend(beside);
            let key = key.and_then(Expression::as_str);
            let nodes = self.nodes.iter().enumerate();
            let beside = nodes.filter(|(_, node)| {
                let another = || {
                    let own = node.body.get_attribute("key").map(|a| &a.value);
                    let own = own.and_then(Expression::as_str);
                    own.zip(key).is_some_and(|(own, key)| own != key)
                };
                let reads = match node.type_name.as_str() {
                    "aws_s3_object" | "aws_s3_bucket_object" => !another(),
                    "aws_s3_bucket_versioning" => true,
                    _ => false,
                };
                reads
                    && node.kind == NodeKind::Resource
                    && !self.refers(node, "bucket").is_disjoint(&buckets)
            });
            out.extend(beside.map(|(index, _)| index));
        }
        out
    }
}
