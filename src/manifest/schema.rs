//! The JSON Schema of the manifest, draft-07: for editors and CI, and for this program's own structural check.

mod project;
mod snippets;

pub use project::project_schema;

use super::{
    file::{File, GuardrailFile, IncludeFile},
    structure::Tree,
};
use jsonschema::{Draft, Validator};
use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Ways to say what runs; a command has exactly one.
const WAYS: [&str; 5] = ["value", "process", "http", "native", "use"];

/// Methods of a request to an HTTP service; it has exactly one, of its own or of its backend.
const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

/// The manifest's JSON Schema, draft-07, as it is committed in `schema/gateway.schema.json`.
pub fn schema() -> Value {
    let mut schema = schema_of::<File>();
    snippets::add(&mut schema);
    schema
}

/// The JSON Schema of files that `include` names.
pub fn include_schema() -> Value {
    schema_of::<IncludeFile>()
}

/// The JSON Schema of files that `--guardrails` names.
pub fn guardrail_schema() -> Value {
    schema_of::<GuardrailFile>()
}

fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| {
        // Without references, the place of a fault in the schema leads straight to the keys that it knows.
        settings.inline_subschemas = true;
    });
    let settings = settings.with_transform(RecursiveTransform(as_written));
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    let command = "/properties/commands/additionalProperties";
    tighten(&mut schema, command, true);
    let backend = "/properties/backends/additionalProperties/properties/http";
    if let Some(http) = schema.pointer_mut(backend) {
        http["oneOf"] = at_most_one(&METHODS);
    }
    let plugin = "/properties/plugins/additionalProperties";
    tighten(&mut schema, &format!("{plugin}{command}"), false);
    if let Some(plugin) = schema.pointer_mut(plugin) {
        let runs = json!({ "run": { "anyOf": one_of(&WAYS) } });
        let native = json!({ "properties": runs });
        let declared = json!({ "required": ["run"], "properties": runs });
        let commands = |command: Value| json!({ "properties": { "commands": { "additionalProperties": command } } });
        plugin["if"] = json!({ "required": ["sidecar"] });
        plugin["else"] = json!({
            "if": { "required": ["native"] },
            "then": commands(native),
            "else": commands(declared),
        });
    }
    schema
}

/// Says of the commands at a place what their type cannot: exactly one thing runs, unless a sidecar or a plugin answers.
fn tighten(schema: &mut Value, place: &str, needs_run: bool) {
    let Some(command) = schema.pointer_mut(place) else { return };
    if needs_run {
        command["required"] = json!(["run"]);
    }
    let mut ways = one_of(&WAYS);
    if !needs_run {
        ways.push(json!({ "required": ["method"], "not": { "required": ["use"] } }));
        ways.push(json!({ "maxProperties": 0 }));
    }
    if let Some(run) = command.pointer_mut("/properties/run").and_then(Value::as_object_mut) {
        run.insert("oneOf".to_owned(), ways.into());
        // Its backend may have the method already.
        run.insert("allOf".to_owned(), json!([{ "oneOf": at_most_one(&METHODS) }]));
    }
    if let Some(http) = command.pointer_mut("/properties/run/properties/http") {
        http["oneOf"] = one_of(&METHODS).into();
    }
}

/// A branch for each of some keys.
fn one_of(keys: &[&str]) -> Vec<Value> {
    keys.iter().map(|key| json!({ "required": [key] })).collect()
}

/// The same, with one more for none of them.
fn at_most_one(keys: &[&str]) -> Value {
    let mut branches = one_of(keys);
    branches.push(json!({ "not": { "anyOf": branches } }));
    branches.into()
}

/// What the derived schema says about Rust types, said about the file.
fn as_written(schema: &mut Schema) {
    refuse_null(schema);
    if schema.get("format").is_some_and(|format| format == "uint32") {
        // Draft-07 has no such format, and the largest number is part of the language.
        let keywords = schema.ensure_object();
        keywords.shift_remove("format");
        keywords.entry("maximum").or_insert_with(|| u32::MAX.into());
    }
    if let Some(Value::String(description)) = schema.get_mut("description") {
        // A line of a doc comment ends where the source is full; an editor's window has a width of its own.
        let paragraphs = description.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
        *description = paragraphs.collect::<Vec<_>>().join("\n\n");
    }
}

/// A key that may be left out is not one that may stand there without a value.
fn refuse_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_mut_slice() {
            let only = only.take();
            schema.insert("type".to_owned(), only);
        }
    }
    if schema.get("default").is_some_and(Value::is_null) {
        schema.ensure_object().shift_remove("default");
    }
    let Some(Value::Array(branches)) = schema.get_mut("anyOf") else { return };
    let before = branches.len();
    branches.retain(|branch| branch.get("type").is_none_or(|name| name != "null"));
    if branches.len() < before
        && let [Value::Object(only)] = branches.as_mut_slice()
    {
        let only = std::mem::take(only);
        let keywords = schema.ensure_object();
        keywords.shift_remove("anyOf");
        for (key, value) in only {
            // The property's own words are about the property, the type's about all its uses.
            keywords.entry(key).or_insert(value);
        }
    }
}

/// The schema, and what checks a document against it.
pub(super) struct Validated {
    pub(super) schema: Value,
    /// Nothing, if the schema were not one; a test sees to it that it is.
    pub(super) validator: Option<Validator<Tree>>,
}

pub(super) static SCHEMA: LazyLock<Validated> = LazyLock::new(|| {
    let schema = schema();
    let options = jsonschema::options_for::<Tree>().with_draft(Draft::Draft7);
    let validator = options.build(&schema).ok();
    Validated { schema, validator }
});
