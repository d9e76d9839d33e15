//! The partials `danger.html` and `helplines.html`: who helps now. A template that includes one has a field
//! `help: Help` and a field `t: Texts`.

use super::chosen;
use crate::http::locale::Texts;
use crate::intake::helplines::{self, Country, Line, Role};

/// What the partials show.
pub(super) struct Help {
    /// The operator's country.
    pub(super) here: &'static Country,
    /// All others.
    pub(super) elsewhere: Vec<&'static Country>,
}

impl Help {
    /// The operator's country first.
    pub(super) fn here() -> Self {
        // Callers may be anywhere: the other countries are one tap away on the same page.
        let here = helplines::of(&chosen::current().country.to_ascii_lowercase());
        let elsewhere = helplines::countries().iter().filter(|country| country.code != here.code).collect();
        Self { here, elsewhere }
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
    pub(super) fn details(&self, t: &Texts) -> String {
        let hours = Some(self.hours(&t.language)).filter(|hours| !hours.is_empty());
        let free = self.free.then_some(t.help_free());
        let anonymous = self.anonymous.then_some(t.help_anonymous());
        [hours, free, anonymous].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    /// What the link says.
    pub(super) fn action(&self, t: &Texts) -> String {
        match self.by {
            helplines::By::Call => t.help_call(&self.number),
            helplines::By::Text => t.help_text(&self.number),
            helplines::By::Web => self.number.clone(),
        }
    }
}
