//! The 16x16 lowest frequencies of the reduced picture: a discrete cosine transform without its constant terms.

use super::{Components, KEPT, Reduced, SIDE};
use crate::Orientation;

/// `D P Dᵗ` for the 16x64 matrix `D` of cosines.
///
/// Every sum runs from the first term to the last, as in the reference, because the order shows in the last bits. The
/// loops are nested so that independent sums advance together.
#[inline(always)]
pub(super) fn of(reduced: &Reduced) -> Components {
    let mut components = [[0.0; KEPT]; KEPT];
    for (components, cosines) in components.iter_mut().zip(&COSINES) {
        // So many sums stay in registers while the rows go by.
        let mut down = [0.0; SIDE];
        for (row, cosine) in reduced.iter().zip(cosines) {
            for (sum, value) in down.iter_mut().zip(row) {
                *sum += cosine * value;
            }
        }
        for (value, cosines) in down.iter().zip(&TRANSPOSED) {
            for (sum, cosine) in components.iter_mut().zip(cosines) {
                *sum += value * cosine;
            }
        }
    }
    components
}

/// The same up to rounding, in half the multiplications: even frequencies are alike in both halves of the picture, and odd
/// ones are each other's negative, so that sums and differences of the halves are enough. The picture is used up.
#[inline(always)]
pub(super) fn quickly_of(reduced: &mut Reduced) -> Components {
    fold(reduced);
    let mut components = [[0.0; KEPT]; KEPT];
    for (index, (components, cosines)) in components.iter_mut().zip(&COSINES).enumerate() {
        let mut down = [0.0; SIDE];
        for (row, cosine) in half(reduced, index).into_iter().zip(cosines) {
            for (sum, value) in down.iter_mut().zip(row) {
                *sum += cosine * value;
            }
        }
        *components = of_line(&down);
    }
    components
}

/// The same of a picture of whose rows the components across are known; they are used up.
#[inline(always)]
pub(super) fn of_lines(lines: &mut [[f32; KEPT]; SIDE]) -> Components {
    fold(lines);
    let mut components = [[0.0; KEPT]; KEPT];
    for (index, (components, cosines)) in components.iter_mut().zip(&COSINES).enumerate() {
        for (line, cosine) in half(lines, index).into_iter().zip(cosines) {
            for (sum, value) in components.iter_mut().zip(line) {
                *sum += cosine * value;
            }
        }
    }
    components
}

/// The components along one line.
#[inline(always)]
pub(super) fn of_line(samples: &[f32; SIDE]) -> [f32; KEPT] {
    let mut components = [0.0; KEPT];
    for (place, cosines) in TRANSPOSED[..HALF].iter().enumerate() {
        let (left, right) = (samples[place], samples[SIDE - 1 - place]);
        let halves = [left - right, left + right];
        for (index, (sum, cosine)) in components.iter_mut().zip(cosines).enumerate() {
            *sum += halves[index % 2] * cosine;
        }
    }
    components
}

const HALF: usize = SIDE / 2;

/// Puts the differences of each line and the one as far from the other end in the place of the one, and their sums in that of the other.
#[inline(always)]
fn fold<const LENGTH: usize>(lines: &mut [[f32; LENGTH]; SIDE]) {
    let (upper, lower) = lines.split_at_mut(HALF);
    for (upper, lower) in upper.iter_mut().zip(lower.iter_mut().rev()) {
        for (upper, lower) in upper.iter_mut().zip(lower) {
            (*upper, *lower) = (*upper - *lower, *upper + *lower);
        }
    }
}

/// What a frequency needs of folded lines, the outermost first.
#[inline(always)]
fn half<const LENGTH: usize>(folded: &[[f32; LENGTH]; SIDE], index: usize) -> [&[f32; LENGTH]; HALF] {
    // Index 0 is frequency 1, an odd one: those need differences.
    core::array::from_fn(|place| &folded[if index.is_multiple_of(2) { place } else { SIDE - 1 - place }])
}

/// The components of the picture mirrored: that negates the odd frequencies of one direction or both. `orientation` exchanges
/// no rows with columns.
#[inline(always)]
pub(super) fn mirrored(components: &Components, orientation: Orientation) -> Components {
    let (columns, rows) = orientation.mirrors().expect("callers ask for the four orientations that only mirror");
    // Index 0 is frequency 1: odd frequencies have even indices.
    let sign = |index: usize, is_mirrored: bool| if is_mirrored && index.is_multiple_of(2) { -1.0 } else { 1.0 };
    core::array::from_fn(|row| {
        core::array::from_fn(|column| components[row][column] * (sign(row, rows) * sign(column, columns)))
    })
}

/// `COSINES[f][x]` is `sqrt(2/64) cos(pi/128 (f + 1)(2x + 1))`.
const COSINES: [[f32; SIDE]; KEPT] = {
    let mut matrix = [[0.0; SIDE]; KEPT];
    let mut frequency = 0;
    while frequency < KEPT {
        let mut place = 0;
        while place < SIDE {
            matrix[frequency][place] = scaled_cosine((frequency + 1) * (2 * place + 1));
            place += 1;
        }
        frequency += 1;
    }
    matrix
};

/// The cosines with rows and columns exchanged.
const TRANSPOSED: [[f32; KEPT]; SIDE] = {
    let mut matrix = [[0.0; KEPT]; SIDE];
    let mut place = 0;
    while place < SIDE {
        let mut frequency = 0;
        while frequency < KEPT {
            matrix[place][frequency] = COSINES[frequency][place];
            frequency += 1;
        }
        place += 1;
    }
    matrix
};

/// `sqrt(2/64) cos(pi/128 turns)`, folded into the first quarter of the wave.
const fn scaled_cosine(turns: usize) -> f32 {
    let turns = turns % 256;
    let turns = if turns > 128 { 256 - turns } else { turns };
    // A frequency of at most 16 times an odd number is never 64, where the cosine is 0.
    if turns < 64 { QUARTER_WAVE[turns] } else { -QUARTER_WAVE[128 - turns] }
}

/// `sqrt(2/64) cos(pi/128 k)` for k in 0..64. Constants, because `core` has no cosine and those of platforms differ;
/// computed in double precision from the square root rounded to single precision, then rounded once.
#[rustfmt::skip]
const QUARTER_WAVE: [f32; 64] = [
    0.17677669, 0.17672345, 0.17656375, 0.17629771, 0.17592546, 0.17544726, 0.17486335, 0.17417413,
    0.17337997, 0.17248139, 0.17147891, 0.17037314, 0.16916475, 0.16785446, 0.16644305, 0.16493139,
    0.16332036, 0.16161098, 0.15980424, 0.15790124, 0.15590313, 0.1538111, 0.15162642, 0.14935042,
    0.14698444, 0.14452994, 0.14198837, 0.13936128, 0.13665023, 0.13385688, 0.13098289, 0.12803,
    0.125, 0.121894695, 0.11871597, 0.11546574, 0.112145945, 0.108758606, 0.10530575, 0.10178947,
    0.09821187, 0.09457511, 0.090881385, 0.08713291, 0.08333196, 0.079480805, 0.075581774, 0.07163722,
    0.06764951, 0.06362105, 0.059554275, 0.05545162, 0.051315565, 0.0471486, 0.042953234, 0.038731992,
    0.034487423, 0.030222077, 0.025938528, 0.021639355, 0.017327147, 0.0130045, 0.008674021, 0.004338317,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cosines_are_those_of_the_formula() {
        extern crate std;
        let scale = f64::from((2.0f64 / 64.0).sqrt() as f32);
        for (frequency, cosines) in COSINES.iter().enumerate() {
            for (place, &cosine) in cosines.iter().enumerate() {
                let angle = core::f64::consts::PI / 128.0 * ((frequency + 1) * (2 * place + 1)) as f64;
                assert_eq!(cosine, (scale * angle.cos()) as f32, "frequency {frequency}, place {place}");
            }
        }
    }

    #[test]
    fn a_uniform_picture_has_no_components_but_rounding() {
        let components = of(&[[200.0; SIDE]; SIDE]);
        assert!(components.as_flattened().iter().all(|value| value.abs() < 1e-2));
    }

    #[test]
    fn the_quick_ways_give_the_same_up_to_rounding() {
        let picture: Reduced = core::array::from_fn(|row| {
            core::array::from_fn(|column| ((row * row * 7 + column * 31 + row * column * column) % 256) as f32)
        });
        let expected = of(&picture);
        let found = [quickly_of(&mut picture.clone()), of_lines(&mut picture.map(|row| of_line(&row)))];
        for found in found {
            for (expected, found) in expected.as_flattened().iter().zip(found.as_flattened()) {
                assert!((expected - found).abs() < 0.01, "{expected} and {found}");
            }
        }
    }

    #[test]
    fn turning_the_reduced_picture_turns_its_components() {
        // Whole numbers and a tolerance: mirrored sums are added in another order.
        let picture: Reduced = core::array::from_fn(|row| {
            core::array::from_fn(|column| ((row * row * 3 + column * 17 + row * column) % 256) as f32)
        });
        const LAST: usize = SIDE - 1;
        // Where the value at a row and column of the turned picture comes from.
        type Source = fn(usize, usize) -> (usize, usize);
        let turns: [(Orientation, Source); 8] = [
            (Orientation::Original, |row, column| (row, column)),
            (Orientation::Rotate90, |row, column| (column, LAST - row)),
            (Orientation::Rotate180, |row, column| (LAST - row, LAST - column)),
            (Orientation::Rotate270, |row, column| (LAST - column, row)),
            (Orientation::FlipX, |row, column| (LAST - row, column)),
            (Orientation::FlipY, |row, column| (row, LAST - column)),
            (Orientation::FlipPlus1, |row, column| (column, row)),
            (Orientation::FlipMinus1, |row, column| (LAST - column, LAST - row)),
        ];
        let original = of(&picture);
        for (orientation, source) in turns {
            let picture: Reduced = core::array::from_fn(|row| {
                core::array::from_fn(|column| {
                    let (row, column) = source(row, column);
                    picture[row][column]
                })
            });
            let expected = of(&picture);
            let found: Components = match orientation.mirrors() {
                Some(_) => mirrored(&original, orientation),
                None => {
                    let before = mirrored(&original, orientation.then_transposed());
                    // Transposing twice changes nothing, so this is the orientation before the rows and columns were exchanged.
                    core::array::from_fn(|row| core::array::from_fn(|column| before[column][row]))
                }
            };
            for (expected, found) in expected.as_flattened().iter().zip(found.as_flattened()) {
                assert!((expected - found).abs() < 0.01, "{orientation}: {expected} and {found}");
            }
        }
    }
}
