//! Other systems' wires over HTTP, read with our own decoders: what a reader is shown, how it learns of changes, what it
//! may say back. With their unmodified clients: see `clients`.

use std::collections::BTreeMap;

use exchange::dialects::{Listed, Stance, arachnid, ncmec, stopncii, tat, threatexchange};
use exchange::{Class, Reach, Scope};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use server::bank::CHANGES_PER_SECOND_MAX;
use server::clock::Clock;

use crate::support::{Answer, TestNode, TestPartner, hash, manual, near, on_every_engine};

const LISTS: [List; 4] = [List::StopNcii, List::Ncmec, List::ThreatExchange, List::Tat];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum List {
    StopNcii,
    Ncmec,
    ThreatExchange,
    Tat,
}

/// A client of a list: what it holds, and where it goes on.
struct Reader {
    list: List,
    key: String,
    base: String,
    http: reqwest::Client,
    held: BTreeMap<String, Listed>,
    checkpoint: Option<String>,
    requests: u32,
}

impl Reader {
    fn of(list: List, partner: &TestPartner) -> Self {
        let (key, base, http) = (partner.key.clone(), partner.base.clone(), partner.http.clone());
        Self { list, key, base, http, held: BTreeMap::new(), checkpoint: None, requests: 0 }
    }

    /// The access token of the graph.
    fn token(&self) -> String {
        graph_token(&self.key)
    }

    fn signed(&self, path: &str) -> RequestBuilder {
        let request = self.http.get(format!("{}{path}", self.base));
        match self.list {
            List::StopNcii => request.header("x-functions-key", &self.key).header("ocp-apim-subscription-key", "any"),
            List::Ncmec => request.basic_auth("platform", Some(&self.key)),
            List::ThreatExchange => request,
            List::Tat => request.bearer_auth(&self.key),
        }
    }

    /// One page; where the next one is, if there is one.
    async fn page(&mut self, path: &str) -> Result<Option<String>, Answer> {
        self.requests += 1;
        let answer = Answer::of(self.signed(path).send().await.unwrap()).await;
        if answer.status != 200 {
            return Err(answer);
        }
        let bytes = answer.text.as_bytes();
        let (listed, next): (Vec<Listed>, Option<String>) = match self.list {
            List::StopNcii => {
                let page = stopncii::decode(bytes).unwrap();
                assert_eq!(page.skipped, []);
                let start = self.checkpoint.clone().unwrap_or("10".to_owned());
                let next = page.next.map(|token| {
                    format!("/stopncii/v1/FetchHashes?startTimestamp={start}&pageSize=3&nextPageToken={token}")
                });
                if !page.has_more {
                    self.checkpoint = Some(page.next_second.to_string());
                }
                (page.records.iter().filter_map(stopncii::Record::listed).collect(), next)
            }
            List::Ncmec => {
                let page = ncmec::decode(bytes).unwrap();
                assert_eq!(page.skipped, []);
                (page.items.iter().map(ncmec::Item::listed).collect(), page.next.map(|next| format!("/ncmec{next}")))
            }
            List::ThreatExchange => {
                let page = threatexchange::decode_updates(bytes).unwrap();
                assert_eq!(page.skipped, []);
                assert!(!page.updates.is_empty(), "an empty page stops the client");
                let seconds: Vec<i64> = page.updates.iter().map(|update| update.second).collect();
                assert!(seconds.is_sorted(), "{seconds:?}");
                let newest = seconds.last().unwrap().to_string();
                if page.next.is_none() {
                    self.checkpoint = Some(newest);
                }
                let next = page.next.map(|next| next.strip_prefix(&self.base).unwrap().to_owned());
                (page.updates.iter().filter_map(threatexchange::Update::listed).collect(), next)
            }
            List::Tat => {
                let page = tat::decode(bytes).unwrap();
                assert_eq!(page.skipped, []);
                let after = self.checkpoint.clone().unwrap_or_default();
                let next = page.next.map(|query| format!("/tat/api/hash-list/v2/all?{query}&order=asc&after={after}"));
                if next.is_none() {
                    self.checkpoint = Some(page.checkpoint);
                }
                (page.rows.iter().map(tat::Row::listed).collect(), next)
            }
        };
        for listed in listed {
            if listed.fingerprints.is_empty() {
                self.held.remove(&listed.key);
            } else {
                self.held.insert(listed.key.clone(), listed);
            }
        }
        Ok(next)
    }

    fn first(&self, from: i64, to: i64) -> String {
        let checkpoint = self.checkpoint.as_deref();
        match self.list {
            List::StopNcii => {
                format!("/stopncii/v1/FetchHashes?startTimestamp={}&pageSize=3", checkpoint.unwrap_or("10"))
            }
            List::Ncmec => format!("/ncmec/v2/entries?from={}&to={}", ncmec::time(from), ncmec::time(to)),
            List::ThreatExchange => {
                let start = checkpoint.map(|second| format!("&start_time={second}")).unwrap_or_default();
                format!("/threatexchange/v26.0/1000/threat_updates/?access_token={}&limit=3{start}", self.token())
            }
            List::Tat => format!("/tat/api/hash-list/v2/all?None&limit=3&order=asc&after={}", checkpoint.unwrap_or("")),
        }
    }

    /// Everything that is new; NCMEC's readers say from when to when by their own clock.
    async fn fetch_between(&mut self, from: i64, to: i64) -> Result<(), Answer> {
        let mut next = Some(self.first(from, to));
        while let Some(path) = next {
            next = self.page(&path).await?;
        }
        Ok(())
    }

    async fn fetch(&mut self, node: &TestNode) {
        let now = node.node.clock.now().as_micros() / 1_000_000;
        let from = if self.checkpoint.is_some() && self.list == List::Ncmec { now - 10 } else { 0 };
        self.fetch_between(from, now - 5).await.unwrap();
        if self.list == List::Ncmec {
            self.checkpoint = Some(String::new());
        }
    }

    /// Hashes and files' digests that it holds.
    fn values(&self) -> Vec<String> {
        let all = self.held.values().flat_map(|listed| &listed.fingerprints);
        let mut values: Vec<String> = all.map(|one| exchange::hex::encode(one.bytes())).collect();
        values.sort();
        values
    }

    fn stance(&self, value: &str) -> Option<(Stance, Option<Class>)> {
        let of = |listed: &&Listed| listed.fingerprints.iter().any(|one| exchange::hex::encode(one.bytes()) == value);
        self.held.values().find(of).map(|listed| (listed.stance, listed.class))
    }
}

fn graph_token(key: &str) -> String {
    let (id, secret) = key.strip_prefix("rp_").unwrap().split_once('_').unwrap();
    format!("{:020}%7C{secret}", u64::from_str_radix(id, 16).unwrap())
}

fn sorted<const N: usize>(values: [&str; N]) -> Vec<String> {
    let mut values = values.map(str::to_owned).to_vec();
    values.sort();
    values
}

async fn protect(partner: &TestPartner, class: &str, tier: &str, fingerprints: &[(&str, &str)]) -> String {
    let fingerprints: Vec<Value> =
        fingerprints.iter().map(|(kind, value)| json!({"kind": kind, "value": value})).collect();
    let entry = json!({"class": class, "tier": tier, "fingerprints": fingerprints});
    let answer = partner.post("entries", &json!({"entries": [entry]})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body["entries"][0]["id"].as_str().unwrap().to_owned()
}

fn advance(clock: &Clock, seconds: i64) {
    clock.set(clock.now().plus_seconds(seconds));
}

fn md5(seed: u64) -> String {
    hash(seed)[..32].to_owned()
}

fn reads(sees: &str) -> Reach {
    Reach::parse(sees).unwrap()
}

const EVERY: [Scope; 4] = [Scope::Contribute, Scope::Follow, Scope::Match, Scope::Outcome];

on_every_engine!(every_list_has_what_its_reader_is_shown_and_says_what_is_to_be_done, |engine| {
    let node = TestNode::start(engine).await;
    let hotline = node.partner("hotline").await;
    let reader = node.partner_with("platform", reads("minor:verified,adult:reported"), Reach::default(), &EVERY).await;
    let (a, b, c, d) = (hash(1), hash(2), md5(3), hash(4));
    protect(&hotline, "minor", "confirmed", &[("pdq", &a), ("md5", &md5(11)), ("sha256", &hash(12))]).await;
    protect(&hotline, "adult", "reported", &[("pdq", &b)]).await;
    protect(&hotline, "minor", "confirmed", &[("md5", &c)]).await;
    protect(&hotline, "minor", "reported", &[("pdq", &d)]).await;
    let disputed = protect(&hotline, "adult", "verified", &[("pdq", &hash(5))]).await;
    assert_eq!(hotline.post(&format!("entries/{disputed}/dispute"), &json!({})).await.status, 200);
    for list in LISTS {
        let mut reading = Reader::of(list, &reader);
        reading.fetch(&node).await;
        let (minor, adult) = (Some(Class::Minor), Some(Class::Adult));
        match list {
            List::Ncmec => {
                assert_eq!(reading.values(), sorted([&a, &md5(11), &c]));
                assert_eq!(reading.stance(&a), Some((Stance::Firm, minor)));
            }
            List::StopNcii => {
                assert_eq!(reading.values(), sorted([&a, &b, &c, &hash(5)]));
                assert_eq!(reading.stance(&a), Some((Stance::Firm, minor)));
                assert_eq!(reading.stance(&b), Some((Stance::Lead, adult)));
                assert_eq!(reading.stance(&c), Some((Stance::Firm, minor)));
                assert_eq!(reading.stance(&hash(5)), Some((Stance::Contested, adult)));
            }
            List::ThreatExchange => {
                assert_eq!(reading.values(), sorted([&a, &b, &c, &md5(11), &hash(12), &hash(5)]));
                assert_eq!(reading.stance(&b), Some((Stance::Lead, adult)));
                assert_eq!(reading.stance(&hash(5)), Some((Stance::Contested, adult)));
            }
            List::Tat => {
                assert_eq!(reading.values(), sorted([&a, &b, &c, &md5(11), &hash(12), &hash(5)]));
                assert_eq!(reading.stance(&a), Some((Stance::Lead, minor)));
            }
        }
    }
});

on_every_engine!(what_goes_is_told_and_what_another_still_stands_for_is_not, |engine| {
    let node = TestNode::start(engine).await;
    let (one, other) = (node.partner("one").await, node.partner("other").await);
    let reader = node.partner_with("platform", reads("minor:verified"), Reach::default(), &EVERY).await;
    let (shared, alone, late) = (hash(1), hash(2), hash(3));
    let first = protect(&one, "minor", "confirmed", &[("pdq", &shared)]).await;
    let second = protect(&other, "minor", "confirmed", &[("pdq", &shared)]).await;
    let single = protect(&one, "minor", "confirmed", &[("pdq", &alone), ("md5", &md5(9))]).await;
    let mut readers: Vec<Reader> = LISTS.iter().map(|list| Reader::of(*list, &reader)).collect();
    for reading in &mut readers {
        reading.fetch(&node).await;
        assert!(reading.values().contains(&shared) && reading.values().contains(&alone), "{:?}", reading.list);
    }
    for (partner, entry) in [(&one, &first), (&one, &single)] {
        assert_eq!(partner.delete(&format!("entries/{entry}")).await.status, 200);
    }
    protect(&one, "minor", "confirmed", &[("pdq", &late)]).await;
    for reading in &mut readers {
        reading.fetch(&node).await;
        assert_eq!(reading.values(), sorted([&shared, &late]), "{:?}", reading.list);
    }
    assert_eq!(other.delete(&format!("entries/{second}")).await.status, 200);
    for reading in &mut readers {
        reading.fetch(&node).await;
        assert_eq!(reading.values(), sorted([&late]), "{:?}", reading.list);
        // Again is the same as once.
        reading.fetch(&node).await;
        assert_eq!(reading.values(), sorted([&late]), "{:?}", reading.list);
        let mut fresh = Reader::of(reading.list, &reader);
        fresh.fetch(&node).await;
        assert_eq!(fresh.values(), sorted([&late]), "{:?}", reading.list);
    }
});

on_every_engine!(a_walk_that_others_write_into_ends_and_misses_nothing, |engine| {
    let node = TestNode::start(engine).await;
    let hotline = node.partner("hotline").await;
    let reader = node.partner_with("platform", reads("minor:verified"), Reach::default(), &EVERY).await;
    let mut ids = Vec::new();
    for seed in 0..12 {
        ids.push(protect(&hotline, "minor", "confirmed", &[("pdq", &hash(seed))]).await);
    }
    let mut seed = 100;
    for list in [List::StopNcii, List::ThreatExchange, List::Tat] {
        let mut reading = Reader::of(list, &reader);
        let mut next = Some(reading.first(0, 0));
        while let Some(path) = next {
            next = reading.page(&path).await.unwrap();
            // One that was told goes, one comes, for each page: the walk ends all the same.
            protect(&hotline, "minor", "confirmed", &[("pdq", &hash(seed))]).await;
            if reading.requests == 2 {
                assert_eq!(hotline.delete(&format!("entries/{}", ids.remove(0))).await.status, 200);
            }
            seed += 1;
            assert!(reading.requests < 40, "{list:?} does not end");
        }
        assert!(reading.requests >= 4, "{list:?} took {} requests", reading.requests);
        reading.fetch(&node).await;
        let mut fresh = Reader::of(list, &reader);
        fresh.fetch(&node).await;
        assert_eq!(reading.values(), fresh.values(), "{list:?}");
        assert_eq!(fresh.values().len(), (seed - 100) as usize + ids.len());
    }
});

on_every_engine!(seconds_never_fall_whatever_the_clock_does, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let hotline = node.partner("hotline").await;
    let reader = node.partner_with("platform", reads("minor:verified"), Reach::default(), &EVERY).await;
    let mut readers: Vec<Reader> = LISTS.iter().map(|list| Reader::of(*list, &reader)).collect();
    let mut last = 0;
    for (step, moved) in [0, 0, 1, -3_600, 0, 1, 7_200, 0, -10, 1].into_iter().enumerate() {
        advance(&clock, moved);
        protect(&hotline, "minor", "confirmed", &[("pdq", &hash(step as u64))]).await;
        let head = node.node.bank.head().await.unwrap();
        let second = node.node.bank.second_of(head).await.unwrap().unwrap();
        assert!(second >= last, "step {step}");
        last = second;
        for reading in &mut readers {
            reading.fetch(&node).await;
            assert_eq!(reading.values().len(), step + 1, "{:?}, step {step}", reading.list);
        }
    }
    // Many in one second: the next one begins before the client would be sent too much again.
    let many: Vec<Value> =
        (0..1_000_u64).map(|seed| crate::support::entry("minor", "reported", &hash(1_000 + seed))).collect();
    for call in 0..2 {
        let entries: Vec<Value> =
            if call == 0 { many.clone() } else { vec![crate::support::entry("minor", "reported", &hash(9_999))] };
        assert_eq!(hotline.post("entries", &json!({"entries": entries})).await.status, 201);
    }
    let head = node.node.bank.head().await.unwrap();
    let second = async |number| node.node.bank.second_of(number).await.unwrap().unwrap();
    assert_eq!(second(head).await, second(head - 1).await + 1);
    assert_eq!(node.node.bank.number_before(second(head).await).await.unwrap(), head - 1);
    assert!(head - node.node.bank.number_before(second(head - 1).await).await.unwrap() > CHANGES_PER_SECOND_MAX);
});

on_every_engine!(ncmec_readers_in_any_zone_miss_nothing_and_large_ranges_are_paged, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| {
        clock = Some(manual(settings));
        settings.list_page = 4;
    })
    .await;
    let clock = clock.unwrap();
    let hotline = node.partner("hotline").await;
    let reader = node.partner_with("platform", reads("minor:verified"), Reach::default(), &EVERY).await;
    let now = || clock.now().as_micros() / 1_000_000;
    // Each believes its own clock, and calls it UTC.
    let zones = [0, 2 * 3_600, -8 * 3_600, 14 * 3_600];
    let mut readers: Vec<(i64, Reader, i64)> =
        zones.iter().map(|zone| (*zone, Reader::of(List::Ncmec, &reader), 0)).collect();
    for step in 0..4_u64 {
        protect(&hotline, "minor", "confirmed", &[("pdq", &hash(step))]).await;
        advance(&clock, 10);
        for (zone, reading, from) in &mut readers {
            let to = now() - 5;
            let begin = if *from == 0 { 0 } else { *from + *zone };
            reading.fetch_between(begin, to + *zone).await.unwrap();
            *from = to;
            assert_eq!(reading.values().len(), step as usize + 1, "zone {zone}, step {step}");
        }
    }
    for step in 4..30_u64 {
        protect(&hotline, "minor", "confirmed", &[("pdq", &hash(step))]).await;
        advance(&clock, 60);
    }
    // Whoever follows `next` has everything; the first page of a range that is too large is nearly empty.
    let mut reading = Reader::of(List::Ncmec, &reader);
    let path = reading.first(0, now());
    let next = reading.page(&path).await.unwrap();
    assert_eq!(reading.values().len(), 1);
    let mut next = next;
    while let Some(path) = next {
        assert!(path.contains("&start=") && path.contains("&size=4&") && path.contains("&max="), "{path}");
        next = reading.page(&path).await.unwrap();
    }
    assert_eq!((reading.values().len(), reading.requests), (30, 9));
    let refused = reading.page("/ncmec/v2/entries?from=1970-01-01T00:00:00Z&start=1").await.unwrap_err();
    refused.is_problem(422, "invalid");
    let ahead =
        reading.page("/ncmec/v2/entries?from=1970-01-01T00:00:00Z&start=1&size=3&max=999999").await.unwrap_err();
    ahead.is_problem(409, "ahead-of-bank");
});

on_every_engine!(wrong_keys_are_refused_in_the_words_of_each_system, |engine| {
    let node = TestNode::start(engine).await;
    let reader = node.partner_with("platform", reads("minor:verified"), Reach::default(), &[Scope::Match]).await;
    let unknown = format!("rp_{}_{}", "0".repeat(16), "0".repeat(64));
    for list in LISTS {
        let mut stranger = Reader::of(list, &node.with_key(unknown.clone()));
        let path = stranger.first(0, 100);
        let refused = stranger.page(&path).await.unwrap_err();
        let mut other = Reader::of(list, &reader);
        let path = other.first(0, 100);
        let unfit = other.page(&path).await.unwrap_err();
        assert_eq!((refused.status, unfit.status), (401, 403), "{list:?}");
        if list == List::ThreatExchange {
            assert_eq!(refused.body["error"]["code"], 190, "{}", refused.text);
            assert_eq!(unfit.body["error"]["code"], 10, "{}", unfit.text);
        } else {
            refused.is_problem(401, "key-unknown");
            unfit.is_problem(403, "scope-missing");
        }
    }
    let post = |path: &str| node.http.post(format!("{}{path}", node.base()));
    let form = [("username", "platform"), ("password", unknown.as_str()), ("resend", "False")];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let form_type = "application/x-www-form-urlencoded";
    let token = post("/tat/token-auth/tcap/").header("content-type", form_type).body(body.clone());
    Answer::of(token.send().await.unwrap()).await.is_problem(401, "key-unknown");
    let token =
        post("/tat/token-auth/tcap/").header("content-type", form_type).body(body.replace(&unknown, &reader.key));
    let token = Answer::of(token.send().await.unwrap()).await;
    assert_eq!((token.status, token.body["token"].as_str()), (200, Some(reader.key.as_str())));
    let shield = post("/arachnid/v1/pdq/").basic_auth("platform", Some(&unknown)).body("{}");
    let shield = Answer::of(shield.send().await.unwrap()).await;
    assert_eq!(shield.status, 401);
    assert!(shield.body["detail"].as_str().unwrap().contains("unknown"), "{}", shield.text);
});

on_every_engine!(a_changed_agreement_makes_readers_begin_again, |engine| {
    let node = TestNode::start(engine).await;
    let hotline = node.partner("hotline").await;
    let reader = node.partner_with("platform", reads("minor:reported"), Reach::default(), &EVERY).await;
    protect(&hotline, "minor", "reported", &[("pdq", &hash(1))]).await;
    protect(&hotline, "minor", "confirmed", &[("pdq", &hash(2))]).await;
    for list in LISTS {
        let mut reading = Reader::of(list, &reader);
        reading.fetch(&node).await;
        let agreement = |sees: &str| exchange::Agreement { sees: reads(sees), contributes: Reach::default() };
        let name = "platform".parse().unwrap();
        node.node.partners.set_agreement(&name, agreement("minor:verified")).await.unwrap();
        let now = node.node.clock.now().as_micros() / 1_000_000;
        let refused = reading.fetch_between(now - 60, now).await.unwrap_err();
        assert_eq!(refused.status, 409, "{list:?}: {}", refused.text);
        let mut again = Reader::of(list, &reader);
        again.fetch(&node).await;
        assert_eq!(again.values(), sorted([&hash(2)]), "{list:?}");
        again.fetch(&node).await;
        node.node.partners.set_agreement(&name, agreement("minor:reported")).await.unwrap();
    }
});

on_every_engine!(a_reader_that_comes_back_has_acknowledged, |engine| {
    let node = TestNode::start(engine).await;
    let hotline = node.partner("hotline").await;
    protect(&hotline, "minor", "confirmed", &[("pdq", &hash(1))]).await;
    for (place, list) in LISTS.into_iter().enumerate() {
        let name = format!("platform-{place}");
        let reader = node.partner_with(&name, reads("minor:verified"), Reach::default(), &EVERY).await;
        let mut reading = Reader::of(list, &reader);
        let cursor = async || reader.get("partners/self").await.body["cursor"].clone();
        reading.fetch(&node).await;
        assert_eq!(cursor().await, Value::Null, "{list:?}");
        let now = node.node.clock.now().as_micros() / 1_000_000;
        reading.fetch_between(now, now).await.unwrap();
        assert_eq!(cursor().await, json!(1), "{list:?}");
    }
});

on_every_engine!(what_is_kept_to_say_farewell_is_kept_for_readers_of_values_alone_and_ninety_days, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let hotline = node.partner("hotline").await;
    let farewells = async || {
        let mut on = node.node.database().read().await.unwrap();
        let text = "select count(*) from farewells";
        let count: i64 = match on.connection() {
            server::storage::Connection::Sqlite(c) => sqlx::query_scalar(text).fetch_one(c).await.unwrap(),
            server::storage::Connection::Postgres(c) => sqlx::query_scalar(text).fetch_one(c).await.unwrap(),
        };
        count
    };
    let goes = async |seed| {
        let entry = protect(&hotline, "minor", "confirmed", &[("pdq", &hash(seed)), ("md5", &md5(seed))]).await;
        assert_eq!(hotline.delete(&format!("entries/{entry}")).await.status, 200);
    };
    goes(1).await;
    assert_eq!(farewells().await, 0, "nobody reads lists");
    let reader = node.partner_with("platform", reads("minor:verified"), Reach::default(), &EVERY).await;
    Reader::of(List::Ncmec, &reader).fetch(&node).await;
    goes(2).await;
    assert_eq!(farewells().await, 0, "nobody reads lists of values");
    let mut reading = Reader::of(List::StopNcii, &reader);
    reading.fetch(&node).await;
    goes(3).await;
    assert_eq!(farewells().await, 2);
    assert_eq!(hotline.matches(&hash(3)).await, Vec::<String>::new(), "what went is never met");
    advance(&clock, 90 * 86_400 - 1);
    assert_eq!(node.node.bank.forget_farewells().await.unwrap(), 0);
    advance(&clock, 1);
    assert_eq!(node.node.bank.forget_farewells().await.unwrap(), 2);
    advance(&clock, 2 * 86_400);
    goes(4).await;
    assert_eq!(farewells().await, 0, "the last reader came too long ago");
});

on_every_engine!(what_is_said_of_a_hash_becomes_an_outcome_once, |engine| {
    let node = TestNode::start(engine).await;
    let hotline = node.partner("hotline").await;
    let reader = node.partner_with("platform", reads("minor:verified"), Reach::default(), &EVERY).await;
    let entry = protect(&hotline, "minor", "confirmed", &[("pdq", &hash(1))]).await;
    let hidden = protect(&hotline, "minor", "reported", &[("pdq", &hash(2))]).await;
    let send = async |request: RequestBuilder| {
        let answer = Answer::of(request.send().await.unwrap()).await;
        (answer.status, answer.text)
    };
    let outcomes = async |entry: &str| {
        let answer = hotline.get(&format!("entries/{entry}/outcomes")).await;
        let all = answer.body["outcomes"].as_array().unwrap().clone();
        let mut kinds: Vec<String> = all.iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        kinds
    };
    let post = |path: String| node.http.post(format!("{}{path}", node.base()));
    let id = uuid_number(&entry);
    for _ in 0..2 {
        let body = stopncii::encode_feedback(&[
            stopncii::Feedback { value: hash(1), vote: stopncii::Vote::Blocked, tags: vec![] },
            stopncii::Feedback { value: hash(2), vote: stopncii::Vote::Blocked, tags: vec![] },
        ]);
        let (status, text) =
            send(post("/stopncii/v1/SubmitFeedback".to_owned()).header("x-functions-key", &reader.key).body(body))
                .await;
        assert_eq!(status, 200, "{text}");
        for reason in [None, Some(ncmec::Reason::Mistaken)] {
            let path = format!("{}/ncmec/v2/entries/1/{entry}/PDQ/feedback", node.base());
            let body = ncmec::encode_feedback(&reason.map(ncmec::reason_guid).into_iter().collect::<Vec<_>>());
            let (status, text) = send(node.http.put(path).basic_auth("a", Some(&reader.key)).body(body)).await;
            assert_eq!(status, 200, "{text}");
        }
        let path = format!(
            "/threatexchange/v26.0/{id}/?access_token={}&reactions=SAW_THIS_TOO,NOT_HELPFUL",
            graph_token(&reader.key)
        );
        let (status, text) = send(post(path)).await;
        assert_eq!(status, 200, "{text}");
        let body = tat::encode_feedback(&tat::Feedback { value: hash(1), category: 3 });
        let (status, text) =
            send(post("/tat/hash-list/v2/feedback".to_owned()).bearer_auth(&reader.key).body(body)).await;
        assert_eq!(status, 200, "{text}");
    }
    assert_eq!(outcomes(&entry).await, ["blocked", "kept", "mistaken", "removed", "seen"]);
    assert_eq!(outcomes(&hidden).await, Vec::<String>::new(), "of what it may not see it can say nothing");
    let body = tat::encode_feedback(&tat::Feedback { value: hash(2), category: 0 });
    let (status, _) = send(post("/tat/hash-list/v2/feedback".to_owned()).bearer_auth(&reader.key).body(body)).await;
    assert_eq!(status, 404);
    let path = format!(
        "/threatexchange/v26.0/{}/?access_token={}&reactions=HELPFUL",
        uuid_number(&hidden),
        graph_token(&reader.key)
    );
    assert_eq!(send(post(path)).await.0, 422);
});

on_every_engine!(what_may_be_said_of_a_hash_is_listed_to_readers_and_to_nobody_else, |engine| {
    let node = TestNode::start(engine).await;
    let reader = node.partner("platform").await;
    let get = |path: &str| node.http.get(format!("{}{path}", node.base()));
    for path in ["/ncmec/v2/categorizations", "/tat/hash-list/v2/feedback/categories"] {
        assert_eq!(Answer::of(get(path).send().await.unwrap()).await.status, 401, "{path}");
    }
    let none = get("/ncmec/v2/categorizations").basic_auth("platform", Some(&reader.key)).send().await.unwrap();
    assert_eq!(Answer::of(none).await.text.as_bytes(), ncmec::encode_categorizations(), "this bank sorts nothing so");
    let listed = get("/tat/hash-list/v2/feedback/categories").bearer_auth(&reader.key).send().await.unwrap();
    let listed = Answer::of(listed).await;
    let names: Vec<&str> =
        listed.body["results"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["FALSE_POSITIVE", "INCLUSION", "MATCH", "REMOVED"]);
});

fn uuid_number(entry: &str) -> String {
    u128::from_str_radix(&entry.replace('-', ""), 16).unwrap().to_string()
}

on_every_engine!(a_member_lists_and_takes_back_in_each_system_that_takes_any, |engine| {
    let node = TestNode::start(engine).await;
    let member = node
        .partner_with("member", reads("minor:reported,adult:reported"), reads("minor:verified,adult:reported"), &EVERY)
        .await;
    let get = async |entry: &str| member.get(&format!("entries/{entry}")).await.body;
    let send = async |request: RequestBuilder| Answer::of(request.send().await.unwrap()).await;
    let url = |path: &str| format!("{}{path}", node.base());

    let vote = |vote, tag: &str| stopncii::MemberVote { source: String::new(), vote, tags: vec![tag.to_owned()] };
    let signal = stopncii::SignalType::ImagePdq;
    let fingerprint = |seed| exchange::Fingerprint::parse(exchange::Kind::Pdq, &hash(seed), None).unwrap();
    let body = stopncii::encode_submission(
        &[
            stopncii::Submission {
                signal,
                fingerprint: fingerprint(1),
                votes: vec![vote(stopncii::Vote::Blocked, "minor")],
            },
            stopncii::Submission {
                signal,
                fingerprint: fingerprint(2),
                votes: vec![vote(stopncii::Vote::Blocked, "")],
            },
        ],
        7,
    );
    let answer =
        send(node.http.post(url("/stopncii/v1/SubmitHashes")).header("x-functions-key", &member.key).body(body)).await;
    assert_eq!((answer.status, &answer.body["accepted"]), (200, &json!(2)), "{}", answer.text);
    let ids = [member.matches(&hash(1)).await.remove(0), member.matches(&hash(2)).await.remove(0)];
    let first = get(&ids[0]).await;
    assert_eq!((&first["class"], &first["tier"]), (&json!("minor"), &json!("verified")));
    let second = get(&ids[1]).await;
    assert_eq!((&second["class"], &second["tier"]), (&json!("adult"), &json!("reported")), "no more than was agreed");

    let entries = [ncmec::Submitted {
        id: "theirs".to_owned(),
        medium: exchange::dialects::Medium::Picture,
        fingerprints: vec![fingerprint(3)],
    }];
    let request = node.http.post(url("/ncmec/v2/entries")).basic_auth("member", Some(&member.key));
    let answer = send(request.body(ncmec::encode_submission(&entries))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(answer.text.contains(r#"submittedId="theirs""#), "{}", answer.text);
    let id = member.matches(&hash(3)).await.remove(0);
    assert!(answer.text.contains(&id), "{}", answer.text);
    let retraction = ncmec::encode_retraction(&[ncmec::Retraction { id: id.clone() }]);
    for _ in 0..2 {
        let request = node.http.delete(url("/ncmec/v2/entries")).basic_auth("member", Some(&member.key));
        assert_eq!(send(request.body(retraction.clone())).await.status, 200);
    }
    assert_eq!(get(&id).await["status"], "withdrawn");

    let token = graph_token(&member.key);
    let path = format!(
        "/threatexchange/v21.0/threat_descriptors/?access_token={token}&indicator={}&type=HASH_PDQ&status=MALICIOUS&tags=minor",
        hash(4)
    );
    let answer = send(node.http.post(url(&path)).body("description=x&share_level=RED")).await;
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(true)), "{}", answer.text);
    let number = answer.body["id"].as_str().unwrap().to_owned();
    let id = member.matches(&hash(4)).await.remove(0);
    assert_eq!(uuid_number(&id), number);
    let answer = send(node.http.get(url(&format!("/threatexchange/v26.0/{number}?access_token={token}")))).await;
    assert_eq!(
        (answer.body["raw_indicator"].as_str(), answer.body["status"].as_str()),
        (Some(hash(4).as_str()), Some("UNKNOWN")),
        "{}",
        answer.text
    );
    assert_eq!(answer.body["owner"]["id"], u64::from_str_radix(&member.key[3..19], 16).unwrap().to_string(), "its own");
    let answer = send(node.http.get(url(&format!("/threatexchange/v26.0/?access_token={token}&ids={number},1")))).await;
    assert_eq!(answer.body.as_object().unwrap().keys().collect::<Vec<_>>(), [&number]);
    let answer = send(node.http.get(url(&format!(
        "/threatexchange/v26.0/threat_descriptors?access_token={token}&text={}&strict_text=true",
        hash(4)
    ))))
    .await;
    assert_eq!(answer.body["data"][0]["id"], number, "{}", answer.text);
    let answer = send(node.http.delete(url(&format!("/threatexchange/v26.0/{number}?access_token={token}")))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(get(&id).await["status"], "withdrawn");
    let answer = send(node.http.get(url(&format!("/threatexchange/v26.0/1000?access_token={token}")))).await;
    assert_eq!(answer.body["threat_updates_enabled"], true, "{}", answer.text);
    let answer = send(node.http.get(url(&format!("/threatexchange/v26.0/7?access_token={token}")))).await;
    assert_eq!((answer.status, &answer.body["error"]["code"]), (404, &json!(100)));
});

on_every_engine!(arachnid_is_told_what_is_to_be_blocked_and_nothing_else, |engine| {
    let node = TestNode::start(engine).await;
    let hotline = node.partner("hotline").await;
    let asker =
        node.partner_with("platform", reads("minor:reported,adult:reported"), Reach::default(), &[Scope::Match]).await;
    hotline.protect("minor", "confirmed", &hash(1)).await;
    hotline.protect("adult", "confirmed", &hash(2)).await;
    hotline.protect("minor", "reported", &hash(3)).await;
    let bytes = |text: &str| exchange::hex::decode::<32>(text).unwrap();
    let hashes = [bytes(&near(&hash(1), 10)), bytes(&hash(2)), bytes(&hash(3)), bytes(&hash(4))];
    let post = |path: &str| {
        node.http.post(format!("{}/arachnid/v1/{path}", node.base())).basic_auth("platform", Some(&asker.key))
    };
    let answer = Answer::of(post("pdq/").body(arachnid::encode_queries(&hashes)).send().await.unwrap()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let known = arachnid::decode_answers(answer.text.as_bytes()).unwrap();
    let classes: BTreeMap<String, Option<Class>> =
        known.into_iter().map(|(text, met)| (text, met.map(|met| met.class))).collect();
    let asked = arachnid::decode_queries(&arachnid::encode_queries(&hashes)).unwrap();
    let found: Vec<_> = asked.iter().map(|(text, _)| classes[text]).collect();
    assert_eq!(found, [Some(Class::Minor), Some(Class::Adult), None, None]);
    for path in ["media/", "url/"] {
        let refused = Answer::of(post(path).body("x").send().await.unwrap()).await;
        assert_eq!(refused.status, 403);
        assert!(refused.body["detail"].as_str().unwrap().contains("rempart matcher"), "{}", refused.text);
    }
    let wrong = Answer::of(post("pdq/").body(r#"{"hashes":["AA=="]}"#).send().await.unwrap()).await;
    assert_eq!(wrong.status, 400, "{}", wrong.text);
    assert_eq!(wrong.headers["content-type"], "application/json");
});
