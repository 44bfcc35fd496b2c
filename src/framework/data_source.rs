//! The trait of a data source, [`DataSource`], and its adapter to tf-provider's.
//!
//! [`DataSource`] returns `Result`: it finds the object, or an error says why not.

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

/// An object that Terraform reads and does not manage.
#[async_trait]
pub trait DataSource: Send + Sync + 'static {
    /// The data source's type, such as `hostup_private_network`.
    const TYPE: &'static str;

    /// The attributes.
    type Model: model::Schema + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// Checks what needs no API.
    fn validate(config: &Self::Model, diagnostics: &mut Diagnostics) {
        _ = (config, diagnostics);
    }

    /// Finds the object that the configuration names. All values in it are known.
    ///
    /// # Errors
    /// When there is none, or more than one.
    async fn look_up(
        &self,
        context: &Context,
        config: Self::Model,
    ) -> Result<Self::Model, Diagnostic>;
}

/// Serves a [`DataSource`] as the framework's trait.
#[derive(Debug)]
pub struct Adapter<D> {
    data_source: D,
    api: Api,
    schema: Schema,
}

impl<D: DataSource> Adapter<D> {
    /// Returns an adapter for `data_source`, which reaches HostUp through `api`.
    pub fn new(data_source: D, api: Api) -> Self {
        Self {
            data_source,
            api,
            schema: D::Model::schema(),
        }
    }

    async fn found(&self, config: D::Model) -> Result<D::Model, Diagnostic> {
        let context = Context::for_reads(&self.api)?;
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
        // Again: a value that was unknown before is known now.
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

/// Reports unless exactly one of the attributes is set. An unknown value may turn out to be null,
/// so it is no error.
pub fn exactly_one_of<const N: usize>(
    attributes: [(&'static str, &Value<String>); N],
    diagnostics: &mut Diagnostics,
) {
    let all = names(&attributes.map(|(name, _)| name));
    let set: Vec<_> = attributes
        .iter()
        .filter(|(_, value)| matches!(value, Value::Value(_)))
        .map(|(name, _)| *name)
        .collect();
    let hint = format!("set exactly one of {all}");
    match set[..] {
        [] if attributes.iter().all(|(_, value)| value.is_null()) => diagnostics.error(
            Diagnostic::new("Missing attribute", format!("none of {all} is set"))
                .hint(Section::Configuration, hint),
        ),
        [_, .., last] => diagnostics.error(
            Diagnostic::new(
                "Conflicting attributes",
                format!("{} are set together", names(&set)),
            )
            .at_attribute(last)
            .hint(Section::Configuration, hint),
        ),
        _ => {}
    }
    not_empty(attributes, diagnostics);
}

/// Returns the names as a person lists them: "`a`, `b` and `c`".
fn names(attributes: &[&str]) -> String {
    let quoted: Vec<_> = attributes.iter().map(|name| format!("`{name}`")).collect();
    match &quoted[..] {
        [.., _, _] => {
            let (last, others) = quoted
                .split_last()
                .map_or(("", &quoted[..]), |(l, o)| (l.as_str(), o));
            format!("{} and {last}", others.join(", "))
        }
        _ => quoted.concat(),
    }
}

/// Reports every empty value: it would match nothing, or look like a filter that is not set.
pub fn not_empty<const N: usize>(
    texts: [(&'static str, &Value<String>); N],
    diagnostics: &mut Diagnostics,
) {
    for (name, value) in texts {
        if matches!(value, Value::Value(text) if text.trim().is_empty()) {
            diagnostics.error(
                Diagnostic::new("Empty value", format!("`{name}` is empty"))
                    .at_attribute(name)
                    .hint(
                        Section::Configuration,
                        format!("set `{name}` to a value, or look why the variable has none"),
                    ),
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

    /// Compares the summaries and attributes of what is reported about these two.
    #[track_caller]
    fn check(id: &Value<String>, name: &Value<String>, expected: &[(&str, &str)]) {
        let mut diagnostics = Diagnostics::default();
        exactly_one_of([("id", id), ("name", name)], &mut diagnostics);
        let mut reported = tf_provider::Diagnostics::default();
        diagnostics.report(&mut reported);
        let reported: Vec<_> = reported
            .errors
            .iter()
            .map(|error| (error.summary.to_string(), error.attribute.to_string()))
            .collect();
        let reported: Vec<_> = reported
            .iter()
            .map(|(summary, attribute)| (summary.as_str(), attribute.as_str()))
            .collect();
        assert_eq!(reported, expected);
    }

    #[test]
    fn one_of_two_is_accepted() {
        check(&text("pnet_1"), &Value::Null, &[]);
        check(&Value::Null, &text("web"), &[]);
    }

    #[test]
    fn both_and_neither_are_refused() {
        check(
            &text("pnet_1"),
            &text("web"),
            &[("Conflicting attributes", "name")],
        );
        check(&Value::Null, &Value::Null, &[("Missing attribute", "")]);
        check(&Value::Null, &text(" "), &[("Empty value", "name")]);
    }

    #[test]
    fn unknown_values_are_accepted() {
        check(&Value::Unknown, &Value::Null, &[]);
        check(&Value::Unknown, &text("web"), &[]);
        check(&Value::Unknown, &Value::Unknown, &[]);
    }
}
