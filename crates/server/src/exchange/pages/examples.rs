//! A call of each operation that can be pasted into a shell.

use std::fmt::Write;

use serde_json::Value;

/// A call with curl: required parameters only, the body as the document's example says, else as its schema does.
/// `$NODE` and `$KEY` stand for the node's address and the partner's key.
pub(super) fn curl(document: &Value, method: &str, path: &str, operation: &Value) -> String {
    let mut address = path.to_owned();
    let mut headers = String::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        if parameter["in"] == "path" {
            address = address.replace(&format!("{{{name}}}"), &plain(&value(document, &parameter["schema"], 0)));
        } else if parameter["required"] == true {
            let shown = plain(&value(document, &parameter["schema"], 0));
            match parameter["in"].as_str() {
                Some("query") => {
                    let sign = if address.contains('?') { '&' } else { '?' };
                    let _ = write!(address, "{sign}{name}={shown}");
                }
                _ => {
                    let _ = write!(headers, " \\\n  -H '{name}: {shown}'");
                }
            }
        }
    }
    let verb = if method == "get" { String::new() } else { format!("-X {} ", method.to_uppercase()) };
    let mut call = format!("curl {verb}\"$NODE{address}\" \\\n  -H \"Authorization: Bearer $KEY\"{headers}");
    let json = &operation["requestBody"]["content"]["application/json"];
    if !json.is_null() {
        let body =
            if json["example"].is_null() { value(document, &json["schema"], 0) } else { json["example"].clone() };
        // A shell ends a quoted text at the next quote, so one inside is written as '\''.
        let body = serde_json::to_string_pretty(&body).unwrap_or_default().replace('\'', "'\\''");
        let _ = write!(call, " \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'");
    }
    call
}

/// References are followed this far; ours do not go round.
const DEPTH_MAX: usize = 12;

/// A value that fits the schema: its example, else the plainest.
fn value(document: &Value, schema: &Value, depth: usize) -> Value {
    if depth > DEPTH_MAX {
        return Value::Null;
    }
    if let Some(path) = schema["$ref"].as_str() {
        return value(document, document.pointer(path.trim_start_matches('#')).unwrap_or(&Value::Null), depth + 1);
    }
    for key in ["example", "default"] {
        if !schema[key].is_null() {
            return schema[key].clone();
        }
    }
    for key in ["examples", "enum"] {
        if let Some(first) = schema[key].get(0) {
            return first.clone();
        }
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(first) = schema[key].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null")) {
            return value(document, first, depth + 1);
        }
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"].get(0).and_then(Value::as_str));
    match kind {
        Some("object") => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let member = |name: &str| (name.to_owned(), value(document, &schema["properties"][name], depth + 1));
            Value::Object(required.map(member).collect())
        }
        Some("array") => Value::Array(vec![value(document, &schema["items"], depth + 1)]),
        Some("integer" | "number") => schema["minimum"].as_u64().unwrap_or(1).into(),
        Some("boolean") => true.into(),
        Some("string") => match schema["format"].as_str() {
            Some("uuid") => "01980e4a-5c00-7d3a-9f10-2b6c4e8a1d57".into(),
            Some("date-time") => "2026-11-21T10:15:30Z".into(),
            _ => "text".into(),
        },
        _ => Value::Null,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_fills_in_what_is_required_and_quotes_its_body() {
        let operation = json!({
            "parameters": [
                {"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}},
                {"name": "after", "in": "query", "required": true, "schema": {"type": "integer", "minimum": 3}},
                {"name": "limit", "in": "query", "required": false, "schema": {"type": "integer"}},
            ],
            "requestBody": {"content": {"application/json": {"example": {"note": "it's"}}}}
        });
        let call = curl(&Value::Null, "put", "/x/{id}", &operation);
        assert!(
            call.starts_with("curl -X PUT \"$NODE/x/01980e4a-5c00-7d3a-9f10-2b6c4e8a1d57?after=3\" \\\n"),
            "{call}"
        );
        assert!(call.ends_with("-d '{\n  \"note\": \"it'\\''s\"\n}'"), "{call}");
        assert!(!call.contains("limit"), "{call}");
    }

    #[test]
    fn a_schema_that_holds_itself_comes_to_an_end() {
        let document = json!({"a": {"type": "array", "items": {"$ref": "#/a"}}});
        assert!(value(&document, &document["a"], 0).is_array());
    }
}
