//! The one adapter from our lists to the plugin's trait, beside [`resource`](super::resource).
//!
//! A list belongs to a managed resource and shows of each object what that resource would store of
//! it after an import: the same model, the same identity. So what `terraform query` writes as
//! configuration is what the resource plans nothing for.

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use tf_provider::schema::Schema;
use tf_provider_server::model::{self, Schema as _};
use tf_provider_server::{ListEnded, ListEvent, ListRequest, ListSink};

use super::api::Api;
use super::diagnostics::{Diagnostic, Diagnostics};
use super::guide::Section;
use super::resource::{Context, Resource};
use super::timeouts::Action;

/// An object that was found.
#[derive(Clone, Debug)]
pub struct Found<M> {
    /// How a person would call it.
    pub name: String,
    /// What is known of it, its identity at least.
    pub model: M,
}

/// The objects of a kind that exist, managed or not.
#[async_trait]
pub trait ListResource: Send + Sync + 'static {
    /// The resource they are listed for.
    type Of: Resource;

    /// What the user can ask for.
    type Filter: model::Schema + DeserializeOwned + Send + Sync;

    /// Checks it without the API.
    fn validate(_filter: &Self::Filter, _findings: &mut Diagnostics) {}

    /// Finds them.
    ///
    /// # Errors
    /// When they could not all be found.
    async fn list(
        &self,
        context: &Context,
        filter: Self::Filter,
    ) -> Result<Vec<Found<<Self::Of as Resource>::Model>>, Diagnostic>;

    /// All of one, for a list that shows less; `None` when it is gone meanwhile.
    ///
    /// # Errors
    /// When that could not be found out.
    async fn whole(
        &self,
        _context: &Context,
        model: <Self::Of as Resource>::Model,
    ) -> Result<Option<<Self::Of as Resource>::Model>, Diagnostic> {
        Ok(Some(model))
    }
}

/// Makes a [`ListResource`] what the plugin serves.
#[derive(Debug)]
pub struct Adapter<L> {
    list: L,
    api: Api,
}

impl<L: ListResource> Adapter<L> {
    /// A adapter to `list`, which will reach HostUp through `api`.
    pub fn new(list: L, api: Api) -> Self {
        Self { list, api }
    }

    /// Each reading has a time of its own: a long list of whole objects is many readings.
    fn context(&self) -> Result<Context, Diagnostic> {
        Context::new(&self.api, Action::Read.default_timeout(), None)
    }

    async fn found(
        &self,
        filter: L::Filter,
    ) -> Result<Vec<Found<<L::Of as Resource>::Model>>, Diagnostic> {
        self.list.list(&self.context()?, filter).await
    }

    fn failed(&self, diagnostic: Diagnostic) -> tf_provider::Diagnostic {
        self.api
            .shorten_repeated(diagnostic)
            .or_summary(|| format!("Could not list {}", L::Of::TYPE))
            .retain_attribute(|name| L::Filter::NAMES.contains(&name))
            .into_diagnostic()
    }

    /// The event for one object; `None` when it is gone meanwhile.
    async fn event(
        &self,
        found: Found<<L::Of as Resource>::Model>,
        request: ListRequest,
    ) -> Result<Option<ListEvent>, Diagnostic> {
        let Found { name, model } = found;
        let identity = L::Of::identity(&model).ok_or_else(|| {
            Diagnostic::without_summary(format!("HostUp names nothing that identifies {name}"))
                .section(Section::Lookups)
        })?;
        let event = ListEvent::new(identity, name);
        if !request.include_resource {
            return Ok(Some(event));
        }
        let whole = self.list.whole(&self.context()?, model).await?;
        Ok(whole.map(|model| event.with_resource(&model)))
    }
}

#[async_trait]
impl<L: ListResource> tf_provider_server::ListResource for Adapter<L> {
    type Config = L::Filter;

    fn schema(&self, _: &mut tf_provider::Diagnostics) -> Option<Schema> {
        Some(L::Filter::schema())
    }

    async fn validate(
        &self,
        diags: &mut tf_provider::Diagnostics,
        filter: L::Filter,
    ) -> Option<()> {
        let mut diagnostics = Diagnostics::default();
        L::validate(&filter, &mut diagnostics);
        diagnostics.finish(diags)
    }

    async fn list(
        &self,
        filter: L::Filter,
        request: ListRequest,
        events: &mut ListSink,
    ) -> Result<(), ListEnded> {
        let found = match self.found(filter).await {
            Ok(found) => found,
            Err(diagnostic) => return events.error(self.failed(diagnostic)).await,
        };
        for found in found {
            match self.event(found, request).await {
                Ok(Some(event)) => events.send(event).await?,
                Ok(None) => {}
                Err(diagnostic) => return events.error(self.failed(diagnostic)).await,
            }
        }
        Ok(())
    }
}
