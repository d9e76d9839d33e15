//! An OpenAPI document as a reader wants it: operations by tag, then the schemas they name.

use serde_json::Value;

use super::examples::curl;
use super::schema::{Field, Parts, Shape, parts, shape};

/// The whole document.
pub(super) struct Outline {
    pub(super) description: String,
    pub(super) version: String,
    pub(super) groups: Vec<Group>,
    pub(super) schemas: Vec<Named>,
}

/// Operations of one tag.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) operations: Vec<Operation>,
}

/// One operation.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) description: String,
    pub(super) parameters: Vec<Field>,
    pub(super) bodies: Vec<Body>,
    pub(super) answers: Vec<Answer>,
    pub(super) curl: String,
}

/// A body in one media type.
pub(super) struct Body {
    pub(super) media: String,
    pub(super) shape: Shape,
}

/// An answer.
pub(super) struct Answer {
    pub(super) status: String,
    pub(super) description: String,
    pub(super) bodies: Vec<Body>,
}

/// A schema with a name.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) shape: Shape,
    pub(super) parts: Parts,
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

impl Outline {
    /// Of a document in its JSON form.
    pub(super) fn of(document: &Value) -> Self {
        let group = |tag: &Value| Group {
            name: text(&tag["name"]),
            description: text(&tag["description"]),
            operations: operations(document, |operation| operation["tags"][0] == tag["name"]),
        };
        let groups = document["tags"].as_array().into_iter().flatten().map(group);
        let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
        let named = |(name, schema): (&String, &Value)| Named {
            name: name.clone(),
            description: text(&schema["description"]),
            shape: shape(schema),
            parts: parts(schema),
        };
        Self {
            description: text(&document["info"]["description"]),
            version: text(&document["info"]["version"]),
            groups: groups.filter(|group| !group.operations.is_empty()).collect(),
            schemas: schemas.map(named).collect(),
        }
    }
}

fn operations(document: &Value, belongs: impl Fn(&Value) -> bool) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let operation = &item[method];
            if operation.is_object() && belongs(operation) {
                operations.push(Operation::of(document, method, path, operation));
            }
        }
    }
    operations
}

impl Operation {
    fn of(document: &Value, method: &str, path: &str, operation: &Value) -> Self {
        let answers = operation["responses"].as_object().into_iter().flatten();
        let answer = |(status, answer): (&String, &Value)| Answer {
            status: status.clone(),
            description: text(&answer["description"]),
            bodies: bodies(&answer["content"]),
        };
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let parameter = |parameter: &Value| Field {
            name: text(&parameter["name"]),
            place: parameter["in"].as_str().map(str::to_owned),
            is_required: parameter["required"] == true,
            shape: shape(&parameter["schema"]),
            description: text(&parameter["description"]),
        };
        Self {
            id: text(&operation["operationId"]),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: text(&operation["summary"]),
            description: text(&operation["description"]),
            parameters: parameters.map(parameter).collect(),
            bodies: bodies(&operation["requestBody"]["content"]),
            answers: answers.map(answer).collect(),
            curl: curl(document, method, path, operation),
        }
    }
}

fn bodies(content: &Value) -> Vec<Body> {
    let content = content.as_object().into_iter().flatten();
    content.map(|(media, body)| Body { media: media.clone(), shape: shape(&body["schema"]) }).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
