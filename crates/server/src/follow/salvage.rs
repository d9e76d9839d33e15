//! A JSON page with a record in it that is no JSON: the record is replaced by `null`, which is then skipped like any that
//! cannot be read, and the page goes on. What is torn, so that brackets or quotes do not close, cannot be helped.

use serde::de::IgnoredAny;

/// Brackets within each other, at most.
const DEPTH_MAX: usize = 64;

/// The page with every element of a list of its root that is no JSON replaced; `None`: that would not help.
pub(super) fn salvage(page: &[u8]) -> Option<Vec<u8>> {
    let mut mended = Vec::with_capacity(page.len());
    let (mut depth, mut in_text, mut escaped) = (Vec::new(), false, false);
    // Where an element of a list of the root begins.
    let mut begun: Option<usize> = None;
    let mut replaced = false;
    let mut end_element = |begun: &mut Option<usize>, mended: &mut Vec<u8>, end: usize| {
        let Some(begin) = begun.take() else { return };
        let element = page[begin..end].trim_ascii();
        if element.is_empty() && mended.last() != Some(&b',') {
            return;
        }
        if serde_json::from_slice::<IgnoredAny>(element).is_ok() {
            mended.extend_from_slice(element);
        } else {
            mended.extend_from_slice(b"null");
            replaced = true;
        }
    };
    for (place, byte) in page.iter().enumerate() {
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_text = false,
                _ => {}
            }
        } else {
            match byte {
                b'"' => in_text = true,
                b'{' | b'[' => {
                    if depth.len() >= DEPTH_MAX {
                        return None;
                    }
                    depth.push(*byte);
                    if depth == [b'{', b'['] {
                        mended.push(b'[');
                        begun = Some(place + 1);
                        continue;
                    }
                }
                b'}' | b']' => {
                    if depth == [b'{', b'['] && *byte == b']' {
                        end_element(&mut begun, &mut mended, place);
                    }
                    let opened = depth.pop()?;
                    if (opened == b'{') != (*byte == b'}') {
                        return None;
                    }
                }
                b',' if depth == [b'{', b'['] => {
                    end_element(&mut begun, &mut mended, place);
                    begun = Some(place + 1);
                }
                _ => {}
            }
        }
        if begun.is_none() || begun == Some(place + 1) {
            mended.push(*byte);
        }
    }
    (replaced && depth.is_empty() && !in_text).then_some(mended)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(page: &str) -> Option<String> {
        salvage(page.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn a_record_that_is_no_json_is_replaced_and_the_rest_stays() {
        let page = r#"{"n":[1],"list":[{"a":"x,]}"},{"b":NaN},{"c":"\q"},{"d":[1,]}, {"e":{"f":"\"["}}],"next":"t"}"#;
        let expected = r#"{"n":[1],"list":[{"a":"x,]}"},null,null,null,{"e":{"f":"\"["}}],"next":"t"}"#;
        assert_eq!(mended(page).as_deref(), Some(expected));
        assert!(serde_json::from_str::<serde_json::Value>(expected).is_ok());
    }

    #[test]
    fn what_is_whole_or_torn_is_left_alone() {
        for page in [r#"{"list":[{"a":1}]}"#, r#"{"list":[{"a":NaN}"#, r#"{"list":[{"a":"x}]}"#, "]", "", "[NaN]"] {
            assert_eq!(mended(page), None, "{page}");
        }
        let deep = format!("{{\"list\":[{}NaN{}]}}", "[".repeat(62), "]".repeat(62));
        assert!(mended(&deep).is_some());
        let deeper = format!("{{\"list\":[{}NaN{}]}}", "[".repeat(63), "]".repeat(63));
        assert_eq!(mended(&deeper), None);
    }
}
