//! The project's own chores: `cargo xtask <task>`.

mod models;

use std::path::Path;
use std::process::ExitCode;

#[expect(clippy::print_stderr, reason = "a task's messages go to the terminal")]
fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["models", botocore, iam] => models::refresh(
            Path::new(botocore),
            Path::new(iam),
            Path::new("crates/model/data"),
        ),
        _ => Err("tasks: models BOTOCORE_DIR IAM_DEFINITION_JSON".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
