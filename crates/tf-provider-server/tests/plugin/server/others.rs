//! The provider itself, a data source, a function and a list.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tf_provider::schema::{
    AttributeConstraint, AttributeType, Block, Description, FunctionSchema, Parameter, Schema, Type,
};
use tf_provider::value::{Value, ValueEmpty, ValueString};
use tf_provider::{AttributePath, DataSource, Diagnostic, Diagnostics, Function, Provider};
use tf_provider_server::value::Int;
use tf_provider_server::{
    Identity, ListEnded, ListEvent, ListRequest, ListResource, ListSink, call,
};

use crate::item::{attribute, attributes, imported};

fn diagnostic(summary: String, attribute: AttributePath) -> Diagnostic {
    Diagnostic {
        summary: summary.into(),
        detail: "As the test demands.".into(),
        attribute,
    }
}

fn schema<const N: usize>(list: [(&str, AttributeType); N]) -> Schema {
    let list =
        list.map(|(name, attr_type)| (name, attribute(attr_type, AttributeConstraint::Optional)));
    Schema {
        version: 0,
        block: Block {
            attributes: attributes(list),
            description: Description::plain("For tests."),
            ..Block::default()
        },
    }
}

pub(crate) struct TestProvider;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Config<'a> {
    #[serde(borrow)]
    mode: ValueString<'a>,
}

#[async_trait]
impl Provider for TestProvider {
    type Config<'a> = Config<'a>;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        Some(schema([("mode", AttributeType::String)]))
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: Config<'a>) -> Option<()> {
        match config.mode.as_str() {
            "validate:panic" => panic!("validation went wrong"),
            "validate:none" => return None,
            "validate:error" => diags.errors.push(diagnostic(
                "This configuration is not valid".to_owned(),
                AttributePath::new("mode"),
            )),
            _ => {}
        }
        Some(())
    }

    async fn configure<'a>(
        &self,
        diags: &mut Diagnostics,
        terraform_version: String,
        config: Config<'a>,
    ) -> Option<()> {
        match config.mode.as_str() {
            "configure:panic" => panic!("configuration went wrong"),
            "configure:none" => return None,
            "configure:version" => diags.warnings.push(diagnostic(
                format!("Terraform is {terraform_version}"),
                AttributePath::default(),
            )),
            _ => {}
        }
        Some(())
    }
}

pub(crate) struct Lookup;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LookupState<'a> {
    #[serde(borrow)]
    name: ValueString<'a>,
    size: Value<Int>,
}

#[async_trait]
impl DataSource for Lookup {
    type State<'a> = LookupState<'a>;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        Some(schema([
            ("name", AttributeType::String),
            ("size", AttributeType::Number),
        ]))
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: LookupState<'a>) -> Option<()> {
        if config.name.as_str() == "invalid" {
            let at = AttributePath::new("name");
            diags
                .errors
                .push(diagnostic("That is no name".to_owned(), at));
        }
        Some(())
    }

    async fn read<'a>(
        &self,
        diags: &mut Diagnostics,
        mut config: LookupState<'a>,
        _: ValueEmpty,
    ) -> Option<LookupState<'a>> {
        match config.name.as_str() {
            "none" => return None,
            "panic" => panic!("looking up went wrong"),
            "some-and-error" => diags.errors.push(diagnostic(
                "Found, but".to_owned(),
                AttributePath::new("name"),
            )),
            _ => {}
        }
        config.size = Int(7).into();
        Some(config)
    }
}

/// A data source whose schema panics.
pub(crate) struct Broken;

#[async_trait]
impl DataSource for Broken {
    type State<'a> = LookupState<'a>;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        panic!("the schema went wrong")
    }

    async fn read<'a>(
        &self,
        _: &mut Diagnostics,
        config: LookupState<'a>,
        _: ValueEmpty,
    ) -> Option<LookupState<'a>> {
        Some(config)
    }
}

/// `shout(text, times...)`: returns the text in capitals with that many exclamation marks.
pub(crate) struct Shout;

#[async_trait]
impl Function for Shout {
    type Input<'a> = ShoutInput;
    type Output<'a> = String;

    fn schema(&self, _: &mut Diagnostics) -> Option<FunctionSchema> {
        Some(FunctionSchema {
            parameters: vec![Parameter {
                name: "text".to_owned(),
                param_type: Type::String,
                description: Description::plain("What to shout."),
                ..Parameter::default()
            }],
            variadic: Some(Parameter {
                name: "times".to_owned(),
                param_type: Type::Number,
                description: Description::plain("How loud."),
                ..Parameter::default()
            }),
            return_type: Type::String,
            summary: "Shouts".to_owned(),
            description: Description::markdown("Shouts a text."),
            deprecated: Some("Speak softly.".to_owned()),
        })
    }

    async fn call<'a>(&self, diags: &mut Diagnostics, input: ShoutInput) -> Option<String> {
        match input.text.as_str() {
            "none" => return None,
            "panic" => panic!("shouting went wrong"),
            "" => {
                let at = AttributePath::function_argument(0);
                diags
                    .errors
                    .push(diagnostic("Nothing to shout".to_owned(), at));
                return None;
            }
            _ => {}
        }
        let times: i64 = input.times.iter().map(|times| times.0).sum();
        let marks = "!".repeat(usize::try_from(times).unwrap_or_default());
        Some(input.text.to_uppercase() + &marks)
    }
}

/// The arguments: a text, then any number of numbers.
pub(crate) struct ShoutInput {
    text: String,
    times: Vec<Int>,
}

impl<'de> Deserialize<'de> for ShoutInput {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Arguments;
        impl<'de> serde::de::Visitor<'de> for Arguments {
            type Value = ShoutInput;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of arguments")
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut arguments: A,
            ) -> Result<ShoutInput, A::Error> {
                let text = arguments.next_element()?.unwrap_or_default();
                let mut times = vec![];
                while let Some(one) = arguments.next_element()? {
                    times.push(one);
                }
                Ok(ShoutInput { text, times })
            }
        }
        deserializer.deserialize_seq(Arguments)
    }
}

/// Lists as many items as its configuration says.
pub(crate) struct ItemList;

#[derive(Debug, Deserialize)]
pub(crate) struct ListConfig {
    count: Value<Int>,
    mode: Value<String>,
}

#[async_trait]
impl ListResource for ItemList {
    type Config = ListConfig;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        Some(schema([
            ("count", AttributeType::Number),
            ("mode", AttributeType::String),
        ]))
    }

    async fn validate(&self, diags: &mut Diagnostics, config: ListConfig) -> Option<()> {
        if config.count.is_null() {
            let at = AttributePath::new("count");
            diags.errors.push(diagnostic("How many?".to_owned(), at));
        }
        Some(())
    }

    async fn list(
        &self,
        config: ListConfig,
        request: ListRequest,
        events: &mut ListSink,
    ) -> Result<(), ListEnded> {
        let mode = match &config.mode {
            Value::Value(mode) => mode.as_str(),
            _ => "",
        };
        let count = config.count.map_or(0, |count| count.0);
        for number in 0..count {
            let id = format!("item-{number}");
            let identity = match mode {
                "unknown-attribute" => Identity::new().with("unknown-attribute", "x"),
                _ => Identity::new().with("id", id.as_str()),
            };
            let mut event = ListEvent::new(identity, format!("Item {number}"));
            if request.include_resource {
                event = event.with_resource(&imported(id));
            }
            events.send(event).await?;
        }
        match mode {
            "error" => {
                let error = diagnostic("Could not list more".to_owned(), AttributePath::default());
                events.error(error).await
            }
            "panic" => panic!("listing went wrong"),
            "wait" => {
                call::stop().cancelled().await;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
