//! Every case of `cases/`: verdicts that were observed on AWS, and the rules, one by one, with their sources.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use sekisho_policy::case::Case;
use sekisho_policy::{Kind, Policy, evaluate, explain, is_public, validate, what_would_allow};
use serde_json::value::RawValue;

/// A file of cases; their texts as they are.
#[derive(serde::Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    cases: Vec<&'a RawValue>,
}

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else {
            out.push(path);
        }
    }
}

/// All cases with the file that they stand in.
fn cases() -> Vec<(PathBuf, Case)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut paths = Vec::new();
    files(&root, &mut paths);
    paths.sort();
    let mut out = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let file: File<'_> =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for case in file.cases {
            let case = Case::read(case.get(), 0)
                .unwrap_or_else(|e| panic!("{}: {case}: {e}", path.display()));
            let name = path.strip_prefix(&root).unwrap().to_owned();
            out.push((name, case));
        }
    }
    out
}

#[test]
fn every_case_holds() {
    let mut wrong = Vec::new();
    let mut stored: BTreeMap<String, usize> = BTreeMap::new();
    for (file, case) in cases() {
        let request = case.request();
        let decision = evaluate(&request, &case.policies, case.kind);
        let message = case.sentence(&decision);
        if let Some(difference) = case.difference(&decision, &message) {
            wrong.push(format!("{}: {}: {difference}", file.display(), case.name));
        }
        let refused = |w: &&String| w.contains(": AWS refuses this document: ");
        if case.warnings.iter().any(|w| refused(&w)) {
            *stored.entry(file.display().to_string()).or_default() += 1;
        }
        // The simulator was asked for such actions.
        let asked = |w: &String| w.contains("is not the name of an action");
        let asked = |w: &String| asked(w) && case.name.starts_with("simulator ");
        if case.warnings.iter().any(|w| !refused(&w) && !asked(w)) {
            wrong.push(format!(
                "{}: {}: {:?}",
                file.display(),
                case.name,
                case.warnings
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    let known = UNSTORED.iter().map(|(file, n)| ((*file).to_owned(), *n));
    assert_eq!(stored, known.collect());
}

/// How many cases of a file have a document that AWS would not store: the rule is about that.
const UNSTORED: &[(&str, usize)] = &[
    ("action/prefix-of-the-service.json", 1),
    ("boundary/effect.json", 1),
    ("condition/unreadable-numbers-and-dates.json", 8),
    ("deny/each-layer.json", 1),
    ("principal/group.json", 4),
    ("principal/strangers.json", 1),
    ("rcp/deny-only.json", 3),
    ("rcp/what-they-bind.json", 3),
    ("statement/default-deny.json", 2),
    ("variable/condition.json", 3),
];

#[test]
fn the_observed_cases_are_all_there() {
    let observed = cases()
        .iter()
        .filter(|(file, _)| file.to_string_lossy().starts_with("aws-observed"))
        .count();
    assert_eq!(observed, 860);
}

#[test]
fn every_case_expects_something_and_names_are_unique() {
    let mut seen = HashSet::new();
    for (file, case) in cases() {
        let expect = case
            .expect
            .as_ref()
            .unwrap_or_else(|| panic!("{}", case.name));
        assert!(expect.decision.is_some(), "{}", case.name);
        assert!(
            seen.insert((file.clone(), case.name.clone())),
            "{}: {}",
            file.display(),
            case.name
        );
    }
}

/// The explanation agrees with the decision, and the changes that are proposed are enough and all needed.
#[test]
fn explanations_and_changes_hold_for_every_case() {
    for (file, case) in cases() {
        let request = case.request();
        let explanation = explain(&request, &case.policies, case.kind);
        let decision = evaluate(&request, &case.policies, case.kind);
        assert_eq!(explanation.decision.outcome, decision.outcome);
        let changes = what_would_allow(&request, &case.policies, case.kind);
        let place = format!("{}: {}", file.display(), case.name);
        if decision.allowed() {
            assert!(changes.is_empty(), "{place}");
            continue;
        }
        // Managing a key from another account is beyond what policies can say, as is a root user with a role.
        let never = case.name.contains("never works");
        // What is added to a public policy leaves it public: its owner has to narrow what is there.
        let account = case.principal.account();
        let hopeless = never
            || (case.policies.restrict_public_buckets
                && account != case.resource_account.as_deref()
                && case
                    .policies
                    .resource
                    .as_ref()
                    .is_some_and(|p| is_public(&p.document)));
        assert_eq!(changes.is_empty(), hopeless, "{place}");
        if hopeless {
            continue;
        }
        let allowed = |changes: &[_]| {
            let changed = sekisho_policy::apply(&case.policies, changes);
            evaluate(&request, &changed, case.kind).allowed()
        };
        assert!(allowed(&changes), "{place}: {changes:?}");
        for index in 0..changes.len() {
            let mut fewer = changes.clone();
            fewer.remove(index);
            assert!(!allowed(&fewer), "{place}: {index} is not needed");
        }
    }
}

/// What AWS decided by, it had stored: none of these documents may be refused.
#[test]
fn what_aws_stored_is_taken() {
    let mut refused = Vec::new();
    let mut taken = 0;
    for (file, case) in cases() {
        let name = file.to_str().unwrap();
        if !name.starts_with("aws-observed") && !name.starts_with("recorded") {
            continue;
        }
        let p = &case.policies;
        let of = |kind: Kind| move |policy: &Policy| (kind, policy.clone());
        let resource = match case.request().action.split(':').next().unwrap() {
            "kms" => Some(Kind::Key),
            "s3" => Some(Kind::Bucket),
            "sts" => Some(Kind::Trust),
            "ecr" => Some(Kind::Repository),
            _ => None,
        };
        let mut all: Vec<(Kind, Policy)> = p.identity.iter().map(of(Kind::Identity)).collect();
        all.extend(p.boundary.iter().map(of(Kind::Identity)));
        all.extend(p.session.iter().flatten().map(of(Kind::Session)));
        all.extend(p.scp.iter().flatten().map(of(Kind::ServiceControl)));
        // The one that allows everything is AWS's own.
        let theirs = p.rcp.iter().flatten();
        let theirs = theirs.filter(|p| !p.document.text.contains("\"Allow\""));
        all.extend(theirs.map(of(Kind::ResourceControl)));
        all.extend(resource.and_then(|kind| p.resource.as_ref().map(of(kind))));
        taken += all.len();
        for (kind, policy) in all {
            if let Err(error) = validate(&policy.document.text, kind) {
                refused.push(format!(
                    "{}: {kind:?}: {error}: {}",
                    case.name, policy.document.text
                ));
            }
        }
    }
    assert!(taken > 800, "{taken}");
    assert!(
        refused.is_empty(),
        "{} refused:\n{}",
        refused.len(),
        refused.join("\n")
    );
}

/// The numbers in the texts about the cases are theirs.
#[test]
fn the_numbers_of_cases_are_as_they_are_said() {
    let (mut observed, mut recorded, mut own) = (0, 0, 0);
    for (file, _) in cases() {
        let name = file.display().to_string();
        if name.starts_with("aws-observed") {
            observed += 1;
        } else if name.starts_with("recorded") {
            recorded += 1;
        } else {
            own += 1;
        }
    }
    let number = |n: usize| match n {
        0..1_000 => n.to_string(),
        _ => format!("{},{:03}", n / 1_000, n % 1_000),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let says = |path: &str, words: String| {
        let text = std::fs::read_to_string(root.join(path)).unwrap();
        assert!(text.contains(&words), "{path} does not say {words}");
    };
    says(
        "README.md",
        format!("{} verdicts recorded on AWS", number(observed)),
    );
    says("README.md", format!("{} more recordings", number(recorded)));
    says(
        "README.md",
        format!("{} more, one rule a file", number(own)),
    );
    says(
        "../../README.md",
        format!("all {} verdicts", number(observed + recorded)),
    );
}
