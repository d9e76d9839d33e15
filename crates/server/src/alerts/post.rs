//! Sending what waits. Several processes may do so at once over one database.

use exchange::Time;
use rand::RngExt;

use super::letter::letter;
use super::queries::{self, Mail};
use super::smtp::Delivered;
use super::{Alerts, DAY_SECONDS, MailSettings, Waiting, language, outbox_place};
use crate::storage::{Session, StorageError, Transact};

/// Mails sent in one go.
const MAILS_PER_TURN_MAX: i64 = 50;
/// A claimed mail is nobody else's for so long: longer than talking to a server may take.
const CLAIM_SECONDS: i64 = 600;
/// Attempts that may have come through, at most; then the mail counts as sent.
const DOUBTS_MAX: u32 = 2;
/// The wait after the first failure.
const RETRY_SECONDS: i64 = 300;
/// The longest wait.
const RETRY_SECONDS_MAX: i64 = 6 * 3_600;
/// From when it was due, how long a mail is tried.
const TRIED_SECONDS_MAX: i64 = 3 * DAY_SECONDS;
/// How long it is said that a mail was given up.
const GIVEN_UP_SECONDS: i64 = 30 * DAY_SECONDS;
/// A mail that still waits so long after it was due is late.
const LATE_SECONDS: i64 = 3_600;

/// What one turn did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Posted {
    /// Mails that a server took.
    pub sent: u32,
    /// Mails that are tried again later.
    pub put_off: u32,
    /// Mails that were given up.
    pub given_up: u32,
}

/// Mails that wait or were given up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// Mails that wait, also those that are not due yet.
    pub waiting: u64,
    /// Of these, mails that were due more than an hour ago.
    pub late: u64,
    /// Mails given up in the last thirty days.
    pub given_up: u64,
    /// What a mail server answered about a late or given up one; 0 when none did.
    pub code: u16,
}

impl Alerts {
    /// Sends what is due, one after the other; `site` gives the site's name in a language. Does nothing while no server is set.
    pub async fn send_due(&self, site: impl Fn(&str) -> String) -> Result<Posted, StorageError> {
        let mut posted = Posted::default();
        let Some(mail) = &self.mail else { return Ok(posted) };
        let due = queries::due(&mut self.database.read().await?, self.clock.now(), MAILS_PER_TURN_MAX).await?;
        for read in due {
            let until = self.clock.now().plus_seconds(CLAIM_SECONDS);
            if !self.database.run(&Claim { mail: &read, until }).await? {
                continue;
            }
            let claimed = Mail { next_at: until, tries: read.tries + 1, ..read.clone() };
            let may_have_come = read.doubts >= DOUBTS_MAX;
            let outcome = if may_have_come { Delivered::Doubtful } else { self.deliver(mail, &claimed, &site).await };
            let (end, count, name) = self.end_of(&claimed, outcome);
            metrics::counter!("rempart_alert_mails_total", "outcome" => name).increment(1);
            match count {
                Count::Sent => posted.sent += 1,
                Count::PutOff => posted.put_off += 1,
                Count::GivenUp => {
                    posted.given_up += 1;
                    tracing::error!(tries = claimed.tries, "a mail was given up");
                }
            }
            self.database.run(&Settle { mail: &claimed, end }).await?;
        }
        Ok(posted)
    }

    /// Forgets addresses whose case is over and mails that were given up long ago.
    pub async fn tidy(&self) -> Result<(), StorageError> {
        self.database.run(&Tidy { now: self.clock.now() }).await
    }

    /// How the outbox stands.
    pub async fn standing(&self) -> Result<Standing, StorageError> {
        Self::standing_of(&mut self.database.read().await?, self.clock.now()).await
    }

    /// The same of a node that is not open.
    pub async fn standing_of(on: &mut Session, now: Time) -> Result<Standing, StorageError> {
        queries::standing(on, now.plus_seconds(-LATE_SECONDS)).await
    }

    async fn deliver(&self, mail: &MailSettings, claimed: &Mail, site: impl Fn(&str) -> String) -> Delivered {
        let opened = self.key.open(&outbox_place(&claimed.id), &claimed.sealed).ok();
        let Some(waiting) = opened.and_then(|plain| serde_json::from_slice::<Waiting>(&plain).ok()) else {
            tracing::error!("a mail that waits does not open; the database is damaged");
            return Delivered::Refused(0);
        };
        let due = claimed.due_at.as_micros().to_be_bytes();
        let number = exchange::hex::encode(&self.key.digest(&[b"alert message", &claimed.id, &due])[..16]);
        let language = language(&waiting.language);
        let name = site(language.code());
        let Some(letter) = letter(mail, &waiting.to, language, &name, &number, self.clock.now()) else {
            return Delivered::Later(0);
        };
        mail.server.deliver(&mail.from, letter.envelope(), &letter.formatted()).await
    }

    fn end_of(&self, mail: &Mail, outcome: Delivered) -> (Ending, Count, &'static str) {
        let now = self.clock.now();
        let is_over = mail.due_at.plus_seconds(TRIED_SECONDS_MAX) <= now;
        let later = |is_clear, code| {
            if is_over {
                return (Ending::GiveUp { now, code }, Count::GivenUp, "given_up");
            }
            let wait = RETRY_SECONDS.saturating_mul(1 << mail.tries.saturating_sub(1).min(16)).min(RETRY_SECONDS_MAX);
            let wait = self.entropy.rng().random_range(wait / 2..=wait);
            (Ending::PutOff { next_at: now.plus_seconds(wait), is_clear, code }, Count::PutOff, "put_off")
        };
        match outcome {
            Delivered::Taken => (Ending::Done, Count::Sent, "sent"),
            Delivered::Refused(code) => (Ending::GiveUp { now, code }, Count::GivenUp, "refused"),
            Delivered::Later(code) => later(true, code),
            Delivered::Doubtful if mail.doubts + 1 >= DOUBTS_MAX => (Ending::Done, Count::Sent, "in_doubt"),
            Delivered::Doubtful => later(false, 0),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Count {
    Sent,
    PutOff,
    GivenUp,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ending {
    Done,
    PutOff { next_at: Time, is_clear: bool, code: u16 },
    GiveUp { now: Time, code: u16 },
}

struct Claim<'a> {
    mail: &'a Mail,
    until: Time,
}

impl Transact for Claim<'_> {
    const NAME: &'static str = "alert_mail_claim";
    type Output = bool;
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<bool, StorageError> {
        queries::claim(on, self.mail, self.until).await
    }
}

struct Settle<'a> {
    mail: &'a Mail,
    end: Ending,
}

impl Transact for Settle<'_> {
    const NAME: &'static str = "alert_mail_settle";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        match self.end {
            Ending::Done => queries::settle(on, self.mail).await,
            Ending::PutOff { next_at, is_clear, code } => {
                queries::put_off(on, self.mail, next_at, is_clear, code).await
            }
            Ending::GiveUp { now, code } => queries::give_up(on, self.mail, now, code).await,
        }
    }
}

struct Tidy {
    now: Time,
}

impl Transact for Tidy {
    const NAME: &'static str = "alerts_tidy";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::end_alerts(on, self.now).await?;
        queries::forget_given_up(on, self.now.plus_seconds(-GIVEN_UP_SECONDS)).await?;
        queries::end_mails(on, self.now.plus_seconds(-2 * TRIED_SECONDS_MAX), self.now).await
    }
}
