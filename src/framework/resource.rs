//! The trait of a resource: [`Resource`].
//!
//! tf-provider's trait returns `Option` and fills `tf_provider::Diagnostics`, where a forgotten
//! error reads as "the object is gone". [`Resource`] returns `Result`. Only [`Adapter`] knows
//! tf-provider's values: it reports an object as gone when the resource confirmed its absence.

mod adapter;
mod memory;

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use hostup_client::{Client, Operation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tf_provider::AttributePath;
use tf_provider::value::Value;
use tf_provider_server::model;
use tf_provider_server::{Identity, IdentitySchema, call};

pub use adapter::Adapter;

use super::api::Api;
use super::diagnostics::{Diagnostic, Diagnostics};
use super::guide::Section;
use super::identity;
use super::private_state::{PrivateState, UnfinishedCreate};
use super::timeouts::{Action, Timeouts};

static NO_TIMEOUTS: Value<Timeouts> = Value::Null;

/// What an operation needs.
#[derive(Debug)]
pub struct Context {
    /// HostUp's API.
    pub client: Client,
    /// How long the operation may take, and whether the user stopped it.
    pub operation: Operation,
    /// When the provider last wrote the object, if that was a moment ago.
    pub written: Option<SystemTime>,
    /// The create whose end the provider did not see. It is stored with the object.
    pub unfinished: UnfinishedCreate,
    /// The handle that the client came from.
    pub api: Api,
}

impl Context {
    /// Returns the context for work on an object.
    ///
    /// # Errors
    /// When there is no way to reach HostUp yet.
    pub fn new(api: &Api, timeout: Duration, private: &PrivateState) -> Result<Self, Diagnostic> {
        Ok(Self::with_client(api.client()?, api, timeout, private))
    }

    /// Returns the context for reads about no object of the state.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn for_reads(api: &Api) -> Result<Self, Diagnostic> {
        let timeout = Action::Read.default_timeout();
        Self::new(api, timeout, &PrivateState::default())
    }

    fn with_client(client: Client, api: &Api, timeout: Duration, private: &PrivateState) -> Self {
        Self {
            client,
            operation: Operation::new(timeout, call::stop()),
            written: private.written(),
            unfinished: UnfinishedCreate::of(private),
            api: api.clone(),
        }
    }
}

/// A planned change of an object.
#[derive(Debug)]
pub struct Planned<M> {
    /// The planned state.
    pub model: M,
    /// The attributes that force a replacement.
    pub replace: Vec<AttributePath>,
}

/// Warns of an attribute that forces a replacement and is not known before apply. The object is
/// planned in place: a planned replacement could destroy it for nothing.
pub fn unknown_until_apply(attribute: &'static str, now: &str, section: Section) -> Diagnostic {
    let replaced = match attribute {
        "pool_id" => {
            "; to replace the pool and its routes in one run, add `-replace` for each route"
        }
        _ => "",
    };
    Diagnostic::new(
        format!("`{attribute}` is not known before apply"),
        format!(
            "`{attribute}` is `{now}` now. If the value stays the same, this object does not \
             change. If it differs, the apply stops with \"Provider produced inconsistent final \
             plan\" before it touches this object, and the next apply replaces it."
        ),
    )
    .at_attribute(attribute)
    .hint(
        section,
        format!(
            "to know the value before, apply what `{attribute}` comes from first, with \
             `-target`{replaced}"
        ),
    )
}

/// A kind of object that Terraform manages, in Terraform's order: validate, plan, create, read,
/// update, delete, import, identity. The schema is the model's.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    /// The resource type, such as `hostup_private_network`.
    const TYPE: &'static str;

    /// The attribute that identifies an object.
    const IDENTITY: &'static str = "id";

    /// The description of that attribute in an import.
    const IDENTITY_DESCRIPTION: &'static str;

    /// The attributes.
    type Model: model::Schema + Serialize + DeserializeOwned + Clone + Send + Sync + 'static;

    /// Returns the id.
    fn id(model: &Self::Model) -> &Value<String>;

    /// Returns the configured time-outs. The default is for a model without the attribute.
    fn timeouts(model: &Self::Model) -> &Value<Timeouts> {
        _ = model;
        &NO_TIMEOUTS
    }

    /// Returns how long `action` may take.
    fn timeout(model: &Self::Model, action: Action) -> Duration {
        Timeouts::of(Self::timeouts(model), action)
    }

    /// Checks what needs no API. The adapter has checked the time-outs.
    fn validate(config: &Self::Model, diagnostics: &mut Diagnostics) {
        _ = (config, diagnostics);
    }

    /// Plans a new object. Without a `context` the API can't be reached yet.
    async fn plan_create(
        &self,
        context: Option<&Context>,
        config: &Self::Model,
        proposed: Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> Self::Model;

    /// Plans a change of an object. Its warnings are reported once, not again while applying.
    async fn plan_update(
        &self,
        context: Option<&Context>,
        prior: &Self::Model,
        config: &Self::Model,
        proposed: Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> Planned<Self::Model>;

    /// Checks a plan that destroys the object.
    async fn plan_destroy(
        &self,
        context: Option<&Context>,
        prior: &Self::Model,
        diagnostics: &mut Diagnostics,
    ) {
        _ = (context, prior, diagnostics);
    }

    /// Checks a plan that creates an object again because it is gone. It can't change the plan.
    fn check_recreation(last: &Self::Model, config: &Self::Model, diagnostics: &mut Diagnostics) {
        _ = (last, config, diagnostics);
    }

    /// Creates the object. Fills `saved` as soon as the object exists and before anything waits:
    /// whatever happens then, the object is in the state.
    ///
    /// # Errors
    /// When the create failed. If `saved` is filled, Terraform marks the object as tainted.
    async fn create(
        &self,
        context: &Context,
        planned: Self::Model,
        saved: &mut Option<Self::Model>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostic>;

    /// Reads the object. Returns `None` only when the API confirmed that it is gone.
    ///
    /// # Errors
    /// When the object could not be read.
    async fn read(
        &self,
        context: &Context,
        state: Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Self::Model>, Diagnostic>;

    /// Changes the object in place. `saved` begins as the prior state, is kept true at every step
    /// and goes into the state. The default stores the plan and sends nothing.
    ///
    /// # Errors
    /// When the change failed.
    async fn update(
        &self,
        context: &Context,
        planned: Self::Model,
        saved: &mut Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        _ = (context, diagnostics);
        *saved = planned;
        Ok(())
    }

    /// Deletes the object. Returns `Ok` when it is gone.
    ///
    /// # Errors
    /// When it may still exist. It stays in the state.
    async fn delete(
        &self,
        context: &Context,
        state: &Self::Model,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostic>;

    /// Finds the object that the user names.
    ///
    /// # Errors
    /// When there is none, or more than one.
    async fn import(&self, context: &Context, id: &str) -> Result<Self::Model, Diagnostic>;

    /// Returns the schema of the identity.
    fn identity_schema() -> IdentitySchema {
        identity::schema(&[(Self::IDENTITY, Self::IDENTITY_DESCRIPTION)])
    }

    /// Returns the identity, or `None` while it is not known.
    fn identity(model: &Self::Model) -> Option<Identity> {
        Some(identity::of(
            Self::IDENTITY,
            Self::id(model).as_ref_option()?,
        ))
    }

    /// Returns the text by which [`import`](Self::import) finds the object with this identity.
    fn import_id(identity: &Identity) -> Option<String> {
        identity::text(identity, Self::IDENTITY)
    }
}
