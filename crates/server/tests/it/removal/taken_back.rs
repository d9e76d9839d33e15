//! A link that its person takes back is followed no more: what was not sent is not sent, and whom we asked about it alone hears
//! that we ask no more.

use exchange::NoticeId;
use server::access::staff::Role;
use server::intake::{Consent, OpenCase};
use server::removal::By;
use server::removal::directory::PlatformSettings;
use server::removal::notices::{Channel, State, walk};

use super::ground::Platform;
use super::pages::{BOTH, case, decide};
use crate::support::{Engine, StaffBrowser, TestNode, on_every_engine, staff};

/// A case that was decided, its two notices drafted: one of two links to a platform with a webhook, one of one to another.
struct Asked {
    node: TestNode,
    platform: Platform,
    ben: StaffBrowser,
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
        let (case, path) = case(&node).await;
        decide(&mut ann, &case).await;
        ann.submit(&path, &BOTH).await;
        let links = node.node.intake.view(&case).await.unwrap().links;
        let notices = [links[0].notices[0].id, links[2].notices[0].id];
        Self { node, platform, ben, case, notices }
    }

    async fn approve(&mut self, notice: NoticeId) {
        self.ben.submit(&format!("/desk/notices/of/{notice}"), &[("act", "approve")]).await;
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
    let mut asked = Asked::new(engine).await;
    asked.approve(asked.notices[0]).await;
    asked.until_arrived(1).await;
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
    let mut asked = Asked::new(engine).await;
    asked.approve(asked.notices[0]).await;
    asked.until_arrived(1).await;
    asked.node.node.intake.delete(&asked.case).await.unwrap();
    assert_eq!(asked.states().await, [State::Sent, State::Withdrawn]);
});
