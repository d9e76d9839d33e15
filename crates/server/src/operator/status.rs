//! The status page.

use std::borrow::Cow;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use exchange::{Agreement, Class, OutcomeKind, Scope, Scopes, Status, Tier, Time};

use super::overview::{Follower, LAG_SECONDS_MAX, Lag, Overview, Standing};
use super::trouble::{Trouble, troubles};
use crate::http::Problem;
use crate::http::locale::Texts;
use crate::http::page::{Frame, page};
use crate::node::Node;

/// The page, as of now. It does not reload itself.
pub(super) async fn status(State(node): State<Node>, texts: Texts) -> Result<Response, Problem> {
    let overview = Overview::of(&node).await?;
    let status = StatusPage {
        troubles: troubles(&overview).into_iter().map(|trouble| Said::of(&trouble, texts)).collect(),
        frame: Frame { texts, path: "/status" },
        t: texts,
        overview,
    };
    page(texts.language, &status)
}

#[derive(Template)]
#[template(path = "operator/status.html")]
struct StatusPage {
    frame: Frame,
    t: Texts,
    overview: Overview,
    troubles: Vec<Said>,
}

/// Something wrong in words: what happened, and what to do.
pub(super) struct Said {
    pub(super) is_danger: bool,
    pub(super) what: String,
    pub(super) todo: Cow<'static, str>,
}

impl Said {
    pub(super) fn of(trouble: &Trouble, t: Texts) -> Self {
        let long = |lag: &Lag| t.language.duration(lag.seconds);
        let (what, todo): (String, Cow<'static, str>) = match trouble {
            Trouble::NoRecipient => (t.trouble_no_recipient().to_owned(), t.trouble_no_recipient_todo().into()),
            Trouble::NoSheet => (t.trouble_no_sheet().to_owned(), t.trouble_no_sheet_todo().into()),
            Trouble::MailsLate { mails, code } => {
                (t.trouble_mails_late(*mails), t.trouble_mails_late_todo(answer(t, *code)).into())
            }
            Trouble::MailsGivenUp { mails, code } => {
                (t.trouble_mails_given_up(*mails), t.trouble_mails_given_up_todo(answer(t, *code)).into())
            }
            Trouble::NoticesLate { notices } => {
                (t.trouble_notices_late(*notices), t.trouble_notices_late_todo().into())
            }
            Trouble::NoticesGivenUp { notices } => {
                (t.trouble_notices_given_up(*notices), t.trouble_notices_given_up_todo().into())
            }
            Trouble::Loading { applied, head } => (t.trouble_loading(*applied, *head), t.trouble_loading_todo().into()),
            Trouble::IndexFails { times } => (t.trouble_index_fails(*times), t.trouble_index_fails_todo().into()),
            Trouble::IndexLate(lag) => {
                (t.trouble_index_late(lag.changes, long(lag)), t.trouble_index_late_todo().into())
            }
            Trouble::Ahead { partner, key, seq } => {
                (t.trouble_ahead(partner, *seq, key), t.trouble_ahead_todo().into())
            }
            Trouble::Silent { partner, key, lag } => {
                (t.trouble_silent(lag.changes, partner, key, long(lag)), t.trouble_silent_todo().into())
            }
            Trouble::Late { partner, key, lag } => {
                (t.trouble_late(lag.changes, partner, key, long(lag)), t.trouble_late_todo().into())
            }
            Trouble::SourceSilent { source, failures, why } => {
                (t.trouble_source_silent(source, u64::from(*failures)), t.trouble_source_silent_todo(why).into())
            }
            Trouble::SourceSkipped { source, records, last } => {
                (t.trouble_source_skipped(*records, source), t.trouble_source_skipped_todo(last).into())
            }
            Trouble::SourceRefused { source, outcomes, why } => {
                (t.trouble_source_refused(*outcomes, source), t.trouble_source_refused_todo(why).into())
            }
            Trouble::Ended { partner, at } => (t.trouble_ended(partner, moment(at)), t.trouble_ended_todo().into()),
            Trouble::Ending { partner, key, seconds } => {
                (t.trouble_ending(key, partner, t.language.duration(*seconds)), t.trouble_ending_todo().into())
            }
        };
        Self { is_danger: trouble.is_danger(), what, todo }
    }
}

/// What a mail server answered last.
fn answer(t: Texts, code: u16) -> String {
    if code == 0 { t.trouble_mails_no_code().to_owned() } else { code.to_string() }
}

/// A state as a tag: its look, its sign, its word.
pub(super) struct Tag {
    pub(super) look: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: &'static str,
}

impl StatusPage {
    fn tag(&self, follower: &Follower) -> Tag {
        let (look, sign, word) = match follower.standing {
            Standing::Ahead => ("danger", "!", self.t.standing_ahead()),
            Standing::Silent(_) => ("danger", "!", self.t.standing_silent()),
            Standing::Late(_) => ("danger", "!", self.t.standing_late()),
            Standing::Ended => ("warm", "×", self.t.standing_ended()),
            Standing::Following(_) => ("plain", "…", self.t.standing_following()),
            Standing::UpToDate => ("good", "✓", self.t.standing_up_to_date()),
            Standing::Other => ("plain", "–", self.t.standing_other()),
            Standing::NoKey => ("plain", "–", self.t.standing_no_key()),
            Standing::Revoked => ("plain", "×", self.t.standing_revoked()),
        };
        Tag { look, sign, word }
    }

    fn ago(&self, at: &Time) -> String {
        self.t.ago(self.t.language.duration(self.overview.at.micros_since(*at) / 1_000_000))
    }

    /// A line for each class that is shown, then for each that may be contributed.
    fn agreement(&self, Agreement { sees, contributes }: &Agreement) -> Vec<String> {
        let t = self.t;
        let lines = [
            sees.minor.map(|tier| t.sees_minor(self.tier(&tier))),
            sees.adult.map(|tier| t.sees_adult(self.tier(&tier))),
            contributes.minor.map(|tier| t.gives_minor(self.tier(&tier))),
            contributes.adult.map(|tier| t.gives_adult(self.tier(&tier))),
        ];
        lines.into_iter().flatten().collect()
    }

    fn scopes(&self, scopes: &Scopes) -> String {
        let word = |scope| match scope {
            Scope::Contribute => self.t.scope_contribute(),
            Scope::Follow => self.t.scope_follow(),
            Scope::Match => self.t.scope_match(),
            Scope::Outcome => self.t.scope_outcome(),
        };
        scopes.iter().map(word).collect::<Vec<_>>().join(", ")
    }

    const fn class(&self, class: &Class) -> &'static str {
        match class {
            Class::Minor => self.t.class_minor(),
            Class::Adult => self.t.class_adult(),
        }
    }

    const fn tier(&self, tier: &Tier) -> &'static str {
        match tier {
            Tier::Reported => self.t.tier_reported(),
            Tier::Verified => self.t.tier_verified(),
            Tier::Confirmed => self.t.tier_confirmed(),
        }
    }

    const fn kind(&self, kind: &OutcomeKind) -> &'static str {
        match kind {
            OutcomeKind::Seen => self.t.outcome_seen(),
            OutcomeKind::Blocked => self.t.outcome_blocked(),
            OutcomeKind::Removed => self.t.outcome_removed(),
            OutcomeKind::Kept => self.t.outcome_kept(),
            OutcomeKind::Mistaken => self.t.outcome_mistaken(),
        }
    }

    fn entries(&self, class: &Class, tier: &Tier, status: &Status) -> u64 {
        let counts = self.overview.entries.iter();
        counts.filter(|c| (&c.class, &c.tier, &c.status) == (class, tier, status)).map(|c| c.entries).sum()
    }

    fn entries_with(&self, status: &Status) -> u64 {
        self.overview.entries.iter().filter(|count| count.status == *status).map(|count| count.entries).sum()
    }

    fn outcomes(&self, kind: &OutcomeKind) -> u64 {
        self.overview.outcomes.iter().filter(|(other, _)| other == kind).map(|(_, count)| count).sum()
    }

    fn engine(&self) -> &'static str {
        if self.overview.engine == "sqlite" { "SQLite" } else { "PostgreSQL" }
    }
}

/// The day of an instant; the same in every language.
fn date(at: &Time) -> String {
    at.to_string()[..10].to_owned()
}

/// An instant to the second; the same in every language.
pub(super) fn moment(at: &Time) -> String {
    let text = at.to_string();
    format!("{} {} UTC", &text[..10], &text[11..19])
}
