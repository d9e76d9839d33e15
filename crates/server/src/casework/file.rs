//! A sealed file under somebody's eyes: opened with their secret, blurred, and sharp where they hold.

use std::collections::HashSet;
use std::sync::Arc;

use exchange::Time;
use sealing::FileKey;
use zeroize::Zeroizing;

use super::Casework;
use super::known::{Kin, standing};
use super::model::{CaseworkError, Work, WorkId};
use super::preview::{PreviewError, Seen, blurred, sharp};
use crate::access::audit::{self, Act};
use crate::access::staff::{Analyst, StaffId};
use crate::intake::CaseView;
use crate::intake::uploads::{SealedKey, UPLOAD_BYTES_MAX, Upload};
use crate::storage::{Session, StorageError, Transact};

const OPENED: Act = Act::new("file.opened");

/// A picture is held at one of so many places across, and as many down.
pub const GRID: u32 = 5;
/// A region is two cells wide and high.
const REGION_CELLS: u32 = 2;

/// Where somebody holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    column: u32,
    row: u32,
}

impl Cell {
    /// The cell of this column and row, from 0; `None` beyond the grid.
    pub const fn new(column: u32, row: u32) -> Option<Self> {
        if column < GRID && row < GRID { Some(Self { column, row }) } else { None }
    }

    /// Every cell, row by row.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..GRID * GRID).map(|number| Self { column: number % GRID, row: number / GRID })
    }

    /// Its number, row by row.
    pub const fn number(self) -> u32 {
        self.row * GRID + self.column
    }

    /// The cell of a number.
    pub const fn of_number(number: u32) -> Option<Self> {
        Self::new(number % GRID, number / GRID)
    }

    /// Left, top, right and bottom of what comes sharp around it in a picture of these sides.
    pub(super) fn region(self, width: u32, height: u32) -> [u32; 4] {
        let along = |cell: u32, side: u32| {
            let length = (side * REGION_CELLS).div_ceil(GRID).max(1);
            let middle = (2 * cell + 1) * side / (2 * GRID);
            let from = middle.saturating_sub(length / 2).min(side - length.min(side));
            (from, (from + length).min(side))
        };
        let ((left, right), (top, bottom)) = (along(self.column, width), along(self.row, height));
        [left, top, right, bottom]
    }
}

/// What a file is, as far as its fingerprints tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recognised {
    /// Samples across and down of what is shown, for the shape of the page.
    pub sides: (u32, u32),
    /// Which of the case's pictures it is: their places.
    pub is: Vec<i64>,
    /// What else it meets that somebody decided on; `None` while the bank is loading.
    pub kin: Option<Vec<Kin>>,
}

impl Casework {
    /// Opens a file for whoever holds the case, and says what it is known as. Nothing is shown yet.
    pub async fn open_file(
        &self,
        who: &Analyst,
        work: &Work,
        view: &CaseView,
        upload: &Upload,
    ) -> Result<Recognised, CaseworkError> {
        self.holds(who, work)?;
        let seen = self.seen(who, work, upload).await?;
        let own: HashSet<_> = standing(view).filter_map(|picture| Some(picture.held?.entry)).collect();
        let met = self.bank.met(who, seen.question.clone()).await?;
        let is = met.iter().flatten().filter(|matched| own.contains(&matched.entry)).map(|matched| matched.entry);
        let is: Vec<_> = is.collect();
        let places = standing(view).filter(|picture| picture.held.is_some_and(|held| is.contains(&held.entry)));
        let places = places.map(|picture| picture.position).collect();
        let kin = match met {
            // What this very case became stands beside its pictures, for those who may know it.
            Some(met) => Some(self.kin(who, met, &own).await?),
            None => None,
        };
        Ok(Recognised { sides: (seen.width, seen.height), is: places, kin })
    }

    /// All of it, blurred beyond recognition: a PNG file.
    pub async fn blurred(&self, who: &Analyst, work: &Work, upload: &Upload) -> Result<Vec<u8>, CaseworkError> {
        self.holds(who, work)?;
        let seen = self.previews.get(who.person(), upload.id, self.clock.now()).ok_or(PreviewError::Over)?;
        Ok(blurred(&seen)?)
    }

    /// One region, sharp, for one second: a PNG file. Counted before it is given.
    pub async fn sharp(
        &self,
        who: &Analyst,
        work: &Work,
        upload: &Upload,
        cell: Cell,
    ) -> Result<Vec<u8>, CaseworkError> {
        self.holds(who, work)?;
        let seen = self.previews.get(who.person(), upload.id, self.clock.now()).ok_or(PreviewError::Over)?;
        self.spend(who, work.id).await?;
        let digits = exchange::hex::encode(&who.person().as_bytes()[10..]);
        Ok(sharp(&seen, cell, &digits)?)
    }

    /// Forgets previews that nobody asks for any more.
    pub fn tidy_previews(&self) {
        self.previews.tidy(self.clock.now());
    }

    fn holds(&self, who: &Analyst, work: &Work) -> Result<(), CaseworkError> {
        if work.holder(self.clock.now()) == Some(who.person()) { Ok(()) } else { Err(CaseworkError::NotYours) }
    }

    async fn seen(&self, who: &Analyst, work: &Work, upload: &Upload) -> Result<Arc<Seen>, CaseworkError> {
        if let Some(seen) = self.previews.get(who.person(), upload.id, self.clock.now()) {
            return Ok(seen);
        }
        let file = self.file(who, upload).await?;
        // Who opened what is in the log before anything of it can be shown.
        self.database.run(&Opened { who: who.person(), id: work.id, now: self.clock.now() }).await?;
        let seen = Arc::new(self.previews.make(&file).await?);
        self.previews.keep(who.person(), work.id, upload.id, seen.clone(), self.clock.now());
        Ok(seen)
    }

    /// The file in clear: in this process's memory, and overwritten after.
    async fn file(&self, who: &Analyst, upload: &Upload) -> Result<Zeroizing<Vec<u8>>, CaseworkError> {
        let sealed = SealedKey::sealed_for(&upload.keys, who.secret()).ok_or(CaseworkError::NotSealedToYou)?;
        let key = FileKey::open(who.secret(), upload.id.as_bytes(), &sealed).map_err(|_| PreviewError::Shut)?;
        let mut opener = key.opener(upload.id.as_bytes());
        let mut file = Zeroizing::new(Vec::new());
        for position in 0..upload.parts {
            let part = self.intake.sealed_part(upload.id, position).await?.ok_or(PreviewError::Shut)?;
            let part = opener.open_next(&part, position + 1 == upload.parts).map_err(|_| PreviewError::Shut)?;
            if file.len() as u64 + part.len() as u64 > UPLOAD_BYTES_MAX {
                return Err(PreviewError::TooLarge.into());
            }
            file.extend_from_slice(&part);
        }
        Ok(file)
    }
}

struct Opened {
    who: StaffId,
    id: WorkId,
    now: Time,
}

impl Transact for Opened {
    const NAME: &'static str = "file_opened";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        audit::record(on, self.now, self.who, OPENED, Some(*self.id.as_bytes())).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_numbers_and_regions_cover_the_picture_and_never_more_than_two_fifths_of_a_side() {
        assert_eq!(Cell::all().count(), 25);
        for cell in Cell::all() {
            assert_eq!(Cell::of_number(cell.number()), Some(cell));
            let [left, top, right, bottom] = cell.region(1_000, 500);
            assert!(right - left <= 400 && bottom - top <= 200);
        }
        assert_eq!((Cell::of_number(25), Cell::new(5, 0)), (None, None));
        let [left, top, ..] = Cell::new(0, 0).unwrap().region(1_000, 500);
        let [.., right, bottom] = Cell::new(4, 4).unwrap().region(1_000, 500);
        assert_eq!((left, top, right, bottom), (0, 0, 1_000, 500));
    }
}
