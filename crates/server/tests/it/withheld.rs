//! Withholding over time: whatever people claim, release and withhold, each partner is told what it needs to hold what
//! it is shown, and never a word about what it never was.

use std::collections::{BTreeMap, BTreeSet};

use exchange::{Action, ChangePage, EntryId, PartnerId, RemoveReason};
use proptest::prelude::*;
use serde_json::json;
use server::bank::BankError;

use crate::claims::{claim, picture};
use crate::support::{Engine, TestNode, TestPartner, hash, on_every_engine};

const PLATFORMS: usize = 3;

async fn id_of(partner: &TestPartner) -> PartnerId {
    partner.get("partners/self").await.body["id"].as_str().unwrap().parse().unwrap()
}

on_every_engine!(a_follower_is_told_to_forget_what_is_withheld_and_gets_back_what_is_not, |engine| {
    let node = TestNode::start(engine).await;
    let (mine, other) = (node.partner("mine").await, node.partner("other").await);
    let from = [id_of(&mine).await];
    let (bank, portal) = (&node.node.bank, node.node.intake.portal());
    let given = bank.contribute_claimed(portal, &[picture(1)], &[claim(1)], &[], None).await.unwrap();
    let entry = given.entries[0].to_string();
    let told = async |partner: &TestPartner, after: u64| {
        let page = partner.get(&format!("changes?after={after}")).await.body;
        assert_eq!(page["changes"].as_array().unwrap().len(), 1, "{page}");
        page["changes"][0].clone()
    };

    let hidden = bank.withhold(portal, claim(1), &from).await.unwrap();
    assert_eq!(hidden, given.seq + 1);
    assert_eq!(bank.withhold(portal, claim(1), &from).await.unwrap(), hidden, "again is the same as once");
    assert_eq!(told(&mine, given.seq).await["remove"], json!({"entry": entry, "reason": "not_shared"}));
    assert_eq!(told(&other, given.seq).await["put"]["id"], entry.as_str());
    assert_eq!(mine.matches(&hash(1)).await, Vec::<String>::new());
    assert_eq!(other.matches(&hash(1)).await, std::slice::from_ref(&entry));

    // Another person brings it back for the partner; when that one goes, it goes too.
    let again = bank.contribute_claimed(portal, &[picture(1)], &[claim(2)], &[], None).await.unwrap();
    assert_eq!(told(&mine, hidden).await["put"]["id"], entry.as_str());
    assert_eq!(mine.matches(&hash(1)).await, std::slice::from_ref(&entry));
    let gone = bank.release(portal, claim(2), RemoveReason::PersonAsked).await.unwrap();
    assert_eq!(told(&mine, again.seq).await["remove"], json!({"entry": entry, "reason": "not_shared"}));
    assert_eq!(mine.matches(&hash(1)).await, Vec::<String>::new());

    let shown = bank.withhold(portal, claim(1), &[]).await.unwrap();
    assert_eq!(told(&mine, gone.seq).await["put"]["id"], entry.as_str());
    bank.withhold(portal, claim(1), &from).await.unwrap();
    bank.release(portal, claim(1), RemoveReason::Expired).await.unwrap();
    let page = mine.get(&format!("changes?after={shown}")).await.body;
    assert_eq!(page["changes"].as_array().unwrap().len(), 1, "told once, with the first of the two");
    assert_eq!(page["changes"][0]["remove"]["reason"], "not_shared");
    assert_eq!(told(&other, shown).await["remove"], json!({"entry": entry, "reason": "expired"}));
    let refused = bank.withhold(portal, claim(1), &[]).await;
    assert!(matches!(refused, Err(BankError::NoClaim)), "{refused:?}");
});

#[derive(Clone, Debug)]
enum Step {
    Claim { content: u64, who: u64, from: u8 },
    Release { content: u64, who: u64 },
    Withhold { content: u64, who: u64, from: u8 },
    WithdrawAny { content: u64 },
    Read { reader: usize, limit: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    let (content, who, from) = (0_u64..3, 0_u64..3, 0_u8..1 << PLATFORMS);
    prop_oneof![
        4 => (content.clone(), who.clone(), from.clone())
            .prop_map(|(content, who, from)| Step::Claim { content, who, from }),
        3 => (content.clone(), who.clone()).prop_map(|(content, who)| Step::Release { content, who }),
        3 => (content.clone(), who, from).prop_map(|(content, who, from)| Step::Withhold { content, who, from }),
        1 => content.prop_map(|content| Step::WithdrawAny { content }),
        4 => (0..PLATFORMS, 1_u32..5).prop_map(|(reader, limit)| Step::Read { reader, limit }),
    ]
}

#[test]
fn folding_the_feed_gives_what_is_shown_and_never_names_what_never_was() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let engines = [(Engine::Sqlite, 24), (Engine::Postgres, 6)];
    for (engine, cases) in engines {
        if engine == Engine::Postgres && !crate::support::has_postgres() {
            continue;
        }
        let mut config = ProptestConfig::with_cases(cases);
        config.failure_persistence = None;
        proptest!(config, |(steps in prop::collection::vec(step(), 1..50))| {
            runtime.block_on(story(engine, &steps));
        });
    }
}

/// A platform as it follows.
struct Platform {
    partner: TestPartner,
    id: PartnerId,
    after: u64,
    held: BTreeSet<EntryId>,
    /// What it was shown at one number or another.
    ever: BTreeSet<EntryId>,
}

impl Platform {
    async fn read(&mut self, limit: u32) {
        let answer = self.partner.get(&format!("changes?after={}&limit={limit}", self.after)).await;
        let page: ChangePage = serde_json::from_value(answer.body).unwrap();
        for change in page.changes {
            let (entry, is_put) = match change.action {
                Action::Put(entry) => (entry.id, true),
                Action::Remove { entry, .. } => (entry, false),
            };
            assert!(self.ever.contains(&entry), "{entry} was never for this partner, and it is told of it");
            if is_put {
                self.held.insert(entry)
            } else {
                self.held.remove(&entry)
            };
        }
        self.after = page.through;
    }
}

/// Who claims a content, with what list; and its entry.
#[derive(Default)]
struct Model {
    claims: BTreeMap<(u64, u64), (u64, u8)>,
    entries: BTreeMap<u64, EntryId>,
}

impl Model {
    fn is_shown(&self, content: u64, platform: usize) -> bool {
        let mut lists = self.claims.iter().filter(|((of, _), _)| *of == content).map(|(_, (_, from))| from);
        self.entries.contains_key(&content) && lists.any(|from| from & 1 << platform == 0)
    }

    fn shown(&self, platform: usize) -> BTreeSet<EntryId> {
        self.entries.iter().filter(|(content, _)| self.is_shown(**content, platform)).map(|(_, id)| *id).collect()
    }

    fn is_claimed(&self, content: u64) -> bool {
        self.claims.keys().any(|(of, _)| *of == content)
    }
}

async fn story(engine: Engine, steps: &[Step]) {
    let node = TestNode::start(engine).await;
    let (bank, portal) = (&node.node.bank, node.node.intake.portal());
    let mut platforms = Vec::new();
    for number in 0..PLATFORMS {
        let partner = node.partner(&format!("platform{number}")).await;
        let id = id_of(&partner).await;
        platforms.push(Platform { partner, id, after: 0, held: BTreeSet::new(), ever: BTreeSet::new() });
    }
    let ids: Vec<PartnerId> = platforms.iter().map(|platform| platform.id).collect();
    let list = |from: u8| (0..PLATFORMS).filter(|bit| from & 1 << bit != 0).map(|bit| ids[bit]).collect::<Vec<_>>();
    let mut model = Model::default();
    let mut next = 0;
    for step in steps {
        match *step {
            Step::Claim { content, who, from } if !model.claims.contains_key(&(content, who)) => {
                next += 1;
                let given =
                    bank.contribute_claimed(portal, &[picture(content)], &[claim(next)], &list(from), None).await;
                model.claims.insert((content, who), (next, from));
                model.entries.insert(content, given.unwrap().entries[0]);
            }
            Step::Release { content, who } => {
                if let Some((seed, _)) = model.claims.remove(&(content, who)) {
                    let released = bank.release(portal, claim(seed), RemoveReason::PersonAsked).await.unwrap();
                    assert_eq!(released.withdrawn, !model.is_claimed(content) || !model.entries.contains_key(&content));
                }
                if !model.is_claimed(content) {
                    model.entries.remove(&content);
                }
            }
            Step::Withhold { content, who, from } => {
                if let Some((seed, list_of)) = model.claims.get_mut(&(content, who)) {
                    bank.withhold(portal, claim(*seed), &list(from)).await.unwrap();
                    *list_of = from;
                }
            }
            Step::WithdrawAny { content } => {
                if let Some(entry) = model.entries.remove(&content) {
                    bank.withdraw_any(&node.operator, entry, RemoveReason::Legal).await.unwrap();
                    // Claims on what is gone are of no use: whoever claims it anew claims another entry.
                    model.claims.retain(|(of, _), _| *of != content);
                }
            }
            Step::Read { reader, limit } => platforms[reader].read(limit).await,
            Step::Claim { .. } => {}
        }
        for (number, platform) in platforms.iter_mut().enumerate() {
            platform.ever.extend(model.shown(number));
        }
    }
    let head = bank.head().await.unwrap();
    for (number, platform) in platforms.iter_mut().enumerate() {
        while platform.after < head {
            platform.read(5_000).await;
        }
        let shown = model.shown(number);
        assert_eq!(platform.held, shown, "what platform {number} holds");
        let snapshot = platform.partner.get("snapshot").await.text;
        let lines = snapshot.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let whole: BTreeSet<EntryId> =
            lines.filter_map(|line| Some(line["entry"]["id"].as_str()?.parse().unwrap())).collect();
        assert_eq!(whole, shown, "what a snapshot gives it");
        for (content, entry) in &model.entries {
            let met = platform.partner.matches(&hash(*content)).await;
            assert_eq!(met.contains(&entry.to_string()), shown.contains(entry), "what it matches");
        }
    }
    node.node.close().await;
}
