//! What HMA's clients send: signals that are read come back the same and are fit to be banked, settings of an
//! exchange too; distances are symmetric.

#![no_main]

use std::collections::BTreeMap;

use exchange::dialects::hma::{
    BankEdit, BankName, COMPARED_DISTANCE_MAX, ExchangeApi, ExchangeConfig, ExchangeCredentials, ExchangeEdit,
    METADATA_BYTES_MAX, NewBank, NewExchange, Signals, check_metadata, compare,
};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fuzz_target!(|body: &[u8]| {
    if let Ok(object) = serde_json::from_slice::<Map<String, Value>>(body) {
        if let Ok(signals) = Signals::read(&object, &["note", "metadata"]) {
            assert!(!signals.is_empty() && signals.iter().all(|(_, signal)| signal.check_plainness().is_ok()));
            let Ok(Value::Object(again)) = serde_json::to_value(&signals) else { panic!("an object") };
            assert_eq!(Signals::read(&again, &[]), Ok(signals));
        }
        if let Ok(new) = NewExchange::read(&object) {
            assert_eq!(ExchangeConfig::read(new.api, &new.config.fields()), Ok(new.config.clone()));
        }
        for api in ExchangeApi::ALL {
            let credentials = ExchangeCredentials::read(api, &object);
            assert!(!credentials.is_ok_and(|read| read.is_some_and(|read| read.secret.is_empty())));
        }
        let _ = ExchangeEdit::read(&object);
        if let Ok(metadata) = check_metadata(Value::Object(object)) {
            assert!(serde_json::to_vec(&metadata).expect("JSON").len() <= METADATA_BYTES_MAX);
        }
    }
    if let Ok(bank) = serde_json::from_slice::<NewBank>(body) {
        assert!((0.0..=1.0).contains(&bank.ratio().get()));
        if let Ok(name) = bank.name.parse::<BankName>() {
            assert_eq!(name.as_str(), bank.name);
        }
    }
    let _ = serde_json::from_slice::<BankEdit>(body);
    if let Ok(asked) = serde_json::from_slice::<BTreeMap<String, Vec<String>>>(body)
        && let Ok(compared) = compare(&asked)
    {
        let turned = asked.into_iter().map(|(kind, values)| (kind, values.into_iter().rev().collect())).collect();
        assert_eq!(compare(&turned), Ok(compared.clone()));
        for (is_same, at) in compared.values() {
            assert!(at.distance.is_none_or(|bits| *is_same == (bits <= COMPARED_DISTANCE_MAX)));
        }
    }
});
