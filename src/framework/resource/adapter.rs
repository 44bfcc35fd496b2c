//! The adapter from [`Resource`] to tf-provider's trait of the same name.

use std::time::Duration;

use async_trait::async_trait;
use tf_provider::AttributePath;
use tf_provider::schema::Schema;
use tf_provider::value::ValueEmpty;
use tf_provider_server::model::Schema as _;
use tf_provider_server::{Identity, IdentitySchema, ManagedResource, call};

use crate::framework::api::Api;
use crate::framework::attributes::refuse_read_only;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::guide::Section;
use crate::framework::private_state::PrivateState;
use crate::framework::timeouts::{Action, Timeouts};

use super::memory::Memory;
use super::{Context, Resource};

/// The longest time that the checks of a plan may take.
const CHECK_TIMEOUT: Duration = Duration::from_secs(20);

/// Serves a [`Resource`] as the framework's trait.
#[derive(Debug)]
pub struct Adapter<R> {
    resource: R,
    api: Api,
    schema: Schema,
    memory: Memory,
}

impl<R: Resource> Adapter<R> {
    /// Returns an adapter for `resource`, which reaches HostUp through `api`.
    pub fn new(resource: R, api: Api) -> Self {
        Self {
            resource,
            api,
            schema: R::Model::schema(),
            memory: Memory::default(),
        }
    }

    fn context(
        &self,
        model: &R::Model,
        action: Action,
        private: &PrivateState,
    ) -> Result<Context, Diagnostic> {
        Context::new(&self.api, R::timeout(model, action), private)
    }

    /// Returns the context for the checks of a plan, if the API can be reached already. Reports a
    /// missing key: the plan could not be applied.
    fn check_context(
        &self,
        model: &R::Model,
        private: &PrivateState,
        diagnostics: &mut Diagnostics,
    ) -> Option<Context> {
        match self.api.client_for_checks() {
            Ok(client) => {
                let timeout = R::timeout(model, Action::Read).min(CHECK_TIMEOUT);
                client.map(|client| Context::with_client(client, &self.api, timeout, private))
            }
            Err(diagnostic) => {
                diagnostics.error(self.failed("plan", None, diagnostic));
                None
            }
        }
    }

    /// Returns the text that imports the object. Messages name it by this.
    fn name(model: &R::Model) -> Option<String> {
        R::import_id(&R::identity(model)?)
    }

    /// Reads an object, and returns it with its private state.
    async fn read_object(
        &self,
        state: R::Model,
        private: PrivateState,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<(R::Model, PrivateState)>, Diagnostic> {
        let context = self.context(&state, Action::Read, &private)?;
        let Some(model) = self.resource.read(&context, state, diagnostics).await? else {
            return Ok(None);
        };
        let private = private.recent();
        let private = private.with_unfinished(context.unfinished.get());
        if let Some(id) = R::id(&model).as_ref_option() {
            let name = Self::name(&model);
            let name = name.as_deref().unwrap_or(id);
            self.memory.note_read(&context.client, id, name)?;
            self.memory.note_unfinished(&context.client, id, &private);
        }
        Ok(Some((model, private)))
    }

    /// Returns the private state of the plan of a new object.
    fn planned_private(&self, context: Option<&Context>, planned: &R::Model) -> PrivateState {
        let unfinished = context
            .zip(R::id(planned).as_ref_option())
            .and_then(|(context, id)| self.memory.unfinished(&context.client, id));
        unfinished.unwrap_or_default().planned()
    }

    /// Adds a summary: what could not be done to what. The core names the resource only while it is
    /// in the configuration, so the summary names an existing object by its identity.
    fn failed(&self, verb: &str, object: Option<&R::Model>, diagnostic: Diagnostic) -> Diagnostic {
        let name = object.and_then(Self::name);
        let name = name.map(|name| format!(" `{name}`")).unwrap_or_default();
        self.api
            .shorten_repeated(diagnostic)
            .or_summary(|| format!("Could not {verb} {}{name}", R::TYPE))
            .retain_attribute(|name| self.schema.block.attributes.contains_key(name))
    }
}

/// Whether the core plans a change again, while applying. New cores report it; `otherwise` is for
/// the others.
fn is_replan(otherwise: bool) -> bool {
    if call::stores_planned_private() {
        call::planned_private::<PrivateState>().is_some()
    } else {
        otherwise
    }
}

#[async_trait]
impl<R: Resource> tf_provider::Resource for Adapter<R> {
    type State<'a> = R::Model;
    type PrivateState<'a> = PrivateState;
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
        Timeouts::validate(R::timeouts(&config), &mut diagnostics);
        R::validate(&config, &mut diagnostics);
        diagnostics.finish(diags)
    }

    async fn read<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        state: R::Model,
        private: PrivateState,
        _: ValueEmpty,
    ) -> Option<(R::Model, PrivateState)> {
        self.api.note_read();
        let mut diagnostics = Diagnostics::default();
        let result = self
            .read_object(state.clone(), private.clone(), &mut diagnostics)
            .await;
        let read = match result {
            Ok(Some(read)) => Some(read),
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
    ) -> Option<(R::Model, PrivateState)> {
        let mut diagnostics = Diagnostics::default();
        let context = self.check_context(&config, &PrivateState::default(), &mut diagnostics);
        let model = self
            .resource
            .plan_create(context.as_ref(), &config, proposed, &mut diagnostics)
            .await;
        if is_replan(false) {
            self.api.forget_explained(diagnostics.drop_warnings());
        }
        diagnostics.finish(diags)?;
        let private = self.planned_private(context.as_ref(), &model);
        Some((model, private))
    }

    async fn plan_update<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        prior: R::Model,
        proposed: R::Model,
        config: R::Model,
        private: PrivateState,
        _: ValueEmpty,
    ) -> Option<(R::Model, PrivateState, Vec<AttributePath>)> {
        let mut diagnostics = Diagnostics::default();
        let context = self.check_context(&config, &private, &mut diagnostics);
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
        // Old cores read an object before they plan it, but not while applying. A plan with
        // `-refresh=false` looks the same as the latter, so it has no such warnings.
        if planned.replace.is_empty() && is_replan(!self.api.has_read()) {
            self.api.forget_explained(diagnostics.drop_warnings());
        }
        diagnostics.finish(diags)?;
        Some((planned.model, private.planned(), planned.replace))
    }

    async fn plan_destroy<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        prior: R::Model,
        private: PrivateState,
        _: ValueEmpty,
    ) -> Option<PrivateState> {
        let mut diagnostics = Diagnostics::default();
        if let Some(id) = R::id(&prior).as_ref_option() {
            self.api.note_destroyed(id);
        }
        let context = self.check_context(&prior, &private, &mut diagnostics);
        self.resource
            .plan_destroy(context.as_ref(), &prior, &mut diagnostics)
            .await;
        diagnostics.finish(diags)?;
        Some(private)
    }

    async fn create<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        planned: R::Model,
        _: R::Model,
        private: PrivateState,
        _: ValueEmpty,
    ) -> Option<(R::Model, PrivateState)> {
        let mut diagnostics = Diagnostics::default();
        let (mut saved, mut unfinished) = (None, None);
        let result = match self.context(&planned, Action::Create, &private) {
            Ok(context) => {
                let created = self
                    .resource
                    .create(&context, planned, &mut saved, &mut diagnostics)
                    .await;
                unfinished = context.unfinished.get();
                created
            }
            Err(diagnostic) => Err(diagnostic),
        };
        if let Err(diagnostic) = result {
            diagnostics.error(self.failed("create", None, diagnostic));
        }
        diagnostics.report(diags);
        saved.map(|model| (model, PrivateState::now().with_unfinished(unfinished)))
    }

    async fn update<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        prior: R::Model,
        planned: R::Model,
        _: R::Model,
        private: PrivateState,
        _: ValueEmpty,
    ) -> Option<(R::Model, PrivateState)> {
        let mut diagnostics = Diagnostics::default();
        let mut saved = prior;
        let result = match self.context(&planned, Action::Update, &private) {
            Ok(context) => {
                self.resource
                    .update(&context, planned, &mut saved, &mut diagnostics)
                    .await
            }
            Err(diagnostic) => Err(diagnostic),
        };
        if let Err(diagnostic) = result {
            diagnostics.error(self.failed("update", Some(&saved), diagnostic));
        }
        diagnostics.report(diags);
        Some((saved, PrivateState::now()))
    }

    async fn destroy<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        prior: R::Model,
        private: PrivateState,
        _: ValueEmpty,
    ) -> Option<()> {
        let mut diagnostics = Diagnostics::default();
        let result = match self.context(&prior, Action::Delete, &private) {
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
        diagnostics.finish(diags)
    }

    async fn import<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        id: String,
    ) -> Option<(R::Model, PrivateState)> {
        let result = match Context::for_reads(&self.api) {
            Ok(context) => self.resource.import(&context, &id).await,
            Err(diagnostic) => Err(diagnostic),
        };
        match result {
            Ok(model) => Some((model, PrivateState::default())),
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

    fn never_null(&self) -> Vec<String> {
        R::Model::never_null()
    }

    async fn check_recreate<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        last: R::Model,
        config: R::Model,
    ) {
        let mut diagnostics = Diagnostics::default();
        R::check_recreation(&last, &config, &mut diagnostics);
        diagnostics.report(diags);
    }

    async fn import_by_identity<'a>(
        &self,
        diags: &mut tf_provider::Diagnostics,
        identity: Identity,
    ) -> Option<(R::Model, PrivateState)> {
        let Some(id) = R::import_id(&identity) else {
            let mut diagnostics = Diagnostics::default();
            diagnostics.error(
                Diagnostic::new(
                    format!("Could not import {}", R::TYPE),
                    "the identity is incomplete",
                )
                .section(Section::Lookups),
            );
            diagnostics.report(diags);
            return None;
        };
        tf_provider::Resource::import(self, diags, id).await
    }
}
