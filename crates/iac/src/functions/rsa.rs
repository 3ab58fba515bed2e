//! `rsadecrypt`: PKCS #1 v1.5, with a private key in PEM.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use num_bigint::BigUint;

use crate::value::Value;

/// The longest key, in bytes of its modulus.
const MAX_KEY: usize = 2048;

pub(super) fn decrypt(text: &str, key: &str) -> Result<Value, String> {
    let cipher = STANDARD
        .decode(text.replace(['\r', '\n'], ""))
        .map_err(|e| format!("rsadecrypt: the text is no base64: {e}"))?;
    let key = read(key).ok_or("rsadecrypt: the key is no RSA private key in PEM")?;
    let wrong = || "rsadecrypt: the text was not encrypted for this key".to_owned();
    let [modulus, exponent] = key;
    let size = modulus.len();
    if size == 0 || size > MAX_KEY || cipher.len() != size {
        return Err(wrong());
    }
    let number = |bytes: &[u8]| BigUint::from_bytes_be(bytes);
    let plain = number(&cipher).modpow(&number(&exponent), &number(&modulus));
    let plain = plain.to_bytes_be();
    // 00 02, eight bytes or more that are not zero, 00, the text; the first zero is not among the number's bytes.
    let rest = plain.strip_prefix(&[2]).filter(|_| plain.len() + 1 == size);
    let rest = rest.ok_or_else(wrong)?;
    let end = rest.iter().position(|b| *b == 0).filter(|end| *end >= 8);
    let text = rest.get(end.ok_or_else(wrong)? + 1..).unwrap_or_default();
    let text = String::from_utf8(text.to_vec());
    text.map(Value::from)
        .map_err(|_| "rsadecrypt: what was encrypted is no text".to_owned())
}

/// The modulus and the private exponent of a key: `RSA PRIVATE KEY` (PKCS #1) or `PRIVATE KEY` (PKCS #8).
fn read(pem: &str) -> Option<[Vec<u8>; 2]> {
    let begin = pem.find("-----BEGIN ")?;
    let (label, rest) = pem.get(begin + 11..)?.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    let der = STANDARD.decode(body).ok()?;
    let mut outer = Der(&der).enter(0x30)?;
    match label {
        "RSA PRIVATE KEY" => {}
        "PRIVATE KEY" => {
            outer.take(0x02)?;
            outer.take(0x30)?;
            outer = Der(outer.take(0x04)?).enter(0x30)?;
        }
        _ => return None,
    }
    outer.take(0x02)?;
    let modulus = outer.take(0x02)?;
    outer.take(0x02)?;
    let exponent = outer.take(0x02)?;
    let bare = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|b| **b == 0).count();
        bytes.iter().skip(zeros).copied().collect::<Vec<u8>>()
    };
    Some([bare(modulus), bare(exponent)])
}

/// Values of ASN.1's distinguished encoding, one behind the other.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The contents of the next value, which has this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(2)?;
        let [own, short] = head else { return None };
        let (length, rest) = match *short {
            short if short < 0x80 => (usize::from(short), rest),
            long => {
                let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
                let length = bytes.iter().try_fold(0usize, |sum, b| {
                    sum.checked_mul(256)?.checked_add(usize::from(*b))
                })?;
                (length, rest)
            }
        };
        let (contents, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        (*own == tag).then_some(contents)
    }

    fn enter(mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(Der)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_decrypted_with_its_key() {
        // Made with `openssl genrsa 1024` and `openssl pkeyutl -encrypt`.
        let (key, text) = (include_str!("rsa_key.pem"), include_str!("rsa_text.b64"));
        assert_eq!(decrypt(text, key), Ok("hello".into()));
        assert!(decrypt(text, "no key").is_err());
        assert!(decrypt("AAAA", key).is_err());
        let other = text.replacen(char::is_alphabetic, "0", 3);
        assert!(decrypt(&other, key).is_err());
        // A key whose modulus is 0.
        let none = STANDARD.encode([0x30, 12, 2, 1, 0, 2, 1, 0, 2, 1, 0, 2, 1, 0]);
        let none =
            format!("-----BEGIN RSA PRIVATE KEY-----\n{none}\n-----END RSA PRIVATE KEY-----");
        assert!(decrypt("", &none).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_key_panics(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64)) {
            let pem = format!("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----", STANDARD.encode(bytes));
            let _ = decrypt("AAAA", &pem);
        }
    }
}
