//! Resources and functions in a few lines, for what needs no plan of its own.
//!
//! [`Simple`] serves a [`SimpleResource`], whose plans follow from the model's schema. [`function`]
//! makes a function of a closure. `examples/first_provider.rs` uses both.

mod function;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tf_provider::schema::AttributeConstraint;
use tf_provider::value::ValueEmpty;
use tf_provider::{AttributePath, Diagnostic, Diagnostics, Resource};

use super::diagnostics::error;
use super::{ManagedResource, call, model};

pub use function::{Parameters, function};

/// A resource whose plans follow from its model.
///
/// The computed attributes of a new object are unknown in its plan, and an update keeps them. Every
/// change is an update in place. A resource that needs another plan implements tf-provider's
/// [`Resource`] and [`ManagedResource`].
#[async_trait]
pub trait SimpleResource: Send + Sync + 'static {
    /// The attributes. An attribute that is optional and computed is an error in the schema,
    /// because its plan does not follow from it.
    type Model: model::Schema + Serialize + DeserializeOwned + Send + 'static;

    /// Creates the object. Returns it with all attributes known.
    ///
    /// # Errors
    /// If nothing was created: the state then has no object.
    async fn create(&self, planned: Self::Model) -> Result<Self::Model, Diagnostic>;

    /// Reads the object. `None` means that it is gone, and removes it from the state.
    ///
    /// # Errors
    /// If the object could not be read.
    async fn read(&self, state: Self::Model) -> Result<Option<Self::Model>, Diagnostic>;

    /// Updates the object. Returns it as planned.
    ///
    /// # Errors
    /// If nothing was changed: the state then keeps `prior`.
    async fn update(
        &self,
        prior: Self::Model,
        planned: Self::Model,
    ) -> Result<Self::Model, Diagnostic>;

    /// Deletes the object.
    ///
    /// # Errors
    /// If the object may still exist: it stays in the state.
    async fn delete(&self, state: Self::Model) -> Result<(), Diagnostic>;

    /// Finds the object with this id, for an import.
    ///
    /// # Errors
    /// If there is none.
    async fn import(&self, id: &str) -> Result<Self::Model, Diagnostic> {
        _ = id;
        Err(error("Import is not supported", ""))
    }
}

/// Serves a [`SimpleResource`]: `plugin.resource("example_note", Simple(Notes))`.
#[derive(Clone, Copy, Debug)]
pub struct Simple<R>(pub R);

/// Returns the value, or reports the error.
fn report<T>(diags: &mut Diagnostics, result: Result<T, Diagnostic>) -> Option<T> {
    result.map_err(|cause| diags.errors.push(cause)).ok()
}

#[async_trait]
impl<R: SimpleResource> Resource for Simple<R> {
    type State<'a> = R::Model;
    type PrivateState<'a> = ();
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, diags: &mut Diagnostics) -> Option<tf_provider::schema::Schema> {
        let schema = <R::Model as model::Schema>::schema();
        let attributes = &schema.block.attributes;
        let mut unplanned: Vec<_> = attributes
            .iter()
            .filter(|(_, it)| it.constraint == AttributeConstraint::OptionalComputed)
            .map(|(name, _)| name)
            .collect();
        unplanned.sort();
        for name in unplanned {
            diags.errors.push(error(
                format!("`{name}` is optional and computed"),
                "This is a bug in the provider: `SimpleResource` cannot plan such an attribute.",
            ));
        }
        Some(schema)
    }

    async fn read<'a>(
        &self,
        diags: &mut Diagnostics,
        state: R::Model,
        (): (),
        _: ValueEmpty,
    ) -> Option<(R::Model, ())> {
        let found = report(diags, self.0.read(state).await)?;
        if found.is_none() {
            call::confirm_gone();
        }
        Some((found?, ()))
    }

    async fn plan_create<'a>(
        &self,
        _: &mut Diagnostics,
        mut proposed: R::Model,
        _: R::Model,
        _: ValueEmpty,
    ) -> Option<(R::Model, ())> {
        model::Schema::set_computed_unknown(&mut proposed);
        Some((proposed, ()))
    }

    async fn plan_update<'a>(
        &self,
        _: &mut Diagnostics,
        _: R::Model,
        proposed: R::Model,
        _: R::Model,
        (): (),
        _: ValueEmpty,
    ) -> Option<(R::Model, (), Vec<AttributePath>)> {
        Some((proposed, (), Vec::new()))
    }

    async fn plan_destroy<'a>(
        &self,
        _: &mut Diagnostics,
        _: R::Model,
        (): (),
        _: ValueEmpty,
    ) -> Option<()> {
        Some(())
    }

    async fn create<'a>(
        &self,
        diags: &mut Diagnostics,
        planned: R::Model,
        _: R::Model,
        (): (),
        _: ValueEmpty,
    ) -> Option<(R::Model, ())> {
        Some((report(diags, self.0.create(planned).await)?, ()))
    }

    async fn update<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: R::Model,
        planned: R::Model,
        _: R::Model,
        (): (),
        _: ValueEmpty,
    ) -> Option<(R::Model, ())> {
        Some((report(diags, self.0.update(prior, planned).await)?, ()))
    }

    async fn destroy<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: R::Model,
        (): (),
        _: ValueEmpty,
    ) -> Option<()> {
        report(diags, self.0.delete(prior).await)
    }

    async fn import<'a>(&self, diags: &mut Diagnostics, id: String) -> Option<(R::Model, ())> {
        Some((report(diags, self.0.import(&id).await)?, ()))
    }
}

impl<R: SimpleResource> ManagedResource for Simple<R> {
    fn never_null(&self) -> Vec<String> {
        <R::Model as model::Schema>::never_null()
    }
}
