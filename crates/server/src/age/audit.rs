//! What an auditor asks of an age check in France (Arcom, reference of October 2024, and CNIL): each requirement, what holds it here,
//! and the tests and settings that show it; and the attacks that were tried. `rempart age audit` writes it down; a test keeps every
//! name in it true.

use std::fmt;

use serde::{Serialize, Serializer};

/// One requirement, R1 to R17.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Requirement {
    /// Its number in our list.
    pub id: &'static str,
    /// What is asked.
    pub asks: &'static str,
    /// What holds it.
    pub held_by: &'static str,
    /// Tests that show it, by name.
    pub tests: &'static [&'static str],
    /// What else shows it.
    pub see: &'static [See],
    /// What nothing here can show, and somebody has to.
    pub left_to_people: &'static str,
}

/// Something that an auditor can look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum See {
    /// A file of the sources.
    Source(&'static str),
    /// A file in the folder of one of the three.
    Kept(&'static str),
    /// A setting: the file that it stands in, and its name.
    Setting(&'static str, &'static str),
    /// What to type.
    Command(&'static str),
    /// What one of the three answers to `GET`.
    Page(&'static str),
    /// A header of every answer, and its value.
    Header(&'static str, &'static str),
}

impl fmt::Display for See {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(path) => write!(f, "the file {path} of the sources"),
            Self::Kept(file) => write!(f, "{file} in the folder of its server"),
            Self::Setting(file, name) => write!(f, "{name} in {file}"),
            Self::Command(words) => write!(f, "`{words}`"),
            Self::Page(path) => write!(f, "the answer to GET {path}"),
            Self::Header(name, value) => write!(f, "the header {name}: {value}"),
        }
    }
}

impl Serialize for See {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Something that somebody tries, and the tests in which it was tried.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Attack {
    /// What is tried.
    pub attempt: &'static str,
    /// Tests that try it, by name.
    pub tests: &'static [&'static str],
}

/// All of the requirements.
pub const REQUIREMENTS: [Requirement; 17] = [
    Requirement {
        id: "R1",
        asks: "Whoever gives the proof is independent of the site, in law and in technology",
        held_by: "issuer, attester and verifier are three servers with their own folders, keys and databases; a verifier has no key that signs",
        tests: &["each_of_the_three_starts_alone_from_its_own_folder"],
        see: &[See::Kept("issuer.key"), See::Kept("attester.key"), See::Kept("verifier.key")],
        left_to_people: "that their operators are different companies",
    },
    Requirement {
        id: "R2",
        asks: "The site processes nothing that served to check the age",
        held_by: "what arrives at the site is 516 bytes: token, one-time key, its own question, signature",
        tests: &["every_form_has_one_length", "a_visit_opens_with_a_proof_and_ends_with_an_hour_of_silence"],
        see: &[See::Source("docs/design/0021-age-tokens.md")],
        left_to_people: "",
    },
    Requirement {
        id: "R3",
        asks: "Whoever checks the age keeps nothing of the evidence",
        held_by: "a way of showing an age gives thresholds and nothing else; of some, a keyed digest counts uses for 90 days",
        tests: &[
            "nothing_of_an_evidence_is_on_the_attesters_disk",
            "an_account_shows_a_date_of_birth_to_the_attester_and_thresholds_to_nobody_else",
        ],
        see: &[See::Page("/age/attester")],
        left_to_people: "",
    },
    Requirement {
        id: "R4",
        asks: "Others involved see neither person nor site",
        held_by: "mirrors and monitors of the key log read the same bytes as everybody",
        tests: &["a_mirror_serves_the_same_log_and_says_when_it_saw_it"],
        see: &[See::Command("rempart log monitor")],
        left_to_people: "",
    },
    Requirement {
        id: "R5",
        asks: "Rights: another way, somebody to turn to, no refusal by a machine alone",
        held_by: "every refusal says why, the other ways, and whom to write to; nothing of the person is in it",
        tests: &[
            "the_gate_shows_nothing_of_the_site_and_every_refusal_says_what_next",
            "whoever_is_refused_at_the_attester_sees_why_the_other_ways_and_whom_to_turn_to",
        ],
        see: &[See::Setting("attester.toml", "contact"), See::Setting("verifier.toml", "contact")],
        left_to_people: "that somebody answers",
    },
    Requirement {
        id: "R6",
        asks: "The site does not recognise who comes again, nor learns the way or the provider",
        held_by: "blind signatures; one key for each threshold and week, whichever way and attester",
        tests: &[
            "the_vectors_of_rfc_9578_come_out_byte_for_byte",
            "a_log_with_two_keys_for_one_threshold_and_week_is_caught",
        ],
        see: &[See::Source("docs/design/0021-age-tokens.md"), See::Source("e2e/tests/age.test.js")],
        left_to_people: "",
    },
    Requirement {
        id: "R7",
        asks: "Whoever gives the proof does not learn for which site",
        held_by: "proofs are fetched ahead and blind; the question travels in the fragment of an address, which no server sees; the site asks nobody",
        tests: &["nothing_of_a_site_is_on_the_issuers_disk"],
        see: &[See::Header("referrer-policy", "no-referrer"), See::Source("e2e/tests/age.test.js")],
        left_to_people: "",
    },
    Requirement {
        id: "R8",
        asks: "Nobody in between recognises a person",
        held_by: "no cookies at issuer and attester; a log line has method, route, status and time",
        tests: &["issuer_and_attester_give_nobody_a_cookie", "nothing_of_a_site_is_on_the_issuers_disk"],
        see: &[],
        left_to_people: "logs of proxies in front",
    },
    Requirement {
        id: "R9",
        asks: "Several ways, so that nearly everybody has one",
        held_by: "an attester with fewer than two ways that stand alone does not start",
        tests: &["an_attester_with_one_way_does_not_start"],
        see: &[
            See::Setting("attester.toml", "code"),
            See::Setting("attester.toml", "account"),
            See::Setting("attester.toml", "wallet_roots"),
            See::Setting("attester.toml", "chip_roots"),
            See::Page("/age/attester"),
        ],
        left_to_people: "that the ways turned on reach nearly all adults",
    },
    Requirement {
        id: "R10",
        asks: "People are told how private each way is",
        held_by: "each way declares level, what is kept and who hears of it, on the page where it is chosen",
        tests: &["the_page_of_ways_says_what_each_keeps_and_who_hears_of_it"],
        see: &[See::Page("/age/attester"), See::Source("locales/fr/age.ftl")],
        left_to_people: "",
    },
    Requirement {
        id: "R11",
        asks: "The age is checked at each visit",
        held_by: "a visit ends with the browser's session, and after an hour of silence",
        tests: &["a_visit_opens_with_a_proof_and_ends_with_an_hour_of_silence"],
        see: &[See::Setting("verifier.toml", "idle_minutes")],
        left_to_people: "",
    },
    Requirement {
        id: "R12",
        asks: "A proof cannot be passed on",
        held_by: "a proof is bound to a key that its browser does not give out, and counts once; quotas by voucher and week",
        tests: &[
            "a_stolen_token_without_its_key_and_a_token_for_13_open_nothing",
            "a_token_is_spent_once_and_a_redemption_is_worth_nothing_at_another_site",
            "a_voucher_farms_no_more_than_its_quota_in_a_week_however_it_asks",
        ],
        see: &[See::Setting("issuer.toml", "quota")],
        left_to_people: "an adult who lends a device, or answers a square that somebody sent, passes: nothing prevents that",
    },
    Requirement {
        id: "R13",
        asks: "Nothing is shown before the check",
        held_by: "the site's proxy asks before each request, whatever its path",
        tests: &["nginx_shows_nothing_of_the_site_before_a_proof", "caddy_shows_nothing_of_the_site_before_a_proof"],
        see: &[See::Source("deploy/age/nginx.conf"), See::Source("deploy/age/Caddyfile")],
        left_to_people: "",
    },
    Requirement {
        id: "R14",
        asks: "No bias between groups of people",
        held_by: "no way that is offered estimates anything; face estimation is declared and cannot be turned on",
        tests: &["an_attester_with_one_way_does_not_start"],
        see: &[],
        left_to_people: "error rates of providers",
    },
    Requirement {
        id: "R15",
        asks: "Bank cards: for a time only, by a third party, valid, with strong authentication, and a warning of phishing",
        held_by: "a check of nothing with a second step required; labelled transitional where it is chosen; the page warns",
        tests: &[
            "a_card_counts_only_when_its_bank_asked_for_a_second_step",
            "the_page_of_ways_says_what_each_keeps_and_who_hears_of_it",
        ],
        see: &[See::Setting("attester.toml", "card")],
        left_to_people: "",
    },
    Requirement {
        id: "R16",
        asks: "An independent body can audit it",
        held_by: "this list, the key log that anybody can check, open sources and tests",
        tests: &[
            "each_of_the_three_starts_alone_from_its_own_folder",
            "a_key_that_is_offered_and_not_logged_is_an_alarm",
            "every_name_in_the_audit_is_of_something_that_is_there",
        ],
        see: &[See::Command("rempart age audit"), See::Command("rempart log monitor")],
        left_to_people: "the audit",
    },
    Requirement {
        id: "R17",
        asks: "Data protection: exact, little, for a short time, safe",
        held_by: "secrets sealed at rest; what is counted goes with its week; keys go when their week is over",
        tests: &["keys_come_a_week_ahead_and_go_with_their_week"],
        see: &[
            See::Kept("issuer.key"),
            See::Kept("attester.key"),
            See::Kept("verifier.key"),
            See::Source("docs/design/0022-age-issuer.md"),
        ],
        left_to_people: "the register of processing, and an impact assessment",
    },
];

/// What was tried against it.
pub const ATTACKS: [Attack; 11] = [
    Attack {
        attempt: "A proof is sent again, at the same site and at another",
        tests: &[
            "a_token_is_spent_once_and_a_redemption_is_worth_nothing_at_another_site",
            "a_redemption_that_one_site_collected_is_worth_nothing_at_another",
        ],
    },
    Attack {
        attempt: "A proof is spent twice at the same moment, at one process of a site or at two",
        tests: &[
            "of_many_spends_at_the_same_moment_one_is_let_in",
            "several_verifiers_on_postgresql_let_each_proof_in_once_whatever_happens_to_them",
        ],
    },
    Attack {
        attempt: "A proof is stolen, without the key that holds it",
        tests: &[
            "a_stolen_token_without_its_key_and_a_token_for_13_open_nothing",
            "a_stolen_token_without_its_key_opens_nothing",
        ],
    },
    Attack {
        attempt: "A proof for 13 is shown where 18 is asked, also under the name of a key for 18 that ends alike",
        tests: &[
            "a_token_for_13_does_not_open_a_gate_for_18",
            "a_token_that_names_the_key_for_18_and_is_signed_by_one_for_13_that_ends_alike_is_refused",
        ],
    },
    Attack {
        attempt: "A batch is changed on its way, or its answer",
        tests: &[
            "a_tampered_batch_is_signed_as_it_is_and_finishes_as_nothing",
            "a_tampered_answer_of_the_issuer_is_seen_by_the_holder",
        ],
    },
    Attack {
        attempt: "An issuer gives one person a key of their own",
        tests: &["a_key_for_a_single_person_is_caught_by_the_log", "a_key_that_is_offered_and_not_logged_is_an_alarm"],
    },
    Attack {
        attempt: "A proof of a week that is over is shown",
        tests: &["a_token_ends_with_its_week_and_clocks_may_be_a_little_apart"],
    },
    Attack {
        attempt: "Clocks are apart, by a little and by too much",
        tests: &["a_week_begins_and_ends_and_clocks_may_be_a_little_apart"],
    },
    Attack {
        attempt: "One voucher is to give more proofs than its quota, or one that was changed any at all",
        tests: &[
            "a_voucher_farms_no_more_than_its_quota_in_a_week_however_it_asks",
            "a_voucher_that_was_changed_or_is_nobodys_gets_nothing_signed",
        ],
    },
    Attack {
        attempt: "An issuer dies in the middle of a batch",
        tests: &["an_issuer_that_restarts_in_mid_batch_counts_it_once_and_loses_none"],
    },
    Attack {
        attempt: "A verifier is killed between checking a proof and recording it, or loses its database",
        tests: &[
            "a_verifier_killed_between_check_and_record_lets_nobody_in_and_loses_no_proof",
            "where_nobody_knows_what_was_spent_nobody_is_let_in",
        ],
    },
];
