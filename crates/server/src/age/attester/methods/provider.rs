//! Calls to a provider, with limits.

use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::age::attester::evidence::NotProven;

/// Bytes of an answer, at most.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
const CALL_TIMEOUT: Duration = Duration::from_secs(15);

/// Sends a request and reads JSON.
pub(super) async fn call<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, NotProven> {
    let no_answer = |error: reqwest::Error| NotProven::Provider(error.without_url().to_string());
    let mut response = request.timeout(CALL_TIMEOUT).send().await.map_err(no_answer)?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(no_answer)? {
        if body.len() + piece.len() > ANSWER_BYTES_MAX {
            return Err(NotProven::Provider("its answer is too long".to_owned()));
        }
        body.extend_from_slice(&piece);
    }
    if !status.is_success() {
        return Err(NotProven::Provider(format!("it answered {status}")));
    }
    serde_json::from_slice(&body).map_err(|_| NotProven::Provider("its answer cannot be read".to_owned()))
}

/// Where a provider wants a person to go: an address of the web, never another program's or a script's.
pub(super) fn web_address(address: Result<url::Url, url::ParseError>) -> Result<String, NotProven> {
    let address = address.ok().filter(|url| matches!(url.scheme(), "https" | "http"));
    let address = address.ok_or_else(|| NotProven::Provider("the address that it names is none of the web".to_owned()));
    Ok(address?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_sent_to_addresses_of_the_web_alone() {
        let address = |text: &str| web_address(url::Url::parse(text));
        assert_eq!(address("https://bank.test/a?b").unwrap(), "https://bank.test/a?b");
        for wrong in ["", "bank.test", "javascript:alert(1)", "data:text/html,a", "openid4vp://authorize"] {
            assert!(matches!(address(wrong), Err(NotProven::Provider(_))), "{wrong}");
        }
    }
}
