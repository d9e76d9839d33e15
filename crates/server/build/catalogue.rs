//! Reads `locales/<language>/*.ftl` (Project Fluent syntax) and holds the languages against each other.
//!
//! A message is a pattern of text, `{ $name }` (any text), `{ NUMBER($name) }` (a whole number, grouped as the language
//! does) and `{ $name -> [one] .. *[other] .. }` (a whole number; `[0]`, `[1]` and so on may stand before). Every
//! language has the same messages with the same arguments. Terms and references to other messages are not used here and
//! refused, and so are attributes, but one: `.vous` is the message as it is said to an adult, where the message itself
//! says « tu ».
//!
//! French is written with plain spaces; the no-break ones before `: ; ? ! »` and after `«` are put in here, and a mark
//! without its space is refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{self, Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey};

/// The languages, in the order of [`Message::texts`].
pub(crate) const LANGUAGES: [&str; 2] = ["en", "fr"];

/// A text in every language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// Its key, `like-this`.
    pub(crate) key: String,
    /// What it needs, in the order of the first language.
    pub(crate) arguments: Vec<(String, Argument)>,
    /// One a language.
    pub(crate) texts: [Text; LANGUAGES.len()],
    /// As they are said to an adult, where that differs.
    pub(crate) to_adults: [Option<Text>; LANGUAGES.len()],
}

/// What one language says under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) text: Text,
    pub(crate) to_adults: Option<Text>,
}

/// The one attribute that is used.
const TO_ADULTS: &str = "vous";

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    /// Anything that can be shown.
    Text,
    /// A whole number.
    Number,
}

/// A text in one language.
pub(crate) type Text = Vec<Piece>;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// As it stands.
    Literal(String),
    /// An argument.
    Given(String, Argument),
    /// A text chosen by a number.
    Chosen {
        /// The number.
        by: String,
        /// For single numbers.
        exact: Vec<(u64, Text)>,
        /// For what the language counts as one.
        one: Option<Text>,
        /// For all others.
        other: Text,
    },
}

/// Every message, by key, or all that is wrong with them.
pub(crate) fn read(folder: &Path) -> Result<Vec<Message>, Vec<String>> {
    let mut problems = Vec::new();
    let [first, second] = LANGUAGES.map(|language| {
        let files = files(&folder.join(language)).unwrap_or_else(|problem| {
            problems.push(problem);
            Vec::new()
        });
        let mut texts = BTreeMap::new();
        for (path, source) in files {
            parse(language, &path.display().to_string(), &source, &mut texts, &mut problems);
        }
        texts
    });
    let messages = pair(first, second, &mut problems);
    if problems.is_empty() { Ok(messages) } else { Err(problems) }
}

fn files(folder: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut paths = Vec::new();
    for file in fs::read_dir(folder).map_err(wrong)? {
        paths.push(file.map_err(wrong)?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "ftl"));
    paths.sort();
    paths.into_iter().map(|path| fs::read_to_string(&path).map(|source| (path, source)).map_err(wrong)).collect()
}

/// Adds the messages of one file.
pub(crate) fn parse(
    language: &str,
    file: &str,
    source: &str,
    texts: &mut BTreeMap<String, Said>,
    problems: &mut Vec<String>,
) {
    let resource = fluent_syntax::parser::parse(source).unwrap_or_else(|(resource, errors)| {
        problems.extend(errors.iter().map(|error| {
            let line = source[..error.pos.start.min(source.len())].lines().count().max(1);
            format!("{file}:{line}: {error}")
        }));
        resource
    });
    for entry in &resource.body {
        let result = match entry {
            Entry::Message(message) => said(language, message).and_then(|said| {
                let twice = texts.insert(message.id.name.to_owned(), said).is_some();
                if twice { Err("stands here twice".to_owned()) } else { Ok(()) }
            }),
            Entry::Term(_) => Err("terms are not used".to_owned()),
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) | Entry::Junk { .. } => Ok(()),
        };
        if let (Err(problem), Entry::Message(message)) = (&result, entry) {
            problems.push(format!("{file}: {}: {problem}", message.id.name));
        } else if let Err(problem) = result {
            problems.push(format!("{file}: {problem}"));
        }
    }
}

fn said(language: &str, message: &ast::Message<&str>) -> Result<Said, String> {
    let value = message.value.as_ref().ok_or("has no text")?;
    let to_adults = match message.attributes.as_slice() {
        [] => None,
        [attribute] if attribute.id.name == TO_ADULTS => Some(text(language, &attribute.value)?),
        _ => return Err(format!("no attribute but `.{TO_ADULTS}` is used")),
    };
    let text = text(language, value)?;
    if to_adults.as_ref().is_some_and(|to_adults| arguments(to_adults) != arguments(&text)) {
        return Err(format!("`.{TO_ADULTS}` takes other arguments"));
    }
    Ok(Said { text, to_adults })
}

fn text(language: &str, pattern: &Pattern<&str>) -> Result<Text, String> {
    let mut pieces: Text = Vec::new();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => {
                let value = value.replace('\n', " ");
                match pieces.last_mut() {
                    Some(Piece::Literal(before)) => before.push_str(&value),
                    _ => pieces.push(Piece::Literal(value)),
                }
            }
            PatternElement::Placeable { expression } => pieces.push(piece(language, expression)?),
        }
    }
    if language == "fr" {
        for (position, piece) in pieces.iter_mut().enumerate() {
            if let Piece::Literal(literal) = piece {
                *literal = french(literal, position > 0)?;
            }
        }
    }
    Ok(pieces)
}

fn piece(language: &str, expression: &Expression<&str>) -> Result<Piece, String> {
    match expression {
        Expression::Inline(InlineExpression::StringLiteral { value }) => Ok(Piece::Literal((*value).to_owned())),
        Expression::Inline(InlineExpression::VariableReference { id }) => {
            Ok(Piece::Given(id.name.to_owned(), Argument::Text))
        }
        Expression::Inline(InlineExpression::FunctionReference { id, arguments }) if id.name == "NUMBER" => {
            match arguments.positional.as_slice() {
                [InlineExpression::VariableReference { id }] if arguments.named.is_empty() => {
                    Ok(Piece::Given(id.name.to_owned(), Argument::Number))
                }
                _ => Err("NUMBER takes one argument".to_owned()),
            }
        }
        Expression::Select { selector: InlineExpression::VariableReference { id }, variants } => {
            chosen(language, id.name, variants)
        }
        _ => Err("only $name, NUMBER($name) and a choice by $number are used".to_owned()),
    }
}

fn chosen(language: &str, by: &str, variants: &[Variant<&str>]) -> Result<Piece, String> {
    let (mut exact, mut one, mut other) = (Vec::new(), None, None);
    for variant in variants {
        let text = text(language, &variant.value)?;
        match variant.key {
            VariantKey::NumberLiteral { value } => {
                exact.push((value.parse().map_err(|_| format!("[{value}] is no whole number"))?, text));
            }
            VariantKey::Identifier { name: "one" } => one = Some(text),
            VariantKey::Identifier { name: "other" } if variant.default => other = Some(text),
            VariantKey::Identifier { name } => return Err(format!("[{name}]: numbers, [one] and *[other] are used")),
        }
    }
    let other = other.ok_or("a choice needs *[other]")?;
    Ok(Piece::Chosen { by: by.to_owned(), exact, one, other })
}

/// Puts the no-break spaces of French. `goes_on`: something stands before the literal.
fn french(literal: &str, goes_on: bool) -> Result<String, String> {
    let characters: Vec<char> = literal.chars().collect();
    let mut out = String::with_capacity(literal.len() + 8);
    for (position, &here) in characters.iter().enumerate() {
        let before = position.checked_sub(1).map(|before| characters[before]);
        let after = characters.get(position + 1).copied();
        let is_mark = matches!(here, ';' | '?' | '!' | '»') || (here == ':' && after.is_none_or(|c| c == ' '));
        let touches = before.map_or(goes_on, |c| c.is_alphanumeric() || c == '»' || c == ')');
        if is_mark && touches {
            return Err(format!("a space belongs before `{here}` in « {literal} »"));
        }
        let space = if here != ' ' {
            here
        } else if before == Some('«') || matches!(after, Some(':' | '»')) {
            '\u{a0}'
        } else if matches!(after, Some(';' | '?' | '!')) {
            '\u{202f}'
        } else {
            ' '
        };
        out.push(space);
    }
    Ok(out)
}

fn pair(first: BTreeMap<String, Said>, mut second: BTreeMap<String, Said>, problems: &mut Vec<String>) -> Vec<Message> {
    let mut messages = Vec::new();
    for (key, said) in first {
        let Some(other) = second.remove(&key) else {
            problems.push(format!("{key} is missing in {}", LANGUAGES[1]));
            continue;
        };
        let (arguments, others) = (arguments(&said.text), arguments(&other.text));
        let mut sorted = [arguments.clone(), others];
        sorted.iter_mut().for_each(|list| list.sort_by(|a, b| a.0.cmp(&b.0)));
        if sorted[0] != sorted[1] {
            problems.push(format!("{key} takes other arguments in {} than in {}", LANGUAGES[1], LANGUAGES[0]));
        }
        messages.push(Message {
            key,
            arguments,
            texts: [said.text, other.text],
            to_adults: [said.to_adults, other.to_adults],
        });
    }
    problems.extend(second.into_keys().map(|key| format!("{key} is missing in {}", LANGUAGES[0])));
    messages
}

/// What a text needs, by first appearance. What is a number once is a number.
fn arguments(text: &Text) -> Vec<(String, Argument)> {
    let mut found: Vec<(String, Argument)> = Vec::new();
    let mut add = |name: &str, kind: Argument| match found.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) if kind == Argument::Number => *known = kind,
        Some(_) => {}
        None => found.push((name.to_owned(), kind)),
    };
    for piece in text {
        match piece {
            Piece::Literal(_) => {}
            Piece::Given(name, kind) => add(name, *kind),
            Piece::Chosen { by, exact, one, other } => {
                add(by, Argument::Number);
                for part in exact.iter().map(|(_, text)| text).chain(one).chain([other]) {
                    arguments(part).iter().for_each(|(name, kind)| add(name, *kind));
                }
            }
        }
    }
    found
}
