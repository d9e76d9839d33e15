//! The verifier's HTTP face, all of it below `/age/`, so that a site passes on one path.
//!
//! | path | |
//! | --- | --- |
//! | `GET /age/auth` | for the proxy: 204 to whoever may go on, else 401 |
//! | `GET /age/gate` | what a visitor sees instead of the site |
//! | `GET /age/handoff` | the same for another device: a square, and the way on once it has answered |
//! | `POST /age/verify` | takes a redemption |
//! | `GET /age/refused` | why not, and what then |
//! | `POST /age/leave` | ends the visit |
//! | `GET /age/requirements` | what is asked for, for programs |
//! | `GET /age/token` | the same for stock clients of RFC 9577, where the site wants that |

mod auth;
mod gate;
mod handoff;
mod plain;
mod refused;
mod requirements;
mod verify;

use agetoken::Origin;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::routing::{get, post};
use sealing::VisitToken;

use super::Verifier;
use crate::age::pages::{STYLE_ROUTE, stylesheet};
use crate::http::layers;

/// Bytes of a form, at most: a redemption and a path.
const FORM_BYTES_MAX: usize = 8 * 1024;
/// Bytes of the path that a visitor goes back to, at most; longer ones lead to the front page.
const BACK_BYTES_MAX: usize = 2_048;

pub(super) fn router(verifier: Verifier) -> Router {
    let mut router = Router::new()
        .route("/healthz", get(crate::http::alive))
        .route("/age/auth", get(auth::show))
        .route("/age/gate", get(gate::show))
        .route("/age/handoff", get(handoff::show))
        .route("/age/verify", post(verify::take))
        .route("/age/refused", get(refused::show))
        .route("/age/leave", post(auth::leave))
        .route("/age/requirements", get(requirements::show))
        .route(STYLE_ROUTE, get(stylesheet));
    if verifier.inner.settings.is_plain_offered {
        router = router.route("/age/token", get(plain::show));
    }
    layers(router.layer(DefaultBodyLimit::max(FORM_BYTES_MAX)).with_state(verifier))
}

/// A path of this very site, or the front page: never another site's address. Some proxies say the whole address.
fn way_back<'w>(origin: &Origin, wish: &'w str) -> &'w str {
    let wish = wish.strip_prefix(origin.as_str()).unwrap_or(wish);
    let is_path = wish.starts_with('/') && !wish.starts_with("//") && wish.len() <= BACK_BYTES_MAX;
    let is_plain = wish.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_path && is_plain { wish } else { "/" }
}

/// Where a visitor wanted to go, from what stands behind the question mark. A proxy that cannot escape puts the path there as it is, with
/// all that follows.
fn wished(verifier: &Verifier, query: Option<&str>) -> String {
    let (origin, query) = (&verifier.inner.settings.origin, query.unwrap_or_default());
    match query.strip_prefix("back=").filter(|rest| rest.starts_with('/')) {
        Some(path) => way_back(origin, path).to_owned(),
        None => {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs
                .find(|(name, _)| name == "back")
                .map_or_else(|| "/".to_owned(), |(_, wish)| way_back(origin, &wish).to_owned())
        }
    }
}

/// A cookie of this site, gone with the browser's session.
#[derive(Clone, Copy)]
enum Cookie {
    /// Opens the site.
    Visit,
    /// Waits for another device.
    Waiting,
}

impl Cookie {
    /// On https the browser lets no other host set it.
    fn name(self, verifier: &Verifier) -> &'static str {
        match (self, verifier.is_https()) {
            (Self::Visit, true) => "__Host-age",
            (Self::Visit, false) => "age",
            (Self::Waiting, true) => "__Host-age-waiting",
            (Self::Waiting, false) => "age-waiting",
        }
    }

    fn read(self, verifier: &Verifier, headers: &HeaderMap) -> Option<VisitToken> {
        let name = self.name(verifier);
        let pairs =
            headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
        let found = pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(known, _)| *known == name)?;
        VisitToken::parse(found.1)
    }

    /// `None`: takes it away.
    fn put(self, verifier: &Verifier, headers: &mut HeaderMap, token: Option<&VisitToken>) {
        let (name, secure) = (self.name(verifier), if verifier.is_https() { "; Secure" } else { "" });
        let value = match token {
            Some(token) => format!("{name}={}; Path=/; HttpOnly; SameSite=Lax{secure}", token.to_text().as_str()),
            None => format!("{name}=; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age=0"),
        };
        let mut value = HeaderValue::from_str(&value).expect("a name and hex digits can stand in a header");
        value.set_sensitive(true);
        headers.append(SET_COOKIE, value);
    }
}

impl Verifier {
    fn is_https(&self) -> bool {
        self.inner.settings.origin.as_str().starts_with("https://")
    }

    /// The wallet page with a question in its fragment, which no server ever sees.
    fn wallet_link(&self, question: &agetoken::SiteNonce, back: &str) -> String {
        let settings = &self.inner.settings;
        let fragment = form_urlencoded::Serializer::new(String::new())
            .append_pair("age", &settings.threshold.to_string())
            .append_pair("origin", settings.origin.as_str())
            .append_pair("issuer", settings.source.issuer().as_str())
            .append_pair("nonce", &question.to_text())
            .append_pair("back", back)
            .finish();
        format!("{}#{fragment}", settings.wallet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_a_path_of_this_site() {
        let origin: Origin = "https://site.test".parse().unwrap();
        let way_back = |wish: &str| super::way_back(&origin, wish).to_owned();
        for good in ["/", "/a/b?c=d&e", "/%2F%2Fevil.example"] {
            assert_eq!(way_back(good), good);
        }
        assert_eq!(way_back("https://site.test/a?b"), "/a?b");
        let longest = format!("/{}", "a".repeat(BACK_BYTES_MAX - 1));
        assert_eq!(way_back(&longest), longest);
        let longer = format!("{longest}a");
        for bad in [
            "",
            "a",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "https://site.test.evil.example/",
            "/a\nb",
            "/é",
            &longer,
        ] {
            assert_eq!(way_back(bad), "/", "{bad}");
        }
    }
}
