//! JPEG files of flat 8 by 8 blocks (ITU-T T.81), for what the encoder does not write: four inks, progressive and
//! non-interleaved scans, EXIF. A block carries only its mean: quantised by 8, that is the sample less 128.

/// A JPEG of whole blocks; block `index` of component `c` has the level of [`Flat::level`].
pub(crate) struct Flat {
    width: u16,
    height: u16,
    components: u8,
    start_of_frame: u8,
    is_one_scan_each: bool,
    metadata: Vec<u8>,
}

impl Flat {
    /// `width` and `height` must be multiples of 8.
    pub(crate) fn new(width: u16, height: u16, components: u8) -> Self {
        assert!(width.is_multiple_of(8) && height.is_multiple_of(8));
        Self { width, height, components, start_of_frame: 0xC0, is_one_scan_each: false, metadata: Vec::new() }
    }

    pub(crate) fn progressive(mut self) -> Self {
        self.start_of_frame = 0xC2;
        self
    }

    pub(crate) fn one_scan_each(mut self) -> Self {
        self.is_one_scan_each = true;
        self
    }

    /// Adobe's marker with its colour transform: 0 none, 1 YCbCr, 2 YCCK.
    pub(crate) fn adobe(mut self, transform: u8) -> Self {
        self.metadata.extend(segment(0xEE, &[b"Adobe\x00\x64\x00\x00\x00\x00".as_slice(), &[transform]].concat()));
        self
    }

    /// EXIF with nothing but this orientation, 1..=8.
    pub(crate) fn exif_orientation(mut self, orientation: u8) -> Self {
        let tiff = b"Exif\x00\x00MM\x00\x2A\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00";
        self.metadata.extend(segment(0xE1, &[tiff.as_slice(), &[orientation, 0, 0, 0, 0, 0, 0]].concat()));
        self
    }

    /// Another start of frame, such as 0xC9 for arithmetic coding (the scan is not rewritten).
    pub(crate) fn start_of_frame(mut self, marker: u8) -> Self {
        self.start_of_frame = marker;
        self
    }

    /// The sample, 0..=255, of every pixel of a block.
    pub(crate) fn level(component: u8, block: usize) -> u8 {
        (block * (29 + 14 * usize::from(component)) + 60 * usize::from(component)) as u8
    }

    pub(crate) fn file(&self) -> Vec<u8> {
        let mut file = vec![0xFF, 0xD8];
        file.extend(&self.metadata);
        file.extend(segment(0xDB, &[&[0], [8; 64].as_slice()].concat()));
        file.extend(segment(self.start_of_frame, &self.frame_header()));
        // Twelve lengths of difference, each a code of four bits; the only run of components is "end of block", "0".
        file.extend(segment(
            0xC4,
            &[&[0, 0, 0, 0, 12], [0; 12].as_slice(), &std::array::from_fn::<u8, 12, _>(|i| i as u8)].concat(),
        ));
        file.extend(segment(0xC4, &[&[0x10, 1], [0; 15].as_slice(), &[0]].concat()));
        let all: Vec<u8> = (0..self.components).collect();
        if self.is_one_scan_each {
            all.iter().for_each(|component| file.extend(self.scan(&[*component])));
        } else {
            file.extend(self.scan(&all));
        }
        file.extend([0xFF, 0xD9]);
        file
    }

    fn frame_header(&self) -> Vec<u8> {
        let mut header = vec![8];
        header.extend(self.height.to_be_bytes());
        header.extend(self.width.to_be_bytes());
        header.push(self.components);
        (1..=self.components).for_each(|id| header.extend([id, 0x11, 0]));
        header
    }

    fn scan(&self, components: &[u8]) -> Vec<u8> {
        let is_progressive = self.start_of_frame == 0xC2;
        let mut header = vec![components.len() as u8];
        components.iter().for_each(|component| header.extend([component + 1, 0]));
        header.extend([0, if is_progressive { 0 } else { 63 }, 0]);
        let mut bits = Bits::default();
        let mut before = [0; 4];
        for block in 0..usize::from(self.width / 8) * usize::from(self.height / 8) {
            for &component in components {
                let mean = i32::from(Self::level(component, block)) - 128;
                bits.difference(mean - before[usize::from(component)]);
                before[usize::from(component)] = mean;
                if !is_progressive {
                    bits.push(0, 1);
                }
            }
        }
        [segment(0xDA, &header), bits.finish()].concat()
    }
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&[0xFF, marker], length.as_slice(), content].concat()
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    /// The length of the difference in four bits, then its bits; one less for a negative one.
    fn difference(&mut self, difference: i32) {
        let length = i32::BITS - difference.abs().leading_zeros();
        self.push(length, 4);
        let bits = if difference < 0 { difference + (1 << length) - 1 } else { difference };
        self.push(bits as u32, length);
    }

    fn push(&mut self, bits: u32, length: u32) {
        for place in (0..length).rev() {
            self.pending = self.pending << 1 | (bits >> place & 1);
            self.count += 1;
            if self.count == 8 {
                self.bytes.push(self.pending as u8);
                if self.pending as u8 == 0xFF {
                    self.bytes.push(0);
                }
                (self.pending, self.count) = (0, 0);
            }
        }
    }

    /// Fills the last byte with ones, as the standard asks.
    fn finish(mut self) -> Vec<u8> {
        while self.count != 0 {
            self.push(1, 1);
        }
        self.bytes
    }
}
