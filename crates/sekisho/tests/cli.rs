//! The binary as a person meets it: exit codes, streams, images given, and the documents that describe its output.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

mod edited;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cross-account-ecr")
}

fn sekisho(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args(args)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

fn rehearse(extra: &[&str]) -> Output {
    let folder = example();
    sekisho(&[&["rehearse", folder.to_str().unwrap()], extra].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn it_passes_with_0_and_results_go_to_standard_output() {
    let out = rehearse(&[]);
    assert_eq!(out.status.code(), Some(0));
    let (stdout, stderr) = (text(&out.stdout), text(&out.stderr));
    assert_eq!(
        stdout.lines().last(),
        Some("passes: 1 pipeline succeeded, 9 calls, all allowed")
    );
    assert_eq!(stderr, "", "a pipe gets no progress");
    assert!(!stdout.contains('\u{1b}'), "a pipe gets no colour");
}

#[test]
fn it_does_not_pass_with_1() {
    let out = rehearse(&["--approve", "no", "-q"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stdout).contains("Rejected in a rehearsal"));
    let out = rehearse(&["--no-image", "-q"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stdout).contains("imageTag:'latest'} does not exist within the repository"));
}

#[test]
fn it_could_not_run_with_2_and_says_what_to_do() {
    for (args, part) in [
        (
            vec!["rehearse", "/nowhere"],
            "error: /nowhere: No such file or directory",
        ),
        (
            vec!["rehearse", ".", "--var", "nonsense"],
            "invalid value 'nonsense' for '--var <NAME=VALUE>': expected NAME=VALUE",
        ),
        (vec!["rehearse"], "error: .: there are no .tf files"),
        (vec!["rehears"], "a similar subcommand exists: 'rehearse'"),
        (
            vec!["serve", "--listen", "0.0.0.0:4566"],
            "say which secret its root keys have with --root-secret",
        ),
    ] {
        let out = sekisho(&args);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        assert!(text(&out.stderr).contains(part), "{}", text(&out.stderr));
        assert!(out.stdout.is_empty());
    }
}

#[test]
fn json_holds_what_the_schema_requires() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../docs/rehearse.schema.json")).unwrap();
    for extra in [
        &["--format", "json", "-q"][..],
        &["--format", "json", "-q", "--no-image"],
    ] {
        let document: Value = serde_json::from_slice(&rehearse(extra).stdout).unwrap();
        required(&document, &schema, &schema);
    }
}

/// A system that waits for a report gets one, which says why there is nothing in it.
#[test]
fn every_form_says_what_keeps_it_from_being_rehearsed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.tf"), "locals {\n  a = var.x\n}\n").unwrap();
    let directory = folder.path().to_str().unwrap();
    let said = "is not declared";
    for format in ["json", "sarif", "junit", "markdown", "html"] {
        for (arguments, part) in [
            (vec![directory], said),
            (vec![directory, "--data", directory], "--data "),
            (vec!["/nowhere"], "/nowhere: "),
        ] {
            let mut all = vec!["rehearse", "-q", "--format", format];
            all.extend(arguments);
            let out = sekisho(&all);
            assert_eq!(out.status.code(), Some(2));
            let shown = text(&out.stdout).replace("&#96;", "`");
            assert!(shown.contains(part), "{all:?}: {shown}");
            if format == "json" {
                let schema: Value =
                    serde_json::from_str(include_str!("../../../docs/rehearse.schema.json"))
                        .unwrap();
                let document: Value = serde_json::from_str(&shown).unwrap();
                required(&document, &schema, &schema);
                assert_eq!(document["problems"].as_array().map(Vec::len), Some(1));
            }
        }
    }
}

/// `required`, `type`, `enum`, `items`, `properties` and `$ref`: what the schema uses.
fn required(value: &Value, schema: &Value, root: &Value) {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(
        kinds.is_empty() || kinds.contains(&kind),
        "{value} is no {kinds:?}"
    );
    assert!(
        schema["enum"].as_array().is_none_or(|e| e.contains(value)),
        "{value}"
    );
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(
            value.get(name.as_str().unwrap()).is_some(),
            "{name} is missing in {value}"
        );
    }
    // A policy statement may hold anything.
    let closed = schema.get("properties").is_some();
    for (name, inner) in value.as_object().into_iter().flatten().filter(|_| closed) {
        let property = &schema["properties"][name];
        assert!(!property.is_null(), "the schema does not know `{name}`");
        required(inner, property, root);
    }
    let items = schema.get("items");
    for inner in value.as_array().into_iter().flatten() {
        required(inner, items.unwrap_or(&Value::Null), root);
    }
}

#[test]
fn an_image_of_ones_own_is_delivered() {
    let folder = tempfile::tempdir().unwrap();
    // A `docker save` archive.
    let archive = folder.path().join("image.tar");
    let mut tar = tar::Builder::new(std::fs::File::create(&archive).unwrap());
    let mut add = |name: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, name, bytes).unwrap();
    };
    add("layer.tar", b"not really a layer");
    add(
        "config.json",
        br#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"#,
    );
    add(
        "manifest.json",
        br#"[{"Config":"config.json","RepoTags":["app:v1"],"Layers":["layer.tar"]}]"#,
    );
    tar.finish().unwrap();
    let image = format!("team/app={}", archive.display());
    let own = rehearse(&["--image", &image, "-q"]);
    assert_eq!(own.status.code(), Some(0), "{}", text(&own.stderr));
    let digest =
        |out: &Output| text(&out.stdout).split("image digest: ").nth(1).unwrap()[..71].to_owned();
    assert_ne!(digest(&own), digest(&rehearse(&["-q"])));
    // What is no image is no matter of the pipeline's.
    let none = rehearse(&["--image", "team/app=/nonexistent/image", "-q"]);
    assert_eq!(none.status.code(), Some(2));
    let said = text(&none.stderr);
    assert!(
        said.contains("--image team/app=/nonexistent/image: "),
        "{said}"
    );
    // An OCI layout.
    use sha2::{Digest, Sha256};
    let layout = folder.path().join("layout");
    std::fs::create_dir_all(layout.join("blobs/sha256")).unwrap();
    let put = |bytes: &[u8]| {
        let name = hex::encode(Sha256::digest(bytes));
        std::fs::write(layout.join("blobs/sha256").join(&name), bytes).unwrap();
        format!("sha256:{name}")
    };
    let (config, layer) = (put(b"{}"), put(b"layer"));
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{config}","size":2}},"layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{layer}","size":5}}]}}"#
    );
    let name = put(manifest.as_bytes());
    std::fs::write(
        layout.join("index.json"),
        format!(r#"{{"manifests":[{{"digest":"{name}"}}]}}"#),
    )
    .unwrap();
    let image = format!("team/app:latest={}", layout.display());
    assert_eq!(
        digest(&rehearse(&["--image", &image, "-q"])),
        name,
        "the manifest is pushed byte for byte"
    );
}

/// A copy of the example with four agreements taken away.
fn broken() -> tempfile::TempDir {
    edited::edited(
        Some("cross-account-ecr"),
        &[
            (
                "registry.tf",
                "[\"ecr:DescribeImages\"]",
                "[\"ecr:ListImages\"]",
            ),
            ("registry.tf", "      \"s3:PutObject\",\n", ""),
            (
                "artifact_store.tf",
                "        format(\"arn:aws:iam::%s:root\", var.registry_account_id),\n        aws_iam_role.codepipeline.arn,\n",
                "        aws_iam_role.codepipeline.arn,\n",
            ),
            (
                "pipeline.tf",
                "      \"s3:GetObject\",\n      \"s3:GetObjectVersion\",\n",
                "",
            ),
        ],
    )
}

/// What the README shows as output is what comes out, line by line, but for what it leaves out and the names of sessions.
#[test]
fn the_readme_shows_what_comes_out() {
    let readme = include_str!("../../../README.md");
    let steady = |text: &str| {
        let session = regex_lite::Regex::new("/1[0-9]{12}\\b").unwrap();
        session.replace_all(text, "/<session>").into_owned()
    };
    let folder = broken();
    let path = folder.path().to_str().unwrap();
    let missing = text(&sekisho(&["rehearse", "-q", path]).stdout);
    let missing = missing
        .replace(path, "infra")
        .replace(path.trim_start_matches('/'), "infra");
    let fixed = text(&sekisho(&["rehearse", "-q", "--fix", "--check", path]).stdout);
    // The README works in the folder above.
    let fixed = fixed.replace("--- a/", "--- a/infra/");
    let fixed = fixed.replace("+++ b/", "+++ b/infra/");
    for (begins, out) in [
        ("delivery  account", text(&rehearse(&["-q"]).stdout)),
        ("does not pass: ", missing),
        ("--- a/infra/artifact_store.tf", fixed),
    ] {
        let blocks = readme.split("```").skip(1).step_by(2);
        let block = blocks
            .filter_map(|b| b.split_once('\n').map(|(_, text)| text))
            .find(|b| b.starts_with(begins))
            .unwrap();
        let out = steady(&out);
        let mut lines = out.lines();
        for line in steady(block).lines().filter(|l| l.trim() != "…") {
            assert!(
                lines.any(|l| l == line),
                "{line:?} is not (or no more) in\n{out}"
            );
        }
    }
}

#[test]
fn everything_that_is_missing_at_once() {
    let folder = broken();
    let path = folder.path().to_str().unwrap();
    let out = sekisho(&["rehearse", "-q", path]);
    assert_eq!(out.status.code(), Some(1));
    let stdout = text(&out.stdout);
    assert!(stdout.contains("4 statements are missing in all (rehearsed: with them the delivery passes, and without any one of them it does not)"), "{stdout}");
    assert_eq!(
        stdout.lines().last(),
        Some(
            "does not pass: 4 statements to add in accounts 111111111111 and 222222222222; --fix writes them, --fix --check shows the diff"
        )
    );
    let out = sekisho(&["rehearse", "-q", "--format", "json", path]);
    let document: Value = serde_json::from_slice(&out.stdout).unwrap();
    let schema: Value =
        serde_json::from_str(include_str!("../../../docs/rehearse.schema.json")).unwrap();
    required(&document, &schema, &schema);
    assert_eq!(document["changes"]["enough"], true);
    assert_eq!(
        document["changes"]["statements"].as_array().unwrap().len(),
        4
    );
}

#[test]
fn a_fix_is_shown_and_written() {
    let folder = broken();
    let path = folder.path().to_str().unwrap();
    let before = std::fs::read_to_string(folder.path().join("registry.tf")).unwrap();
    let out = sekisho(&["rehearse", "-q", path, "--fix", "--check"]);
    assert_eq!(out.status.code(), Some(1), "there is a difference");
    let diff = text(&out.stdout);
    for line in [
        "+      identifiers = [aws_iam_role.ecr_source.arn]",
        "+    resources = [aws_ecr_repository.app.arn]",
        "+    resources = [\"${aws_s3_bucket.artifact_store.arn}/${var.name}/ImageDefin/*\"]",
    ] {
        assert!(diff.contains(line), "{line} is not in\n{diff}");
    }
    assert!(
        !diff
            .lines()
            .any(|l| l.starts_with('-') && !l.starts_with("---")),
        "nothing is taken away"
    );
    let after = std::fs::read_to_string(folder.path().join("registry.tf")).unwrap();
    assert_eq!(before, after, "--check writes nothing");
    let out = sekisho(&["rehearse", "-q", path, "--fix"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    assert_eq!(
        text(&out.stdout),
        "fixed: 4 statements added; rehearsed, the delivery passes\n"
    );
    assert_eq!(sekisho(&["rehearse", "-q", path]).status.code(), Some(0));
    // Nothing to do any more.
    let out = sekisho(&["rehearse", "-q", path, "--fix", "--check"]);
    assert_eq!(out.status.code(), Some(0));
}

#[test]
fn what_no_statement_mends_is_not_papered_over() {
    let folder = broken();
    let store = folder.path().join("artifact_store.tf");
    let deny = std::fs::read_to_string(&store).unwrap().replacen(
        "values   = [\"aws:kms\"]",
        "values   = [\"AES256\"]",
        1,
    );
    std::fs::write(&store, &deny).unwrap();
    let path = folder.path().to_str().unwrap();
    let out = sekisho(&["rehearse", "-q", path]);
    assert_eq!(out.status.code(), Some(1));
    let stdout = text(&out.stdout);
    assert!(
        stdout.contains("not enough: something stands in the way that no statement mends"),
        "{stdout}"
    );
    assert!(
        stdout.contains("an explicit deny wins over every allow"),
        "{stdout}"
    );
    let out = sekisho(&["rehearse", "-q", path, "--fix"]);
    assert_eq!(out.status.code(), Some(1));
    assert_eq!(
        std::fs::read_to_string(&store).unwrap(),
        deny,
        "nothing was written"
    );
}

#[test]
fn for_pull_requests_and_ci_systems() {
    let folder = broken();
    let path = folder.path().to_str().unwrap();
    let out = sekisho(&["rehearse", "-q", "--format", "markdown", path]);
    assert_eq!(out.status.code(), Some(1));
    let markdown = text(&out.stdout);
    for part in [
        "## The delivery does not pass",
        "| Source | ContainerImageDefinition | Failed |",
        "| Deploy | Release | not reached |",
        "| 222222222222 | key policy of `arn:aws:kms:",
        "+      identifiers = [aws_iam_role.ecr_source.arn]",
    ] {
        assert!(markdown.contains(part), "{part} is not in\n{markdown}");
    }
    let out = sekisho(&["rehearse", "-q", "--format", "junit", path]);
    assert_eq!(out.status.code(), Some(1));
    let xml = text(&out.stdout);
    // The first action fails, four policies lack something; the other two actions are not reached.
    assert!(
        xml.contains("<testsuites name=\"sekisho rehearse\" tests=\"7\" failures=\"5\">"),
        "{xml}"
    );
    assert!(
        xml.contains(
            "<testcase classname=\"delivery.Deploy\" name=\"Release\"><skipped/></testcase>"
        ),
        "{xml}"
    );
    assert_eq!(xml.matches("<failure ").count(), 5);
    let out = rehearse(&["-q", "--format", "junit"]);
    assert!(text(&out.stdout).contains("tests=\"3\" failures=\"0\""));
    let out = rehearse(&["-q", "--format", "markdown"]);
    assert!(text(&out.stdout).starts_with("## The delivery passes\n"));
}

#[test]
fn completions_and_the_manual_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let out = sekisho(&["completions", shell]);
        assert_eq!(out.status.code(), Some(0));
        let script = text(&out.stdout);
        for word in ["rehearse", "serve", "evaluate", "fix"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let page = text(&sekisho(&["man"]).stdout);
    for part in [".TH sekisho 1", "sekisho\\-rehearse", "no\\-image"] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn what_is_no_denial_is_said_as_well() {
    let folder = broken();
    let path = folder.path().to_str().unwrap();
    let out = sekisho(&["rehearse", "-q", "--no-image", path]);
    assert_eq!(out.status.code(), Some(1));
    let stdout = text(&out.stdout);
    assert!(stdout.contains("not enough"), "{stdout}");
    assert!(
        stdout.contains("then ContainerImageDefinition: ConfigurationError: "),
        "{stdout}"
    );
}

#[test]
fn the_last_assignment_of_a_variable_wins() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("more.tfvars");
    std::fs::write(&file, "repository_name = \"of/file\"\n").unwrap();
    let file = ["--var-file", file.to_str().unwrap()];
    let (one, two) = (
        ["--var", "repository_name=of/one"],
        ["-var", "repository_name=of/two"],
    );
    for (assignments, expected) in [
        ([one, two, file], "repository/of/file"),
        ([file, one, two], "repository/of/two"),
        ([two, file, one], "repository/of/one"),
    ] {
        let out = rehearse(assignments.as_flattened());
        let stdout = text(&out.stdout);
        assert!(stdout.contains(expected), "{assignments:?}: {stdout}");
    }
}

#[test]
fn mistyped_names_are_refused() {
    for (arguments, said) in [
        (
            ["--var", "nme=x"],
            "the command line sets the variable `nme`, which the configuration does not declare",
        ),
        (
            ["--account", "regitry=111111111111"],
            "--account regitry=111111111111: there is no such provider; there are registry, pipeline",
        ),
        (
            ["--account", "registry=12"],
            "--account registry=12: an account id has 12 digits",
        ),
    ] {
        let out = rehearse(&arguments);
        assert_eq!(out.status.code(), Some(2), "{arguments:?}");
        let stderr = text(&out.stderr);
        assert_eq!(stderr.matches(said).count(), 1, "{stderr}");
    }
}

/// `git apply` takes the diff, from wherever the command ran.
#[test]
fn a_diff_is_for_git() {
    let folder = tempfile::tempdir().unwrap();
    let infra = folder.path().join("infra");
    std::fs::create_dir_all(infra.join("elsewhere")).unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cross-account-ecr");
    for entry in std::fs::read_dir(example).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace("[\"ecr:DescribeImages\"]", "[\"ecr:ListImages\"]");
        std::fs::write(infra.join(path.file_name().unwrap()), text).unwrap();
    }
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(folder.path()).args(arguments);
        command.output().unwrap()
    };
    assert!(git(&["init", "-q"]).status.success());
    for (from, directory, apply_in) in [
        ("infra/elsewhere", "..", "."),
        (".", "infra", "."),
        ("infra", ".", "infra"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_sekisho"))
            .current_dir(folder.path().join(from))
            .args(["rehearse", directory, "--fix", "--check"])
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        std::fs::write(folder.path().join("diff"), &output.stdout).unwrap();
        let place = folder.path().join(apply_in);
        let diff = folder.path().join("diff");
        let applied = git(&[
            "-C",
            place.to_str().unwrap(),
            "apply",
            "--check",
            diff.to_str().unwrap(),
        ]);
        assert!(
            applied.status.success(),
            "{from}: {}",
            String::from_utf8_lossy(&applied.stderr)
        );
        let told = String::from_utf8_lossy(&output.stderr).contains("git -C");
        assert_eq!(told, from == "infra/elsewhere");
    }
}
