//! PNG files chunk by chunk (W3C PNG, third edition), for what the encoder does not write: palettes, interlacing, few
//! bits, animation. The data is stored, not compressed.

pub(crate) const GREY: u8 = 0;
pub(crate) const RGB: u8 = 2;
pub(crate) const PALETTE: u8 = 3;

/// A PNG in the making.
pub(crate) struct Chunks {
    header: Vec<u8>,
    before_data: Vec<u8>,
    after_data: Vec<u8>,
    rows: Vec<Vec<u8>>,
    row_bytes: usize,
}

impl Chunks {
    pub(crate) fn new(width: u32, height: u32, bits: u8, color: u8) -> Self {
        let channels = if color == RGB { 3 } else { 1 };
        let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
        header.extend([bits, color, 0, 0, 0]);
        let row_bytes = (width as usize * channels * usize::from(bits)).div_ceil(8);
        Self { header, before_data: Vec::new(), after_data: Vec::new(), rows: Vec::new(), row_bytes }
    }

    pub(crate) fn palette(mut self, colors: &[[u8; 3]], alphas: &[u8]) -> Self {
        self.before_data.extend(chunk(b"PLTE", colors.as_flattened()));
        self.before_data.extend(chunk(b"tRNS", alphas));
        self
    }

    /// A colour profile whose data is the given zlib stream.
    pub(crate) fn profile(mut self, stream: &[u8]) -> Self {
        self.before_data.extend(chunk(b"iCCP", &[b"profile\0\0", stream].concat()));
        self
    }

    /// Adam7: the seven passes of a picture with `channels` 8-bit samples a pixel.
    pub(crate) fn interlaced(mut self, samples: &[u8], channels: usize) -> Self {
        const PASSES: [(usize, usize, usize, usize); 7] =
            [(0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2)];
        self.header[12] = 1;
        let pixels: Vec<&[u8]> = samples.chunks_exact(channels).collect();
        for (left, across, top, down) in PASSES {
            for line in pixels.chunks_exact(self.row_bytes / channels).skip(top).step_by(down) {
                let row: Vec<u8> = line.iter().skip(left).step_by(across).flat_map(|pixel| pixel.to_vec()).collect();
                if !row.is_empty() {
                    self.rows.push(row);
                }
            }
        }
        self
    }

    /// Makes it an animation of two frames whose first is not the default picture.
    pub(crate) fn animated(mut self, other_rows: &[u8]) -> Self {
        let frame = |number: u32| {
            let mut control =
                [number.to_be_bytes().as_slice(), &self.header[..8], &[0; 8], &[0, 1, 0, 2, 0, 0]].concat();
            control = chunk(b"fcTL", &control);
            let data = [(number + 1).to_be_bytes().as_slice(), &stored(&filtered(other_rows, self.row_bytes))].concat();
            control.extend(chunk(b"fdAT", &data));
            control
        };
        let frames = [frame(0), frame(2)].concat();
        self.before_data.extend(chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]));
        self.after_data.extend(frames);
        self
    }

    /// The file; `samples` are packed rows, ignored for an interlaced picture.
    pub(crate) fn file(self, samples: &[u8]) -> Vec<u8> {
        let rows = if self.rows.is_empty() {
            filtered(samples, self.row_bytes)
        } else {
            self.rows.iter().flat_map(|row| [&[0], row.as_slice()].concat()).collect()
        };
        let header = chunk(b"IHDR", &self.header);
        let data = chunk(b"IDAT", &stored(&rows));
        let signature: &[u8] = b"\x89PNG\r\n\x1A\n";
        [signature, &header, &self.before_data, &data, &self.after_data, &chunk(b"IEND", &[])].concat()
    }
}

/// The data of all chunks of one name in a file, joined.
pub(crate) fn chunk_data(file: &[u8], name: &[u8; 4]) -> Vec<u8> {
    let (mut data, mut rest) = (Vec::new(), &file[8..]);
    while let Some(length) = rest.first_chunk() {
        let length = u32::from_be_bytes(*length) as usize;
        if &rest[4..8] == name {
            data.extend(&rest[8..8 + length]);
        }
        rest = &rest[12 + length..];
    }
    data
}

/// Each row after the byte that says "no filter".
fn filtered(samples: &[u8], row_bytes: usize) -> Vec<u8> {
    samples.chunks(row_bytes).flat_map(|row| [&[0], row].concat()).collect()
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [name, data].concat();
    let length = (data.len() as u32).to_be_bytes();
    [length.as_slice(), &named, &crc32(&named).to_be_bytes()].concat()
}

/// A zlib stream (RFC 1950) of stored blocks.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let blocks = data.chunks(0xFFFF).count();
    for (index, block) in data.chunks(0xFFFF).enumerate() {
        let length = block.len() as u16;
        stream.push(u8::from(index + 1 == blocks));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in data {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    stream.extend((high << 16 | low).to_be_bytes());
    stream
}

fn crc32(data: &[u8]) -> u32 {
    let mut remainder = u32::MAX;
    for byte in data {
        remainder ^= u32::from(*byte);
        for _ in 0..8 {
            remainder = if remainder & 1 == 1 { remainder >> 1 ^ 0xEDB8_8320 } else { remainder >> 1 };
        }
    }
    !remainder
}
