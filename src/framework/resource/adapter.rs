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
use crate::framework::private_state::Private;
use crate::framework::timeouts::Action;

use super::{Context, Resource};

/// How long the checks of a plan may take.
const LONGEST_CHECK: Duration = Duration::from_secs(20);

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

    /// Says what could not be done to what. The core names the resource only while it is in the
    /// configuration, so an object that exists is named here: its id, or what else identifies
    /// it.
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

    async fn check_recreate<'a>(
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
