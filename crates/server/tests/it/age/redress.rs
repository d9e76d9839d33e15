//! What people meet at attester and issuer besides a voucher: a refusal that says what next, a way on that every browser takes, and no
//! cookie.

use agetoken::{Threshold, Thresholds};
use reqwest::header::{ACCEPT, LOCATION, REFRESH, SET_COOKIE};
use server::age::attester::methods::codes::Codes;
use server::age::attester::methods::parent::CHILDREN_MAX;

use super::attester::{TestAttester, nowhere};
use crate::age::support::{EPOCH, TestIssuer, Wish, voucher};

async fn post(attester: &TestAttester, way: &str, body: String, accept: &str, language: &str) -> reqwest::Response {
    let request = attester.http.post(format!("{}/age/way/{way}?lang={language}", attester.base)).body(body);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    request.header(ACCEPT, accept).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_refused_at_the_attester_sees_why_the_other_ways_and_whom_to_turn_to() {
    let attester = TestAttester::start(|_| vec![Box::new(Codes), nowhere()]).await;
    let codes = attester.attester.desk().new_codes(1, Thresholds::reached_at(18), 30).await.unwrap();
    let parent = attester.voucher(&attester.take("code", &[("code", &codes[0])]).await).to_text();
    let child = format!("voucher={parent}&bracket=13");
    for _ in 0..CHILDREN_MAX {
        assert_eq!(post(&attester, "parent", child.clone(), "*/*", "en").await.status(), 303);
    }
    for (way, body, status, english, french) in [
        ("code", "code=XYZZY7".to_owned(), 422, "not what this way asks for", "n’est pas ce que cette façon demande"),
        ("code", format!("code={}", codes[0]), 403, "could not be confirmed", "n’a pas pu être confirmé"),
        ("parent", child, 429, "as often as it may be", "autant de fois que permis"),
        ("account", String::new(), 502, "did not confirm it", "ne l’a pas confirmé"),
    ] {
        for (language, why, kept) in [("en", english, "was kept"), ("fr", french, "n’a été gardé")] {
            let refused = post(&attester, way, body.clone(), "text/html", language).await;
            assert_eq!(refused.status(), status, "{way}");
            assert_eq!(refused.headers()["content-language"], language);
            let page = refused.text().await.unwrap();
            for said in [why, kept, "href=\"/\"", "mailto:help@attester.test", &format!("href=\"/age/way/{way}\"")] {
                assert!(page.contains(said), "{way}: {said} is not in {page}");
            }
            assert!(body.is_empty() || !page.contains(body.split(['=', '&']).nth(1).unwrap()), "nothing is repeated");
        }
        let problem = post(&attester, way, body, "application/json", "en").await;
        assert_eq!(problem.status(), status);
        assert!(problem.text().await.unwrap().contains("urn:rempart:problem:not-proven"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_form_browsers_are_led_on_by_a_page_for_they_hold_redirects_to_the_forms_own_site() {
    let attester = TestAttester::start(|_| vec![Box::new(Codes), nowhere()]).await;
    let codes = attester.attester.desk().new_codes(2, Thresholds::reached_at(18), 30).await.unwrap();
    // As Chromium and Firefox ask for a page.
    let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (language, code, said) in [("en", &codes[0], "You are going on"), ("fr", &codes[1], "La suite")] {
        let led = post(&attester, "code", format!("code={code}"), accept, language).await;
        assert_eq!((led.status().as_u16(), led.headers().get(LOCATION)), (200, None));
        assert!(led.headers()["content-security-policy"].to_str().unwrap().contains("form-action 'self'"));
        let to = led.headers()[REFRESH].to_str().unwrap().strip_prefix("0; url=").unwrap().to_owned();
        assert!(to.starts_with("https://wallet.test/#voucher="), "{to}");
        let page = led.text().await.unwrap();
        assert!(
            page.contains(said) && page.contains(&format!("href=\"{to}\"")) && page.contains("wallet.test"),
            "{page}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn issuer_and_attester_give_nobody_a_cookie() {
    let attester = TestAttester::start(|_| vec![Box::new(Codes), nowhere()]).await;
    let issuer = TestIssuer::start().await;
    let codes = attester.attester.desk().new_codes(1, Thresholds::reached_at(18), 30).await.unwrap();
    let mut answers = Vec::new();
    for path in ["/", "/age/way/code", "/age/attester", "/age/done", "/age/way/account/back?state=1", "/nothing"] {
        answers.push(attester.http.get(format!("{}{path}", attester.base)).send().await.unwrap());
    }
    for code in [&codes[0], "wrong"] {
        answers.push(attester.take("code", &[("code", code)]).await);
    }
    for path in ["/age/keys", "/log/checkpoint", "/.well-known/private-token-issuer-directory", "/nothing"] {
        answers.push(issuer.http.get(format!("{}{path}", issuer.base)).send().await.unwrap());
    }
    let key = issuer.key(Threshold::Over18, EPOCH).await.unwrap();
    let batch = Wish::of(&key, &voucher(1, 18), EPOCH, 1).request.encode();
    answers.push(issuer.http.post(format!("{}/age/batch", issuer.base)).body(batch).send().await.unwrap());
    let good = answers.iter().filter(|answer| answer.status().as_u16() < 400).count();
    assert!(good >= 8, "most were answered: {answers:?}");
    for answer in answers {
        assert!(!answer.headers().contains_key(SET_COOKIE), "{}", answer.url());
    }
}
