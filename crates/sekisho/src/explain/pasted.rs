//! Text as it is pasted: in Terraform's box, quoted in a mail, with marks of Markdown or XML, broken at the edge of a terminal.

/// Its paragraphs, each in one line: without what was put around them.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let text = text
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        .replace('`', "");
    let mut out = Vec::new();
    let mut one = String::new();
    for line in text.lines() {
        let line = line.trim_start_matches([' ', '\t', '│', '╷', '╵', '|', '>']);
        let line = line.trim();
        if line.is_empty() {
            out.extend((!one.is_empty()).then(|| std::mem::take(&mut one)));
            continue;
        }
        if !one.is_empty() && !broken(&one, line) {
            one.push(' ');
        }
        one.push_str(line);
    }
    out.extend((!one.is_empty()).then_some(one));
    out
}

/// Whether a terminal broke a line within an ARN or an action: the words that can stand behind those are few.
fn broken(before: &str, after: &str) -> bool {
    const BEHIND: [&str; 9] = [
        "is", "on", "because", "with", "and", "Action:", "On", "Context:", "User:",
    ];
    let mut words = before.rsplit(' ');
    let (last, previous) = (words.next(), words.next());
    let last = last.unwrap_or_default().trim_start_matches('"');
    let within = last.starts_with("arn:") || previous == Some("perform:");
    let next = after.split(' ').next().unwrap_or_default();
    within && !last.ends_with('"') && !BEHIND.contains(&next) && !next.starts_with('(')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_around_a_text() {
        let check = |text: &str, expected: &[&str]| assert_eq!(paragraphs(text), expected);
        check(
            "╷\n│ Error: a\n│ b\n│ \n│   with c,\n╵\n",
            &["Error: a b", "with c,"],
        );
        check("> a\n> b &quot;c&quot; `d`", &["a b \"c\" d"]);
        check(
            "User: arn:aws:sts::1:assumed-role/sou\nrce/1 is not",
            &["User: arn:aws:sts::1:assumed-role/source/1 is not"],
        );
        check(
            "User: arn:aws:sts::1:assumed-role/r/1\nis not authorized to perform: ecr:Get\nItem\non resource: \"arn:x\"\nbecause",
            &[
                "User: arn:aws:sts::1:assumed-role/r/1 is not authorized to perform: ecr:GetItem on resource: \"arn:x\" because",
            ],
        );
        check("\n\n", &[]);
    }
}
