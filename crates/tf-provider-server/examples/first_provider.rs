//! A provider with one resource, `quickstart_note`, and one function, `shout`.

use std::process::ExitCode;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tf_provider::schema::{FunctionSchema, Parameter, Type};
use tf_provider::value::{Value, ValueEmpty as Meta};
use tf_provider::{AttributePath, Diagnostics as Diags, Function, Provider, Resource, schema};
use tf_provider_server::model::Schema;
use tf_provider_server::{About, ManagedResource, Plugin, run};

fn main() -> ExitCode {
    let about = About {
        name: "terraform-provider-quickstart",
        version: env!("CARGO_PKG_VERSION"),
        provider_addresses: &["registry.terraform.io/example/quickstart"],
    };
    let plugin = Plugin::new(Quickstart).resource("quickstart_note", Notes);
    run(|| plugin.function("shout", Shout), about)
}

struct Quickstart;

/// Has no configuration.
#[derive(Serialize, Deserialize, Schema)]
struct Config {}

impl Provider for Quickstart {
    type Config<'a> = Config;
    type MetaState<'a> = Meta;

    fn schema(&self, _: &mut Diags) -> Option<schema::Schema> {
        Some(Config::schema())
    }
}

struct Notes;

/// Manages a note.
#[derive(Serialize, Deserialize, Schema)]
struct Note {
    /// The note's text.
    #[schema(required)]
    text: Value<String>,
    /// The note's id.
    #[schema(computed)]
    id: Value<String>,
}

/// The state to save, and private data, which this resource does not need.
type Saved = Option<(Note, ())>;

#[async_trait]
impl Resource for Notes {
    type State<'a> = Note;
    type PrivateState<'a> = ();
    type ProviderMetaState<'a> = Meta;

    fn schema(&self, _: &mut Diags) -> Option<schema::Schema> {
        Some(Note::schema())
    }

    // A real `read` asks an API. If the object is gone, it calls `call::confirm_gone` and returns
    // `None`.
    async fn read<'a>(&self, _: &mut Diags, note: Note, (): (), _: Meta) -> Saved {
        Some((note, ()))
    }

    async fn plan_create<'a>(&self, _: &mut Diags, mut note: Note, _: Note, _: Meta) -> Saved {
        note.set_computed_unknown();
        Some((note, ()))
    }

    async fn plan_update<'a>(
        &self,
        _: &mut Diags,
        _: Note,
        note: Note,
        _: Note,
        (): (),
        _: Meta,
    ) -> Option<(Note, (), Vec<AttributePath>)> {
        Some((note, (), Vec::new()))
    }

    async fn plan_destroy<'a>(&self, _: &mut Diags, _: Note, (): (), _: Meta) -> Option<()> {
        Some(())
    }

    async fn create<'a>(&self, _: &mut Diags, mut note: Note, _: Note, (): (), _: Meta) -> Saved {
        note.id = Value::Value("note-1".to_owned());
        Some((note, ()))
    }

    async fn update<'a>(
        &self,
        _: &mut Diags,
        _: Note,
        note: Note,
        _: Note,
        (): (),
        _: Meta,
    ) -> Saved {
        Some((note, ()))
    }

    async fn destroy<'a>(&self, _: &mut Diags, _: Note, (): (), _: Meta) -> Option<()> {
        Some(())
    }
}

impl ManagedResource for Notes {}

struct Shout;

#[async_trait]
impl Function for Shout {
    type Input<'a> = (String,);
    type Output<'a> = String;

    fn schema(&self, _: &mut Diags) -> Option<FunctionSchema> {
        let text = Parameter {
            name: "text".to_owned(),
            param_type: Type::String,
            ..Parameter::default()
        };
        Some(FunctionSchema {
            parameters: vec![text],
            return_type: Type::String,
            summary: "Returns a text in upper case.".to_owned(),
            ..FunctionSchema::default()
        })
    }

    async fn call<'a>(&self, _: &mut Diags, (text,): (String,)) -> Option<String> {
        Some(text.to_uppercase())
    }
}
