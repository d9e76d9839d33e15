//! A case that is open: what can be added to it, withdrawn, deleted. What its page shows: `view`.

use exchange::{CaseId, NoticeId, PartnerId, RemoveReason, Scope, Tier, Time};
use rand::{Rng, RngExt};
use sealing::CaseKey;

use super::model::{
    Author, CaseRow, Consent, Ended, Held, ITEMS_PER_CASE_MAX, Item, Mark, OpenCase, Situation, WaitsFor, What,
};
use super::notices::notices_in;
use super::uploads::{self, UploadId};
use super::{Intake, IntakeError, queries, send};
use crate::alerts::{Address, AlertKey};
use crate::bank::{self, BankError};
use crate::casework;
use crate::partners::PartnerView;
use crate::storage::{Session, Transact};

/// The same message again within so long is the same one, sent twice.
const TWICE_MICROS: u64 = 600_000_000;

/// Seals an item for its place.
pub(super) fn seal(key: &CaseKey, case: CaseId, position: i64, item: &Item, rng: &mut impl Rng) -> Vec<u8> {
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(item).expect("items are plain values with text keys"));
    key.seal(&place(case, position), &plain, rng)
}

fn place(case: CaseId, position: i64) -> Vec<u8> {
    [&case.as_bytes()[..], &position.to_be_bytes()].concat()
}

impl Intake {
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
    /// it too; a file is deleted; notices that ask for a link alone are taken back with it. Again is the same as once.
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
        let now = self.clock.now();
        let said_until = self.retention.said_until(self.retention.hour_and_end(now).0);
        let end = End { case: case.id, open: Some((self, case)), why: Ending::Asked, said_until, now };
        self.database.run(&end).await?;
        self.removal.stir();
        Ok(())
    }

    /// Says anew what we may do. Pictures that were kept are shared, or what was shared is taken back, at once.
    pub async fn consent(&self, case: &OpenCase, consent: &Consent) -> Result<(), IntakeError> {
        let (row, items) = self.items(case).await?;
        if is_appeal(&items) {
            // It shares nothing: whoever appeals does not put anything under protection by it.
            return Ok(());
        }
        let mut whats = vec![What::Consent(consent.clone())];
        let over = over(&items);
        let mut shown_at = 0;
        for (position, item) in items.iter().filter(|(position, _)| !over.contains(position)) {
            match &item.what {
                What::Picture { held: Some(held), .. } if consent.shares() => {
                    let seq = self.bank.show_to(&self.portal, held.claim, consent.audience()).await?;
                    shown_at = shown_at.max(seq);
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
        if shown_at > 0 {
            whats.extend(self.audience_change(&row, &consent_of(&items), consent, shown_at).await?);
        }
        self.append(case, Some(WaitsFor::Hotline), whats).await
    }

    /// Which of the platforms that follow are shown what was shared before, and which no longer, from `seq` on.
    async fn audience_change(
        &self,
        row: &CaseRow,
        before: &Consent,
        after: &Consent,
        seq: u64,
    ) -> Result<Option<What>, IntakeError> {
        let all = self.platforms(row.class).await?;
        let those = |was: &Consent, is: &Consent| -> Vec<PartnerId> {
            all.iter().map(|(id, _)| *id).filter(|id| is.reaches(id) && !was.reaches(id)).collect()
        };
        let (shown, hidden) = (those(before, after), those(after, before));
        let is_same = shown.is_empty() && hidden.is_empty();
        Ok((!is_same).then_some(What::Audience { seq, shown, hidden }))
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

    /// Adds items; says who writes next, unless that stays as it is. Files go when they are taken back.
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
        let takes_back = whats.iter().any(|what| matches!(what, What::Withdrawn { .. } | What::Consent(_)));
        let items = whats.into_iter().map(|what| Item { at: now, what }).collect();
        self.database.run(&Append { intake: self, case, waits_for, items, alert, now }).await?;
        if takes_back {
            self.removal.stir();
        }
        Ok(())
    }
}

pub(super) fn follows(partner: &PartnerView, class: exchange::Class, now: Time) -> bool {
    partner.revoked_at.is_none()
        && partner.agreement.sees(class, Tier::Reported)
        && partner.keys.iter().any(|key| key.is_current(now) && key.scopes.has(Scope::Follow))
}

pub(super) fn held_of(item: &Item) -> Option<Held> {
    if let What::Picture { held, .. } = &item.what { *held } else { None }
}

/// What is in a case, in order.
pub(super) async fn opened(on: &mut Session, case: &OpenCase) -> Result<Vec<(i64, Item)>, IntakeError> {
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

/// Whether somebody says in it that content of theirs was stopped wrongly.
fn is_appeal(items: &[(i64, Item)]) -> bool {
    items.first().is_some_and(|(_, item)| matches!(item.what, What::Opened { situation: Situation::Appeal, .. }))
}

/// What opens the alert of a case, as last said.
pub(super) fn alert_of(items: &[(i64, Item)]) -> Option<&AlertKey> {
    let said = items.iter().rev().find_map(|(_, item)| match &item.what {
        What::Alert { key } => Some(key.as_ref()),
        _ => None,
    });
    said.flatten()
}

/// Positions of items that count no more.
pub(super) fn over(items: &[(i64, Item)]) -> Vec<i64> {
    let gone = |(_, item): &(i64, Item)| match item.what {
        What::Withdrawn { position, .. } | What::Replaced { position } | What::Checked { position } => Some(position),
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

pub(super) fn consent_of(items: &[(i64, Item)]) -> Consent {
    let said = items.iter().rev().find_map(|(_, item)| match &item.what {
        What::Consent(consent) => Some(consent.clone()),
        _ => None,
    });
    said.unwrap_or_default()
}

/// What an addition to a case means for its alert.
#[derive(Clone, Copy)]
pub(super) enum AlertTodo<'a> {
    /// It is kept as long as the case.
    Keep,
    /// The same, and a mail is put.
    Tell,
    /// It goes elsewhere from here on, or nowhere.
    Set(Option<&'a Address>),
}

pub(super) struct Append<'a> {
    pub(super) intake: &'a Intake,
    pub(super) case: &'a OpenCase,
    pub(super) waits_for: Option<WaitsFor>,
    pub(super) items: Vec<Item>,
    pub(super) alert: AlertTodo<'a>,
    pub(super) now: Time,
}

impl Append<'_> {
    /// How many items a case may have after these. What takes something back has room of its own, so that a full case
    /// can be undone.
    fn items_max(&self) -> i64 {
        let takes_back = |item: &Item| {
            matches!(
                item.what,
                What::Withdrawn { .. } | What::Replaced { .. } | What::Checked { .. } | What::Consent(_)
            )
        };
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
        let (hour, ends_at) = self.intake.retention.hour_and_end(self.now);
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
        let brings = |item: &&Item| matches!(item.what, What::Picture { .. } | What::Link { .. } | What::Upload(_));
        casework::note_word(on, self.case.id, self.waits_for, new.iter().any(brings), self.now).await?;
        // Claims of what was there already are let go by themselves.
        bank::confirm(on, &claims_in(new.iter().copied())).await?;
        let mut rng = self.intake.entropy.rng();
        for (item, position) in new.iter().zip(last + 1..) {
            let sealed = seal(&self.case.key, self.case.id, position, item, &mut rng);
            queries::insert_item(on, self.case.id, position, &sealed).await?;
        }
        self.settle_notices(on, &there, &new).await?;
        self.settle_uploads(on, there, &new).await
    }
}

impl Append<'_> {
    /// Notices go on for links that stand. One whose links are all taken back is taken back too, and so is one that nobody has
    /// sent yet and that names any of them (what is left of it is drafted anew), or that we may not send any more.
    async fn settle_notices(&self, on: &mut Session, there: &[(i64, Item)], new: &[&Item]) -> Result<(), IntakeError> {
        let gone: Vec<i64> = new
            .iter()
            .filter_map(|item| if let What::Withdrawn { position, .. } = item.what { Some(position) } else { None })
            .collect();
        let may_not = |item: &&Item| matches!(&item.what, What::Consent(consent) if !consent.notifies());
        let stops = new.iter().copied().any(|item| may_not(&item));
        let before = over(there);
        let is_over = |position: &i64| gone.contains(position) || before.contains(position);
        let named: Vec<(NoticeId, bool)> = notices_in(there)
            .filter(|(_, links)| stops || links.iter().any(|link| gone.contains(link)))
            .map(|(notice, links)| (notice, links.iter().all(is_over)))
            .collect();
        Ok(self.intake.removal.taken_back(on, &named, self.now).await?)
    }

    /// Files that come with the new items have their time from here on, and those that are taken back go.
    async fn settle_uploads(
        &self,
        on: &mut Session,
        mut items: Vec<(i64, Item)>,
        new: &[&Item],
    ) -> Result<(), IntakeError> {
        let before = uploads_in(&items);
        items.extend(new.iter().map(|item| (i64::MAX, (*item).clone())));
        let after = uploads_in(&items);
        let gone: Vec<UploadId> = before.iter().filter(|id| !after.contains(id)).copied().collect();
        let sent: Vec<UploadId> = after.into_iter().filter(|id| !before.contains(id)).collect();
        uploads::send(on, &sent, self.intake.retention.file_end(self.now)).await?;
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
    /// Where whoever ends it can open it: its files, its alert and its notices end with it. Else they end by themselves, and the
    /// keys to them are gone with the case.
    pub(super) open: Option<(&'a Intake, &'a OpenCase)>,
    pub(super) why: Ending,
    pub(super) said_until: Time,
    /// When.
    pub(super) now: Time,
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
        // Nobody adds anything from here on: what is read is all that there is.
        if !queries::lock_case(on, self.case).await? {
            return Ok(false);
        }
        let items = match self.open {
            Some((_, case)) => opened(on, case).await?,
            None => vec![],
        };
        if let (Some((intake, _)), Some(key)) = (self.open, alert_of(&items)) {
            intake.alerts.forget(on, key).await?;
        }
        uploads::delete(on, &uploads_in(&items)).await?;
        let (how, due_by) = match self.why {
            Ending::Asked => (Ended::Deleted, Time::from_micros(i64::MAX)),
            Ending::Due(now) => (Ended::Expired, now),
        };
        let is_ended = queries::end_case(on, self.case, how, due_by, self.said_until).await?;
        if is_ended {
            casework::note_end(on, self.case).await?;
            if let Some((intake, _)) = self.open {
                // What platforms were asked stays asked; what nobody sent yet is sent no more.
                let notices: Vec<(NoticeId, bool)> = notices_in(&items).map(|(notice, _)| (notice, false)).collect();
                intake.removal.taken_back(on, &notices, self.now).await?;
            }
        }
        Ok(is_ended)
    }
}
