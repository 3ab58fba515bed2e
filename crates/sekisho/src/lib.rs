//! sekisho put together: the registry of all services, and the commands of the binary.

pub mod registry;

pub mod commands;
mod evaluate;
pub mod explain;
pub mod new;
mod printer;
pub mod rehearse;
pub mod settings;
mod signals;
mod terminal;

pub use registry::{engine, registry};
