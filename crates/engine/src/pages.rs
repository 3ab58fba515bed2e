//! Long answers in pages: handlers answer everything, and here a part of it is taken.

use serde_json::{Value, json};

use crate::ApiError;

/// How a service pages its lists: names of members.
#[derive(Debug, Clone, Copy)]
pub struct Paging {
    /// Of the input: how many at most.
    pub size: &'static str,
    /// Of the input: where to go on.
    pub from: &'static str,
    /// Of the output: whether there is more.
    pub more: Option<&'static str>,
    /// Of the output: where to go on.
    pub next: &'static str,
    /// How many an operation answers where the client does not say.
    pub usual: fn(&str) -> usize,
    /// What is said of a place that no answer named.
    pub invalid: fn() -> ApiError,
}

impl Paging {
    /// Whether an operation is paged here: its input has the members, and it does not read them itself.
    pub(crate) fn pages(&self, members: impl Fn(&str) -> bool, read: &[&str]) -> bool {
        let of = |name: &str| members(name) && !read.contains(&name);
        of(self.size) && of(self.from)
    }

    /// Takes the page that is asked for out of `output`. Without being asked only clients outside get pages:
    /// `outside`.
    pub(crate) fn take(
        &self,
        operation: &str,
        asked: &Page,
        outside: bool,
        output: &mut Value,
    ) -> Result<(), ApiError> {
        let from = match &asked.from {
            None => 0,
            Some(text) => text.parse::<usize>().map_err(|_| (self.invalid)())?,
        };
        let usual = match outside {
            true => (self.usual)(operation),
            false => usize::MAX,
        };
        let size = asked.size.unwrap_or(usual);
        let Some(map) = output.as_object_mut() else {
            return Ok(());
        };
        // Several lists are one: those of users, groups and roles that a policy is attached to.
        let (mut at, mut kept) = (0, 0);
        for list in map.values_mut().filter_map(Value::as_array_mut) {
            list.retain(|_| {
                at += 1;
                let keep = at > from && kept < size;
                kept += usize::from(keep);
                keep
            });
        }
        if from > 0 && from >= at {
            return Err((self.invalid)());
        }
        let end = from + kept;
        let more = end < at;
        if let Some(name) = self.more {
            map.insert(name.to_owned(), json!(more));
        }
        if more {
            map.insert(self.next.to_owned(), json!(end.to_string()));
        }
        Ok(())
    }
}

/// What a client asks for of a list.
#[derive(Debug, Default)]
pub(crate) struct Page {
    size: Option<usize>,
    from: Option<String>,
}

impl Page {
    pub(crate) fn of(paging: &Paging, input: &Value) -> Self {
        let size = input.get(paging.size).and_then(Value::as_u64);
        Self {
            size: size.and_then(|n| usize::try_from(n).ok()),
            from: input
                .get(paging.from)
                .and_then(Value::as_str)
                .map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGING: Paging = Paging {
        size: "Max",
        from: "From",
        more: Some("More"),
        next: "Next",
        usual: |_| 3,
        invalid: || ApiError::new("Invalid", ""),
    };

    proptest! {
        /// All pages together are the whole, in its order.
        #[test]
        fn pages_are_the_whole(a in 0_usize..9, b in 0_usize..9, size in prop::option::of(1_usize..5)) {
            let list = |name: &str, n: usize| (0..n).map(|i| json!(format!("{name}{i}"))).collect::<Vec<_>>();
            let whole = json!({"A": list("a", a), "B": list("b", b), "More": false});
            let (mut seen, mut from) = (Vec::new(), None);
            loop {
                let mut page = whole.clone();
                let asked = Page { size, from };
                PAGING.take("List", &asked, true, &mut page).unwrap();
                let of = |name: &str| page[name].as_array().unwrap().clone();
                let both = [of("A"), of("B")].concat();
                prop_assert!(both.len() <= size.unwrap_or(3));
                seen.extend(both);
                from = page["Next"].as_str().map(str::to_owned);
                prop_assert_eq!(from.is_some(), page["More"] == true);
                if from.is_none() {
                    break;
                }
            }
            prop_assert_eq!(seen, [list("a", a), list("b", b)].concat());
        }
    }

    #[test]
    fn places_that_nothing_named_are_refused() {
        for from in ["x", "-1", "5", "99999999999999999999999"] {
            let asked = Page {
                size: None,
                from: Some(from.to_owned()),
            };
            let mut output = json!({"A": [1, 2]});
            assert_eq!(
                PAGING
                    .take("List", &asked, true, &mut output)
                    .unwrap_err()
                    .code,
                "Invalid"
            );
        }
    }
}
