//! What a program leaves behind when somebody stops the rehearsal: it is stopped as well, and the copy of the user's files goes.

use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::printer::Printer;

/// The program that runs, by the id of its process.
#[derive(Debug, Clone, Default)]
pub(super) struct Running(Arc<Mutex<Option<u32>>>, Arc<AtomicBool>);

impl Running {
    /// Says which one runs, until that is over.
    pub(super) fn set(&self, child: Option<&Child>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = child.map(Child::id);
    }

    fn id(&self) -> Option<u32> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Says nothing of a program that was stopped: who stops it ends this one as well.
    pub(super) fn hold(&self) {
        while self.1.load(Ordering::Relaxed) {
            std::thread::park();
        }
    }

    /// Waits for somebody who stops the rehearsal, and ends it: the program first, which ends its providers, then what was made for
    /// it.
    async fn watch(self, made: Vec<PathBuf>) {
        /// How long the program has to end by itself.
        const GRACE: u32 = 100;
        const STEP: Duration = Duration::from_millis(100);
        crate::signals::stop().await;
        self.1.store(true, Ordering::Relaxed);
        self.signal("-INT");
        for _ in 0..GRACE {
            if self.id().is_none() {
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
        if let Some(id) = self.id() {
            let _ = Command::new("kill").args([name, &id.to_string()]).status();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_told_to_end_and_nothing_else_is() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let running = Running::default();
        running.signal("-INT");
        assert!(child.try_wait().unwrap().is_none());
        running.set(Some(&child));
        running.signal("-INT");
        assert!(!child.wait().unwrap().success());
        running.set(None);
        assert_eq!(running.id(), None);
    }
}
