//! Banks that are not as a bank should be: what a query costs in them, added up as `Search` does, without a clock.

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

use crate::{Code, Index, Snapshot, halves, segment::Search, snapshot::sort};

/// Strangers in each bank.
const STRANGERS: usize = 60_000;
/// Look-alikes in each cluster.
const CLUSTER: usize = 100_000;
const RADIUS: u32 = 31;
/// No query costs more than this many times the median, or it is counted.
const MEDIANS_MAX: u64 = 20;
/// And none more than this many scans.
const SCANS_MAX: f64 = 2.2;

fn random(rng: &mut StdRng) -> Code {
    let mut code = [0; 32];
    rng.fill_bytes(&mut code);
    code
}

fn near(rng: &mut StdRng, code: Code, bits: u32) -> Code {
    let mut near = code;
    for _ in 0..bits {
        let bit = rng.random_range(0..256);
        near[bit / 8] ^= 1 << (bit % 8);
    }
    near
}

/// The answer, and what it cost.
fn asked(snapshot: &Snapshot, query: &Code) -> (Vec<crate::Match>, u64) {
    let mut search = Search::new(RADIUS, snapshot.costs);
    let mut matches = Vec::new();
    snapshot.look_up(&mut search, halves(query), &mut matches);
    for span in snapshot.spans(&search) {
        snapshot.scan(&span, &search.query, RADIUS, &mut matches);
    }
    sort(&mut matches);
    (matches, search.spent_ps)
}

/// Asks for strangers, and then for what is skewed; gives what the dearest cost, in medians, and how many were counted.
fn check(name: &str, skewed: &[Code], queries: &[Code]) -> (f64, u64) {
    let mut rng = StdRng::seed_from_u64(7);
    let mut codes: Vec<Code> = (0..STRANGERS).map(|_| random(&mut rng)).collect();
    let strangers: Vec<Code> = (0..400).map(|_| random(&mut rng)).chain(codes.iter().step_by(997).copied()).collect();
    codes.extend(skewed);
    let index = Index::build(codes.iter().copied());
    let (reader, snapshot) = (index.reader(), index.reader().snapshot());
    let mut costs: Vec<u64> = strangers.iter().map(|query| asked(&snapshot, query).1).collect();
    costs.sort_unstable();
    let median = costs[costs.len() / 2];
    let scan = Search::new(RADIUS, snapshot.costs).scan_ps_of(codes.len());
    let (mut dearest, mut counted) = (0.0_f64, 0);
    for query in strangers.iter().chain(queries) {
        let before = reader.crowded_searches();
        let (found, spent) = asked(&snapshot, query);
        let is_counted = reader.crowded_searches() > before;
        assert!(
            spent <= MEDIANS_MAX * median || is_counted,
            "{name}: {spent} of a median of {median}, and not counted"
        );
        assert!(spent as f64 <= SCANS_MAX * scan as f64, "{name}: {spent}, where a scan is {scan}");
        (dearest, counted) = (dearest.max(spent as f64 / median as f64), counted + u64::from(is_counted));
        let expected = codes.iter().filter(|code| crate::distance(code, query) <= RADIUS).count();
        assert_eq!(found.len(), expected, "{name}: exact all the same");
    }
    println!("{name}: the dearest of {} queries cost {dearest:.1} medians, {counted} were counted", queries.len());
    (dearest, counted)
}

#[test]
fn look_alikes_by_the_hundred_thousand_cost_a_bounded_multiple_and_are_counted() {
    let mut rng = StdRng::seed_from_u64(1);
    let centre = random(&mut rng);
    let cluster: Vec<Code> = (0..CLUSTER).map(|number| near(&mut rng, centre, number as u32 % 24)).collect();
    let queries: Vec<Code> = (0..120).map(|bits| near(&mut rng, centre, bits)).collect();
    let (dearest, counted) = check("look-alikes", &cluster, &queries);
    assert!(dearest > 1.0 && counted > 0, "the cluster is met");
}

#[test]
fn flat_pictures_cost_a_bounded_multiple_and_are_counted() {
    let mut rng = StdRng::seed_from_u64(2);
    // Of flat pictures most bits are 0, and which are not is chance: each differs from another in few.
    let flat: Vec<Code> = (0..CLUSTER).map(|number| near(&mut rng, [0; 32], 2 + number as u32 % 30)).collect();
    let queries: Vec<Code> = (0..60).map(|bits| near(&mut rng, [0; 32], bits)).collect();
    check("flat pictures", &flat, &queries);
}

#[test]
fn equal_codes_cost_one() {
    let mut rng = StdRng::seed_from_u64(3);
    let one = random(&mut rng);
    let queries: Vec<Code> = (0..40).map(|bits| near(&mut rng, one, bits)).collect();
    let (dearest, counted) = check("equal codes", &[one; 20_000], &queries);
    assert!(dearest < 2.0 && counted == 0, "a code is one row however often it is there");
}

#[test]
fn buckets_filled_on_purpose_cost_a_bounded_multiple_and_are_counted() {
    let mut rng = StdRng::seed_from_u64(4);
    let target = random(&mut rng);
    // Every second chunk is the target's, so that each of these lies in eight of its buckets; its partner is as far from the
    // target's as can be, so that it is never a candidate.
    let filling = |rng: &mut StdRng| {
        let mut code = target;
        for pair in code.as_chunks_mut::<4>().0 {
            let side = 2 * rng.random_range(0..2);
            pair[side] = !pair[side];
            pair[side + 1] = !pair[side + 1] ^ rng.random::<u8>() & 1;
        }
        code
    };
    let full: Vec<Code> = (0..CLUSTER).map(|_| filling(&mut rng)).collect();
    let queries: Vec<Code> = (0..40).map(|bits| near(&mut rng, target, bits)).collect();
    let (dearest, counted) = check("filled buckets", &full, &queries);
    assert!(dearest > 1.0 && counted > 0, "the buckets are met");
}
