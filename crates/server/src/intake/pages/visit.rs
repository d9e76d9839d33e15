//! From a request to a visit: the cookie, the form's token, the draft or the open case behind them. Handlers take
//! [`Drafting`] or [`InCase`] to show a page, and [`Answered`] of either to change something: without the right cookie
//! and the right token there is no such value.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use exchange::CaseId;
use sealing::{CaseKey, SEALED_PART_BYTES, VisitToken};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::frame::Frame;
use super::sorry::Sorry;
use crate::http::locale::{Address, Language, Texts};
use crate::http::{BODY_BYTES_MAX, Problem};
use crate::intake::uploads::Uploading;
use crate::intake::{Draft, OpenCase, Situation, Step};
use crate::node::Node;

const COOKIE_NAME: &str = "__Host-v";
/// A draft is kept this long after the last answer.
pub(super) const DRAFT_SECONDS: i64 = 2 * 3_600;
/// An open case closes this long after the last page.
const CASE_SECONDS: i64 = 1_800;
const FORM_TOKEN: &str = "t";

/// What a visit holds.
#[derive(Serialize, Deserialize)]
#[serde(tag = "holds", rename_all = "snake_case")]
enum Content {
    Draft(Box<Draft>),
    Case {
        id: [u8; 16],
        key: [u8; 32],
        language: String,
        is_adult: bool,
        #[serde(default)]
        uploading: Option<Uploading>,
    },
}

/// Somebody in the middle of a draft.
pub(super) struct Drafting {
    pub(super) draft: Draft,
    pub(super) t: Texts,
    token: VisitToken,
}

/// Somebody whose case is open.
pub(super) struct InCase {
    pub(super) case: OpenCase,
    pub(super) t: Texts,
    /// A file whose parts are arriving.
    pub(super) uploading: Option<Uploading>,
    token: VisitToken,
    is_adult: bool,
}

/// A part of a file, or what is said of it, which a script of a page of this very visit sent.
pub(super) struct Sent<V> {
    pub(super) visit: V,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// A form that came from a page of this very visit, and what it says.
pub(super) struct Answered<V> {
    pub(super) visit: V,
    pub(super) fields: Fields,
}

/// What a form says, in order; a name may stand several times.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value of a name; empty when there is none.
    pub(super) fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Every value of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The language of the page that sent it, on pages without a visit.
    pub(super) fn language(&self) -> Option<Language> {
        Language::from_code(self.one("lang"))
    }

    /// Whether there is one.
    pub(super) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }
}

impl Drafting {
    /// A visit that begins with its first answer.
    pub(super) fn begin(node: &Node, t: Texts, situation: Situation) -> Self {
        let draft = node.intake.begin(t.language.code(), situation);
        Self { t: said_to(t, draft.situation == Situation::Helper), draft, token: node.visits.begin() }
    }

    /// The frame of a question.
    pub(super) fn frame(&self, step: Step) -> Frame {
        let steps = self.draft.situation.steps();
        let place = steps.iter().position(|known| *known == step).map(|place| (place + 1, steps.len()));
        Frame::new(self.t, step.path()).at(place).with_form(self.token.form_token())
    }

    /// The question before; the landing page before the first.
    pub(super) fn before(&self, step: Step) -> &'static str {
        self.draft.situation.steps().iter().rev().find(|known| **known < step).map_or("/", |step| step.path())
    }

    /// The question after.
    pub(super) fn after(&self, step: Step) -> &'static str {
        self.draft.situation.steps().iter().find(|known| **known > step).map_or("/s/7", |step| step.path())
    }

    /// Keeps the draft and goes on to a page.
    pub(super) async fn keep(self, node: &Node, next: &str) -> Result<Response, Sorry> {
        self.keep_here(node).await?;
        Ok(went(next, Some(&self.token)))
    }

    /// Keeps the draft and stays on the page that is being drawn. Its files live as long as it.
    pub(super) async fn keep_here(&self, node: &Node) -> Result<(), Sorry> {
        let files: Vec<_> = self.draft.uploads.iter().map(|upload| upload.id).collect();
        node.intake.keep_uploads(&files, DRAFT_SECONDS).await?;
        let content = Content::Draft(Box::new(self.draft.clone()));
        store(node, &self.token, &content, DRAFT_SECONDS).await
    }

    /// Ends the draft's visit and begins one in which the case is open, under another cookie.
    pub(super) async fn into_case(self, node: &Node, case: &OpenCase) -> Result<Response, Sorry> {
        node.visits.end(&self.token).await?;
        open_case(node, case, self.t).await
    }
}

/// Begins a visit in which a case is open, and goes to its page.
pub(super) async fn open_case(node: &Node, case: &OpenCase, t: Texts) -> Result<Response, Sorry> {
    let token = node.visits.begin();
    let content = Content::Case {
        id: *case.id.as_bytes(),
        key: *case.key.as_bytes(),
        language: t.language.code().to_owned(),
        is_adult: t.address == Address::Vous,
        uploading: None,
    };
    store(node, &token, &content, CASE_SECONDS).await?;
    Ok(went("/c", Some(&token)))
}

impl InCase {
    /// The frame of a page of the case.
    pub(super) fn frame(&self, path: &'static str) -> Frame {
        Frame::new(self.t, path).with_form(self.token.form_token())
    }

    /// Keeps the case open for another while.
    pub(super) async fn stay(&self, node: &Node) -> Result<(), Sorry> {
        let content = Content::Case {
            id: *self.case.id.as_bytes(),
            key: *self.case.key.as_bytes(),
            language: self.t.language.code().to_owned(),
            is_adult: self.is_adult,
            uploading: self.uploading,
        };
        store(node, &self.token, &content, CASE_SECONDS).await
    }

    /// Closes the case in this browser.
    pub(super) async fn close(&self, node: &Node) -> Result<(), Sorry> {
        Ok(node.visits.end(&self.token).await?)
    }
}

/// Ends whatever visit a request has, with the files that were in it alone.
pub(super) async fn leave(node: &Node, headers: &HeaderMap) -> Result<(), Sorry> {
    let Some((token, content)) = content(headers, node).await? else { return Ok(()) };
    let (mut files, uploading) = match content {
        Content::Draft(draft) => (draft.uploads.iter().map(|upload| upload.id).collect(), draft.uploading),
        Content::Case { uploading, .. } => (vec![], uploading),
    };
    files.extend(uploading.map(|uploading| uploading.id));
    node.visits.end(&token).await?;
    for id in files {
        node.intake.give_up_upload(id).await?;
    }
    Ok(())
}

/// On to another page, with a cookie where one is new.
pub(super) fn went(path: &str, token: Option<&VisitToken>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    if let Some(token) = token {
        let text = token.to_text();
        let cookie = format!("{COOKIE_NAME}={}; Path=/; Secure; HttpOnly; SameSite=Strict", text.as_str());
        if let Ok(mut cookie) = HeaderValue::from_str(&cookie) {
            cookie.set_sensitive(true);
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
    }
    response
}

/// Makes a browser forget the cookie.
pub(super) const FORGOTTEN: &str = "__Host-v=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0";

async fn store(node: &Node, token: &VisitToken, content: &Content, seconds: i64) -> Result<(), Sorry> {
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(content).map_err(|_| Problem::internal())?);
    Ok(node.visits.write(token, &plain, seconds).await?)
}

fn said_to(t: Texts, is_adult: bool) -> Texts {
    Texts { address: if is_adult { Address::Vous } else { Address::Tu }, ..t }
}

fn cookie(headers: &HeaderMap) -> Option<VisitToken> {
    let all = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok()).flat_map(|text| text.split(';'));
    let mut named = all.filter_map(|pair| pair.trim().split_once('=')).filter(|(name, _)| *name == COOKIE_NAME);
    named.next().and_then(|(_, value)| VisitToken::parse(value))
}

/// The language that the address asks for.
fn asked(parts: &Parts) -> Option<Language> {
    parts.uri.query()?.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Language::from_code)
}

async fn content(headers: &HeaderMap, node: &Node) -> Result<Option<(VisitToken, Content)>, Sorry> {
    let Some(token) = cookie(headers) else { return Ok(None) };
    let Some(plain) = node.visits.read(&token).await? else { return Ok(None) };
    // A visit of another version of the program is no visit.
    Ok(serde_json::from_slice(&plain).ok().map(|content| (token, content)))
}

async fn texts(parts: &mut Parts, node: &Node, kept: &str) -> Texts {
    let Ok(texts) = Texts::from_request_parts(parts, node).await;
    let language = asked(parts).or_else(|| Language::from_code(kept)).unwrap_or(texts.language);
    Texts { language, ..texts }
}

impl FromRequestParts<Node> for Drafting {
    type Rejection = Sorry;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Sorry> {
        match content(&parts.headers, node).await? {
            Some((token, Content::Draft(draft))) => {
                let t = texts(parts, node, &draft.language).await;
                let is_adult =
                    draft.situation == Situation::Helper || draft.age.is_some_and(crate::intake::Age::is_adult);
                let mut drafting = Self { draft: *draft, t: said_to(t, is_adult), token };
                if drafting.draft.language != t.language.code() {
                    drafting.draft.language = t.language.code().to_owned();
                    drafting.keep_here(node).await?;
                }
                Ok(drafting)
            }
            _ => Err(Sorry::over(texts(parts, node, "").await)),
        }
    }
}

impl FromRequestParts<Node> for InCase {
    type Rejection = Sorry;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Sorry> {
        match content(&parts.headers, node).await? {
            Some((token, Content::Case { id, key, language, is_adult, uploading })) => {
                let t = said_to(texts(parts, node, &language).await, is_adult);
                let case = OpenCase { id: CaseId::from_bytes(id), key: CaseKey::from_bytes(key) };
                let here = Self { case, t, uploading, token, is_adult };
                here.stay(node).await?;
                Ok(here)
            }
            _ => Err(Sorry::closed(texts(parts, node, "").await)),
        }
    }
}

/// What a page's form sends. A form that another site's page sent is refused: browsers say where a request comes from.
impl FromRequest<Node> for Fields {
    type Rejection = Sorry;

    async fn from_request(request: Request, node: &Node) -> Result<Self, Sorry> {
        let (mut parts, body) = request.into_parts();
        let Ok(t) = Texts::from_request_parts(&mut parts, node).await;
        let site = parts.headers.get(HeaderName::from_static("sec-fetch-site"));
        if site.is_some_and(|site| site != "same-origin" && site != "none") {
            return Err(Sorry::elsewhere(t));
        }
        let body = Bytes::from_request(Request::from_parts(parts, body), node).await;
        let body = body.map_err(|_| Sorry::too_much(t, BODY_BYTES_MAX))?;
        Ok(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }
}

/// A visit that knows which token its forms carry.
pub(super) trait HasForms: FromRequestParts<Node, Rejection = Sorry> {
    fn form_token(&self) -> String;
    fn texts(&self) -> Texts;
}

impl HasForms for Drafting {
    fn form_token(&self) -> String {
        self.token.form_token()
    }

    fn texts(&self) -> Texts {
        self.t
    }
}

impl HasForms for InCase {
    fn form_token(&self) -> String {
        self.token.form_token()
    }

    fn texts(&self) -> Texts {
        self.t
    }
}

impl<V: HasForms + Send> FromRequest<Node> for Answered<V> {
    type Rejection = Sorry;

    async fn from_request(request: Request, node: &Node) -> Result<Self, Sorry> {
        let (mut parts, body) = request.into_parts();
        let visit = V::from_request_parts(&mut parts, node).await?;
        let fields = Fields::from_request(Request::from_parts(parts, body), node).await?;
        let given = fields.one(FORM_TOKEN).as_bytes();
        if !bool::from(given.ct_eq(visit.form_token().as_bytes())) {
            return Err(Sorry::elsewhere(visit.texts()));
        }
        Ok(Self { visit, fields })
    }
}

/// A page of another site cannot set it without asking first, and is not answered.
const TOKEN_HEADER: &str = "x-form";

impl<V: HasForms + Send> FromRequest<Node> for Sent<V> {
    type Rejection = Sorry;

    async fn from_request(request: Request, node: &Node) -> Result<Self, Sorry> {
        let (mut parts, body) = request.into_parts();
        // Read before anything is refused: a browser that is still sending does not hear the answer.
        let body = axum::body::to_bytes(body, SEALED_PART_BYTES).await;
        let visit = V::from_request_parts(&mut parts, node).await?;
        let site = parts.headers.get(HeaderName::from_static("sec-fetch-site"));
        let given = parts.headers.get(TOKEN_HEADER).map_or(&b""[..], HeaderValue::as_bytes);
        if site.is_some_and(|site| site != "same-origin") || !bool::from(given.ct_eq(visit.form_token().as_bytes())) {
            return Err(Sorry::elsewhere(visit.texts()));
        }
        let body = body.map_err(|_| Sorry::too_much(visit.texts(), SEALED_PART_BYTES))?;
        Ok(Self { visit, headers: parts.headers, body })
    }
}
