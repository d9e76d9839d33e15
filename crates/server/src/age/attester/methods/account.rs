//! An account that knows a date of birth: OpenID Connect, authorization code with PKCE, asking for `birthdate` and nothing else.
//!
//! The identity token comes straight from the provider's token endpoint; its signature is checked all the same, against the keys that
//! the provider publishes (RS256, ES256).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64ct::{Base64UrlUnpadded, Encoding};
use futures::FutureExt;
use futures::future::BoxFuture;
use rand::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::provider::{call, web_address};
use crate::age::attester::Desk;
use crate::age::attester::evidence::{
    Declaration, Evidence, Field, Level, NotProven, Retains, Sent, Step, Told, reached_by, today,
};

/// Vouchers for one account in 90 days, at most.
pub const ACCOUNT_USES_MAX: u32 = 4;
/// How far the provider's clock may be off.
const SKEW_SECONDS: u64 = 120;

/// Which provider, and who we are there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSettings {
    /// The provider, as its identity tokens name it.
    pub issuer: String,
    /// Who we are there.
    pub client_id: String,
    /// Our secret there; without it we are a public client.
    pub client_secret: Option<String>,
}

/// The way itself.
#[derive(Clone, Debug)]
pub struct Account {
    settings: AccountSettings,
}

#[derive(Deserialize)]
struct Discovered {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    /// How a client with a secret may show it; HTTP Basic when it is not said (OpenID Connect Discovery, section 3).
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

#[derive(Serialize, Deserialize)]
struct Journey {
    verifier: String,
    nonce: String,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: u64,
    nonce: Option<String>,
    birthdate: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct Person {
    sub: String,
    birthdate: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kid: Option<String>,
    kty: String,
    n: Option<String>,
    e: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Account {
    /// By these settings.
    pub const fn new(settings: AccountSettings) -> Self {
        Self { settings }
    }

    async fn discover(&self, desk: &Desk) -> Result<Discovered, NotProven> {
        let base = self.settings.issuer.trim_end_matches('/');
        let discovered: Discovered = call(desk.http.get(format!("{base}/.well-known/openid-configuration"))).await?;
        if discovered.issuer == self.settings.issuer {
            Ok(discovered)
        } else {
            Err(NotProven::Provider("it calls itself by another name".to_owned()))
        }
    }

    async fn depart(&self, desk: &Desk, journey: &str) -> Result<Step, NotProven> {
        let discovered = self.discover(desk).await?;
        let mut random = [0; 64];
        desk.entropy.rng().fill_bytes(&mut random);
        let (verifier, nonce) =
            (Base64UrlUnpadded::encode_string(&random[..32]), Base64UrlUnpadded::encode_string(&random[32..]));
        let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(verifier.as_bytes()));
        let to = url::Url::parse_with_params(
            &discovered.authorization_endpoint,
            [
                ("response_type", "code"),
                ("client_id", &self.settings.client_id),
                ("redirect_uri", &back(desk)),
                ("scope", "openid"),
                // The date of birth alone, and only for this (OpenID Connect Core, section 5.5).
                (
                    "claims",
                    r#"{"id_token":{"birthdate":{"essential":true}},"userinfo":{"birthdate":{"essential":true}}}"#,
                ),
                ("state", journey),
                ("nonce", &nonce),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
            ],
        );
        let to = web_address(to)?;
        // Two short texts can be written.
        let state = serde_json::to_vec(&Journey { verifier, nonce }).map_err(|_| NotProven::Unreadable)?;
        Ok(Step::Elsewhere { to, state })
    }

    async fn arrive(&self, desk: &Desk, state: &[u8], sent: &Sent) -> Result<Step, NotProven> {
        let journey: Journey = serde_json::from_slice(state).map_err(|_| NotProven::Unreadable)?;
        // Which provider answers (RFC 9207), where it says so.
        if sent.text("iss").is_some_and(|issuer| issuer != self.settings.issuer) {
            return Err(NotProven::NotConfirmed);
        }
        let Some(code) = sent.text("code") else {
            let said = sent.text("error").unwrap_or("it sent no code").chars().take(60).collect();
            return Err(NotProven::Provider(said));
        };
        let (discovered, redirect) = (self.discover(desk).await?, back(desk));
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect),
            ("client_id", &self.settings.client_id),
            ("code_verifier", &journey.verifier),
        ];
        let mut request = desk.http.post(&discovered.token_endpoint);
        if let Some(secret) = &self.settings.client_secret {
            if discovered.takes_basic() {
                request = request.basic_auth(escaped(&self.settings.client_id), Some(escaped(secret)));
            } else {
                form.push(("client_secret", secret));
            }
        }
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let kind = "application/x-www-form-urlencoded";
        let tokens: Tokens = call(request.header(reqwest::header::CONTENT_TYPE, kind).body(body)).await?;
        let keys: KeySet = call(desk.http.get(&discovered.jwks_uri)).await?;
        let claims = self.claims(&tokens.id_token, &keys, &journey, desk.now())?;
        let birthdate = match (claims.birthdate, &discovered.userinfo_endpoint, &tokens.access_token) {
            (Some(birthdate), _, _) => birthdate,
            (None, Some(endpoint), Some(token)) => {
                let person: Person = call(desk.http.get(endpoint).bearer_auth(token)).await?;
                // Core, section 5.3.2: or it is somebody else's.
                person.birthdate.filter(|_| person.sub == claims.sub).ok_or(NotProven::NotConfirmed)?
            }
            _ => return Err(NotProven::NotConfirmed),
        };
        let born: jiff::civil::Date = birthdate.parse().map_err(|_| NotProven::NotConfirmed)?;
        // The year 0000 says that the year is left out (Core, section 5.1), not that somebody is two thousand years old.
        if born.year() < 1900 {
            return Err(NotProven::NotConfirmed);
        }
        let reached = reached_by(born, today(desk))?;
        let account = [self.settings.issuer.as_bytes(), b"\0", claims.sub.as_bytes()].concat();
        desk.count_use("account", &account, ACCOUNT_USES_MAX).await?;
        Ok(Step::Reached(reached))
    }

    fn claims(&self, token: &str, keys: &KeySet, journey: &Journey, now: u64) -> Result<Claims, NotProven> {
        let mut parts = token.split('.');
        let (Some(head), Some(body), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotProven::NotConfirmed);
        };
        let decode = |text: &str| Base64UrlUnpadded::decode_vec(text).map_err(|_| NotProven::NotConfirmed);
        let header: Header = serde_json::from_slice(&decode(head)?).map_err(|_| NotProven::NotConfirmed)?;
        let signed = &token[..head.len() + 1 + body.len()];
        let signature = decode(signature)?;
        let fitting = keys.keys.iter().filter(|key| header.kid.is_none() || key.kid == header.kid);
        if !fitting.into_iter().any(|key| key.has_signed(&header.alg, signed.as_bytes(), &signature)) {
            return Err(NotProven::NotConfirmed);
        }
        let claims: Claims = serde_json::from_slice(&decode(body)?).map_err(|_| NotProven::NotConfirmed)?;
        let is_for_us = match &claims.aud {
            Audience::One(one) => *one == self.settings.client_id,
            Audience::Several(several) => several.len() == 1 && several[0] == self.settings.client_id,
        };
        let nonce = claims.nonce.as_deref().unwrap_or_default();
        let is_ours: bool = nonce.as_bytes().ct_eq(journey.nonce.as_bytes()).into();
        let is_good = claims.iss == self.settings.issuer && is_for_us && is_ours && now < claims.exp + SKEW_SECONDS;
        if is_good { Ok(claims) } else { Err(NotProven::NotConfirmed) }
    }
}

impl Discovered {
    /// Basic is what every provider is to take (RFC 6749, section 2.3.1); some say that they take the form alone.
    fn takes_basic(&self) -> bool {
        let supported = self.token_endpoint_auth_methods_supported.as_deref();
        supported.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"))
    }
}

/// A name or secret as it stands in Basic: escaped like a form's value (RFC 6749, section 2.3.1).
fn escaped(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl Key {
    fn has_signed(&self, algorithm: &str, signed: &[u8], signature: &[u8]) -> bool {
        let decode = |text: &Option<String>| Base64UrlUnpadded::decode_vec(text.as_deref().unwrap_or_default()).ok();
        match (algorithm, self.kty.as_str(), self.crv.as_deref()) {
            ("RS256", "RSA", _) => {
                let (Some(n), Some(e)) = (decode(&self.n), decode(&self.e)) else { return false };
                let key = RsaPublicKeyComponents { n, e };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).is_ok()
            }
            ("ES256", "EC", Some("P-256")) => {
                let (Some(x), Some(y)) = (decode(&self.x), decode(&self.y)) else { return false };
                let point = [&[4][..], &x, &y].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature).is_ok()
            }
            _ => false,
        }
    }
}

fn back(desk: &Desk) -> String {
    format!("{}/age/way/account/back", desk.base)
}

impl Evidence for Account {
    fn declaration(&self) -> Declaration {
        Declaration {
            id: "account",
            level: Level::Enhanced,
            retains: Retains::CountedDigest,
            told: Told::Provider,
            is_transitional: false,
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

    fn finish<'e>(&'e self, desk: &'e Desk, state: &'e [u8], sent: &'e Sent) -> BoxFuture<'e, Result<Step, NotProven>> {
        self.arrive(desk, state, sent).boxed()
    }
}
