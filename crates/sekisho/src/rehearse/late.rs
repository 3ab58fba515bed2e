//! What comes too late: policies for which a pipeline does not wait, and directories that wait for each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sekisho_iac::{Configuration, Node, Order};

use super::{Note, unsupported};

/// What the types are called that a first execution must not miss.
pub(super) const LATE: &[&str] = &[
    "policy",
    "policies",
    "grant",
    "ownership_controls",
    "server_side_encryption",
];

/// Directories that read each other's states: here each is read by name, and Terraform reads a state as a whole.
pub(super) fn circles(configuration: &Configuration, directories: &[PathBuf]) -> Vec<Note> {
    let reads = |one: &PathBuf, other: &PathBuf| {
        let states = configuration.remote_states(one);
        let mut all = states.iter().flat_map(|(_, folders)| folders);
        all.any(|(_, folder)| folder == other)
    };
    let mut out = Vec::new();
    for (index, one) in directories.iter().enumerate() {
        for other in directories.iter().skip(index + 1) {
            if reads(one, other) && reads(other, one) {
                out.push(Note {
                    message: format!(
                        "{} and {} read each other's states: where neither has been applied yet, Terraform can apply neither. Apply what the other reads first, with -target, or break the circle",
                        one.display(),
                        other.display()
                    ),
                    place: None,
                });
            }
        }
    }
    out
}

/// How what stands beside `node` names `other`: by its address, or the module that it is in.
fn beside(node: &Node, other: &Node) -> String {
    let address = other.address();
    let Some(rest) = address.strip_prefix(&node.path) else {
        return address;
    };
    match rest
        .strip_prefix("module.")
        .and_then(|r| r.split('.').next())
    {
        Some(name) => format!("{}module.{name}", node.path),
        None => address,
    }
}

/// The path of the module, around a node, whose call stands where another node can be named.
fn called_beside<'c>(
    configuration: &'c Configuration,
    node: &'c Node,
    other: &Node,
) -> Option<&'c str> {
    let mut path: &'c str = &node.path;
    loop {
        let call = configuration.call_of(path)?;
        if other.path.starts_with(call.module) {
            return Some(path);
        }
        path = call.module;
    }
}

/// Policies that may decide about a pipeline, and objects that it reads, for which it does not wait: its first execution begins
/// with it.
pub(super) fn too_late(configuration: &Configuration, order: &Order) -> Vec<Note> {
    let mut out = Vec::new();
    let absent = configuration.absent();
    let directory = |node: &Node| node.path.split_once(':').map(|(label, _)| label.to_owned());
    for (index, node) in configuration.nodes.iter().enumerate() {
        if node.type_name != "aws_codepipeline" || absent.contains(&index) {
            continue;
        }
        let reach = order.reach(index);
        let read = configuration.read_by(node);
        let decides = unsupported::attached_to(configuration, &reach, true)
            .into_iter()
            .filter(|i| {
                let node = configuration.nodes.get(*i);
                node.is_some_and(|n| {
                    // What decides about calls is refused of a registry's policy: nothing of it is missed.
                    n.type_name != "aws_ecr_registry_policy"
                        && LATE.iter().any(|part| n.type_name.contains(part))
                })
            });
        let late: BTreeSet<usize> = decides.chain(read.iter().copied()).collect();
        let late = late
            .into_iter()
            .filter(|i| !reach.contains(i) && !order.reach(*i).contains(&index))
            .filter(|i| !absent.contains(i))
            .filter_map(|i| configuration.nodes.get(i));
        let (own, others): (Vec<&Node>, Vec<&Node>) =
            late.partition(|n| directory(n) == directory(node));
        // A module cannot name what stands outside of it: there its call has to wait.
        let (near, far): (Vec<&Node>, Vec<&Node>) = own
            .into_iter()
            .partition(|n| n.path.starts_with(&node.path));
        // By the module whose call stands beside what has to be waited for.
        let mut waits: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
        for late in far {
            let path = called_beside(configuration, node, late).unwrap_or(&node.path);
            waits.entry(path).or_default().push(late);
        }
        let mut groups = vec![(near, "add them to its depends_on".to_owned())];
        for (path, far) in waits {
            // What stands on the module itself cannot be waited for by its call.
            let within = |i: &usize| {
                let inner = configuration.nodes.get(*i);
                inner.is_some_and(|n| n.path.starts_with(path))
            };
            let circles = |late: &&Node| {
                let mut all = configuration.nodes.iter();
                let index = all.position(|n| std::ptr::eq(n, *late));
                !path.is_empty() && index.is_some_and(|i| order.reach(i).iter().any(within))
            };
            let (behind, far): (Vec<&Node>, Vec<&Node>) = far.into_iter().partition(circles);
            groups.push((behind, "they are made of what its module is, so that its depends_on would be a cycle: make the pipeline outside of that module, or start it again after the first apply".to_owned()));
            let wait = match configuration.call_of(path) {
                Some(call) => format!(
                    "add them to the depends_on of `module \"{}\"`, in which it is",
                    call.name
                ),
                None => "add them to its depends_on".to_owned(),
            };
            groups.push((far, wait));
        }
        groups.push((others, "apply their directory before this one".to_owned()));
        for (late, what) in groups {
            if late.is_empty() {
                continue;
            }
            // `depends_on` takes what stands in the same module: for a resource in another one, the call of that one.
            let mut names: Vec<String> = late.iter().map(|n| beside(node, n)).collect();
            names.sort();
            names.dedup();
            out.push(Note {
                message: format!(
                    "{} does not wait for {}: its first execution begins with it, and may find them missing; {what}",
                    node.address(),
                    names.join(", ")
                ),
                place: Some(node.place.clone()),
            });
        }
    }
    out
}
