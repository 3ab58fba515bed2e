//! Addresses of resources, data sources and modules.

/// An address without the keys of instances: `module.a["x"].aws_s3_bucket.b[0]` is of `module.a.aws_s3_bucket.b`.
#[must_use]
pub fn without_keys(address: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for c in address.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_keys;

    #[test]
    fn an_address_loses_the_keys_of_instances() {
        assert_eq!(
            without_keys("module.p[\"a]\\\"b\"].aws_codepipeline.this[0]"),
            "module.p.aws_codepipeline.this"
        );
        assert_eq!(without_keys("aws_s3_bucket.b"), "aws_s3_bucket.b");
    }
}
