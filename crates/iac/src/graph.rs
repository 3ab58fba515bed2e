//! The order in which resources are made: each after what it refers to.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::structure::Structure;

use crate::config::Configuration;
use crate::module::Call;
use crate::references;
use crate::{Node, NodeKind, Problem};

/// The nodes in the order in which they are made, and what each refers to.
#[derive(Debug)]
pub struct Order {
    /// Indices of nodes, each behind those that it depends on; otherwise in the order of the files, pipelines last.
    pub nodes: Vec<usize>,
    /// By index: the nodes that it refers to.
    pub needs: Vec<BTreeSet<usize>>,
    /// The same without those that it only waits for, by `depends_on`.
    pub reads: Vec<BTreeSet<usize>>,
}

impl Order {
    /// The nodes that `from` refers to, and those that these refer to, and so on; `from` among them.
    #[must_use]
    pub fn reach(&self, from: usize) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(index) = open.pop() {
            if seen.insert(index) {
                open.extend(self.needs.get(index).into_iter().flatten());
            }
        }
        seen
    }
}

/// Finds what one node refers to.
struct Search<'c> {
    config: &'c Configuration,
    addresses: &'c BTreeMap<String, usize>,
    /// Nodes of each module and of those that it calls.
    below: &'c BTreeMap<usize, Vec<usize>>,
    found: BTreeSet<usize>,
    seen: BTreeSet<(usize, String)>,
    /// Whether what is only waited for counts.
    waits: bool,
    /// Whether it is about the order alone, and not about what a value is made of.
    ordered: bool,
    /// Whether a variable of a directory is among the names, which another run may set otherwise.
    asks: bool,
}

impl Configuration {
    pub(crate) fn addresses(&self) -> &BTreeMap<String, usize> {
        self.addresses.get_or_init(|| {
            let nodes = self.nodes.iter().enumerate();
            nodes.map(|(i, n)| (n.address(), i)).collect()
        })
    }

    /// The node at an address.
    #[must_use]
    pub fn node_at(&self, address: &str) -> Option<&Node> {
        self.nodes.get(self.index_of(address)?)
    }

    /// Which of the nodes is at an address.
    #[must_use]
    pub fn index_of(&self, address: &str) -> Option<usize> {
        self.addresses().get(address).copied()
    }

    /// The nodes that one argument of `node` refers to.
    #[must_use]
    pub fn refers(&self, node: &Node, argument: &str) -> BTreeSet<usize> {
        let attribute = node.body.get_attribute(argument);
        attribute
            .map(|a| self.found_in(&a.value, node.module))
            .unwrap_or_default()
    }

    /// The nodes on which it depends how often `node` is there: by its own `count` or `for_each`, and those of its modules.
    #[must_use]
    pub fn repeated_by(&self, node: &Node) -> BTreeSet<usize> {
        let names = ["count", "for_each"];
        let mut out: BTreeSet<usize> = names
            .iter()
            .flat_map(|name| self.refers(node, name))
            .collect();
        let mut module = self.modules.get(node.module);
        while let Some((caller, call)) = module.and_then(|m| m.call.as_ref()) {
            let own = names
                .iter()
                .filter_map(|name| call.body.get_attribute(name));
            out.extend(own.flat_map(|a| self.found_in(&a.value, *caller)));
            module = self.modules.get(*caller);
        }
        out
    }

    /// Whether it depends on the variables of a directory how often `node` is there.
    #[must_use]
    pub fn repeated_as_asked(&self, node: &Node) -> bool {
        self.repeats_as_asked(&node.body, node.module)
    }

    /// The modules called in the one with this path (`module.m`) of which it depends on the variables of a directory how often
    /// they are there.
    #[must_use]
    pub fn calls_as_asked(&self, path: &str) -> Vec<String> {
        let calls = self.modules.iter().filter_map(|m| m.call.as_ref());
        let own = calls.filter(|(caller, call)| {
            let caller_path = self.modules.get(*caller).map(|m| m.path.as_str());
            caller_path == Some(path) && self.repeats_as_asked(&call.body, *caller)
        });
        own.map(|(_, call)| format!("module.{}", call.name))
            .collect()
    }

    /// The variables of the module with this path that hold as many elements as whoever applies it says.
    #[must_use]
    pub fn collections_as_asked(&self, path: &str) -> Vec<String> {
        let mut modules = self.modules.iter().enumerate();
        let Some((_, module)) = modules.find(|(_, m)| m.path == path) else {
            return Vec::new();
        };
        let asked = |name: &str| {
            let Some((caller, call)) = &module.call else {
                return true;
            };
            let below = BTreeMap::new();
            let mut search = Search::new(self, &below, true);
            if let Some(attribute) = call.body.get_attribute(name) {
                search.expression(&attribute.value, *caller);
            }
            search.asks
        };
        let variables = module.variables.iter();
        let open = variables.filter(|(_, v)| v.constraint.is_collection());
        open.filter(|(name, _)| asked(name))
            .map(|(name, _)| format!("var.{name}"))
            .collect()
    }

    /// How many elements a variable has that is a list, where one module alone has a variable of this name, and that once.
    #[must_use]
    pub fn length_of(&self, variable: &str) -> Option<usize> {
        let modules = self.modules.iter().enumerate();
        let mut having = modules.filter(|(_, m)| m.variables.contains_key(variable));
        let (index, _) = having.next()?;
        let state = crate::State::new(self);
        let instances = state.instances(index).ok()?;
        let [instance] = instances.as_slice() else {
            return None;
        };
        let value = state.scope(*instance).variable(variable).ok()?;
        let list = matches!(value, crate::Value::List(..) | crate::Value::Tuple(_));
        let length = value.as_items().filter(|_| list)?.len();
        having.next().is_none().then_some(length)
    }

    /// Whether a provider block of the module with this path names something as it is written here, and asks for nothing first.
    #[must_use]
    pub fn provider_names(&self, path: &str, name: &str) -> bool {
        let module = self.modules.iter().find(|m| m.path == path);
        let blocks = module.into_iter().flat_map(|m| &m.providers);
        let mut texts =
            blocks.filter_map(|(_, source, block)| source.text.get(hcl_edit::Span::span(block)?));
        texts.any(|text| text.contains(name) && !text.contains('?'))
    }

    fn repeats_as_asked(&self, body: &hcl_edit::structure::Body, module: usize) -> bool {
        let below = BTreeMap::new();
        let mut search = Search::new(self, &below, true);
        for name in ["count", "for_each"] {
            if let Some(attribute) = body.get_attribute(name) {
                search.expression(&attribute.value, module);
            }
        }
        search.called(module);
        search.asks
    }

    /// The nodes that an expression in a module refers to, through whatever names lie between.
    pub(crate) fn found_in(
        &self,
        expression: &hcl_edit::expr::Expression,
        module: usize,
    ) -> BTreeSet<usize> {
        let below = BTreeMap::new();
        let mut search = Search::new(self, &below, true);
        search.expression(expression, module);
        search.found
    }

    /// The nodes that an expression refers to in the module with this path, through whatever names lie between; none, of
    /// what is no expression.
    #[must_use]
    pub fn named(&self, module: &str, expression: &str) -> BTreeSet<usize> {
        let module = self.modules.iter().position(|m| m.path == module);
        let expression = expression.parse::<hcl_edit::expr::Expression>().ok();
        let found = expression.map(|e| self.found_in(&e, module.unwrap_or(usize::MAX)));
        found.unwrap_or_default()
    }

    /// What refers to what.
    ///
    /// # Errors
    /// A cycle.
    pub fn order(&self) -> Result<Order, Vec<Problem>> {
        let mut below: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let mut module = Some(node.module);
            while let Some(at) = module {
                below.entry(at).or_default().push(index);
                let called = self.modules.get(at).and_then(|m| m.call.as_ref());
                module = called.map(|(caller, _)| *caller);
            }
        }
        let found = |waits: bool| {
            let of = self.nodes.iter().map(|node| {
                let mut search = Search::new(self, &below, waits);
                search.ordered = waits;
                search.node(node);
                search.found
            });
            of.collect()
        };
        self.sorted(found(true), found(false))
    }

    fn sorted(
        &self,
        needs: Vec<BTreeSet<usize>>,
        reads: Vec<BTreeSet<usize>>,
    ) -> Result<Order, Vec<Problem>> {
        let mut waits: Vec<usize> = needs.iter().map(BTreeSet::len).collect();
        let mut behind: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
        for (index, found) in needs.iter().enumerate() {
            for other in found {
                if let Some(list) = behind.get_mut(*other) {
                    list.push(index);
                }
            }
        }
        // Pipelines come last: the provider tries again until the role policies are there, which a pipeline need not
        // name.
        let place = |index: usize| {
            let node = self.nodes.get(index);
            (
                node.is_some_and(|n| n.type_name == "aws_codepipeline"),
                index,
            )
        };
        let ready = waits.iter().enumerate().filter(|(_, n)| **n == 0);
        let mut ready: BTreeSet<(bool, usize)> = ready.map(|(i, _)| place(i)).collect();
        let mut order = Vec::new();
        while let Some((_, index)) = ready.pop_first() {
            order.push(index);
            for next in behind.get(index).into_iter().flatten() {
                if let Some(count) = waits.get_mut(*next) {
                    *count -= 1;
                    if *count == 0 {
                        ready.insert(place(*next));
                    }
                }
            }
        }
        if order.len() == self.nodes.len() {
            return Ok(Order {
                nodes: order,
                needs,
                reads,
            });
        }
        // What only stands on a circle is not in it.
        let all = Order {
            nodes: Vec::new(),
            needs,
            reads,
        };
        let circles = |index: usize| {
            let needs = all.needs.get(index).into_iter().flatten();
            needs.copied().any(|need| all.reach(need).contains(&index))
        };
        let nodes = self.nodes.iter().enumerate();
        let cycle: Vec<_> = nodes
            .filter(|(i, _)| !order.contains(i) && circles(*i))
            .map(|(_, n)| n)
            .collect();
        let names: Vec<String> = cycle.iter().map(|n| n.address()).collect();
        let message = match names.as_slice() {
            [one] => format!("{one} depends on itself, by what it refers to or waits for"),
            all => format!("these depend on each other: {}", all.join(", ")),
        };
        let first = cycle.first().map(|n| Problem::at(&n.place, message));
        Err(first.into_iter().collect())
    }
}

impl<'c> Search<'c> {
    fn new(config: &'c Configuration, below: &'c BTreeMap<usize, Vec<usize>>, waits: bool) -> Self {
        Self {
            config,
            addresses: config.addresses(),
            below,
            found: BTreeSet::new(),
            seen: BTreeSet::new(),
            waits,
            ordered: false,
            asks: false,
        }
    }

    fn node(&mut self, node: &Node) {
        for structure in &node.body {
            let paths = match structure {
                Structure::Attribute(a) if a.key.as_str() == "depends_on" => Vec::new(),
                Structure::Attribute(a) => references::of_expression(&a.value),
                // These come behind it, and may name it.
                Structure::Block(block)
                    if matches!(block.ident.as_str(), "provisioner" | "connection") =>
                {
                    let all = references::of_body(&block.body).into_iter();
                    let own = [&*node.type_name, &*node.name];
                    all.filter(|path| !path.iter().take(2).eq(own.iter()))
                        .collect()
                }
                Structure::Block(block) => references::of_body(&block.body),
            };
            for path in paths {
                self.path(&path, node.module);
            }
        }
        if let Some(attribute) = node.body.get_attribute("depends_on") {
            self.depends_on(&attribute.value, node.module);
        }
        for (_, root) in self.config.remote(node) {
            match self.config.read_of(node) {
                Some(names) => names.iter().for_each(|name| self.output(root, name)),
                None => self.outputs(root),
            }
        }
        self.called(node.module);
    }

    /// How often a module is there, and what it waits for, and those that call it.
    fn called(&mut self, module: usize) {
        let mut module = self.config.modules.get(module);
        while let Some((caller, call)) = module.and_then(|m| m.call.as_ref()) {
            self.call(*caller, call, true);
            module = self.config.modules.get(*caller);
        }
    }

    fn call(&mut self, caller: usize, call: &Call, waits: bool) {
        for name in ["count", "for_each"] {
            if let Some(attribute) = call.body.get_attribute(name) {
                self.expression(&attribute.value, caller);
            }
        }
        if let Some(attribute) = call.body.get_attribute("depends_on").filter(|_| waits) {
            self.depends_on(&attribute.value, caller);
        }
    }

    fn expression(&mut self, expression: &hcl_edit::expr::Expression, module: usize) {
        for path in references::of_expression(expression) {
            self.path(&path, module);
        }
    }

    /// In `depends_on` a module means everything in it.
    fn depends_on(&mut self, expression: &hcl_edit::expr::Expression, module: usize) {
        if !self.waits {
            return;
        }
        // Addresses in quotes are taken as well, as Terraform's old language had them.
        let list = match expression {
            hcl_edit::expr::Expression::Array(list) => Some(list),
            _ => None,
        };
        let elements = list.into_iter().flat_map(hcl_edit::expr::Array::iter);
        let quoted = elements.filter_map(hcl_edit::expr::Expression::as_str);
        let quoted = quoted.map(|text| text.split('.').map(str::to_owned).collect());
        let paths = references::of_expression(expression).into_iter();
        for path in paths.chain(quoted) {
            if let [root, name] = path.as_slice()
                && root == "module"
            {
                let own = self.config.modules.get(module);
                let child = own.and_then(|m| m.children.get(name));
                let all = child.and_then(|c| self.below.get(c));
                self.found.extend(all.into_iter().flatten());
            } else {
                self.path(&path, module);
            }
        }
    }

    fn outputs(&mut self, module: usize) {
        let names = self.config.modules.get(module).map(|m| m.outputs.keys());
        for name in names.into_iter().flatten() {
            self.output(module, name);
        }
    }

    fn output(&mut self, module: usize, name: &str) {
        if !self.seen.insert((module, format!("output.{name}"))) {
            return;
        }
        let own = self.config.modules.get(module);
        if let Some(output) = own.and_then(|m| m.outputs.get(name)) {
            self.expression(&output.value, module);
            if let Some(depends_on) = &output.depends_on {
                self.depends_on(depends_on, module);
            }
        }
    }

    fn path(&mut self, path: &[String], module: usize) {
        let Some(own) = self.config.modules.get(module) else {
            return;
        };
        let address = match path {
            [root, kind, name, ..] if matches!(&**root, "data" | "ephemeral") => {
                format!("{root}.{kind}.{name}")
            }
            [root, name, ..] if root == "local" => {
                if let Some((_, expression)) = own.locals.get(name)
                    && self.seen.insert((module, format!("local.{name}")))
                {
                    self.expression(expression, module);
                }
                return;
            }
            [root, name, ..] if root == "var" => {
                self.asks |= own.call.is_none();
                if let Some((caller, call)) = &own.call
                    && let Some(attribute) = call.body.get_attribute(name)
                    && self.seen.insert((module, format!("var.{name}")))
                {
                    self.expression(&attribute.value, *caller);
                }
                return;
            }
            [root, name, rest @ ..] if root == "module" => {
                let Some(child) = own.children.get(name).copied() else {
                    return;
                };
                match rest {
                    [output, ..] => self.output(child, output),
                    [] => self.outputs(child),
                }
                let called = self.config.modules.get(child);
                if let Some((_, call)) = called.and_then(|m| m.call.as_ref()) {
                    // None of its outputs is there before all that it waits for, be it of nothing that this is made of.
                    self.call(module, call, self.ordered);
                }
                return;
            }
            [root, name, ..] => format!("{root}.{name}"),
            _ => return,
        };
        // Names that are no resource: each, path, providers, what `for` names. What nothing declares was said before.
        if let Some(index) = self.addresses.get(&format!("{}{address}", own.path)) {
            self.found.insert(*index);
        }
    }
}

impl Node {
    /// Whether it has the argument.
    #[must_use]
    pub fn has(&self, argument: &str) -> bool {
        self.body.has_attribute(argument)
    }

    /// Whether nothing is made of it: it is read, as a data source or an ephemeral resource.
    #[must_use]
    pub fn is_data(&self) -> bool {
        self.kind != NodeKind::Resource
    }
}
