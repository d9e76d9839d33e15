//! A row of the queue in words: what is known without opening it, and why it stands where it stands.

use exchange::{Class, MatchKind, Status, Tier, Time};

use crate::casework::THREAT;
use crate::casework::{Kin, Kind, Work, taxonomy};
use crate::http::locale::Texts;

/// A state as a tag: its look, its sign, its word.
pub(super) struct Tag {
    pub(super) look: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: String,
}

impl Tag {
    fn new(look: &'static str, sign: &'static str, word: impl Into<String>) -> Self {
        Self { look, sign, word: word.into() }
    }
}

/// A row.
pub(super) struct Row {
    pub(super) path: String,
    pub(super) short: String,
    pub(super) kind: &'static str,
    /// Why it stands here, in the order in which that counts.
    pub(super) why: Vec<Tag>,
    pub(super) skips: u64,
    pub(super) held: Option<Holder>,
}

/// Who has it.
pub(super) struct Holder {
    pub(super) is_me: bool,
    pub(super) until: String,
}

/// For whom rows are written.
pub(super) struct Reader<'a> {
    pub(super) t: Texts,
    pub(super) zone: &'a jiff::tz::TimeZone,
    pub(super) now: Time,
    pub(super) me: crate::access::staff::StaffId,
}

impl Reader<'_> {
    pub(super) fn row(&self, work: &Work) -> Row {
        let held = work.held.filter(|(_, until)| *until > self.now);
        Row {
            path: super::said::path(work.id),
            short: work.id.short(),
            kind: kind(self.t, work.kind),
            why: self.why(work),
            skips: work.skips,
            held: held
                .map(|(who, until)| Holder { is_me: who == self.me, until: self.t.language.moment(until, self.zone) }),
        }
    }

    fn why(&self, work: &Work) -> Vec<Tag> {
        let (t, order) = (self.t, &work.order);
        let mut why = Vec::new();
        if order.danger == THREAT {
            why.push(Tag::new("danger", "!", t.work_why_threat()));
        }
        why.push(match order.class {
            Class::Minor => Tag::new("calm", "◆", t.class_minor()),
            Class::Adult => Tag::new("calm", "◇", t.class_adult()),
        });
        if order.online {
            why.push(Tag::new("warm", "●", t.work_why_online()));
        }
        why.push(if order.due_at <= self.now {
            let seconds = self.now.micros_since(order.due_at) / 1_000_000;
            Tag::new("warm", "…", t.work_why_late(t.language.duration(seconds)))
        } else {
            let seconds = order.due_at.micros_since(self.now) / 1_000_000;
            Tag::new("calm", "…", t.work_why_due(t.language.duration(seconds)))
        });
        match order.spread {
            0 => {}
            1 => why.push(Tag::new("calm", "↗", t.work_why_spread_one())),
            2 => why.push(Tag::new("calm", "↗", t.work_why_spread_some())),
            _ => why.push(Tag::new("calm", "↗", t.work_why_spread_many())),
        }
        why
    }
}

pub(super) const fn kind(t: Texts, kind: Kind) -> &'static str {
    match kind {
        Kind::Case => t.work_kind_case(),
        Kind::Dispute => t.work_kind_dispute(),
        Kind::Appeal => t.work_kind_appeal(),
    }
}

/// An entry that a picture meets, in words.
pub(super) struct KinLine {
    pub(super) entry: String,
    pub(super) met: String,
    pub(super) stands: String,
    pub(super) origin: String,
    /// What our own desk said: the code and when.
    pub(super) said: Option<(String, String)>,
    /// The code to be said again, where it is offered for this class.
    pub(super) again: Option<String>,
}

pub(super) fn kin(t: Texts, class: Class, zone: &jiff::tz::TimeZone, kin: &Kin) -> KinLine {
    let _ = zone;
    let met = match kin.met {
        MatchKind::Exact => t.work_met_exact().to_owned(),
        MatchKind::Near(bits) => t.work_met_near(u64::from(bits)),
    };
    let offered = |code: &str| taxonomy().offered(class).any(|one| one.code == code);
    let decision = kin.decision.as_ref();
    KinLine {
        entry: kin.entry.to_string(),
        met,
        stands: stands(t, kin.tier, kin.status),
        origin: kin.origin.clone(),
        said: decision.map(|decision| {
            let month = decision.month.to_string()[..7].to_owned();
            (code_name(t, &decision.code), month)
        }),
        again: decision.filter(|decision| offered(&decision.code)).map(|decision| decision.code.clone()),
    }
}

pub(super) fn stands(t: Texts, tier: Tier, status: Status) -> String {
    let tier = match tier {
        Tier::Reported => t.tier_reported(),
        Tier::Verified => t.tier_verified(),
        Tier::Confirmed => t.tier_confirmed(),
    };
    match status {
        Status::Active => tier.to_owned(),
        Status::Disputed => t.work_stands_disputed(tier),
        Status::Withdrawn => t.work_stands_withdrawn().to_owned(),
    }
}

/// A code with its name.
pub(super) fn code_name(t: Texts, code: &str) -> String {
    match taxonomy().find(code) {
        Some(known) => format!("{code} · {}", known.name(t.language)),
        None => code.to_owned(),
    }
}
