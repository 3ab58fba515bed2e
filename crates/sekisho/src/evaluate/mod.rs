//! Decides cases: reads them, asks the policy engine, and words the answers.

mod answer;
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
    if let Ok(cases) = list.or_else(|_| stream()) {
        for case in cases {
            let at = (case.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            answer(case.get(), at);
        }
        return;
    }
    let mut at = text.len() - whole.len();
    for line in whole.split_inclusive('\n') {
        if !line.trim().is_empty() {
            answer(line.trim_end(), at);
        }
        at += line.len();
    }
}
