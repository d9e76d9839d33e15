//! A picture in memory, a few shapes on it, and its form as a BMP file.

/// Red, green, blue.
pub(super) type Colour = [u8; 3];

pub(super) const WHITE: Colour = [255, 255, 255];
pub(super) const BLACK: Colour = [0, 0, 0];

/// Places and lengths are in thousandths of the picture's shorter side, so that one drawing fits several sizes.
#[derive(Clone)]
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize, ground: Colour) -> Self {
        Self { width, height, pixels: vec![ground; width * height] }
    }

    /// The picture's width and height, in thousandths of the shorter side.
    pub(super) fn size(&self) -> (f64, f64) {
        let unit = self.unit();
        (self.width as f64 / unit, self.height as f64 / unit)
    }

    /// Each pixel by its place.
    pub(super) fn paint(&mut self, colour: impl Fn(f64, f64) -> Option<Colour>) {
        let unit = self.unit();
        for (at, pixel) in self.pixels.iter_mut().enumerate() {
            let (x, y) = ((at % self.width) as f64 / unit, (at / self.width) as f64 / unit);
            if let Some(colour) = colour(x, y) {
                *pixel = colour;
            }
        }
    }

    pub(super) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, colour: Colour) {
        self.paint(|px, py| (px >= x && px < x + width && py >= y && py < y + height).then_some(colour));
    }

    pub(super) fn disc(&mut self, x: f64, y: f64, radius: f64, colour: Colour) {
        self.ring(x, y, radius, 0.0, colour);
    }

    pub(super) fn ring(&mut self, x: f64, y: f64, outer: f64, inner: f64, colour: Colour) {
        self.paint(|px, py| (inner..outer).contains(&(px - x).hypot(py - y)).then_some(colour));
    }

    /// The lower half of a ring, or the upper one.
    pub(super) fn arc(&mut self, (x, y): (f64, f64), outer: f64, inner: f64, is_lower: bool, colour: Colour) {
        self.paint(|px, py| {
            ((inner..outer).contains(&(px - x).hypot(py - y)) && (py > y) == is_lower).then_some(colour)
        });
    }

    pub(super) fn triangle(&mut self, [a, b, c]: [(f64, f64); 3], colour: Colour) {
        let side = |p: (f64, f64), q: (f64, f64), x: f64, y: f64| (q.0 - p.0) * (y - p.1) - (q.1 - p.1) * (x - p.0);
        self.paint(|x, y| {
            let sides = [side(a, b, x, y), side(b, c, x, y), side(c, a, x, y)];
            (sides.iter().all(|s| *s >= 0.0) || sides.iter().all(|s| *s <= 0.0)).then_some(colour)
        });
    }

    /// 24 bits a pixel, rows from below, each filled up to four bytes.
    pub(super) fn bmp(&self) -> Vec<u8> {
        const HEAD_BYTES: usize = 54;
        let row_bytes = (self.width * 3).next_multiple_of(4);
        let bytes = HEAD_BYTES + row_bytes * self.height;
        let mut file = b"BM".to_vec();
        for value in [bytes, 0, HEAD_BYTES, 40, self.width, self.height] {
            file.extend((value as u32).to_le_bytes());
        }
        file.extend([1, 0, 24, 0]);
        file.resize(HEAD_BYTES, 0);
        for row in self.pixels.chunks(self.width).rev() {
            let end = file.len() + row_bytes;
            file.extend(row.iter().flat_map(|[red, green, blue]| [*blue, *green, *red]));
            file.resize(end, 0);
        }
        file
    }

    fn unit(&self) -> f64 {
        self.width.min(self.height) as f64 / 1000.0
    }
}
