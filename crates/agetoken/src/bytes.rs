//! Reading what strangers send: each part has a length, and nothing may be left over.

/// The bytes have another form or length than they must. Nothing is read from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these bytes are not of the form that is read here")]
pub struct Malformed;

/// What is left to read.
pub(crate) struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    pub(crate) const fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (part, rest) = self.0.split_first_chunk().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*part)
    }

    pub(crate) fn slice(&mut self, bytes: usize) -> Result<&'b [u8], Malformed> {
        let (part, rest) = self.0.split_at_checked(bytes).ok_or(Malformed)?;
        self.0 = rest;
        Ok(part)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Malformed> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    /// What follows its own length in two bytes.
    pub(crate) fn prefixed(&mut self) -> Result<&'b [u8], Malformed> {
        let bytes = self.u16()?;
        self.slice(usize::from(bytes))
    }

    /// Exactly this byte or these bytes.
    pub(crate) fn exactly(&mut self, expected: &[u8]) -> Result<(), Malformed> {
        if self.slice(expected.len())? == expected { Ok(()) } else { Err(Malformed) }
    }

    pub(crate) const fn end(self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}

/// A part behind its length in two bytes. Whoever calls has checked that it fits.
pub(crate) fn put_prefixed(out: &mut Vec<u8>, part: &[u8]) {
    let bytes = u16::try_from(part.len()).expect("parts with a length have a limit below 64 KiB");
    out.extend(bytes.to_be_bytes());
    out.extend(part);
}
