//! What a diff holds, and what it does not.

#[track_caller]
pub(crate) fn holds(diff: &str, lines: &[&str]) {
    for line in lines {
        assert!(diff.contains(line), "{line} is not in\n{diff}");
    }
}

#[track_caller]
pub(crate) fn lacks(diff: &str, lines: &[&str]) {
    for line in lines {
        assert!(!diff.contains(line), "{line} is in\n{diff}");
    }
}
