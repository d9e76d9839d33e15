//! What a case's own person reads of the notices about it: since when a platform is late, and why one refused.

use server::access::staff::Role;
use server::removal::notices::{Answer, Event, Refusal};

use super::ground::{BEN, HOUR};
use super::pages::{BOTH, case_with_words, decide};
use crate::portal::Browser;
use crate::support::{TestNode, manual, on_every_engine, staff};

on_every_engine!(a_person_reads_since_when_a_platform_is_late_and_why_another_refused_in_both_languages, |engine| {
    let node = TestNode::start_with(engine, |settings| drop(manual(settings))).await;
    let (intake, removal, clock) = (&node.node.intake, &node.node.removal, &node.node.clock);
    let mut ann = staff(&node, Role::Analyst).await;
    let (case, path, words) = case_with_words(&node).await;
    decide(&mut ann, &case).await;
    ann.submit(&path, &BOTH).await;
    let links = intake.view(&case).await.unwrap().links;
    let [tiktok, x] = [links[0].notices[0].id, links[2].notices[0].id];
    for notice in [tiktok, x] {
        removal.approve(BEN, notice).await.unwrap();
        removal.happened(BEN, notice, Event::HandedOver).await.unwrap();
    }
    let sent_at = clock.now();
    // Nothing is late while there is time.
    clock.set(sent_at.plus_seconds(72 * HOUR - 1));
    for late in ["late since", "en retard depuis"] {
        for page in read(&node, &words).await {
            assert!(!page.contains(late), "{page}");
        }
    }
    // One refuses, and one says nothing.
    removal.answer(BEN, x, Answer::Kept(Refusal::PublicInterest)).await.unwrap();
    clock.set(sent_at.plus_seconds(80 * HOUR));
    let [en, fr] = read(&node, &words).await;
    for (page, late, refused, because) in [
        (
            &en,
            "late since 24\u{a0}November 2026 at 13:00",
            "refused on 24\u{a0}November 2026 at 12:59.",
            "It says that this is news, teaching or art.",
        ),
        (
            &fr,
            "en retard depuis le 24\u{a0}novembre 2026 à 13\u{a0}h\u{a0}00",
            "refusé le 24\u{a0}novembre 2026 à 12\u{a0}h\u{a0}59.",
            "Elle dit que c’est de l’information, de l’enseignement ou de l’art.",
        ),
    ] {
        // Two links are of the one that is late.
        let about = |platform: &str| -> Vec<String> {
            let mark = format!("<b>{platform}</b> : ");
            page.split(&mark).skip(1).map(|rest| rest.split("</small>").next().unwrap().to_owned()).collect()
        };
        let [first, second]: [String; 2] = about("TikTok").try_into().unwrap();
        assert!(first.contains(late) && first == second, "{first} {second}");
        let [kept]: [String; 1] = about("X").try_into().unwrap();
        assert!(kept.contains(&format!("{refused} {because}")), "{kept}");
        assert!(!kept.contains("late since") && !kept.contains("en retard"), "what was answered is not late: {kept}");
    }
});

/// The page of the case in English and in French, in a browser that comes back with the words.
async fn read(node: &TestNode, words: &str) -> [String; 2] {
    let mut person = Browser::of(node);
    assert_eq!(person.send("/o", &[("words", words)]).await.location.as_deref(), Some("/c"));
    [person.get("/c?lang=en").await.text, person.get("/c?lang=fr").await.text]
}
