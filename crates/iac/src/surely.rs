//! What a block names whatever its variables say: outside of conditions and repetitions.

use hcl_edit::Span as _;
use hcl_edit::expr::{Conditional, ForExpr, FuncCall, Traversal};
use hcl_edit::structure::Block;
use hcl_edit::template::{ForDirective, IfDirective};
use hcl_edit::visit::{Visit, visit_block, visit_func_call, visit_traversal};

use crate::block::Node;

impl Node {
    /// Whether the block names `instance` (`aws_s3_bucket.this["artifacts"]`) in a place that is always worked out, so that it fails
    /// where the instance is not there.
    #[must_use]
    pub fn names_surely(&self, instance: &str) -> bool {
        let mut names = Names {
            text: &self.place.source.text,
            instance,
            found: false,
        };
        names.visit_body(&self.body);
        names.found
    }
}

struct Names<'s> {
    text: &'s str,
    instance: &'s str,
    found: bool,
}

impl Visit for Names<'_> {
    fn visit_traversal(&mut self, node: &Traversal) {
        let written = node.span().and_then(|span| self.text.get(span));
        let rest = written.and_then(|w| w.trim_start().strip_prefix(self.instance));
        self.found |= rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
        visit_traversal(self, node);
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        if !["can", "try"].contains(&node.name.name.as_str()) {
            visit_func_call(self, node);
        }
    }

    fn visit_block(&mut self, node: &Block) {
        if node.ident.as_str() != "dynamic" {
            visit_block(self, node);
        }
    }

    fn visit_conditional(&mut self, _: &Conditional) {}

    fn visit_for_expr(&mut self, _: &ForExpr) {}

    fn visit_if_directive(&mut self, _: &IfDirective) {}

    fn visit_for_directive(&mut self, _: &ForDirective) {}
}

#[cfg(test)]
mod tests {
    use crate::{Configuration, Reading};

    #[test]
    fn only_what_is_always_worked_out() {
        let surely = |argument: &str| {
            let folder = tempfile::tempdir().unwrap();
            let text = format!(
                "resource \"aws_s3_bucket_policy\" \"p\" {{\n{argument}\n}}\nresource \"aws_s3_bucket\" \"b\" {{\n for_each = toset([\"a\"])\n}}\nvariable \"x\" {{\n default = true\n}}\nvariable \"y\" {{\n default = []\n}}\n"
            );
            std::fs::write(folder.path().join("main.tf"), text).unwrap();
            let config = Configuration::read(&Reading::of(folder.path())).unwrap();
            config.nodes[0].names_surely("aws_s3_bucket.b[\"a\"]")
        };
        for named in [
            r#"bucket = aws_s3_bucket.b["a"].id"#,
            r#"policy = "${aws_s3_bucket.b["a"].arn}/*""#,
            r#"policy = jsonencode({ Resource = [aws_s3_bucket.b["a"].arn] })"#,
            "artifact_store {\n location = aws_s3_bucket.b[\"a\"].bucket\n}",
        ] {
            assert!(surely(named), "{named}");
        }
        for open in [
            r#"bucket = aws_s3_bucket.b["b"].id"#,
            r#"bucket = aws_s3_bucket.b["ab"].id"#,
            r#"bucket = "aws_s3_bucket.b[\"a\"].id""#,
            r#"bucket = var.x ? aws_s3_bucket.b["a"].id : """#,
            r#"bucket = try(aws_s3_bucket.b["a"].id, "")"#,
            r#"policy = [for x in var.y : aws_s3_bucket.b["a"].id]"#,
            r#"policy = "%{ if var.x }${aws_s3_bucket.b["a"].id}%{ endif }""#,
            "dynamic \"statement\" {\n for_each = []\n content {\n a = aws_s3_bucket.b[\"a\"].id\n }\n}",
        ] {
            assert!(!surely(open), "{open}");
        }
    }
}
