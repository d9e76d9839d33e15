//! From a request to a visit: the cookie, the form's token, the draft or the open case behind them. Handlers take
//! [`Drafting`] or [`InCase`] to show a page, and [`Answered`] of either to change something: without the right cookie
//! and the right token there is no such value.

use std::convert::Infallible;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use exchange::CaseId;
use sealing::{CaseKey, SEALED_PART_BYTES, VisitToken};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::case::GONE;
use super::chosen;
use super::frame::Frame;
use super::said::Said;
use super::sorry::Sorry;
use crate::http::Problem;
pub(super) use crate::http::form::Fields;
use crate::http::form::{self, FormError, is_from_here};
use crate::http::locale::{Address, Language, Offers, Texts};
use crate::intake::retention::{DRAFT_SECONDS, OPEN_SECONDS, SAID_SECONDS, SENT_SECONDS};
use crate::intake::uploads::Uploading;
use crate::intake::{Draft, OpenCase, Situation, Step};
use crate::node::Node;

const COOKIE_NAME: &str = "__Host-v";
/// Of one form: fifty pictures with all their views are 400 kB.
const FORM_BYTES_MAX: usize = 2 * 1024 * 1024;
const FORM_TOKEN: &str = "t";

/// What a visit holds, and what its next page is to say.
#[derive(Serialize, Deserialize)]
struct Content {
    #[serde(flatten)]
    holds: Holds,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    said: Option<Said>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "holds", rename_all = "snake_case")]
enum Holds {
    Draft(Box<Draft>),
    Case {
        id: [u8; 16],
        key: [u8; 32],
        language: String,
        is_adult: bool,
        #[serde(default)]
        uploading: Option<Uploading>,
    },
    /// Somebody whose draft became this case. The answer that led there may have been lost: whoever sends again, or loads a
    /// page of the draft again, is led there once more.
    Sent {
        id: [u8; 16],
        key: [u8; 32],
        language: String,
        is_adult: bool,
    },
    /// Somebody who tried words.
    Nothing {},
}

impl Holds {
    const fn seconds(&self) -> i64 {
        match self {
            Self::Draft(_) => DRAFT_SECONDS,
            Self::Case { .. } => OPEN_SECONDS,
            Self::Sent { .. } => SENT_SECONDS,
            Self::Nothing {} => SAID_SECONDS,
        }
    }
}

/// Somebody in the middle of a draft.
pub(super) struct Drafting {
    pub(super) draft: Draft,
    pub(super) t: Texts,
    token: VisitToken,
    said: Option<Said>,
}

/// Somebody whose case is open.
pub(super) struct InCase {
    pub(super) case: OpenCase,
    pub(super) t: Texts,
    /// A file whose parts are arriving.
    pub(super) uploading: Option<Uploading>,
    token: VisitToken,
    is_adult: bool,
    said: Option<Said>,
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

impl Fields {
    /// The language of the page that sent it, on pages without a visit.
    pub(super) fn language(&self) -> Option<Language> {
        Language::from_code(self.one("lang"))
    }
}

impl Drafting {
    /// A visit that begins with its first answer.
    pub(super) async fn begin(node: &Node, t: Texts, situation: Situation) -> Result<Response, Sorry> {
        let draft = node.intake.begin(t.language.code(), situation);
        let content = Content { holds: Holds::Draft(Box::new(draft)), said: None };
        Ok(went(situation.steps()[0].path(), Some(&begin(node, &content).await?)))
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
    pub(super) async fn keep(mut self, node: &Node, next: &str) -> Result<Response, Sorry> {
        self.said = None;
        self.keep_here(node).await?;
        Ok(went(next, Some(&self.token)))
    }

    /// Keeps the draft and stays on the page that is being drawn. Its files live as long as it.
    pub(super) async fn keep_here(&self, node: &Node) -> Result<(), Sorry> {
        let files: Vec<_> = self.draft.uploads.iter().map(|upload| upload.id).collect();
        node.intake.keep_uploads(&files, DRAFT_SECONDS).await?;
        let content = Content { holds: Holds::Draft(Box::new(self.draft.clone())), said: self.said.clone() };
        store(node, &self.token, &content).await
    }

    /// Keeps the draft and goes to the page that says this.
    pub(super) async fn say(mut self, node: &Node, said: Said) -> Result<Response, Sorry> {
        let next = said.at.clone();
        self.said = Some(said);
        self.keep_here(node).await?;
        Ok(went(&next, None))
    }

    /// What this page is to say; it says it once.
    pub(super) async fn hear(&mut self, node: &Node, path: &str) -> Result<Option<Said>, Sorry> {
        let said = self.said.take_if(|said| said.at == path);
        if said.is_some() {
            self.keep_here(node).await?;
        }
        Ok(said)
    }

    /// What this page goes on saying until the next answer.
    pub(super) fn hears(&self, path: &str) -> Option<&Said> {
        self.said.as_ref().filter(|said| said.at == path)
    }

    /// Begins a visit in which the case is open, under another cookie. The draft's is empty from here on, but leads there for
    /// a while.
    pub(super) async fn into_case(self, node: &Node, case: &OpenCase) -> Result<Response, Sorry> {
        let holds = Holds::Sent {
            id: *case.id.as_bytes(),
            key: *case.key.as_bytes(),
            language: self.t.language.code().to_owned(),
            is_adult: self.t.address == Address::Vous,
        };
        store(node, &self.token, &Content { holds, said: None }).await?;
        open_case(node, case, self.t).await
    }
}

/// Begins a visit in which a case is open, and goes to its page.
pub(super) async fn open_case(node: &Node, case: &OpenCase, t: Texts) -> Result<Response, Sorry> {
    let holds = Holds::Case {
        id: *case.id.as_bytes(),
        key: *case.key.as_bytes(),
        language: t.language.code().to_owned(),
        is_adult: t.address == Address::Vous,
        uploading: None,
    };
    let token = begin(node, &Content { holds, said: None }).await?;
    Ok(went("/c", Some(&token)))
}

impl InCase {
    /// The frame of a page of the case.
    pub(super) fn frame(&self, path: &'static str) -> Frame {
        Frame::new(self.t, path).with_form(self.token.form_token())
    }

    /// Keeps the case open for another while.
    pub(super) async fn stay(&self, node: &Node) -> Result<(), Sorry> {
        let holds = Holds::Case {
            id: *self.case.id.as_bytes(),
            key: *self.case.key.as_bytes(),
            language: self.t.language.code().to_owned(),
            is_adult: self.is_adult,
            uploading: self.uploading,
        };
        store(node, &self.token, &Content { holds, said: self.said.clone() }).await
    }

    /// Goes to the page that says this.
    pub(super) async fn say(mut self, node: &Node, said: Said) -> Result<Response, Sorry> {
        let next = said.at.clone();
        self.said = Some(said);
        self.stay(node).await?;
        Ok(went(&next, None))
    }

    /// What this page is to say; it says it once.
    pub(super) async fn hear(&mut self, node: &Node, path: &str) -> Result<Option<Said>, Sorry> {
        let said = self.said.take_if(|said| said.at == path);
        if said.is_some() {
            self.stay(node).await?;
        }
        Ok(said)
    }

    /// What this page goes on saying until the next answer.
    pub(super) fn hears(&self, path: &str) -> Option<&Said> {
        self.said.as_ref().filter(|said| said.at == path)
    }

    /// Lets go of a case that ended, and goes to the page that says so. The cookie opens nothing but that from here on, so
    /// that a form which was sent twice hears of it too.
    pub(super) async fn over(self, node: &Node, said: Said) -> Result<Response, Sorry> {
        let next = format!("{}?lang={}", said.at, self.t.language.code());
        store(node, &self.token, &Content { holds: Holds::Nothing {}, said: Some(said) }).await?;
        Ok(went(&next, None))
    }

    /// Closes the case in this browser.
    pub(super) async fn close(&self, node: &Node) -> Result<(), Sorry> {
        Ok(node.visits.end(&self.token).await?)
    }
}

/// Goes to the page that says this to somebody who may have a visit or none. Whatever the visit holds stays.
pub(super) async fn say(node: &Node, headers: &HeaderMap, t: Texts, said: Said) -> Result<Response, Sorry> {
    let next = format!("{}?lang={}", said.at, t.language.code());
    let token = match content(headers, node).await? {
        Some((token, Content { holds, .. })) => {
            store(node, &token, &Content { holds, said: Some(said) }).await?;
            token
        }
        None => begin(node, &Content { holds: Holds::Nothing {}, said: Some(said) }).await?,
    };
    Ok(went(&next, Some(&token)))
}

/// What this page is to say to somebody who may have a visit or none; it says it once.
pub(super) async fn hear(node: &Node, headers: &HeaderMap, path: &str) -> Result<Option<Said>, Sorry> {
    let Some((token, Content { holds, said: Some(said) })) = content(headers, node).await? else { return Ok(None) };
    if said.at != path {
        return Ok(None);
    }
    match holds {
        Holds::Nothing {} => node.visits.end(&token).await?,
        holds => store(node, &token, &Content { holds, said: None }).await?,
    }
    Ok(Some(said))
}

/// How French speaks to whoever a request's visit is of; `None` without one.
async fn address(node: &Node, headers: &HeaderMap) -> Option<Address> {
    let (_, Content { holds, .. }) = content(headers, node).await.ok()??;
    let is_adult = match holds {
        Holds::Draft(draft) => is_said_vous(&draft),
        Holds::Case { is_adult, .. } | Holds::Sent { is_adult, .. } => is_adult,
        Holds::Nothing {} => return None,
    };
    Some(if is_adult { Address::Vous } else { Address::Tu })
}

fn is_said_vous(draft: &Draft) -> bool {
    draft.situation.is_said_vous() || draft.age.is_some_and(crate::intake::Age::is_adult)
}

/// The texts of a page that anybody may read: to whoever has a visit as there, to everybody else as to the young. Neither
/// prolongs a visit nor begins one.
pub(super) struct Reading(pub(super) Texts);

impl FromRequestParts<Node> for Reading {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Infallible> {
        let t = Texts::from_request_parts(parts, node).await?;
        let address = address(node, &parts.headers).await.unwrap_or(Address::Tu);
        Ok(Self(Texts { address, ..t }))
    }
}

/// Ends whatever visit a request has, with the files that were in it alone.
pub(super) async fn leave(node: &Node, headers: &HeaderMap) -> Result<(), Sorry> {
    let Some((token, content)) = content(headers, node).await? else { return Ok(()) };
    let (mut files, uploading) = match content.holds {
        Holds::Draft(draft) => (draft.uploads.iter().map(|upload| upload.id).collect(), draft.uploading),
        Holds::Case { uploading, .. } => (vec![], uploading),
        Holds::Sent { .. } | Holds::Nothing {} => (vec![], None),
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
    if let Ok(path) = HeaderValue::from_str(&chosen::reached(path)) {
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

async fn begin(node: &Node, content: &Content) -> Result<VisitToken, Sorry> {
    Ok(node.visits.begin(&plain(content)?, content.holds.seconds()).await?)
}

async fn store(node: &Node, token: &VisitToken, content: &Content) -> Result<(), Sorry> {
    Ok(node.visits.keep(token, &plain(content)?, content.holds.seconds()).await?)
}

fn plain(content: &Content) -> Result<Zeroizing<Vec<u8>>, Problem> {
    serde_json::to_vec(content).map(Zeroizing::new).map_err(|_| Problem::internal())
}

/// Whatever goes wrong from here on is said like this too.
fn said_to(t: Texts, is_adult: bool) -> Texts {
    let t = Texts { address: if is_adult { Address::Vous } else { Address::Tu }, ..t };
    chosen::speak(t);
    t
}

fn cookie(headers: &HeaderMap) -> Option<VisitToken> {
    form::cookie(headers, COOKIE_NAME).and_then(VisitToken::parse)
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
    let language = parts.extensions.get().map_or(language, |offers: &Offers| offers.nearest(language));
    Texts { language, ..texts }
}

impl FromRequestParts<Node> for Drafting {
    type Rejection = Sorry;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Sorry> {
        match content(&parts.headers, node).await? {
            Some((token, Content { holds: Holds::Draft(draft), said })) => {
                let t = texts(parts, node, &draft.language).await;
                let mut drafting = Self { t: said_to(t, is_said_vous(&draft)), draft: *draft, token, said };
                if drafting.draft.language != t.language.code() {
                    drafting.draft.language = t.language.code().to_owned();
                    drafting.keep_here(node).await?;
                }
                Ok(drafting)
            }
            // A script that sends a part of a file is led nowhere: it is told that the draft is over.
            Some((token, Content { holds: Holds::Sent { id, key, language, is_adult }, .. }))
                if !parts.headers.contains_key(TOKEN_HEADER) =>
            {
                let t = said_to(texts(parts, node, &language).await, is_adult);
                node.visits.end(&token).await?;
                let case = OpenCase { id: CaseId::from_bytes(id), key: CaseKey::from_bytes(key) };
                Err(Sorry::arrived(t, open_case(node, &case, t).await?))
            }
            // Whoever goes back from the open case is led to it again.
            Some((_, Content { holds: Holds::Case { language, is_adult, .. }, .. })) if parts.method == Method::GET => {
                Err(Sorry::arrived(said_to(texts(parts, node, &language).await, is_adult), went("/c", None)))
            }
            _ => Err(Sorry::over(said_to(texts(parts, node, "").await, false))),
        }
    }
}

impl FromRequestParts<Node> for InCase {
    type Rejection = Sorry;

    async fn from_request_parts(parts: &mut Parts, node: &Node) -> Result<Self, Sorry> {
        match content(&parts.headers, node).await? {
            Some((token, Content { holds: Holds::Case { id, key, language, is_adult, uploading }, said })) => {
                let t = said_to(texts(parts, node, &language).await, is_adult);
                let case = OpenCase { id: CaseId::from_bytes(id), key: CaseKey::from_bytes(key) };
                let here = Self { case, t, uploading, token, is_adult, said };
                here.stay(node).await?;
                Ok(here)
            }
            Some((_, Content { holds: Holds::Nothing {}, said: Some(said) })) if said.at == GONE => {
                Err(Sorry::ended(said_to(texts(parts, node, "").await, said.is_to_adult())))
            }
            _ => Err(Sorry::closed(said_to(texts(parts, node, "").await, false))),
        }
    }
}

/// What a page's form sends. A form that another site's page sent is refused: browsers say where a request comes from.
impl FromRequest<Node> for Fields {
    type Rejection = Sorry;

    async fn from_request(request: Request, node: &Node) -> Result<Self, Sorry> {
        let (mut parts, body) = request.into_parts();
        let Ok(t) = Texts::from_request_parts(&mut parts, node).await;
        Self::read(Request::from_parts(parts, body), FORM_BYTES_MAX).await.map_err(|error| match error {
            FormError::Elsewhere => Sorry::elsewhere(said_to(t, false)),
            FormError::TooMuch => Sorry::too_much(said_to(t, false)),
        })
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
        let fields = Fields::from_request(Request::from_parts(parts, body), node).await;
        let fields = fields.map_err(|sorry| sorry.said_in(visit.texts()))?;
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
        let body = to_bytes(body, SEALED_PART_BYTES).await;
        let visit = V::from_request_parts(&mut parts, node).await?;
        let given = parts.headers.get(TOKEN_HEADER).map_or(&b""[..], HeaderValue::as_bytes);
        // No link and no bookmark sends a part: "none" is no answer here.
        let site = parts.headers.get(HeaderName::from_static("sec-fetch-site"));
        let is_ours = is_from_here(&parts.headers) && site.is_none_or(|site| site == "same-origin");
        if !is_ours || !bool::from(given.ct_eq(visit.form_token().as_bytes())) {
            return Err(Sorry::elsewhere(visit.texts()));
        }
        let body = body.map_err(|_| Sorry::too_much(visit.texts()))?;
        Ok(Self { visit, headers: parts.headers, body })
    }
}
