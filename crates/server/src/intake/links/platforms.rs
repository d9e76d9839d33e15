//! The services that we know: how their links look, and where one writes to them. Facts only, in
//! `web/data/platforms.toml`; an operator sees them on the page of partners and corrects them there.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

const DATA: &str = include_str!("../../../../../web/data/platforms.toml");

static PLATFORMS: LazyLock<Platforms> =
    LazyLock::new(|| Platforms::parse(DATA).expect("web/data/platforms.toml is checked by the tests beside this"));

/// The services of `web/data/platforms.toml`.
pub fn platforms() -> &'static Platforms {
    &PLATFORMS
}

/// Every known service.
#[derive(Debug)]
pub struct Platforms {
    all: Vec<Platform>,
    by_host: HashMap<String, usize>,
    tracking: Vec<String>,
    written: String,
}

/// One service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Short name, for good: cases keep it.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Who answers for it in Europe where that is known, else its maker.
    pub company: String,
    /// What it is.
    pub kind: Kind,
    /// Its hosts; each stands for every host below it too.
    pub hosts: Vec<String>,
    /// Hosts that show the same pages under another name, and that name.
    #[serde(default)]
    pub folds: HashMap<String, String>,
    /// Parameters of its links that say who shared them, not what they lead to. `x_*` is every one that begins so.
    #[serde(default)]
    pub tracking: Vec<String>,
    /// Whether what stands after `#` is needed to find the page.
    #[serde(default)]
    pub keeps_fragment: bool,
    /// Where one writes to it.
    #[serde(default)]
    pub channels: Vec<Channel>,
    /// Seat of the company, ISO 3166-1 alpha-2.
    pub country: String,
    /// Languages in which it takes a request, as far as we know.
    pub languages: Vec<String>,
    /// Whether it can take something down from a link alone.
    pub removes_by_link: bool,
    /// Whose law it answers to (`EU`, countries), where that is more than its seat's and the Union's.
    #[serde(default)]
    pub jurisdictions: Vec<String>,
    /// What its own form asks, in its order and words.
    #[serde(default)]
    pub form: Vec<String>,
    /// What an analyst should know.
    #[serde(default)]
    pub note: String,
}

/// Where one writes to a service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// What the page is.
    pub kind: ChannelKind,
    /// Its address.
    pub url: String,
}

/// What a channel is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// A form or a page that explains how to report.
    Report,
    /// The service's help, from where its form is found.
    Help,
}

/// What a service is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A social network.
    Social,
    /// A messenger; only its public channels have links.
    Messenger,
    /// Videos.
    Video,
    /// Pictures.
    Images,
    /// Threads.
    Forum,
    /// Files.
    Files,
    /// For adults.
    Adult,
    /// Games and their chats.
    Games,
    /// A search engine: it lists, others hold.
    Search,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    version: u32,
    written: String,
    tracking: Vec<String>,
    platform: Vec<Platform>,
}

impl Platforms {
    fn parse(data: &str) -> Result<Self, String> {
        let data: Data = toml::from_str(data).map_err(|error| error.to_string())?;
        if data.version != 1 {
            return Err(format!("version {} is not read here", data.version));
        }
        let mut by_host = HashMap::new();
        for (position, platform) in data.platform.iter().enumerate() {
            for host in &platform.hosts {
                if by_host.insert(host.clone(), position).is_some() {
                    return Err(format!("{host} stands twice"));
                }
            }
        }
        Ok(Self { all: data.platform, by_host, tracking: data.tracking, written: data.written })
    }

    /// When whoever wrote the list last went through it, as `2026-11`. Nobody wrote to the channels.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// All of them, in the order of the file.
    pub fn all(&self) -> &[Platform] {
        &self.all
    }

    /// The one with this key.
    pub fn get(&self, key: &str) -> Option<&Platform> {
        self.all.iter().find(|platform| platform.key == key)
    }

    /// The one that a host (lower-case) belongs to.
    pub fn of_host(&self, host: &str) -> Option<&Platform> {
        let mut rest = host;
        loop {
            if let Some(&position) = self.by_host.get(rest) {
                return Some(&self.all[position]);
            }
            rest = rest.split_once('.')?.1;
        }
    }

    /// Whether a parameter (lower-case) of a link only tells who shared it.
    pub(super) fn is_tracking(&self, name: &str, platform: Option<&Platform>) -> bool {
        let own = platform.map_or(&[][..], |platform| &platform.tracking);
        self.tracking.iter().chain(own).any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == pattern,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use url::Url;

    use super::*;

    #[test]
    fn every_service_is_well_described() {
        let all = platforms().all();
        assert!(all.len() >= 40, "{}", all.len());
        let keys: HashSet<&str> = all.iter().map(|platform| platform.key.as_str()).collect();
        assert_eq!(keys.len(), all.len(), "a key stands twice");
        for platform in all {
            let key = &platform.key;
            assert!(
                key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'),
                "{key}"
            );
            assert!(!platform.name.is_empty() && !platform.company.is_empty() && !platform.hosts.is_empty(), "{key}");
            assert!(platform.country.len() == 2 && platform.country.bytes().all(|b| b.is_ascii_uppercase()), "{key}");
            assert!(platform.languages.iter().all(|code| code.len() == 2) && !platform.languages.is_empty(), "{key}");
            for channel in &platform.channels {
                let url = Url::parse(&channel.url).expect(key);
                assert_eq!((url.scheme(), url.as_str()), ("https", channel.url.as_str()), "{key}");
            }
        }
    }

    #[test]
    fn hosts_are_as_links_have_them_and_folds_stay_within_the_service_and_end() {
        for platform in platforms().all() {
            let known = |host: &String| platforms().of_host(host).is_some_and(|found| found.key == platform.key);
            for host in platform.hosts.iter().chain(platform.folds.keys()).chain(platform.folds.values()) {
                let parsed = Url::parse(&format!("https://{host}/")).expect(host);
                assert_eq!(parsed.host_str(), Some(host.as_str()));
                assert!(host.contains('.') && known(host), "{host}");
            }
            for end in platform.folds.values() {
                assert!(!platform.folds.contains_key(end), "{end} is folded on");
            }
        }
    }

    #[test]
    fn tracking_names_are_lower_case_and_no_star_swallows_all() {
        let own = platforms().all().iter().flat_map(|platform| &platform.tracking);
        for name in platforms().tracking.iter().chain(own) {
            assert_eq!(*name, name.to_ascii_lowercase());
            assert!(name.trim_end_matches('*').len() >= 2 || !name.contains('*'), "{name}");
        }
    }

    #[test]
    fn what_is_not_known_here_is_refused() {
        let whole = "version = 1\nwritten = \"2026-11-29\"\ntracking = []\nplatform = []\n";
        assert!(Platforms::parse(whole).is_ok());
        assert!(Platforms::parse(&whole.replace("= 1", "= 2")).is_err());
        assert!(Platforms::parse(&format!("{whole}colour = 1\n")).is_err());
    }

    #[test]
    fn a_host_below_a_known_one_is_the_services_and_one_beside_it_is_not() {
        let key = |host: &str| platforms().of_host(host).map(|platform| platform.key.as_str());
        assert_eq!(key("instagram.com"), Some("instagram"));
        assert_eq!(key("www.instagram.com"), Some("instagram"));
        assert_eq!(key("notinstagram.com"), None);
        assert_eq!(key("instagram.com.evil.net"), None);
        assert_eq!(key("com"), None);
    }
}
