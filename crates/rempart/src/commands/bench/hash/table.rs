//! The figures as people read them.

use std::fmt;

use super::{Figures, Folder, FromJpeg, FromPixels, Size};

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "From pixels, ms of one core")?;
        writeln!(
            f,
            "  {:<18} {:>9} {:>14} {:>9} {:>8} {:>9} {:>9}",
            "", "PDQ", "megapixels/s", "eight", "/ PDQ", "views", "/ PDQ"
        )?;
        for size in &self.sizes {
            size.row(f, "RGB", &size.rgb)?;
            size.row(f, "grey", &size.grey)?;
        }
        writeln!(f, "\nFrom JPEG, ms of one core")?;
        writeln!(
            f,
            "  {:<18} {:>9} {:>9} {:>9} {:>9} {:>12} {:>9} {:>9} {:>9} {:>9}",
            "", "KiB", "decode", "and PDQ", "ratio", "luma decode", "and PDQ", "ratio", "query", "bank"
        )?;
        for size in &self.sizes {
            let FromJpeg { kib, decode_ms, decode_and_hash_ms, luma_decode_ms, luma_decode_and_hash_ms, .. } =
                &size.jpeg;
            let FromJpeg { query_ms, bank_ms, .. } = &size.jpeg;
            writeln!(
                f,
                "  {:<18} {kib:>9.0} {decode_ms:>9.2} {decode_and_hash_ms:>9.2} {:>9.3} {luma_decode_ms:>12.2} \
                 {luma_decode_and_hash_ms:>9.2} {:>9.3} {query_ms:>9.2} {bank_ms:>9.2}",
                format!("{}x{}", size.width, size.height),
                decode_and_hash_ms / decode_ms,
                luma_decode_and_hash_ms / luma_decode_ms,
            )?;
        }
        let Folder { pictures, one_core_per_second: one, all_cores_per_second: all, cores } = self.folder;
        write!(
            f,
            "\n{pictures} files, with all that enters a bank: {one:.1} a second on one core, {all:.1} on {cores} \
             ({:.2}x), by the clock on the wall",
            all / one
        )
    }
}

impl Size {
    fn row(&self, f: &mut fmt::Formatter<'_>, format: &str, measured: &FromPixels) -> fmt::Result {
        let FromPixels { one_ms, eight_ms, views_ms } = measured;
        let megapixels = f64::from(self.width) * f64::from(self.height) / 1e6;
        writeln!(
            f,
            "  {:<18} {one_ms:>9.3} {:>14.0} {eight_ms:>9.3} {:>8.2} {views_ms:>9.2} {:>9.1}",
            format!("{}x{} {format}", self.width, self.height),
            megapixels / one_ms * 1e3,
            eight_ms / one_ms,
            views_ms / one_ms,
        )
    }
}
