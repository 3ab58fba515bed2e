//! Files that Terraform reads and packs: of its `local` and `archive` providers. Nothing is written here: what a configuration
//! packs is kept with what it has made, for those who read it.

use std::io::{Cursor, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sekisho_iac::{Node, Reason, Scope};
use serde_json::{Map, Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::Values;

/// A file of an archive: its name there, and what is in it.
type Entry = (String, Vec<u8>);

/// More files than these, or bytes in them, are nobody's source of a delivery.
const MAX_FILES: usize = 10_000;
const MAX_BYTES: usize = 256 << 20;

pub(super) fn known(node: &Node) -> bool {
    matches!(
        &*node.type_name,
        "archive_file" | "local_file" | "local_sensitive_file"
    )
}

/// The attributes of such a resource or data source; none if it is another.
pub(super) fn make(
    node: &Node,
    values: &Values<'_>,
    scope: &Scope<'_>,
) -> Option<Result<Map<String, Value>, Reason>> {
    match &*node.type_name {
        "archive_file" => Some(archive(values, scope)),
        "local_file" | "local_sensitive_file" => {
            Some(file(node, values, scope).map_err(Reason::from))
        }
        _ => None,
    }
}

/// The digests of a file, as both providers call them but for what comes in front.
fn digests(bytes: &[u8], front: &str, sha1: &str) -> Map<String, Value> {
    let of = |name: &str, text: String| (format!("{front}_{name}"), json!(text));
    Map::from_iter([
        of("md5", hex::encode(Md5::digest(bytes))),
        of(sha1, hex::encode(Sha1::digest(bytes))),
        of("sha256", hex::encode(Sha256::digest(bytes))),
        of("base64sha256", STANDARD.encode(Sha256::digest(bytes))),
        of("sha512", hex::encode(Sha512::digest(bytes))),
        of("base64sha512", STANDARD.encode(Sha512::digest(bytes))),
        ("id".to_owned(), json!(hex::encode(Sha1::digest(bytes)))),
    ])
}

fn file(node: &Node, values: &Values<'_>, scope: &Scope<'_>) -> Result<Map<String, Value>, String> {
    let name = values.need("filename").map_err(|_| needs("filename"))?;
    let bytes = match (
        node.is_data(),
        values.text("content"),
        values.text("source"),
    ) {
        (true, ..) => scope.file(&name)?,
        (false, Some(content), _) => content.into_bytes(),
        (false, None, Some(source)) => scope.file(&source)?,
        (false, None, None) => match values.text("content_base64") {
            Some(text) => decoded(&text, "content_base64")?,
            None => values
                .text("sensitive_content")
                .unwrap_or_default()
                .into_bytes(),
        },
    };
    let mut out = digests(&bytes, "content", "sha1");
    if node.is_data() {
        let text = String::from_utf8_lossy(&bytes);
        out.insert("content".to_owned(), json!(text));
        out.insert("content_base64".to_owned(), json!(STANDARD.encode(&bytes)));
    } else {
        scope.keep(&name, bytes);
    }
    Ok(out)
}

fn archive(values: &Values<'_>, scope: &Scope<'_>) -> Result<Map<String, Value>, Reason> {
    let kind = values.text("type").unwrap_or_default();
    if kind != "zip" {
        return Err(Reason::unsupported(format!(
            "an archive of the type `{kind}` is not supported yet"
        )));
    }
    let output = values
        .need("output_path")
        .map_err(|_| needs("output_path"))?;
    let mut entries: Vec<Entry> = Vec::new();
    if let Some(text) = values.text("source_content") {
        let name = values.text("source_content_filename");
        let name = name.ok_or_else(|| needs("source_content_filename"))?;
        entries.push((name, text.into_bytes()));
    }
    if let Some(path) = values.text("source_file") {
        let name = Path::new(&path).file_name().unwrap_or_default();
        entries.push((name.to_string_lossy().into_owned(), scope.file(&path)?));
    }
    for source in values.blocks("source") {
        let text = |name: &str| source.text(name).ok_or_else(|| needs(name));
        entries.push((text("filename")?, text("content")?.into_bytes()));
    }
    if let Some(folder) = values.text("source_dir") {
        let left_out = values.texts("excludes");
        let root = Path::new(&scope.folder()).join(&folder);
        below(&root, "", &left_out, &mut entries, &mut 0)?;
    }
    if entries.is_empty() {
        return Err("archive_file: there is nothing to pack: say source_dir, source_file, source_content or source".into());
    }
    entries.sort();
    let bytes = packed(&entries).map_err(|e| format!("archive_file: {e}"))?;
    let mut out = digests(&bytes, "output", "sha");
    out.insert("output_size".to_owned(), json!(bytes.len()));
    scope.keep(&output, bytes);
    Ok(out)
}

fn needs(name: &str) -> String {
    format!("the argument \"{name}\" is required")
}

fn decoded(text: &str, name: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(text).map_err(|e| format!("`{name}`: {e}"))
}

/// The files below a folder, but for those that are left out: by their paths there, with wildcards. `size`: how many bytes there
/// are so far.
fn below(
    folder: &Path,
    front: &str,
    left_out: &[String],
    out: &mut Vec<Entry>,
    size: &mut usize,
) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("{}: {e}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{front}{name}");
        if left_out
            .iter()
            .any(|pattern| sekisho_arn::glob(pattern, &name))
        {
            continue;
        }
        if path.is_dir() {
            below(&path, &format!("{name}/"), left_out, out, size)?;
            continue;
        }
        // What is neither, as a pipe, has no end.
        let about = path.metadata().map_err(failed)?;
        if !about.is_file() {
            continue;
        }
        *size = size.saturating_add(usize::try_from(about.len()).unwrap_or(usize::MAX));
        if out.len() >= MAX_FILES || *size > MAX_BYTES {
            return Err(format!(
                "{}: more than {MAX_FILES} files or {} MiB: leave some out with `excludes`",
                folder.display(),
                MAX_BYTES >> 20
            ));
        }
        out.push((name, std::fs::read(&path).map_err(failed)?));
    }
    Ok(())
}

fn packed(entries: &[Entry]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
