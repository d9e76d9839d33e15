//! A bank card, confirmed by its bank with a second step (3-D Secure with a challenge), for nothing or for a euro that is given back at
//! once. Transitional: a card shows that somebody has a card (Arcom, reference of October 2024). Shows 18 and no other age.
//!
//! The provider of payments speaks a small HTTP that stands between this and any of them:
//!
//! | | |
//! | --- | --- |
//! | `POST {base}/checks` `{"amount": 0, "currency": "EUR", "challenge": "required", "return_url": ".."}` | `{"id", "url"}` |
//! | the person goes to `url`, confirms, and comes back to `return_url` | |
//! | `GET {base}/checks/{id}` | `{"status": "confirmed", "authenticated": true, "card": "fingerprint"}` |
//! | `DELETE {base}/checks/{id}` | whatever was reserved is let go |
//!
//! The card's number never comes here.

use agetoken::{Threshold, Thresholds};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::provider::{call, web_address};
use crate::age::attester::Desk;
use crate::age::attester::evidence::{Declaration, Evidence, Field, Level, NotProven, Retains, Sent, Step, Told};

/// Vouchers for one card in 90 days, at most.
pub const CARD_USES_MAX: u32 = 4;

/// Which provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardSettings {
    /// Where it is, without a slash at the end.
    pub base: String,
    /// What it knows us by.
    pub token: String,
}

/// The way itself.
#[derive(Clone, Debug)]
pub struct Card {
    settings: CardSettings,
}

#[derive(Serialize)]
struct Wanted<'w> {
    amount: u32,
    currency: &'static str,
    challenge: &'static str,
    return_url: &'w str,
}

#[derive(Deserialize)]
struct Begun {
    id: String,
    url: String,
}

#[derive(Deserialize)]
struct Ended {
    status: String,
    /// Whether the bank asked for a second step and got it.
    authenticated: bool,
    card: String,
}

#[derive(Deserialize)]
struct LetGo {}

impl Card {
    /// By these settings.
    pub const fn new(settings: CardSettings) -> Self {
        Self { settings }
    }

    async fn depart(&self, desk: &Desk, journey: &str) -> Result<Step, NotProven> {
        let return_url = format!("{}/age/way/card/back?state={journey}", desk.base);
        let wanted = Wanted { amount: 0, currency: "EUR", challenge: "required", return_url: &return_url };
        let request = desk.http.post(format!("{}/checks", self.settings.base)).json(&wanted);
        let begun: Begun = call(request.bearer_auth(&self.settings.token)).await?;
        let is_plain =
            begun.id.len() <= 128 && begun.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !is_plain {
            return Err(NotProven::Provider("its check has no name that can be used".to_owned()));
        }
        let to = web_address(url::Url::parse(&begun.url))?;
        Ok(Step::Elsewhere { to, state: begun.id.into_bytes() })
    }

    async fn arrive(&self, desk: &Desk, state: &[u8]) -> Result<Step, NotProven> {
        let id = str::from_utf8(state).map_err(|_| NotProven::Unreadable)?;
        let check = format!("{}/checks/{id}", self.settings.base);
        let ended: Ended = call(desk.http.get(&check).bearer_auth(&self.settings.token)).await?;
        // Whatever came of it, nothing stays reserved.
        let let_go: Result<LetGo, _> = call(desk.http.delete(&check).bearer_auth(&self.settings.token)).await;
        if let Err(error) = let_go {
            tracing::warn!(%error, "a card check could not be let go; the provider ends it by itself");
        }
        if ended.status != "confirmed" || !ended.authenticated || ended.card.is_empty() {
            return Err(NotProven::NotConfirmed);
        }
        desk.count_use("card", ended.card.as_bytes(), CARD_USES_MAX).await?;
        Ok(Step::Reached(Thresholds::reached_at(u32::from(Threshold::Over18.years()))))
    }
}

impl Evidence for Card {
    fn declaration(&self) -> Declaration {
        Declaration {
            id: "card",
            level: Level::Standard,
            retains: Retains::CountedDigest,
            told: Told::Provider,
            is_transitional: true,
            is_offered: true,
            stands_alone: true,
        }
    }

    fn fields(&self) -> &[Field] {
        &[]
    }

    fn begin<'e>(&'e self, desk: &'e Desk, journey: &'e str, _: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        self.depart(desk, journey).boxed()
    }

    fn finish<'e>(&'e self, desk: &'e Desk, state: &'e [u8], _: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        self.arrive(desk, state).boxed()
    }
}
