//! `sekisho completions` and `sekisho man`: made from the same description of the command line that reads it.

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Cli, CouldNotRun, Status};

/// Options of `sekisho completions`.
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn completions(args: &Completions) -> Result<Status, CouldNotRun> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "sekisho", &mut text);
    write(&text)
}

/// One page for the program, and one for each of its commands behind it.
pub(crate) fn manual() -> Result<Status, CouldNotRun> {
    let mut text = Vec::new();
    let failed = |e: std::io::Error| CouldNotRun(e.to_string());
    let command = Cli::command();
    clap_mangen::Man::new(command.clone())
        .render(&mut text)
        .map_err(failed)?;
    for sub in command.get_subcommands() {
        let name = format!("sekisho-{}", sub.get_name());
        clap_mangen::Man::new(sub.clone())
            .title(name)
            .render(&mut text)
            .map_err(failed)?;
    }
    write(&text)
}

/// A reader that has gone away wants no more.
fn write(text: &[u8]) -> Result<Status, CouldNotRun> {
    let _ = std::io::stdout().lock().write_all(text);
    Ok(Status::Passes)
}
