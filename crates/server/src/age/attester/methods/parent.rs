//! A parent vouches for a child's age group: the parent's own voucher, of this attester and for 18 or over, and one of 13, 15, 16. One
//! voucher serves so many children and no more.

use agetoken::{AttesterKey, Threshold, Thresholds, Voucher};
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::age::attester::Desk;
use crate::age::attester::evidence::{
    Declaration, Evidence, Field, FieldKind, FieldName, Level, NotProven, Retains, Sent, Step, Told,
};

/// Children that one parent's voucher serves, at most, in 90 days.
pub const CHILDREN_MAX: u32 = 6;

/// The way itself, for the vouchers of this key.
#[derive(Clone, Debug)]
pub struct Parent(pub AttesterKey);

impl Evidence for Parent {
    fn declaration(&self) -> Declaration {
        Declaration {
            id: "parent",
            level: Level::Asserted,
            retains: Retains::CountedDigest,
            told: Told::Nobody,
            is_transitional: false,
            is_offered: true,
            stands_alone: false,
        }
    }

    fn fields(&self) -> &[Field] {
        &[
            Field { name: FieldName::Voucher, kind: FieldKind::Line },
            Field { name: FieldName::Bracket, kind: FieldKind::ChildAge },
        ]
    }

    fn begin<'e>(&'e self, desk: &'e Desk, _: &'e str, sent: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        async move {
            let text = sent.text(FieldName::Voucher.as_str()).ok_or(NotProven::Unreadable)?;
            let voucher: Voucher = text.parse().map_err(|_| NotProven::Unreadable)?;
            let bracket = sent.text(FieldName::Bracket.as_str()).ok_or(NotProven::Unreadable)?;
            let bracket: Threshold = bracket.parse().map_err(|_| NotProven::Unreadable)?;
            if bracket == Threshold::Over18 {
                return Err(NotProven::Unreadable);
            }
            if !voucher.is_good(&self.0, desk.now()) || !voucher.reached().contain(Threshold::Over18) {
                return Err(NotProven::NotConfirmed);
            }
            desk.count_use("parent", &voucher.digest(), CHILDREN_MAX).await?;
            Ok(Step::Reached(Thresholds::reached_at(u32::from(bracket.years()))))
        }
        .boxed()
    }

    fn finish<'e>(&'e self, _: &'e Desk, _: &'e [u8], _: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        async { Err(NotProven::Unreadable) }.boxed()
    }
}
