//! Whether something on AWS is something of a rehearsal: ids and names that are made up are others there.

use sekisho_iac::Naming;

use crate::rehearse::{Outcome, made_up};

/// What a rehearsal made up.
pub(super) struct Matching<'o> {
    /// What the random provider made up, the longest first.
    random: Vec<&'o str>,
}

impl<'o> Matching<'o> {
    pub(super) fn of(outcome: &'o Outcome) -> Self {
        // A digit or two stand in many a name by chance.
        const SHORT: usize = 3;
        let named = outcome.named.values().flatten();
        let random = named.filter(|n| n.naming == Naming::Random && n.text.len() >= SHORT);
        let mut random: Vec<&str> = random.map(|n| n.text.as_str()).collect();
        random.sort_by_key(|text| std::cmp::Reverse(text.len()));
        random.dedup();
        Self { random }
    }

    /// Whether a name on AWS can be a name here: what is made up here is anything there.
    fn name(&self, asked: &str, own: &str) -> bool {
        if asked == own {
            return true;
        }
        let part = |part: &str| {
            let made_up = made_up(part);
            let (front, end) = part.split_at(part.len() - made_up);
            let random = self.random.iter();
            let front = random.fold(front.to_owned(), |text, made| text.replace(made, "*"));
            format!("{front}{}", if end.is_empty() { "" } else { "*" })
        };
        let parts: Vec<String> = own.split('/').map(part).collect();
        let mine = parts.join("/");
        // A `*` stands for no more than a part of a path.
        mine.split('/').count() == asked.split('/').count()
            && mine
                .split('/')
                .zip(asked.split('/'))
                .all(|(pattern, text)| sekisho_arn::glob(pattern, text))
    }

    /// Whether two ARNs are of the same principal, be it a role or a session of it.
    pub(super) fn principal(&self, asked: &str, own: &str) -> bool {
        self.name(&role_of(asked), &role_of(own))
    }

    /// Whether two ARNs are of the same thing: keys have another id in a rehearsal, artifacts another name in each execution.
    pub(super) fn resource(&self, asked: &str, own: &str) -> bool {
        if self.name(asked, own) {
            return true;
        }
        let kms = |arn: &str| arn.split(':').nth(2) == Some("kms") && arn.contains(":key/");
        if kms(asked) && kms(own) {
            let account = |arn: &str| arn.split(':').nth(4).map(str::to_owned);
            return account(asked) == account(own);
        }
        if !asked.starts_with("arn:aws:s3:::") {
            return false;
        }
        let fronts = asked.rsplit_once('/').zip(own.rsplit_once('/'));
        fronts.is_some_and(|((asked, _), (own, _))| self.name(asked, own))
    }
}

/// A session of a role, or the role itself: which role.
fn role_of(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        [_, _, "sts", _, account, rest] => {
            let name = rest.split('/').nth(1).unwrap_or_default();
            format!("{account}:{name}")
        }
        [_, _, "iam", _, account, rest] => {
            format!("{account}:{}", rest.rsplit('/').next().unwrap_or_default())
        }
        _ => arn.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_up_is_another_on_aws() {
        let matching = Matching {
            random: vec!["a1b2c3", "pet"],
        };
        let here = "20261129080000123400000001";
        let there = "20240102030405678900000007";
        let check = |asked: &str, own: &str, expected: bool| {
            assert_eq!(matching.resource(asked, own), expected, "{asked} {own}");
        };
        check(
            "arn:aws:s3:::b-9f8e7d/p/i/x",
            "arn:aws:s3:::b-a1b2c3/p/i/y",
            true,
        );
        check("arn:aws:s3:::b-9f8e7d", "arn:aws:s3:::b-a1b2c3", true);
        check("arn:aws:s3:::c-9f8e7d", "arn:aws:s3:::b-a1b2c3", false);
        check("arn:aws:s3:::b-9f8e7d/p", "arn:aws:s3:::b-a1b2c3", false);
        check(
            &format!("arn:aws:s3:::b-{there}/p/i/x"),
            &format!("arn:aws:s3:::b-{here}/p/i/y"),
            true,
        );
        check(
            &format!("arn:aws:s3:::c-{there}"),
            &format!("arn:aws:s3:::b-{here}"),
            false,
        );
        check(
            "arn:aws:ecr:r:1:repository/a",
            "arn:aws:ecr:r:1:repository/b",
            false,
        );
        let role = |name: &str| format!("arn:aws:iam::1:role/x/{name}");
        assert!(matching.principal(
            &format!("arn:aws:sts::1:assumed-role/r-{there}/s"),
            &role(&format!("r-{here}"))
        ));
        assert!(!matching.principal("arn:aws:sts::2:assumed-role/r-9/s", &role("r-pet")));
        assert!(matching.principal("arn:aws:sts::1:assumed-role/r-9/s", &role("r-pet")));
    }
}
