//! Sources that were made over HMA's API: what HMA knows of them beyond a source, and its credentials, which are set once for
//! all exchanges of a system.
//!
//! The file first, then what is in memory. Whoever changes something here waits for whoever does already.

use std::collections::HashMap;
use std::sync::Arc;

use exchange::dialects::hma::{Bank, BankName, ExchangeApi, ExchangeConfig, Ratio};
use exchange::{PartnerId, Time};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Sources;
use super::queries::{self, ExchangeRow};
use crate::follow::{Beside, Credentials, Follow, FollowError, SourceKind};
use crate::partners::PartnerName;
use crate::storage::{Session, StorageError, Transact};

/// Exchanges, at most.
pub(in crate::matcher) const EXCHANGES_MAX: usize = 100;
const OF_API: &[u8] = b"exchange api";

/// What HMA knows of a source.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Exchange {
    /// Its bank's name, and its own.
    pub(crate) bank: BankName,
    /// The part of the traffic that it is matched for.
    pub(crate) ratio: Ratio,
    /// Whether it is asked and matched.
    pub(crate) is_enabled: bool,
    /// Whether its system's credentials were set.
    pub(crate) has_credentials: bool,
    /// Which system, in HMA's words.
    pub(crate) api: ExchangeApi,
    /// How it was set up.
    pub(crate) config: ExchangeConfig,
}

impl Exchange {
    fn read(row: ExchangeRow) -> Result<(PartnerId, Self), StorageError> {
        let ExchangeRow { source, api, bank, ratio, is_enabled, config, has_credentials } = row;
        let api = ExchangeApi::from_name(&api).ok_or(StorageError::Damaged("an exchange's system"))?;
        let fields = serde_json::from_str(&config).map_err(|_| StorageError::Damaged("an exchange's settings"))?;
        let exchange = Self {
            bank: bank.parse().map_err(|_| StorageError::Damaged("an exchange's bank"))?,
            ratio: Ratio::new(ratio).map_err(|_| StorageError::Damaged("an exchange's ratio"))?,
            is_enabled,
            has_credentials,
            api,
            config: ExchangeConfig::read(api, &fields).map_err(|_| StorageError::Damaged("an exchange's settings"))?,
        };
        Ok((source, exchange))
    }

    /// Its bank.
    pub(crate) fn as_bank(&self) -> Bank {
        Bank { name: self.bank.clone(), matching_enabled_ratio: self.ratio }
    }

    /// Whether it is asked: what opens it is there, and nobody said otherwise.
    pub(in crate::matcher) const fn is_asked(&self) -> bool {
        self.is_enabled && self.has_credentials
    }
}

/// Ours of HMA's.
pub(in crate::matcher) const fn kind_of(api: ExchangeApi) -> SourceKind {
    match api {
        ExchangeApi::FbThreatExchange => SourceKind::ThreatExchange,
        ExchangeApi::Ncmec => SourceKind::Ncmec,
        ExchangeApi::StopNcii => SourceKind::StopNcii,
        ExchangeApi::Tat => SourceKind::Tat,
        ExchangeApi::Rempart => SourceKind::Rempart,
    }
}

/// HMA's of ours.
pub(in crate::matcher) const fn api_of(kind: SourceKind) -> ExchangeApi {
    match kind {
        SourceKind::ThreatExchange => ExchangeApi::FbThreatExchange,
        SourceKind::Ncmec => ExchangeApi::Ncmec,
        SourceKind::StopNcii => ExchangeApi::StopNcii,
        SourceKind::Tat => ExchangeApi::Tat,
        SourceKind::Rempart => ExchangeApi::Rempart,
    }
}

/// The name that an exchange's source has: the bank's in small letters where that is one, otherwise a digest of it.
pub(in crate::matcher) fn source_name(bank: &BankName) -> PartnerName {
    let plain = bank.as_str().to_ascii_lowercase().replace('_', "-");
    plain.parse().unwrap_or_else(|_| {
        let digest = Sha256::digest(bank.as_str());
        let name = format!("hma-{}", exchange::hex::encode(&digest[..16]));
        // Letters, digits and a dash, 36 of them.
        name.parse().expect("a name")
    })
}

/// What a source of this exchange is opened with.
pub(in crate::matcher) fn credentials_of(of_api: &Credentials, config: &ExchangeConfig) -> Credentials {
    let mut credentials = of_api.clone();
    credentials.group = config.privacy_group.map(|group| group.to_string()).unwrap_or_default();
    credentials.members.clone_from(&config.only_esp_ids);
    credentials
}

/// Written in the transaction that adds its source.
pub(in crate::matcher) struct Making<'a> {
    pub(in crate::matcher) bank: &'a BankName,
    pub(in crate::matcher) api: ExchangeApi,
    pub(in crate::matcher) config: &'a ExchangeConfig,
    pub(in crate::matcher) is_enabled: bool,
    pub(in crate::matcher) name: &'a PartnerName,
}

impl Beside for Making<'_> {
    async fn write(&self, on: &mut Session, source: PartnerId) -> Result<(), FollowError> {
        let config = serde_json::Value::from(self.config.fields()).to_string();
        let is_new =
            queries::add_exchange(on, source, self.api.name(), self.bank.as_str(), self.is_enabled, &config).await?;
        if is_new { Ok(()) } else { Err(FollowError::NameTaken(self.name.clone())) }
    }
}

/// Sets a system's credentials, or forgets them, and gives every exchange of it the same.
struct SetApi<'a> {
    follow: &'a Follow<Sources>,
    api: ExchangeApi,
    credentials: Option<&'a Credentials>,
    sealed: Option<Vec<u8>>,
    now: Time,
}

impl Transact for SetApi<'_> {
    const NAME: &'static str = "exchange_credentials";
    type Output = ();
    type Error = FollowError;

    async fn run(&self, on: &mut Session) -> Result<(), FollowError> {
        queries::set_api(on, self.api.name(), self.sealed.as_deref(), self.now).await?;
        let none = Credentials::default();
        for row in queries::exchanges(on).await? {
            let (source, exchange) = Exchange::read(row)?;
            if exchange.api == self.api {
                let of_it = self.credentials.map_or(none.clone(), |given| credentials_of(given, &exchange.config));
                self.follow.reopen(on, source, &of_it).await?;
            }
        }
        Ok(())
    }
}

/// Changes what HMA's callers can change of an exchange.
struct Change {
    source: PartnerId,
    ratio: Ratio,
    is_enabled: bool,
}

impl Transact for Change {
    const NAME: &'static str = "exchange_change";
    type Output = ();
    type Error = StorageError;

    async fn run(&self, on: &mut Session) -> Result<(), StorageError> {
        queries::change_exchange(on, self.source, self.ratio.get(), self.is_enabled).await
    }
}

impl Sources {
    /// All of them, as the file has them.
    pub(super) async fn exchanges(&self) -> Result<HashMap<PartnerId, Arc<Exchange>>, StorageError> {
        let rows = queries::exchanges(&mut self.inner.database.read().await?).await?;
        rows.into_iter().map(|row| Exchange::read(row).map(|(source, exchange)| (source, Arc::new(exchange)))).collect()
    }

    /// Keeps whoever else changes exchanges waiting.
    pub(in crate::matcher) async fn changing(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.inner.changing.lock().await
    }

    /// What a system's exchanges are opened with, if that was said.
    pub(in crate::matcher) async fn api_credentials(
        &self,
        api: ExchangeApi,
    ) -> Result<Option<Credentials>, StorageError> {
        let sealed = queries::api(&mut self.inner.database.read().await?, api.name()).await?;
        let Some(sealed) = sealed else { return Ok(None) };
        let damaged = || StorageError::Damaged("a system's credentials");
        let plain = Zeroizing::new(self.inner.key.open(&context(api), &sealed).map_err(|_| damaged())?);
        serde_json::from_slice(&plain).map(Some).map_err(|_| damaged())
    }

    /// Sets them, or forgets them; the exchanges that there are, are asked with them at once.
    pub(in crate::matcher) async fn set_api_credentials(
        &self,
        follow: &Follow<Self>,
        api: ExchangeApi,
        credentials: Option<&Credentials>,
        now: Time,
    ) -> Result<(), FollowError> {
        let (inner, mut rng) = (&self.inner, self.inner.entropy.rng());
        let sealed = credentials.map(|credentials| {
            // Texts and numbers cannot fail.
            let plain = Zeroizing::new(serde_json::to_vec(credentials).unwrap_or_default());
            inner.key.seal(&context(api), &plain, &mut rng)
        });
        inner.database.run(&SetApi { follow, api, credentials, sealed, now }).await?;
        self.look().await?;
        follow.stir();
        Ok(())
    }

    /// Has an exchange matched for this part of the traffic, and asked and matched or neither.
    pub(in crate::matcher) async fn change(
        &self,
        source: PartnerId,
        ratio: Ratio,
        is_enabled: bool,
    ) -> Result<(), StorageError> {
        self.inner.database.run(&Change { source, ratio, is_enabled }).await?;
        self.look().await
    }
}

fn context(api: ExchangeApi) -> Vec<u8> {
    [OF_API, api.name().as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bank_gives_its_source_a_name_of_its_own() {
        let name = |bank: &str| source_name(&bank.parse().unwrap()).to_string();
        assert_eq!(name("COOP_1_NCII"), "coop-1-ncii");
        let odd = ["_A", "A", "__", &"A".repeat(255), &"A".repeat(254), &"A".repeat(40), &"A".repeat(41)].map(name);
        for (place, one) in odd.iter().enumerate() {
            assert!(one.parse::<PartnerName>().is_ok() && !odd[..place].contains(one), "{one}");
        }
    }

    #[test]
    fn systems_are_named_both_ways() {
        for api in ExchangeApi::ALL {
            assert_eq!(api_of(kind_of(api)), api);
        }
    }
}
