//! The order of the provider's sets.

use std::collections::BTreeMap;

use serde_json::Value;

/// What the blocks are, in the order in which the provider's sets have them: that of the checksums of what they say, as
/// texts. Those that say the same are one.
pub(super) fn in_order_of_set<T>(
    blocks: &[Value],
    read: impl Fn(&Value) -> Result<(T, String), String>,
) -> Result<Vec<T>, String> {
    let mut out = BTreeMap::new();
    for block in blocks {
        let (value, identity) = read(block)?;
        out.insert(checksum(&identity).to_string(), value);
    }
    Ok(out.into_values().collect())
}

/// CRC-32 (IEEE), of which the provider makes ids and the order of sets.
pub(super) fn checksum(text: &str) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(text.as_bytes());
    crc.sum()
}
