//! `/s/7`: the six words; two typed back send the case.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use sealing::Receipt;
use subtle::ConstantTimeEq;

use super::alert;
use super::frame::{Frame, Loads, page};
use super::said::Said;
use super::sorry::Sorry;
use super::visit::{Answered, Drafting, went};
use crate::access::Tried;
use crate::http::Problem;
use crate::http::locale::Texts;
use crate::intake::{IntakeError, Step};
use crate::node::Node;

/// The words that are typed back, counted from 1.
const ASKED: [usize; 2] = [2, 5];
/// Where one waits one's turn: whoever is there typed the right words.
const WAITING: &str = "/s/7/1";

/// Shows the words, made at the first look.
pub(super) async fn show(State(node): State<Node>, mut visit: Drafting) -> Result<Response, Sorry> {
    let receipt = node.intake.words_of(&mut visit.draft)?;
    visit.draft.work = visit.draft.work.or_else(|| node.flood.work());
    let said = visit.hear(&node, Step::Receipt.path()).await?;
    visit.hear(&node, WAITING).await?;
    visit.keep_here(&node).await?;
    draw(&node, &visit, &receipt, said.unwrap_or_default())
}

/// Sends the case if the two words are right.
pub(super) async fn answer(
    State(node): State<Node>,
    tried: Tried,
    Answered { mut visit, fields }: Answered<Drafting>,
) -> Result<Response, Sorry> {
    let receipt = node.intake.words_of(&mut visit.draft)?;
    let words: Vec<&str> = receipt.words().collect();
    let is_right = ASKED.iter().all(|place| {
        let typed = fields.one(&format!("word{place}")).trim().to_lowercase();
        typed.as_bytes().ct_eq(words[place - 1].as_bytes()).into()
    });
    let alert = match alert::typed(fields.one("alert")) {
        _ if !node.alerts.is_offered() => None,
        // The page on which one waits one's turn does not ask again.
        _ if !fields.has("alert") => None,
        Ok(to) => {
            if visit.draft.alert != to {
                visit.draft.alert = to;
                visit.keep_here(&node).await?;
            }
            None
        }
        Err(error) => Some((fields.one("alert").to_owned(), alert::said(visit.t, error))),
    };
    // The page on which one waits has no words to send again.
    let words = !is_right && visit.hears(WAITING).is_none();
    if words || alert.is_some() {
        return visit.say(&node, Said { words, alert, ..Said::at(Step::Receipt.path()) }).await;
    }
    // A page that was opened while all was calm gives no right to send many now.
    visit.draft.work = visit.draft.work.or_else(|| node.flood.work());
    let challenge = *visit.draft.challenge();
    if let Some(work) = &mut visit.draft.work
        && !work.is_done_by(&challenge, fields.one("nonce"))
        && node.clock.now() < *work.until.get_or_insert_with(|| node.flood.turn())
    {
        return visit.say(&node, Said::at(WAITING)).await;
    }
    if !node.flood.may_send(&tried) {
        return Err(Sorry::often(visit.t));
    }
    match node.intake.send(&visit.draft).await {
        Ok(case) => {
            node.flood.note_case();
            visit.into_case(&node, &case).await
        }
        // A question was skipped by typing an address: it is asked now.
        Err(IntakeError::Incomplete(step)) if step != Step::Receipt => visit.keep(&node, step.path()).await,
        Err(error) => Err(Sorry::from(error).said_in(visit.t)),
    }
}

/// Without scripts one waits one's turn while the node is loaded.
pub(super) async fn show_waiting(State(node): State<Node>, visit: Drafting) -> Result<Response, Sorry> {
    let until = visit.draft.work.and_then(|work| work.until);
    let (Some(until), Some(_)) = (until, visit.hears(WAITING)) else {
        return Ok(went(Step::Receipt.path(), None));
    };
    let seconds = until.micros_since(node.clock.now()).div_ceil(1_000_000);
    Ok(page(visit.t, Loads::Plain, &Waiting { frame: visit.frame(Step::Receipt), t: visit.t, seconds })?)
}

fn draw(node: &Node, visit: &Drafting, receipt: &Receipt, said: Said) -> Result<Response, Sorry> {
    let (t, frame) = (visit.t, visit.frame(Step::Receipt));
    let is_typed = said.alert.is_some() && !said.words;
    let (typed, why) = match said.alert {
        Some((typed, why)) => (typed, Some(why)),
        None => (visit.draft.alert.clone().map(String::from).unwrap_or_default(), None),
    };
    let shown = ReceiptPage {
        ask: alert::Ask::of(node, &frame, &typed, why),
        frame,
        t,
        words: receipt.words().collect(),
        square: square(receipt)?,
        work: visit.draft.work.map(|work| (exchange::hex::encode(visit.draft.challenge()), work.bits)),
        asked: ASKED,
        is_wrong: said.words,
        is_typed,
        before: visit.before(Step::Receipt),
        days: node.intake.retention().case_days.into(),
    };
    Ok(page(t, Loads::Plain, &shown)?)
}

#[derive(Template)]
#[template(path = "intake/pages/waiting.html")]
struct Waiting {
    frame: Frame,
    t: Texts,
    seconds: u64,
}

/// The words as a square that a telephone reads: the words alone, no address.
fn square(receipt: &Receipt) -> Result<String, Problem> {
    let code = QrCode::with_error_correction_level(receipt.as_str(), EcLevel::M).map_err(|_| Problem::internal())?;
    let svg = code.render::<svg::Color<'_>>().min_dimensions(160, 160).build();
    // What stands before the element is for files, not for pages.
    Ok(svg.find("<svg").map_or(svg.clone(), |start| svg[start..].to_owned()))
}

#[derive(Template)]
#[template(path = "intake/pages/receipt.html")]
struct ReceiptPage<'a> {
    frame: Frame,
    t: Texts,
    words: Vec<&'a str>,
    square: String,
    /// Challenge in hex digits, and how many zero bits.
    work: Option<(String, u32)>,
    asked: [usize; 2],
    is_wrong: bool,
    /// Whether the two words were right, and only the address was not.
    is_typed: bool,
    /// About the neutral mail, where there is one.
    ask: Option<alert::Ask>,
    before: &'static str,
    days: u64,
}
