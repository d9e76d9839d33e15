//! What a source is, and what can be wrong with it.

use std::fmt;
use std::net::IpAddr;

use exchange::{Class, PartnerId, Tier, Time};
use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroize;

use crate::bank::BankError;
use crate::compute::BrokenOff;
use crate::partners::PartnerName;
use crate::storage::{StorageError, Transient};

/// Bytes of credentials, at most.
pub const CREDENTIALS_BYTES_MAX: usize = 8 * 1024;

/// Which system.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SourceKind {
    /// StopNCII.org.
    StopNcii,
    /// NCMEC hash sharing v2.
    Ncmec,
    /// Meta's ThreatExchange.
    ThreatExchange,
    /// Tech Against Terrorism's hash list v2.
    Tat,
    /// Another Rempart node.
    Rempart,
}

impl SourceKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::StopNcii, Self::Ncmec, Self::ThreatExchange, Self::Tat, Self::Rempart];

    /// Its name on the command line and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StopNcii => "stopncii",
            Self::Ncmec => "ncmec",
            Self::ThreatExchange => "threatexchange",
            Self::Tat => "tat",
            Self::Rempart => "rempart",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Where it is unless said otherwise; `None`: it has to be said.
    pub const fn url(self) -> Option<&'static str> {
        match self {
            Self::StopNcii => Some("https://api.stopncii.org/v1"),
            Self::ThreatExchange => Some("https://graph.facebook.com"),
            Self::Tat => Some("https://app.terrorismanalytics.org"),
            // NCMEC has a root for each of its lists.
            Self::Ncmec | Self::Rempart => None,
        }
    }

    /// The class that its entries are of unless said otherwise; `None`: it has to be said, or each says it.
    pub const fn class(self) -> Option<Class> {
        match self {
            Self::StopNcii => Some(Class::Adult),
            Self::Ncmec => Some(Class::Minor),
            Self::ThreatExchange | Self::Tat | Self::Rempart => None,
        }
    }

    /// Seconds between two turns unless said otherwise.
    pub const fn every_seconds(self) -> u32 {
        match self {
            Self::Rempart => 30,
            _ => 300,
        }
    }

    /// After so many days without a complete answer deletions may have been missed: it is read from the beginning.
    pub(super) const fn stale_days(self) -> Option<i64> {
        match self {
            Self::StopNcii => Some(30),
            Self::ThreatExchange => Some(85),
            _ => None,
        }
    }
}

/// What opens a source. Never printed; sealed at rest.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// NCMEC, Tech Against Terrorism: the user.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// NCMEC, Tech Against Terrorism: the password. ThreatExchange: the access token, `app|secret`. Rempart: the partner key.
    /// StopNCII: the key of FetchHashes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub secret: String,
    /// StopNCII: the subscription's key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subscription: String,
    /// StopNCII: the key of SubmitFeedback; without it nothing goes back.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub feedback: String,
    /// ThreatExchange: the privacy group.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// NCMEC: what these members list alone; empty: what all list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<u64>,
}

impl Credentials {
    /// Reads what an operator wrote: lines `name = value`, as in
    ///
    /// ```text
    /// user = hotline
    /// secret = correct horse battery staple
    /// ```
    ///
    /// or one line alone, which is the secret.
    pub fn read(text: &str) -> Result<Self, FollowError> {
        if text.len() > CREDENTIALS_BYTES_MAX {
            return Err(FollowError::Credentials("they have too many bytes"));
        }
        let mut credentials = Self::default();
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        for line in &lines {
            let Some((name, value)) = line.split_once('=').map(|(name, value)| (name.trim(), value.trim())) else {
                if let [secret] = lines.as_slice() {
                    credentials.secret = (*secret).to_owned();
                    continue;
                }
                return Err(FollowError::Credentials("write lines of `name = value`, or the secret alone"));
            };
            let place = match name {
                "user" => &mut credentials.user,
                "secret" => &mut credentials.secret,
                "subscription" => &mut credentials.subscription,
                "feedback" => &mut credentials.feedback,
                "group" => &mut credentials.group,
                _ => {
                    return Err(FollowError::Credentials(
                        "their names are user, secret, subscription, feedback, group",
                    ));
                }
            };
            value.clone_into(place);
        }
        Ok(credentials)
    }

    /// Whether they can open a system of this kind.
    pub(crate) fn check(&self, kind: SourceKind) -> Result<(), FollowError> {
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        let texts = [&self.user, &self.secret, &self.subscription, &self.feedback, &self.group];
        if !texts.into_iter().all(|text| plain(text)) {
            return Err(FollowError::Credentials("they are visible ASCII characters"));
        }
        let lacks = match kind {
            _ if self.secret.is_empty() => Some("the secret is missing"),
            SourceKind::Ncmec | SourceKind::Tat if self.user.is_empty() => Some("user is missing"),
            SourceKind::StopNcii if self.subscription.is_empty() => Some("subscription is missing"),
            SourceKind::ThreatExchange if self.group.is_empty() => {
                Some("group, the privacy group's number, is missing")
            }
            SourceKind::ThreatExchange if !self.group.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some("group is the privacy group's number")
            }
            _ => None,
        };
        lacks.map_or(Ok(()), |what| Err(FollowError::Credentials(what)))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

impl Drop for Credentials {
    fn drop(&mut self) {
        [&mut self.user, &mut self.secret, &mut self.subscription, &mut self.feedback, &mut self.group]
            .into_iter()
            .for_each(Zeroize::zeroize);
    }
}

/// What is done with a source's entries. Said when it is added, and not changed afterwards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// Their class where the source does not say it.
    pub class: Option<Class>,
    /// The highest tier that they are given.
    pub tier: Tier,
    /// Whether partners are shown them.
    pub pass_on: bool,
}

/// A source to be added.
#[derive(Clone, Debug)]
pub struct NewSource {
    /// Its name here.
    pub name: PartnerName,
    /// Which system.
    pub kind: SourceKind,
    /// Where it is.
    pub url: String,
    /// What opens it.
    pub credentials: Credentials,
    /// What is done with its entries.
    pub terms: Terms,
    /// Seconds between two turns.
    pub every_seconds: u32,
}

impl NewSource {
    /// Least seconds between two turns.
    pub const EVERY_SECONDS_MIN: u32 = 5;
    /// Most seconds between two turns: a week.
    pub const EVERY_SECONDS_MAX: u32 = 7 * 86_400;

    pub(super) fn check(&self) -> Result<(), FollowError> {
        self.check_without_credentials()?;
        self.credentials.check(self.kind)
    }

    /// The same of one whose credentials come later.
    pub(super) fn check_without_credentials(&self) -> Result<(), FollowError> {
        let url = Url::parse(&self.url).map_err(|_| FollowError::Url)?;
        let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")).ok_or(FollowError::Url)?;
        let has_extra = url.password().is_some() || !url.username().is_empty() || url.query().is_some();
        if has_extra || url.fragment().is_some() {
            return Err(FollowError::Url);
        }
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_here = bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if url.scheme() == "http" && !is_here {
            return Err(FollowError::Clear);
        }
        if !(Self::EVERY_SECONDS_MIN..=Self::EVERY_SECONDS_MAX).contains(&self.every_seconds) {
            return Err(FollowError::Every);
        }
        if self.kind == SourceKind::Rempart && self.terms.pass_on {
            return Err(FollowError::SecondHand);
        }
        if self.terms.class.is_none() && matches!(self.kind, SourceKind::ThreatExchange | SourceKind::Tat) {
            return Err(FollowError::Class);
        }
        Ok(())
    }
}

/// A source as its operator sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceView {
    /// The contributor that its entries belong to.
    pub id: PartnerId,
    /// Its name.
    pub name: PartnerName,
    /// Which system.
    pub kind: SourceKind,
    /// Where.
    pub url: String,
    /// What is done with its entries.
    pub terms: Terms,
    /// Since when.
    pub created_at: Time,
    /// When it is asked next.
    pub due_at: Time,
    /// When it last answered.
    pub heard_at: Option<Time>,
    /// When all that it had was last here.
    pub complete_at: Option<Time>,
    /// Why it is not being heard; never anything of what it sent.
    pub trouble: Option<String>,
    /// Turns in a row that failed.
    pub failures: u32,
    /// Records that it lists and that are held.
    pub records: u64,
    /// Records left out since it was added.
    pub skipped: u64,
    /// The last of them: where and why.
    pub last_skipped: Option<String>,
    /// Outcomes that still have to go back.
    pub feedback_waiting: u64,
    /// Outcomes that it refused.
    pub feedback_refused: u64,
    /// Why the last one was.
    pub refused: Option<String>,
    /// It is being removed.
    pub removing: bool,
}

/// Why a source is not followed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// Not an address. Write `https://host`, with the path that its documentation names.
    #[error("a source's address is https://host/path, without user, password or query")]
    Url,
    /// The credentials would travel open. Use https.
    #[error("without https the credentials would travel open; use https (http only on this machine)")]
    Clear,
    /// Not a useful pause.
    #[error("a source is asked every {} to {} seconds", NewSource::EVERY_SECONDS_MIN, NewSource::EVERY_SECONDS_MAX)]
    Every,
    /// What came from another node is not passed on: a circle of nodes would keep alive what was withdrawn.
    #[error("what another node shows is not passed on; let your partners follow that node themselves")]
    SecondHand,
    /// The system does not say it. Say --class minor or --class adult.
    #[error("this system does not say of what class its entries are: say it")]
    Class,
    /// Something of them is missing or cannot be. See the text.
    #[error("the credentials cannot be used: {0}")]
    Credentials(&'static str),
    /// A partner or source has the name. Choose another.
    #[error("there is a partner or source named {0} already; choose another name")]
    NameTaken(PartnerName),
    /// No such source. See `rempart follow list`.
    #[error("no source called {0}; `rempart follow list` shows them")]
    Unknown(PartnerName),
    /// Another process has moved it on. Nothing is lost; see `rempart follow list`.
    #[error("another process follows this source at this moment; nothing was lost")]
    Moved,
    /// See [`BankError`].
    #[error(transparent)]
    Bank(#[from] BankError),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A piece of the node's own work failed: a defect of ours. It is tried again.
    #[error("a piece of the node's own work failed")]
    BrokenOff(#[from] BrokenOff),
}

impl Transient for FollowError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Storage(error) => error.is_transient(),
            Self::Bank(error) => error.is_transient(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(kind: SourceKind, url: &str, credentials: &str) -> NewSource {
        NewSource {
            name: "source".parse().unwrap(),
            kind,
            url: url.to_owned(),
            credentials: Credentials::read(credentials).unwrap(),
            terms: Terms { class: kind.class(), tier: Tier::Reported, pass_on: false },
            every_seconds: kind.every_seconds(),
        }
    }

    #[test]
    fn credentials_are_lines_or_one_secret_and_are_never_shown() {
        let read = Credentials::read("user = hotline\n\n secret= a = b \n").unwrap();
        assert_eq!((read.user.as_str(), read.secret.as_str()), ("hotline", "a = b"));
        assert_eq!(Credentials::read("rp_1\n").unwrap().secret, "rp_1");
        assert_eq!(format!("{read:?}"), "Credentials(..)");
        for bad in ["a\nb", "pass = x", &"a".repeat(CREDENTIALS_BYTES_MAX + 1)] {
            assert!(Credentials::read(bad).is_err());
        }
    }

    #[test]
    fn each_system_needs_what_opens_it() {
        use SourceKind as Kind;
        let good = |kind, text| new(kind, "https://a.example", text).credentials.check(kind).is_ok();
        assert!(good(Kind::StopNcii, "secret = a\nsubscription = b") && !good(Kind::StopNcii, "a"));
        assert!(good(Kind::Ncmec, "user = a\nsecret = b") && !good(Kind::Ncmec, "a"));
        assert!(good(Kind::Tat, "user = a\nsecret = b") && !good(Kind::Tat, "user = a"));
        assert!(
            good(Kind::ThreatExchange, "secret = 1|b\ngroup = 7")
                && !good(Kind::ThreatExchange, "secret = a\ngroup = x")
        );
        assert!(good(Kind::Rempart, "rp_1") && !good(Kind::Rempart, "secret = é"));
    }

    #[test]
    fn an_address_that_would_show_the_credentials_is_refused() {
        for bad in
            ["a.example", "ftp://a.example", "https://a:b@a.example", "https://a.example/?k=1", "http://a.example"]
        {
            assert!(new(SourceKind::Rempart, bad, "rp_1").check().is_err(), "{bad}");
        }
        for good in ["https://a.example/v1", "http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"] {
            assert!(new(SourceKind::Rempart, good, "rp_1").check().is_ok(), "{good}");
        }
    }

    #[test]
    fn what_another_node_shows_is_never_passed_on_and_a_pause_has_bounds() {
        let mut source = new(SourceKind::Rempart, "https://a.example", "rp_1");
        source.every_seconds = NewSource::EVERY_SECONDS_MIN;
        assert!(source.check().is_ok());
        source.every_seconds = NewSource::EVERY_SECONDS_MIN - 1;
        assert!(matches!(source.check(), Err(FollowError::Every)));
        source.every_seconds = NewSource::EVERY_SECONDS_MAX;
        assert!(source.check().is_ok());
        source.every_seconds = NewSource::EVERY_SECONDS_MAX + 1;
        assert!(matches!(source.check(), Err(FollowError::Every)));
        source.every_seconds = 60;
        source.terms.pass_on = true;
        assert!(matches!(source.check(), Err(FollowError::SecondHand)));
    }
}
