//! Service principals that policies name: which are none.

/// The shortest name of which a mistake is told: in shorter ones a letter makes another service (`ecs`, `ecr`, `ec2`).
const LEAST: usize = 7;

/// Whether AWS has no service principal called so. There is no list of them, so that what is not known passes, but for what
/// is no such name at all, and for a service's name with one mistake in it (`codepipline.amazonaws.com`).
pub(crate) fn is_none(principal: &str) -> bool {
    if principal.ends_with(".aws.internal") {
        return false;
    }
    match principal.strip_suffix(".amazonaws.com") {
        None | Some("") => true,
        Some(name) => is_misspelt(name),
    }
}

fn is_misspelt(name: &str) -> bool {
    let plain = name.len() >= LEAST && !name.contains('.');
    let mut services = sekisho_model::services();
    plain
        && sekisho_model::names(name).is_none()
        && services.any(|service| service.len() >= LEAST && differ_by_one(name, service))
}

/// Whether one letter more, less or other, or two in the other order, make one of the other. Digits count versions.
fn differ_by_one(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (
        a.get(same..).unwrap_or_default(),
        b.get(same..).unwrap_or_default(),
    );
    let letter = |c: &u8| c.is_ascii_alphabetic();
    match (a, b) {
        ([x, rest @ ..], all) if rest == all => letter(x),
        (all, [y, rest @ ..]) if rest == all => letter(y),
        ([x, one @ ..], [y, other @ ..]) if one == other => letter(x) && letter(y),
        ([x, x2, one @ ..], [y, y2, other @ ..]) => one == other && (x, x2) == (y2, y),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_service_principal() {
        for name in [
            "codepipeline",
            "codepipeline.amazon.com",
            ".amazonaws.com",
            "codepipline.amazonaws.com",
            "codepipelines.amazonaws.com",
            "codepipelnie.amazonaws.com",
            "codebuilt.amazonaws.com",
            "cloudtrial.amazonaws.com",
        ] {
            assert!(is_none(name), "{name}");
        }
        for name in [
            "codepipeline.amazonaws.com",
            "macie.amazonaws.com",
            "ecs-tasks.amazonaws.com",
            "states.us-east-1.amazonaws.com",
            "delivery.logs.amazonaws.com",
            "edgelambda.amazonaws.com",
            "something-new.amazonaws.com",
            "pods.eks.amazonaws.com",
            "service.aws.internal",
        ] {
            assert!(!is_none(name), "{name}");
        }
    }
}
