//! What a verdict of the desk does to a case, in the verdict's own transaction: the answer is written, files are destroyed.

use exchange::Time;

use super::case::{AlertTodo, Append, opened, seal, uploads_in};
use super::model::{Author, Item, OpenCase, WaitsFor, What};
use super::uploads::{self, Upload};
use super::{Intake, IntakeError, queries};
use crate::storage::{Session, Transact};

impl Intake {
    /// Writes the hotline's answer, if there is one, and destroys the case's files: their parts are deleted, and the items
    /// that held their keys are written anew without them. The case's row is written first, so whoever else adds to it waits.
    pub(crate) async fn conclude(
        &self,
        on: &mut Session,
        case: &OpenCase,
        answer: Option<&str>,
        destroys: bool,
        now: Time,
    ) -> Result<(), IntakeError> {
        let mut whats: Vec<What> =
            answer.map(|text| What::Message { by: Author::Hotline, text: text.to_owned() }).into_iter().collect();
        let items = opened(on, case).await?;
        let standing = if destroys { uploads_in(&items) } else { Vec::new() };
        // One whose time was over before was looked at by nobody any more: nothing says that it was.
        let there = uploads::there(on, &standing).await?;
        let keyed: Vec<(i64, Time, Upload)> = items
            .into_iter()
            .filter_map(|(position, Item { at, what })| match what {
                What::Upload(upload) if standing.contains(&upload.id) => Some((position, at, upload)),
                _ => None,
            })
            .collect();
        let checked = keyed.iter().filter(|(.., upload)| there.contains(&upload.id));
        whats.extend(checked.map(|(position, ..)| What::Checked { position: *position }));
        let (waits_for, alert) = match answer {
            Some(_) => (WaitsFor::Person, AlertTodo::Tell),
            None => (WaitsFor::Nobody, AlertTodo::Keep),
        };
        let items = whats.into_iter().map(|what| Item { at: now, what }).collect();
        Append { intake: self, case, waits_for: Some(waits_for), items, alert, now }.run(on).await?;
        let mut rng = self.entropy.rng();
        for (position, at, upload) in keyed {
            let without = Item { at, what: What::Upload(Upload { keys: Vec::new(), ..upload }) };
            queries::replace_item(on, case.id, position, &seal(&case.key, case.id, position, &without, &mut rng))
                .await?;
        }
        Ok(())
    }
}
