//! `cargo xtask test`: every test there is, and what it needs.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn run(command: &mut Command, what: &str) -> Result<(), String> {
    say(what);
    let status = command.status().map_err(|e| format!("{what}: {e}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{what}: {status}"))
    }
}

#[expect(clippy::print_stderr, reason = "a task's messages go to the terminal")]
fn say(what: &str) {
    eprintln!("\n== {what}");
}

fn quiet(program: &str, argument: &str) -> bool {
    Command::new(program)
        .arg(argument)
        .output()
        .is_ok_and(|o| o.status.success())
}

/// Rust tests, then real clients against the binary.
pub(crate) fn all(extra: &[&str]) -> Result<(), String> {
    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    run(
        Command::new(&cargo)
            .args(["test", "--workspace", "--quiet"])
            .args(extra),
        "cargo test",
    )?;
    run(
        Command::new(&cargo).args(["build", "--quiet", "--package", "sekisho"]),
        "the binary",
    )?;
    packages()?;
    let python = virtual_environment()?;
    let pytest = [
        "-m",
        "pytest",
        "-q",
        "--no-header",
        "-rs",
        "--numprocesses=auto",
        "--dist=worksteal",
        "--every-operation",
        "conformance",
    ];
    run(
        Command::new(python).args(pytest).env("SEKISHO", binary()),
        "conformance: boto3, the AWS CLI, skopeo, Terraform, a browser",
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo is told by the environment where it builds"
)]
fn binary() -> PathBuf {
    let target =
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let path = target.join("debug").join("sekisho");
    std::path::absolute(&path).unwrap_or(path)
}

/// Installs packages of the system, unless the program is there.
fn installed(program: &str, packages: &[&str]) -> bool {
    if quiet(program, "--version") {
        return true;
    }
    say(&format!("installing {}", packages.join(", ")));
    quiet("apt-get", "update")
        && Command::new("apt-get")
            .args(["install", "-y", "-q", "--no-install-recommends"])
            .args(packages)
            .output()
            .is_ok_and(|o| o.status.success())
}

/// What the tests need of the system's packages: without skopeo they cannot run, without a browser those of the HTML
/// report say so and are left out.
fn packages() -> Result<(), String> {
    if !installed("skopeo", &["skopeo"]) {
        return Err("skopeo is missing: install it with the system's package manager (Debian: apt-get install skopeo)".to_owned());
    }
    if !installed("chromedriver", &["chromium", "chromium-driver"]) {
        say(
            "NOT RUN: the tests of the HTML report need chromium and chromedriver (Debian: apt-get install chromium chromium-driver)",
        );
    }
    Ok(())
}

/// A virtual environment of the project's own, made when the requirements change.
fn virtual_environment() -> Result<PathBuf, String> {
    let folder = Path::new(".venv");
    let python = folder.join("bin").join("python");
    let stamp = folder.join("requirements.txt");
    let wanted =
        std::fs::read_to_string("conformance/requirements.txt").map_err(|e| e.to_string())?;
    if std::fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(python);
    }
    if !quiet("python3", "--version") {
        return Err(
            "python3 is missing: install Python 3.9 or later with its venv module".to_owned(),
        );
    }
    run(
        Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(folder),
        "a virtual environment",
    )?;
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        "conformance/requirements.txt",
    ];
    run(
        Command::new(&python).args(install),
        "boto3, the AWS CLI and pytest",
    )?;
    std::fs::write(&stamp, wanted).map_err(|e| e.to_string())?;
    Ok(python)
}
