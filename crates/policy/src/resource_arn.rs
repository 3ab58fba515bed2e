//! What IAM says of the ARNs that a policy names as resources.

/// The partitions of AWS.
pub(crate) const PARTITIONS: &[&str] = &[
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-eusc",
];

/// Where a resource of IAM's begins.
pub(crate) const IAM_PATHS: &[&str] = &[
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// The six fields of an ARN; the colon of a variable parts none.
pub(crate) fn fields(arn: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut from, mut inside) = (0, false);
    for (at, c) in arn.char_indices() {
        match c {
            '{' if arn.get(..at).is_some_and(|before| before.ends_with('$')) => inside = true,
            '}' => inside = false,
            ':' if !inside && out.len() < 5 => {
                out.extend(arn.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    out.extend(arn.get(from..));
    out
}

/// What IAM says of the parts of a resource's ARN. The sentences are AWS's as quoted in issues of cfn-lint, aws-cdk and
/// others who met them.
pub(crate) fn check_arn(resource: &str) -> Result<(), String> {
    let parts = fields(resource);
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    let open = |text: &str| text.contains(['*', '?', '$']);
    if part(0) != "arn" && parts.len() > 1 && !open(resource) {
        // Read as an ARN whatever it begins with, and completed (moto's and versitygw's tables of IAM's answers agree).
        let rest = (1..6).map(|at| parts.get(at).copied().unwrap_or("*"));
        let completed = format!("arn:{}", rest.collect::<Vec<_>>().join(":"));
        if !PARTITIONS.contains(&part(1)) {
            return Err(format!(
                "Partition \"{}\" is not valid for resource \"{completed}\".",
                part(1)
            ));
        }
    }
    if part(0) != "arn" || parts.len() < 2 {
        return Ok(());
    }
    let short = parts.len() < 6 && resource.contains("::");
    if short || parts.get(2).is_some_and(|service| service.is_empty()) {
        return Err("The policy failed legacy parsing".to_owned());
    }
    if !open(part(1)) && !PARTITIONS.contains(&part(1)) {
        return Err(format!(
            "Partition \"{}\" is not valid for resource \"{resource}\".",
            part(1)
        ));
    }
    if parts.len() < 3 {
        return Err(
            "Resource vendor must be fully qualified and cannot contain regexes.".to_owned(),
        );
    }
    let region = part(3);
    let account = part(4);
    let known = account.is_empty()
        || account == "aws"
        || open(account)
        || sekisho_arn::is_account_id(account);
    let placeholder = account.contains(['<', '>', '{', '}', '[', ']', ' ']) && !open(account);
    if (matches!(part(2), "iam" | "sts") && parts.len() > 5 && !known) || placeholder {
        // 99designs/iamy#65, ryanto/next-s3-upload#58: an account of another length, or a placeholder.
        return Err("The policy failed legacy parsing".to_owned());
    }
    match part(2) {
        // Access points, jobs and the like have a region, and an account.
        "s3" if !region.is_empty() && !open(region) && part(4).is_empty() => Err(format!(
            "Resource {resource} can not contain region information."
        )),
        "iam" if !region.is_empty() && !open(region) => Err(format!(
            "IAM resource {resource} cannot contain region information."
        )),
        "iam"
            if parts.len() == 6
                && part(5) != "*"
                && (!open(part(5)) || part(5).starts_with('*'))
                && !IAM_PATHS.iter().any(|p| part(5).starts_with(p))
                // Newer than the sentence; a policy that names one was stored (recorded in stackd's role_acquisition.json).
                && !part(5).starts_with("role-template/")
                && part(5) != "root" =>
        {
            Err(format!(
                "IAM resource path must either be \"*\", root, or start with {}.",
                IAM_PATHS.join(", ")
            ))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colon_of_a_variable_parts_no_fields() {
        let arn =
            "arn:aws:kms:${aws:RequestedRegion}:${aws:PrincipalAccount}:key/${aws:username}:x";
        assert_eq!(
            fields(arn),
            [
                "arn",
                "aws",
                "kms",
                "${aws:RequestedRegion}",
                "${aws:PrincipalAccount}",
                "key/${aws:username}:x"
            ]
        );
        assert_eq!(check_arn(arn), Ok(()));
        assert_eq!(
            fields("arn:aws:s3:::{a:b"),
            ["arn", "aws", "s3", "", "", "{a:b"]
        );
    }
}
