//! What codes are called, in the reader's language.

use exchange::Class;

use crate::http::locale::Texts;
use crate::removal::notices::{Answer, Authority, Channel, Event, Found, Refusal, State};
use crate::removal::regimes::{Field, Regime, Whose};

/// The words of this room in a language.
#[derive(Clone, Copy)]
pub(crate) struct Words(pub(crate) Texts);

impl Words {
    pub(crate) const fn state(self, state: &State) -> &'static str {
        let t = self.0;
        match state {
            State::Draft => t.removal_state_draft(),
            State::Approved => t.removal_state_approved(),
            State::Sent => t.removal_state_sent(),
            State::Acknowledged => t.removal_state_acknowledged(),
            State::Removed => t.removal_state_removed(),
            State::GeoBlocked => t.removal_state_geo_blocked(),
            State::Refused => t.removal_state_refused(),
            State::Reposted => t.removal_state_reposted(),
            State::Undeliverable => t.removal_state_undeliverable(),
            State::Withdrawn => t.removal_state_withdrawn(),
        }
    }

    /// The class of a state's tag; its word says the same.
    pub(crate) const fn tag(state: &State) -> &'static str {
        match state {
            State::Removed => "good",
            State::Sent | State::Acknowledged | State::Approved | State::GeoBlocked => "warm",
            State::Refused | State::Reposted | State::Undeliverable => "danger",
            State::Draft | State::Withdrawn => "",
        }
    }

    pub(crate) const fn channel(self, channel: &Channel) -> &'static str {
        let t = self.0;
        match channel {
            Channel::Api => t.removal_channel_api(),
            Channel::Mail => t.removal_channel_mail(),
            Channel::Form => t.removal_channel_form(),
        }
    }

    pub(crate) const fn class(self, class: &Class) -> &'static str {
        match class {
            Class::Minor => self.0.removal_class_minor(),
            Class::Adult => self.0.removal_class_adult(),
        }
    }

    pub(crate) const fn refusal(self, refusal: &Refusal) -> &'static str {
        let t = self.0;
        match refusal {
            Refusal::NotAViolation => t.removal_refusal_not_a_violation(),
            Refusal::PublicInterest => t.removal_refusal_public_interest(),
            Refusal::Consent => t.removal_refusal_consent(),
            Refusal::Legal => t.removal_refusal_legal(),
            Refusal::NotFound => t.removal_refusal_not_found(),
            Refusal::Partly => t.removal_refusal_partly(),
            Refusal::Other => t.removal_refusal_other(),
        }
    }

    pub(crate) const fn found(self, found: &Found) -> &'static str {
        let t = self.0;
        match found {
            Found::Gone => t.removal_found_gone(),
            Found::Still => t.removal_found_still(),
            Found::GeoBlocked => t.removal_found_geo_blocked(),
            Found::Moved => t.removal_found_moved(),
        }
    }

    pub(crate) const fn authority(self, authority: Authority) -> &'static str {
        match authority {
            Authority::Coordinator => self.0.removal_to_coordinator(),
            Authority::Police => self.0.removal_to_police(),
        }
    }

    pub(crate) fn regime(self, key: &str) -> &'static str {
        let t = self.0;
        match key {
            "dsa_16" => t.removal_regime_dsa_16(),
            "dsa_22" => t.removal_regime_dsa_22(),
            "lcen" => t.removal_regime_lcen(),
            "take_it_down" => t.removal_regime_take_it_down(),
            "online_safety_au" => t.removal_regime_online_safety_au(),
            _ => t.removal_regime_plain(),
        }
    }

    /// A regime with its clock.
    pub(crate) fn regime_with_clock(self, regime: &Regime) -> String {
        let hours = u64::from(regime.hours);
        let clock = match regime.clock {
            Whose::Law => self.0.removal_hours_law(hours),
            Whose::Ours => self.0.removal_hours_ours(hours),
        };
        format!("{} · {clock}", self.regime(&regime.key))
    }

    pub(crate) const fn field(self, field: Field) -> &'static str {
        let t = self.0;
        match field {
            Field::Urls => t.removal_field_urls(),
            Field::Reason => t.removal_field_reason(),
            Field::GoodFaith => t.removal_field_good_faith(),
            Field::SenderName => t.removal_field_sender_name(),
            Field::SenderEmail => t.removal_field_sender_email(),
            Field::FlaggerStatus => t.removal_field_flagger_status(),
            Field::AuthorityReference => t.removal_field_authority_reference(),
            Field::Identification => t.removal_field_identification(),
            Field::NoConsent => t.removal_field_no_consent(),
            Field::Signature => t.removal_field_signature(),
            Field::Contact => t.removal_field_contact(),
        }
    }

    pub(crate) fn event(self, event: &Event) -> String {
        let t = self.0;
        match event {
            Event::Approved => t.removal_event_approved().to_owned(),
            Event::HandedOver => t.removal_event_handed_over().to_owned(),
            Event::Acknowledged => t.removal_event_acknowledged().to_owned(),
            Event::HalfPassed => t.removal_event_half_passed().to_owned(),
            Event::TimePassed => t.removal_event_time_passed().to_owned(),
            Event::Escalated(to) => t.removal_event_escalated(self.authority(*to)),
            Event::Answered(Answer::Removed) => t.removal_event_removed().to_owned(),
            Event::Answered(Answer::GeoBlocked) => t.removal_event_geo_blocked().to_owned(),
            Event::Answered(Answer::Kept(reason)) => t.removal_event_kept(self.refusal(reason)),
            Event::Checked(found) => t.removal_event_checked(self.found(found)),
            Event::GivenUp => t.removal_event_given_up().to_owned(),
            Event::Retried => t.removal_event_retried().to_owned(),
            Event::Withdrawn => t.removal_event_withdrawn().to_owned(),
        }
    }

    /// What came of a form, by the code in the address; `None` for one that says nothing.
    pub(crate) fn said(self, code: &str) -> Option<(&'static str, bool)> {
        let t = self.0;
        let said = match code {
            "done" => return Some((t.removal_said_done(), true)),
            // What became of the verdict that led here.
            "closed" => return Some((t.work_said_closed(), true)),
            "second" => return Some((t.work_said_second(), true)),
            "same_person" => t.removal_said_same_person(),
            "not_now" => t.removal_said_not_now(),
            "missing" => t.removal_said_missing(),
            "urls" => t.removal_said_urls(),
            "too_long" => t.removal_said_too_long(),
            "wrong_regime" => t.removal_said_wrong_regime(),
            "no_way" => t.removal_said_no_way(),
            "forgotten" => t.removal_said_forgotten(),
            "failed" => t.removal_said_failed(),
            "crisis_name" => t.removal_crises_wrong_name(),
            "crisis_criteria" => t.removal_crises_wrong_criteria(),
            "crisis_person" => t.removal_crises_wrong_person(),
            "crisis_over" => t.removal_crises_wrong_over(),
            "platform_key" => t.removal_platforms_wrong_key(),
            "platform_mail" => t.removal_platforms_wrong_mail(),
            "platform_form" => t.removal_platforms_wrong_form(),
            "platform_way" => t.removal_platforms_wrong_way(),
            "platform_long" => t.removal_platforms_wrong_long(),
            "platform_partner" => t.removal_platforms_wrong_partner(),
            _ => return None,
        };
        Some((said, false))
    }
}
