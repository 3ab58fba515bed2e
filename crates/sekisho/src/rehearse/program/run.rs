//! The program itself: what it is run with, and what it says.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sekisho_iac::{Assignment, Problem};

use super::copy::Copy;
use super::interrupted::Running;
use super::problem;
use crate::rehearse::Options;

/// What the program gave up over.
pub(super) struct GaveUp {
    /// The directory that it was applying.
    pub(super) directory: PathBuf,
    /// Everything it said.
    pub(super) said: String,
}

/// How a failure of `program` itself is reported.
pub(super) fn failed(program: &str, what: &str, said: &str) -> String {
    format!("{program} {what} failed:\n{said}")
}

/// The program, and the engine that it is pointed at.
pub(super) struct Terraform<'p> {
    pub(super) program: &'p str,
    pub(super) endpoint: &'p str,
    /// What is running, for who stops it.
    pub(super) running: Running,
    /// Whether plain HTTP goes through the endpoint as a proxy.
    pub(super) proxied: bool,
}

/// The workspace of a directory, if it is not the default one: what the environment says, or else what `terraform workspace
/// select` left there.
fn workspace(options: &Options, directory: &Path) -> Option<String> {
    let selected = || std::fs::read_to_string(directory.join(".terraform/environment")).ok();
    let name = options.reading.workspace.clone().or_else(selected)?;
    let name = name.trim();
    let own = !name.is_empty() && name != "default" && !name.contains(['/', '\\']);
    own.then(|| name.to_owned())
}

impl Terraform<'_> {
    /// Applies the directories in their order; one that fails is tried again after the others. What no attempt could apply
    /// is what comes out.
    pub(super) fn apply(
        &self,
        options: &Options,
        copy: &Copy,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Vec<GaveUp>, Vec<Problem>> {
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
            let workspace = workspace(options, directory);
            if let Some(name) = &workspace {
                // A workspace of the local backend is there when its folder is.
                let folder = copy.of(directory).join("terraform.tfstate.d").join(name);
                std::fs::create_dir_all(folder).map_err(|e| problem(e.to_string()))?;
            }
            let initialized = self.run(&init, &copy.of(directory), workspace.as_deref())?;
            initialized.map_err(|said| problem(failed(self.program, "init", &said)))?;
        }
        while !open.is_empty() {
            let before = open.len();
            let mut failed = Vec::new();
            let mut gave_up = Vec::new();
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
                let mut values = serde_json::Map::new();
                for assignment in assignments {
                    match assignment {
                        Assignment::Variable(name, text) => {
                            arguments.push(format!("-var={name}={text}"));
                        }
                        Assignment::File(file) => {
                            let file = sekisho_iac::full(file);
                            arguments.push(format!("-var-file={}", file.display()));
                        }
                        Assignment::Value(name, value) => {
                            values.insert(name.clone(), value.clone());
                        }
                    }
                }
                if !values.is_empty() {
                    // Before what the command line says.
                    let file = copy.of(directory).join("of-the-plan.tfvars.json");
                    let text = serde_json::Value::Object(values).to_string();
                    std::fs::write(&file, text).map_err(|e| problem(e.to_string()))?;
                    let after = arguments.iter().position(|a| a.starts_with("-var"));
                    let argument = format!("-var-file={}", file.display());
                    arguments.insert(after.unwrap_or(arguments.len()), argument);
                }
                let workspace = workspace(options, directory);
                let folder = copy.of(directory);
                if let Err(said) = self.run(&arguments, &folder, workspace.as_deref())? {
                    failed.push(directory);
                    gave_up.push(GaveUp {
                        directory: directory.clone(),
                        said,
                    });
                }
            }
            if failed.len() == before {
                return Ok(gave_up);
            }
            open = failed;
        }
        Ok(Vec::new())
    }

    /// Runs it once; the inner error is what it said when it failed.
    fn run(
        &self,
        arguments: &[String],
        folder: &Path,
        workspace: Option<&str>,
    ) -> Result<Result<(), String>, Vec<Problem>> {
        let mut command = Command::new(self.program);
        command.args(arguments).current_dir(folder);
        command
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("CHECKPOINT_DISABLE", "1");
        // Services that the overrides do not name are asked here, too, and answer that they are not supported.
        command.env("AWS_ENDPOINT_URL", self.endpoint);
        // S3 Control puts the account before the host, which no resolver knows: such requests go through us as a proxy.
        if self.proxied {
            command
                .env("HTTP_PROXY", self.endpoint)
                .env("NO_PROXY", "127.0.0.1,localhost");
        }
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
        if let Some(name) = workspace {
            command.env("TF_WORKSPACE", name);
        }
        let cannot = |e: std::io::Error| problem(format!("cannot run {}: {e}", self.program));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        // A terminal tells everybody of a group to end: the program is told once, by who waits for it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let done = self.running.run(&mut command).map_err(cannot)?;
        if done.status.success() {
            return Ok(Ok(()));
        }
        let said = String::from_utf8_lossy(&done.stderr);
        let said = said.replace(&*folder.display().to_string(), ".");
        Ok(Err(said.trim().to_owned()))
    }
}
