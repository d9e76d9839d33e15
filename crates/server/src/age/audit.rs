//! What an auditor asks of an age check in France (Arcom, reference of October 2024, and CNIL): each requirement, what holds it here,
//! and the tests and settings that show it. `rempart age audit` writes it down; a test keeps the names of the tests true.

use serde::Serialize;

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
    /// Settings or files that show it.
    pub settings: &'static [&'static str],
    /// What nothing here can show, and somebody has to.
    pub left_to_people: &'static str,
}

/// All of them.
pub const REQUIREMENTS: [Requirement; 17] = [
    Requirement {
        id: "R1",
        asks: "Whoever gives the proof is independent of the site, in law and in technology",
        held_by: "issuer, attester and verifier are three servers with their own folders, keys and databases; a verifier has no key that signs",
        tests: &["each_of_the_three_starts_alone_from_its_own_folder"],
        settings: &["issuer.toml", "attester.toml", "verifier.toml"],
        left_to_people: "that their operators are different companies",
    },
    Requirement {
        id: "R2",
        asks: "The site processes nothing that served to check the age",
        held_by: "what arrives at the site is 516 bytes: token, one-time key, its own question, signature",
        tests: &["every_form_has_one_length", "a_visit_opens_with_a_proof_and_ends_with_an_hour_of_silence"],
        settings: &["docs/design/0021-age-tokens.md"],
        left_to_people: "",
    },
    Requirement {
        id: "R3",
        asks: "Whoever checks the age keeps nothing of the evidence",
        held_by: "a way of showing an age gives thresholds and nothing else; of some, a keyed digest counts uses for 90 days",
        tests: &["nothing_of_an_evidence_is_on_the_attesters_disk"],
        settings: &["GET /age/attester: retains"],
        left_to_people: "",
    },
    Requirement {
        id: "R4",
        asks: "Others involved see neither person nor site",
        held_by: "mirrors and monitors of the key log read the same bytes as everybody",
        tests: &["a_mirror_serves_the_same_log_and_says_when_it_saw_it"],
        settings: &["rempart log monitor"],
        left_to_people: "",
    },
    Requirement {
        id: "R5",
        asks: "Rights: another way, somebody to turn to, no refusal by a machine alone",
        held_by: "every refusal says why, the other ways, and whom to write to; nothing of the person is in it",
        tests: &["the_gate_shows_nothing_of_the_site_and_every_refusal_says_what_next"],
        settings: &["contact"],
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
        settings: &["docs/design/0021-age-tokens.md", "e2e/tests/age.test.js: an adversary with everything guesses"],
        left_to_people: "",
    },
    Requirement {
        id: "R7",
        asks: "Whoever gives the proof does not learn for which site",
        held_by: "proofs are fetched ahead and blind; the question travels in the fragment of an address, which no server sees; the site asks nobody",
        tests: &["nothing_of_a_site_is_on_the_issuers_disk"],
        settings: &["Referrer-Policy: no-referrer", "e2e/tests/age.test.js: a hundred visits, recorded"],
        left_to_people: "",
    },
    Requirement {
        id: "R8",
        asks: "Nobody in between recognises a person",
        held_by: "no cookies at issuer and attester; a log line has method, route, status and time",
        tests: &["nothing_of_a_site_is_on_the_issuers_disk"],
        settings: &[],
        left_to_people: "logs of proxies in front",
    },
    Requirement {
        id: "R9",
        asks: "Several ways, so that nearly everybody has one",
        held_by: "an attester with fewer than two ways that stand alone does not start",
        tests: &["an_attester_with_one_way_does_not_start"],
        settings: &["attester.toml"],
        left_to_people: "that the ways turned on reach nearly all adults",
    },
    Requirement {
        id: "R10",
        asks: "People are told how private each way is",
        held_by: "each way declares level, what is kept and who hears of it, on the page where it is chosen",
        tests: &["the_page_of_ways_says_what_each_keeps_and_who_hears_of_it"],
        settings: &["GET /"],
        left_to_people: "",
    },
    Requirement {
        id: "R11",
        asks: "The age is checked at each visit",
        held_by: "a visit ends with the browser's session, and after an hour of silence",
        tests: &["a_visit_opens_with_a_proof_and_ends_with_an_hour_of_silence"],
        settings: &["idle_minutes"],
        left_to_people: "",
    },
    Requirement {
        id: "R12",
        asks: "A proof cannot be passed on",
        held_by: "a proof is bound to a key that its browser does not give out, and counts once; quotas by voucher and week",
        tests: &[
            "a_stolen_token_without_its_key_and_a_token_for_13_open_nothing",
            "a_voucher_farms_no_more_than_its_quota_in_a_week_however_it_asks",
        ],
        settings: &["quota"],
        left_to_people: "an adult who lends a device, or answers a square that somebody sent, passes: nothing prevents that",
    },
    Requirement {
        id: "R13",
        asks: "Nothing is shown before the check",
        held_by: "the site's proxy asks before each request, whatever its path",
        tests: &["nginx_shows_nothing_of_the_site_before_a_proof"],
        settings: &["deploy/age/nginx.conf", "deploy/age/Caddyfile", "deploy/age/traefik.yml"],
        left_to_people: "",
    },
    Requirement {
        id: "R14",
        asks: "No bias between groups of people",
        held_by: "no way that is offered estimates anything; face estimation is declared and cannot be turned on",
        tests: &["an_attester_with_one_way_does_not_start"],
        settings: &[],
        left_to_people: "error rates of providers",
    },
    Requirement {
        id: "R15",
        asks: "Bank cards: for a time only, by a third party, valid, with strong authentication, and a warning of phishing",
        held_by: "a check of nothing with a second step required; labelled transitional where it is chosen; the page warns",
        tests: &["a_card_counts_only_when_its_bank_asked_for_a_second_step"],
        settings: &["card"],
        left_to_people: "",
    },
    Requirement {
        id: "R16",
        asks: "An independent body can audit it",
        held_by: "this list, the key log that anybody can check, open sources and tests",
        tests: &["a_key_that_is_offered_and_not_logged_is_an_alarm"],
        settings: &["rempart age audit", "rempart log monitor"],
        left_to_people: "the audit",
    },
    Requirement {
        id: "R17",
        asks: "Data protection: exact, little, for a short time, safe",
        held_by: "secrets sealed at rest; what is counted goes with its week; keys go when their week is over",
        tests: &["keys_come_a_week_ahead_and_go_with_their_week"],
        settings: &["issuer.key", "attester.key", "verifier.key"],
        left_to_people: "the register of processing, and an impact assessment",
    },
];
