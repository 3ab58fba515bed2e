//! Why a call was denied: for the id of a denial, or what AWS said somewhere else.

mod page;
mod question;
mod same;

pub use page::{Known, page};
pub use question::Question;
