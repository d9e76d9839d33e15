//! XML as far as this dialect needs it: elements with attributes and one text, names without their namespace; no
//! document types, no entities but the five, nothing from elsewhere.

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesStart, Event};

use super::{Member, NAMESPACE};
use crate::dialects::{DialectError, PAGE_BYTES_MAX};

/// How deep elements may lie in each other.
const DEPTH_MAX: usize = 16;
/// Pieces of one record, or of a document that is read whole, at most.
const ELEMENTS_MAX: usize = 400_000;
/// Bytes of one text.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// An element.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(super) fn children(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of a child; `None` where there is none or it is empty.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    /// Every element below it of one of these names, whatever it lies in.
    pub(super) fn within<'a>(&'a self, names: &'a [&'a str]) -> Vec<&'a Self> {
        let mut found = Vec::new();
        let mut open: Vec<&Self> = self.children.iter().rev().collect();
        while let Some(element) = open.pop() {
            if names.contains(&element.name.as_str()) {
                found.push(element);
            } else {
                open.extend(element.children.iter().rev());
            }
        }
        found
    }
}

/// A document, read event by event.
pub(super) struct Reading<'a> {
    reader: Reader<&'a [u8]>,
}

/// What comes next.
pub(super) enum Step {
    /// An element begins; `true`: it is empty and ends at once.
    Begin(Element, bool),
    /// The innermost ends.
    End,
    /// The document does.
    Over,
}

impl<'a> Reading<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Result<Self, DialectError> {
        if bytes.len() > PAGE_BYTES_MAX {
            return Err(DialectError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| DialectError::Unreadable)?;
        Ok(Self { reader: Reader::from_str(text) })
    }

    /// The next beginning or end; texts between are passed over.
    pub(super) fn step(&mut self) -> Result<Step, DialectError> {
        loop {
            match self.event()? {
                Event::Start(start) => return Ok(Step::Begin(begun(&start)?, false)),
                Event::Empty(start) => return Ok(Step::Begin(begun(&start)?, true)),
                Event::End(_) => return Ok(Step::End),
                Event::Eof => return Ok(Step::Over),
                Event::DocType(_) => return Err(DialectError::Unreadable),
                _ => {}
            }
        }
    }

    /// An element that has begun, to its end.
    pub(super) fn whole(&mut self, begun_element: Element) -> Result<Element, DialectError> {
        let mut open = vec![begun_element];
        let mut elements = 1;
        loop {
            let event = self.event()?;
            let innermost = open.last_mut().ok_or(DialectError::Unreadable)?;
            match event {
                Event::Start(start) => open.push(begun(&start)?),
                Event::Empty(start) => innermost.children.push(begun(&start)?),
                Event::End(_) => {
                    let ended = open.pop().ok_or(DialectError::Unreadable)?;
                    match open.last_mut() {
                        Some(outer) => outer.children.push(ended),
                        None => return Ok(ended),
                    }
                }
                Event::Text(text) => innermost.text.push_str(&text),
                Event::CData(text) => innermost.text.push_str(&text),
                Event::GeneralRef(entity) => innermost.text.push_str(&resolved(&entity)?),
                Event::Eof | Event::DocType(_) => return Err(DialectError::Unreadable),
                _ => {}
            }
            elements += 1;
            let is_long = open.last().is_some_and(|element| element.text.len() > TEXT_BYTES_MAX);
            if elements > ELEMENTS_MAX || open.len() > DEPTH_MAX || is_long {
                return Err(DialectError::TooLarge);
            }
        }
    }

    fn event(&mut self) -> Result<Event<'a>, DialectError> {
        self.reader.read_event().map_err(|_| DialectError::Unreadable)
    }
}

fn begun(start: &BytesStart<'_>) -> Result<Element, DialectError> {
    let local = |name: &str| name.rsplit(':').next().unwrap_or(name).to_owned();
    let mut element = Element { name: local(start.name().into_inner()), ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| DialectError::Unreadable)?;
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|_| DialectError::Unreadable)?;
        element.attributes.push((attribute.key.into_inner().to_owned(), value.into_owned()));
    }
    Ok(element)
}

fn resolved(entity: &quick_xml::events::BytesRef<'_>) -> Result<String, DialectError> {
    if let Some(letter) = entity.resolve_char_ref().map_err(|_| DialectError::Unreadable)? {
        return Ok(letter.to_string());
    }
    resolve_predefined_entity(entity).map(str::to_owned).ok_or(DialectError::Unreadable)
}

/// A small document, whole.
pub(super) fn read(bytes: &[u8]) -> Result<Element, DialectError> {
    let mut reading = Reading::of(bytes)?;
    match reading.step()? {
        Step::Begin(root, true) => Ok(root),
        Step::Begin(root, false) => reading.whole(root),
        Step::End | Step::Over => Err(DialectError::Unreadable),
    }
}

/// A document that is written.
pub(super) struct Out {
    text: String,
    open: Vec<&'static str>,
}

impl Out {
    pub(super) fn document(root: &'static str) -> Self {
        let text =
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<{root} xmlns=\"{NAMESPACE}\">");
        Self { text, open: vec![root] }
    }

    /// Without a frame of its own.
    pub(super) const fn piece() -> Self {
        Self { text: String::new(), open: Vec::new() }
    }

    pub(super) fn begin(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.text.push('>');
        self.open.push(name);
    }

    pub(super) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
    }

    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.text.push_str("/>");
    }

    pub(super) fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.tag(name, attributes);
        self.text.push('>');
        self.text.push_str(&escape(plain(text).as_ref()));
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    pub(super) fn member(&mut self, member: &Member) {
        self.leaf("member", &[("id", &member.id.to_string())], &member.name);
    }

    pub(super) fn raw(&mut self, piece: &str) {
        self.text.push_str(piece);
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.text.push('<');
        self.text.push_str(name);
        for (key, value) in attributes {
            self.text.push(' ');
            self.text.push_str(key);
            self.text.push_str("=\"");
            self.text.push_str(&escape(plain(value).as_ref()));
            self.text.push('"');
        }
    }

    pub(super) fn end(mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.close();
        }
        self.text.into_bytes()
    }

    /// What was written of a piece.
    pub(super) fn into_piece(self) -> String {
        self.text
    }
}

/// Without what XML has no way to say.
fn plain(text: &str) -> std::borrow::Cow<'_, str> {
    let is_bad = |letter: char| {
        (letter.is_control() && !matches!(letter, '\t' | '\n')) || matches!(letter, '\u{fffe}' | '\u{ffff}')
    };
    if text.contains(is_bad) { text.replace(is_bad, " ").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_come_out_as_they_went_in(text in "[ -~é€\u{1f511}]{0,40}", value in "[ -~é€]{0,40}") {
            let mut out = Out::document("a");
            out.leaf("b", &[("c", &value)], &text);
            let root = read(&out.end()).unwrap();
            let leaf = root.child("b").unwrap();
            prop_assert_eq!((leaf.text.as_str(), leaf.attribute("c")), (text.as_str(), Some(value.as_str())));
        }
    }

    #[test]
    fn what_is_no_plain_document_is_refused() {
        let deep = format!("{}{}", "<a>".repeat(17), "</a>".repeat(17));
        let shallow = format!("{}{}", "<a>".repeat(16), "</a>".repeat(16));
        assert!(read(shallow.as_bytes()).is_ok());
        for text in [
            "",
            "<a>",
            "<a></b>",
            "<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>",
            "<a>&e;</a>",
            "<a b=1/>",
            "plain",
            deep.as_str(),
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(&[0xff, 0xfe]).is_err());
    }

    #[test]
    fn control_characters_are_written_as_blanks() {
        let mut out = Out::document("a");
        out.leaf("b", &[], "x\u{0}y\u{7}");
        assert_eq!(read(&out.end()).unwrap().child("b").unwrap().text, "x y ");
    }
}
