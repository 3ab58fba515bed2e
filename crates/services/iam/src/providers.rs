//! OpenID Connect providers: whose tokens a trust policy may take.

use std::sync::Arc;

use sekisho_engine::prelude::*;
use sekisho_engine::{Table, Tags};

use crate::holder::no_such_entity;
use crate::render;
use crate::tags;

/// Providers by ARN: the URL is in it.
pub(crate) const PROVIDERS: Table<Provider> = Table::new("iam/oidc-provider");

/// Client ids of one provider (IAM user guide, "IAM and AWS STS quotas").
const MAX_CLIENT_IDS: usize = 100;

/// Thumbprints of one provider.
const MAX_THUMBPRINTS: usize = 5;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Provider {
    pub(crate) arn: String,
    /// Without `https://`, as IAM shows it.
    pub(crate) url: String,
    pub(crate) client_ids: Vec<String>,
    pub(crate) thumbprints: Vec<String>,
    pub(crate) created_ms: i64,
    pub(crate) tags: Tags,
}

fn invalid(code: &'static str, message: &str) -> ApiError {
    ApiError::new(code, message).status(400)
}

/// What of a URL is in the ARN: everything behind `https://`, without the port of https (IAM API reference,
/// CreateOpenIDConnectProvider: no other port, no query; recorded: radkawar/stackd federation/oidc; the sentences that are not
/// recorded are those that versity/versitygw holds its own answers to).
pub(crate) fn location(url: &str) -> Result<String, ApiError> {
    const SENTENCE: &str = "Invalid Open ID Connect Provider URL";
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let (host, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let host = host.strip_suffix(":443").unwrap_or(host);
    if host.is_empty() {
        return Err(invalid("ValidationError", SENTENCE));
    }
    if scheme != "https" {
        let message = format!("{SENTENCE}. The URL must begin with https://.");
        return Err(invalid("InvalidInput", &message));
    }
    let of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    if rest.contains(['?', '#']) {
        return Err(invalid("InvalidInput", "Unknown"));
    }
    if !host.chars().all(of_host) {
        return Err(invalid("InvalidInput", &format!("{SENTENCE}.")));
    }
    Ok(format!("{host}{path}"))
}

pub(crate) fn arn(account: &str, location: &str) -> String {
    format!("arn:aws:iam::{account}:oidc-provider/{location}")
}

/// Each once, in the order in which they were given.
pub(crate) fn client_ids(given: Vec<String>) -> Result<Vec<String>, ApiError> {
    let mut ids: Vec<String> = Vec::new();
    for id in given {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.len() > MAX_CLIENT_IDS {
        let message =
            format!("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {MAX_CLIENT_IDS}");
        return Err(ApiError::new("LimitExceeded", message).status(409));
    }
    Ok(ids)
}

/// Hexadecimal digits are the same in any case.
pub(crate) fn thumbprints(given: &[String]) -> Result<Vec<String>, ApiError> {
    if given.len() > MAX_THUMBPRINTS {
        let message = "Thumbprint list must contain fewer than 5 entries.";
        return Err(invalid("InvalidInput", message));
    }
    Ok(given.iter().map(|t| t.to_ascii_lowercase()).collect())
}

/// The check for `action` on the provider `arn`.
pub(crate) fn check(action: &str, arn: &str) -> Check {
    Check::new(&format!("iam:{action}"), arn)
}

pub(crate) fn find(cx: &Cx<'_>, arn: &str) -> Result<Arc<Provider>, ApiError> {
    let own = |p: &Arc<Provider>| p.arn.split(':').nth(4) == Some(cx.account());
    let row = cx.get(&PROVIDERS, arn)?.filter(own);
    row.ok_or_else(|| no_such_entity(format!("OpenIDConnect Provider not found for arn {arn}")))
}

pub(crate) fn change(
    cx: &mut Cx<'_>,
    arn: &str,
    edit: impl FnOnce(&mut Provider) -> Result<(), ApiError>,
) -> Result<Value, ApiError> {
    let mut row = find(cx, arn)?.as_ref().clone();
    edit(&mut row)?;
    cx.put(&PROVIDERS, arn, row)?;
    Ok(json!({}))
}

pub(crate) fn shown(provider: &Provider) -> Value {
    let mut shown = json!({
        "Url": provider.url, "ClientIDList": provider.client_ids, "ThumbprintList": provider.thumbprints,
        "CreateDate": render::date(provider.created_ms),
    });
    if let (Some(map), false) = (shown.as_object_mut(), provider.tags.is_empty()) {
        map.insert("Tags".to_owned(), tags::render(&provider.tags));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_of_https_and_of_a_host_alone() {
        let code = |url| location(url).map_err(|e| e.code.to_string());
        assert_eq!(
            code("https://idp.example.com/realms/Main"),
            Ok("idp.example.com/realms/Main".to_owned())
        );
        assert_eq!(
            code("https://idp.example.com:443"),
            Ok("idp.example.com".to_owned())
        );
        for (url, expected) in [
            ("idp.example.com", "ValidationError"),
            ("https://", "ValidationError"),
            ("http://idp.example.com", "InvalidInput"),
            ("https://user@idp.example.com", "InvalidInput"),
            ("https://idp.example.com:8443", "InvalidInput"),
            ("https://idp.example.com?a=1", "InvalidInput"),
            ("https://idp.example.com/#a", "InvalidInput"),
        ] {
            assert_eq!(code(url), Err(expected.to_owned()), "{url}");
        }
    }

    #[test]
    fn lists_have_their_limits() {
        let ids = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
        assert_eq!(client_ids(ids(100)).map(|l| l.len()).ok(), Some(100));
        assert!(client_ids(ids(101)).is_err());
        let twice = vec!["a".to_owned(), "b".to_owned(), "a".to_owned()];
        assert_eq!(
            client_ids(twice).ok(),
            Some(vec!["a".to_owned(), "b".to_owned()])
        );
        assert_eq!(
            thumbprints(&["AB".to_owned()]).ok(),
            Some(vec!["ab".to_owned()])
        );
        assert!(thumbprints(&ids(5)).is_ok() && thumbprints(&ids(6)).is_err());
    }
}
