//! AWS's own denial sentences (`spec/authorization.md` section 1).

use crate::decision::{Decision, Gate, Outcome, Side};
use crate::principal::Principal;
use crate::request::Request;

/// How a service words the sentence. Most are [`Style::Plain`]; the rest follow from the action's service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `on resource: <arn> because …`.
    Plain,
    /// KMS: the ARN of a foreign key is withheld.
    Kms,
    /// S3: the ARN in double quotes.
    S3,
    /// STS: no reason, but for resource control policies; recorded for all but web identity tokens.
    Bare,
    /// SQS: the action in lower case.
    LowerAction,
    /// SNS: the service in upper case.
    UpperService,
    /// SES: everything in single quotes, and no reason.
    Quoted,
    /// API Gateway's deployed APIs: all but the end of the account is hidden, and the connection's id.
    Masked,
}

impl Style {
    /// The style of the service that `action` belongs to.
    #[must_use]
    pub fn of(action: &str) -> Self {
        let action = action.to_ascii_lowercase();
        let (service, name) = action.split_once(':').unwrap_or((&action, ""));
        match (service, name) {
            ("kms", _) => Self::Kms,
            ("s3", _) => Self::S3,
            ("sts", "getwebidentitytoken" | "taggetwebidentitytoken") => Self::Plain,
            ("sts", _) => Self::Bare,
            ("sqs", _) => Self::LowerAction,
            ("sns", _) => Self::UpperService,
            ("ses", _) => Self::Quoted,
            ("execute-api", _) => Self::Masked,
            _ => Self::Plain,
        }
    }
}

/// The sentence that AWS shows for a denial. `shown` replaces the resource where an operation renders it in a
/// form of its own (`iam:CreatePolicy`: `policy NAME`), and leaves it out where it is empty. For an allowed request the text says so.
#[must_use]
pub fn sentence(request: &Request<'_>, decision: &Decision, shown: Option<&str>) -> String {
    let style = Style::of(request.action);
    let principal = request.principal.arn();
    // Who comes by an identity provider has no name yet (recorded for SAML).
    if matches!(request.principal, Principal::Provider { .. }) && !decision.allowed() {
        return format!("Not authorized to perform {}", request.action);
    }
    // Recorded: one sentence, whatever denied.
    if request.action_of("organizations").is_some() && !decision.allowed() {
        return "You don't have permissions to access this resource.".to_owned();
    }
    if request.is("iam", "PassRole") && decision.cross_account && !decision.allowed() {
        return "Cross-account pass role is not allowed.".to_owned();
    }
    if style == Style::Quoted && !decision.allowed() {
        return format!(
            "User '{principal}' is not authorized to perform '{}' on resource '{}'",
            request.action,
            shown.unwrap_or(request.resource)
        );
    }
    let action = match style {
        Style::LowerAction => request.action.to_ascii_lowercase(),
        Style::UpperService => match request.action.split_once(':') {
            Some((service, name)) => format!("{}:{name}", service.to_ascii_uppercase()),
            None => request.action.to_owned(),
        },
        _ => request.action.to_owned(),
    };
    let action = action.as_str();
    let head = format!("User: {principal} is not authorized to perform: {action}");
    let of_iam = || named_by_iam(request);
    let resource = shown.map(str::to_owned).or_else(of_iam);
    let resource = resource.unwrap_or_else(|| request.resource.to_owned());
    let resource = match style {
        Style::S3 => format!("\"{resource}\""),
        Style::Masked => masked(&resource),
        _ => resource,
    };
    let on = match shown {
        // Of all buckets nothing is said.
        _ if request.is("s3", "ListAllMyBuckets") => String::new(),
        Some("") => String::new(),
        _ => format!(" on resource: {resource}"),
    };
    match decision.outcome {
        Outcome::Allow => format!("{principal} may perform {action} on {resource}"),
        Outcome::ExplicitDeny => {
            if style == Style::Bare && decision.gate != Gate::Rcp {
                return format!("{head}{on}");
            }
            if style == Style::Kms && decision.cross_account && decision.gate == Gate::Resource {
                return format!("{head} {}", kms_foreign(request));
            }
            // Named since 2026 for the documents that have an ARN, where the caller may know of them: its own account's
            // policies, and those of the organization.
            let near = !decision.cross_account || one_organization(request);
            let known = match decision.gate {
                Gate::Scp => true,
                Gate::Rcp => near || !says_organization(request),
                Gate::Resource => false,
                _ => near,
            };
            let arn = decision
                .statement
                .as_ref()
                .and_then(|s| s.policy.arn.as_ref())
                .filter(|_| known)
                .map(|arn| format!(": {arn}"))
                .unwrap_or_default();
            format!(
                "{head}{on} with an explicit deny in {}{arn}",
                with_article(decision.gate)
            )
        }
        Outcome::ImplicitDeny => {
            if style == Style::Bare {
                return format!("{head}{on}");
            }
            // A service is told no more than another account (radkawar/stackd eventbridge/kms_delivery).
            let service = matches!(request.principal, Principal::Service(_));
            if style == Style::Kms && (decision.cross_account || service) {
                if decision
                    .missing
                    .first()
                    .is_some_and(|m| m.side == Side::Resource)
                {
                    return format!("{head} {}", kms_foreign(request));
                }
                return format!(
                    "{head} on this resource because no {} allows the {action} action",
                    decision.gate.policy_type()
                );
            }
            format!(
                "{head}{on} because no {} allows the {action} action",
                decision.gate.policy_type()
            )
        }
    }
}

/// What the caller is told by the action's own service: see [`sentence_of`].
#[must_use]
pub fn wire_sentence(request: &Request<'_>, decision: &Decision, shown: Option<&str>) -> String {
    let service = request.action.split(':').next().unwrap_or_default();
    sentence_of(service, request, decision, shown)
}

/// What the caller is told by `service`, which answers the call and may have asked for the action of another: AWS's sentence, but
/// for S3, which explains a denial only to the bucket's own account and, as far as the request tells, organization (S3 user
/// guide, "Troubleshoot access denied errors"), and for EC2, which says so twice (EC2 user guide, "Decode authorization
/// messages"), of whatever it asked; EBS direct says `ec2:CreateTags` without (radkawar/stackd
/// testdata/aws/ebs/encryption_authorization.json).
#[must_use]
pub fn sentence_of(
    service: &str,
    request: &Request<'_>,
    decision: &Decision,
    shown: Option<&str>,
) -> String {
    let one = one_organization(request);
    let stranger = matches!(request.principal, Principal::Anonymous)
        || (decision.cross_account && (!one || decision.gate == Gate::Endpoint));
    if Style::of(request.action) == Style::S3 && stranger && !decision.allowed() {
        return "Access Denied".to_owned();
    }
    let said = sentence(request, decision, shown);
    // EC2 goes on with an encoded message, another at every call.
    match service.eq_ignore_ascii_case("ec2") && !decision.allowed() {
        true => format!("You are not authorized to perform this operation. {said}."),
        false => said,
    }
}

/// Actions for which IAM names its resource by ARN: what it makes or passes, and the tags of that (brefphp/bref#2028,
/// aws/aws-parallelcluster#918), and whose policies it simulates.
const BY_ARN: &[&str] = &[
    "creategroup",
    "createinstanceprofile",
    "createrole",
    "createservicelinkedrole",
    "createuser",
    "getcontextkeysforprincipalpolicy",
    "passrole",
    "simulateprincipalpolicy",
    "taginstanceprofile",
    "tagpolicy",
    "tagrole",
    "taguser",
];

/// How IAM names what it looks up: `role NAME`, `policy ARN` (recorded). A path, of which lists are, is no name.
fn named_by_iam(request: &Request<'_>) -> Option<String> {
    let action = request.action_of("iam")?.to_ascii_lowercase();
    if BY_ARN.contains(&action.as_str()) {
        return None;
    }
    let (kind, rest) = request.resource.splitn(6, ':').nth(5)?.split_once('/')?;
    let last = rest.rsplit('/').next().filter(|name| !name.is_empty());
    match kind {
        "policy" if action == "createpolicy" => last.map(|name| format!("policy {name}")),
        "policy" => Some(format!("policy {}", request.resource)),
        "role" | "user" | "group" => last.map(|name| format!("{kind} {name}")),
        "instance-profile" => last.map(|name| format!("instance profile {name}")),
        _ => None,
    }
}

/// KMS does not say more about a key of another account.
fn kms_foreign(request: &Request<'_>) -> String {
    let object = if request.is("kms", "Decrypt") {
        "on the resource associated with this ciphertext"
    } else {
        "on this resource"
    };
    format!(
        "{object} because the resource does not exist in this Region, no resource-based policies allow access, \
         or a resource-based policy explicitly denies access"
    )
}

/// The ARN of a deployed API as its denials show it (recorded: `arn:aws:execute-api:us-east-1:********0000:API/dev/POST/@connections/{connectionId}`).
fn masked(arn: &str) -> String {
    let mut parts: Vec<&str> = arn.splitn(6, ':').collect();
    let account = match parts.get(4).and_then(|a| a.get(a.len().checked_sub(4)?..)) {
        Some(end) => format!("********{end}"),
        None => return arn.to_owned(),
    };
    let path = parts.get(5).copied().unwrap_or_default();
    let path = match path.split_once("/@connections/") {
        Some((front, _)) => format!("{front}/@connections/{{connectionId}}"),
        None => path.to_owned(),
    };
    parts.truncate(4);
    format!("{}:{account}:{path}", parts.join(":"))
}

/// Whether the caller and the resource are known to be of one organization.
fn one_organization(request: &Request<'_>) -> bool {
    let organization = request.context.single("aws:principalorgid");
    organization.is_some() && organization == request.context.single("aws:resourceorgid")
}

/// Whether it is known which organization the resource is of.
fn says_organization(request: &Request<'_>) -> bool {
    request.context.single("aws:resourceorgid").is_some()
}

fn with_article(gate: Gate) -> String {
    let noun = gate.policy_type();
    let article = if noun.starts_with('i') { "an" } else { "a" };
    format!("{article} {noun}")
}
