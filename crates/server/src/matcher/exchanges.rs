//! What HMA's callers may do with what a matcher follows: set a system's credentials, have it followed as a bank, change that,
//! and have it followed no longer. Each takes effect before it is answered; what another system lists comes with its next turn,
//! which begins at once.

use exchange::dialects::hma::{BankName, ExchangeApi, ExchangeConfig, ExchangeCredentials, NewExchange, Ratio};
use exchange::{Class, Tier};
use url::Url;

use super::Matcher;
use super::sources::exchanges::{EXCHANGES_MAX, Making, credentials_of, kind_of, source_name};
use super::sources::{Exchange, Source};
use crate::follow::{Credentials, FollowError, NewSource, SourceKind, Terms};
use crate::storage::StorageError;

/// Why an exchange stays as it is.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExchangesError {
    /// No such exchange here.
    #[error("Exchange '{0}' not found")]
    None(String),
    /// Something here has the name: a bank, an exchange, a source. Choose another.
    #[error("there is a bank, an exchange or something that is followed of this name already; choose another")]
    Exists,
    /// It was not made over HMA's API.
    #[error(
        "{0} is set up where the matcher is started: nodes with --from, or [[from]] in its settings, other systems with \
         `rempart follow --matcher`"
    )]
    Elsewhere(String),
    /// Credentials would be sent to a host that nobody named. Add it to the matcher's settings.
    #[error("exchanges are not made at {0}: its host has to be named in the matcher's settings, hma_exchange_hosts")]
    Host(String),
    /// Too many. Remove some.
    #[error("there are at most {EXCHANGES_MAX} exchanges; remove some")]
    Full,
    /// See [`FollowError`].
    #[error(transparent)]
    Follow(#[from] FollowError),
}

impl From<StorageError> for ExchangesError {
    fn from(error: StorageError) -> Self {
        Self::Follow(error.into())
    }
}

impl Matcher {
    /// Follows a system from now on, as a bank. Without credentials it waits until they are set.
    pub(super) async fn make_exchange(&self, new: NewExchange) -> Result<(), ExchangesError> {
        let NewExchange { bank, api, config, is_enabled } = new;
        let kind = kind_of(api);
        let url = self.url_of(kind, &config)?;
        let _changing = self.inner.sources.changing().await;
        if self.sources().iter().filter(|source| source.exchange.is_some()).count() >= EXCHANGES_MAX {
            return Err(ExchangesError::Full);
        }
        let of_api = self.inner.sources.api_credentials(api).await?;
        let credentials = of_api.map(|of_api| credentials_of(&of_api, &config)).unwrap_or_default();
        let name = source_name(&bank);
        let source = NewSource {
            name: name.clone(),
            kind,
            url,
            credentials,
            terms: Terms { class: class_of(kind, &config), tier: Tier::Reported, pass_on: false },
            every_seconds: kind.every_seconds(),
        };
        let making = Making { bank: &bank, api, config: &config, is_enabled, name: &name };
        self.inner.follow.add_beside(&source, &making).await?;
        Ok(self.inner.sources.look().await?)
    }

    /// Has an exchange matched for this part of the traffic, and asked and matched or neither; gives it as it is then.
    pub(super) async fn change_exchange(
        &self,
        bank: &BankName,
        ratio: Option<Ratio>,
        is_enabled: Option<bool>,
    ) -> Result<Exchange, ExchangesError> {
        let _changing = self.inner.sources.changing().await;
        let (source, mut exchange) = self.exchange(bank)?;
        exchange.ratio = ratio.unwrap_or(exchange.ratio);
        exchange.is_enabled = is_enabled.unwrap_or(exchange.is_enabled);
        self.inner.sources.change(source.view.id, exchange.ratio, exchange.is_enabled).await?;
        self.inner.follow.stir();
        Ok(exchange)
    }

    /// Follows it no longer: from now on nothing of it is matched, and when this is over nothing of it is held.
    pub(super) async fn remove_exchange(&self, bank: &BankName) -> Result<(), ExchangesError> {
        let (id, name) = {
            let _changing = self.inner.sources.changing().await;
            let (source, _) = self.exchange(bank)?;
            self.inner.follow.begin_removing(source.view.id).await?;
            self.inner.sources.look().await?;
            (source.view.id, source.view.name)
        };
        let matcher = self.clone();
        // It goes on when the caller has gone; should the matcher end, it goes on with the next start.
        let emptied = self.inner.tasks.spawn(async move {
            matcher.inner.follow.finish_removing(id, &name).await?;
            matcher.inner.sources.look().await?;
            Ok::<(), ExchangesError>(())
        });
        emptied.await.unwrap_or(Err(ExchangesError::Follow(FollowError::Moved)))
    }

    /// Whether a system's credentials were set.
    pub(super) async fn has_api_credentials(&self, api: ExchangeApi) -> Result<bool, ExchangesError> {
        Ok(self.inner.sources.api_credentials(api).await?.is_some())
    }

    /// Sets them for every exchange of the system, there or to come; `None`: forgets them.
    pub(super) async fn set_api_credentials(
        &self,
        api: ExchangeApi,
        given: Option<ExchangeCredentials>,
    ) -> Result<(), ExchangesError> {
        let credentials = given.map(credentials);
        if let Some(credentials) = &credentials {
            check(credentials, api)?;
        }
        let _changing = self.inner.sources.changing().await;
        let sources = &self.inner.sources;
        Ok(sources.set_api_credentials(&self.inner.follow, api, credentials.as_ref(), self.now()).await?)
    }

    fn exchange(&self, bank: &BankName) -> Result<(Source, Exchange), ExchangesError> {
        let found = self.sources().into_iter().find_map(|source| {
            let exchange =
                source.exchange.clone().filter(|exchange| exchange.bank == *bank && !source.view.removing)?;
            Some((source, Exchange::clone(&exchange)))
        });
        found.ok_or_else(|| ExchangesError::None(bank.to_string()))
    }

    /// Where it is. An address that was sent is one that the operator named: credentials that somebody set would otherwise go
    /// wherever somebody else says.
    fn url_of(&self, kind: SourceKind, config: &ExchangeConfig) -> Result<String, ExchangesError> {
        let Some(url) = &config.url else {
            let url = config.environment.or(kind.url());
            return Ok(url.ok_or(FollowError::Url)?.to_owned());
        };
        let parsed = Url::parse(url).map_err(|_| FollowError::Url)?;
        if self.inner.hma.may_follow(&parsed) { Ok(url.clone()) } else { Err(ExchangesError::Host(url.clone())) }
    }
}

/// The class of its entries where they do not say it. Who banks over HMA's API says none, so it is that of own banks.
fn class_of(kind: SourceKind, config: &ExchangeConfig) -> Option<Class> {
    match kind {
        SourceKind::ThreatExchange | SourceKind::Tat => Some(config.class.unwrap_or(Class::Adult)),
        _ => kind.class(),
    }
}

fn credentials(given: ExchangeCredentials) -> Credentials {
    let ExchangeCredentials { user, secret, subscription, feedback } = given;
    let mut credentials = Credentials::default();
    (credentials.user, credentials.secret) = (user, secret);
    (credentials.subscription, credentials.feedback) = (subscription, feedback);
    credentials
}

/// With what an exchange adds, as if there were one.
fn check(credentials: &Credentials, api: ExchangeApi) -> Result<(), FollowError> {
    let config = ExchangeConfig { privacy_group: Some(1), ..ExchangeConfig::default() };
    credentials_of(credentials, &config).check(kind_of(api))
}
