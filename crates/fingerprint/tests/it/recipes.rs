//! Draws the pictures of vectors/pdq.json, which describes the recipes. Integers only: the same in every language.

use fingerprint::PixelFormat;

/// The pixels and the stride in bytes.
pub(crate) fn draw(recipe: &str, seed: u32, width: u32, height: u32, format: PixelFormat) -> (Vec<u8>, usize) {
    let recipe = recipe_named(recipe);
    let mut data = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for c in 0..format.bytes_per_pixel() as u32 {
                let value =
                    if c == 3 { at(seed, x, y, c) } else { recipe(&Point { seed, x, y, c, w: width, h: height }) };
                data.push(value as u8);
            }
        }
    }
    (data, width as usize * format.bytes_per_pixel())
}

struct Point {
    seed: u32,
    x: u32,
    y: u32,
    c: u32,
    w: u32,
    h: u32,
}

fn recipe_named(name: &str) -> fn(&Point) -> u32 {
    match name {
        "flat" => |p| at(p.seed, 0, 0, p.c),
        "noise" => |p| at(p.seed, p.x, p.y, p.c),
        "speckle" => |p| 100 + (at(p.seed, p.x, p.y, p.c) & 3),
        "slope" => slope,
        "faint" => |p| 90 + slope(p) / (4 + p.seed % 13),
        "squares" => |p| {
            let side = 1 + p.seed % 29;
            at(p.seed, (p.x / side + p.y / side) & 1, 7, p.c)
        },
        "rings" => |p| {
            let u = (2 * p.x + 1).abs_diff(p.w);
            let v = (2 * p.y + 1).abs_diff(p.h);
            (u * u + v * v) >> (p.seed % 9)
        },
        "clouds" => clouds,
        "blocks" => |p| {
            let covers = |k: &u32| {
                let x0 = at(p.seed, *k, 0, 9) % p.w;
                let y0 = at(p.seed, *k, 1, 9) % p.h;
                (x0..x0 + p.w / 5 + 1).contains(&p.x) && (y0..y0 + p.h / 7 + 1).contains(&p.y)
            };
            (0..16).rev().find(covers).map_or_else(|| clouds(p), |k| at(p.seed, k, 2, p.c))
        },
        "dot" => |p| {
            let is_dot = p.x == at(p.seed, 0, 0, 9) % p.w && p.y == at(p.seed, 1, 0, 9) % p.h;
            if is_dot { 255 } else { 0 }
        },
        _ => panic!("vectors/pdq.json names the recipe {name}, which is not here"),
    }
}

fn slope(p: &Point) -> u32 {
    let share = p.seed % 17;
    let across = 255 * p.x / (p.w - 1).max(1);
    let down = 255 * p.y / (p.h - 1).max(1);
    let slope = (across * share + down * (16 - share)) / 16;
    if p.c == 1 { 255 - slope } else { slope }
}

fn clouds(p: &Point) -> u32 {
    let layer = |g: u32| {
        let (i, a) = (p.x / g, p.x % g);
        let (j, b) = (p.y / g, p.y % g);
        let corner = |i, j| at(p.seed + g, i, j, p.c) & 255;
        let upper = corner(i, j) * (g - a) * (g - b) + corner(i + 1, j) * a * (g - b);
        let lower = corner(i, j + 1) * (g - a) * b + corner(i + 1, j + 1) * a * b;
        (upper + lower) / (g * g)
    };
    (8 * layer(64) + 4 * layer(32) + 2 * layer(16) + layer(8)) / 15
}

fn at(seed: u32, x: u32, y: u32, c: u32) -> u32 {
    mix(seed.wrapping_add(mix(x.wrapping_add(mix(y.wrapping_add(mix(c)))))))
}

fn mix(mut value: u32) -> u32 {
    value ^= value >> 16;
    value = value.wrapping_mul(0x7feb_352d);
    value ^= value >> 15;
    value = value.wrapping_mul(0x846c_a68b);
    value ^ value >> 16
}
