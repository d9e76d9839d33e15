//! What a person told us, as values: the draft, the items of a case, the answers of the questions.

use exchange::{CaseId, Class, EntryId, Fingerprint, Kind, NoticeId, PDQ_QUALITY_MIN, PartnerId, Tier, Time, View};
use sealing::CaseKey;
use serde::{Deserialize, Serialize};

use super::uploads::{Upload, Uploading};
use crate::access::Work;
use crate::alerts::{Address, AlertKey};
use crate::bank::Audience;

/// Files of one case, at most.
pub const FILES_PER_CASE_MAX: usize = 50;
/// Characters of one message, at most.
pub const MESSAGE_CHARACTERS_MAX: usize = 8_000;
/// Items of one case, at most: nobody fills the disk with one receipt.
pub(super) const ITEMS_PER_CASE_MAX: i64 = 1_000;

macro_rules! answers {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $form:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Every answer, in the order of the page.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As a form sends it.
            pub const fn form(self) -> &'static str {
                match self { $(Self::$variant => $form),+ }
            }

            /// From a form.
            pub fn from_form(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|answer| answer.form() == text)
            }
        }
    };
}

answers! {
    /// What brings the person here.
    Situation {
        /// A picture of them goes around, or may.
        Mine = "mine",
        /// They are threatened with one.
        Threat = "threat",
        /// They are harassed.
        Harassed = "harassed",
        /// They saw a picture of somebody else.
        Witness = "witness",
        /// They help somebody.
        Helper = "helper",
        /// They say that content of theirs is stopped wrongly. Not on the landing page: see `/p/6`.
        Appeal = "appeal",
    }
}

answers! {
    /// How old the person in the picture is: a band, never a date.
    Age {
        /// Under 13.
        Under13 = "u13",
        /// 13 or 14.
        From13 = "13",
        /// 15 to 17.
        From15 = "15",
        /// Adult now, not yet in the picture.
        WasMinor = "was",
        /// Adult.
        Adult = "18",
        /// They do not know, or do not say.
        Unknown = "unknown",
    }
}

answers! {
    /// Where it stands.
    Stand {
        /// Nowhere yet.
        Offline = "offline",
        /// Somebody threatens to share it.
        Threat = "threat",
        /// Online, and they have links.
        Links = "links",
        /// Online, without links.
        NoLinks = "nolinks",
        /// In private messages.
        Private = "private",
        /// They do not know.
        Unknown = "unknown",
    }
}

impl Age {
    /// The legal class. Who does not know is protected as a child.
    pub const fn class(self) -> Class {
        match self {
            Self::Adult => Class::Adult,
            Self::Under13 | Self::From13 | Self::From15 | Self::WasMinor | Self::Unknown => Class::Minor,
        }
    }

    /// Whether French says « vous » to whoever is this old.
    pub const fn is_adult(self) -> bool {
        matches!(self, Self::Adult | Self::WasMinor)
    }
}

/// One question of the draft; its number is in the path, `/s/<number>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Step {
    /// How old.
    Age = 1,
    /// Where it stands.
    Stand = 2,
    /// Pictures.
    Pictures = 3,
    /// Links.
    Links = 4,
    /// A message.
    Message = 5,
    /// What we may do.
    Consent = 6,
    /// The six words.
    Receipt = 7,
}

impl Situation {
    /// Whether French says « vous » whatever the age.
    pub const fn is_said_vous(self) -> bool {
        matches!(self, Self::Helper | Self::Appeal)
    }

    /// What is let us do without being asked: an appeal shares nothing, now or later.
    fn consent(self) -> Option<Consent> {
        let nothing = Consent { share: Some(false), later: false, notices: Some(false), ..Consent::default() };
        (self == Self::Appeal).then_some(nothing)
    }

    /// The questions asked, in order. Nobody is asked for a picture of somebody else.
    pub const fn steps(self) -> &'static [Step] {
        match self {
            Self::Mine | Self::Threat | Self::Helper => {
                &[Step::Age, Step::Stand, Step::Pictures, Step::Links, Step::Message, Step::Consent, Step::Receipt]
            }
            Self::Appeal => &[Step::Pictures, Step::Message, Step::Receipt],
            Self::Harassed | Self::Witness => &[Step::Age, Step::Links, Step::Message, Step::Consent, Step::Receipt],
        }
    }
}

impl Step {
    /// The page's path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Age => "/s/1",
            Self::Stand => "/s/2",
            Self::Pictures => "/s/3",
            Self::Links => "/s/4",
            Self::Message => "/s/5",
            Self::Consent => "/s/6",
            Self::Receipt => "/s/7",
        }
    }
}

/// What a device computed of one file: fingerprints, and nothing of the file itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The PDQ hash where there is one, and digests of the file.
    pub fingerprints: Vec<Fingerprint>,
    /// Views of the picture.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<View>,
    /// PDQ's quality, 0..=100; `None` for what is no picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
}

/// Why what a page sent is no list of marks. Nothing was kept of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarksError {
    /// Not what our own page sends. Load the page anew.
    #[error("the list of codes cannot be read")]
    Unreadable,
    /// Too many files. Take some away.
    #[error("a case has at most {FILES_PER_CASE_MAX} files, not {0}")]
    TooMany(usize),
    /// A mark cannot stand in a bank. Take that picture away.
    #[error("code {0} cannot be kept")]
    Refused(usize),
}

impl Mark {
    /// Reads what the page of pictures sends: a JSON list. Marks that repeat an earlier one are folded.
    pub fn read_all(json: &str) -> Result<Vec<Self>, MarksError> {
        let mut marks: Vec<Self> = serde_json::from_str(json).map_err(|_| MarksError::Unreadable)?;
        if marks.len() > FILES_PER_CASE_MAX {
            return Err(MarksError::TooMany(marks.len()));
        }
        for (position, mark) in marks.iter_mut().enumerate() {
            mark.keep_what_recognises();
            mark.contribution(Class::Minor).check().map_err(|_| MarksError::Refused(position))?;
        }
        let mut folded: Vec<Self> = Vec::with_capacity(marks.len());
        for mark in marks {
            if !folded.contains(&mark) {
                folded.push(mark);
            }
        }
        Ok(folded)
    }

    /// As the bank takes it; nobody has looked at it.
    pub fn contribution(&self, class: Class) -> exchange::Contribution {
        let (fingerprints, views) = (self.fingerprints.clone(), self.views.clone());
        exchange::Contribution { class, tier: exchange::Tier::Reported, fingerprints, views }
    }

    /// Whether similar copies are found too, not only this very file.
    pub fn is_perceptual(&self) -> bool {
        self.fingerprints.iter().any(|fingerprint| fingerprint.kind() == Kind::Pdq)
    }

    /// A picture too plain to recognise is matched by its exact digests alone.
    fn keep_what_recognises(&mut self) {
        if self.quality.is_some_and(|quality| quality < PDQ_QUALITY_MIN) {
            self.fingerprints.retain(|fingerprint| fingerprint.kind() != Kind::Pdq);
        }
        if !self.is_perceptual() {
            self.views.clear();
        }
    }
}

/// What a person lets us do, box by box.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Consent {
    /// Share fingerprints with platforms; `None` while there was no picture to ask about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<bool>,
    /// Also with platforms that join later. Those who were asked before there was the question were told so.
    #[serde(default = "yes")]
    pub later: bool,
    /// But not with these, where it is also for those that join later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<PartnerId>,
    /// With these alone, where it is not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<PartnerId>,
    /// Ask platforms to take links down; `None` while there was no link to ask about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notices: Option<bool>,
    /// Tell the police.
    pub police: bool,
    /// Count the case in statistics.
    pub count: bool,
}

const fn yes() -> bool {
    true
}

impl Consent {
    /// Whether fingerprints may be shared. Who was not asked has not said yes.
    pub fn shares(&self) -> bool {
        self.share == Some(true)
    }

    /// Whether platforms may be asked to take links down.
    pub fn notifies(&self) -> bool {
        self.notices == Some(true)
    }

    /// Who is to see what is shared.
    pub fn audience(&self) -> Audience<'_> {
        if self.later { Audience::AllBut(&self.without) } else { Audience::Only(&self.only) }
    }

    /// Whether a platform is among them.
    pub fn reaches(&self, platform: &PartnerId) -> bool {
        if self.later { !self.without.contains(platform) } else { self.only.contains(platform) }
    }
}

/// What a person has answered so far.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Draft {
    /// `fr` or `en`.
    pub language: String,
    /// What brings them here.
    pub situation: Situation,
    /// How old; `None` until answered.
    pub age: Option<Age>,
    /// Where it stands; `None` until answered.
    pub stand: Option<Stand>,
    /// What the device computed.
    pub marks: Vec<Mark>,
    /// Where it is online, normalised.
    pub links: Vec<String>,
    /// What they wrote.
    pub message: String,
    /// Files that arrived sealed.
    #[serde(default)]
    pub uploads: Vec<Upload>,
    /// A file whose parts are arriving.
    #[serde(default)]
    pub uploading: Option<Uploading>,
    /// What we may do; `None` until answered.
    pub consent: Option<Consent>,
    /// The six words, once shown.
    pub receipt: Option<String>,
    /// Makes sending the case twice the same as once.
    pub once: [u8; 16],
    /// A claim for each mark, made when the words are shown.
    pub claims: Vec<[u8; 16]>,
    /// What is asked before the case is taken, if the node is loaded.
    #[serde(default)]
    pub work: Option<Work>,
    /// Where a neutral mail goes when we have written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<Address>,
}

impl Draft {
    /// Nothing answered but the first question.
    pub fn new(language: &str, situation: Situation, once: [u8; 16]) -> Self {
        Self {
            language: language.to_owned(),
            situation,
            age: None,
            stand: None,
            marks: Vec::new(),
            links: Vec::new(),
            message: String::new(),
            uploads: Vec::new(),
            uploading: None,
            consent: situation.consent(),
            receipt: None,
            once,
            claims: Vec::new(),
            work: None,
            alert: None,
        }
    }

    /// Protected as a child unless they said adult.
    pub fn class(&self) -> Class {
        self.age.unwrap_or(Age::Unknown).class()
    }

    /// What is ticked on the page of consent: what was said there before; and where nothing was, because it did not
    /// matter yet, what the person came for and nothing more.
    pub fn consent_offered(&self) -> Consent {
        let said = self.consent.clone().unwrap_or_default();
        let has_pictures = !self.marks.is_empty();
        Consent {
            share: said.share.or_else(|| has_pictures.then_some(true)),
            later: if said.share.is_none() { has_pictures } else { said.later },
            notices: said.notices.or_else(|| (!self.links.is_empty()).then_some(true)),
            ..said
        }
    }

    /// What was allowed, once all that matters was asked: not while pictures or links came after the page of consent.
    pub fn consent_given(&self) -> Option<&Consent> {
        let is_asked = |matters: bool, said: Option<bool>| !matters || said.is_some();
        self.consent.as_ref().filter(|said| {
            is_asked(!self.marks.is_empty(), said.share) && is_asked(!self.links.is_empty(), said.notices)
        })
    }

    /// What a puzzle of this draft is about.
    pub const fn challenge(&self) -> &[u8; 16] {
        &self.once
    }

    /// 0..=3: how soon the hotline should look. In clear beside the case, so that a queue needs no key.
    pub const fn urgency(&self) -> u8 {
        let threat = matches!(self.situation, Situation::Threat) || matches!(self.stand, Some(Stand::Threat));
        let online = matches!(self.stand, Some(Stand::Links | Stand::NoLinks));
        match (threat, online) {
            (true, _) => 3,
            (false, true) => 2,
            (false, false) => 1,
        }
    }
}

/// Who wrote a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The person whose case it is.
    Person,
    /// The hotline.
    Hotline,
}

/// One thing in a case, sealed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Item {
    /// When it came.
    pub at: Time,
    /// What it is.
    #[serde(flatten)]
    pub what: What,
}

/// What a picture became in the bank.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Held {
    /// The entry.
    pub entry: EntryId,
    /// This case's claim on it.
    pub claim: [u8; 16],
    /// The bank's number when it was claimed: whoever is there has it. The entry's own last number would also move when
    /// somebody else reports the same picture, which is nobody's business.
    pub seq: u64,
    /// How many analysts had looked then: the person is told only of what came after.
    #[serde(default = "reported")]
    pub tier: Tier,
    /// Whether somebody contested it already then.
    #[serde(default)]
    pub disputed: bool,
}

const fn reported() -> Tier {
    Tier::Reported
}

/// What an item is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// The case's first item.
    Opened {
        /// What brought the person.
        situation: Situation,
        /// How old.
        age: Age,
        /// Where it stood.
        stand: Option<Stand>,
        /// `fr` or `en`.
        language: String,
    },
    /// A picture or video.
    Picture {
        /// What the device computed; kept while it is not shared, so that it can be shared later.
        mark: Option<Mark>,
        /// What it became in the bank.
        held: Option<Held>,
        /// Whether similar copies are found too.
        perceptual: bool,
    },
    /// A link.
    Link {
        /// Normalised.
        url: String,
    },
    /// A message.
    Message {
        /// From whom.
        by: Author,
        /// As written.
        text: String,
    },
    /// A file that only the hotline opens.
    Upload(Upload),
    /// What we may do from here on.
    Consent(Consent),
    /// The item at this position counts no more: its owner took it back.
    Withdrawn {
        /// Which.
        position: i64,
        /// The bank's number of that: whoever is there has forgotten it.
        seq: Option<u64>,
    },
    /// Whether a neutral mail goes out when we have written, from here on.
    Alert {
        /// What opens where to; `None`: taken back.
        key: Option<AlertKey>,
    },
    /// The file at this position was looked at and destroyed: nothing is left of it.
    Checked {
        /// Which.
        position: i64,
    },
    /// The item at this position stands again further on, in another state.
    Replaced {
        /// Which.
        position: i64,
    },
    /// Single platforms get to see what was shared before this, or no longer do.
    Audience {
        /// The bank's number of that: whoever is there has heard of it.
        seq: u64,
        /// Who is shown it from here on.
        shown: Vec<PartnerId>,
        /// From whom it is hidden from here on.
        hidden: Vec<PartnerId>,
    },
    /// A platform is asked to take something down: room `removal` knows how that stands, and not whose it is.
    Notice {
        /// Which.
        notice: NoticeId,
        /// Positions of the links that it is about.
        links: Vec<i64>,
    },
}

/// A case that somebody opened with its words, or the hotline with its key.
#[derive(Clone, Debug)]
pub struct OpenCase {
    /// Which.
    pub id: CaseId,
    /// What its items are sealed with.
    pub key: CaseKey,
}

/// How a case stands, in clear.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CaseRow {
    /// Which.
    pub id: CaseId,
    /// Its legal class.
    pub class: Class,
    /// 0..=3.
    pub urgency: u8,
    /// Who writes next.
    pub waits_for: WaitsFor,
    /// To the hour.
    pub created_at: Time,
    /// To the hour.
    pub active_at: Time,
    /// When it is deleted, unless somebody does something before.
    pub ends_at: Time,
    /// Whether and how it ended.
    pub ended: Option<Ended>,
}

/// Who is to write next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitsFor {
    /// Nobody.
    Nobody,
    /// The hotline.
    Hotline,
    /// The person.
    Person,
}

/// How a case ended. Nothing but that is left of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// Its owner deleted it.
    Deleted,
    /// Nobody touched it for long.
    Expired,
}

impl WaitsFor {
    /// As stored.
    pub const fn code(self) -> i64 {
        match self {
            Self::Nobody => 0,
            Self::Hotline => 1,
            Self::Person => 2,
        }
    }

    /// From what is stored.
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            0 => Some(Self::Nobody),
            1 => Some(Self::Hotline),
            2 => Some(Self::Person),
            _ => None,
        }
    }
}

impl Ended {
    /// As stored; 0 is open.
    pub const fn code(self) -> i64 {
        match self {
            Self::Deleted => 1,
            Self::Expired => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(quality: u8, hash: &str) -> String {
        format!(
            r#"{{"fingerprints":[{{"kind":"pdq","value":"{hash}","quality":{quality}}},
               {{"kind":"sha256","value":"{}"}}],"views":[{{"view":1,"value":"{hash}"}}],"quality":{quality}}}"#,
            "ab".repeat(32)
        )
    }

    fn hash() -> String {
        "a5".repeat(32)
    }

    #[test]
    fn a_plain_picture_is_kept_by_its_exact_digest_alone() {
        let marks = Mark::read_all(&format!("[{}]", mark(49, &hash()))).unwrap();
        assert!(!marks[0].is_perceptual() && marks[0].views.is_empty());
        assert_eq!(marks[0].fingerprints.len(), 1);
        let marks = Mark::read_all(&format!("[{}]", mark(50, &hash()))).unwrap();
        assert!(marks[0].is_perceptual() && marks[0].views.len() == 1);
    }

    #[test]
    fn the_same_file_twice_is_one_and_more_than_fifty_are_refused() {
        let one = mark(80, &hash());
        assert_eq!(Mark::read_all(&format!("[{one},{one}]")).unwrap().len(), 1);
        let many = vec![one; FILES_PER_CASE_MAX + 1].join(",");
        assert_eq!(Mark::read_all(&format!("[{many}]")), Err(MarksError::TooMany(FILES_PER_CASE_MAX + 1)));
    }

    #[test]
    fn what_our_page_would_not_send_is_refused_whole() {
        for text in ["", "{}", "[1]", r#"[{"fingerprints":[]}]"#, r#"[{"fingerprints":[],"name":"beach.jpg"}]"#] {
            assert!(Mark::read_all(text).is_err(), "{text}");
        }
    }

    #[test]
    fn who_does_not_say_how_old_is_protected_as_a_child() {
        assert_eq!(Draft::new("fr", Situation::Mine, [0; 16]).class(), Class::Minor);
        assert_eq!(Age::Unknown.class(), Class::Minor);
        assert_eq!(Age::WasMinor.class(), Class::Minor);
        assert_eq!(Age::Adult.class(), Class::Adult);
    }

    #[test]
    fn an_appeal_shares_nothing_whatever_it_brings() {
        let mut draft = Draft::new("fr", Situation::Appeal, [0; 16]);
        draft.marks = Mark::read_all(&format!("[{}]", mark(90, &hash()))).unwrap();
        draft.links.push("https://example.org/1".to_owned());
        let given = draft.consent_given().unwrap();
        assert!(!given.shares() && !given.notifies() && !given.later);
    }

    #[test]
    fn nothing_is_ticked_that_the_person_did_not_come_for() {
        let mut draft = Draft::new("fr", Situation::Mine, [0; 16]);
        assert_eq!(draft.consent_offered(), Consent::default());
        draft.links.push("https://example.org/1".to_owned());
        assert_eq!(draft.consent_offered(), Consent { notices: Some(true), ..Consent::default() });
        draft.marks = Mark::read_all(&format!("[{}]", mark(90, &hash()))).unwrap();
        let offered = Consent { share: Some(true), later: true, notices: Some(true), ..Consent::default() };
        assert_eq!(draft.consent_offered(), offered);
        draft.marks.clear();
        draft.consent = Some(Consent { notices: Some(false), police: true, ..Consent::default() });
        assert_eq!(draft.consent_offered(), draft.consent.clone().unwrap(), "what was said stands");
    }

    #[test]
    fn a_consent_from_before_the_question_reaches_those_that_join_later_as_its_page_said() {
        let kept = r#"{"share":true,"without":["00000000-0000-7000-8000-000000000001"],"notices":false,"police":false,"count":false}"#;
        let consent: Consent = serde_json::from_str(kept).unwrap();
        assert!(consent.later && !consent.reaches(&consent.without[0]));
        assert!(consent.reaches(&PartnerId::from_bytes([9; 16])));
        let named = Consent { later: false, only: vec![PartnerId::from_bytes([9; 16])], ..consent };
        assert!(named.reaches(&PartnerId::from_bytes([9; 16])) && !named.reaches(&PartnerId::from_bytes([8; 16])));
    }

    #[test]
    fn what_came_after_the_page_of_consent_is_asked_about_there() {
        let mut draft = Draft::new("fr", Situation::Mine, [0; 16]);
        assert_eq!(draft.consent_given(), None);
        draft.consent = Some(Consent::default());
        assert!(draft.consent_given().is_some(), "there is nothing more to ask about");
        draft.marks = Mark::read_all(&format!("[{}]", mark(90, &hash()))).unwrap();
        assert_eq!(draft.consent_given(), None);
        assert_eq!((draft.consent_offered().share, draft.consent_offered().later), (Some(true), true));
        draft.consent = Some(Consent { share: Some(false), ..Consent::default() });
        assert!(draft.consent_given().is_some_and(|said| !said.shares()));
        draft.links.push("https://example.org/1".to_owned());
        assert_eq!(draft.consent_given(), None);
    }

    #[test]
    fn what_was_said_before_questions_could_be_left_open_is_still_read() {
        let said: Consent =
            serde_json::from_str(r#"{"share":true,"notices":false,"police":false,"count":true}"#).unwrap();
        let same = Consent { share: Some(true), later: true, notices: Some(false), count: true, ..Consent::default() };
        assert_eq!(said, same);
        let open: Consent = serde_json::from_str(&serde_json::to_string(&Consent::default()).unwrap()).unwrap();
        assert_eq!((open.share, open.notices), (None, None));
    }
}
