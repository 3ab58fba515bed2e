//! The outcome as JUnit's XML, which CI systems show as tests: one for each action, one for each resource that was not
//! made.

use sekisho_codepipeline::is_run;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use sekisho_iac::Problem;
use sekisho_pipeline::ActionStatus;

use super::{Completion, Fix, Outcome, verdict};

/// The outcome as one document.
pub(super) fn document(
    outcome: &Outcome,
    completion: Option<&Completion>,
    fix: Option<&Fix>,
) -> String {
    let mut suites = String::new();
    let mut names = BTreeMap::new();
    let (mut tests, mut failures) = (0, 0);
    for run in &outcome.pipelines {
        let (mut cases, mut count, mut failed, mut skipped) = (String::new(), 0, 0, 0);
        let stages = run.execution.iter().flat_map(|e| {
            let stages = e.definition.stages.iter();
            stages.flat_map(move |s| s.actions.iter().map(move |a| (e, s, a)))
        });
        for (execution, stage, action) in stages {
            count += 1;
            let attempt = execution.attempt(&stage.name, &action.name);
            let inner = match attempt.map(|a| a.status) {
                Some(ActionStatus::Succeeded) if is_run(action) => String::new(),
                Some(ActionStatus::Succeeded) => {
                    skipped += 1;
                    "<skipped message=\"taken to be done\"/>".to_owned()
                }
                None => {
                    skipped += 1;
                    "<skipped/>".to_owned()
                }
                Some(status) => {
                    failed += 1;
                    let failure = attempt.and_then(|a| a.failure.as_ref());
                    let text = failure
                        .map(|f| format!("{}: {}", f.code, f.message))
                        .unwrap_or_else(|| format!("{status:?}"));
                    format!("<failure message=\"{}\"/>", escaped(&text))
                }
            };
            let _ = writeln!(
                cases,
                "    <testcase classname=\"{}.{}\" name=\"{}\">{inner}</testcase>",
                escaped(&run.name),
                escaped(&stage.name),
                escaped(&action.name)
            );
        }
        tests += count;
        failures += failed;
        let _ = writeln!(
            suites,
            "  <testsuite name=\"{}\" tests=\"{count}\" failures=\"{failed}\" skipped=\"{skipped}\">\n{cases}  </testsuite>",
            escaped(&run.name)
        );
    }
    let mut policies = String::new();
    let mut missing = 0;
    for failure in &outcome.failures {
        missing += 1;
        let name = once(&failure.address, &mut names);
        case(&mut policies, &name, &failure.problem.to_string());
    }
    for patch in completion.iter().flat_map(|c| &c.patches) {
        missing += 1;
        let name = format!("{} of {}: {}", patch.side, patch.holder, patch.needed_by());
        let name = once(&name, &mut names);
        let text = format!(
            "account {}: add {}{}. sekisho explain {} says more",
            patch.account,
            patch.statement,
            patch.warning(),
            patch.denial
        );
        case(&mut policies, &name, &text);
    }
    let stuck = match completion {
        Some(completion) => &completion.stuck,
        None => &outcome.denials,
    };
    for denial in stuck {
        missing += 1;
        let cause = &denial.cause;
        let name = format!("{} on {}", cause.action, cause.resource);
        let text = format!(
            "account {}: {}. AWS says: {}. sekisho explain {} says more",
            cause.account,
            cause.advice,
            cause.said(),
            denial.id
        );
        case(&mut policies, &once(&name, &mut names), &text);
    }
    // What stops it without being any of these, as that there is no pipeline.
    if !outcome.passes() && failures + missing == 0 {
        missing += 1;
        let text = verdict::plain(outcome, completion, fix);
        case(&mut policies, "the delivery", &text);
    }
    let later = completion.map(|c| c.hints.as_slice()).unwrap_or_default();
    let hints = outcome.hints.iter().chain(later).map(|h| ("hint", h));
    let notes = outcome.notes.iter().map(|n| ("note", n));
    let said = hints.chain(notes).map(|(kind, note)| {
        let place = note.place.as_ref().map(|p| format!(" ({p})"));
        format!("{kind}: {}{}\n", note.message, place.unwrap_or_default())
    });
    let said: String = said.collect();
    if missing > 0 || !said.is_empty() {
        tests += missing;
        failures += missing;
        let out = match said.is_empty() {
            true => String::new(),
            false => format!("    <system-out>{}</system-out>\n", escaped(&said)),
        };
        let _ = writeln!(
            suites,
            "  <testsuite name=\"configuration\" tests=\"{missing}\" failures=\"{missing}\">\n{policies}{out}  </testsuite>"
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sekisho rehearse\" tests=\"{tests}\" failures=\"{failures}\">\n{suites}</testsuites>"
    )
}

/// What keeps a configuration from being rehearsed: a test that fails for each problem.
pub(super) fn unread(problems: &[Problem]) -> String {
    let (mut cases, mut names) = (String::new(), BTreeMap::new());
    for problem in problems {
        let place = problem.place.as_ref().map(ToString::to_string);
        let name = once(place.as_deref().unwrap_or("configuration"), &mut names);
        case(&mut cases, &name, &problem.message);
    }
    let count = problems.len();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sekisho rehearse\" tests=\"{count}\" failures=\"{count}\">\n  <testsuite name=\"configuration\" tests=\"{count}\" failures=\"{count}\">\n{cases}  </testsuite>\n</testsuites>"
    )
}

/// A name that no test has yet: systems take tests of one name for one.
fn once(name: &str, names: &mut BTreeMap<String, usize>) -> String {
    let count = names.entry(name.to_owned()).or_default();
    *count += 1;
    match *count {
        1 => name.to_owned(),
        count => format!("{name} ({count})"),
    }
}

fn case(out: &mut String, name: &str, message: &str) {
    let _ = writeln!(
        out,
        "    <testcase classname=\"configuration\" name=\"{}\"><failure message=\"{}\"/></testcase>",
        escaped(name),
        escaped(message)
    );
}

/// Text as the value of an attribute. Characters that XML cannot hold are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            c if (c as u32) < 0x20 => {}
            c => out.push(c),
        }
    }
    out
}
