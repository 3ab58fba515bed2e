//! From the golden configuration a random set of agreements is taken away; one repair brings the delivery back, and what
//! it added allows nothing that the golden configuration did not.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

use std::collections::BTreeMap;
use std::path::Path;

use sekisho::rehearse::{Client, Options, Outcome, complete, fix, rehearse};
use sekisho_policy::{Compared, Document, Effect, new_access};
use serde_json::{Value, json};

const A: &str = "111111111111";
const B: &str = "222222222222";

/// What can be taken away: file, from, to.
const AGREEMENTS: &[(&str, &str, &str)] = &[
    (
        "registry.tf",
        "[\"ecr:DescribeImages\"]",
        "[\"ecr:ListImages\"]",
    ),
    ("registry.tf", "      \"s3:PutObject\",\n", ""),
    ("registry.tf", "      \"kms:GenerateDataKey*\",\n", ""),
    (
        "registry.tf",
        "      \"kms:DescribeKey\",\n      \"kms:GenerateDataKey*\",\n      \"kms:Encrypt\",\n      \"kms:ReEncrypt*\",\n      \"kms:Decrypt\",\n",
        "      \"kms:GetPublicKey\",\n",
    ),
    (
        "registry.tf",
        "    resources = [\"${aws_s3_bucket.artifact_store.arn}/*\"]",
        "    resources = [\"${aws_s3_bucket.artifact_store.arn}/elsewhere/*\"]",
    ),
    (
        "registry.tf",
        "identifiers = [aws_iam_role.codepipeline.arn]",
        "identifiers = [\"arn:aws:iam::333333333333:root\"]",
    ),
    (
        "registry.tf",
        "    resources = [aws_kms_key.artifact_store.arn]",
        "    resources = [\"arn:aws:kms:us-east-1:222222222222:key/another\"]",
    ),
    (
        "artifact_store.tf",
        "actions   = [\"s3:Get*\", \"s3:Put*\"]",
        "actions   = [\"s3:Get*\"]",
    ),
    (
        "artifact_store.tf",
        "resource \"aws_s3_bucket_policy\" \"artifact_store\" {\n  provider = aws.pipeline\n  bucket   = aws_s3_bucket.artifact_store.id\n  policy   = data.aws_iam_policy_document.artifact_store.json\n\n  depends_on = [aws_s3_bucket_public_access_block.artifact_store]\n}\n",
        "",
    ),
    (
        "artifact_store.tf",
        "        format(\"arn:aws:iam::%s:root\", var.registry_account_id),\n        aws_iam_role.codepipeline.arn,\n",
        "        aws_iam_role.codepipeline.arn,\n",
    ),
    (
        "artifact_store.tf",
        "        format(\"arn:aws:iam::%s:root\", var.registry_account_id),\n        aws_iam_role.codepipeline.arn,\n",
        "        format(\"arn:aws:iam::%s:root\", var.registry_account_id),\n",
    ),
    ("artifact_store.tf", "      \"kms:GenerateDataKey*\",\n", ""),
    ("artifact_store.tf", "      \"kms:Decrypt\",\n", ""),
    (
        "pipeline.tf",
        "      \"s3:GetObject\",\n      \"s3:GetObjectVersion\",\n",
        "      \"s3:GetObjectAcl\",\n",
    ),
    (
        "pipeline.tf",
        "codepipeline.amazonaws.com",
        "codebuild.amazonaws.com",
    ),
    (
        "pipeline.tf",
        "format(\"arn:aws:iam::%s:role/%s\", var.registry_account_id, local.action_role_name)",
        "\"arn:aws:iam::111111111111:role/another\"",
    ),
    (
        "pipeline.tf",
        "    resources = [\"${aws_s3_bucket.releases.arn}/*\"]",
        "    resources = [\"${aws_s3_bucket.releases.arn}/elsewhere/*\"]",
    ),
    (
        "pipeline.tf",
        "resource \"aws_iam_role_policy\" \"codepipeline\" {\n  provider = aws.pipeline\n  name     = \"codepipeline\"\n  role     = aws_iam_role.codepipeline.id\n  policy   = data.aws_iam_policy_document.codepipeline.json\n}\n",
        "",
    ),
];

/// The places in the list of the two resources that go as a whole.
const BUCKET_POLICY: usize = 8;
const SERVICE_POLICY: usize = 17;

fn example() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cross-account-ecr")
}

fn run(options: &Options) -> Outcome {
    rehearse(options, &mut |_| {}).unwrap_or_else(|p| panic!("{p:?}"))
}

/// All policies that the delivery's parts have, by name.
fn policies(outcome: &Outcome) -> BTreeMap<String, Vec<Document>> {
    let client = |account: &str| Client::root(&outcome.engine, account, "us-east-1");
    let (a, b) = (client(A), client(B));
    let mut out: BTreeMap<String, Vec<Document>> = BTreeMap::new();
    // Every rehearsal makes another key.
    let key = outcome.made["aws_kms_key.artifact_store"]["arn"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut add = |name: &str, text: &str| {
        let text = text.replace(&key, "arn:aws:kms:us-east-1:222222222222:key/KEY");
        out.entry(name.to_owned())
            .or_default()
            .push(text.parse().unwrap());
    };
    let decode = |v: &Value| {
        percent_encoding::percent_decode_str(v.as_str().unwrap())
            .decode_utf8()
            .unwrap()
            .into_owned()
    };
    for client in [&a, &b] {
        let roles = client.call("iam", "ListRoles", json!({})).unwrap();
        for role in roles["Roles"].as_array().unwrap() {
            let name = role["RoleName"].as_str().unwrap();
            add(
                &format!("trust of {name}"),
                &decode(&role["AssumeRolePolicyDocument"]),
            );
            let list = client
                .call("iam", "ListRolePolicies", json!({"RoleName": name}))
                .unwrap();
            for policy in list["PolicyNames"].as_array().unwrap() {
                let answer = client
                    .call(
                        "iam",
                        "GetRolePolicy",
                        json!({"RoleName": name, "PolicyName": policy}),
                    )
                    .unwrap();
                add(
                    &format!("identity of {name}"),
                    &decode(&answer["PolicyDocument"]),
                );
            }
        }
    }
    let bucket = format!("delivery-artifacts-{B}");
    if let Ok(answer) = b.call("s3", "GetBucketPolicy", json!({"Bucket": bucket})) {
        add("bucket", answer["Policy"].as_str().unwrap());
    }
    let answer = b
        .call("kms", "GetKeyPolicy", json!({"KeyId": key}))
        .unwrap();
    add("key", answer["Policy"].as_str().unwrap());
    out
}

/// The statements of several documents as one, with or without those that deny.
fn joined(documents: &[Document], denials: bool) -> Document {
    let mut statements = Vec::new();
    for document in documents {
        for (index, statement) in document.statements().iter().enumerate() {
            if denials || statement.effect == Effect::Allow {
                statements.push(document.statement_text(index).unwrap().to_owned());
            }
        }
    }
    let list = statements.join(",");
    format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{list}]}}")
        .parse()
        .unwrap()
}

/// A sequence of numbers from a seed.
fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    }
}

fn broken(seed: u64) -> (tempfile::TempDir, Vec<usize>) {
    let mut next = numbers(seed + 1);
    let count = 1 + next(5);
    let mut taken: Vec<usize> = Vec::new();
    while taken.len() < count {
        let index = next(AGREEMENTS.len());
        if !taken.contains(&index) {
            taken.push(index);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(example()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "tf") {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let mut text = std::fs::read_to_string(&path).unwrap();
            for index in &taken {
                let (file, from, to) = AGREEMENTS[*index];
                if file == name {
                    // Two agreements may share a line; then the first was taken away already.
                    text = text.replacen(from, to, 1);
                }
            }
            // What is not there any more cannot be waited for.
            if taken.contains(&BUCKET_POLICY) {
                text = text.replace("    aws_s3_bucket_policy.artifact_store,\n", "");
            }
            if taken.contains(&SERVICE_POLICY) {
                text = text.replace("    aws_iam_role_policy.codepipeline,\n", "");
            }
            std::fs::write(folder.path().join(name), text).unwrap();
        }
    }
    (folder, taken)
}

/// Where the repaired configurations stay, for the real Terraform to take them up (`conformance/test_tries.py`).
fn kept() -> std::path::PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("repaired")
}

fn keep(folder: &Path, seed: u64) {
    let to = kept().join(format!("{seed:03}"));
    std::fs::create_dir_all(&to).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

fn attempt(seed: u64, golden: &BTreeMap<String, Vec<Document>>) {
    let (folder, taken) = broken(seed);
    let options = Options::new(folder.path());
    let outcome = run(&options);
    let what = format!("seed {seed}, without {taken:?}");
    if outcome.passes() {
        return; // What was taken away is not needed by itself: one key permission stands in for another.
    }
    let completion = complete(&options, &outcome).unwrap();
    assert!(completion.passes, "{what}: {:?}", completion.stuck);
    let fixed = fix(&options, &completion).unwrap();
    assert!(
        fixed.passes,
        "{what}: {}\n{:?}",
        fixed.diff(),
        fixed.unwritten
    );
    fixed.write().unwrap();
    let repaired = run(&options);
    assert!(repaired.passes(), "{what}");
    keep(folder.path(), seed);
    let before = policies(&outcome);
    for (name, documents) in policies(&repaired) {
        // What a broken agreement says instead is not the repair's doing.
        let mut old = golden.get(&name).cloned().unwrap_or_default();
        old.extend(before.get(&name).cloned().unwrap_or_default());
        // With the whole bucket policy its denials are gone as well; no repair can know of them.
        let denials = !(name == "bucket" && taken.contains(&BUCKET_POLICY));
        let old = joined(&old, denials);
        let new = new_access(&joined(&documents, true), &old);
        assert!(
            new == Compared::Nothing,
            "{what}: {name} allows more: {new:?}\n{}",
            fixed.diff()
        );
    }
}

#[test]
fn every_agreement_can_be_taken_away() {
    for (file, from, _) in AGREEMENTS {
        let text = std::fs::read_to_string(example().join(file)).unwrap();
        assert!(text.contains(from), "{file} does not hold {from}");
    }
}

#[test]
fn one_repair_brings_the_delivery_back() {
    let outcome = run(&Options::new(example()));
    assert!(outcome.passes());
    let golden = policies(&outcome);
    match std::fs::remove_dir_all(kept()) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => panic!("{e}"),
        _ => {}
    }
    std::thread::scope(|scope| {
        for worker in 0..4u64 {
            let golden = &golden;
            scope.spawn(move || {
                for seed in (worker..200).step_by(4) {
                    attempt(seed, golden);
                }
            });
        }
    });
}

/// Role names are an account's own, and a pipeline may wait for nothing: a repair goes to the right account, and makes the
/// pipeline wait for what is new.
#[test]
fn the_same_role_name_in_both_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let service = AGREEMENTS[SERVICE_POLICY].1;
    for entry in std::fs::read_dir(example()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "tf") {
            let mut text = std::fs::read_to_string(&path)
                .unwrap()
                .replace("%s-ecr-source", "%s-codepipeline")
                .replace("[\"ecr:DescribeImages\"]", "[\"ecr:ListImages\"]")
                .replace(service, "");
            if let Some(at) = text.find("  depends_on = [\n    aws_ecr_repository_policy") {
                let end = at + text[at..].find("]\n").unwrap() + 2;
                text.replace_range(at..end, "  depends_on = [aws_iam_role_policy.ecr_source, aws_s3_bucket_policy.artifact_store]\n");
            }
            let name = path.file_name().unwrap();
            std::fs::write(folder.path().join(name), text).unwrap();
        }
    }
    let options = Options::new(folder.path());
    let outcome = run(&options);
    assert!(!outcome.passes());
    let completion = complete(&options, &outcome).unwrap();
    let holders: BTreeMap<&str, usize> =
        completion
            .patches
            .iter()
            .fold(BTreeMap::new(), |mut all, p| {
                *all.entry(p.holder.as_str()).or_default() += 1;
                all
            });
    let role = |account| format!("arn:aws:iam::{account}:role/delivery-codepipeline");
    assert!(
        holders.contains_key(&*role(A)) && holders.contains_key(&*role(B)),
        "{holders:?}"
    );
    let fixed = fix(&options, &completion).unwrap();
    assert!(fixed.passes, "{}", fixed.diff());
    let diff = fixed.diff();
    assert!(
        diff.contains("aws_s3_bucket_policy.artifact_store, aws_iam_role_policy.codepipeline]"),
        "{diff}"
    );
}
