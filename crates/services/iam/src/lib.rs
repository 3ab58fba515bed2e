//! IAM: roles, users, groups, managed policies, access keys, instance profiles, OpenID Connect providers.

mod account;
mod groups;
mod holder;
mod linked;
mod managed;
mod mfa;
mod ops;
mod profiles;
mod providers;
mod render;
mod simulate;
mod tags;
mod toolbox;

use sekisho_arn::Arn;
use sekisho_engine::{
    AccessDenied, ApiError, Check, Lookup, MFA_DEVICES, POLICIES, Paging, ROLES, Resource, Service,
    USERS, invalid,
};
use sekisho_policy::ResourceKind;

use profiles::PROFILES;
use providers::PROVIDERS;

/// The service.
#[must_use]
pub fn service() -> Service {
    let service = Service::new("iam", AccessDenied::XML, resolve, invalid::iam).tagged_once(
        "InvalidInput",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    );
    ops::all(service.paged(PAGING))
}

/// IAM Toolbox, which tells of denied calls.
#[must_use]
pub fn toolbox() -> Service {
    toolbox::service()
}

/// As recorded (radkawar/stackd iam/pagination_inputs); the sentence is the simulator's.
const PAGING: Paging = Paging {
    size: "MaxItems",
    from: "Marker",
    more: Some("IsTruncated"),
    next: "Marker",
    usual: |_| 100,
    invalid: || simulate::invalid("Invalid marker for pagination."),
};

/// The account of AWS's managed policies: their `aws:ResourceAccount` (recorded, `spec/authorization.md` section 6.3).
const AWS_OWN: &str = "639982225848";

/// Roles are protected by their trust policy, for the calls of STS that assume them.
fn resolve(lookup: &Lookup<'_>, check: &Check, arn: &Arn) -> Result<Resource, ApiError> {
    if arn.account == "aws" {
        return Ok(Resource::owned_by(AWS_OWN));
    }
    let mut resource = Resource::owned_by(&arn.account);
    let name = arn.resource.rsplit('/').next().unwrap_or_default();
    let key = format!("{}/{name}", arn.account);
    if arn.resource.starts_with("role/") {
        if check.action.starts_with("sts:") {
            resource.kind = ResourceKind::Trust;
            resource.policy_noun = "trust policy";
        }
        if let Some(role) = lookup
            .get(&ROLES, &key)?
            .filter(|r| r.arn == check.resource)
        {
            resource.tags.clone_from(&role.tags);
            resource.tag_key = Some("iam:resourcetag/");
            if resource.kind == ResourceKind::Trust {
                resource.policy = role
                    .trust
                    .compiled(|| format!("trust policy of role/{name}"));
            }
        }
    } else if arn.resource.starts_with("user/")
        && let Some(user) = lookup.get(&USERS, &key)?
    {
        resource.tags.clone_from(&user.tags);
        resource.tag_key = Some("iam:resourcetag/");
    } else if arn.resource.starts_with("policy/")
        && let Some(policy) = lookup.get(&POLICIES, &check.resource)?
    {
        resource.tags.clone_from(&policy.tags);
    } else if arn.resource.starts_with("oidc-provider/")
        && let Some(provider) = lookup.get(&PROVIDERS, &check.resource)?
    {
        resource.tags.clone_from(&provider.tags);
    } else if arn.resource.starts_with("mfa/")
        && let Some(device) = lookup.get(&MFA_DEVICES, &check.resource)?
    {
        resource.tags.clone_from(&device.tags);
    } else if arn.resource.starts_with("instance-profile/")
        && let Some(profile) = lookup.get(&PROFILES, &key)?
    {
        resource.tags.clone_from(&profile.tags);
    }
    Ok(resource)
}
