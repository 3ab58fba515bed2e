//! Bodies of objects and layers: files that are written once, staged first and then kept under a name.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::StoreError;
use crate::seal::{SEGMENT, Sealed, TAG};

/// The folder of blobs.
#[derive(Debug)]
pub struct Blobs {
    kept: PathBuf,
    staging: PathBuf,
    next: AtomicU64,
}

/// A blob that was written whole and has no name yet; dropped, it is gone.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    /// Plaintext bytes.
    pub size: u64,
    kept: bool,
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// What went wrong, and with which file.
fn at(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Disk(format!("{}: {error}", path.display()))
}

impl Blobs {
    pub(crate) fn new(folder: &Path) -> Result<Self, StoreError> {
        let kept = folder.join("blobs");
        let staging = folder.join("staging");
        fs::create_dir_all(&kept)?;
        // What a crash left half-written belongs to no one.
        if staging.exists() {
            fs::remove_dir_all(&staging)?;
        }
        fs::create_dir_all(&staging)?;
        Ok(Self {
            kept,
            staging,
            next: AtomicU64::new(0),
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        // Names are hexadecimal (digests, random ids); anything else is mapped to it, so that no name leaves the folder.
        let safe: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let shard: String = safe.chars().rev().take(2).collect();
        self.kept.join(shard).join(safe)
    }

    /// Begins a blob, encrypted if `sealed` is given.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn stage(&self, sealed: Option<Sealed>) -> Result<BlobWriter, StoreError> {
        let path = self
            .staging
            .join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        let file = File::create(&path).map_err(|e| at(&path, &e))?;
        Ok(BlobWriter {
            file: Some(file),
            path,
            sealed,
            buffer: Vec::new(),
            segment: 0,
            size: 0,
        })
    }

    /// Names a staged blob.
    ///
    /// # Errors
    /// When the file cannot be moved.
    pub fn keep(&self, mut staged: Staged, name: &str) -> Result<(), StoreError> {
        let path = self.path(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|e| at(parent, &e))?;
        }
        fs::rename(&staged.path, &path).map_err(|e| at(&staged.path, &e))?;
        staged.kept = true;
        Ok(())
    }

    /// Whether a blob with this name is there.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.path(name).is_file()
    }

    /// Removes a blob; one that is not there is fine.
    pub fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.path(name));
    }

    /// Opens a blob of `size` plaintext bytes for reading from byte `start` for `length` bytes.
    ///
    /// # Errors
    /// When the file is not there.
    pub fn read(
        &self,
        name: &str,
        size: u64,
        start: u64,
        length: u64,
        sealed: Option<Sealed>,
    ) -> Result<BlobReader, StoreError> {
        let path = self.path(name);
        let file = File::open(&path).map_err(|e| at(&path, &e))?;
        Ok(BlobReader {
            file,
            sealed,
            size,
            at: start,
            left: length.min(size.saturating_sub(start)),
        })
    }

    /// Reads a staged blob back whole.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read_staged(&self, staged: &Staged) -> Result<Vec<u8>, StoreError> {
        fs::read(&staged.path).map_err(|e| at(&staged.path, &e))
    }
}

/// Writes a blob piece by piece. Dropped before [`BlobWriter::finish`], nothing is left.
#[derive(Debug)]
pub struct BlobWriter {
    file: Option<File>,
    path: PathBuf,
    sealed: Option<Sealed>,
    buffer: Vec<u8>,
    segment: u32,
    size: u64,
}

impl Drop for BlobWriter {
    fn drop(&mut self) {
        if self.file.is_some() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl BlobWriter {
    /// Plaintext bytes written so far.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends `data`.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn write(&mut self, mut data: &[u8]) -> Result<(), StoreError> {
        self.size += data.len() as u64;
        if self.sealed.is_none() {
            return Ok(self.file()?.write_all(data)?);
        }
        while !data.is_empty() {
            // A full segment is written only when more follows: the last one is marked as such.
            if self.buffer.len() == SEGMENT {
                self.flush(false)?;
            }
            let take = (SEGMENT - self.buffer.len()).min(data.len());
            let (now, later) = data.split_at(take);
            self.buffer.extend_from_slice(now);
            data = later;
        }
        Ok(())
    }

    fn file(&mut self) -> Result<&mut File, StoreError> {
        self.file
            .as_mut()
            .ok_or_else(|| StoreError::Disk("the blob is finished".to_owned()))
    }

    fn flush(&mut self, last: bool) -> Result<(), StoreError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        if let Some(sealed) = &self.sealed {
            sealed.encrypt(self.segment, last, &mut buffer)?;
        }
        self.segment += 1;
        self.file()?.write_all(&buffer)?;
        buffer.clear();
        self.buffer = buffer;
        Ok(())
    }

    /// Ends the blob.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn finish(mut self) -> Result<Staged, StoreError> {
        if self.sealed.is_some() {
            self.flush(true)?;
        }
        self.file = None;
        Ok(Staged {
            path: std::mem::take(&mut self.path),
            size: self.size,
            kept: false,
        })
    }
}

/// Reads a range of a blob piece by piece.
#[derive(Debug)]
pub struct BlobReader {
    file: File,
    sealed: Option<Sealed>,
    size: u64,
    at: u64,
    left: u64,
}

impl BlobReader {
    /// Plaintext bytes still to come.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        self.left
    }

    /// Leaves out the first `skip` bytes and all beyond `length` after them; returns the bytes left out in front.
    pub fn narrow(&mut self, skip: u64, length: u64) -> u64 {
        let skipped = skip.min(self.left);
        self.at += skipped;
        self.left = (self.left - skipped).min(length);
        skipped
    }

    /// The next piece, or `None` at the end.
    ///
    /// # Errors
    /// When the disk fails or the blob does not decrypt.
    pub fn next_chunk(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if self.left == 0 {
            return Ok(None);
        }
        let segment_size = SEGMENT as u64;
        let segment = self.at / segment_size;
        let plain_start = segment * segment_size;
        let plain_len =
            usize::try_from(segment_size.min(self.size - plain_start)).unwrap_or(SEGMENT);
        let mut buffer = match &self.sealed {
            None => {
                self.file.seek(SeekFrom::Start(plain_start))?;
                let mut buffer = vec![0; plain_len];
                self.file.read_exact(&mut buffer)?;
                buffer
            }
            Some(sealed) => {
                self.file
                    .seek(SeekFrom::Start(segment * (SEGMENT + TAG) as u64))?;
                let mut buffer = vec![0; plain_len + TAG];
                self.file.read_exact(&mut buffer)?;
                let last = plain_start + plain_len as u64 == self.size;
                let number = u32::try_from(segment).map_err(|_| StoreError::Unseal)?;
                sealed.decrypt(number, last, &mut buffer)?;
                buffer
            }
        };
        let skip = usize::try_from(self.at - plain_start).unwrap_or(0);
        let take = (buffer.len() - skip).min(usize::try_from(self.left).unwrap_or(usize::MAX));
        buffer.truncate(skip + take);
        buffer.drain(..skip);
        self.at += take as u64;
        self.left -= take as u64;
        Ok(Some(buffer))
    }

    /// All that is left, in one piece.
    ///
    /// # Errors
    /// As [`BlobReader::next_chunk`].
    pub fn read_all(mut self) -> Result<Vec<u8>, StoreError> {
        let mut out = Vec::new();
        while let Some(chunk) = self.next_chunk()? {
            out.extend(chunk);
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::DataKey;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn ranges_of_sealed_blobs(size in 0usize..(2 * SEGMENT + 5), start in 0usize..SEGMENT * 2, length in 0usize..SEGMENT) {
            let folder = tempfile::tempdir().unwrap();
            let blobs = Blobs::new(folder.path()).unwrap();
            let sealed = Sealed::new(&DataKey::new([7; 32]), [1; 8]);
            let data: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
            let mut writer = blobs.stage(Some(sealed.clone())).unwrap();
            for piece in data.chunks(70_001) {
                writer.write(piece).unwrap();
            }
            let staged = writer.finish().unwrap();
            blobs.keep(staged, "ab").unwrap();
            let got = blobs.read("ab", size as u64, start as u64, length as u64, Some(sealed)).unwrap().read_all().unwrap();
            let from = start.min(size);
            prop_assert_eq!(&got, &data[from..(from + length).min(size)]);
        }
    }

    #[test]
    fn a_tampered_blob_does_not_open() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(folder.path()).unwrap();
        let sealed = Sealed::new(&DataKey::new([7; 32]), [1; 8]);
        let mut writer = blobs.stage(Some(sealed.clone())).unwrap();
        writer.write(b"hello").unwrap();
        blobs.keep(writer.finish().unwrap(), "x").unwrap();
        let mut bytes = fs::read(blobs.path("x")).unwrap();
        assert!(
            !bytes.windows(5).any(|w| w == b"hello"),
            "nothing is stored in the clear"
        );
        bytes[0] ^= 1;
        fs::write(blobs.path("x"), bytes).unwrap();
        assert!(
            blobs
                .read("x", 5, 0, 5, Some(sealed))
                .unwrap()
                .read_all()
                .is_err()
        );
    }

    #[test]
    fn an_unfinished_blob_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(folder.path()).unwrap();
        let mut writer = blobs.stage(None).unwrap();
        writer.write(b"half").unwrap();
        drop(writer);
        assert_eq!(
            fs::read_dir(folder.path().join("staging")).unwrap().count(),
            0
        );
    }
}
