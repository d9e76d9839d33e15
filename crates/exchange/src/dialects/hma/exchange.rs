//! Exchanges: the systems that HMA's callers may have followed, what each is set up with, and its credentials.
//!
//! Names, settings and credentials are those of the classes in `threatexchange` 1.2.17, and for a node of ours those of
//! `clients/python`. Beyond them `url` and `class` are taken, which HMA's classes have no place for.

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::bank::{BankName, BankNameError};
use super::shortened;
use crate::Class;

/// Members of NCMEC's that a list may be narrowed to, at most.
pub const MEMBERS_MAX: usize = 1_000;
/// Bytes of an address, at most.
pub const URL_BYTES_MAX: usize = 2_048;
/// Bytes of one credential, at most.
pub const CREDENTIAL_BYTES_MAX: usize = 4_096;

/// NCMEC's lists, each at a root of its own, as HMA's callers choose among them.
pub const NCMEC_ENVIRONMENTS: [&str; 12] = [
    "https://report.cybertip.org/hashsharing",
    "https://report.cybertip.org/exploitative-hashsharing",
    "https://lesp.ncmec.org/csam-hashsharing",
    "https://hashsharing.ncmec.org/npo",
    "https://hashsharing.ncmec.org/exploitative",
    "https://hashsharing.ncmec.org/generative-ai-csam",
    "https://hashsharing.ncmec.org/generative-ai-exploitative",
    "https://exttest.cybertip.org/hashsharing",
    "https://exttest.cybertip.org/exploitative-hashsharing",
    "https://betalesp.ncmec.org/csam-hashsharing",
    "https://hashsharing-test.ncmec.org/npo",
    "https://hashsharing-test.ncmec.org/exploitative",
];

/// A system that can be followed, by HMA's name for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ExchangeApi {
    /// Meta's ThreatExchange.
    FbThreatExchange,
    /// NCMEC hash sharing.
    Ncmec,
    /// StopNCII.org.
    StopNcii,
    /// Tech Against Terrorism.
    Tat,
    /// A node of ours.
    Rempart,
}

impl ExchangeApi {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::FbThreatExchange, Self::Ncmec, Self::StopNcii, Self::Tat, Self::Rempart];

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FbThreatExchange => "fb_threatexchange",
            Self::Ncmec => "ncmec",
            Self::StopNcii => "stop_ncii",
            Self::Tat => "tat",
            Self::Rempart => "rempart",
        }
    }

    /// The API of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|api| api.name() == name)
    }

    const fn config_fields(self) -> &'static [Field] {
        match self {
            Self::FbThreatExchange => &[PRIVACY_GROUP, CLASS, URL],
            Self::Ncmec => &[ENVIRONMENT, ONLY_ESP_IDS, URL],
            Self::StopNcii => &[URL],
            Self::Tat => &[CLASS, URL],
            Self::Rempart => &[NODE_URL],
        }
    }

    const fn credential_fields(self) -> &'static [Field] {
        match self {
            Self::FbThreatExchange => &[API_TOKEN],
            Self::Ncmec => &[USER, PASSWORD],
            Self::StopNcii => &[FETCH_KEY, SUBSCRIPTION_KEY, FEEDBACK_KEY],
            Self::Tat => &[USERNAME, PASSWORD],
            Self::Rempart => &[KEY],
        }
    }

    /// What it is set up with, for whoever draws a form.
    pub const fn schema(self) -> ApiSchema {
        ApiSchema {
            config_schema: Fields { fields: self.config_fields() },
            credentials_schema: Fields { fields: self.credential_fields() },
        }
    }
}

/// The fields of an API.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ApiSchema {
    config_schema: Fields,
    credentials_schema: Fields,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Fields {
    fields: &'static [Field],
}

#[derive(Clone, Copy, Debug)]
struct Field {
    name: &'static str,
    kind: &'static str,
    required: bool,
    help: &'static str,
    choices: &'static [&'static str],
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("name", self.name)?;
        map.serialize_entry("type", self.kind)?;
        map.serialize_entry("required", &self.required)?;
        map.serialize_entry("default", &None::<&str>)?;
        map.serialize_entry("help", self.help)?;
        map.serialize_entry("choices", &(!self.choices.is_empty()).then_some(self.choices))?;
        map.end()
    }
}

const fn text(name: &'static str, required: bool, help: &'static str) -> Field {
    Field { name, kind: "string", required, help, choices: &[] }
}

const PRIVACY_GROUP: Field = Field { kind: "number", ..text("privacy_group", true, "The privacy group's number") };
const ENVIRONMENT: Field = Field {
    kind: "enum",
    choices: &NCMEC_ENVIRONMENTS,
    ..text("environment", true, "Which of NCMEC's lists; with url it is not needed")
};
const ONLY_ESP_IDS: Field = Field {
    kind: "set_of_number",
    ..text("only_esp_ids", false, "Only what these members list; nothing: what all list")
};
const CLASS: Field = Field {
    kind: "enum",
    choices: &["adult", "minor"],
    ..text("class", false, "Whom its entries show, which this system does not say; nothing: adult")
};
const URL: Field =
    text("url", false, "Another address than the system's own; its host has to be named in the matcher's settings");
const NODE_URL: Field =
    text("url", true, "The node's address, https://node.example; its host has to be named in the matcher's settings");
const API_TOKEN: Field = text("api_token", true, "The access token of your application, app|secret");
const USER: Field = text("user", true, "The user");
const USERNAME: Field = text("username", true, "The user");
const PASSWORD: Field = text("password", true, "The password");
const FETCH_KEY: Field = text("fetch_function_key", true, "The key of FetchHashes");
const SUBSCRIPTION_KEY: Field = text("subscription_key", true, "The subscription's key");
const FEEDBACK_KEY: Field =
    text("feedback_function_key", false, "The key of SubmitFeedback; without it no outcome goes back");
const KEY: Field = text("key", true, "The partner key, rp_..., with the scopes follow and outcome");
/// A field of HMA's that says where StopNCII is.
const BASE_URL: &str = "base_url_override";

/// What is wrong with an exchange or its credentials. Never anything of a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// See [`BankNameError`].
    #[error(transparent)]
    Bank(#[from] BankNameError),
    /// Not an object.
    #[error("{0} is an object")]
    NoObject(&'static str),
    /// There is no system of this name. See `/c/exchanges/apis`.
    #[error("no such exchange type '{0}'")]
    Api(String),
    /// Something that is needed is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// It has another form. See `/c/exchanges/api/{api}/schema`.
    #[error("{0} is {1}")]
    Form(&'static str, &'static str),
    /// The API has no such field, which may be a misspelt one. See `/c/exchanges/api/{api}/schema`.
    #[error("there is no field '{0}'; /c/exchanges/api/{1}/schema names those that there are")]
    Field(String, &'static str),
}

/// How an exchange is set up.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ExchangeConfig {
    /// NCMEC: which list.
    pub environment: Option<&'static str>,
    /// NCMEC: what these members list alone, in order; empty: what all list.
    pub only_esp_ids: Vec<u64>,
    /// ThreatExchange: the privacy group.
    pub privacy_group: Option<u64>,
    /// Another address than the system's own.
    pub url: Option<String>,
    /// Whom its entries show, where the system does not say it.
    pub class: Option<Class>,
}

impl ExchangeConfig {
    /// Reads `api_json`.
    ///
    /// # Errors
    /// See [`ExchangeError`].
    pub fn read(api: ExchangeApi, fields: &Map<String, Value>) -> Result<Self, ExchangeError> {
        let mut config = Self::default();
        for (name, value) in fields {
            // HMA writes these itself, whatever is sent.
            if matches!(name.as_str(), "name" | "api" | "enabled") {
                continue;
            }
            let field = known(api, api.config_fields(), name)?;
            if value.is_null() {
                continue;
            }
            match field.name {
                "environment" => {
                    let known = NCMEC_ENVIRONMENTS.into_iter().find(|known| value.as_str() == Some(known));
                    config.environment = Some(known.ok_or(ExchangeError::Form("environment", "one of NCMEC's lists"))?);
                }
                "only_esp_ids" => config.only_esp_ids = members(value)?,
                "privacy_group" => {
                    let group = number(value).filter(|group| *group > 0);
                    config.privacy_group =
                        Some(group.ok_or(ExchangeError::Form("privacy_group", "the privacy group's number"))?);
                }
                "class" => {
                    let class = value.as_str().and_then(Class::from_name);
                    config.class = Some(class.ok_or(ExchangeError::Form("class", "minor or adult"))?);
                }
                _ => {
                    let url = value.as_str().filter(|url| url.len() <= URL_BYTES_MAX);
                    let url = url.ok_or(ExchangeError::Form("url", "an address, https://host/path"))?;
                    config.url = Some(url.trim().to_owned()).filter(|url| !url.is_empty());
                }
            }
        }
        match api {
            ExchangeApi::Ncmec if config.environment.is_none() && config.url.is_none() => {
                Err(ExchangeError::Missing("environment"))
            }
            ExchangeApi::FbThreatExchange if config.privacy_group.is_none() => {
                Err(ExchangeError::Missing("privacy_group"))
            }
            ExchangeApi::Rempart if config.url.is_none() => Err(ExchangeError::Missing("url")),
            _ => Ok(config),
        }
    }

    /// As it was sent.
    pub fn fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value);
            }
        };
        put("environment", self.environment.map(Value::from));
        put("only_esp_ids", (!self.only_esp_ids.is_empty()).then(|| self.only_esp_ids.clone().into()));
        put("privacy_group", self.privacy_group.map(Value::from));
        put("url", self.url.clone().map(Value::from));
        put("class", self.class.map(|class| class.to_string().into()));
        fields
    }
}

/// An exchange to be made, which is a bank too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewExchange {
    /// The bank's name, and the exchange's.
    pub bank: BankName,
    /// Which system.
    pub api: ExchangeApi,
    /// Where, and what of it.
    pub config: ExchangeConfig,
    /// Whether it is asked and matched.
    pub is_enabled: bool,
}

impl NewExchange {
    /// Reads `{"bank": .., "api": .., "api_json": {..}}`.
    ///
    /// # Errors
    /// See [`ExchangeError`].
    pub fn read(body: &Map<String, Value>) -> Result<Self, ExchangeError> {
        let bank = body.get("bank").ok_or(ExchangeError::Missing("bank"))?;
        let bank = bank.as_str().ok_or(ExchangeError::Form("bank", "a text"))?.parse()?;
        let api = body.get("api").ok_or(ExchangeError::Missing("api"))?;
        let api = api.as_str().ok_or(ExchangeError::Form("api", "a text"))?;
        let api = ExchangeApi::from_name(api).ok_or_else(|| ExchangeError::Api(shortened(api)))?;
        let none = Map::new();
        let fields = match body.get("api_json") {
            None | Some(Value::Null) => &none,
            Some(Value::Object(fields)) => fields,
            Some(_) => return Err(ExchangeError::NoObject("api_json")),
        };
        let is_enabled = fields.get("enabled").map_or(Ok(true), truth)?;
        Ok(Self { bank, api, config: ExchangeConfig::read(api, fields)?, is_enabled })
    }
}

/// What is to be changed about an exchange: `{"enabled": ..}`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExchangeEdit {
    /// Whether it is asked and matched; nothing: as it is.
    pub is_enabled: Option<bool>,
}

impl ExchangeEdit {
    /// Reads it.
    ///
    /// # Errors
    /// See [`ExchangeError`].
    pub fn read(body: &Map<String, Value>) -> Result<Self, ExchangeError> {
        if body.keys().any(|name| name != "enabled") {
            return Err(ExchangeError::Form("what can be changed", "enabled alone; remove it and make it anew"));
        }
        Ok(Self { is_enabled: body.get("enabled").map(truth).transpose()? })
    }
}

/// What opens a system. Never printed.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct ExchangeCredentials {
    /// NCMEC, Tech Against Terrorism: the user.
    pub user: String,
    /// The password, token or key.
    pub secret: String,
    /// StopNCII: the subscription's key.
    pub subscription: String,
    /// StopNCII: the key of SubmitFeedback.
    pub feedback: String,
}

impl ExchangeCredentials {
    /// Reads `credential_json`; `None`: it is empty, and those that there were are to go.
    ///
    /// # Errors
    /// See [`ExchangeError`].
    pub fn read(api: ExchangeApi, fields: &Map<String, Value>) -> Result<Option<Self>, ExchangeError> {
        if fields.is_empty() {
            return Ok(None);
        }
        let mut credentials = Self::default();
        for (name, value) in fields {
            if api == ExchangeApi::StopNcii && name == BASE_URL {
                if value.as_str().is_some_and(|url| !url.is_empty()) {
                    return Err(ExchangeError::Form(BASE_URL, "said as the url of an exchange here, in api_json"));
                }
                continue;
            }
            let field = known(api, api.credential_fields(), name)?;
            if value.is_null() && !field.required {
                continue;
            }
            let fits = |text: &&str| text.len() <= CREDENTIAL_BYTES_MAX;
            let text = value.as_str().filter(fits).ok_or(ExchangeError::Form(field.name, "a short text"))?;
            let place = match field.name {
                "user" | "username" => &mut credentials.user,
                "subscription_key" => &mut credentials.subscription,
                "feedback_function_key" => &mut credentials.feedback,
                _ => &mut credentials.secret,
            };
            text.trim().clone_into(place);
        }
        let missing = api.credential_fields().iter().find(|field| {
            let is_there = fields.get(field.name).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
            field.required && !is_there
        });
        missing.map_or(Ok(Some(credentials)), |field| Err(ExchangeError::Missing(field.name)))
    }
}

impl fmt::Debug for ExchangeCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExchangeCredentials(..)")
    }
}

fn known(api: ExchangeApi, fields: &'static [Field], name: &str) -> Result<&'static Field, ExchangeError> {
    let found = fields.iter().find(|field| field.name == name);
    found.ok_or_else(|| ExchangeError::Field(shortened(name), api.name()))
}

fn members(value: &Value) -> Result<Vec<u64>, ExchangeError> {
    let wrong = ExchangeError::Form("only_esp_ids", "a list of at most 1000 members' numbers");
    let list = value.as_array().filter(|list| list.len() <= MEMBERS_MAX).ok_or_else(|| wrong.clone())?;
    let mut members: Vec<u64> = list.iter().map(number).collect::<Option<_>>().ok_or(wrong)?;
    members.sort_unstable();
    members.dedup();
    Ok(members)
}

/// A number, or a text that is one: forms send it so.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn truth(value: &Value) -> Result<bool, ExchangeError> {
    match value {
        Value::Bool(is) => Ok(*is),
        Value::Number(number) if number.as_u64() == Some(1) => Ok(true),
        Value::Number(number) if number.as_u64() == Some(0) => Ok(false),
        _ => Err(ExchangeError::Form("enabled", "true or false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(object) => object,
            other => panic!("{other} is no object"),
        }
    }

    fn new(body: Value) -> Result<NewExchange, ExchangeError> {
        NewExchange::read(&object(body))
    }

    #[test]
    fn an_exchange_is_read_as_hmas_classes_write_it_and_its_settings_come_back() {
        let bodies = [
            json!({"bank": "A", "api": "ncmec", "api_json": {"environment": "https://hashsharing.ncmec.org/npo",
                "only_esp_ids": [7, "3", 7], "name": "B", "api": "other", "enabled": true}}),
            json!({"bank": "A", "api": "fb_threatexchange", "api_json": {"privacy_group": 303636684709969_u64}}),
            json!({"bank": "A", "api": "fb_threatexchange", "api_json": {"privacy_group": "12", "class": "minor"}}),
            json!({"bank": "A", "api": "stop_ncii", "api_json": {}}),
            json!({"bank": "A", "api": "stop_ncii"}),
            json!({"bank": "A", "api": "tat", "api_json": {"class": null}}),
            json!({"bank": "A", "api": "rempart", "api_json": {"url": "https://node.example"}}),
        ];
        for body in bodies {
            let read = new(body.clone()).unwrap_or_else(|error| panic!("{body}: {error}"));
            assert!(read.is_enabled && read.bank.as_str() == "A", "{body}");
            assert_eq!(ExchangeConfig::read(read.api, &read.config.fields()), Ok(read.config.clone()), "{body}");
        }
        let ncmec = json!({"environment": "https://hashsharing.ncmec.org/npo", "only_esp_ids": [7, "3", 7]});
        let config = ExchangeConfig::read(ExchangeApi::Ncmec, &object(ncmec)).unwrap();
        assert_eq!(config.only_esp_ids, [3, 7], "each once, in order");
        assert!(!new(json!({"bank": "A", "api": "tat", "api_json": {"enabled": 0}})).unwrap().is_enabled);
    }

    #[test]
    fn what_no_exchange_has_is_refused() {
        for body in [
            json!({}),
            json!({"bank": "a", "api": "tat"}),
            json!({"bank": 7, "api": "tat"}),
            json!({"bank": "A"}),
            json!({"bank": "A", "api": "stopncii"}),
            json!({"bank": "A", "api": "tat", "api_json": []}),
            json!({"bank": "A", "api": "tat", "api_json": {"enabled": "yes"}}),
            json!({"bank": "A", "api": "tat", "api_json": {"class": "both"}}),
            json!({"bank": "A", "api": "tat", "api_json": {"privacy_group": 1}}),
            json!({"bank": "A", "api": "ncmec", "api_json": {}}),
            json!({"bank": "A", "api": "ncmec", "api_json": {"environment": "NGO"}}),
            json!({"bank": "A", "api": "ncmec", "api_json": {"environment": "https://evil.example"}}),
            json!({"bank": "A", "api": "ncmec", "api_json": {"url": "https://a.example", "only_esp_ids": [-1]}}),
            json!({"bank": "A", "api": "ncmec", "api_json": {"url": "https://a.example", "only_esp_ids": vec![1; 1_001]}}),
            json!({"bank": "A", "api": "fb_threatexchange"}),
            json!({"bank": "A", "api": "fb_threatexchange", "api_json": {"privacy_group": 0}}),
            json!({"bank": "A", "api": "fb_threatexchange", "api_json": {"privacy_group": 1.5}}),
            json!({"bank": "A", "api": "rempart", "api_json": {"url": ""}}),
            json!({"bank": "A", "api": "rempart", "api_json": {"url": "a".repeat(URL_BYTES_MAX + 1)}}),
        ] {
            assert!(new(body.clone()).is_err(), "{body}");
        }
        assert_eq!(ExchangeEdit::read(&Map::new()), Ok(ExchangeEdit { is_enabled: None }));
        assert!(ExchangeEdit::read(&object(json!({"enabled": true, "url": "x"}))).is_err());
    }

    #[test]
    fn credentials_are_those_of_hmas_classes_and_an_empty_object_takes_them_away() {
        let read = |api, value: Value| ExchangeCredentials::read(api, &object(value));
        let ncmec = read(ExchangeApi::Ncmec, json!({"user": "u", "password": "p"})).unwrap().unwrap();
        assert_eq!((ncmec.user.as_str(), ncmec.secret.as_str()), ("u", "p"));
        let keys = json!({"fetch_function_key": "f", "subscription_key": "s", "base_url_override": null});
        let stopncii = read(ExchangeApi::StopNcii, keys).unwrap().unwrap();
        assert_eq!((stopncii.secret.as_str(), stopncii.subscription.as_str()), ("f", "s"));
        assert!(read(ExchangeApi::FbThreatExchange, json!({"api_token": "1|s"})).unwrap().is_some());
        assert!(read(ExchangeApi::Tat, json!({"username": "u", "password": "p"})).unwrap().is_some());
        assert!(read(ExchangeApi::Rempart, json!({"key": "rp_1"})).unwrap().is_some());
        assert_eq!(read(ExchangeApi::Tat, json!({})), Ok(None));
        assert_eq!(format!("{ncmec:?}"), "ExchangeCredentials(..)");
        for (api, bad) in [
            (ExchangeApi::Ncmec, json!({"user": "u"})),
            (ExchangeApi::Ncmec, json!({"user": "u", "password": ""})),
            (ExchangeApi::Ncmec, json!({"user": "u", "password": 7})),
            (ExchangeApi::Ncmec, json!({"user": "u", "password": "p", "pass": "p"})),
            (ExchangeApi::Rempart, json!({"key": "a".repeat(CREDENTIAL_BYTES_MAX + 1)})),
            (
                ExchangeApi::StopNcii,
                json!({"fetch_function_key": "f", "subscription_key": "s", "base_url_override": "https://a"}),
            ),
        ] {
            assert!(read(api, bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_schema_has_what_a_form_is_drawn_from() {
        let schema = serde_json::to_value(ExchangeApi::Ncmec.schema()).unwrap();
        let environment = &schema["config_schema"]["fields"][0];
        assert_eq!((&environment["name"], &environment["type"]), (&json!("environment"), &json!("enum")));
        assert_eq!(environment["choices"].as_array().unwrap().len(), NCMEC_ENVIRONMENTS.len());
        let user = json!({"name": "user", "type": "string", "required": true, "default": null, "help": "The user",
            "choices": null});
        assert_eq!(schema["credentials_schema"]["fields"][0], user);
    }
}
