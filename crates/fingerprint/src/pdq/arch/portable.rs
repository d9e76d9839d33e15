//! The loops in plain Rust, inlined into whatever is compiled for an instruction set.

use super::Onto;

#[inline(always)]
pub(super) fn add(onto: Onto, sums: &mut [u16], data: &[u8], stride_bytes: usize, weights: &[u8]) {
    match *weights {
        [a] => add_rows(onto, sums, data, stride_bytes, [a]),
        [a, b] => add_rows(onto, sums, data, stride_bytes, [a, b]),
        [a, b, c] => add_rows(onto, sums, data, stride_bytes, [a, b, c]),
        [a, b, c, d] => add_rows(onto, sums, data, stride_bytes, [a, b, c, d]),
        _ => unreachable!("callers take one to ROWS_MAX rows together"),
    }
}

#[inline(always)]
fn add_rows<const N: usize>(onto: Onto, sums: &mut [u16], data: &[u8], stride_bytes: usize, weights: [u8; N]) {
    let weights = weights.map(u16::from);
    let rows: [&[u8]; N] = core::array::from_fn(|row| &data[row * stride_bytes..][..sums.len()]);
    // What is asked in the loop is known before it.
    let kept = match onto {
        Onto::Nothing => 0,
        Onto::Sums => u16::MAX,
    };
    for (index, sum) in sums.iter_mut().enumerate() {
        let mut added = *sum & kept;
        for row in 0..N {
            added = added.wrapping_add(weights[row].wrapping_mul(u16::from(rows[row][index])));
        }
        *sum = added;
    }
}
