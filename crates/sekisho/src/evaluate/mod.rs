//! Decides cases: reads them, asks the policy engine, and words the answers.

mod answer;
mod pieces;
mod text;

use serde::Deserialize;
use serde_json::value::RawValue;

pub(crate) use answer::Answer;

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    cases: Vec<&'a RawValue>,
}

/// Calls `answer` with the text of every case in `text` and the byte at which it begins. `text` is one object with
/// `cases`, a list of cases, or cases one behind the other: over several lines each, or a case a line, of which those that
/// cannot be read are answered one by one. Lines that are blank are passed over.
pub(crate) fn each(text: &str, mut answer: impl FnMut(&str, usize)) {
    let whole = text.trim_start_matches('\u{feff}').trim_start();
    let list = match whole.starts_with('[') {
        true => serde_json::from_str::<Vec<&RawValue>>(whole),
        false => serde_json::from_str::<File<'_>>(whole).map(|file| file.cases),
    };
    let stream = || {
        let values = serde_json::Deserializer::from_str(whole).into_iter::<&RawValue>();
        values.collect::<Result<Vec<&RawValue>, _>>()
    };
    let at = |part: &str| (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    if let Ok(cases) = list.or_else(|_| stream()) {
        for case in cases {
            answer(case.get(), at(case.get()));
        }
        return;
    }
    // A first line that is no value yet goes on in the next one.
    let first = whole.lines().next().unwrap_or_default();
    let goes_on = serde_json::from_str::<&RawValue>(first).is_err_and(|e| e.is_eof());
    let items = pieces::list(whole).filter(|_| goes_on);
    for case in items.unwrap_or_else(|| whole.split_inclusive('\n').collect()) {
        if !case.trim().is_empty() {
            answer(case.trim_end(), at(case));
        }
    }
}

#[cfg(test)]
mod tests {
    fn cases(text: &str) -> Vec<(&str, usize)> {
        let mut out = Vec::new();
        super::each(text, |case, at| {
            let end = at + case.len();
            out.push((text.get(at..end).unwrap(), at));
        });
        out
    }

    #[test]
    fn a_broken_case_of_a_list_leaves_the_others() {
        let texts = |text: &'static str| cases(text).into_iter().map(|(case, _)| case);
        let of = |text| texts(text).collect::<Vec<_>>();
        assert_eq!(
            of("{\"cases\": [\n {\"a\": \"]}\"},\n {\"b\": {,}},\n {\"c\": [1]}\n]}\n"),
            ["{\"a\": \"]}\"}", "{\"b\": {,}}", "{\"c\": [1]}"]
        );
        assert_eq!(of("[\n{\"a\": 1},\n{\"b\": 2"), ["{\"a\": 1}", "{\"b\": 2"]);
        assert_eq!(of("{\"a\": 1}\n{\"b\"\n{\"c\": 3}\n").len(), 3);
    }
}
