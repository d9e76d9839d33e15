//! The loops in plain Rust, inlined into whatever is compiled for an instruction set.

#[inline(always)]
pub(super) fn add(sums: &mut [u16], data: &[u8], stride_bytes: usize, weights: &[u8]) {
    match *weights {
        [a] => add_rows(sums, data, stride_bytes, [a]),
        [a, b] => add_rows(sums, data, stride_bytes, [a, b]),
        [a, b, c] => add_rows(sums, data, stride_bytes, [a, b, c]),
        [a, b, c, d] => add_rows(sums, data, stride_bytes, [a, b, c, d]),
        _ => unreachable!("callers take one to ROWS_MAX rows together"),
    }
}

#[inline(always)]
fn add_rows<const N: usize>(sums: &mut [u16], data: &[u8], stride_bytes: usize, weights: [u8; N]) {
    let weights = weights.map(u16::from);
    let rows: [&[u8]; N] = core::array::from_fn(|row| &data[row * stride_bytes..][..sums.len()]);
    for (index, sum) in sums.iter_mut().enumerate() {
        for row in 0..N {
            *sum = sum.wrapping_add(weights[row].wrapping_mul(u16::from(rows[row][index])));
        }
    }
}
