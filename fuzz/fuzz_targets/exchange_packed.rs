//! The packed binary form of matching, both ways. The first byte says to how many queries an answer is expected.

#![no_main]

use exchange::QUERIES_MAX;
use exchange::packed::{QUERY_BYTES, decode_request, decode_response, encode_response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(queries) = decode_request(bytes) {
        assert!((1..=QUERIES_MAX).contains(&queries.len()));
        assert_eq!(queries.concat(), bytes);
        assert_eq!(bytes.len() % QUERY_BYTES, 0);
    }
    let Some((&queries, answer)) = bytes.split_first() else { return };
    if let Ok(response) = decode_response(answer, usize::from(queries)) {
        assert_eq!(response.results.len(), usize::from(queries));
        // Records of one query may come in any order among those of others; written again they are sorted, and then
        // the form is one.
        let written = encode_response(&response);
        assert_eq!(written.len(), answer.len());
        let again = decode_response(&written, usize::from(queries)).expect("what we write, we read");
        assert_eq!(again, response);
        assert_eq!(encode_response(&again), written);
    }
});
