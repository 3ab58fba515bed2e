//! The scene of the benches: a role of one account decrypts with a key of another, through S3.

use sekisho_policy::{Context, Document, Policies, Policy, Principal, Request, ResourceKind};

pub const IDENTITY: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Action":"ecr:DescribeImages","Resource":"arn:aws:ecr:us-east-1:111111111111:repository/*"},
    {"Effect":"Allow","Action":["s3:GetObject*","s3:PutObject"],"Resource":"arn:aws:s3:::artifacts/*"},
    {"Effect":"Allow","Action":["kms:Decrypt","kms:GenerateDataKey*"],"Resource":"arn:aws:kms:us-east-1:222222222222:key/1234"}]}"#;

pub const KEY: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"kms:*","Resource":"*"},
    {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/ecr-source"},"Action":"kms:Decrypt","Resource":"*",
     "Condition":{"StringEquals":{"kms:ViaService":"s3.us-east-1.amazonaws.com","aws:PrincipalOrgID":"o-1234567890"},
                  "ArnLike":{"kms:EncryptionContext:aws:s3:arn":"arn:aws:s3:::artifacts/*"}}}]}"#;

/// Names and values of the condition keys that are in the request.
pub const CONTEXT: &[(&str, &str)] = &[
    ("kms:ViaService", "s3.us-east-1.amazonaws.com"),
    ("aws:PrincipalOrgID", "o-1234567890"),
    (
        "kms:EncryptionContext:aws:s3:arn",
        "arn:aws:s3:::artifacts/delivery/Image/abc",
    ),
];

pub fn policy(text: &str) -> Policy {
    let document: Document = text.parse().unwrap_or_else(|e| panic!("{e}: {text}"));
    Policy::new("policy", document)
}

pub struct Scene {
    pub principal: Principal,
    pub context: Context,
    pub policies: Policies,
}

impl Scene {
    pub fn new() -> Self {
        let mut context = Context::new();
        for (name, value) in CONTEXT {
            context.set(name, *value);
        }
        let session = "arn:aws:sts::111111111111:assumed-role/ecr-source/1";
        Self {
            principal: Principal::from_arn(session, None).unwrap_or(Principal::Anonymous),
            context,
            policies: Policies {
                identity: vec![policy(IDENTITY)],
                resource: Some(policy(KEY)),
                ..Policies::default()
            },
        }
    }

    pub fn request(&self) -> Request<'_> {
        Request {
            principal: &self.principal,
            action: "kms:Decrypt",
            resource: "arn:aws:kms:us-east-1:222222222222:key/1234",
            resource_account: Some("222222222222"),
            context: &self.context,
            requested_grant: None,
            grant_tokens: &[],
        }
    }

    pub fn decide(&self) -> bool {
        sekisho_policy::evaluate(&self.request(), &self.policies, ResourceKind::Key).allowed()
    }
}
