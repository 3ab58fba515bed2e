//! Who and what stands outside of which policies.

use crate::evaluate::Evaluation;
use crate::principal::Principal;
use crate::request::ContextValue;
use crate::services;
use crate::text::{arn_parts, at_colon};

/// What may be done with a key of another account; everything else may not, whatever the policies say (KMS developer
/// guide, "Allowing users in other accounts to use a KMS key").
const KEYS_ACROSS_ACCOUNTS: &[&str] = &[
    "CreateGrant",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetKeyRotationStatus",
    "GetPublicKey",
    "ListGrants",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "RevokeGrant",
    "Sign",
    "Verify",
    "VerifyMac",
];

/// What may not be done with a queue of another account (SQS developer guide, "Limitations of custom policies").
const QUEUES_OF_ONE_ACCOUNT: &[&str] = &[
    "AddPermission",
    "CancelMessageMoveTask",
    "CreateQueue",
    "DeleteQueue",
    "ListMessageMoveTasks",
    "ListQueueTags",
    "ListQueues",
    "RemovePermission",
    "SetQueueAttributes",
    "StartMessageMoveTask",
    "TagQueue",
    "UntagQueue",
];

/// What only the account of a bucket may do to its policy; others are answered 405 (S3 API reference).
const OF_BUCKET_POLICIES: &[&str] = &["DeleteBucketPolicy", "GetBucketPolicy", "PutBucketPolicy"];

/// Services without policies of resources (IAM user guide, "AWS services that work with IAM"; a role's trust policy is of
/// STS): what belongs to another account is beyond reach. A role is passed to a service of its own account
/// (`spec/iam.md` fact 30).
const WITHOUT_POLICIES: &[&str] = &["access-analyzer", "codepipeline", "iam"];

/// Services that ask IAM for the caller's side only: what somebody shares with another account he shares in lists of the service's
/// own, snapshots and images (radkawar/stackd testdata/aws/ebs/sharing_tag_authority.json, copy_controls_contexts.json, volume_data_source_authority.json).
const SHARED_BY_THEMSELVES: &[&str] = &["ebs", "ec2"];

/// Services that take requests without a signature where a policy says so, and the beginnings of what may be asked of them
/// (service authorization reference; Lambda developer guide, "Control access to Lambda function URLs"; EFS user guide, of clients that
/// do not use IAM). All others answer
/// `MissingAuthenticationToken`.
const UNSIGNED: &[(&str, &str)] = &[
    ("ecr-public", ""),
    ("elasticfilesystem", "Client"),
    ("es", "ESHttp"),
    ("execute-api", ""),
    ("lambda", "InvokeFunction"),
    ("mediastore", ""),
    ("s3", ""),
    ("s3-object-lambda", ""),
    ("sns", ""),
    ("sqs", ""),
    ("vpc-lattice-svcs", ""),
];

/// Whether an action may be asked for without a signature.
fn takes_unsigned(action: &str) -> bool {
    let Some((service, name)) = at_colon(action) else {
        return false;
    };
    UNSIGNED.iter().any(|(own, beginning)| {
        let front = name.get(..beginning.len()).unwrap_or_default();
        own.eq_ignore_ascii_case(service) && front.eq_ignore_ascii_case(beginning)
    })
}

/// Actions of services with resource policies that are about no resource (service authorization reference).
const OF_NO_RESOURCE: &[(&str, &[&str])] = &[
    (
        "kms",
        &[
            "ConnectCustomKeyStore",
            "CreateCustomKeyStore",
            "CreateKey",
            "DeleteCustomKeyStore",
            "DescribeCustomKeyStores",
            "DisconnectCustomKeyStore",
            "GenerateRandom",
            "ListAliases",
            "ListKeys",
            "ListRetirableGrants",
            "UpdateCustomKeyStore",
        ],
    ),
    (
        "ecr",
        &[
            "DeleteRegistryPolicy",
            "DescribeRegistry",
            "GetAccountSetting",
            "GetAuthorizationToken",
            "GetRegistryPolicy",
            "GetRegistryScanningConfiguration",
            "PutAccountSetting",
            "PutRegistryPolicy",
            "PutRegistryScanningConfiguration",
            "PutReplicationConfiguration",
        ],
    ),
    ("ecr-public", &["GetAuthorizationToken"]),
    ("s3", &["ListAllMyBuckets"]),
];

/// Whether an action is about no resource, so that no resource's policy is asked.
pub(crate) fn of_no_resource(action: &str) -> bool {
    let Some((service, name)) = at_colon(action) else {
        return false;
    };
    let mut services = OF_NO_RESOURCE.iter();
    let names = services.find(|(own, _)| own.eq_ignore_ascii_case(service));
    names.is_some_and(|(_, names)| names.iter().any(|own| own.eq_ignore_ascii_case(name)))
}

/// Whether an ARN is of a service-linked role: by where its resource begins, for a path may hold anything further on.
fn of_service(arn: &str) -> bool {
    arn_parts(arn).is_some_and(|[.., resource]| resource.starts_with("role/aws-service-role/"))
}

impl Evaluation<'_> {
    /// Whatever the policies say: AWS lets no root user assume a role, no federated user ask IAM anything, or STS for
    /// anything but who it is, and nobody with the credentials of a role ask for those of a session or of a federated user
    /// (STS API reference; IAM user guide, "Compare AWS STS credentials"); nobody takes a task upon its own account's root
    /// user (`spec/authorization.md` section 9.1); and most services take nothing that is not signed.
    pub(crate) fn refused(&self) -> bool {
        let request = self.request;
        let caller = match request.principal {
            Principal::Root { .. } if request.is("sts", "AssumeRole") => true,
            Principal::Federated { .. } => {
                // To pass a role is no call of IAM (recorded: federated users pass roles to Cognito).
                let calls_iam =
                    request.action_of("iam").is_some() && !request.is("iam", "PassRole");
                request.action_of("sts").is_some() || calls_iam
            }
            Principal::Session { .. } => request.action_of("sts").is_some_and(|name| {
                ["GetFederationToken", "GetSessionToken"]
                    .iter()
                    .any(|own| own.eq_ignore_ascii_case(name))
            }),
            Principal::Anonymous => !takes_unsigned(request.action),
            _ => false,
        };
        caller || (request.is("sts", "AssumeRoot") && !self.cross_account)
    }

    /// The root user of a bucket's account reads and writes the bucket's policy, whatever that denies, so that nobody locks
    /// himself out for good (S3 API reference, PutBucketPolicy).
    pub(crate) fn keeps_the_key(&self) -> bool {
        let root = matches!(self.request.principal, Principal::Root { .. });
        let s3 = |name: &&str| self.request.is("s3", name);
        root && !self.cross_account && OF_BUCKET_POLICIES.iter().any(s3)
    }

    /// What no policy can take away: GetCallerIdentity from anybody, GetSessionToken from users and root users (STS API
    /// reference).
    pub(crate) fn needs_no_permission(&self) -> bool {
        let Some(name) = self.request.action_of("sts") else {
            return false;
        };
        let own = matches!(
            self.request.principal,
            Principal::User { .. } | Principal::Root { .. }
        );
        let signed = !matches!(self.request.principal, Principal::Anonymous);
        (signed && name.eq_ignore_ascii_case("GetCallerIdentity"))
            || (own && name.eq_ignore_ascii_case("GetSessionToken"))
    }

    /// Service control policies bind the users and roles of the organization's accounts (Organizations user guide, "Service
    /// control policies"): not service-linked roles, not services, nobody who is a stranger.
    pub(crate) fn is_under_scp(&self) -> bool {
        let own = !matches!(
            self.request.principal,
            Principal::Anonymous | Principal::Service(_) | Principal::Provider { .. }
        );
        !self.policies.scp.is_empty() && own && !self.service_linked()
    }

    /// Resource control policies bind who wants something of a resource of the services that they are for, but neither
    /// service-linked roles, nor who assumes one, nor RetireGrant, nor who uses a key that AWS manages (recorded on AWS;
    /// spec authorization.md 4.2 and 4.3).
    pub(crate) fn is_under_rcp(&self) -> bool {
        let request = self.request;
        let service = at_colon(request.action).map_or(request.action, |(service, _)| service);
        let linked = || request.action_of("sts").is_some() && of_service(request.resource);
        !self.policies.rcp.is_empty()
            && request.resource != "*"
            && !self.of_no_resource
            && services::under_rcp(service)
            && !self.service_linked()
            && !linked()
            && !request.is("kms", "RetireGrant")
            && !self.key_of_aws()
    }

    /// Whether the key is one that AWS manages: nobody else gives an alias that begins so.
    fn key_of_aws(&self) -> bool {
        let of_aws = |alias: &str| alias.starts_with("alias/aws/");
        match self.request.context.get("kms:resourcealiases") {
            Some(ContextValue::Single(alias)) => of_aws(alias),
            Some(ContextValue::List(aliases)) => aliases.iter().any(|alias| of_aws(alias)),
            None => false,
        }
    }

    fn service_linked(&self) -> bool {
        match self.request.principal {
            Principal::Session { role_arn, .. } => of_service(role_arn),
            _ => false,
        }
    }

    /// Whether whoever owns the resource says by other means than policies who may have it.
    pub(crate) fn is_shared_otherwise(&self) -> bool {
        let service = at_colon(self.request.action).map(|(service, _)| service);
        let is = |own: &&str| service.is_some_and(|service| own.eq_ignore_ascii_case(service));
        let resource = self.request.resource.splitn(6, ':').nth(5);
        let shared = |text: &str| text.starts_with("snapshot/") || text.starts_with("image/");
        SHARED_BY_THEMSELVES.iter().any(is) && resource.is_some_and(shared)
    }

    /// Whether no policy can allow it.
    pub(crate) fn never(&self) -> bool {
        // Who signs nothing is of no account, and so of no owner's.
        let nobody = matches!(self.request.principal, Principal::Anonymous);
        if !self.cross_account && !nobody {
            return false;
        }
        // An identity provider is one of the role's own account (IAM looks nowhere else: crossplane-contrib/provider-aws#1331).
        if matches!(self.request.principal, Principal::Provider { .. }) {
            return true;
        }
        let Some((service, name)) = at_colon(self.request.action) else {
            return false;
        };
        let service = |own: &str| own.eq_ignore_ascii_case(service);
        let among = |list: &[&str]| list.iter().any(|own| own.eq_ignore_ascii_case(name));
        if service("kms") {
            return !among(KEYS_ACROSS_ACCOUNTS);
        }
        (service("s3") && among(OF_BUCKET_POLICIES))
            || (service("sqs") && among(QUEUES_OF_ONE_ACCOUNT))
            || WITHOUT_POLICIES.iter().any(|own| service(own))
    }
}
