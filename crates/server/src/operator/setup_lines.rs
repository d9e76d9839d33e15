//! The helplines on the set-up's first page: what people are shown, lines of the operator's own, and the question whether
//! somebody called each of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::http::locale::Texts;
use crate::intake::Settings;
use crate::intake::helplines::{self, By, LINES_OWN_MAX, Line, Role, Said};
use crate::intake::links::platforms;
use crate::intake::pages::Help;

/// What the page's part shows.
pub(super) struct Lines {
    /// As people see them now.
    pub(super) help: Help,
    /// One for each line that can be written down.
    pub(super) rows: Vec<Row>,
    /// When whoever wrote the list last went through it.
    pub(super) written: &'static str,
    /// The same of the addresses where platforms are written to.
    pub(super) channels_written: &'static str,
    /// The day on which somebody said that all are right.
    pub(super) checked: Option<String>,
}

/// The fields of one line; empty where there is none.
pub(super) struct Row {
    pub(super) number: usize,
    pub(super) line: Option<Line>,
}

impl Row {
    pub(super) fn call(&self) -> &str {
        self.line.as_ref().map_or("", |line| &line.number)
    }

    pub(super) fn in_french(&self) -> &str {
        self.line.as_ref().map_or("", |line| &line.name.fr)
    }

    pub(super) fn in_english(&self) -> &str {
        self.line.as_ref().map_or("", |line| &line.name.en)
    }

    pub(super) fn is_for(&self, role: &Role) -> bool {
        self.line.as_ref().is_some_and(|line| line.role == *role)
    }

    pub(super) fn is_by(&self, by: &By) -> bool {
        self.line.as_ref().is_some_and(|line| line.by == *by)
    }
}

impl Lines {
    pub(super) fn of(t: Texts, settings: &Settings) -> Self {
        let row = |number: usize| Row { number, line: settings.lines.get(number).cloned() };
        Self {
            help: Help::of(Arc::new(settings.clone())),
            rows: (0..LINES_OWN_MAX).map(row).collect(),
            written: helplines::written(),
            channels_written: platforms().written(),
            checked: settings.lines_checked_at.map(|at| t.language.day(at, &settings.zone())),
        }
    }
}

/// The lines that a form names, in order; a row without a number is none.
pub(super) fn lines_in(fields: &BTreeMap<String, String>) -> Vec<Line> {
    let line = |row: usize| {
        let field = |name: &str| fields.get(&format!("line_{name}_{row}")).map_or("", |text| text.trim());
        let number = field("number").trim_start_matches("https://");
        (!number.is_empty()).then(|| Line {
            role: Role::from_form(field("role")).unwrap_or(Role::Danger),
            by: By::from_form(field("by")).unwrap_or(By::Call),
            number: number.to_owned(),
            name: Said::of(field("en"), field("fr")),
            hours: None,
            free: false,
            anonymous: false,
        })
    };
    (0..LINES_OWN_MAX).filter_map(line).collect()
}

/// What a line is for, in words.
pub(super) const fn said_role(t: &Texts, role: &Role) -> &'static str {
    match role {
        Role::Danger => t.setup_line_danger(),
        Role::Pictures => t.setup_line_pictures(),
        Role::Child => t.setup_line_child(),
        Role::Despair => t.setup_line_despair(),
    }
}

/// How it is reached, in words.
pub(super) const fn said_by(t: &Texts, by: &By) -> &'static str {
    match by {
        By::Call => t.setup_line_call(),
        By::Text => t.setup_line_text(),
        By::Web => t.setup_line_web(),
    }
}
