//! Writes that are not yet committed, in layers: one per nested call.

use std::any::Any;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, OnceLock};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::table::Table;
use crate::{Entry, Snapshot, StoreError};

pub(crate) type Changes = BTreeMap<String, Option<Entry>>;

/// A snapshot with writes over it. The top layer belongs to the innermost call.
pub struct Overlay {
    base: Snapshot,
    layers: Vec<Changes>,
}

impl std::fmt::Debug for Overlay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Overlay(over {:?}, {} layers)",
            self.base,
            self.layers.len()
        )
    }
}

impl Overlay {
    /// An overlay over `base` with one empty layer.
    #[must_use]
    pub fn new(base: Snapshot) -> Self {
        Self {
            base,
            layers: vec![Changes::new()],
        }
    }

    pub(crate) fn base_version(&self) -> u64 {
        self.base.version
    }

    pub(crate) fn into_changes(mut self) -> Changes {
        while self.layers.len() > 1 {
            self.fold();
        }
        self.layers.pop().unwrap_or_default()
    }

    /// Whether anything was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.layers.iter().all(BTreeMap::is_empty)
    }

    /// Begins a layer for a nested call.
    pub fn push(&mut self) {
        self.layers.push(Changes::new());
    }

    /// Ends the top layer and keeps its writes.
    pub fn fold(&mut self) {
        if let Some(top) = self.layers.pop() {
            match self.layers.last_mut() {
                Some(below) => below.extend(top),
                None => self.layers.push(top),
            }
        }
    }

    /// Ends the top layer and drops its writes.
    pub fn abandon(&mut self) {
        self.layers.pop();
        if self.layers.is_empty() {
            self.layers.push(Changes::new());
        }
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        for layer in self.layers.iter().rev() {
            if let Some(change) = layer.get(key) {
                return change.as_ref();
            }
        }
        self.base.map.get(key)
    }

    /// The row `key` of `table`.
    ///
    /// # Errors
    /// When the entry does not have the shape of the table.
    pub fn get<T>(&self, table: &Table<T>, key: &str) -> Result<Option<Arc<T>>, StoreError>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        let key = table.key(key);
        self.entry(&key)
            .map(|entry| decode(&key, entry))
            .transpose()
    }

    /// Writes row `key`.
    ///
    /// # Errors
    /// When the row cannot be written as JSON.
    pub fn put<T>(&mut self, table: &Table<T>, key: &str, row: T) -> Result<(), StoreError>
    where
        T: Serialize + Send + Sync + 'static,
    {
        let key = table.key(key);
        let bytes = serde_json::to_vec(&row).map_err(|e| StoreError::Decode {
            key: key.clone(),
            reason: e.to_string(),
        })?;
        let decoded = OnceLock::new();
        let _ = decoded.set(Arc::new(row) as Arc<dyn Any + Send + Sync>);
        let entry = Entry {
            bytes: bytes.into(),
            version: 0,
            decoded: Arc::new(decoded),
        };
        if let Some(layer) = self.layers.last_mut() {
            layer.insert(key, Some(entry));
        }
        Ok(())
    }

    /// Removes row `key`.
    pub fn delete<T>(&mut self, table: &Table<T>, key: &str) {
        if let Some(layer) = self.layers.last_mut() {
            layer.insert(table.key(key), None);
        }
    }

    /// All rows whose key begins with `prefix`, in key order, with their keys.
    ///
    /// # Errors
    /// When an entry does not have the shape of the table.
    pub fn scan<T>(
        &self,
        table: &Table<T>,
        prefix: &str,
    ) -> Result<Vec<(String, Arc<T>)>, StoreError>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        self.page(table, prefix, "", usize::MAX)
    }

    /// At most `limit` rows whose key begins with `prefix` and is greater than or equal to `prefix` + `from`.
    ///
    /// # Errors
    /// When an entry does not have the shape of the table.
    pub fn page<T>(
        &self,
        table: &Table<T>,
        prefix: &str,
        from: &str,
        limit: usize,
    ) -> Result<Vec<(String, Arc<T>)>, StoreError>
    where
        T: DeserializeOwned + Send + Sync + 'static,
    {
        let start = table.key(&format!("{prefix}{from}"));
        let whole = table.key(prefix);
        let head = table.key("").len();
        let bounds = (Bound::Included(start.clone()), Bound::Unbounded);
        let mut merged: BTreeMap<&str, Option<&Entry>> = BTreeMap::new();
        for layer in &self.layers {
            for (key, change) in layer
                .range(bounds.clone())
                .take_while(|(k, _)| k.starts_with(&whole))
            {
                merged.insert(key, change.as_ref());
            }
        }
        let mut base = self
            .base
            .map
            .range(start..)
            .take_while(|(k, _)| k.starts_with(&whole))
            .peekable();
        let mut over = merged.into_iter().peekable();
        let mut out = Vec::new();
        while out.len() < limit {
            let take_over = match (base.peek(), over.peek()) {
                (None, None) => break,
                (Some(_), None) => false,
                (None, Some(_)) => true,
                (Some((b, _)), Some((o, _))) => {
                    if b.as_str() == *o {
                        base.next();
                        true
                    } else {
                        b.as_str() > *o
                    }
                }
            };
            let (key, entry) = if take_over {
                match over.next() {
                    Some((key, Some(entry))) => (key, entry),
                    _ => continue,
                }
            } else {
                match base.next() {
                    Some((key, entry)) => (key.as_str(), entry),
                    None => break,
                }
            };
            out.push((
                key.get(head..).unwrap_or_default().to_owned(),
                decode(key, entry)?,
            ));
        }
        Ok(out)
    }
}

fn decode<T>(key: &str, entry: &Entry) -> Result<Arc<T>, StoreError>
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    if let Some(row) = entry
        .decoded
        .get()
        .and_then(|any| Arc::clone(any).downcast::<T>().ok())
    {
        return Ok(row);
    }
    let row: T = serde_json::from_slice(&entry.bytes).map_err(|e| StoreError::Decode {
        key: key.replace('\0', ":"),
        reason: e.to_string(),
    })?;
    let row = Arc::new(row);
    let _ = entry
        .decoded
        .set(Arc::clone(&row) as Arc<dyn Any + Send + Sync>);
    Ok(row)
}
