//! Settings: a file (`rempart.toml` in the data folder, or the one named with `--config`), then the environment
//! (`REMPART_LISTEN`, and with two underscores for a key in a table: `REMPART_BLOCK_RADIUS__MINOR`), then flags. The
//! later wins. A key that means nothing is an error, so that a misspelt one is not silently without effect.
//!
//! To add a setting: a field of [`Settings`] with its comment, a line in docs/configuration.md, and, if it is often
//! wanted on the command line, a flag of the same name in a command's arguments.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use exchange::{BlockRadius, RADIUS_FIRM_MAX, VIEWS_PER_ENTRY_MAX};
use figment::Figment;
use figment::error::Kind;
use figment::providers::{Env, Format, Serialized, Toml};
use figment::value::magic::RelativePathBuf;
use serde::{Deserialize, Serialize};
use server::access::TrustedProxies;
use server::alerts::{MailSettings, SmtpServer};
use server::bank::IndexForm;
use server::desk::Face;
use server::intake::{PortalPath, Retention};
use server::telemetry::{self, TelemetrySettings};
use zeroize::Zeroizing;

const FILE: &str = "rempart.toml";
const PREFIX: &str = "REMPART_";
/// Variables that are read elsewhere: where to look for settings, and secrets.
const NOT_SETTINGS: &[&str] = &["data", "config", "node_key", "smtp_password"];
/// The variable that may hold the mail server's password itself.
const SMTP_PASSWORD: &str = "REMPART_SMTP_PASSWORD";
/// Variables that tests of this project use begin like this.
const OF_TESTS: &str = "test_";

/// What can be set. Every key may be left out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Where partners reach the node or the matcher.
    pub(crate) listen: Option<SocketAddr>,
    /// Where the operator's page and the metrics are; on the loopback address unless set.
    pub(crate) operator_listen: Option<SocketAddr>,
    /// `postgres://user:password@host/name` or `sqlite:PATH`; by default SQLite in the data folder.
    pub(crate) database: Option<String>,
    /// The key with which fingerprints are sealed; by default `node.key` in the data folder.
    pub(crate) node_key_file: Option<RelativePathBuf>,
    /// More pictures that the portal does not take, beside those that it knows: lines of `rempart hash`.
    pub(crate) common_pictures_file: Option<RelativePathBuf>,
    /// Reverse proxies that are believed when they say who asked: addresses and networks.
    pub(crate) trusted_proxies: Vec<String>,
    /// Requests a second that one partner key may send.
    pub(crate) requests_per_second: NonZeroU32,
    /// How far a verified entry may be blocked without a person looking.
    pub(crate) block_radius: BlockRadius,
    /// Views of an entry that are searched, at most.
    pub(crate) views: usize,
    /// Whether the data folder's disk is itself encrypted: the index between two runs is then not sealed once more.
    pub(crate) disk_encrypted: bool,
    /// The nodes that a matcher follows.
    pub(crate) from: Vec<Upstream>,
    /// Holds the token that a matcher's clients must send.
    pub(crate) access_token_file: Option<RelativePathBuf>,
    /// A matcher speaks HMA's API without the token, on a loopback address.
    pub(crate) hma_open: bool,
    /// Hosts from which a matcher fetches what HMA's API names by URL.
    pub(crate) hma_fetch_hosts: Vec<String>,
    /// Hosts where an exchange made over HMA's API may be although its system is elsewhere.
    pub(crate) hma_exchange_hosts: Vec<String>,
    /// The mail server for neutral alerts: `smtps://host` or `smtp://host`; without it none is offered.
    pub(crate) smtp_url: Option<String>,
    /// Whom the mail server knows us as.
    pub(crate) smtp_user: Option<String>,
    /// Holds that user's password.
    pub(crate) smtp_password_file: Option<RelativePathBuf>,
    /// Whom alerts come from.
    pub(crate) mail_from: Option<String>,
    /// The site's bare address, if alerts may say it.
    pub(crate) mail_site: Option<String>,
    /// An alert leaves at a random moment up to so many minutes after what it tells of.
    pub(crate) mail_delay_minutes: u32,
    /// Sockets that webhooks may go to although they are not on the public internet, also without TLS.
    pub(crate) webhook_permits: Vec<SocketAddr>,
    /// Whether a process of its own looks at pages again whose time has come; people do in any case.
    pub(crate) look_again: bool,
    /// On which listener the hotline's own people work: `public`, `operator` or `off`.
    pub(crate) desk: Face,
    /// The same for the people of platforms.
    pub(crate) console: Face,
    /// How the desk is kept.
    pub(crate) casework: Casework,
    /// Where the portal lies.
    pub(crate) portal: Portal,
    /// How long the portal keeps what it holds.
    pub(crate) retention: Kept,
    /// Which log lines: a level, or levels by target.
    pub(crate) log: String,
    /// `text` or `json`.
    pub(crate) log_format: String,
}

/// How the desk is kept, in minutes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Casework {
    /// A case is somebody's so long without a sign of life.
    pub(crate) lease_minutes: u32,
    /// Of sharp pictures before a break.
    pub(crate) exposure_soft_minutes: u32,
    /// Of sharp pictures a day.
    pub(crate) exposure_hard_minutes: u32,
    /// Of a break.
    pub(crate) break_minutes: u32,
}

/// Where the portal lies.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Portal {
    /// The path that every page of it is below.
    pub(crate) path: String,
}

impl Default for Portal {
    fn default() -> Self {
        Self { path: PortalPath::default().to_string() }
    }
}

/// How long the portal keeps what it holds, in days.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Kept {
    /// A case lives so long after somebody last did something in it.
    pub(crate) case_days: u32,
    /// So long before its end its page says so.
    pub(crate) warned_days: u32,
    /// So long before its end the page says it before anything else.
    pub(crate) warned_strongly_days: u32,
    /// A sealed file lies in a case so long at most.
    pub(crate) file_days: u32,
    /// The owner of the words is told so long how a case ended.
    pub(crate) ended_days: u32,
}

impl Default for Kept {
    fn default() -> Self {
        let Retention { case_days, warned_days, warned_strongly_days, file_days, ended_days } = Retention::default();
        Self { case_days, warned_days, warned_strongly_days, file_days, ended_days }
    }
}

impl Kept {
    /// As the portal takes it.
    pub(crate) const fn retention(&self) -> Retention {
        let Self { case_days, warned_days, warned_strongly_days, file_days, ended_days } = *self;
        Retention { case_days, warned_days, warned_strongly_days, file_days, ended_days }
    }
}

impl Default for Casework {
    fn default() -> Self {
        Self { lease_minutes: 15, exposure_soft_minutes: 10, exposure_hard_minutes: 60, break_minutes: 10 }
    }
}

/// A node that a matcher follows.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Upstream {
    /// Its address.
    pub(crate) url: String,
    /// Holds the partner key for it.
    pub(crate) key_file: RelativePathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: None,
            operator_listen: None,
            database: None,
            node_key_file: None,
            common_pictures_file: None,
            trusted_proxies: Vec::new(),
            requests_per_second: NonZeroU32::MIN.saturating_add(199),
            block_radius: BlockRadius::default(),
            views: VIEWS_PER_ENTRY_MAX,
            disk_encrypted: false,
            from: Vec::new(),
            access_token_file: None,
            hma_open: false,
            hma_fetch_hosts: Vec::new(),
            hma_exchange_hosts: Vec::new(),
            smtp_url: None,
            smtp_user: None,
            smtp_password_file: None,
            mail_from: None,
            mail_site: None,
            mail_delay_minutes: 60,
            webhook_permits: Vec::new(),
            look_again: false,
            desk: Face::Public,
            console: Face::Public,
            casework: Casework::default(),
            portal: Portal::default(),
            retention: Kept::default(),
            log: "info".to_owned(),
            log_format: "text".to_owned(),
        }
    }
}

/// Minutes that an alert may be put off by, at most.
const MAIL_DELAY_MINUTES_MAX: u32 = 24 * 60;
/// Minutes of anything of the desk, at most.
const DESK_MINUTES_MAX: u32 = 8 * 60;

/// A setting that cannot be used: where it is and why. Each problem has a line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct ConfigError(String);

impl Settings {
    /// Reads the settings for a data folder. `flags` serialises what was given on the command line, and nothing else.
    pub(crate) fn read(data: &Path, named: Option<&Path>, flags: &impl Serialize) -> Result<Self, ConfigError> {
        let file = match named {
            Some(path) if !path.is_file() => {
                return Err(ConfigError(format!("there is no file {} to read settings from", path.display())));
            }
            Some(path) => path.to_owned(),
            None => data.join(FILE),
        };
        let ours = |key: &figment::value::UncasedStr| {
            let key = key.as_str().to_ascii_lowercase();
            !NOT_SETTINGS.contains(&key.as_str()) && !key.starts_with(OF_TESTS)
        };
        let mut figment = Figment::new();
        if file.exists() {
            // Only this file: one of the same name in a folder above is another node's.
            figment = figment.merge(Toml::file_exact(&file));
        }
        let settings: Self = figment
            .merge(Env::prefixed(PREFIX).filter(ours).split("__"))
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(|error| ConfigError(tell(error, &file)))?;
        settings.check()
    }

    fn check(self) -> Result<Self, ConfigError> {
        for (key, radius) in [("minor", self.block_radius.minor), ("adult", self.block_radius.adult)] {
            if radius > RADIUS_FIRM_MAX {
                return Err(ConfigError(format!("block_radius.{key} is 0 to {RADIUS_FIRM_MAX}, not {radius}")));
            }
        }
        if self.views > VIEWS_PER_ENTRY_MAX {
            return Err(ConfigError(format!("views is 0 to {VIEWS_PER_ENTRY_MAX}, not {}", self.views)));
        }
        if self.mail_delay_minutes > MAIL_DELAY_MINUTES_MAX {
            let given = self.mail_delay_minutes;
            return Err(ConfigError(format!("mail_delay_minutes is 0 to {MAIL_DELAY_MINUTES_MAX}, not {given}")));
        }
        let Casework { lease_minutes, exposure_soft_minutes, exposure_hard_minutes, break_minutes } = self.casework;
        for (key, minutes) in [
            ("lease_minutes", lease_minutes),
            ("exposure_soft_minutes", exposure_soft_minutes),
            ("exposure_hard_minutes", exposure_hard_minutes),
            ("break_minutes", break_minutes),
        ] {
            if minutes == 0 || minutes > DESK_MINUTES_MAX {
                return Err(ConfigError(format!("casework.{key} is 1 to {DESK_MINUTES_MAX}, not {minutes}")));
            }
        }
        self.portal_path()?;
        self.retention.retention().check().map_err(|error| ConfigError(format!("retention.{error}")))?;
        Ok(self)
    }

    /// Under which path the portal lies.
    pub(crate) fn portal_path(&self) -> Result<PortalPath, ConfigError> {
        self.portal.path.parse().map_err(|error| ConfigError(format!("portal.path: {error}")))
    }

    /// Reverse proxies that are believed.
    pub(crate) fn proxies(&self) -> Result<TrustedProxies, ConfigError> {
        TrustedProxies::read(&self.trusted_proxies).map_err(|error| ConfigError(format!("trusted_proxies: {error}")))
    }

    /// How alerts leave; `None` where no mail server is set.
    pub(crate) fn mail(&self) -> Result<Option<MailSettings>, ConfigError> {
        let Some(url) = &self.smtp_url else {
            if self.mail_from.is_some() {
                return Err(ConfigError("mail_from is set and smtp_url is not: name the mail server".to_owned()));
            }
            return Ok(None);
        };
        let wrong = |key: &str, error: &dyn std::fmt::Display| ConfigError(format!("{key}: {error}"));
        let from = self
            .mail_from
            .as_deref()
            .ok_or_else(|| ConfigError("smtp_url is set and mail_from is not: say whom alerts come from".to_owned()))?;
        let login = match &self.smtp_user {
            Some(user) => Some((user.clone(), self.smtp_password()?)),
            None => None,
        };
        Ok(Some(MailSettings {
            server: SmtpServer::parse(url, login).map_err(|error| wrong("smtp_url", &error))?,
            from: from.parse().map_err(|error| wrong("mail_from", &error))?,
            site: match &self.mail_site {
                Some(site) => Some(site.parse().map_err(|error| wrong("mail_site", &error))?),
                None => None,
            },
        }))
    }

    /// From the environment, or from its file.
    fn smtp_password(&self) -> Result<Zeroizing<String>, ConfigError> {
        if let Ok(password) = std::env::var(SMTP_PASSWORD) {
            return Ok(Zeroizing::new(password));
        }
        let Some(file) = path(self.smtp_password_file.as_ref()) else {
            return Err(ConfigError(format!(
                "smtp_user is set and its password is not: name smtp_password_file, or set {SMTP_PASSWORD}"
            )));
        };
        let text = std::fs::read_to_string(&file)
            .map_err(|error| ConfigError(format!("smtp_password_file: {}: {error}", file.display())))?;
        let text = Zeroizing::new(text);
        Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// Logs to standard error from here on.
    pub(crate) fn start_log(&self) -> Result<(), ConfigError> {
        let format = self.log_format.parse().map_err(|error| ConfigError(format!("log_format: {error}")))?;
        telemetry::init(&TelemetrySettings { format, filter: self.log.clone() })
            .map_err(|error| ConfigError(format!("log: {error}")))
    }

    /// How the index is kept between two runs.
    pub(crate) const fn index_form(&self) -> IndexForm {
        if self.disk_encrypted { IndexForm::Bare } else { IndexForm::Sealed }
    }

    /// Where partners reach a node.
    pub(crate) fn node_address(&self) -> SocketAddr {
        self.listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8600)))
    }

    /// Where a platform's services reach a matcher.
    pub(crate) fn matcher_address(&self) -> SocketAddr {
        self.listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8700)))
    }

    /// Where the operator's page is: unless set, the loopback address and the port after `public`'s; with port 0, any.
    pub(crate) fn operator_address(&self, public: SocketAddr) -> SocketAddr {
        let port = if public.port() == 0 { 0 } else { public.port().wrapping_add(1) };
        self.operator_listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }
}

/// A path that was set, relative to the file that set it.
pub(crate) fn path(set: Option<&RelativePathBuf>) -> Option<PathBuf> {
    set.map(RelativePathBuf::relative)
}

/// Every problem on a line: where, which key, why.
fn tell(error: figment::Error, file: &Path) -> String {
    let lines = error.into_iter().map(|error| {
        let is_variable = error.metadata.as_ref().is_some_and(|source| source.name.contains("environment"));
        let mut key = error.path.clone();
        let why = match &error.kind {
            Kind::UnknownField(name, known) => {
                if key.last().is_none_or(|last| last != name) {
                    key.push(name.clone());
                }
                format!("there is no such setting; there are {}", known.join(", "))
            }
            kind => kind.to_string().trim().to_owned(),
        };
        if is_variable {
            format!("{PREFIX}{}: {why}", key.join("__").to_uppercase())
        } else {
            let key = if key.is_empty() { String::new() } else { format!("{}: ", key.join(".")) };
            format!("{}: {key}{why}", file.display())
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Flags {
        #[serde(skip_serializing_if = "Option::is_none")]
        listen: Option<&'static str>,
    }

    fn read(text: &str, listen: Option<&'static str>) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), text).unwrap();
        let read = Settings::read(folder.path(), None, &Flags { listen });
        read.map_err(|error| error.to_string().replace(folder.path().to_str().unwrap(), "DATA"))
    }

    #[test]
    fn flags_win_over_the_file() {
        let text = "listen = \"127.0.0.1:1\"\nrequests_per_second = 7";
        assert_eq!(read(text, None).unwrap().listen.unwrap().port(), 1);
        let settings = read(text, Some("127.0.0.1:2")).unwrap();
        assert_eq!((settings.listen.unwrap().port(), settings.requests_per_second.get()), (2, 7));
    }

    #[test]
    fn an_unknown_key_is_named_with_its_file_and_what_there_is() {
        let error = read("listne = \"127.0.0.1:1\"", None).unwrap_err();
        assert!(error.starts_with("DATA/rempart.toml: listne: there is no such setting; there are "), "{error}");
        assert!(error.contains("`listen`") || error.contains("listen,"), "{error}");
        let error = read("[block_radius]\nminr = 3", None).unwrap_err();
        assert!(error.starts_with("DATA/rempart.toml: block_radius.minr: "), "{error}");
    }

    #[test]
    fn every_setting_is_in_the_documentation() {
        let documentation = include_str!("../../../docs/configuration.md");
        let error = read("nothing = 1", None).unwrap_err();
        let keys: Vec<&str> = error.split("there are ").last().unwrap().split(", ").collect();
        assert!(keys.len() >= 8, "{keys:?}");
        for key in keys {
            let is_there =
                documentation.contains(&format!("| `{key}`")) || documentation.contains(&format!("| `{key}."));
            assert!(is_there, "{key} is not in docs/configuration.md");
        }
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_named_with_its_file_and_key() {
        for (text, key) in [
            ("requests_per_second = 0", "requests_per_second"),
            ("listen = \"here\"", "listen"),
            ("[block_radius]\nadult = \"far\"", "block_radius.adult"),
        ] {
            let error = read(text, None).unwrap_err();
            assert!(error.starts_with(&format!("DATA/rempart.toml: {key}: ")), "{error}");
        }
    }

    #[test]
    fn a_mail_server_is_set_whole_or_not_at_all_and_its_password_is_not_shown() {
        assert!(read("", None).unwrap().mail().unwrap().is_none());
        let mail = |text: &str| read(text, None).unwrap().mail().map_err(|error| error.to_string());
        let (url, from) = ("smtp_url = \"smtps://mail.example\"\n", "mail_from = \"no-reply@space.example\"\n");
        assert!(mail(&[url, from].concat()).unwrap().is_some());
        for (text, key) in [
            (url.to_owned(), "mail_from"),
            (from.to_owned(), "smtp_url"),
            ([url, from, "smtp_user = \"robin\""].concat(), "smtp_password_file"),
            ([url, from, "mail_site = \"https://space.example/c\""].concat(), "mail_site"),
            (["smtp_url = \"smtps://a:b@mail.example\"\n", from].concat(), "smtp_url"),
            ([url, "mail_from = \"My space\""].concat(), "mail_from"),
        ] {
            assert!(mail(&text).unwrap_err().contains(key), "{text}");
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mail.password"), "swordfish\n").unwrap();
        let text = [url, from, "smtp_user = \"robin\"\nsmtp_password_file = \"mail.password\""].concat();
        std::fs::write(folder.path().join(FILE), text).unwrap();
        let settings = Settings::read(folder.path(), None, &Flags { listen: None }).unwrap();
        let shown = format!("{settings:?} {:?}", settings.mail().unwrap().unwrap());
        assert!(!shown.contains("swordfish"), "{shown}");
    }

    #[test]
    fn minutes_of_the_desk_are_one_to_eight_hours() {
        assert!(read("[casework]\nlease_minutes = 1\nexposure_hard_minutes = 480", None).is_ok());
        for (key, minutes) in [("lease_minutes", 0), ("exposure_soft_minutes", 481), ("break_minutes", 0)] {
            let error = read(&format!("[casework]\n{key} = {minutes}"), None).unwrap_err();
            assert!(error.contains(&format!("casework.{key} is 1 to 480")), "{error}");
        }
    }

    #[test]
    fn how_long_things_are_kept_is_set_within_bounds_and_stays_as_it_is_without() {
        assert_eq!(read("", None).unwrap().retention.retention(), Retention::default());
        let set = read("[retention]\ncase_days = 365\nfile_days = 7", None).unwrap().retention.retention();
        assert_eq!(set, Retention { case_days: 365, file_days: 7, ..Retention::default() });
        for (text, said) in [
            ("case_days = 30", "retention.case_days is 31 to 1096, not 30"),
            ("case_days = 60\nwarned_days = 60", "retention.warned_days is 2 to 59, not 60"),
            ("warned_strongly_days = 31", "retention.warned_strongly_days is 1 to 29, not 31"),
            ("file_days = 0", "retention.file_days is 1 to 14, not 0"),
            ("ended_days = 1097", "retention.ended_days is 30 to 1096, not 1097"),
            ("case_days = -1", "retention.case_days: "),
            ("draft_hours = 1", "retention.draft_hours: there is no such setting"),
        ] {
            let error = read(&format!("[retention]\n{text}"), None).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn the_portal_lies_at_the_root_or_under_a_word_that_is_not_the_nodes_own() {
        assert_eq!(read("", None).unwrap().portal_path().unwrap().prefix(), None);
        let set = read("[portal]\npath = \"/my/space\"", None).unwrap();
        assert_eq!(set.portal_path().unwrap().prefix(), Some("/my/space"));
        for (path, said) in
            [("/desk", "the node's own"), ("space", "a slash before each"), ("/space/", "a slash before each")]
        {
            let error = read(&format!("[portal]\npath = \"{path}\""), None).unwrap_err();
            assert!(error.contains("portal.path: ") && error.contains(said), "{error}");
        }
    }

    #[test]
    fn a_proxy_that_would_be_everybody_is_refused_by_its_key() {
        let proxies = |text: &str| read(text, None).unwrap().proxies().map_err(|error| error.to_string());
        assert!(proxies("trusted_proxies = [\"203.0.113.0/24\", \"2001:db8::7\"]").is_ok());
        assert!(proxies("trusted_proxies = [\"0.0.0.0/0\"]").unwrap_err().starts_with("trusted_proxies: "));
    }

    #[test]
    fn a_block_radius_ends_where_firm_answers_end() {
        assert!(read("[block_radius]\nadult = 31", None).is_ok());
        assert!(read("[block_radius]\nadult = 32", None).unwrap_err().contains("block_radius.adult is 0 to 31"));
    }

    #[test]
    fn the_operator_is_next_door_unless_set() {
        let settings = Settings::default();
        let public: SocketAddr = "0.0.0.0:4000".parse().unwrap();
        assert_eq!(settings.operator_address(public).to_string(), "127.0.0.1:4001");
        assert_eq!(settings.operator_address("[::]:0".parse().unwrap()).port(), 0);
    }
}
