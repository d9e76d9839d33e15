//! The partials `danger.html` and `helplines.html`: who helps now. A template that includes one has a field
//! `help: Help` and a field `t: Texts`.

use std::sync::Arc;

use super::chosen;
use crate::http::locale::Texts;
use crate::intake::Settings;
use crate::intake::helplines::{self, Country, Line, Role};

/// What the partials show.
pub(crate) struct Help {
    /// What the operator wrote down, and what is known of their country.
    pub(crate) here: Here,
    /// All other countries.
    pub(super) elsewhere: Vec<&'static Country>,
}

/// The lines of the operator's country.
pub(crate) struct Here {
    settings: Arc<Settings>,
    known: Option<&'static Country>,
}

impl Help {
    /// The operator's country first.
    pub(super) fn here() -> Self {
        Self::of(chosen::current())
    }

    /// The same of settings.
    pub(crate) fn of(settings: Arc<Settings>) -> Self {
        // Callers may be anywhere: the other countries are one tap away on the same page.
        let code = settings.country.to_ascii_lowercase();
        let known = if settings.lines.is_empty() { Some(helplines::of(&code)) } else { helplines::known(&code) };
        let is_here = |country: &&Country| known.is_some_and(|known| known.code == country.code);
        let elsewhere = helplines::countries().iter().filter(|country| !is_here(country)).collect();
        Self { here: Here { settings, known }, elsewhere }
    }
}

impl Here {
    /// Who comes at once.
    pub(crate) fn danger(&self) -> Vec<&Line> {
        self.lines(Role::Danger).collect()
    }

    /// Everybody else, pictures first.
    pub(crate) fn talk(&self) -> Vec<&Line> {
        [Role::Pictures, Role::Child, Role::Despair].into_iter().flat_map(|role| self.lines(role)).collect()
    }

    /// The operator's own first; what they wrote down anew is not said twice.
    fn lines(&self, role: Role) -> impl Iterator<Item = &Line> {
        let own = &self.settings.lines;
        let is_said = |line: &&Line| own.iter().any(|other| (other.by, &other.number) == (line.by, &line.number));
        let known = self.known.into_iter().flat_map(move |country| country.lines(role));
        own.iter().filter(move |line| line.role == role).chain(known.filter(move |line| !is_said(line)))
    }
}

impl Country {
    pub(super) fn danger(&self) -> Vec<&Line> {
        self.lines(Role::Danger).collect()
    }

    /// Everybody else, pictures first.
    pub(super) fn talk(&self) -> Vec<&Line> {
        [Role::Pictures, Role::Child, Role::Despair].into_iter().flat_map(|role| self.lines(role)).collect()
    }
}

impl Line {
    /// Hours, price, whether a name is asked.
    pub(crate) fn details(&self, t: &Texts) -> String {
        let hours = Some(self.hours(&t.language)).filter(|hours| !hours.is_empty());
        let free = self.free.then_some(t.help_free());
        let anonymous = self.anonymous.then_some(t.help_anonymous());
        [hours, free, anonymous].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    /// What the link says.
    pub(crate) fn action(&self, t: &Texts) -> String {
        match self.by {
            helplines::By::Call => t.help_call(&self.number),
            helplines::By::Text => t.help_text(&self.number),
            helplines::By::Web => self.number.clone(),
        }
    }
}
