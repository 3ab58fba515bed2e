//! Patterns of file names, as `fileset` takes them (Go's `doublestar`).

/// The regular expression that means the same; none if a bracket or brace is not closed.
pub(super) fn expression(pattern: &str) -> Option<String> {
    let mut out = String::from("(?s)^");
    let mut chars = pattern.chars().peekable();
    let mut braces = 0usize;
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.peek() == Some(&'*') => {
                while chars.next_if_eq(&'*').is_some() {}
                match chars.next_if_eq(&'/') {
                    Some(_) => out.push_str("(?:[^/]*/)*"),
                    None => out.push_str(".*"),
                }
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '[' => {
                out.push('[');
                if chars.next_if(|c| matches!(c, '!' | '^')).is_some() {
                    out.push_str("^/");
                }
                loop {
                    match chars.next()? {
                        ']' => break,
                        '\\' => out.push_str(&regex::escape(&chars.next()?.to_string())),
                        '-' => out.push('-'),
                        c => out.push_str(&regex::escape(&c.to_string())),
                    }
                }
                out.push(']');
            }
            '{' => {
                braces += 1;
                out.push_str("(?:");
            }
            '}' if braces > 0 => {
                braces -= 1;
                out.push(')');
            }
            ',' if braces > 0 => out.push('|'),
            '\\' => out.push_str(&regex::escape(&chars.next()?.to_string())),
            c => out.push_str(&regex::escape(&c.to_string())),
        }
    }
    out.push('$');
    (braces == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `fileset` of Terraform 1.11.4 answers.
    #[test]
    fn patterns_as_terraform_takes_them() {
        let fits = |pattern: &str, name: &str| {
            let expression = expression(pattern).unwrap();
            regex::Regex::new(&expression).unwrap().is_match(name)
        };
        assert!(fits("*.{json,txt}", "f.txt"));
        assert!(!fits("*.{json,txt}", "f.tf"));
        assert!(fits("[ab]*", "bin.dat"));
        assert!(!fits("[^a]*", "a"));
        assert!(fits("**/*.json", "a.json"));
        assert!(fits("d/**/c.json", "d/e/f/c.json"));
        assert!(!fits("*", "d/a"));
        assert!(fits("**", "d/a"));
        assert!(fits("a.?", "a.b"));
        assert!(!fits("a.?", "axb"));
        assert_eq!(expression("["), None);
        assert_eq!(expression("{a"), None);
    }
}
