//! The project's own chores: `cargo xtask <task>`.

#![allow(clippy::disallowed_methods, reason = "chores read the environment")]

mod models;
mod provider;
mod test;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

const TASKS: &str = "tasks:
  test [CARGO TEST ARGUMENTS]   every test, with what it needs
  tidy                          what the tree is held to
  models BOTOCORE_DIR IAM_JSON  refresh the API models and the IAM reference data
  provider SCHEMAS [TYPE ...]   refresh the schema of the AWS provider from `terraform providers schema -json`";

#[expect(clippy::print_stderr, reason = "a task's messages go to the terminal")]
fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["test", extra @ ..] => test::all(extra),
        ["tidy"] => tidy::check(),
        ["models", botocore, iam] => models::refresh(
            Path::new(botocore),
            Path::new(iam),
            Path::new("crates/model/data"),
        ),
        ["provider", schemas, more @ ..] => provider::refresh(
            Path::new(schemas),
            more,
            Path::new("crates/sekisho/src/rehearse/resources/schema.json"),
        ),
        [] => Err(format!("which task? {TASKS}")),
        [task, ..] => Err(format!(
            "`{task}` is no task, or not with these arguments; {TASKS}"
        )),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
