//! What waits to be handed over, and handing it over. Several processes may do so at once over one database.
//!
//! A row is claimed by moving `next_at` under the condition that it is where it was read. What came of an attempt, the line
//! of the log, the notice and the end of the row are one transaction: killed before it, the row is tried again; killed after
//! it, the line is there. A partner folds what comes twice by the idempotency key, a mail goes at most twice.

use exchange::{NoticeId, PartnerId, Time};
use rand::RngExt;

use super::NoticeError;
use super::draft::Content;
use super::log::Head;
use super::model::{Channel, Event, Standing, State};
use super::queries::{self as notices, Stored};
use crate::alerts::Delivered;
use crate::removal::directory::Directory;
use crate::removal::letters::{self, FollowUp, Letter};
use crate::removal::webhook::{Webhook, WebhookKind};
use crate::removal::{Removal, post, webhooks};
use crate::storage::{Session, StorageError, Transact, on};

const PUT: &str = "insert into notice_outbox
    (about, purpose, is_urgent, due_at, next_at, tries, doubts, given_up_at, code)
    values ($1, $2, $3, $4, $4, 0, 0, null, 0)
    on conflict (about, purpose) do update set is_urgent = excluded.is_urgent, due_at = excluded.due_at,
    next_at = excluded.next_at, tries = 0, doubts = 0, given_up_at = null, code = 0
    where notice_outbox.given_up_at is not null";
const DUE: &str = "select about, purpose, is_urgent, due_at, next_at, tries, doubts from notice_outbox
    where given_up_at is null and is_urgent = $1 and next_at <= $2 order by next_at limit $3";
const CLAIM: &str = "update notice_outbox set next_at = $4, tries = tries + 1, doubts = doubts + 1
    where about = $1 and purpose = $2 and next_at = $3 and given_up_at is null";
const PUT_OFF: &str = "update notice_outbox set next_at = $4, doubts = doubts - $5, code = $6
    where about = $1 and purpose = $2 and next_at = $3";
const GIVE_UP: &str = "update notice_outbox set given_up_at = $4, code = $5
    where about = $1 and purpose = $2 and next_at = $3";
const SETTLE: &str = "delete from notice_outbox where about = $1 and purpose = $2 and next_at = $3";
const DROP: &str = "delete from notice_outbox where about = $1";
const STANDING: &str = "select
    count(case when given_up_at is null then 1 end),
    count(case when given_up_at is null and due_at < $1 then 1 end),
    count(given_up_at) from notice_outbox";
const DEAD: &str = "select about, purpose, is_urgent, due_at, given_up_at, tries, code from notice_outbox
    where given_up_at is not null order by given_up_at desc limit $1";

/// Every whole text of this module, for the test that prepares them on both engines.
pub(crate) const SQL: &[&str] = &[PUT, DUE, CLAIM, PUT_OFF, GIVE_UP, SETTLE, DROP, STANDING, DEAD];

/// Handed over in one turn, at most.
const PER_TURN_MAX: i64 = 50;
/// A claimed row is nobody else's for so long: longer than any way takes.
const CLAIM_SECONDS: i64 = 600;
/// Attempts of a mail that may have come through, at most; then it counts as handed over.
const DOUBTS_MAX: u32 = 2;
/// The wait after the first failure of a webhook, and of a mail.
const WEBHOOK_RETRY_SECONDS: i64 = 30;
const MAIL_RETRY_SECONDS: i64 = 300;
/// The longest wait.
pub const RETRY_SECONDS_MAX: i64 = 6 * 3_600;
/// From when it was due, how long something is tried.
pub const TRIED_SECONDS_MAX: i64 = 3 * 86_400;
/// What still waits so long after it was due is late.
const LATE_SECONDS: i64 = 3_600;
/// Dead letters that a page lists, at most.
pub const DEAD_LISTED_MAX: i64 = 200;
const WEBHOOK_SECONDS_MAX: u64 = 30;

/// What is handed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// The notice.
    Notice,
    /// Half of its time has passed.
    RemindHalf,
    /// Its time is over.
    RemindOver,
    /// It is taken back.
    Withdrawn,
    /// The bank has changed while a crisis is on; about a partner.
    Changes,
}

impl Purpose {
    const ALL: [Self; 5] = [Self::Notice, Self::RemindHalf, Self::RemindOver, Self::Withdrawn, Self::Changes];

    const fn code(self) -> i64 {
        match self {
            Self::Notice => 0,
            Self::RemindHalf => 1,
            Self::RemindOver => 2,
            Self::Withdrawn => 3,
            Self::Changes => 5,
        }
    }

    /// As it stands behind the notice in an idempotency key.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::RemindHalf => "half",
            Self::RemindOver => "over",
            Self::Withdrawn => "withdrawn",
            Self::Changes => "changes",
        }
    }
}

/// What one turn did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sent {
    /// Handed over.
    pub sent: u32,
    /// Tried again later.
    pub put_off: u32,
    /// Given up.
    pub given_up: u32,
}

/// How the outbox stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OutboxStanding {
    /// What waits.
    pub waiting: u64,
    /// Of that, what was due more than an hour ago.
    pub late: u64,
    /// What was given up and nobody has dealt with.
    pub given_up: u64,
}

/// Something that was given up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dead {
    /// A notice's id, or a partner's.
    pub about: [u8; 16],
    /// What it was.
    pub purpose: Purpose,
    /// When it was given up.
    pub given_up_at: Time,
    /// How often it was tried.
    pub tries: u32,
    /// What the far side answered last; 0: nothing.
    pub code: u16,
}

/// A row as read or claimed: `next_at` says whose it is.
#[derive(Clone, Debug)]
struct Waiting {
    about: [u8; 16],
    purpose: Purpose,
    due_at: Time,
    next_at: Time,
    tries: u32,
    doubts: u32,
}

/// Puts something; what waits already stays as it is, what was given up is put anew.
pub(crate) async fn put(
    on: &mut Session,
    about: &[u8; 16],
    purpose: Purpose,
    is_urgent: bool,
    due_at: Time,
) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(PUT)
        .bind(&about[..])
        .bind(purpose.code())
        .bind(i64::from(is_urgent))
        .bind(due_at.as_micros())
        .execute(c)
        .await
        .map(drop)?);
    Ok(())
}

/// Takes back whatever waits about something.
pub(crate) async fn drop_all(on: &mut Session, about: &[u8; 16]) -> Result<(), StorageError> {
    on!(on, |c| sqlx::query(DROP).bind(&about[..]).execute(c).await.map(drop)?);
    Ok(())
}

pub(crate) async fn standing(on: &mut Session, now: Time) -> Result<OutboxStanding, StorageError> {
    let late = now.plus_seconds(-LATE_SECONDS).as_micros();
    let (waiting, late, given_up): (i64, i64, i64) =
        on!(on, |c| sqlx::query_as(STANDING).bind(late).fetch_one(c).await?);
    Ok(OutboxStanding { waiting: waiting.unsigned_abs(), late: late.unsigned_abs(), given_up: given_up.unsigned_abs() })
}

/// What was given up, the newest first.
pub(crate) async fn dead(on: &mut Session) -> Result<Vec<Dead>, StorageError> {
    type Row = (Vec<u8>, i64, i64, i64, i64, i64, i64);
    let rows: Vec<Row> = on!(on, |c| sqlx::query_as(DEAD).bind(DEAD_LISTED_MAX).fetch_all(c).await?);
    rows.into_iter()
        .map(|(about, purpose, _, _, given_up_at, tries, code)| {
            Ok(Dead {
                about: about.try_into().map_err(|_| damaged())?,
                purpose: purpose_of(purpose)?,
                given_up_at: Time::from_micros(given_up_at),
                tries: u32::try_from(tries).map_err(|_| damaged())?,
                code: u16::try_from(code).unwrap_or(0),
            })
        })
        .collect()
}

async fn due(on: &mut Session, is_urgent: bool, now: Time, most: i64) -> Result<Vec<Waiting>, StorageError> {
    type Row = (Vec<u8>, i64, i64, i64, i64, i64, i64);
    let rows: Vec<Row> = on!(on, |c| sqlx::query_as(DUE)
        .bind(i64::from(is_urgent))
        .bind(now.as_micros())
        .bind(most)
        .fetch_all(c)
        .await?);
    rows.into_iter()
        .map(|(about, purpose, _, due_at, next_at, tries, doubts)| {
            Ok(Waiting {
                about: about.try_into().map_err(|_| damaged())?,
                purpose: purpose_of(purpose)?,
                due_at: Time::from_micros(due_at),
                next_at: Time::from_micros(next_at),
                tries: u32::try_from(tries).map_err(|_| damaged())?,
                doubts: u32::try_from(doubts).map_err(|_| damaged())?,
            })
        })
        .collect()
}

fn purpose_of(code: i64) -> Result<Purpose, StorageError> {
    Purpose::ALL.into_iter().find(|purpose| purpose.code() == code).ok_or_else(damaged)
}

const fn damaged() -> StorageError {
    StorageError::Damaged("what waits to be handed over")
}

/// What came of an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// The far side has it.
    Taken,
    /// It has not, or its having it twice does no harm; the code that it answered.
    Later(u16),
    /// It will never take it.
    Refused(u16),
    /// It may have it, and would have it twice.
    Doubtful,
    /// Nothing is to be handed over any more.
    Stale,
}

impl Removal {
    /// Hands over what is due, what is of a crisis first.
    pub async fn send_due(&self) -> Result<Sent, NoticeError> {
        let (mut sent, now) = (Sent::default(), self.clock.now());
        let mut rows = due(&mut self.database.read().await?, true, now, PER_TURN_MAX).await?;
        let left = PER_TURN_MAX - rows.len() as i64;
        rows.extend(due(&mut self.database.read().await?, false, now, left).await?);
        for read in rows {
            let until = self.clock.now().plus_seconds(CLAIM_SECONDS);
            if !self.database.run(&Claim { row: &read, until }).await? {
                continue;
            }
            let claimed = Waiting { next_at: until, tries: read.tries + 1, ..read.clone() };
            let (outcome, is_mail) = self.hand_over(&claimed).await?;
            let end = self.end_of(&claimed, outcome, is_mail);
            let name = match end {
                End::Done => {
                    sent.sent += 1;
                    "sent"
                }
                End::Dropped => "stale",
                End::PutOff { .. } => {
                    sent.put_off += 1;
                    "put_off"
                }
                End::GiveUp { .. } => {
                    sent.given_up += 1;
                    tracing::error!(tries = claimed.tries, purpose = claimed.purpose.name(), "a notice was given up");
                    "given_up"
                }
            };
            metrics::counter!("rempart_notices_handed_over_total", "purpose" => claimed.purpose.name(), "outcome" => name)
                .increment(1);
            if self.database.run(&Settle { row: &claimed, end, now: self.clock.now() }).await? {
                self.wake.notify_one();
            }
        }
        Ok(sent)
    }

    /// Tries to hand one row over; also gives whether that was by mail.
    async fn hand_over(&self, row: &Waiting) -> Result<(Outcome, bool), NoticeError> {
        if row.purpose == Purpose::Changes {
            return Ok((self.wake_partner(row).await?, false));
        }
        let id = NoticeId::from_bytes(row.about);
        let mut on = self.database.read().await?;
        let Some(notice) = notices::one(&mut on, id).await? else { return Ok((Outcome::Stale, false)) };
        if !is_wanted(row.purpose, &notice.standing) {
            return Ok((Outcome::Stale, false));
        }
        match notice.standing.channel {
            Channel::Form => Ok((Outcome::Stale, false)),
            Channel::Api => {
                drop(on);
                Ok((self.call(row, &notice.standing).await?, false))
            }
            Channel::Mail => {
                let mail = Directory::read(&mut on).await?.get(&notice.standing.platform).and_then(|to| to.mail);
                drop(on);
                if row.doubts >= DOUBTS_MAX {
                    return Ok((Outcome::Doubtful, true));
                }
                let (Some(to), Some(settings)) = (mail, &self.mail) else { return Ok((Outcome::Later(0), true)) };
                let content = self.open(&notice)?;
                let letter = letter(row.purpose, &notice, &content);
                let number = |purpose: Purpose| {
                    let digest = self.key.digest(&[b"notice mail", &row.about, purpose.name().as_bytes()]);
                    exchange::hex::encode(&digest[..16])
                };
                let ids = post::MessageIds {
                    own: number(row.purpose),
                    notice: (row.purpose != Purpose::Notice).then(|| number(Purpose::Notice)),
                };
                let now = self.clock.now();
                Ok((
                    match post::deliver(settings, &to, &content, &letter, &ids, now).await {
                        Delivered::Taken => Outcome::Taken,
                        Delivered::Later(code) => Outcome::Later(code),
                        Delivered::Refused(code) => Outcome::Refused(code),
                        Delivered::Doubtful => Outcome::Doubtful,
                    },
                    true,
                ))
            }
        }
    }

    /// A partner without a webhook finds it in the list: handed over is then that it is there.
    async fn call(&self, row: &Waiting, notice: &Standing) -> Result<Outcome, NoticeError> {
        let Some(partner) = notice.partner else { return Ok(Outcome::Refused(0)) };
        let hook = webhooks::of(&mut self.database.read().await?, partner).await?;
        let Some(hook) = hook else { return Ok(Outcome::Taken) };
        let kind = match row.purpose {
            Purpose::Notice => WebhookKind::Notice,
            Purpose::RemindHalf => WebhookKind::ReminderHalf,
            Purpose::RemindOver => WebhookKind::ReminderOver,
            Purpose::Withdrawn | Purpose::Changes => WebhookKind::Withdrawn,
        };
        let (is_urgent, at) = (notice.crisis.is_some(), self.clock.now());
        let said = Webhook { kind, notice: Some(notice.id), head: None, urgent: is_urgent, at };
        Ok(self.post(&hook.url, &said, &format!("{}.{}", notice.id, row.purpose.name())).await)
    }

    async fn wake_partner(&self, row: &Waiting) -> Result<Outcome, NoticeError> {
        let partner = PartnerId::from_bytes(row.about);
        let hook = webhooks::of(&mut self.database.read().await?, partner).await?;
        let Some(hook) = hook else { return Ok(Outcome::Stale) };
        let head = Some(hook.woken_seq);
        let said = Webhook { kind: WebhookKind::Changes, notice: None, head, urgent: true, at: self.clock.now() };
        Ok(self.post(&hook.url, &said, &format!("changes.{}", hook.woken_seq)).await)
    }

    async fn post(&self, url: &str, said: &Webhook, idempotency_key: &str) -> Outcome {
        let body = serde_json::to_vec(said).expect("plain values with text keys");
        // An address that is not to be called may be so tomorrow no more: it is tried again, and given up in the end.
        let Ok(url) = self.guard.judge(url) else { return Outcome::Later(0) };
        let Ok(client) = self.guard.client(&url, WEBHOOK_SECONDS_MAX).await else { return Outcome::Later(0) };
        let headers = self.signer.sign(url.as_str(), &body, idempotency_key, self.clock.now());
        let answer = client
            .post(url)
            .header("content-type", "application/json")
            .header("content-digest", headers.content_digest)
            .header("idempotency-key", headers.idempotency_key)
            .header("signature-input", headers.signature_input)
            .header("signature", headers.signature)
            .body(body)
            .send()
            .await;
        match answer {
            // Nothing of the body is read.
            Ok(answer) if answer.status().is_success() => Outcome::Taken,
            Ok(answer) => Outcome::Later(answer.status().as_u16()),
            Err(_) => Outcome::Later(0),
        }
    }

    fn end_of(&self, row: &Waiting, outcome: Outcome, is_mail: bool) -> End {
        let now = self.clock.now();
        let later = |is_clear, code| {
            if row.due_at.plus_seconds(TRIED_SECONDS_MAX) <= now {
                return End::GiveUp { code };
            }
            let first = if is_mail { MAIL_RETRY_SECONDS } else { WEBHOOK_RETRY_SECONDS };
            let wait = wait_seconds(first, row.tries);
            let wait = self.entropy.rng().random_range(wait / 2..=wait);
            End::PutOff { next_at: now.plus_seconds(wait), is_clear, code }
        };
        match outcome {
            Outcome::Taken => End::Done,
            Outcome::Stale => End::Dropped,
            Outcome::Refused(code) => End::GiveUp { code },
            Outcome::Later(code) => later(true, code),
            Outcome::Doubtful if row.doubts + 1 >= DOUBTS_MAX => End::Done,
            Outcome::Doubtful => later(false, 0),
        }
    }
}

/// Doubling from a first wait to the longest; `tries` counts from 1.
fn wait_seconds(first: i64, tries: u32) -> i64 {
    first.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(RETRY_SECONDS_MAX)
}

/// Whether it still has to be handed over.
const fn is_wanted(purpose: Purpose, notice: &Standing) -> bool {
    match purpose {
        Purpose::Notice => matches!(notice.state, State::Approved),
        Purpose::RemindHalf => notice.is_waiting() && notice.reminders == 1,
        Purpose::RemindOver => notice.is_waiting(),
        Purpose::Withdrawn | Purpose::Changes => true,
    }
}

fn letter(purpose: Purpose, notice: &Stored, content: &Content) -> Letter {
    let standing = &notice.standing;
    let which = match purpose {
        Purpose::RemindHalf => FollowUp::Half,
        Purpose::RemindOver => FollowUp::Over,
        Purpose::Withdrawn => FollowUp::Withdrawn,
        Purpose::Notice | Purpose::Changes => return content.letter.clone(),
    };
    let zero = Time::from_micros(0);
    // One that was taken back while it went out was sent when it was taken back.
    let sent = standing.sent_at.or(standing.closed_at).unwrap_or(zero);
    let deadline = standing.deadline_at.unwrap_or(zero);
    letters::follow_up(&content.language, which, &standing.id.to_string(), sent, deadline)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Done,
    Dropped,
    PutOff { next_at: Time, is_clear: bool, code: u16 },
    GiveUp { code: u16 },
}

struct Claim<'a> {
    row: &'a Waiting,
    until: Time,
}

impl Transact for Claim<'_> {
    const NAME: &'static str = "notice_outbox_claim";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        Ok(on!(on, |c| sqlx::query(CLAIM)
            .bind(&self.row.about[..])
            .bind(self.row.purpose.code())
            .bind(self.row.next_at.as_micros())
            .bind(self.until.as_micros())
            .execute(c)
            .await?
            .rows_affected())
            == 1)
    }
}

struct Settle<'a> {
    row: &'a Waiting,
    end: End,
    now: Time,
}

impl Settle<'_> {
    async fn happened(&self, on: &mut Session, event: Event) -> Result<(), NoticeError> {
        let mut head = Head::lock(on).await?;
        let id = NoticeId::from_bytes(self.row.about);
        let Some(mut notice) = notices::one(on, id).await? else { return Ok(()) };
        // Anything else that became of it meanwhile stays.
        if notice.standing.state == State::Approved {
            head.step::<NoticeError>(on, &mut notice, event, self.now).await?;
        }
        Ok(())
    }

    /// It went out, or may have, while it was taken back, and nobody knew that it would: the taking back goes after it. Gives
    /// whether it does.
    async fn went_all_the_same(&self, on: &mut Session) -> Result<bool, NoticeError> {
        let _head = Head::lock(on).await?;
        let Some(notice) = notices::one(on, NoticeId::from_bytes(self.row.about)).await? else { return Ok(false) };
        let standing = &notice.standing;
        let is_told = standing.state == State::Withdrawn && standing.sent_at.is_none();
        if is_told {
            put(on, &self.row.about, Purpose::Withdrawn, standing.crisis.is_some(), self.now).await?;
        }
        Ok(is_told)
    }
}

impl Transact for Settle<'_> {
    const NAME: &'static str = "notice_outbox_settle";
    /// Whether something more is to be handed over now.
    type Output = bool;
    type Error = NoticeError;

    async fn run(&self, on: &mut Session) -> Result<bool, NoticeError> {
        let (about, purpose, next_at) =
            (self.row.about.to_vec(), self.row.purpose.code(), self.row.next_at.as_micros());
        let text = match self.end {
            End::Done | End::Dropped => SETTLE,
            End::PutOff { .. } => PUT_OFF,
            End::GiveUp { .. } => GIVE_UP,
        };
        let changed = on!(on, |c| {
            let query = sqlx::query(text).bind(about).bind(purpose).bind(next_at);
            let query = match self.end {
                End::Done | End::Dropped => query,
                End::PutOff { next_at, is_clear, code } => {
                    query.bind(next_at.as_micros()).bind(i64::from(is_clear)).bind(i64::from(code))
                }
                End::GiveUp { code } => query.bind(self.now.as_micros()).bind(i64::from(code)),
            };
            query.execute(c).await.map_err(StorageError::from)?.rows_affected()
        });
        // Somebody else has it by now, and says what came of it; or it was taken back.
        if changed == 0 {
            return match (self.row.purpose, self.end) {
                (Purpose::Notice, End::Done | End::PutOff { is_clear: false, .. }) => self.went_all_the_same(on).await,
                _ => Ok(false),
            };
        }
        match (self.row.purpose, self.end) {
            (Purpose::Notice, End::Done) => self.happened(on, Event::HandedOver).await?,
            (Purpose::Notice, End::GiveUp { .. }) => self.happened(on, Event::GivenUp).await?,
            _ => {}
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_thirty_seconds_to_six_hours() {
        let waits: Vec<i64> = (1..=12).map(|tries| wait_seconds(WEBHOOK_RETRY_SECONDS, tries)).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1_920, 3_840, 7_680, 15_360, 21_600, 21_600]);
        assert_eq!(wait_seconds(WEBHOOK_RETRY_SECONDS, u32::MAX), RETRY_SECONDS_MAX);
    }
}
