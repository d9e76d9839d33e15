use std::time::Duration;

use crate::Format;

/// Why a file gave no pixels. Every message says what is wrong and what to do, and none carries bytes of the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The file has no byte. Send the file again: the transfer or the copy failed.
    #[error("the file is empty: send it again")]
    Empty,
    /// The first bytes belong to no picture format that we know. Check that the file is a picture at all.
    #[error("the file is not a picture in a known format: send a JPEG, PNG, GIF, WebP, BMP or TIFF picture")]
    UnknownFormat,
    /// A known format that is not decoded here. Convert the picture and send that.
    #[error("{name} is not supported: convert it to JPEG and send that")]
    Unsupported {
        /// The format's common name, such as `AVIF`.
        name: &'static str,
    },
    /// The format is decoded, but not this rare kind of it (such as arithmetic-coded JPEG). Convert the picture.
    #[error("this kind of {format} is not supported ({what}): save it again as an ordinary JPEG or PNG")]
    UnsupportedKind {
        /// The file's format.
        format: Format,
        /// What is special about it, in the decoder's words.
        what: String,
    },
    /// The file is longer than [`Limits::bytes_max`](crate::Limits::bytes_max). Send a smaller copy: a fingerprint
    /// hardly changes when a picture is made smaller.
    #[error("the file has {bytes} bytes, more than the {bytes_max} allowed: send a smaller copy of the picture")]
    TooManyBytes {
        /// Length of the file.
        bytes: u64,
        /// The limit it passed.
        bytes_max: u64,
    },
    /// The picture has more pixels than [`Limits::pixels_max`](crate::Limits::pixels_max). Send a smaller copy.
    #[error("the picture has {width} x {height} pixels, more than the {pixels_max} allowed: send a smaller copy")]
    TooManyPixels {
        /// Width its header claims.
        width: u32,
        /// Height its header claims.
        height: u32,
        /// The limit on their product.
        pixels_max: u64,
    },
    /// Decoding would hold more than [`Limits::memory_bytes_max`](crate::Limits::memory_bytes_max). Send a smaller
    /// copy, or the same as baseline JPEG, which needs least.
    #[error("decoding needs more than the {memory_bytes_max} bytes of memory allowed: send a smaller or baseline JPEG")]
    TooMuchMemory {
        /// The limit it passed.
        memory_bytes_max: u64,
    },
    /// Decoding took longer than [`Limits::time_max`](crate::Limits::time_max). Send a smaller copy; if the machine
    /// was merely busy, sending it again helps too.
    #[error("decoding took longer than {} ms: send a smaller copy, or try again later", time_max.as_millis())]
    TooLong {
        /// The limit it passed.
        time_max: Duration,
    },
    /// The file ends before its picture does. Send it again: the transfer or the copy was cut.
    #[error("the {format} file is cut short: send the whole file again")]
    Truncated {
        /// The file's format.
        format: Format,
    },
    /// The file breaks the rules of its format. Open and save it with a picture editor, and send that.
    #[error("the {format} file is damaged ({what}): save it again with a picture editor and send that")]
    Corrupt {
        /// The file's format.
        format: Format,
        /// What is wrong, in the decoder's words.
        what: String,
    },
    /// The decoder itself failed on this file: a defect of ours, caught. Please report it; converting the picture
    /// usually gets round it.
    #[error("the {format} decoder failed on this file: convert the picture to another format, and report the failure")]
    DecoderFailed {
        /// The file's format.
        format: Format,
    },
}
