//! What is said of a member.

use sekisho_engine::Organization;
use serde_json::{Value, json};

/// A member, as every operation shows it. It is called by its id: names and addresses of accounts are not known.
pub(crate) fn render(organization: &Organization, management: &str, id: &str) -> Value {
    let organization = &organization.id;
    json!({
        "Id": id,
        "Arn": format!("arn:aws:organizations::{management}:account/{organization}/{id}"),
        "Email": "",
        "Name": id,
        "Status": "ACTIVE",
        "State": "ACTIVE",
        "JoinedMethod": if id == management { "INVITED" } else { "CREATED" },
    })
}
