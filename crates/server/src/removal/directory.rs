//! To whom notices go: the platforms of `web/data/platforms.toml`, and what this node's operator says of them instead.

mod queries;

use std::collections::BTreeMap;

use exchange::{PartnerId, Time};
use serde::{Deserialize, Serialize};
use url::Url;

use super::letters;
use super::notices::Channel;
use super::regimes::{Regime, regimes};
use crate::alerts::Address;
use crate::intake::links::{ChannelKind, Platform, platforms};
use crate::storage::{Session, StorageError};

pub use queries::SQL;

/// Key of the row that says who we are.
const OURSELVES: &str = "";
/// Key of whoever is not in the list: a notice then says its name and how to reach it, sealed.
pub const OTHER: &str = "other";
/// Characters of one field of a platform's settings, at most.
pub const FIELD_CHARACTERS_MAX: usize = 500;
/// Fields of a platform's own form, at most.
pub const FORM_FIELDS_MAX: usize = 30;
/// Countries whose platforms answer to the law of the Union wherever their seat is: it binds whoever offers there.
const UNION: &str = "EU";
const MEMBERS: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// A platform as notices are sent to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Its key.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Who answers for it.
    pub company: String,
    /// Seat, ISO 3166-1 alpha-2; empty when it is not known.
    pub country: String,
    /// Languages in which it takes a request.
    pub languages: Vec<String>,
    /// By which way.
    pub channel: Channel,
    /// Its address for mails.
    pub mail: Option<Address>,
    /// Its own form.
    pub form: Option<String>,
    /// What its form asks, in its order.
    pub form_fields: Vec<String>,
    /// The partner that it is.
    pub partner: Option<PartnerId>,
    /// What an analyst should know.
    pub note: String,
    jurisdictions: Vec<String>,
}

/// What an operator says of a platform instead of the list. What is empty says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlatformSettings {
    /// For a platform that is not in the list.
    pub name: String,
    /// By which way.
    pub channel: Option<Channel>,
    /// Address for mails.
    pub mail: String,
    /// Its own form.
    pub form: String,
    /// What its form asks.
    pub form_fields: Vec<String>,
    /// Codes of languages.
    pub languages: Vec<String>,
    /// Jurisdictions that it answers to.
    pub jurisdictions: Vec<String>,
    /// What an analyst should know.
    pub note: String,
}

/// Who we are, as notices say it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ourselves {
    /// The hotline.
    pub sender_name: String,
    /// Where it is written to.
    pub sender_email: String,
    /// Which coordinator made it a trusted flagger, and when; empty where it is none.
    pub flagger_status: String,
    /// The Digital Services Coordinator of this country.
    pub coordinator: String,
    /// Which police takes referrals.
    pub police: String,
}

/// Why settings are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// No platform has this key, and a new one needs `own_` and a name. Write one such as `own_forum`.
    #[error("a platform that is not in the list has a key that begins with own_, of a to z, 0 to 9 and _, and a name")]
    Key,
    /// The address for mails is none.
    #[error("the address for mails is none")]
    Mail,
    /// The form's address is no https address.
    #[error("the form's address begins with https://")]
    Form,
    /// A way needs what it goes to: mail an address, API a partner, form its address.
    #[error("this way needs what it goes to: mail an address, the API a partner, a form its address")]
    Way,
    /// A field is longer than [`FIELD_CHARACTERS_MAX`], or there are too many.
    #[error("a field has at most {FIELD_CHARACTERS_MAX} characters, and a form {FORM_FIELDS_MAX} fields")]
    TooLong,
    /// No partner has that name.
    #[error("no partner has that name")]
    Partner,
}

/// Every platform of this node, by key.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    own: BTreeMap<String, (PlatformSettings, Option<PartnerId>)>,
    /// Who we are.
    pub ourselves: Ourselves,
}

impl Recipient {
    fn of_list(platform: &Platform) -> Self {
        let form = platform.channels.iter().find(|channel| channel.kind == ChannelKind::Report);
        let form = form.or_else(|| platform.channels.first()).map(|channel| channel.url.clone());
        Self {
            key: platform.key.clone(),
            name: platform.name.clone(),
            company: platform.company.clone(),
            country: platform.country.clone(),
            languages: platform.languages.clone(),
            channel: Channel::Form,
            mail: None,
            form,
            form_fields: platform.form.clone(),
            partner: None,
            note: platform.note.clone(),
            jurisdictions: platform.jurisdictions.clone(),
        }
    }

    fn unlisted(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            name: String::new(),
            company: String::new(),
            country: String::new(),
            languages: vec!["en".to_owned()],
            channel: Channel::Form,
            mail: None,
            form: None,
            form_fields: vec![],
            partner: None,
            note: String::new(),
            jurisdictions: vec![],
        }
    }

    fn with(mut self, said: &PlatformSettings, partner: Option<PartnerId>) -> Self {
        let text = |said: &String, before: String| if said.is_empty() { before } else { said.clone() };
        let list = |said: &Vec<String>, before: Vec<String>| if said.is_empty() { before } else { said.clone() };
        self.name = text(&said.name, self.name);
        self.note = text(&said.note, self.note);
        self.form = if said.form.is_empty() { self.form } else { Some(said.form.clone()) };
        self.form_fields = list(&said.form_fields, self.form_fields);
        self.languages = list(&said.languages, self.languages);
        self.jurisdictions = list(&said.jurisdictions, self.jurisdictions);
        self.mail = said.mail.parse().ok();
        self.partner = partner;
        self.channel = said.channel.unwrap_or(self.channel);
        self
    }

    /// What law it answers to: that of its seat, and the Union's for whoever offers there.
    pub fn jurisdictions(&self) -> Vec<String> {
        if !self.jurisdictions.is_empty() {
            return self.jurisdictions.clone();
        }
        let mut places = vec![UNION.to_owned()];
        if !self.country.is_empty() {
            places.push(self.country.clone());
        }
        places
    }

    /// Whether its seat is in the Union, where a coordinator is in charge of it.
    pub fn is_in_union(&self) -> bool {
        MEMBERS.contains(&self.country.as_str())
    }

    /// In which of our languages it is written to.
    pub fn language(&self) -> &'static str {
        letters::language_for(&self.languages)
    }

    /// Regimes that bind it.
    pub fn regimes(&self) -> impl Iterator<Item = &'static Regime> {
        let places = self.jurisdictions();
        regimes().iter().filter(move |regime| regime.binds(&places))
    }
}

impl PlatformSettings {
    /// Whether they can be kept for this key.
    pub fn check(&self, key: &str, partner: Option<PartnerId>) -> Result<(), SettingsError> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let is_own = key.strip_prefix("own_").is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_plain));
        if platforms().get(key).is_none() && (!is_own || self.name.is_empty() || key.len() > 60) {
            return Err(SettingsError::Key);
        }
        let texts = [&self.name, &self.mail, &self.form, &self.note];
        let lists = [&self.form_fields, &self.languages, &self.jurisdictions];
        let is_long = |text: &String| text.chars().count() > FIELD_CHARACTERS_MAX;
        if texts.into_iter().any(is_long)
            || lists.iter().any(|list| list.len() > FORM_FIELDS_MAX || list.iter().any(is_long))
        {
            return Err(SettingsError::TooLong);
        }
        if !self.mail.is_empty() && self.mail.parse::<Address>().is_err() {
            return Err(SettingsError::Mail);
        }
        if !self.form.is_empty() && !Url::parse(&self.form).is_ok_and(|url| url.scheme() == "https") {
            return Err(SettingsError::Form);
        }
        match self.channel {
            Some(Channel::Mail) if self.mail.is_empty() => Err(SettingsError::Way),
            Some(Channel::Api) if partner.is_none() => Err(SettingsError::Way),
            _ => Ok(()),
        }
    }
}

impl Ourselves {
    /// Whether it can be kept.
    pub fn check(&self) -> Result<(), SettingsError> {
        let texts = [&self.sender_name, &self.sender_email, &self.flagger_status, &self.coordinator, &self.police];
        if texts.iter().any(|text| text.chars().count() > FIELD_CHARACTERS_MAX) {
            return Err(SettingsError::TooLong);
        }
        if !self.sender_email.is_empty() && self.sender_email.parse::<Address>().is_err() {
            return Err(SettingsError::Mail);
        }
        Ok(())
    }
}

impl Directory {
    pub(crate) async fn read(on: &mut Session) -> Result<Self, StorageError> {
        let mut directory = Self::default();
        for (key, partner, data) in queries::all(on).await? {
            if key == OURSELVES {
                directory.ourselves =
                    serde_json::from_str(&data).map_err(|_| StorageError::Damaged("who the hotline is"))?;
            } else {
                let said = serde_json::from_str(&data).map_err(|_| StorageError::Damaged("a platform's settings"))?;
                directory.own.insert(key, (said, partner));
            }
        }
        Ok(directory)
    }

    /// The platform with this key. [`OTHER`] is one without a name.
    pub fn get(&self, key: &str) -> Option<Recipient> {
        let listed = platforms().get(key).map(Recipient::of_list);
        match (listed, self.own.get(key)) {
            (Some(listed), Some((said, partner))) => Some(listed.with(said, *partner)),
            (Some(listed), None) => Some(listed),
            (None, Some((said, partner))) => Some(Recipient::unlisted(key).with(said, *partner)),
            (None, None) => (key == OTHER).then(|| Recipient::unlisted(OTHER)),
        }
    }

    /// What the operator said of a platform, and which partner it is.
    pub fn said(&self, key: &str) -> (PlatformSettings, Option<PartnerId>) {
        self.own.get(key).cloned().unwrap_or_default()
    }

    /// The name that pages say.
    pub fn name(&self, key: &str) -> String {
        self.get(key).map(|recipient| recipient.name).filter(|name| !name.is_empty()).unwrap_or_else(|| key.to_owned())
    }

    /// Every platform, by name.
    pub fn all(&self) -> Vec<Recipient> {
        let listed = platforms().all().iter().map(|platform| platform.key.as_str());
        let own = self.own.keys().map(String::as_str).filter(|key| platforms().get(key).is_none());
        let mut all: Vec<Recipient> = listed.chain(own).filter_map(|key| self.get(key)).collect();
        all.sort_by_key(|recipient| recipient.name.to_lowercase());
        all
    }

    /// The platform that a link leads to; [`OTHER`] where we know none.
    pub fn of_link(&self, url: &str) -> String {
        let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        platforms().of_host(&host).map_or_else(|| OTHER.to_owned(), |platform| platform.key.clone())
    }
}

pub(crate) async fn keep(
    on: &mut Session,
    key: &str,
    said: &PlatformSettings,
    partner: Option<PartnerId>,
    now: Time,
) -> Result<(), StorageError> {
    let data = serde_json::to_string(said).expect("plain values with text keys");
    queries::keep(on, key, partner, &data, now).await
}

pub(crate) async fn keep_ourselves(on: &mut Session, who: &Ourselves, now: Time) -> Result<(), StorageError> {
    let data = serde_json::to_string(who).expect("plain values with text keys");
    queries::keep(on, OURSELVES, None, &data, now).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(key: &str, said: PlatformSettings, partner: Option<PartnerId>) -> Directory {
        Directory { own: BTreeMap::from([(key.to_owned(), (said, partner))]), ..Directory::default() }
    }

    #[test]
    fn what_the_operator_says_goes_before_the_list_and_what_is_left_empty_does_not() {
        let said = PlatformSettings {
            channel: Some(Channel::Mail),
            mail: "notices@tiktok.example".to_owned(),
            languages: vec!["fr".to_owned()],
            ..PlatformSettings::default()
        };
        let listed = Directory::default().get("tiktok").unwrap();
        let ours = with("tiktok", said, None).get("tiktok").unwrap();
        assert_eq!((listed.channel, ours.channel), (Channel::Form, Channel::Mail));
        assert_eq!((ours.name.as_str(), ours.language()), ("TikTok", "fr"));
        assert_eq!(ours.form, listed.form);
        assert!(Directory::default().all().len() >= 40);
    }

    #[test]
    fn a_platform_outside_the_list_has_a_key_of_our_own() {
        let named = PlatformSettings { name: "A forum".to_owned(), ..PlatformSettings::default() };
        assert_eq!(named.check("own_forum", None), Ok(()));
        for key in ["forum", "own_", "own_Forum", "own_a b", ""] {
            assert_eq!(named.check(key, None), Err(SettingsError::Key), "{key}");
        }
        assert_eq!(PlatformSettings::default().check("own_forum", None), Err(SettingsError::Key));
        let directory = with("own_forum", named, None);
        assert_eq!(directory.name("own_forum"), "A forum");
        assert!(directory.all().iter().any(|recipient| recipient.key == "own_forum"));
    }

    #[test]
    fn a_way_needs_what_it_goes_to() {
        let by = |channel| PlatformSettings { channel: Some(channel), ..PlatformSettings::default() };
        let partner = Some(PartnerId::from_bytes([1; 16]));
        assert_eq!(by(Channel::Api).check("tiktok", None), Err(SettingsError::Way));
        assert_eq!(by(Channel::Api).check("tiktok", partner), Ok(()));
        assert_eq!(by(Channel::Mail).check("tiktok", partner), Err(SettingsError::Way));
        let wrong = PlatformSettings { mail: "nobody".to_owned(), ..by(Channel::Mail) };
        assert_eq!(wrong.check("tiktok", None), Err(SettingsError::Mail));
        let wrong = PlatformSettings { form: "http://tiktok.example/".to_owned(), ..PlatformSettings::default() };
        assert_eq!(wrong.check("tiktok", None), Err(SettingsError::Form));
    }

    #[test]
    fn fields_are_taken_at_their_longest_and_refused_past_it() {
        let note = |characters| PlatformSettings { note: "é".repeat(characters), ..PlatformSettings::default() };
        assert_eq!(note(FIELD_CHARACTERS_MAX).check("tiktok", None), Ok(()));
        assert_eq!(note(FIELD_CHARACTERS_MAX + 1).check("tiktok", None), Err(SettingsError::TooLong));
        let fields =
            |count| PlatformSettings { form_fields: vec!["a".to_owned(); count], ..PlatformSettings::default() };
        assert_eq!(fields(FORM_FIELDS_MAX).check("tiktok", None), Ok(()));
        assert_eq!(fields(FORM_FIELDS_MAX + 1).check("tiktok", None), Err(SettingsError::TooLong));
    }

    #[test]
    fn a_platform_answers_to_the_law_of_its_seat_and_to_the_unions() {
        let of = |key: &str| {
            let recipient = Directory::default().get(key).unwrap();
            recipient.regimes().map(|regime| regime.key.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of("tiktok"), ["dsa_16", "dsa_22", "lcen", "plain"]);
        assert_eq!(of("snapchat"), ["dsa_16", "dsa_22", "lcen", "take_it_down", "plain"]);
    }

    #[test]
    fn a_link_leads_to_its_platform_or_to_other() {
        let directory = Directory::default();
        assert_eq!(directory.of_link("https://www.tiktok.com/@a/video/1"), "tiktok");
        assert_eq!(directory.of_link("https://small.example.org/1"), OTHER);
    }
}
