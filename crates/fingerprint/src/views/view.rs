//! Which view of a picture a hash is of: its code on the wire, its name, and how views rank.

use core::fmt;

/// A way of altering a picture whose result is hashed too: cut at some sides, cut to a usual shape, tilted a little.
///
/// A view is known by its [`code`](View::code), which is stable for ever and says kind and amount, so a node reads
/// views that it would not make itself. Which views are made, and in which order, is [`View::ALL`] and may get
/// better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct View(u8);

/// What views of one kind have in common. A copy that lies between two steps of a family is near both, so two views
/// of one family agreeing says no more than one of them; see the design note for how far apart families are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Cut at the left.
    CropLeft,
    /// Cut at the right.
    CropRight,
    /// Cut at the top.
    CropTop,
    /// Cut at the bottom.
    CropBottom,
    /// Cut alike at the left and at the right, or in the middle to a shape less wide.
    CropSides,
    /// Cut alike at the top and at the bottom, or in the middle to a shape less high.
    CropEnds,
    /// Cut by the same share at all four sides.
    CropAll,
    /// Cut in the middle to a usual shape.
    Shape,
    /// Tilted by a few degrees, in any of the usual ways to fill the frame.
    Tilt,
}

/// Where a view's pixels come from; what `place` turns into places in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// Shares of the sides cut off, in percent.
    Crop { left: u8, right: u8, top: u8, bottom: u8 },
    /// Width to height after cutting in the middle what is too much.
    Shape { width: u8, height: u8 },
    /// Turned clockwise by this many half degrees, or counter-clockwise if negative.
    Tilt { frame: Frame, half_degrees: i8 },
}

/// What becomes of the frame when a picture is tilted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// It stays: corners are lost, others are black.
    Kept,
    /// It grows until the whole picture is in it; corners are black.
    Grown,
    /// It shrinks, in its shape, until the picture fills it.
    Filled,
}

/// Steps of a percent that a cut at one side can have.
const CUT_ONE_MAX: u8 = 20;
/// Steps of a percent, at each side, that a cut at several sides can have.
const CUT_MANY_MAX: u8 = 15;
/// Steps of half a degree that a tilt can have either way.
const TILT_MAX: u8 = 12;

/// First codes of the ranges; never change one, add ranges behind.
const LEFT: u8 = 1;
const RIGHT: u8 = LEFT + CUT_ONE_MAX;
const TOP: u8 = RIGHT + CUT_ONE_MAX;
const BOTTOM: u8 = TOP + CUT_ONE_MAX;
const SIDES: u8 = BOTTOM + CUT_ONE_MAX;
const ENDS: u8 = SIDES + CUT_MANY_MAX;
const ALL_SIDES: u8 = ENDS + CUT_MANY_MAX;
const SHAPES: u8 = ALL_SIDES + CUT_MANY_MAX;
const KEPT: u8 = SHAPES + SHAPE.len() as u8;
const GROWN: u8 = KEPT + 2 * TILT_MAX;
const FILLED: u8 = GROWN + 2 * TILT_MAX;
const END: u8 = FILLED + 2 * TILT_MAX;

/// The usual shapes, width to height, in the order of their codes.
const SHAPE: [(u8, u8); 10] = [(1, 1), (4, 5), (3, 4), (2, 3), (9, 16), (5, 4), (4, 3), (3, 2), (16, 9), (2, 1)];

impl View {
    /// The views that are made, the one that finds most copies first, then the one that adds most to it, and so on:
    /// who has less room takes the first so many.
    pub const ALL: [Self; 64] = chosen();

    /// The stable code, 1..=255. 0 is left for the picture itself.
    pub const fn code(self) -> u8 {
        self.0
    }

    /// The view with this code; `None` for 0 and for codes that no view has.
    pub const fn from_code(code: u8) -> Option<Self> {
        if code >= LEFT && code < END { Some(Self(code)) } else { None }
    }

    /// What it has in common with others, see [`Family`].
    pub const fn family(self) -> Family {
        match self.0 {
            ..RIGHT => Family::CropLeft,
            RIGHT..TOP => Family::CropRight,
            TOP..BOTTOM => Family::CropTop,
            BOTTOM..SIDES => Family::CropBottom,
            SIDES..ENDS => Family::CropSides,
            ENDS..ALL_SIDES => Family::CropEnds,
            ALL_SIDES..SHAPES => Family::CropAll,
            SHAPES..KEPT => Family::Shape,
            KEPT.. => Family::Tilt,
        }
    }

    /// Whether the view shows something beyond the picture.
    pub(super) const fn has_black_corners(self) -> bool {
        matches!(self.kind(), Kind::Tilt { frame: Frame::Kept | Frame::Grown, .. })
    }

    pub(super) const fn kind(self) -> Kind {
        let code = self.0;
        match code {
            ..RIGHT => crop(code - LEFT + 1, 0, 0, 0),
            RIGHT..TOP => crop(0, code - RIGHT + 1, 0, 0),
            TOP..BOTTOM => crop(0, 0, code - TOP + 1, 0),
            BOTTOM..SIDES => crop(0, 0, 0, code - BOTTOM + 1),
            SIDES..ENDS => crop(code - SIDES + 1, code - SIDES + 1, 0, 0),
            ENDS..ALL_SIDES => crop(0, 0, code - ENDS + 1, code - ENDS + 1),
            ALL_SIDES..SHAPES => {
                let cut = code - ALL_SIDES + 1;
                crop(cut, cut, cut, cut)
            }
            SHAPES..KEPT => {
                let (width, height) = SHAPE[(code - SHAPES) as usize];
                Kind::Shape { width, height }
            }
            KEPT..GROWN => Kind::Tilt { frame: Frame::Kept, half_degrees: half_degrees(code - KEPT) },
            GROWN..FILLED => Kind::Tilt { frame: Frame::Grown, half_degrees: half_degrees(code - GROWN) },
            FILLED.. => Kind::Tilt { frame: Frame::Filled, half_degrees: half_degrees(code - FILLED) },
        }
    }
}

const fn crop(left: u8, right: u8, top: u8, bottom: u8) -> Kind {
    Kind::Crop { left, right, top, bottom }
}

/// 0.5 degrees clockwise, 0.5 counter-clockwise, 1 clockwise, and so on.
const fn half_degrees(step: u8) -> i8 {
    let size = (step / 2 + 1) as i8;
    if step.is_multiple_of(2) { size } else { -size }
}

impl fmt::Display for View {
    /// A name such as `crop-left-7` (percent), `shape-4:5` or `tilt-filled-left-2.5` (degrees).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.0;
        match self.kind() {
            Kind::Crop { left, right, top, bottom } => {
                let sides = match self.family() {
                    Family::CropLeft => "left",
                    Family::CropRight => "right",
                    Family::CropTop => "top",
                    Family::CropBottom => "bottom",
                    Family::CropSides => "sides",
                    Family::CropEnds => "ends",
                    Family::CropAll => "all",
                    Family::Shape | Family::Tilt => unreachable!("code {code} is a crop"),
                };
                write!(f, "crop-{sides}-{}", left.max(right).max(top).max(bottom))
            }
            Kind::Shape { width, height } => write!(f, "shape-{width}:{height}"),
            Kind::Tilt { frame, half_degrees } => {
                let frame = match frame {
                    Frame::Kept => "kept",
                    Frame::Grown => "grown",
                    Frame::Filled => "filled",
                };
                let direction = if half_degrees > 0 { "right" } else { "left" };
                let size = half_degrees.unsigned_abs();
                write!(f, "tilt-{frame}-{direction}-{}.{}", size / 2, size % 2 * 5)
            }
        }
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View({self})")
    }
}

/// Chosen by measurement, see docs/design/0006-views.md.
const fn chosen() -> [View; 64] {
    #[rustfmt::skip]
    const CODES: [u8; 64] = [
        BOTTOM + 7, ALL_SIDES + 1, TOP + 11, ENDS + 4, SIDES + 8, BOTTOM + 13, LEFT + 8, TOP + 6,
        SIDES + 12, RIGHT + 8, KEPT + 11, KEPT + 10, ENDS + 9, GROWN + 11, GROWN + 10, SIDES + 4,
        FILLED + 13, TOP + 15, FILLED + 14, RIGHT + 12, ENDS + 12, BOTTOM + 16, RIGHT + 4, ALL_SIDES + 4,
        LEFT + 12, ALL_SIDES + 11, BOTTOM + 4, LEFT + 4, ALL_SIDES + 7, BOTTOM + 9, TOP + 18, TOP + 2,
        FILLED + 8, SHAPES + 2, SHAPES + 4, ALL_SIDES + 13, ALL_SIDES + 9, BOTTOM + 18, GROWN + 2, ENDS + 1,
        TOP + 9, GROWN + 3, SHAPES + 8, FILLED + 9, GROWN + 16, SHAPES, KEPT + 19, GROWN + 19,
        ENDS + 6, LEFT + 1, FILLED + 19, KEPT + 16, SHAPES + 1, TOP + 14, KEPT + 4, LEFT + 9,
        BOTTOM + 2, BOTTOM + 11, BOTTOM + 6, TOP + 4, LEFT + 15, FILLED + 1, ALL_SIDES + 12, ALL_SIDES + 5,
    ];
    let mut views = [View(0); 64];
    let mut place = 0;
    while place < views.len() {
        views[place] = match View::from_code(CODES[place]) {
            Some(view) => view,
            None => panic!("every chosen code is a view's"),
        };
        place += 1;
    }
    views
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn codes_lead_back_to_the_view_and_have_a_name_each() {
        let views: BTreeSet<_> = (0..=255).filter_map(View::from_code).collect();
        assert_eq!(views.len(), 207);
        assert!(views.iter().all(|view| View::from_code(view.code()) == Some(*view)));
        let names: BTreeSet<_> = views.iter().map(View::to_string).collect();
        assert_eq!(names.len(), views.len());
        assert_eq!(View::from_code(0), None);
        assert_eq!(View::from_code(255), None);
    }

    #[test]
    fn codes_on_the_wire_never_change() {
        let named = [
            (1, "crop-left-1"),
            (20, "crop-left-20"),
            (27, "crop-right-7"),
            (41, "crop-top-1"),
            (61, "crop-bottom-1"),
            (80, "crop-bottom-20"),
            (81, "crop-sides-1"),
            (96, "crop-ends-1"),
            (111, "crop-all-1"),
            (126, "shape-1:1"),
            (135, "shape-2:1"),
            (136, "tilt-kept-right-0.5"),
            (159, "tilt-kept-left-6.0"),
            (160, "tilt-grown-right-0.5"),
            (207, "tilt-filled-left-6.0"),
        ];
        for (code, name) in named {
            assert_eq!(View::from_code(code).unwrap().to_string(), name);
        }
    }

    #[test]
    fn no_view_is_chosen_twice() {
        assert_eq!(View::ALL.into_iter().collect::<BTreeSet<_>>().len(), 64);
    }
}
