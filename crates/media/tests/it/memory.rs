//! What decoding holds at its peak, counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use image::{DynamicImage, ImageFormat};
use media::{Limits, Purpose, decode, encode, fingerprints};

use crate::files::{animated_gif, drawn, drawn_with_alpha, encoded, jpeg::Flat, png};

/// Buffers of decoders that do not grow with the picture, in bytes.
const FIXED_BYTES: i64 = 512 * 1024;

thread_local! {
    /// Bytes this thread holds, and the most it held since the counting began.
    static HELD: Cell<(i64, i64)> = const { Cell::new((0, 0)) };
}

struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

fn count(bytes: i64) {
    // A thread that ends may free after its counter is gone; nobody asks for that thread's peak any more.
    let _ = HELD.try_with(|held| {
        let (now, peak) = held.get();
        held.set((now + bytes, peak.max(now + bytes)));
    });
}

// SAFETY: every call is handed to the system's allocator unchanged; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as i64 - layout.size() as i64);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// The most bytes that `work` held at once, beyond what was held before.
fn peak_bytes<T>(work: impl FnOnce() -> T) -> i64 {
    let before = HELD.with(|held| {
        let (now, _) = held.get();
        held.set((now, now));
        now
    });
    drop(work());
    HELD.with(Cell::get).1 - before
}

/// The lowest memory limit under which a file is let through.
fn reckoned_bytes(file: &[u8]) -> u64 {
    let is_enough = |&memory_bytes_max: &u64| decode(file, &Limits { memory_bytes_max, ..Limits::default() }).is_ok();
    let (mut too_little, mut enough) = (0, 1 << 30);
    while enough - too_little > 1 {
        let middle = (too_little + enough) / 2;
        *(if is_enough(&middle) { &mut enough } else { &mut too_little }) = middle;
    }
    enough
}

#[test]
fn no_decoding_holds_more_than_the_limit_that_let_it_through() {
    let (width, height) = (800, 600);
    let (rgb, rgba) = (drawn(21, width, height), drawn_with_alpha(21, width, height));
    let picture = media::draw::photograph(21, width, height);
    let wide = DynamicImage::from(rgba.clone()).to_rgba16();
    let files = [
        ("JPEG", encode::jpeg(&picture, 90).unwrap()),
        ("progressive JPEG", Flat::new(800, 600, 3).progressive().file()),
        ("non-interleaved JPEG", Flat::new(800, 600, 3).one_scan_each().file()),
        ("four-ink JPEG", Flat::new(800, 600, 4).adobe(2).file()),
        ("PNG", encode::png(&picture).unwrap()),
        ("16-bit PNG", encoded(wide.clone(), ImageFormat::Png)),
        ("interlaced PNG", png::Chunks::new(width, height, 8, png::RGB).interlaced(&rgb, 3).file(&[])),
        ("GIF", encoded(rgba.clone(), ImageFormat::Gif)),
        ("animated GIF", animated_gif(&[rgba.clone(), rgba.clone()])),
        ("WebP", encoded(rgb.clone(), ImageFormat::WebP)),
        ("WebP with alpha", encoded(rgba.clone(), ImageFormat::WebP)),
        ("BMP", encoded(rgb.clone(), ImageFormat::Bmp)),
        ("BMP with alpha", encoded(rgba, ImageFormat::Bmp)),
        ("TIFF", encoded(rgb, ImageFormat::Tiff)),
        ("16-bit TIFF", encoded(wide, ImageFormat::Tiff)),
    ];
    for (name, file) in files {
        let memory_bytes_max = reckoned_bytes(&file);
        let limits = Limits { memory_bytes_max, ..Limits::default() };
        let peak = peak_bytes(|| decode(&file, &limits).unwrap());
        let pixels = f64::from(width * height);
        let (held, reckoned) = (peak as f64 / pixels, memory_bytes_max as f64 / pixels);
        println!("{name}: held {held:.2}, reckoned {reckoned:.2} bytes a pixel");
        assert!(peak <= memory_bytes_max as i64 + FIXED_BYTES, "{name}: held {held:.2}, reckoned {reckoned:.2}");
        assert!(peak >= i64::from(width * height), "{name}: the count misses the pixels themselves");
    }
}

#[test]
fn a_png_hashed_by_rows_holds_the_same_whatever_its_height() {
    const ROAD_BYTES: i64 = 1_200_000;
    // Flat, so that it is gone over twice; and with something to see.
    for is_flat in [true, false] {
        let peak_of = |height: u32| {
            let width = 1_000;
            let mut state = 1_u32;
            let data: Vec<u8> = (0..width * height)
                .map(|place| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    if is_flat { 90 } else { (place / width / 40 % 2 * 90 + place % width / 8 + (state >> 29)) as u8 }
                })
                .collect();
            let file = png::Chunks::new(width, height, 8, png::GREY).file(&data);
            let held = peak_bytes(|| fingerprints(&file, &Limits::default(), Purpose::Plain).unwrap());
            let whole = peak_bytes(|| decode(&file, &Limits::default()).unwrap());
            println!("flat {is_flat}, {width}x{height}: held {held} bytes, {whole} where it is decoded whole");
            (held, whole)
        };
        let ((low, _), (high, whole)) = (peak_of(2_000), peak_of(8_000));
        // The slow road keeps a window's rows, of which there are more in a higher picture: a byte for 32 pixels.
        assert!(high < ROAD_BYTES && high < whole / 6 && high - low < 300_000, "held {low} and {high} bytes");
    }
}

#[test]
fn a_small_file_that_claims_a_large_picture_costs_nothing() {
    let file = png::Chunks::new(60_000, 50_000, 8, png::RGB).file(&[]);
    assert!(peak_bytes(|| decode(&file, &Limits::default()).unwrap_err()) < FIXED_BYTES);
}

#[test]
fn metadata_that_inflates_a_thousandfold_costs_no_more_than_the_fixed_allowance() {
    const ALLOWANCE_BYTES: i64 = 2 * 8 * 1024 * 1024;
    // The compressed pixels of a black picture, 48 MB once inflated, in the place of a colour profile.
    let black = encoded(image::RgbImage::new(4000, 4000), ImageFormat::Png);
    let stream = png::chunk_data(&black, b"IDAT");
    let file = png::Chunks::new(2, 2, 8, png::RGB).profile(&stream).file(&[9; 12]);
    assert!(file.len() < 1024 * 1024);
    let peak = peak_bytes(|| decode(&file, &Limits::default()));
    assert!(peak < ALLOWANCE_BYTES, "held {peak} bytes");
}

#[test]
fn a_gif_frame_larger_than_its_screen_is_refused_before_memory_is_taken_for_it() {
    let file = b"GIF89a\x03\0\x01\0\x80\0\0\x09\x09\x09\xC8\x64\x32,\x01\0\0\0\xFF\xFF\xFF\xFF\0\x02\x02\x4C\x01\0;";
    let peak = peak_bytes(|| decode(file, &Limits::default()).unwrap_err());
    assert!(peak < FIXED_BYTES, "held {peak} bytes");
}
