//! The report as one HTML page that needs nothing else: no network, no fonts, and no script to be read.

use std::fmt::Write as _;

use serde_json::Value;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// A text in HTML.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A member as text, escaped; empty where it is not there.
fn text(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(text)) => escape(text),
        None | Some(Value::Null) => String::new(),
        Some(other) => escape(&other.to_string()),
    }
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The status of an action.
fn badge_of(action: &Value) -> String {
    match action["skipped"] == true {
        true => badge("skipped: not checked"),
        false => badge(&text(action, "status")),
    }
}

/// A status with a sign and a word, so that colour alone says nothing.
fn badge(status: &str) -> String {
    let (class, sign) = match status {
        "Succeeded" | "allow" => ("ok", "✓"),
        "Failed" | "implicit_deny" | "explicit_deny" => ("no", "✗"),
        _ => ("meh", "•"),
    };
    let word = match status {
        "" => "not reached",
        "allow" => "allowed",
        "implicit_deny" | "explicit_deny" => "denied",
        other => other,
    };
    format!(
        "<span class=\"badge {class}\">{sign} {}</span>",
        escape(word)
    )
}

fn id(parts: [usize; 3]) -> String {
    let [pipeline, stage, action] = parts;
    format!("action-{pipeline}-{stage}-{action}")
}

/// The page of a report, as [`super::Report::json`] makes it.
pub(super) fn document(report: &Value) -> String {
    let mut out = String::new();
    let passes = report.get("passes") == Some(&Value::Bool(true));
    let unread = !list(report, "problems").is_empty();
    let verdict = match passes {
        true => "The delivery passes",
        false if unread => "The delivery was not rehearsed",
        false => "The delivery does not pass",
    };
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>{verdict}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{verdict}</h1>\n"
    );
    if !unread {
        head(report, passes, &mut out);
    }
    out.push_str("</header>\n<main>\n");
    changes(report, &mut out);
    pipelines(report, &mut out);
    calls(report, &mut out);
    denials(report, &mut out);
    rest(report, &mut out);
    let version = env!("CARGO_PKG_VERSION");
    let how = match unread {
        true => "no call was made",
        false => {
            "every call above was made and decided on this machine, against the policies of the configuration"
        }
    };
    let _ = write!(
        out,
        "</main>\n<footer>sekisho {version}: {how}.</footer>\n<script>\n{SCRIPT}</script>\n</body>\n</html>"
    );
    out
}

fn head(report: &Value, passes: bool, out: &mut String) {
    let class = if passes { "passes" } else { "fails" };
    let pipelines = list(report, "pipelines");
    let made: Vec<&Value> = each_call(report).collect();
    let denied = made.iter().filter(|c| c["decision"] != "allow").count();
    let missing = report
        .get("changes")
        .map_or(0, |c| list(c, "statements").len());
    let accounts = list(report, "accounts").iter().filter_map(Value::as_str);
    let accounts: Vec<String> = accounts.map(escape).collect();
    let skipped = list(report, "pipelines")
        .iter()
        .flat_map(|p| list(p, "stages"))
        .flat_map(|s| list(s, "actions"))
        .filter(|a| a["skipped"] == true)
        .count();
    let _ = writeln!(
        out,
        "<div class=\"verdict {class}\"><strong>{}</strong><p>{} pipeline{}, {} calls, {denied} denied; accounts {}.</p></div>",
        if passes {
            match skipped {
                0 => "Every call was allowed.".to_owned(),
                1 => "Every call was allowed; 1 action was skipped, and is not checked.".to_owned(),
                _ => format!(
                    "Every call was allowed; {skipped} actions were skipped, and are not checked."
                ),
            }
        } else if missing > 0 {
            let enough = report.pointer("/changes/enough") == Some(&Value::Bool(true));
            let proof = match (enough, missing) {
                (true, 1) => "with it the delivery passes: rehearsed",
                (true, _) => {
                    "with them the delivery passes, and without any one of them it does not: rehearsed"
                }
                (false, _) => {
                    "that is not enough: something stands in the way that no statement mends"
                }
            };
            format!(
                "{missing} statement{} missing; {proof}.",
                if missing == 1 { " is" } else { "s are" }
            )
        } else {
            let verdict = text(report, "verdict");
            match verdict.strip_prefix("does not pass: ") {
                Some(why) => format!("Why: {why}."),
                None => verdict,
            }
        },
        pipelines.len(),
        if pipelines.len() == 1 { "" } else { "s" },
        made.len(),
        accounts.join(", ")
    );
}

fn each_call(report: &Value) -> impl Iterator<Item = &Value> {
    list(report, "pipelines")
        .iter()
        .flat_map(|p| list(p, "stages"))
        .flat_map(|s| list(s, "actions"))
        .flat_map(|a| list(a, "calls"))
}

fn changes(report: &Value, out: &mut String) {
    let Some(changes) = report.get("changes") else {
        return;
    };
    out.push_str("<section aria-labelledby=\"changes\">\n<h2 id=\"changes\">What to change</h2>\n");
    let statements = list(changes, "statements");
    let place = |s: &Value| (text(s, "account"), text(s, "side"), text(s, "holder"));
    let mut places: Vec<_> = statements.iter().map(place).collect();
    places.sort();
    places.dedup();
    for (account, side, holder) in places {
        let _ = writeln!(
            out,
            "<div class=\"panel\"><h3>Account {account}: {side} of <code>{holder}</code></h3>"
        );
        let mine = |s: &&Value| place(s) == (account.clone(), side.clone(), holder.clone());
        for statement in statements.iter().filter(mine) {
            let pretty = statement
                .get("statement")
                .map(|s| serde_json::to_string_pretty(s).unwrap_or_default());
            let _ = write!(
                out,
                "<pre>{}</pre>\n<p class=\"soft\">for {}{} ({})</p>\n",
                escape(&pretty.unwrap_or_default()),
                text(statement, "call"),
                at(statement),
                text(statement, "denial")
            );
            for near in list(statement, "conditional") {
                let _ = writeln!(
                    out,
                    "<p><strong>Without the condition of what is there</strong>: {}</p>",
                    escape(near.as_str().unwrap_or_default())
                );
            }
        }
        out.push_str("</div>\n");
    }
    for failing in list(changes, "failing") {
        let _ = writeln!(
            out,
            "<p>Then: {}</p>",
            escape(failing.as_str().unwrap_or_default())
        );
    }
    for stuck in list(changes, "stuck") {
        let _ = writeln!(
            out,
            "<p><code>{}</code> on <code>{}</code>: {}</p>",
            text(stuck, "action"),
            text(stuck, "resource"),
            text(stuck, "advice")
        );
    }
    for unwritten in list(changes, "unwritten") {
        let _ = writeln!(
            out,
            "<p>To be added by hand: the {} of <code>{}</code> {}</p>",
            text(unwritten, "side"),
            text(unwritten, "holder"),
            text(unwritten, "why")
        );
    }
    if let Some(diff) = changes.get("diff").and_then(Value::as_str) {
        let past = |s: &Value| !list(s, "conditional").is_empty();
        let by = match list(changes, "statements").iter().any(past) {
            true => "--fix --past-conditions",
            false => "--fix",
        };
        let _ = write!(
            out,
            "<h3>In your files</h3>\n<p><button type=\"button\" data-copy=\"diff\">Copy the patch</button> <span class=\"soft\">git apply takes it; {by} writes it</span></p>\n<pre class=\"diff\" id=\"diff\">"
        );
        for line in diff.lines() {
            let head = line.starts_with("--- ") || line.starts_with("+++ ");
            let class = match line.as_bytes().first() {
                _ if head => "at",
                Some(b'+') => "plus",
                Some(b'-') => "minus",
                Some(b'@') => "at",
                _ => "same",
            };
            let _ = write!(out, "<span class=\"{class}\">{}\n</span>", escape(line));
        }
        out.push_str("</pre>\n");
    }
    out.push_str("</section>\n");
}

/// `, in main.tf:12`.
fn at(value: &Value) -> String {
    match value.get("file").and_then(Value::as_str) {
        Some(file) => format!(", in <code>{}:{}</code>", escape(file), text(value, "line")),
        None => String::new(),
    }
}

fn pipelines(report: &Value, out: &mut String) {
    for (p, pipeline) in list(report, "pipelines").iter().enumerate() {
        let _ = write!(
            out,
            "<section aria-labelledby=\"pipeline-{p}\">\n<h2 id=\"pipeline-{p}\">{} {}</h2>\n<p class=\"soft\">Account {}, {}, execution <code>{}</code></p>\n<ol class=\"pipeline\">\n",
            text(pipeline, "name"),
            badge(&text(pipeline, "status")),
            text(pipeline, "account"),
            text(pipeline, "region"),
            text(pipeline, "executionId")
        );
        for (s, stage) in list(pipeline, "stages").iter().enumerate() {
            let _ = write!(
                out,
                "<li><div class=\"stage\"><strong>{}</strong> {}<ul>",
                text(stage, "name"),
                badge(&text(stage, "status"))
            );
            for (a, action) in list(stage, "actions").iter().enumerate() {
                let _ = write!(
                    out,
                    "<li><a href=\"#{}\">{}</a> {}</li>",
                    id([p, s, a]),
                    text(action, "name"),
                    badge_of(action)
                );
            }
            out.push_str("</ul></div></li>\n");
        }
        out.push_str("</ol>\n</section>\n");
    }
}

fn calls(report: &Value, out: &mut String) {
    out.push_str("<section aria-labelledby=\"calls\">\n<h2 id=\"calls\">Every call, and the policy that decided it</h2>\n<div class=\"tools\"><label>Find <input type=\"search\" id=\"find\" placeholder=\"action, resource, principal, policy\"></label> <label><input type=\"checkbox\" id=\"denied\"> only denied</label> <span class=\"soft\" id=\"count\" role=\"status\"></span></div>\n");
    for (p, pipeline) in list(report, "pipelines").iter().enumerate() {
        for (s, stage) in list(pipeline, "stages").iter().enumerate() {
            for (a, action) in list(stage, "actions").iter().enumerate() {
                let calls = list(action, "calls");
                let failed = text(action, "status") == "Failed";
                let _ = writeln!(
                    out,
                    "<details class=\"action\" id=\"{}\"{}><summary>{} / {} / <strong>{}</strong> {} <span class=\"soft\">{} calls</span></summary>",
                    id([p, s, a]),
                    if failed { " open" } else { "" },
                    text(pipeline, "name"),
                    text(stage, "name"),
                    text(action, "name"),
                    badge_of(action),
                    calls.len()
                );
                let message = text(action, "message");
                if !message.is_empty() {
                    let _ = writeln!(out, "<p class=\"mono\">{message}</p>");
                }
                tree(calls, out);
                out.push_str("</details>\n");
            }
        }
    }
    out.push_str("</section>\n");
}

/// The calls of an action, each with those that it made inside. An event with several decisions is several entries.
fn tree(calls: &[Value], out: &mut String) {
    let known = |id: &Value| calls.iter().any(|c| c.get("id") == Some(id));
    let mut told: Vec<&Value> = Vec::new();
    for call in calls {
        let parent = call.get("parent").filter(|p| !p.is_null() && known(p));
        if parent.is_none() {
            branch(call, calls, 0, &mut told, out);
        }
    }
}

/// Calls that call each other deeper than this are no calls of a delivery.
const MAX_DEPTH: usize = 16;

fn branch<'v>(
    call: &'v Value,
    calls: &'v [Value],
    depth: usize,
    told: &mut Vec<&'v Value>,
    out: &mut String,
) {
    let denied = text(call, "decision") != "allow";
    let words = [
        "action",
        "resource",
        "principal",
        "policy",
        "statement",
        "gate",
    ]
    .map(|name| text(call, name))
    .join(" ");
    let _ = write!(
        out,
        "<details data-call=\"{words}\" data-denied=\"{}\"{}><summary>{} <code>{}</code> <span class=\"soft mono\">{}</span></summary>\n<dl>",
        if denied { "yes" } else { "no" },
        if denied { " open" } else { "" },
        badge(&text(call, "decision")),
        text(call, "action"),
        text(call, "resource")
    );
    for (name, title) in [
        ("principal", "as"),
        ("gate", "decided at"),
        ("policy", "policy"),
        ("statement", "statement"),
        ("told", "AWS says"),
        ("reason", in_full(call)),
    ] {
        let value = text(call, name);
        if !value.is_empty() && (name != "reason" || denied) {
            let _ = write!(out, "<dt>{title}</dt><dd class=\"mono\">{value}</dd>");
        }
    }
    let statement = call.get("statementText").and_then(Value::as_str);
    if let Some(statement) = statement {
        let pretty = serde_json::from_str::<Value>(statement)
            .ok()
            .and_then(|v| serde_json::to_string_pretty(&v).ok());
        let shown = escape(&pretty.unwrap_or_else(|| statement.to_owned()));
        let _ = write!(out, "<dt>it says</dt><dd><pre>{shown}</pre></dd>");
    }
    out.push_str("</dl>\n");
    // The decisions of one event have its children once.
    let id = call.get("id").filter(|id| !told.contains(id));
    if let Some(id) = id.filter(|_| depth < MAX_DEPTH) {
        told.push(id);
        for inner in calls.iter().filter(|c| c.get("parent") == Some(id)) {
            branch(inner, calls, depth + 1, told, out);
        }
    }
    out.push_str("</details>\n");
}

/// What the whole sentence is called: AWS may tell less of it.
fn in_full(denied: &Value) -> &'static str {
    match text(denied, "told").is_empty() {
        true => "AWS says",
        false => "in full",
    }
}

fn denials(report: &Value, out: &mut String) {
    let denials = list(report, "denials");
    if denials.is_empty() {
        return;
    }
    out.push_str(
        "<section aria-labelledby=\"denials\">\n<h2 id=\"denials\">Why it was denied</h2>\n",
    );
    for denial in denials {
        let _ = writeln!(
            out,
            "<div class=\"panel\" id=\"{}\"><h3><code>{}</code> on <code>{}</code> <span class=\"soft\">{}</span></h3>",
            text(denial, "id"),
            text(denial, "action"),
            text(denial, "resource"),
            text(denial, "id")
        );
        if let Some(excerpt) = denial.get("excerpt").and_then(Value::as_str) {
            let _ = writeln!(out, "<pre>{}</pre>", escape(excerpt));
        }
        out.push_str("<dl>");
        for (name, title) in [
            ("principal", "who"),
            ("side", "whose policy"),
            ("account", "in account"),
            ("deniedBy", "denied by"),
            ("told", "AWS says"),
            ("reason", in_full(denial)),
            ("advice", "what to do"),
        ] {
            let value = text(denial, name);
            if !value.is_empty() {
                let _ = write!(out, "<dt>{title}</dt><dd>{value}</dd>");
            }
        }
        out.push_str("</dl></div>\n");
    }
    out.push_str("</section>\n");
}

/// Resources that were not made, and what was left out.
fn rest(report: &Value, out: &mut String) {
    for (name, title) in [
        ("problems", "What keeps it from being rehearsed"),
        ("failures", "What was not made"),
        ("hints", "What to do"),
        ("notes", "What to know"),
    ] {
        let items = list(report, name);
        if items.is_empty() {
            continue;
        }
        let _ = write!(
            out,
            "<section aria-labelledby=\"{name}\">\n<h2 id=\"{name}\">{title}</h2>\n<ul>\n"
        );
        for item in items {
            let address = text(item, "address");
            let address = if address.is_empty() {
                address
            } else {
                format!("<code>{address}</code>: ")
            };
            let _ = writeln!(
                out,
                "<li>{address}{}{}</li>",
                text(item, "message"),
                at(item)
            );
        }
        out.push_str("</ul>\n</section>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn report(nasty: &str) -> Value {
        let call = |id: u64, parent: Option<u64>| json!({"id": id, "parent": parent, "principal": nasty, "action": format!("a:{id}{nasty}"), "resource": nasty, "decision": "implicit_deny", "gate": nasty, "policy": nasty, "statement": nasty, "statementText": nasty, "reason": nasty});
        json!({
            "passes": false,
            "pipelines": [{"name": nasty, "account": nasty, "region": nasty, "executionId": nasty, "status": "Failed", "stages": [
                {"name": nasty, "status": "Failed", "actions": [{"name": nasty, "status": nasty, "message": nasty, "calls": [call(1, None), call(2, Some(1)), call(3, Some(2)), call(4, Some(9))]}]},
            ]}],
            "denials": [{"id": nasty, "action": nasty, "resource": nasty, "side": nasty, "excerpt": nasty, "advice": nasty}],
            "failures": [{"address": nasty, "file": nasty, "line": 1, "message": nasty}],
            "notes": [{"message": nasty}],
            "changes": {"enough": true, "diff": format!("+{nasty}"), "statements": [{"account": nasty, "side": nasty, "holder": nasty, "statement": {"x": nasty}, "call": nasty, "conditional": [nasty]}], "failing": [nasty], "stuck": [{"action": nasty, "advice": nasty}]},
        })
    }

    #[test]
    fn every_call_is_there_once() {
        let page = document(&report("plain"));
        for id in 1..=4 {
            assert_eq!(
                page.matches(&format!("<code>a:{id}plain</code>")).count(),
                1,
                "{id}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_becomes_markup(nasty in "(<script>|</pre>|\"|'|&|<img onerror=x>|x| ){1,8}") {
            let page = document(&report(&nasty));
            let (_, body) = page.split_once("<body>").unwrap();
            let (body, _) = body.split_once("<script>\n\"use strict\"").unwrap();
            prop_assert!(!body.contains("<script") && !body.contains("<img"));
            // Tags are opened and closed as without any text.
            let plain = document(&report("x"));
            let (_, plain) = plain.split_once("<body>").unwrap();
            let (plain, _) = plain.split_once("<script>\n\"use strict\"").unwrap();
            for tag in ["<pre", "</pre>", "<div", "</div>", "<details", "</details>", "<dd", "</dd>"] {
                prop_assert_eq!(body.matches(tag).count(), plain.matches(tag).count(), "{}", tag);
            }
        }

        #[test]
        fn any_json_is_a_page(text in "[\\[\\]{}\":,a-z0-9]{0,30}") {
            let value: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
            prop_assert!(document(&value).starts_with("<!doctype html>"));
            let nested = json!({"pipelines": [value.clone()], "changes": value});
            prop_assert!(document(&nested).ends_with("</html>"));
        }
    }
}
