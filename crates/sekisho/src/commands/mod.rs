//! The commands.

mod evaluate;
mod explain;
mod generate;
mod new;
mod of_plan;
mod reading;
mod rehearse;
mod serve;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::printer::{Printer, lost};

/// Runs a delivery that crosses AWS accounts on this machine, and says which policy would stop it.
#[derive(Debug, Parser)]
#[command(version, about, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints completions for a shell
    Completions(generate::Completions),
    /// Decides requests under policies: cases in, one answer a line out
    Evaluate(evaluate::Args),
    /// Explains a denial: by its id, or by what AWS said, with the configuration beside it
    Explain(explain::Args),
    /// Prints the manual page
    Man,
    /// Writes a configuration that is ready to be applied
    New(new::Args),
    /// Runs the Terraform configuration in a directory, and its pipeline, and shows every call with its decision
    Rehearse(rehearse::Args),
    /// Serves AWS's APIs and a container registry for Terraform, the AWS CLI, the SDKs, docker and skopeo
    Serve(serve::Args),
}

/// The command line with `-var` and `-var-file`, as Terraform writes them, in the form of all others: with two dashes.
pub fn arguments(given: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    given.map(|argument| {
        let name = argument.to_str().and_then(|a| a.split('=').next());
        match name {
            Some("-var" | "-var-file") => {
                let mut out = OsString::from("-");
                out.push(argument);
                out
            }
            _ => argument,
        }
    })
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It passes.
    Passes,
    /// It ran, and does not pass.
    Fails,
}

/// Why a command could not run: for the person at the terminal.
#[derive(Debug)]
pub struct CouldNotRun(pub String);

/// Runs a command; the exit code is 0 if it passes, 1 if it does not, 2 if it could not run.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let result = match cli.command {
        Command::Completions(args) => generate::completions(&args),
        Command::Man => generate::manual(),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::New(args) => new::run(&args),
        Command::Rehearse(args) => rehearse::run(&args),
        Command::Serve(args) => serve::run(&args),
    };
    match result {
        Ok(_) if lost() => {
            Printer::default().error("the result could not be written whole to standard output");
            ExitCode::from(2)
        }
        Ok(Status::Passes) => ExitCode::SUCCESS,
        Ok(Status::Fails) => ExitCode::from(1),
        Err(CouldNotRun(message)) => {
            Printer::default().error(&message);
            ExitCode::from(2)
        }
    }
}
