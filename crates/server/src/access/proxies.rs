//! Who is at the other end when a reverse proxy stands before us. For counting visitors against floods, and for nothing else.
//!
//! A proxy writes whoever asked it at the end of `X-Forwarded-For`. What stands before that came with the request, and may
//! be anything: the list is read from its end, and only as long as whoever wrote an entry is trusted.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use axum::http::HeaderMap;
use ipnet::IpNet;

/// Proxies one behind the other, at most.
const HOPS_MAX: usize = 16;
/// Networks that can be named, at most: a large provider names some hundred.
pub const TRUSTED_PROXIES_MAX: usize = 1_000;

/// Networks whose proxies are believed. With none named, one proxy on this machine or in its private network is.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// Why a list names no networks.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProxiesError {
    /// Neither an address nor a network. Write 203.0.113.7 or 203.0.113.0/24.
    #[error("{0:?} is neither an address nor a network such as 203.0.113.0/24")]
    Unreadable(String),
    /// Everybody would be believed, and could count as somebody else. Name the proxies.
    #[error("{0} is everybody: name the proxies alone")]
    Everybody(String),
    /// More than can be named. Name larger networks.
    #[error("at most {TRUSTED_PROXIES_MAX} networks can be named, not {0}")]
    TooMany(usize),
}

impl TrustedProxies {
    /// Reads addresses and networks.
    pub fn read<S: AsRef<str>>(texts: &[S]) -> Result<Self, ProxiesError> {
        if texts.len() > TRUSTED_PROXIES_MAX {
            return Err(ProxiesError::TooMany(texts.len()));
        }
        texts.iter().map(|text| network(text.as_ref().trim())).collect::<Result<_, _>>().map(Self)
    }

    /// The address that a request came from.
    pub(super) fn who(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut who = peer.to_canonical();
        if self.0.is_empty() {
            let last = written(headers).next().filter(|_| is_near(who));
            return last.and_then(address).unwrap_or(who);
        }
        for entry in written(headers).take(HOPS_MAX) {
            if !self.trusts(who) {
                break;
            }
            // What a trusted proxy wrote unreadably is nobody's address: then the proxy counts.
            let Some(before) = address(entry) else { break };
            who = before;
        }
        who
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn network(text: &str) -> Result<IpNet, ProxiesError> {
    let unreadable = || ProxiesError::Unreadable(text.to_owned());
    let network = match IpAddr::from_str(text) {
        Ok(address) => IpNet::from(address.to_canonical()),
        Err(_) => IpNet::from_str(text).map_err(|_| unreadable())?.trunc(),
    };
    if network.prefix_len() == 0 { Err(ProxiesError::Everybody(text.to_owned())) } else { Ok(network) }
}

/// What was written into the header, the last entry first.
fn written(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    // A line that is no text is one entry that nobody can read, so that nothing before it is believed.
    lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(',')).map(str::trim)
}

/// An address, with or without a port.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let address = bare.parse().ok().or_else(|| entry.parse().ok().map(|socket: SocketAddr| socket.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

const fn is_near(peer: IpAddr) -> bool {
    match peer {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => matches!(address, Ipv6Addr::LOCALHOST) || address.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn who(trusted: &[&str], peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        TrustedProxies::read(trusted).unwrap().who(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn without_a_setting_one_near_proxy_is_believed_for_its_last_entry_and_nobody_else() {
        assert_eq!(who(&[], "127.0.0.1", &["198.51.100.9, 192.0.2.1"]), "192.0.2.1");
        assert_eq!(who(&[], "::ffff:10.0.0.2", &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(who(&[], "203.0.113.7", &["192.0.2.1"]), "203.0.113.7", "a stranger is not believed");
        assert_eq!(who(&[], "127.0.0.1", &["192.0.2.1, 10.0.0.9"]), "10.0.0.9", "nor is a visitor in the same network");
        assert_eq!(who(&[], "127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn with_one_the_list_is_read_from_its_end_through_trusted_addresses_alone() {
        let trusted = ["203.0.113.0/24", "2001:db8:1::/48"];
        for (peer, lines, expected) in [
            ("203.0.113.7", &["192.0.2.1"][..], "192.0.2.1"),
            // Whatever a visitor writes stands before the proxy's own entry.
            ("203.0.113.7", &["198.51.100.9, 192.0.2.1"], "192.0.2.1"),
            ("203.0.113.7", &["203.0.113.9, 192.0.2.1"], "192.0.2.1"),
            ("203.0.113.7", &["198.51.100.9", "192.0.2.1"], "192.0.2.1"),
            ("203.0.113.7", &["192.0.2.1, 203.0.113.8, 2001:db8:1::5"], "192.0.2.1"),
            // Nobody between us and a visitor: the header is theirs.
            ("192.0.2.1", &["198.51.100.9"], "192.0.2.1"),
            ("127.0.0.1", &["198.51.100.9"], "127.0.0.1"),
            // With a port, as some write it.
            ("203.0.113.7", &["192.0.2.1:443"], "192.0.2.1"),
            ("2001:db8:1::5", &["[2001:db8:9::1]:443"], "2001:db8:9::1"),
            ("::ffff:203.0.113.7", &["::ffff:192.0.2.1"], "192.0.2.1"),
            // Nothing to be read: the last one who could be.
            ("203.0.113.7", &["192.0.2.1, unknown"], "203.0.113.7"),
            ("203.0.113.7", &["192.0.2.1, "], "203.0.113.7"),
            ("203.0.113.7", &["192.0.2.1", "\u{e9}"], "203.0.113.7"),
            ("203.0.113.7", &[], "203.0.113.7"),
        ] {
            assert_eq!(who(&trusted, peer, lines), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn whatever_stands_before_the_proxys_own_entry_changes_nothing() {
        use rand::{RngExt, SeedableRng};
        let mut rng = rand::rngs::StdRng::seed_from_u64(1);
        let pieces = ["203.0.113.9", "198.51.100.9", ",", " ", "[", "]", ":", "::", "x", "127.0.0.1", "%", "\""];
        for _ in 0..2_000 {
            let written: String =
                (0..rng.random_range(0..12)).map(|_| pieces[rng.random_range(0..pieces.len())]).collect();
            let line = format!("{written}, 192.0.2.1");
            assert_eq!(who(&["203.0.113.0/24"], "203.0.113.7", &[&line]), "192.0.2.1", "{line}");
            assert_eq!(who(&[], "127.0.0.1", &[&line]), "192.0.2.1", "{line}");
            assert_eq!(who(&["203.0.113.0/24"], "192.0.2.5", &[&line]), "192.0.2.5", "{line}");
        }
    }

    #[test]
    fn a_list_of_proxies_alone_is_followed_no_further_than_so_many() {
        let list = |count: usize| vec!["203.0.113.9"; count].join(", ");
        let spoofed = |count| who(&["203.0.113.0/24"], "203.0.113.7", &[&format!("192.0.2.1, {}", list(count))]);
        assert_eq!(spoofed(HOPS_MAX - 1), "192.0.2.1");
        assert_eq!(spoofed(HOPS_MAX), "203.0.113.9");
    }

    #[test]
    fn what_names_no_proxy_or_everybody_is_refused() {
        for bad in ["", "proxy.example", "203.0.113.0/33", "203.0.113.7:80"] {
            assert_eq!(TrustedProxies::read(&[bad]).unwrap_err(), ProxiesError::Unreadable(bad.to_owned()));
        }
        for everybody in ["0.0.0.0/0", "::/0"] {
            assert_eq!(TrustedProxies::read(&[everybody]).unwrap_err(), ProxiesError::Everybody(everybody.to_owned()));
        }
        assert!(TrustedProxies::read(&vec!["203.0.113.7"; TRUSTED_PROXIES_MAX]).is_ok());
        let more = TRUSTED_PROXIES_MAX + 1;
        let refused = TrustedProxies::read(&vec!["203.0.113.7"; more]).unwrap_err();
        assert_eq!(refused, ProxiesError::TooMany(more));
    }
}
