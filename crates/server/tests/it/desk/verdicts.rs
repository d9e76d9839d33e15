//! Verdicts: two looks, the second blind; a lead between two; what one does to bank, person, file and log.

use serde_json::json;
use server::access::staff::Role;
use server::storage::Connection;

use super::{Filing, acts, file, listed, node_with_a_clock, number, pdq, picture, say, see, take};
use crate::portal::mark;
use crate::support::{TestNode, TestPartner, holds, on_disk, on_every_engine, staff};

const PARTS: &str = "select sealed from upload_parts";
const ITEMS: &str = "select sealed from case_items order by position";

async fn blobs(node: &TestNode, text: &'static str) -> Vec<Vec<u8>> {
    let mut session = node.node.database().read().await.unwrap();
    match session.connection() {
        Connection::Sqlite(c) => sqlx::query_scalar(text).fetch_all(c).await.unwrap(),
        Connection::Postgres(c) => sqlx::query_scalar(text).fetch_all(c).await.unwrap(),
    }
}

async fn advice(platform: &TestPartner, hash: &str) -> Option<(String, String, String)> {
    let answer = platform.post("match", &json!({"queries": [{"pdq": hash}]})).await;
    let found = answer.body["results"][0]["matches"].as_array().unwrap().first().cloned()?;
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    Some((text("tier"), text("status"), text("advice")))
}

fn is(tier: &str, status: &str, advice: &str) -> Option<(String, String, String)> {
    Some((tier.to_owned(), status.to_owned(), advice.to_owned()))
}

on_every_engine!(two_looks_confirm_the_person_is_told_and_nothing_is_left_of_the_file, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let platform = node.partner("platform").await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
    let (png, marks) = picture(1);
    let hash = pdq(&marks);
    let mut filed = file(&node, Filing { marks, file: Some(png), ..Filing::default() }).await;
    let path = filed.path();
    assert_eq!(advice(&platform, &hash).await, is("reported", "active", "review"));
    let (parts, items) = (blobs(&node, PARTS).await, blobs(&node, ITEMS).await);
    let runs: Vec<&[u8]> = parts.iter().flat_map(|part| part.chunks_exact(64).step_by(17)).collect();
    let before = on_disk(&node.node, &node.database).await;
    let found = runs.iter().filter(|run| holds(&before, run)).count();
    assert!(found * 2 > runs.len(), "it reads what is there: {found} of {}", runs.len());

    take(&mut ann, &path).await;
    see(&mut ann, &path).await;
    let said = say(&mut ann, &path, "M3", "file").await;
    assert!(said.text.contains("Somebody else looks now"), "{}", said.text);
    assert_eq!(advice(&platform, &hash).await, is("verified", "active", "review"), "of minors one look blocks nothing");
    assert!(!filed.page().await.contains("reconnaissent maintenant"), "nothing is said before it is sure");
    assert!(filed.page().await.contains("verrouillé"), "the second one needs the file");

    take(&mut ben, &path).await;
    see(&mut ben, &path).await;
    let said = say(&mut ben, &path, "M3", "file").await;
    assert!(said.text.contains("the file is destroyed"), "{}", said.text);
    assert_eq!(advice(&platform, &hash).await, is("confirmed", "active", "block"));
    let page = filed.page().await;
    assert!(page.contains("reconnaissent maintenant cette image") && page.contains("regardé, puis détruit"), "{page}");
    assert_eq!(number(&node, "select count(*) from uploads").await, 0);
    assert_eq!(number(&node, "select count(*) from upload_parts").await, 0);
    assert_eq!(number(&node, "select count(*) from sights").await, 0);
    node.node.tidy().await;
    let after = on_disk(&node.node, &node.database).await;
    assert_eq!(runs.iter().filter(|run| holds(&after, run)).count(), 0, "no part is left");
    let left = blobs(&node, ITEMS).await;
    let gone: Vec<&Vec<u8>> = items.iter().filter(|item| !left.contains(item)).collect();
    assert_eq!(gone.len(), 1, "the item that held the file's keys was written anew, and no other");
    assert!(!gone[0].chunks_exact(64).any(|run| holds(&after, run)), "nor is anything of what held its keys");
    let acts = acts(&node).await;
    assert_eq!(acts.iter().filter(|act| *act == "case.decided").count(), 2, "{acts:?}");
});

on_every_engine!(the_second_look_learns_nothing_of_the_first_and_is_somebody_else, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
    let path = file(&node, Filing { links: "https://example.org/1", ..Filing::default() }).await.path();
    take(&mut ann, &path).await;
    ann.submit(&format!("{path}/write"), &[("message", "canary-of-the-first-8812")]).await;
    let own = ann.page(&path).await.text;
    assert!(own.contains("canary-of-the-first") && own.contains("reported"), "{own}");
    let fields = [("code", "M2"), ("basis", "links"), ("own", "canary-of-the-answer")];
    ann.submit(&format!("{path}/verdict"), &fields).await;

    assert!(listed(&ann.page("/desk/queue/second").await.text).is_empty(), "not offered to the first");
    let refused = ann.submit(&format!("{path}/take"), &[]).await;
    assert!(refused.text.contains("who looked first does not look second"), "{}", refused.text);

    let page = take(&mut ben, &path).await.text;
    assert!(page.contains("This is the second look"), "{page}");
    // Codes stand in the list to choose from; none of them is chosen.
    assert!(!page.contains("selected"), "{page}");
    for leak in ["canary-of-the-first", "canary-of-the-answer", "verified", "confirmed", "contested", &ann.name] {
        let outside = page.replace(&format!("<option value=\"{}\">{}</option>", ann.id, ann.name), "");
        assert!(!outside.contains(leak), "{leak}: {page}");
    }
    assert!(page.contains("canary-of-the-story"), "what the person wrote is there");
});

on_every_engine!(two_who_differ_leave_it_to_a_lead_who_is_neither_and_nothing_is_blocked_meanwhile, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let platform = node.partner("platform").await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Lead).await);
    let (mut eve, mut cat) = (staff(&node, Role::Analyst).await, staff(&node, Role::Lead).await);
    let hash = pdq(&mark(1));
    let mut filed = file(&node, Filing { links: "https://example.org/1", ..Filing::default() }).await;
    let path = filed.path();
    take(&mut ann, &path).await;
    say(&mut ann, &path, "M3", "links").await;
    take(&mut ben, &path).await;
    let said = say(&mut ben, &path, "N1", "links").await;
    assert!(said.text.contains("Two differ"), "{}", said.text);
    assert_eq!(advice(&platform, &hash).await, is("verified", "disputed", "review"));
    for who in [&mut eve, &mut ben] {
        let refused = who.submit(&format!("{path}/take"), &[]).await;
        assert!(refused.text.contains("for somebody else"), "{}", refused.text);
    }
    let page = take(&mut cat, &path).await.text;
    assert!(page.contains("M3 ·") && page.contains("N1 ·") && page.contains(&ann.name) && page.contains(&ben.name));
    let said = say(&mut cat, &path, "M3", "links").await;
    assert!(said.text.contains("Decided."), "{}", said.text);
    assert_eq!(advice(&platform, &hash).await, is("confirmed", "active", "block"));
    assert!(filed.page().await.contains("reconnaissent maintenant"));
    let overview = cat.page("/desk/overview").await.text;
    assert!(overview.contains("one case that two looked at") && overview.contains("Cohen"), "{overview}");
});

on_every_engine!(what_both_refuse_is_withdrawn_and_every_follower_forgets_it, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let platform = node.partner("platform").await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
    let hash = pdq(&mark(1));
    let mut filed = file(&node, Filing { links: "https://example.org/1", ..Filing::default() }).await;
    let path = filed.path();
    take(&mut ann, &path).await;
    say(&mut ann, &path, "N1", "links").await;
    assert_eq!(advice(&platform, &hash).await, is("reported", "disputed", "review"));
    take(&mut ben, &path).await;
    say(&mut ben, &path, "N2", "links").await;
    assert_eq!(advice(&platform, &hash).await, None);
    let changes = platform.get("changes").await.body;
    assert_eq!(changes["changes"].as_array().unwrap().last().unwrap()["remove"]["reason"], "mistaken", "{changes}");
    assert!(filed.page().await.contains("nous l’avons retiré de notre liste"));
});

on_every_engine!(of_adults_one_look_is_enough_unless_somebody_asks_for_another_or_refuses, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let platform = node.partner("platform").await;
    let mut ann = staff(&node, Role::Analyst).await;
    let adult = |seed: u8| Filing { age: "18", marks: mark(seed), links: "https://example.org/1", ..Filing::default() };
    let mut one = file(&node, adult(1)).await;
    take(&mut ann, &one.path()).await;
    let said = say(&mut ann, &one.path(), "A1", "links").await;
    assert!(said.text.contains("Decided."), "{}", said.text);
    assert_eq!(advice(&platform, &pdq(&mark(1))).await, is("verified", "active", "block"));
    assert!(one.page().await.contains("Les plateformes qui travaillent avec nous"), "in the voice for adults");

    let two = file(&node, adult(2)).await;
    take(&mut ann, &two.path()).await;
    let fields = [("code", "A1"), ("basis", "links"), ("second", "1")];
    let said = ann.submit(&format!("{}/verdict", two.path()), &fields).await;
    assert!(said.text.contains("Somebody else looks now"), "{}", said.text);

    let three = file(&node, adult(3)).await;
    take(&mut ann, &three.path()).await;
    let said = say(&mut ann, &three.path(), "N1", "links").await;
    assert!(said.text.contains("Somebody else looks now"), "nobody takes it out alone: {}", said.text);
    assert_eq!(advice(&platform, &pdq(&mark(3))).await, is("reported", "disputed", "review"));
});

on_every_engine!(a_verdict_rests_on_what_was_seen_or_is_known_and_names_a_code_of_its_class, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let platform = node.partner("platform").await;
    let mut ann = staff(&node, Role::Analyst).await;
    let (png, marks) = picture(4);
    let hash = pdq(&marks);
    let path = file(&node, Filing { marks, file: Some(png), ..Filing::default() }).await.path();
    take(&mut ann, &path).await;
    for (code, basis, why) in [
        ("M3", "file", "rests on"),
        ("M3", "links", "rests on"),
        ("M3", "known", "rests on"),
        ("M3", "nothing", "rests on"),
        ("N1", "nothing", "rests on"),
        ("M3", "guess", "rests on"),
        ("A1", "nothing", "from the list"),
        ("X9", "nothing", "from the list"),
        ("", "nothing", "from the list"),
    ] {
        let refused = say(&mut ann, &path, code, basis).await;
        assert!(refused.text.contains(why), "{code} {basis}: {}", refused.text);
    }
    assert_eq!(advice(&platform, &hash).await, is("reported", "active", "review"), "nothing was changed");
    assert_eq!(number(&node, "select count(*) from verdicts").await, 0);
    see(&mut ann, &path).await;
    assert!(say(&mut ann, &path, "M3", "file").await.text.contains("Your verdict is kept"));
});

on_every_engine!(what_is_known_is_decided_without_viewing_and_that_is_counted, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
    let hotline = node.partner("hotline").await;
    let marks = mark(7);
    hotline.protect("minor", "confirmed", &crate::support::near(&pdq(&marks), 5)).await;
    let first = file(&node, Filing { marks: marks.clone(), ..Filing::default() }).await.path();
    let page = take(&mut ann, &first).await.text;
    for words in ["No need to open anything", "5 of 256 bits apart", "confirmed", "hotline"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(say(&mut ann, &first, "M2", "known").await.text.contains("Your verdict is kept"));
    take(&mut ben, &first).await;
    say(&mut ben, &first, "M2", "known").await;

    // Somebody else brings the same picture: our own code is offered.
    let again = file(&node, Filing { marks, ..Filing::default() }).await.path();
    let page = take(&mut ann, &again).await.text;
    assert!(page.contains("the very same") && page.contains("Decide as before") && page.contains("M2 ·"), "{page}");
    let day = ann.page("/desk/me").await.text;
    assert!(day.contains("100 of 100 verdicts"), "{day}");
    assert_eq!(number(&node, "select cast(sum(number) as bigint) from desk_counts where measure = 1").await, 2);
});

on_every_engine!(
    what_comes_while_two_look_is_looked_at_anew_and_what_the_person_takes_back_is_not_ruled_on,
    |engine| {
        let (node, _) = node_with_a_clock(engine).await;
        let platform = node.partner("platform").await;
        let (mut ann, mut ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
        let mut filed = file(&node, Filing { links: "https://example.org/1", ..Filing::default() }).await;
        let path = filed.path();
        take(&mut ann, &path).await;
        say(&mut ann, &path, "M3", "links").await;
        filed.browser.answer("/c/3", "/c/3", &[("marks", &mark(2))]).await;
        take(&mut ben, &path).await;
        let said = say(&mut ben, &path, "M3", "links").await;
        assert!(said.text.contains("looked at once more"), "{}", said.text);
        assert_eq!(advice(&platform, &pdq(&mark(1))).await, is("confirmed", "active", "block"));
        assert_eq!(
            advice(&platform, &pdq(&mark(2))).await,
            is("reported", "active", "review"),
            "one of the two saw it"
        );
        assert_eq!(number(&node, "select stage from work").await, 0);
        assert_eq!(number(&node, "select count(*) from verdicts").await, 0);
        // Its owner deletes everything while somebody is on it.
        take(&mut ann, &path).await;
        filed.browser.answer("/c", "/c/6", &[("sure", "1")]).await;
        let gone = ann.post(&format!("{path}/verdict"), &[("code", "M3"), ("basis", "links")]).await;
        assert_eq!(gone.status, 404);
        assert_eq!(number(&node, "select count(*) from work").await, 0);
    }
);

on_every_engine!(a_message_comes_back_into_the_queue_and_a_question_waits_for_its_answer, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let adult = Filing { age: "18", links: "https://example.org/1", ..Filing::default() };
    let mut filed = file(&node, adult).await;
    let path = filed.path();
    take(&mut ann, &path).await;
    let fields = [("message", "Où l’avez-vous vue ?"), ("waits", "1")];
    assert!(ann.submit(&format!("{path}/write"), &fields).await.text.contains("Your message is written"));
    assert!(filed.page().await.contains("Où l’avez-vous vue"));
    assert_eq!(number(&node, "select stage from work").await, 4, "it waits for the person");
    filed.browser.answer("/c", "/c/1", &[("message", "Sur un forum.")]).await;
    assert_eq!(number(&node, "select stage from work").await, 0, "it is back");
    take(&mut ann, &path).await;
    say(&mut ann, &path, "A1", "links").await;
    assert_eq!(number(&node, "select stage from work").await, 5);
    filed.browser.answer("/c", "/c/1", &[("message", "Merci.")]).await;
    assert_eq!(listed(&ann.page("/desk/queue/answers").await.text), std::slice::from_ref(&path));
    take(&mut ann, &path).await;
    ann.submit(&format!("{path}/write"), &[("message", "De rien.")]).await;
    assert_eq!(number(&node, "select stage from work").await, 5);
    filed.browser.answer("/c", "/c/2", &[("links", "https://example.org/2")]).await;
    assert_eq!(number(&node, "select stage from work").await, 0, "something new is decided anew");
});

on_every_engine!(leads_change_what_people_are_written_by_language_and_age, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let (mut ann, mut lead) = (staff(&node, Role::Analyst).await, staff(&node, Role::Lead).await);
    assert_eq!(ann.get("/desk/answers").await.status, 403);
    let place = [("name", "protected"), ("language", "fr"), ("voice", "adult")];
    let kept = lead.submit("/desk/answers", &[&place[..], &[("text", "Texte changé 5512.")]].concat()).await;
    assert!(kept.text.contains("Texte changé 5512."), "{}", kept.text);
    let adult = Filing { age: "18", links: "https://example.org/1", ..Filing::default() };
    let mut filed = file(&node, adult).await;
    take(&mut ann, &filed.path()).await;
    say(&mut ann, &filed.path(), "A1", "links").await;
    assert!(filed.page().await.contains("Texte changé 5512."));
    for wrong in [("voice", "none"), ("language", "de"), ("name", "none")] {
        let fields: Vec<_> = place.iter().map(|field| if field.0 == wrong.0 { wrong } else { *field }).collect();
        let refused = lead.submit("/desk/answers", &[&fields[..], &[("text", "x")]].concat()).await;
        assert!(refused.text.contains("nothing to do"), "{wrong:?}: {}", refused.text);
    }
    let reset = lead.submit("/desk/answers", &[&place[..], &[("reset", "1")]].concat()).await;
    assert!(!reset.text.contains("Texte changé 5512."));
});

/// From now on the very last write of a verdict, its line in the log, fails.
async fn let_the_last_write_fail(node: &TestNode) {
    let mut session = node.node.database().write().await.unwrap();
    match session.connection() {
        Connection::Sqlite(c) => {
            const STOP: &str = "create trigger stop before insert on audit_log when new.act = 'case.decided'
                begin select raise(abort, 'stop'); end";
            sqlx::query(STOP).execute(c).await.map(drop).unwrap();
        }
        Connection::Postgres(c) => {
            for text in [
                "create function stop() returns trigger language plpgsql as
                    $$ begin if new.act = 'case.decided' then raise exception 'stop'; end if; return new; end $$",
                "create trigger stop before insert on audit_log for each row execute function stop()",
            ] {
                sqlx::query(text).execute(&mut *c).await.map(drop).unwrap();
            }
        }
    }
    session.commit().await.unwrap();
}

on_every_engine!(a_verdict_that_breaks_at_its_last_write_has_done_nothing_and_can_be_said_again, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let platform = node.partner("platform").await;
    let mut ann = staff(&node, Role::Analyst).await;
    let (png, marks) = picture(2);
    let hash = pdq(&marks);
    let mut filed = file(&node, Filing { age: "18", marks, file: Some(png), ..Filing::default() }).await;
    let path = filed.path();
    take(&mut ann, &path).await;
    see(&mut ann, &path).await;
    let (head, items) = (node.node.bank.head().await.unwrap(), blobs(&node, ITEMS).await);
    let counts = async || {
        (
            number(&node, "select count(*) from upload_parts").await,
            number(&node, "select count(*) from verdicts").await,
            number(&node, "select count(*) from desk_counts").await,
            number(&node, "select stage from work").await,
        )
    };
    let before = counts().await;
    let_the_last_write_fail(&node).await;
    let fields = [("code", "A1"), ("basis", "file"), ("answer", "fits")];
    assert_eq!(ann.post(&format!("{path}/verdict"), &fields).await.status, 500);
    assert_eq!(node.node.bank.head().await.unwrap(), head);
    assert_eq!(advice(&platform, &hash).await, is("reported", "active", "review"));
    assert_eq!((counts().await, blobs(&node, ITEMS).await), (before, items));
    assert!(filed.page().await.contains("verrouillé"));

    let mut session = node.node.database().write().await.unwrap();
    match session.connection() {
        Connection::Sqlite(c) => sqlx::query("drop trigger stop").execute(c).await.map(drop).unwrap(),
        Connection::Postgres(c) => sqlx::query("drop trigger stop on audit_log").execute(c).await.map(drop).unwrap(),
    }
    session.commit().await.unwrap();
    assert!(say(&mut ann, &path, "A1", "file").await.text.contains("Decided."));
    assert_eq!(advice(&platform, &hash).await, is("verified", "active", "block"));
});
