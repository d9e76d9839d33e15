//! A file: what it is known as, blurred, and sharp where it is held.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};

use super::case::open;
use super::said::{path, said, to, word};
use super::shown::{KinLine, kin};
use super::work::{found, frame};
use crate::access::staff::{Analyst, Handle};
use crate::casework::preview::PreviewError;
use crate::casework::{CaseworkError, Cell, GRID, May, Work};
use crate::desk::{Form, Frame, Refused, page, went};
use crate::http::locale::Texts;
use crate::intake::CaseView;
use crate::intake::uploads::Upload;
use crate::node::Node;

/// Shows what a file is known as, and the blur.
pub(super) async fn show(
    who: Analyst,
    State(node): State<Node>,
    Path((id, position)): Path<(String, i64)>,
) -> Result<Response, Refused> {
    let (t, work) = (who.t(), found(&node, &who, &id).await?);
    let exposure = node.casework.exposure(&who).await?;
    match exposure.may {
        May::Look => {}
        May::Break(_) | May::NotToday => return Ok(went("/desk/break", &[])),
    }
    let opened = async {
        let (_, view) = open(&node, &who, &work).await?;
        let upload = upload(&view, position)?.clone();
        let known = node.casework.open_file(&who, &work, &view, &upload).await?;
        Ok::<_, CaseworkError>((view, known))
    };
    let (view, known) = match opened.await {
        Ok(opened) => opened,
        Err(error) => return Ok(to(&path(work.id), word(error)?)),
    };
    node.casework.renew(&who, work.id).await?;
    let zone = who.signed().zone(&node).await?;
    let class = view.row.class;
    let standing = view.pictures.iter().map(|picture| picture.position);
    let places: Vec<i64> = standing.collect();
    let shown = FilePage {
        frame: frame(&node, &who, &work).await?,
        t,
        said: said(t, None),
        short: work.id.short(),
        back: path(work.id),
        base: format!("{}/file/{position}", path(work.id)),
        sides: known.sides,
        grid: GRID,
        cells: Cell::all().map(|cell| cell.number().into()).collect(),
        is: known.is.iter().filter_map(|place| places.iter().position(|one| one == place)).map(|at| at + 1).collect(),
        kin: known.kin.iter().flatten().map(|one| kin(t, class, &zone, one)).collect(),
        seen: t.me_seen(t.language.duration(exposure.seconds), t.language.duration(exposure.seconds_max)),
        seconds: exposure.seconds,
        seconds_max: exposure.seconds_max,
    };
    page(t, &shown)
}

/// All of it, blurred beyond recognition.
pub(super) async fn blurred(
    who: Analyst,
    State(node): State<Node>,
    Path((id, position)): Path<(String, i64)>,
) -> Result<Response, Refused> {
    let work = found(&node, &who, &id).await?;
    let blurred = async {
        let upload = held(&node, &who, &work, position).await?;
        node.casework.blurred(&who, &work, &upload).await
    };
    answer(blurred.await)
}

/// One region, sharp, for a second: the page asks again while it is held.
pub(super) async fn look(
    State(node): State<Node>,
    Path((id, position)): Path<(String, i64)>,
    form: Form<Analyst>,
) -> Result<Response, Refused> {
    let work = found(&node, &form.who, &id).await?;
    let sharp = async {
        let cell = form.fields.one("cell").parse().ok().and_then(Cell::of_number).ok_or(CaseworkError::Gone)?;
        let upload = held(&node, &form.who, &work, position).await?;
        node.casework.sharp(&form.who, &work, &upload, cell).await
    };
    answer(sharp.await)
}

async fn held(node: &Node, who: &Analyst, work: &Work, position: i64) -> Result<Upload, CaseworkError> {
    let (_, view) = open(node, who, work).await?;
    upload(&view, position).cloned()
}

fn upload(view: &CaseView, position: i64) -> Result<&Upload, CaseworkError> {
    let file = view.uploads.iter().find(|file| file.position == position);
    file.and_then(|file| file.upload.as_ref()).ok_or(CaseworkError::Gone)
}

/// A PNG that no browser keeps, names or hands on; or a status that the page's script knows.
fn answer(made: Result<Vec<u8>, CaseworkError>) -> Result<Response, Refused> {
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_DISPOSITION, "inline"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    Ok(match made {
        Ok(png) => (headers, [(CONTENT_TYPE, "image/png")], png).into_response(),
        Err(CaseworkError::Enough) => (headers, StatusCode::TOO_MANY_REQUESTS).into_response(),
        Err(CaseworkError::NotYours | CaseworkError::Gone) => (headers, StatusCode::GONE).into_response(),
        Err(CaseworkError::Preview(PreviewError::Over)) => (headers, StatusCode::RESET_CONTENT).into_response(),
        Err(error) => {
            word(error)?;
            (headers, StatusCode::UNPROCESSABLE_ENTITY).into_response()
        }
    })
}

#[derive(Template)]
#[template(path = "casework/pages/file.html")]
struct FilePage {
    frame: Frame,
    t: Texts,
    said: Option<(bool, &'static str)>,
    short: String,
    back: String,
    base: String,
    sides: (u32, u32),
    grid: u32,
    cells: Vec<u64>,
    is: Vec<usize>,
    kin: Vec<KinLine>,
    seen: String,
    seconds: u64,
    seconds_max: u64,
}
