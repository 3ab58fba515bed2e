//! A rehearsal in which the real Terraform (or OpenTofu) makes the resources: it runs in a copy of the directories, with
//! its providers pointed at an engine. The user's directories and states are not touched.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use sekisho_engine::{Engine, Event};
use sekisho_executor::Executor;
use sekisho_iac::{Assignment, Configuration, Problem, ProviderId};
use sekisho_server::Server;
use serde_json::json;

use super::providers::Providers;
use super::{Client, Options, Outcome, denials, follow, given, image, new_engine, unsupported};

/// The services that the AWS provider is pointed at.
const SERVICES: &[&str] = &[
    "accessanalyzer",
    "codepipeline",
    "ecr",
    "iam",
    "kms",
    "s3",
    "sts",
];

/// The file that points a copy at the engine. Override files win over each other in the order of their names: ours is the
/// last.
const OVERRIDE: &str = "~sekisho_override.tf";

/// What a copy leaves behind: states, what `init` makes, and what is no part of a configuration.
fn left_behind(name: &str) -> bool {
    name == ".git" || name == ".terraform" || name.contains(".tfstate") || name == "node_modules"
}

fn problem(message: impl Into<String>) -> Vec<Problem> {
    vec![Problem {
        message: message.into(),
        place: None,
    }]
}

/// Runs a rehearsal by `program`, which is `terraform` or `tofu`.
///
/// # Errors
/// What keeps the configuration from being read, and what the program says when it fails.
pub fn rehearse_with_program(
    program: &str,
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Outcome, Vec<Problem>> {
    if let Some(plan) = options.reading.directories.iter().find(|d| d.is_file()) {
        let message = format!(
            "{}: {program} makes resources of directories, not of plans",
            plan.display()
        );
        return Err(problem(message));
    }
    let configuration = Configuration::read(&options.reading)?;
    let (not_made, mut notes) = unsupported::not_made(&configuration, &configuration.order()?)?;
    let engine = new_engine(options)?;
    let providers = Providers::new(&configuration, options)?;
    let clients = providers.clients(&engine, configuration.nodes.iter())?;
    let accounts: Vec<String> = clients.values().map(|c| c.account.clone()).collect();
    notes.extend(given::prepare(&engine, options, &accounts)?);
    let executor = Executor::start(Arc::clone(&engine)).map_err(|e| problem(e.to_string()))?;
    let copy = Copy::make(&configuration, options)?;
    let endpoint = Endpoint::start(&engine, &options.region)?;
    for (file, ranges) in configuration.blocks(&not_made) {
        copy.cut(&file, ranges)?;
    }
    for (folder, text) in configuration.without(&not_made) {
        copy.override_in(&folder, &text)?;
    }
    for directory in &options.reading.directories {
        copy.point(&configuration, directory, &clients, &endpoint.address)?;
    }
    let terraform = Terraform {
        program,
        endpoint: &endpoint.address,
    };
    terraform.apply(options, &copy, progress)?;
    drop(endpoint);
    let pipelines = pipelines(&clients)?;
    let mut used = BTreeSet::new();
    for (client, name) in &pipelines {
        let definition = client.call("codepipeline", "GetPipeline", json!({"name": name}));
        let definition = definition.map_err(|e| problem(e.to_string()))?;
        image::push_for_definition(client, &definition["pipeline"], options, &mut used)
            .map_err(problem)?;
        // The execution that began with the pipeline found no image: what counts is the one that has one.
        client
            .call(
                "codepipeline",
                "StartPipelineExecution",
                json!({"name": name}),
            )
            .map_err(|e| problem(e.to_string()))?;
    }
    let runs = follow::follow(&engine, &pipelines, options, progress);
    drop(executor);
    let attempts: BTreeSet<String> = runs
        .iter()
        .filter_map(|r| r.execution.as_ref())
        .flat_map(|e| e.attempts.iter().map(|a| a.id.clone()))
        .collect();
    let mut events = engine.events_since(0);
    events.retain(|e| e.tag.as_ref().is_none_or(|tag| attempts.contains(tag)));
    // What the program was refused while it made things, it asked again until it was not.
    let delivered: Vec<Arc<Event>> = events.iter().filter(|e| e.tag.is_some()).cloned().collect();
    Ok(Outcome {
        denials: denials(&delivered, &runs),
        pipelines: runs,
        failures: Vec::new(),
        resources: 0,
        made: BTreeMap::new(),
        named: BTreeMap::new(),
        notes,
        hints: Vec::new(),
        events,
        engine,
    })
}

/// The pipelines of all accounts and regions.
fn pipelines(
    clients: &BTreeMap<ProviderId, Client>,
) -> Result<Vec<(Client, String)>, Vec<Problem>> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for client in clients.values() {
        if !seen.insert((client.account.clone(), client.region.clone())) {
            continue;
        }
        let listed = client
            .call("codepipeline", "ListPipelines", json!({}))
            .map_err(|e| problem(e.to_string()))?;
        for pipeline in listed["pipelines"].as_array().into_iter().flatten() {
            let name = pipeline["name"].as_str().unwrap_or_default();
            out.push((client.clone(), name.to_owned()));
        }
    }
    Ok(out)
}

/// An engine's address, for as long as this lives.
struct Endpoint {
    address: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Endpoint {
    fn start(engine: &Arc<Engine>, region: &str) -> Result<Self, Vec<Problem>> {
        let failed = |e: &dyn std::fmt::Display| problem(format!("cannot serve the engine: {e}"));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|e| failed(&e))?;
        let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let server = runtime
            .block_on(Server::bind(any, Arc::clone(engine), region))
            .map_err(|e| failed(&e))?;
        let address = server.address().map_err(|e| failed(&e))?;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            runtime.block_on(server.run(async {
                let _ = stopped.await;
            }));
        });
        Ok(Self {
            address: format!("http://{address}"),
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A copy of the directories and of the modules that they call, laid out as they are.
struct Copy {
    folder: tempfile::TempDir,
    /// What all directories have in common.
    base: PathBuf,
}

impl Copy {
    fn make(configuration: &Configuration, options: &Options) -> Result<Self, Vec<Problem>> {
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
    fn of(&self, directory: &Path) -> PathBuf {
        let full = sekisho_iac::full(directory);
        let below = full.strip_prefix(&self.base).unwrap_or(&full);
        self.folder.path().join(below)
    }

    /// Takes parts of a file away: with blanks in their place, so that all others stay where they are.
    fn cut(&self, file: &Path, ranges: BTreeSet<(usize, usize)>) -> Result<(), Vec<Problem>> {
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
    fn override_in(&self, folder: &Path, text: &str) -> Result<(), Vec<Problem>> {
        let failed = |e: std::io::Error| problem(format!("cannot write the overrides: {e}"));
        let path = self.of(folder).join(OVERRIDE);
        let mut file = std::fs::OpenOptions::new();
        let mut file = file.create(true).append(true).open(path).map_err(failed)?;
        std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)
    }

    /// Points the providers of a directory at the engine, and its state at a file.
    fn point(
        &self,
        configuration: &Configuration,
        directory: &Path,
        clients: &BTreeMap<ProviderId, Client>,
        endpoint: &str,
    ) -> Result<(), Vec<Problem>> {
        let failed = |e: std::io::Error| problem(format!("cannot write the overrides: {e}"));
        let work = self.of(directory);
        let endpoints: Vec<String> = SERVICES
            .iter()
            .map(|s| format!("    {s} = \"{endpoint}\"\n"))
            .collect();
        let body = |account: &str| {
            format!(
                "  access_key = \"{account}\"\n  secret_key = \"{}\"\n  token = null\n  profile = null\n  skip_metadata_api_check = true\n  s3_use_path_style = true\n  endpoints {{\n{}  }}\n",
                sekisho_engine::EngineConfig::default().root_secret,
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
                body(&client.account)
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
                let body = body(&client.account);
                let _ = write!(
                    added,
                    "provider \"aws\" {{\n  region = \"{region}\"\n{body}}}\n"
                );
            }
        }
        for (name, of) in configuration.remote_states(directory) {
            let path = self.of(&of).join("terraform.tfstate");
            let _ = write!(
                text,
                "data \"terraform_remote_state\" \"{name}\" {{\n  backend = \"local\"\n  config = {{ path = \"{}\" }}\n}}\n",
                path.display()
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

/// The program, and the engine that it is pointed at.
struct Terraform<'p> {
    program: &'p str,
    endpoint: &'p str,
}

impl Terraform<'_> {
    /// Applies the directories in their order; one that fails is tried again after the others.
    fn apply(
        &self,
        options: &Options,
        copy: &Copy,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), Vec<Problem>> {
        let mut open: Vec<&PathBuf> = options.reading.directories.iter().collect();
        for directory in &open {
            let mut init = vec![
                "init".to_owned(),
                "-input=false".to_owned(),
                "-no-color".to_owned(),
            ];
            let installed = directory.join(".terraform/providers");
            if installed.is_dir() {
                init.push(format!(
                    "-plugin-dir={}",
                    sekisho_iac::full(&installed).display()
                ));
            }
            progress(&format!(
                "{} init in a copy of {}",
                self.program,
                directory.display()
            ));
            self.run(&init, &copy.of(directory))?;
        }
        while !open.is_empty() {
            let before = open.len();
            let mut failed = Vec::new();
            let mut said = Vec::new();
            for directory in open {
                progress(&format!(
                    "{} apply in a copy of {}",
                    self.program,
                    directory.display()
                ));
                let mut arguments: Vec<String> =
                    ["apply", "-auto-approve", "-input=false", "-no-color"]
                        .map(str::to_owned)
                        .into();
                let assignments = options.reading.assignments.iter();
                arguments.extend(assignments.map(|assignment| match assignment {
                    Assignment::Variable(name, text) => format!("-var={name}={text}"),
                    Assignment::File(file) => {
                        format!("-var-file={}", sekisho_iac::full(file).display())
                    }
                }));
                if let Err(mut problems) = self.run(&arguments, &copy.of(directory)) {
                    failed.push(directory);
                    said.append(&mut problems);
                }
            }
            if failed.len() == before {
                return Err(said);
            }
            open = failed;
        }
        Ok(())
    }

    fn run(&self, arguments: &[String], folder: &Path) -> Result<(), Vec<Problem>> {
        let mut command = Command::new(self.program);
        command.args(arguments).current_dir(folder);
        command
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("CHECKPOINT_DISABLE", "1");
        // Services that the overrides do not name are asked here, too, and answer that they are not supported.
        command.env("AWS_ENDPOINT_URL", self.endpoint);
        // Nothing of the user's AWS environment may reach AWS, or change what the providers do.
        for name in [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_PROFILE",
            "AWS_DEFAULT_PROFILE",
            "AWS_ROLE_ARN",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "TF_WORKSPACE",
            "TF_DATA_DIR",
        ] {
            command.env_remove(name);
        }
        let done = command
            .output()
            .map_err(|e| problem(format!("cannot run {}: {e}", self.program)))?;
        if done.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&done.stderr);
        let said = said.replace(&*folder.display().to_string(), ".");
        let first = arguments.first().map(String::as_str).unwrap_or_default();
        Err(problem(format!(
            "{} {first} failed:\n{}",
            self.program,
            said.trim()
        )))
    }
}
