//! `GET /`: the page, drawn once for each language.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, VARY};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{Html, IntoResponse, Response};

use super::{Wallet, WalletSettings};
use crate::age::pages::{Frame, NO_INDEX};
use crate::http::locale::{Address, Language, Texts};

/// The page itself asks nobody. Its form goes to the site that asked, whichever that is; plain http is for the loopback address.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; worker-src 'self'; \
                      form-action https: http://localhost:* http://*.localhost:* http://127.0.0.1:*; \
                      frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; \
                      trusted-types wallet";
const HEADERS: [(HeaderName, HeaderValue); 3] = [
    NO_INDEX,
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];

#[derive(Template)]
#[template(path = "age/wallet/page.html")]
struct Page<'p> {
    frame: Frame,
    issuer: &'p str,
    issuer_url: &'p str,
    log_key: String,
    pace_seconds: u32,
    attesters: Vec<Attester<'p>>,
    contact: &'p str,
    words: [(&'static str, &'static str); 12],
}

struct Attester<'a> {
    url: &'a str,
    host: String,
}

/// What stands behind `#` never comes here.
pub(super) async fn show(State(wallet): State<Wallet>, t: Texts) -> Response {
    let headers = [
        (CONTENT_LANGUAGE, t.language.code()),
        (VARY, "accept-language"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, HEADERS, Html(wallet.shell.page(t.language))).into_response()
}

/// The page in a language.
pub(super) fn draw(settings: &WalletSettings, language: Language) -> Result<String, askama::Error> {
    let t = Texts { language, address: Address::Vous };
    let host = |url: &str| url.split_once("://").map_or(url, |(_, host)| host).to_owned();
    let page = Page {
        frame: Frame { t, whose: t.wallet_name().to_owned(), here: "/".to_owned() },
        issuer: settings.issuer.as_str(),
        issuer_url: &settings.issuer_url,
        log_key: settings.log_key.to_string(),
        pace_seconds: settings.pace_seconds,
        attesters: settings.attesters.iter().map(|url| Attester { url, host: host(url) }).collect(),
        contact: &settings.contact,
        words: words(t),
    };
    page.render()
}

/// What the worker says, by the word that it says it with.
fn words(t: Texts) -> [(&'static str, &'static str); 12] {
    [
        ("rest", t.wallet_word_rest()),
        ("waiting", t.wallet_word_waiting()),
        ("fetching", t.wallet_word_fetching()),
        ("enrolled", t.wallet_word_enrolled()),
        ("nobody", t.wallet_word_nobody()),
        ("over", t.wallet_word_over()),
        ("full", t.wallet_word_full()),
        ("offline", t.wallet_word_offline()),
        ("unlogged", t.wallet_word_unlogged()),
        ("refused", t.wallet_word_refused()),
        ("broken", t.wallet_word_broken()),
        ("forgotten", t.wallet_word_forgotten()),
    ]
}
