//! The state on disk: one redb file. A commit is on disk before the call that made it is answered.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use crate::overlay::Changes;
use crate::{Entry, Snapshot, StoreError};

const STATE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("state");
const EVENTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("events");
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// Events beyond this many are dropped, oldest first.
const MAX_EVENTS: u64 = 1_000_000;

pub(crate) struct Disk {
    database: Database,
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Disk(error.to_string())
}

impl Disk {
    pub(crate) fn open(path: &Path) -> Result<(Self, Snapshot), StoreError> {
        // Secrets are in it.
        let mut file = OpenOptions::new();
        file.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
        drop(file.open(path).map_err(failed)?);
        let database = Database::create(path).map_err(failed)?;
        let write = database.begin_write().map_err(failed)?;
        {
            write.open_table(STATE).map_err(failed)?;
            write.open_table(EVENTS).map_err(failed)?;
            write.open_table(META).map_err(failed)?;
        }
        write.commit().map_err(failed)?;
        let mut snapshot = Snapshot::default();
        let read = database.begin_read().map_err(failed)?;
        snapshot.version = read
            .open_table(META)
            .map_err(failed)?
            .get("version")
            .map_err(failed)?
            .map_or(0, |v| v.value());
        for row in read
            .open_table(STATE)
            .map_err(failed)?
            .iter()
            .map_err(failed)?
        {
            let (key, value) = row.map_err(failed)?;
            let entry = Entry {
                bytes: value.value().into(),
                version: snapshot.version,
                decoded: Arc::new(OnceLock::new()),
            };
            snapshot.map.insert(key.value().to_owned(), entry);
        }
        drop(read);
        Ok((Self { database }, snapshot))
    }

    pub(crate) fn commit(
        &self,
        version: u64,
        changes: &Changes,
        events: &[(u64, Vec<u8>)],
    ) -> Result<(), StoreError> {
        let write = self.database.begin_write().map_err(failed)?;
        {
            let mut state = write.open_table(STATE).map_err(failed)?;
            for (key, change) in changes {
                match change {
                    Some(entry) => state.insert(key.as_str(), &*entry.bytes).map_err(failed)?,
                    None => state.remove(key.as_str()).map_err(failed)?,
                };
            }
            write
                .open_table(META)
                .map_err(failed)?
                .insert("version", version)
                .map_err(failed)?;
            let mut log = write.open_table(EVENTS).map_err(failed)?;
            for (id, bytes) in events {
                log.insert(*id, bytes.as_slice()).map_err(failed)?;
            }
        }
        write.commit().map_err(failed)
    }

    pub(crate) fn append_events(&self, events: &[(u64, Vec<u8>)]) -> Result<(), StoreError> {
        let write = self.database.begin_write().map_err(failed)?;
        {
            let mut log = write.open_table(EVENTS).map_err(failed)?;
            for (id, bytes) in events {
                log.insert(*id, bytes.as_slice()).map_err(failed)?;
            }
            if let Some(last) = events
                .last()
                .map(|(id, _)| *id)
                .filter(|id| *id > MAX_EVENTS)
            {
                log.retain(|id, _| id > last - MAX_EVENTS).map_err(failed)?;
            }
        }
        write.commit().map_err(failed)
    }

    pub(crate) fn events(&self, limit: usize) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let read = self.database.begin_read().map_err(failed)?;
        let log = read.open_table(EVENTS).map_err(failed)?;
        let mut out = Vec::new();
        for row in log.iter().map_err(failed)?.rev().take(limit) {
            let (id, bytes) = row.map_err(failed)?;
            out.push((id.value(), bytes.value().to_vec()));
        }
        out.reverse();
        Ok(out)
    }
}
