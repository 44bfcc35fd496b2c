//! The one adapter from our data sources to the framework's trait, beside
//! [`resource`](super::resource).
//!
//! A data source implements [`DataSource`], which speaks `Result`: what was asked for is found, or
//! an error says why not. There is no third answer, so nothing that was not found passes for
//! something empty.

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tf_provider::schema::Schema;
use tf_provider::value::{Value, ValueEmpty};
use tf_provider_server::model::{self, Schema as _};

use super::api::Api;
use super::attributes::refuse_read_only;
use super::diagnostics::{Diagnostic, Diagnostics};
use super::guide::Section;
use super::resource::Context;
use super::timeouts::Action;

/// Something that Terraform looks up and does not manage.
#[async_trait]
pub trait DataSource: Send + Sync + 'static {
    /// The data source's type, such as `hostup_private_network`.
    const TYPE: &'static str;

    /// What the user writes and gets.
    type Model: model::Schema + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Checks what can be checked without the API.
    fn validate(_config: &Self::Model, _findings: &mut Diagnostics) {}

    /// Finds what the configuration names. Everything in it is known.
    ///
    /// # Errors
    /// When there is no such thing, or more than one.
    async fn look_up(
        &self,
        context: &Context,
        config: Self::Model,
    ) -> Result<Self::Model, Diagnostic>;
}

/// Makes a [`DataSource`] what the framework serves.
#[derive(Debug)]
pub struct Adapter<D> {
    data_source: D,
    api: Api,
    schema: Schema,
}

impl<D: DataSource> Adapter<D> {
    /// A adapter to `data_source`, which will reach HostUp through `api`.
    pub fn new(data_source: D, api: Api) -> Self {
        Self {
            data_source,
            api,
            schema: D::Model::schema(),
        }
    }

    async fn found(&self, config: D::Model) -> Result<D::Model, Diagnostic> {
        let context = Context::new(&self.api, Action::Read.default_timeout(), None)?;
        self.data_source.look_up(&context, config).await
    }
}

#[async_trait]
impl<D: DataSource> tf_provider::DataSource for Adapter<D> {
    type State<'a> = D::Model;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut tf_provider::Diagnostics) -> Option<Schema> {
        Some(self.schema.clone())
    }

    async fn validate<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        config: D::Model,
    ) -> Option<()> {
        let mut diagnostics = Diagnostics::default();
        refuse_read_only(&self.schema, &config, &mut diagnostics);
        D::validate(&config, &mut diagnostics);
        diagnostics.finish(diags)
    }

    async fn read<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        config: D::Model,
        _: ValueEmpty,
    ) -> Option<D::Model> {
        let mut diagnostics = Diagnostics::default();
        // Once more: what was unknown while validating is known now.
        D::validate(&config, &mut diagnostics);
        let mut model = None;
        if !diagnostics.has_errors() {
            match self.found(config).await {
                Ok(found) => model = Some(found),
                Err(diagnostic) => diagnostics.error(
                    self.api
                        .shorten_repeated(diagnostic)
                        .or_summary(|| format!("Could not read {}", D::TYPE))
                        .retain_attribute(|name| self.schema.block.attributes.contains_key(name)),
                ),
            }
        }
        diagnostics.report(diags);
        model
    }
}

/// Reports unless exactly one of the attributes is set. One that is not known yet may turn out to be
/// null, so it is neither counted nor missed.
pub fn exactly_one_of<const N: usize>(
    attributes: [(&'static str, &Value<String>); N],
    diagnostics: &mut Diagnostics,
) {
    let names = |attributes: &[&str]| {
        let quoted: Vec<_> = attributes.iter().map(|name| format!("`{name}`")).collect();
        quoted.join(", ")
    };
    let all = attributes.map(|(name, _)| name);
    let set: Vec<_> = attributes
        .iter()
        .filter(|(_, value)| matches!(value, Value::Value(_)))
        .map(|(name, _)| *name)
        .collect();
    match set[..] {
        [] if attributes.iter().all(|(_, value)| value.is_null()) => diagnostics.error(
            Diagnostic::new(
                "Nothing is named",
                format!("none of {} is set", names(&all)),
            )
            .hint(
                Section::Configuration,
                format!("set exactly one of {}", names(&all)),
            ),
        ),
        [_, .., last] => diagnostics.error(
            Diagnostic::new(
                "Named in two ways",
                format!("{} are set together", names(&set)),
            )
            .at_attribute(last)
            .hint(
                Section::Configuration,
                format!("set exactly one of {}", names(&all)),
            ),
        ),
        _ => {}
    }
    not_empty(attributes, diagnostics);
}

/// Reports every empty text: it would match nothing, or pass for a filter that was left out.
pub fn not_empty<const N: usize>(
    texts: [(&'static str, &Value<String>); N],
    diagnostics: &mut Diagnostics,
) {
    for (name, value) in texts {
        if matches!(value, Value::Value(text) if text.trim().is_empty()) {
            diagnostics.error(
                Diagnostic::new("Empty text", format!("`{name}` is an empty text"))
                    .at_attribute(name),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value<String> {
        Value::Value(text.to_owned())
    }

    /// What is said about these two, as summaries with the attribute.
    #[track_caller]
    fn check(id: &Value<String>, name: &Value<String>, expected: &[(&str, &str)]) {
        let mut diagnostics = Diagnostics::default();
        exactly_one_of([("id", id), ("name", name)], &mut diagnostics);
        let mut said = tf_provider::Diagnostics::default();
        diagnostics.report(&mut said);
        let said: Vec<_> = said
            .errors
            .iter()
            .map(|error| (error.summary.to_string(), error.attribute.to_string()))
            .collect();
        let said: Vec<_> = said
            .iter()
            .map(|(summary, attribute)| (summary.as_str(), attribute.as_str()))
            .collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn one_of_two_names_the_thing() {
        check(&text("pnet_1"), &Value::Null, &[]);
        check(&Value::Null, &text("web"), &[]);
    }

    #[test]
    fn both_and_none_are_refused() {
        check(
            &text("pnet_1"),
            &text("web"),
            &[("Named in two ways", "name")],
        );
        check(&Value::Null, &Value::Null, &[("Nothing is named", "")]);
        check(&Value::Null, &text(" "), &[("Empty text", "name")]);
    }

    #[test]
    fn what_is_not_known_yet_is_no_fault_yet() {
        check(&Value::Unknown, &Value::Null, &[]);
        check(&Value::Unknown, &text("web"), &[]);
        check(&Value::Unknown, &Value::Unknown, &[]);
    }
}
