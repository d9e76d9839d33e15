//! What partners did about a source's entries, on its way back: queued in the transaction that takes the outcome, sent in the
//! source's words after each of its turns, until it has it or refuses it for good.

use exchange::{Outcome, OutcomeId, OutcomeKind, PartnerId, Time};
use sha2::{Digest, Sha256};

use super::Follow;
use super::ask::{Asker, Trouble, is_final};
use super::home::Home;
use super::model::FollowError;
use super::queries::{self, WaitingRow};
use super::steps::{Claimed, open_reference};
use super::wires::{Said, Wire};
use crate::storage::{Session, StorageError};

/// Outcomes that go back in one turn, at most.
const PER_TURN: u32 = 200;

/// Queues what of these outcomes is about entries of sources; gives how many wait already. `seen` is no judgement and goes back
/// to nobody.
pub(crate) async fn note(
    on: &mut Session,
    partner: PartnerId,
    outcomes: &[Outcome],
    now: Time,
) -> Result<u64, StorageError> {
    let mut repeated = 0;
    for outcome in outcomes.iter().filter(|outcome| outcome.kind != OutcomeKind::Seen) {
        if let Some(source) = queries::source_of(on, outcome.entry).await? {
            repeated += u64::from(!queries::queue(on, partner, source, outcome, now).await?);
        }
    }
    Ok(repeated)
}

/// Sends what waits for a source; gives how many went.
pub(super) async fn send<H: Home>(follow: &Follow<H>, source: &Claimed) -> Result<u64, FollowError> {
    let waiting = queries::waiting(&mut follow.database.read().await?, source.id, PER_TURN).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut wire = Wire::of(source)?;
    let ask = Asker { http: &follow.http, pace: follow.pace, now: follow.now() };
    let mut sent = 0;
    for row in waiting {
        let refused = match tell(follow, source, &mut wire, &ask, &row).await? {
            Ok(true) => {
                sent += 1;
                None
            }
            // Nothing that this source could be told.
            Ok(false) => None,
            Err(trouble) if is_final(&trouble) => Some(trouble.to_string()),
            Err(trouble) => {
                tracing::warn!(source = %source.name, %trouble, "outcomes wait");
                break;
            }
        };
        if let Some(why) = &refused {
            tracing::error!(source = %source.name, entry = %row.entry, why, "an outcome was refused");
            metrics::counter!("rempart_follow_refused_total", "source" => source.name.to_string()).increment(1);
        }
        let mut on = follow.database.write().await?;
        queries::settle(&mut on, &row, refused.as_deref()).await?;
        on.commit().await?;
        tokio::time::sleep(follow.pace.page_pause).await;
    }
    Ok(sent)
}

/// About every record that the entry is there.
async fn tell<H: Home>(
    follow: &Follow<H>,
    source: &Claimed,
    wire: &mut Wire,
    ask: &Asker<'_>,
    row: &WaitingRow,
) -> Result<Result<bool, Trouble>, FollowError> {
    let references = queries::references(&mut follow.database.read().await?, source.id, row.entry).await?;
    let mut any = false;
    for (record, sealed) in references {
        let Some(reference) = open_reference(&follow.key, source.id, &record, &sealed) else { continue };
        let said = Said {
            id: id_there(row, &record),
            kind: row.kind,
            reason: row.reason,
            copies: row.copies,
            at: row.at,
            reference,
        };
        match wire.tell(ask, &said).await {
            Ok(told) => any |= told,
            Err(trouble) => return Ok(Err(trouble)),
        }
    }
    Ok(Ok(any))
}

/// An id that is the same each time it is sent, and another for each partner's outcome and each record.
fn id_there(row: &WaitingRow, record: &[u8; 32]) -> OutcomeId {
    let digest = Sha256::new().chain_update(row.partner.as_bytes()).chain_update(row.outcome.as_bytes());
    let digest = digest.chain_update(record).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Of version 8: of our own making.
    (bytes[6], bytes[8]) = ((bytes[6] & 0x0f) | 0x80, (bytes[8] & 0x3f) | 0x80);
    OutcomeId::from_bytes(bytes)
}
