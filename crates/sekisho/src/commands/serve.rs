//! `sekisho serve`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use sekisho_engine::{EngineConfig, Organization};
use sekisho_executor::Executor;
use sekisho_server::Server;

use super::{CouldNotRun, Status};
use crate::printer::Printer;
use crate::registry::{Setup, engine};
use crate::settings::{FILE, Settings};

/// Options of `sekisho serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:4566", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Keep everything in this directory; without it, in memory
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The secret key of every account's root user; its access key id is the account id
    #[arg(
        long,
        value_name = "SECRET",
        env = "SEKISHO_ROOT_SECRET",
        hide_env_values = true
    )]
    root_secret: Option<String>,
    /// The form of registry addresses
    #[arg(long, value_enum, default_value_t = RegistryHost::Local)]
    registry_host: RegistryHost,
    /// The region of requests that name none
    #[arg(long, env = "AWS_REGION", default_value = "us-east-1")]
    region: String,
    /// Take the organization, with the policies that bind its members, and quotas from the sekisho.toml of this directory
    #[arg(long, value_name = "DIR")]
    organization: Option<PathBuf>,
    /// Say nothing on standard error
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RegistryHost {
    /// `127.0.0.1:4566/<account>/<repository>`: needs no name service
    Local,
    /// `<account>.dkr.ecr.<region>.amazonaws.com/<repository>`
    Aws,
}

pub(crate) fn run(args: &Args) -> Result<Status, CouldNotRun> {
    let printer = Printer { quiet: args.quiet };
    if !args.listen.ip().is_loopback() && args.root_secret.is_none() {
        return Err(CouldNotRun(format!(
            "{} can be reached from other machines: say which secret its root keys have with --root-secret",
            args.listen
        )));
    }
    let failed = |e: &dyn std::fmt::Display| CouldNotRun(e.to_string());
    let (organization, quotas) = match &args.organization {
        None => (None, BTreeMap::new()),
        Some(directory) => {
            let settings = Settings::read(directory).map_err(CouldNotRun)?;
            let quotas = settings.quotas.clone();
            (Some(organization(directory, settings)?), quotas)
        }
    };
    let config = EngineConfig {
        quotas,
        waived: Vec::new(),
        root_secret: args
            .root_secret
            .clone()
            .unwrap_or_else(|| EngineConfig::default().root_secret),
        aws_registry_host: args.registry_host == RegistryHost::Aws,
    };
    let setup = Setup {
        data: args.data.as_deref(),
        config,
        ..Setup::default()
    };
    let engine = Arc::new(engine(setup).map_err(|e| failed(&e.message))?);
    if let Some(organization) = organization {
        engine.organize(organization);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| failed(&e))?;
    let executor = Executor::start(Arc::clone(&engine)).map_err(|e| failed(&e))?;
    runtime.block_on(async {
        let server = Server::bind(args.listen, Arc::clone(&engine), &args.region)
            .await
            .map_err(|e| CouldNotRun(format!("cannot listen on {}: {e}", args.listen)))?;
        let address = server.address().map_err(|e| failed(&e))?;
        printer.note(&format!("listening on http://{address}"));
        if args.root_secret.is_none() {
            printer.note("root keys: AWS_ACCESS_KEY_ID=<any 12-digit account id> AWS_SECRET_ACCESS_KEY=sekisho");
        }
        server.run(crate::signals::stop()).await;
        Ok::<(), CouldNotRun>(())
    })?;
    drop(executor);
    engine.flush_events();
    printer.note("stopped");
    Ok(Status::Passes)
}

/// The organization whose members `sekisho.toml` names. They are bound whoever calls, their root users too.
fn organization(directory: &Path, settings: Settings) -> Result<Organization, CouldNotRun> {
    let said = settings.organization.ok_or_else(|| {
        let file = directory.join(FILE);
        CouldNotRun(format!("{}: there is no [organization], with its id and [organization.members.ACCOUNT] for each member", file.display()))
    })?;
    let organized = said.read(directory).map_err(CouldNotRun)?;
    let organization = organized.with([]);
    // The management account is one, and nothing binds it.
    let management = organization.management.as_ref();
    if organization
        .members
        .keys()
        .all(|account| Some(account) == management)
    {
        let file = directory.join(FILE);
        return Err(CouldNotRun(format!(
            "{}: [organization] names no members, and binds nobody: add [organization.members.ACCOUNT] for each",
            file.display()
        )));
    }
    Ok(Organization {
        makers_are_free: false,
        ..organization
    })
}
