//! Cases that are what they say: sent through the portal's room, sealed to those who work here, looked at over HTTP, decided,
//! and asked for at platforms by one and approved by another.

use exchange::{CaseId, NoticeId};
use server::intake::links::platforms;
use server::intake::{Age, Consent, Mark, Situation, Stand};
use server::node::Node;
use server::removal::By;
use server::removal::notices::{Answer, Channel, Event, State, Summary};

use crate::many_notices::PARTNERS;
use crate::support::{StaffBrowser, hash};

/// Links of a case, each on a platform of its own.
const LINKS: usize = 12;

/// What each of them tells, several times over.
pub(crate) const STORY: &str = "What somebody writes who wants this to end. ";

/// What pages can be opened of.
pub(crate) struct Real {
    /// Cases that the analyst has.
    pub(crate) held: Vec<CaseId>,
    /// Cases that were decided, with a notice for each link.
    pub(crate) decided: Vec<CaseId>,
    /// Notices of these.
    pub(crate) notices: Vec<NoticeId>,
    /// Those of the first partner, handed over.
    pub(crate) of_partner: Vec<NoticeId>,
    /// Six words each.
    pub(crate) words: Vec<String>,
}

pub(crate) fn work_path(case: CaseId) -> String {
    format!("/desk/work/{}", exchange::hex::encode(case.as_bytes()))
}

/// Makes so many, a third of which stay undecided.
pub(crate) async fn make(node: &Node, ann: &mut StaffBrowser, ben: &mut StaffBrowser, many: usize) -> Real {
    let mut real = Real { held: vec![], decided: vec![], notices: vec![], of_partner: vec![], words: vec![] };
    let (asks, approves) = (By::Staff(*ann.id.as_bytes()), By::Staff(*ben.id.as_bytes()));
    for number in 0..many {
        let (case, words) = send(node, number).await;
        let path = work_path(case);
        let taken = ann.post(&format!("{path}/take"), &[]).await;
        assert_eq!(taken.status, 303, "{}", taken.text);
        if number % 3 == 0 {
            real.held.push(case);
            continue;
        }
        // Of an adult, one look is enough.
        ann.submit(&format!("{path}/verdict"), &[("code", "A1"), ("basis", "links"), ("answer", "fits")]).await;
        for notice in draft(ann, case).await {
            node.removal.approve(approves, notice).await.unwrap();
            real.notices.push(notice);
        }
        real.decided.push(case);
        real.words.push(words);
    }
    follow(node, asks, &mut real).await;
    real
}

async fn send(node: &Node, number: usize) -> (CaseId, String) {
    let mut draft = node.intake.begin("en", Situation::Mine);
    (draft.age, draft.stand) = (Some(Age::Adult), Some(Stand::Links));
    let mark = format!(
        r#"[{{"fingerprints":[{{"kind":"pdq","value":"{}","quality":90}}],"quality":90}}]"#,
        hash(1_000_000_000 + number as u64)
    );
    draft.marks = Mark::read_all(&mark).unwrap();
    let hosts = PARTNERS
        .into_iter()
        .chain(platforms().all().iter().map(|platform| platform.key.as_str()).filter(|key| !PARTNERS.contains(key)));
    let hosts = hosts.map(|key| platforms().get(key).unwrap().hosts[0].clone());
    draft.links = hosts.take(LINKS).map(|host| format!("https://{host}/somebody/{number}")).collect();
    draft.message = STORY.repeat(8);
    draft.consent = Some(Consent { share: Some(true), later: true, notices: Some(true), ..Consent::default() });
    let words = node.intake.words_of(&mut draft).unwrap().as_str().to_owned();
    (node.intake.send(&draft).await.unwrap().id, words)
}

/// Drafts a notice for each platform on the case's board.
async fn draft(who: &mut StaffBrowser, case: CaseId) -> Vec<NoticeId> {
    let path = format!("/desk/notices/case/{case}");
    let offered = who.page(&path).await.text;
    let laws: Vec<String> = offered
        .split("name=\"regime_")
        .skip(1)
        .map(|rest| format!("regime_{}", rest.split('"').next().unwrap()))
        .collect();
    let mut fields: Vec<(&str, &str)> = laws.iter().map(|law| (law.as_str(), "dsa_16")).collect();
    fields.extend([("reason", "An intimate picture, published without consent.")]);
    let page = who.submit(&path, &fields).await.text;
    let mut ids: Vec<NoticeId> = page
        .split("/desk/notices/of/")
        .skip(1)
        .filter_map(|rest| rest.split(['"', '?', '/']).next().unwrap().parse().ok())
        .collect();
    ids.sort_unstable_by_key(|id| *id.as_bytes());
    ids.dedup();
    assert!(ids.len() >= LINKS - 2, "{} notices: {page}", ids.len());
    ids
}

/// Hands over what a person hands over, waits for the rest, and lets half be acknowledged and half of these be removed.
async fn follow(node: &Node, by: By, real: &mut Real) {
    let mut standing: Vec<Summary> = vec![];
    for ids in real.notices.chunks(500) {
        standing.extend(node.removal.summaries_of(ids).await.unwrap());
    }
    for (at, notice) in standing.iter().enumerate() {
        if notice.channel == Channel::Form {
            node.removal.happened(by, notice.id, Event::HandedOver).await.unwrap();
        }
        while state(node, notice.id).await != State::Sent {
            node.removal.send_due().await.unwrap();
        }
        if at % 2 == 0 {
            node.removal.acknowledge(by, notice.id).await.unwrap();
        }
        if at % 4 == 0 {
            node.removal.answer(by, notice.id, Answer::Removed).await.unwrap();
        }
        if notice.platform == PARTNERS[0] {
            real.of_partner.push(notice.id);
        }
    }
}

async fn state(node: &Node, id: NoticeId) -> State {
    node.removal.summaries_of(&[id]).await.unwrap()[0].state
}
