//! Which hosts others can see: not those of a device, of a private network, or of no network at all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Host;

use super::Why;

/// Endings that no public name has: reserved (RFC 2606, 6761, 6762, 8375, 9476), given to private use (`internal`), or
/// common in private networks.
const PRIVATE_ENDINGS: [&str; 14] = [
    "alt",
    "corp",
    "example",
    "home",
    "home.arpa",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "private",
    "test",
];
const HIDDEN_ENDINGS: [&str; 2] = ["i2p", "onion"];

/// Whether a host, as the URL Standard reads it (so every notation of an address is one address), is public.
pub(super) fn check(host: &Host<&str>) -> Result<(), Why> {
    match host {
        Host::Domain(name) => check_name(name.trim_end_matches('.')),
        Host::Ipv4(address) => check_address(IpAddr::V4(*address)),
        Host::Ipv6(address) => check_address(IpAddr::V6(*address)),
    }
}

fn check_name(name: &str) -> Result<(), Why> {
    let ends_in = |ending: &&str| name.strip_suffix(*ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if HIDDEN_ENDINGS.iter().any(&ends_in) {
        Err(Why::Hidden)
    } else if !name.contains('.') || name.split('.').any(str::is_empty) || PRIVATE_ENDINGS.iter().any(ends_in) {
        Err(Why::NotPublicName)
    } else {
        Ok(())
    }
}

fn check_address(address: IpAddr) -> Result<(), Why> {
    if is_public_address(address) { Ok(()) } else { Err(Why::Private) }
}

/// Whether an address is one of the public internet.
pub fn is_public_address(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// What the IANA registry of special-purpose IPv4 addresses leaves for the public internet.
fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127 | 224.., ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

/// Of IPv6 only 2000::/3 is given out; an IPv4 address within counts as itself.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // Protocol assignments and tunnels, and two ranges of documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}
