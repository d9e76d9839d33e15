//! Looking after people who work here: inviting, roles, leaving, lost factors, forgotten passphrases.

use exchange::Class;
use reqwest::header::LOCATION;
use sealing::{CaseKey, Lexicon, RecipientSecret};
use server::access::audit::{rows, verify};
use server::access::staff::{HOLDERS_MAX, Role};
use server::clock::Clock;
use server::storage::Connection;

use crate::support::{Answer, Engine, PASSPHRASE, StaffBrowser, TestNode, manual, on_every_engine, staff};

async fn node_and_clock(engine: Engine) -> (TestNode, Clock) {
    let mut clock = None;
    let node = TestNode::start_with(engine, |settings| clock = Some(manual(settings))).await;
    (node, clock.unwrap())
}

/// Half a minute later, so that the telephone shows another code.
fn later(clock: &Clock) {
    clock.set(clock.now().plus_seconds(30));
}

fn link_in(answer: &Answer) -> String {
    crate::support::between(&answer.text, "id=\"link\">", "<").unwrap_or_else(|| panic!("{}", answer.text))
}

/// Signs in at a new browser of somebody, in another half minute.
async fn signed_in(person: &StaffBrowser, clock: &Clock) -> StaffBrowser {
    later(clock);
    let mut browser = person.elsewhere();
    assert_eq!(browser.sign_in().await.status, 303);
    browser
}

/// Writes a case of which only these hold a key.
async fn case_for(node: &TestNode, number: u8, readers: &[&StaffBrowser]) -> exchange::CaseId {
    let (id, key) = ([number; 16], CaseKey::from_bytes([number; 32]));
    let mut rng = node.node.clock.now().as_micros().unsigned_abs();
    rng += u64::from(number);
    let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(rng);
    let mut on = node.node.database().write().await.unwrap();
    let class = i64::from(Class::Adult.code());
    let insert = "insert into cases (id, class, urgency, waits_for, sealed_key, created_at, active_at, ends_at, ended)
        values ($1, $2, 0, 0, $1, 0, 0, 4102444800000000, 0)";
    match on.connection() {
        Connection::Sqlite(c) => sqlx::query(insert).bind(&id[..]).bind(class).execute(c).await.map(drop),
        Connection::Postgres(c) => sqlx::query(insert).bind(&id[..]).bind(class).execute(c).await.map(drop),
    }
    .unwrap();
    for reader in readers {
        let public = reader.secret().public();
        let sealed = public.seal(&id, key.as_bytes(), &mut rng);
        let insert = "insert into case_recipients (case_id, public_key, sealed_key) values ($1, $2, $3)";
        match on.connection() {
            Connection::Sqlite(c) => {
                sqlx::query(insert).bind(&id[..]).bind(&public.as_bytes()[..]).bind(sealed).execute(c).await.map(drop)
            }
            Connection::Postgres(c) => {
                sqlx::query(insert).bind(&id[..]).bind(&public.as_bytes()[..]).bind(sealed).execute(c).await.map(drop)
            }
        }
        .unwrap();
    }
    on.commit().await.unwrap();
    exchange::CaseId::from_bytes(id)
}

async fn opens(node: &TestNode, secret: &RecipientSecret, case: exchange::CaseId) -> bool {
    node.node.intake.open_as(secret, case).await.unwrap().is_some()
}

async fn acts(node: &TestNode) -> Vec<String> {
    let mut on = node.node.database().read().await.unwrap();
    rows(&mut on, None, None, 1_000).await.unwrap().into_iter().map(|row| row.act).collect()
}

on_every_engine!(a_lead_invites_by_link_and_an_administrator_lets_nobody_to_the_cases, |engine| {
    let (node, _) = node_and_clock(engine).await;
    let mut admin = staff(&node, Role::Administrator).await;
    let page = admin.get("/desk/people/invite?lang=en").await;
    assert!(page.text.contains("value=\"lead\"") && !page.text.contains("value=\"analyst\""), "{}", page.text);
    let mut lead = staff(&node, Role::Lead).await;
    let page = admin.get("/desk/people/invite?lang=en").await;
    assert!(!page.text.contains("value=\"lead\""), "there is one now");
    for role in ["lead", "analyst", "mediator"] {
        let refused = admin.post("/desk/people/invite", &[("name", "Me too"), ("role", role)]).await;
        assert!(refused.status == 200 && refused.text.contains("Only a lead invites"), "{}", refused.text);
    }
    let made = admin.post("/desk/people/invite", &[("name", "Another"), ("role", "administrator")]).await;
    link_in(&made);
    lead.get("/desk/people/invite?lang=en").await;
    for (name, role, says) in [
        ("", "analyst", "1 to 40"),
        ("Ann", "", "Choose a role"),
        ("Another", "analyst", "somebody of that name"),
        ("Pat", "platform", "Choose the platform"),
    ] {
        let refused = lead.post("/desk/people/invite", &[("name", name), ("role", role)]).await;
        assert!(refused.status == 200 && refused.text.contains(says), "{name}: {}", refused.text);
    }
    let made = lead.post("/desk/people/invite", &[("name", "Ann"), ("role", "analyst")]).await;
    let mut ann = lead.elsewhere();
    ann.name = "Ann".to_owned();
    ann.accept(&link_in(&made)).await;
    assert_eq!(ann.get("/desk/people").await.status, 403);
    let page = lead.get("/desk/people?lang=en").await;
    assert!(page.text.contains("Ann") && page.text.contains("Another"), "{}", page.text);
});

on_every_engine!(the_gravest_acts_want_the_factor_again_and_come_back, |engine| {
    let (node, clock) = node_and_clock(engine).await;
    let mut lead = staff(&node, Role::Lead).await;
    let ann = staff(&node, Role::Analyst).await;
    let end = format!("/desk/people/{}/end", ann.id);
    assert_eq!(lead.get(&end).await.status, 200, "the factor was given just now");
    clock.set(clock.now().plus_seconds(5 * 60));
    assert_eq!(lead.get(&end).await.status, 200, "at the limit");
    clock.set(clock.now().plus_seconds(1));
    let sent = lead.post(&end, &[]).await;
    assert_eq!(sent.headers[LOCATION], format!("/staff/step-up?to={}", end.replace('/', "%2F")));
    let page = lead.page(&end).await;
    assert!(page.text.contains("name=\"code\""), "{}", page.text);
    let to = end.as_str();
    let wrong = lead.post("/staff/step-up", &[("code", "000000"), ("to", to)]).await;
    assert_eq!(wrong.status, 200);
    let right = lead.post("/staff/step-up", &[("code", &lead.code()), ("to", to)]).await;
    assert_eq!(right.headers[LOCATION], to);
    assert_eq!(lead.get(&end).await.status, 200);
    let elsewhere = lead.post("/staff/step-up", &[("code", &lead.code()), ("to", "//evil.example")]).await;
    assert_eq!(elsewhere.status, 200, "the same code does not count twice");
});

on_every_engine!(whoever_leaves_is_out_at_once_and_nothing_is_sealed_to_them_any_more, |engine| {
    let (node, clock) = node_and_clock(engine).await;
    let mut lead = staff(&node, Role::Lead).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let case = case_for(&node, 1, &[&ann, &lead]).await;
    let (hers, theirs) = (ann.secret(), lead.secret());
    assert!(opens(&node, &hers, case).await && opens(&node, &theirs, case).await);
    lead.get(&format!("/desk/people/{}", ann.id)).await;
    assert_eq!(lead.post(&format!("/desk/people/{}/end", ann.id), &[]).await.status, 303);
    assert_eq!(ann.get("/desk").await.status, 303);
    assert!(!opens(&node, &hers, case).await, "not even with the sheet and the database");
    assert!(opens(&node, &theirs, case).await);
    assert!(!node.node.intake.recipients().await.unwrap().contains(&hers.public()));
    later(&clock);
    assert_eq!(ann.give_passphrase(PASSPHRASE).await.status, 200, "the name and passphrase are those of nobody");
    assert_eq!(lead.post(&format!("/desk/people/{}/end", lead.id), &[]).await.status, 404, "nobody ends themselves");
    let mut admin = staff(&node, Role::Administrator).await;
    admin.get("/desk/people").await;
    let refused = admin.post(&format!("/desk/people/{}/end", lead.id), &[]).await;
    assert_eq!(refused.status, 404, "an administrator does not end the last lead");
    assert_eq!(lead.get("/desk").await.status, 200);
    let log = acts(&node).await;
    assert!(log.contains(&"staff.ended".to_owned()), "{log:?}");
    verify(node.node.database(), None).await.unwrap();
});

on_every_engine!(cases_that_were_there_before_are_handed_on, |engine| {
    let (node, _) = node_and_clock(engine).await;
    let mut lead = staff(&node, Role::Lead).await;
    let before = [case_for(&node, 1, &[&lead]).await, case_for(&node, 2, &[&lead]).await];
    let nobodys = case_for(&node, 3, &[]).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let hers = ann.secret();
    assert!(!opens(&node, &hers, before[0]).await);
    let page = lead.get("/desk/hand-on?lang=en").await;
    assert!(page.text.contains(&ann.name) && page.text.contains("class=\"num\">2<"), "{}", page.text);
    assert_eq!(lead.post("/desk/hand-on", &[]).await.status, 303);
    assert!(opens(&node, &hers, before[0]).await && opens(&node, &hers, before[1]).await);
    assert!(!opens(&node, &hers, nobodys).await, "what the lead cannot open is not handed on");
    let page = lead.get("/desk/hand-on?lang=en").await;
    assert!(page.text.contains("Everybody can open"), "{}", page.text);
    assert!(ann.get("/desk/hand-on?lang=en").await.text.contains("Everybody can open"));
});

on_every_engine!(a_role_is_changed_and_its_person_told_until_they_read_it, |engine| {
    let (node, _) = node_and_clock(engine).await;
    let mut lead = staff(&node, Role::Lead).await;
    let mut ann = staff(&node, Role::Analyst).await;
    lead.get("/desk/people").await;
    assert_eq!(lead.post(&format!("/desk/people/{}/role", ann.id), &[]).await.status, 303);
    let page = ann.get("/desk/people?lang=en").await;
    assert!(page.status == 200 && page.text.contains("gave you another role"), "{}", page.text);
    assert!(page.text.contains(&lead.name));
    ann.get("/staff/account").await;
    assert_eq!(ann.post("/staff/account/notices", &[]).await.status, 303);
    assert!(!ann.get("/desk?lang=en").await.text.contains("gave you another role"));
    // Sessions ended by another are told too.
    assert_eq!(lead.post(&format!("/desk/people/{}/sessions", ann.id), &[]).await.status, 303);
    assert_eq!(ann.get("/desk").await.status, 303);
});

on_every_engine!(a_lost_factor_is_replaced_by_whoever_has_link_and_passphrase, |engine| {
    let (node, clock) = node_and_clock(engine).await;
    let mut lead = staff(&node, Role::Lead).await;
    let mut ann = staff(&node, Role::Analyst).await;
    lead.get("/desk/people").await;
    let made = lead.post(&format!("/desk/people/{}/factor", ann.id), &[]).await;
    let link = link_in(&made);
    let mut browser = ann.elsewhere();
    let wrong = browser.post_without_token(&format!("{link}?lang=en"), &[("passphrase", "another one")]).await;
    assert!(wrong.status == 200 && wrong.text.contains("not right"), "{}", wrong.text);
    assert_eq!(ann.get("/desk").await.status, 200, "nothing happened yet");
    later(&clock);
    browser.accept_new_factor(&link).await;
    assert!(browser.page("/desk?lang=en").await.text.contains("made a link for a new second factor"));
    assert_eq!(ann.get("/desk").await.status, 303, "sessions from before are over");
    assert_eq!(browser.get(&link).await.status, 404, "the link is good once");
    let mut old = ann.elsewhere();
    later(&clock);
    assert_eq!(old.sign_in().await.status, 200, "codes from before count no more");
    later(&clock);
    let mut new = browser.elsewhere();
    assert_eq!(new.sign_in().await.status, 303);
});

on_every_engine!(the_sheet_opens_the_way_to_a_new_passphrase_and_no_further, |engine| {
    let (node, clock) = node_and_clock(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let ben = staff(&node, Role::Analyst).await;
    let mut browser = ann.elsewhere();
    let words = ann.sheet.join(" ");
    for (name, words) in [(&ben.name, &words), (&ann.name, &ben.sheet.join(" ")), (&ann.name, &"one two".to_owned())] {
        let wrong =
            browser.post_without_token("/staff/recover/sheet?lang=en", &[("name", name), ("words", words)]).await;
        assert!(wrong.status == 200 && wrong.text.contains("do not belong together"), "{}", wrong.text);
    }
    let right = browser.post_without_token("/staff/recover/sheet", &[("name", &ann.name), ("words", &words)]).await;
    assert_eq!(right.headers[LOCATION], "/staff/passphrase");
    assert_eq!(browser.get("/desk").await.headers[LOCATION], "/staff/on", "the factor is still to come");
    browser.page("/staff/passphrase").await;
    let chosen = [("passphrase", "brume cactus treize volet"), ("again", "brume cactus treize volet")];
    assert_eq!(browser.post("/staff/passphrase", &chosen).await.headers[LOCATION], "/staff/on");
    assert_eq!(ann.get("/desk").await.status, 303, "whoever had the passphrase before is signed out");
    later(&clock);
    browser.page("/staff/on").await;
    assert_eq!(browser.post("/staff/factor", &[("code", &browser.code())]).await.status, 303);
    assert_eq!(browser.get("/desk").await.status, 200);
    assert_eq!(browser.get("/staff/passphrase").await.status, 303, "the right to choose was for once");
    later(&clock);
    assert_eq!(ann.give_passphrase(PASSPHRASE).await.status, 200);
    assert_eq!(ann.give_passphrase("brume cactus treize volet").await.status, 303);
    assert!(acts(&node).await.contains(&"staff.came_with_sheet".to_owned()));
});

on_every_engine!(two_leads_together_let_somebody_back_in_and_one_alone_does_not, |engine| {
    let (node, clock) = node_and_clock(engine).await;
    let mut leads = [staff(&node, Role::Lead).await, staff(&node, Role::Lead).await, staff(&node, Role::Lead).await];
    assert_eq!(leads.len() as i64, HOLDERS_MAX);
    let ann = staff(&node, Role::Analyst).await;
    // Asked for in the name of nobody, it looks the same and comes to nobody.
    let mut browser = ann.elsewhere();
    let nobody = browser.post_without_token("/staff/recover/leads?lang=en", &[("name", "Nobody")]).await;
    assert_eq!(nobody.status, 303);
    let asked = browser.post_without_token("/staff/recover/leads?lang=en", &[("name", &ann.name)]).await;
    let link = asked.headers[LOCATION].to_str().unwrap().to_owned();
    let page = browser.get(&link).await;
    let words: Vec<&str> = page.text.split("<li>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert!(words.len() == 4 && page.text.contains("0 of 2"), "{}", page.text);
    let chosen = [("passphrase", "brume cactus treize volet"), ("again", "brume cactus treize volet")];
    for (lead, approved) in leads.iter_mut().take(2).zip(1..) {
        assert_eq!(browser.post_without_token(&link, &chosen).await.status, 404, "not yet");
        let list = lead.get("/desk/recoveries?lang=en").await;
        assert!(list.text.contains(&ann.name) && list.text.contains(&words.join(" · ")), "{}", list.text);
        let id = crate::support::between(&list.text, "/desk/recoveries/", "\"").unwrap();
        let sure = lead.get(&format!("/desk/recoveries/{id}")).await;
        assert!(sure.text.contains(&words.join(" · ")), "{}", sure.text);
        assert_eq!(lead.post(&format!("/desk/recoveries/{id}"), &[]).await.status, 303);
        assert_eq!(lead.post(&format!("/desk/recoveries/{id}"), &[]).await.status, 404, "once is enough");
        let page = browser.get(&link).await;
        assert_eq!(page.text.contains("1 of 2"), approved == 1, "{}", page.text);
    }
    let done = browser.post_without_token(&link, &chosen).await;
    assert_eq!(done.headers[LOCATION], "/staff/on");
    assert_eq!(browser.post_without_token(&link, &chosen).await.status, 404, "once");
    assert_eq!(browser.page("/staff/on").await.status, 200);
    later(&clock);
    assert_eq!(browser.post("/staff/factor", &[("code", &browser.code())]).await.status, 303);
    let page = browser.page("/desk?lang=en").await;
    assert!(page.text.contains("another lead let somebody choose a new passphrase"), "{}", page.text);
    assert!(page.text.contains(&leads[1].name) || page.text.contains(&leads[0].name));
    assert_eq!(ann.elsewhere().give_passphrase(PASSPHRASE).await.status, 200);
    let log = acts(&node).await;
    for act in ["staff.recovery_asked", "staff.recovery_approved", "staff.recovered", "staff.escrow_kept"] {
        assert!(log.contains(&act.to_owned()), "{act}: {log:?}");
    }
    // The key is the same: what was sealed to it still opens.
    let case = case_for(&node, 7, &[&ann]).await;
    assert!(opens(&node, &ann.secret(), case).await);
    verify(node.node.database(), None).await.unwrap();
});

on_every_engine!(shares_move_with_the_leads_when_somebody_signs_in, |engine| {
    let (node, clock) = node_and_clock(engine).await;
    let first = staff(&node, Role::Lead).await;
    let ann = staff(&node, Role::Analyst).await;
    assert_eq!(holders(&node, &ann).await, 0, "one lead alone holds nothing");
    let mut second = staff(&node, Role::Lead).await;
    signed_in(&ann, &clock).await;
    assert_eq!(holders(&node, &ann).await, 2);
    second.get("/desk/people").await;
    assert_eq!(second.post(&format!("/desk/people/{}/end", first.id), &[]).await.status, 303);
    assert_eq!(holders(&node, &ann).await, 0, "half a pair is of no use, and gone");
});

async fn holders(node: &TestNode, of: &StaffBrowser) -> i64 {
    let sql = "select count(distinct holder_id) from staff_escrow where staff_id = $1";
    let mut on = node.node.database().read().await.unwrap();
    match on.connection() {
        Connection::Sqlite(c) => sqlx::query_scalar(sql).bind(&of.id.as_bytes()[..]).fetch_one(c).await,
        Connection::Postgres(c) => sqlx::query_scalar(sql).bind(&of.id.as_bytes()[..]).fetch_one(c).await,
    }
    .unwrap()
}

on_every_engine!(a_second_factor_is_added_and_the_last_one_stays, |engine| {
    let (node, clock) = node_and_clock(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let first = factor_ids(&ann.get("/staff/account").await);
    assert_eq!(first.len(), 0, "the only one has no way to remove it");
    let page = ann.get("/staff/account/factor?lang=en").await;
    let mut second = ann.elsewhere();
    second.take_codes(&page.text);
    assert_eq!(ann.post("/staff/account/factor", &[("code", &second.code())]).await.status, 303);
    let ids = factor_ids(&ann.get("/staff/account").await);
    assert_eq!(ids.len(), 2);
    later(&clock);
    assert_eq!(second.sign_in().await.status, 303, "either counts");
    assert_eq!(ann.post(&format!("/staff/account/factor/{}", ids[0]), &[]).await.status, 303);
    assert_eq!(ann.post(&format!("/staff/account/factor/{}", ids[1]), &[]).await.status, 404, "the last one stays");
    later(&clock);
    assert_eq!(ann.elsewhere().sign_in().await.status, 200);
});

fn factor_ids(page: &Answer) -> Vec<String> {
    let ids = page.text.split("href=\"/staff/account/factor/").skip(1);
    ids.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

// ---- Threats, by their names in the project's threat model.

on_every_engine!(t8_a_curious_colleague_leaves_a_trace_that_they_cannot_take_away, |engine| {
    let (node, _) = node_and_clock(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let mut lead = staff(&node, Role::Lead).await;
    // They see neither the log nor who is here, end nobody, and raise nobody.
    for path in ["/desk/log", "/desk/people", "/desk/recoveries"] {
        assert_eq!(ann.get(path).await.status, 403, "{path}");
    }
    let promoted = format!("/desk/people/{}/role", ann.id);
    assert_eq!(ann.post(&promoted, &[]).await.status, 403);
    // What they do with people's keys is in the log, with their name, for every lead.
    let case = case_for(&node, 1, &[&ann]).await;
    ann.get("/desk/hand-on").await;
    assert_eq!(ann.post("/desk/hand-on", &[]).await.status, 303);
    assert!(opens(&node, &lead.secret(), case).await);
    let log = lead.get("/desk/log?lang=en").await;
    assert!(log.text.contains("staff.handed_on") && log.text.contains(&ann.name), "{}", log.text);
    verify(node.node.database(), None).await.unwrap();
});

on_every_engine!(t9_an_administrator_and_whoever_has_the_disk_open_no_case, |engine| {
    let (node, _) = node_and_clock(engine).await;
    let mut admin = staff(&node, Role::Administrator).await;
    let lead = staff(&node, Role::Lead).await;
    let case = case_for(&node, 1, &[&lead]).await;
    let theirs = admin.secret();
    assert!(!node.node.intake.recipients().await.unwrap().contains(&theirs.public()));
    assert!(!opens(&node, &theirs, case).await);
    // Not even the schema takes a key of theirs.
    let mut on = node.node.database().write().await.unwrap();
    let update = "update staff set public_key = $1 where id = $2";
    let (key, id) = (theirs.public(), admin.id);
    let refused = match on.connection() {
        Connection::Sqlite(c) => {
            sqlx::query(update).bind(&key.as_bytes()[..]).bind(&id.as_bytes()[..]).execute(c).await.map(drop)
        }
        Connection::Postgres(c) => {
            sqlx::query(update).bind(&key.as_bytes()[..]).bind(&id.as_bytes()[..]).execute(c).await.map(drop)
        }
    };
    refused.unwrap_err();
    drop(on);
    for path in ["/desk/hand-on", "/desk/recoveries", "/desk/log"] {
        assert_eq!(admin.get(path).await.status, 403, "{path}");
    }
    let disk = crate::support::on_disk(&node.node, &node.database).await;
    for secret in [lead.secret(), theirs] {
        assert!(!crate::support::holds(&disk, secret.as_bytes()), "a secret lies on the disk in clear");
    }
    let cookie = lead.cookie("__Host-s").unwrap();
    assert!(!crate::support::holds(&disk, cookie.as_bytes()));
    let raw: [u8; 32] = exchange::hex::decode(cookie).unwrap();
    assert!(!crate::support::holds(&disk, &raw), "a cookie lies on the disk");
});

on_every_engine!(t16_under_order_there_is_nobodys_address_to_hand_over_and_no_passphrase, |engine| {
    let (node, _) = node_and_clock(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let request = ann.request(reqwest::Method::GET, "/desk");
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let request = request.header("user-agent", agent).header("x-forwarded-for", "203.0.113.77");
    assert_eq!(ann.send(request).await.status, 200);
    let mut browser = ann.elsewhere();
    browser.give_passphrase("a passphrase that is wrong").await;
    let disk = crate::support::on_disk(&node.node, &node.database).await;
    for kept in ["203.0.113.77", "127.0.0.1", "Mozilla", "Gecko", PASSPHRASE, "a passphrase that is wrong"] {
        assert!(!crate::support::holds(&disk, kept.as_bytes()), "{kept} lies on the disk");
    }
    for language in Lexicon::ALL {
        let words = ann.secret().sheet(language).join(" ");
        assert!(!crate::support::holds(&disk, words.as_bytes()));
    }
});
