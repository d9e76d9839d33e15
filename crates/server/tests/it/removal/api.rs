//! The partner's side over HTTP: read what one was asked, say that one has it, say what one did.

use exchange::{Reach, Scope, Tier};
use reqwest::Method;
use serde_json::json;
use server::removal::directory::PlatformSettings;
use server::removal::notices::{Channel, Event};

use super::ground::{ANN, BEN, CANARY_URL, new};
use crate::support::{TestNode, TestPartner, on_every_engine};

/// A partner that is a platform, with a notice that was handed over.
async fn with_notice(node: &TestNode) -> (TestPartner, String) {
    let partner = node.partner("platform").await;
    let id = node.node.partners.list().await.unwrap().into_iter().find(|view| view.name == "platform").unwrap().id;
    let api = PlatformSettings { channel: Some(Channel::Api), ..PlatformSettings::default() };
    node.node.removal.set_platform(ANN, "tiktok", &api, Some(id)).await.unwrap();
    let notice = node.node.removal.draft(ANN, &new("tiktok")).await.unwrap();
    let list = partner.get("notices").await;
    assert_eq!(list.body["notices"], json!([]), "a draft is nobody's");
    node.node.removal.approve(BEN, notice).await.unwrap();
    // The node's own work hands it over.
    for _ in 0..500 {
        let list = partner.get("notices?open=true").await;
        if list.body["notices"].as_array().is_some_and(|all| !all.is_empty()) {
            break;
        }
        tokio::task::yield_now().await;
        node.node.removal.send_due().await.unwrap();
    }
    (partner, notice.to_string())
}

on_every_engine!(a_partner_reads_acknowledges_and_answers, |engine| {
    let node = TestNode::start(engine).await;
    let (partner, id) = with_notice(&node).await;
    let list = partner.get("notices?open=true").await;
    assert_eq!((list.status, list.body["notices"][0]["id"].as_str()), (200, Some(id.as_str())));
    assert_eq!((&list.body["notices"][0]["state"], &list.body["notices"][0]["addresses"]), (&json!("sent"), &json!(1)));
    let whole = partner.get(&format!("notices/{id}")).await;
    assert_eq!((&whole.body["urls"], &whole.body["regime"]), (&json!([CANARY_URL]), &json!("dsa_16")));
    assert!(
        whole.body["text"].as_str().unwrap().contains(CANARY_URL) && whole.body["digest"].as_str().unwrap().len() == 64
    );
    let acknowledgement = format!("notices/{id}/acknowledgement");
    assert_eq!(partner.post(&acknowledgement, &json!({})).await.status, 204);
    assert_eq!(partner.post(&acknowledgement, &json!({})).await.status, 204, "again is the same as once");
    let outcome = format!("notices/{id}/outcome");
    partner.post(&outcome, &json!({"outcome": "kept"})).await.is_problem(422, "invalid");
    partner.post(&outcome, &json!({"outcome": "removed", "reason": "legal"})).await.is_problem(422, "invalid");
    partner.post(&outcome, &json!({"outcome": "removed", "more": 1})).await.is_problem(422, "invalid");
    assert_eq!(partner.post(&outcome, &json!({"outcome": "kept", "reason": "consent"})).await.status, 204);
    assert_eq!(partner.get(&format!("notices/{id}")).await.body["reason"], "consent");
    assert_eq!(partner.post(&outcome, &json!({"outcome": "removed"})).await.status, 204);
    assert_eq!(partner.post(&outcome, &json!({"outcome": "removed"})).await.status, 204, "again is the same as once");
    let list = partner.get("notices?open=true").await;
    assert_eq!(list.body["notices"], json!([]));
    assert_eq!(partner.get("notices").await.body["notices"][0]["state"], "removed");
    partner.post(&acknowledgement, &json!({})).await.is_problem(409, "not-now");
});

on_every_engine!(nobody_else_reads_a_notice_and_a_key_without_the_scope_does_not, |engine| {
    let node = TestNode::start(engine).await;
    let (_, id) = with_notice(&node).await;
    let other = node.partner("other").await;
    assert_eq!(other.get("notices").await.body["notices"], json!([]));
    other.get(&format!("notices/{id}")).await.is_problem(404, "not-found");
    other.post(&format!("notices/{id}/acknowledgement"), &json!({})).await.is_problem(404, "not-found");
    other.post(&format!("notices/{id}/outcome"), &json!({"outcome": "removed"})).await.is_problem(404, "not-found");
    let sees = Reach::both(Tier::Reported);
    let follower = node.partner_with("follower", sees, sees, &[Scope::Follow]).await;
    follower.get("notices").await.is_problem(403, "scope-missing");
    follower.get(&format!("notices/{id}")).await.is_problem(403, "scope-missing");
    assert_eq!(follower.get("notices/key").await.status, 200, "whoever has a key may check webhooks");
    let nobody = node.http.request(Method::GET, format!("{}/api/v1/notices", node.base())).send().await.unwrap();
    assert_eq!(nobody.status(), 401);
});

on_every_engine!(pages_go_on_where_the_one_before_ended_and_what_is_taken_back_is_said_so, |engine| {
    let node = TestNode::start(engine).await;
    let (partner, first) = with_notice(&node).await;
    let removal = &node.node.removal;
    for _ in 0..200 {
        let id = removal.draft(ANN, &new("tiktok")).await.unwrap();
        removal.approve(BEN, id).await.unwrap();
    }
    while removal.send_due().await.unwrap().sent > 0 || partner.get("notices").await.body["next"].is_null() {}
    let page = partner.get("notices").await;
    assert_eq!(page.body["notices"].as_array().unwrap().len(), 200);
    let next = page.body["next"].as_str().unwrap();
    let rest = partner.get(&format!("notices?after={next}")).await;
    assert_eq!((rest.body["notices"].as_array().unwrap().len(), &rest.body["next"]), (1, &json!(null)));
    let id = first.parse().unwrap();
    removal.happened(ANN, id, Event::Withdrawn).await.unwrap();
    assert_eq!(partner.get(&format!("notices/{first}")).await.body["state"], "withdrawn");
    partner.post(&format!("notices/{first}/outcome"), &json!({"outcome": "removed"})).await.is_problem(409, "not-now");
});

on_every_engine!(t12_a_key_that_floods_answers_is_told_to_wait_and_another_partner_is_not, |engine| {
    let node = TestNode::start_with(engine, |settings| settings.requests_per_second = 5.try_into().unwrap()).await;
    let (loud, quiet) = (node.partner("loud").await, node.partner("quiet").await);
    let outcome = "notices/00000000-0000-4000-8000-000000000000/outcome";
    let mut refused = None;
    for _ in 0..40 {
        let answer = loud.post(outcome, &json!({"outcome": "removed"})).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        answer.is_problem(404, "not-found");
    }
    let refused = refused.expect("forty at once are too many for five a second");
    refused.is_problem(429, "too-often");
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(quiet.get("notices").await.status, 200);
});
