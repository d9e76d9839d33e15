//! Under which law a notice asks: what it must say, who may send it, and when its time is half over and over.
//! The regimes are data (`web/data/regimes.toml`); the clock is pure.
//!
//! **A clock is absolute hours** from the moment a notice was handed over: 48 hours are 172,800 seconds, also across the
//! beginning of daylight saving. A time zone is for showing a moment and takes no part in working one out.

use std::sync::LazyLock;

use exchange::{Class, Time};
use serde::{Deserialize, Serialize};

const DATA: &str = include_str!("../../../../web/data/regimes.toml");
const HOUR_MICROS: i64 = 3_600_000_000;
/// The longest clock that a regime may have, in hours.
pub const CLOCK_HOURS_MAX: u32 = 24 * 90;

static REGIMES: LazyLock<Vec<Regime>> =
    LazyLock::new(|| parse(DATA).expect("web/data/regimes.toml is checked by the tests beside this"));

/// The regimes of `web/data/regimes.toml`.
pub fn regimes() -> &'static [Regime] {
    &REGIMES
}

/// The one with this key.
pub fn regime(key: &str) -> Option<&'static Regime> {
    REGIMES.iter().find(|regime| regime.key == key)
}

/// One regime.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// Short name, for good: notices keep it.
    pub key: String,
    /// The law as it is cited; empty for a plain request.
    pub law: String,
    /// Where the law is read.
    pub source: String,
    /// Jurisdictions whose platforms it binds: `EU`, a country (ISO 3166-1 alpha-2), or `*`.
    #[serde(rename = "where")]
    pub places: Vec<String>,
    /// Who may send a notice under it.
    pub sender: Sender,
    /// Of which legal classes.
    pub classes: Vec<Class>,
    /// From handing over, after how many hours it should be done.
    pub hours: u32,
    /// Whose number that is.
    pub clock: Whose,
    /// What a notice must say.
    pub requires: Vec<Field>,
    /// What it must say besides, unless it is about a child.
    pub requires_of_adults: Vec<Field>,
}

/// Who may send a notice.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    /// Anybody.
    Anyone,
    /// A body that a Digital Services Coordinator made a trusted flagger.
    TrustedFlagger,
    /// An authority: we follow its request.
    Authority,
    /// The person concerned, or who signs for them.
    Person,
}

/// Whose number of hours a clock has.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The law's.
    Law,
    /// Ours: the law says "without delay" or nothing.
    Ours,
}

/// Something that a notice says.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The exact addresses.
    Urls,
    /// Why it is illegal.
    Reason,
    /// That it is said in good faith.
    GoodFaith,
    /// Name of whoever sends it.
    SenderName,
    /// Their address.
    SenderEmail,
    /// Which coordinator made the sender a trusted flagger, and when.
    FlaggerStatus,
    /// Under which number an authority asked.
    AuthorityReference,
    /// Who the person in the picture is, as far as the platform needs to know.
    Identification,
    /// That the person did not agree, said in good faith.
    NoConsent,
    /// A signature, physical or typed.
    Signature,
    /// How to reach whoever signed.
    Contact,
}

impl Field {
    /// Every field, in the order of a form.
    pub const ALL: [Self; 11] = [
        Self::Urls,
        Self::Reason,
        Self::GoodFaith,
        Self::NoConsent,
        Self::SenderName,
        Self::SenderEmail,
        Self::FlaggerStatus,
        Self::AuthorityReference,
        Self::Identification,
        Self::Contact,
        Self::Signature,
    ];

    /// As a form names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Urls => "urls",
            Self::Reason => "reason",
            Self::GoodFaith => "good_faith",
            Self::SenderName => "sender_name",
            Self::SenderEmail => "sender_email",
            Self::FlaggerStatus => "flagger_status",
            Self::AuthorityReference => "authority_reference",
            Self::Identification => "identification",
            Self::NoConsent => "no_consent",
            Self::Signature => "signature",
            Self::Contact => "contact",
        }
    }
}

impl Regime {
    /// Whether a notice of this class may be sent under it.
    pub fn covers(&self, class: Class) -> bool {
        self.classes.contains(&class)
    }

    /// Whether it binds a platform that answers to these jurisdictions.
    pub fn binds(&self, jurisdictions: &[String]) -> bool {
        self.places.iter().any(|place| place == "*" || jurisdictions.contains(place))
    }

    /// What a notice of this class must say.
    pub fn required(&self, class: Class) -> impl Iterator<Item = Field> {
        let of_adults = if class == Class::Adult { self.requires_of_adults.as_slice() } else { &[] };
        self.requires.iter().chain(of_adults).copied()
    }

    /// Its clock, started at this moment.
    pub const fn clock_from(&self, handed_over_at: Time) -> Clock {
        Clock { started_at: handed_over_at, hours: self.hours }
    }
}

/// A clock that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    started_at: Time,
    hours: u32,
}

/// How far a clock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Less than half of it is over.
    Young,
    /// Half of it is over: the first reminder.
    Half,
    /// It is over: the second reminder.
    Over,
}

impl Clock {
    /// When half of it is over, rounded up to the microsecond.
    pub const fn half_at(self) -> Time {
        self.after((self.hours as i64 * HOUR_MICROS + 1) / 2)
    }

    /// When it is over.
    pub const fn deadline(self) -> Time {
        self.after(self.hours as i64 * HOUR_MICROS)
    }

    /// How far it is at a moment. Before its start, as where a machine's clock was set back, it is young.
    pub fn phase(self, now: Time) -> Phase {
        if now >= self.deadline() {
            Phase::Over
        } else if now >= self.half_at() {
            Phase::Half
        } else {
            Phase::Young
        }
    }

    const fn after(self, micros: i64) -> Time {
        Time::from_micros(self.started_at.as_micros().saturating_add(micros))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    version: u32,
    regime: Vec<Regime>,
}

fn parse(data: &str) -> Result<Vec<Regime>, String> {
    let data: Data = toml::from_str(data).map_err(|error| error.to_string())?;
    if data.version != 1 {
        return Err(format!("version {} is not read here", data.version));
    }
    for (position, regime) in data.regime.iter().enumerate() {
        let key = &regime.key;
        if !(1..=CLOCK_HOURS_MAX).contains(&regime.hours) {
            return Err(format!("{key}: a clock has 1 to {CLOCK_HOURS_MAX} hours"));
        }
        if data.regime[..position].iter().any(|other| other.key == *key) {
            return Err(format!("{key} stands twice"));
        }
        if regime.classes.is_empty() || regime.places.is_empty() || !regime.requires.contains(&Field::Urls) {
            return Err(format!("{key}: it needs classes, places, and requires urls"));
        }
        if regime.clock == Whose::Law && (regime.law.is_empty() || !regime.source.starts_with("https://")) {
            return Err(format!("{key}: a law's clock names the law and its source"));
        }
    }
    Ok(data.regime)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use jiff::{Timestamp, ToSpan};
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn instant(time: Time) -> Timestamp {
        Timestamp::from_microsecond(time.as_micros()).unwrap()
    }

    #[test]
    fn every_regime_of_the_brief_is_there_with_its_hours() {
        let hours: Vec<(&str, u32, Whose)> =
            regimes().iter().map(|regime| (regime.key.as_str(), regime.hours, regime.clock)).collect();
        assert_eq!(
            hours,
            [
                ("dsa_16", 72, Whose::Ours),
                ("dsa_22", 24, Whose::Ours),
                ("lcen", 24, Whose::Law),
                ("take_it_down", 48, Whose::Law),
                ("online_safety_au", 48, Whose::Law),
                ("plain", 72, Whose::Ours)
            ]
        );
        let tida = regime("take_it_down").unwrap();
        assert!(tida.required(Class::Minor).any(|field| field == Field::Signature));
        assert!(!regime("lcen").unwrap().covers(Class::Adult));
    }

    #[test]
    fn a_notice_about_a_child_needs_no_name_under_article_16_and_one_about_an_adult_does() {
        let has = |class| regime("dsa_16").unwrap().required(class).any(|field| field == Field::SenderName);
        assert!(!has(Class::Minor) && has(Class::Adult));
    }

    #[test]
    fn a_regime_binds_where_its_law_holds_and_a_plain_request_anywhere() {
        let (us, ie) = (["US".to_owned()], ["EU".to_owned(), "IE".to_owned()]);
        assert!(regime("take_it_down").unwrap().binds(&us) && !regime("take_it_down").unwrap().binds(&ie));
        assert!(regime("dsa_16").unwrap().binds(&ie) && !regime("dsa_16").unwrap().binds(&us));
        assert!(regime("plain").unwrap().binds(&[]));
    }

    #[test]
    fn data_that_would_mislead_is_refused() {
        assert!(parse(DATA).is_ok());
        for (from, to) in [
            ("version = 1", "version = 2"),
            ("hours = 24", "hours = 0"),
            ("hours = 24", "hours = 2161"),
            ("key = \"plain\"", "key = \"lcen\""),
            ("[\"urls\", \"reason\"]\n", "[\"reason\"]\n"),
            ("\"Loi n° 2004-575 du 21 juin 2004 (LCEN), article 6-1\"", "\"\""),
            ("sender = \"authority\"", "sender = \"king\""),
        ] {
            let changed = DATA.replace(from, to);
            assert_ne!(changed, DATA, "{from}");
            assert!(parse(&changed).is_err(), "{from} -> {to}");
        }
    }

    #[test]
    fn forty_eight_hours_are_absolute_when_daylight_saving_begins_and_ends() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let clock = regime("take_it_down").unwrap().clock_from(at("2026-03-28T12:00:00Z"));
        let shown = instant(clock.deadline()).to_zoned(paris.clone());
        // 13:00 in winter, and two days later 14:00 in summer: on the wall it is an hour more.
        assert_eq!(shown.strftime("%F %H:%M").to_string(), "2026-03-30 14:00");
        let clock = regime("take_it_down").unwrap().clock_from(at("2026-10-24T12:00:00Z"));
        let shown = instant(clock.deadline()).to_zoned(paris);
        assert_eq!(shown.strftime("%F %H:%M").to_string(), "2026-10-26 13:00");
    }

    #[test]
    fn a_phase_begins_at_its_very_microsecond() {
        let clock = regime("lcen").unwrap().clock_from(at("2026-11-21T12:00:00Z"));
        let before = |time: Time| Time::from_micros(time.as_micros() - 1);
        assert_eq!(clock.phase(before(clock.half_at())), Phase::Young);
        assert_eq!(clock.phase(clock.half_at()), Phase::Half);
        assert_eq!(clock.phase(before(clock.deadline())), Phase::Half);
        assert_eq!(clock.phase(clock.deadline()), Phase::Over);
        assert_eq!(clock.phase(at("2026-11-20T00:00:00Z")), Phase::Young, "a machine's clock was set back");
    }

    const ZONES: [&str; 10] = [
        "Europe/Paris",
        "America/New_York",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "America/Sao_Paulo",
        "Asia/Kathmandu",
        "Africa/Casablanca",
        "Pacific/Chatham",
        "Antarctica/Troll",
        "UTC",
    ];

    proptest! {
        /// Whatever zone a moment is written in, and whatever that zone's clocks do meanwhile, the deadline is the same
        /// instant: hours after the start, counted on no wall.
        #[test]
        fn a_deadline_knows_no_zone(
            start in 0_i64..7_000_000_000_000_000,
            zone in proptest::sample::select(&ZONES[..]),
            which in 0_usize..6,
        ) {
            let regime = &regimes()[which];
            let started = Time::from_micros(start);
            let zoned = instant(started).to_zoned(TimeZone::get(zone).unwrap());
            // The same moment, read back from that zone's own writing.
            let again: jiff::Zoned = zoned.to_string().parse().unwrap();
            prop_assert_eq!(again.timestamp(), zoned.timestamp());
            let there = Time::from_micros(again.timestamp().as_microsecond());
            let (clock, other) = (regime.clock_from(started), regime.clock_from(there));
            prop_assert_eq!(clock, other);
            let hours = i64::from(regime.hours);
            // jiff's own arithmetic in hours is absolute too.
            let by_jiff = zoned.checked_add(hours.hours()).unwrap().timestamp();
            prop_assert_eq!(instant(clock.deadline()), by_jiff);
            prop_assert_eq!(clock.deadline().as_micros() - start, hours * HOUR_MICROS);
            prop_assert_eq!((clock.half_at().as_micros() - start) * 2, hours * HOUR_MICROS);
        }

        /// Time that goes on never takes a phase back, and each begins once.
        #[test]
        fn phases_only_go_on(start in 0_i64..4_000_000_000_000_000, steps in proptest::collection::vec(0_i64..40, 1..40)) {
            let clock = regime("dsa_22").unwrap().clock_from(Time::from_micros(start));
            let (mut now, mut phase) = (start, Phase::Young);
            for hours in steps {
                now += hours * HOUR_MICROS / 7;
                let next = clock.phase(Time::from_micros(now));
                prop_assert!(next >= phase);
                phase = next;
            }
        }
    }
}
