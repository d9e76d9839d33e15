//! A matcher that follows other systems by itself, beside nodes and own banks: with the node's follower, in its own file.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use exchange::dialects::stopncii::CaseStatus::{Active, Withdrawn};
use exchange::{Tier, hex};
use serde_json::{Value, json};
use server::access::Operator;
use server::clock::Clock;
use server::follow::{NewSource, SourceKind, SourceView, Turn};
use server::http::{Listening, serve};
use server::matcher::{MatcherSettings, MatcherSources};

use super::support::{Home, TestMatcher, upstream};
use crate::follow::faces::{entry, faces};
use crate::follow::feeding::stopncii_page;
use crate::follow::{Fake, PACE, body, hash, source};
use crate::support::{Engine, TestNode};

const DONE_AT: &str = "2026-11-21T10:00:00Z";

/// A day ahead: what was set up by this machine's clock is due by then.
fn tomorrow() -> exchange::Time {
    Clock::System.now().plus_seconds(86_400)
}

/// As `rempart follow add --matcher` does it, in whatever process.
async fn set_up(home: &Home, sources: Vec<NewSource>) -> Operator {
    let (file, operator) = MatcherSources::open(&home.file(), home.key.clone()).await.unwrap();
    for source in sources {
        file.follow.add(&operator, source).await.unwrap();
    }
    file.close().await;
    operator
}

async fn start(home: &Home, change: impl FnOnce(&mut MatcherSettings)) -> TestMatcher {
    let mut settings = home.settings(Vec::new());
    settings.follow_pace = PACE;
    settings.hma.is_open = true;
    change(&mut settings);
    TestMatcher::start(settings).await
}

impl TestMatcher {
    /// Goes on once a source is like this.
    pub(crate) async fn until_source(&self, name: &str, what: impl Fn(&SourceView) -> bool) -> SourceView {
        let mut watch = self.matcher.watch_sources();
        let is_it = |view: &SourceView| view.name.as_str() == name && what(view);
        let wait =
            tokio::time::timeout(std::time::Duration::from_secs(60), watch.wait_for(|all| all.iter().any(is_it)));
        match wait.await {
            Ok(all) => all.unwrap().iter().find(|view| is_it(view)).unwrap().clone(),
            Err(_) => panic!("it never came to that: {:#?}", *self.matcher.watch_sources().borrow()),
        }
    }

    async fn turn(&self, operator: &Operator, name: &str) -> Turn {
        self.matcher.follow().once(operator, &name.parse().unwrap()).await.unwrap()
    }

    /// What is said of this hash.
    async fn met(&self, number: u8) -> Vec<Value> {
        let answer = self.client().post("match", &json!({"queries": [{"pdq": hex::encode(&hash(number))}]})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["results"][0]["matches"].as_array().unwrap().clone()
    }

    /// The banks that HMA's callers are told of for this hash.
    async fn banks(&self, number: u8) -> Vec<String> {
        let url = format!("{}/m/lookup?signal_type=pdq&signal={}", self.base, hex::encode(&hash(number)));
        let found: Value = self.client().http.get(url).send().await.unwrap().json().await.unwrap();
        found.as_object().unwrap().keys().cloned().collect()
    }

    async fn report(&self, outcomes: &[(&str, &Value, &str)]) -> (u16, Value) {
        let outcomes: Vec<Value> = outcomes
            .iter()
            .map(|(id, entry, kind)| {
                json!({"id": format!("01940f5c-7a30-7cc0-8000-0000000000{id}"), "entry": entry, "kind": kind, "count": 1,
                    "at": DONE_AT})
            })
            .collect();
        let answer = self.client().post("outcomes", &json!({"outcomes": outcomes})).await;
        (answer.status, answer.body)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_matcher_follows_every_system_by_itself_and_tells_each_what_was_done() {
    let start_at = tomorrow();
    let (there_clock, here_clock) = (Clock::manual(start_at), Clock::manual(start_at.plus_seconds(60)));
    let there = TestNode::start_with(Engine::Sqlite, |settings| settings.clock = there_clock.clone()).await;
    let hotline = there.partner("hotline").await;
    let given = hotline.post("entries", &json!({"entries": [entry(1), entry(2), entry(3)]})).await;
    let id = |place: usize| given.body["entries"][place]["id"].as_str().unwrap().to_owned();
    let (home, sources) = (Home::new(), faces(&there).await);
    let names: Vec<String> = sources.iter().map(|source| source.name.to_string()).collect();
    let operator = set_up(&home, sources).await;
    let matcher = start(&home, |settings| settings.clock = here_clock.clone()).await;
    for name in &names {
        let view = matcher.until_source(name, |view| view.complete_at.is_some()).await;
        assert_eq!((view.records, view.skipped, view.trouble.as_deref()), (3, 0, None), "{view:?}");
    }
    let met = matcher.met(1).await;
    let advice: Vec<&Value> = met.iter().map(|met| &met["advice"]).collect();
    // Three stand for it; the fourth is a list of leads.
    assert_eq!((met.len(), advice), (4, vec![&json!("block"), &json!("block"), &json!("block"), &json!("review")]));
    let banks = ["NCMEC_MINOR_BLOCK", "STOPNCII_MINOR_BLOCK", "TAT_MINOR_REVIEW", "THREATEXCHANGE_MINOR_BLOCK"];
    assert_eq!(matcher.banks(1).await, banks);

    // One more, and one is taken back.
    there_clock.set(start_at.plus_seconds(120));
    here_clock.set(start_at.plus_seconds(180));
    assert_eq!(hotline.post("entries", &json!({"entries": [entry(4)]})).await.status, 201);
    assert!(hotline.delete(&format!("entries/{}", id(0))).await.status == 200);
    for name in &names {
        let turn = matcher.turn(&operator, name).await;
        assert_eq!((turn.removed, turn.trouble.as_deref()), (1, None), "{name} {turn:?}");
    }
    let counts = [matcher.met(1).await.len(), matcher.met(2).await.len(), matcher.met(4).await.len()];
    assert_eq!(counts, [0, 4, 4]);

    // What is done is told to each in its own words; what was only seen to nobody, and what went goes nowhere.
    let theirs = matcher.met(2).await;
    let mut outcomes: Vec<(String, &Value, &str)> =
        theirs.iter().enumerate().map(|(place, met)| (format!("1{place}"), &met["entry"], "mistaken")).collect();
    outcomes.push(("20".into(), &theirs[0]["entry"], "seen"));
    outcomes.push(("21".into(), &met[0]["entry"], "removed"));
    let outcomes: Vec<(&str, &Value, &str)> =
        outcomes.iter().map(|(id, entry, kind)| (id.as_str(), *entry, *kind)).collect();
    assert_eq!(matcher.report(&outcomes).await, (200, json!({"recorded": 6, "repeated": 0})));
    assert_eq!(matcher.report(&outcomes[..1]).await, (200, json!({"recorded": 0, "repeated": 1})));
    for name in &names {
        let turn = matcher.turn(&operator, name).await;
        assert_eq!((turn.fed_back, turn.trouble.as_deref()), (1, None), "{name} {turn:?}");
    }
    let known = hotline.get(&format!("entries/{}/outcomes", id(1))).await;
    let kinds: Vec<&Value> = known.body["outcomes"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds.len(), 4, "{}", known.text);
    assert!(kinds.iter().all(|kind| ["mistaken", "kept"].contains(&kind.as_str().unwrap())), "{}", known.text);

    // The status says how each stands, HMA's callers see exchanges, and nothing of a credential is anywhere.
    let status = matcher.client().get("status").await;
    let of_status: Vec<&Value> = status.body["sources"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(json!(of_status), json!(["ncmec", "stopncii", "tat", "threatexchange"]));
    let exchanges =
        matcher.client().http.get(format!("{}/c/exchange/NCMEC/status", matcher.base)).send().await.unwrap();
    let exchanges: Value = exchanges.json().await.unwrap();
    assert_eq!((&exchanges["fetched_items"], &exchanges["up_to_date"]), (&json!(3), &json!(true)), "{exchanges}");
    assert!(!status.text.contains("secret") && !status.text.contains("rp_"), "{}", status.text);

    // After a restart it matches from its file, with nobody to ask.
    matcher.matcher.close().await;
    there.node.close().await;
    let again = start(&home, |settings| settings.clock = here_clock.clone()).await;
    assert_eq!((again.met(2).await.len(), again.met(1).await.len()), (4, 0));
    again.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_walk_goes_on_after_a_restart_bad_records_are_left_out_and_old_copies_are_not_used_for_ever() {
    let fake = Fake::start(|asked, _| match &asked.line {
        line if line.contains("nextPageToken=two") => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => body(stopncii_page(&[(1, Active), (2, Active)], 100, Some("two"))),
    })
    .await;
    let (home, clock) = (Home::new(), Clock::manual(tomorrow()));
    let new = source(SourceKind::StopNcii, &format!("{}/v1", fake.base), Tier::Reported, false);
    let operator = set_up(&home, vec![new]).await;
    let matcher = start(&home, |settings| settings.clock = clock.clone()).await;
    let view = matcher.until_source("stopncii", |view| view.failures > 0).await;
    assert!(view.records == 2 && view.trouble.as_deref().is_some_and(|why| why.contains("503")), "{view:?}");
    // As of a node: an answer before all is here would miss entries.
    let query = json!({"queries": [{"pdq": hex::encode(&hash(1))}]});
    let early = matcher.client().post("match", &query).await;
    assert_eq!(early.status, 503, "{}", early.text);
    let ready = matcher.client().http.get(format!("{}/readyz", matcher.base)).send().await.unwrap();
    assert!(ready.status() == 503 && ready.text().await.unwrap().contains("stopncii was never read whole"));
    matcher.matcher.close().await;

    let spoilt = String::from_utf8(stopncii_page(&[(3, Active), (1, Withdrawn)], 120, None)).unwrap();
    let spoilt = spoilt.replacen("[{", r#"[{"hashValue":NaN},7,{"#, 1);
    fake.now(move |_, _| body(spoilt.clone()));
    let before = fake.asked().len();
    let matcher = start(&home, |settings| settings.clock = clock.clone()).await;
    let turn = matcher.turn(&operator, "stopncii").await;
    assert_eq!((turn.put, turn.removed, turn.skipped, turn.trouble.as_deref()), (1, 1, 2, None), "{turn:?}");
    assert!(fake.asked()[before].line.contains("nextPageToken=two"), "where it was, not from the beginning");
    let counts = [matcher.met(1).await.len(), matcher.met(2).await.len(), matcher.met(3).await.len()];
    assert_eq!(counts, [0, 1, 1]);
    assert_eq!(matcher.met(2).await[0]["advice"], "review", "nobody trusted it with more");

    // The operator's page says what was left out, in both languages.
    let listening = Listening::on("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let operators = format!("http://{}", listening.address);
    let router = server::operator::matcher_router(matcher.matcher.clone(), server::telemetry::metrics());
    tokio::spawn(serve(listening, router, matcher.matcher.stopping().clone()));
    matcher.until_source("stopncii", |view| view.complete_at.is_some()).await;
    for (language, words) in [
        ("en", ["Other systems", "2 records of stopncii could not be read", "Heard"]),
        ("fr", ["Autres systèmes", "2 fiches de stopncii sont illisibles", "Entendu"]),
    ] {
        let page = matcher.client().http.get(format!("{operators}/status?lang={language}")).send().await.unwrap();
        let page = page.text().await.unwrap();
        crate::pages::is_sound(&page);
        assert!(words.iter().all(|word| page.contains(word)), "{page}");
    }

    // Its credentials open nothing any more: said, and what is held is used for a week and no longer.
    fake.now(|_, _| StatusCode::UNAUTHORIZED.into_response());
    assert!(matcher.turn(&operator, "stopncii").await.trouble.is_some_and(|why| why.contains("ask for new ones")));
    matcher.until_source("stopncii", |view| view.failures > 0).await;
    assert_eq!(matcher.met(2).await.len(), 1);
    clock.set(clock.now().plus_seconds(7 * 86_400 + 1));
    let late = matcher.client().post("match", &query).await;
    assert!(late.status == 503 && late.text.contains("too-stale"), "{}", late.text);
    fake.now(|_, _| body(stopncii_page(&[(2, Active)], 130, None)));
    assert_eq!(matcher.turn(&operator, "stopncii").await.trouble, None);
    matcher.until_source("stopncii", |view| view.failures == 0).await;
    assert_eq!(matcher.met(2).await.len(), 1);
    matcher.matcher.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_adds_and_removes_a_running_matcher_finds_beside_nodes_and_own_banks() {
    let fake = Fake::start(|_, _| body(stopncii_page(&[(1, Active), (2, Active)], 100, None))).await;
    let node = TestNode::start(Engine::Sqlite).await;
    let partner = node.partner("platform").await;
    assert_eq!(partner.post("entries", &json!({"entries": [entry(1)]})).await.status, 201);
    let home = Home::new();
    let matcher = start(&home, |settings| settings.upstreams = vec![upstream(&node.base(), &partner)]).await;
    matcher.until_acknowledged(1).await;
    let http = matcher.client().http;
    let own = http.post(format!("{}/c/banks", matcher.base)).json(&json!({"name": "OWN"}));
    assert_eq!(own.send().await.unwrap().status(), 201);
    let signal = http.post(format!("{}/c/bank/OWN/signal", matcher.base)).json(&json!({"pdq": hex::encode(&hash(1))}));
    assert_eq!(signal.send().await.unwrap().status(), 200);

    let new = source(SourceKind::StopNcii, &fake.base, Tier::Reported, false);
    let operator = set_up(&home, vec![new.clone()]).await;
    matcher.until_source("stopncii", |view| view.complete_at.is_some()).await;
    assert_eq!(matcher.met(1).await.len(), 3, "of the node, of the system, of the own bank");
    let banks = matcher.banks(1).await;
    assert!(banks.contains(&"OWN".to_owned()) && banks.contains(&"STOPNCII_ADULT_REVIEW".to_owned()), "{banks:?}");
    let change = http.put(format!("{}/c/bank/STOPNCII_ADULT_REVIEW", matcher.base)).json(&json!({"name": "X"}));
    assert_eq!(change.send().await.unwrap().status(), 403, "it is changed there");

    let (file, _) = MatcherSources::open(&home.file(), home.key.clone()).await.unwrap();
    assert!(file.follow.add(&operator, new.clone()).await.is_err(), "the name is taken");
    file.follow.remove_there(&operator, &new.name).await.unwrap();
    let mut watch = matcher.matcher.watch_sources();
    tokio::time::timeout(std::time::Duration::from_secs(60), watch.wait_for(Vec::is_empty)).await.unwrap().unwrap();
    assert_eq!((matcher.met(1).await.len(), matcher.met(2).await.len()), (2, 0));
    file.follow.add(&operator, new).await.unwrap();
    file.close().await;
    matcher.until_source("stopncii", |view| view.records == 2).await;
    matcher.matcher.close().await;
    node.node.close().await;
    for file in std::fs::read_dir(home.file().parent().unwrap()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in [&b"s3cr3t-of-the-source"[..], b"subscr1ption", hex::encode(&hash(1)).as_bytes()] {
            assert!(!bytes.windows(secret.len()).any(|some| some == secret), "sealed at rest");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_follows_nothing_any_more_and_has_no_banks_says_so_instead_of_answering() {
    let fake = Fake::start(|_, _| body(stopncii_page(&[(1, Active)], 100, None))).await;
    let home = Home::new();
    let new = source(SourceKind::StopNcii, &fake.base, Tier::Reported, false);
    let operator = set_up(&home, vec![new.clone()]).await;
    let matcher = start(&home, |settings| settings.hma.is_open = false).await;
    matcher.until_source("stopncii", |view| view.complete_at.is_some()).await;
    assert_eq!((matcher.met(1).await.len(), matcher.met(2).await.len()), (1, 0));
    let (file, _) = MatcherSources::open(&home.file(), home.key.clone()).await.unwrap();
    file.follow.remove_there(&operator, &new.name).await.unwrap();
    let mut watch = matcher.matcher.watch_sources();
    tokio::time::timeout(std::time::Duration::from_secs(60), watch.wait_for(Vec::is_empty)).await.unwrap().unwrap();
    let query = json!({"queries": [{"pdq": hex::encode(&hash(2))}]});
    let answer = matcher.client().post("match", &query).await;
    assert!(answer.status == 503 && answer.text.contains("nothing-followed"), "{}", answer.text);
    let ready = matcher.client().http.get(format!("{}/readyz", matcher.base)).send().await.unwrap();
    assert!(ready.status() == 503 && ready.text().await.unwrap().contains("nothing is followed any more"));
    // Followed again, it answers again.
    file.follow.add(&operator, new).await.unwrap();
    file.close().await;
    matcher.until_source("stopncii", |view| view.complete_at.is_some()).await;
    assert_eq!(matcher.met(2).await.len(), 0);
    matcher.matcher.close().await;
}
