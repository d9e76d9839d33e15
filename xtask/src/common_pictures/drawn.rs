//! What is drawn: screens without anything on them, conversations, test cards, faces, logos, cards that say "no picture".

use super::canvas::{BLACK, Canvas, Colour, WHITE};

const DARK: Colour = [18, 18, 18];
const GREY: Colour = [225, 225, 228];
const MIDDLE: Colour = [140, 140, 146];
const BLUE: Colour = [0, 122, 255];
const GREEN: Colour = [37, 166, 91];
const YELLOW: Colour = [255, 204, 51];
const RED: Colour = [220, 40, 60];

/// A telephone's screen, upright.
const PHONE: (usize, usize) = (360, 760);
const SQUARE: (usize, usize) = (400, 400);
const WIDE: (usize, usize) = (640, 360);

/// Every picture by its name.
pub(super) fn all() -> Vec<(String, Canvas)> {
    let mut all = Vec::new();
    let mut add = |name: String, canvas: Canvas| all.push((name, canvas));
    for (mode, ground, ink) in [("light", WHITE, DARK), ("dark", DARK, WHITE), ("black", BLACK, WHITE)] {
        add(format!("screen-blank-{mode}"), screen(ground, ink));
        add(format!("screen-home-{mode}"), home(ground, ink));
        add(format!("screen-clock-{mode}"), clock(ground, ink));
        add(format!("screen-waiting-{mode}"), waiting(ground, ink));
        for (who, mine) in [("blue", BLUE), ("green", GREEN)] {
            add(format!("screen-chat-{mode}-{who}"), chat(ground, ink, mine));
        }
    }
    for (shape, (width, height)) in [("phone", PHONE), ("square", SQUARE), ("wide", WIDE)] {
        for (name, from, to) in [("grey", BLACK, WHITE), ("blue", WHITE, BLUE), ("warm", YELLOW, RED)] {
            add(format!("gradient-{name}-{shape}"), gradient(width, height, from, to, |_, y| y));
            add(format!("gradient-across-{name}-{shape}"), gradient(width, height, from, to, |x, y| (x + y) / 2.0));
            add(
                format!("gradient-round-{name}-{shape}"),
                gradient(width, height, from, to, |x, y| (x - 0.5).hypot(y - 0.5)),
            );
        }
        add(format!("bars-{shape}"), bars(width, height));
        add(format!("test-card-{shape}"), test_card(width, height));
        for (mode, ground, ink) in [("light", GREY, MIDDLE), ("dark", DARK, MIDDLE), ("white", WHITE, GREY)] {
            add(format!("no-picture-{mode}-{shape}"), no_picture(width, height, ground, ink));
            add(format!("no-picture-crossed-{mode}-{shape}"), crossed(no_picture(width, height, ground, ink), ink));
            add(format!("play-{mode}-{shape}"), play(width, height, ground, ink));
        }
    }
    for squares in [2, 3, 4, 5, 6, 8, 10, 12, 16] {
        add(format!("checkers-{squares}"), checkers(squares, BLACK, WHITE));
    }
    add("checkers-transparent".to_owned(), checkers(20, GREY, WHITE));
    for count in [3, 5, 8, 12] {
        add(format!("stripes-{count}"), stripes(count));
    }
    for (name, ground, ink) in
        [("grey", GREY, MIDDLE), ("blue", BLUE, WHITE), ("dark", DARK, MIDDLE), ("white", WHITE, GREY)]
    {
        add(format!("avatar-{name}"), avatar(ground, ink));
        add(format!("avatar-round-{name}"), rounded(avatar(ground, ink)));
        add(format!("avatars-{name}"), avatars(ground, ink));
    }
    for mood in ["smile", "sad", "flat", "open", "hearts", "wink"] {
        add(format!("face-{mood}-white"), face(mood, WHITE));
        add(format!("face-{mood}-dark"), face(mood, DARK));
    }
    for modules in [21, 25, 29, 33] {
        add(format!("square-code-{modules}"), square_code(modules));
    }
    for (name, ground, ink) in [("light", WHITE, DARK), ("dark", DARK, WHITE), ("blue", BLUE, WHITE)] {
        add(format!("rempart-{name}"), logo(ground, ink));
        add(format!("heart-{name}"), heart(ground, if ground == BLUE { WHITE } else { RED }));
    }
    all
}

/// A screen with nothing but its status line and the bar below.
fn screen(ground: Colour, ink: Colour) -> Canvas {
    let mut on = Canvas::new(PHONE.0, PHONE.1, ground);
    let (width, height) = on.size();
    on.rect(60.0, 30.0, 130.0, 34.0, ink);
    for (place, bar) in [0.0, 60.0, 120.0].into_iter().zip([40.0, 40.0, 70.0]) {
        on.rect(width - 260.0 + place, 30.0, bar, 34.0, ink);
    }
    on.rect(width / 2.0 - 180.0, height - 40.0, 360.0, 14.0, ink);
    on
}

fn home(ground: Colour, ink: Colour) -> Canvas {
    let mut on = screen(ground, ink);
    let colours = [BLUE, GREEN, YELLOW, RED, MIDDLE, GREY];
    for place in 0..24 {
        let (x, y) = (f64::from(place % 4), f64::from(place / 4));
        on.rect(70.0 + x * 230.0, 150.0 + y * 270.0, 170.0, 170.0, colours[place as usize % colours.len()]);
    }
    on
}

fn clock(ground: Colour, ink: Colour) -> Canvas {
    let mut on = screen(ground, ink);
    for (x, width) in [(200.0, 110.0), (340.0, 110.0), (550.0, 110.0), (690.0, 110.0)] {
        on.rect(x, 330.0, width, 220.0, ink);
        on.rect(x + 30.0, 360.0, width - 60.0, 60.0, ground);
        on.rect(x + 30.0, 450.0, width - 60.0, 70.0, ground);
    }
    on.rect(300.0, 620.0, 400.0, 50.0, ink);
    on
}

fn waiting(ground: Colour, ink: Colour) -> Canvas {
    let mut on = screen(ground, ink);
    let (width, height) = on.size();
    on.ring(width / 2.0, height / 2.0, 110.0, 80.0, MIDDLE);
    on
}

fn chat(ground: Colour, ink: Colour, mine: Colour) -> Canvas {
    let mut on = screen(ground, ink);
    let theirs = if ground == WHITE { GREY } else { [52, 52, 56] };
    on.rect(0.0, 90.0, 1000.0, 110.0, theirs);
    on.disc(120.0, 145.0, 45.0, MIDDLE);
    for (row, (length, is_mine)) in
        [(420.0, false), (560.0, true), (300.0, false), (640.0, false), (380.0, true), (500.0, true), (460.0, false)]
            .into_iter()
            .enumerate()
    {
        let y = 260.0 + row as f64 * 210.0;
        let x = if is_mine { 950.0 - length } else { 50.0 };
        on.rect(x, y, length, 130.0, if is_mine { mine } else { theirs });
        on.rect(x + 30.0, y + 50.0, length - 90.0, 26.0, if is_mine { WHITE } else { ink });
    }
    on
}

fn gradient(width: usize, height: usize, from: Colour, to: Colour, along: impl Fn(f64, f64) -> f64) -> Canvas {
    let mut on = Canvas::new(width, height, from);
    let (full_width, full_height) = on.size();
    on.paint(|x, y| {
        let part = along(x / full_width, y / full_height).clamp(0.0, 1.0);
        let mix = |one: u8, other: u8| (f64::from(one) + (f64::from(other) - f64::from(one)) * part).round() as u8;
        Some([mix(from[0], to[0]), mix(from[1], to[1]), mix(from[2], to[2])])
    });
    on
}

const BARS: [Colour; 7] =
    [[192, 192, 192], [192, 192, 0], [0, 192, 192], [0, 192, 0], [192, 0, 192], [192, 0, 0], [0, 0, 192]];

fn bars(width: usize, height: usize) -> Canvas {
    let mut on = Canvas::new(width, height, BLACK);
    let (full_width, full_height) = on.size();
    on.paint(|x, y| {
        let place = (x / full_width * 7.0) as usize;
        (y < full_height * 0.7).then(|| BARS[place.min(6)])
    });
    on.rect(full_width / 6.0, full_height * 0.75, full_width / 6.0, full_height * 0.25, WHITE);
    on
}

fn test_card(width: usize, height: usize) -> Canvas {
    let mut on = Canvas::new(width, height, [120, 120, 120]);
    let (full_width, full_height) = on.size();
    on.paint(|x, y| (x % 100.0 < 6.0 || y % 100.0 < 6.0).then_some(WHITE));
    let (x, y) = (full_width / 2.0, full_height / 2.0);
    on.disc(x, y, 440.0, GREY);
    for (place, colour) in BARS.into_iter().enumerate() {
        on.rect(x - 350.0 + place as f64 * 100.0, y - 150.0, 100.0, 150.0, colour);
    }
    for place in 0..8 {
        let shade = (place * 36) as u8;
        on.rect(x - 360.0 + f64::from(place) * 90.0, y + 20.0, 90.0, 120.0, [shade; 3]);
    }
    on.ring(x, y, 440.0, 430.0, BLACK);
    on
}

/// The card that stands where a picture could not be shown: a frame, hills, a sun.
fn no_picture(width: usize, height: usize, ground: Colour, ink: Colour) -> Canvas {
    let mut on = Canvas::new(width, height, ground);
    let (full_width, full_height) = on.size();
    let (x, y) = (full_width / 2.0, full_height / 2.0);
    on.rect(x - 260.0, y - 200.0, 520.0, 400.0, ink);
    on.rect(x - 230.0, y - 170.0, 460.0, 340.0, ground);
    on.disc(x - 120.0, y - 80.0, 50.0, ink);
    on.triangle([(x - 210.0, y + 150.0), (x - 60.0, y - 20.0), (x + 90.0, y + 150.0)], ink);
    on.triangle([(x - 20.0, y + 150.0), (x + 100.0, y - 90.0), (x + 210.0, y + 150.0)], ink);
    on
}

fn crossed(mut on: Canvas, ink: Colour) -> Canvas {
    let (width, height) = on.size();
    let (x, y) = (width / 2.0, height / 2.0);
    on.paint(|px, py| (((px - x) - (py - y)).abs() < 26.0 && (px - x).abs() < 320.0).then_some(ink));
    on.rect(x - 240.0, y + 270.0, 480.0, 40.0, ink);
    on
}

fn play(width: usize, height: usize, ground: Colour, ink: Colour) -> Canvas {
    let mut on = Canvas::new(width, height, ground);
    let (full_width, full_height) = on.size();
    let (x, y) = (full_width / 2.0, full_height / 2.0);
    on.disc(x, y, 220.0, ink);
    on.triangle([(x - 70.0, y - 120.0), (x - 70.0, y + 120.0), (x + 140.0, y)], ground);
    on
}

fn checkers(squares: usize, one: Colour, other: Colour) -> Canvas {
    let mut on = Canvas::new(SQUARE.0, SQUARE.1, one);
    let side = 1000.0 / squares as f64;
    on.paint(|x, y| (((x / side) as usize + (y / side) as usize) % 2 == 1).then_some(other));
    on
}

fn stripes(count: usize) -> Canvas {
    let mut on = Canvas::new(SQUARE.0, SQUARE.1, BLACK);
    let width = 1000.0 / count as f64;
    on.paint(|x, _| ((x / width) as usize % 2 == 1).then_some(WHITE));
    on
}

fn avatar(ground: Colour, ink: Colour) -> Canvas {
    let mut on = Canvas::new(SQUARE.0, SQUARE.1, ground);
    on.disc(500.0, 390.0, 180.0, ink);
    on.disc(500.0, 1000.0, 370.0, ink);
    on
}

fn avatars(ground: Colour, ink: Colour) -> Canvas {
    let mut on = Canvas::new(SQUARE.0, SQUARE.1, ground);
    for (x, y, size) in [(260.0, 420.0, 0.7), (740.0, 420.0, 0.7), (500.0, 450.0, 1.0)] {
        on.disc(x, y, 150.0 * size, ink);
        on.disc(x, y + 480.0 * size, 290.0 * size, ink);
        on.ring(x, y, 165.0 * size, 150.0 * size, ground);
    }
    on
}

fn rounded(mut on: Canvas) -> Canvas {
    on.paint(|x, y| ((x - 500.0).hypot(y - 500.0) > 490.0).then_some(WHITE));
    on
}

fn face(mood: &str, ground: Colour) -> Canvas {
    let mut on = Canvas::new(SQUARE.0, SQUARE.1, ground);
    let ink = [92, 64, 16];
    on.disc(500.0, 500.0, 440.0, YELLOW);
    let eyes = [340.0, 660.0];
    for (place, x) in eyes.into_iter().enumerate() {
        match mood {
            "hearts" => heart_at(&mut on, x, 400.0, 0.3, RED),
            "wink" if place == 1 => on.rect(x - 70.0, 390.0, 140.0, 28.0, ink),
            _ => on.disc(x, 400.0, 60.0, ink),
        }
    }
    match mood {
        "sad" => on.arc((500.0, 790.0), 200.0, 160.0, false, ink),
        "flat" => on.rect(330.0, 660.0, 340.0, 36.0, ink),
        "open" => on.disc(500.0, 690.0, 120.0, ink),
        _ => on.arc((500.0, 560.0), 230.0, 190.0, true, ink),
    }
    on
}

/// The three corners by which a square code is found, and nothing between them.
fn square_code(modules: usize) -> Canvas {
    let mut on = Canvas::new(SQUARE.0, SQUARE.1, WHITE);
    let module = 1000.0 / (modules + 8) as f64;
    let far = modules as f64 - 7.0;
    for (x, y) in [(0.0, 0.0), (far, 0.0), (0.0, far)] {
        for (inset, colour) in [(0.0, BLACK), (1.0, WHITE), (2.0, BLACK)] {
            let side = (7.0 - 2.0 * inset) * module;
            on.rect((x + 4.0 + inset) * module, (y + 4.0 + inset) * module, side, side, colour);
        }
    }
    on
}

/// Our own: a wall with its battlements and a gate.
fn logo(ground: Colour, ink: Colour) -> Canvas {
    let mut on = Canvas::new(SQUARE.0, SQUARE.1, ground);
    on.rect(100.0, 430.0, 800.0, 420.0, ink);
    for x in [100.0, 405.0, 710.0] {
        on.rect(x, 300.0, 190.0, 130.0, ink);
    }
    on.disc(500.0, 700.0, 110.0, ground);
    on.rect(390.0, 700.0, 220.0, 150.0, ground);
    on
}

fn heart(ground: Colour, ink: Colour) -> Canvas {
    let mut on = Canvas::new(SQUARE.0, SQUARE.1, ground);
    heart_at(&mut on, 500.0, 450.0, 1.0, ink);
    on
}

fn heart_at(on: &mut Canvas, x: f64, y: f64, size: f64, ink: Colour) {
    on.disc(x - 140.0 * size, y - 60.0 * size, 170.0 * size, ink);
    on.disc(x + 140.0 * size, y - 60.0 * size, 170.0 * size, ink);
    on.triangle([(x - 297.0 * size, y), (x + 297.0 * size, y), (x, y + 340.0 * size)], ink);
}
