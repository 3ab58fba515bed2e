//! The attributes of resources and data sources that expressions name, used or not.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::visit::{Visit, visit_traversal};

use crate::block::place_of;
use crate::check::Written;
use crate::config::Configuration;
use crate::{Node, NodeKind, Place, Source};

impl Configuration {
    /// Every attribute that is named of a resource or data source: `aws_kms_key.k.arn`, `data.aws_region.r[0].name`; an empty name,
    /// where the whole is named.
    #[must_use]
    pub fn attributes(&self) -> Vec<(&Node, String, Place)> {
        let mut out = Vec::new();
        for index in 0..self.modules.len() {
            let nodes = self.nodes.iter().filter(|n| n.module == index);
            let key = |n: &'_ Node| (n.kind, n.type_name.clone(), n.name.clone());
            let nodes: BTreeMap<_, &Node> = nodes.map(|n| (key(n), n)).collect();
            for (source, written) in self.expressions(index) {
                let mut named = Named {
                    source,
                    found: Vec::new(),
                };
                match written {
                    Written::Expression(expression) => named.visit_expr(expression),
                    Written::Arguments(body) => named.visit_body(body),
                }
                let known = named.found.into_iter();
                out.extend(known.filter_map(|(key, attribute, place)| {
                    Some((*nodes.get(&key)?, attribute, place))
                }));
            }
        }
        out
    }
}

type Key = (NodeKind, String, String);

struct Named<'s> {
    source: &'s Arc<Source>,
    found: Vec<(Key, String, Place)>,
}

impl Named<'_> {
    fn add(&mut self, traversal: &Traversal) {
        let Expression::Variable(root) = &traversal.expr else {
            return;
        };
        let mut path = vec![root.as_str()];
        for operator in &traversal.operators {
            match operator.value() {
                TraversalOperator::GetAttr(name) => path.push(name.as_str()),
                // Keys of instances, and all of them.
                _ if path.len() >= 2 => {}
                _ => return,
            }
        }
        let (kind, path) = match path.as_slice() {
            ["data", rest @ ..] => (NodeKind::Data, rest),
            ["ephemeral", rest @ ..] => (NodeKind::Ephemeral, rest),
            ["resource", rest @ ..] => (NodeKind::Resource, rest),
            all => (NodeKind::Resource, all),
        };
        if let [type_name, name, rest @ ..] = path {
            let attribute = rest.first().copied().unwrap_or_default();
            let key = (kind, (*type_name).to_owned(), (*name).to_owned());
            let span = traversal.span().or_else(|| root.span());
            let place = place_of(self.source, span);
            self.found.push((key, attribute.to_owned(), place));
        }
    }
}

impl Visit for Named<'_> {
    fn visit_traversal(&mut self, node: &Traversal) {
        self.add(node);
        visit_traversal(self, node);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Configuration, Reading};

    #[test]
    fn every_attribute_is_found_once() {
        let text = r#"
resource "aws_iam_role" "r" {
  name = data.aws_region.r[0].name
  dynamic "inline_policy" {
    for_each = [for k in aws_kms_key.k : k.arn]
    content {
      name = "${aws_kms_key.k["a"].key_id}-%{ if true }${resource.aws_kms_key.k["a"].id}%{ endif }"
    }
  }
}
resource "aws_kms_key" "k" {
  for_each = {}
}
data "aws_region" "r" {
  count = 1
}
output "o" {
  value = [aws_kms_key.k[*].multi_region, aws_kms_key.k, data.aws_region.r]
}
"#;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
        let config = Configuration::read(&Reading::of(folder.path())).unwrap();
        let found = config.attributes().into_iter();
        let found: Vec<String> = found
            .map(|(node, name, place)| format!("{} {name} {}", node.address(), place.line()))
            .collect();
        assert_eq!(
            found,
            [
                "aws_kms_key.k multi_region 18",
                "aws_kms_key.k  18",
                "data.aws_region.r  18",
                "data.aws_region.r name 3",
                "aws_kms_key.k  5",
                "aws_kms_key.k key_id 7",
                "aws_kms_key.k id 7",
            ]
        );
    }
}
