//! What is not supported and matters to no pipeline.

use std::collections::BTreeSet;

use sekisho_iac::{Problem, without_keys};

use super::{Failure, Note, Run, unsupported};

impl Run<'_, '_> {
    /// Leaves out what is not supported and names its target as a text that nothing of a pipeline has.
    pub(super) fn leave_strangers_out(&mut self) {
        let failures = &self.applied.failures;
        if !failures.iter().any(|f| f.problem.is_unsupported()) || self.needed.is_empty() {
            return;
        }
        let sure = unsupported::needed(self.configuration, self.order, false);
        let nodes = self.configuration.nodes.iter().enumerate();
        let addresses: BTreeSet<String> = nodes
            .filter(|(i, _)| sure.contains(i))
            .map(|(_, n)| n.address())
            .collect();
        let values = self.state.values().iter();
        let said: String = values
            .filter(|(address, _)| addresses.contains(&without_keys(address)))
            .map(|(_, value)| value.to_json().to_string())
            .collect();
        let stranger = |failure: &Failure| {
            let node = self.configuration.node_at(&failure.address)?;
            let scopes = self.state.scopes(node).ok()?;
            let mut targets = scopes
                .iter()
                .flat_map(|(_, scope)| unsupported::targets(node, scope))
                .peekable();
            targets.peek()?;
            (!addresses.contains(&failure.address) && targets.all(|t| !said.contains(&t)))
                .then_some(())
        };
        let of_others = |f: &Failure| f.problem.is_unsupported() && stranger(f).is_some();
        let (left, kept): (Vec<Failure>, Vec<Failure>) = std::mem::take(&mut self.applied.failures)
            .into_iter()
            .partition(of_others);
        self.applied.failures = kept;
        let notes = left.into_iter().map(|f| left_out(&f.address, f.problem));
        self.applied.notes.extend(notes);
    }
}

/// That something could not be made, which matters to no pipeline.
pub(super) fn left_out(address: &str, problem: Problem) -> Note {
    Note {
        message: format!(
            "{address} was left out: {}; no pipeline depends on it",
            problem.message
        ),
        place: problem.place,
    }
}
