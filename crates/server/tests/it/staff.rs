//! People who work here: coming in, staying, leaving.

use server::access::staff::{
    INVITATION_HOURS, NewStaff, Role, SESSIONS_PER_PERSON_MAX, StaffName, TRIES_PER_QUARTER_OF_NAME,
};

use crate::support::{PASSPHRASE, StaffBrowser, TestNode, holds, manual, on_disk, on_every_engine, staff};

on_every_engine!(an_invitation_becomes_an_account_only_when_the_sheet_is_on_paper, |engine| {
    let node = TestNode::start(engine).await;
    let before = node.node.intake.recipients().await.unwrap();
    let new = NewStaff { name: StaffName::parse("Ann B.").unwrap(), role: Role::Analyst, partner: None };
    let invitation = node.node.staff.invite_as_operator(&node.operator, new).await.unwrap();
    let mut ann = StaffBrowser::new(&node, invitation.id, "Ann B.", Role::Analyst);
    let link = format!("{}?lang=en", invitation.path);
    for (first, second, says) in [
        ("short", "short", "at least 10 characters"),
        ("password1234", "password1234", "would guess"),
        (PASSPHRASE, "another one", "not the same twice"),
    ] {
        let page = ann.post_without_token(&link, &[("passphrase", first), ("again", second)]).await;
        assert!(page.status == 200 && page.text.contains(says), "{first}: {}", page.text);
    }
    // Half-way there, nothing is reached and nothing is sealed to them.
    let sent = ann.post_without_token(&link, &[("passphrase", PASSPHRASE), ("again", PASSPHRASE)]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    assert_eq!(ann.get("/desk").await.headers["location"], "/staff/on");
    assert_eq!(ann.give_passphrase(PASSPHRASE).await.status, 200, "the account does not count yet");
    assert_eq!(node.node.intake.recipients().await.unwrap(), before);
    // The link is good until it is done, and over afterwards.
    ann.accept(&invitation.path).await;
    assert_eq!(ann.get(&invitation.path).await.status, 404);
    let keys = node.node.intake.recipients().await.unwrap();
    assert!(keys.contains(&ann.secret().public()) && keys.len() == before.len() + 1);
    let everything = on_disk(&node.node, &node.database).await;
    assert!(!holds(&everything, ann.secret().as_bytes()) && !holds(&everything, PASSPHRASE.as_bytes()));
});

on_every_engine!(signing_in_takes_name_passphrase_and_a_code_that_was_not_used, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let mut ann = staff(&node, Role::Analyst).await;
    let mut browser = ann.elsewhere();
    assert_eq!(browser.get("/desk").await.headers["location"], "/staff/sign-in?to=%2Fdesk");
    let wrong = browser.give_passphrase("heron velvet ninety lamb").await;
    assert!(wrong.status == 200 && wrong.text.contains("are not right"), "{}", wrong.text);
    browser.name = "nobody".to_owned();
    let unknown = browser.give_passphrase(PASSPHRASE).await;
    assert_eq!(unknown.text.replace("nobody", ""), wrong.text.replace(&ann.name, ""), "the same is said of both");
    browser.name = ann.name.to_uppercase();
    // The code of this half minute was used while joining.
    let refused = browser.sign_in().await;
    assert!(refused.status == 200 && refused.text.contains("used already"), "{}", refused.text);
    assert_eq!(browser.get("/desk").await.headers["location"], "/staff/on");
    clock.set(clock.now().plus_seconds(30));
    assert_eq!(browser.post("/staff/factor", &[("code", "000000")]).await.status, 200);
    assert_eq!(browser.post("/staff/factor", &[("code", &browser.code())]).await.status, 303);
    assert!(browser.page("/desk").await.text.contains(&ann.name));
    // Half an hour without a page is the end; a page in between is not.
    clock.set(clock.now().plus_seconds(29 * 60));
    assert_eq!(browser.get("/desk").await.status, 200);
    clock.set(clock.now().plus_seconds(29 * 60));
    assert_eq!(browser.get("/desk").await.status, 200);
    assert_eq!(ann.get("/desk").await.status, 303, "the other browser was left alone for an hour");
    clock.set(clock.now().plus_seconds(30 * 60));
    assert_eq!(browser.get("/desk").await.status, 303);
    // Twelve hours are the end even of a busy one.
    browser.sign_in().await;
    for _ in 0..(12 * 60 / 20) {
        assert_eq!(browser.get("/desk").await.status, 200);
        clock.set(clock.now().plus_seconds(20 * 60));
    }
    assert_eq!(browser.get("/desk").await.status, 303);
});

on_every_engine!(sessions_are_listed_and_ended_and_forms_of_others_are_refused, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let mut ann = staff(&node, Role::Analyst).await;
    let mut other = ann.elsewhere();
    clock.set(clock.now().plus_seconds(60));
    assert_eq!(other.sign_in().await.status, 303);
    let page = ann.page("/staff/account?lang=en").await;
    assert_eq!(page.text.matches("End it").count(), 1, "{}", page.text);
    let handle = page.text.split("name=\"handle\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("handle", handle)];
    assert_eq!(ann.post_without_token("/staff/account/sessions", &fields).await.status, 403);
    let elsewhere =
        ann.request(reqwest::Method::POST, "/staff/account/sessions").header("sec-fetch-site", "cross-site");
    assert_eq!(ann.send(elsewhere).await.status, 403);
    assert_eq!(other.get("/desk").await.status, 200, "nothing was ended");
    ann.page("/staff/account").await;
    assert_eq!(ann.post("/staff/account/sessions", &fields).await.status, 303);
    assert_eq!(other.get("/desk").await.status, 303);
    // One's own handle is of no use to somebody else.
    let mut ben = staff(&node, Role::Analyst).await;
    let page = ann.page("/staff/account").await;
    assert!(!page.text.contains("name=\"handle\""), "one's own is ended by signing out");
    clock.set(clock.now().plus_seconds(60));
    assert_eq!(other.sign_in().await.status, 303);
    let page = ann.page("/staff/account").await;
    let handle = page.text.split("name=\"handle\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(ben.post("/staff/account/sessions", &[("handle", &handle)]).await.status, 303);
    assert_eq!(other.get("/desk").await.status, 200);
    assert_eq!(ann.post("/staff/sign-out", &[]).await.status, 303);
    assert_eq!(ann.get("/desk").await.status, 303);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_who_guess_lock_nobody_out_of_the_browser_they_know() {
    let mut clock = None;
    let node = TestNode::start_with(crate::support::Engine::Sqlite, |settings| clock = Some(manual(settings))).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let mut stranger = ann.elsewhere();
    for _ in 0..TRIES_PER_QUARTER_OF_NAME {
        assert_eq!(stranger.give_passphrase("let me in please").await.status, 200);
    }
    assert_eq!(stranger.give_passphrase("let me in please").await.status, 429);
    assert_eq!(
        stranger.give_passphrase(PASSPHRASE).await.status,
        429,
        "not even the right one, from a strange browser"
    );
    let clock = clock.unwrap();
    clock.set(clock.now().plus_seconds(60));
    assert_eq!(ann.sign_in().await.status, 303, "the person comes in from where they were before");
    // A mark that was made up, or is of somebody else, is none.
    let ben = staff(&node, Role::Analyst).await;
    let mut forged = ann.elsewhere();
    for mark in [ben.cookie("__Host-k").unwrap().to_owned(), "0".repeat(32)] {
        let request =
            forged.request(reqwest::Method::POST, "/staff/sign-in").header("cookie", format!("__Host-k={mark}"));
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("name", ann.name.as_str()), ("passphrase", PASSPHRASE)])
            .finish();
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        assert_eq!(forged.send(request).await.status, 429);
    }
}

on_every_engine!(an_invitation_is_good_for_72_hours_and_no_longer, |engine| {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let new = NewStaff { name: StaffName::parse("Ann").unwrap(), role: Role::Analyst, partner: None };
    let invitation = node.node.staff.invite_as_operator(&node.operator, new).await.unwrap();
    let mut ann = StaffBrowser::new(&node, invitation.id, "Ann", Role::Analyst);
    clock.set(clock.now().plus_seconds(INVITATION_HOURS * 3_600 - 1));
    assert_eq!(ann.get(&invitation.path).await.status, 200);
    clock.set(clock.now().plus_seconds(1));
    assert_eq!(ann.get(&invitation.path).await.status, 404);
    for nothing in ["0".repeat(64), "x".to_owned(), "0".repeat(65)] {
        assert_eq!(ann.get(&format!("/staff/invitation/{nothing}")).await.status, 404);
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_more_sessions_than_one_person_has_the_one_not_used_for_longest_ends() {
    let mut clock = None;
    let node = TestNode::start_with(crate::support::Engine::Sqlite, |settings| clock = Some(manual(settings))).await;
    let clock = clock.unwrap();
    let mut first = staff(&node, Role::Analyst).await;
    let mark = first.cookie("__Host-k").unwrap().to_owned();
    let mut others = Vec::new();
    for _ in 1..SESSIONS_PER_PERSON_MAX {
        clock.set(clock.now().plus_seconds(60));
        let mut other = first.elsewhere();
        other.keep_cookie("__Host-k", &mark);
        assert_eq!(other.sign_in().await.status, 303);
        others.push(other);
    }
    assert_eq!(first.get("/desk").await.status, 200, "as many as there may be");
    clock.set(clock.now().plus_seconds(60));
    let mut last = first.elsewhere();
    last.keep_cookie("__Host-k", &mark);
    assert_eq!(last.sign_in().await.status, 303);
    assert_eq!(others[0].get("/desk").await.status, 303, "the first of the others was used the longest ago");
    assert_eq!(first.get("/desk").await.status, 200);
    assert_eq!(last.get("/desk").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_is_on_the_listener_that_the_settings_name() {
    use server::desk::{Face, Faces};
    for (faces, desk, console) in [
        (Faces { desk: Face::Off, console: Face::Off }, 404, 404),
        (Faces { desk: Face::Operator, console: Face::Public }, 404, 303),
        (Faces { desk: Face::Public, console: Face::Operator }, 303, 404),
    ] {
        let node = TestNode::start_with(crate::support::Engine::Sqlite, |settings| settings.faces = faces).await;
        for (path, status) in [("/desk", desk), ("/console", console)] {
            let answer = node.http.get(format!("{}{path}", node.base())).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), status, "{path} {faces:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_the_operators_listener_people_come_in_work_and_leave_under_a_local_name_alone() {
    use server::desk::{Face, Faces};
    let faces = Faces { desk: Face::Operator, console: Face::Operator };
    let node = TestNode::start_with(crate::support::Engine::Sqlite, |settings| settings.faces = faces).await;
    node.partner("platform").await;
    let partner = node.node.partners.list().await.unwrap()[0].id;
    let operator = crate::pages::operator_of(&node).await;
    for (role, partner, home, other) in [
        (Role::Analyst, None, "/desk/queue/first", "/console/notices"),
        (Role::Platform, Some(partner), "/console/notices", "/desk/queue/first"),
    ] {
        let new = NewStaff { name: StaffName::parse(role.word()).unwrap(), role, partner };
        let invitation = node.node.staff.invite_as_operator(&node.operator, new).await.unwrap();
        let mut who = StaffBrowser::new(&node, invitation.id, role.word(), role).at(&operator);
        who.accept(&invitation.path).await;
        let page = who.page(&format!("{home}?lang=en")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        // What the page loads is there too, and nobody else's part of the desk is.
        let sheet = page.text.split("href=\"/assets/").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(who.get(&format!("/assets/{sheet}")).await.status, 200);
        assert_eq!(who.get(other).await.status, 403);
        // The portal's listener knows nothing of it, with the cookie of a session or without.
        let outside = node.http.get(format!("{}{home}", node.base())).header("cookie", who.cookies());
        assert_eq!(outside.send().await.unwrap().status().as_u16(), 404);
        // A stranger's page that points its name at this machine reads nothing (DNS rebinding).
        let rebound =
            node.http.get(format!("{operator}{home}")).header("host", "evil.example").header("cookie", who.cookies());
        assert_eq!(rebound.send().await.unwrap().status().as_u16(), 421);
        assert_eq!(who.post("/staff/sign-out", &[]).await.status, 303);
        assert_eq!(who.get(home).await.status, 303);
    }
}
