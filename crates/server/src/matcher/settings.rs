//! What a matcher is set up with.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use exchange::BlockRadius;
use reqwest::Url;
use sealing::NodeKey;

use super::access::Access;
use super::backoff::Pace;
use super::hma::HmaSettings;
use crate::bank::IndexForm;
use crate::clock::{Clock, Entropy};
use crate::follow::FollowPace;
use crate::http::Guard;
use crate::partners::KeyText;

/// How long a matcher answers from what it holds of a node that it no longer hears, unless set otherwise.
pub const STALE_DAYS_MAX_DEFAULT: u64 = 7;

/// What a matcher is set up with. Begin with [`MatcherSettings::new`] and change what differs.
#[derive(Clone, Debug)]
pub struct MatcherSettings {
    /// Its own SQLite file; made when it is not there.
    pub file: PathBuf,
    /// Seals what the file holds. Not kept beside it.
    pub key: Arc<NodeKey>,
    /// The nodes to follow.
    pub upstreams: Vec<Upstream>,
    /// Who may ask it.
    pub access: Access,
    /// How long it answers from what it holds of a node that it no longer hears, be it that the node is out of reach
    /// or that it revoked the key. After that, what it holds of that node is no longer used.
    pub stale_max: Duration,
    /// Views of an entry that are searched, at most. Each costs about as much memory as the entry without views.
    pub views_max: usize,
    /// How the file in which the index is kept between two runs protects what is in it.
    pub index_form: IndexForm,
    /// How it deals with pictures.
    pub pictures: PictureSettings,
    /// How it speaks HMA's API.
    pub hma: HmaSettings,
    /// How far what other systems stand for may be blocked without a person.
    pub block_radius: BlockRadius,
    /// How it asks other systems.
    pub follow_pace: FollowPace,
    /// What it may connect to when it is asked about the picture at an address.
    pub guard: Guard,
    /// How long it waits between attempts.
    pub pace: Pace,
    /// Where the time comes from.
    pub clock: Clock,
    /// Where randomness comes from.
    pub entropy: Entropy,
}

impl MatcherSettings {
    /// Everything else as it is by default.
    pub fn new(file: PathBuf, key: Arc<NodeKey>, upstreams: Vec<Upstream>) -> Self {
        Self {
            file,
            key,
            upstreams,
            access: Access::Loopback,
            stale_max: Duration::from_secs(STALE_DAYS_MAX_DEFAULT * 24 * 3_600),
            views_max: exchange::VIEWS_PER_ENTRY_MAX,
            index_form: IndexForm::Sealed,
            pictures: PictureSettings::default(),
            hma: HmaSettings::default(),
            block_radius: BlockRadius::default(),
            follow_pace: FollowPace::default(),
            guard: Guard::public(),
            pace: Pace::default(),
            clock: Clock::System,
            entropy: Entropy::System,
        }
    }
}

/// How pictures are dealt with.
#[derive(Clone, Copy, Debug)]
pub struct PictureSettings {
    /// What one picture may cost.
    pub limits: media::Limits,
    /// Pictures decoded at the same time; each may take [`media::Limits::memory_bytes_max`].
    pub decodes_max: usize,
    /// Picture requests under way at the same time, those that wait for a decoder included; more are told to come
    /// back. Each may hold [`media::Limits::bytes_max`].
    pub requests_max: usize,
}

impl Default for PictureSettings {
    /// The limits for a server, a decoder for each core, 64 requests.
    fn default() -> Self {
        let decodes_max = std::thread::available_parallelism().map_or(1, usize::from);
        Self { limits: media::Limits::server(), decodes_max, requests_max: 64 }
    }
}

/// A node to follow.
#[derive(Clone, Debug)]
pub struct Upstream {
    url: String,
    host: String,
    key: KeyText,
    is_clear: bool,
}

/// The address of a node cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// Not an address, or of another scheme.
    #[error("a node's address is http://host:port or https://host, with a path before /api if there is one")]
    Address,
    /// Names or parameters that do not belong there. The key is given apart.
    #[error("a node's address has no user, password, query or fragment; give the key apart")]
    Extra,
}

impl Upstream {
    /// A node at `url`, the part before `/api/v1`, and the partner key that it gave.
    ///
    /// # Errors
    /// See [`UpstreamError`].
    pub fn new(url: &str, key: KeyText) -> Result<Self, UpstreamError> {
        let url = Url::parse(url.trim()).map_err(|_| UpstreamError::Address)?;
        let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")).ok_or(UpstreamError::Address)?;
        let has_extra = url.password().is_some() || url.query().is_some() || url.fragment().is_some();
        if has_extra || !url.username().is_empty() {
            return Err(UpstreamError::Extra);
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_here = bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let is_clear = url.scheme() == "http" && !is_here;
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let url = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, host, key, is_clear })
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Host and port: what metrics and logs call it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The key for it.
    pub const fn key(&self) -> &KeyText {
        &self.key
    }

    /// Whether the key and the bank travel unencrypted to another machine.
    pub const fn is_clear(&self) -> bool {
        self.is_clear
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn upstream(url: &str) -> Result<Upstream, UpstreamError> {
        Upstream::new(url, KeyText::generate(&mut StdRng::seed_from_u64(1)))
    }

    #[test]
    fn an_address_loses_its_last_slash_and_keeps_its_path() {
        for (given, url, host, is_clear) in [
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080", "127.0.0.1:8080", false),
            ("http://[::1]:80/", "http://[::1]", "[::1]", false),
            ("http://localhost:1", "http://localhost:1", "localhost:1", false),
            ("https://node.example/rempart/", "https://node.example/rempart", "node.example", false),
            ("http://node.example", "http://node.example", "node.example", true),
        ] {
            let upstream = upstream(given).unwrap();
            assert_eq!((upstream.url(), upstream.host(), upstream.is_clear()), (url, host, is_clear));
        }
    }

    #[test]
    fn an_address_with_a_password_or_of_another_kind_is_refused() {
        assert_eq!(upstream("node.example").unwrap_err(), UpstreamError::Address);
        assert_eq!(upstream("ftp://node.example").unwrap_err(), UpstreamError::Address);
        for extra in ["https://a:b@node.example", "https://a@node.example", "https://n.example/?k=1", "https://n.e/#x"]
        {
            assert_eq!(upstream(extra).unwrap_err(), UpstreamError::Extra, "{extra}");
        }
    }
}
