//! What a program leaves behind when somebody stops the rehearsal: it is stopped as well, and the copy of the user's files goes.

use std::path::PathBuf;
use std::process::{Child, Command, Output};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::printer::Printer;

#[derive(Debug, Default)]
struct Now {
    /// The id of the process that runs.
    id: Option<u32>,
    /// Whether somebody stopped the rehearsal: nothing is started any more.
    stopped: bool,
}

/// The program that runs.
#[derive(Debug, Clone, Default)]
pub(super) struct Running(Arc<Mutex<Now>>);

impl Running {
    /// Runs a program to its end. Where the rehearsal is stopped meanwhile, or was before, it does not come back: who stops it ends
    /// this one as well.
    pub(super) fn run(&self, command: &mut Command) -> std::io::Result<Output> {
        let child = {
            let mut now = self.now();
            if now.stopped {
                None
            } else {
                let child = command.spawn()?;
                now.id = Some(child.id());
                Some(child)
            }
        };
        let done = child.map(Child::wait_with_output);
        self.now().id = None;
        match done {
            Some(done) if !self.now().stopped => done,
            _ => loop {
                std::thread::park();
            },
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, to the end of this program, for somebody who stops the rehearsal: once it is listened for, a signal does nothing else.
    pub(super) fn watch_on(&self, made: Vec<PathBuf>) {
        let own = self.clone();
        std::thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            if let Ok(runtime) = runtime.enable_all().build() {
                runtime.block_on(own.watch(made));
            }
        });
    }

    /// Waits for somebody who stops the rehearsal, and ends it: the program first, which ends its providers, then what was made for
    /// it.
    async fn watch(self, made: Vec<PathBuf>) {
        /// How long the program has to end by itself.
        const GRACE: u32 = 100;
        const STEP: Duration = Duration::from_millis(100);
        crate::signals::stop().await;
        self.now().stopped = true;
        self.signal("-INT");
        for _ in 0..GRACE {
            if self.now().id.is_none() {
                break;
            }
            tokio::time::sleep(STEP).await;
        }
        self.signal("-KILL");
        for folder in made {
            let _ = std::fs::remove_dir_all(folder);
        }
        Printer::default().error("interrupted: nothing was decided");
        // As a shell has it for what an interrupt ends.
        std::process::exit(130);
    }

    fn signal(&self, name: &str) {
        // Taken out first: the end of the program is to be noted meanwhile.
        let id = self.now().id;
        if let Some(id) = id {
            let _ = Command::new("kill").args([name, &id.to_string()]).status();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_told_to_end_and_nothing_else_is() {
        let running = Running::default();
        let of_nothing = running.clone();
        of_nothing.signal("-INT");
        let other = running.clone();
        let waits = std::thread::spawn(move || other.run(Command::new("sleep").arg("60")));
        while running.now().id.is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        running.signal("-INT");
        assert!(!waits.join().unwrap().unwrap().status.success());
        assert_eq!(running.now().id, None);
    }

    #[test]
    fn nothing_starts_once_it_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("made");
        let running = Running::default();
        running.now().stopped = true;
        let waits = {
            let (running, made) = (running.clone(), made.clone());
            std::thread::spawn(move || running.run(Command::new("touch").arg(made)))
        };
        std::thread::sleep(Duration::from_millis(200));
        assert!(!waits.is_finished() && !made.exists());
        assert_eq!(running.now().id, None);
    }
}
