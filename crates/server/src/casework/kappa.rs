//! How far first and second looks agree, beyond what chance would do: Cohen's kappa (Educational and Psychological
//! Measurement 20, 1960).

/// How far two agree.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Agreement {
    /// Cases that two looked at.
    pub pairs: u64,
    /// Of these, how many were given the same code, in a hundred.
    pub same_percent: u64,
    /// 1: always; 0: as chance would; `None` where everybody always says the same and there is nothing to tell chance by.
    pub kappa: Option<f64>,
}

/// Of pairs of codes and how often each came; `None` when there is no pair.
pub fn agreement(pairs: &[(String, String, u64)]) -> Option<Agreement> {
    let total: u64 = pairs.iter().map(|(.., number)| number).sum();
    if total == 0 {
        return None;
    }
    let all = total as f64;
    let same: u64 = pairs.iter().filter(|(first, second, _)| first == second).map(|(.., number)| number).sum();
    let mut codes: Vec<&str> = pairs.iter().flat_map(|(first, second, _)| [first.as_str(), second.as_str()]).collect();
    codes.sort_unstable();
    codes.dedup();
    let share = |pick: &dyn Fn(&(String, String, u64)) -> bool| {
        pairs.iter().filter(|pair| pick(pair)).map(|(.., number)| *number).sum::<u64>() as f64 / all
    };
    let by_chance: f64 = codes.iter().map(|code| share(&|pair| pair.0 == *code) * share(&|pair| pair.1 == *code)).sum();
    let observed = same as f64 / all;
    let kappa = (by_chance < 1.0).then(|| (observed - by_chance) / (1.0 - by_chance));
    Some(Agreement { pairs: total, same_percent: (same * 100 + total / 2) / total, kappa })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(first: &str, second: &str, number: u64) -> (String, String, u64) {
        (first.to_owned(), second.to_owned(), number)
    }

    #[test]
    fn the_example_of_every_textbook_comes_out_as_there() {
        // 50 proposals, two readers: 20 both yes, 15 both no, 5 and 10 apart: 0.7 observed, 0.5 by chance, 0.4.
        let found =
            agreement(&[pair("yes", "yes", 20), pair("yes", "no", 5), pair("no", "yes", 10), pair("no", "no", 15)]);
        let found = found.unwrap();
        assert_eq!((found.pairs, found.same_percent), (50, 70));
        assert!((found.kappa.unwrap() - 0.4).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_said_of_no_pairs_and_nothing_of_chance_where_all_are_one() {
        assert_eq!(agreement(&[]), None);
        let one = agreement(&[pair("M1", "M1", 9)]).unwrap();
        assert_eq!((one.same_percent, one.kappa), (100, None));
        let never = agreement(&[pair("A", "B", 5), pair("B", "A", 5)]).unwrap();
        assert!((never.kappa.unwrap() + 1.0).abs() < 1e-9);
    }
}
