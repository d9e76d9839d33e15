//! The pages: two analysts, an administrator and a platform's people, from a case's links to removed.

use server::access::staff::Role;
use server::intake::{Age, Consent, Situation, Stand};
use server::node::NodeSettings;

use crate::support::{Engine, StaffBrowser, TestNode, manual, on_every_engine, platform_staff, staff};

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
    ann.submit(&path, &[("act", "escalated"), ("to", "coordinator")]).await;
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
    assert!(theirs.page("/console/help?lang=en").await.text.contains("def is_ours"));
});

on_every_engine!(a_case_is_a_board_of_its_links_and_its_notices_are_named_in_it_alone, |engine| {
    let node = node(engine).await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
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
    intake.words_of(&mut draft).unwrap();
    let case = intake.send(&draft).await.unwrap();
    let path = format!("/desk/notices/case/{}", case.id);
    let board = ann.page(&format!("{path}?lang=en")).await;
    assert_eq!(board.text.matches("No notice yet").count(), 3, "{}", board.text);
    let reason = ("reason", "An intimate picture of a minor.");
    let drafted = ann.submit(&path, &[("regime_tiktok", "dsa_16"), ("regime_x", "dsa_16"), reason]).await;
    assert_eq!(drafted.text.matches("No notice yet").count(), 0, "{}", drafted.text);
    let id = id_in(&drafted.text);
    ben.submit(&format!("/desk/notices/of/{id}"), &[("act", "approve")]).await;
    let view = intake.view(&case).await.unwrap();
    let named: Vec<usize> = view.links.iter().map(|link| link.notices.len()).collect();
    assert_eq!(named, [1, 1, 1]);
    assert_eq!(view.links[0].notices[0].id, view.links[1].notices[0].id, "one notice a platform");
    assert_ne!(view.links[0].notices[0].id, view.links[2].notices[0].id);
    // Drafted again, nothing is asked twice.
    ann.submit(&path, &[("regime_tiktok", "dsa_16"), ("regime_x", "dsa_16"), reason]).await;
    assert_eq!(intake.view(&case).await.unwrap().links[0].notices.len(), 1);
});
