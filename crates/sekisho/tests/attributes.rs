//! The attributes of everything that is made and read: `attributes/main.tf` has one of each that a rehearsal makes.

use std::path::Path;

use sekisho::rehearse::{Options, rehearse};
use serde_json::Value;

/// What is not said, and an error where it is asked for: it is of services that are not here, or never there.
const UNSAID: &[&str] = &[
    "aws_iam_access_key.ses_smtp_password_v4",
    "aws_s3_bucket.hosted_zone_id",
    "data.aws_region.description",
    "data.aws_s3_bucket.hosted_zone_id",
    "data.aws_s3_bucket.website_domain",
    "data.aws_s3_bucket.website_endpoint",
];

/// Types that are in other tests: they exclude what is in this configuration, or need more than one account.
const ELSEWHERE: &[&str] = &[
    "aws_codepipeline",
    "aws_iam_group_policies_exclusive",
    "aws_iam_group_policy_attachments_exclusive",
    "aws_iam_role_policies_exclusive",
    "aws_iam_role_policy_attachments_exclusive",
    "aws_iam_user_policies_exclusive",
    "aws_iam_user_policy_attachments_exclusive",
    "aws_s3_bucket_replication_configuration",
    "data.aws_ecr_image",
    "data.aws_organizations_organization",
];

#[test]
fn whatever_the_provider_fills_can_be_asked_for() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attributes");
    let outcome = rehearse(&Options::new(&directory), &mut |_| {}).unwrap();
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    // What is read is written by nobody else.
    let twice = |note: &&sekisho::rehearse::Note| note.message.contains("both write");
    assert!(outcome.notes.iter().find(twice).is_none());
    let schema = include_str!("../src/rehearse/resources/schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let mut absent = Vec::new();
    let schema = schema.as_object().unwrap().iter();
    for (name, block) in schema.filter(|(name, _)| *name != "provider") {
        let mut made = outcome.made.iter();
        let of = |address: &str| address.rsplit_once('.').map(|(of, _)| of.to_owned());
        let Some((_, values)) = made.find(|(address, _)| of(address).as_ref() == Some(name)) else {
            absent.push(name.clone());
            continue;
        };
        for attribute in block["computed"].as_object().into_iter().flatten() {
            let said = values.get(attribute.0).is_some();
            let known = UNSAID.contains(&format!("{name}.{}", attribute.0).as_str());
            assert_ne!(said, known, "{name}.{}: {values}", attribute.0);
        }
    }
    assert_eq!(absent, ELSEWHERE);
}
