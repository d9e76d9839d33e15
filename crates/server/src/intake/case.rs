//! A case that is open: what is in it, what can be added, withdrawn, deleted.

use std::collections::HashMap;

use exchange::{CaseId, EntryId, OutcomeKind, PartnerId, RemoveReason, Scope, Status, Tier, Time};
use rand::{Rng, RngExt};
use sealing::CaseKey;

use super::model::{
    Age, Author, CaseRow, Consent, Ended, Held, ITEMS_PER_CASE_MAX, Item, Mark, OpenCase, Situation, Stand, WaitsFor,
    What,
};
use super::uploads::{self, Upload, UploadId};
use super::{ENDED_DAYS, Intake, IntakeError, queries, send};
use crate::alerts::{Address, AlertKey, Alerts};
use crate::bank::{self, BankError};
use crate::partners::PartnerView;
use crate::storage::{Session, Transact};

/// The same message again within so long is the same one, sent twice.
const TWICE_MICROS: u64 = 600_000_000;

/// A case as its page shows it.
#[derive(Clone, Debug)]
pub struct CaseView {
    /// How it stands in clear.
    pub row: CaseRow,
    /// What brought the person.
    pub situation: Situation,
    /// How old the person in the picture is.
    pub age: Age,
    /// Where it stood when the case was sent; `None` where that is not asked.
    pub stand: Option<Stand>,
    /// Whether French says « vous ».
    pub is_adult: bool,
    /// `fr` or `en`.
    pub language: String,
    /// When it was sent.
    pub opened_at: Time,
    /// Pictures and videos, in the order of coming.
    pub pictures: Vec<PictureView>,
    /// Links, in the order of coming.
    pub links: Vec<LinkView>,
    /// Sealed files, in the order of coming.
    pub uploads: Vec<UploadView>,
    /// Messages, in the order of coming.
    pub messages: Vec<MessageView>,
    /// What we may do, as last said.
    pub consent: Consent,
    /// Whether a neutral mail goes out when we have written; where to, nobody is shown.
    pub alert: AlertView,
}

/// How the alert of a case stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AlertView {
    /// There is none.
    None,
    /// There is one.
    Set,
    /// There is one, and the last mail could not be delivered.
    Failed,
}

impl CaseView {
    /// Links that were not taken back.
    pub fn standing_links(&self) -> impl Iterator<Item = &str> {
        self.links.iter().filter(|link| link.withdrawn_at.is_none()).map(|link| link.url.as_str())
    }

    /// How many pictures were not taken back.
    pub fn standing_pictures(&self) -> usize {
        self.pictures.iter().filter(|picture| !matches!(picture.state, PictureState::Withdrawn { .. })).count()
    }
}

/// One picture or video.
#[derive(Clone, Debug)]
pub struct PictureView {
    /// Its place in the case, to name it in a form.
    pub position: i64,
    /// When it came.
    pub at: Time,
    /// Whether similar copies are found too.
    pub perceptual: bool,
    /// How it stands.
    pub state: PictureState,
}

/// How a picture stands.
#[derive(Clone, Debug)]
pub enum PictureState {
    /// Its fingerprint is with us alone.
    Kept,
    /// Its fingerprint is in the bank.
    Shared {
        /// How many analysts looked.
        tier: Tier,
        /// Whether somebody contests it.
        disputed: bool,
        /// Where it stands with each platform.
        platforms: Vec<PlatformView>,
    },
    /// The hotline took its fingerprint out of the bank.
    Refused,
    /// Taken back.
    Withdrawn {
        /// When.
        at: Time,
        /// Platforms that do not know yet.
        platforms: Vec<PlatformView>,
    },
}

/// One platform.
#[derive(Clone, Debug)]
pub struct PlatformView {
    /// Its name.
    pub name: String,
    /// Whether it has confirmed the state of this picture.
    pub has_it: bool,
    /// What it told us, newest first, and when.
    pub outcomes: Vec<(OutcomeKind, u32, Time)>,
}

impl PlatformView {
    /// How many of these have confirmed it.
    pub fn having(platforms: &[Self]) -> usize {
        platforms.iter().filter(|platform| platform.has_it).count()
    }
}

/// One link.
#[derive(Clone, Debug)]
pub struct LinkView {
    /// Its place in the case.
    pub position: i64,
    /// When it came.
    pub at: Time,
    /// Where.
    pub url: String,
    /// Since when it counts no more.
    pub withdrawn_at: Option<Time>,
}

/// One file that came sealed.
#[derive(Clone, Debug)]
pub struct UploadView {
    /// Its place in the case.
    pub position: i64,
    /// When it came.
    pub at: Time,
    /// Where its parts lie and the keys to it; `None` once taken back, when nothing is left of it.
    pub upload: Option<Upload>,
}

/// One message.
#[derive(Clone, Debug)]
pub struct MessageView {
    /// When.
    pub at: Time,
    /// From whom.
    pub by: Author,
    /// As written.
    pub text: String,
}

/// Seals an item for its place.
pub(super) fn seal(key: &CaseKey, case: CaseId, position: i64, item: &Item, rng: &mut impl Rng) -> Vec<u8> {
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(item).expect("items are plain values with text keys"));
    key.seal(&place(case, position), &plain, rng)
}

fn place(case: CaseId, position: i64) -> Vec<u8> {
    [&case.as_bytes()[..], &position.to_be_bytes()].concat()
}

impl Intake {
    /// What is in a case, with what the bank and the partners say of it now.
    pub async fn view(&self, case: &OpenCase) -> Result<CaseView, IntakeError> {
        let (row, items) = self.items(case).await?;
        let followers = self.followers(&row).await?;
        let held: Vec<EntryId> = items.iter().filter_map(|(_, item)| held_of(item)).map(|held| held.entry).collect();
        let standing = self.bank.standing_of(&self.portal, &held).await?;
        let outcomes = self.removal.outcomes_of(&held).await?;
        let alert = match alert_of(&items) {
            None => AlertView::None,
            Some(key) if self.alerts.has_failed(&mut self.database.read().await?, key).await? => AlertView::Failed,
            Some(_) => AlertView::Set,
        };
        let Some(What::Opened { situation, age, stand, language }) = items.first().map(|(_, item)| item.what.clone())
        else {
            return Err(IntakeError::Sealed);
        };
        let mut view = CaseView {
            row,
            situation,
            age,
            stand,
            is_adult: age.is_adult() || situation == Situation::Helper,
            language,
            opened_at: items[0].1.at,
            pictures: vec![],
            links: vec![],
            uploads: vec![],
            messages: vec![],
            consent: consent_of(&items),
            alert,
        };
        let withdrawn: HashMap<i64, (Time, Option<u64>)> = items
            .iter()
            .filter_map(|(_, item)| match item.what {
                What::Withdrawn { position, seq } => Some((position, (item.at, seq))),
                _ => None,
            })
            .collect();
        let replaced: Vec<i64> = items
            .iter()
            .filter_map(|(_, item)| if let What::Replaced { position } = item.what { Some(position) } else { None })
            .collect();
        for (position, Item { at, what }) in items.into_iter().filter(|(position, _)| !replaced.contains(position)) {
            match what {
                What::Picture { held, perceptual, .. } => {
                    let platforms = |seq: u64, entry: EntryId| -> Vec<PlatformView> {
                        let told = |name: &str| {
                            let all = outcomes.get(&entry).map_or(&[][..], Vec::as_slice);
                            // What was done before this person came tells that somebody else had reported the picture.
                            let of = all.iter().filter(|outcome| outcome.partner == name && outcome.at >= at);
                            of.map(|outcome| (outcome.kind, outcome.count, outcome.at)).collect()
                        };
                        followers
                            .iter()
                            .filter(|follower| view.consent.reaches(&follower.id))
                            .map(|follower| PlatformView {
                                name: follower.name.clone(),
                                has_it: follower.cursor >= seq,
                                outcomes: told(&follower.name),
                            })
                            .collect()
                    };
                    let state = match (withdrawn.get(&position), held) {
                        (Some((at, seq)), held) => PictureState::Withdrawn {
                            at: *at,
                            platforms: held.zip(*seq).map(|(held, seq)| platforms(seq, held.entry)).unwrap_or_default(),
                        },
                        (None, Some(held)) => match standing.get(&held.entry) {
                            Some(stands) if stands.status != Status::Withdrawn => PictureState::Shared {
                                // Nor does anybody learn that analysts had looked before.
                                tier: if stands.tier > held.tier { stands.tier } else { Tier::Reported },
                                disputed: stands.status == Status::Disputed && !held.disputed,
                                platforms: platforms(held.seq, held.entry),
                            },
                            _ => PictureState::Refused,
                        },
                        (None, None) => PictureState::Kept,
                    };
                    view.pictures.push(PictureView { position, at, perceptual, state });
                }
                What::Link { url } => {
                    let withdrawn_at = withdrawn.get(&position).map(|(at, _)| *at);
                    view.links.push(LinkView { position, at, url, withdrawn_at });
                }
                What::Upload(upload) => {
                    let upload = (!withdrawn.contains_key(&position)).then_some(upload);
                    view.uploads.push(UploadView { position, at, upload });
                }
                What::Message { by, text } => view.messages.push(MessageView { at, by, text }),
                What::Opened { .. }
                | What::Consent(_)
                | What::Withdrawn { .. }
                | What::Replaced { .. }
                | What::Alert { .. } => {}
            }
        }
        Ok(view)
    }

    /// Adds a message. What the hotline writes puts a neutral mail, if its owner left an address.
    pub async fn write(&self, case: &OpenCase, by: Author, text: &str) -> Result<(), IntakeError> {
        let (waits_for, alert) = match by {
            Author::Person => (WaitsFor::Hotline, AlertTodo::Keep),
            Author::Hotline => (WaitsFor::Person, AlertTodo::Tell),
        };
        let whats = vec![What::Message { by, text: text.to_owned() }];
        self.append_with(case, Some(waits_for), whats, alert).await
    }

    /// Leaves an address for neutral mails in place of the one before, or takes it back. Who is to write next stays.
    pub async fn set_alert(&self, case: &OpenCase, to: Option<&Address>) -> Result<(), IntakeError> {
        self.append_with(case, None, vec![], AlertTodo::Set(to)).await
    }

    /// Adds links.
    pub async fn add_links(&self, case: &OpenCase, links: Vec<String>) -> Result<(), IntakeError> {
        self.append(case, Some(WaitsFor::Hotline), links.into_iter().map(|url| What::Link { url }).collect()).await
    }

    /// Adds what the device computed; shares it if that is allowed.
    pub async fn add_marks(&self, case: &OpenCase, marks: &[Mark]) -> Result<(), IntakeError> {
        let (row, items) = self.items(case).await?;
        let consent = consent_of(&items);
        let mut rng = self.entropy.rng();
        let claims: Vec<[u8; 16]> = marks.iter().map(|_| rng.random()).collect();
        let held = if consent.shares() {
            self.share(row.class, marks, &claims, consent.audience()).await?
        } else {
            vec![None; marks.len()]
        };
        let whats = marks.iter().zip(held).map(|(mark, held)| send::picture(mark, held)).collect();
        self.append(case, Some(WaitsFor::Hotline), whats).await
    }

    /// Takes one picture, link or file back: its fingerprint leaves the bank at once, unless somebody else stands behind
    /// it too; a file is deleted. Again is the same as once.
    pub async fn withdraw(&self, case: &OpenCase, position: i64) -> Result<(), IntakeError> {
        let (_, items) = self.items(case).await?;
        let is_withdrawn = items
            .iter()
            .any(|(_, item)| matches!(item.what, What::Withdrawn { position: gone, .. } if gone == position));
        let Some((_, item)) = items.iter().find(|(place, _)| *place == position) else { return Ok(()) };
        if is_withdrawn || !matches!(item.what, What::Picture { .. } | What::Link { .. } | What::Upload(_)) {
            return Ok(());
        }
        let seq = match held_of(item) {
            Some(held) => self.release(&held).await?,
            None => None,
        };
        self.append(case, None, vec![What::Withdrawn { position, seq }]).await
    }

    /// Takes everything back and deletes the case: what is left is that it was deleted, for the owner of the words.
    pub async fn delete(&self, case: &OpenCase) -> Result<(), IntakeError> {
        let (_, items) = self.items(case).await?;
        let over = over(&items);
        for (_, item) in items.iter().filter(|(position, _)| !over.contains(position)) {
            if let Some(held) = held_of(item) {
                self.release(&held).await?;
            }
        }
        let said_until = Self::hour_and_end(self.clock.now()).0.plus_seconds(ENDED_DAYS * super::DAY_SECONDS);
        self.note_deletion();
        let alert = alert_of(&items).map(|key| (&self.alerts, key));
        let uploads = uploads_in(&items);
        self.database.run(&End { case: case.id, uploads, why: Ending::Asked, said_until, alert }).await.map(drop)
    }

    /// Says anew what we may do. Pictures that were kept are shared, or what was shared is taken back, at once.
    pub async fn consent(&self, case: &OpenCase, consent: &Consent) -> Result<(), IntakeError> {
        let (row, items) = self.items(case).await?;
        let mut whats = vec![What::Consent(consent.clone())];
        let over = over(&items);
        for (position, item) in items.iter().filter(|(position, _)| !over.contains(position)) {
            match &item.what {
                What::Picture { held: Some(held), .. } if consent.shares() => {
                    self.bank.show_to(&self.portal, held.claim, consent.audience()).await?;
                }
                What::Picture { held: Some(held), .. } => {
                    let seq = self.release(held).await?;
                    whats.push(What::Withdrawn { position: *position, seq });
                }
                What::Picture { mark: Some(mark), held: None, .. } if consent.shares() => {
                    let claim = [self.entropy.rng().random()];
                    let held = self.share(row.class, std::slice::from_ref(mark), &claim, consent.audience()).await?;
                    whats.push(What::Replaced { position: *position });
                    whats.extend(held.into_iter().map(|held| send::picture(mark, held)));
                }
                _ => {}
            }
        }
        self.append(case, Some(WaitsFor::Hotline), whats).await
    }

    /// Platforms that follow and may see a case's class as it is first shared: who a person may leave out.
    pub async fn platforms(&self, class: exchange::Class) -> Result<Vec<(PartnerId, String)>, IntakeError> {
        let all = self.partners.list().await?;
        Ok(all
            .into_iter()
            .filter(|partner| follows(partner, class, self.clock.now()))
            .map(|partner| (partner.id, partner.name))
            .collect())
    }

    pub(super) async fn items(&self, case: &OpenCase) -> Result<(CaseRow, Vec<(i64, Item)>), IntakeError> {
        let mut on = self.database.read().await?;
        let row = queries::case(&mut on, case.id).await?.filter(|row| row.ended.is_none()).ok_or(IntakeError::Over)?;
        Ok((row, opened(&mut on, case).await?))
    }

    /// Lets a claim go; gives the bank's number of that, or nothing if it went long ago, in a call whose end was lost.
    async fn release(&self, held: &Held) -> Result<Option<u64>, IntakeError> {
        match self.bank.release(&self.portal, held.claim, RemoveReason::PersonAsked).await {
            Ok(released) => Ok(Some(released.seq)),
            Err(BankError::NoClaim) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Adds items; says who writes next, unless that stays as it is. The files of the case live on with it, and go when
    /// they are taken back.
    pub(super) async fn append(
        &self,
        case: &OpenCase,
        waits_for: Option<WaitsFor>,
        whats: Vec<What>,
    ) -> Result<(), IntakeError> {
        self.append_with(case, waits_for, whats, AlertTodo::Keep).await
    }

    async fn append_with(
        &self,
        case: &OpenCase,
        waits_for: Option<WaitsFor>,
        whats: Vec<What>,
        alert: AlertTodo<'_>,
    ) -> Result<(), IntakeError> {
        let now = self.clock.now();
        let items = whats.into_iter().map(|what| Item { at: now, what }).collect();
        self.database.run(&Append { intake: self, case, waits_for, items, alert, now }).await
    }

    async fn followers(&self, row: &CaseRow) -> Result<Vec<FollowerAt>, IntakeError> {
        let now = self.clock.now();
        let all = self.partners.list().await?;
        Ok(all
            .into_iter()
            .filter(|partner| follows(partner, row.class, now))
            .map(|partner| {
                let current = partner.keys.iter().filter(|key| key.is_current(now) && key.scopes.has(Scope::Follow));
                // A platform with several matchers has it when the last of them has.
                let cursor = current.map(|key| key.cursor.map_or(0, |(seq, _)| seq)).min().unwrap_or(0);
                FollowerAt { id: partner.id, name: partner.name.clone(), cursor }
            })
            .collect())
    }
}

/// A platform that follows, and how far it has got.
struct FollowerAt {
    id: PartnerId,
    name: String,
    cursor: u64,
}

fn follows(partner: &PartnerView, class: exchange::Class, now: Time) -> bool {
    partner.revoked_at.is_none()
        && partner.agreement.sees(class, Tier::Reported)
        && partner.keys.iter().any(|key| key.is_current(now) && key.scopes.has(Scope::Follow))
}

fn held_of(item: &Item) -> Option<Held> {
    if let What::Picture { held, .. } = &item.what { *held } else { None }
}

/// What is in a case, in order.
async fn opened(on: &mut Session, case: &OpenCase) -> Result<Vec<(i64, Item)>, IntakeError> {
    let open = |(position, sealed): (i64, Vec<u8>)| {
        let plain = case.key.open(&place(case.id, position), &sealed).map_err(|_| IntakeError::Sealed)?;
        let item = serde_json::from_slice(&plain).map_err(|_| IntakeError::Sealed)?;
        Ok((position, item))
    };
    queries::items(on, case.id).await?.into_iter().map(open).collect()
}

/// Whether a case has this already: a form that was sent twice adds nothing the second time.
fn is_there(items: &[(i64, Item)], new: &Item) -> bool {
    let over = over(items);
    let mut standing = items.iter().filter(|(position, _)| !over.contains(position)).map(|(_, item)| item);
    match &new.what {
        What::Message { by, text } => {
            standing.rfind(|item| matches!(item.what, What::Message { .. })).is_some_and(|last| {
                let is_same =
                    matches!(&last.what, What::Message { by: from, text: said } if from == by && said == text);
                is_same && new.at.micros_since(last.at) < TWICE_MICROS
            })
        }
        What::Link { .. } => standing.any(|item| item.what == new.what),
        What::Picture { held: Some(held), .. } => standing.filter_map(held_of).any(|other| other.entry == held.entry),
        What::Picture { mark: Some(_), .. } | What::Upload(_) => standing.any(|item| item.what == new.what),
        _ => false,
    }
}

/// The claims that these items hold: once they are written, their owner can let them go.
pub(super) fn claims_in<'a>(items: impl IntoIterator<Item = &'a Item>) -> Vec<[u8; 16]> {
    items.into_iter().filter_map(held_of).map(|held| held.claim).collect()
}

/// What opens the alert of a case, as last said.
fn alert_of(items: &[(i64, Item)]) -> Option<&AlertKey> {
    let said = items.iter().rev().find_map(|(_, item)| match &item.what {
        What::Alert { key } => Some(key.as_ref()),
        _ => None,
    });
    said.flatten()
}

/// Positions of items that count no more.
fn over(items: &[(i64, Item)]) -> Vec<i64> {
    let gone = |(_, item): &(i64, Item)| match item.what {
        What::Withdrawn { position, .. } | What::Replaced { position } => Some(position),
        _ => None,
    };
    items.iter().filter_map(gone).collect()
}

/// Files that were not taken back.
pub(super) fn uploads_in(items: &[(i64, Item)]) -> Vec<UploadId> {
    let over = over(items);
    let live = items.iter().filter(|(position, _)| !over.contains(position));
    live.filter_map(|(_, item)| if let What::Upload(upload) = &item.what { Some(upload.id) } else { None }).collect()
}

fn consent_of(items: &[(i64, Item)]) -> Consent {
    let said = items.iter().rev().find_map(|(_, item)| match &item.what {
        What::Consent(consent) => Some(consent.clone()),
        _ => None,
    });
    said.unwrap_or_default()
}

/// What an addition to a case means for its alert.
#[derive(Clone, Copy)]
enum AlertTodo<'a> {
    /// It is kept as long as the case.
    Keep,
    /// The same, and a mail is put.
    Tell,
    /// It goes elsewhere from here on, or nowhere.
    Set(Option<&'a Address>),
}

struct Append<'a> {
    intake: &'a Intake,
    case: &'a OpenCase,
    waits_for: Option<WaitsFor>,
    items: Vec<Item>,
    alert: AlertTodo<'a>,
    now: Time,
}

impl Append<'_> {
    /// How many items a case may have after these. What takes something back has room of its own, so that a full case
    /// can be undone.
    fn items_max(&self) -> i64 {
        let takes_back =
            |item: &Item| matches!(item.what, What::Withdrawn { .. } | What::Replaced { .. } | What::Consent(_));
        // An address is taken back, or put, without any of these.
        if self.items.is_empty() || self.items.iter().any(takes_back) {
            2 * ITEMS_PER_CASE_MAX
        } else {
            ITEMS_PER_CASE_MAX
        }
    }
}

impl Transact for Append<'_> {
    const NAME: &'static str = "case_append";
    type Output = ();
    type Error = IntakeError;

    async fn run(&self, on: &mut Session) -> Result<(), IntakeError> {
        let (hour, ends_at) = Intake::hour_and_end(self.now);
        // The row is written first: two who add at once wait for one another here.
        if !queries::touch(on, self.case.id, self.waits_for, hour, ends_at).await? {
            return Err(IntakeError::Over);
        }
        let there = opened(on, self.case).await?;
        let about_alert = self.settle_alert(on, &there, ends_at).await?;
        let new: Vec<&Item> = self.items.iter().filter(|item| !is_there(&there, item)).chain(&about_alert).collect();
        let last = there.last().map_or(0, |(position, _)| *position);
        if last + new.len() as i64 > self.items_max() {
            return Err(IntakeError::Full);
        }
        // Claims of what was there already are let go by themselves.
        bank::confirm(on, &claims_in(new.iter().copied())).await?;
        let mut rng = self.intake.entropy.rng();
        for (item, position) in new.iter().zip(last + 1..) {
            let sealed = seal(&self.case.key, self.case.id, position, item, &mut rng);
            queries::insert_item(on, self.case.id, position, &sealed).await?;
        }
        self.settle_uploads(on, there, &new, ends_at).await
    }
}

impl Append<'_> {
    /// Files that come with the new items live as long as the case from here on, those that were there live on with it, and
    /// those that are taken back go.
    async fn settle_uploads(
        &self,
        on: &mut Session,
        mut items: Vec<(i64, Item)>,
        new: &[&Item],
        case_ends_at: Time,
    ) -> Result<(), IntakeError> {
        let before = uploads_in(&items);
        items.extend(new.iter().map(|item| (i64::MAX, (*item).clone())));
        let after = uploads_in(&items);
        let (kept, gone): (Vec<UploadId>, Vec<UploadId>) = before.iter().partition(|id| after.contains(id));
        let sent: Vec<UploadId> = after.into_iter().filter(|id| !before.contains(id)).collect();
        uploads::send(on, &sent, case_ends_at).await?;
        uploads::extend(on, &kept, case_ends_at).await?;
        if !gone.is_empty() {
            self.intake.note_deletion();
        }
        Ok(uploads::delete(on, &gone).await?)
    }

    /// Does what is to be done about the case's alert; gives what has to stand in the case of it.
    async fn settle_alert(
        &self,
        on: &mut Session,
        items: &[(i64, Item)],
        case_ends_at: Time,
    ) -> Result<Option<Item>, IntakeError> {
        let alerts = &self.intake.alerts;
        let before = alert_of(items);
        let to = match (self.alert, before) {
            (AlertTodo::Keep | AlertTodo::Tell, None) | (AlertTodo::Set(None), None) => return Ok(None),
            (AlertTodo::Keep, Some(key)) => {
                alerts.extend(on, key, case_ends_at).await?;
                return Ok(None);
            }
            (AlertTodo::Tell, Some(key)) => {
                alerts.extend(on, key, case_ends_at).await?;
                let language = items.iter().find_map(|(_, item)| match &item.what {
                    What::Opened { language, .. } => Some(language.as_str()),
                    _ => None,
                });
                alerts.tell(on, key, language.unwrap_or("en")).await?;
                return Ok(None);
            }
            (AlertTodo::Set(to), _) => to,
        };
        if let Some(key) = before {
            alerts.forget(on, key).await?;
        }
        let key = match to {
            Some(to) => Some(alerts.set(on, to, case_ends_at).await?),
            None => None,
        };
        Ok(Some(Item { at: self.now, what: What::Alert { key } }))
    }
}

/// Ends a case.
pub(super) struct End<'a> {
    pub(super) case: CaseId,
    pub(super) why: Ending,
    pub(super) said_until: Time,
    /// Its files, if whoever ends it can tell; else they end by themselves, and the keys to them are gone with the case.
    pub(super) uploads: Vec<UploadId>,
    /// Its alert, where the case is open while it ends.
    pub(super) alert: Option<(&'a Alerts, &'a AlertKey)>,
}

/// Why a case ends.
#[derive(Clone, Copy)]
pub(super) enum Ending {
    /// Its owner deletes it.
    Asked,
    /// It was due at this moment, and is still when it is ended: somebody may have come back in between.
    Due(Time),
}

impl Transact for End<'_> {
    const NAME: &'static str = "case_end";
    type Output = bool;
    type Error = IntakeError;

    async fn run(&self, on: &mut Session) -> Result<bool, IntakeError> {
        if let Some((alerts, key)) = self.alert {
            alerts.forget(on, key).await?;
        }
        uploads::delete(on, &self.uploads).await?;
        let (how, due_by) = match self.why {
            Ending::Asked => (Ended::Deleted, Time::from_micros(i64::MAX)),
            Ending::Due(now) => (Ended::Expired, now),
        };
        Ok(queries::end_case(on, self.case, how, due_by, self.said_until).await?)
    }
}
