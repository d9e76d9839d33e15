//! What platforms contest and what strangers appeal: one queue, decided once, and the feed tells everybody.

use exchange::{Reach, Scope, Tier};
use serde_json::json;
use server::access::staff::Role;

use super::{Filing, acts, file, listed, node_with_a_clock, number, pass, pdq, say, send, take};
use crate::portal::{Browser, mark};
use crate::support::{TestNode, hash, on_every_engine, staff};

fn path(entry: &str) -> String {
    format!("/desk/work/{}", entry.replace('-', ""))
}

async fn status(node: &TestNode, entry: &str) -> String {
    let reader = node.partner_with("reader", Reach::both(Tier::Reported), Reach::default(), &[Scope::Follow]).await;
    reader.get(&format!("entries/{entry}")).await.body["status"].as_str().unwrap().to_owned()
}

on_every_engine!(a_dispute_and_a_mistake_are_work_that_is_decided_once_and_told_to_all, |engine| {
    let (node, clock) = node_with_a_clock(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let (hotline, platform) = (node.partner("hotline").await, node.partner("platform").await);
    let contested = hotline.protect("adult", "verified", &hash(1)).await;
    let mistaken = hotline.protect("adult", "verified", &hash(2)).await;
    platform.post(&format!("entries/{contested}/dispute"), &json!({})).await;
    platform.post(&format!("entries/{contested}/dispute"), &json!({})).await;
    let outcome = |id: u32, entry: &str, kind: &str| {
        json!({"id": format!("01980000-0000-7000-8000-{id:012}"), "entry": entry, "kind": kind, "count": 2,
            "at": clock.now().to_string()})
    };
    let outcomes =
        [outcome(1, &mistaken, "mistaken"), outcome(2, &mistaken, "mistaken"), outcome(3, &contested, "blocked")];
    assert_eq!(platform.post("outcomes", &json!({"outcomes": outcomes})).await.status, 200);
    let queue = listed(&ann.page("/desk/queue/disputes").await.text);
    assert_eq!(queue.len(), 2, "each once: {queue:?}");

    let page = take(&mut ann, &path(&mistaken)).await.text;
    for words in ["A platform contests this entry", "platform", "Wrong match", "verified", "hotline"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let said = ann.submit(&format!("{}/settle", path(&mistaken)), &[("does", "withdraw")]).await;
    assert!(said.text.contains("It is taken back"), "{}", said.text);
    assert_eq!(platform.matches(&hash(2)).await, [""; 0]);

    take(&mut ann, &path(&contested)).await;
    let said = ann.submit(&format!("{}/settle", path(&contested)), &[("does", "stand")]).await;
    assert!(said.text.contains("It stands"), "{}", said.text);
    assert_eq!(status(&node, &contested).await, "active");
    let changes = platform.get("changes?after=2").await.body["changes"].as_array().unwrap().clone();
    assert_eq!(changes.len(), 2, "the feed has both: {changes:?}");
    assert_eq!(listed(&ann.page("/desk/queue/disputes").await.text).len(), 0);
    // Contested anew, it is work anew.
    platform.post(&format!("entries/{contested}/dispute"), &json!({})).await;
    assert_eq!(listed(&ann.page("/desk/queue/disputes").await.text), [path(&contested)]);
    let acts = acts(&node).await;
    assert!(acts.contains(&"dispute.upheld".to_owned()) && acts.contains(&"dispute.withdrawn".to_owned()), "{acts:?}");
});

on_every_engine!(what_two_looked_at_a_lead_alone_takes_back, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let (mut ann, mut lead) = (staff(&node, Role::Analyst).await, staff(&node, Role::Lead).await);
    let (hotline, platform) = (node.partner("hotline").await, node.partner("platform").await);
    let entry = hotline.protect("minor", "confirmed", &hash(1)).await;
    platform.post(&format!("entries/{entry}/dispute"), &json!({})).await;
    let page = take(&mut ann, &path(&entry)).await.text;
    assert!(page.contains("a lead alone takes it back") && !page.contains("value=\"withdraw\""), "{page}");
    let refused = ann.submit(&format!("{}/settle", path(&entry)), &[("does", "withdraw")]).await;
    assert!(refused.text.contains("for somebody else"), "{}", refused.text);
    assert_eq!(status(&node, &entry).await, "disputed");
    ann.submit(&format!("{}/hand", path(&entry)), &[("to", &lead.id.to_string())]).await;
    lead.submit(&format!("{}/settle", path(&entry)), &[("does", "withdraw")]).await;
    assert_eq!(platform.matches(&hash(1)).await, [""; 0]);
});

/// Appeals through the portal; gives the browser in which the appeal is open.
async fn appeal(node: &TestNode, marks: &str, message: &str) -> Browser {
    let mut browser = Browser::of(node);
    let page = browser.get("/p/6").await.text;
    assert!(page.contains("value=\"appeal\""), "{page}");
    let begun = browser.send("/", &[("situation", "appeal"), ("lang", "fr")]).await;
    assert_eq!(begun.location.as_deref(), Some("/s/3"));
    browser.answer("/s/3", "/s/3", &[("marks", marks)]).await;
    let sent = browser.answer("/s/5", "/s/5", &[("message", message)]).await;
    assert_eq!(sent.location.as_deref(), Some("/s/7"));
    send(&mut browser).await;
    browser
}

on_every_engine!(t2_an_appeal_tells_nobody_what_is_listed_and_puts_right_what_was_wrong, |engine| {
    let (node, _) = node_with_a_clock(engine).await;
    let (mut ann, mut lead) = (staff(&node, Role::Analyst).await, staff(&node, Role::Lead).await);
    let (hotline, platform) = (node.partner("hotline").await, node.partner("platform").await);
    let listed_entry = hotline.protect("adult", "verified", &pdq(&mark(1))).await;
    let seq = node.node.bank.head().await.unwrap();
    let mut known = appeal(&node, &mark(1), "canary-of-the-appeal").await;
    let mut unknown = appeal(&node, &mark(2), "canary-of-the-appeal").await;
    assert_eq!(node.node.bank.head().await.unwrap(), seq, "an appeal puts nothing into the bank");
    let strip = |page: String| {
        // What differs from one visit to the next whatever is in it: tokens, proof.
        let cut = |text: &str, from: &str, to: &str| {
            let mut out = String::new();
            let mut rest = text;
            while let Some(at) = rest.find(from) {
                out.push_str(&rest[..at]);
                let after = &rest[at + from.len()..];
                rest = &after[after.find(to).unwrap()..];
            }
            out + rest
        };
        cut(&cut(&page, "name=\"t\" value=\"", "\""), "<code>2026", "</code>")
    };
    assert_eq!(strip(known.get("/c").await.text), strip(unknown.get("/c").await.text));
    // The box that shares is not there, and ticked by hand it does nothing.
    assert!(!known.get("/c").await.text.contains("name=\"share\""));
    known.answer("/c", "/c/5", &[("share", "1"), ("later", "1")]).await;
    assert_eq!(node.node.bank.head().await.unwrap(), seq);

    let queue = listed(&ann.page("/desk/queue/disputes").await.text);
    assert_eq!(queue.len(), 2);
    for place in &queue {
        let page = take(&mut ann, place).await.text;
        assert!(page.contains("canary-of-the-appeal") && !page.contains("name=\"code\""), "{page}");
        if page.contains("Contest this entry") {
            assert!(page.contains("the very same") || page.contains("0 of 256 bits"), "{page}");
            let other = "01980000-0000-7000-8000-000000000001";
            let refused = ann.submit(&format!("{place}/contest"), &[("entry", other)]).await;
            assert!(refused.text.contains("nothing to do"), "{}", refused.text);
            let said = ann.submit(&format!("{place}/contest"), &[("entry", &listed_entry)]).await;
            assert!(said.text.contains("contested now"), "{}", said.text);
        }
        ann.submit(&format!("{place}/end"), &[]).await;
    }
    assert_eq!(status(&node, &listed_entry).await, "disputed");
    assert_eq!(strip(known.get("/c").await.text), strip(unknown.get("/c").await.text), "the answers are one");
    assert!(known.get("/c").await.text.contains("la même pour tout le monde"));
    assert_eq!(listed(&lead.page("/desk/queue/disputes").await.text), [path(&listed_entry)], "decided as any dispute");
    take(&mut lead, &path(&listed_entry)).await;
    lead.submit(&format!("{}/settle", path(&listed_entry)), &[("does", "withdraw")]).await;
    assert_eq!(platform.matches(&pdq(&mark(1))).await, [""; 0]);
    assert_eq!(number(&node, "select count(*) from work where stage = 6").await, 0);
});

on_every_engine!(a_case_that_ends_takes_its_work_and_its_verdicts_along, |engine| {
    let (node, clock) = node_with_a_clock(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    let filed = file(&node, Filing { links: "https://example.org/1", ..Filing::default() }).await;
    take(&mut ann, &filed.path()).await;
    say(&mut ann, &filed.path(), "M3", "links").await;
    assert_eq!(number(&node, "select count(*) from verdicts").await, 1);
    pass(&clock, (i64::from(server::intake::CASE_DAYS) + 1) * 86_400);
    node.node.intake.tidy().await.unwrap();
    assert_eq!(number(&node, "select count(*) from work").await, 0);
    assert_eq!(number(&node, "select count(*) from verdicts").await, 0);
});
