//! The pages: two analysts, an administrator and a platform's people, from a case's links to removed.

use server::access::staff::Role;
use server::intake::{Age, Consent, OpenCase, Situation, Stand};
use server::node::NodeSettings;

use crate::support::{Answer, Engine, StaffBrowser, TestNode, manual, on_every_engine, platform_staff, staff};

async fn node(engine: Engine) -> TestNode {
    TestNode::start_with(engine, |settings: &mut NodeSettings| drop(manual(settings))).await
}

/// What stands between two marks, the first time.
fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let rest = text.split_once(before)?.1;
    Some(rest.split_once(after)?.0.to_owned())
}

/// The id in the address that a form led to, or in a page.
fn id_in(text: &str) -> String {
    between(text, "/desk/notices/of/", "\"").unwrap().split(['?', '/']).next().unwrap().to_owned()
}

async fn draft(browser: &mut StaffBrowser, platform: &str) -> String {
    let fields = [
        ("platform", platform),
        ("class", "minor"),
        ("regime", "dsa_16"),
        ("urls", "https://www.tiktok.com/@a/video/1"),
        ("reason", "An intimate picture of a minor."),
        ("good_faith", "yes"),
        ("language", "fr"),
    ];
    let page = browser.submit("/desk/notices/new", &fields).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("Done."), "{}", page.text);
    let id = between(&page.text, "<code>", "</code>").unwrap();
    assert_eq!(id.len(), 36, "{id}");
    id
}

on_every_engine!(two_analysts_take_a_notice_from_draft_to_removed_on_the_pages, |engine| {
    let node = node(engine).await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Lead).await);
    let empty = ann.page("/desk/notices?lang=en").await;
    assert!(empty.text.contains("No notice was drafted yet"), "{}", empty.text);
    let id = draft(&mut ann, "x").await;
    let path = format!("/desk/notices/of/{id}");
    let own = ann.page(&path).await;
    assert!(own.text.contains("You drafted this") && !own.text.contains("value=\"approve\""));
    // Sent all the same, it is refused in words.
    let refused = ann.submit(&path, &[("act", "approve")]).await;
    assert!(refused.text.contains("whoever drafted it cannot approve it"), "{}", refused.text);
    let waiting = ben.page("/desk/notices/in/approve?lang=en").await;
    assert!(waiting.text.contains(&id), "{}", waiting.text);
    let approved = ben.submit(&path, &[("act", "approve")]).await;
    // The form's own fields, to copy, and the button that says it was sent.
    assert!(approved.text.contains("Copy it into their form") && approved.text.contains("value=\"sent\""));
    let sent = ben.submit(&path, &[("act", "sent")]).await;
    assert!(sent.text.contains("Sent") && sent.text.contains("Time ends"), "{}", sent.text);
    let kept = ann.submit(&path, &[("act", "kept"), ("reason", "public_interest")]).await;
    assert!(kept.text.contains("because news, evidence, education or art"), "{}", kept.text);
    let further = ann.page(&format!("{path}/to/coordinator?lang=en")).await;
    assert!(further.text.contains("https://www.tiktok.com/@a/video/1") && further.text.contains("article 53"));
    let json = ann.get(&format!("{path}/to/police/json")).await;
    assert_eq!(
        (json.body["format"].as_str(), json.body["reference"].as_str()),
        (Some("rempart.referral.1"), Some(&*id))
    );
    // What goes to the police is a page to print and a file of the same, which a person hands over: nothing goes by itself.
    let page = ann.page(&format!("{path}/to/police?lang=en")).await;
    for said in ["https://www.tiktok.com/@a/video/1", id.as_str(), "/to/police/json"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert_eq!(json.body["urls"][0].as_str(), Some("https://www.tiktok.com/@a/video/1"), "{}", json.text);
    assert_eq!(ann.get(&format!("{path}/to/nobody")).await.status, 404);
    ann.submit(&path, &[("act", "escalated"), ("to", "coordinator")]).await;
    let told = ann.submit(&path, &[("act", "escalated"), ("to", "police")]).await;
    assert!(told.text.contains("olice"), "{}", told.text);
    let gone = ann.submit(&path, &[("act", "checked"), ("found", "gone")]).await;
    assert!(gone.text.contains("somebody looked: Gone"), "{}", gone.text);
    let fr = ann.page(&format!("{path}?lang=fr")).await;
    assert!(
        fr.text.contains("quelqu’un a regardé : Disparu") || fr.text.contains("quelqu’un a regardé\u{a0}: Disparu")
    );
    let score = ann.page("/desk/scorecard?lang=en").await;
    assert!(score.text.contains("<svg class=\"chart\"") && score.text.contains("X</th>"), "{}", score.text);
});

on_every_engine!(an_administrator_sets_platforms_and_sees_no_notice, |engine| {
    let node = node(engine).await;
    let mut admin = staff(&node, Role::Administrator).await;
    assert_eq!(admin.get("/desk/notices").await.status, 403);
    let list = admin.page("/desk/platforms?lang=en").await;
    assert!(list.text.contains("TikTok"), "{}", list.text);
    let wrong = admin.submit("/desk/platforms/tiktok", &[("channel", "mail")]).await;
    assert!(wrong.text.contains("mail needs an address"), "{}", wrong.text);
    let kept = admin.submit("/desk/platforms/tiktok", &[("channel", "mail"), ("mail", "n@tiktok.example")]).await;
    assert!(kept.text.contains("Done.") && kept.text.contains("n@tiktok.example"), "{}", kept.text);
    let wrong = admin.submit("/desk/platforms/new", &[("key", "forum"), ("name", "A forum")]).await;
    assert!(wrong.text.contains("begins with own_"), "{}", wrong.text);
    let new = admin.submit("/desk/platforms/new", &[("key", "own_forum"), ("name", "A <b>forum</b>")]).await;
    assert!(
        new.text.contains("A &#60;b&#62;forum&#60;/b&#62;") || new.text.contains("A &lt;b&gt;forum"),
        "{}",
        new.text
    );
    let us = [("sender_name", "Example Hotline"), ("sender_email", "no address")];
    let wrong = admin.submit("/desk/platforms", &us).await;
    assert!(wrong.text.contains("no e-mail address"), "{}", wrong.text);
});

on_every_engine!(a_platforms_people_answer_on_their_console_and_see_nobody_elses, |engine| {
    let node = node(engine).await;
    let partner = node.partner("platform").await;
    let id = node.node.partners.list().await.unwrap().into_iter().find(|one| one.name == "platform").unwrap().id;
    let other = {
        node.partner("other").await;
        node.node.partners.list().await.unwrap().into_iter().find(|one| one.name == "other").unwrap().id
    };
    let mut admin = staff(&node, Role::Administrator).await;
    admin.submit("/desk/platforms/tiktok", &[("channel", "api"), ("partner", "platform")]).await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
    let notice = draft(&mut ann, "tiktok").await;
    ben.submit(&format!("/desk/notices/of/{notice}"), &[("act", "approve")]).await;
    while node.node.removal.outbox().await.unwrap().waiting > 0 {
        node.node.removal.send_due().await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut theirs = platform_staff(&node, id).await;
    let mut others = platform_staff(&node, other).await;
    let list = theirs.page("/console/notices?lang=en").await;
    assert!(list.text.contains(&notice), "{}", list.text);
    assert!(!others.page("/console/notices").await.text.contains(&notice));
    let path = format!("/console/notices/{notice}");
    assert_eq!(others.get(&path).await.status, 404);
    assert_eq!(theirs.get("/desk/notices").await.status, 403, "the desk is the hotline's");
    assert_eq!(ann.get("/console/notices").await.status, 403, "the console is theirs");
    let whole = theirs.page(&path).await;
    assert!(whole.text.contains("https://www.tiktok.com/@a/video/1"), "{}", whole.text);
    theirs.submit(&path, &[("act", "acknowledged")]).await;
    let removed = theirs.submit(&path, &[("act", "removed")]).await;
    assert!(removed.text.contains("Removed"), "{}", removed.text);
    let seen = ann.page(&format!("/desk/notices/of/{notice}?lang=en")).await;
    assert!(seen.text.contains("the platform: removed"), "{}", seen.text);
    // How far their replica is, and a key like the one that they have.
    assert!(theirs.page("/console/feed?lang=en").await.text.contains("up to date"));
    node.node.clock.set(node.node.clock.now().plus_seconds(60));
    theirs.step_up().await;
    let keys = theirs.page("/console/keys?lang=en").await;
    let key = between(&keys.text, "name=\"key\" value=\"", "\"").unwrap();
    let fresh = theirs.post("/console/keys", &[("act", "renew"), ("key", &key)]).await;
    let fresh = between(&fresh.text, "class=\"secret\">", "<").unwrap();
    assert_eq!(node.with_key(fresh).get("notices/key").await.status, 200);
    theirs.submit("/console/keys", &[("act", "end"), ("key", &key)]).await;
    partner.get("notices/key").await.is_problem(401, "key-unknown");
    let inside = theirs.submit("/console/webhook", &[("url", "https://10.0.0.1/hook")]).await;
    assert!(inside.text.contains("leads to the public internet"), "{}", inside.text);
    let set = theirs.submit("/console/webhook", &[("url", "https://platform.example.org/hook")]).await;
    assert!(set.text.contains("https://platform.example.org/hook"), "{}", set.text);
    let help = theirs.page("/console/help?lang=en").await.text;
    for shown in ["def is_ours", "TX_STOPNCII_KEYS", "/stopncii/v1", "NCMEC hash sharing", "rp_KEY"] {
        assert!(help.contains(shown), "{shown} is not on the page");
    }
});

/// A case of a minor with two links to one platform and one to another, sent, and where its board is.
pub(super) async fn case(node: &TestNode) -> (OpenCase, String) {
    let (case, path, _) = case_with_words(node).await;
    (case, path)
}

/// The same, and what opens it for its person.
pub(super) async fn case_with_words(node: &TestNode) -> (OpenCase, String, String) {
    let intake = &node.node.intake;
    let mut draft = intake.begin("fr", Situation::Mine);
    draft.age = Some(Age::From13);
    draft.stand = Some(Stand::Links);
    draft.links = vec![
        "https://www.tiktok.com/@a/video/1".to_owned(),
        "https://www.tiktok.com/@a/video/2".to_owned(),
        "https://x.com/a/status/1".to_owned(),
    ];
    draft.consent = Some(Consent { notices: Some(true), ..Consent::default() });
    let words = intake.words_of(&mut draft).unwrap().as_str().to_owned();
    let case = intake.send(&draft).await.unwrap();
    let path = format!("/desk/notices/case/{}", case.id);
    (case, path, words)
}

/// Takes a case and says that it is to come down; gives the page that this leads to.
pub(super) async fn decide(who: &mut StaffBrowser, case: &OpenCase) -> Answer {
    let work = format!("/desk/work/{}", exchange::hex::encode(case.id.as_bytes()));
    who.submit(&format!("{work}/take"), &[]).await;
    who.submit(&format!("{work}/verdict"), &[("code", "M3"), ("basis", "links"), ("answer", "fits")]).await
}

pub(super) const BOTH: [(&str, &str); 3] =
    [("regime_tiktok", "dsa_16"), ("regime_x", "dsa_16"), ("reason", "An intimate picture of a minor.")];

on_every_engine!(a_case_is_a_board_of_its_links_and_its_notices_are_named_in_it_alone, |engine| {
    let node = node(engine).await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
    let (intake, (case, path)) = (&node.node.intake, case(&node).await);
    let answer_due = intake.view(&case).await.unwrap().answer;
    let board = ann.page(&format!("{path}?lang=en")).await;
    assert_eq!(board.text.matches("No notice yet").count(), 3, "{}", board.text);
    assert!(board.text.contains("Nobody has decided yet") && !board.text.contains("name=\"reason\""), "{}", board.text);
    ann.submit(&path, &BOTH).await;
    assert!(
        intake.view(&case).await.unwrap().links.iter().all(|link| link.notices.is_empty()),
        "nothing before a verdict"
    );
    let board = decide(&mut ann, &case).await;
    assert!(
        board.text.contains("Somebody else looks now") && board.text.contains("name=\"regime_x\""),
        "{}",
        board.text
    );
    let work = ben.page(&format!("/desk/work/{}?lang=en", exchange::hex::encode(case.id.as_bytes()))).await;
    assert!(
        work.text.contains(&format!("href=\"{path}\"")),
        "a case leads to its board when nobody holds it: {}",
        work.text
    );
    // A law that does not cover what was decided is not offered, and not taken.
    let wrong = ann.submit(&path, &[("regime_x", "nothing_like_it"), BOTH[2]]).await;
    assert_eq!(wrong.text.matches("No notice yet").count(), 3, "{}", wrong.text);
    let drafted = ann.submit(&path, &BOTH).await;
    assert_eq!(drafted.text.matches("No notice yet").count(), 0, "{}", drafted.text);
    // Whoever may look second learns nothing of the first here, and asks for nothing.
    let blind = ben.page(&format!("{path}?lang=en")).await;
    assert!(blind.text.contains("this page tells you nothing yet"), "{}", blind.text);
    assert!(!blind.text.contains("tiktok") && !blind.text.contains("/desk/notices/of/"), "{}", blind.text);
    ben.submit(&path, &BOTH).await;
    let id = id_in(&drafted.text);
    ben.submit(&format!("/desk/notices/of/{id}"), &[("act", "approve")]).await;
    let view = intake.view(&case).await.unwrap();
    let named: Vec<usize> = view.links.iter().map(|link| link.notices.len()).collect();
    assert_eq!(named, [1, 1, 1]);
    assert_eq!(view.answer, answer_due, "asking a platform is no answer to the person");
    assert_eq!(view.links[0].notices[0].id, view.links[1].notices[0].id, "one notice a platform");
    assert_ne!(view.links[0].notices[0].id, view.links[2].notices[0].id);
    // Drafted again, nothing is asked twice.
    ann.submit(&path, &BOTH).await;
    assert_eq!(intake.view(&case).await.unwrap().links[0].notices.len(), 1);
    // The log of people says who drafted for which case, and names no notice.
    let drafts = crate::desk::acts(&node).await.into_iter().filter(|act| act == "case.notice_drafted").count();
    assert_eq!(drafts, 2);
});

on_every_engine!(the_same_form_sent_several_times_at_once_asks_for_a_link_once, |engine| {
    let node = node(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let (case, path) = case(&node).await;
    decide(&mut ann, &case).await;
    let token = ann.form_token().await;
    let fields = [&[("t", token.as_str())], &BOTH[..]].concat();
    let mut same: Vec<StaffBrowser> = (0..4).map(|_| ann.elsewhere()).collect();
    for browser in &mut same {
        for name in ann.cookie_names() {
            browser.keep_cookie(&name, ann.cookie(&name).unwrap());
        }
    }
    let posts = same.iter_mut().map(|browser| browser.post_without_token(&path, &fields));
    for answer in futures::future::join_all(posts).await {
        assert_eq!(answer.status, 303, "{}", answer.text);
    }
    let named: Vec<usize> =
        node.node.intake.view(&case).await.unwrap().links.iter().map(|link| link.notices.len()).collect();
    assert_eq!(named, [1, 1, 1]);
    let drafts: u64 = node.node.removal.states().await.unwrap().iter().map(|(_, _, number)| number).sum();
    assert_eq!(drafts, 2, "one notice a platform");
});
