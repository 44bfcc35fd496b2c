//! The trait of a list resource, [`ListResource`], and its adapter to the plugin's.
//!
//! A list belongs to a managed resource. It returns each object with the model and the identity
//! that an import would store, so the plan for a configuration from `terraform query` is empty.

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use tf_provider::schema::Schema;
use tf_provider_server::model::{self, Schema as _};
use tf_provider_server::{ListEnded, ListEvent, ListRequest, ListSink};

use super::api::Api;
use super::diagnostics::{Diagnostic, Diagnostics};
use super::guide::Section;
use super::resource::{Context, Resource};

/// A listed object.
#[derive(Clone, Debug)]
pub struct Found<M> {
    /// The name to show.
    pub name: String,
    /// The attributes that the list has, at least those of the identity.
    pub model: M,
}

/// The objects of a kind that exist, managed or not.
#[async_trait]
pub trait ListResource: Send + Sync + 'static {
    /// The resource that manages such objects.
    type Of: Resource;

    /// The filter that the user can set.
    type Filter: model::Schema + DeserializeOwned + Send + Sync;

    /// Checks what needs no API.
    fn validate(filter: &Self::Filter, diagnostics: &mut Diagnostics) {
        _ = (filter, diagnostics);
    }

    /// Lists the objects.
    ///
    /// # Errors
    /// When the list is not complete.
    async fn list(
        &self,
        context: &Context,
        filter: Self::Filter,
    ) -> Result<Vec<Found<<Self::Of as Resource>::Model>>, Diagnostic>;

    /// Fetches the full object for a summary. Returns `None` if it is gone meanwhile.
    ///
    /// # Errors
    /// When the object could not be read.
    async fn full(
        &self,
        context: &Context,
        model: <Self::Of as Resource>::Model,
    ) -> Result<Option<<Self::Of as Resource>::Model>, Diagnostic> {
        _ = context;
        Ok(Some(model))
    }
}

/// Serves a [`ListResource`] as the plugin's trait.
#[derive(Debug)]
pub struct Adapter<L> {
    list: L,
    api: Api,
}

impl<L: ListResource> Adapter<L> {
    /// Returns an adapter for `list`, which reaches HostUp through `api`.
    pub fn new(list: L, api: Api) -> Self {
        Self { list, api }
    }

    /// Returns a context with a time-out of its own for each read: a list of full objects takes
    /// many.
    fn context(&self) -> Result<Context, Diagnostic> {
        Context::for_reads(&self.api)
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

    /// Returns the event for one object, or `None` if it is gone meanwhile.
    async fn event(
        &self,
        found: Found<<L::Of as Resource>::Model>,
        request: ListRequest,
    ) -> Result<Option<ListEvent>, Diagnostic> {
        let Found { name, model } = found;
        let identity = L::Of::identity(&model).ok_or_else(|| {
            Diagnostic::without_summary(format!("HostUp returned {name} without an id"))
                .section(Section::Lookups)
        })?;
        let event = ListEvent::new(identity, name);
        if !request.include_resource {
            return Ok(Some(event));
        }
        let full = self.list.full(&self.context()?, model).await?;
        Ok(full.map(|model| event.with_resource(&model)))
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
