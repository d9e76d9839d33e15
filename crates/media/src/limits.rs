use std::time::Duration;

const MIB: u64 = 1024 * 1024;

/// What one picture may cost. A picture exactly at a limit is read, one past it is refused.
///
/// The first three are checked before anything is allocated for pixels; `time_max` is checked while the decoder reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Length of the file, in bytes.
    pub bytes_max: u64,
    /// Width times height, in pixels.
    pub pixels_max: u64,
    /// What the decoder may hold at its peak besides the file itself, in bytes, as reckoned from the file's header:
    /// the decoder's own buffers plus the pixels it returns. See [`decode`](crate::decode()) for bytes per pixel.
    pub memory_bytes_max: u64,
    /// How long decoding may take. Decoders cannot be interrupted between two reads, so this is checked whenever one
    /// asks for more of the file; what happens after the last read is bounded by `pixels_max` alone.
    pub time_max: Duration,
}

impl Limits {
    /// For a server that decodes what strangers send, several at a time: 32 MiB, 100 million pixels, 1 GiB, 10 s.
    ///
    /// A 100-megapixel photograph of a telephone, progressive JPEG included, still fits.
    #[must_use]
    pub const fn server() -> Self {
        Self {
            bytes_max: 32 * MIB,
            pixels_max: 100_000_000,
            memory_bytes_max: 1024 * MIB,
            time_max: Duration::from_secs(10),
        }
    }
}

impl Default for Limits {
    /// For one's own files: 256 MiB, 200 million pixels, 2 GiB, 60 s.
    fn default() -> Self {
        Self {
            bytes_max: 256 * MIB,
            pixels_max: 200_000_000,
            memory_bytes_max: 2048 * MIB,
            time_max: Duration::from_secs(60),
        }
    }
}
