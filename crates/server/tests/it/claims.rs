//! Claims of the portal: one entry for many people, which goes with the last of them.

use exchange::{Class, Contribution, Fingerprint, Reach, RemoveReason, Scope, Status, Tier, View};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use server::access::PORTAL;
use server::bank::{BankError, Claimed, Idempotency};

use crate::support::{TestNode, hash, near, on_every_engine};

/// What a phone sends of one picture.
pub(crate) fn picture(seed: u64) -> Contribution {
    let hash = exchange::hex::decode::<32>(&hash(seed)).unwrap();
    let fingerprints = vec![Fingerprint::Pdq { hash, quality: Some(100) }];
    Contribution { class: Class::Minor, tier: Tier::Reported, fingerprints, views: Vec::new() }
}

pub(crate) fn claim(seed: u64) -> [u8; 16] {
    StdRng::seed_from_u64(seed).random()
}

async fn claimed(node: &TestNode, pictures: &[u64], claims: &[u64]) -> Claimed {
    let pictures: Vec<_> = pictures.iter().map(|seed| picture(*seed)).collect();
    let claims: Vec<_> = claims.iter().map(|seed| claim(*seed)).collect();
    node.node.bank.contribute_claimed(node.node.intake.portal(), &pictures, &claims, &[], None).await.unwrap()
}

async fn released(node: &TestNode, seed: u64) -> server::bank::Released {
    node.node.bank.release(node.node.intake.portal(), claim(seed), RemoveReason::PersonAsked).await.unwrap()
}

on_every_engine!(the_entry_of_two_people_goes_with_the_second_whoever_that_is, |engine| {
    let node = TestNode::start(engine).await;
    let platform = node.partner("platform").await;
    for (picture, first, second) in [(1, 11, 12), (2, 22, 21)] {
        let claims = [picture * 10 + 1, picture * 10 + 2];
        let one = claimed(&node, &[picture], &claims[..1]).await;
        let other = claimed(&node, &[picture], &claims[1..]).await;
        assert_eq!(one.entries, other.entries, "one picture is one entry");
        assert_eq!(other.seq, one.seq + 1, "the second is told as the first was");
        let entry = one.entries[0];
        let begun = released(&node, first).await;
        assert_eq!((begun.seq, begun.entry, begun.withdrawn), (other.seq + 1, entry, false));
        assert_eq!(platform.matches(&hash(picture)).await, [entry.to_string()], "T3: the other's protection stays");
        let ended = released(&node, second).await;
        assert_eq!((ended.seq, ended.entry, ended.withdrawn), (begun.seq + 1, entry, true));
        assert_eq!(platform.matches(&hash(picture)).await, Vec::<String>::new());
        let page = platform.get(&format!("changes?after={}", begun.seq)).await.body;
        assert_eq!(page["changes"][0]["remove"], json!({"entry": entry.to_string(), "reason": "person_asked"}));
    }
});

on_every_engine!(what_is_sent_again_counts_once, |engine| {
    let node = TestNode::start(engine).await;
    let (bank, portal) = (&node.node.bank, node.node.intake.portal());
    let once = Idempotency { token: "case".into(), request_digest: [1; 32] };
    let send = async || bank.contribute_claimed(portal, &[picture(1)], &[claim(1)], &[], Some(&once)).await.unwrap();
    let first = send().await;
    // As after a crash between the commit and the case's own writing: with the token or without it.
    assert_eq!(send().await, first);
    assert_eq!(claimed(&node, &[1], &[1]).await, first);
    assert_eq!(bank.head().await.unwrap(), first.seq);
    let begun = released(&node, 1).await;
    assert!(begun.withdrawn, "it was one claim");
    assert_eq!(released(&node, 1).await, begun, "and so is a release");
    assert_eq!(send().await, first, "a call that comes late brings nothing back");
    assert_eq!(bank.head().await.unwrap(), begun.seq);
});

on_every_engine!(a_node_that_died_after_the_commit_answers_the_same_afterwards, |engine| {
    let node = TestNode::start(engine).await;
    let first = claimed(&node, &[1, 2], &[1, 2]).await;
    let gone = released(&node, 1).await;
    node.node.close().await;
    let TestNode { database, .. } = node;
    let again = TestNode::over(database, |_| ()).await;
    assert_eq!(released(&again, 1).await, gone);
    assert_eq!(claimed(&again, &[2], &[2]).await.entries, first.entries[1..]);
    assert_eq!(again.node.bank.head().await.unwrap(), gone.seq);
});

on_every_engine!(fifty_pictures_are_one_call_and_equal_ones_one_entry, |engine| {
    let node = TestNode::start(engine).await;
    let platform = node.partner("platform").await;
    let mut pictures: Vec<u64> = (0..49).collect();
    pictures.push(7);
    let claims: Vec<u64> = (100..150).collect();
    let all = claimed(&node, &pictures, &claims).await;
    assert_eq!((all.entries.len(), all.seq), (50, 50));
    assert_eq!(all.entries[7], all.entries[49]);
    assert_eq!(platform.get("changes").await.body["changes"].as_array().unwrap().len(), 49);
    assert!(!released(&node, 149).await.withdrawn, "the same picture twice in one case has two claims");
    for claim in 100..149 {
        assert!(released(&node, claim).await.withdrawn);
    }
    let standing = node.node.bank.standing_of(node.node.intake.portal(), &all.entries).await.unwrap();
    assert_eq!(standing.len(), 49);
    assert!(standing.values().all(|it| it.status == Status::Withdrawn));
});

on_every_engine!(claims_that_cannot_be_are_refused_and_nothing_is_written, |engine| {
    let node = TestNode::start(engine).await;
    let (bank, portal) = (&node.node.bank, node.node.intake.portal());
    let refused = bank.release(portal, claim(1), RemoveReason::PersonAsked).await;
    assert!(matches!(refused, Err(BankError::NoClaim)), "{refused:?}");
    claimed(&node, &[1], &[1]).await;
    for (pictures, claims, kind) in [
        (vec![picture(2)], vec![claim(1)], "taken"),
        (vec![picture(3), picture(4)], vec![claim(3), claim(3)], "taken"),
        (vec![picture(2)], vec![], "count"),
        (vec![Contribution { tier: Tier::Verified, ..picture(2) }], vec![claim(2)], "tier"),
    ] {
        let refused = bank.contribute_claimed(portal, &pictures, &claims, &[], None).await.unwrap_err();
        let fits = match kind {
            "taken" => matches!(refused, BankError::ClaimTaken(_)),
            "count" => matches!(refused, BankError::Claims(..)),
            _ => matches!(refused, BankError::NotAgreed { tier: Tier::Verified, .. }),
        };
        assert!(fits, "{kind}: {refused:?}");
    }
    assert_eq!(bank.head().await.unwrap(), 1);
});

on_every_engine!(another_partners_entry_of_the_same_picture_is_left_alone, |engine| {
    let node = TestNode::start(engine).await;
    let hotline = node.partner("hotline").await;
    let theirs = hotline.protect("minor", "confirmed", &hash(1)).await;
    let mine = claimed(&node, &[1], &[1]).await.entries[0];
    assert_ne!(mine.to_string(), theirs);
    let shown = hotline.get(&format!("entries/{mine}")).await.body;
    assert_eq!((&shown["origin"], &shown["tier"]), (&json!(PORTAL), &json!("reported")));
    hotline.delete(&format!("entries/{mine}")).await.is_problem(403, "not-yours");
    assert!(released(&node, 1).await.withdrawn);
    assert_eq!(hotline.matches(&near(&hash(1), 4)).await, std::slice::from_ref(&theirs));
    let standing =
        node.node.bank.standing_of(node.node.intake.portal(), &[mine, theirs.parse().unwrap()]).await.unwrap();
    assert_eq!(standing.len(), 1, "others' entries are not the portal's to look at");
    assert_eq!((standing[&mine].status, standing[&mine].last_seq), (Status::Withdrawn, 3));
});

on_every_engine!(an_entry_that_the_operator_withdrew_is_let_go_and_can_be_claimed_anew, |engine| {
    let node = TestNode::start(engine).await;
    let entry = claimed(&node, &[1], &[1]).await.entries[0];
    let seq = node.node.bank.withdraw_any(&node.operator, entry, RemoveReason::Legal).await.unwrap();
    let gone = released(&node, 1).await;
    assert_eq!((gone.seq, gone.withdrawn), (seq, true));
    assert_ne!(claimed(&node, &[1], &[2]).await.entries, [entry]);
});

on_every_engine!(nobody_gives_views_to_what_was_looked_at_by_claiming_it, |engine| {
    let node = TestNode::start(engine).await;
    let platform = node.partner("platform").await;
    let (bank, portal) = (&node.node.bank, node.node.intake.portal());
    let with_view = |seed, view| Contribution { views: vec![View { code: 1, hash: view }], ..picture(seed) };
    let look_alike = [0x5a; 32];
    claimed(&node, &[1, 2], &[1, 2]).await;
    raise(&node, &hash(1)).await;
    let offered = [with_view(1, look_alike), with_view(2, look_alike)];
    let given = bank.contribute_claimed(portal, &offered, &[claim(3), claim(4)], &[], None).await.unwrap();
    let found = platform.matches(&exchange::hex::encode(&look_alike)).await;
    assert_eq!(found, [given.entries[1].to_string()], "of the two, only what nobody looked at takes a view");
    let standing = bank.standing_of(portal, &given.entries).await.unwrap();
    assert_eq!(standing[&given.entries[0]].tier, Tier::Verified, "a claim does not lower what was raised");
    assert!(!released(&node, 3).await.withdrawn);
    assert!(released(&node, 1).await.withdrawn, "the person decides, whatever the tier");
});

/// Raises what the portal holds of this hash, as the workbench will; there is no way in for it yet.
pub(crate) async fn raise(node: &TestNode, hash: &str) {
    let fingerprint = Fingerprint::Pdq { hash: exchange::hex::decode::<32>(hash).unwrap(), quality: None };
    let [entry] = node.node.bank.holders(&fingerprint).await.unwrap()[..] else { panic!("one entry") };
    let mut session = node.node.database().write().await.unwrap();
    let raise = "update entries set tier = 1 where id = $1";
    let id = entry.as_bytes().to_vec();
    match session.connection() {
        server::storage::Connection::Sqlite(c) => drop(sqlx::query(raise).bind(id).execute(c).await.unwrap()),
        server::storage::Connection::Postgres(c) => drop(sqlx::query(raise).bind(id).execute(c).await.unwrap()),
    }
    session.commit().await.unwrap();
}

on_every_engine!(the_portals_name_is_nobody_elses_and_opens_nothing, |engine| {
    let node = TestNode::start(engine).await;
    let name: server::partners::PartnerName = PORTAL.parse().unwrap();
    let new = server::partners::NewPartner {
        name: name.clone(),
        agreement: exchange::Agreement { sees: Reach::default(), contributes: Reach::default() },
        scopes: Scope::ALL.iter().copied().collect(),
        expires_at: None,
    };
    assert!(node.node.partners.add(new).await.is_err());
    assert!(node.node.partners.add_key(&name, exchange::Scopes::all(), None).await.is_err());
});
