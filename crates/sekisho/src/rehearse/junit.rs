//! The outcome as JUnit's XML, which CI systems show as tests: one for each action, one for each resource that was not
//! made.

use sekisho_codepipeline::is_run;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use sekisho_pipeline::ActionStatus;

use super::{Completion, Outcome};

/// The outcome as one document.
pub(super) fn document(outcome: &Outcome, completion: Option<&Completion>) -> String {
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
        let text = format!("account {}: add {}", patch.account, patch.statement);
        case(&mut policies, &name, &text);
    }
    if missing > 0 {
        tests += missing;
        failures += missing;
        let _ = writeln!(
            suites,
            "  <testsuite name=\"configuration\" tests=\"{missing}\" failures=\"{missing}\">\n{policies}  </testsuite>"
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sekisho rehearse\" tests=\"{tests}\" failures=\"{failures}\">\n{suites}</testsuites>"
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
