//! A provider with one resource, `quickstart_note`, and one function, `shout`.

use std::process::ExitCode;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tf_provider::value::{Value, ValueEmpty};
use tf_provider::{Diagnostic, Diagnostics, Provider, schema};
use tf_provider_server::model::Schema;
use tf_provider_server::simple::{Simple, SimpleResource, function};
use tf_provider_server::{About, Plugin, run};

fn main() -> ExitCode {
    let about = About {
        name: "terraform-provider-quickstart",
        version: env!("CARGO_PKG_VERSION"),
        provider_addresses: &["registry.terraform.io/example/quickstart"],
    };
    let plugin = Plugin::new(Quickstart).resource("quickstart_note", Simple(Notes));
    let shout = |(text,): (String,)| Ok(text.to_uppercase());
    let shout = function("Returns a text in upper case.", ["text"], shout);
    run(|| plugin.function("shout", shout), about)
}

struct Quickstart;

/// Has no configuration.
#[derive(Serialize, Deserialize, Schema)]
struct Config {}

impl Provider for Quickstart {
    type Config<'a> = Config;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<schema::Schema> {
        Some(Config::schema())
    }
}

/// Manages a note.
#[derive(Serialize, Deserialize, Schema)]
struct Note {
    /// The note's text.
    #[schema(required)]
    text: Value<String>,
    /// The note's id.
    #[schema(computed, never_null)]
    id: Value<String>,
}

struct Notes;

#[async_trait]
impl SimpleResource for Notes {
    type Model = Note;

    async fn create(&self, mut planned: Note) -> Result<Note, Diagnostic> {
        planned.id = Value::Value("note-1".to_owned());
        Ok(planned)
    }

    async fn read(&self, state: Note) -> Result<Option<Note>, Diagnostic> {
        Ok(Some(state)) // `None` if the object is gone
    }

    async fn update(&self, _: Note, planned: Note) -> Result<Note, Diagnostic> {
        Ok(planned)
    }

    async fn delete(&self, _: Note) -> Result<(), Diagnostic> {
        Ok(())
    }
}
