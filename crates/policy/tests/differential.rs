//! The evaluator against the reference, on documents and requests made of few parts, so that near misses are common.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod reference;

use proptest::prelude::*;
use reference::Layers;
use reference::agree::{Scene, disagreement};
use reference::generate::{layers, policies, question, statement};
use sekisho_policy::{
    Change, Document, Outcome, RequirementEffect, apply, details, effect_of, explain,
    what_would_allow,
};
use serde_json::Value;

/// `PROPTEST_CASES`, else as many as take two seconds.
fn tries() -> u32 {
    let usual = ProptestConfig::default().cases;
    if usual == 256 { 2_000 } else { usual }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(), max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Verdict and gate are those of the reference.
    #[test]
    fn agrees_with_the_reference(question in question(), layers in layers()) {
        prop_assert_eq!(disagreement(&question, &layers), None);
    }

    /// What is proposed is enough, all of it is needed, and no Allow is proposed where a Deny stands in the way
    /// without that Deny being named; reading back what is written decides the same; the explanation agrees.
    #[test]
    fn counterfactuals_and_rendering(question in question(), layers in layers()) {
        let scene = Scene::new(&question, &layers);
        let decision = scene.decide();
        let explained = explain(&scene.request(), &scene.policies, scene.kind).decision.outcome;
        prop_assert_eq!(explained, decision.outcome);
        let changes = what_would_allow(&scene.request(), &scene.policies, scene.kind);
        if reference::beyond(&question, &layers) {
            prop_assert!(!decision.allowed() && changes.is_empty(), "{:?}", changes);
            return Ok(());
        }
        prop_assert_eq!(changes.is_empty(), decision.allowed());
        let after = |changes: &[Change]| scene.decide_under(&apply(&scene.policies, changes));
        prop_assert!(after(&changes).allowed(), "{:?}", changes);
        for index in 0..changes.len() {
            let mut fewer = changes.clone();
            fewer.remove(index);
            prop_assert!(!after(&fewer).allowed(), "{:?}", changes);
        }
        if decision.outcome == Outcome::ExplicitDeny {
            let relaxes = changes.iter().any(|c| matches!(c, Change::Relax { .. }));
            prop_assert!(relaxes, "{:?}", changes);
        }
        let rendered = policies(&Layers {
            identity: layers.identity.iter().map(again).collect(),
            boundary: layers.boundary.as_ref().map(again),
            session: layers.session.as_ref().map(|l| l.iter().map(again).collect()),
            resource: layers.resource.as_ref().map(again),
            scp: layers.scp.iter().map(|l| l.iter().map(again).collect()).collect(),
            rcp: layers.rcp.iter().map(|l| l.iter().map(again).collect()).collect(),
            endpoint: layers.endpoint.as_ref().map(again),
            grants: layers.grants.clone(),
        });
        let twice = scene.decide_under(&rendered);
        prop_assert_eq!((twice.outcome, twice.gate), (decision.outcome, decision.gate));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(), max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is told of a decision, requirement by requirement, is about that decision: an explicit denial has one that denies,
    /// an implicit one has one that lacks and none that denies, and who is allowed lacks nothing (IAM Toolbox API reference,
    /// `Evaluation`). The statements that are said to have matched are of the effect that the requirement has.
    #[test]
    fn requirements_say_what_was_decided(question in question(), layers in layers()) {
        let scene = Scene::new(&question, &layers);
        let decision = scene.decide();
        let told = details(&scene.request(), &scene.policies, scene.kind);
        prop_assert_eq!(told.decision.outcome, decision.outcome);
        let some = |effect| told.requirements.iter().any(|r| r.effect == effect);
        let all = (some(RequirementEffect::ExplicitDeny), some(RequirementEffect::ImplicitDeny));
        match decision.outcome {
            Outcome::Allow => prop_assert_eq!(all, (false, false), "{:?}", told.requirements),
            Outcome::ImplicitDeny => prop_assert_eq!(all, (false, true), "{:?}", told.requirements),
            Outcome::ExplicitDeny => prop_assert!(all.0, "{:?}", told.requirements),
        }
        for requirement in &told.requirements {
            for (policy, statements) in &requirement.matched {
                let policy = &told.policies[*policy];
                prop_assert_eq!((policy.gate, policy.level), (requirement.gate, requirement.level));
                prop_assert!(statements.iter().all(|s| effect_of(&policy.policy, *s).is_some()));
            }
        }
    }
}

/// The documents of some layers, each with whether it names principals.
fn documents(layers: &mut Layers) -> Vec<(&mut Value, bool)> {
    let plain = layers.identity.iter_mut().chain(&mut layers.boundary);
    let plain = plain.chain(layers.session.iter_mut().flatten());
    let plain = plain.chain(layers.scp.iter_mut().flatten());
    let naming = layers.resource.iter_mut().chain(&mut layers.endpoint);
    let naming = naming.chain(layers.rcp.iter_mut().flatten());
    let plain = plain.map(|d| (d, false));
    plain.chain(naming.map(|d| (d, true))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: tries(), max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A Deny more never allows, an Allow more never denies, in whatever document; and the order of statements decides
    /// nothing.
    #[test]
    fn more_denies_and_allows(
        question in question(),
        layers in layers(),
        at in any::<prop::sample::Index>(),
        plain in statement(false),
        naming in statement(true),
    ) {
        let before = Scene::new(&question, &layers).decide();
        let mut more = layers.clone();
        let mut all = documents(&mut more);
        if !all.is_empty() {
            let index = at.index(all.len());
            let (document, names) = &mut all[index];
            let statement = if *names { naming } else { plain };
            let denies = statement["Effect"] == "Deny";
            document["Statement"].as_array_mut().unwrap().push(statement);
            let after = Scene::new(&question, &more).decide();
            let law = if denies { !after.allowed() || before.allowed() } else { after.allowed() || !before.allowed() };
            prop_assert!(law, "{:?} after {:?}", after.outcome, before.outcome);
            prop_assert!(denies || after.outcome != Outcome::ExplicitDeny || before.outcome == Outcome::ExplicitDeny);
        }
        let mut turned = layers.clone();
        for (document, _) in documents(&mut turned) {
            document["Statement"].as_array_mut().unwrap().reverse();
        }
        let after = Scene::new(&question, &turned).decide();
        prop_assert_eq!((after.outcome, after.gate), (before.outcome, before.gate));
    }
}

/// A document, read and written.
fn again(document: &Value) -> Value {
    let read: Document = document.to_string().parse().unwrap();
    serde_json::from_str(&read.to_string()).unwrap()
}
