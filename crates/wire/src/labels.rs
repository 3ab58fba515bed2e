//! What a path says: the labels of an operation's pattern.

use crate::decode_percent;

/// The labels of `pattern` in `path`, if it fits. A label that ends with `+` holds all that is left of the path (Smithy,
/// "greedy labels").
pub(crate) fn labels(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
    let pattern = pattern.split('?').next().unwrap_or(pattern);
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut out = Vec::new();
    loop {
        let (wanted, part) = match (wanted.next(), given.next()) {
            (None, None) => return Some(out),
            (Some(wanted), Some(part)) => (wanted, part),
            _ => return None,
        };
        let label = wanted.strip_prefix('{').and_then(|w| w.strip_suffix('}'));
        let Some(label) = label else {
            match wanted == part {
                true => continue,
                false => return None,
            }
        };
        match label.strip_suffix('+') {
            Some(greedy) => {
                let all: Vec<&str> = std::iter::once(part).chain(given.by_ref()).collect();
                out.push((greedy.to_owned(), decode_percent(&all.join("/"))));
            }
            None => out.push((label.to_owned(), decode_percent(part))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
        labels(pattern, path)
    }

    #[test]
    fn paths_hold_labels() {
        let pattern = "/analyzer/{analyzerName}/archive-rule/{ruleName}";
        let wanted = [("analyzerName", "a b"), ("ruleName", "r")];
        assert_eq!(
            found(pattern, "/analyzer/a%20b/archive-rule/r").unwrap(),
            wanted.map(|(k, v)| (k.to_owned(), v.to_owned()))
        );
        assert_eq!(found("/policy/validation", "/policy"), None);
        assert_eq!(found("/policy", "/policy/validation"), None);
    }

    #[test]
    fn a_greedy_label_holds_the_rest() {
        let of = |path| found("/tags/{arn+}", path).map(|l| l[0].clone());
        let wanted = |value: &str| Some(("arn".to_owned(), value.to_owned()));
        assert_eq!(
            of("/tags/arn%3Aaws%3As3%3A%3A%3Ab"),
            wanted("arn:aws:s3:::b")
        );
        assert_eq!(of("/tags/arn:aws:s3:::b/c"), wanted("arn:aws:s3:::b/c"));
        assert_eq!(of("/tags"), None);
        assert_eq!(of("/other/b"), None);
    }
}
