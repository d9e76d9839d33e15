/// Adds to each sum the bytes of up to four rows times their weights.
#[inline(always)]
pub(super) fn add(sums: &mut [u16], data: &[u8], stride_bytes: usize, weights: &[u8]) {
    match weights {
        &[a] => add_rows(sums, data, stride_bytes, [a]),
        &[a, b] => add_rows(sums, data, stride_bytes, [a, b]),
        &[a, b, c] => add_rows(sums, data, stride_bytes, [a, b, c]),
        &[a, b, c, d] => add_rows(sums, data, stride_bytes, [a, b, c, d]),
        _ => unreachable!("one to four rows"),
    }
}

#[inline(always)]
fn add_rows<const N: usize>(sums: &mut [u16], data: &[u8], stride_bytes: usize, weights: [u8; N]) {
    let weights = weights.map(u16::from);
    let len = sums.len();
    let rows: [&[u8]; N] = core::array::from_fn(|row| &data[row * stride_bytes..][..len]);
    for index in 0..len {
        let mut sum = sums[index];
        for row in 0..N {
            sum = sum.wrapping_add(weights[row].wrapping_mul(u16::from(rows[row][index])));
        }
        sums[index] = sum;
    }
}

#[inline(always)]
pub(super) fn dot<T: Copy + Into<u32>>(values: &[T], weights: &[u32]) -> u64 {
    values.iter().zip(weights).map(|(&value, &weight)| u64::from(value.into()) * u64::from(weight)).sum()
}
