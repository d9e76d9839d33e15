//! The figures as people read them.

use std::fmt;

use super::{Bank, Figures};

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { radius, kernel, cores, banks } = self;
        writeln!(f, "Everything within {radius} bits, compared with {kernel}; {cores} cores.")?;
        for bank in banks {
            write!(f, "\n{bank}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Bank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { codes, build_seconds, bytes_per_code, query_us, scan_us, .. } = self;
        let (one, all) = (self.one_core_per_second, self.all_cores_per_second);
        writeln!(f, "{codes} fingerprints")?;
        writeln!(f, "  built in                   {build_seconds:.2} s, {bytes_per_code:.1} bytes a fingerprint")?;
        writeln!(f, "  a query                    {query_us}")?;
        writeln!(f, "  in batches                 {one:.0} a second on one core, {all:.0} on all ({:.2}x)", all / one)?;
        if let Some(changing) = &self.changing {
            writeln!(f, "  while 1,000/s come and go  {}", changing.query_while_changing_us)?;
            writeln!(f, "  an insertion               {:.2} us, merges included", changing.insert_us)?;
        }
        writeln!(f, "  scanning all instead       {scan_us:.1} us ({:.0}x)", scan_us / query_us.mean.max(0.01))?;
        let (wrong, checked, matches) = (self.wrong, self.checked, self.matches);
        write!(
            f,
            "  exact                      {wrong} of {checked} answers differ from a plain loop's; {matches} matches"
        )
    }
}
