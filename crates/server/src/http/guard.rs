//! The way out to an address that a stranger wrote: a platform's webhook, a page that is looked at again.
//!
//! Every address is judged before a connection is made to it, and the connection goes to the very address that was judged: a
//! name is looked up once for each hop, its whole answer must be public, and the client is given those addresses and no
//! way to look up again. Redirects are not followed by the client; whoever follows them comes back here with each.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::{Client, Response};
use url::{Host, Url};

use crate::intake::links::is_public_address;

/// Addresses of one name that are tried, at most.
const ADDRESSES_MAX: usize = 8;
const LOOKUP_SECONDS_MAX: u64 = 10;
const CONNECT_SECONDS_MAX: u64 = 10;
/// Bytes of an address, at most.
pub const URL_BYTES_MAX: usize = 2_048;

/// Judges addresses. Cheap to clone.
#[derive(Clone)]
pub struct Guard {
    names: Names,
    /// Reached although they are not public, and without TLS: what an operator named.
    permits: Arc<[SocketAddr]>,
}

/// What a test answers for a name.
type Script = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;

type Answer = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Where names are looked up.
#[derive(Clone)]
pub enum Names {
    /// Where this machine looks.
    System,
    /// Where a test says.
    Scripted(Script),
}

/// Why an address is not connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No address of the web, or longer than [`URL_BYTES_MAX`].
    #[error("this is no address of the web")]
    Unreadable,
    /// Not https.
    #[error("only https is connected to")]
    Scheme,
    /// A user or password stands in it.
    #[error("an address with a user in it is not connected to")]
    Credentials,
    /// It leads, or its name leads, to somewhere that is not the public internet.
    #[error("the address is not on the public internet")]
    NotPublic,
    /// The name is not known, or nobody said in 10 seconds.
    #[error("the name is not known")]
    NoSuchName,
    /// No client could be made: no usable certificate store. Install `ca-certificates`.
    #[error("no HTTP client could be made")]
    Client,
}

impl Refused {
    /// A short name, for metrics and other processes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Scheme => "scheme",
            Self::Credentials => "credentials",
            Self::NotPublic => "not_public",
            Self::NoSuchName => "no_such_name",
            Self::Client => "client",
        }
    }
}

impl Guard {
    /// Lets the public internet through, by https.
    pub fn public() -> Self {
        Self::with(Names::System, Vec::new())
    }

    /// Lets these sockets through too, also without TLS.
    pub fn with(names: Names, permits: Vec<SocketAddr>) -> Self {
        Self { names, permits: permits.into() }
    }

    /// What can be said of an address without looking up a name: for a form that takes one.
    pub fn judge(&self, text: &str) -> Result<Url, Refused> {
        if text.len() > URL_BYTES_MAX {
            return Err(Refused::Unreadable);
        }
        let url = Url::parse(text).map_err(|_| Refused::Unreadable)?;
        self.judge_url(&url)?;
        Ok(url)
    }

    /// Where a redirect from this address leads, judged as if it had been asked for; `None`: it names no place.
    pub fn next(&self, from: &Url, answer: &Response) -> Option<Result<Url, Refused>> {
        let to = answer.headers().get(LOCATION)?.to_str().ok()?;
        Some(from.join(to).map_err(|_| Refused::Unreadable).and_then(|next| self.judge(next.as_str())))
    }

    /// A client that connects for this address to what was judged, and nowhere else. It follows no redirect.
    pub async fn client(&self, url: &Url, answer_seconds_max: u64) -> Result<Client, Refused> {
        self.judge_url(url)?;
        let port = url.port_or_known_default().ok_or(Refused::Unreadable)?;
        let mut builder = Client::builder()
            .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
            .timeout(Duration::from_secs(answer_seconds_max))
            .redirect(reqwest::redirect::Policy::none())
            // A proxy from the environment would do the connecting, unjudged.
            .no_proxy()
            .user_agent(concat!("rempart/", env!("CARGO_PKG_VERSION")));
        if let Some(Host::Domain(name)) = url.host() {
            let addresses = self.addresses(name, port).await?;
            builder = builder.resolve_to_addrs(name, &addresses);
        }
        builder.build().map_err(|_| Refused::Client)
    }

    fn judge_url(&self, url: &Url) -> Result<(), Refused> {
        let port = url.port_or_known_default().ok_or(Refused::Unreadable)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        // The URL Standard has made one address of every notation: decimal, octal, hexadecimal, short.
        let address = match url.host() {
            None => return Err(Refused::Unreadable),
            Some(Host::Domain(_)) => None,
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        };
        let is_permitted = address.is_some_and(|address| self.permits.contains(&SocketAddr::new(address, port)));
        match (url.scheme(), address) {
            ("http" | "https", Some(_)) if is_permitted => Ok(()),
            ("https", None) => Ok(()),
            // A name behind which a permitted socket lies, without TLS: judged when it is looked up.
            ("http", None) if !self.permits.is_empty() => Ok(()),
            ("https", Some(address)) if is_public_address(address) => Ok(()),
            ("https", Some(_)) => Err(Refused::NotPublic),
            _ => Err(Refused::Scheme),
        }
    }

    async fn addresses(&self, name: &str, port: u16) -> Result<Vec<SocketAddr>, Refused> {
        let lookup = tokio::time::timeout(Duration::from_secs(LOOKUP_SECONDS_MAX), self.names.look_up(name, port));
        let found = lookup.await.ok().and_then(Result::ok).unwrap_or_default();
        if found.is_empty() {
            return Err(Refused::NoSuchName);
        }
        let sockets: Vec<SocketAddr> = found.iter().map(|address| SocketAddr::new(*address, port)).collect();
        // One that is not public spoils the answer: whoever mixes them in means to.
        if sockets.iter().all(|socket| self.permits.contains(socket) || is_public_address(socket.ip())) {
            Ok(sockets.into_iter().take(ADDRESSES_MAX).collect())
        } else {
            Err(Refused::NotPublic)
        }
    }
}

impl Names {
    fn look_up(&self, name: &str, port: u16) -> Answer {
        match self {
            Self::System => {
                let name = name.to_owned();
                Box::pin(async move {
                    Ok(tokio::net::lookup_host((name.as_str(), port)).await?.map(|socket| socket.ip()).collect())
                })
            }
            Self::Scripted(answers) => {
                let answer = answers(name);
                Box::pin(async move { answer })
            }
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("permits", &self.permits).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t14_what_is_not_the_public_internet_is_refused_in_every_notation() {
        let guard = Guard::public();
        for (text, expected) in [
            ("https://93.184.216.34/", Ok(())),
            ("https://platform.example.org/hook", Ok(())),
            ("http://platform.example.org/", Err(Refused::Scheme)),
            ("ftp://93.184.216.34/", Err(Refused::Scheme)),
            ("file:///etc/passwd", Err(Refused::Unreadable)),
            ("gopher://93.184.216.34/", Err(Refused::Unreadable)),
            ("https://user:word@93.184.216.34/", Err(Refused::Credentials)),
            ("https://127.0.0.1/", Err(Refused::NotPublic)),
            ("https://2130706433/", Err(Refused::NotPublic)),
            ("https://0x7f000001/", Err(Refused::NotPublic)),
            ("https://0177.0.0.1/", Err(Refused::NotPublic)),
            ("https://127.1/", Err(Refused::NotPublic)),
            ("https://0/", Err(Refused::NotPublic)),
            ("https://127.0.0.1./", Err(Refused::NotPublic)),
            ("https://10.0.0.1/", Err(Refused::NotPublic)),
            ("https://172.31.255.255/", Err(Refused::NotPublic)),
            ("https://192.168.1.1/", Err(Refused::NotPublic)),
            ("https://169.254.169.254/latest/meta-data/", Err(Refused::NotPublic)),
            ("https://100.64.0.1/", Err(Refused::NotPublic)),
            ("https://255.255.255.255/", Err(Refused::NotPublic)),
            ("https://224.0.0.1/", Err(Refused::NotPublic)),
            ("https://[::1]/", Err(Refused::NotPublic)),
            ("https://[::]/", Err(Refused::NotPublic)),
            ("https://[::ffff:127.0.0.1]/", Err(Refused::NotPublic)),
            ("https://[::ffff:7f00:1]/", Err(Refused::NotPublic)),
            ("https://[::127.0.0.1]/", Err(Refused::NotPublic)),
            ("https://[2002:7f00:1::]/", Err(Refused::NotPublic)),
            ("https://[2002:a00:1::1]/", Err(Refused::NotPublic)),
            ("https://[64:ff9b::7f00:1]/", Err(Refused::NotPublic)),
            ("https://[64:ff9b::a9fe:a9fe]/", Err(Refused::NotPublic)),
            ("https://[64:ff9b:1::1]/", Err(Refused::NotPublic)),
            ("https://[2001:0:7f00:1::]/", Err(Refused::NotPublic)),
            ("https://[fe80::1]/", Err(Refused::NotPublic)),
            ("https://[fc00::1]/", Err(Refused::NotPublic)),
            ("https://[ff02::1]/", Err(Refused::NotPublic)),
            ("https://[2606:2800:220:1::1]/", Ok(())),
            ("https://①②⑦.⓪.⓪.①/", Err(Refused::NotPublic)),
            ("nonsense", Err(Refused::Unreadable)),
        ] {
            assert_eq!(guard.judge(text).map(drop), expected, "{text}");
        }
    }

    #[test]
    fn an_address_is_taken_at_its_longest_and_refused_past_it() {
        let long = |bytes: usize| format!("https://platform.example.org/{}", "a".repeat(bytes - 29));
        assert!(Guard::public().judge(&long(URL_BYTES_MAX)).is_ok());
        assert_eq!(Guard::public().judge(&long(URL_BYTES_MAX + 1)).map(drop), Err(Refused::Unreadable));
    }

    #[test]
    fn a_permit_is_for_one_socket_and_not_for_its_neighbours() {
        let guard = Guard::with(Names::System, vec!["127.0.0.1:8443".parse().unwrap()]);
        assert!(guard.judge("http://127.0.0.1:8443/").is_ok() && guard.judge("https://127.0.0.1:8443/").is_ok());
        assert_eq!(guard.judge("https://127.0.0.1:8444/").map(drop), Err(Refused::NotPublic));
        assert_eq!(guard.judge("http://127.0.0.1:8444/").map(drop), Err(Refused::Scheme));
        assert_eq!(guard.judge("https://127.0.0.2:8443/").map(drop), Err(Refused::NotPublic));
    }

    fn answering(addresses: &'static [&'static str]) -> Names {
        Names::Scripted(Arc::new(move |_| Ok(addresses.iter().map(|address| address.parse().unwrap()).collect())))
    }

    #[tokio::test]
    async fn t14_a_name_that_leads_inside_is_refused_also_where_a_public_address_stands_beside() {
        let url = Url::parse("https://name.example.org/").unwrap();
        for inside in [
            &["10.0.0.1"][..],
            &["93.184.216.34", "10.0.0.1"],
            &["::ffff:169.254.169.254"],
            &["93.184.216.34", "::1"],
            &["2002:7f00:1::"],
        ] {
            let guard = Guard::with(answering(inside), vec![]);
            assert_eq!(guard.client(&url, 1).await.map(drop), Err(Refused::NotPublic), "{inside:?}");
        }
        let guard = Guard::with(answering(&["93.184.216.34", "2606:2800:220:1::1"]), vec![]);
        assert!(guard.client(&url, 1).await.is_ok());
        let nobody = Guard::with(answering(&[]), vec![]);
        assert_eq!(nobody.client(&url, 1).await.map(drop), Err(Refused::NoSuchName));
        let permitted = Guard::with(answering(&["127.0.0.1"]), vec!["127.0.0.1:443".parse().unwrap()]);
        assert!(permitted.client(&url, 1).await.is_ok());
        let other = Url::parse("https://name.example.org:444/").unwrap();
        assert_eq!(permitted.client(&other, 1).await.map(drop), Err(Refused::NotPublic));
        let plain = Url::parse("http://name.example.org:443/").unwrap();
        assert!(permitted.client(&plain, 1).await.is_ok());
    }
}
