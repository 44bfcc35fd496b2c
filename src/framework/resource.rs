//! The one adapter from our resources to the framework's trait.
//!
//! The framework speaks `Option` and `tf_provider::Diagnostics`, where a forgotten error reads as "the object is
//! gone". Our resources implement [`Resource`] instead, which speaks `Result`; [`Adapter`] alone knows
//! what the framework's answers mean. State is sacred: only a confirmed absence becomes "gone".

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use hostup_client::{Client, Operation};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tf_provider::AttributePath;
use tf_provider::schema::Schema;
use tf_provider::value::ValueEmpty;
use tf_provider_server::model::{self, Schema as _};
use tf_provider_server::{Identity, IdentitySchema, ManagedResource, call};

use super::api::Api;
use super::attributes::refuse_read_only;
use super::diagnostics::{Diagnostic, Diagnostics};
use super::guide::Section;
use super::private_state::Private;
use super::timeouts::Action;

/// How long the checks of a plan may take.
const LONGEST_CHECK: Duration = Duration::from_secs(20);

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

/// Says what comes of an attribute that forces another object and is not known before apply. It is planned in place:
/// planned as a replacement it could destroy an object for nothing.
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

/// A kind of object that Terraform manages, in Terraform's order: schema, validate, plan, create, read,
/// update, delete, import, identity.
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

    /// Says what should be known before an object that is gone is made anew. It can't change the plan.
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

    /// Changes the object in place. `saved` begins as the prior state and is kept true at every step.
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

/// Makes a [`Resource`] what the framework serves.
#[derive(Debug)]
pub struct Adapter<R> {
    resource: R,
    api: Api,
    schema: Schema,
}

impl<R: Resource> Adapter<R> {
    /// A adapter to `resource`, which will reach HostUp through `api`.
    pub fn new(resource: R, api: Api) -> Self {
        Self {
            resource,
            api,
            schema: R::Model::schema(),
        }
    }

    fn context(
        &self,
        model: &R::Model,
        action: Action,
        private: Private,
    ) -> Result<Context, Diagnostic> {
        Context::new(&self.api, R::timeout(model, action), private.written())
    }

    /// For checks while planning, which are made when the API can be asked and left out otherwise.
    fn checks(&self, model: &R::Model, private: Private) -> Option<Context> {
        let timeout = R::timeout(model, Action::Read).min(LONGEST_CHECK);
        Context::new(&self.api, timeout, private.written()).ok()
    }

    /// Says what could not be done to what. The core names the resource only while it is in the configuration, so
    /// an object that exists is named here: its id, or what else identifies it.
    fn failed(&self, verb: &str, object: Option<&R::Model>, diagnostic: Diagnostic) -> Diagnostic {
        let name = object
            .and_then(R::identity)
            .and_then(|identity| R::import_id(&identity))
            .map(|name| format!(" `{name}`"))
            .unwrap_or_default();
        diagnostic
            .titled(|| format!("Could not {verb} {}{name}", R::TYPE))
            .within(|name| self.schema.block.attributes.contains_key(name))
    }

    /// Hands the diagnostics over and says whether they let the run go on.
    fn settle(diagnostics: Diagnostics, diags: &mut tf_provider::Diagnostics) -> Option<()> {
        let passed = !diagnostics.has_errors();
        diagnostics.report(diags);
        passed.then_some(())
    }
}

#[async_trait]
impl<R: Resource> tf_provider::Resource for Adapter<R> {
    type State<'a> = R::Model;
    type PrivateState<'a> = Private;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut tf_provider::Diagnostics) -> Option<Schema> {
        Some(self.schema.clone())
    }

    async fn validate<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        config: R::Model,
    ) -> Option<()> {
        let mut diagnostics = Diagnostics::default();
        refuse_read_only(&self.schema, &config, &mut diagnostics);
        R::validate(&config, &mut diagnostics);
        Self::settle(diagnostics, diags)
    }

    async fn read<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        state: R::Model,
        private: Private,
        _: ValueEmpty,
    ) -> Option<(R::Model, Private)> {
        let mut diagnostics = Diagnostics::default();
        let result = match self.context(&state, Action::Read, private) {
            Ok(context) => {
                self.resource
                    .read(&context, state.clone(), &mut diagnostics)
                    .await
            }
            Err(diagnostic) => Err(diagnostic),
        };
        let read = match result {
            Ok(Some(model)) => Some((model, private.recent())),
            Ok(None) => {
                call::confirm_gone();
                None
            }
            Err(diagnostic) => {
                diagnostics.error(self.failed("read", Some(&state), diagnostic));
                Some((state, private))
            }
        };
        diagnostics.report(diags);
        read
    }

    async fn plan_create<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        proposed: R::Model,
        config: R::Model,
        _: ValueEmpty,
    ) -> Option<(R::Model, Private)> {
        let mut diagnostics = Diagnostics::default();
        let context = self.checks(&config, Private::default());
        let model = self
            .resource
            .plan_create(context.as_ref(), &config, proposed, &mut diagnostics)
            .await;
        Self::settle(diagnostics, diags)?;
        Some((model, Private::default()))
    }

    async fn plan_update<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        prior: R::Model,
        proposed: R::Model,
        config: R::Model,
        private: Private,
        _: ValueEmpty,
    ) -> Option<(R::Model, Private, Vec<AttributePath>)> {
        let mut diagnostics = Diagnostics::default();
        let context = self.checks(&config, private);
        let planned = self
            .resource
            .plan_update(
                context.as_ref(),
                &prior,
                &config,
                proposed,
                &mut diagnostics,
            )
            .await;
        Self::settle(diagnostics, diags)?;
        Some((planned.model, private, planned.replace))
    }

    async fn plan_destroy<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        prior: R::Model,
        private: Private,
        _: ValueEmpty,
    ) -> Option<Private> {
        let mut diagnostics = Diagnostics::default();
        let context = self.checks(&prior, private);
        self.resource
            .plan_destroy(context.as_ref(), &prior, &mut diagnostics)
            .await;
        Self::settle(diagnostics, diags)?;
        Some(private)
    }

    async fn create<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        planned: R::Model,
        _: R::Model,
        private: Private,
        _: ValueEmpty,
    ) -> Option<(R::Model, Private)> {
        let mut diagnostics = Diagnostics::default();
        let mut saved = None;
        let result = match self.context(&planned, Action::Create, private) {
            Ok(context) => {
                self.resource
                    .create(&context, planned, &mut saved, &mut diagnostics)
                    .await
            }
            Err(diagnostic) => Err(diagnostic),
        };
        if let Err(diagnostic) = result {
            diagnostics.error(self.failed("create", None, diagnostic));
        }
        diagnostics.report(diags);
        saved.map(|model| (model, Private::now()))
    }

    async fn update<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        prior: R::Model,
        planned: R::Model,
        _: R::Model,
        private: Private,
        _: ValueEmpty,
    ) -> Option<(R::Model, Private)> {
        let mut diagnostics = Diagnostics::default();
        let mut saved = prior;
        let result = match self.context(&planned, Action::Update, private) {
            Ok(context) => {
                self.resource
                    .update(&context, planned, &mut saved, &mut diagnostics)
                    .await
            }
            Err(diagnostic) => Err(diagnostic),
        };
        if let Err(diagnostic) = result {
            diagnostics.error(self.failed("change", Some(&saved), diagnostic));
        }
        diagnostics.report(diags);
        Some((saved, Private::now()))
    }

    async fn destroy<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        prior: R::Model,
        private: Private,
        _: ValueEmpty,
    ) -> Option<()> {
        let mut diagnostics = Diagnostics::default();
        let result = match self.context(&prior, Action::Delete, private) {
            Ok(context) => {
                self.resource
                    .delete(&context, &prior, &mut diagnostics)
                    .await
            }
            Err(diagnostic) => Err(diagnostic),
        };
        if let Err(diagnostic) = result {
            diagnostics.error(self.failed("destroy", Some(&prior), diagnostic));
        }
        Self::settle(diagnostics, diags)
    }

    async fn import<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        id: String,
    ) -> Option<(R::Model, Private)> {
        let result = match Context::new(&self.api, Action::Read.default_timeout(), None) {
            Ok(context) => self.resource.import(&context, &id).await,
            Err(diagnostic) => Err(diagnostic),
        };
        match result {
            Ok(model) => Some((model, Private::default())),
            Err(diagnostic) => {
                let mut diagnostics = Diagnostics::default();
                diagnostics.error(self.failed("import", None, diagnostic));
                diagnostics.report(diags);
                None
            }
        }
    }
}

#[async_trait]
impl<R: Resource> ManagedResource for Adapter<R> {
    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(R::identity_schema())
    }

    fn identity(&self, state: &R::Model) -> Option<Identity> {
        R::identity(state)
    }

    async fn vanished<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        last: R::Model,
        config: R::Model,
    ) {
        let mut diagnostics = Diagnostics::default();
        R::vanished(&last, &config, &mut diagnostics);
        diagnostics.report(diags);
    }

    async fn import_by_identity<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        identity: Identity,
    ) -> Option<(R::Model, Private)> {
        let Some(id) = R::import_id(&identity) else {
            let mut diagnostics = Diagnostics::default();
            diagnostics.error(
                Diagnostic::new(
                    format!("Could not import {}", R::TYPE),
                    "the identity is not complete",
                )
                .see(Section::Lookups),
            );
            diagnostics.report(diags);
            return None;
        };
        tf_provider::Resource::import(self, diags, id).await
    }
}
