//! From a radius to what has to be looked up: the pigeonhole principle in numbers.

/// Groups of a code: pairs of chunks.
pub(crate) const GROUPS: usize = 8;
/// Tables of a segment: one for each chunk of a code.
pub(crate) const TABLES: usize = 2 * GROUPS;
/// The widest distance of keys that is looked up; beyond it, the scan is faster for any size of a segment.
const KEY_RADIUS_MAX: usize = 4;
/// How many keys of 16 bits are within that distance of a key: 1 + 16 + 120 + 560 + 1,820.
const KEYS_MAX: usize = 2_517;

/// Every difference of keys that may be looked up, near ones first.
static DIFFERENCES: [u16; KEYS_MAX] = differences();
/// How many of them have at most so many bits set.
const WITHIN: [usize; KEY_RADIUS_MAX + 1] = [1, 17, 137, 697, 2_517];

/// What to look up for one radius.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    groups: [Option<Group>; GROUPS],
}

/// What to look up in the two tables of a group.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// In how many bits the group may differ.
    limit: u8,
    /// How far from the query's chunks keys are looked up; the second table may be left out.
    radii: [Option<u8>; 2],
}

/// What to look up in one table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lookup {
    pub(crate) table: usize,
    /// How far from the query's chunk keys are looked up, in bits.
    radius: u8,
    /// In how many bits key and partner may differ together.
    pub(crate) limit: u8,
}

impl Plan {
    /// The plan for a radius; none where only the scan will do.
    ///
    /// The groups' limits add up to `radius - 7`: if each group differed in more than its limit, that would be
    /// `radius + 1` bits. A limit of -1 leaves a group out.
    pub(crate) fn new(radius: u32) -> Option<Self> {
        let bits = usize::try_from(radius).ok()?.checked_add(1)?;
        let mut groups = [None; GROUPS];
        for (index, group) in groups.iter_mut().enumerate() {
            let share = bits / GROUPS + usize::from(index < bits % GROUPS);
            if let Some(limit) = share.checked_sub(1) {
                // With first + second = limit - 1, one chunk or the other is within its radius.
                let first = limit / 2;
                let second = limit.checked_sub(first + 1);
                if first > KEY_RADIUS_MAX {
                    return None;
                }
                // Both are at most twice the widest key distance.
                *group =
                    Some(Group { limit: limit as u8, radii: [Some(first as u8), second.map(|radius| radius as u8)] });
            }
        }
        Some(Self { groups })
    }

    /// What to look up, table by table.
    pub(crate) fn lookups(&self) -> impl Iterator<Item = Lookup> {
        self.groups.iter().enumerate().filter_map(|(index, group)| Some((index, (*group)?))).flat_map(
            |(index, group)| {
                (0..2).filter_map(move |side| {
                    let radius = group.radii[side]?;
                    Some(Lookup { table: 2 * index + side, radius, limit: group.limit })
                })
            },
        )
    }
}

impl Lookup {
    /// What keys of so many bits may differ in from the query's, near ones first.
    pub(crate) fn differences(&self, key_bits: u32) -> impl Iterator<Item = u16> + use<> {
        let all = &DIFFERENCES[..WITHIN[usize::from(self.radius)]];
        all.iter().copied().filter(move |difference| u32::from(*difference) >> key_bits == 0)
    }

    /// How many those are.
    pub(crate) fn keys(&self, key_bits: u32) -> u64 {
        keys_within(u64::from(key_bits), self.radius)
    }

    /// Of the 65,536 partners, how many are near enough in most buckets.
    pub(crate) fn likely_partners(&self) -> u64 {
        keys_within(16, self.limit - self.radius)
    }
}

/// How many keys of so many bits are at most so far from one of them.
fn keys_within(key_bits: u64, radius: u8) -> u64 {
    KEYS_WITHIN[key_bits as usize][usize::from(radius)]
}

/// By bits of a key and distance: sums of binomials. A limit is at most twice the widest distance of keys, and one.
static KEYS_WITHIN: [[u64; 2 * KEY_RADIUS_MAX + 2]; 17] = {
    let mut sums = [[0; 2 * KEY_RADIUS_MAX + 2]; 17];
    let mut key_bits = 0;
    while key_bits < sums.len() {
        let (mut sum, mut of_this_distance, mut distance) = (1, 1, 1);
        sums[key_bits][0] = sum;
        while distance < sums[key_bits].len() {
            let left = if distance <= key_bits { (key_bits + 1 - distance) as u64 } else { 0 };
            of_this_distance = of_this_distance * left / distance as u64;
            sum += of_this_distance;
            sums[key_bits][distance] = sum;
            distance += 1;
        }
        key_bits += 1;
    }
    sums
};

const fn differences() -> [u16; KEYS_MAX] {
    let mut differences = [0; KEYS_MAX];
    let (mut count, mut bits) = (0, 0);
    while bits <= KEY_RADIUS_MAX {
        let mut value = 0_u32;
        while value <= u16::MAX as u32 {
            if value.count_ones() as usize == bits {
                differences[count] = value as u16;
                count += 1;
            }
            value += 1;
        }
        bits += 1;
    }
    assert!(count == KEYS_MAX);
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radius_31_looks_up_every_key_and_its_neighbours_in_sixteen_tables() {
        let lookups: Vec<_> = Plan::new(31).unwrap().lookups().collect();
        assert_eq!(lookups.len(), 16);
        assert!(lookups.iter().all(|lookup| lookup.differences(16).count() == 17 && lookup.limit == 3));
    }

    #[test]
    fn whatever_is_within_the_radius_is_within_the_limits_of_some_lookup() {
        // The worst way to spread a difference: every group just past its limit, and every chunk past its radius.
        for radius in 0..=256_u32 {
            let Some(plan) = Plan::new(radius) else {
                assert!(radius > 70);
                continue;
            };
            let sum: i32 = plan.groups.iter().map(|group| group.map_or(-1, |group| i32::from(group.limit))).sum();
            assert_eq!(sum, radius as i32 - 7);
            for group in plan.groups.iter().flatten() {
                let radii: i32 = group.radii.iter().map(|radius| radius.map_or(-1, i32::from)).sum();
                assert_eq!(radii, i32::from(group.limit) - 1);
            }
        }
    }

    #[test]
    fn differences_are_sorted_by_their_bits_and_complete() {
        for (radius, &count) in WITHIN.iter().enumerate() {
            let expected = (0..=u16::MAX).filter(|value| value.count_ones() as usize <= radius).count();
            assert_eq!(count, expected);
            for key_bits in 8..=16 {
                let lookup = Lookup { table: 0, radius: radius as u8, limit: 9 };
                assert_eq!(lookup.keys(key_bits), lookup.differences(key_bits).count() as u64);
            }
            assert!(DIFFERENCES[..count].iter().all(|value| value.count_ones() as usize <= radius));
        }
    }
}
