//! Any bytes: nothing panics, and what is read is written and read again the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_policy::case::Case;
use sekisho_policy::{Document, Kind, LintKind, NoReference, is_public, lint, validate};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = Case::read(text, 0);
    for kind in [
        Kind::Identity,
        Kind::Trust,
        Kind::Bucket,
        Kind::Key,
        Kind::Repository,
        Kind::Session,
        Kind::ServiceControl,
        Kind::ResourceControl,
        Kind::Endpoint,
    ] {
        let _ = validate(text, kind);
    }
    let _ = lint(text, LintKind::Identity, &NoReference);
    let Ok(document) = text.parse::<Document>() else {
        return;
    };
    let _ = (is_public(&document), document.context_keys());
    let written = document.to_string();
    let again: Document = written.parse().expect("what was written reads");
    assert_eq!(again.to_string(), written);
});
