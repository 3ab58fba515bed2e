//! The copy that a program runs in, with its providers pointed at an engine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sekisho_iac::{Configuration, Problem, ProviderId, quoted};
use sekisho_model::SERVICES;

use super::problem;
use crate::rehearse::{Client, Options};

/// The file that points a copy at the engine. Override files win over each other in the order of their names: ours is the
/// last.
const OVERRIDE: &str = "~sekisho_override.tf";

/// Where S3 Control is, for those that go through a proxy: its clients put the account before it.
const S3_CONTROL: &str = "http://s3control.sekisho.invalid";

/// What a copy leaves behind: states, what `init` makes, and what is no part of a configuration.
fn left_behind(name: &str) -> bool {
    name == ".git" || name == ".terraform" || name.contains(".tfstate") || name == "node_modules"
}

/// A copy of the directories and of the modules that they call, laid out as they are.
pub(super) struct Copy {
    folder: tempfile::TempDir,
    /// What all directories have in common.
    base: PathBuf,
}

impl Copy {
    /// The folder of the whole copy.
    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn make(
        configuration: &Configuration,
        options: &Options,
    ) -> Result<Self, Vec<Problem>> {
        let failed = |e: std::io::Error| problem(format!("cannot make a copy to run in: {e}"));
        let folder = tempfile::tempdir().map_err(failed)?;
        let folders = configuration.folders();
        let mut base: Option<PathBuf> = None;
        for path in &folders {
            base = Some(match base {
                None => path.clone(),
                Some(base) => base
                    .ancestors()
                    .find(|a| path.starts_with(a))
                    .map(Path::to_owned)
                    .unwrap_or_default(),
            });
        }
        let base = base.unwrap_or_default();
        for path in &folders {
            let below = path.strip_prefix(&base).unwrap_or(path);
            copy_files(path, &folder.path().join(below)).map_err(failed)?;
        }
        for (path, text) in &*options.reading.overlay {
            let full = std::path::absolute(path).map_err(failed)?;
            let below = full.strip_prefix(&base).unwrap_or(&full);
            std::fs::write(folder.path().join(below), text).map_err(failed)?;
        }
        Ok(Self { folder, base })
    }

    /// Where the copy of a directory is.
    pub(super) fn of(&self, directory: &Path) -> PathBuf {
        let full = sekisho_iac::full(directory);
        let below = full.strip_prefix(&self.base).unwrap_or(&full);
        self.folder.path().join(below)
    }

    /// Takes parts of a file away: with blanks in their place, so that all others stay where they are.
    pub(super) fn cut(
        &self,
        file: &Path,
        ranges: BTreeSet<(usize, usize)>,
    ) -> Result<(), Vec<Problem>> {
        let failed = |e: std::io::Error| problem(format!("cannot write the copy: {e}"));
        let path = self.of(file);
        if !path.is_file() {
            let message = format!(
                "{}: what is to be left out stands in a file that cannot be changed: rehearse without --with",
                file.display()
            );
            return Err(problem(message));
        }
        let mut source = std::fs::read_to_string(&path).map_err(failed)?;
        for (start, end) in ranges {
            if let Some(part) = source.get(start..end) {
                let blank = |c: char| {
                    if c == '\n' {
                        "\n".to_owned()
                    } else {
                        " ".repeat(c.len_utf8())
                    }
                };
                let blanks: String = part.chars().map(blank).collect();
                source.replace_range(start..end, &blanks);
            }
        }
        std::fs::write(&path, source).map_err(failed)
    }

    /// Adds to the override file of the copy of a folder.
    pub(super) fn override_in(&self, folder: &Path, text: &str) -> Result<(), Vec<Problem>> {
        let failed = |e: std::io::Error| problem(format!("cannot write the overrides: {e}"));
        let path = self.of(folder).join(OVERRIDE);
        let mut file = std::fs::OpenOptions::new();
        let mut file = file.create(true).append(true).open(path).map_err(failed)?;
        std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)
    }

    /// Points the providers of a directory at the engine, and its state at a file.
    pub(super) fn point(
        &self,
        configuration: &Configuration,
        directory: &Path,
        clients: &BTreeMap<ProviderId, Client>,
        endpoint: &str,
    ) -> Result<(), Vec<Problem>> {
        let failed = |e: std::io::Error| problem(format!("cannot write the overrides: {e}"));
        let work = self.of(directory);
        // The provider has none of IAM Toolbox, which it does not call.
        let endpoints: Vec<String> = SERVICES
            .iter()
            .filter(|s| **s != "iam-toolbox")
            .map(|s| {
                let address = match *s {
                    "s3control" => S3_CONTROL,
                    _ => endpoint,
                };
                format!("    {s} = \"{address}\"\n")
            })
            .collect();
        let body = |client: &Client| {
            let (key, secret, token) = client.credentials();
            format!(
                "  access_key = \"{key}\"\n  secret_key = \"{secret}\"\n  token = {token}\n  profile = null\n  skip_metadata_api_check = true\n  s3_use_path_style = true\n  endpoints {{\n{}  }}\n",
                endpoints.concat()
            )
        };
        let mut text = "terraform {\n  backend \"local\" {}\n}\n".to_owned();
        let mut added = String::new();
        let mut plain = false;
        let mut cuts: BTreeMap<PathBuf, BTreeSet<(usize, usize)>> = BTreeMap::new();
        for provider in configuration.root_providers(directory) {
            let client = clients.get(&provider.id);
            let Some(client) = client.or_else(|| clients.values().next()) else {
                continue;
            };
            plain |= provider.alias.is_none();
            let alias = provider.alias.map(|a| format!("  alias = \"{a}\"\n"));
            let _ = write!(
                text,
                "provider \"aws\" {{\n{}{}}}\n",
                alias.unwrap_or_default(),
                body(client)
            );
            // A role that the provider assumes is one that only AWS has.
            for (file, range) in provider.assume_role {
                if !self.of(&file).is_file() {
                    let message = format!(
                        "{}: `assume_role` of a provider is not supported yet with --with: rehearse natively",
                        file.display()
                    );
                    return Err(problem(message));
                }
                let cuts = cuts.entry(file).or_default();
                cuts.insert((range.start, range.end));
            }
        }
        // What is on AWS already is made here.
        for (file, range) in configuration.imports(directory) {
            if self.of(&file).is_file() {
                cuts.entry(file)
                    .or_default()
                    .insert((range.start, range.end));
            }
        }
        for (file, ranges) in cuts {
            self.cut(&file, ranges)?;
        }
        if !plain {
            // Policy documents and whatever names no provider have this one.
            let own = clients
                .iter()
                .find(|(id, _)| id.name == "aws" && configuration.is_directory(id, directory));
            if let Some((_, client)) = own.or_else(|| clients.iter().next()) {
                let region = &client.region;
                let body = body(client);
                let _ = write!(
                    added,
                    "provider \"aws\" {{\n  region = \"{region}\"\n{body}}}\n"
                );
            }
        }
        for (name, of) in configuration.remote_states(directory) {
            let paths = of.iter().map(|(key, folder)| {
                let path = self.of(folder).join("terraform.tfstate");
                let path = quoted(&path.display().to_string());
                match key {
                    None => path,
                    Some(key) => format!("{} = {path}", quoted(key)),
                }
            });
            let paths: Vec<String> = paths.collect();
            let path = match of.as_slice() {
                [(None, _)] => paths.concat(),
                _ => format!("{{ {} }}[each.key]", paths.join(", ")),
            };
            let _ = write!(
                text,
                "data \"terraform_remote_state\" \"{name}\" {{\n  backend = \"local\"\n  config = {{ path = {path} }}\n}}\n"
            );
        }
        self.override_in(directory, &text)?;
        std::fs::write(work.join("sekisho_provider.tf"), added).map_err(failed)
    }
}

fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if left_behind(&name.to_string_lossy()) {
            // Modules that `init` fetched are needed; providers are found where they are.
            let modules = entry.path().join("modules");
            if name == ".terraform" && modules.is_dir() {
                copy_files(&modules, &to.join(&name).join("modules"))?;
            }
        } else if entry.path().is_dir() {
            copy_files(&entry.path(), &to.join(&name))?;
        } else {
            std::fs::copy(entry.path(), to.join(&name))?;
        }
    }
    Ok(())
}
