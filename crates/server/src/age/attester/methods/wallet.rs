//! An age proof of a European wallet: an mdoc of the type `eu.europa.ec.av.1`, presented by OpenID4VP 1.0 (`direct_post`, DCQL, the
//! request by value, the client named by where it is answered). What comes out is "18 or over", and blind tokens follow: issuer and
//! site of the wallet's proof would see the same signature, ours do not.
//!
//! What is checked of it is in [`super::mdoc`]; here, that no proof serves twice.

use std::sync::Arc;

use agetoken::{Threshold, Thresholds};
use base64ct::{Base64UrlUnpadded, Encoding};
use futures::FutureExt;
use futures::future::BoxFuture;
use rand::Rng;
use serde_json::json;

use super::certificate::Roots;
use super::mdoc::{CLAIM, DOC_TYPE, QUERY, check, client_id, presented, transcript};
use crate::age::attester::Desk;
use crate::age::attester::evidence::{Declaration, Evidence, Field, Level, NotProven, Retains, Sent, Step, Told};

/// By which scheme of address every application for European age proofs answers (its profile, annex A.5).
pub const SCHEME: &str = "av";

/// The way itself.
#[derive(Clone, Debug)]
pub struct Wallet {
    roots: Arc<Roots>,
    scheme: String,
}

/// An application cannot be called by this. Write `av`, or `openid4vp` for wallets that hold other things too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no scheme that an application is called by: write \"av\", or \"openid4vp\" for wallets that hold other things too"
)]
pub struct SchemeError;

impl Wallet {
    /// Proofs of these issuers are taken, from applications that answer to this scheme of address.
    ///
    /// # Errors
    /// When it is none, or one that browsers keep for themselves.
    pub fn new(roots: Roots, scheme: &str) -> Result<Self, SchemeError> {
        let is_plain = scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let browsers =
            ["", "http", "https", "ws", "wss", "ftp", "file", "data", "blob", "about", "javascript", "mailto"];
        if !is_plain || !scheme.starts_with(|first: char| first.is_ascii_lowercase()) || browsers.contains(&scheme) {
            return Err(SchemeError);
        }
        Ok(Self { roots: Arc::new(roots), scheme: scheme.to_owned() })
    }

    fn depart(&self, desk: &Desk, journey: &str) -> Result<Step, NotProven> {
        let mut nonce = [0; 24];
        desk.entropy.rng().fill_bytes(&mut nonce);
        let nonce = Base64UrlUnpadded::encode_string(&nonce);
        let response_uri = format!("{}/age/way/wallet/back", desk.base);
        let query = json!({"credentials": [{
            "id": QUERY,
            "format": "mso_mdoc",
            "meta": {"doctype_value": DOC_TYPE},
            "claims": [{"path": [DOC_TYPE, CLAIM]}],
        }]});
        let to = url::Url::parse_with_params(
            &format!("{}://authorize", self.scheme),
            [
                ("response_type", "vp_token"),
                ("response_mode", "direct_post"),
                ("client_id", &client_id(&response_uri)),
                ("response_uri", &response_uri),
                ("nonce", &nonce),
                ("state", journey),
                ("dcql_query", &query.to_string()),
            ],
        );
        let to = to.map_err(|_| NotProven::Unreadable)?.to_string();
        Ok(Step::Elsewhere { to, state: nonce.into_bytes() })
    }

    async fn arrive(&self, desk: &Desk, state: &[u8], sent: &Sent) -> Result<Step, NotProven> {
        let nonce = str::from_utf8(state).map_err(|_| NotProven::Unreadable)?;
        let token = presented(sent.text("vp_token").ok_or(NotProven::Unreadable)?).ok_or(NotProven::Unreadable)?;
        let response_uri = format!("{}/age/way/wallet/back", desk.base);
        let transcript = transcript(&response_uri, nonce);
        let issued = check(&token, &self.roots, &transcript, desk.now()).ok_or(NotProven::NotConfirmed)?;
        // Each of a batch serves once; its issuer's signature is its name.
        desk.count_use("wallet", &issued, 1).await?;
        Ok(Step::Reached(Thresholds::reached_at(u32::from(Threshold::Over18.years()))))
    }
}

impl Evidence for Wallet {
    fn declaration(&self) -> Declaration {
        Declaration {
            id: "wallet",
            level: Level::Strict,
            retains: Retains::CountedDigest,
            told: Told::Nobody,
            is_transitional: false,
            is_offered: true,
            stands_alone: true,
        }
    }

    fn fields(&self) -> &[Field] {
        &[]
    }

    fn begin<'e>(&'e self, desk: &'e Desk, journey: &'e str, _: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        async move { self.depart(desk, journey) }.boxed()
    }

    fn finish<'e>(&'e self, desk: &'e Desk, state: &'e [u8], sent: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        self.arrive(desk, state, sent).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_is_called_by_a_scheme_of_its_own() {
        for good in [SCHEME, "openid4vp", "eudi-openid4vp"] {
            assert!(Wallet::new(Roots::default(), good).is_ok(), "{good}");
        }
        for wrong in ["", "https", "javascript", "av:", "AV", "4vp", "a b"] {
            assert_eq!(Wallet::new(Roots::default(), wrong).map(drop), Err(SchemeError), "{wrong}");
        }
    }
}
