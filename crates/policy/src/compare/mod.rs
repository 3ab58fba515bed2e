//! Whether one document allows what another does not.
//!
//! Two ways at once: a search for a witness (a request that the one allows and the other does not), and a proof that there
//! is none (every statement stands below one of the other's). Where neither comes to an end the answer is
//! [`Compared::Undecided`]: "nothing new" is never guessed.

mod atoms;
mod budget;
mod contexts;
mod cover;
mod implied;
mod pattern;
mod witness;

pub(crate) use cover::same;
pub(crate) use pattern::contains;

use crate::document::Document;

pub(crate) use cover::{everyone, names_all};
pub use witness::Witness;

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compared {
    /// Proven: there is no such access.
    Nothing,
    /// There is: for each statement that gives it, one request.
    Found(Vec<Witness>),
    /// Neither a request was found nor a proof.
    Undecided,
}

impl Compared {
    fn of(found: Vec<Witness>, proven: impl FnOnce() -> bool) -> Self {
        if !found.is_empty() {
            Self::Found(found)
        } else if proven() {
            Self::Nothing
        } else {
            Self::Undecided
        }
    }

    /// The requests that were found.
    #[must_use]
    pub fn witnesses(&self) -> &[Witness] {
        match self {
            Self::Found(witnesses) => witnesses,
            Self::Nothing | Self::Undecided => &[],
        }
    }
}

/// What the Allow statements of `new` allow that `existing` does not.
#[must_use]
pub fn new_access(new: &Document, existing: &Document) -> Compared {
    let found = witness::search(new, &[new, existing], |request| {
        !witness::allows(existing, request)
    });
    Compared::of(found, || cover::within(new, existing))
}

/// What the Allow statements of `document` allow of `actions` on `resources` (patterns; an empty list means any).
#[must_use]
pub fn grants(document: &Document, actions: &[String], resources: &[String]) -> Compared {
    let listed = |texts: &[String]| {
        let any = ["*".to_owned()];
        let texts = if texts.is_empty() { &any[..] } else { texts };
        crate::render::texts(texts.iter().map(String::as_str))
    };
    let text = format!(
        r#"{{"Version":"2008-10-17","Statement":[{{"Effect":"Allow","Principal":"*","Action":{},"Resource":{}}}]}}"#,
        listed(actions),
        listed(resources)
    );
    let Ok(asked) = text.parse::<Document>() else {
        return Compared::Undecided;
    };
    let found = witness::search(document, &[document, &asked], |request| {
        witness::allows(&asked, request)
    });
    Compared::of(found, || cover::apart(document, &asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(statements: &str) -> Document {
        format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
            .parse()
            .unwrap()
    }

    fn new(new: &str, existing: &str) -> Vec<usize> {
        new_access(&document(new), &document(existing))
            .witnesses()
            .iter()
            .map(|w| w.statement)
            .collect()
    }

    const ALL: &str = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
    const GET: &str = r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#;
    const LIST: &str = r#"{"Effect":"Allow","Action":["s3:List*","s3:GetObject"],"Resource":"*"}"#;
    const DENY: &str = r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#;

    #[test]
    fn finds_what_is_new_and_nothing_else() {
        assert_eq!(new(GET, ALL), [0usize; 0]);
        assert_eq!(new(ALL, GET), [0]);
        assert_eq!(new(&format!("{GET},{LIST}"), GET), [1]);
        assert_eq!(new(LIST, &format!("{GET},{ALL}")), [0usize; 0]);
        // A Deny that is gone.
        assert_eq!(new(GET, &format!("{GET},{DENY}")), [0]);
        assert_eq!(
            new(&format!("{GET},{DENY}"), &format!("{GET},{DENY}")),
            [0usize; 0]
        );
        // A condition that is gone, one that is there, and one that is wider.
        let with = |c: &str| {
            format!(r#"{{"Effect":"Allow","Action":"s3:Get*","Resource":"*","Condition":{c}}}"#)
        };
        let one = with(r#"{"StringEquals":{"aws:PrincipalTag/t":"a"}}"#);
        let two = with(r#"{"StringEquals":{"aws:PrincipalTag/t":["a","b"]}}"#);
        assert_eq!(new(GET, &one), [0]);
        assert_eq!(new(&one, GET), [0usize; 0]);
        assert_eq!(new(&two, &one), [0]);
        assert_eq!(new(&one, &two), [0usize; 0]);
        // NotAction.
        let but = r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#;
        assert_eq!(new(GET, but), [0usize; 0]);
        assert_eq!(new(but, ALL), [0]);
        let everything = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
        assert_eq!(new(everything, but), [0]);
    }

    /// What was left out, and is denied now.
    #[test]
    fn what_is_denied_is_not_new() {
        let all = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
        let deny = |what: &str| format!(r#"{{"Effect":"Deny",{what}}}"#);
        let but = |what: &str| format!(r#"{{"Effect":"Allow",{what}}}"#);
        let not_delete = but(r#""NotAction":"s3:Delete*","Resource":"*""#);
        let not_here = but(r#""Action":"s3:*","NotResource":"arn:aws:s3:::b/*""#);
        for (denied, existing, nothing) in [
            (r#""Action":"s3:Delete*","Resource":"*""#, &not_delete, true),
            (r#""Action":"s3:D*","Resource":"*""#, &not_delete, true),
            (
                r#""Action":"s3:DeleteObject","Resource":"*""#,
                &not_delete,
                false,
            ),
            (
                r#""Action":"s3:Delete*","Resource":"arn:aws:s3:::b/*""#,
                &not_delete,
                false,
            ),
            (
                r#""Action":"s3:Delete*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}"#,
                &not_delete,
                false,
            ),
            (
                r#""Action":"*","Resource":"arn:aws:s3:::b/*""#,
                &not_here,
                true,
            ),
            (
                r#""Action":"s3:Get*","Resource":"arn:aws:s3:::b/*""#,
                &not_here,
                false,
            ),
        ] {
            let new = document(&format!("{all},{}", deny(denied)));
            let found = new_access(&new, &document(existing));
            assert_eq!(found == Compared::Nothing, nothing, "{denied} {found:?}");
        }
    }

    #[test]
    fn finds_new_principals() {
        let to = |who: &str| {
            format!(
                r#"{{"Effect":"Allow","Principal":{who},"Action":"s3:GetObject","Resource":"*"}}"#
            )
        };
        let a = to(r#"{"AWS":"111111111111"}"#);
        let role = to(r#"{"AWS":"arn:aws:iam::111111111111:role/r"}"#);
        let everyone = to("\"*\"");
        assert_eq!(new(&everyone, &a), [0]);
        assert_eq!(new(&a, &everyone), [0usize; 0]);
        assert_eq!(new(&role, &a), [0usize; 0]);
        assert_eq!(new(&a, &role), [0]);
    }

    #[test]
    fn finds_listed_access() {
        let granted = |statements: &str, actions: &[&str], resources: &[&str]| {
            let owned = |l: &[&str]| l.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
            grants(&document(statements), &owned(actions), &owned(resources))
                .witnesses()
                .len()
        };
        assert_eq!(granted(GET, &["s3:GetObject"], &[]), 1);
        assert_eq!(granted(GET, &["s3:PutObject"], &[]), 0);
        assert_eq!(granted(GET, &["s3:*"], &["arn:aws:s3:::b/k"]), 1);
        assert_eq!(
            granted(
                &format!("{LIST},{DENY}"),
                &["s3:GetObject"],
                &["arn:aws:s3:::b/*"]
            ),
            0
        );
        assert_eq!(
            granted(&format!("{LIST},{DENY}"), &["s3:GetObject"], &[]),
            1
        );
    }

    fn conditioned(condition: &str) -> Document {
        document(&format!(
            r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{condition}}}"#
        ))
    }

    /// Each pair: what is there, and what is new and allows more.
    #[test]
    fn wider_conditions_are_new_access() {
        for (existing, new) in [
            (
                r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/16"}}"#,
                r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
            ),
            (
                r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/9"}}"#,
                r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
            ),
            (
                r#"{"StringEquals":{"aws:PrincipalTag/t":"a"}}"#,
                r#"{"StringEqualsIgnoreCase":{"aws:PrincipalTag/t":"a"}}"#,
            ),
            (
                r#"{"ForAllValues:StringEquals":{"aws:TagKeys":"a"}}"#,
                r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":"a"}}"#,
            ),
            (
                r#"{"NumericLessThan":{"s3:max-keys":"5"}}"#,
                r#"{"NumericLessThan":{"s3:max-keys":"50"}}"#,
            ),
            (
                r#"{"DateLessThan":{"aws:CurrentTime":"2026-01-01"}}"#,
                r#"{"DateLessThan":{"aws:CurrentTime":"2027-01-01"}}"#,
            ),
        ] {
            let (existing, wider) = (conditioned(existing), conditioned(new));
            assert!(
                matches!(new_access(&wider, &existing), Compared::Found(_)),
                "{new}"
            );
            assert_eq!(new_access(&wider, &wider), Compared::Nothing, "{new}");
        }
    }

    #[test]
    fn narrower_conditions_are_nothing_new() {
        for (existing, new) in [
            (
                r#"{"StringEquals":{"aws:PrincipalTag/t":["a","b"]}}"#,
                r#"{"StringEquals":{"aws:PrincipalTag/t":"a"}}"#,
            ),
            (
                r#"{"StringNotEquals":{"aws:PrincipalTag/t":"a"}}"#,
                r#"{"StringNotEquals":{"aws:PrincipalTag/t":["a","b"]}}"#,
            ),
            (
                r#"{"StringEqualsIfExists":{"aws:PrincipalTag/t":"a"}}"#,
                r#"{"StringEquals":{"aws:PrincipalTag/t":"a"}}"#,
            ),
            ("{}", r#"{"Bool":{"aws:SecureTransport":"true"}}"#),
            (
                r#"{"StringLike":{"aws:PrincipalTag/t":"team-*"}}"#,
                r#"{"StringEquals":{"aws:PrincipalTag/t":["team-a","team-b"]}}"#,
            ),
            (
                r#"{"NumericLessThan":{"s3:max-keys":"50"}}"#,
                r#"{"NumericLessThanEquals":{"s3:max-keys":"5"}}"#,
            ),
            (
                r#"{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.0/24"]}}"#,
                r#"{"IpAddress":{"aws:SourceIp":"10.1.0.0/16"}}"#,
            ),
            (
                r#"{"Null":{"aws:PrincipalTag/t":"false"}}"#,
                r#"{"StringEquals":{"aws:PrincipalTag/t":"a"}}"#,
            ),
        ] {
            assert_eq!(
                new_access(&conditioned(new), &conditioned(existing)),
                Compared::Nothing,
                "{new}"
            );
        }
    }

    #[test]
    fn variables_are_access_of_those_they_name() {
        let one = document(
            r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/home"}"#,
        );
        let own = document(
            r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}"}"#,
        );
        assert!(matches!(new_access(&own, &one), Compared::Found(_)));
        assert_eq!(new_access(&own, &own), Compared::Nothing);
        let all = ["arn:aws:s3:::b/*".to_owned()];
        assert!(matches!(grants(&own, &[], &all), Compared::Found(_)));
    }

    #[test]
    fn a_condition_with_a_variable_can_hold() {
        let of = |prefix: &str| {
            document(&format!(
                r#"{{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{{"StringEquals":{{"s3:prefix":"{prefix}"}}}}}}"#
            ))
        };
        let nothing = document(r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#);
        assert!(matches!(
            new_access(&of("${aws:username}"), &nothing),
            Compared::Found(_)
        ));
        assert!(matches!(new_access(&of("a"), &nothing), Compared::Found(_)));
    }

    /// An ARN that ends early means all that begins so.
    #[test]
    fn an_incomplete_arn_is_what_it_is_matched_as() {
        let of = |resource: &str| {
            document(&format!(
                r#"{{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"{resource}"}}"#
            ))
        };
        let (short, long) = (of("arn:aws:sqs"), of("arn:aws:sqs:*:*:*"));
        assert_eq!(new_access(&short, &long), Compared::Nothing);
        assert_eq!(new_access(&long, &short), Compared::Nothing);
    }

    /// What several statements, or several values, allow together.
    #[test]
    fn unions_are_nothing_new() {
        let with = |condition: &str| {
            format!(
                r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{condition}}}"#
            )
        };
        let ip = |nets: &str| with(&format!(r#"{{"IpAddress":{{"aws:SourceIp":{nets}}}}}"#));
        let tag = |values: &str| {
            with(&format!(
                r#"{{"StringLike":{{"aws:PrincipalTag/t":{values}}}}}"#
            ))
        };
        let halves = r#"["10.0.0.0/9","10.128.0.0/9"]"#;
        let rest = r#"["10.0.0.0/10","10.64.0.0/10","10.128.0.0/10"]"#;
        let split = format!("{},{}", ip(r#""10.0.0.0/9""#), ip(r#""10.128.0.0/9""#));
        let tags = format!("{},{}", tag(r#""a""#), tag(r#"["b","c*"]"#));
        for (existing, wider, nothing) in [
            (ip(halves), ip(r#""10.0.0.0/8""#), true),
            (split.clone(), ip(r#""10.0.0.0/8""#), true),
            (split, ip(r#"["10.1.0.0/16","10.200.0.0/16"]"#), true),
            (ip(rest), ip(r#""10.0.0.0/8""#), false),
            (ip(r#"["::/1","8000::/1"]"#), ip(r#""::/0""#), true),
            (ip(r#"["::/1","8000::/2"]"#), ip(r#""::/0""#), false),
            (tags.clone(), tag(r#"["a","b","cc"]"#), true),
            (tags, tag(r#"["a","d"]"#), false),
        ] {
            let found = new_access(&document(&wider), &document(&existing));
            assert_eq!(
                found == Compared::Nothing,
                nothing,
                "{wider} {existing}: {found:?}"
            );
            assert!(found != Compared::Undecided, "{wider} {existing}");
        }
        let to = |who: &str| {
            format!(
                r#"{{"Effect":"Allow","Principal":{{"AWS":{who}}},"Action":"s3:GetObject","Resource":"*"}}"#
            )
        };
        let two = format!("{},{}", to(r#""111111111111""#), to(r#""222222222222""#));
        let both = document(&to(r#"["111111111111","222222222222"]"#));
        assert_eq!(new_access(&both, &document(&two)), Compared::Nothing);
        let more = document(&to(r#"["111111111111","333333333333"]"#));
        assert_eq!(new_access(&more, &document(&two)).witnesses().len(), 1);
        let everyone = document(&to(r#""*""#));
        assert_eq!(new_access(&everyone, &document(&two)).witnesses().len(), 1);
    }

    /// Conditions that never hold together allow nothing.
    #[test]
    fn contradictions_are_nothing_new() {
        let with = |condition: &str| {
            format!(
                r#"{{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{condition}}}"#
            )
        };
        let other = document(r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*"}"#);
        let new = |condition: &str| new_access(&document(&with(condition)), &other);
        for never in [
            r#"{"StringEquals":{"aws:PrincipalTag/t":"a"},"StringLike":{"aws:PrincipalTag/t":"b*"}}"#,
            r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"IpAddressIfExists":{"aws:SourceIp":"11.0.0.0/8"},"StringEquals":{"aws:PrincipalTag/t":"a"},"StringEqualsIgnoreCase":{"aws:PrincipalTag/t":"B"}}"#,
        ] {
            assert_eq!(new(never), Compared::Nothing, "{never}");
        }
        for may in [
            r#"{"StringEquals":{"aws:PrincipalTag/t":"a"},"StringLike":{"aws:PrincipalTag/t":"a*"}}"#,
            r#"{"StringEquals":{"aws:PrincipalTag/t":"a"},"StringEqualsIgnoreCase":{"aws:PrincipalTag/t":"A"}}"#,
            r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":"a"},"ForAllValues:StringLike":{"aws:TagKeys":["a","b"]}}"#,
        ] {
            assert!(matches!(new(may), Compared::Found(_)), "{may}");
        }
    }

    /// Large documents and crossing denials: never "nothing" without a proof.
    #[test]
    fn nothing_is_never_guessed() {
        let many = |extra: &str| {
            let actions: Vec<String> = (0..600).map(|i| format!("\"s3:A{i}\"")).collect();
            document(&format!(
                r#"{{"Effect":"Allow","Action":[{}{extra}],"Resource":"*"}}"#,
                actions.join(",")
            ))
        };
        assert_ne!(
            new_access(&many(",\"s3:New\""), &many("")),
            Compared::Nothing
        );
        assert_eq!(
            new_access(&many(""), &many(",\"s3:New\"")),
            Compared::Nothing
        );
        let allow = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"a*"}"#;
        let deny =
            |text: &str| format!(r#"{{"Effect":"Deny","Action":"*","NotResource":"{text}"}}"#);
        let narrowed = document(&[allow, &deny("*b"), &deny("*m*")].join(","));
        assert_ne!(
            new_access(
                &narrowed,
                &document(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"ab"}"#)
            ),
            Compared::Nothing
        );
        let range = document(
            r#"{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*","Condition":{"NumericGreaterThan":{"s3:max-keys":"5"},"NumericLessThan":{"s3:max-keys":"7"}}}"#,
        );
        assert!(matches!(
            grants(&range, &["s3:ListBucket".to_owned()], &[]),
            Compared::Found(_)
        ));
    }
    /// What would take long is left undecided: a proof looks at so much and no more.
    #[test]
    fn a_proof_has_an_end() {
        let list = |n: usize, form: &dyn Fn(usize) -> String| {
            (0..n).map(form).collect::<Vec<_>>().join(",")
        };
        let tags = |n: usize| list(n, &|i| format!(r#""v{i}""#));
        let tagged = |action: &str, resource: &str, tags: &str| {
            format!(
                r#"{{"Effect":"Allow","Action":[{action}],"Resource":[{resource}],"Condition":{{"StringEquals":{{"aws:PrincipalTag/t":[{tags}]}}}}}}"#
            )
        };
        let wide = tagged(
            &list(150, &|i| format!(r#""s3:A{i}""#)),
            &list(150, &|i| format!(r#""arn:aws:s3:::b{i}/*""#)),
            &tags(600),
        );
        let each = list(3_000, &|i| {
            tagged(r#""s3:*""#, r#""*""#, &format!(r#""v{i}""#))
        });
        let found = new_access(&document(&wide), &document(&each));
        assert_eq!(found, Compared::Undecided);
    }
}
