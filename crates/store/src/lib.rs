//! State: versioned entries in a persistent map, overlays that commit as one or not at all, an event log,
//! and blobs in files.
//!
//! **Invariant:** an [`Overlay`] sees one snapshot and its own writes; [`Store::commit`] applies all of it or,
//! when something it wrote changed meanwhile, nothing ([`StoreError::Conflict`]).
//!
//! Deliberately absent: what the entries mean. Tables are named by those who own them.

mod blob;
mod disk;
mod overlay;
mod seal;
mod table;

use std::any::Any;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use imbl::OrdMap;

pub use blob::{BlobReader, BlobWriter, Blobs, Staged};
pub use overlay::Overlay;
pub use seal::{DataKey, Sealed, open as unseal, seal};
pub use table::Table;

use disk::Disk;

/// What can go wrong below the services.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something that the overlay wrote was changed by another commit.
    #[error("the state changed while the call ran")]
    Conflict,
    /// The data directory failed.
    #[error("the data directory failed: {0}")]
    Disk(String),
    /// A blob failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// An entry does not have the shape of its table.
    #[error("`{key}` does not read: {reason}")]
    Decode {
        /// The entry.
        key: String,
        /// Why.
        reason: String,
    },
    /// Ciphertext, key or nonce do not belong together.
    #[error("the data does not decrypt")]
    Unseal,
}

/// One versioned entry. The decoded form is kept beside the bytes and shared by all readers of this version.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) version: u64,
    pub(crate) decoded: Arc<OnceLock<Arc<dyn Any + Send + Sync>>>,
}

/// An immutable view of the whole state; cheap to take and to keep.
#[derive(Clone, Default)]
pub struct Snapshot {
    pub(crate) map: OrdMap<String, Entry>,
    pub(crate) version: u64,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Snapshot(version {}, {} entries)",
            self.version,
            self.map.len()
        )
    }
}

impl Snapshot {
    /// The number of the commit that made this state.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }
}

/// The store.
pub struct Store {
    current: RwLock<Snapshot>,
    writer: Mutex<()>,
    disk: Option<Disk>,
    blobs: Blobs,
    _temporary: Option<tempfile::TempDir>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({:?})", self.snapshot())
    }
}

/// The right to write: held by one call at a time.
#[derive(Debug)]
pub struct Writer<'a> {
    _guard: std::sync::MutexGuard<'a, ()>,
}

impl Store {
    /// A store in memory; blobs stand in a temporary directory that goes with it.
    ///
    /// # Errors
    /// When no temporary directory can be made.
    pub fn in_memory() -> Result<Self, StoreError> {
        let temporary = tempfile::Builder::new().prefix("sekisho-").tempdir()?;
        let blobs = Blobs::new(temporary.path())?;
        Ok(Self {
            current: RwLock::default(),
            writer: Mutex::default(),
            disk: None,
            blobs,
            _temporary: Some(temporary),
        })
    }

    /// A store in `directory`, made if it is not there. All commits are on disk before they are answered.
    ///
    /// # Errors
    /// When the directory cannot be used or what stands there cannot be read.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory)?;
        let (disk, snapshot) = Disk::open(&directory.join("state.redb"))?;
        Ok(Self {
            current: RwLock::new(snapshot),
            writer: Mutex::default(),
            disk: Some(disk),
            blobs: Blobs::new(directory)?,
            _temporary: None,
        })
    }

    /// The state as of now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The blobs.
    #[must_use]
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Whether commits outlive the process.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.disk.is_some()
    }

    /// Waits for the right to write.
    #[must_use]
    pub fn writer(&self) -> Writer<'_> {
        Writer {
            _guard: self.writer.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Applies `overlay` and keeps `events` with it, all or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when an entry that it wrote changed since its snapshot; disk errors.
    pub fn commit(
        &self,
        _writer: &Writer<'_>,
        overlay: Overlay,
        events: &[(u64, Vec<u8>)],
    ) -> Result<(), StoreError> {
        let base = overlay.base_version();
        let changes = overlay.into_changes();
        let mut next = self.snapshot();
        for key in changes.keys() {
            if next.map.get(key).is_some_and(|e| e.version > base) {
                return Err(StoreError::Conflict);
            }
        }
        next.version += 1;
        if let Some(disk) = &self.disk {
            disk.commit(next.version, &changes, events)?;
        }
        for (key, change) in changes {
            match change {
                Some(mut entry) => {
                    entry.version = next.version;
                    next.map.insert(key, entry);
                }
                None => {
                    next.map.remove(&key);
                }
            }
        }
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }

    /// Keeps events of calls that changed nothing.
    ///
    /// # Errors
    /// Disk errors.
    pub fn append_events(&self, events: &[(u64, Vec<u8>)]) -> Result<(), StoreError> {
        match &self.disk {
            Some(disk) => disk.append_events(events),
            None => Ok(()),
        }
    }

    /// The last `limit` events that were kept on disk, oldest first.
    ///
    /// # Errors
    /// Disk errors.
    pub fn events(&self, limit: usize) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        self.disk
            .as_ref()
            .map_or_else(|| Ok(Vec::new()), |d| d.events(limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        n: u32,
    }

    const ROWS: Table<Row> = Table::new("test/row");

    #[test]
    fn commits_are_all_or_nothing() {
        let store = Store::in_memory().unwrap();
        let mut first = Overlay::new(store.snapshot());
        let mut second = Overlay::new(store.snapshot());
        first.put(&ROWS, "a", Row { n: 1 }).unwrap();
        second.put(&ROWS, "a", Row { n: 2 }).unwrap();
        second.put(&ROWS, "b", Row { n: 2 }).unwrap();
        store.commit(&store.writer(), first, &[]).unwrap();
        let conflict = store.commit(&store.writer(), second, &[]);
        assert!(matches!(conflict, Err(StoreError::Conflict)));
        let view = Overlay::new(store.snapshot());
        assert_eq!(*view.get(&ROWS, "a").unwrap().unwrap(), Row { n: 1 });
        assert!(view.get(&ROWS, "b").unwrap().is_none());
    }

    #[test]
    fn layers_fold_or_vanish() {
        let store = Store::in_memory().unwrap();
        let mut view = Overlay::new(store.snapshot());
        view.put(&ROWS, "k/1", Row { n: 1 }).unwrap();
        view.push();
        view.put(&ROWS, "k/2", Row { n: 2 }).unwrap();
        view.delete(&ROWS, "k/1");
        assert_eq!(view.scan(&ROWS, "k/").unwrap().len(), 1);
        view.abandon();
        assert_eq!(view.scan(&ROWS, "k/").unwrap().len(), 1);
        assert!(view.get(&ROWS, "k/1").unwrap().is_some());
        view.push();
        view.put(&ROWS, "k/2", Row { n: 2 }).unwrap();
        view.fold();
        assert_eq!(view.scan(&ROWS, "k/").unwrap().len(), 2);
    }

    #[test]
    fn a_directory_keeps_state_and_events() {
        let folder = tempfile::tempdir().unwrap();
        {
            let store = Store::open(folder.path()).unwrap();
            let mut view = Overlay::new(store.snapshot());
            view.put(&ROWS, "a", Row { n: 7 }).unwrap();
            store
                .commit(&store.writer(), view, &[(1, b"one".to_vec())])
                .unwrap();
            store.append_events(&[(2, b"two".to_vec())]).unwrap();
        }
        let store = Store::open(folder.path()).unwrap();
        let view = Overlay::new(store.snapshot());
        assert_eq!(view.get(&ROWS, "a").unwrap().unwrap().n, 7);
        assert_eq!(
            store.events(10).unwrap(),
            vec![(1, b"one".to_vec()), (2, b"two".to_vec())]
        );
    }
}
