//! A file for the team, sealed in the browser: `/s/5/*` for a draft, `/c/8` and `/c/8/*` for an open case. See
//! docs/design/0011-sealed-upload.md.
//!
//! | path | body | answer |
//! | --- | --- | --- |
//! | `../1` | nothing | 200, the upload's id in hex digits |
//! | `../2` | one sealed part; `x-upload`: the id, `x-part`: its place from 0 | 204; 409 when it does not follow |
//! | `../3` | `{"id", "parts", "keys"}` | 204: the file is in the draft, or in the case |
//! | `../4` | nothing | 204: what came of it is deleted |
//!
//! All are sent by `web/scripts/upload.js` with the form's token in `x-form`. Refused: 403 when no such file is taken here
//! or the token is not the visit's, 410 when the visit or the upload is over, 413 when the file is too large, 429 when one
//! address begins too many, 507 when the node has no room.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use sealing::Recipient;

use super::frame::{Frame, Loads, page};
use super::sorry::Sorry;
use super::visit::{Drafting, HasForms, InCase, Sent, went};
use crate::access::Tried;
use crate::http::locale::Texts;
use crate::intake::retention::DRAFT_SECONDS;
use crate::intake::uploads::{UPLOAD_BYTES_MAX, UPLOADS_PER_CASE_MAX, Upload, UploadError, UploadId, Uploading, Whole};
use crate::intake::{CaseView, IntakeError};
use crate::node::Node;

/// Bytes of a megabyte as people count them.
const MEGABYTE: u64 = 1_000_000;

/// What the section of a page needs (`upload.html`).
pub(super) struct Section {
    /// Paths of the requests: this and a digit.
    pub(super) path: &'static str,
    /// Whose keys the file's key is sealed to: hex digits, a blank between.
    pub(super) recipients: String,
    /// Files that are in the draft, to be taken back: hex digits.
    pub(super) held: Vec<String>,
    /// How many more may come.
    pub(super) left: usize,
    pub(super) bytes_max: u64,
    pub(super) megabytes_max: u64,
    pub(super) in_case: bool,
    /// That a file lies in a case at most.
    pub(super) days: u64,
}

impl Section {
    fn of(node: &Node, path: &'static str, recipients: &[Recipient], held: Vec<String>, count: usize) -> Self {
        Self {
            path,
            recipients: recipients.iter().map(Recipient::to_string).collect::<Vec<_>>().join(" "),
            held,
            left: UPLOADS_PER_CASE_MAX.saturating_sub(count),
            bytes_max: UPLOAD_BYTES_MAX,
            megabytes_max: UPLOAD_BYTES_MAX / MEGABYTE,
            in_case: path == CASE_PATH,
            days: node.intake.retention().file_days.into(),
        }
    }

    /// What the page of a draft offers; nothing where no file is taken.
    pub(super) async fn of_draft(node: &Node, visit: &Drafting) -> Result<Option<Self>, Sorry> {
        let draft = &visit.draft;
        let recipients = node.intake.sealed_to(draft.class(), draft.situation).await?;
        let held: Vec<String> = draft.uploads.iter().map(|upload| upload.id.digits()).collect();
        let count = held.len();
        Ok((!recipients.is_empty()).then(|| Self::of(node, DRAFT_PATH, &recipients, held, count)))
    }

    /// What the page of a case offers.
    async fn of_case(node: &Node, view: &CaseView) -> Result<Option<Self>, Sorry> {
        let recipients = node.intake.sealed_to(view.row.class, view.situation).await?;
        let count = view.uploads.iter().filter(|file| file.upload.is_some()).count();
        Ok((!recipients.is_empty()).then(|| Self::of(node, CASE_PATH, &recipients, vec![], count)))
    }
}

const DRAFT_PATH: &str = "/s/5";
const CASE_PATH: &str = "/c/8";

/// Shows the page of a case that takes a file; the case itself where none is taken.
pub(super) async fn show(State(node): State<Node>, visit: InCase) -> Result<Response, Sorry> {
    let view = said(&visit, node.intake.view(&visit.case).await)?;
    let Some(section) = Section::of_case(&node, &view).await? else { return Ok(went("/c", None)) };
    let shown = UploadPage { frame: visit.frame(CASE_PATH), t: visit.t, section };
    Ok(page(visit.t, Loads::Wasm, &shown)?)
}

/// Whether a case may take a file, for its page.
pub(super) async fn is_taken(node: &Node, view: &CaseView) -> Result<bool, Sorry> {
    Ok(Section::of_case(node, view).await?.is_some())
}

/// Takes files out of a draft that are gone, or that are not taken any more as it is answered now; true when there were
/// any.
pub(super) async fn prune(node: &Node, visit: &mut Drafting) -> Result<bool, Sorry> {
    let draft = &mut visit.draft;
    if draft.uploads.is_empty() && draft.uploading.is_none() {
        return Ok(false);
    }
    let ids: Vec<UploadId> = draft.uploads.iter().map(|upload| upload.id).collect();
    if node.intake.sealed_to(draft.class(), draft.situation).await?.is_empty() {
        for id in ids.into_iter().chain(draft.uploading.take().map(|uploading| uploading.id)) {
            node.intake.give_up_upload(id).await?;
        }
        draft.uploads.clear();
        return Ok(true);
    }
    let there = node.intake.keep_uploads(&ids, DRAFT_SECONDS).await?;
    draft.uploads.retain(|upload| there.contains(&upload.id));
    Ok(draft.uploads.len() < ids.len())
}

/// Takes one file out of a draft, as a form says.
pub(super) async fn remove(node: &Node, visit: &mut Drafting, digits: &str) -> Result<(), Sorry> {
    let held = visit.draft.uploads.iter().position(|upload| upload.id.digits() == digits);
    if let Some(place) = held {
        let upload = visit.draft.uploads.remove(place);
        node.intake.give_up_upload(upload.id).await?;
    }
    Ok(())
}

/// A visit that a file can be sent in.
pub(super) trait Takes: HasForms {
    fn uploading(&self) -> Option<Uploading>;
    /// Whoever it is sealed to; nobody where no file is taken.
    async fn recipients(&self, node: &Node) -> Result<Vec<Recipient>, IntakeError>;
    /// Begins another one.
    async fn begin(&self, node: &Node) -> Result<Uploading, IntakeError>;
    /// Keeps which one is under way.
    async fn keep_uploading(&mut self, node: &Node, uploading: Option<Uploading>) -> Result<(), Sorry>;
    /// Keeps one that is whole; again is the same as once.
    async fn keep_whole(&mut self, node: &Node, upload: Upload) -> Result<(), Sorry>;
    /// Whether this one was kept before.
    fn has(&self, id: UploadId) -> bool;
}

impl Takes for Drafting {
    fn uploading(&self) -> Option<Uploading> {
        self.draft.uploading
    }

    async fn recipients(&self, node: &Node) -> Result<Vec<Recipient>, IntakeError> {
        Ok(node.intake.sealed_to(self.draft.class(), self.draft.situation).await?)
    }

    async fn begin(&self, node: &Node) -> Result<Uploading, IntakeError> {
        let held: Vec<UploadId> = self.draft.uploads.iter().map(|upload| upload.id).collect();
        node.intake.begin_upload(self.draft.class(), &held, DRAFT_SECONDS).await
    }

    async fn keep_uploading(&mut self, node: &Node, uploading: Option<Uploading>) -> Result<(), Sorry> {
        self.draft.uploading = uploading;
        self.keep_here(node).await
    }

    async fn keep_whole(&mut self, node: &Node, upload: Upload) -> Result<(), Sorry> {
        self.draft.uploading = None;
        self.draft.uploads.push(upload);
        self.keep_here(node).await
    }

    fn has(&self, id: UploadId) -> bool {
        self.draft.uploads.iter().any(|upload| upload.id == id)
    }
}

impl Takes for InCase {
    fn uploading(&self) -> Option<Uploading> {
        self.uploading
    }

    async fn recipients(&self, node: &Node) -> Result<Vec<Recipient>, IntakeError> {
        let view = node.intake.view(&self.case).await?;
        Ok(node.intake.sealed_to(view.row.class, view.situation).await?)
    }

    async fn begin(&self, node: &Node) -> Result<Uploading, IntakeError> {
        let class = node.intake.view(&self.case).await?.row.class;
        let held = node.intake.uploads_of(&self.case).await?;
        node.intake.begin_upload(class, &held, DRAFT_SECONDS).await
    }

    async fn keep_uploading(&mut self, node: &Node, uploading: Option<Uploading>) -> Result<(), Sorry> {
        self.uploading = uploading;
        self.stay(node).await
    }

    async fn keep_whole(&mut self, node: &Node, upload: Upload) -> Result<(), Sorry> {
        said(self, node.intake.add_upload(&self.case, upload).await)
    }

    /// The upload itself knows, once it is in the case.
    fn has(&self, _: UploadId) -> bool {
        false
    }
}

/// Begins a file; one that was not finished is given up.
pub(super) async fn begin<V: Takes + Send>(
    State(node): State<Node>,
    tried: Tried,
    Sent { mut visit, .. }: Sent<V>,
) -> Result<Response, Sorry> {
    if said(&visit, visit.recipients(&node).await)?.is_empty() {
        return said(&visit, Err(UploadError::NotOffered.into()));
    }
    if !node.flood.may_upload(&tried) {
        return Err(Sorry::often(visit.texts()));
    }
    if let Some(before) = visit.uploading() {
        node.intake.give_up_upload(before.id).await?;
    }
    let uploading = said(&visit, visit.begin(&node).await)?;
    visit.keep_uploading(&node, Some(uploading)).await?;
    Ok(([(CACHE_CONTROL, "no-store")], uploading.id.digits()).into_response())
}

/// Keeps a part.
pub(super) async fn part<V: Takes + Send>(
    State(node): State<Node>,
    Sent { visit, headers, body }: Sent<V>,
) -> Result<Response, Sorry> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let id = header("x-upload").and_then(UploadId::from_digits);
    let position = header("x-part").and_then(|text| text.parse::<u32>().ok());
    let (Some(uploading), Some(id), Some(position)) = (visit.uploading(), id, position) else {
        return said(&visit, Err(UploadError::Gone.into()));
    };
    if uploading.id != id {
        return said(&visit, Err(UploadError::Gone.into()));
    }
    said(&visit, node.intake.add_part(&uploading, position.into(), &body, DRAFT_SECONDS).await)?;
    Ok(done())
}

/// Takes a file whose parts have all come, with its keys.
pub(super) async fn finish<V: Takes + Send>(
    State(node): State<Node>,
    Sent { mut visit, body, .. }: Sent<V>,
) -> Result<Response, Sorry> {
    let recipients = said(&visit, visit.recipients(&node).await)?;
    if recipients.is_empty() {
        return said(&visit, Err(UploadError::NotOffered.into()));
    }
    let read = Whole::read(&body, &recipients).ok();
    let read = read.and_then(|whole| UploadId::from_digits(&whole.id).map(|id| (id, whole)));
    let Some((id, Whole { parts, keys, .. })) = read else {
        return Ok(([(CACHE_CONTROL, "no-store")], StatusCode::BAD_REQUEST).into_response());
    };
    if visit.has(id) {
        return Ok(done());
    }
    if visit.uploading().is_none_or(|uploading| uploading.id != id) {
        return said(&visit, Err(UploadError::Gone.into()));
    }
    let upload = Upload { id, parts, keys };
    if !node.intake.is_whole(&upload).await? {
        return said(&visit, Err(UploadError::NotNext.into()));
    }
    visit.keep_whole(&node, upload).await?;
    Ok(done())
}

/// Gives a file up that is under way.
pub(super) async fn cancel<V: Takes + Send>(
    State(node): State<Node>,
    Sent { mut visit, .. }: Sent<V>,
) -> Result<Response, Sorry> {
    if let Some(uploading) = visit.uploading() {
        node.intake.give_up_upload(uploading.id).await?;
        visit.keep_uploading(&node, None).await?;
    }
    Ok(done())
}

fn done() -> Response {
    ([(CACHE_CONTROL, "no-store")], StatusCode::NO_CONTENT).into_response()
}

fn said<T>(visit: &impl HasForms, result: Result<T, IntakeError>) -> Result<T, Sorry> {
    result.map_err(|error| Sorry::from(error).said_in(visit.texts()))
}

#[derive(Template)]
#[template(path = "intake/pages/upload_page.html")]
struct UploadPage {
    frame: Frame,
    t: Texts,
    section: Section,
}
