//! Pictures made small and grey: for whoever has to look at one, and for nothing that is compared.

use crate::Format;
use crate::picture::{Picture, Samples};

impl Picture {
    /// A grey picture of these samples, rows from top to bottom, one byte a pixel; `None` unless they are exactly as many as
    /// its sides ask for.
    #[must_use]
    pub fn grey(width: u32, height: u32, samples: Vec<u8>) -> Option<Self> {
        Self::new(width, height, Samples::Luma8(samples), Format::Png)
    }

    /// The same in grey (Rec. 601), made smaller by averaging until neither side is longer than `side_max` (at least 1); never
    /// made larger.
    #[must_use]
    pub fn grey_within(&self, side_max: u32) -> Self {
        let (width, height) = (self.width(), self.height());
        let longer = width.max(height);
        let scaled = |side: u32| {
            let scaled = u64::from(side) * u64::from(side_max.max(1)) / u64::from(longer);
            u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
        };
        let (to_width, to_height) =
            if longer <= side_max.max(1) { (width, height) } else { (scaled(width), scaled(height)) };
        let mut sums = vec![0_u64; to_width as usize];
        let mut counts = vec![0_u64; to_width as usize];
        let mut samples = Vec::with_capacity(to_width as usize * to_height as usize);
        for to_row in 0..u64::from(to_height) {
            sums.fill(0);
            counts.fill(0);
            let rows = to_row * u64::from(height) / u64::from(to_height)
                ..(to_row + 1) * u64::from(height) / u64::from(to_height);
            for row in rows {
                for column in 0..u64::from(width) {
                    let to = (column * u64::from(to_width) / u64::from(width)) as usize;
                    sums[to] += u64::from(self.brightness((row * u64::from(width) + column) as usize));
                    counts[to] += 1;
                }
            }
            // Never more than 255, being an average of bytes.
            samples.extend(sums.iter().zip(&counts).map(|(sum, count)| (sum / count.max(&1)) as u8));
        }
        Self::new(to_width, to_height, Samples::Luma8(samples), self.format())
            .expect("as many samples as the sides say, and no more pixels than there were")
    }

    fn brightness(&self, pixel: usize) -> u8 {
        let samples = self.samples();
        if self.is_grey() {
            return samples[pixel];
        }
        let [red, green, blue] = [0, 1, 2].map(|part| u32::from(samples[3 * pixel + part]));
        ((299 * red + 587 * green + 114 * blue + 500) / 1000) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw;

    #[test]
    fn a_picture_is_made_small_and_keeps_its_shape_and_its_brightness() {
        let picture = draw::photograph(3, 400, 200);
        let small = picture.grey_within(64);
        assert_eq!((small.width(), small.height(), small.is_grey()), (64, 32, true));
        let mean = |of: &[u8]| of.iter().map(|sample| u64::from(*sample)).sum::<u64>() / of.len() as u64;
        let grey = picture.grey_within(10_000);
        assert_eq!((grey.width(), grey.height()), (400, 200), "never larger");
        assert!(mean(grey.samples()).abs_diff(mean(small.samples())) <= 1);
    }

    #[test]
    fn slivers_keep_a_pixel_and_a_picture_at_the_limit_is_left_as_it_is() {
        let sliver = Picture::grey(1_000, 1, vec![7; 1_000]).unwrap().grey_within(10);
        assert_eq!((sliver.width(), sliver.height(), sliver.samples()), (10, 1, &[7; 10][..]));
        let same = Picture::grey(10, 2, (0..20).collect()).unwrap();
        assert_eq!(same.grey_within(10), same);
        assert_eq!(same.grey_within(9).width(), 9);
        assert!(Picture::grey(2, 2, vec![0; 3]).is_none() && Picture::grey(0, 0, vec![]).is_none());
    }
}
