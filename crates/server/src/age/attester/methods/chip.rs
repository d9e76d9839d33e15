//! The chip of a passport or identity card: passive authentication (ICAO Doc 9303, part 11, section 5.1) over EF.SOD and EF.DG1, which
//! an application read from the chip. The state's signature is checked up to a list of its roots, the machine-readable zone against its
//! signed digest, and the date of birth is read from it. Neither file is kept.
//!
//! It shows that a state issued this document, not that whoever sends it is its holder: the chip itself is not asked.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

use super::certificate::Roots;
use super::security::is_signed_by_a_state;
use super::zone::Zone;
use crate::age::attester::Desk;
use crate::age::attester::evidence::{
    Declaration, Evidence, Field, FieldKind, FieldName, Level, NotProven, Retains, Sent, Step, Told, reached_by, today,
};

/// Vouchers for one document in 90 days, at most.
pub const DOCUMENT_USES_MAX: u32 = 4;

/// The way itself.
#[derive(Clone, Debug)]
pub struct Chip {
    roots: Arc<Roots>,
}

impl Chip {
    /// Documents of these states are taken.
    pub fn new(roots: Roots) -> Self {
        Self { roots: Arc::new(roots) }
    }

    async fn take(&self, desk: &Desk, sent: &Sent) -> Result<Step, NotProven> {
        let field = |name: FieldName| sent.bytes(name.as_str()).ok_or(NotProven::Unreadable);
        let (sod, dg1) = (field(FieldName::Sod)?, field(FieldName::Dg1)?);
        let zone = Zone::of(dg1, today(desk)).ok_or(NotProven::Unreadable)?;
        if !is_signed_by_a_state(sod, dg1, &self.roots, desk.now()).unwrap_or(false) || zone.expires < today(desk) {
            return Err(NotProven::NotConfirmed);
        }
        let reached = reached_by(zone.born, today(desk))?;
        desk.count_use("chip", zone.document.as_bytes(), DOCUMENT_USES_MAX).await?;
        Ok(Step::Reached(reached))
    }
}

impl Evidence for Chip {
    fn declaration(&self) -> Declaration {
        Declaration {
            id: "chip",
            level: Level::Enhanced,
            retains: Retains::CountedDigest,
            told: Told::Nobody,
            is_transitional: false,
            is_offered: true,
            stands_alone: true,
        }
    }

    fn fields(&self) -> &[Field] {
        &[Field { name: FieldName::Sod, kind: FieldKind::File }, Field { name: FieldName::Dg1, kind: FieldKind::File }]
    }

    fn begin<'e>(&'e self, desk: &'e Desk, _: &'e str, sent: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        self.take(desk, sent).boxed()
    }

    fn finish<'e>(&'e self, _: &'e Desk, _: &'e [u8], _: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        async { Err(NotProven::Unreadable) }.boxed()
    }
}
