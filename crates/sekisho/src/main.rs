//! The binary: reads the command line, and turns what a command answers into an exit code.

use std::process::ExitCode;

use clap::Parser;
use sekisho::commands::{self, Cli};

fn main() -> ExitCode {
    commands::run(Cli::parse_from(commands::arguments(std::env::args_os())))
}
