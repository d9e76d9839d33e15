//! What is in a case, put together for its page: what was sealed, with what the bank, the platforms and notices say of it
//! now, and since when something is late.

use std::collections::HashMap;

use exchange::{EntryId, NoticeId, PartnerId, Scope, Status, Tier, Time};

use super::case::{alert_of, consent_of, follows, held_of, uploads_in};
use super::model::{Age, Author, CaseRow, Consent, Held, Item, Mark, OpenCase, Situation, Stand, WaitsFor, What};
use super::notices::notices_in;
use super::targets::{Due, FOLLOWED_WITHIN_HOURS};
use super::uploads::{self, Upload};
use super::{Intake, IntakeError};
use crate::bank::Stands;
use crate::removal::{NoticeView, OutcomeView};

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
    /// By when the hotline is to answer, while it is its turn.
    pub answer: Option<Due>,
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
    /// What it became in the bank, for whoever decides.
    pub held: Option<Held>,
    /// What the device computed, while it is with us alone.
    pub mark: Option<Mark>,
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
    /// Whether the picture's fingerprint is shared with it; else it was, and is to be forgotten.
    pub is_shown: bool,
    /// Whether it has confirmed the state of this picture.
    pub has_it: bool,
    /// By when it is to, while it has not.
    pub due: Option<Due>,
    /// What it told us, newest first.
    pub outcomes: Vec<OutcomeView>,
}

impl PlatformView {
    /// How many of these it is shared with, and have confirmed it.
    pub fn having(platforms: &[Self]) -> usize {
        platforms.iter().filter(|platform| platform.is_shown && platform.has_it).count()
    }

    /// How many of these it is shared with.
    pub fn shown(platforms: &[Self]) -> usize {
        platforms.iter().filter(|platform| platform.is_shown).count()
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
    /// What platforms were asked about it, in the order of asking.
    pub notices: Vec<NoticeView>,
}

/// One file that came sealed.
#[derive(Clone, Debug)]
pub struct UploadView {
    /// Its place in the case.
    pub position: i64,
    /// When it came.
    pub at: Time,
    /// Where its parts lie and the keys to it; `None` once taken back, checked or over, when nothing is left of it.
    pub upload: Option<Upload>,
    /// Whether its time was over before anybody decided.
    pub is_over: bool,
    /// When the hotline had decided and it was destroyed.
    pub checked_at: Option<Time>,
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

impl Intake {
    /// What is in a case, with what the bank and the partners say of it now.
    pub async fn view(&self, case: &OpenCase) -> Result<CaseView, IntakeError> {
        let (row, items) = self.items(case).await?;
        let (now, followers) = (self.clock.now(), self.followers(&row).await?);
        let held: Vec<EntryId> = items.iter().filter_map(|(_, item)| held_of(item)).map(|held| held.entry).collect();
        let standing = self.bank.standing_of(&self.portal, &held).await?;
        let outcomes = self.removal.outcomes_of(&held).await?;
        let named: Vec<NoticeId> = notices_in(&items).map(|(notice, _)| notice).collect();
        let notices = self.removal.notices_of(&named).await?;
        let alert = match alert_of(&items) {
            None => AlertView::None,
            Some(key) if self.alerts.has_failed(&mut self.database.read().await?, key).await? => AlertView::Failed,
            Some(_) => AlertView::Set,
        };
        let Some(What::Opened { situation, age, stand, language }) = items.first().map(|(_, item)| item.what.clone())
        else {
            return Err(IntakeError::Sealed);
        };
        let there = uploads::there(&mut self.database.read().await?, &uploads_in(&items)).await?;
        let consent = consent_of(&items);
        let platforms = Platforms { followers: &followers, outcomes: &outcomes, consent: &consent, items: &items, now };
        let mut view = CaseView {
            row,
            situation,
            age,
            stand,
            is_adult: age.is_adult() || situation.is_said_vous(),
            language,
            opened_at: items[0].1.at,
            pictures: vec![],
            links: vec![],
            uploads: vec![],
            messages: vec![],
            consent: consent.clone(),
            alert,
            answer: answer_due(&row, &items, now),
        };
        let withdrawn: HashMap<i64, (Time, Option<u64>)> = items
            .iter()
            .filter_map(|(_, item)| match item.what {
                What::Withdrawn { position, seq } => Some((position, (item.at, seq))),
                _ => None,
            })
            .collect();
        let checked = |place: i64| {
            let of = |item: &Item| matches!(item.what, What::Checked { position } if position == place);
            items.iter().find(|(_, item)| of(item)).map(|(_, item)| item.at)
        };
        let replaced: Vec<i64> = items
            .iter()
            .filter_map(|(_, item)| if let What::Replaced { position } = item.what { Some(position) } else { None })
            .collect();
        for (position, Item { at, what }) in items.iter().filter(|(position, _)| !replaced.contains(position)) {
            let (position, at, gone) = (*position, *at, withdrawn.get(position));
            match what {
                What::Picture { held, perceptual, mark } => {
                    let state = match (gone, held) {
                        (Some((gone_at, seq)), held) => PictureState::Withdrawn {
                            at: *gone_at,
                            platforms: held
                                .zip(*seq)
                                .map(|(held, seq)| platforms.of_withdrawn(at, held.entry, (seq, *gone_at)))
                                .unwrap_or_default(),
                        },
                        (None, Some(held)) => shared(held, &standing, || platforms.of_shared(position, at, held)),
                        (None, None) => PictureState::Kept,
                    };
                    let (held, mark, perceptual) = (*held, mark.clone(), *perceptual);
                    view.pictures.push(PictureView { position, at, perceptual, state, held, mark });
                }
                What::Link { url } => {
                    let notices = notices_about(&items, position, &notices);
                    let withdrawn_at = gone.map(|(at, _)| *at);
                    view.links.push(LinkView { position, at, url: url.clone(), withdrawn_at, notices });
                }
                What::Upload(upload) => {
                    let checked_at = checked(position);
                    let stands = gone.is_none() && checked_at.is_none();
                    let is_there = there.contains(&upload.id);
                    let upload = (stands && is_there).then(|| upload.clone());
                    view.uploads.push(UploadView { position, at, upload, is_over: stands && !is_there, checked_at });
                }
                What::Message { by, text } => view.messages.push(MessageView { at, by: *by, text: text.clone() }),
                What::Opened { .. }
                | What::Consent(_)
                | What::Withdrawn { .. }
                | What::Replaced { .. }
                | What::Checked { .. }
                | What::Audience { .. }
                | What::Notice { .. }
                | What::Alert { .. } => {}
            }
        }
        Ok(view)
    }

    async fn followers(&self, row: &CaseRow) -> Result<Vec<FollowerAt>, IntakeError> {
        let now = self.clock.now();
        let all = self.partners.list().await?;
        Ok(all
            .into_iter()
            .filter(|partner| follows(partner, row.class, now))
            .map(|partner| {
                let current = partner.keys.iter().filter(|key| key.is_current(now) && key.scopes.has(Scope::Follow));
                let matchers = current.map(|key| (key.cursor.map_or(0, |(seq, _)| seq), key.created_at)).collect();
                FollowerAt { id: partner.id, name: partner.name, matchers }
            })
            .collect())
    }
}

/// A platform that follows.
struct FollowerAt {
    id: PartnerId,
    name: String,
    /// How far each of its matchers has got, and since when that could.
    matchers: Vec<(u64, Time)>,
}

impl FollowerAt {
    /// By when it is to know what was asked for under this number at this moment; `None` when it does. A platform with
    /// several matchers does when the last of them does.
    fn due(&self, (seq, asked_at): (u64, Time), now: Time) -> Option<Due> {
        let behind = self.matchers.iter().filter(|(cursor, _)| *cursor < seq);
        behind.map(|(_, since)| Due::within(FOLLOWED_WITHIN_HOURS, asked_at.max(*since), now)).min()
    }
}

/// What is known of the platforms of a case.
struct Platforms<'a> {
    followers: &'a [FollowerAt],
    outcomes: &'a HashMap<EntryId, Vec<OutcomeView>>,
    consent: &'a Consent,
    items: &'a [(i64, Item)],
    now: Time,
}

impl Platforms<'_> {
    /// Where a picture that came at `at` stands with each platform.
    fn of_shared(&self, position: i64, at: Time, held: &Held) -> Vec<PlatformView> {
        let views = self.followers.iter().filter_map(|follower| {
            let (is_shown, asked) = match (self.consent.reaches(&follower.id), self.last_change(position, follower.id))
            {
                (true, Some((true, asked))) => (true, asked),
                (true, _) => (true, (held.seq, at)),
                (false, Some((false, asked))) => (false, asked),
                (false, _) => return None,
            };
            Some(self.view(follower, is_shown, asked, held.entry, at))
        });
        views.collect()
    }

    /// The same of one that was taken back under this number at this moment.
    fn of_withdrawn(&self, at: Time, entry: EntryId, gone: (u64, Time)) -> Vec<PlatformView> {
        let followers = self.followers.iter().filter(|follower| self.consent.reaches(&follower.id));
        followers.map(|follower| self.view(follower, true, gone, entry, at)).collect()
    }

    /// The last change of consent after an item that showed it to a platform or hid it: which of the two, and when.
    fn last_change(&self, position: i64, platform: PartnerId) -> Option<(bool, (u64, Time))> {
        self.items.iter().rev().take_while(|(later, _)| *later > position).find_map(|(_, item)| match &item.what {
            What::Audience { seq, shown, .. } if shown.contains(&platform) => Some((true, (*seq, item.at))),
            What::Audience { seq, hidden, .. } if hidden.contains(&platform) => Some((false, (*seq, item.at))),
            _ => None,
        })
    }

    fn view(
        &self,
        follower: &FollowerAt,
        is_shown: bool,
        asked: (u64, Time),
        entry: EntryId,
        came_at: Time,
    ) -> PlatformView {
        let due = follower.due(asked, self.now);
        let all = self.outcomes.get(&entry).map_or(&[][..], Vec::as_slice);
        // What was done before this person came tells that somebody else had reported the picture.
        let told = all.iter().filter(|outcome| outcome.partner == follower.name && outcome.at >= came_at);
        let outcomes = told.cloned().collect();
        PlatformView { name: follower.name.clone(), is_shown, has_it: due.is_none(), due, outcomes }
    }
}

fn shared(
    held: &Held,
    standing: &HashMap<EntryId, Stands>,
    platforms: impl FnOnce() -> Vec<PlatformView>,
) -> PictureState {
    match standing.get(&held.entry) {
        Some(stands) if stands.status != Status::Withdrawn => PictureState::Shared {
            // Nor does anybody learn that analysts had looked before.
            tier: if stands.tier > held.tier { stands.tier } else { Tier::Reported },
            disputed: stands.status == Status::Disputed && !held.disputed,
            platforms: platforms(),
        },
        _ => PictureState::Refused,
    }
}

/// How the notices about one link stand.
fn notices_about(items: &[(i64, Item)], position: i64, notices: &[NoticeView]) -> Vec<NoticeView> {
    let about = notices_in(items).filter(|(_, links)| links.contains(&position));
    about.filter_map(|(id, _)| notices.iter().find(|notice| notice.id == id)).cloned().collect()
}

/// By when the hotline is to answer: counted from the first thing that the person did after its last message.
fn answer_due(row: &CaseRow, items: &[(i64, Item)], now: Time) -> Option<Due> {
    if row.waits_for != WaitsFor::Hotline {
        return None;
    }
    let is_ours = |(_, item): &(i64, Item)| matches!(item.what, What::Message { by: Author::Hotline, .. });
    let since_then = items.iter().rposition(is_ours).map_or(0, |last| last + 1);
    let first = items[since_then..].iter().find(|(_, item)| asks(&item.what))?;
    Some(Due::answer(row.urgency, first.1.at, now))
}

/// Whether an item asks something of the hotline.
const fn asks(what: &What) -> bool {
    match what {
        What::Opened { .. }
        | What::Picture { .. }
        | What::Link { .. }
        | What::Message { by: Author::Person, .. }
        | What::Upload(_)
        | What::Consent(_) => true,
        What::Message { by: Author::Hotline, .. }
        | What::Withdrawn { .. }
        | What::Alert { .. }
        | What::Replaced { .. }
        | What::Checked { .. }
        | What::Audience { .. }
        | What::Notice { .. } => false,
    }
}
