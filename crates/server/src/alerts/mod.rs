//! One neutral mail when the hotline has written: where to, sealed apart from the case; mails that wait; sending them.
//!
//! See docs/design/0012-the-alert.md. This room knows no case: it is handed an [`AlertKey`], which lies in a sealed item
//! there, and keeps an address that opens with that and the node key together.

mod address;
mod letter;
mod post;
mod queries;
mod smtp;

use std::fmt;
use std::sync::Arc;

use exchange::Time;
use rand::RngExt;
use sealing::{AlertSecret, NodeKey};
use serde::{Deserialize, Serialize};

use crate::clock::{Clock, Entropy};
use crate::http::locale::Language;
use crate::storage::{Database, Session, StorageError};

pub use address::{ADDRESS_BYTES_MAX, Address, AddressError};
pub use post::{Posted, Standing};
pub use queries::SQL;
pub(crate) use smtp::Delivered;
pub use smtp::{ProbeError, SmtpServer, SmtpUrlError};

/// Between two mails of one alert, in seconds.
pub const MAIL_EVERY_SECONDS: i64 = DAY_SECONDS;
/// Of the longest delay, how much the shortest is: one part in so many.
const DELAY_PARTS: u64 = 12;
const DAY_SECONDS: i64 = 86_400;
/// Rows of `alerts` end together at the end of a stretch of so many days, so that none can be told by its end.
const STRETCH_DAYS: i64 = 31;
/// What is sealed for the outbox is filled up to this, so that all rows have one length.
const WAITING_BYTES: usize = 256;

/// How mails leave.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The server that takes them.
    pub server: SmtpServer,
    /// Whom they come from; the name beside it is the site's.
    pub from: Address,
    /// The site's bare address, where a mail may say it.
    pub site: Option<SiteAddress>,
}

impl MailSettings {
    /// Where a mail says the site's address, it leads to the portal, which lies behind this prefix.
    pub(crate) fn for_portal_at(self, prefix: &str) -> Self {
        let site = self.site.map(|site| SiteAddress(site.0 + prefix));
        Self { site, ..self }
    }
}

/// A site's bare address: `https://` and a name, nothing behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SiteAddress(String);

/// Not a bare address. Write `https://` and the site's name, without a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the site's address is https:// and its name, with nothing behind it")]
pub struct SiteAddressError;

impl std::str::FromStr for SiteAddress {
    type Err = SiteAddressError;

    fn from_str(text: &str) -> Result<Self, SiteAddressError> {
        let url = url::Url::parse(text.trim()).map_err(|_| SiteAddressError)?;
        let is_bare = url.scheme() == "https"
            && url.domain().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        if is_bare { Ok(Self(url.as_str().trim_end_matches('/').to_owned())) } else { Err(SiteAddressError) }
    }
}

/// What opens an alert together with the node key. Lies in a sealed item of the case and nowhere else. `Debug` does not show
/// it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AlertKey {
    id: [u8; 16],
    secret: [u8; 32],
}

impl From<AlertKey> for String {
    /// Always of one length, so that the item that holds it is too.
    fn from(key: AlertKey) -> Self {
        exchange::hex::encode(&[&key.id[..], &key.secret].concat())
    }
}

impl TryFrom<String> for AlertKey {
    type Error = StorageError;

    fn try_from(text: String) -> Result<Self, StorageError> {
        let damaged = StorageError::Damaged("the key of an alert");
        let Some(bytes) = exchange::hex::decode::<48>(&text) else { return Err(damaged) };
        let (Some(id), Some(secret)) = (bytes.first_chunk(), bytes.last_chunk()) else { return Err(damaged) };
        Ok(Self { id: *id, secret: *secret })
    }
}

impl fmt::Debug for AlertKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AlertKey(..)")
    }
}

/// What is sealed in a row of `alerts`.
#[derive(Serialize, Deserialize)]
struct Set {
    to: Address,
    /// When a mail was last put, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mailed_at: Option<Time>,
}

/// What is sealed in a row of `alert_mails`.
#[derive(Serialize, Deserialize)]
struct Waiting {
    to: Address,
    /// `fr` or `en`.
    language: String,
}

/// The room. Cheap to clone.
#[derive(Clone)]
pub struct Alerts {
    database: Database,
    key: Arc<NodeKey>,
    clock: Clock,
    entropy: Entropy,
    mail: Option<Arc<MailSettings>>,
    delay_seconds_max: u64,
}

impl Alerts {
    /// Over the node's database. Without `mail` no alert is offered, and what waits goes on waiting.
    pub fn new(
        database: Database,
        key: Arc<NodeKey>,
        clock: Clock,
        entropy: Entropy,
        mail: Option<MailSettings>,
        delay_seconds_max: u64,
    ) -> Self {
        Self { database, key, clock, entropy, mail: mail.map(Arc::new), delay_seconds_max }
    }

    /// Whether an alert can be left: the operator said how mail leaves.
    pub const fn is_offered(&self) -> bool {
        self.mail.is_some()
    }

    /// Whether a mail says the site's address.
    pub fn says_address(&self) -> bool {
        self.mail.as_ref().is_some_and(|mail| mail.site.is_some())
    }

    /// Keeps an address for a case that ends at `case_ends_at`; gives what opens it.
    pub(crate) async fn set(
        &self,
        on: &mut Session,
        to: &Address,
        case_ends_at: Time,
    ) -> Result<AlertKey, StorageError> {
        let mut rng = self.entropy.rng();
        let key = AlertKey { id: rng.random(), secret: rng.random() };
        let sealed = self.seal(&key, &Set { to: to.clone(), mailed_at: None });
        queries::insert_alert(on, &key.id, &sealed, stretch_end(case_ends_at)).await?;
        Ok(key)
    }

    /// Forgets an address and whatever waits to be sent there. Again is the same as once.
    pub(crate) async fn forget(&self, on: &mut Session, key: &AlertKey) -> Result<(), StorageError> {
        queries::delete_alert(on, &key.id).await?;
        queries::delete_mail(on, &self.mail_id(key)).await
    }

    /// Keeps an address as long as its case, which now ends at `case_ends_at`.
    pub(crate) async fn extend(
        &self,
        on: &mut Session,
        key: &AlertKey,
        case_ends_at: Time,
    ) -> Result<(), StorageError> {
        queries::extend_alert(on, &key.id, stretch_end(case_ends_at)).await
    }

    /// Puts one mail, unless one waits or the last one is younger than [`MAIL_EVERY_SECONDS`]. Whether it was put.
    pub(crate) async fn tell(&self, on: &mut Session, key: &AlertKey, language: &str) -> Result<bool, StorageError> {
        self.tell_of(on, key, language, self.clock.now()).await
    }

    /// The same for something that came in at `came_at`, unless the last mail was put since.
    pub(crate) async fn tell_of(
        &self,
        on: &mut Session,
        key: &AlertKey,
        language: &str,
        came_at: Time,
    ) -> Result<bool, StorageError> {
        let now = self.clock.now();
        let Some(sealed) = queries::alert(on, &key.id).await? else { return Ok(false) };
        let set = self.open(key, &sealed)?;
        if set.mailed_at.is_some_and(|at| now < at.plus_seconds(MAIL_EVERY_SECONDS) || came_at <= at) {
            return Ok(false);
        }
        let waiting = Waiting { to: set.to.clone(), language: language.to_owned() };
        let mut plain = zeroize::Zeroizing::new(json(&waiting));
        // Spaces behind it mean nothing to JSON.
        let length = plain.len().max(WAITING_BYTES);
        plain.resize(length, b' ');
        let id = self.mail_id(key);
        let mut rng = self.entropy.rng();
        let sealed = self.key.seal(&outbox_place(&id), &plain, &mut rng);
        let most = self.delay_seconds_max;
        let delay = rng.random_range(most / DELAY_PARTS..=most);
        let due_at = now.plus_seconds(i64::try_from(delay).unwrap_or(DAY_SECONDS));
        if !queries::insert_mail(on, &id, &sealed, due_at).await? {
            return Ok(false);
        }
        let sealed = self.seal(key, &Set { mailed_at: Some(now), ..set });
        queries::reseal_alert(on, &key.id, &sealed).await?;
        Ok(true)
    }

    /// Whether the last mail of an alert could not be delivered.
    pub(crate) async fn has_failed(&self, on: &mut Session, key: &AlertKey) -> Result<bool, StorageError> {
        queries::is_given_up(on, &self.mail_id(key)).await
    }

    fn seal(&self, key: &AlertKey, set: &Set) -> Vec<u8> {
        let plain = zeroize::Zeroizing::new(json(set));
        AlertSecret::from_bytes(key.secret).seal(&self.key, &key.id, &plain, &mut self.entropy.rng())
    }

    fn open(&self, key: &AlertKey, sealed: &[u8]) -> Result<Set, StorageError> {
        let damaged = StorageError::Damaged("an alert");
        let Ok(plain) = AlertSecret::from_bytes(key.secret).open(&self.key, &key.id, sealed) else {
            return Err(damaged);
        };
        serde_json::from_slice(&plain).map_err(|_| damaged)
    }

    /// The id of the one mail that may wait for an alert. Nobody without the alert's secret finds it.
    fn mail_id(&self, key: &AlertKey) -> [u8; 16] {
        let digest = self.key.digest(&[b"alert mail", &key.id, &key.secret]);
        *digest.first_chunk().expect("a digest has 32 bytes")
    }
}

fn outbox_place(id: &[u8; 16]) -> Vec<u8> {
    [b"alert mail".as_slice(), id].concat()
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain values with text keys")
}

/// The end of the stretch that a case's end is in.
fn stretch_end(case_ends_at: Time) -> Time {
    let stretch = STRETCH_DAYS * DAY_SECONDS * 1_000_000;
    Time::from_micros((case_ends_at.as_micros() / stretch + 1) * stretch)
}

/// The language of a letter.
fn language(code: &str) -> Language {
    Language::from_code(code).unwrap_or(Language::En)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sites_address_is_bare_or_refused() {
        let read = |text: &str| text.parse::<SiteAddress>().map(|site| site.0);
        assert_eq!(read("https://space.example/").unwrap(), "https://space.example");
        let mail = MailSettings {
            server: SmtpServer::parse("smtp://127.0.0.1:9", None).unwrap(),
            from: "no-reply@space.example".parse().unwrap(),
            site: Some("https://space.example/".parse().unwrap()),
        };
        let said = |prefix| mail.clone().for_portal_at(prefix).site.unwrap().0;
        assert_eq!(
            (said("").as_str(), said("/my/space").as_str()),
            ("https://space.example", "https://space.example/my/space")
        );
        for wrong in [
            "",
            "space.example",
            "http://space.example",
            "https://space.example/c",
            "https://space.example/?c=1",
            "https://space.example/#c",
            "https://a@space.example",
            "https://192.0.2.1",
        ] {
            assert_eq!(read(wrong), Err(SiteAddressError), "{wrong}");
        }
    }

    #[test]
    fn every_case_of_a_stretch_ends_its_alert_at_one_moment_and_never_too_early() {
        let day = |day: i64| Time::from_micros(day * DAY_SECONDS * 1_000_000);
        let ends: Vec<Time> = (20_460..20_491).map(|at| stretch_end(day(at))).collect();
        assert!(ends.iter().all(|end| *end == day(20_491)), "{ends:?}");
        assert_eq!(stretch_end(day(20_491)), day(20_522));
        let last = Time::from_micros(day(20_491).as_micros() - 1);
        assert!(stretch_end(last) > last);
    }
}
