//! What a resource implements: [`Resource`].
//!
//! tf-provider's trait speaks `Option` and `tf_provider::Diagnostics`, where a forgotten error
//! reads as "the object is gone". [`Resource`] speaks `Result`. [`Adapter`] alone knows what
//! tf-provider's values mean: it reports an object as gone only when the resource confirmed its
//! absence.

mod adapter;

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use hostup_client::{Client, Operation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tf_provider::AttributePath;
use tf_provider_server::model;
use tf_provider_server::{Identity, IdentitySchema, call};

pub use adapter::Adapter;

use super::api::Api;
use super::diagnostics::{Diagnostic, Diagnostics};
use super::guide::Section;
use super::timeouts::Action;

/// What an operation works with.
#[derive(Debug)]
pub struct Context {
    /// HostUp's API.
    pub client: Client,
    /// How long this may take, and whether the user stopped it.
    pub operation: Operation,
    /// When the provider last wrote the object, if that was a moment ago.
    pub written: Option<SystemTime>,
    /// The handle that the client came from.
    pub api: Api,
}

impl Context {
    /// For work on an object that was written at `written`, if that was a moment ago.
    ///
    /// # Errors
    /// When the provider can't reach HostUp yet.
    pub fn new(
        api: &Api,
        timeout: Duration,
        written: Option<SystemTime>,
    ) -> Result<Self, Diagnostic> {
        Ok(Self {
            client: api.client()?,
            operation: Operation::new(timeout, call::stop()),
            written,
            api: api.clone(),
        })
    }
}

/// A planned change of an object that exists.
#[derive(Debug)]
pub struct Planned<M> {
    /// What it will be.
    pub model: M,
    /// The attributes that can't be changed in place.
    pub replace: Vec<AttributePath>,
}

/// Says what comes of an attribute that forces another object and is not known before apply. It is
/// planned in place: planned as a replacement it could destroy an object for nothing.
pub fn not_known_yet(attribute: &'static str, now: &str, more: Section) -> Diagnostic {
    let replaced = match attribute {
        "pool_id" => {
            "; to replace the pool and its routes in one run, add `-replace` for each route"
        }
        _ => "",
    };
    Diagnostic::new(
        format!("`{attribute}` is not known before apply"),
        format!(
            "`{attribute}` is `{now}` now. If it is the same after all, nothing happens to this object. If it is \
             another, the apply stops with \"Provider produced inconsistent final plan\" before this object is touched, \
             and the next apply replaces it."
        ),
    )
    .at_attribute(attribute)
    .hint(
        more,
        format!(
            "to know it before, apply what `{attribute}` comes from first, with `-target`{replaced}"
        ),
    )
}

/// A kind of object that Terraform manages, in Terraform's order: schema, validate, plan, create,
/// read, update, delete, import, identity.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    /// The resource type, such as `hostup_private_network`.
    const TYPE: &'static str;

    /// What the user can write and Terraform stores of it.
    type Model: model::Schema + Serialize + DeserializeOwned + Clone + Send + Sync + 'static;

    /// How long `action` may take.
    fn timeout(model: &Self::Model, action: Action) -> std::time::Duration;

    /// Checks what can be checked without the API.
    fn validate(config: &Self::Model, diagnostics: &mut Diagnostics);

    /// Plans a new object. `client` is there when the provider is configured.
    async fn plan_create(
        &self,
        client: Option<&Context>,
        config: &Self::Model,
        proposed: Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> Self::Model;

    /// Plans a change of an object that exists.
    async fn plan_update(
        &self,
        context: Option<&Context>,
        prior: &Self::Model,
        config: &Self::Model,
        proposed: Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> Planned<Self::Model>;

    /// Plans the end of the object.
    async fn plan_destroy(
        &self,
        context: Option<&Context>,
        prior: &Self::Model,
        diagnostics: &mut Diagnostics,
    );

    /// Says what should be known before an object that is gone is made anew. It can't change the
    /// plan.
    fn vanished(last: &Self::Model, config: &Self::Model, diagnostics: &mut Diagnostics) {
        _ = (last, config, diagnostics);
    }

    /// Makes the object. `saved` is filled as soon as it exists and before anything waits: whatever
    /// happens then, the object is in the state.
    ///
    /// # Errors
    /// What went wrong; with `saved` filled the object is marked tainted.
    async fn create(
        &self,
        context: &Context,
        planned: Self::Model,
        saved: &mut Option<Self::Model>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostic>;

    /// Reads the object as it is now; `None` only when the API confirmed that it is gone.
    ///
    /// # Errors
    /// When that could not be found out.
    async fn read(
        &self,
        context: &Context,
        state: Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Self::Model>, Diagnostic>;

    /// Changes the object in place. `saved` begins as the prior state and is kept true at every
    /// step.
    ///
    /// # Errors
    /// What went wrong; `saved` goes into the state.
    async fn update(
        &self,
        context: &Context,
        planned: Self::Model,
        saved: &mut Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostic>;

    /// Removes the object. Success means that it is gone.
    ///
    /// # Errors
    /// What went wrong; the object stays in the state.
    async fn delete(
        &self,
        context: &Context,
        state: &Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostic>;

    /// Finds the object a person names.
    ///
    /// # Errors
    /// When there is none, or more than one.
    async fn import(&self, context: &Context, id: &str) -> Result<Self::Model, Diagnostic>;

    /// What identifies an object of this kind.
    fn identity_schema() -> IdentitySchema;

    /// The identity of this one; `None` while it is not known.
    fn identity(model: &Self::Model) -> Option<Identity>;

    /// The text under which [`import`](Self::import) finds the object with this identity.
    fn import_id(identity: &Identity) -> Option<String>;
}
