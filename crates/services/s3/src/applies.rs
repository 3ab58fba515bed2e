//! Whether what a bucket policy says can be of a bucket: S3 knows its actions, which of them are of buckets and which of
//! objects, and which conditions each supports.
//!
//! Sources: AWS's answers as pasted in ministryofjustice/modernisation-platform#10762, aws-amplify/docs#7799,
//! versitygw#645, humanmade/S3-Uploads#239 and scttfrdmn/aws-openondemand#31; the table of actions is IAM's reference.

use sekisho_model::IamAction;
use sekisho_policy::{Condition, Document, Operator, PrincipalPattern, Statement};

/// Keys that belong to the requests of some actions only. Of the others the reference does not say it surely.
const OF_SOME_ACTIONS: &[&str] = &[
    "s3:delimiter",
    "s3:inventoryaccessibleoptionalfields",
    "s3:max-keys",
    "s3:prefix",
    "s3:versionid",
    "s3:x-amz-acl",
    "s3:x-amz-copy-source",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-storage-class",
];

/// What a resource of a bucket policy may name.
#[derive(Clone, Copy, Default)]
struct Named {
    bucket: bool,
    objects: bool,
}

/// S3's sentence for the first statement that says what cannot be.
pub(crate) fn check(document: &Document) -> Result<(), &'static str> {
    document.statements().iter().try_for_each(statement)
}

/// Services are named whole, and what is compared with ARNs is one. The refusals are recorded (radkawar/stackd
/// testdata/aws/s3/public_policy_replay.json), the second one's sentence is not.
fn forms(statement: &Statement) -> Result<(), &'static str> {
    let patterns = statement.principals.iter().flat_map(|p| &p.patterns);
    let open = |p: &PrincipalPattern| matches!(p, PrincipalPattern::Service(s) if s.contains('*'));
    if patterns.into_iter().any(open) {
        return Err("Invalid principal in policy");
    }
    for condition in &statement.conditions {
        match condition.operator {
            Operator::Arn { .. } if !condition.operands_read() => {
                return Err("Policy has an invalid condition");
            }
            // scality/Arsenal, which reproduces what was seen on AWS, has the sentence and a test of it.
            Operator::Ip { .. } if !condition.operands_parse() => {
                return Err("Invalid IP address in Conditions");
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a condition key is of somebody: of all services, of one of them, or of an identity provider, which is a host.
/// scality/Arsenal: what is not known and does not begin with `aws:` was seen to be refused.
fn is_of_somebody(key: &str) -> bool {
    match key.split_once(':') {
        Some(("aws" | "saml", _)) => true,
        Some((prefix, _)) => prefix.contains('.') || sekisho_model::names(prefix).is_some(),
        None => false,
    }
}

fn statement(statement: &Statement) -> Result<(), &'static str> {
    let Some(service) = sekisho_model::iam("s3") else {
        return Ok(());
    };
    forms(statement)?;
    let known = |key: &str| {
        let fits = |name: &String| {
            let name = name.to_ascii_lowercase();
            let front = name.split(['$', '<']).next().unwrap_or_default();
            name == key || front.ends_with('/') && key.starts_with(front)
        };
        service.keys.keys().any(fits)
    };
    let own = statement.conditions.iter().map(|c| &*c.key);
    let own: Vec<&str> = own.filter(|key| key.starts_with("s3:")).collect();
    let strange = |c: &Condition| !is_of_somebody(&c.key);
    if !own.iter().all(|key| known(key)) || statement.conditions.iter().any(strange) {
        return Err("Policy has an invalid condition key");
    }
    let named = named(statement);
    let actions = statement.actions.as_ref();
    for text in actions.iter().flat_map(|a| a.texts()) {
        if text == "*" {
            continue;
        }
        let name = text
            .split_once(':')
            .filter(|(vendor, _)| vendor.eq_ignore_ascii_case("s3"));
        let (_, name) = name.ok_or("Policy has invalid action")?;
        let name = name.to_ascii_lowercase();
        let meant = service.actions.iter();
        let meant = meant.filter(|(own, _)| sekisho_arn::glob(&name, &own.to_ascii_lowercase()));
        let meant: Vec<&IamAction> = meant.map(|(_, action)| action).collect();
        if meant.is_empty() {
            return Err("Policy has invalid action");
        }
        if actions.is_some_and(|a| a.negated) {
            continue;
        }
        let of = |action: &&&IamAction, kind: &str| action.resources.iter().any(|r| r == kind);
        let applies = |action: &&&IamAction| {
            named.is_none_or(|n| {
                n.bucket && of(action, "bucket") || n.objects && of(action, "object")
            })
        };
        let meant: Vec<&&IamAction> = meant.iter().filter(applies).collect();
        if meant.is_empty() {
            return Err("Action does not apply to any resource(s) in statement");
        }
        let some = own.iter().filter(|key| OF_SOME_ACTIONS.contains(key));
        let supports = |action: &&&IamAction, key: &str| {
            action.keys.iter().any(|k| k.eq_ignore_ascii_case(key))
        };
        if !some
            .into_iter()
            .all(|key| meant.iter().any(|action| supports(action, key)))
        {
            return Err(
                "Conditions do not apply to combination of actions and resources in statement",
            );
        }
    }
    Ok(())
}

/// What the resources of a statement name, where it says what they are.
fn named(statement: &Statement) -> Option<Named> {
    let resources = statement.resources.as_ref().filter(|r| !r.negated)?;
    let mut out = Named::default();
    for text in resources.texts() {
        let open = text.contains(['*', '?', '$']);
        out.objects |= text.contains('/') || open;
        out.bucket |= !text.contains('/');
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(statement: &str) -> Result<(), &'static str> {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Principal":"*",{statement}}}}}"#
        );
        check(&text.parse().unwrap())
    }

    #[test]
    fn actions_apply_to_their_resources() {
        const NOT: &str = "Action does not apply to any resource(s) in statement";
        let of = |actions: &str, resources: &str| {
            said(&format!(r#""Action":{actions},"Resource":{resources}"#))
        };
        let (bucket, objects) = (r#""arn:aws:s3:::b""#, r#""arn:aws:s3:::b/*""#);
        assert_eq!(of(r#""s3:PutObject""#, bucket), Err(NOT));
        assert_eq!(of(r#""s3:GetBucketAcl""#, objects), Err(NOT));
        assert_eq!(of(r#"["s3:GetObject","s3:ListBucket"]"#, objects), Err(NOT));
        assert_eq!(of(r#""s3:Abort*""#, bucket), Err(NOT));
        let both = format!("[{bucket},{objects}]");
        assert_eq!(of(r#"["s3:GetObject","s3:ListBucket"]"#, &both), Ok(()));
        assert_eq!(of(r#""s3:GetObject""#, &both), Ok(()));
        assert_eq!(of(r#""s3:*""#, bucket), Ok(()));
        assert_eq!(of(r#""*""#, objects), Ok(()));
        assert_eq!(
            of(
                r#"["s3:GetObject","s3:ListBucket"]"#,
                r#""arn:aws:s3:::b*""#
            ),
            Ok(())
        );
    }

    #[test]
    fn actions_and_keys_are_s3s() {
        let one = |action: &str, key: &str| {
            said(&format!(
                r#""Action":"{action}","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":{{"StringEquals":{{"{key}":"x"}}}}"#
            ))
        };
        const COMBINATION: &str =
            "Conditions do not apply to combination of actions and resources in statement";
        assert_eq!(
            one("s3:PutObjectLockConfiguration", "aws:a"),
            Err("Policy has invalid action")
        );
        assert_eq!(
            one("kms:Decrypt", "aws:a"),
            Err("Policy has invalid action")
        );
        assert_eq!(
            one("s3:GetObject", "s3:x-acl"),
            Err("Policy has an invalid condition key")
        );
        let ip = |operand: &str| {
            said(&format!(
                r#""Action":"s3:*","Resource":"arn:aws:s3:::b","Condition":{{"NotIpAddress":{{"aws:SourceIp":"{operand}"}}}}"#
            ))
        };
        assert_eq!(ip("123"), Err("Invalid IP address in Conditions"));
        assert_eq!(ip("10.0.0.0/33"), Err("Invalid IP address in Conditions"));
        assert_eq!(ip("10.0.0.1/8"), Ok(()));
        assert_eq!(ip("2001:db8::/32"), Ok(()));
        const KEY: Result<(), &str> = Err("Policy has an invalid condition key");
        assert_eq!(one("s3:GetObject", "foo:bar"), KEY);
        assert_eq!(one("s3:GetObject", "sourceip"), KEY);
        for key in [
            "saml:aud",
            "ec2:SourceInstanceARN",
            "accounts.google.com:aud",
        ] {
            assert_eq!(one("s3:GetObject", key), Ok(()), "{key}");
        }
        assert_eq!(one("s3:GetObject", "s3:ExistingObjectTag/team"), Ok(()));
        assert_eq!(one("s3:GetBucketAcl", "s3:prefix"), Err(COMBINATION));
        assert_eq!(one("s3:ListBucket", "s3:Prefix"), Ok(()));
        assert_eq!(one("s3:List*", "s3:prefix"), Ok(()));
        assert_eq!(one("s3:PutObject", "s3:x-amz-acl"), Ok(()));
        // Recorded: radkawar/stackd testdata/aws/s3/inventory_control_replay.json, PolicyAdmissionProbe.
        for (action, said) in [
            ("s3:PutInventoryConfiguration", Ok(())),
            ("s3:*", Ok(())),
            ("s3:Put*", Ok(())),
            ("s3:GetInventoryConfiguration", Err(COMBINATION)),
            ("s3:Get*", Err(COMBINATION)),
        ] {
            let key = "s3:InventoryAccessibleOptionalFields";
            assert_eq!(one(action, key), said, "{action}");
        }
    }
}
