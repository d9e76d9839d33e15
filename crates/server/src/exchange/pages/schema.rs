//! JSON Schema, as far as our documents use it, in words for a reader.

use serde_json::Value;

/// What a value may be, in a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// `string`, `integer`, `list of`, and so on.
    pub(super) words: String,
    /// The named schema it is, or is made of.
    pub(super) named: Option<String>,
    /// Bounds, formats, defaults.
    pub(super) limits: Vec<String>,
}

/// A member of an object, or a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: String,
    /// For parameters: `path`, `query` or `header`.
    pub(super) place: Option<String>,
    pub(super) is_required: bool,
    pub(super) shape: Shape,
    pub(super) description: String,
}

/// What a schema is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// Members of an object.
    pub(super) fields: Vec<Field>,
    /// Words, when it is one of several.
    pub(super) words: Vec<String>,
    /// Shapes, when it is one of several.
    pub(super) choices: Vec<(Shape, Parts)>,
}

/// The last part of a reference: `#/components/schemas/Entry` is `Entry`.
pub(super) fn named(schema: &Value) -> Option<String> {
    schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()).map(str::to_owned)
}

/// A schema in a line.
pub(super) fn shape(schema: &Value) -> Shape {
    if let Some(name) = named(schema) {
        return Shape { named: Some(name), ..Shape::default() };
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(choices) = schema[key].as_array() {
            return of_choices(schema, choices);
        }
    }
    let (kind, nullable) = kind(schema);
    let mut shape = match kind {
        "array" => {
            let inner = self::shape(&schema["items"]);
            let words = format!("list of {}", inner.words).trim_end().to_owned();
            Shape { words, limits: inner.limits, ..inner }
        }
        kind => Shape { words: kind.to_owned(), ..Shape::default() },
    };
    shape.limits.splice(0..0, limits(schema));
    if nullable {
        shape.words.push_str(" or null");
    }
    shape
}

fn of_choices(schema: &Value, choices: &[Value]) -> Shape {
    let is_null = |choice: &&Value| choice["type"] == "null";
    let others: Vec<&Value> = choices.iter().filter(|choice| !is_null(choice)).collect();
    let mut shape = match others.as_slice() {
        [one] => self::shape(one),
        _ => Shape { words: "one of several".to_owned(), ..Shape::default() },
    };
    if others.len() < choices.len() {
        shape.words = format!("{} or null", shape.words).trim_start().to_owned();
    }
    shape.limits.extend(limits(schema));
    shape
}

/// The type, and whether null is one too.
fn kind(schema: &Value) -> (&str, bool) {
    match &schema["type"] {
        Value::String(kind) => (kind, false),
        Value::Array(kinds) => {
            let names = || kinds.iter().filter_map(Value::as_str);
            (names().find(|name| *name != "null").unwrap_or("null"), names().any(|name| name == "null"))
        }
        _ if schema["properties"].is_object() => ("object", false),
        _ if schema["enum"].is_array() => ("string", false),
        _ => ("any value", false),
    }
}

fn limits(schema: &Value) -> Vec<String> {
    let mut limits = Vec::new();
    let range = |low: &Value, high: &Value, unit: &str| match (bound(low), bound(high)) {
        (None, None) => None,
        (Some(low), Some(high)) if low == high => Some(format!("exactly {low}{unit}")),
        (Some(low), Some(high)) => Some(format!("{low} to {high}{unit}")),
        (Some(low), None) => Some(format!("at least {low}{unit}")),
        (None, Some(high)) => Some(format!("at most {high}{unit}")),
    };
    limits.extend(range(&schema["minItems"], &schema["maxItems"], " items"));
    limits.extend(range(&schema["minLength"], &schema["maxLength"], " characters"));
    limits.extend(range(&schema["minimum"], &schema["maximum"], ""));
    if let Some(format) = schema["format"].as_str().filter(|format| !format.starts_with("int")) {
        limits.push(format.to_owned());
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        limits.push(pattern.to_owned());
    }
    if !schema["default"].is_null() {
        limits.push(format!("default {}", plain(&schema["default"])));
    }
    limits
}

/// A bound that says something: the ends of a number's own range do not.
fn bound(value: &Value) -> Option<String> {
    let number = value.as_u64().map(|number| number.to_string()).or_else(|| value.as_f64().map(|n| n.to_string()))?;
    (value.as_u64() != Some(i64::MAX.unsigned_abs())).then_some(number)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What a schema is made of; named ones are not followed.
pub(super) fn parts(schema: &Value) -> Parts {
    let mut parts = Parts { fields: fields(schema), ..Parts::default() };
    if let Some(words) = schema["enum"].as_array() {
        parts.words = words.iter().map(plain).collect();
    }
    for choice in ["oneOf", "anyOf"].iter().filter_map(|key| schema[key].as_array()).flatten() {
        parts.choices.push((shape(choice), self::parts(choice)));
    }
    for piece in schema["allOf"].as_array().into_iter().flatten() {
        let more = self::parts(piece);
        parts.fields.extend(more.fields);
        if let Some(name) = named(piece) {
            parts.choices.push((Shape { named: Some(name), ..Shape::default() }, Parts::default()));
        }
    }
    parts
}

fn fields(schema: &Value) -> Vec<Field> {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(properties) = schema["properties"].as_object() else { return Vec::new() };
    let field = |(name, property): (&String, &Value)| Field {
        name: name.clone(),
        place: None,
        is_required: required.contains(&name.as_str()),
        shape: shape(property),
        description: property["description"].as_str().unwrap_or_default().to_owned(),
    };
    properties.iter().map(field).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_shape_says_kind_bounds_and_default() {
        let schema = json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 5000, "default": 1000});
        let expected = ["1 to 5000", "default 1000"].map(str::to_owned).to_vec();
        assert_eq!(shape(&schema), Shape { words: "integer".to_owned(), named: None, limits: expected });
    }

    #[test]
    fn lists_and_nullable_references_name_what_they_hold() {
        let list = json!({"type": "array", "items": {"$ref": "#/components/schemas/Entry"}, "maxItems": 9});
        let shown = shape(&list);
        assert_eq!((shown.words.as_str(), shown.named.as_deref()), ("list of", Some("Entry")));
        assert_eq!(shown.limits, ["at most 9 items"]);
        let maybe = shape(&json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Tier"}]}));
        assert_eq!((maybe.words.as_str(), maybe.named.as_deref()), ("or null", Some("Tier")));
    }

    #[test]
    fn members_know_whether_they_are_required() {
        let schema = json!({"type": "object", "required": ["a"], "properties": {
            "a": {"type": "string", "description": "First."}, "b": {"type": ["string", "null"]}}});
        let parts = parts(&schema);
        assert!(parts.fields[0].is_required && !parts.fields[1].is_required);
        assert_eq!(parts.fields[0].description, "First.");
        assert_eq!(parts.fields[1].shape.words, "string or null");
    }
}
