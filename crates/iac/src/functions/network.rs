//! Functions on networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Args;
use crate::value::Value;

pub(super) fn call(name: &str, f: &Args<'_>) -> Option<Result<Value, String>> {
    Some(match name {
        "cidrhost" => cidrhost(f),
        "cidrnetmask" => cidrnetmask(f),
        "cidrsubnet" => cidrsubnet(f),
        "cidrsubnets" => cidrsubnets(f),
        _ => return None,
    })
}

/// A network: its address without host bits, the length of its prefix, and how many bits an address has.
#[derive(Clone, Copy)]
struct Net {
    address: u128,
    prefix: u32,
    bits: u32,
}

impl Net {
    fn read(f: &Args<'_>) -> Result<Self, String> {
        let text = f.text(0)?;
        let bad = || {
            format!(
                "{}: \"{text}\" is no network, for example 10.0.0.0/8",
                f.name
            )
        };
        let (address, prefix) = text.split_once('/').ok_or_else(bad)?;
        let prefix: u32 = prefix.parse().map_err(|_| bad())?;
        let (address, bits) = match address.parse::<IpAddr>().map_err(|_| bad())? {
            IpAddr::V4(v4) => (u128::from(u32::from(v4)), 32),
            IpAddr::V6(v6) => (u128::from(v6), 128),
        };
        if prefix > bits {
            return Err(bad());
        }
        let host = bits - prefix;
        let address =
            (address >> (host / 2) >> (host - host / 2)) << (host / 2) << (host - host / 2);
        Ok(Self {
            address,
            prefix,
            bits,
        })
    }

    fn text(self, address: u128) -> String {
        if self.bits == 32 {
            Ipv4Addr::from(u32::try_from(address).unwrap_or(u32::MAX)).to_string()
        } else {
            Ipv6Addr::from(address).to_string()
        }
    }

    /// The part of it with `new` more bits that has the number `number`.
    fn part(self, new: u32, number: u128) -> Option<Self> {
        let prefix = self.prefix.checked_add(new).filter(|p| *p <= self.bits)?;
        if new < 128 && number >= 1u128 << new {
            return None;
        }
        let shifted = number.checked_shl(self.bits - prefix).unwrap_or(0);
        Some(Self {
            address: self.address | shifted,
            prefix,
            bits: self.bits,
        })
    }
}

impl std::fmt::Display for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.text(self.address), self.prefix)
    }
}

fn cidrhost(f: &Args<'_>) -> Result<Value, String> {
    let (net, number) = (Net::read(f)?, f.int(1)?);
    let host = net.bits - net.prefix;
    let size = 1u128.checked_shl(host).unwrap_or(u128::MAX);
    let number = if number < 0 {
        size.checked_sub(u128::from(number.unsigned_abs()))
    } else {
        u128::try_from(number).ok().filter(|n| *n < size)
    };
    let number = number.ok_or("cidrhost: the network has no such host")?;
    Ok(Value::from(net.text(net.address | number)))
}

fn cidrnetmask(f: &Args<'_>) -> Result<Value, String> {
    let net = Net::read(f)?;
    if net.bits != 32 {
        return Err("cidrnetmask: only IPv4 networks have one".to_owned());
    }
    let mask = u32::MAX.checked_shl(32 - net.prefix).unwrap_or(0);
    Ok(Value::from(Ipv4Addr::from(mask).to_string()))
}

fn cidrsubnet(f: &Args<'_>) -> Result<Value, String> {
    let net = Net::read(f)?;
    let new = u32::try_from(f.int(1)?).ok();
    let number = u128::try_from(f.int(2)?).ok();
    let part = new
        .zip(number)
        .and_then(|(new, number)| net.part(new, number));
    part.map(|p| Value::from(p.to_string()))
        .ok_or_else(|| "cidrsubnet: the network has no such part".to_owned())
}

/// Parts of several sizes, one behind the other.
fn cidrsubnets(f: &Args<'_>) -> Result<Value, String> {
    let net = Net::read(f)?;
    let full = || "cidrsubnets: the network is too small".to_owned();
    let mut next = net.address;
    let mut out = Vec::new();
    for at in 1..f.args.len() {
        let new = u32::try_from(f.int(at)?).map_err(|_| full())?;
        let prefix = net
            .prefix
            .checked_add(new)
            .filter(|p| *p <= net.bits)
            .ok_or_else(full)?;
        let size = 1u128.checked_shl(net.bits - prefix).ok_or_else(full)?;
        let begin = next.div_ceil(size).checked_mul(size).ok_or_else(full)?;
        let last = begin.checked_add(size - 1).ok_or_else(full)?;
        let host = net.bits - net.prefix;
        let end = net.address | 1u128.checked_shl(host).map_or(u128::MAX, |s| s - 1);
        if last > end {
            return Err(full());
        }
        let part = Net {
            address: begin,
            prefix,
            bits: net.bits,
        };
        out.push(part.to_string());
        next = last.wrapping_add(1);
    }
    Ok(Value::texts(out))
}
