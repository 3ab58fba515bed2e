//! A configuration without some of its blocks: for a program that would make them otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::Attribute;

use crate::Source;
use crate::config::Configuration;
use crate::module::Module;

impl Configuration {
    /// Where the nodes `left` stand, and what refers to them where nothing may be said instead: what waits for them, what
    /// holds them to a condition, and checks, which only warn. Files and bytes.
    #[must_use]
    pub fn blocks(&self, left: &BTreeSet<usize>) -> BTreeMap<PathBuf, BTreeSet<(usize, usize)>> {
        let mut out: BTreeMap<PathBuf, BTreeSet<(usize, usize)>> = BTreeMap::new();
        if left.is_empty() {
            return out;
        }
        let mut add = |source: &Arc<Source>, range: Range<usize>| {
            let (file, start) = source.part(range.start);
            let own = (range.start - start, range.end.saturating_sub(start));
            out.entry(PathBuf::from(&file.path))
                .or_default()
                .insert(own);
        };
        for node in left.iter().filter_map(|i| self.nodes.get(*i)) {
            add(&node.place.source, node.place.offset..node.end);
        }
        let kept = self.nodes.iter().enumerate();
        for (_, node) in kept.filter(|(i, _)| !left.contains(i)) {
            if let Some(attribute) = node.body.get_attribute("depends_on") {
                let source = &node.place.source;
                for range in self.elements(&attribute.value, source, node.module, left) {
                    add(source, range);
                }
            }
        }
        for (index, module) in self.modules.iter().enumerate().filter(|(_, m)| !m.given) {
            for (source, check) in &module.checks {
                if let Some(range) = check.span() {
                    add(source, range);
                }
            }
            for output in module.outputs.values() {
                let waits = output.depends_on.iter();
                for range in waits.flat_map(|e| self.elements(e, &output.source, index, left)) {
                    add(&output.source, range);
                }
                for block in &output.preconditions {
                    let mut conditions = block.body.attributes();
                    let gone =
                        conditions.any(|a| !self.found_in(&a.value, index).is_disjoint(left));
                    if let Some(range) = block.span().filter(|_| gone) {
                        add(&output.source, range);
                    }
                }
            }
            let Some((caller, call)) = &module.call else {
                continue;
            };
            if let Some(attribute) = call.body.get_attribute("depends_on") {
                let source = &call.place.source;
                for range in self.elements(&attribute.value, source, *caller, left) {
                    add(source, range);
                }
            }
        }
        out
    }

    /// The elements of a list that refer to nothing but what is `left`, each with the comma behind it.
    fn elements(
        &self,
        list: &Expression,
        source: &Arc<Source>,
        module: usize,
        left: &BTreeSet<usize>,
    ) -> Vec<Range<usize>> {
        let Expression::Array(items) = list else {
            return Vec::new();
        };
        let gone = |item: &&Expression| {
            let found = self.found_in(item, module);
            !found.is_empty() && found.is_subset(left)
        };
        let ranges = items.iter().filter(gone).filter_map(|item| item.span());
        let with_comma = ranges.map(|range| {
            let behind = source.text.get(range.end..).unwrap_or_default();
            let blank = behind.len() - behind.trim_start().len();
            match behind.trim_start().starts_with(',') {
                true => range.start..range.end + blank + 1,
                false => range,
            }
        });
        with_comma.collect()
    }

    /// What override files have to say where the nodes `left` are taken away: what is named after them is null. By folder.
    #[must_use]
    pub fn without(&self, left: &BTreeSet<usize>) -> BTreeMap<PathBuf, String> {
        // Modules that are called several times share their files, and so what is said of them.
        let mut said: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
        let gone = |expression: &Expression, module: usize| {
            let found = self.found_in(expression, module);
            !found.is_disjoint(left)
        };
        for (index, module) in self.modules.iter().enumerate().filter(|(_, m)| !m.given) {
            let mut add = |module: &Module, text: String| {
                said.entry(module.folder.clone()).or_default().insert(text);
            };
            for (name, (_, expression)) in &module.locals {
                if gone(expression, index) {
                    add(module, format!("locals {{\n  {name} = null\n}}\n"));
                }
            }
            for (name, output) in &module.outputs {
                if gone(&output.value, index) {
                    add(
                        module,
                        format!("output \"{name}\" {{\n  value = null\n}}\n"),
                    );
                }
            }
            let Some((caller, call)) = &module.call else {
                continue;
            };
            let Some(outer) = self.modules.get(*caller) else {
                continue;
            };
            let mut lines = String::new();
            let meta = |a: &&Attribute| {
                !matches!(
                    a.key.as_str(),
                    "source" | "version" | "providers" | "depends_on"
                )
            };
            for attribute in call.body.attributes().filter(meta) {
                if gone(&attribute.value, *caller) {
                    let line = match attribute.key.as_str() {
                        "for_each" => "for_each = {}".to_owned(),
                        "count" => "count = 0".to_owned(),
                        name => {
                            let variable = module.variables.get(name);
                            if variable.is_some_and(|v| !v.nullable) {
                                let nullable = "  nullable = true\n";
                                add(module, format!("variable \"{name}\" {{\n{nullable}}}\n"));
                            }
                            format!("{name} = null")
                        }
                    };
                    let _ = writeln!(lines, "  {line}");
                }
            }
            if !lines.is_empty() {
                add(outer, format!("module \"{}\" {{\n{lines}}}\n", call.name));
            }
        }
        let text = |texts: BTreeSet<String>| texts.into_iter().collect::<String>();
        said.into_iter().map(|(k, v)| (k, text(v))).collect()
    }
}
