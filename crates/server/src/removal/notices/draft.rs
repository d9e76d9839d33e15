//! From a case's links to a notice that a second person approved: what is filled in, what is wanted, what is sealed.

use std::collections::BTreeMap;

use exchange::{Class, NoticeId, Time};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::log::{self, Head};
use super::model::{Channel, Event, Standing, State, to_the_hour};
use super::outbox::Purpose;
use super::queries::{self, Stored};
use super::{By, NoticeError, outbox};
use crate::intake::links;
use crate::removal::Removal;
use crate::removal::directory::{Directory, OTHER, Recipient};
use crate::removal::letters::{self, Letter, Said};
use crate::removal::look::Seen;
use crate::removal::regimes::{Field, Regime, regime};
use crate::storage::{Session, Transact};

/// Addresses that one notice names, at most.
pub const URLS_PER_NOTICE_MAX: usize = 50;
/// Characters of one field of a notice, at most.
pub const VALUE_CHARACTERS_MAX: usize = 4_000;
/// Looks that are kept with a notice, at most: the last ones.
const LOOKS_MAX: usize = 12;

/// What a notice is made of.
#[derive(Clone, Debug)]
pub struct NewNotice {
    /// Key of the platform.
    pub platform: String,
    /// Key of the regime.
    pub regime: String,
    /// The legal class.
    pub class: Class,
    /// In which language; `None`: the platform's.
    pub language: Option<String>,
    /// The addresses.
    pub urls: Vec<String>,
    /// What is said beside them.
    pub values: BTreeMap<Field, String>,
    /// Whether it is of the crisis that is on.
    pub in_crisis: bool,
}

/// What is sealed of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The addresses.
    pub urls: Vec<String>,
    /// What is said beside them.
    pub values: BTreeMap<Field, String>,
    /// Code of the language.
    pub language: String,
    /// What the platform is called.
    pub name: String,
    /// The text as it is approved and sent.
    pub letter: Letter,
    /// Who drafted it.
    drafted_by: String,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    approved_by: Option<String>,
    /// What the other process saw, by time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looks: Vec<(Time, Vec<Seen>)>,
}

impl Content {
    /// SHA-256 of the text: what is approved and stamped.
    pub fn digest(&self) -> [u8; 32] {
        let Letter { subject, body } = &self.letter;
        Sha256::digest(format!("{subject}\n\n{body}")).into()
    }

    /// Whether this is who drafted it.
    pub fn is_drafted_by(&self, by: By) -> bool {
        self.drafted_by == by.sealed()
    }

    /// Keeps what was seen.
    pub(super) fn saw(&mut self, at: Time, seen: Vec<Seen>) {
        self.looks.push((at, seen));
        let over = self.looks.len().saturating_sub(LOOKS_MAX);
        self.looks.drain(..over);
    }

    /// What the regime wants and this does not say.
    pub fn missing(&self, regime: &Regime, class: Class) -> Vec<Field> {
        let says = |field: Field| match field {
            Field::Urls => !self.urls.is_empty(),
            field => self.values.get(&field).is_some_and(|value| !value.trim().is_empty()),
        };
        regime.required(class).filter(|field| !says(*field)).collect()
    }
}

impl Removal {
    /// An id for a notice that a case is to name before it is drafted.
    pub(crate) fn new_id(&self) -> NoticeId {
        NoticeId::random(&mut self.entropy.rng())
    }

    /// Drafts a notice inside another room's transaction.
    pub(crate) async fn draft_in(
        &self,
        on: &mut Session,
        by: By,
        id: NoticeId,
        new: &NewNotice,
    ) -> Result<(), NoticeError> {
        let directory = Directory::read(on).await?;
        let (recipient, regime) = checked(&directory, new)?;
        let now = self.clock.now();
        let crisis = if new.in_crisis { super::super::crisis::in_force(on, now).await? } else { None };
        let content = content(&directory, &recipient, regime, id, by, new)?;
        let standing = Standing::draft(
            id,
            recipient.key.clone(),
            regime.key.clone(),
            new.class,
            recipient.channel,
            u32::try_from(content.urls.len()).unwrap_or(u32::MAX),
            recipient.partner.filter(|_| recipient.channel == Channel::Api),
            crisis,
            to_the_hour(now),
        );
        queries::insert(on, &standing, &self.seal(id, &content)).await?;
        Ok(log::begin(on, &standing).await?)
    }

    /// The same by itself, under an id of its own.
    pub async fn draft(&self, by: By, new: &NewNotice) -> Result<NoticeId, NoticeError> {
        let id = self.new_id();
        self.database.run(&Draft { room: self, by, id, new }).await.map(|()| id)
    }

    /// Changes a draft: the text is written anew, and whoever changes it is who drafted it.
    pub async fn redraft(&self, by: By, id: NoticeId, new: &NewNotice) -> Result<(), NoticeError> {
        self.database.run(&Redraft { room: self, by, id, new }).await
    }

    /// Approves a draft: its text is fixed, its digest goes into the log, and it is on its way unless a person sends it.
    pub async fn approve(&self, by: By, id: NoticeId) -> Result<(), NoticeError> {
        self.database.run(&Approve { room: self, by, id }).await?;
        self.wake.notify_one();
        Ok(())
    }

    pub(super) fn seal(&self, id: NoticeId, content: &Content) -> Vec<u8> {
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(content).expect("plain values with text keys"));
        self.key.seal(&place(id), &plain, &mut self.entropy.rng())
    }

    pub(super) fn open(&self, notice: &Stored) -> Result<Content, NoticeError> {
        let sealed = notice.sealed.as_ref().ok_or(NoticeError::Forgotten)?;
        let damaged = || NoticeError::Storage(crate::storage::StorageError::Damaged("what is sealed of a notice"));
        let plain = self.key.open(&place(notice.standing.id), sealed).map_err(|_| damaged())?;
        serde_json::from_slice(&zeroize::Zeroizing::new(plain)).map_err(|_| damaged())
    }

    /// Whether mails can leave.
    pub(super) const fn has_mail(&self) -> bool {
        self.mail.is_some()
    }
}

fn place(id: NoticeId) -> Vec<u8> {
    [b"notice".as_slice(), id.as_bytes()].concat()
}

fn checked(directory: &Directory, new: &NewNotice) -> Result<(Recipient, &'static Regime), NoticeError> {
    let recipient = directory.get(&new.platform).ok_or_else(|| NoticeError::UnknownPlatform(new.platform.clone()))?;
    let wrong = || NoticeError::WrongRegime(new.regime.clone());
    let regime = regime(&new.regime).ok_or_else(wrong)?;
    // Of whom we know nothing, the person who drafts knows the law.
    let binds = recipient.key == OTHER || regime.binds(&recipient.jurisdictions());
    if !regime.covers(new.class) || !binds {
        return Err(wrong());
    }
    if let Some((field, _)) = new.values.iter().find(|(_, value)| value.chars().count() > VALUE_CHARACTERS_MAX) {
        return Err(NoticeError::TooLong(*field));
    }
    Ok((recipient, regime))
}

fn content(
    directory: &Directory,
    recipient: &Recipient,
    regime: &Regime,
    id: NoticeId,
    by: By,
    new: &NewNotice,
) -> Result<Content, NoticeError> {
    let mut urls: Vec<String> = Vec::with_capacity(new.urls.len());
    for url in &new.urls {
        let link = links::clean(url.trim()).map_err(|_| NoticeError::Urls)?;
        if !urls.contains(&link.url) {
            urls.push(link.url);
        }
    }
    if urls.is_empty() || urls.len() > URLS_PER_NOTICE_MAX {
        return Err(NoticeError::Urls);
    }
    let mut values = new.values.clone();
    let us = &directory.ourselves;
    for (field, value) in [
        (Field::SenderName, &us.sender_name),
        (Field::SenderEmail, &us.sender_email),
        (Field::FlaggerStatus, &us.flagger_status),
    ] {
        let is_wanted = regime.required(new.class).any(|wanted| wanted == field);
        if is_wanted && !value.is_empty() {
            values.entry(field).or_insert_with(|| value.clone());
        }
    }
    let language = new.language.clone().unwrap_or_else(|| recipient.language().to_owned());
    let reference = id.to_string();
    let name = if recipient.name.is_empty() { host(&urls[0]) } else { recipient.name.clone() };
    let said = Said { reference: &reference, platform: &name, class: new.class, urls: &urls, values: &values };
    let letter = letters::notice(&language, regime, &said);
    Ok(Content { urls, values, language, name, letter, drafted_by: by.sealed(), approved_by: None, looks: vec![] })
}

fn host(url: &str) -> String {
    url.split('/').nth(2).unwrap_or_default().to_owned()
}

struct Draft<'a> {
    room: &'a Removal,
    by: By,
    id: NoticeId,
    new: &'a NewNotice,
}

impl Transact for Draft<'_> {
    const NAME: &'static str = "notice_draft";
    type Output = ();
    type Error = NoticeError;

    async fn run(&self, on: &mut Session) -> Result<(), NoticeError> {
        self.room.draft_in(on, self.by, self.id, self.new).await
    }
}

struct Redraft<'a> {
    room: &'a Removal,
    by: By,
    id: NoticeId,
    new: &'a NewNotice,
}

impl Transact for Redraft<'_> {
    const NAME: &'static str = "notice_redraft";
    type Output = ();
    type Error = NoticeError;

    async fn run(&self, on: &mut Session) -> Result<(), NoticeError> {
        let _head = Head::lock(on).await?;
        let notice = queries::one(on, self.id).await?.ok_or(NoticeError::Unknown(self.id))?;
        let standing = &notice.standing;
        // A draft stays with its platform, regime and class: these are in clear, and another one is another draft.
        let new = NewNotice {
            platform: standing.platform.clone(),
            regime: standing.regime.clone(),
            class: standing.class,
            ..self.new.clone()
        };
        let directory = Directory::read(on).await?;
        let (recipient, regime) = checked(&directory, &new)?;
        let content = content(&directory, &recipient, regime, self.id, self.by, &new)?;
        let urls = u32::try_from(content.urls.len()).unwrap_or(u32::MAX);
        if queries::redraft(on, self.id, &self.room.seal(self.id, &content), urls).await? {
            Ok(())
        } else {
            Err(super::NotNow(standing.state).into())
        }
    }
}

struct Approve<'a> {
    room: &'a Removal,
    by: By,
    id: NoticeId,
}

impl Transact for Approve<'_> {
    const NAME: &'static str = "notice_approve";
    type Output = ();
    type Error = NoticeError;

    async fn run(&self, on: &mut Session) -> Result<(), NoticeError> {
        let mut head = Head::lock(on).await?;
        let mut notice = queries::one(on, self.id).await?.ok_or(NoticeError::Unknown(self.id))?;
        if notice.standing.state != State::Draft {
            return Err(super::NotNow(notice.standing.state).into());
        }
        let mut content = self.room.open(&notice)?;
        if content.is_drafted_by(self.by) {
            return Err(NoticeError::SamePerson);
        }
        let law =
            regime(&notice.standing.regime).ok_or_else(|| NoticeError::WrongRegime(notice.standing.regime.clone()))?;
        let missing = content.missing(law, notice.standing.class);
        if !missing.is_empty() {
            return Err(NoticeError::Missing(missing));
        }
        let directory = Directory::read(on).await?;
        let mail = directory.get(&notice.standing.platform).and_then(|recipient| recipient.mail);
        if notice.standing.channel == Channel::Mail && (mail.is_none() || !self.room.has_mail()) {
            return Err(NoticeError::NoWay);
        }
        content.approved_by = Some(self.by.sealed());
        let digest = content.digest();
        notice.digest = Some(digest);
        queries::reseal(on, self.id, &self.room.seal(self.id, &content), Some(&digest)).await?;
        let now = self.room.clock.now();
        head.step::<NoticeError>(on, &mut notice, Event::Approved, now).await?;
        if notice.standing.channel != Channel::Form {
            let is_urgent = notice.standing.crisis.is_some();
            outbox::put(on, self.id.as_bytes(), Purpose::Notice, is_urgent, now).await?;
        }
        super::super::recorded(on, self.by, super::super::acts::APPROVED, self.id, now).await?;
        Ok(())
    }
}
