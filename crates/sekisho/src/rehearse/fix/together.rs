//! Statements that every instance of something has, each for as long as it is there, as one that goes over all of them: what comes
//! later has it as well.

use std::collections::{BTreeMap, BTreeSet};

use super::Insertion;

/// A statement that is there as long as one instance is.
struct Guarded<'t> {
    address: &'t str,
    key: &'t str,
    /// The statement as it goes over all instances.
    over_all: String,
}

/// What is asked of an instance before a statement names it.
struct Guard<'t> {
    address: &'t str,
    key: &'t str,
    /// How the key is written.
    index: String,
    text: &'t str,
}

/// `contains(keys(ADDRESS), "KEY")` or `length(ADDRESS) > INDEX`, the first in a text.
fn guard(text: &str) -> Option<Guard<'_>> {
    let of = |front: &str, middle: &str, back: &str, key_ends: fn(char) -> bool| {
        let start = text.find(front)?;
        let rest = text.get(start + front.len()..)?;
        let (address, rest) = rest.split_once(middle)?;
        let (key, rest) = rest.split_at(rest.find(key_ends)?);
        let rest = rest.strip_prefix(back)?;
        let end = text.len() - rest.len();
        Some((address, key, text.get(start..end)?))
    };
    let keyed = of("contains(keys(", "), \"", "\")", |c| c == '"');
    let keyed = keyed.map(|(address, key, text)| Guard {
        address,
        key,
        index: format!("\"{key}\""),
        text,
    });
    let first = keyed.or_else(|| {
        let (address, key, text) = of("length(", ") > ", "", |c| !c.is_ascii_digit())?;
        Some(Guard {
            address,
            key,
            index: key.to_owned(),
            text,
        })
    })?;
    // What else has as many is asked for the same: the one of that number is there as long as the first is.
    let start = text.find(first.text)?;
    let mut end = start + first.text.len();
    while let Some(rest) = text.get(end..)?.strip_prefix(" && length(") {
        let number = rest.split_once(") > ")?.1;
        let digits = number.find(|c: char| !c.is_ascii_digit())?;
        if number.get(..digits) != Some(first.key) || !first.text.starts_with("length(") {
            return None;
        }
        end = text.len() - number.len() + digits;
    }
    Some(Guard {
        text: text.get(start..end)?,
        ..first
    })
}

fn guarded(text: &str) -> Option<Guarded<'_>> {
    let Guard {
        address,
        key,
        index,
        text: guard,
    } = guard(text)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:+".contains(c);
    let named = index.starts_with('"');
    let instance = format!("{address}[{index}]");
    let block = format!("for_each = {guard} ? [1] : []");
    let over = |text: &str, key_is: &str, value: &str| {
        let text = text.replace(&instance, value);
        match named {
            true => text.replace(&format!("/{key}/"), &format!("/${{{key_is}}}/")),
            // What else has as many has the one of the same number.
            false => text.replace(&format!("[{index}]"), &format!("[{key_is}]")),
        }
    };
    let over_all = if text.contains(&block) {
        let text = text.replace(&block, &format!("for_each = {address}"));
        over(&text, "statement.key", "statement.value")
    } else {
        let object = text.strip_prefix(guard)?.strip_prefix(" ? [")?;
        let object = object.strip_suffix("] : []")?;
        let object = over(object, "key", "value");
        format!("[for key, value in {address} : {object}]")
    };
    let asked = ["contains(keys(", "length("]
        .iter()
        .any(|f| over_all.contains(f));
    let again = named && over_all.contains(&index);
    (key.chars().all(plain) && !again && !asked).then_some(Guarded {
        address,
        key,
        over_all,
    })
}

/// The lines of a text without their indentation.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).collect()
}

/// The key of an instance that a statement names without asking for it, and the statement as it goes over all instances.
fn unguarded(text: &str, address: &str, keys: &BTreeSet<String>) -> Option<(String, String)> {
    let mut named = keys.iter().filter_map(|key| {
        let quoted = format!("\"{key}\"");
        let index = [&quoted, key]
            .into_iter()
            .find(|index| text.contains(&format!("{address}[{index}]")))?;
        let guard = match *index == quoted {
            true => format!("contains(keys({address}), {index})"),
            false => format!("length({address}) > {index}"),
        };
        Some((key.clone(), guard))
    });
    let (key, guard) = named.next()?;
    let text = text.trim();
    let asked = match text.strip_prefix("statement {\n") {
        Some(inside) => {
            format!(
                "dynamic \"statement\" {{\nfor_each = {guard} ? [1] : []\n\ncontent {{\n{inside}\n}}"
            )
        }
        None => format!("{guard} ? [{text}] : []"),
    };
    let over_all = guarded(&asked)?.over_all;
    named.next().is_none().then_some((key, over_all))
}

/// The insertions, those of all instances of something as one; `keys` knows which instances there are.
pub(super) fn together(
    insertions: Vec<Insertion>,
    keys: impl Fn(&str) -> BTreeSet<String>,
) -> Vec<Insertion> {
    let found: Vec<Option<Guarded<'_>>> = insertions.iter().map(|i| guarded(i.text_of())).collect();
    let mut joined: BTreeMap<usize, Option<String>> = BTreeMap::new();
    for (first, (insertion, guarded)) in insertions.iter().zip(&found).enumerate() {
        let Some(guarded) = guarded.as_ref().filter(|_| !joined.contains_key(&first)) else {
            continue;
        };
        let all = keys(guarded.address);
        let key_of = |other: &Insertion, own: &Option<Guarded<'_>>| {
            let (key, over_all) = match own {
                Some(own) => (own.key.to_owned(), own.over_all.clone()),
                // What the configuration relies on all the same is not asked for.
                None => unguarded(other.text_of(), guarded.address, &all)?,
            };
            (other.place() == insertion.place()
                && lines(over_all.trim()) == lines(guarded.over_all.trim()))
            .then_some(key)
        };
        let others = insertions.iter().zip(&found).enumerate();
        let alike: Vec<(usize, String)> = others
            .filter_map(|(index, (other, own))| Some((index, key_of(other, own)?)))
            .collect();
        let named: BTreeSet<&String> = alike.iter().map(|(_, key)| key).collect();
        // What one instance alone lacks may be that one's.
        if all.len() < 2 || named.len() != all.len() {
            continue;
        }
        for (index, _) in alike {
            joined.insert(index, None);
        }
        joined.insert(first, Some(guarded.over_all.clone()));
    }
    drop(found);
    let all = insertions.into_iter().enumerate();
    all.filter_map(|(index, insertion)| match joined.remove(&index) {
        None => Some(insertion),
        Some(None) => None,
        Some(Some(over_all)) => Some(insertion.saying(over_all)),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_all_instances() {
        let block = |key: &str, path: &str| {
            format!(
                "\n  dynamic \"statement\" {{\n    for_each = contains(keys(aws_iam_role.r), \"{key}\") ? [1] : []\n\n    content {{\n      resources = [\"${{aws_s3_bucket.b.arn}}/{path}/*\"]\n      identifiers = [aws_iam_role.r[\"{key}\"].arn]\n    }}\n  }}\n"
            )
        };
        let said = |text: &str| guarded(text).map(|g| g.over_all);
        let one = said(&block("api", "api")).unwrap();
        assert_eq!(Some(&one), said(&block("worker", "worker")).as_ref());
        assert!(one.contains("for_each = aws_iam_role.r\n"));
        assert!(one.contains("/${statement.key}/*") && one.contains("[statement.value.arn]"));
        assert_ne!(
            said(&block("api", "x-api")),
            said(&block("worker", "x-worker"))
        );
        let object = |key: &str| {
            format!(
                "contains(keys(aws_iam_role.r), \"{key}\") ? [{{ Principal = {{ AWS = aws_iam_role.r[\"{key}\"].arn }}, Action = \"kms:Decrypt\" }}] : []"
            )
        };
        assert_eq!(
            said(&object("api")).unwrap(),
            "[for key, value in aws_iam_role.r : { Principal = { AWS = value.arn }, Action = \"kms:Decrypt\" }]"
        );
        let counted = |index: &str| {
            object("api")
                .replace("\"api\"", index)
                .replace(
                    &format!("contains(keys(aws_iam_role.r), {index})"),
                    &format!("length(aws_iam_role.r) > {index}"),
                )
                .replace("kms:Decrypt", &format!("${{var.actions[{index}]}}"))
        };
        assert_eq!(said(&counted("0")), said(&counted("11")));
        assert_eq!(
            said(&counted("0")).unwrap(),
            "[for key, value in aws_iam_role.r : { Principal = { AWS = value.arn }, Action = \"${var.actions[key]}\" }]"
        );
        assert!(said(&object("team/api")).is_some());
        // What else has as many is asked for the same number.
        let both = |index: &str, other: &str| {
            let guard = format!("length(aws_iam_role.r) > {index}");
            counted(index).replace(&guard, &format!("{guard} && length(var.actions) > {other}"))
        };
        assert_eq!(said(&both("0", "0")), said(&counted("1")));
        assert_eq!(said(&both("0", "1")), None);
        // What names two instances, or one in another way, goes with them.
        let two = object("api").replace(" ? ", " && contains(keys(aws_s3_bucket.b), \"x\") ? ");
        for other in [
            two,
            object("api").replace("kms:Decrypt", "api"),
            "{ Effect = \"Allow\" }".to_owned(),
        ] {
            assert_eq!(said(&other), None, "{other}");
        }
    }

    /// What the configuration relies on all the same is not asked for, and is alike for all that.
    #[test]
    fn what_is_not_asked_for_is_alike() {
        let keys = BTreeSet::from(["0".to_owned(), "1".to_owned()]);
        let of = |text: &str| unguarded(text, "aws_iam_role.r", &keys);
        let plain = "\n\tstatement {\n\t\tactions = [\"kms:Decrypt\"]\n\n\t\tprincipals {\n\t\t\tidentifiers = [aws_iam_role.r[0].arn]\n\t\t}\n\t}\n";
        let asked = "\n  dynamic \"statement\" {\n    for_each = length(aws_iam_role.r) > 1 ? [1] : []\n\n    content {\n      actions = [\"kms:Decrypt\"]\n\n      principals {\n        identifiers = [aws_iam_role.r[1].arn]\n      }\n    }\n  }\n";
        let (key, over_all) = of(plain).unwrap();
        assert_eq!(key, "0");
        let other = guarded(asked).unwrap().over_all;
        assert_eq!(lines(over_all.trim()), lines(other.trim()));
        let object = "{ Principal = { AWS = aws_iam_role.r[0].arn } }";
        assert_eq!(
            of(object).unwrap().1,
            "[for key, value in aws_iam_role.r : { Principal = { AWS = value.arn } }]"
        );
        assert_eq!(of(&object.replace("[0]", "[2]")), None);
        assert_eq!(
            of(&object.replace(".arn", ".arn, aws_iam_role.r[1].arn")),
            None
        );
    }
}
