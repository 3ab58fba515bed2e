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
/// `cases`, one case over several lines, or a case a line; lines that are blank are passed over.
pub(crate) fn each(text: &str, mut answer: impl FnMut(&str, usize)) {
    if let Ok(file) = serde_json::from_str::<File<'_>>(text) {
        for case in file.cases {
            let at = (case.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
            answer(case.get(), at);
        }
        return;
    }
    if serde_json::from_str::<&RawValue>(text).is_ok() {
        let trimmed = text.trim();
        answer(
            trimmed,
            (trimmed.as_ptr() as usize).saturating_sub(text.as_ptr() as usize),
        );
        return;
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            answer(line.trim_end(), at);
        }
        at += line.len();
    }
}
