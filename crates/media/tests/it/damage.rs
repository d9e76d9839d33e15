//! Files that were cut, changed or made up.

use std::sync::LazyLock;

use media::{DecodeError, Format, Limits, decode};
use proptest::prelude::*;

use crate::files::{jpeg::Flat, one_of_each};

static FILES: LazyLock<Vec<(&str, Vec<u8>)>> = LazyLock::new(one_of_each);

/// Small, so that a changed header cannot make a test slow.
const LIMITS: Limits = Limits { pixels_max: 1_000_000, memory_bytes_max: 32 * 1024 * 1024, ..Limits::server() };

#[test]
fn a_file_cut_anywhere_before_its_last_pixel_is_refused() {
    for (name, file) in FILES.iter() {
        let whole = decode(file, &LIMITS).unwrap();
        let mut refused = 0;
        for length in 0..file.len() {
            match decode(&file[..length], &LIMITS) {
                // Only what comes after the last pixel may be missing, and then nothing is.
                Ok(picture) => assert_eq!(picture, whole, "{name} cut at {length} of {}", file.len()),
                Err(DecodeError::DecoderFailed { .. }) => panic!("{name} cut at {length} makes the decoder fail"),
                Err(_) => refused += 1,
            }
        }
        assert!(refused * 10 >= file.len() * 4, "{name}: refused {refused} of {} cuts", file.len());
    }
}

#[test]
fn a_file_cut_in_its_middle_is_said_to_be_cut_short() {
    for (name, file) in FILES.iter() {
        let format = Format::of(file).unwrap();
        let half = if name.starts_with("animated") { file.len() / 4 } else { file.len() / 2 };
        let error = decode(&file[..half], &LIMITS).unwrap_err();
        assert_eq!(error, DecodeError::Truncated { format }, "{name}");
        assert_eq!(error.to_string(), format!("the {format} file is cut short: send the whole file again"));
    }
}

#[test]
fn a_jpeg_without_its_end_marker_is_cut_short() {
    for file in [Flat::new(16, 16, 3).file(), Flat::new(16, 16, 3).progressive().file()] {
        let error = DecodeError::Truncated { format: Format::Jpeg };
        assert_eq!(decode(&file[..file.len() - 1], &LIMITS), Err(error.clone()));
        assert_eq!(decode(&file[..file.len() - 2], &LIMITS), Err(error));
    }
}

#[test]
fn a_jpeg_of_which_a_middle_part_was_lost_is_decoded_as_far_as_it_goes() {
    let file = Flat::new(64, 64, 3).file();
    let lost = [&file[..file.len() - 30], &file[file.len() - 2..]].concat();
    let (whole, rest) = (decode(&file, &LIMITS).unwrap(), decode(&lost, &LIMITS).unwrap());
    let third = whole.samples().len() / 3;
    assert_eq!(rest.samples()[..third], whole.samples()[..third]);
    assert_ne!(rest, whole);
}

#[test]
fn a_png_with_a_wrong_checksum_is_damaged_and_the_message_says_what_to_do() {
    let (_, mut file) = FILES.iter().find(|(name, _)| *name == "PNG").cloned().unwrap();
    let data = file.windows(4).position(|name| name == b"IDAT").unwrap();
    file[data + 20] ^= 1;
    let error = decode(&file, &LIMITS).unwrap_err();
    assert!(matches!(error, DecodeError::Corrupt { format: Format::Png, .. }), "{error:?}");
    assert!(error.to_string().ends_with("save it again with a picture editor and send that"));
}

#[test]
fn a_jpeg_without_size_scan_or_components_is_damaged() {
    let whole = Flat::new(8, 8, 3).file();
    let place = |marker: u8| whole.windows(2).position(|pair| pair == [0xFF, marker]).unwrap();
    let (frame, scan) = (place(0xC0), place(0xDA));
    let mut flat = whole.clone();
    flat[frame + 5..frame + 7].fill(0);
    let mut oversampled = whole.clone();
    oversampled[frame + 11] = 0x51;
    let cases = [
        [&whole[..scan], &[0xFF, 0xD9]].concat(),
        [&whole[..frame], &whole[scan..]].concat(),
        flat,
        oversampled,
        vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 0xFF, 0xD9],
    ];
    for file in cases {
        assert!(matches!(decode(&file, &LIMITS), Err(DecodeError::Corrupt { format: Format::Jpeg, .. })));
    }
}

#[test]
fn a_picture_without_width_or_height_is_damaged() {
    let (_, mut gif) = FILES.iter().find(|(name, _)| *name == "GIF").cloned().unwrap();
    gif[6..8].fill(0);
    let mut jpeg = Flat::new(8, 8, 3).file();
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 7..frame + 9].fill(0);
    for (file, format) in [(gif, Format::Gif), (jpeg, Format::Jpeg)] {
        let what = "its width or height is zero".to_owned();
        assert_eq!(decode(&file, &LIMITS), Err(DecodeError::Corrupt { format, what }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn no_change_to_a_file_makes_a_decoder_fail(
        file in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let (name, file) = file.get(&FILES);
        let mut file = file.clone();
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let result = decode(&file, &LIMITS);
        prop_assert!(!matches!(result, Err(DecodeError::DecoderFailed { .. })), "{name}");
    }

    #[test]
    fn no_made_up_file_makes_a_decoder_fail(
        file in any::<prop::sample::Index>(),
        head in 4_usize..40,
        tail in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let (name, file) = file.get(&FILES);
        let result = decode(&[&file[..head.min(file.len())], &tail].concat(), &LIMITS);
        prop_assert!(!matches!(result, Err(DecodeError::DecoderFailed { .. })), "{name}");
    }
}
