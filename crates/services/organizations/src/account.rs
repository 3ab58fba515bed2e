//! What is said of a member.

use sekisho_engine::Organization;
use serde_json::{Value, json};

/// The ARN of a member.
pub(crate) fn arn(organization: &Organization, management: &str, id: &str) -> String {
    let organization = &organization.id;
    format!("arn:aws:organizations::{management}:account/{organization}/{id}")
}

/// A member, as every operation shows it. It is called by its id: names and addresses of accounts are not known.
pub(crate) fn render(organization: &Organization, management: &str, id: &str) -> Value {
    json!({
        "Id": id,
        "Arn": arn(organization, management, id),
        "Email": "",
        "Name": id,
        "Status": "ACTIVE",
        "State": "ACTIVE",
        "JoinedMethod": if id == management { "INVITED" } else { "CREATED" },
    })
}
