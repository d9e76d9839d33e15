//! Face estimation: declared, not offered. Whoever wants it needs a model whose errors by age, sex and origin are published, evidence
//! of ISO/IEC 30107-3 against pictures and masks, and a process of its own that keeps no picture; none can be had or vouched for here.

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::age::attester::Desk;
use crate::age::attester::evidence::{Declaration, Evidence, Field, Level, NotProven, Retains, Sent, Step, Told};

/// The way itself, which an attester refuses to start with.
#[derive(Clone, Copy, Debug)]
pub struct Face;

impl Evidence for Face {
    fn declaration(&self) -> Declaration {
        Declaration {
            id: "face",
            level: Level::Standard,
            retains: Retains::Nothing,
            told: Told::Nobody,
            is_transitional: false,
            is_offered: false,
            stands_alone: true,
        }
    }

    fn fields(&self) -> &[Field] {
        &[]
    }

    fn begin<'e>(&'e self, _: &'e Desk, _: &'e str, _: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        async { Err(NotProven::Unreadable) }.boxed()
    }

    fn finish<'e>(&'e self, _: &'e Desk, _: &'e [u8], _: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        async { Err(NotProven::Unreadable) }.boxed()
    }
}
