//! What the operator set up, and the one-time link under which it is set up. Both lie as one JSON value in the portal's
//! row; a change is written only over what was read, so that two changes at once never lose one another.

use std::sync::{Arc, Mutex};

use exchange::Time;
use jiff::tz::TimeZone;
use rand::RngExt;
use sealing::RecipientSecret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::helplines::{self, By, LINES_OWN_MAX, Line, Role};
use super::key_file::{KeyFile, KeyFileError};
use super::{Intake, queries, zones};
use crate::access::Operator;
use crate::storage::{Database, Session, StorageError, Transact};

/// How long a link to the set-up opens, in seconds.
pub const LINK_SECONDS: i64 = 86_400;
/// What another process changed is in force here after at most this long, in seconds.
const CACHE_SECONDS: i64 = 2;
/// Letters of the site's name, at most.
pub const SITE_CHARACTERS_MAX: usize = 40;
/// Letters of an address to leave to, at most.
const ADDRESS_CHARACTERS_MAX: usize = 200;
/// Attempts to write a change while others write theirs.
const ATTEMPTS_MAX: u32 = 20;

/// What the operator chose. The defaults work at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Whether the portal answers at all.
    pub is_on: bool,
    /// What the site calls itself; says nothing of what it is for.
    pub site: InBoth,
    /// In which languages it answers.
    pub languages: Offered,
    /// Whose helplines are shown: ISO 3166-1, two capitals.
    pub country: String,
    /// Helplines that the operator wrote down: before those that are known of the country.
    pub lines: Vec<Line>,
    /// When somebody said that they called or looked up each of the lines as they stand.
    pub lines_checked_at: Option<Time>,
    /// In which zone pages tell the time, as the IANA database calls it; empty: the country's.
    pub time_zone: String,
    /// Where "leave now" goes.
    pub leave: InBoth,
    /// Whether a file itself may be sent, sealed, for children's cases.
    pub upload_minor: bool,
    /// The same for adults' cases.
    pub upload_adult: bool,
}

/// A text in each language.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InBoth {
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

impl InBoth {
    fn of(fr: &str, en: &str) -> Self {
        Self { fr: fr.to_owned(), en: en.to_owned() }
    }

    /// In the language of this code; English unless it is `fr`.
    pub fn in_language(&self, code: &str) -> &str {
        if code == "fr" { &self.fr } else { &self.en }
    }
}

/// Languages on offer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offered {
    /// French and English.
    Both,
    /// French alone.
    Fr,
    /// English alone.
    En,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            is_on: true,
            site: InBoth::of("Mon espace", "My space"),
            languages: Offered::Both,
            country: "FR".to_owned(),
            lines: Vec::new(),
            lines_checked_at: None,
            time_zone: String::new(),
            leave: InBoth::of("https://meteofrance.com/", "https://www.bbc.com/weather"),
            upload_minor: false,
            upload_adult: false,
        }
    }
}

/// A setting that cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SettingsError {
    /// The site's name is empty or too long. Shorten it.
    #[error("the site's name is 1 to {SITE_CHARACTERS_MAX} letters")]
    Site,
    /// No country has this code. Write two letters, such as FR.
    #[error("a country is two letters, such as FR")]
    Country,
    /// A line of one's own cannot be shown or called, or there are too many. Look at number and both names.
    #[error(
        "a helpline has a number, or an address without https://, and a name in both languages; at most {LINES_OWN_MAX}"
    )]
    Line,
    /// Nobody would answer: the country has no lines here. Write down one for danger and one for children.
    #[error(
        "no helplines are known of this country: write down one for danger and one for children, both to be called"
    )]
    NoLines,
    /// No zone has this name. Write one of the IANA database, such as Europe/Paris, or nothing.
    #[error("a time zone is a name such as Europe/Paris, or nothing for the country's")]
    TimeZone,
    /// Not an address that a browser opens safely. Write a whole address that begins with https://.
    #[error("where to leave to is a whole address that begins with https://")]
    Leave,
}

impl Settings {
    /// Whether the portal can work with it.
    pub fn check(&self) -> Result<(), SettingsError> {
        let is_name = |name: &String| {
            (1..=SITE_CHARACTERS_MAX).contains(&name.trim().chars().count()) && !name.chars().any(char::is_control)
        };
        // It becomes a header: what is not plain ASCII has no place there.
        let is_address = |address: &String| {
            address.len() <= ADDRESS_CHARACTERS_MAX
                && address.bytes().all(|byte| byte.is_ascii_graphic())
                && url::Url::parse(address).is_ok_and(|url| {
                    url.scheme() == "https"
                        && url.domain().is_some_and(|name| name.contains('.'))
                        && url.username().is_empty()
                        && url.password().is_none()
                })
        };
        if ![&self.site.fr, &self.site.en].into_iter().all(is_name) {
            return Err(SettingsError::Site);
        }
        if self.country.len() != 2 || !self.country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(SettingsError::Country);
        }
        if self.lines.len() > LINES_OWN_MAX || !self.lines.iter().all(Line::is_good) {
            return Err(SettingsError::Line);
        }
        let has = |role| self.lines.iter().any(|line| line.role == role && line.by == By::Call);
        let is_known = helplines::known(&self.country.to_ascii_lowercase()).is_some();
        if !(is_known || has(Role::Danger) && has(Role::Child)) {
            return Err(SettingsError::NoLines);
        }
        if zones::named(self.zone_name()).is_none() {
            return Err(SettingsError::TimeZone);
        }
        if ![&self.leave.fr, &self.leave.en].into_iter().all(is_address) {
            return Err(SettingsError::Leave);
        }
        Ok(())
    }

    /// Whether both show the same helplines.
    pub fn has_lines_of(&self, other: &Self) -> bool {
        (&self.country, &self.lines) == (&other.country, &other.lines)
    }

    /// What the zone in which pages tell the time is called.
    pub fn zone_name(&self) -> &str {
        if self.time_zone.is_empty() { zones::of_country(&self.country) } else { &self.time_zone }
    }

    /// The zone in which pages tell the time.
    pub(crate) fn zone(&self) -> TimeZone {
        zones::named(self.zone_name()).unwrap_or(TimeZone::UTC)
    }
}

/// All of the portal's row that is JSON.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Stored {
    settings: Settings,
    link: Option<Link>,
    /// When somebody typed words of the recovery sheet back.
    sheet_at: Option<Time>,
    /// When the set-up was last ended.
    set_up_at: Option<Time>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Link {
    /// SHA-256 of what stands in the link, in hex.
    digest: String,
    ends_at: Time,
}

/// What was last read, and when.
pub(super) type Cache = Arc<Mutex<Option<(Time, Arc<Stored>)>>>;

/// How far the set-up is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// How many keys new cases are sealed to; with none nobody can ever read them.
    pub recipients: usize,
    /// When somebody showed that the recovery sheet is in their hands.
    pub sheet_at: Option<Time>,
    /// When the set-up was last ended.
    pub set_up_at: Option<Time>,
    /// When somebody last said that the helplines are right.
    pub lines_checked_at: Option<Time>,
}

/// Why there is no recipient, or no knowing.
#[derive(Debug, thiserror::Error)]
pub enum RecipientError {
    /// See [`KeyFileError`].
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// See [`StorageError`].
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Intake {
    /// What the operator chose, at most two seconds old.
    pub async fn settings(&self) -> Result<Arc<Settings>, StorageError> {
        Ok(Arc::new(self.stored().await?.settings.clone()))
    }

    /// How far the set-up is, as of now.
    pub async fn progress(&self) -> Result<Progress, StorageError> {
        Self::progress_of(&self.database).await
    }

    /// The same of a node that is not open.
    pub async fn progress_of(database: &Database) -> Result<Progress, StorageError> {
        let mut on = database.read().await?;
        let stored = parsed(&queries::settings(&mut on).await?)?;
        let recipients = queries::recipients(&mut on).await?.len();
        let lines_checked_at = stored.settings.lines_checked_at;
        Ok(Progress { recipients, sheet_at: stored.sheet_at, set_up_at: stored.set_up_at, lines_checked_at })
    }

    /// Makes sure that somebody can read what people send: without any recipient, takes the key in the file, or makes one
    /// and keeps it there. Two nodes that start at the same moment may both add theirs; both then read everything.
    pub async fn ensure_recipient(&self, operator: &Operator, file: &KeyFile) -> Result<bool, RecipientError> {
        if !self.recipients().await?.is_empty() {
            return Ok(false);
        }
        let secret = match file.read()? {
            Some(secret) => secret,
            None => {
                let secret = RecipientSecret::generate(&mut self.entropy.rng());
                // On disk before anything is sealed to it.
                file.write(&secret)?;
                secret
            }
        };
        self.add_recipient(operator, &secret.public()).await?;
        Ok(true)
    }

    /// A new link to the set-up, good once and for a day; the one before opens nothing any more. Gives what stands in it.
    pub async fn new_link(&self, _: &Operator) -> Result<String, StorageError> {
        let token = exchange::hex::encode(&self.entropy.rng().random::<[u8; 32]>());
        let link = Link { digest: digest(&token), ends_at: self.clock.now().plus_seconds(LINK_SECONDS) };
        self.change(|stored| {
            stored.link = Some(link.clone());
            true
        })
        .await?;
        Ok(token)
    }

    /// Whether this stands in a link that is good.
    pub async fn is_link(&self, token: &str) -> Result<bool, StorageError> {
        Ok(self.opens(&self.read_stored().await?.1, token))
    }

    /// Keeps what was chosen under a link; false when the link is over.
    pub async fn choose(&self, token: &str, settings: &Settings) -> Result<bool, StorageError> {
        self.change(|stored| {
            let is_good = self.opens(stored, token);
            if is_good {
                stored.settings = settings.clone();
            }
            is_good
        })
        .await
    }

    /// Ends the set-up and its link; `has_sheet`: words of the recovery sheet were typed back. False when the link is over.
    pub async fn end_set_up(&self, token: &str, has_sheet: bool) -> Result<bool, StorageError> {
        let now = self.clock.now();
        self.change(|stored| {
            let is_good = self.opens(stored, token);
            if is_good {
                (stored.link, stored.set_up_at) = (None, Some(now));
                stored.sheet_at = if has_sheet { Some(now) } else { stored.sheet_at };
            }
            is_good
        })
        .await
    }

    /// Says that the recovery sheet is in the operator's hands.
    pub async fn keep_sheet(&self, _: &Operator) -> Result<(), StorageError> {
        let now = self.clock.now();
        self.change(|stored| {
            stored.sheet_at = Some(now);
            true
        })
        .await
        .map(drop)
    }

    fn opens(&self, stored: &Stored, token: &str) -> bool {
        stored.link.as_ref().is_some_and(|link| {
            bool::from(link.digest.as_bytes().ct_eq(digest(token).as_bytes())) && self.clock.now() < link.ends_at
        })
    }

    async fn stored(&self) -> Result<Arc<Stored>, StorageError> {
        let now = self.clock.now();
        let kept = self.settings.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if let Some((at, stored)) = kept
            && now < at.plus_seconds(CACHE_SECONDS)
        {
            return Ok(stored);
        }
        let stored = Arc::new(self.read_stored().await?.1);
        let mut kept = self.settings.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // What was changed while this was being read is newer than what was read.
        if kept.as_ref().is_none_or(|(at, _)| *at < now) {
            *kept = Some((now, stored.clone()));
        }
        Ok(stored)
    }

    fn keep(&self, at: Time, stored: Arc<Stored>) {
        *self.settings.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((at, stored));
    }

    async fn read_stored(&self) -> Result<(String, Stored), StorageError> {
        let text = queries::settings(&mut self.database.read().await?).await?;
        let stored = parsed(&text)?;
        Ok((text, stored))
    }

    /// Changes what is stored; `change` says whether there is anything to write, and may be asked again.
    async fn change(&self, change: impl Fn(&mut Stored) -> bool + Sync) -> Result<bool, StorageError> {
        for _ in 0..ATTEMPTS_MAX {
            let (before, mut stored) = self.read_stored().await?;
            if !change(&mut stored) {
                return Ok(false);
            }
            let after = serde_json::to_string(&stored).expect("settings are plain values with text keys");
            if self.database.run(&Write { before: &before, after: &after }).await? {
                self.keep(self.clock.now(), Arc::new(stored));
                return Ok(true);
            }
        }
        Err(StorageError::Damaged("the portal's row, which others keep changing"))
    }
}

fn parsed(text: &str) -> Result<Stored, StorageError> {
    if text.is_empty() {
        return Ok(Stored::default());
    }
    serde_json::from_str(text).map_err(|_| StorageError::Damaged("the portal's settings"))
}

fn digest(token: &str) -> String {
    exchange::hex::encode(&Sha256::digest(token))
}

struct Write<'a> {
    before: &'a str,
    after: &'a str,
}

impl Transact for Write<'_> {
    const NAME: &'static str = "portal_settings";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        queries::set_settings(on, self.before, self.after).await
    }
}

#[cfg(test)]
mod tests {
    use super::super::said::Said;
    use super::*;

    #[test]
    fn the_defaults_work_and_what_no_page_or_header_can_carry_is_refused() {
        let good = Settings::default();
        assert_eq!(good.check(), Ok(()));
        for name in ["", "   ", "a\nb", &"x".repeat(SITE_CHARACTERS_MAX + 1)] {
            let site = InBoth::of(name, "My space");
            assert_eq!(Settings { site, ..good.clone() }.check(), Err(SettingsError::Site), "{name:?}");
        }
        for country in ["", "F", "fr", "FRA", "1A"] {
            assert_eq!(Settings { country: country.into(), ..good.clone() }.check(), Err(SettingsError::Country));
        }
        assert_eq!(Settings { country: "ES".into(), ..good.clone() }.check(), Err(SettingsError::NoLines));
        let line = |role, by| Line {
            role,
            by,
            number: "112".into(),
            name: Said { en: "Emergency".into(), fr: "Urgences".into() },
            hours: None,
            free: false,
            anonymous: false,
        };
        let spain = |lines: Vec<Line>| Settings { country: "ES".into(), lines, ..good.clone() }.check();
        let both = vec![line(Role::Danger, By::Call), line(Role::Child, By::Call)];
        assert_eq!(spain(both.clone()), Ok(()));
        assert_eq!(spain(both[..1].to_vec()), Err(SettingsError::NoLines));
        assert_eq!(spain(vec![line(Role::Danger, By::Text), both[1].clone()]), Err(SettingsError::NoLines));
        assert_eq!(spain(vec![both[0].clone(); LINES_OWN_MAX + 1]), Err(SettingsError::Line));
        assert_eq!(Settings { lines: vec![both[0].clone(); LINES_OWN_MAX], ..good.clone() }.check(), Ok(()));
        for zone in ["Europe/Nowhere", "../../etc/passwd", "Paris"] {
            let settings = Settings { time_zone: zone.into(), ..good.clone() };
            assert_eq!(settings.check(), Err(SettingsError::TimeZone), "{zone}");
        }
        for (country, zone, expected) in [
            ("FR", "", "Europe/Paris"),
            ("BE", "", "Europe/Brussels"),
            ("FR", "Indian/Reunion", "Indian/Reunion"),
            ("EU", "", "UTC"),
        ] {
            let settings = Settings { country: country.into(), time_zone: zone.into(), ..good.clone() };
            assert_eq!((settings.check(), settings.zone_name()), (Ok(()), expected));
        }
        for address in [
            "",
            "http://example.org/",
            "javascript:alert(1)",
            "https://a@example.org/",
            "https://x/\r\nA: b",
            "https://localhost/",
            "https://127.0.0.1/",
            "//example.org",
        ] {
            let leave = InBoth::of("https://meteofrance.com/", address);
            assert_eq!(Settings { leave, ..good.clone() }.check(), Err(SettingsError::Leave), "{address:?}");
        }
    }

    #[test]
    fn settings_of_an_older_version_are_completed_with_defaults() {
        let stored: Stored = serde_json::from_str(r#"{"settings":{"country":"BE"}}"#).unwrap();
        assert_eq!(stored.settings, Settings { country: "BE".into(), ..Settings::default() });
    }
}
