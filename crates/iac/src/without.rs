//! A configuration without some of its blocks: for a program that would make them otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use hcl_edit::expr::Expression;
use hcl_edit::structure::Attribute;

use crate::config::Configuration;
use crate::module::Module;

impl Configuration {
    /// Where the nodes `left` stand: files and bytes.
    #[must_use]
    pub fn blocks(&self, left: &BTreeSet<usize>) -> BTreeMap<PathBuf, BTreeSet<(usize, usize)>> {
        let mut out: BTreeMap<PathBuf, BTreeSet<(usize, usize)>> = BTreeMap::new();
        for node in left.iter().filter_map(|i| self.nodes.get(*i)) {
            let (file, start) = node.place.source.part(node.place.offset);
            let own = (node.place.offset - start, node.end.saturating_sub(start));
            out.entry(PathBuf::from(&file.path))
                .or_default()
                .insert(own);
        }
        out
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
                        name => format!("{name} = null"),
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
