//! A link that its person takes back is followed no more: what was not sent is not sent, and whom we asked about it alone hears
//! that we ask no more. So it is when the desk says otherwise than whoever looked first.

use exchange::NoticeId;
use server::access::staff::Role;
use server::intake::{Consent, OpenCase};
use server::removal::By;
use server::removal::directory::PlatformSettings;
use server::removal::notices::{Channel, State, walk};

use super::ground::Platform;
use super::pages::{BOTH, case, decide};
use crate::desk::{say, take};
use crate::support::{Engine, StaffBrowser, TestNode, on_every_engine, staff};

/// A case that was decided, its two notices drafted: one of two links to a platform with a webhook, one of one to another.
struct Asked {
    node: TestNode,
    platform: Platform,
    ann: StaffBrowser,
    ben: StaffBrowser,
    /// A lead.
    cyd: StaffBrowser,
    case: OpenCase,
    notices: [NoticeId; 2],
}

impl Asked {
    async fn new(engine: Engine) -> Self {
        let platform = Platform::open().await;
        let node = TestNode::start_with(engine, |settings| settings.guard = platform.guard()).await;
        node.partner("tiktok").await;
        let partner = node.node.partners.list().await.unwrap()[0].id;
        let api = PlatformSettings { channel: Some(Channel::Api), ..PlatformSettings::default() };
        node.node.removal.set_platform(By::Operator, "tiktok", &api, Some(partner)).await.unwrap();
        node.node.removal.set_webhook(partner, &platform.url()).await.unwrap();
        let (mut ann, ben) = (staff(&node, Role::Analyst).await, staff(&node, Role::Analyst).await);
        // Here before the case: it is sealed to each who can open it.
        let cyd = staff(&node, Role::Lead).await;
        let (case, path) = case(&node).await;
        decide(&mut ann, &case).await;
        ann.submit(&path, &BOTH).await;
        let links = node.node.intake.view(&case).await.unwrap().links;
        let notices = [links[0].notices[0].id, links[2].notices[0].id];
        Self { node, platform, ann, ben, cyd, case, notices }
    }

    /// With the first of the two at its platform.
    async fn sent(engine: Engine) -> Self {
        let mut asked = Self::new(engine).await;
        asked.approve(asked.notices[0]).await;
        asked.until_arrived(1).await;
        asked
    }

    async fn approve(&mut self, notice: NoticeId) {
        self.ben.submit(&format!("/desk/notices/of/{notice}"), &[("act", "approve")]).await;
    }

    fn work(&self) -> String {
        format!("/desk/work/{}", exchange::hex::encode(self.case.id.as_bytes()))
    }

    /// Until as much has arrived at the platform.
    async fn until_arrived(&self, count: usize) -> Vec<String> {
        while self.platform.arrived().len() < count || self.node.node.removal.outbox().await.unwrap().waiting > 0 {
            self.node.node.removal.send_due().await.unwrap();
            tokio::task::yield_now().await;
        }
        let all = self.platform.arrived();
        all.iter().map(|arrived| arrived.json()["kind"].as_str().unwrap().to_owned()).collect()
    }

    async fn states(&self) -> [State; 2] {
        let all = self.node.node.removal.summaries_of(&self.notices).await.unwrap();
        [all[0].state, all[1].state]
    }

    async fn take_back(&self, link: usize) {
        let position = self.node.node.intake.view(&self.case).await.unwrap().links[link].position;
        self.node.node.intake.withdraw(&self.case, position).await.unwrap();
    }
}

on_every_engine!(a_link_that_is_taken_back_takes_its_notice_with_it_and_the_platform_is_told, |engine| {
    let asked = Asked::sent(engine).await;
    assert_eq!(asked.states().await, [State::Sent, State::Draft]);
    asked.take_back(2).await;
    assert_eq!(asked.states().await, [State::Sent, State::Withdrawn], "a draft is nobody's any more");
    asked.take_back(0).await;
    assert_eq!(asked.states().await[0], State::Sent, "another link of it stands");
    asked.take_back(1).await;
    assert_eq!(asked.states().await[0], State::Withdrawn);
    asked.take_back(1).await;
    assert_eq!(asked.until_arrived(2).await, ["notice", "withdrawn"], "told once");
    assert_eq!(asked.node.node.removal.outbox().await.unwrap().waiting, 0);
    walk(asked.node.node.database()).await.unwrap();
});

on_every_engine!(what_is_not_sent_yet_is_not_sent_when_one_of_its_links_is_taken_back, |engine| {
    let asked = Asked::new(engine).await;
    asked.take_back(0).await;
    assert_eq!(asked.states().await, [State::Withdrawn, State::Draft], "what is left of it is drafted anew");
    // So it is when we may ask nobody any more.
    asked.node.node.intake.consent(&asked.case, &Consent::default()).await.unwrap();
    assert_eq!(asked.states().await, [State::Withdrawn, State::Withdrawn]);
    assert!(asked.platform.arrived().is_empty());
});

on_every_engine!(with_a_case_that_is_deleted_goes_what_was_not_sent_and_what_was_asked_stays_asked, |engine| {
    let asked = Asked::sent(engine).await;
    asked.node.node.intake.delete(&asked.case).await.unwrap();
    assert_eq!(asked.states().await, [State::Sent, State::Withdrawn]);
});

on_every_engine!(what_two_do_not_agree_on_is_not_sent_and_a_lead_who_refuses_takes_back_what_was, |engine| {
    let mut asked = Asked::sent(engine).await;
    let work = asked.work();
    take(&mut asked.ben, &work).await;
    let said = say(&mut asked.ben, &work, "N1", "links").await;
    assert!(said.text.contains("a lead"), "{}", said.text);
    assert_eq!(asked.states().await, [State::Sent, State::Withdrawn], "what was sent waits for the lead");
    take(&mut asked.cyd, &work).await;
    say(&mut asked.cyd, &work, "N1", "links").await;
    assert_eq!(asked.states().await, [State::Withdrawn, State::Withdrawn]);
    assert_eq!(asked.until_arrived(2).await, ["notice", "withdrawn"], "who was asked hears of it");
    walk(asked.node.node.database()).await.unwrap();
});

on_every_engine!(a_lead_who_agrees_with_the_first_leaves_what_was_sent, |engine| {
    let mut asked = Asked::sent(engine).await;
    let work = asked.work();
    take(&mut asked.ben, &work).await;
    say(&mut asked.ben, &work, "N1", "links").await;
    take(&mut asked.cyd, &work).await;
    say(&mut asked.cyd, &work, "M3", "links").await;
    assert_eq!(asked.states().await, [State::Sent, State::Withdrawn]);
});

on_every_engine!(two_who_agree_leave_what_was_asked_and_two_who_both_refuse_take_it_back, |engine| {
    let mut asked = Asked::sent(engine).await;
    let work = asked.work();
    take(&mut asked.ben, &work).await;
    say(&mut asked.ben, &work, "M3", "links").await;
    assert_eq!(asked.states().await, [State::Sent, State::Draft]);
    // More comes, and the case is another one than the one that was decided.
    asked.node.node.intake.add_links(&asked.case, vec!["https://example.org/story".to_owned()]).await.unwrap();
    take(&mut asked.ann, &work).await;
    let alone = [("code", "N1"), ("basis", "links"), ("second", "1")];
    asked.ann.submit(&format!("{work}/verdict"), &alone).await;
    assert_eq!(asked.states().await, [State::Sent, State::Draft], "another is to look yet");
    take(&mut asked.ben, &work).await;
    say(&mut asked.ben, &work, "N1", "links").await;
    assert_eq!(asked.states().await, [State::Withdrawn, State::Withdrawn]);
});

on_every_engine!(who_closes_a_case_alone_stops_what_was_not_sent_and_takes_nothing_back, |engine| {
    let mut asked = Asked::sent(engine).await;
    let work = asked.work();
    take(&mut asked.ben, &work).await;
    say(&mut asked.ben, &work, "M3", "links").await;
    asked.node.node.intake.add_links(&asked.case, vec!["https://example.org/story".to_owned()]).await.unwrap();
    take(&mut asked.ann, &work).await;
    let said = say(&mut asked.ann, &work, "N1", "links").await;
    assert!(said.text.contains("Decided."), "{}", said.text);
    assert_eq!(asked.states().await, [State::Sent, State::Withdrawn]);
});

on_every_engine!(a_notice_that_is_drafted_while_its_case_is_deleted_is_nobodys_draft, |engine| {
    let node = TestNode::start(engine).await;
    let mut ann = staff(&node, Role::Analyst).await;
    for _ in 0..8 {
        let (case, path) = case(&node).await;
        decide(&mut ann, &case).await;
        let (ended, _) = tokio::join!(node.node.intake.delete(&case), ann.post(&path, &BOTH));
        ended.unwrap();
    }
    let states = node.node.removal.states().await.unwrap();
    assert!(states.iter().all(|(_, state, _)| *state == State::Withdrawn), "{states:?}");
});
