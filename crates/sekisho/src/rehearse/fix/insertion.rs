//! Texts that go into files at a byte.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_iac::{ListEnd, Source, Wrap};

/// What a key of a map begins with.
pub(super) const KEY: &str = "Needed";

/// `name`, with a number behind it where that is taken.
pub(super) fn free(name: &str, join: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut numbers = 2usize..;
    let mut free = name.to_owned();
    while taken(&free) {
        let number = numbers.next().unwrap_or_default();
        free = format!("{name}{join}{number}");
    }
    free
}

/// A text that goes in at a byte of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Insertion {
    pub(super) path: String,
    /// What the file has now.
    pub(super) old: String,
    at: usize,
    /// The byte at which others are added there: what is added in another way is in the same place.
    known: usize,
    text: String,
    /// For an element of a list: how elements are added to it.
    element: Option<Element>,
}

/// How an element is added to a list: what comes before the first, before every further one, and behind each; and
/// what is put around what is no list yet.
#[derive(Debug, Clone, PartialEq)]
struct Element {
    first: String,
    next: String,
    after: &'static str,
    wrap: Option<Wrap>,
    /// Of a map: the keys that are taken.
    keys: Option<Vec<String>>,
}

impl Insertion {
    /// A member of a map, which gets a key that is not taken.
    pub(super) fn member(list: ListEnd, taken: Vec<String>, text: String) -> Self {
        let mut own = Self::element(list, text);
        if let Some(element) = &mut own.element {
            element.keys = Some(taken);
        }
        own
    }

    /// Elements of a list that are there or not, as a list of their own.
    pub(super) fn joined(list: &ListEnd, joined: ListEnd, text: String) -> Self {
        let (_, start) = list.source.part(list.at);
        Self {
            known: list.at - start,
            ..Self::element(joined, text)
        }
    }

    /// An element of a list.
    pub(super) fn element(list: ListEnd, text: String) -> Self {
        let (file, start) = list.source.part(list.at);
        Self {
            path: file.path.clone(),
            old: file.text.clone(),
            at: list.at - start,
            known: list.at - start,
            text,
            element: Some(Element {
                first: list.first,
                next: list.next,
                after: list.after,
                wrap: list.wrap.map(|wrap| Wrap {
                    at: wrap.at.saturating_sub(start),
                    ..wrap
                }),
                keys: None,
            }),
        }
    }

    /// What goes in.
    pub(super) fn text_of(&self) -> &str {
        &self.text
    }

    /// The same with another text.
    pub(super) fn saying(self, text: String) -> Self {
        Self { text, ..self }
    }

    /// The file and the byte.
    pub(super) fn place(&self) -> (String, usize) {
        (self.path.clone(), self.known)
    }

    /// A text that stands for itself.
    pub(super) fn text(source: &Arc<Source>, at: usize, text: String) -> Self {
        let (file, start) = source.part(at);
        Self {
            path: file.path.clone(),
            old: file.text.clone(),
            at: at - start,
            known: at - start,
            text,
            element: None,
        }
    }
}

/// `text` with the insertions, which are all for it. Those at one place come in their order, each once.
pub(super) fn inserted(text: &str, insertions: &[&Insertion]) -> String {
    // What makes a list of something is apart from what makes another one, be it at the same place.
    let mut places: BTreeMap<(usize, Option<&Wrap>), Vec<&Insertion>> = BTreeMap::new();
    for insertion in insertions {
        let wrap = insertion.element.as_ref().and_then(|e| e.wrap.as_ref());
        let here = places.entry((insertion.at, wrap)).or_default();
        // A module that is called twice has its statement once.
        if !here.contains(insertion) {
            here.push(insertion);
        }
    }
    let mut texts: BTreeMap<usize, String> = BTreeMap::new();
    for ((at, wrap), here) in places {
        let mut new = String::new();
        let mut given: Vec<String> = Vec::new();
        for (index, insertion) in here.iter().enumerate() {
            match &insertion.element {
                None => new.push_str(&insertion.text),
                Some(element) => {
                    new.push_str(if index == 0 {
                        &element.first
                    } else {
                        &element.next
                    });
                    if let Some(taken) = &element.keys {
                        let is_taken = |k: &str| taken.iter().chain(&given).any(|t| t == k);
                        let key = free(KEY, "", is_taken);
                        new.push_str(&format!("{key} = "));
                        given.push(key);
                    }
                    new.push_str(&insertion.text);
                    new.push_str(element.after);
                }
            }
        }
        if let Some(wrap) = wrap {
            new.push_str(wrap.close);
            texts.entry(wrap.at).or_default().push_str(&wrap.open);
        }
        texts.entry(at).or_default().push_str(&new);
    }
    // A file keeps its own line endings.
    if text.contains("\r\n") {
        for new in texts.values_mut() {
            *new = new.replace("\r\n", "\n").replace('\n', "\r\n");
        }
    }
    let mut out = text.to_owned();
    // From the end to the beginning, so that the places before stay what they are.
    for (at, new) in texts.into_iter().rev() {
        if out.is_char_boundary(at) {
            out.insert_str(at, &new);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brackets() -> Wrap {
        Wrap {
            at: 0,
            open: "[".to_owned(),
            close: "]",
        }
    }

    fn at(at: usize, text: &str, element: Option<(&str, &str, Option<Wrap>)>) -> Insertion {
        Insertion {
            path: String::new(),
            old: String::new(),
            at,
            known: at,
            text: text.to_owned(),
            element: element.map(|(first, next, wrap)| Element {
                first: first.to_owned(),
                next: next.to_owned(),
                after: "",
                wrap,
                keys: None,
            }),
        }
    }

    #[test]
    fn several_insertions_at_one_place() {
        let check = |text: &str, insertions: &[Insertion], expected: &str| {
            let all: Vec<&Insertion> = insertions.iter().collect();
            assert_eq!(inserted(text, &all), expected);
        };
        let empty = |text| at(1, text, Some(("", ", ", None)));
        check("[]", &[empty("a"), empty("b"), empty("a")], "[a, b]");
        let behind = |text| at(2, text, Some((", ", ", ", None)));
        check("[x]", &[behind("a"), behind("b")], "[x, a, b]");
        let single = |text| at(1, text, Some((", ", ", ", Some(brackets()))));
        check("x", &[single("a"), single("b")], "[x, a, b]");
        check(
            "{}",
            &[at(1, "1", None), at(2, "3", None), at(1, "2", None)],
            "{12}3",
        );
    }
}
