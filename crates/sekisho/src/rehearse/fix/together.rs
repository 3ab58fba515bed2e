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

/// The address and the key of the instance, in `contains(keys(ADDRESS), "KEY")`, and the text of that.
fn guard(text: &str) -> Option<(&str, &str, &str)> {
    const FRONT: &str = "contains(keys(";
    let start = text.find(FRONT)?;
    let rest = text.get(start + FRONT.len()..)?;
    let (address, rest) = rest.split_once("), \"")?;
    let (key, _) = rest.split_once("\")")?;
    let end = start + FRONT.len() + address.len() + "), \"".len() + key.len() + "\")".len();
    Some((address, key, text.get(start..end)?))
}

fn guarded(text: &str) -> Option<Guarded<'_>> {
    let (address, key, guard) = guard(text)?;
    let plain = key
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let instance = format!("{address}[\"{key}\"]");
    let block = format!("for_each = {guard} ? [1] : []");
    let over = |text: &str, key_is: &str, value: &str| {
        let text = text.replace(&instance, value);
        text.replace(&format!("/{key}/"), &format!("/${{{key_is}}}/"))
    };
    let over_all = if text.contains(&block) {
        let text = over(text, "statement.key", "statement.value");
        text.replace(&block, &format!("for_each = {address}"))
    } else {
        let object = text.strip_prefix(guard)?.strip_prefix(" ? [")?;
        let object = object.strip_suffix("] : []")?;
        let object = over(object, "key", "value");
        format!("[for key, value in {address} : {object}]")
    };
    let named = over_all.contains(&format!("\"{key}\"")) || over_all.contains("contains(keys(");
    (plain && !named).then_some(Guarded {
        address,
        key,
        over_all,
    })
}

/// The insertions, those of all instances of something as one; `keys` knows which instances there are.
pub(super) fn together(
    insertions: Vec<Insertion>,
    keys: impl Fn(&str) -> BTreeSet<String>,
) -> Vec<Insertion> {
    let mut alike: BTreeMap<((String, usize), String), BTreeSet<String>> = BTreeMap::new();
    for insertion in &insertions {
        if let Some(guarded) = guarded(insertion.text_of()) {
            let here = (insertion.place(), guarded.over_all);
            alike
                .entry(here)
                .or_default()
                .insert(guarded.key.to_owned());
        }
    }
    let mut done: BTreeSet<((String, usize), String)> = BTreeSet::new();
    let mut out = Vec::new();
    for insertion in insertions {
        let found = guarded(insertion.text_of()).and_then(|guarded| {
            let all = keys(guarded.address);
            let here = (insertion.place(), guarded.over_all);
            // What one instance alone lacks may be that one's.
            (all.len() > 1 && alike.get(&here) == Some(&all)).then_some(here)
        });
        match found {
            None => out.push(insertion),
            Some(here) if done.contains(&here) => {}
            Some(here) => {
                out.push(insertion.saying(here.1.clone()));
                done.insert(here);
            }
        }
    }
    out
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
}
