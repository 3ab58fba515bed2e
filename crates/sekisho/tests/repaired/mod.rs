//! Examples that are broken, and repaired in one go.

#![allow(dead_code, reason = "each file of tests uses some of it")]

use std::path::PathBuf;

use sekisho::rehearse::{Fix, Options, complete, fix, rehearse};

use crate::edited;

/// A copy of an example with edits, and how it is rehearsed.
pub(crate) fn broken(
    example: Option<&str>,
    directories: &[&str],
    edits: &[(&str, &str, &str)],
) -> (tempfile::TempDir, Options) {
    let folder = edited::edited(example, edits);
    let mut options = Options::default();
    options.reading.directories = directories
        .iter()
        .map(|d| folder.path().join(d))
        .collect::<Vec<PathBuf>>();
    (folder, options)
}

/// Breaks an example and repairs it; the diff, without the folder's name.
pub(crate) fn repaired(
    example: &str,
    directories: &[&str],
    edits: &[(&str, &str, &str)],
) -> String {
    repaired_of(Some(example), directories, edits)
}

/// The same of an example, or of nothing but what the edits write.
pub(crate) fn repaired_of(
    example: Option<&str>,
    directories: &[&str],
    edits: &[(&str, &str, &str)],
) -> String {
    let (folder, options) = broken(example, directories, edits);
    let outcome = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(!outcome.passes(), "{example:?}: {edits:?} breaks nothing");
    let completion = complete(&options, &outcome).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(
        completion.passes,
        "{:?} {:?}",
        completion.stuck, completion.failing
    );
    let fixed: Fix = fix(&options, &completion).unwrap_or_else(|p| panic!("{p:?}"));
    let diff = fixed
        .diff()
        .replace(folder.path().to_str().unwrap().trim_start_matches('/'), "");
    assert!(fixed.passes, "{diff}\n{:?}", fixed.unwritten);
    fixed.write().unwrap();
    let again = rehearse(&options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"));
    assert!(again.passes(), "{diff}");
    diff
}

pub(crate) const LACKS: (&str, &str, &str) = (
    "registry.tf",
    "[\"ecr:DescribeImages\"]",
    "[\"ecr:ListImages\"]",
);

/// A second role that lacks nothing, with `policy` and `trust` as the first has it.
pub(crate) const AUDITOR: &str = "resource \"aws_iam_role\" \"auditor\" {\n  provider           = aws.registry\n  name               = \"auditor\"\n  assume_role_policy = data.aws_iam_policy_document.ecr_source_trust.json\n}\n";

pub(crate) const RELEASE: &[(&str, &str, &str)] = &[(
    "pipeline.tf",
    "= [\"s3:PutObject\"]",
    "= [\"s3:PutObjectTagging\"]",
)];
