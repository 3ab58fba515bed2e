//! Canonical user ids: what stands for an account in the ACLs and bucket policies of S3.

use sha2::{Digest, Sha256};

/// How many hexadecimal digits hold the account itself.
const TAIL: usize = 10;

/// The 64 hexadecimal digits that stand for `account`. They look as on AWS, and can be read back.
#[must_use]
pub fn canonical_id(account: &str) -> String {
    let digest = hex::encode(Sha256::digest(format!("canonical user of {account}")));
    let head = digest.get(..64 - TAIL).unwrap_or_default();
    let number: u64 = account.parse().unwrap_or_default();
    format!("{head}{:010x}", number ^ mask(head))
}

/// The account that `id` stands for; none when it stands for nobody.
#[must_use]
pub fn canonical_account(id: &str) -> Option<String> {
    let (head, tail) = id.split_at_checked(64 - TAIL)?;
    let number = u64::from_str_radix(tail, 16).ok()? ^ mask(head);
    let account = format!("{number:012}");
    (canonical_id(&account) == id).then_some(account)
}

/// What hides the account number: forty bits of the rest.
fn mask(head: &str) -> u64 {
    let digits = head.get(..TAIL).unwrap_or_default();
    u64::from_str_radix(digits, 16).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_is_read_back(account in "[0-9]{12}") {
            let id = canonical_id(&account);
            prop_assert_eq!(id.len(), 64);
            prop_assert_eq!(canonical_account(&id), Some(account));
        }

        #[test]
        fn no_other_text_is_an_account(text in ".{0,70}|[0-9a-f]{64}") {
            prop_assert_eq!(canonical_account(&text), None);
        }
    }
}
