//! Where a call came from. The kind is private: no client can write a header that makes it an internal call.

/// Where a request carries its signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Signing {
    /// In the `Authorization` header.
    Header,
    /// In the query string: a presigned URL.
    Query,
    /// It has none.
    #[default]
    Nothing,
}

/// How a request reached the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestInfo {
    /// The region that the request is for.
    pub region: String,
    /// The address of the client, if it came over a socket.
    pub source_ip: Option<String>,
    /// Whether the way counts as secure transport.
    pub secure: bool,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
    /// How it was signed.
    pub signing: Signing,
    /// `host:port` under which the client reached us, for URLs in answers.
    pub endpoint: Option<String>,
    /// The client's `Referer`.
    pub referer: Option<String>,
    /// When it was signed, in milliseconds, if it came over a socket.
    pub signed_ms: Option<i64>,
    /// What it says the digest of its body is: `x-amz-content-sha256`.
    pub content_sha256: Option<String>,
}

/// Where a call came from.
#[derive(Debug, Clone)]
pub struct Origin {
    pub(crate) info: RequestInfo,
    /// Services that forwarded the call on behalf of the caller, first to last.
    pub(crate) via: Vec<String>,
    /// For a service that calls on its own behalf: the resource and account for which it does.
    pub(crate) source: Option<(String, String)>,
    pub(crate) parent: Option<u64>,
    /// Whose event made this call; a label for the trace.
    pub(crate) tag: Option<String>,
    /// The id that the client's answer has.
    pub(crate) request: Option<String>,
    /// Whether nothing is decided.
    pub(crate) given: bool,
}

/// Services with one endpoint for all regions: whatever a client signs for, their requests are for us-east-1 (IAM user guide,
/// "Denies access to AWS based on the requested Region").
const GLOBAL: &[&str] = &["iam", "organizations"];

impl Origin {
    /// Makes the region that of the service, where that has one only.
    pub(crate) fn settle(&mut self, service: &str) {
        if GLOBAL.contains(&service) {
            "us-east-1".clone_into(&mut self.info.region);
        }
    }

    /// A call from a client.
    #[must_use]
    pub fn external(info: RequestInfo) -> Self {
        Self {
            info,
            via: Vec::new(),
            source: None,
            parent: None,
            tag: None,
            request: None,
            given: false,
        }
    }

    /// A call that a service of ours makes in `region` for the resource `source_arn` of `source_account`.
    #[must_use]
    pub fn service(region: &str, source_arn: &str, source_account: &str) -> Self {
        let info = RequestInfo {
            region: region.to_owned(),
            secure: true,
            signing: Signing::Header,
            ..RequestInfo::default()
        };
        Self {
            info,
            via: Vec::new(),
            source: Some((source_arn.to_owned(), source_account.to_owned())),
            parent: None,
            tag: None,
            request: None,
            given: false,
        }
    }

    /// The same origin as a child of event `parent`.
    #[must_use]
    pub fn under(mut self, parent: u64) -> Self {
        self.parent = Some(parent);
        self
    }

    /// The same origin with a label that groups its events.
    #[must_use]
    pub fn tagged(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// A call that makes what is taken to be there: nobody is asked for it and nothing is decided; its event says so. No
    /// request from outside comes to be one.
    #[must_use]
    pub fn given(region: &str) -> Self {
        Self {
            source: None,
            given: true,
            ..Self::service(region, "", "")
        }
    }

    /// The same origin, of the request with this id.
    #[must_use]
    pub fn requested(mut self, id: impl Into<String>) -> Self {
        self.request = Some(id.into());
        self
    }

    /// The same call, forwarded by `service` (its service principal) on behalf of the caller.
    pub(crate) fn forwarded(&self, service: &str, parent: u64) -> Self {
        let mut origin = self.clone();
        origin.via.push(service.to_owned());
        origin.parent = Some(parent);
        origin
    }

    /// The region that the request is for.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.info.region
    }

    /// The service principal that forwarded the call last, for example `s3.amazonaws.com`.
    #[must_use]
    pub fn via(&self) -> Option<&str> {
        self.via.last().map(String::as_str)
    }

    /// For a service that calls on its own behalf: the account for which it does.
    #[must_use]
    pub fn source_account(&self) -> Option<&str> {
        self.source.as_ref().map(|(_, account)| account.as_str())
    }

    /// What is known of the request.
    #[must_use]
    pub fn info(&self) -> &RequestInfo {
        &self.info
    }
}
