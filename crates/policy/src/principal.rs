//! Who asks, and what it means to be named in a policy.

use crate::document::PrincipalPattern;

/// The principal of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// Nobody signed the request.
    Anonymous,
    /// An AWS service, by its service principal name, for example `codepipeline.amazonaws.com`.
    Service(String),
    /// The root user of an account.
    Root {
        /// The account.
        account: String,
    },
    /// An IAM user.
    User {
        /// The account.
        account: String,
        /// The ARN with its path.
        arn: String,
        /// The unique id (`AIDA…`), if known.
        id: Option<String>,
    },
    /// A session of a role.
    Session {
        /// The account of the role.
        account: String,
        /// The ARN of the role with its path.
        role_arn: String,
        /// Whether `role_arn` is known to have the role's path: the ARN of a session does not show it.
        path_known: bool,
        /// The name of the role, without its path.
        role_name: String,
        /// The session name.
        session: String,
        /// The unique id of the role (`AROA…`), if known.
        role_id: Option<String>,
    },
    /// An identity provider that vouches for somebody: the caller of `sts:AssumeRoleWithSAML` and
    /// `sts:AssumeRoleWithWebIdentity`, before there is a session.
    Provider {
        /// The account that the provider was made in; none for the ones that AWS knows, such as
        /// `cognito-identity.amazonaws.com`.
        account: Option<String>,
        /// What a trust policy calls it: the ARN of a SAML or OIDC provider, or a domain name.
        name: String,
    },
    /// A federated user (`sts:GetFederationToken`).
    Federated {
        /// The account.
        account: String,
        /// `arn:aws:sts::<account>:federated-user/<name>`.
        arn: String,
        /// The ARN of the user who federated it, as far as that is known: a resource's policy may name him.
        user: Option<String>,
    },
}

/// How strongly a resource-based policy, trust policy, key policy or grant names a principal. Ordered:
/// stronger forms compare greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// The account is named: it may delegate by its own identity policies, and nothing more.
    Account,
    /// The role is named: that replaces the identity policy, but not boundary and session policy.
    Role,
    /// The session, the user, the service or everyone is named: implicit denials elsewhere do not count.
    Direct,
}

/// The parts of the ARN of a principal, which has no region.
pub(crate) struct Parts<'t> {
    partition: &'t str,
    pub(crate) service: &'t str,
    pub(crate) account: &'t str,
    pub(crate) resource: &'t str,
}

impl<'t> Parts<'t> {
    pub(crate) fn of(text: &'t str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        let (partition, service) = (parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let good = (partition == "aws" || partition.starts_with("aws-"))
            && region.is_empty()
            && sekisho_arn::is_account_id(account)
            && !resource.is_empty();
        good.then_some(Self {
            partition,
            service,
            account,
            resource,
        })
    }
}

/// The partition of an ARN.
fn partition(arn: &str) -> &str {
    arn.split(':').nth(1).unwrap_or("aws")
}

impl Principal {
    /// Reads a principal ARN as AWS shows it: root, user, role session, federated user, identity provider. A role ARN
    /// stands for a session of that role. `role_arn` completes a session ARN with the role's path.
    #[must_use]
    pub fn from_arn(text: &str, role_arn: Option<&str>) -> Option<Self> {
        let Parts {
            partition,
            service,
            account,
            resource,
        } = Parts::of(text)?;
        let (kind, rest) = resource.split_once('/').unwrap_or((resource, ""));
        let account = account.to_owned();
        Some(match (service, kind) {
            ("iam", "root") if partition == "aws" => Self::Root { account },
            ("iam", "user") => Self::User {
                account,
                arn: text.to_owned(),
                id: None,
            },
            ("iam", "role") => Self::Session {
                role_arn: text.to_owned(),
                path_known: true,
                role_name: rest.rsplit('/').next().unwrap_or_default().to_owned(),
                session: String::new(),
                role_id: None,
                account,
            },
            ("sts", "assumed-role") => {
                let (role_name, session) = rest.split_once('/')?;
                // Only the path may be news.
                let role_arn = role_arn.filter(|arn| {
                    arn.rsplit('/').next() == Some(role_name)
                        && arn.split(':').nth(4) == Some(account.as_str())
                        && arn.contains(":role/")
                });
                Self::Session {
                    path_known: role_arn.is_some(),
                    role_arn: role_arn.map_or_else(
                        || format!("arn:{partition}:iam::{account}:role/{role_name}"),
                        str::to_owned,
                    ),
                    role_name: role_name.to_owned(),
                    session: session.to_owned(),
                    role_id: None,
                    account,
                }
            }
            ("sts", "federated-user") => Self::Federated {
                account,
                arn: text.to_owned(),
                user: None,
            },
            ("iam", "saml-provider" | "oidc-provider") => Self::provider(text),
            _ => return None,
        })
    }

    /// The principal with the unique id that `aws:userid` says of it: `AIDA…` of a user, `AROA…:session` of a session.
    #[must_use]
    pub fn with_id(mut self, userid: Option<&str>) -> Self {
        match (&mut self, userid) {
            (Self::User { id, .. }, Some(userid)) => *id = Some(userid.to_owned()),
            (
                Self::Session {
                    session, role_id, ..
                },
                Some(userid),
            ) => {
                let Some((role, own)) = userid.split_once(':') else {
                    return self;
                };
                // A role's own ARN stands for a session of it, whatever its name is.
                if session.is_empty() {
                    own.clone_into(session);
                }
                *role_id = (own == session).then(|| role.to_owned());
            }
            _ => {}
        }
        self
    }

    /// The identity provider that a trust policy calls `name`: an ARN, or the domain name of one that AWS knows.
    #[must_use]
    pub fn provider(name: &str) -> Self {
        Self::Provider {
            account: Parts::of(name).map(|arn| arn.account.to_owned()),
            name: name.to_owned(),
        }
    }

    /// The account that the principal belongs to; services and anonymous callers have none.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Anonymous | Self::Service(_) => None,
            Self::Provider { account, .. } => account.as_deref(),
            Self::Root { account }
            | Self::User { account, .. }
            | Self::Session { account, .. }
            | Self::Federated { account, .. } => Some(account),
        }
    }

    /// The ARN by which AWS names the caller in messages.
    #[must_use]
    pub fn arn(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Service(name) | Self::Provider { name, .. } => name.clone(),
            Self::Root { account } => format!("arn:aws:iam::{account}:root"),
            Self::User { arn, .. } | Self::Federated { arn, .. } => arn.clone(),
            Self::Session {
                session, role_arn, ..
            } if session.is_empty() => role_arn.clone(),
            Self::Session {
                account,
                role_arn,
                role_name,
                session,
                ..
            } => {
                let partition = partition(role_arn);
                format!("arn:{partition}:sts::{account}:assumed-role/{role_name}/{session}")
            }
        }
    }

    /// The value of `aws:PrincipalArn`: for a session, the role's ARN with its path. Absent for identity providers
    /// (recorded on AWS).
    #[must_use]
    pub fn principal_arn(&self) -> Option<String> {
        match self {
            Self::Anonymous | Self::Service(_) | Self::Provider { .. } => None,
            Self::Session { role_arn, .. } => Some(role_arn.clone()),
            _ => Some(self.arn()),
        }
    }

    /// How strongly `pattern` names this principal, if at all.
    #[must_use]
    pub fn named_by(&self, pattern: &PrincipalPattern) -> Option<Strength> {
        match pattern {
            // Recorded: an Allow of `{"AWS": "*"}` does not admit who comes by an identity provider.
            PrincipalPattern::Any => {
                (!matches!(self, Self::Provider { .. })).then_some(Strength::Direct)
            }
            PrincipalPattern::Service(name) => match self {
                Self::Service(service) if name == service => Some(Strength::Direct),
                _ => None,
            },
            PrincipalPattern::Federated(named) => match self {
                Self::Provider { name, .. } if name == named => Some(Strength::Direct),
                _ => None,
            },
            PrincipalPattern::Account(account) => match self {
                Self::Provider { .. } => None,
                Self::Root { account: own } if own == account => Some(Strength::Direct),
                _ if self.account() == Some(account) => Some(Strength::Account),
                _ => None,
            },
            PrincipalPattern::Arn(arn) => self.named_by_arn(arn),
            PrincipalPattern::Id(id) => match self {
                Self::User { id: Some(own), .. } if own == id => Some(Strength::Direct),
                Self::Session {
                    role_id: Some(own), ..
                } if own == id => Some(Strength::Role),
                Self::Session {
                    role_id: Some(own),
                    session,
                    ..
                } => {
                    id.strip_prefix(own.as_str())
                        .and_then(|r| r.strip_prefix(':'))
                        .filter(|s| s == session)?;
                    Some(Strength::Direct)
                }
                _ => None,
            },
            // S3 turns canonical ids into accounts when it takes the policy.
            PrincipalPattern::Canonical(_) => None,
        }
    }

    fn named_by_arn(&self, named: &str) -> Option<Strength> {
        match self {
            Self::User { arn, .. } => (arn == named).then_some(Strength::Direct),
            Self::Federated { arn, .. } if arn == named => Some(Strength::Direct),
            // What names the user reaches him through the session's policies, as what names a role does (`spec/iam.md` fact 1).
            Self::Federated { user, .. } => {
                (user.as_deref() == Some(named)).then_some(Strength::Role)
            }
            Self::Session {
                account,
                role_arn,
                role_name,
                session,
                ..
            } => {
                if role_arn == named || self.may_be_role(named) {
                    return Some(Strength::Role);
                }
                let rest = named
                    .strip_prefix("arn:")?
                    .strip_prefix(partition(role_arn))?
                    .strip_prefix(":sts::")?
                    .strip_prefix(account.as_str())?
                    .strip_prefix(":assumed-role/")?
                    .strip_prefix(role_name.as_str())?
                    .strip_prefix('/')?;
                (rest == session && !session.is_empty()).then_some(Strength::Direct)
            }
            _ => None,
        }
    }

    /// Whether `named` is the role of this session, as far as it is known: a session ARN does not show the role's
    /// path, and role names are unique in an account.
    fn may_be_role(&self, named: &str) -> bool {
        let Self::Session {
            account,
            role_arn,
            path_known,
            role_name,
            ..
        } = self
        else {
            return false;
        };
        !path_known
            && named
                .strip_prefix("arn:")
                .and_then(|rest| rest.strip_prefix(partition(role_arn)))
                .and_then(|rest| rest.strip_prefix(":iam::"))
                .and_then(|rest| rest.strip_prefix(account.as_str()))
                .and_then(|rest| rest.strip_prefix(":role/"))
                .is_some_and(|path| path.rsplit('/').next() == Some(role_name))
    }
}
