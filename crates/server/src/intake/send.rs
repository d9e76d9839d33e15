//! From a draft to a case.

use exchange::{CaseId, Class, EntryId, Status, Tier, Time};
use rand::RngExt;
use sealing::{CaseKey, Lexicon, Receipt, ReceiptKeys, Recipient};

use super::model::{Author, Consent, Draft, Held, Item, Mark, OpenCase, Situation, Step, WaitsFor, What};
use super::queries::{self, NewCase};
use super::uploads::{self, UploadId};
use super::{Intake, IntakeError, case};
use crate::alerts::Address;
use crate::bank::{self, Audience, BankError};
use crate::casework;
use crate::storage::{Session, Transact};

/// How often the claims of a case are made when they are let go at the same moment.
const TRIES_MAX: u32 = 3;

impl Intake {
    /// A new draft.
    pub fn begin(&self, language: &str, situation: Situation) -> Draft {
        Draft::new(language, situation, self.entropy.rng().random())
    }

    /// The six words of a draft, made when they are first shown, in its language; with them a claim for each mark.
    pub fn words_of(&self, draft: &mut Draft) -> Result<Receipt, IntakeError> {
        let mut rng = self.entropy.rng();
        draft.claims.resize_with(draft.marks.len(), || rng.random());
        if let Some(words) = &draft.receipt {
            return Receipt::parse(words).map_err(|_| IntakeError::Incomplete(Step::Receipt));
        }
        let lexicon = if draft.language == "fr" { Lexicon::Fr } else { Lexicon::En };
        let receipt = Receipt::generate(lexicon, &mut rng);
        draft.receipt = Some(receipt.as_str().to_owned());
        Ok(receipt)
    }

    /// Turns a draft into a case: the fingerprints go to the bank, if that was allowed, and everything is sealed. Sent
    /// again, it is the same case.
    pub async fn send(&self, draft: &Draft) -> Result<OpenCase, IntakeError> {
        let steps = draft.situation.steps();
        let missing = |step| if steps.contains(&step) { Err(IntakeError::Incomplete(step)) } else { Ok(()) };
        if draft.age.is_none() {
            missing(Step::Age)?;
        }
        if draft.stand.is_none() {
            missing(Step::Stand)?;
        }
        let Some(consent) = draft.consent_given().cloned() else { return Err(IntakeError::Incomplete(Step::Consent)) };
        let words = draft.receipt.as_deref().ok_or(IntakeError::Incomplete(Step::Receipt))?;
        let receipt = Receipt::parse(words).map_err(|_| IntakeError::Incomplete(Step::Receipt))?;
        if draft.claims.len() != draft.marks.len() {
            return Err(IntakeError::Incomplete(Step::Receipt));
        }

        let (keys, now) = (self.keys_of(&receipt).await?, self.clock.now());
        let id = CaseId::from_bytes(*keys.lookup());
        let mut tries = 0;
        loop {
            // A case that was there, or is over, claims nothing again.
            if let Some(row) = queries::case(&mut self.database.read().await?, id).await? {
                if row.ended.is_some() {
                    return Err(IntakeError::Over);
                }
                let sealed = queries::key_for_words(&mut self.database.read().await?, id).await?;
                let key = keys.open(&sealed.ok_or(IntakeError::Over)?).map_err(|_| IntakeError::Sealed)?;
                return Ok(OpenCase { id, key });
            }
            tries += 1;
            match self.begin_case(draft, &consent, &keys, id, now).await {
                Ok(Some(case)) => return Ok(case),
                // Somebody else who sends the same was quicker: it is read now.
                Ok(None) => {}
                // The claims of an attempt long ago were let go just now: they are made again.
                Err(IntakeError::Bank(BankError::NoClaim)) if tries < TRIES_MAX => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Hands the fingerprints to the bank, then writes the case that holds them. `None` when the case is there already.
    async fn begin_case(
        &self,
        draft: &Draft,
        consent: &Consent,
        keys: &ReceiptKeys,
        id: CaseId,
        now: Time,
    ) -> Result<Option<OpenCase>, IntakeError> {
        let class = draft.class();
        if !draft.uploads.is_empty() && self.sealed_to(class, draft.situation).await?.is_empty() {
            // The operator takes no such file any more; the page says so.
            return Err(IntakeError::Incomplete(Step::Message));
        }
        let held = if consent.shares() {
            self.share(class, &draft.marks, &draft.claims, consent.audience()).await?
        } else {
            vec![None; draft.marks.len()]
        };

        let mut items = vec![What::Opened {
            situation: draft.situation,
            age: draft.age.unwrap_or(super::Age::Unknown),
            stand: draft.stand,
            language: draft.language.clone(),
        }];
        items.extend(draft.marks.iter().zip(held).map(|(mark, held)| picture(mark, held)));
        items.extend(draft.links.iter().map(|url| What::Link { url: url.clone() }));
        if !draft.message.is_empty() {
            items.push(What::Message { by: Author::Person, text: draft.message.clone() });
        }
        items.extend(draft.uploads.iter().cloned().map(What::Upload));
        items.push(What::Consent(consent.clone()));

        let key = CaseKey::generate(&mut self.entropy.rng());
        let work = Begin {
            intake: self,
            id,
            class,
            urgency: draft.urgency(),
            sealed_key: keys.seal(&key, &mut self.entropy.rng()),
            key: &key,
            items: items.into_iter().map(|what| Item { at: now, what }).collect(),
            alert: draft.alert.as_ref(),
            uploads: draft.uploads.iter().map(|upload| upload.id).collect(),
            now,
        };
        if self.database.run(&work).await? {
            // What a person is not counted in counts nowhere, not even as one more.
            if consent.count {
                metrics::counter!("rempart_cases_total", "class" => class.name()).increment(1);
            }
            return Ok(Some(OpenCase { id, key }));
        }
        Ok(None)
    }

    /// Hands marks to the bank, each under its claim; gives what each became.
    pub(super) async fn share(
        &self,
        class: Class,
        marks: &[Mark],
        claims: &[[u8; 16]],
        audience: Audience<'_>,
    ) -> Result<Vec<Option<Held>>, IntakeError> {
        if marks.is_empty() {
            return Ok(Vec::new());
        }
        let contributions: Vec<_> = marks.iter().map(|mark| mark.contribution(class)).collect();
        let claimed = self.bank.contribute_claimed_to(&self.portal, &contributions, claims, audience, None).await?;
        let standing = self.bank.standing_of(&self.portal, &claimed.entries).await?;
        let held = |(entry, claim): (&EntryId, &[u8; 16])| {
            let stands = standing.get(entry);
            Some(Held {
                entry: *entry,
                claim: *claim,
                seq: claimed.seq,
                tier: stands.map_or(Tier::Reported, |stands| stands.tier),
                disputed: stands.is_some_and(|stands| stands.status == Status::Disputed),
            })
        };
        Ok(claimed.entries.iter().zip(claims).map(held).collect())
    }
}

/// The item of one file.
pub(super) fn picture(mark: &Mark, held: Option<Held>) -> What {
    let kept = held.is_none().then(|| mark.clone());
    What::Picture { mark: kept, held, perceptual: mark.is_perceptual() }
}

struct Begin<'a> {
    intake: &'a Intake,
    id: CaseId,
    class: Class,
    urgency: u8,
    sealed_key: Vec<u8>,
    key: &'a CaseKey,
    items: Vec<Item>,
    alert: Option<&'a Address>,
    uploads: Vec<UploadId>,
    now: Time,
}

impl Transact for Begin<'_> {
    const NAME: &'static str = "case_begin";
    /// False when the case is there already.
    type Output = bool;
    type Error = IntakeError;

    async fn run(&self, on: &mut Session) -> Result<bool, IntakeError> {
        let (at, ends_at) = self.intake.retention.hour_and_end(self.now);
        let new = NewCase {
            id: self.id,
            class: self.class,
            urgency: self.urgency,
            waits_for: WaitsFor::Hotline,
            sealed_key: &self.sealed_key,
            at,
            ends_at,
        };
        if !queries::insert_case(on, &new).await? {
            return Ok(false);
        }
        if matches!(self.items.first().map(|item| &item.what), Some(What::Opened { situation: Situation::Appeal, .. }))
        {
            casework::note_appeal(on, self.id, self.class, at).await?;
        } else {
            casework::note_case(on, self.id, self.class, self.urgency, at).await?;
        }
        bank::confirm(on, &case::claims_in(&self.items)).await?;
        let mut rng = self.intake.entropy.rng();
        for recipient in queries::recipients(on).await? {
            let sealed = Recipient::seal(&recipient, self.id.as_bytes(), self.key.as_bytes(), &mut rng);
            queries::insert_key(on, self.id, &recipient, &sealed).await?;
        }
        for (item, position) in self.items.iter().zip(1..) {
            let sealed = case::seal(self.key, self.id, position, item, &mut rng);
            queries::insert_item(on, self.id, position, &sealed).await?;
        }
        if let Some(to) = self.alert {
            let key = Some(self.intake.alerts.set(on, to, ends_at).await?);
            let position = self.items.len() as i64 + 1;
            let item = Item { at: self.now, what: What::Alert { key } };
            let sealed = case::seal(self.key, self.id, position, &item, &mut rng);
            queries::insert_item(on, self.id, position, &sealed).await?;
        }
        uploads::send(on, &self.uploads, self.intake.retention.file_end(self.now)).await?;
        Ok(true)
    }
}
