//! What an open case says of time: since when a platform or the hotline is late, who was shown what from when on.

use exchange::Time;
use sealing::Receipt;
use serde_json::json;
use server::clock::Clock;
use server::intake::targets::{ANSWERED_WITHIN_HOURS, FOLLOWED_WITHIN_HOURS};
use server::intake::{Author, CaseView, OpenCase, Opened, PictureState, PlatformView};

use crate::portal::{Browser, mark};
use crate::support::{Engine, TestNode, TestPartner, manual, on_every_engine};

const HOUR: i64 = 3_600;

struct Late {
    node: TestNode,
    clock: Clock,
    person: Browser,
    case: OpenCase,
    sent_at: Time,
}

impl Late {
    /// A case with one picture, and whoever follows already.
    async fn new(engine: Engine, follow: &[&str]) -> (Self, Vec<TestPartner>) {
        let mut clock = None;
        let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
        let mut platforms = Vec::new();
        for name in follow {
            platforms.push(node.partner(name).await);
        }
        let mut person = Browser::of(&node);
        let words = person.send_case(&mark(60)).await;
        let Opened::Case(case) = node.node.intake.open_with(&Receipt::parse(&words).unwrap()).await.unwrap() else {
            panic!("the words open the case");
        };
        let clock = clock.unwrap();
        let sent_at = clock.now();
        (Self { node, clock, person, case, sent_at }, platforms)
    }

    fn at(&self, hours: i64) {
        self.clock.set(self.sent_at.plus_seconds(hours * HOUR));
    }

    async fn view(&self) -> CaseView {
        self.node.node.intake.view(&self.case).await.unwrap()
    }

    async fn platform(&self, name: &str) -> Option<PlatformView> {
        let platforms = match self.view().await.pictures.remove(0).state {
            PictureState::Shared { platforms, .. } | PictureState::Withdrawn { platforms, .. } => platforms,
            other => panic!("{other:?}"),
        };
        platforms.into_iter().find(|platform| platform.name == name)
    }

    async fn follows(&self, platform: &TestPartner) {
        let head = self.node.node.bank.head().await.unwrap();
        assert_eq!(platform.put("cursor", &json!({"seq": head})).await.status, 204);
    }
}

on_every_engine!(a_platform_that_does_not_follow_is_late_since_then_until_it_does, |engine| {
    let (late, platforms) = Late::new(engine, &["slow"]).await;
    let by = late.sent_at.plus_seconds(FOLLOWED_WITHIN_HOURS * HOUR);
    late.clock.set(Time::from_micros(by.as_micros() - 1));
    let before = late.platform("slow").await.unwrap();
    assert!(!before.has_it && before.due.is_some_and(|due| due.by == by && due.late_since().is_none()), "{before:?}");
    late.clock.set(by);
    let due = late.platform("slow").await.unwrap().due.unwrap();
    assert_eq!(due.late_since(), Some(by));
    late.follows(&platforms[0]).await;
    let after = late.platform("slow").await.unwrap();
    assert!(after.has_it && after.due.is_none(), "{after:?}");
    // Taking back is followed like sharing.
    let position = late.view().await.pictures[0].position;
    late.node.node.intake.withdraw(&late.case, position).await.unwrap();
    let gone_at = late.clock.now();
    late.clock.set(gone_at.plus_seconds(FOLLOWED_WITHIN_HOURS * HOUR));
    let late_since = late.platform("slow").await.unwrap().due.unwrap().late_since();
    assert_eq!(late_since, Some(late.clock.now()));
    late.follows(&platforms[0]).await;
    assert!(late.platform("slow").await.unwrap().has_it);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_platform_that_joins_later_is_given_its_own_time() {
    let (late, _) = Late::new(Engine::Sqlite, &[]).await;
    late.at(100);
    late.node.partner("new").await;
    let due = late.platform("new").await.unwrap().due.unwrap();
    assert_eq!((due.by, due.is_late), (late.clock.now().plus_seconds(FOLLOWED_WITHIN_HOURS * HOUR), false));
}

on_every_engine!(the_page_says_in_words_what_is_late, |engine| {
    let (mut late, _) = Late::new(engine, &["slow"]).await;
    let page = late.person.get("/c").await.text;
    assert!(page.contains("prévu avant le") && !page.contains("en retard"), "{page}");
    assert!(page.contains("Nous comptons te répondre avant le"), "{page}");
    // The page is kept open by looking at it.
    for hour in 1..=ANSWERED_WITHIN_HOURS[0] {
        late.at(hour);
        assert_eq!(late.person.get("/c").await.status, 200);
    }
    let page = late.person.get("/c").await.text;
    assert!(page.contains("en retard depuis le") && page.contains("nous sommes en retard"), "{page}");
});

on_every_engine!(the_hotline_is_late_from_the_first_thing_that_it_did_not_answer, |engine| {
    let (late, _) = Late::new(engine, &[]).await;
    let intake = &late.node.node.intake;
    let urgency = usize::from(late.view().await.row.urgency);
    let hours = ANSWERED_WITHIN_HOURS[urgency];
    let due = async || late.view().await.answer;
    assert_eq!(due().await.unwrap().by, late.sent_at.plus_seconds(hours * HOUR));
    late.at(1);
    intake.write(&late.case, Author::Person, "Encore là ?").await.unwrap();
    assert_eq!(due().await.unwrap().by, late.sent_at.plus_seconds(hours * HOUR), "writing again puts nothing off");
    late.at(hours);
    assert!(due().await.unwrap().is_late);
    intake.write(&late.case, Author::Hotline, "Oui.").await.unwrap();
    assert_eq!(due().await, None, "it is the person's turn");
    late.at(hours + 5);
    intake.write(&late.case, Author::Person, "Merci.").await.unwrap();
    let next = due().await.unwrap();
    assert_eq!((next.by, next.is_late), (late.clock.now().plus_seconds(hours * HOUR), false));
});

on_every_engine!(a_platform_that_is_struck_off_or_ticked_again_is_told_of_as_its_cursor_stands, |engine| {
    let (mut late, platforms) = Late::new(engine, &["kept", "moved"]).await;
    let mut ids = Vec::new();
    for platform in &platforms {
        late.follows(platform).await;
        ids.push(platform.get("partners/self").await.body["id"].as_str().unwrap().to_owned());
    }
    let choose = async |late: &mut Late, ticked: &[usize]| {
        let mut fields = vec![("share", "1"), ("later", "1"), ("listed", ids[0].as_str()), ("listed", ids[1].as_str())];
        fields.extend(ticked.iter().map(|position| ("platform", ids[*position].as_str())));
        assert_eq!(late.person.answer("/c", "/c/5", &fields).await.status, 303);
    };
    choose(&mut late, &[0]).await;
    let struck = late.platform("moved").await.unwrap();
    assert!(!struck.is_shown && !struck.has_it, "{struck:?}");
    assert!(late.platform("kept").await.unwrap().has_it, "what stays as it was is not asked about again");
    let page = late.person.get("/c").await.text;
    assert!(page.contains("nous ne la partageons plus pour toi") && page.contains("pas encore confirmé"), "{page}");
    late.follows(&platforms[1]).await;
    let forgotten = late.platform("moved").await.unwrap();
    assert!(!forgotten.is_shown && forgotten.has_it, "{forgotten:?}");
    choose(&mut late, &[0, 1]).await;
    let again = late.platform("moved").await.unwrap();
    assert!(again.is_shown && !again.has_it, "it cannot have yet what it was told to forget: {again:?}");
    late.follows(&platforms[1]).await;
    assert!(late.platform("moved").await.unwrap().has_it);
});

on_every_engine!(a_last_answer_that_was_lost_leads_to_the_case_when_it_is_sent_again, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let mut person = Browser::of(&node);
    person.begin(&mark(61)).await;
    let words = crate::portal::words_on(&person.get("/s/7").await.text);
    let split: Vec<&str> = words.split(' ').collect();
    let token = crate::portal::token(&person.get("/s/7").await.text);
    let fields = [("t", token.as_str()), ("word2", split[1]), ("word5", split[4])];
    let draft = person.cookie.clone();
    let lose = |person: &mut Browser| person.cookie.clone_from(&draft);
    assert_eq!(person.send("/s/7", &fields).await.location.as_deref(), Some("/c"));
    lose(&mut person);
    assert_eq!(person.send("/s/7", &fields).await.location.as_deref(), Some("/c"), "the same form again");
    assert_ne!(person.cookie, draft, "under a cookie of its own");
    assert_eq!(person.get("/c").await.status, 200);
    assert_eq!(person.get("/s/7").await.location.as_deref(), Some("/c"), "and so does going back");
    assert_eq!(node.node.intake.open_cases(&node.operator, 9).await.unwrap().len(), 1, "it is one case");
    lose(&mut person);
    assert_eq!(person.get("/s/7").await.status, 410, "it leads there once");

    let mut other = Browser::of(&node);
    other.send_case(&mark(62)).await;
    let mut reloads = Browser::of(&node);
    reloads.begin(&mark(63)).await;
    let words = crate::portal::words_on(&reloads.get("/s/7").await.text);
    let split: Vec<&str> = words.split(' ').collect();
    let draft = reloads.cookie.clone();
    reloads.answer("/s/7", "/s/7", &[("word2", split[1]), ("word5", split[4])]).await;
    reloads.cookie.clone_from(&draft);
    clock.set(clock.now().plus_seconds(599));
    assert_eq!(reloads.get("/s/3").await.location.as_deref(), Some("/c"), "any page of the draft does");
    assert_eq!(reloads.get("/c").await.status, 200);

    let mut slow = Browser::of(&node);
    slow.begin(&mark(64)).await;
    let words = crate::portal::words_on(&slow.get("/s/7").await.text);
    let split: Vec<&str> = words.split(' ').collect();
    let draft = slow.cookie.clone();
    slow.answer("/s/7", "/s/7", &[("word2", split[1]), ("word5", split[4])]).await;
    slow.cookie.clone_from(&draft);
    clock.set(clock.now().plus_seconds(600));
    let over = slow.get("/s/7").await;
    assert!(over.status == 410 && over.text.contains("essaie d’abord tes six mots"), "{}", over.text);
});
