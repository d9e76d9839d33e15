//! The wallet page as it is served: what each part may do, and that it is the same for everybody.

use ledger::Signer;
use reqwest::Response;
use reqwest::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, SET_COOKIE};
use server::age::wallet::{ATTESTERS_MAX, PACE_SECONDS_MAX, Wallet, WalletSettings};

use super::support::{name, on_a_socket};

fn settings() -> WalletSettings {
    WalletSettings {
        issuer: name(),
        issuer_url: "https://issuer.test".to_owned(),
        log_key: Signer::new("issuer.test/age-keys", &[3; 32]).unwrap().verifier(),
        attesters: vec!["https://attester.test".to_owned(), "https://other.test".to_owned()],
        contact: "mailto:help@wallet.test".to_owned(),
        pace_seconds: 20,
    }
}

fn header(response: &Response, name: reqwest::header::HeaderName) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn each_part_of_the_wallet_may_contact_whom_it_must_and_nobody_else() {
    let wallet = Wallet::new(&settings()).unwrap();
    let base = on_a_socket(wallet.router(), wallet.stopping()).await;
    let http = server::http::client().unwrap();
    let get = async |path: &str| http.get(format!("{base}{path}")).send().await.unwrap();

    let page = get("/?lang=fr").await;
    let policy = header(&page, CONTENT_SECURITY_POLICY);
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("connect-src") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.contains("require-trusted-types-for 'script'"),
        "{policy}"
    );
    assert_eq!(header(&page, SET_COOKIE), "");
    let html = page.text().await.unwrap();
    assert!(html.contains("<html lang=\"fr\">") && html.contains("Vos preuves d’âge"), "{html}");
    for text in ["https://issuer.test", "https://attester.test", "https://other.test", "mailto:help@wallet.test"] {
        assert!(html.contains(text), "{text}");
    }
    assert_eq!(html, get("/?lang=fr").await.text().await.unwrap(), "the same for everybody");

    let worker = header(&get("/wallet-worker.js").await, CONTENT_SECURITY_POLICY);
    assert!(worker.contains("connect-src 'self' https://issuer.test;"), "{worker}");
    for file in ["/wallet.js", "/wallet-fill.js", "/wallet-store.js", "/age.js", "/wallet.css", "/age_bg.wasm"] {
        let response = get(file).await;
        assert_eq!(response.status(), 200, "{file}");
        assert!(
            header(&response, CONTENT_SECURITY_POLICY).starts_with("default-src 'none'; frame-ancestors"),
            "{file}"
        );
    }
    assert_eq!(get("/other.js").await.status(), 404);
}

#[tokio::test]
async fn the_shell_names_everything_that_it_keeps_and_changes_with_it() {
    let shell = async |settings: &WalletSettings| {
        let wallet = Wallet::new(settings).unwrap();
        let base = on_a_socket(wallet.router(), wallet.stopping()).await;
        let http = server::http::client().unwrap();
        let response = http.get(format!("{base}/shell.js")).send().await.unwrap();
        assert_eq!(header(&response, CONTENT_TYPE), "text/javascript; charset=utf-8");
        assert_eq!(header(&response, CACHE_CONTROL), "public, max-age=86400");
        let text = response.text().await.unwrap();
        let kept = text.lines().next().unwrap().strip_prefix("const KEPT = ").unwrap().trim_end_matches(';');
        let kept: Vec<String> = serde_json::from_str(kept).unwrap();
        assert!(kept.contains(&"/?lang=en".to_owned()) && kept.contains(&"/age_bg.wasm".to_owned()), "{kept:?}");
        for path in &kept {
            assert_eq!(http.get(format!("{base}{path}")).send().await.unwrap().status(), 200, "{path}");
        }
        text
    };
    let first = shell(&settings()).await;
    assert_eq!(first, shell(&settings()).await);
    let other = WalletSettings { contact: "mailto:other@wallet.test".to_owned(), ..settings() };
    assert_ne!(first.lines().nth(1), shell(&other).await.lines().nth(1), "another page has another digest");
}

#[test]
fn a_wallet_that_would_lead_astray_does_not_start() {
    let refused = |change: &dyn Fn(&mut WalletSettings)| {
        let mut settings = settings();
        change(&mut settings);
        Wallet::new(&settings).is_err()
    };
    assert!(!refused(&|_| ()));
    assert!(!refused(&|settings| settings.pace_seconds = PACE_SECONDS_MAX));
    assert!(refused(&|settings| settings.pace_seconds = PACE_SECONDS_MAX + 1));
    for url in ["http://issuer.test", "https://issuer.test/", "https://issuer.test; script-src *", "issuer.test", ""] {
        assert!(refused(&|settings| settings.issuer_url = url.to_owned()), "{url}");
        assert!(refused(&|settings| settings.attesters.push(url.to_owned())), "{url}");
    }
    assert!(refused(&|settings| settings.attesters.clear()));
    assert!(!refused(&|settings| settings.attesters = vec!["https://a.test".to_owned(); ATTESTERS_MAX]));
    assert!(refused(&|settings| settings.attesters = vec!["https://a.test".to_owned(); ATTESTERS_MAX + 1]));
}
