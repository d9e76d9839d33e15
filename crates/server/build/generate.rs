//! Messages as methods of `Texts`: one a key, an argument each, nothing looked up or parsed while running.

use std::fmt::Write;

use crate::catalogue::{Argument, LANGUAGES, Message, Piece, Text};

/// An `impl` with every message. Writing to a `String` cannot fail.
pub(crate) fn methods(messages: &[Message]) -> String {
    let mut code = String::from("impl Texts {\n");
    for message in messages {
        method(&mut code, message);
    }
    code + "}\n"
}

fn method(code: &mut String, message: &Message) {
    let name = message.key.replace('-', "_");
    let to_adults = || message.to_adults.iter().flatten();
    let all_fixed = message.texts.iter().chain(to_adults()).all(|text| fixed(text).is_some());
    if all_fixed {
        let _ = writeln!(
            code,
            "pub(crate) const fn {name}(self) -> &'static str {{ match (self.language, self.address) {{"
        );
        arms(code, message, |code, text| {
            let _ = writeln!(code, "{:?},", fixed(text).unwrap_or_default());
        });
        let _ = writeln!(code, "}} }}");
        return;
    }
    let _ = write!(code, "pub(crate) fn {name}(self");
    for (argument, kind) in &message.arguments {
        let kind = match kind {
            Argument::Text => "impl std::fmt::Display",
            Argument::Number => "impl Whole",
        };
        let _ = write!(code, ", {}: {kind}", argument.replace('-', "_"));
    }
    let _ = writeln!(code, ") -> String {{");
    for (argument, _) in message.arguments.iter().filter(|(_, kind)| *kind == Argument::Number) {
        let argument = argument.replace('-', "_");
        let _ = writeln!(code, "let {argument} = {argument}.whole();");
    }
    let _ = writeln!(code, "let mut text = String::new(); match (self.language, self.address) {{");
    arms(code, message, |code, text| {
        let _ = writeln!(code, "{{");
        push(code, text, &message.arguments);
        let _ = writeln!(code, "}}");
    });
    let _ = writeln!(code, "}} text }}");
}

/// The arms of a match over language and address, in the order in which they must stand.
fn arms(code: &mut String, message: &Message, mut body: impl FnMut(&mut String, &Text)) {
    for (position, language) in LANGUAGES.iter().enumerate() {
        let language = variant(language);
        if let Some(text) = &message.to_adults[position] {
            let _ = write!(code, "(Language::{language}, Address::Vous) => ");
            body(code, text);
        }
        let _ = write!(code, "(Language::{language}, _) => ");
        body(code, &message.texts[position]);
    }
}

/// The text, if it is the same whatever is given.
fn fixed(text: &Text) -> Option<String> {
    text.iter().map(|piece| if let Piece::Literal(text) = piece { Some(text.as_str()) } else { None }).collect()
}

fn push(code: &mut String, text: &Text, arguments: &[(String, Argument)]) {
    for piece in text {
        match piece {
            Piece::Literal(text) => {
                let _ = writeln!(code, "text += {text:?};");
            }
            Piece::Given(name, _) => {
                let is_number = arguments.contains(&(name.clone(), Argument::Number));
                let name = name.replace('-', "_");
                let _ = if is_number {
                    writeln!(code, "text += &self.language.number({name});")
                } else {
                    writeln!(code, "text += &{name}.to_string();")
                };
            }
            Piece::Chosen { by, exact, one, other } => {
                let _ = writeln!(code, "match {} {{", by.replace('-', "_"));
                let exact = exact.iter().map(|(number, text)| (number.to_string(), text));
                let one = one.iter().map(|text| ("n if self.language.counts_as_one(n)".to_owned(), text));
                for (when, text) in exact.chain(one).chain([("_".to_owned(), other)]) {
                    let _ = writeln!(code, "{when} => {{");
                    push(code, text, arguments);
                    let _ = writeln!(code, "}}");
                }
                let _ = writeln!(code, "}}");
            }
        }
    }
}

fn variant(language: &str) -> String {
    let mut letters = language.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
