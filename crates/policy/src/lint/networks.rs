//! Findings about addresses and networks. What is found is in the tests of conditions.

use super::Linter;
use super::place::Place;
use crate::condition::Condition;
use crate::values::IpNet;

/// What may come from outside a network is none of these (RFC 1918, RFC 6598, RFC 3927, RFC 4193, loopback).
const PRIVATE: &[&str] = &[
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
];

impl Linter<'_> {
    pub(super) fn networks(
        &mut self,
        condition: &Condition,
        not: bool,
        values: &[(&str, Place)],
        place: &Place,
    ) {
        for (value, place) in values {
            if let Some(better) = without_host_bits(value) {
                let message = format!(
                    "The non-zero bits in the IP address after the masked bits are ignored. Replace address with {better}."
                );
                self.suggestion("IMPROVE_IP_RANGE", message, place);
            }
        }
        if condition.key != "aws:sourceip" {
            return;
        }
        let private = values.iter().filter(|(v, _)| is_private(v)).count();
        if private == 0 {
            return;
        }
        match (private == values.len(), not) {
            (true, false) => self.error(
                "PRIVATE_IP_ADDRESS",
                "aws:SourceIp works only for public IP address ranges. The values for condition key aws:SourceIp include only private IP addresses and will not have the desired effect. Update the value to include only public IP addresses.",
                place,
            ),
            (true, true) => self.error(
                "PRIVATE_NOT_IP_ADDRESS",
                "The values for condition key aws:SourceIp include only private IP addresses and has no effect. aws:SourceIp works only for public IP address ranges. Update the value to include only public IP addresses.",
                place,
            ),
            (false, false) => self.suggestion(
                "PRIVATE_IP_ADDRESS_SUBSET",
                "The values for condition key aws:SourceIp include a mix of private and public IP addresses. The private addresses will not have the desired effect. aws:SourceIp works only for public IP address ranges. To define permissions for private IP ranges, use aws:VpcSourceIp.",
                place,
            ),
            (false, true) => self.suggestion(
                "PRIVATE_NOT_IP_ADDRESS_SUBSET",
                "The values for condition key aws:SourceIp include a mix of private and public IP addresses. The private addresses have no effect. aws:SourceIp works only for public IP address ranges. To define permissions for private IP ranges, use aws:VpcSourceIp.",
                place,
            ),
        }
    }
}

/// Whether a network has no public address.
fn is_private(text: &str) -> bool {
    let Some(network) = IpNet::parse(text) else {
        return false;
    };
    let mut private = PRIVATE.iter().filter_map(|p| IpNet::parse(p));
    private.any(|p| p.holds(network))
}

/// The network as it is usually written, if it is written with bits that its mask takes away.
fn without_host_bits(text: &str) -> Option<String> {
    let (_, prefix) = text.split_once('/')?;
    let network = IpNet::parse(text)?;
    let first = network.first();
    (first != network).then(|| match first {
        IpNet::V4 { address, .. } => format!("{}/{prefix}", std::net::Ipv4Addr::from(address)),
        IpNet::V6 { address, .. } => format!("{}/{prefix}", std::net::Ipv6Addr::from(address)),
    })
}
