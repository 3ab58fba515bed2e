//! Why a call was denied: for the id of a denial, or what AWS said somewhere else.

mod action;
mod denying;
mod document;
mod matching;
mod page;
mod pasted;
mod question;

pub use page::{Known, page};
pub use question::Question;
