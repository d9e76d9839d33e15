//! Server-sent events as they arrive: bytes in, events out, under limits. Pure: no clock, no socket.
//!
//! The grammar is that of the HTML standard, section "Server-sent events": lines end with LF, CR or CRLF; a blank line
//! ends an event; an event without data is none; a line that begins with a colon is a comment. The field `retry` is not
//! read: how long to wait is this side's decision.

use super::lines::TooLong;

/// Bytes of one event, at most: a page of 1,000 changes of 64 fingerprints each fits.
pub const EVENT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// One event.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Event {
    /// What kind it is; `message` when the sender does not say.
    pub name: String,
    /// The last id that the sender gave, of this event or an earlier one.
    pub id: String,
    /// Its data: the `data` lines, joined by LF.
    pub data: Vec<u8>,
}

/// What was received of a stream and is no whole event yet.
#[derive(Debug)]
pub struct Events {
    bytes_max: usize,
    line: Vec<u8>,
    name: Vec<u8>,
    id: String,
    data: Vec<u8>,
    has_data: bool,
    /// The last byte was CR: an LF that follows belongs to the same line end.
    after_cr: bool,
    /// No line was read yet: a byte order mark may stand before the first.
    at_start: bool,
}

impl Events {
    /// Nothing yet; an event may have `bytes_max` bytes, a line of it too.
    pub const fn new(bytes_max: usize) -> Self {
        Self {
            bytes_max,
            line: Vec::new(),
            name: Vec::new(),
            id: String::new(),
            data: Vec::new(),
            has_data: false,
            after_cr: false,
            at_start: true,
        }
    }

    /// Takes bytes as they come, cut anywhere; gives the events that they complete.
    ///
    /// # Errors
    /// [`TooLong`] when a line or an event passes the limit: the stream is of no use from there on.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_cr) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (piece, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            if self.line.len() + piece.len() > self.bytes_max {
                return Err(TooLong(self.bytes_max));
            }
            self.line.extend_from_slice(piece);
            bytes = rest;
            if let Some((byte, rest)) = rest.split_first() {
                self.after_cr = *byte == b'\r';
                bytes = rest;
                events.extend(self.end_line()?);
            }
        }
        Ok(events)
    }

    fn end_line(&mut self) -> Result<Option<Event>, TooLong> {
        let line = std::mem::take(&mut self.line);
        let mut text = line.as_slice();
        if std::mem::take(&mut self.at_start) {
            text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        }
        let event = if text.is_empty() { self.end_event() } else { self.field(text).map(|()| None)? };
        // The buffer is kept: pages follow pages.
        self.line = line;
        self.line.clear();
        Ok(event)
    }

    fn field(&mut self, line: &[u8]) -> Result<(), TooLong> {
        let (name, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => (&line[..colon], line[colon + 1..].strip_prefix(b" ").unwrap_or(&line[colon + 1..])),
            None => (line, &[][..]),
        };
        match name {
            b"event" => self.name = value.to_vec(),
            b"id" if !value.contains(&0) => self.id = String::from_utf8_lossy(value).into_owned(),
            b"data" => {
                if self.data.len() + value.len() + 1 > self.bytes_max {
                    return Err(TooLong(self.bytes_max));
                }
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
                self.has_data = true;
            }
            _ => {}
        }
        Ok(())
    }

    fn end_event(&mut self) -> Option<Event> {
        let (name, data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
        std::mem::take(&mut self.has_data).then(|| {
            let name = if name.is_empty() { "message".into() } else { String::from_utf8_lossy(&name).into_owned() };
            Event { name, id: self.id.clone(), data }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn events(text: &[u8]) -> Vec<Event> {
        Events::new(1_000).push(text).unwrap()
    }

    fn event(name: &str, id: &str, data: &str) -> Event {
        Event { name: name.into(), id: id.into(), data: data.into() }
    }

    #[test]
    fn an_event_has_a_name_an_id_and_lines_of_data() {
        let text = b": hello\n\nevent: page\nid: 7\ndata: one\ndata:two\n\ndata\n\n";
        assert_eq!(events(text), [event("page", "7", "one\ntwo"), event("message", "7", "")]);
    }

    #[test]
    fn every_line_end_counts_and_a_byte_order_mark_does_not() {
        for text in ["\u{feff}data: a\n\ndata: b\n\n", "data: a\r\rdata: b\r\r", "data: a\r\n\r\ndata: b\r\n\r\n"] {
            assert_eq!(events(text.as_bytes()), [event("message", "", "a"), event("message", "", "b")], "{text:?}");
        }
    }

    #[test]
    fn what_is_not_ended_by_a_blank_line_is_no_event_yet() {
        let mut parser = Events::new(100);
        assert_eq!(parser.push(b"data: a\n").unwrap(), []);
        assert_eq!(parser.push(b"\n").unwrap(), [event("message", "", "a")]);
        assert_eq!(parser.push(b"event: page\n\n").unwrap(), [], "an event without data is none");
    }

    #[test]
    fn a_line_and_an_event_at_the_limit_are_read_and_one_byte_more_is_refused() {
        let mut line = Events::new(10);
        assert_eq!(line.push(b"data: 6789\n\n").unwrap().len(), 1);
        assert_eq!(line.push(b"data: 67890"), Err(TooLong(10)));
        // Many short lines make a long event: 4 bytes and 3 line ends.
        let mut event = Events::new(8);
        assert_eq!(event.push(b"data:a\ndata:b\ndata:c\ndata:d\n\n").unwrap()[0].data.len(), 7);
        assert_eq!(event.push(b"data:a\ndata:b\ndata:c\ndata:d\ndata:e\n\n"), Err(TooLong(8)));
        let endless = [b'x'; 64];
        let mut never_ended = Events::new(1_000);
        assert!((0..16).map(|_| never_ended.push(&endless)).any(|result| result == Err(TooLong(1_000))));
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_cut_makes_no_difference(
            lines in prop::collection::vec("(data: ?[a-c]{0,3}|event: ?[a-c]{0,3}|id:[0-9]{0,3}|:[a-c]|)(\n|\r|\r\n)", 0..12),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let text = lines.concat().into_bytes();
            let whole = events(&text);
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            at.extend([0, text.len()]);
            at.sort_unstable();
            let mut parser = Events::new(1_000);
            let mut pieces = Vec::new();
            for pair in at.windows(2) {
                pieces.extend(parser.push(&text[pair[0]..pair[1]]).unwrap());
            }
            prop_assert_eq!(pieces, whole);
        }

        #[test]
        fn arbitrary_bytes_never_panic_and_never_pass_the_limit(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..12)
        ) {
            let mut parser = Events::new(32);
            for piece in pieces {
                let Ok(events) = parser.push(&piece) else { return Ok(()) };
                for event in events {
                    prop_assert!(event.data.len() <= 32);
                }
            }
        }
    }
}
